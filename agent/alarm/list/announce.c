/* SPDX-License-Identifier: ISC */
/*
 * Announcing: a record and the alarm's row go to the store in one transaction; listeners hear of it after the commit, or at once as not
 * durable when the disk fails. What they hear is what the journal's body is written from, so that a live record and one read back are the same.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

struct telling {
	LIST_ENTRY(telling) next;
	struct alarms *alarms; /* NULL: they are gone, nobody listens */
	struct store_record record;
	struct towerd_alarm_record alarm; /* of an alarm's record */
	store_durable_fn *on_durable;
	bool was_told;
	char reason[ALARM_TEXT_MAX + 1]; /* of list.unreliable */
	char texts[];                    /* of the record */
};

/* As listeners hear it; `alarm` NULL: it is about the list. */
static struct towerd_record
record_of(const struct store_record *from, const struct towerd_alarm_record *alarm, bool is_durable)
{
	return (struct towerd_record){ .size = sizeof(struct towerd_record),
		.number = from->number,
		.time_ms = from->time_ms,
		.is_durable = is_durable,
		.type = from->type,
		.actor = from->actor,
		.object = from->object,
		.body = from->body,
		.alarm = alarm };
}

static void
tell(const struct alarms *alarms, const struct telling *t, bool is_durable)
{
	const struct towerd_record record = record_of(&t->record, &t->alarm, is_durable);

	for (size_t i = 0; i < alarms->listener_count; i++)
		if (alarms->listeners[i].told != NULL)
			alarms->listeners[i].told(alarms->listeners[i].arg, &record);
}

static void
telling_free(struct telling *t)
{
	if (t->alarms != NULL)
		LIST_REMOVE(t, next);
	free(t);
}

static void
on_durable(void *arg, int rc, bool final)
{
	struct telling *t = arg;
	struct alarms *alarms = t->alarms;

	if (alarms != NULL) {
		struct entry *e = entry_at(alarms, t->alarm.alarm);
		if (rc == 0 && e != NULL && e->alarm.journal_number == t->record.number)
			e->alarm.is_durable = true;
		tell(alarms, t, rc == 0);
	}
	if (rc == 0 || final)
		telling_free(t);
}

/* Keeps copies of the texts: the entry may be another one, or gone, when it is told. */
static struct telling *
telling_new(struct alarms *alarms, const struct store_record *record, const struct towerd_alarm_record *alarm)
{
	struct telling like = {
		.alarms = alarms, .record = *record, .alarm = *alarm, .on_durable = on_durable
	};
	const char **const texts[] = { &like.record.type, &like.record.actor, &like.record.object,
		&like.record.body, &like.alarm.site, &like.alarm.area, &like.alarm.device, &like.alarm.text };
	size_t count = sizeof(texts) / sizeof(texts[0]), lens[sizeof(texts) / sizeof(texts[0])], size = 0;

	for (size_t i = 0; i < count; i++)
		size += lens[i] = *texts[i] != NULL ? strlen(*texts[i]) + 1 : 0;
	struct telling *t = malloc(sizeof(*t) + size);
	if (t == NULL)
		return NULL;
	char *at = t->texts;
	for (size_t i = 0; i < count; i++)
		if (*texts[i] != NULL) {
			*texts[i] = memcpy(at, *texts[i], lens[i]);
			at += lens[i];
		}
	like.record.time_ms = loop_utc_ms(alarms->loop);
	memcpy(
	    t, &like, offsetof(struct telling, texts)); /* not `*t = like`: its padding lies over the texts */
	LIST_INSERT_HEAD(&alarms->tellings, t, next);
	return t;
}

static void
on_lost(void *arg)
{
	struct telling *t = arg;
	t->on_durable(t, -ENOBUFS, true);
}

/* The store would not take it: told soon, not now, because the caller is in the middle of a transition. Nobody owns the post: it may outlive us. */
static void
telling_lost(struct telling *t, int rc)
{
	if (rc == -ESHUTDOWN || loop_post(t->alarms->loop, NULL, on_lost, t) < 0)
		telling_free(t);
}

/* "NIN-0042/power", "NIN-0042", "agent": what a record is about. */
static const char *
object_name(const struct entry *e, char *out, size_t size)
{
	if (e->site_id[0] == '\0') /* a feeder's or an area's name */
		snprintf(out, size, "%s", e->slot[0] != '\0' ? e->slot : "agent");
	else
		snprintf(out, size, "%s%s%s", e->site_id, e->slot[0] != '\0' ? "/" : "", e->slot);
	return out;
}

static void
put_row(struct alarms *alarms, struct store_txn *txn, struct entry *e)
{
	char key[24];
	const char *row = alarm_write_row(alarms, e);

	e->is_unwritten = row == NULL;
	if (row == NULL)
		return;
	alarm_row_key(e->alarm.number, key);
	store_put(txn, STORE_ALARM, key, row, strlen(row));
}

void
alarm_row_write(struct alarms *alarms, struct entry *e)
{
	struct store_txn *txn = store_begin(alarms->store);

	put_row(alarms, txn, e);
	if (store_submit(txn, STORE_KEEP, NULL, NULL) < 0)
		list_lost(alarms, e);
}

void
alarm_row_delete(struct alarms *alarms, uint64_t number)
{
	struct store_txn *txn = store_begin(alarms->store);
	char key[24];

	alarm_row_key(number, key);
	store_delete(txn, STORE_ALARM, key);
	if (store_submit(txn, STORE_KEEP, NULL, NULL) < 0)
		list_lost_row(alarms, number);
}

int
announce_operation(struct alarms *alarms, const struct entry *e, enum operator_state state, const char *actor,
    const char *note, store_durable_fn *fn, void *arg)
{
	const struct telling_plan nobody = { .count = 0 };
	char object[256];
	struct entry said = *e; /* as it will be when that is durable */

	said.alarm.operator_state = (uint8_t)state;
	said.alarm.operator_name = actor;
	said.alarm.operator_ms = said.event_ms = loop_utc_ms(alarms->loop);
	said.alarm.previous = e->alarm.severity;
	struct towerd_alarm_record record = alarm_record_of(alarms, &said,
	    e->alarm.severity == TOWERD_CLEARED ? TOWERD_ALARM_CLEARED : TOWERD_ALARM_CHANGED, &nobody);
	const char *body = alarm_write_json(alarms, &said, &record, &nobody, note);
	if (body == NULL)
		return -ENOMEM;
	struct store_txn *txn = store_begin(alarms->store);
	store_journal(txn, "alarm.operator", actor, object_name(e, object, sizeof(object)), body);
	put_row(alarms, txn, &said);
	return store_submit(txn, STORE_PROMISE, fn, arg);
}

static struct telling *
telling_of(struct alarms *alarms, const struct entry *e, const char *type, enum towerd_alarm_event event,
    const struct telling_plan *plan)
{
	char object[256];
	struct towerd_alarm_record alarm = alarm_record_of(alarms, e, event, plan);
	struct store_record record = { .type = type,
		.actor = "agent",
		.object = object_name(e, object, sizeof(object)),
		.body = alarm_write_json(alarms, e, &alarm, plan, NULL) };

	return record.body != NULL ? telling_new(alarms, &record, &alarm) : NULL;
}

/* The record names whom it tells; the row, in the same transaction, says that they were. */
static int
telling_submit(struct alarms *alarms, struct telling *t, struct entry *e, const struct telling_plan *plan)
{
	struct store_txn *txn = store_begin(alarms->store);

	t->record.number =
	    store_journal(txn, t->record.type, t->record.actor, t->record.object, t->record.body);
	e->alarm.journal_number = t->record.number;
	e->alarm.is_durable = false;
	settle_done(alarms, e, plan, t->record.number);
	put_row(alarms, txn, e);
	return store_submit(txn, STORE_KEEP, on_durable, t);
}

/* 0, or the telling goes out as not durable, and list.c sees to the rest. */
static int
announce_plan(struct alarms *alarms, struct entry *e, const char *type, enum towerd_alarm_event event,
    const struct telling_plan *plan)
{
	struct telling *t = telling_of(alarms, e, type, event, plan);
	int rc = t != NULL ? telling_submit(alarms, t, e, plan) : -ENOMEM;

	if (rc == 0)
		return 0;
	e->alarm.is_durable = false;
	if (t != NULL)
		telling_lost(t, rc);
	list_lost(alarms, e);
	return rc == -ENOMEM ? -ENOMEM : -ENOBUFS;
}

int
announce(struct alarms *alarms, struct entry *e, const char *type, enum towerd_alarm_event event)
{
	struct telling_plan plan = { 0 };

	settle_plan(alarms, e, &plan);
	return announce_plan(alarms, e, type, event, &plan);
}

int
announce_note(struct alarms *alarms, struct entry *e, const char *type)
{
	const struct telling_plan nobody = { .count = 0 };

	return announce_plan(alarms, e, type, TOWERD_ALARM_CHANGED, &nobody);
}

int
announce_to(struct alarms *alarms, struct entry *e, struct telling_plan *plan)
{
	int held = told_at(e, plan->audiences[0])->severity;
	enum towerd_alarm_event event = e->alarm.severity == TOWERD_CLEARED ? TOWERD_ALARM_CLEARED
	    : held == 0                                                     ? TOWERD_ALARM_RAISED
									    : TOWERD_ALARM_CHANGED;

	/* The step from what was told, not from what was in between. */
	plan->previous = (uint8_t)(held != 0 ? held : TOWERD_CLEARED);
	return announce_plan(alarms, e, "alarm.tell", event, plan);
}

int
announce_again(struct alarms *alarms, struct entry *e)
{
	struct telling_plan plan = { .count = 0 };

	for (unsigned i = 0; i < e->told_size; i++)
		if (e->told[i].severity != 0)
			plan.audiences[plan.count++] = (uint8_t)i;
	struct telling *t = telling_of(alarms, e, "alarm.tell", TOWERD_ALARM_CHANGED, &plan);
	int rc = t != NULL ? telling_submit(alarms, t, e, &plan) : -ENOMEM;
	if (rc < 0) {
		e->is_unwritten = true;
		if (t != NULL)
			telling_free(t);
	}
	return rc;
}

static void
tell_list_record(const struct alarms *alarms, const struct store_record *from, bool is_durable)
{
	const struct towerd_record record = record_of(from, NULL, is_durable);

	for (size_t i = 0; i < alarms->listener_count; i++)
		if (alarms->listeners[i].list_record != NULL)
			alarms->listeners[i].list_record(alarms->listeners[i].arg, &record);
}

/* That the list may be wrong is told when it is known, durable or not; that it is right again only when that is durable. */
static void
on_list_durable(void *arg, int rc, bool final)
{
	struct telling *t = arg;
	struct alarms *alarms = t->alarms;
	bool is_rebuilt = strcmp(t->record.type, "list.rebuilt") == 0;
	bool is_due = !t->was_told && (!is_rebuilt || rc == 0);

	if (alarms != NULL)
		tell_list_record(alarms, &t->record, rc == 0);
	for (size_t i = 0; is_due && alarms != NULL && i < alarms->listener_count; i++)
		if (alarms->listeners[i].list != NULL)
			alarms->listeners[i].list(alarms->listeners[i].arg, is_rebuilt ? NULL : t->reason);
	t->was_told |= is_due;
	if (rc == 0 || final)
		telling_free(t);
}

int
announce_list(struct alarms *alarms, bool is_rebuilt, const char *source, const char *reason, unsigned doubts)
{
	struct towerd_json_writer *w = &alarms->writer;

	towerd_json_reset(w);
	towerd_json_open(w, NULL, '{');
	towerd_json_put_text(w, "reason", reason);
	towerd_json_put_text(w, "source", source);
	towerd_json_put_uint(w, "doubts", doubts);
	towerd_json_put_uint(w, "active", alarms_active_count(alarms));
	towerd_json_close(w, '}');
	struct store_record record = { .type = is_rebuilt ? "list.rebuilt" : "list.unreliable",
		.actor = "agent",
		.object = "alarms",
		.body = towerd_json_done(w) };
	struct telling *t =
	    record.body != NULL ? telling_new(alarms, &record, &(struct towerd_alarm_record){ 0 }) : NULL;
	if (t == NULL)
		return -ENOMEM;
	snprintf(t->reason, sizeof(t->reason), "%s", is_rebuilt ? "" : reason);
	t->on_durable = on_list_durable;
	struct store_txn *txn = store_begin(alarms->store);
	t->record.number = store_journal(txn, t->record.type, "agent", "alarms", t->record.body);
	int rc = store_submit(txn, STORE_KEEP, on_list_durable, t);
	if (rc < 0)
		telling_lost(t, rc);
	return rc;
}

void
announcements_forget(struct alarms *alarms)
{
	struct telling *t;

	while ((t = LIST_FIRST(&alarms->tellings)) != NULL) {
		LIST_REMOVE(t, next);
		t->alarms = NULL;
	}
}
