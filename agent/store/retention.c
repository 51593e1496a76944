/* SPDX-License-Identifier: ISC */
/* Retention: the oldest records go, by age and by size, a thousand with a commit, so that nobody waits long behind them. */
#include <errno.h>
#include <sqlite3.h>

#include "agent/store/inside.h"

#define TRIM_ROUND    1000
#define TRIM_KEEP     1000 /* that many stay, however large the state has grown */
#define TRIM_EVERY_MS 60000

/* Octets of the pages in use: freed pages stay in the file, but are used again before it grows. */
static int
used_octets(struct store_db *db, int64_t *out)
{
	int64_t pages = 0, unused = 0, size = 0;
	int rc = store_db_number(db, "PRAGMA page_count", &pages);

	if (rc == 0)
		rc = store_db_number(db, "PRAGMA freelist_count", &unused);
	if (rc == 0)
		rc = store_db_number(db, "PRAGMA page_size", &size);
	*out = (pages - unused) * size;
	return rc;
}

/* The number up to which to delete now, 0: none. */
static int
find_end(struct store_db *db, struct store_batch *batch, bool is_large, uint64_t *end)
{
	sqlite3_stmt *statement = db->statements[STORE_SQL_OLDEST];
	uint64_t numbers[TRIM_ROUND] = { 0 };
	int count = 0, old = 0, step;

	sqlite3_bind_int64(statement, 1, TRIM_ROUND + TRIM_KEEP);
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		if (count < TRIM_ROUND)
			numbers[count] = (uint64_t)sqlite3_column_int64(statement, 0);
		/* Up to the first that is young: the clock may have been set back meanwhile. */
		if (old == count && count < TRIM_ROUND &&
		    sqlite3_column_int64(statement, 1) < batch->trim_before_ms)
			old++;
		count++;
	}
	int rc = step == SQLITE_DONE ? 0 : store_db_fail(db, "read");
	sqlite3_reset(statement);
	int spare = is_large && count > TRIM_KEEP ? count - TRIM_KEEP : 0;
	int gone = old > spare ? old : spare;
	*end = gone > 0 ? numbers[gone - 1] : 0;
	batch->trim_more = gone == TRIM_ROUND;
	return rc;
}

static int
run_with_number(struct store_db *db, enum store_statement which, uint64_t number)
{
	sqlite3_bind_int64(db->statements[which], 1, (sqlite3_int64)number);
	return store_db_step(db, db->statements[which]);
}

int
store_retention_apply(struct store_db *db, struct store_batch *batch)
{
	int64_t octets = 0, oldest = 0;
	uint64_t end = 0;
	int rc = batch->trim_octets > 0 ? used_octets(db, &octets) : 0;

	if (rc == 0)
		rc = find_end(db, batch, batch->trim_octets > 0 && octets > batch->trim_octets, &end);
	if (rc < 0 || end == 0)
		return rc;
	rc = run_with_number(db, STORE_SQL_TRIM, end);
	if (rc == 0)
		rc = run_with_number(db, STORE_SQL_TRIMMED, end);
	if (rc == 0)
		rc = store_db_number(db, "SELECT min(number) FROM journal", &oldest);
	batch->trimmed = end;
	batch->oldest = (uint64_t)oldest;
	return rc;
}

void
store_retention_fill(struct store *store, struct store_batch *batch)
{
	const struct store_settings *settings = &store->settings;

	if (!store->trim_due)
		return;
	store->trim_due = false;
	batch->trims = true;
	batch->trim_octets = settings->max_octets;
	batch->trim_before_ms =
	    settings->keep_ms > 0 ? loop_utc_ms(store->loop) - settings->keep_ms : INT64_MIN;
}

void
store_retention_done(struct store *store, const struct store_batch *batch)
{
	if (batch->trimmed == 0)
		return;
	store->trimmed = batch->trimmed;
	store->oldest = batch->oldest;
	store->trim_due = batch->trim_more;
	store_ring_trim(&store->ring, batch->trimmed);
	store_cursors_lose(store);
}

static void
retention_due(void *arg)
{
	struct store *store = arg;

	store->trim_due = true;
	store_queue_go(store);
	store_cursors_lose(store); /* those that were behind when the agent started */
	loop_timer_start(store->trim, TRIM_EVERY_MS);
}

int
store_retention_open(struct store *store)
{
	store->trim = loop_timer_new(store->loop, &store->owner, retention_due, store);
	if (store->trim == NULL)
		return -ENOMEM;
	if (store->settings.keep_ms > 0 || store->settings.max_octets > 0)
		loop_timer_start(store->trim, 0);
	return 0;
}
