/* SPDX-License-Identifier: ISC */
/* The schema, version by version, and whether a file may be used at all. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/store/inside.h"

#define APPLICATION_ID 0x746f7764 /* "towd", so that file(1) and we know it */
/* Checking reads every page. A journal of many GiB is not read at each start: then the state is checked, which is what we act on. */
#define CHECK_WHOLE_MAX (1ll << 30)

/*
 * Step N leads from version N to N + 1; never changed once released, only added to.
 *
 * State and journal are key/body rows: docs/decisions/0002-journal-and-state.md says why.
 */
static const char *const steps[] = {
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"INSERT INTO meta(name, value) VALUES('reserved', 0), ('trimmed', 0), ('withdrawn', 0);"
	"CREATE TABLE journal(number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, type TEXT NOT NULL, "
	"actor TEXT NOT NULL,"
	"  object TEXT NOT NULL, body TEXT NOT NULL);"
	"CREATE TABLE state(bucket INTEGER NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY "
	"KEY(bucket, key)) WITHOUT ROWID;"
	"CREATE TABLE cursor(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;",
};

enum { SCHEMA_VERSION = sizeof(steps) / sizeof(steps[0]) };

static int
damaged(struct store_db *db, const char *found)
{
	char text[160];

	snprintf(text, sizeof(text), "%s", found);
	snprintf(db->reason, sizeof(db->reason),
	    "%s is damaged (%s): put a copy made by `towerctl backup` in its place (and remove %s-wal), or "
	    "move it away to begin empty",
	    db->path, text, db->path);
	return -EUCLEAN;
}

/* Runs a check whose first row says "ok" when all is well. */
static int
check_run(struct store_db *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return store_db_fail(db, "check");
	if (sqlite3_step(statement) == SQLITE_ROW) {
		const char *found = (const char *)sqlite3_column_text(statement, 0);
		if (found != NULL && strcmp(found, "ok") != 0)
			rc = damaged(db, found);
	} else {
		rc = store_db_fail(db, "check");
	}
	sqlite3_finalize(statement);
	return rc;
}

static int
check_integrity(struct store_db *db)
{
	static const char *const tables[] = { "PRAGMA quick_check('state')", "PRAGMA quick_check('cursor')",
		"PRAGMA quick_check('meta')" };
	struct stat st;

	if (stat(db->path, &st) == 0 && st.st_size <= CHECK_WHOLE_MAX)
		return check_run(db, "PRAGMA quick_check(1)");
	int rc = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && rc == 0; i++)
		rc = check_run(db, tables[i]);
	return rc;
}

int
store_schema_check(struct store_db *db)
{
	int64_t application = 0, version = 0, tables = 0;
	int rc = store_db_number(db, "PRAGMA application_id", &application);

	if (rc == 0)
		rc = store_db_number(db, "PRAGMA user_version", &version);
	if (rc == 0)
		rc = store_db_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc == 0 && application != APPLICATION_ID && (version != 0 || tables != 0)) {
		snprintf(db->reason, sizeof(db->reason),
		    "%s is a database of something else (application id %lld)", db->path,
		    (long long)application);
		return -EPROTO;
	}
	if (rc == 0 && version > SCHEMA_VERSION) {
		snprintf(db->reason, sizeof(db->reason),
		    "%s was written by a newer towerd (schema %lld, this one knows up to %d): run that one, "
		    "or restore a copy from before",
		    db->path, (long long)version, SCHEMA_VERSION);
		return -EPROTO;
	}
	if (rc == 0 && version > 0)
		rc = check_integrity(db);
	if (rc == -EUCLEAN && strstr(db->reason, "is damaged") == NULL)
		rc = damaged(db, sqlite3_errmsg(db->handle));
	return rc;
}

static int
migrate_step(struct store_db *db, int version)
{
	char mark[96];

	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
	    version + 1);
	int rc = store_db_run(db, "BEGIN IMMEDIATE");
	if (rc == 0)
		rc = store_db_run(db, steps[version]);
	if (rc == 0)
		rc = store_db_run(db, mark);
	if (rc == 0)
		rc = store_db_run(db, "COMMIT");
	if (rc < 0)
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

int
store_schema_migrate(struct store_db *db)
{
	int64_t version = 0;
	int rc = store_db_number(db, "PRAGMA user_version", &version);

	for (; rc == 0 && version < SCHEMA_VERSION; version++)
		rc = migrate_step(db, (int)version);
	return rc;
}
