/* SPDX-License-Identifier: ISC */
#include "agent/alarm/list/fake_store.h"

#include <stdlib.h>
#include <string.h>

struct row {
	enum store_bucket bucket;
	char key[64];
	char *body;
	size_t len, size;
};

struct waiting {
	store_durable_fn *fn;
	void *arg;
};

struct store_txn {
	struct store *store;
};

struct store {
	struct store_txn txn; /* rows are written at once, so that all transactions are one */
	struct row *rows;     /* by bucket and key */
	size_t row_count, row_size;
	struct waiting *waiting;
	size_t waiting_count, waiting_size;
	uint64_t next;
	void (*on_record)(void *arg, const char *type, const char *body);
	void *arg;
};

struct store *
fake_store_new(void (*on_record)(void *arg, const char *type, const char *body), void *arg)
{
	struct store *store = calloc(1, sizeof(*store));

	store->txn.store = store;
	store->next = 1;
	store->on_record = on_record;
	store->arg = arg;
	return store;
}

void
fake_store_free(struct store *store)
{
	for (size_t i = 0; i < store->row_count; i++)
		free(store->rows[i].body);
	free(store->rows);
	free(store->waiting);
	free(store);
}

/* The first that is not before it; true: it is that. */
static bool
row_seek(const struct store *store, enum store_bucket bucket, const char *key, size_t *at)
{
	size_t from = 0, to = store->row_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct row *row = &store->rows[middle];
		int order = row->bucket != bucket ? (row->bucket < bucket ? -1 : 1) : strcmp(row->key, key);
		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	*at = from;
	return false;
}

struct store_txn *
store_begin(struct store *store)
{
	return &store->txn;
}

void
store_put(struct store_txn *txn, enum store_bucket bucket, const char *key, const char *body, size_t len)
{
	struct store *store = txn->store;
	size_t at;

	if (!row_seek(store, bucket, key, &at)) {
		if (store->row_count == store->row_size) {
			store->row_size = store->row_size * 2 + 16;
			store->rows = reallocarray(store->rows, store->row_size, sizeof(*store->rows));
		}
		memmove(
		    &store->rows[at + 1], &store->rows[at], (store->row_count++ - at) * sizeof(*store->rows));
		store->rows[at] = (struct row){ .bucket = bucket };
		strncpy(store->rows[at].key, key, sizeof(store->rows[at].key) - 1);
	}
	struct row *row = &store->rows[at];
	if (len > row->size)
		row->body = realloc(row->body, row->size = 2 * len);
	row->len = len;
	memcpy(row->body, body, len);
}

void
store_delete(struct store_txn *txn, enum store_bucket bucket, const char *key)
{
	struct store *store = txn->store;
	size_t at;

	if (!row_seek(store, bucket, key, &at))
		return;
	free(store->rows[at].body);
	memmove(&store->rows[at], &store->rows[at + 1], (--store->row_count - at) * sizeof(*store->rows));
}

uint64_t
store_journal(
    struct store_txn *txn, const char *type, const char *actor, const char *object, const char *body_json)
{
	(void)actor;
	(void)object;
	txn->store->on_record(txn->store->arg, type, body_json);
	return txn->store->next++;
}

int
store_submit(struct store_txn *txn, enum store_policy policy, store_durable_fn *fn, void *arg)
{
	struct store *store = txn->store;

	(void)policy;
	if (fn == NULL)
		return 0;
	if (store->waiting_count == store->waiting_size) {
		store->waiting_size = store->waiting_size * 2 + 16;
		store->waiting = reallocarray(store->waiting, store->waiting_size, sizeof(*store->waiting));
	}
	store->waiting[store->waiting_count++] = (struct waiting){ fn, arg };
	return 0;
}

void
fake_store_commit(struct store *store)
{
	for (size_t i = 0; i < store->waiting_count; i++) { /* it may grow meanwhile */
		struct waiting w = store->waiting[i];
		w.fn(w.arg, 0, true);
	}
	store->waiting_count = 0;
}

size_t
fake_store_rows(const struct store *store, enum store_bucket bucket)
{
	size_t count = 0;

	for (size_t i = 0; i < store->row_count; i++)
		count += store->rows[i].bucket == bucket;
	return count;
}

int
store_each(struct store *store, enum store_bucket bucket,
    int (*fn)(void *arg, const char *key, const char *body, size_t len), void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < store->row_count && rc == 0; i++)
		if (store->rows[i].bucket == bucket)
			rc = fn(arg, store->rows[i].key, store->rows[i].body, store->rows[i].len);
	return rc;
}

const char *
store_trouble(const struct store *store)
{
	(void)store;
	return NULL;
}

/* Its rows are written and its records told of: nothing here abandons one that has any. */
void
store_abandon(struct store_txn *txn)
{
	(void)txn;
}

int64_t
store_restored_ms(const struct store *store)
{
	(void)store;
	return 0;
}
