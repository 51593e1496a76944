/* SPDX-License-Identifier: ISC */
/* One connection to SQLite: how it is set up, its statements, and what its errors mean to us. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "agent/store/inside.h"

#define BUSY_MS 5000 /* a person with the sqlite3 shell */

static const char *const statement_texts[STORE_STATEMENTS] = {
	/* A number that is there already is an error: nothing is ever applied twice. */
	[STORE_OP_RECORD] =
	    "INSERT INTO journal(number, time_ms, type, actor, object, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[STORE_OP_PUT] = "INSERT INTO state(bucket, key, body) VALUES(?1, ?2, ?3)"
			 " ON CONFLICT(bucket, key) DO UPDATE SET body = excluded.body",
	[STORE_OP_DELETE] = "DELETE FROM state WHERE bucket = ?1 AND key = ?2",
	[STORE_OP_CURSOR_SET] = "INSERT INTO cursor(name, position) VALUES(?1, ?2)"
				" ON CONFLICT(name) DO UPDATE SET position = excluded.position",
	[STORE_OP_CURSOR_DROP] = "DELETE FROM cursor WHERE name = ?1",
	[STORE_SQL_RESERVE] = "UPDATE meta SET value = ?1 WHERE name = 'reserved'",
	[STORE_SQL_TRIMMED] = "UPDATE meta SET value = ?1 WHERE name = 'trimmed'",
	[STORE_SQL_TRIM] = "DELETE FROM journal WHERE number <= ?1",
	[STORE_SQL_OLDEST] = "SELECT number, time_ms FROM journal ORDER BY number LIMIT ?1",
};

static int
errno_of(struct sqlite3 *handle)
{
	int code = handle != NULL ? sqlite3_errcode(handle) & 0xff : SQLITE_NOMEM;
	int system = handle != NULL ? sqlite3_system_errno(handle) : 0;

	switch (code) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return system > 0 ? -system : -EIO;
	default:
		return -EIO;
	}
}

int
store_db_fail(struct store_db *db, const char *what)
{
	int rc = errno_of(db->handle);
	const char *words = db->handle != NULL ? sqlite3_errmsg(db->handle) : "out of memory";

	/* SQLite's words for an I/O error do not say which: the system's do. */
	const char *system = rc == -EUCLEAN || rc == -EBUSY ? "" : strerror(-rc);
	snprintf(db->reason, sizeof(db->reason), "cannot %s %s: %s%s%s", what, db->path, words,
	    system[0] != '\0' ? ": " : "", system);
	return rc;
}

int
store_db_run(struct store_db *db, const char *sql)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_db_fail(db, "use");
}

int
store_db_number(struct store_db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "read");
	int step = sqlite3_step(statement);
	if (step == SQLITE_ROW || step == SQLITE_DONE)
		*out = step == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	else
		rc = store_db_fail(db, "read");
	sqlite3_finalize(statement);
	return rc;
}

int
store_db_step(struct store_db *db, struct sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement) == SQLITE_DONE ? 0 : store_db_fail(db, "write to");

	sqlite3_reset(statement);
	return rc;
}

static int
note_wal_pages(void *arg, sqlite3 *handle, const char *name, int pages)
{
	struct store_db *db = arg;

	(void)handle;
	(void)name;
	db->wal_pages = pages;
	return SQLITE_OK;
}

static int
db_connect(struct store_db *db, const char *path, int flags)
{
	*db = (struct store_db){ .path = path };
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return store_db_fail(db, "open");
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* When the WAL is copied into the file is the writer's business, never a side effect of a close. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return 0;
}

int
store_db_open(struct store_db *db, const char *path)
{
	return db_connect(db, path, SQLITE_OPEN_READWRITE);
}

/* A file system without shared memory keeps the old mode, and says so in its answer only. */
static int
set_wal(struct store_db *db)
{
	sqlite3_stmt *statement = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode = WAL", -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "use");
	if (sqlite3_step(statement) != SQLITE_ROW) {
		rc = store_db_fail(db, "use");
	} else if (strcmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0) {
		snprintf(db->reason, sizeof(db->reason),
		    "cannot use %s: its file system does not support a write-ahead log (shared memory)",
		    db->path);
		rc = -EOPNOTSUPP;
	}
	sqlite3_finalize(statement);
	return rc;
}

int
store_db_configure(struct store_db *db, bool unsafe)
{
	int rc = set_wal(db);

	if (rc == 0)
		rc = store_db_run(db, unsafe ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL");
	/* Sets itself as the hook, so before ours. */
	if (rc == 0)
		rc = store_db_run(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF");
	sqlite3_wal_hook(db->handle, note_wal_pages, db);
	return rc;
}

int
store_db_open_reader(struct store_db *db, const char *path)
{
	return db_connect(db, path, SQLITE_OPEN_READONLY);
}

int
store_db_prepare(struct store_db *db)
{
	for (int i = 0; i < STORE_STATEMENTS; i++)
		if (sqlite3_prepare_v3(db->handle, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
			&db->statements[i], NULL) != SQLITE_OK)
			return store_db_fail(db, "use");
	return 0;
}

void
store_db_close(struct store_db *db)
{
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		sqlite3_finalize(db->statements[i]);
		db->statements[i] = NULL;
	}
	sqlite3_close(db->handle);
	db->handle = NULL;
}

int
store_db_checkpoint(struct store_db *db, bool whole)
{
	int in_wal = 0, copied = 0;
	int mode = whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;

	if (sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &in_wal, &copied) != SQLITE_OK)
		return store_db_fail(db, "copy the log into");
	if (whole)
		db->wal_pages = 0;
	return 0;
}
