/* SPDX-License-Identifier: ISC */
/* Between the list and what silences it: who silences an alarm, and which alarms are to be judged anew when a silence begins or ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/*
 * A silence of an area, or of everything, begins or ends for very many alarms at once: they are judged anew in the order of their numbers, a piece
 * in each turn of the loop. What changes meanwhile is judged as it changes.
 */

#define SWEEP_PIECE 256

static void
sweep_go(void *arg)
{
	struct alarms *alarms = arg;
	const struct scope *everything = scopes_all(alarms->scopes);
	struct sweep *sweep = &alarms->sweep;
	struct entry *e = NULL;

	if (alarms->is_stopped)
		return;
	for (unsigned i = 0; i < SWEEP_PIECE; i++) {
		e = order_seek(alarms->by_number, everything, sweep->at, false, &sweep->at);
		if (e == NULL)
			break;
		if (sweep->area == NULL || scope_area_covers(sweep->area, e->area))
			entry_rejudge(alarms, e);
	}
	sweep->is_on = e != NULL;
	if (sweep->is_on)
		loop_timer_start(sweep->timer, 0);
}

/* One that is under way begins anew, over everything unless it is about the same area. "": everything. */
static void
sweep_start(struct alarms *alarms, const char *area)
{
	struct sweep *sweep = &alarms->sweep;
	const char *kept = area[0] != '\0' ? intern_take(alarms->texts, area) : NULL;

	if (sweep->is_on && kept != sweep->area) {
		intern_drop(alarms->texts, kept);
		kept = NULL;
	}
	intern_drop(alarms->texts, sweep->area);
	sweep->area = kept;
	sweep->at = (struct order_key){ 0, 0 };
	sweep->is_on = true;
	loop_timer_start(sweep->timer, 0);
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

/* All that is active at a site, or of one resource there. What is told may raise and clear others: the list is walked by numbers. */
static void
rejudge_place(struct alarms *alarms, uint32_t site, uint32_t resource)
{
	const struct place *place = place_of(alarms, site, false);
	const struct entry *each;
	size_t count = 0, i = 0;

	if (place == NULL)
		return;
	LIST_FOREACH(each, &place->entries, in_place)
	count += resource == 0 || each->alarm.resource == resource;
	uint64_t *numbers = calloc(count + 1, sizeof(*numbers));
	if (numbers == NULL) { /* in its turn, then */
		sweep_start(alarms, "");
		return;
	}
	LIST_FOREACH(each, &place->entries, in_place)
	if (resource == 0 || each->alarm.resource == resource)
		numbers[i++] = each->alarm.number;
	for (i = 0; i < count; i++) {
		struct entry *e = entry_at(alarms, numbers[i]);
		if (e != NULL && e->alarm.severity > TOWERD_CLEARED)
			entry_rejudge(alarms, e);
	}
	free(numbers);
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
		sweep_start(alarms, extent->area != NULL ? extent->area : "");
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
	alarms->sweep.timer = loop_timer_new(alarms->loop, &alarms->owner, sweep_go, alarms);
	return alarms->silences != NULL && alarms->sweep.timer != NULL ? 0 : -ENOMEM;
}

void
silenced_free(struct alarms *alarms)
{
	loop_timer_free(alarms->sweep.timer);
	silences_free(alarms->silences);
}

void
silenced_start(struct alarms *alarms)
{
	silences_start(alarms->silences);
	do
		sweep_go(alarms);
	while (alarms->sweep.is_on);
	loop_timer_stop(alarms->sweep.timer);
}

struct silences *
alarms_silences(struct alarms *alarms)
{
	return alarms->silences;
}
