/* SPDX-License-Identifier: ISC */
/* What waits for the writer, in order, and who is told what: the two promises of store.h. All of it on the loop thread. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store/inside.h"

#define BATCH_TXNS   4096
#define BATCH_OCTETS (8u << 20)
#define QUEUE_MAX    100000
#define TOLD_AT_ONCE \
	256 /* outcomes of one callback: a commit may hold thousands, and others are to have their turn */
#define STALL_MS         5000 /* real time: a disk that does not even fail */
#define RETRY_FIRST_MS   500
#define RETRY_LONGEST_MS 10000

static void
queue_tell(struct store_txn *txn, int rc, bool final)
{
	if (txn->fn != NULL)
		txn->fn(txn->arg, rc, final);
}

static void
queue_take(struct store *store, struct store_txn *txn)
{
	TAILQ_REMOVE(&store->queue, txn, next);
	store->waiting--;
	store->kept -= txn->told;
}

static void
tell_kept(struct store *store, struct store_txn *txn)
{
	if (txn->policy != STORE_KEEP || txn->told)
		return;
	txn->told = true;
	store->kept++;
	queue_tell(txn, store->trouble, false);
}

/* While the store is in trouble: promises are refused, the others told that they must wait. Callbacks may submit more: that has its own turn. */
static void
queue_refuse(void *arg)
{
	struct store *store = arg;
	const struct store_txn *last = TAILQ_LAST(&store->queue, store_txns);
	struct store_txn *txn, *following;

	if (store->trouble == 0)
		return; /* it ended before the timer rang */
	for (txn = TAILQ_FIRST(&store->queue); txn != NULL; txn = following) {
		following = txn != last ? TAILQ_NEXT(txn, next) : NULL;
		if (txn->policy == STORE_PROMISE) {
			queue_take(store, txn);
			queue_tell(txn, store->trouble, true);
			store_txn_free(txn);
		} else {
			tell_kept(store, txn);
		}
	}
}

/*
 * A listener reads by number, so no number may become durable before a lower one. Two transactions may be numbered crosswise (a module
 * gathers its rows and submits them at the end of the turn): so none goes while one is being built, and those go into one commit.
 */
static bool
may_go(const struct store *store, const struct store_txn *txn)
{
	return txn->last_number == 0 || TAILQ_EMPTY(&store->open);
}

/* The last in the queue that has a number below `newest`, NULL: none. */
static const struct store_txn *
last_below(const struct store *store, uint64_t newest)
{
	const struct store_txn *txn, *last = NULL;

	for (txn = TAILQ_FIRST(&store->queue); txn != NULL; txn = TAILQ_NEXT(txn, next))
		if (txn->first_number != 0 && txn->first_number < newest)
			last = txn;
	return last;
}

static void
batch_take(struct store *store, struct store_txn *txn)
{
	struct store_batch *batch = &store->batch;

	TAILQ_REMOVE(&store->queue, txn, next);
	TAILQ_INSERT_TAIL(&batch->txns, txn, next);
	if (txn->last_number > batch->newest)
		batch->newest = txn->last_number;
}

/* Takes from the queue what goes into one commit. */
static void
batch_fill(struct store *store)
{
	struct store_batch *batch = &store->batch;
	struct store_txn *txn;
	size_t octets = 0;

	*batch = (struct store_batch){ .assigned = store->next - 1, .reserved = store->reserved };
	TAILQ_INIT(&batch->txns);
	for (unsigned i = 0; i < BATCH_TXNS && octets < BATCH_OCTETS; i++) {
		txn = TAILQ_FIRST(&store->queue);
		if (txn == NULL || !may_go(store, txn))
			break;
		octets += txn->len;
		batch_take(store, txn);
	}
	/* And those that are numbered crosswise with what was taken, with all before them: whatever the size. */
	for (const struct store_txn *last; (last = last_below(store, batch->newest)) != NULL;)
		do {
			txn = TAILQ_FIRST(&store->queue);
			batch_take(store, txn);
		} while (txn != last);
	store_retention_fill(store, batch);
}

static void
queue_hand(struct store *store)
{
	batch_fill(store);
	store->in_flight = true;
	loop_timer_start(store->stall, STALL_MS * (int64_t)loop_scale(store->loop));
	store_writer_hand(store);
}

/* Trouble begins, or goes on. */
static void
trouble_set(struct store *store, int rc, const char *reason)
{
	bool begins = store->trouble == 0;

	store->trouble = rc;
	snprintf(store->reason, sizeof(store->reason), "%s", reason);
	if (begins && store->settings.on_health != NULL)
		store->settings.on_health(store->settings.arg, store->reason);
}

/*
 * The writer has not come back. Promises with it must wait, for nobody knows yet; all others are refused, and what is to be kept is told
 * so: an alarm does not wait for a disk. The writer only reads what it has.
 */
static void
queue_stalls(void *arg)
{
	struct store *store = arg;
	char reason[STORE_REASON];
	struct store_txn *txn;

	snprintf(reason, sizeof(reason), "the disk of %s has not answered for %d s", store->disk->path,
	    STALL_MS / 1000);
	trouble_set(store, -ETIMEDOUT, reason);
	for (txn = TAILQ_FIRST(&store->batch.txns); txn != NULL; txn = TAILQ_NEXT(txn, next))
		tell_kept(store, txn);
	queue_refuse(store);
}

void
store_queue_go(struct store *store)
{
	const struct store_txn *first = TAILQ_FIRST(&store->queue);

	if (!store->in_flight && store->trouble == 0 &&
	    ((first != NULL && may_go(store, first)) || store->trim_due))
		queue_hand(store);
}

/* Also when nothing is kept: a commit of nothing but the reservation finds out whether the disk is well again. */
static void
queue_retry(void *arg)
{
	struct store *store = arg;

	if (!store->in_flight)
		queue_hand(store);
}

static void
memory_apply(struct store *store, const struct store_txn *txn)
{
	const struct store_op *op;
	const char *texts[4];

	for (size_t at = 0; (op = store_op_next(txn, &at, texts)) != NULL;) {
		if (op->kind == STORE_OP_RECORD) {
			struct store_record record = { op->number, op->time_ms, texts[0], texts[1], texts[2],
				texts[3] };
			store_ring_add(&store->ring, &record);
			if (store->oldest == 0)
				store->oldest = op->number;
			if (op->number > store->newest)
				store->newest = op->number;
			store->stats.records++;
		} else if (op->kind == STORE_OP_CURSOR_SET) {
			store_cursor_apply(store, texts[0], &op->number);
		} else if (op->kind == STORE_OP_CURSOR_DROP) {
			store_cursor_apply(store, texts[0], NULL);
		}
	}
	store->stats.transactions++;
}

/* Whose transactions are durable are told so, a piece at a time; then the writer may go on. */
static void
done_tell(void *arg)
{
	struct store *store = arg;
	struct store_txn *txn;

	for (unsigned i = 0; (txn = TAILQ_FIRST(&store->done)) != NULL; i++) {
		if (i == TOLD_AT_ONCE && !store->closing) {
			loop_timer_start(store->tell, 0);
			return;
		}
		TAILQ_REMOVE(&store->done, txn, next);
		queue_tell(txn, 0, true);
		store_txn_free(txn);
	}
	if (store->has_news && store->settings.on_commit != NULL)
		store->settings.on_commit(store->settings.arg);
	store->in_flight = false;
	if (!store->closing)
		store_queue_go(store);
}

static void
batch_succeeded(struct store *store)
{
	struct store_batch *batch = &store->batch;
	struct store_txn *txn;

	uint64_t newest = store->newest;
	TAILQ_CONCAT(&store->done, &batch->txns, next);
	store->stats.commits++;
	store->reserved = batch->reserved;
	for (txn = TAILQ_FIRST(&store->done); txn != NULL; txn = TAILQ_NEXT(txn, next)) {
		memory_apply(store, txn);
		store->waiting--;
		store->kept -= txn->told;
	}
	store_retention_done(store, batch);
	bool was_in_trouble = store->trouble != 0;
	store->trouble = 0;
	store->retry_ms = 0;
	/* What the callbacks submit in answer goes into one commit with what waits. */
	store->in_flight = true;
	if (was_in_trouble && store->settings.on_health != NULL)
		store->settings.on_health(store->settings.arg, NULL);
	store->has_news = store->newest != newest;
	done_tell(store);
}

static void
batch_failed(struct store *store)
{
	struct store_batch *batch = &store->batch;

	store->stats.commit_failures++;
	/* What was with the writer goes back to the head of the queue. */
	TAILQ_CONCAT(&batch->txns, &store->queue, next);
	TAILQ_CONCAT(&store->queue, &batch->txns, next);
	store->retry_ms = store->retry_ms == 0 ? RETRY_FIRST_MS : 2 * store->retry_ms;
	if (store->retry_ms > RETRY_LONGEST_MS)
		store->retry_ms = RETRY_LONGEST_MS;
	if (!store->closing)
		loop_timer_start(store->retry, store->retry_ms);
	trouble_set(store, batch->rc, batch->reason);
	queue_refuse(store);
}

void
store_batch_done(struct store *store)
{
	const struct store_batch *batch = &store->batch;

	store->in_flight = false;
	loop_timer_stop(store->stall);
	store->stats.octets = batch->octets;
	if (batch->took_ms > store->stats.longest_commit_ms)
		store->stats.longest_commit_ms = batch->took_ms;
	if (batch->rc == 0)
		batch_succeeded(store);
	else
		batch_failed(store);
}

int
store_submit(struct store_txn *txn, enum store_policy policy, store_durable_fn *fn, void *arg)
{
	if (txn == NULL)
		return -ENOMEM;
	struct store *store = txn->store;
	size_t bound = store->settings.queue_max != 0 ? store->settings.queue_max : QUEUE_MAX;
	int rc = txn->error;

	/* A number beyond the reservation must not be told before it is durable, so it may not be kept either. */
	if (rc == 0 &&
	    (store->waiting >= bound || (policy == STORE_KEEP && txn->last_number > store->reserved))) {
		store->stats.dropped++;
		rc = -ENOBUFS;
	}
	if (rc == 0 && store->closing)
		rc = -ESHUTDOWN;
	if (rc < 0) {
		store_txn_free(txn);
		return rc;
	}
	store_txn_close(txn);
	txn->policy = policy;
	txn->fn = fn;
	txn->arg = arg;
	TAILQ_INSERT_TAIL(&store->queue, txn, next);
	store->waiting++;
	if (store->trouble != 0)
		loop_timer_start(store->refuse, 0);
	else
		store_queue_go(store);
	return 0;
}

void
store_queue_open(struct store *store)
{
	TAILQ_INIT(&store->queue);
	TAILQ_INIT(&store->open);
	TAILQ_INIT(&store->done);
	store->tell = loop_timer_new(store->loop, &store->owner, done_tell, store);
	store->retry = loop_timer_new(store->loop, &store->owner, queue_retry, store);
	store->refuse = loop_timer_new(store->loop, &store->owner, queue_refuse, store);
	store->stall = loop_timer_new(store->loop, &store->owner, queue_stalls, store);
}

/* At the end: commits what waits; if the disk does not let it, even those that were kept are told the truth. */
void
store_queue_drain(struct store *store)
{
	struct store_txn *txn;

	store->closing = true;
	while ((txn = TAILQ_FIRST(&store->open)) != NULL)
		store_txn_close(txn); /* may be abandoned when the store is gone */
	if (!TAILQ_EMPTY(&store->done))
		done_tell(store);
	if (store->in_flight) {
		store_writer_wait(store);
		store_batch_done(store);
	}
	bool failed = false;
	while (!TAILQ_EMPTY(&store->queue) && !failed) {
		queue_hand(store);
		store_writer_wait(store);
		failed = store->batch.rc < 0;
		store_batch_done(store);
	}
	while ((txn = TAILQ_FIRST(&store->queue)) != NULL) {
		queue_take(store, txn);
		queue_tell(txn, store->trouble, true);
		store_txn_free(txn);
	}
}
