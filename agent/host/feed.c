/* SPDX-License-Identifier: ISC */
/*
 * The feed of all cursors: wakes them when there is something new, saves their positions in grouped transactions, and keeps the records
 * that the disk has not taken yet (bounded: what does not fit comes when it is durable).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/cursors.h"

#define EARLY_MAX 10000
#define SAVE_MS   200
#define RETRY_MS  5000

struct journal_feed {
	struct host *host;
	struct loop_owner owner;
	struct loop_timer *save_timer, *retry_timer;
	bool is_woken, is_saving, is_next_asked;
	TAILQ_HEAD(, early_record) early; /* in the order of numbers */
	size_t early_count;
};

static void
each_cursor(struct journal_feed *feed, void (*fn)(struct cursor *cursor, void *arg), void *arg)
{
	const struct host *host = feed->host;

	for (size_t p = 0; p < host->count; p++)
		for (unsigned c = 0; c < host->plugins[p]->cursor_count; c++)
			if (host->plugins[p]->cursors[c] != NULL)
				fn(host->plugins[p]->cursors[c], arg);
}

static void
pump_one(struct cursor *cursor, void *arg)
{
	(void)arg;
	cursor_pump(cursor);
}

static void
feed_runs(void *arg)
{
	struct journal_feed *feed = arg;

	feed->is_woken = false;
	each_cursor(feed, pump_one, NULL);
}

/* Always from the loop: no listener is called from inside its own call. */
void
feed_wake(struct journal_feed *feed)
{
	if (feed->is_woken)
		return;
	if (loop_post(feed->host->parts.loop, &feed->owner, feed_runs, feed) == 0)
		feed->is_woken = true;
	else
		feed_retry_soon(feed);
}

static void
feed_retries(void *arg)
{
	feed_wake(arg);
}

void
feed_retry_soon(struct journal_feed *feed)
{
	if (!loop_timer_is_running(feed->retry_timer))
		loop_timer_start(feed->retry_timer, RETRY_MS);
}

/* Positions. */

static void
saved_one(struct cursor *cursor, void *arg)
{
	cursor_saved(cursor, *(const bool *)arg);
}

static void
feed_saved(void *arg, int rc, bool final)
{
	struct journal_feed *feed = arg;
	bool is_durable = rc >= 0;

	(void) final;
	feed->is_saving = false;
	if (feed->save_timer == NULL)
		return;
	each_cursor(feed, saved_one, &is_durable);
	if (!is_durable)
		loop_timer_start(feed->save_timer, RETRY_MS);
	else if (feed->is_next_asked)
		loop_timer_start(feed->save_timer, 0);
	feed->is_next_asked = false;
	feed_wake(feed);
}

struct save {
	struct store_txn *txn;
	bool is_needed;
};

static void
save_one(struct cursor *cursor, void *arg)
{
	struct save *save = arg;

	save->is_needed = cursor_save(cursor, save->txn) || save->is_needed;
}

void
feed_save(struct journal_feed *feed)
{
	struct save save = { .txn = store_begin(feed->host->parts.store) };

	each_cursor(feed, save_one, &save);
	if (!save.is_needed)
		store_abandon(save.txn);
	else if (store_submit(save.txn, STORE_PROMISE, feed_saved, feed) == 0)
		feed->is_saving = true;
	else
		feed_saved(feed, -ENOBUFS, true);
}

static void
feed_saves(void *arg)
{
	feed_save(arg);
}

void
feed_save_soon(struct journal_feed *feed)
{
	if (!loop_timer_is_running(feed->save_timer))
		loop_timer_start(feed->save_timer, SAVE_MS);
}

void
feed_save_next(struct journal_feed *feed)
{
	if (feed->is_saving)
		feed->is_next_asked = true;
	else if (store_trouble(feed->host->parts.store) == NULL)
		loop_timer_start(feed->save_timer, 0);
	else
		feed_save_soon(feed);
}

/* Records that are not durable yet. */

static void
early_free(struct journal_feed *feed, struct early_record *early)
{
	TAILQ_REMOVE(&feed->early, early, next);
	feed->early_count--;
	free(early);
}

/* One allocation: the record, the alarm, and all their texts behind them. */
static struct early_record *
early_copy(const struct towerd_record *from)
{
	struct early_record shape = { .record = *from };
	const char **texts[10];
	size_t count = 0, size = 0, lens[10];

	texts[count++] = &shape.record.type;
	texts[count++] = &shape.record.actor;
	texts[count++] = &shape.record.object;
	texts[count++] = &shape.record.body;
	if (from->alarm != NULL) {
		shape.alarm = *from->alarm;
		texts[count++] = &shape.alarm.site;
		texts[count++] = &shape.alarm.area;
		texts[count++] = &shape.alarm.device;
		texts[count++] = &shape.alarm.type;
		texts[count++] = &shape.alarm.text;
		texts[count++] = &shape.alarm.stand;
	}
	for (size_t i = 0; i < count; i++) {
		if (*texts[i] == NULL)
			*texts[i] = "";
		size += lens[i] = strlen(*texts[i]) + 1;
	}
	struct early_record *copy = malloc(sizeof(*copy) + size);
	if (copy == NULL)
		return NULL;
	char *at = (char *)(copy + 1);
	for (size_t i = 0; i < count; i++) {
		*texts[i] = memcpy(at, *texts[i], lens[i]);
		at += lens[i];
	}
	*copy = shape;
	copy->record.alarm = from->alarm != NULL ? &copy->alarm : NULL;
	return copy;
}

static void
feed_told(void *arg, const struct towerd_record *record)
{
	struct journal_feed *feed = arg;
	struct early_record *early;

	TAILQ_FOREACH(early, &feed->early, next)
	if (early->record.number >= record->number)
		break;
	if (early != NULL && early->record.number == record->number) {
		if (record->is_durable)
			early_free(feed, early);
	} else if (!record->is_durable && feed->early_count < EARLY_MAX) {
		struct early_record *copy = early_copy(record);
		if (copy != NULL) {
			if (early != NULL)
				TAILQ_INSERT_BEFORE(early, copy, next);
			else
				TAILQ_INSERT_TAIL(&feed->early, copy, next);
			feed->early_count++;
		}
	}
	feed_wake(feed);
}

const struct early_record *
feed_early_after(const struct journal_feed *feed, uint64_t number)
{
	const struct early_record *early;

	TAILQ_FOREACH(early, &feed->early, next)
	if (early->record.number > number)
		return early;
	return NULL;
}

/* Life. */

struct journal_feed *
feed_new(struct host *host)
{
	struct journal_feed *feed = calloc(1, sizeof(*feed));
	const struct alarm_listener listener = { .told = feed_told, .list_record = feed_told, .arg = feed };

	if (feed == NULL)
		return NULL;
	feed->host = host;
	feed->owner.name = "journal";
	TAILQ_INIT(&feed->early);
	feed->save_timer = loop_timer_new(host->parts.loop, &feed->owner, feed_saves, feed);
	feed->retry_timer = loop_timer_new(host->parts.loop, &feed->owner, feed_retries, feed);
	if (feed->save_timer == NULL || feed->retry_timer == NULL ||
	    alarms_listen(host->parts.alarms, &listener) < 0) {
		feed_free(feed);
		return NULL;
	}
	return feed;
}

void
feed_free(struct journal_feed *feed)
{
	if (feed == NULL)
		return;
	while (!TAILQ_EMPTY(&feed->early))
		early_free(feed, TAILQ_FIRST(&feed->early));
	loop_post_drop(feed->host->parts.loop, &feed->owner);
	loop_timer_free(feed->save_timer);
	loop_timer_free(feed->retry_timer);
	free(feed);
}

static void
lose_one(struct cursor *cursor, void *arg)
{
	if (strcmp(cursor->name, arg) == 0)
		cursor->is_lost = true;
}

void
feed_lost(struct journal_feed *feed, const char *name)
{
	char copy[256];

	if (strlen(name) >= sizeof(copy))
		return;
	strcpy(copy, name);
	each_cursor(feed, lose_one, copy);
	feed_wake(feed);
}
