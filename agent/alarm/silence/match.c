/* SPDX-License-Identifier: ISC */
/*
 * The first shelf or window that an alarm meets. Those of one resource, or of one site, are found by it: of the many that hold a single alarm or a
 * single site an alarm meets only its own. The others are few, and asked in their order.
 */
#include "agent/alarm/silence/inside.h"

/* Where it is found; false: nowhere in particular. */
static bool
hash_of(const struct silence *silence, uint64_t *hash)
{
	struct silence_extent extent;

	criteria_extent(&silence->terms->request.criteria, &extent);
	if (extent.resource != 0)
		*hash = hash_number(extent.resource);
	else if (extent.site != NULL)
		*hash = hash_text(0, extent.site);
	return extent.resource != 0 || extent.site != NULL;
}

int
match_insert(struct silences *silences, struct silence *silence)
{
	struct silence_list *wide = &silences->wide[silence->terms->request.kind];
	struct silence *behind = TAILQ_LAST(wide, silence_list);
	uint64_t hash;

	silence->is_narrow = hash_of(silence, &hash);
	if (silence->is_narrow)
		return table_insert(&silences->narrow, hash, &silence->narrow);
	while (behind != NULL && behind->terms->place > silence->terms->place)
		behind = TAILQ_PREV(behind, silence_list, wide);
	if (behind != NULL)
		TAILQ_INSERT_AFTER(wide, behind, silence, wide);
	else
		TAILQ_INSERT_HEAD(wide, silence, wide);
	return 0;
}

void
match_remove(struct silences *silences, struct silence *silence)
{
	if (silence->is_narrow)
		table_remove(&silences->narrow, &silence->narrow);
	else
		TAILQ_REMOVE(&silences->wide[silence->terms->request.kind], silence, wide);
}

static bool
matches(const struct silence *silence, enum silence_kind kind, const struct silence_subject *subject)
{
	return silence->is_in_force && silence->terms->request.kind == kind &&
	    criteria_match(&silence->terms->request.criteria, subject);
}

/* The better of what is known and of those that are found by a hash. */
static const struct silence *
first_narrow(const struct silences *silences, enum silence_kind kind, const struct silence_subject *subject,
    uint64_t hash, const struct silence *first)
{
	for (struct link *l = table_first(&silences->narrow, hash); l != NULL; l = table_next(l)) {
		const struct silence *silence = LINKED(l, struct silence, narrow);
		if ((first == NULL || silence->terms->place < first->terms->place) &&
		    matches(silence, kind, subject))
			first = silence;
	}
	return first;
}

const struct silence *
match_first(const struct silences *silences, enum silence_kind kind, const struct silence_subject *subject)
{
	const struct silence *first;

	if (silences->counts[kind] == 0)
		return NULL;
	TAILQ_FOREACH(first, &silences->wide[kind], wide)
	if (matches(first, kind, subject))
		break;
	first = first_narrow(silences, kind, subject, hash_number(subject->resource), first);
	return first_narrow(silences, kind, subject, hash_text(0, subject->site), first);
}
