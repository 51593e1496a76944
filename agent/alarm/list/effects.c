/* SPDX-License-Identifier: ISC */
/* What hangs below what: each alarm knows its cause and how many hang below it; the chains are short, and never circles. */
#include "agent/alarm/list/inside.h"

#define COUNTED_MAX 10000 /* consequences that are looked at for one reader */

/* How many hang below: itself and all below it. */
static void
counts_add(struct entry *cause, uint32_t count, bool is_more)
{
	for (unsigned depth = 0; cause != NULL && depth < CAUSES_DEEP; cause = cause->cause, depth++)
		cause->alarm.consequences =
		    is_more ? cause->alarm.consequences + count : cause->alarm.consequences - count;
}

static bool
is_below(const struct entry *e, const struct entry *above)
{
	for (unsigned depth = 0; e != NULL; e = e->cause, depth++)
		if (e == above || depth == CAUSES_DEEP)
			return true;
	return false;
}

void
entry_set_cause(struct alarms *alarms, struct entry *e, struct entry *cause)
{
	uint32_t weight = e->alarm.consequences + 1;

	(void)alarms;
	if (e->cause == cause || (cause != NULL && is_below(cause, e))) /* never in a circle */
		return;
	if (e->cause != NULL) {
		counts_add(e->cause, weight, false);
		LIST_REMOVE(e, in_effects);
	}
	e->cause = cause;
	e->alarm.cause = cause != NULL ? cause->alarm.number : 0;
	if (cause != NULL) {
		counts_add(cause, weight, true);
		LIST_INSERT_HEAD(&cause->effects, e, in_effects);
	}
}

static uint32_t
count_in(const struct entry *e, const struct scope *scope, unsigned *left)
{
	const struct entry *effect;
	uint32_t count = 0;

	LIST_FOREACH(effect, &e->effects, in_effects)
	if (*left > 0) {
		--*left;
		count += scope_has_entity(scope, effect->alarm.resource) + count_in(effect, scope, left);
	}
	return count;
}

uint32_t
effects_in(const struct entry *e, const struct scope *scope)
{
	unsigned left = COUNTED_MAX;

	return scope == NULL || scope_is_all(scope) ? e->alarm.consequences : count_in(e, scope, &left);
}

uint64_t
cause_in(const struct entry *e, const struct scope *scope)
{
	return e->cause != NULL && (scope == NULL || scope_has_entity(scope, e->cause->alarm.resource))
	    ? e->alarm.cause
	    : 0;
}
