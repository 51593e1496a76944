/* SPDX-License-Identifier: ISC */
#include "agent/alarm/list/reference.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MS 2000               /* RFC 3877, alarmActiveState */
#define BUDGET_MS (10 * 60 * 1000)   /* alarm.h, audience_filter */
#define LOOK_MS   1000               /* who waits for a cause looks for it this often */
#define EVENT_MS  (24 * 3600 * 1000) /* how long an event stands that nobody acknowledges */

void
reference_init(struct reference *r, int64_t confirm_ms, int64_t cause_wait_ms, int64_t recheck_ms)
{
	memset(r, 0, sizeof(*r));
	r->now_ms = 1;
	r->confirm_ms = confirm_ms;
	r->cause_wait_ms = cause_wait_ms;
	r->recheck_ms = recheck_ms;
	for (int k = 0; k < REFERENCE_KEYS; k++)
		r->alarms[k].cause = r->facts[k] = -1;
	for (int a = 0; a < REFERENCE_AUDIENCES; a++)
		for (int i = 0; i < REFERENCE_WAIT; i++)
			r->audiences[a].spent_ms[i] = INT64_MIN;
}

bool
reference_is_active(const struct reference *r, int key)
{
	return r->alarms[key].number != 0 && r->alarms[key].severity > TOWERD_CLEARED;
}

unsigned
reference_consequences(const struct reference *r, int key)
{
	unsigned count = 0;

	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (r->alarms[k].number != 0 && r->alarms[k].cause == key)
			count += 1 + reference_consequences(r, k);
	return count;
}

static bool
is_heard_of(const struct reference_alarm *a)
{
	for (int i = 0; i < REFERENCE_AUDIENCES; i++)
		if (a->told[i] != 0)
			return true;
	return false;
}

/* In the order of alarm_stand. */
enum alarm_stand
reference_stand(const struct reference *r, int key)
{
	const struct reference_alarm *a = &r->alarms[key];

	if (!reference_is_active(r, key) || a->type->is_safety)
		return STAND_FREE;
	if (r->is_silenced[key])
		return STAND_SHELVED;
	if (a->cause >= 0)
		return STAND_CONSEQUENCE;
	if (a->is_patience_out)
		return STAND_FREE;
	if (a->is_waiting_for_cause)
		return STAND_WAITING;
	return a->is_hint ? STAND_UNCONFIRMED : STAND_FREE;
}

/* RFC 8632, notify-status-changes: from what it was told (0: nothing) to what is. */
static bool
is_asked_for(const struct reference_audience *audience, int told, int severity)
{
	bool is_above = severity >= audience->min_severity;

	if (told == severity)
		return false;
	if (audience->notify == NOTIFY_RAISE_AND_CLEAR)
		return told == 0 && is_above;
	if (audience->notify == NOTIFY_ALL && told != 0) /* all of what it knows */
		return true;
	return is_above || (told != 0 && told >= audience->min_severity);
}

/* Who hears of a cause, now or later, needs not hear of what follows from it. While a cause ends, nobody knows what follows from what. */
static bool
is_cause_heard(const struct reference *r, int audience, int key)
{
	for (int c = r->alarms[key].cause; c >= 0; c = r->alarms[c].cause) {
		const struct reference_alarm *cause = &r->alarms[c];
		if (cause->ending.ms != 0 || cause->told[audience] != 0 ||
		    ((r->audiences[audience].scope & 1u << c) &&
			is_asked_for(&r->audiences[audience], 0, cause->severity)))
			return true;
	}
	return false;
}

/* What follows from it and is not silenced itself: a silence is not about that, so the cause is told. */
static bool
reaches_beyond_its_silence(const struct reference *r, int key)
{
	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (r->alarms[k].number != 0 && r->alarms[k].cause == key &&
		    (reference_stand(r, k) != STAND_SHELVED || reaches_beyond_its_silence(r, k)))
			return true;
	return false;
}

static bool
is_due(const struct reference *r, int audience, int key)
{
	const struct reference_alarm *a = &r->alarms[key];
	enum alarm_stand stand = reference_stand(r, key);

	if (!r->audiences[audience].is_open)
		return false;
	if (a->severity == TOWERD_CLEARED) /* always, to whoever was told that it began */
		return a->told[audience] != 0 && a->ending.ms == 0;
	if (stand == STAND_WAITING || stand == STAND_UNCONFIRMED ||
	    (stand == STAND_CONSEQUENCE && is_cause_heard(r, audience, key)) ||
	    (stand == STAND_SHELVED && !reaches_beyond_its_silence(r, key)))
		return false;
	return (r->audiences[audience].scope & 1u << key) &&
	    is_asked_for(&r->audiences[audience], a->told[audience], a->severity);
}

/* Never behind others: the worst, what concerns safety, what is over, what got better. */
static bool
is_urgent(const struct reference *r, int audience, int key)
{
	const struct reference_alarm *a = &r->alarms[key];
	return a->severity == TOWERD_CRITICAL || a->type->is_safety || a->severity < a->told[audience];
}

static bool
is_spent(const struct reference *r, int audience)
{
	const struct reference_audience *to = &r->audiences[audience];
	return to->budget != 0 && to->spent_ms[to->budget - 1] != INT64_MIN &&
	    to->spent_ms[to->budget - 1] + BUDGET_MS > r->now_ms;
}

static struct reference_due
due_at(struct reference *r, int64_t ms)
{
	return (struct reference_due){ ms, ++r->serial };
}

static bool
has_queue(const struct reference *r, int audience)
{
	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (r->alarms[k].queued[audience] != 0)
			return true;
	return false;
}

/* When the budget opens; at once when it is open. */
static void
pump_soon(struct reference *r, int audience)
{
	struct reference_audience *to = &r->audiences[audience];
	to->pump = due_at(r, is_spent(r, audience) ? to->spent_ms[to->budget - 1] + BUDGET_MS : r->now_ms);
}

/* Whether it has to wait for its turn. */
static bool
is_held_back(struct reference *r, int audience, int key)
{
	struct reference_alarm *a = &r->alarms[key];

	if (a->queued[audience] == a->severity && !is_urgent(r, audience, key) &&
	    !r->audiences[audience].is_turn)
		return true;
	a->queued[audience] = 0;
	if (is_urgent(r, audience, key) || r->audiences[audience].is_turn ||
	    (!is_spent(r, audience) && !has_queue(r, audience)))
		return false;
	a->queued[audience] = a->severity;
	pump_soon(r, audience);
	return true;
}

/* Who is told now. With an open window nobody is, and it waits until that closes. */
static unsigned
plan(struct reference *r, int key)
{
	struct reference_alarm *a = &r->alarms[key];
	unsigned told = 0;

	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		if (a->severity == TOWERD_CLEARED && a->type->is_event) /* its end is told to nobody */
			a->told[i] = 0;
		if (!is_due(r, i, key))
			a->queued[i] = 0;
		else if (!is_held_back(r, i, key))
			told |= 1u << i;
	}
	if (told == 0)
		return 0;
	if (r->closes[key / 2].ms != 0) {
		if (a->waiting == 0)
			a->waiting = ++r->serial;
		return 0;
	}
	r->closes[key / 2] = due_at(r, r->now_ms + WINDOW_MS);
	return told;
}

static void
note(struct reference *r, const char *record, int key, unsigned told)
{
	struct reference_alarm *a = &r->alarms[key];

	assert(r->note_count < REFERENCE_NOTES);
	r->notes[r->note_count++] = (struct reference_note){ record, key, a->severity, told };
	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		if (!(told & 1u << i))
			continue;
		int64_t *spent_ms = r->audiences[i].spent_ms;
		if (!is_urgent(r, i, key) && r->audiences[i].budget != 0) {
			memmove(spent_ms + 1, spent_ms, (REFERENCE_WAIT - 1) * sizeof(*spent_ms));
			spent_ms[0] = r->now_ms;
		}
		a->told[i] = a->severity == TOWERD_CLEARED ? 0 : a->severity;
		a->told_serial[i] = ++r->serial;
	}
}

static void settle(struct reference *r, int key);
static void pump(struct reference *r, int audience);

/* Those below it in the order in which they came, the newest first. */
static int
effects_of(const struct reference *r, int key, int out[REFERENCE_KEYS])
{
	int count = 0;

	for (int k = 0; k < REFERENCE_KEYS; k++) {
		if (r->alarms[k].number == 0 || r->alarms[k].cause != key)
			continue;
		int i = count++;
		for (; i > 0 && r->alarms[out[i - 1]].attached < r->alarms[k].attached; i--)
			out[i] = out[i - 1];
		out[i] = k;
	}
	return count;
}

/* Who hears no more of a cause hears of what follows from it. */
static void
settle_below(struct reference *r, int key)
{
	int effects[REFERENCE_KEYS], count = effects_of(r, key, effects);

	for (int i = 0; i < count; i++) {
		settle(r, effects[i]);
		settle_below(r, effects[i]);
	}
}

/* What is, against what each was told. */
static void
settle(struct reference *r, int key)
{
	unsigned told = plan(r, key);
	if (told != 0)
		note(r, "tell", key, told);
}

/* Silenced causes may reach further than their silence now. */
static void
settle_above(struct reference *r, int key)
{
	for (int c = r->alarms[key].cause; c >= 0; c = r->alarms[c].cause)
		if (reference_stand(r, c) == STAND_SHELVED)
			settle(r, c);
}

static void
change_add(struct reference_alarm *a)
{
	memmove(a->changes + 1, a->changes, (ALARM_HISTORY_MAX - 1) * sizeof(a->changes[0]));
	a->changes[0] = (struct reference_change){ a->severity, a->text };
	a->change_count += a->change_count < ALARM_HISTORY_MAX;
}

static int
effects_of_any(const struct reference *r, int key)
{
	int effects[REFERENCE_KEYS];
	return effects_of(r, key, effects);
}

static void
detach(struct reference *r, int key)
{
	int cause = r->alarms[key].cause;

	r->alarms[key].cause = -1;
	/* Nothing follows from a cause that is ending any more: it need not wait longer. */
	if (cause >= 0 && r->alarms[cause].ending.ms != 0 && effects_of_any(r, cause) == 0)
		r->alarms[cause].ending = due_at(r, r->now_ms);
}

/* By the facts. One that was its cause, and whose end is being looked at, is it until that is over. */
static void
find_cause(struct reference *r, int key)
{
	struct reference_alarm *a = &r->alarms[key];
	int cause = r->facts[key] >= 0 && reference_is_active(r, r->facts[key]) ? r->facts[key] : -1;

	if (a->type->is_safety || a->cause == cause || (cause < 0 && r->alarms[a->cause].ending.ms != 0))
		return;
	detach(r, key);
	a->cause = cause;
	a->attached = ++r->serial;
}

/* While it may not be told for want of its cause or of the reading, it waits; never longer than it began to. True: it stands otherwise now. */
static bool
judge(struct reference *r, int key)
{
	struct reference_alarm *a = &r->alarms[key];
	enum alarm_stand before = a->stand;
	int cause = a->cause;

	find_cause(r, key);
	a->is_waiting_for_cause = r->may_come[key] && !is_heard_of(a);
	a->stand = (uint8_t)reference_stand(r, key);
	if (a->stand != STAND_UNCONFIRMED && a->stand != STAND_WAITING)
		a->patience.ms = a->patience_ms = 0;
	else if (a->patience_ms == 0)
		a->patience_ms = r->now_ms + (a->stand == STAND_WAITING ? r->cause_wait_ms : r->confirm_ms);
	if (a->patience_ms != 0 && a->patience.ms == 0) {
		int64_t next_ms = r->now_ms + (a->stand == STAND_WAITING ? LOOK_MS : r->confirm_ms);
		a->patience = due_at(r, next_ms < a->patience_ms ? next_ms : a->patience_ms);
	}
	return a->stand != before || a->cause != cause;
}

void
reference_judge(struct reference *r, int key)
{
	if (!reference_is_active(r, key))
		return;
	(void)judge(r, key);
	settle(r, key);
	settle_below(r, key);
	settle_above(r, key);
}

static void
step(struct reference *r, const char *record, int key)
{
	struct reference_alarm *a = &r->alarms[key];

	a->changed_ms = r->now_ms;
	change_add(a);
	if (a->severity != TOWERD_CLEARED)
		(void)judge(r, key);
	note(r, record, key, plan(r, key));
}

/* The end of a cause: what still follows from it stands by itself now, and is told first. */
static void
end(struct reference *r, int key)
{
	int effects[REFERENCE_KEYS], count = effects_of(r, key, effects);

	for (int i = 0; i < count; i++) {
		r->alarms[effects[i]].cause = -1;
		r->alarms[effects[i]].is_patience_out = false; /* there may be something new to wait for */
		reference_judge(r, effects[i]);
	}
	r->alarms[key].ending.ms = 0;
	settle(r, key);
}

void
reference_raise(
    struct reference *r, const struct reference_type *type, int key, int severity, int text, bool is_hint)
{
	struct reference_alarm *a = &r->alarms[key];

	if (a->number == 0) {
		*a = (struct reference_alarm){ .number = ++r->serial, .cause = -1 };
		a->type = type;
		a->severity = TOWERD_CLEARED;
		a->operator_state = OPERATOR_NONE;
	}
	if (a->severity == TOWERD_CLEARED) {
		a->severity = a->last = severity;
		a->text = text;
		a->raises++;
		a->raised_ms = r->now_ms;
		a->operator_state = OPERATOR_NONE;
		a->is_hint = is_hint;
		a->is_patience_out = false;
		a->ending.ms = a->patience.ms = a->patience_ms = a->expiry.ms = 0;
		if (a->type->is_event)
			a->expiry = due_at(r, r->now_ms + EVENT_MS);
		step(r, "raise", key);
		settle_below(r, key);
		settle_above(r, key);
		return;
	}
	bool is_confirmed = a->is_hint && !is_hint;
	bool is_reworded = a->text != text;
	a->text = text;
	if (a->severity != severity) {
		a->is_hint = a->is_hint && is_hint;
		if (severity > a->severity)
			a->operator_state = OPERATOR_NONE;
		a->severity = a->last = severity;
		step(r, "change", key);
		settle_below(r, key);
		settle_above(r, key);
		return;
	}
	if (is_reworded) {
		change_add(a);
		note(r, "change", key, plan(r, key)); /* the words alone make nobody due */
	}
	a->is_hint = a->is_hint && is_hint;
	if (is_confirmed)
		reference_judge(r, key);
}

void
reference_clear(struct reference *r, int key, int text)
{
	struct reference_alarm *a = &r->alarms[key];

	if (!reference_is_active(r, key))
		return;
	a->severity = TOWERD_CLEARED;
	a->text = text;
	a->expiry.ms = a->patience.ms = a->patience_ms = 0;
	a->stand = STAND_FREE;
	detach(r, key);
	if (effects_of_any(r, key) > 0)
		a->ending = due_at(r, r->now_ms + r->recheck_ms);
	step(r, "clear", key);
}

void
reference_operate(struct reference *r, int key, enum operator_state state)
{
	struct reference_alarm *a = &r->alarms[key];

	if (a->number == 0)
		return;
	note(r, "operator", key, 0);
	a->operator_state = (int)state;
	if (a->type->is_event && state != OPERATOR_NONE)
		reference_clear(r, key, state == OPERATOR_ACK ? -OPERATOR_ACK : -OPERATOR_CLOSED);
}

/* Through all that there are, in the order of their making; -1 begins, and ends. */
static int
next_of(const struct reference *r, int key)
{
	unsigned last = key < 0 ? 0 : r->alarms[key].number;
	int next = -1;

	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (r->alarms[k].number > last && (next < 0 || r->alarms[k].number < r->alarms[next].number))
			next = k;
	return next;
}

void
reference_open(struct reference *r, int audience, enum audience_notify notify, int min_severity,
    unsigned scope, unsigned budget)
{
	struct reference_audience *to = &r->audiences[audience];

	bool is_other_budget = to->budget != budget;
	for (int i = 0; i < REFERENCE_WAIT && is_other_budget; i++)
		to->spent_ms[i] = INT64_MIN;
	to->is_open = true;
	to->notify = notify;
	to->min_severity = min_severity;
	to->scope = scope;
	to->budget = budget;
	if (is_other_budget && has_queue(r, audience)) /* what waits may have its turn now */
		pump(r, audience);
	for (int k = -1; (k = next_of(r, k)) >= 0;) /* all that there is */
		settle(r, k);
}

void
reference_close(struct reference *r, int audience)
{
	r->audiences[audience].is_open = false;
}

/* All that stands is told anew; what has ended ends with the list that its listener reads. */
void
reference_lost(struct reference *r, int audience)
{
	unsigned serial = r->serial;

	for (int k = -1; (k = next_of(r, k)) >= 0;) {
		struct reference_alarm *a = &r->alarms[k];
		/* What it was told since then is not lost. */
		bool is_lost = a->told[audience] != 0 && a->told_serial[audience] <= serial;
		if (is_lost)
			a->told[audience] = a->queued[audience] = 0;
		settle(r, k);
		if (is_lost && a->told[audience] == 0)
			settle_below(r, k);
	}
}

/* What is held true, and who was told what, is as it was; windows, queues and waits begin anew. */
void
reference_restart(struct reference *r)
{
	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		r->audiences[i].is_open = false;
		r->audiences[i].pump.ms = 0;
		for (int j = 0; j < REFERENCE_WAIT; j++)
			r->audiences[i].spent_ms[j] = INT64_MIN;
	}
	memset(r->closes, 0, sizeof(r->closes));
	for (int k = 0; k < REFERENCE_KEYS; k++) {
		struct reference_alarm *a = &r->alarms[k];
		a->waiting = 0;
		memset(a->queued, 0, sizeof(a->queued));
		a->patience.ms = a->patience_ms = 0;
		a->is_patience_out = a->stand == STAND_FREE; /* what was told once is not waited for again */
	}
	for (int k = 0; k < REFERENCE_KEYS; k++) {
		struct reference_alarm *a = &r->alarms[k];
		if (a->cause >= 0 && !reference_is_active(r, a->cause))
			a->cause = -1;
		a->ending.ms = 0;
	}
	for (int k = -1; (k = next_of(r, k)) >= 0;) /* they are read in this order */
		r->alarms[k].attached = ++r->serial;
	for (int k = -1; (k = next_of(r, k)) >= 0;)
		if (reference_is_active(r, k)) {
			if (r->alarms[k].expiry.ms != 0)
				r->alarms[k].expiry = due_at(r, r->now_ms + EVENT_MS);
			(void)judge(r, k);
		}
}

static bool
is_wanted(const struct reference_alarm *a, int clearance, int severity)
{
	bool is_cleared = a->severity == TOWERD_CLEARED;

	return a->number != 0 &&
	    (clearance == CLEARANCE_ANY || (clearance == CLEARANCE_CLEARED) == is_cleared) &&
	    (severity == 0 || severity == a->last);
}

int
reference_purge(struct reference *r, int clearance, int severity)
{
	int count = 0;

	for (int next, k = next_of(r, -1); k >= 0; k = next) {
		struct reference_alarm *a = &r->alarms[k];
		next = next_of(r, k);
		if (!is_wanted(a, clearance, severity))
			continue;
		count++;
		reference_clear(r, k, -100);
		/* Whoever has still to hear of its end does so first. */
		if (!is_heard_of(a) && a->ending.ms == 0)
			*a = (struct reference_alarm){ .cause = -1 };
	}
	return count;
}

int
reference_compress(struct reference *r, int clearance, int severity)
{
	int count = 0;

	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (is_wanted(&r->alarms[k], clearance, severity)) {
			r->alarms[k].change_count = 1;
			count++;
		}
	return count;
}

/* Time. What is due in the same moment comes in the order in which it was set. */

static void
close_window(struct reference *r, int pair)
{
	unsigned last = r->serial;

	r->closes[pair].ms = 0;
	for (;;) { /* those that began to wait before it closed, in that order */
		int next = -1;
		for (int k = 2 * pair; k < 2 * pair + 2; k++) {
			unsigned waiting = r->alarms[k].waiting;
			if (waiting != 0 && waiting <= last &&
			    (next < 0 || waiting < r->alarms[next].waiting))
				next = k;
		}
		if (next < 0)
			return;
		r->alarms[next].waiting = 0;
		settle(r, next);
	}
}

static void
pump(struct reference *r, int audience)
{
	struct reference_audience *to = &r->audiences[audience];

	to->pump.ms = 0;
	while (!is_spent(r, audience) && has_queue(r, audience)) {
		int best = -1;
		for (int k = 0; k < REFERENCE_KEYS; k++) {
			const struct reference_alarm *a = &r->alarms[k], *b = best < 0 ? a : &r->alarms[best];
			if (a->queued[audience] == 0)
				continue;
			if (best < 0 || a->queued[audience] > b->queued[audience] ||
			    (a->queued[audience] == b->queued[audience] &&
				(a->raised_ms < b->raised_ms ||
				    (a->raised_ms == b->raised_ms && a->number < b->number))))
				best = k;
		}
		r->alarms[best].queued[audience] = 0;
		to->is_turn = true;
		settle(r, best);
		to->is_turn = false;
	}
	if (has_queue(r, audience))
		pump_soon(r, audience);
}

/* What is due first by `until_ms`; false: nothing. */
static bool
pass_one(struct reference *r, int64_t until_ms)
{
	struct reference_due first = { until_ms + 1, 0 };
	int which = -1, kind = -1;

	for (int i = 0; i < REFERENCE_KEYS; i++) {
		const struct reference_alarm *a = &r->alarms[i];
		const struct reference_due none = { 0 },
					   dues[] = { i < REFERENCE_KEYS / 2 ? r->closes[i] : none,
						   a->patience, a->ending, a->expiry,
						   i < REFERENCE_AUDIENCES ? r->audiences[i].pump : none };
		for (int k = 0; k < 5; k++)
			if (dues[k].ms != 0 &&
			    (dues[k].ms < first.ms ||
				(dues[k].ms == first.ms && dues[k].serial < first.serial))) {
				first = dues[k];
				kind = k;
				which = i;
			}
	}
	if (kind < 0)
		return false;
	struct reference_alarm *a = &r->alarms[which];
	r->now_ms = first.ms > r->now_ms ? first.ms : r->now_ms;
	int timer = kind == 2 ? 1 : kind == 4 ? 4 + which : kind; /* who shares a timer comes in order */
	r->is_tie |= r->now_ms == r->last_ms && timer != r->last_timer;
	r->last_ms = r->now_ms;
	r->last_timer = timer;
	switch (kind) {
	case 0:
		close_window(r, which);
		break;
	case 1:
		a->patience.ms = 0;
		a->is_patience_out = r->now_ms >= a->patience_ms;
		reference_judge(r, which);
		break;
	case 2:
		end(r, which);
		break;
	case 3:
		reference_clear(r, which, -200);
		break;
	default:
		pump(r, which);
	}
	return true;
}

void
reference_pass(struct reference *r, int64_t ms)
{
	int64_t until_ms = r->now_ms + ms;

	while (pass_one(r, until_ms))
		;
	r->now_ms = until_ms;
}
