/* SPDX-License-Identifier: ISC */
/*
 * What the list tells the figures of merit (merit/merit.h), and their rows in the store: today's every ten minutes and at the end, so that a
 * crash costs ten minutes of statistics and no disk pays for each alarm.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

#define WRITE_MS      (10 * 60 * 1000)
#define STALE_MS      (24 * INT64_C(3600000))
#define STALE_EACH_MS 60000
#define STALE_MAX     10000 /* counted; more are as bad */

static struct merit_subject
subject_of(const struct entry *e)
{
	return (struct merit_subject){ .type = e->alarm.type,
		.site = e->alarm.site != 0 ? e->alarm.site : e->alarm.resource,
		.area = e->area,
		.severity = e->alarm.severity };
}

/* Once in the life of a raise for each reason. */
static void
kept(struct alarms *alarms, struct entry *e, enum merit_kept why)
{
	if ((e->kept & 1u << why) != 0)
		return;
	e->kept |= (uint8_t)(1u << why);
	merit_kept(alarms->merit, why);
}

static bool
is_queued(const struct entry *e)
{
	for (unsigned a = 0; a < e->told_size; a++)
		if (e->told[a].queued_severity != 0)
			return true;
	return false;
}

/* What ends before anyone was told of it was kept from them by what it waited for. */
static void
ended_untold(struct alarms *alarms, struct entry *e)
{
	if (entry_is_told(e))
		return;
	if (e->alarm.stand == STAND_WAITING)
		kept(alarms, e, MERIT_KEPT_WAITING);
	else if (e->alarm.stand == STAND_UNCONFIRMED)
		kept(alarms, e, MERIT_KEPT_UNCONFIRMED);
	else if (is_queued(e))
		kept(alarms, e, MERIT_KEPT_BUDGET);
}

void
figures_step(struct alarms *alarms, struct entry *e, enum towerd_alarm_event event)
{
	bool was_held = e->proposal != NULL, is_fleeting = chattering_step(alarms, e, event);
	const struct merit_subject subject = subject_of(e);
	int64_t now_ms = loop_now_ms(alarms->loop);

	switch (event) {
	case TOWERD_ALARM_RAISED:
		e->kept = 0;
		if (flooding_is(e))
			break;
		(void)merit_pass(alarms->merit, MERIT_RAISED, now_ms);
		(void)merit_count(alarms->merit, MERIT_RAISED, &subject, now_ms);
		if (was_held && entry_is_told(e))
			kept(alarms, e, MERIT_KEPT_CHATTERING);
		break;
	case TOWERD_ALARM_CHANGED:
		break;
	case TOWERD_ALARM_CLEARED:
		ended_untold(alarms, e);
		merit_cleared(alarms->merit, loop_utc_ms(alarms->loop) - e->alarm.received_ms, is_fleeting);
		break;
	}
}

void
figures_stand(struct alarms *alarms, struct entry *e)
{
	static const uint8_t reasons[STANDS] = {
		/* and one: 0 is none */
		[STAND_SHELVED] = MERIT_KEPT_SHELVED + 1,
		[STAND_MAINTENANCE] = MERIT_KEPT_MAINTENANCE + 1,
		[STAND_CONTROLLED] = MERIT_KEPT_CONTROLLED + 1,
		[STAND_CONSEQUENCE] = MERIT_KEPT_CONSEQUENCE + 1,
	};
	uint8_t reason = reasons[e->alarm.stand];

	if (reason != 0 && !entry_is_told(e))
		kept(alarms, e, (enum merit_kept)(reason - 1));
}

void
figures_told(struct alarms *alarms, const struct entry *e, unsigned audience)
{
	const struct merit_subject subject = subject_of(e);
	int64_t now_ms = loop_now_ms(alarms->loop);

	if (told_at(e, audience)->severity != 0 || e->alarm.severity == TOWERD_CLEARED || flooding_is(e))
		return;
	/* What stood before it asked for the list is no news. */
	if (e->alarm.changed_now_ms < alarms->audiences[audience].asked_ms)
		return;
	(void)merit_pass(alarms->merit, audience + 1, now_ms);
	if (merit_count(alarms->merit, audience + 1, &subject, now_ms) == FLOOD_BEGINS)
		flooding_look_soon(alarms);
}

void
figures_audience(struct alarms *alarms, unsigned audience, bool is_open)
{
	if (!is_open) {
		merit_source_close(alarms->merit, audience + 1);
		flooding_look_soon(alarms);
	} else if (merit_source_open(alarms->merit, audience + 1, alarms->audiences[audience].name,
		       loop_now_ms(alarms->loop)) < 0)
		alarms->stats.overflow++;
}

/* Of an order by the time of rows: those that have stood for more than a day. */
static uint32_t
stale_count(const struct alarms *alarms, struct order *rows)
{
	int64_t before_ms = loop_utc_ms(alarms->loop) - STALE_MS;
	struct order_key at = { 0, 0 };
	const struct entry *e;
	uint32_t count = 0;

	while (count < STALE_MAX &&
	    (e = order_seek(rows, scopes_all(alarms->scopes), at, false, &at)) != NULL &&
	    e->alarm.active_ms < before_ms)
		count++;
	return count;
}

int
alarms_each_stale(const struct alarms *alarms, int (*fn)(void *arg, const struct alarm *alarm), void *arg)
{
	int64_t before_ms = loop_utc_ms(alarms->loop) - STALE_MS;
	struct order_key at = { 0, 0 };
	const struct entry *e;
	int rc = 0;

	while (rc == 0 &&
	    (e = order_seek(alarms->active, scopes_all(alarms->scopes), at, false, &at)) != NULL &&
	    e->alarm.active_ms < before_ms)
		rc = fn(arg, &e->alarm);
	return rc;
}

/* Rows. Their keys are days since 1970-01-01, all of five digits until the year 2243. */

static void
row_key(uint32_t day, char out[16])
{
	snprintf(out, 16, "%05u", (unsigned)day);
}

static void
row_write(struct alarms *alarms, uint32_t day)
{
	struct towerd_json_writer *w = &alarms->writer;
	char key[16];

	towerd_json_reset(w);
	if (!merit_row_write(alarms->merit, day, w))
		return;
	const char *body = towerd_json_done(w);
	if (body == NULL)
		return; /* again in ten minutes */
	struct store_txn *txn = store_begin(alarms->store);
	row_key(day, key);
	store_put(txn, STORE_MERIT, key, body, strlen(body));
	if (day >= MERIT_DAYS) {
		row_key(day - MERIT_DAYS, key);
		store_delete(txn, STORE_MERIT, key);
	}
	(void)store_submit(txn, STORE_KEEP, NULL, NULL);
}

/* Not with each read of a table. */
static void
figures_stale(struct alarms *alarms, int64_t now_ms)
{
	merit_stale(alarms->merit, MERIT_RAISED, stale_count(alarms, alarms->active));
	for (unsigned a = 0; a < alarms->audience_count; a++)
		merit_stale(alarms->merit, a + 1, stale_count(alarms, alarms->audiences[a].rows));
	alarms->stale_due_ms = now_ms + STALE_EACH_MS;
}

struct merit *
alarms_merit(struct alarms *alarms)
{
	int64_t now_ms = loop_now_ms(alarms->loop);
	uint32_t day = merit_today(alarms->merit);

	if (now_ms >= alarms->stale_due_ms)
		figures_stale(alarms, now_ms);
	for (int s = 0; (s = merit_source_next(alarms->merit, (unsigned)s)) >= 0; s++)
		(void)merit_pass(alarms->merit, (unsigned)s, now_ms);
	if (merit_turn(alarms->merit, now_ms, loop_utc_ms(alarms->loop)))
		row_write(alarms, day);
	return alarms->merit;
}

/* The next round: in ten minutes, or when the day ends. */
static void
figures_wait(struct alarms *alarms)
{
	int64_t left_ms = MERIT_DAY_MS - loop_utc_ms(alarms->loop) % MERIT_DAY_MS;

	loop_timer_start(alarms->merit_timer, left_ms < WRITE_MS ? left_ms : WRITE_MS);
}

static void
figures_round(void *arg)
{
	struct alarms *alarms = arg;

	if (alarms->is_stopped)
		return;
	row_write(alarms, merit_today(alarms_merit(alarms)));
	figures_wait(alarms);
}

struct loading {
	struct alarms *alarms;
	uint32_t drop[16]; /* a few at each start: rows that are of no use any more */
	size_t drops;
};

static int
row_read(void *arg, const char *key, const char *body, size_t len)
{
	struct loading *loading = arg;
	char error[128], *end;
	unsigned long day = strtoul(key, &end, 10);
	struct towerd_json *json = towerd_json_parse(body, len, error, sizeof(error));
	int rc = json != NULL && *end == '\0' && day <= UINT32_MAX
	    ? merit_row_read(loading->alarms->merit, (uint32_t)day, json)
	    : -EBADMSG;

	towerd_json_free(json);
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0 && loading->drops < sizeof(loading->drop) / sizeof(loading->drop[0]))
		loading->drop[loading->drops++] = (uint32_t)day;
	return 0;
}

/* A day's statistics that cannot be read are no reason to stand still: the row goes. */
int
figures_load(struct alarms *alarms)
{
	struct loading loading = { .alarms = alarms };
	char key[16];
	int rc = store_each(alarms->store, STORE_MERIT, row_read, &loading);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < loading.drops; i++) {
		struct store_txn *txn = store_begin(alarms->store);
		row_key(loading.drop[i], key);
		store_delete(txn, STORE_MERIT, key);
		(void)store_submit(txn, STORE_KEEP, NULL, NULL);
	}
	figures_wait(alarms);
	return 0;
}

void
figures_stop(struct alarms *alarms)
{
	row_write(alarms, merit_today(alarms_merit(alarms)));
}

int
figures_new(struct alarms *alarms)
{
	alarms->merit = merit_new(&flood_defaults, loop_now_ms(alarms->loop), loop_utc_ms(alarms->loop));
	alarms->merit_timer = loop_timer_new(alarms->loop, &alarms->owner, figures_round, alarms);
	alarms->flood_timer = loop_timer_new(alarms->loop, &alarms->owner, flooding_look, alarms);
	return alarms->merit != NULL && alarms->merit_timer != NULL && alarms->flood_timer != NULL ? 0
												   : -ENOMEM;
}

void
figures_free(struct alarms *alarms)
{
	loop_timer_free(alarms->merit_timer);
	loop_timer_free(alarms->flood_timer);
	merit_free(alarms->merit);
}
