/* SPDX-License-Identifier: ISC */
/*
 * The writer: a thread that commits one batch after the other, and what it does when the disk fails.
 *
 * A commit whose fsync failed may stand in the WAL, valid but not confirmed: were the agent killed now, the next start would find it,
 * though it was refused. And what the kernel once failed to write it may later take for written. So, after any failed commit:
 *  1. at once, a tiny commit that is not synced takes the place of the failed one in the WAL ("withdrawn");
 *  2. before the next commit the connection is opened anew, which checks the WAL from its beginning, the newest journal number is
 *     compared with what was confirmed, and the whole WAL is copied into the file and synced.
 * Only then is anything confirmed again. docs/decisions/0002-journal-and-state.md has the whole story.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/store/inside.h"

#define WAL_PAGES 1000 /* copied into the file when it is longer, after the commit was reported */

static int
apply_op(struct store_db *db, const struct store_op *op, const char *const texts[4])
{
	sqlite3_stmt *statement = db->statements[op->kind];
	int column = 1;

	switch ((enum store_op_kind)op->kind) {
	case STORE_OP_RECORD:
		sqlite3_bind_int64(statement, column++, (sqlite3_int64)op->number);
		sqlite3_bind_int64(statement, column++, op->time_ms);
		for (int i = 0; i < 4; i++)
			sqlite3_bind_text(statement, column++, texts[i], (int)op->len[i], SQLITE_STATIC);
		break;
	case STORE_OP_PUT:
	case STORE_OP_DELETE:
		sqlite3_bind_int64(statement, column++, op->bucket);
		sqlite3_bind_text(statement, column++, texts[0], (int)op->len[0], SQLITE_STATIC);
		if (op->kind == STORE_OP_PUT)
			sqlite3_bind_blob(statement, column, texts[1], (int)op->len[1], SQLITE_STATIC);
		break;
	case STORE_OP_CURSOR_SET:
	case STORE_OP_CURSOR_DROP:
		sqlite3_bind_text(statement, column++, texts[0], (int)op->len[0], SQLITE_STATIC);
		if (op->kind == STORE_OP_CURSOR_SET)
			sqlite3_bind_int64(statement, column, (sqlite3_int64)op->number);
		break;
	case STORE_OPS:
		break;
	}
	return store_db_step(db, statement);
}

static int
apply_txn(struct store_db *db, const struct store_txn *txn)
{
	const struct store_op *op;
	const char *texts[4];
	int rc = 0;

	for (size_t at = 0; rc == 0 && (op = store_op_next(txn, &at, texts)) != NULL;)
		rc = apply_op(db, op, texts);
	return rc;
}

/* Every commit finds at least half of the reservation ahead of it, so that numbers may be told while the disk fails. */
static int
apply_reservation(struct store_db *db, struct store_batch *batch)
{
	if (batch->assigned + STORE_RESERVE / 2 <= batch->reserved)
		return 0;
	batch->reserved = batch->assigned + STORE_RESERVE;
	sqlite3_bind_int64(db->statements[STORE_SQL_RESERVE], 1, (sqlite3_int64)batch->reserved);
	return store_db_step(db, db->statements[STORE_SQL_RESERVE]);
}

static int
writer_commit(struct store_writer *writer, struct store_batch *batch)
{
	struct store_db *db = &writer->db;
	const struct store_txn *txn;

	int rc = store_db_run(db, "BEGIN IMMEDIATE");
	for (txn = TAILQ_FIRST(&batch->txns); txn != NULL && rc == 0; txn = TAILQ_NEXT(txn, next))
		rc = apply_txn(db, txn);
	if (rc == 0)
		rc = apply_reservation(db, batch);
	if (rc == 0 && batch->trims)
		rc = store_retention_apply(db, batch);
	if (rc == 0)
		rc = store_db_run(db, "COMMIT");
	if (rc == 0 && batch->newest > writer->committed)
		writer->committed = batch->newest;
	return rc;
}

static int
writer_withdraw(struct store_writer *writer)
{
	struct store_db *db = &writer->db;

	sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL); /* an error when SQLite did so itself */
	int rc = store_db_run(db, "PRAGMA synchronous = OFF");
	if (rc == 0)
		rc = store_db_run(db, "UPDATE meta SET value = value + 1 WHERE name = 'withdrawn'");
	if (rc == 0)
		writer->withdraw = false;
	return rc;
}

static int
writer_reconnect(struct store *store)
{
	struct store_writer *writer = &store->writer;
	struct store_db *db = &writer->db;

	/* Only the first connection of all checks the WAL: so no reader may be there. */
	pthread_rwlock_wrlock(&store->disk->lock);
	store_db_close(db);
	int rc = store_db_open(db, store->disk->path);
	if (rc == 0)
		rc = store_db_configure(db, store->settings.unsafe_for_tests);
	if (rc == 0)
		rc = store_db_prepare(db);
	pthread_rwlock_unlock(&store->disk->lock);
	return rc;
}

static int
writer_recover(struct store *store)
{
	struct store_writer *writer = &store->writer;
	struct store_db *db = &writer->db;
	int64_t newest = 0;

	if (writer->withdraw) {
		int rc = writer_withdraw(writer);
		if (rc < 0)
			return rc;
	}
	int rc = writer_reconnect(store);
	if (rc == 0)
		rc = store_db_number(db, "SELECT max(number) FROM journal", &newest);
	if (rc == 0 && (uint64_t)newest > writer->committed) {
		snprintf(db->reason, sizeof(db->reason),
		    "%s holds journal number %lld, which had been refused when the disk failed: restart "
		    "towerd",
		    db->path, (long long)newest);
		rc = -EUCLEAN;
	}
	if (rc == 0)
		rc = store_db_checkpoint(db, true);
	if (rc == 0)
		writer->broken = false;
	return rc;
}

static void
writer_run(struct store *store)
{
	struct store_writer *writer = &store->writer;
	struct store_batch *batch = &store->batch;

	batch->rc = writer->broken ? writer_recover(store) : 0;
	if (batch->rc < 0) {
		memcpy(batch->reason, writer->db.reason, sizeof(batch->reason));
		return;
	}
	batch->rc = writer_commit(writer, batch);
	if (batch->rc < 0) {
		memcpy(batch->reason, writer->db.reason, sizeof(batch->reason));
		writer->broken = writer->withdraw = true;
		writer_withdraw(writer); /* if this fails too, it is the first thing tried next time */
	}
}

static int64_t
file_octets(const char *path)
{
	char wal[4096 + 8];
	struct stat file, log;

	snprintf(wal, sizeof(wal), "%s-wal", path);
	return (stat(path, &file) == 0 ? file.st_size : 0) + (stat(wal, &log) == 0 ? log.st_size : 0);
}

static void
writer_tell(void *arg)
{
	struct store *store = arg;

	loop_expect(store->loop, -1);
	store_batch_done(store);
}

static void *
writer_thread(void *arg)
{
	struct store *store = arg;
	struct store_writer *writer = &store->writer;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		while (writer->state == WRITER_IDLE || writer->state == WRITER_DONE)
			pthread_cond_wait(&writer->changed, &writer->lock);
		if (writer->state == WRITER_ENDING)
			break;
		pthread_mutex_unlock(&writer->lock);
		int64_t start_ms = loop_now_ms(store->loop);
		writer_run(store);
		store->batch.took_ms = loop_now_ms(store->loop) - start_ms;
		store->batch.octets = file_octets(store->disk->path);
		bool long_wal = store->batch.rc == 0 && writer->db.wal_pages > WAL_PAGES;
		pthread_mutex_lock(&writer->lock);
		writer->state = WRITER_DONE;
		pthread_cond_broadcast(&writer->changed);
		/* Out of memory for a note of 50 octets: wait for better times, the loop cannot go on without it. */
		while (loop_post(store->loop, &store->owner, writer_tell, store) < 0)
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		pthread_mutex_unlock(&writer->lock);
		/* Not part of anybody's commit. When it fails the WAL has everything; the next round tries again. */
		if (long_wal)
			store_db_checkpoint(&writer->db, false);
		pthread_mutex_lock(&writer->lock);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

int
store_writer_start(struct store *store)
{
	struct store_writer *writer = &store->writer;
	sigset_t all, before;

	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&writer->thread, NULL, writer_thread, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		pthread_setname_np(writer->thread, "towerd-store");
	return -rc;
}

void
store_writer_hand(struct store *store)
{
	struct store_writer *writer = &store->writer;

	loop_expect(store->loop, 1);
	pthread_mutex_lock(&writer->lock);
	writer->state = WRITER_BUSY;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

void
store_writer_wait(struct store *store)
{
	struct store_writer *writer = &store->writer;

	pthread_mutex_lock(&writer->lock);
	while (writer->state != WRITER_DONE)
		pthread_cond_wait(&writer->changed, &writer->lock);
	pthread_mutex_unlock(&writer->lock);
	loop_post_drop(store->loop, &store->owner);
	loop_expect(store->loop, -1);
}

void
store_writer_end(struct store *store)
{
	struct store_writer *writer = &store->writer;

	pthread_mutex_lock(&writer->lock);
	writer->state = WRITER_ENDING;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
}
