/* SPDX-License-Identifier: ISC */
/* Building a transaction: operations are copied into one buffer, one after the other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store/inside.h"

#define TXN_OCTETS_MAX (256u << 20) /* an import of 100,000 sites is a few dozen MiB */
#define ALIGNED(n)     (((n) + 7) & ~(size_t)7)

struct store_txn *
store_begin(struct store *store)
{
	struct store_txn *txn = calloc(1, sizeof(*txn));

	if (txn != NULL)
		txn->store = store;
	return txn;
}

void
store_txn_close(struct store_txn *txn)
{
	if (txn->is_open)
		TAILQ_REMOVE(&txn->store->open, txn, next);
	txn->is_open = false;
}

void
store_txn_free(struct store_txn *txn)
{
	if (txn == NULL)
		return;
	store_txn_close(txn);
	free(txn->data);
	free(txn);
}

void
store_abandon(struct store_txn *txn)
{
	if (txn == NULL)
		return;
	struct store *store = txn->is_open ? txn->store : NULL;
	store_txn_free(txn);
	if (store != NULL)
		store_queue_go(store); /* others may have waited for its numbers */
}

static int
txn_reserve(struct store_txn *txn, size_t more)
{
	if (txn->capacity - txn->len >= more)
		return 0;
	if (txn->len + more > TXN_OCTETS_MAX)
		return -EMSGSIZE;
	size_t capacity = txn->capacity != 0 ? txn->capacity : 512;
	while (capacity < txn->len + more)
		capacity *= 2;
	char *data = realloc(txn->data, capacity);
	if (data == NULL)
		return -ENOMEM;
	txn->data = data;
	txn->capacity = capacity;
	return 0;
}

/* The lengths come in `op`. */
static void
txn_add(struct store_txn *txn, const struct store_op *op, const char *const texts[4])
{
	size_t size = sizeof(*op);

	if (txn == NULL || txn->error < 0)
		return;
	for (int i = 0; i < 4; i++)
		size += (size_t)op->len[i] + 1;
	txn->error = txn_reserve(txn, ALIGNED(size));
	if (txn->error < 0)
		return;
	char *to = txn->data + txn->len;
	memset(to + ALIGNED(size) - 8, 0, 8);
	memcpy(to, op, sizeof(*op));
	to += sizeof(*op);
	for (int i = 0; i < 4; i++) {
		if (op->len[i] > 0)
			memcpy(to, texts[i], op->len[i]);
		to[op->len[i]] = '\0';
		to += (size_t)op->len[i] + 1;
	}
	txn->len += ALIGNED(size);
}

const struct store_op *
store_op_next(const struct store_txn *txn, size_t *at, const char *texts[4])
{
	if (*at >= txn->len)
		return NULL;
	const struct store_op *op = (const void *)(txn->data + *at);
	const char *text = (const char *)(op + 1);
	for (int i = 0; i < 4; i++) {
		texts[i] = text;
		text += (size_t)op->len[i] + 1;
	}
	*at += ALIGNED((size_t)(text - (const char *)op));
	return op;
}

static uint32_t
text_len(struct store_txn *txn, size_t len)
{
	if (len > TXN_OCTETS_MAX && txn != NULL && txn->error == 0)
		txn->error = -EMSGSIZE;
	return (uint32_t)len;
}

uint64_t
store_journal(
    struct store_txn *txn, const char *type, const char *actor, const char *object, const char *body_json)
{
	const char *const texts[4] = { type, actor, object, body_json };

	if (txn == NULL)
		return 0;
	struct store *store = txn->store;
	if (txn->records == 0) {
		txn->first_number = store->next;
		txn->is_open = true;
		TAILQ_INSERT_TAIL(&store->open, txn, next);
	}
	struct store_op op = {
		.kind = STORE_OP_RECORD, .number = store->next++, .time_ms = loop_utc_ms(store->loop)
	};
	for (int i = 0; i < 4; i++)
		op.len[i] = text_len(txn, strlen(texts[i]));
	txn_add(txn, &op, texts);
	txn->last_number = op.number;
	txn->records++;
	return op.number;
}

void
store_put(struct store_txn *txn, enum store_bucket bucket, const char *key, const char *body, size_t len)
{
	struct store_op op = { .kind = STORE_OP_PUT,
		.bucket = bucket,
		.len = { text_len(txn, strlen(key)), text_len(txn, len) } };

	txn_add(txn, &op, (const char *const[4]){ key, body });
}

void
store_delete(struct store_txn *txn, enum store_bucket bucket, const char *key)
{
	struct store_op op = {
		.kind = STORE_OP_DELETE, .bucket = bucket, .len = { text_len(txn, strlen(key)) }
	};

	txn_add(txn, &op, (const char *const[4]){ key });
}

void
store_cursor_set(struct store_txn *txn, const char *name, uint64_t position)
{
	struct store_op op = {
		.kind = STORE_OP_CURSOR_SET, .number = position, .len = { text_len(txn, strlen(name)) }
	};

	txn_add(txn, &op, (const char *const[4]){ name });
}

void
store_cursor_drop(struct store_txn *txn, const char *name)
{
	struct store_op op = { .kind = STORE_OP_CURSOR_DROP, .len = { text_len(txn, strlen(name)) } };

	txn_add(txn, &op, (const char *const[4]){ name });
}
