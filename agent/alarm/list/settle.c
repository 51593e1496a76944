/* SPDX-License-Identifier: ISC */
/* Settling: what each audience should hold of an alarm is compared with what it was told. The one place that decides who is told what. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/queue.h"

const struct told *
told_at(const struct entry *e, unsigned audience)
{
	static const struct told nothing;
	return audience < e->told_size ? &e->told[audience] : &nothing;
}

struct told *
told_of(struct entry *e, unsigned audience)
{
	if (audience >= e->told_size) {
		unsigned size = audience + 1;
		struct told *grown = reallocarray(e->told, size, sizeof(*grown));
		if (grown == NULL)
			return NULL;
		memset(grown + e->told_size, 0, (size - e->told_size) * sizeof(*grown));
		e->told = grown;
		e->told_size = (uint8_t)size;
	}
	return &e->told[audience];
}

bool
entry_is_told(const struct entry *e)
{
	for (unsigned a = 0; a < e->told_size; a++)
		if (e->told[a].severity != 0)
			return true;
	return false;
}

/* Whether an audience asked for this step, from what it holds (0: nothing) to a severity (RFC 8632, notify-status-changes). */
static bool
is_asked_for(const struct audience_filter *filter, int held, int severity)
{
	if (held == severity)
		return false;
	switch (filter->notify) {
	case NOTIFY_RAISE_AND_CLEAR:
		return held == 0 && severity >= filter->min_severity;
	case NOTIFY_ALL:
		if (held != 0)
			return true;
		break;
	case NOTIFY_SEVERITY_LEVEL:
		break;
	}
	return severity >= filter->min_severity || (held != 0 && held >= filter->min_severity);
}

static bool
is_in_scope(const struct audience *audience, const struct entry *e)
{
	if (flooding_is(e) && strcmp(e->alarm.qualifier, audience->name) != 0)
		return false;
	return audience->filter.scope == NULL || scope_has_entity(audience->filter.scope, e->alarm.resource);
}

/*
 * Whether an audience hears of what causes it, now or when its own turn comes: who does not, is told of the consequence. While a cause is ending nobody
 * knows what follows from it and what does not.
 */
static bool
is_cause_heard(const struct audience *audience, unsigned number, const struct entry *e)
{
	const struct entry *cause = e->cause;

	for (unsigned depth = 0; cause != NULL && depth < CAUSES_DEEP; cause = cause->cause, depth++)
		if (cause->is_ending || told_at(cause, number)->severity != 0 ||
		    (is_in_scope(audience, cause) &&
			is_asked_for(&audience->filter, 0, cause->alarm.severity)))
			return true;
	return false;
}

/* A silence is about what meets its criteria, not about what follows from it: a cause that keeps back more than that is told. */
static bool
reaches_beyond_its_silence(const struct entry *e)
{
	const struct entry *effect;

	LIST_FOREACH(effect, &e->effects, in_effects)
	if (!is_silenced(effect) || reaches_beyond_its_silence(effect))
		return true;
	return false;
}

static bool
is_due(const struct audience *audience, unsigned number, const struct entry *e)
{
	const struct alarm *a = &e->alarm;
	int held = told_at(e, number)->severity;

	if (a->severity == TOWERD_CLEARED) /* whoever was told that it began is told that it is over */
		return held != 0 && !e->is_ending && e->proposal == NULL;
	if (a->stand == STAND_CONSEQUENCE && is_cause_heard(audience, number, e))
		return false;
	if (a->stand == STAND_CHATTERING && a->severity <= held)
		return false;
	if (a->stand == STAND_WAITING || a->stand == STAND_UNCONFIRMED)
		return false;
	if (is_silenced(e) && !reaches_beyond_its_silence(e))
		return false;
	return is_asked_for(&audience->filter, held, a->severity) && is_in_scope(audience, e);
}

const char *
settle_reason(const struct alarms *alarms, const struct entry *e, unsigned number)
{
	const struct audience *audience = &alarms->audiences[number];
	const struct alarm *a = &e->alarm;
	const struct told *told = told_at(e, number);

	if (!audience->is_open)
		return "it is not there; it is told when it is back";
	if (is_due(audience, number, e))
		return told->queued_severity != 0
		    ? "it waits in its queue: its budget is spent, or it is behind"
		    : "within two seconds of another transition of the same model and resource";
	if (e->is_ending)
		return "its consequences are looked at first";
	if (e->proposal != NULL && told->severity != 0)
		return alarm_stand_names[STAND_CHATTERING];
	if (a->severity != TOWERD_CLEARED && a->stand != STAND_FREE)
		return alarm_stand_names[a->stand];
	return is_in_scope(audience, e) ? "it did not ask for this" : "it is not for its areas";
}

/* The end of an event is told to nobody: nobody holds it any more. */
static void
event_over(struct alarms *alarms, struct entry *e)
{
	for (unsigned i = 0; i < e->told_size; i++)
		audience_drop(alarms, e, i);
}

void
settle_plan(struct alarms *alarms, struct entry *e, struct telling_plan *plan)
{
	plan->count = 0;
	if (e->alarm.severity == TOWERD_CLEARED && e->alarm.type->is_event)
		event_over(alarms, e);
	for (unsigned i = 0; i < alarms->audience_count; i++) {
		struct audience *audience = &alarms->audiences[i];
		if (!audience->is_open || !is_due(audience, i, e))
			queue_leave(alarms, i, e);
		else if (!queue_holds_back(alarms, i, e))
			plan->audiences[plan->count++] = (uint8_t)i;
	}
	if (plan->count == 0)
		return;
	if (throttle_allows(alarms, e))
		return;
	plan->count = 0;
	alarms->stats.throttled++;
	throttle_wait(alarms, e);
}

void
settle_done(struct alarms *alarms, struct entry *e, const struct telling_plan *plan, uint64_t journal_number)
{
	const struct alarm *a = &e->alarm;

	alarms->stats.told += plan->count > 0;
	for (unsigned i = 0; i < plan->count; i++) {
		unsigned number = plan->audiences[i];
		struct audience *audience = &alarms->audiences[number];
		const struct told now = { .severity = a->severity,
			.index = a->active_index,
			.active_ms = a->active_ms,
			.journal = journal_number };
		figures_told(alarms, e, number);
		queue_told(alarms, number, e, journal_number);
		audience_count(alarms, audience, told_at(e, number)->severity, a->severity, journal_number);
		if (a->severity == TOWERD_CLEARED)
			audience_drop(alarms, e, number);
		else if (audience_hold(alarms, e, number, &now) < 0)
			alarms->stats.overflow++;
		step_add(alarms, e,
		    &(struct step){ .time_ms = loop_utc_ms(alarms->loop),
			.kind = STEP_TOLD,
			.detail = a->severity,
			.number = journal_number,
			.name = audience->name });
	}
}

void
settle(struct alarms *alarms, struct entry *e)
{
	struct telling_plan plan = { 0 };

	settle_plan(alarms, e, &plan);
	if (plan.count > 0)
		(void)announce_to(alarms, e, &plan);
}

static void
settle_deep(struct alarms *alarms, struct entry *e, unsigned depth)
{
	struct entry *effect;

	if (depth == CAUSES_DEEP)
		return;
	LIST_FOREACH(effect, &e->effects, in_effects)
	{
		settle(alarms, effect);
		settle_deep(alarms, effect, depth + 1);
	}
}

void
settle_below(struct alarms *alarms, struct entry *e)
{
	settle_deep(alarms, e, 0);
}

void
settle_above(struct alarms *alarms, const struct entry *e)
{
	struct entry *cause = e->cause;

	for (unsigned depth = 0; cause != NULL && depth < CAUSES_DEEP; cause = cause->cause, depth++)
		if (is_silenced(cause))
			settle(alarms, cause);
}
