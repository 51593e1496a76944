/* SPDX-License-Identifier: ISC */
/* What hangs below what: each alarm knows its cause and how many hang below it; the chains are short, and never circles. */
#include "agent/alarm/list/inside.h"

/* How many hang below: itself and all below it. */
static void
counts_add(struct entry *cause, uint32_t count, bool is_more)
{
	for (unsigned depth = 0; cause != NULL && depth < CAUSES_DEEP; cause = cause->cause, depth++)
		cause->alarm.consequences =
		    is_more ? cause->alarm.consequences + count : cause->alarm.consequences - count;
}

bool
entry_is_below(const struct entry *e, const struct entry *above)
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
	if (e->cause == cause || (cause != NULL && entry_is_below(cause, e))) /* never in a circle */
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

static void
effects_walk(const struct entry *e, const struct scope *scope, unsigned *left,
    void (*fn)(void *arg, const struct entry *effect), void *arg)
{
	const struct entry *effect;

	LIST_FOREACH(effect, &e->effects, in_effects)
	{
		if (*left == 0)
			return;
		--*left;
		if (scope_has_entity(scope, effect->alarm.resource))
			fn(arg, effect);
		effects_walk(effect, scope, left, fn, arg);
	}
}

void
effects_each(const struct entry *e, const struct scope *scope,
    void (*fn)(void *arg, const struct entry *effect), void *arg)
{
	unsigned left = EFFECTS_MAX;

	effects_walk(e, scope, &left, fn, arg);
}

static void
count(void *arg, const struct entry *effect)
{
	(void)effect;
	++*(uint32_t *)arg;
}

uint32_t
effects_in(const struct entry *e, const struct scope *scope)
{
	uint32_t found = 0;

	if (scope == NULL || scope_is_all(scope))
		return e->alarm.consequences;
	effects_each(e, scope, count, &found);
	return found;
}

uint64_t
cause_in(const struct entry *e, const struct scope *scope)
{
	return e->cause != NULL && (scope == NULL || scope_has_entity(scope, e->cause->alarm.resource))
	    ? e->alarm.cause
	    : 0;
}
