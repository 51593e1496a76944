/* SPDX-License-Identifier: ISC */
/* Transitions: an alarm is raised, changes, is cleared. What is held true changes at once; who is told of it is settled afterwards. */
#include "agent/alarm/alarm.h"

#include <errno.h>
#include <string.h>

#include "agent/alarm/list/correlate.h"
#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/text.h"

/* How long an event stands that nobody acknowledges. */
#define EVENT_MS (24 * INT64_C(3600000))

struct moment
moment_now(const struct alarms *alarms, int64_t device_ms)
{
	return (struct moment){ .device_ms = device_ms, .ours_ms = loop_utc_ms(alarms->loop) };
}

/* The device's word, unless it is too far from our own clock to be believed. */
static int64_t
moment_believed(struct alarms *alarms, const struct moment *m)
{
	if (m->device_ms == 0)
		return m->ours_ms;
	if (m->device_ms <= m->ours_ms + alarms->settings.future_ms &&
	    m->device_ms >= m->ours_ms - alarms->settings.past_ms)
		return m->device_ms;
	alarms->stats.disbelieved++;
	return m->ours_ms;
}

/* When a row of alarmActiveTable came, changed or went: the tables' own clocks. */
static void
place_touch(struct alarms *alarms, const struct alarm *a, enum towerd_alarm_event event)
{
	struct place *places[] = { &alarms->total, place_of(alarms, a->site, false) };

	for (size_t i = 0; i < 2 && places[i] != NULL; i++) {
		int64_t now = a->changed_now_ms > 0 ? a->changed_now_ms : 1; /* 0 says never */
		places[i]->last_change_ms = now;
		if (event == TOWERD_ALARM_RAISED)
			places[i]->last_raise_ms = now;
		if (event == TOWERD_ALARM_CLEARED)
			places[i]->last_clear_ms = now;
		places[i]->raised += event == TOWERD_ALARM_RAISED;
	}
	alarms->entered[a->severity]++;
}

/* A transition has happened: it is stamped, judged, and journalled with the names of those who are told. */
static int
entry_step(
    struct alarms *alarms, struct entry *e, int previous, int64_t event_ms, enum towerd_alarm_event event)
{
	static const struct {
		const char *record;
		enum step_kind kind;
	} names[] = {
		[TOWERD_ALARM_RAISED] = { "alarm.raise", STEP_RAISED },
		[TOWERD_ALARM_CHANGED] = { "alarm.change", STEP_CHANGED },
		[TOWERD_ALARM_CLEARED] = { "alarm.clear", STEP_CLEARED },
	};
	struct alarm *a = &e->alarm;

	a->previous = (uint8_t)previous;
	a->changed_ms = loop_utc_ms(alarms->loop);
	a->changed_now_ms = loop_now_ms(alarms->loop);
	e->event_ms = event_ms;
	history_add(alarms, e);
	step_add(alarms, e,
	    &(struct step){
		.time_ms = a->changed_ms, .kind = (uint8_t)names[event].kind, .detail = a->severity });
	place_touch(alarms, a, event);
	if (event != TOWERD_ALARM_CHANGED)
		silenced_heard(alarms, e);
	figures_step(alarms, e, event);
	correlate_note(alarms, e);
	(void)entry_judge(alarms, e);
	int rc = announce(alarms, e, names[event].record, event);
	chattering_note(alarms, e);
	if (event != TOWERD_ALARM_CLEARED)
		settle_below(alarms, e);
	settle_above(alarms, e);
	correlate_spread(alarms, e);
	return rc;
}

static int
entry_raise(
    struct alarms *alarms, struct entry *e, int severity, const char *text, const struct moment *moment)
{
	struct alarm *a = &e->alarm;
	int64_t event_ms = moment_believed(alarms, moment);

	if (entry_set_text(alarms, e, text) < 0)
		return -ENOMEM;
	a->active_ms = event_ms;
	a->active_index = alarm_numbers_next_index(alarms);
	if (!e->is_indexed) {
		a->number = alarm_numbers_next_alarm(alarms);
		a->created_ms = moment->ours_ms;
		a->severity = (uint8_t)severity;
		if (entry_index(alarms, e) < 0)
			return -ENOMEM;
	} else {
		a->severity = (uint8_t)severity;
		if (entry_activate(alarms, e) < 0) {
			a->severity = TOWERD_CLEARED;
			return -ENOMEM;
		}
		ended_remove(alarms, e);
		entry_set_operator(alarms, e, OPERATOR_NONE, NULL, NULL, 0);
	}
	a->received_ms = moment->ours_ms;
	a->claimed_ms = moment->device_ms;
	a->raised_ms = event_ms;
	a->raises++;
	e->is_hint = moment->is_hint;
	e->is_wait_over = e->is_ending = false;
	deadline_clear(alarms->waits, &e->wait); /* that of its end */
	e->expires_ms = moment->expires_ms != 0 ? moment->expires_ms : a->type->is_event ? EVENT_MS : 0;
	alarms->stats.raised++;
	if (a->type->is_event)
		expiry_start(alarms, e);
	return entry_step(alarms, e, TOWERD_CLEARED, event_ms, TOWERD_ALARM_RAISED);
}

/* Another severity: the old row goes, a new one comes (RFC 3877, alarmActiveTable: a row is one state). */
static int
entry_change(struct alarms *alarms, struct entry *e, int severity, const struct moment *moment)
{
	int previous = e->alarm.severity;
	int64_t event_ms = moment_believed(alarms, moment);

	if (entry_move(alarms, e, severity, event_ms) < 0) {
		alarms->stats.overflow++;
		return -ENOMEM;
	}
	if (severity > previous) /* nobody has acknowledged what it has become */
		entry_set_operator(alarms, e, OPERATOR_NONE, NULL, NULL, 0);
	alarms->stats.changed++;
	return entry_step(alarms, e, previous, event_ms, TOWERD_ALARM_CHANGED);
}

/* The words alone: nobody is told, and who asks reads them. */
static int
entry_reword(struct alarms *alarms, struct entry *e, const struct moment *moment)
{
	e->alarm.previous = e->alarm.severity;
	e->event_ms = moment_believed(alarms, moment);
	history_add(alarms, e);
	return announce(alarms, e, "alarm.change", TOWERD_ALARM_CHANGED);
}

static int
raise_anew(struct alarms *alarms, struct entry *known, uint32_t resource, const struct alarm_type *type,
    const char *qualifier, int severity, const char *text, const struct moment *moment)
{
	struct entry *e = known != NULL ? known : entry_new(alarms, resource, type, qualifier);
	int rc = e != NULL ? entry_raise(alarms, e, severity, text, moment) : -ENOMEM;

	if (rc == -ENOMEM && (e == NULL || e->alarm.severity == TOWERD_CLEARED || !e->is_indexed)) {
		if (known == NULL)
			entry_free(alarms, e);
		alarms->stats.overflow++;
	}
	return rc;
}

int
raise_at(struct alarms *alarms, uint32_t resource, const char *type_name, const char *qualifier, int severity,
    const char *text, const struct moment *moment)
{
	const struct alarm_type *type = alarm_type_find(type_name);
	char clean[ALARM_TEXT_MAX + 1];

	if (qualifier == NULL)
		qualifier = "";
	if (type == NULL || strlen(qualifier) > ALARM_QUALIFIER_MAX)
		return -EINVAL;
	if (severity == 0)
		severity = type->severity;
	if (severity < 0 || severity > TOWERD_CRITICAL || !(type->severities & (1u << severity)))
		return -EINVAL;
	if (resource != ENTITY_AGENT_NUMBER && model_entity(alarms->model, resource) == NULL)
		return -ENOENT;
	text_clean(clean, sizeof(clean), text != NULL ? text : type->description);

	struct entry *e = entry_find_any(alarms, resource, type_name, qualifier);
	if (e == NULL || e->alarm.severity == TOWERD_CLEARED)
		return raise_anew(alarms, e, resource, type, qualifier, severity, clean, moment);
	e->expires_ms = moment->expires_ms;
	bool was_hint = e->is_hint;
	e->is_hint = e->is_hint && moment->is_hint;
	bool is_same_text = strcmp(e->alarm.text, clean) == 0;
	if (!is_same_text && entry_set_text(alarms, e, clean) < 0)
		return -ENOMEM;
	if (e->alarm.severity != severity)
		return entry_change(alarms, e, severity, moment);
	int rc = is_same_text ? 0 : entry_reword(alarms, e, moment);
	if (was_hint && !e->is_hint) { /* confirmed */
		uint64_t journal = e->alarm.journal_number;
		entry_rejudge(alarms, e);
		if (e->alarm.journal_number == journal)
			alarm_row_write(alarms, e);
	}
	return rc;
}

int
alarm_raise(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier, int severity,
    const char *text, int64_t event_ms)
{
	struct moment moment = moment_now(alarms, event_ms);
	return raise_at(alarms, resource, type, qualifier, severity, text, &moment);
}

int
entry_clear(struct alarms *alarms, struct entry *e, const char *text, const struct moment *moment)
{
	struct alarm *a = &e->alarm;
	int previous = a->severity;

	entry_deactivate(alarms, e);
	expiry_forget(alarms, e);
	if (text != NULL) /* without memory the old text stays, which is no worse than none */
		(void)entry_set_text(alarms, e, text);
	a->severity = TOWERD_CLEARED;
	alarms->stats.cleared++;
	ended_add(alarms, e);
	int rc = entry_step(alarms, e, previous, moment_believed(alarms, moment), TOWERD_ALARM_CLEARED);
	if (cleared_add(alarms, e) < 0)
		alarms->stats.overflow++;
	ended_bound(alarms);
	return rc;
}

int
entry_clear_now(struct alarms *alarms, struct entry *e, const char *text)
{
	struct moment moment = moment_now(alarms, 0);
	return entry_clear(alarms, e, text, &moment);
}

int
alarm_clear(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier,
    const char *text, int64_t event_ms)
{
	struct entry *e = entry_find_any(alarms, resource, type, qualifier != NULL ? qualifier : "");
	struct moment moment = moment_now(alarms, event_ms);
	return e != NULL && e->alarm.severity > TOWERD_CLEARED ? entry_clear(alarms, e, text, &moment) : 0;
}
