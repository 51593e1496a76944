/* SPDX-License-Identifier: ISC */
/*
 * Whether an alarm may be told. Its stand is found anew whenever something that it hangs on changes; nothing here tells anyone. What an alarm
 * waits for is bounded: when the time is over, it is told as it is.
 */
#include <errno.h>
#include <string.h>

#include "agent/alarm/list/correlate.h"
#include "agent/alarm/list/inside.h"

const char *const alarm_stand_names[] = { "free", "shelved", "maintenance", "controlled", "consequence",
	"waiting", "unconfirmed", "chattering", NULL };

#define LOOK_MS 1000 /* an alarm that waits for its cause looks for it this often */

/* The end of a cause is told when none hangs on it any more, or when they had the time to end as well. */
static void
ending_start(struct alarms *alarms, struct entry *e)
{
	if (LIST_EMPTY(&e->effects))
		return;
	correlate_ask_effects(alarms, e);
	e->is_ending = deadline_set(alarms->waits, &e->wait,
			   loop_now_ms(alarms->loop) + alarms->settings.recheck_ms) == 0;
}

static void
ending_over(struct alarms *alarms, struct entry *e)
{
	struct entry *effect;

	deadline_clear(alarms->waits, &e->wait);
	/* Those that are still there stand by themselves now, or have another cause; they are told before the end of this one is. */
	while ((effect = LIST_FIRST(&e->effects)) != NULL) {
		entry_set_cause(alarms, effect, NULL);
		effect->is_wait_over = false; /* what it waited for is over; there may be something new */
		entry_rejudge(alarms, effect);
		if (effect->cause == e) /* it must not: a cleared alarm causes nothing */
			entry_set_cause(alarms, effect, NULL);
	}
	e->is_ending = false;
	settle(alarms, e);
}

static void
wait_due(void *arg, struct deadline *deadline)
{
	struct alarms *alarms = arg;
	struct entry *e = LINKED(deadline, struct entry, wait);

	if (e->is_ending) {
		ending_over(alarms, e);
		return;
	}
	e->is_wait_over = loop_now_ms(alarms->loop) >= e->wait_end_ms;
	entry_rejudge(alarms, e);
}

void
entry_effect_left(struct alarms *alarms, struct entry *cause)
{
	if (cause->is_ending && LIST_EMPTY(&cause->effects))
		(void)deadline_set(alarms->waits, &cause->wait, loop_now_ms(alarms->loop));
}

/* Waits for so long at most, unless it has waited already; `again_ms`: it is looked at again that often meanwhile. */
static bool
entry_waits(struct alarms *alarms, struct entry *e, int64_t ms, int64_t again_ms)
{
	int64_t now = loop_now_ms(alarms->loop);

	if (e->is_wait_over)
		return false;
	if (e->wait_end_ms == 0)
		e->wait_end_ms = now + ms;
	if (e->wait.at_ms != 0)
		return true;
	int64_t next = now + again_ms < e->wait_end_ms ? now + again_ms : e->wait_end_ms;
	return deadline_set(alarms->waits, &e->wait, next) == 0;
}

static enum alarm_stand
stand_find(struct alarms *alarms, struct entry *e)
{
	if (e->alarm.type->is_safety)
		return STAND_FREE;
	/* Found for the silenced too: they count as what they are. */
	enum cause_verdict cause = correlate(alarms, e);
	enum alarm_stand by_word = silenced_stand(alarms, e);
	if (by_word != STAND_FREE)
		return by_word;
	if (cause == CAUSE_FOUND)
		return STAND_CONSEQUENCE;
	if (cause == CAUSE_WAIT && entry_waits(alarms, e, alarms->settings.cause_wait_ms, LOOK_MS))
		return STAND_WAITING;
	if (e->is_hint && entry_waits(alarms, e, alarms->settings.confirm_ms, alarms->settings.confirm_ms))
		return STAND_UNCONFIRMED;
	return e->proposal != NULL ? STAND_CHATTERING : STAND_FREE;
}

static void
judge_cleared(struct alarms *alarms, struct entry *e)
{
	struct entry *cause = e->cause;

	deadline_clear(alarms->waits, &e->wait);
	e->is_wait_over = false;
	e->wait_end_ms = e->recheck_end_ms = 0;
	entry_set_cause(alarms, e, NULL);
	silenced_release(alarms, e);
	e->alarm.stand = STAND_FREE;
	ending_start(alarms, e);
	if (cause != NULL) /* its own end is told after this one's */
		entry_effect_left(alarms, cause);
}

bool
entry_judge(struct alarms *alarms, struct entry *e)
{
	struct alarm *a = &e->alarm;
	uint8_t before = a->stand;
	uint32_t holder = e->holder;
	uint64_t cause = a->cause;

	if (a->severity == TOWERD_CLEARED) {
		judge_cleared(alarms, e);
		return before != a->stand;
	}
	a->stand = (uint8_t)stand_find(alarms, e);
	if (a->stand != STAND_WAITING && a->stand != STAND_UNCONFIRMED) {
		deadline_clear(alarms->waits, &e->wait);
		e->wait_end_ms = 0;
	}
	/* After a start a silence has another number, and is the same. */
	if (before == a->stand && cause == a->cause && (holder == e->holder || holder == 0))
		return false;
	figures_stand(alarms, e);
	step_add(alarms, e,
	    &(struct step){ .time_ms = loop_utc_ms(alarms->loop),
		.kind = STEP_STAND,
		.detail = a->stand,
		.number = e->holder != 0 ? 0 : a->cause,
		.until_ms = e->holder != 0 ? e->silenced_until_ms : 0,
		.name = e->silence });
	return true;
}

void
entry_rejudge(struct alarms *alarms, struct entry *e)
{
	uint64_t journal = e->alarm.journal_number;
	bool is_changed = entry_judge(alarms, e);

	settle(alarms, e);
	if (is_changed && e->alarm.journal_number == journal) /* no record has taken the row along */
		alarm_row_write(alarms, e);
	if (is_changed)
		settle_below(alarms, e);
	settle_above(alarms, e);
}

int
judge_new(struct alarms *alarms)
{
	alarms->waits = deadlines_new(alarms->loop, &alarms->owner, wait_due, alarms);
	return alarms->waits != NULL ? 0 : -ENOMEM;
}

void
judge_free(struct alarms *alarms)
{
	deadlines_free(alarms->waits);
}
