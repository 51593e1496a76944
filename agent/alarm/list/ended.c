/* SPDX-License-Identifier: ISC */
/* Cleared entries: kept until they are purged by an operator, or by us when there are too many; the one cleared first goes first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

void
ended_add(struct alarms *alarms, struct entry *e)
{
	TAILQ_INSERT_TAIL(&alarms->ended, e, in_ended);
	alarms->ended_count++;
	if (order_insert(alarms->ended_order, alarm_number_key(e->alarm.number), e->alarm.resource, e) < 0)
		alarms->stats.overflow++;
}

void
ended_remove(struct alarms *alarms, struct entry *e)
{
	TAILQ_REMOVE(&alarms->ended, e, in_ended);
	alarms->ended_count--;
	order_remove(alarms->ended_order, alarm_number_key(e->alarm.number));
}

static void
purge(struct alarms *alarms, struct entry *e)
{
	alarm_row_delete(alarms, e->alarm.number);
	entry_remove(alarms, e);
}

void
ended_bound(struct alarms *alarms)
{
	struct entry *e, *next;
	unsigned looked_at = 0;

	/* One whose end somebody has still to hear of stays, and is out of the way of the others; not many are looked at. */
	for (e = TAILQ_FIRST(&alarms->ended);
	     e != NULL && alarms->ended_count > alarms->settings.ended_keep && looked_at < 16;
	     e = next, looked_at++) {
		next = TAILQ_NEXT(e, in_ended);
		if (next == NULL) /* the newest is still in its caller's hands */
			break;
		if (!entry_is_told(e) && !e->is_ending)
			purge(alarms, e);
		else {
			TAILQ_REMOVE(&alarms->ended, e, in_ended);
			TAILQ_INSERT_BEFORE(TAILQ_LAST(&alarms->ended, entry_list), e, in_ended);
		}
	}
}

static bool
is_wanted(const struct alarms *alarms, const struct alarm_filter *f, const struct alarm *a)
{
	int last = a->severity == TOWERD_CLEARED ? a->previous : a->severity;

	return (f->clearance == CLEARANCE_ANY ||
		   (f->clearance == CLEARANCE_CLEARED) == (a->severity == TOWERD_CLEARED)) &&
	    (f->older_than_ms == 0 || a->changed_ms <= loop_utc_ms(alarms->loop) - f->older_than_ms) &&
	    (f->severity == 0 || last == f->severity) &&
	    (f->severity_below == 0 || last < f->severity_below) &&
	    (f->severity_above == 0 || last > f->severity_above) &&
	    (f->operator_state == 0 || a->operator_state == f->operator_state) &&
	    (f->resource == 0 || a->resource == f->resource) &&
	    (f->type == NULL || strcmp(f->type, a->type->name) == 0) &&
	    (f->qualifier == NULL || strcmp(f->qualifier, a->qualifier) == 0);
}

/* Who did it, and to how many. */
static void
journal_note(struct alarms *alarms, const char *type, const char *actor, int count)
{
	char body[40];
	struct store_txn *txn = store_begin(alarms->store);

	snprintf(body, sizeof(body), "{\"count\":%d}", count);
	store_journal(txn, type, actor, "alarms", body);
	(void)store_submit(txn, STORE_KEEP, NULL, NULL);
}

static int
each_wanted(struct alarms *alarms, const struct alarm_filter *filter, const char *record,
    void (*fn)(struct alarms *alarms, struct entry *e, const char *actor), const char *actor)
{
	struct order_key at = { 0, 0 };
	struct entry *e;
	int count = 0;

	if (store_trouble(alarms->store) != NULL)
		return -EAGAIN;
	while ((e = order_seek(alarms->all, scopes_all(alarms->scopes), at, false, &at)) != NULL)
		if (is_wanted(alarms, filter, &e->alarm)) {
			fn(alarms, e, actor);
			count++;
		}
	if (count > 0)
		journal_note(alarms, record, actor, count);
	return count;
}

static void
purge_one(struct alarms *alarms, struct entry *e, const char *actor)
{
	char text[ALARM_TEXT_MAX + 1];

	if (e->alarm.severity > TOWERD_CLEARED) {
		snprintf(text, sizeof(text), "purged by %s", actor);
		(void)entry_clear_now(alarms, e, text);
		if (alarms->on_purged != NULL)
			alarms->on_purged(alarms, e);
	}
	/* Whoever has still to hear of its end does so first; it is then purged by its age. */
	if (!entry_is_told(e) && !e->is_ending)
		purge(alarms, e);
}

int
alarms_purge(struct alarms *alarms, const struct alarm_filter *filter, const char *actor)
{
	return each_wanted(alarms, filter, "purge.alarms", purge_one, actor);
}

static void
compress_one(struct alarms *alarms, struct entry *e, const char *actor)
{
	(void)actor;
	history_compress(alarms, e);
	alarm_row_write(alarms, e);
}

int
alarms_compress(struct alarms *alarms, const struct alarm_filter *filter, const char *actor)
{
	return each_wanted(alarms, filter, "compress.alarms", compress_one, actor);
}
