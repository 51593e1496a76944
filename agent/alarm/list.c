/* SPDX-License-Identifier: ISC */
/*
 * Whether the list of active alarms can be trusted. While the disk fails, alarms leave as not durable; listeners are told that the list may
 * be wrong, and what the store's full queue would not take is noted here and written when the disk is well. Then the list is rebuilt.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/inside.h"

static void
list_doubt(struct alarms *alarms, const char *reason)
{
	if (alarms->is_unreliable)
		return;
	alarms->is_unreliable = true;
	announce_list(alarms, reason);
}

/* The row of a cleared alarm is still in the store: remembered by its key. Their number is bounded by the rows that the store has. */
static void
row_forget_later(struct alarms *alarms, uint64_t number)
{
	if ((alarms->forgotten_count & (alarms->forgotten_count - 1)) == 0) { /* full at each power of two */
		size_t size = alarms->forgotten_count != 0 ? alarms->forgotten_count * 2 : 1;
		uint64_t *grown = reallocarray(alarms->forgotten, size, sizeof(*grown));
		if (grown == NULL)
			return; /* the alarm comes back after a restart, and is cleared by the first reading */
		alarms->forgotten = grown;
	}
	alarms->forgotten[alarms->forgotten_count++] = number;
}

void
list_lost(struct alarms *alarms, struct entry *e, enum row_change row)
{
	alarms->stats.unwritten++;
	if (row == ROW_DELETE)
		row_forget_later(alarms, e->alarm.number);
	else
		e->is_unwritten = true;
	list_doubt(alarms,
	    "more transitions than the queue holds while the disk fails: some are lost to the journal");
}

static void
forgotten_write(struct alarms *alarms)
{
	if (alarms->forgotten_count == 0)
		return;
	struct store_txn *txn = store_begin(alarms->store);
	for (size_t i = 0; i < alarms->forgotten_count; i++) {
		char key[24];
		alarm_row_key(alarms->forgotten[i], key);
		store_delete(txn, STORE_ALARM, key);
	}
	if (store_submit(txn, STORE_KEEP, NULL, NULL) < 0)
		return; /* with the next time that the disk is well */
	free(alarms->forgotten);
	alarms->forgotten = NULL;
	alarms->forgotten_count = 0;
}

/* Each alarm whose newest record was lost is told anew, so that the journal, the rows and the listeners agree again. */
static void
unwritten_write(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	struct entry *e;
	bool inclusive = true;

	while ((e = order_seek(alarms->by_number, scopes_all(alarms->scopes), at, inclusive, &at)) != NULL) {
		inclusive = false;
		if (!e->is_unwritten)
			continue;
		e->alarm.told_severity = e->alarm.severity;
		(void)announce(alarms, e, "alarm.tell", "agent", TOWERD_ALARM_CHANGED, true, ROW_PUT);
	}
}

void
alarms_store_health(struct alarms *alarms, const char *trouble)
{
	char text[ALARM_TEXT_MAX + 1];

	if (trouble != NULL) {
		snprintf(text, sizeof(text), "the disk cannot be written: %s", trouble);
		(void)alarm_raise(alarms, ENTITY_AGENT_NUMBER, "agent/storage", "", TOWERD_MAJOR, text, 0);
		list_doubt(alarms, text);
		return;
	}
	forgotten_write(alarms);
	unwritten_write(alarms);
	(void)alarm_clear(
	    alarms, ENTITY_AGENT_NUMBER, "agent/storage", "", "the disk can be written again", 0);
	if (alarms->is_unreliable) {
		alarms->is_unreliable = false;
		announce_list(alarms, NULL);
	}
}
