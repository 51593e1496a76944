/* SPDX-License-Identifier: ISC */
/*
 * Whether the list of active alarms can be trusted as far as the store goes. While the disk fails alarms leave as not durable, and listeners are told that the list may be
 * wrong; so they are when the store's queue is full. What it would not take is noted here and written when it takes it: alarms by a new
 * record each, rows of cleared ones by their keys. When nothing is left, the list is told as rebuilt.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

#define RETRY_MS 1000
#define ROUND    500 /* records of one callback, which must not take long */

static void
list_doubt(struct alarms *alarms, const char *reason)
{
	struct doubt *doubt = doubt_of(alarms, "store");

	if (doubt != NULL && !doubt->is_open)
		doubt_open(alarms, doubt, reason);
}

/* Their number is bounded by the rows that the store has. */
static void
row_forget_later(struct alarms *alarms, uint64_t number)
{
	if ((alarms->forgotten_count & (alarms->forgotten_count - 1)) == 0) { /* full at each power of two */
		size_t size = alarms->forgotten_count != 0 ? alarms->forgotten_count * 2 : 1;
		uint64_t *grown = reallocarray(alarms->forgotten, size, sizeof(*grown));
		if (grown == NULL)
			return; /* the alarm comes back after a restart, and is cleared as any other */
		alarms->forgotten = grown;
	}
	alarms->forgotten[alarms->forgotten_count++] = number;
}

static void
list_in_doubt(struct alarms *alarms)
{
	alarms->stats.unwritten++;
	list_doubt(alarms, "more transitions than the store's queue holds: some are not in the journal");
	if (!loop_timer_is_running(alarms->rebuild_timer))
		loop_timer_start(alarms->rebuild_timer, RETRY_MS);
}

void
list_lost(struct alarms *alarms, struct entry *e)
{
	struct order_key key = alarm_number_key(e->alarm.number);

	if (alarms->is_stopped)
		return;
	e->is_unwritten = true;
	if (key.hi < alarms->unwritten_from.hi)
		alarms->unwritten_from = key;
	list_in_doubt(alarms);
}

void
list_lost_row(struct alarms *alarms, uint64_t number)
{
	if (alarms->is_stopped)
		return;
	row_forget_later(alarms, number);
	list_in_doubt(alarms);
}

static int
forgotten_write(struct alarms *alarms)
{
	if (alarms->forgotten_count == 0)
		return 0;
	struct store_txn *txn = store_begin(alarms->store);
	for (size_t i = 0; i < alarms->forgotten_count; i++) {
		char key[24];
		alarm_row_key(alarms->forgotten[i], key);
		store_delete(txn, STORE_ALARM, key);
	}
	int rc = store_submit(txn, STORE_KEEP, NULL, NULL);
	if (rc < 0)
		return rc;
	free(alarms->forgotten);
	alarms->forgotten = NULL;
	alarms->forgotten_count = 0;
	return 0;
}

/* 0: all is written. */
static int
unwritten_write(struct alarms *alarms)
{
	struct order_key at = alarms->unwritten_from;
	struct entry *e;
	int written = 0;

	for (bool inclusive = true;
	     (e = order_seek(alarms->all, scopes_all(alarms->scopes), at, inclusive, &at)) != NULL;
	     inclusive = false) {
		if (!e->is_unwritten)
			continue;
		alarms->unwritten_from = at;
		if (written == ROUND)
			return -EAGAIN;
		int rc = announce_again(alarms, e);
		if (rc < 0)
			return rc;
		written++;
	}
	alarms->unwritten_from = (struct order_key){ .hi = UINT64_MAX };
	return 0;
}

static void
list_rebuild(void *arg)
{
	struct alarms *alarms = arg;
	struct doubt *doubt = doubt_of(alarms, "store");
	int rc = -EIO;

	if (store_trouble(alarms->store) == NULL) {
		rc = forgotten_write(alarms);
		if (rc == 0)
			rc = unwritten_write(alarms);
		if (rc == 0 && doubt != NULL)
			rc = doubt_end(alarms, doubt);
	}
	if (rc < 0)
		loop_timer_start(alarms->rebuild_timer, rc == -EAGAIN ? 0 : RETRY_MS);
}

void
alarms_store_health(struct alarms *alarms, const char *trouble)
{
	char text[ALARM_TEXT_MAX + 1];

	if (alarms->is_stopped)
		return;
	if (trouble != NULL) {
		snprintf(text, sizeof(text), "the disk cannot be written: %s", trouble);
		(void)alarm_raise(alarms, ENTITY_AGENT_NUMBER, "agent/storage", "", TOWERD_MAJOR, text, 0);
		list_doubt(alarms, text);
		return;
	}
	(void)alarm_clear(
	    alarms, ENTITY_AGENT_NUMBER, "agent/storage", "", "the disk can be written again", 0);
	loop_timer_start(alarms->rebuild_timer, 0);
}

int
list_new(struct alarms *alarms)
{
	alarms->unwritten_from = (struct order_key){ .hi = UINT64_MAX };
	alarms->rebuild_timer = loop_timer_new(alarms->loop, &alarms->owner, list_rebuild, alarms);
	return alarms->rebuild_timer != NULL ? 0 : -ENOMEM;
}

void
list_free(struct alarms *alarms)
{
	loop_timer_free(alarms->rebuild_timer);
	free(alarms->forgotten);
}
