/* SPDX-License-Identifier: ISC */
/* Opening and closing the store, and what can be asked of it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/store/inside.h"

void
store_disk_release(struct store_disk *disk)
{
	if (disk == NULL || atomic_fetch_sub(&disk->users, 1) > 1)
		return;
	pthread_rwlock_destroy(&disk->lock);
	free(disk);
}

static struct store_disk *
disk_new(const char *path)
{
	struct store_disk *disk = calloc(1, sizeof(*disk) + strlen(path) + 1);

	if (disk == NULL)
		return NULL;
	memcpy(disk->path, path, strlen(path) + 1);
	atomic_init(&disk->users, 1);
	pthread_rwlock_init(&disk->lock, NULL);
	return disk;
}

/* One agent at a time: SQLite's own locks let several in. The lock goes with the process; the file stays. */
static int
take_lock(struct store *store, char *reason, size_t size)
{
	char path[PATH_MAX], pid[24] = "";

	snprintf(path, sizeof(path), "%s.lock", store->disk->path);
	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0) {
		int rc = -errno;
		snprintf(reason, size, "cannot open %s: %s", path, strerror(-rc));
		return rc;
	}
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		ssize_t len = pread(store->lock_fd, pid, sizeof(pid) - 1, 0);
		pid[len > 0 ? len : 0] = '\0';
		snprintf(reason, size, "%s is in use by another towerd (process %s)", store->disk->path,
		    pid[0] ? pid : "unknown");
		return -EBUSY;
	}
	int len = snprintf(pid, sizeof(pid), "%d", (int)getpid());
	/* For that sentence alone: a full disk must not matter here. */
	if (ftruncate(store->lock_fd, 0) == 0 && pwrite(store->lock_fd, pid, (size_t)len, 0) < 0)
		return 0;
	return 0;
}

/* So that it is ours alone from its first octet. */
static int
create_file(const struct store *store, char *reason, size_t size)
{
	int fd = open(store->disk->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		int rc = -errno;
		snprintf(reason, size, "cannot open %s: %s", store->disk->path, strerror(-rc));
		return rc;
	}
	close(fd); /* before SQLite has it open: a close drops a process's locks on a file */
	return 0;
}

/* Numbers go on above all that may have been told, and a new reservation is in the file before the first is given. */
static int
load_numbers(struct store *store)
{
	struct store_db *db = &store->writer.db;
	int64_t reserved = 0, newest = 0, oldest = 0, trimmed = 0, copied = 0;
	int rc = store_db_number(db, "SELECT value FROM meta WHERE name = 'reserved'", &reserved);

	if (rc == 0)
		rc = store_db_number(db, "SELECT value FROM meta WHERE name = 'trimmed'", &trimmed);
	if (rc == 0)
		rc = store_db_number(db, "SELECT max(number) FROM journal", &newest);
	if (rc == 0)
		rc = store_db_number(db, "SELECT min(number) FROM journal", &oldest);
	if (rc == 0)
		rc = store_db_number(db,
		    "SELECT max(CAST(body AS INTEGER)) FROM state WHERE bucket = 0 AND key = '" STORE_COPY_KEY
		    "'",
		    &copied);
	if (rc < 0)
		return rc;
	store->newest = store->writer.committed = (uint64_t)newest;
	store->oldest = (uint64_t)oldest;
	store->trimmed = (uint64_t)trimmed;
	store->copied_ms = copied;
	store->next = (uint64_t)(newest > reserved ? newest : reserved) + 1;
	store->reserved = store->next - 1 + STORE_RESERVE;
	sqlite3_bind_int64(db->statements[STORE_SQL_RESERVE], 1, (sqlite3_int64)store->reserved);
	return store_db_step(db, db->statements[STORE_SQL_RESERVE]);
}

static int
open_database(struct store *store)
{
	struct store_db *db = &store->writer.db;
	int rc = store_db_open(db, store->disk->path);

	if (rc == 0)
		rc = store_schema_check(db); /* before anything is changed: it may be somebody else's */
	if (rc == 0)
		rc = store_db_configure(db, store->settings.unsafe_for_tests);
	if (rc == 0)
		rc = store_schema_migrate(db);
	if (rc == 0)
		rc = store_db_prepare(db);
	if (rc == 0)
		rc = load_numbers(store);
	if (rc == 0)
		rc = store_cursors_load(store);
	if (rc == 0)
		rc = store_reads_open(store);
	return rc;
}

static void
store_release(struct store *store)
{
	store_backups_close(store);
	store_reads_close(store);
	store_cursors_free(store);
	loop_timer_free(store->retry);
	loop_timer_free(store->refuse);
	loop_timer_free(store->tell);
	loop_timer_free(store->stall);
	loop_timer_free(store->trim);
	store_db_close(&store->writer.db);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	store_disk_release(store->disk);
	free(store);
}

int
store_open(
    struct loop *loop, const struct store_settings *settings, struct store **out, char *error, size_t size)
{
	struct store *store = calloc(1, sizeof(*store));

	snprintf(error, size, "out of memory");
	if (store == NULL)
		return -ENOMEM;
	store->loop = loop;
	store->owner.name = "store";
	store->settings = *settings;
	store->lock_fd = -1;
	LIST_INIT(&store->cursors);
	LIST_INIT(&store->backups);
	TAILQ_INIT(&store->reads);
	TAILQ_INIT(&store->on_disk);
	store_queue_open(store);
	store->disk = disk_new(settings->path);
	bool is_built = store->disk != NULL && store->retry != NULL && store->refuse != NULL &&
	    store->stall != NULL && store->tell != NULL;
	int rc = is_built ? 0 : -ENOMEM;
	if (rc == 0)
		rc = take_lock(store, error, size);
	if (rc == 0)
		rc = create_file(store, error, size);
	if (rc == 0) {
		rc = open_database(store);
		if (rc < 0 && store->writer.db.reason[0] != '\0')
			snprintf(error, size, "%s", store->writer.db.reason);
	}
	if (rc == 0)
		rc = store_retention_open(store);
	if (rc == 0)
		rc = store_writer_start(store);
	if (rc < 0) {
		store_release(store);
		return rc;
	}
	*out = store;
	return 0;
}

/* After a clean end numbers go on without a gap. Best effort: without, they go on above the reservation. */
static void
end_cleanly(struct store *store)
{
	struct store_db *db = &store->writer.db;

	sqlite3_bind_int64(db->statements[STORE_SQL_RESERVE], 1, (sqlite3_int64)(store->next - 1));
	if (store_db_step(db, db->statements[STORE_SQL_RESERVE]) == 0)
		store_db_checkpoint(db, true);
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_queue_drain(store);
	store_writer_end(store);
	if (store->trouble == 0)
		end_cleanly(store);
	store_release(store);
}

static int
visit_rows(struct store_db *db, enum store_bucket bucket,
    int (*fn)(void *arg, const char *key, const char *body, size_t len), void *arg)
{
	static const char sql[] = "SELECT key, body FROM state WHERE bucket = ?1 ORDER BY key";
	sqlite3_stmt *statement = NULL;
	int step = SQLITE_DONE, rc = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "read");
	sqlite3_bind_int(statement, 1, (int)bucket);
	while (rc == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *body = sqlite3_column_blob(statement, 1);
		rc = fn(arg, (const char *)sqlite3_column_text(statement, 0), body != NULL ? body : "",
		    (size_t)sqlite3_column_bytes(statement, 1));
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_db_fail(db, "read");
	sqlite3_finalize(statement);
	return rc;
}

/* By a connection of its own: the writer's is the writer's alone from the first submit on, and SQLite would not notice two threads on it. */
int
store_each(struct store *store, enum store_bucket bucket,
    int (*fn)(void *arg, const char *key, const char *body, size_t len), void *arg)
{
	struct store_db db;

	pthread_rwlock_rdlock(&store->disk->lock);
	int rc = store_db_open_reader(&db, store->disk->path);
	if (rc == 0)
		rc = visit_rows(&db, bucket, fn, arg);
	store_db_close(&db);
	pthread_rwlock_unlock(&store->disk->lock);
	return rc;
}

const char *
store_trouble(const struct store *store)
{
	return store->trouble != 0 ? store->reason : NULL;
}

uint64_t
store_newest(const struct store *store)
{
	return store->newest;
}

uint64_t
store_oldest(const struct store *store)
{
	return store->oldest;
}

void
store_stats(const struct store *store, struct store_stats *out)
{
	*out = store->stats;
	out->waiting = store->waiting;
	out->kept = store->kept;
}

int64_t
store_restored_ms(const struct store *store)
{
	return store == NULL ? 0 : store->copied_ms;
}

void
store_restored(struct store_txn *txn)
{
	store_delete(txn, STORE_META, STORE_COPY_KEY);
}
