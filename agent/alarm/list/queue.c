/* SPDX-License-Identifier: ISC */
#include "agent/alarm/list/queue.h"

#include <stdlib.h>

#include "agent/alarm/list/inside.h"

#define BUDGET_MS  (10 * INT64_C(60000))
#define BUDGET_MAX 1000
/* Records that a listener may have before it and not acknowledged: beyond that what is not urgent waits here, where it can be overtaken. */
#define BACKLOG 256

struct queue {
	struct alarms *alarms;
	unsigned audience;
	struct order *waiting;
	struct loop_timer *timer;
	unsigned budget;
	int64_t *told_ms; /* monotonic: when the newest `budget` were told, a ring */
	unsigned next;
	uint64_t backlog[BACKLOG]; /* numbers that were told and not acknowledged, a ring */
	unsigned backlog_from, backlog_count;
	bool is_letting; /* it is somebody's turn: nothing waits behind others now */
};

/* Worst first, then the oldest; the alarm's number tells them apart. */
static struct order_key
queue_key(const struct told *told, const struct entry *e)
{
	return (struct order_key){ .hi = (uint64_t)(TOWERD_CRITICAL - told->queued_severity) << 56 |
		    ((uint64_t)told->queued_ms & 0xffffffffffffff),
		.lo = e->alarm.number };
}

/* How long until the budget lets the next one pass; 0: now. */
static int64_t
queue_left_ms(const struct queue *q)
{
	if (q->budget == 0 || q->told_ms[q->next] == INT64_MIN)
		return 0;
	int64_t left_ms = q->told_ms[q->next] + BUDGET_MS - loop_now_ms(q->alarms->loop);
	return left_ms > 0 ? left_ms : 0;
}

static bool
is_full(const struct queue *q)
{
	return q->backlog_count == BACKLOG || queue_left_ms(q) > 0;
}

/* From the loop, never from inside what made room; at once when the budget is open, else when it opens. */
static void
queue_pump_soon(struct queue *q)
{
	if (queue_length(q) > 0 && q->backlog_count < BACKLOG)
		loop_timer_start(q->timer, queue_left_ms(q));
}

static void
queue_let(struct queue *q, struct entry *e)
{
	queue_leave(q->alarms, q->audience, e);
	q->is_letting = true;
	settle(q->alarms, e);
	q->is_letting = false;
}

static void
queue_pump(void *arg)
{
	struct queue *q = arg;
	struct order_key at = { 0, 0 };
	struct entry *e;

	while (!is_full(q) &&
	    (e = order_seek(q->waiting, scopes_all(q->alarms->scopes), at, true, &at)) != NULL) {
		queue_let(q, e);
	}
	queue_pump_soon(q);
}

struct queue *
queue_new(struct alarms *alarms, unsigned audience)
{
	struct queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->alarms = alarms;
	q->audience = audience;
	q->waiting = order_new(alarms->scopes);
	q->timer = loop_timer_new(alarms->loop, &alarms->owner, queue_pump, q);
	if (q->waiting == NULL || q->timer == NULL) {
		queue_free(q);
		return NULL;
	}
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	loop_timer_free(q->timer);
	order_free(q->waiting);
	free(q->told_ms);
	free(q);
}

void
queue_set_budget(struct queue *q, unsigned budget)
{
	if (budget > BUDGET_MAX)
		budget = BUDGET_MAX;
	if (budget == q->budget)
		return;
	int64_t *told_ms = calloc(budget + 1, sizeof(*told_ms));
	if (told_ms == NULL)
		return; /* the old one goes on */
	for (unsigned i = 0; i <= budget; i++)
		told_ms[i] = INT64_MIN;
	free(q->told_ms);
	q->told_ms = told_ms;
	q->budget = budget;
	q->next = 0;
	queue_pump_soon(q); /* what waits may have its turn now */
}

static bool
is_urgent(const struct entry *e, int held)
{
	const struct alarm *a = &e->alarm;
	return a->severity == TOWERD_CLEARED || a->severity == TOWERD_CRITICAL || a->severity < held ||
	    a->type->is_safety;
}

bool
queue_holds_back(struct alarms *alarms, unsigned audience, struct entry *e)
{
	struct queue *q = alarms->audiences[audience].queue;
	int held = told_at(e, audience)->severity;

	bool is_free = is_urgent(e, held) || q->is_letting;
	if (!is_free && told_at(e, audience)->queued_severity == e->alarm.severity)
		return true;
	queue_leave(alarms, audience, e); /* it has another place now, or none */
	if (is_free || (!is_full(q) && queue_length(q) == 0))
		return false;
	struct told *told = told_of(e, audience);
	if (told == NULL) {
		alarms->stats.overflow++;
		return false; /* too early is better than never */
	}
	told->queued_severity = e->alarm.severity;
	told->queued_ms = e->alarm.raised_ms;
	if (order_insert(q->waiting, queue_key(told, e), e->alarm.resource, e) < 0) {
		told->queued_severity = 0;
		alarms->stats.overflow++;
		return false;
	}
	step_add(alarms, e,
	    &(struct step){ .time_ms = loop_utc_ms(alarms->loop),
		.kind = STEP_QUEUED,
		.detail = e->alarm.severity,
		.name = alarms->audiences[audience].name });
	queue_pump_soon(q);
	return true;
}

void
queue_leave(struct alarms *alarms, unsigned audience, struct entry *e)
{
	if (told_at(e, audience)->queued_severity == 0)
		return;
	struct told *told = told_of(e, audience);
	order_remove(alarms->audiences[audience].queue->waiting, queue_key(told, e));
	told->queued_severity = 0;
}

void
queue_told(struct alarms *alarms, unsigned audience, struct entry *e, uint64_t journal_number)
{
	struct queue *q = alarms->audiences[audience].queue;

	if (q->backlog_count < BACKLOG)
		q->backlog[(q->backlog_from + q->backlog_count++) % BACKLOG] = journal_number;
	if (q->budget == 0 || is_urgent(e, told_at(e, audience)->severity))
		return;
	q->told_ms[q->next] = loop_now_ms(alarms->loop);
	q->next = (q->next + 1) % q->budget;
}

void
queue_acknowledged(struct alarms *alarms, unsigned audience, uint64_t journal_number)
{
	struct queue *q = alarms->audiences[audience].queue;

	while (q->backlog_count > 0 && q->backlog[q->backlog_from] <= journal_number) {
		q->backlog_from = (q->backlog_from + 1) % BACKLOG;
		q->backlog_count--;
	}
	queue_pump_soon(q);
}

size_t
queue_length(const struct queue *q)
{
	return order_count(q->waiting, scopes_all(q->alarms->scopes));
}

unsigned
queue_backlog(const struct queue *q)
{
	return q->backlog_count;
}
