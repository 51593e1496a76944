/* SPDX-License-Identifier: ISC */
/* Reading the journal back: from memory what is new, from the disk, on the pool, what is older. */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store/inside.h"

#define READ_OCTETS_MAX (8u << 20)

struct store_read_job {
	TAILQ_ENTRY(store_read_job) next;
	struct store *store; /* NULL: closed meanwhile */
	struct store_disk *disk;
	uint64_t after;
	unsigned max;
	int (*fn)(void *arg, const struct store_record *record);
	void (*done)(void *arg, int rc);
	void *arg;
	struct store_entry *entries;
	unsigned count;
	bool fetched; /* from the disk, with `rc` */
	int rc;
};

static const char read_sql[] = "SELECT number, time_ms, type, actor, object, body FROM journal"
			       " WHERE number > ?1 ORDER BY number LIMIT ?2";
static const char load_sql[] = "SELECT * FROM (SELECT number, time_ms, type, actor, object, body FROM journal"
			       " ORDER BY number DESC LIMIT ?1) ORDER BY number";

static void
row_read(sqlite3_stmt *row, struct store_record *record)
{
	*record = (struct store_record){
		.number = (uint64_t)sqlite3_column_int64(row, 0),
		.time_ms = sqlite3_column_int64(row, 1),
		.type = (const char *)sqlite3_column_text(row, 2),
		.actor = (const char *)sqlite3_column_text(row, 3),
		.object = (const char *)sqlite3_column_text(row, 4),
		.body = (const char *)sqlite3_column_text(row, 5),
	};
}

static void
job_free(struct store_read_job *job)
{
	for (unsigned i = 0; i < job->count; i++)
		free(job->entries[i].texts);
	free(job->entries);
	store_disk_release(job->disk);
	free(job);
}

/* On the pool. */
static int
job_collect(struct store_read_job *job, struct store_db *db)
{
	sqlite3_stmt *statement = NULL;
	size_t octets = 0;
	int step = SQLITE_DONE, rc = 0;

	if (sqlite3_prepare_v2(db->handle, read_sql, -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "read");
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)job->after);
	sqlite3_bind_int64(statement, 2, job->max);
	while (rc == 0 && octets < READ_OCTETS_MAX && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		struct store_record record;
		row_read(statement, &record);
		octets += (size_t)sqlite3_column_bytes(statement, 5);
		rc = record.body != NULL ? store_entry_fill(&job->entries[job->count], &record) : -ENOMEM;
		job->count += rc == 0;
	}
	if (rc == 0 && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = store_db_fail(db, "read");
	sqlite3_finalize(statement);
	return rc;
}

static int
job_run(void *arg)
{
	struct store_read_job *job = arg;
	struct store_db db;

	job->entries = calloc(job->max, sizeof(*job->entries));
	if (job->entries == NULL)
		return -ENOMEM;
	pthread_rwlock_rdlock(&job->disk->lock);
	int rc = store_db_open_reader(&db, job->disk->path);
	if (rc == 0)
		rc = job_collect(job, &db);
	store_db_close(&db);
	pthread_rwlock_unlock(&job->disk->lock);
	return rc;
}

/* Nobody's callback, for the store may be gone; what it brought is handed over by the store's own timer. */
static void
job_done(void *arg, int rc)
{
	struct store_read_job *job = arg;
	struct store *store = job->store;

	if (store == NULL) {
		job_free(job);
		return;
	}
	job->fetched = true;
	job->rc = rc;
	TAILQ_REMOVE(&store->on_disk, job, next);
	TAILQ_INSERT_TAIL(&store->reads, job, next);
	loop_timer_start(store->serve, 0);
}

/* On the loop. */
static void
read_from_ring(struct store_read_job *job, const struct store_ring *ring)
{
	const struct store_record *record;
	int rc = 0;

	for (unsigned i = 0; i < job->max && rc == 0; i++) {
		record = store_ring_after(ring, job->after);
		if (record == NULL)
			break;
		job->after = record->number;
		rc = job->fn(job->arg, record);
	}
	job->done(job->arg, rc);
	job_free(job);
}

static void
read_fetched(struct store_read_job *job)
{
	for (unsigned i = 0; i < job->count && job->rc == 0; i++)
		job->rc = job->fn(job->arg, &job->entries[i].record);
	job->done(job->arg, job->rc);
	job_free(job);
}

static void
read_from_disk(struct store_read_job *job)
{
	if (job->max > STORE_READ_MAX)
		job->max = STORE_READ_MAX;
	TAILQ_INSERT_TAIL(&job->store->on_disk, job, next);
	int rc = loop_work(job->store->loop, NULL, job_run, job_done, job);
	if (rc < 0)
		job_done(job, rc);
}

static bool
ring_covers(const struct store *store, uint64_t after)
{
	return after >= store->ring.before || store->ring.before <= store->trimmed;
}

static void
reads_serve(void *arg)
{
	struct store *store = arg;
	struct store_reads reads = TAILQ_HEAD_INITIALIZER(reads);
	struct store_read_job *job;

	TAILQ_CONCAT(&reads, &store->reads, next);
	while ((job = TAILQ_FIRST(&reads)) != NULL) {
		TAILQ_REMOVE(&reads, job, next);
		if (job->fetched)
			read_fetched(job);
		else if (ring_covers(store, job->after))
			read_from_ring(job, &store->ring);
		else
			read_from_disk(job);
	}
}

int
store_read(struct store *store, uint64_t after, unsigned max,
    int (*fn)(void *arg, const struct store_record *record), void (*done)(void *arg, int rc), void *arg)
{
	struct store_read_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return -ENOMEM;
	*job = (struct store_read_job){ .store = store,
		.disk = store->disk,
		.after = after,
		.max = max,
		.fn = fn,
		.done = done,
		.arg = arg };
	atomic_fetch_add(&job->disk->users, 1);
	TAILQ_INSERT_TAIL(&store->reads, job, next);
	loop_timer_start(store->serve, 0);
	return 0;
}

int
store_reads_open(struct store *store)
{
	struct store_db *db = &store->writer.db;
	sqlite3_stmt *statement = NULL;
	struct store_record record;
	int step, rc = store_ring_open(&store->ring);

	TAILQ_INIT(&store->reads);
	TAILQ_INIT(&store->on_disk);
	store->serve = loop_timer_new(store->loop, &store->owner, reads_serve, store);
	if (rc < 0 || store->serve == NULL)
		return -ENOMEM;
	if (sqlite3_prepare_v2(db->handle, load_sql, -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "read");
	sqlite3_bind_int64(statement, 1, STORE_RING);
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		row_read(statement, &record);
		if (store->ring.count == 0)
			store->ring.before = record.number - 1;
		store_ring_add(&store->ring, &record);
	}
	rc = step == SQLITE_DONE ? 0 : store_db_fail(db, "read");
	sqlite3_finalize(statement);
	return rc;
}

void
store_reads_close(struct store *store)
{
	struct store_read_job *job;

	while ((job = TAILQ_FIRST(&store->reads)) != NULL) {
		TAILQ_REMOVE(&store->reads, job, next);
		job->done(job->arg, -ECANCELED);
		job_free(job);
	}
	/* Those on the pool come back later, and find that nobody waits for them any more. */
	while ((job = TAILQ_FIRST(&store->on_disk)) != NULL) {
		TAILQ_REMOVE(&store->on_disk, job, next);
		job->store = NULL;
		job->done(job->arg, -ECANCELED);
	}
	store_ring_close(&store->ring);
	loop_timer_free(store->serve);
}
