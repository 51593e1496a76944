/* SPDX-License-Identifier: ISC */
/* Between the list and what silences it: who silences an alarm, and which alarms are to be judged anew when a silence begins or ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

static const enum alarm_stand stands[] = {
	[SILENCE_NONE] = STAND_FREE,
	[SILENCE_SHELF] = STAND_SHELVED,
	[SILENCE_WINDOW] = STAND_MAINTENANCE,
	[SILENCE_ARC] = STAND_CONTROLLED,
};

static struct silence_subject
subject_of(const struct entry *e)
{
	return (struct silence_subject){ .site = e->site_id,
		.area = e->area,
		.device = e->slot,
		.resource = e->alarm.resource,
		.type = e->alarm.type,
		.qualifier = e->alarm.qualifier,
		.severity = e->alarm.severity };
}

/* "night of transport: software"; of a row its name says nothing to people. Without memory it says nothing. */
static const char *
words_take(struct alarms *alarms, const struct silence_verdict *verdict)
{
	char words[SILENCE_NAME_MAX + 2 * SILENCE_TEXT_MAX + 16];
	bool has_name = verdict->kind != SILENCE_ARC;

	snprintf(words, sizeof(words), "%s%s%s: %s", has_name ? verdict->name : "", has_name ? " of " : "",
	    verdict->owner, verdict->reason);
	return intern_take(alarms->texts, words);
}

/* Being shelved is part of the operator's life of an alarm (RFC 8632, 3.5.2). */
static void
shelving_note(struct alarms *alarms, struct entry *e, enum operator_state state, const char *shelf)
{
	operation_add(alarms, e, loop_utc_ms(alarms->loop), state, "agent", shelf);
}

enum alarm_stand
silenced_stand(struct alarms *alarms, struct entry *e)
{
	const struct silence_subject subject = subject_of(e);
	bool was_shelved = e->alarm.stand == STAND_SHELVED,
	     is_same = was_shelved && e->holder == 0; /* a start */
	struct silence_verdict verdict;
	char shelf[64];

	(void)silence_find(alarms->silences, &subject, &verdict);
	e->silenced_until_ms = verdict.until_ms;
	if (verdict.holder == e->holder)
		return stands[verdict.kind];
	silence_hold(alarms->silences, e->holder, false);
	silence_hold(alarms->silences, verdict.holder, true);
	intern_drop(alarms->texts, e->silence);
	e->holder = verdict.holder;
	e->silence = verdict.holder != 0 ? words_take(alarms, &verdict) : NULL;
	if (was_shelved && verdict.kind != SILENCE_SHELF)
		shelving_note(alarms, e, OPERATOR_UNSHELVED, "");
	snprintf(
	    shelf, sizeof(shelf), "shelf %.*s", SILENCE_NAME_MAX, verdict.name != NULL ? verdict.name : "");
	if (verdict.kind == SILENCE_SHELF && !is_same)
		shelving_note(alarms, e, OPERATOR_SHELVED, shelf);
	return stands[verdict.kind];
}

bool
is_silenced(const struct entry *e)
{
	return e->alarm.stand == STAND_SHELVED || e->alarm.stand == STAND_MAINTENANCE ||
	    e->alarm.stand == STAND_CONTROLLED;
}

void
silenced_release(struct alarms *alarms, struct entry *e)
{
	silence_hold(alarms->silences, e->holder, false);
	intern_drop(alarms->texts, e->silence);
	e->holder = 0;
	e->silence = NULL;
}

void
silenced_heard(struct alarms *alarms, const struct entry *e)
{
	const struct silence_subject subject = subject_of(e);

	arc_alarm_changed(alarms->silences, &subject, e->alarm.severity > TOWERD_CLEARED);
}

/* What a silence asks for. */

static bool
has_alarm(void *arg, uint32_t resource, unsigned probable_cause)
{
	struct alarms *alarms = arg;
	const struct site *site = model_site_of(alarms->model, resource);
	const struct place *place = place_of(alarms, site != NULL ? site->entity.number : 0, false);
	const struct entry *e;

	if (place == NULL)
		return false;
	LIST_FOREACH(e, &place->entries, in_place)
	if (e->alarm.resource == resource && !e->alarm.type->is_safety &&
	    (probable_cause == 0 || e->alarm.type->probable_cause == probable_cause))
		return true;
	return false;
}

/* All that is active at a site, or of one resource there. */
static void
rejudge_place(struct alarms *alarms, uint32_t site, uint32_t resource)
{
	struct place *place = place_of(alarms, site, false);
	struct entry *e, *next;

	for (e = place != NULL ? LIST_FIRST(&place->entries) : NULL; e != NULL; e = next) {
		next = LIST_NEXT(e, in_place);
		if (resource == 0 || e->alarm.resource == resource)
			entry_rejudge(alarms, e);
	}
}

/* In the order of numbers: one silence may end for many alarms, and each costs what it costs to tell it. */
static void
rejudge_all(struct alarms *alarms, const char *area)
{
	const struct scope *everything = scopes_all(alarms->scopes);
	struct order_key at = { 0, 0 };
	struct entry *e;

	while ((e = order_seek(alarms->by_number, everything, at, false, &at)) != NULL)
		if (area == NULL || scope_area_covers(area, e->area))
			entry_rejudge(alarms, e);
}

static void
changed(void *arg, const struct silence_extent *extent)
{
	struct alarms *alarms = arg;
	const struct site *site = extent->resource != 0 ? model_site_of(alarms->model, extent->resource)
	    : extent->site != NULL                      ? model_site(alarms->model, extent->site)
							: NULL;

	if (alarms->is_stopped)
		return;
	if (site != NULL || extent->resource != 0)
		rejudge_place(alarms, site != NULL ? site->entity.number : 0, extent->resource);
	else if (extent->site == NULL)
		rejudge_all(alarms, extent->area);
}

int
silenced_new(struct alarms *alarms)
{
	const struct silence_settings settings = { .arc_countdown_ms = alarms->settings.arc_countdown_ms,
		.arc_timed_ms = alarms->settings.arc_timed_ms,
		.arc_bound_ms = alarms->settings.arc_bound_ms,
		.changed = changed,
		.has_alarm = has_alarm,
		.arg = alarms };

	alarms->silences =
	    silences_new(alarms->loop, alarms->store, alarms->scopes, alarms->model, &settings);
	return alarms->silences != NULL ? 0 : -ENOMEM;
}

void
silenced_start(struct alarms *alarms)
{
	silences_start(alarms->silences);
	rejudge_all(alarms, NULL);
}

struct silences *
alarms_silences(struct alarms *alarms)
{
	return alarms->silences;
}
