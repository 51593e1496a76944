/* SPDX-License-Identifier: ISC */
/* A store in memory that keeps store.h's promises, and fails when it is told to: a failed commit takes with it all that was submitted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/repair/fakes.h"
#include "agent/repair/fakes_inside.h"

enum op_kind { OP_PUT, OP_DELETE, OP_RECORD };

struct op {
	TAILQ_ENTRY(op) next;
	enum op_kind kind;
	enum store_bucket bucket;
	char *texts[4]; /* key, body; or type, actor, object, body */
	struct store_record record;
};
TAILQ_HEAD(ops, op);

struct store_txn {
	TAILQ_ENTRY(store_txn) next;
	struct store *store;
	struct ops ops;
	store_durable_fn *fn;
	void *arg;
};

struct store {
	struct loop *loop;
	struct loop_owner owner;
	TAILQ_HEAD(, store_txn) waiting;
	struct ops rows, journal;
	uint64_t next;
	bool is_held;
	int fail_rc;
};

struct store *
fake_store_new(struct loop *loop)
{
	struct store *store = calloc(1, sizeof(*store));

	store->loop = loop;
	store->owner.name = "fake store";
	store->next = 1;
	TAILQ_INIT(&store->waiting);
	TAILQ_INIT(&store->rows);
	TAILQ_INIT(&store->journal);
	return store;
}

static void
op_free(struct ops *ops, struct op *op)
{
	TAILQ_REMOVE(ops, op, next);
	for (size_t i = 0; i < 4; i++)
		free(op->texts[i]);
	free(op);
}

static void
ops_free(struct ops *ops)
{
	struct op *op;
	while ((op = TAILQ_FIRST(ops)) != NULL)
		op_free(ops, op);
}

static struct op *
op_add(struct ops *ops, enum op_kind kind)
{
	struct op *op = calloc(1, sizeof(*op));
	op->kind = kind;
	TAILQ_INSERT_TAIL(ops, op, next);
	return op;
}

void
fake_store_free(struct store *store)
{
	struct store_txn *txn;

	loop_post_drop(store->loop, &store->owner);
	while ((txn = TAILQ_FIRST(&store->waiting)) != NULL) {
		TAILQ_REMOVE(&store->waiting, txn, next);
		store_abandon(txn);
	}
	ops_free(&store->rows);
	ops_free(&store->journal);
	free(store);
}

struct store_txn *
store_begin(struct store *store)
{
	struct store_txn *txn = calloc(1, sizeof(*txn));
	txn->store = store;
	TAILQ_INIT(&txn->ops);
	return txn;
}

void
store_abandon(struct store_txn *txn)
{
	ops_free(&txn->ops);
	free(txn);
}

uint64_t
store_journal(
    struct store_txn *txn, const char *type, const char *actor, const char *object, const char *body_json)
{
	struct op *op = op_add(&txn->ops, OP_RECORD);
	const char *const texts[4] = { type, actor, object, body_json };

	for (size_t i = 0; i < 4; i++)
		op->texts[i] = strdup(texts[i]);
	op->record = (struct store_record){ .number = txn->store->next++,
		.time_ms = loop_utc_ms(txn->store->loop),
		.type = op->texts[0],
		.actor = op->texts[1],
		.object = op->texts[2],
		.body = op->texts[3] };
	return op->record.number;
}

void
store_put(struct store_txn *txn, enum store_bucket bucket, const char *key, const char *body, size_t len)
{
	struct op *op = op_add(&txn->ops, OP_PUT);
	op->bucket = bucket;
	op->texts[0] = strdup(key);
	op->texts[1] = strndup(body, len);
}

void
store_delete(struct store_txn *txn, enum store_bucket bucket, const char *key)
{
	struct op *op = op_add(&txn->ops, OP_DELETE);
	op->bucket = bucket;
	op->texts[0] = strdup(key);
}

/* The place of a key among the rows, which are ordered: the first that is not before it. */
static struct op *
row_seek(struct store *store, enum store_bucket bucket, const char *key)
{
	struct op *row;
	TAILQ_FOREACH(row, &store->rows, next)
	if (row->bucket > bucket || (row->bucket == bucket && strcmp(row->texts[0], key) >= 0))
		return row;
	return NULL;
}

static void
apply(struct store *store, struct store_txn *txn, struct op *op)
{
	TAILQ_REMOVE(&txn->ops, op, next);
	if (op->kind == OP_RECORD) {
		TAILQ_INSERT_TAIL(&store->journal, op, next);
		return;
	}
	struct op *row = row_seek(store, op->bucket, op->texts[0]);
	if (row != NULL && row->bucket == op->bucket && strcmp(row->texts[0], op->texts[0]) == 0) {
		struct op *after = TAILQ_NEXT(row, next);
		op_free(&store->rows, row);
		row = after;
	}
	if (op->kind == OP_PUT && row != NULL) {
		TAILQ_INSERT_BEFORE(row, op, next);
	} else if (op->kind == OP_PUT) {
		TAILQ_INSERT_TAIL(&store->rows, op, next);
	} else {
		free(op->texts[0]);
		free(op);
	}
}

/* What is submitted while its callbacks run waits for the next time. */
void
store_flush(struct store *store)
{
	TAILQ_HEAD(, store_txn) batch = TAILQ_HEAD_INITIALIZER(batch);
	struct store_txn *txn;
	struct op *op;
	int rc = store->fail_rc;

	TAILQ_CONCAT(&batch, &store->waiting, next);
	while ((txn = TAILQ_FIRST(&batch)) != NULL) {
		TAILQ_REMOVE(&batch, txn, next);
		while (rc == 0 && (op = TAILQ_FIRST(&txn->ops)) != NULL)
			apply(store, txn, op);
		if (txn->fn != NULL)
			txn->fn(txn->arg, rc, true);
		store_abandon(txn);
	}
}

static void
flush_posted(void *arg)
{
	struct store *store = arg;
	if (!store->is_held)
		store_flush(store);
}

int
store_submit(struct store_txn *txn, enum store_policy policy, store_durable_fn *fn, void *arg)
{
	struct store *store = txn->store;

	(void)policy;
	txn->fn = fn;
	txn->arg = arg;
	TAILQ_INSERT_TAIL(&store->waiting, txn, next);
	return loop_post(store->loop, &store->owner, flush_posted, store);
}

const char *
store_trouble(const struct store *store)
{
	return store->fail_rc != 0 ? strerror(-store->fail_rc) : NULL;
}

int
store_each(struct store *store, enum store_bucket bucket,
    int (*fn)(void *arg, const char *key, const char *body, size_t len), void *arg)
{
	const struct op *row;
	int rc = 0;

	TAILQ_FOREACH(row, &store->rows, next)
	if (row->bucket == bucket && rc == 0)
		rc = fn(arg, row->texts[0], row->texts[1], strlen(row->texts[1]));
	return rc;
}

/* What tests ask. */

void
store_hold(struct store *store, bool is_held)
{
	store->is_held = is_held;
}

void
store_fail(struct store *store, int rc)
{
	store->fail_rc = rc;
}

size_t
store_row_count(const struct store *store, enum store_bucket bucket)
{
	const struct op *row;
	size_t count = 0;
	TAILQ_FOREACH(row, &store->rows, next)
	count += row->bucket == bucket;
	return count;
}

size_t
store_record_count(const struct store *store)
{
	const struct op *record;
	size_t count = 0;
	TAILQ_FOREACH(record, &store->journal, next)
	count++;
	return count;
}

const struct store_record *
store_record_at(const struct store *store, size_t i)
{
	const struct op *record;
	TAILQ_FOREACH(record, &store->journal, next)
	if (i-- == 0)
		return &record->record;
	return NULL;
}

const struct store_record *
store_last(const struct store *store)
{
	return store_record_at(store, store_record_count(store) - 1);
}

bool
store_journal_mentions(const struct store *store, const char *text)
{
	const struct op *record;
	TAILQ_FOREACH(record, &store->journal, next)
	for (size_t i = 0; i < 4; i++)
		if (strstr(record->texts[i], text) != NULL)
			return true;
	return false;
}

char *
store_snapshot(const struct store *store)
{
	const struct op *row;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	TAILQ_FOREACH(row, &store->rows, next)
	fprintf(out, "%d %s %s\n", (int)row->bucket, row->texts[0], row->texts[1]);
	fclose(out);
	return text;
}
