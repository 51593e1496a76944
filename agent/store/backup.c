/* SPDX-License-Identifier: ISC */
/* An online copy: SQLite's backup, complete and on the disk before it gets its name. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/store/inside.h"

/*
 * The copy says that it is one, so that whoever starts from it knows. Numbers that were told after it was made must not be told again by one who starts from it: so it begins that far ahead.
 * 32 bits hold dozens of restored copies.
 */
#define BACKUP_AHEAD "100000000"

struct store_backup_job {
	LIST_ENTRY(store_backup_job) next;
	struct store *store; /* NULL: closed meanwhile */
	struct store_disk *disk;
	void (*done)(void *arg, int rc);
	void *arg;
	int64_t utc_ms;
	char path[PATH_MAX], part[PATH_MAX];
};

static int
copy_pages(struct store_db *from, struct store_db *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to->handle, "main", from->handle, "main");

	if (backup == NULL)
		return store_db_fail(to, "copy to");
	sqlite3_backup_step(backup, -1); /* in one go: a writer goes on beside it, in the WAL */
	return sqlite3_backup_finish(backup) == SQLITE_OK ? 0 : store_db_fail(to, "copy to");
}

static int
sync_folder(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int
copy_file(const struct store_backup_job *job)
{
	struct store_db from = { 0 }, to = { 0 };
	char finish[320];

	int fd = open(job->part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	int rc = store_db_open_reader(&from, job->disk->path);
	if (rc == 0 &&
	    sqlite3_open_v2(job->part, &to.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK)
		rc = store_db_fail(&to, "open");
	if (rc == 0)
		rc = copy_pages(&from, &to);
	/* One file, without a WAL beside it. */
	snprintf(finish, sizeof(finish),
	    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
	    "UPDATE meta SET value = value + " BACKUP_AHEAD " WHERE name = 'reserved';"
	    "INSERT OR REPLACE INTO state(bucket, key, body) VALUES(%d, '" STORE_COPY_KEY "', '%" PRId64 "')",
	    STORE_META, job->utc_ms);
	if (rc == 0)
		rc = store_db_run(&to, finish);
	store_db_close(&to);
	store_db_close(&from);
	if (rc == 0 && rename(job->part, job->path) < 0)
		rc = -errno;
	if (rc == 0)
		rc = sync_folder(job->path);
	if (rc < 0)
		unlink(job->part);
	return rc;
}

static int
job_run(void *arg)
{
	struct store_backup_job *job = arg;

	pthread_rwlock_rdlock(&job->disk->lock);
	int rc = copy_file(job);
	pthread_rwlock_unlock(&job->disk->lock);
	return rc;
}

static void
job_done(void *arg, int rc)
{
	struct store_backup_job *job = arg;

	if (job->store != NULL) {
		LIST_REMOVE(job, next);
		job->done(job->arg, rc);
	}
	store_disk_release(job->disk);
	free(job);
}

int
store_backup(struct store *store, const char *path, void (*done)(void *arg, int rc), void *arg)
{
	struct store_backup_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return -ENOMEM;
	int len = snprintf(job->part, sizeof(job->part), "%s.part", path);
	if (len < 0 || (size_t)len >= sizeof(job->part)) {
		free(job);
		return -ENAMETOOLONG;
	}
	snprintf(job->path, sizeof(job->path), "%s", path);
	job->store = store;
	job->utc_ms = loop_utc_ms(store->loop);
	job->disk = store->disk;
	job->done = done;
	job->arg = arg;
	int rc = loop_work(store->loop, NULL, job_run, job_done, job);
	if (rc < 0) {
		free(job);
		return rc;
	}
	atomic_fetch_add(&job->disk->users, 1);
	LIST_INSERT_HEAD(&store->backups, job, next);
	return 0;
}

void
store_backups_close(struct store *store)
{
	struct store_backup_job *job;

	while ((job = LIST_FIRST(&store->backups)) != NULL) {
		LIST_REMOVE(job, next);
		job->store = NULL;
		job->done(job->arg, -ECANCELED);
	}
}
