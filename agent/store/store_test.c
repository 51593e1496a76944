/* SPDX-License-Identifier: ISC */
/* The store on a healthy disk: order, durability, numbers, cursors, retention, copies, and files it must not touch. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store/store.h"
#include "tests/support/cunit_main.h"

/* A store in a folder of its own, and what it said. */
static struct bench {
	struct loop *loop;
	struct store *store;
	struct store_settings settings;
	char folder[64], path[96], error[512], text[8192];
	unsigned lost;
	char lost_name[32];
	uint64_t lost_at;
} bench;

static void
cursor_lost(void *arg, const char *name, uint64_t position)
{
	struct bench *b = arg;

	b->lost++;
	b->lost_at = position;
	snprintf(b->lost_name, sizeof(b->lost_name), "%s", name);
}

static int
bench_open(void)
{
	bench.store = NULL;
	bench.settings.path = bench.path;
	bench.settings.on_cursor_lost = cursor_lost;
	bench.settings.arg = &bench;
	return store_open(bench.loop, &bench.settings, &bench.store, bench.error, sizeof(bench.error));
}

static void
bench_set_up(void)
{
	memset(&bench, 0, sizeof(bench));
	bench.loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	snprintf(bench.folder, sizeof(bench.folder), "/tmp/store_test.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(bench.folder));
	snprintf(bench.path, sizeof(bench.path), "%s/towerd.db", bench.folder);
}

static void
bench_start(void)
{
	bench_set_up();
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
}

static void
bench_end(void)
{
	static const char *const names[] = { "towerd.db", "towerd.db-wal", "towerd.db-shm", "towerd.db.lock",
		"copy" };
	char path[128];

	store_close(bench.store);
	loop_free(bench.loop);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", bench.folder, names[i]);
		unlink(path);
	}
	CU_ASSERT_EQUAL(rmdir(bench.folder), 0);
}

static void
bench_reopen(void)
{
	store_close(bench.store);
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
}

static void
say(const char *word)
{
	size_t used = strlen(bench.text);

	snprintf(bench.text + used, sizeof(bench.text) - used, "%s ", word);
}

static void
durable(void *arg, int rc, bool final)
{
	char word[64];

	snprintf(word, sizeof(word), "%s:%d:%d", (const char *)arg, rc, final);
	say(word);
}

static int
note_record(void *arg, const struct store_record *record)
{
	char word[256];

	(void)arg;
	snprintf(word, sizeof(word), "%llu/%s/%s/%s/%s", (unsigned long long)record->number, record->type,
	    record->actor, record->object, record->body);
	say(word);
	return 0;
}

static void
note_end(void *arg, int rc)
{
	(void)arg;
	say(rc == 0 ? "end" : strerror(-rc));
}

static int
note_row(void *arg, const char *key, const char *body, size_t len)
{
	char word[64];

	(void)arg;
	snprintf(word, sizeof(word), "%s=%.*s", key, (int)len, body);
	say(word);
	return 0;
}

/* One record, committed. */
static uint64_t
record(const char *type)
{
	struct store_txn *txn = store_begin(bench.store);
	uint64_t number = store_journal(txn, type, "agent", "site", "{}");

	CU_ASSERT_EQUAL(store_submit(txn, STORE_PROMISE, NULL, NULL), 0);
	loop_step(bench.loop, 0);
	return number;
}

static void
transactions_become_durable_in_the_order_of_their_submission(void)
{
	static const char *const names[] = { "a", "b", "c" };

	bench_start();
	for (int i = 0; i < 3; i++) {
		struct store_txn *txn = store_begin(bench.store);
		CU_ASSERT_EQUAL(store_journal(txn, "t", "agent", "o", "{}"), (uint64_t)i + 1);
		CU_ASSERT_EQUAL(store_submit(txn, i == 1 ? STORE_KEEP : STORE_PROMISE, durable,
				    (void *)(uintptr_t)names[i]),
		    0);
	}
	CU_ASSERT_STRING_EQUAL(bench.text, "");
	CU_ASSERT_EQUAL(store_newest(bench.store), 0);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "a:0:1 b:0:1 c:0:1 ");
	CU_ASSERT_EQUAL(store_newest(bench.store), 3);
	CU_ASSERT_EQUAL(store_oldest(bench.store), 1);
	CU_ASSERT_PTR_NULL(store_trouble(bench.store));
	bench_end();
}

static void
state_is_there_after_a_restart(void)
{
	bench_start();
	struct store_txn *txn = store_begin(bench.store);
	store_put(txn, STORE_SITE, "b", "two", 3);
	store_put(txn, STORE_SITE, "a", "one", 3);
	store_put(txn, STORE_SITE, "c", "", 0);
	store_put(txn, STORE_CREW, "a", "other", 5);
	store_submit(txn, STORE_PROMISE, NULL, NULL);
	txn = store_begin(bench.store);
	store_put(txn, STORE_SITE, "b", "zwei", 4);
	store_delete(txn, STORE_SITE, "a");
	store_submit(txn, STORE_PROMISE, NULL, NULL);
	bench_reopen();
	CU_ASSERT_EQUAL(store_each(bench.store, STORE_SITE, note_row, NULL), 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "b=zwei c= ");
	bench_end();
}

/* What a kill would leave: the file and its log without SQLite's index of it, which is made anew from what stands in them. */
static int
rows_after_a_kill(void)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *statement = NULL;
	char command[512], copy[96];
	int rows = -1;

	snprintf(copy, sizeof(copy), "%s/copy", bench.folder);
	snprintf(
	    command, sizeof(command), "cp %s %s && cp %s-wal %s-wal", bench.path, copy, bench.path, copy);
	CU_ASSERT_EQUAL(system(command), 0);
	if (sqlite3_open(copy, &handle) == SQLITE_OK &&
	    sqlite3_prepare_v2(handle, "SELECT count(*) FROM journal", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		rows = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return rows;
}

static int
skip_row(void *arg, const char *key, const char *body, size_t len)
{
	(void)arg;
	(void)key;
	(void)body;
	(void)len;
	return 0;
}

static void
state_is_read_beside_commits_without_harm_to_them(void)
{
	enum { COMMITS = 300 };

	bench_start();
	for (int i = 0; i < COMMITS; i++) {
		char key[16];
		snprintf(key, sizeof(key), "%d", i);
		struct store_txn *txn = store_begin(bench.store);
		store_journal(txn, "t", "a", "o", "{}");
		store_put(txn, STORE_SITE, key, "{}", 2);
		CU_ASSERT_EQUAL(store_submit(txn, STORE_PROMISE, NULL, NULL), 0);
		CU_ASSERT_EQUAL(store_each(bench.store, STORE_SITE, skip_row, NULL), 0);
		loop_step(bench.loop, 0);
	}
	CU_ASSERT_EQUAL(rows_after_a_kill(), COMMITS);
	bench_end();
}

static void
the_journal_is_read_back_from_memory_and_from_the_disk(void)
{
	bench_start();
	struct store_txn *txn = store_begin(bench.store);
	store_journal(txn, "alarm.raise", "agent", "NIN-1/power", "{\"a\":1}");
	store_journal(txn, "alarm.clear", "crew crew-3", "NIN-1/power", "{}");
	store_submit(txn, STORE_KEEP, NULL, NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_EQUAL(store_read(bench.store, 0, 10, note_record, note_end, NULL), 0);
	CU_ASSERT_EQUAL(store_read(bench.store, 1, 10, note_record, note_end, NULL), 0);
	CU_ASSERT_EQUAL(store_read(bench.store, 0, 1, note_record, note_end, NULL), 0);
	CU_ASSERT_EQUAL(store_read(bench.store, 2, 1, note_record, note_end, NULL), 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "");
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.text,
	    "1/alarm.raise/agent/NIN-1/power/{\"a\":1} 2/alarm.clear/crew crew-3/NIN-1/power/{} end "
	    "2/alarm.clear/crew crew-3/NIN-1/power/{} end "
	    "1/alarm.raise/agent/NIN-1/power/{\"a\":1} end end ");
	bench_end();
}

struct tally {
	uint64_t last, count, disorder;
	bool ended;
	int rc;
};

static int
tally_record(void *arg, const struct store_record *record)
{
	struct tally *tally = arg;

	tally->disorder += record->number <= tally->last;
	tally->last = record->number;
	tally->count++;
	return 0;
}

static void
tally_end(void *arg, int rc)
{
	struct tally *tally = arg;

	tally->ended = true;
	tally->rc = rc;
}

static void
write_many(unsigned count)
{
	struct store_txn *txn = store_begin(bench.store);

	for (unsigned i = 0; i < count; i++)
		store_journal(txn, "t", "agent", "o", "{}");
	CU_ASSERT_EQUAL(store_submit(txn, STORE_PROMISE, NULL, NULL), 0);
	loop_step(bench.loop, 0);
}

static void
what_memory_has_forgotten_comes_from_the_disk_with_nothing_missing(void)
{
	enum { COUNT = 30000 };
	struct tally tally = { 0 };

	bench_start();
	write_many(COUNT);
	do {
		tally.ended = false;
		CU_ASSERT_EQUAL(
		    store_read(bench.store, tally.last, 5000, tally_record, tally_end, &tally), 0);
		loop_step(bench.loop, 0);
	} while (tally.ended && tally.rc == 0 && tally.last < store_newest(bench.store));
	CU_ASSERT_EQUAL(tally.count, COUNT);
	CU_ASSERT_EQUAL(tally.disorder, 0);
	bench_end();
}

static void
a_read_that_the_close_overtakes_is_cancelled(void)
{
	struct tally first = { 0 }, second = { 0 };

	bench_start();
	write_many(20000);
	store_read(bench.store, 0, 10, tally_record, tally_end, &first);
	loop_turn(bench.loop, false); /* begins on the pool */
	store_read(bench.store, 19999, 10, tally_record, tally_end, &second);
	store_close(bench.store);
	bench.store = NULL;
	CU_ASSERT_TRUE(first.ended);
	CU_ASSERT_EQUAL(second.rc, -ECANCELED);
	bench_end();
}

static void
numbers_go_on_without_a_gap_after_a_clean_end(void)
{
	bench_start();
	CU_ASSERT_EQUAL(record("t"), 1);
	bench_reopen();
	CU_ASSERT_EQUAL(record("t"), 2);
	store_abandon(store_begin(bench.store));
	struct store_txn *txn = store_begin(bench.store);
	CU_ASSERT_EQUAL(store_journal(txn, "t", "a", "o", "{}"), 3);
	store_abandon(txn);
	bench_reopen();
	CU_ASSERT_EQUAL(record("t"), 4);
	CU_ASSERT_EQUAL(store_newest(bench.store), 4);
	bench_end();
}

static void
a_number_becomes_durable_only_after_those_below_it(void)
{
	static char a_name[] = "a", b_name[] = "b", c_name[] = "c";

	bench_start();
	struct store_txn *a = store_begin(bench.store), *b = store_begin(bench.store),
			 *c = store_begin(bench.store);
	store_journal(a, "a", "agent", "o", "{}");
	store_journal(b, "b", "agent", "o", "{}");
	store_journal(a, "a", "agent", "o", "{}");
	store_submit(b, STORE_KEEP, durable, b_name);
	store_submit(c, STORE_KEEP, durable, c_name); /* without a record, but behind one */
	loop_step(bench.loop, 100);
	CU_ASSERT_STRING_EQUAL(bench.text, "");
	CU_ASSERT_EQUAL(store_newest(bench.store), 0);
	store_submit(a, STORE_KEEP, durable, a_name);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "b:0:1 c:0:1 a:0:1 ");
	bench.text[0] = '\0';
	store_read(bench.store, 0, 10, note_record, note_end, NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "1/a/agent/o/{} 2/b/agent/o/{} 3/a/agent/o/{} end ");
	CU_ASSERT_EQUAL(store_newest(bench.store), 3);

	bench.text[0] = '\0';
	a = store_begin(bench.store);
	b = store_begin(bench.store);
	store_journal(a, "a", "agent", "o", "{}");
	store_journal(b, "b", "agent", "o", "{}");
	store_submit(b, STORE_KEEP, durable, b_name);
	loop_step(bench.loop, 100);
	CU_ASSERT_STRING_EQUAL(bench.text, "");
	store_abandon(a);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.text, "b:0:1 ");

	a = store_begin(bench.store);
	store_journal(a, "a", "agent", "o", "{}");
	bench_reopen();
	store_abandon(a);
	bench_end();
}

static void
cursors_are_durable_and_can_be_dropped(void)
{
	uint64_t position = 0;

	bench_start();
	CU_ASSERT_EQUAL(store_cursor_get(bench.store, "main-nms", &position), -ENOENT);
	struct store_txn *txn = store_begin(bench.store);
	store_cursor_set(txn, "main-nms", 17);
	store_cursor_set(txn, "old-nms", 3);
	store_submit(txn, STORE_KEEP, NULL, NULL);
	txn = store_begin(bench.store);
	store_cursor_drop(txn, "old-nms");
	store_submit(txn, STORE_KEEP, NULL, NULL);
	bench_reopen();
	CU_ASSERT_EQUAL(store_cursor_get(bench.store, "main-nms", &position), 0);
	CU_ASSERT_EQUAL(position, 17);
	CU_ASSERT_EQUAL(store_cursor_get(bench.store, "old-nms", &position), -ENOENT);
	bench_end();
}

static void
retention_by_age_spares_what_is_young_and_tells_whom_it_passed(void)
{
	struct tally tally = { 0 };

	bench_set_up();
	bench.settings.keep_ms = 3600000;
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
	write_many(2500);
	loop_step(bench.loop, 3000000);
	struct store_txn *txn = store_begin(bench.store);
	store_cursor_set(txn, "behind", 2499);
	store_cursor_set(txn, "level", 2500);
	store_submit(txn, STORE_KEEP, NULL, NULL);
	write_many(10);
	CU_ASSERT_EQUAL(store_oldest(bench.store), 1);
	loop_step(bench.loop, 1000000);
	CU_ASSERT_EQUAL(store_oldest(bench.store), 2501);
	CU_ASSERT_EQUAL(store_newest(bench.store), 2510);
	CU_ASSERT_EQUAL(bench.lost, 1);
	CU_ASSERT_STRING_EQUAL(bench.lost_name, "behind");
	CU_ASSERT_EQUAL(bench.lost_at, 2499);
	store_read(bench.store, 0, 100, tally_record, tally_end, &tally);
	loop_step(bench.loop, 120000);
	CU_ASSERT_EQUAL(tally.count, 10);
	CU_ASSERT_EQUAL(bench.lost, 1);

	/* After a restart it is told again, for the listener that did not hear it. */
	bench_reopen();
	loop_step(bench.loop, 0);
	CU_ASSERT_EQUAL(bench.lost, 2);
	bench_end();
}

static void
retention_by_size_bounds_the_file(void)
{
	enum { BOUND = 1 << 20 };
	static char body[1000];
	struct stat st;

	memset(body, 'x', sizeof(body) - 1);
	bench_set_up();
	bench.settings.max_octets = BOUND;
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
	for (int round = 0; round < 20; round++) {
		struct store_txn *txn = store_begin(bench.store);
		for (int i = 0; i < 1000; i++)
			store_journal(txn, "t", "agent", "o", body);
		store_submit(txn, STORE_PROMISE, NULL, NULL);
		loop_step(bench.loop, 60000);
	}
	CU_ASSERT_TRUE(store_oldest(bench.store) > 15000);
	CU_ASSERT_TRUE(store_newest(bench.store) - store_oldest(bench.store) >= 900);
	bench_reopen();
	CU_ASSERT_EQUAL(stat(bench.path, &st), 0);
	CU_ASSERT_TRUE(st.st_size < 4l * BOUND);
	bench_end();
}

static void
a_second_agent_is_refused_and_told_who_has_it(void)
{
	char pid[32];
	struct store *second = NULL;

	bench_start();
	CU_ASSERT_EQUAL(
	    store_open(bench.loop, &bench.settings, &second, bench.error, sizeof(bench.error)), -EBUSY);
	snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, pid));
	CU_ASSERT_PTR_NULL(second);
	bench_end();
}

static void
a_copy_is_complete_private_and_numbered_far_ahead(void)
{
	char copy[128];
	struct tally tally = { 0 };
	struct stat st;

	bench_start();
	record("before");
	snprintf(copy, sizeof(copy), "%s/copy", bench.folder);
	CU_ASSERT_EQUAL(store_backup(bench.store, copy, tally_end, &tally), 0);
	loop_step(bench.loop, 0);
	CU_ASSERT_TRUE_FATAL(tally.ended && tally.rc == 0);
	CU_ASSERT_EQUAL(stat(copy, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	record("after");
	store_close(bench.store);
	CU_ASSERT_EQUAL(rename(copy, bench.path), 0);
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
	CU_ASSERT_EQUAL(store_newest(bench.store), 1);
	CU_ASSERT_TRUE(record("t") > 100000000);

	tally = (struct tally){ 0 };
	CU_ASSERT_EQUAL(store_backup(bench.store, "/nonexistent/copy", tally_end, &tally), 0);
	loop_step(bench.loop, 0);
	CU_ASSERT_EQUAL(tally.rc, -ENOENT);
	bench_end();
}

/* Files it must not touch. */

static void
file_write(const char *text, off_t offset)
{
	int fd = open(bench.path, O_WRONLY | O_CREAT, 0600);

	CU_ASSERT_EQUAL(pwrite(fd, text, strlen(text), offset), (ssize_t)strlen(text));
	close(fd);
}

static void
file_run(const char *sql)
{
	sqlite3 *handle = NULL;

	CU_ASSERT_EQUAL(sqlite3_open(bench.path, &handle), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

static void
a_file_that_is_no_database_is_called_damaged_with_the_way_out(void)
{
	bench_set_up();
	file_write("These are not the octets you are looking for. They only fill the first hundred, so that "
		   "it looks like a header.",
	    0);
	CU_ASSERT_EQUAL(bench_open(), -EUCLEAN);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, bench.path));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "towerctl backup"));
	bench_end();
}

static void
a_damaged_page_is_found_at_the_start(void)
{
	char garbage[3000];

	bench_start();
	write_many(5000);
	store_close(bench.store);
	memset(garbage, 0xa5, sizeof(garbage) - 1);
	garbage[sizeof(garbage) - 1] = '\0';
	file_write(garbage, 10 * 4096 + 8);
	CU_ASSERT_EQUAL(bench_open(), -EUCLEAN);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "is damaged"));
	bench_end();
}

static void
a_file_of_a_newer_version_or_of_something_else_is_left_alone(void)
{
	bench_start();
	store_close(bench.store);
	file_run("PRAGMA user_version = 99");
	CU_ASSERT_EQUAL(bench_open(), -EPROTO);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "newer towerd (schema 99"));
	file_run("PRAGMA application_id = 5");
	CU_ASSERT_EQUAL(bench_open(), -EPROTO);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "something else"));
	bench_end();
}

static void
a_folder_that_is_not_there_is_named(void)
{
	bench_set_up();
	bench.settings.path = "/nonexistent/towerd.db";
	struct store *store = NULL;
	CU_ASSERT_EQUAL(
	    store_open(bench.loop, &bench.settings, &store, bench.error, sizeof(bench.error)), -ENOENT);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "/nonexistent/towerd.db"));
	bench_end();
}

static void
what_waits_at_the_close_is_committed_and_told(void)
{
	bench_start();
	for (int i = 0; i < 100; i++) {
		struct store_txn *txn = store_begin(bench.store);
		store_journal(txn, "t", "a", "o", "{}");
		store_submit(txn, STORE_PROMISE, i == 99 ? durable : NULL, (void *)(uintptr_t) "last");
	}
	store_close(bench.store);
	CU_ASSERT_STRING_EQUAL(bench.text, "last:0:1 ");
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
	CU_ASSERT_EQUAL(store_newest(bench.store), 100);
	bench_end();
}

static void
count_durable(void *arg, int rc, bool final)
{
	unsigned *count = arg;

	*count += rc == 0 && final;
}

static void
many_records(unsigned count, unsigned *told)
{
	for (unsigned i = 0; i < count; i++) {
		struct store_txn *txn = store_begin(bench.store);
		store_journal(txn, "t", "a", "o", "{}");
		store_submit(txn, STORE_PROMISE, count_durable, told);
	}
}

/* The first goes to the writer at once; all others, which come while it writes, are the next commit. */
static void
who_waits_for_a_large_commit_is_told_in_pieces_and_the_close_tells_the_rest(void)
{
	unsigned told = 0;

	bench_start();
	many_records(2000, &told);
	while (told < 2)
		loop_turn(bench.loop, true);
	CU_ASSERT(told < 1000);
	CU_ASSERT_EQUAL(store_newest(bench.store), 2000);
	store_close(bench.store);
	CU_ASSERT_EQUAL(told, 2000);
	CU_ASSERT_EQUAL_FATAL(bench_open(), 0);
	many_records(2000, &told);
	loop_step(bench.loop, 0);
	CU_ASSERT_EQUAL(told, 4000);
	bench_end();
}

static const struct claim claims[] = {
	CLAIM(transactions_become_durable_in_the_order_of_their_submission),
	CLAIM(state_is_there_after_a_restart),
	CLAIM(state_is_read_beside_commits_without_harm_to_them),
	CLAIM(the_journal_is_read_back_from_memory_and_from_the_disk),
	CLAIM(what_memory_has_forgotten_comes_from_the_disk_with_nothing_missing),
	CLAIM(a_read_that_the_close_overtakes_is_cancelled),
	CLAIM(numbers_go_on_without_a_gap_after_a_clean_end),
	CLAIM(a_number_becomes_durable_only_after_those_below_it),
	CLAIM(cursors_are_durable_and_can_be_dropped),
	CLAIM(retention_by_age_spares_what_is_young_and_tells_whom_it_passed),
	CLAIM(retention_by_size_bounds_the_file),
	CLAIM(a_second_agent_is_refused_and_told_who_has_it),
	CLAIM(a_copy_is_complete_private_and_numbered_far_ahead),
	CLAIM(a_file_that_is_no_database_is_called_damaged_with_the_way_out),
	CLAIM(a_damaged_page_is_found_at_the_start),
	CLAIM(a_file_of_a_newer_version_or_of_something_else_is_left_alone),
	CLAIM(a_folder_that_is_not_there_is_named),
	CLAIM(what_waits_at_the_close_is_committed_and_told),
	CLAIM(who_waits_for_a_large_commit_is_told_in_pieces_and_the_close_tells_the_rest),
};

CLAIMS_MAIN("store", claims)
