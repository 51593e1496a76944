/* SPDX-License-Identifier: ISC */
/*
 * Audiences: who listens, what each asked for, and the rows of its list. A slot is kept as long as an alarm is held in its name, so that a
 * listener that is away for a while, or a restart of the agent, changes nothing of what it was told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/queue.h"

#define FILL_ROUND 200 /* alarms of one callback, which must not take long */

int
audience_find(const struct alarms *alarms, const char *name)
{
	for (size_t i = 0; i < alarms->audience_count; i++)
		if (strcmp(alarms->audiences[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

static void
audience_fini(struct alarms *alarms, struct audience *audience)
{
	intern_drop(alarms->texts, audience->name);
	order_free(audience->rows);
	order_free(audience->by_index);
	queue_free(audience->queue);
	*audience = (struct audience){ 0 };
}

/* The order of an SNMP index: shorter names first (RFC 2578, 7.7). */
static bool
is_before(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	return a_len != b_len ? a_len < b_len : memcmp(a, b, a_len) < 0;
}

/* The newest, which is not counted yet. */
static void
name_insert(struct alarms *alarms)
{
	size_t count = alarms->audience_count, at = count;

	for (; at > 0 &&
	     is_before(alarms->audiences[count].name, alarms->audiences[alarms->by_name[at - 1]].name);
	     at--)
		alarms->by_name[at] = alarms->by_name[at - 1];
	alarms->by_name[at] = (uint8_t)count;
}

int
audience_named(struct alarms *alarms, const char *name)
{
	int found = audience_find(alarms, name);
	size_t len = strlen(name);

	if (found >= 0)
		return found;
	if (len == 0 || len > AUDIENCE_NAME_MAX)
		return -EINVAL;
	if (alarms->audience_count == AUDIENCES_MAX)
		return -ENOSPC;
	struct audience *audience = &alarms->audiences[alarms->audience_count];
	*audience = (struct audience){ .name = intern_take(alarms->texts, name),
		.rows = order_new(alarms->scopes),
		.by_index = order_new(alarms->scopes),
		.queue = queue_new(alarms, (unsigned)alarms->audience_count) };
	if (audience->name == NULL || audience->rows == NULL || audience->by_index == NULL ||
	    audience->queue == NULL) {
		audience_fini(alarms, audience);
		return -ENOMEM;
	}
	name_insert(alarms);
	return (int)alarms->audience_count++;
}

void
audiences_fini(struct alarms *alarms)
{
	while (alarms->audience_count > 0)
		audience_fini(alarms, &alarms->audiences[--alarms->audience_count]);
}

/* What it was told before its records were lost, it was not told. That its row says so, too, is for the alarm that is not told anew at once. */
static void
fill_entry(struct alarms *alarms, struct audience *audience, struct entry *e)
{
	unsigned number = (unsigned)(audience - alarms->audiences);
	const struct told *told = told_at(e, number);
	bool is_void = told->severity != 0 && told->journal <= audience->void_to;

	if (is_void)
		audience_drop(alarms, e, number);
	settle(alarms, e);
	if (is_void && told_at(e, number)->severity == 0) {
		alarm_row_write(alarms, e);
		settle_below(alarms, e);
	}
}

/* Settles what there is with those that are to be filled: cleared alarms too, whose end they may not have heard of. */
static void
fill_audience(struct alarms *alarms, struct audience *audience)
{
	for (int i = 0; i < FILL_ROUND; i++) {
		struct order_key at;
		struct entry *e =
		    order_seek(alarms->all, scopes_all(alarms->scopes), audience->fill_from, false, &at);
		if (e == NULL) {
			audience->is_filling = false;
			return;
		}
		audience->fill_from = at;
		fill_entry(alarms, audience, e);
	}
}

static void
fill(void *arg)
{
	struct alarms *alarms = arg;
	bool is_more = false;

	for (size_t i = 0; i < alarms->audience_count && !alarms->is_stopped; i++)
		if (alarms->audiences[i].is_filling) {
			fill_audience(alarms, &alarms->audiences[i]);
			is_more = is_more || alarms->audiences[i].is_filling;
		}
	if (is_more)
		loop_timer_start(alarms->fill_timer, 0);
}

static void
fill_start(struct alarms *alarms, struct audience *audience)
{
	audience->is_filling = true;
	audience->asked_ms = loop_now_ms(alarms->loop);
	audience->fill_from = (struct order_key){ 0, 0 };
	loop_timer_start(alarms->fill_timer, 0);
}

int
audiences_init(struct alarms *alarms)
{
	alarms->fill_timer = loop_timer_new(alarms->loop, &alarms->owner, fill, alarms);
	return alarms->fill_timer != NULL ? 0 : -ENOMEM;
}

int
audience_open(struct alarms *alarms, const char *name, const struct audience_filter *filter)
{
	int number = audience_named(alarms, name);

	if (number < 0)
		return number;
	struct audience *audience = &alarms->audiences[number];
	audience->is_open = true;
	audience->filter = *filter;
	queue_set_budget(audience->queue, filter->budget);
	figures_audience(alarms, (unsigned)number, true);
	fill_start(alarms, audience);
	return number;
}

void
audience_close(struct alarms *alarms, int audience)
{
	alarms->audiences[audience].is_open = false;
	figures_audience(alarms, (unsigned)audience, false);
}

bool
audience_is_open(const struct alarms *alarms, const char *name)
{
	int found = audience_find(alarms, name);
	return found >= 0 && alarms->audiences[found].is_open;
}

uint64_t
audience_lost(struct alarms *alarms, int audience)
{
	struct audience *lost = &alarms->audiences[audience];

	lost->void_to = lost->newest;
	queue_acknowledged(alarms, (unsigned)audience, lost->newest); /* nobody waits for it any more */
	fill_start(alarms, lost);
	return lost->newest;
}

int
audience_hold(struct alarms *alarms, struct entry *e, unsigned audience, const struct told *now)
{
	struct audience *to = &alarms->audiences[audience];
	struct told *told = told_of(e, audience);

	if (told == NULL)
		return -ENOMEM;
	audience_drop(alarms, e, audience);
	if (order_insert(to->rows, alarm_time_key(now->active_ms, now->index), e->alarm.resource, e) < 0)
		return -ENOMEM;
	if (order_insert(to->by_index, alarm_index_key(now->index), e->alarm.resource, e) < 0) {
		order_remove(to->rows, alarm_time_key(now->active_ms, now->index));
		return -ENOMEM;
	}
	*told = *now;
	to->counts[now->severity]++;
	if (now->journal > to->newest)
		to->newest = now->journal;
	return 0;
}

void
audience_count(
    struct alarms *alarms, struct audience *audience, int held, int severity, uint64_t journal_number)
{
	int64_t now_ms = loop_now_ms(alarms->loop);

	now_ms = now_ms > 0 ? now_ms : 1; /* 0 says never */
	audience->told++;
	audience->entered[severity]++;
	if (journal_number > audience->newest)
		audience->newest = journal_number;
	if (severity == TOWERD_CLEARED) {
		audience->last_clear_ms = now_ms;
	} else if (held == 0) {
		audience->raised++;
		audience->last_raise_ms = now_ms;
	}
}

void
audience_drop(struct alarms *alarms, struct entry *e, unsigned audience)
{
	const struct told *told = told_at(e, audience);

	queue_leave(alarms, audience, e);
	if (told->severity == 0)
		return;
	struct audience *from = &alarms->audiences[audience];
	order_remove(from->rows, alarm_time_key(told->active_ms, told->index));
	order_remove(from->by_index, alarm_index_key(told->index));
	from->counts[told->severity]--;
	e->told[audience] = (struct told){ 0 };
}

int
audience_holds(const struct alarms *alarms, int audience, const struct alarm *alarm)
{
	(void)alarms;
	return told_at((const struct entry *)alarm, (unsigned)audience)->severity;
}

void
audience_acknowledged(struct alarms *alarms, int audience, uint64_t number)
{
	queue_acknowledged(alarms, (unsigned)audience, number);
}
