/* SPDX-License-Identifier: ISC */
/* The store on a disk that fills, fails and comes back: runs itself again under tests/support/forgetful, which orders the faults. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store/store.h"
#include "tests/support/cunit_main.h"

static struct bench {
	struct loop *loop;
	struct store *store;
	struct store_settings settings;
	char path[128], error[512];
	char told[4096];   /* by durable() */
	char health[1024]; /* by on_health */
} bench;

static char root[64], disk[80], images[80], control[80], copy[80];

static void __attribute__((format(printf, 1, 2))) shell(const char *format, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* Orders faults: lines of OPERATION ERROR [NAME]; "" is a healthy disk. */
static void
disk_does(const char *faults)
{
	FILE *file = fopen(control, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(faults, file);
	fclose(file);
}

static void
health(void *arg, const char *reason)
{
	struct bench *b = arg;
	size_t used = strlen(b->health);

	snprintf(b->health + used, sizeof(b->health) - used, "[%s]", reason != NULL ? reason : "well");
}

static int
bench_open(const char *folder)
{
	snprintf(bench.path, sizeof(bench.path), "%s/towerd.db", folder);
	bench.settings.path = bench.path;
	bench.settings.on_health = health;
	bench.settings.arg = &bench;
	bench.store = NULL;
	return store_open(bench.loop, &bench.settings, &bench.store, bench.error, sizeof(bench.error));
}

static void
bench_start(void)
{
	memset(&bench, 0, sizeof(bench));
	disk_does("");
	shell("rm -rf %s/* %s/*", disk, images);
	bench.loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	CU_ASSERT_EQUAL_FATAL(bench_open(disk), 0);
}

static void
bench_end(void)
{
	disk_does("");
	store_close(bench.store);
	loop_free(bench.loop);
}

static void
durable(void *arg, int rc, bool final)
{
	size_t used = strlen(bench.told);

	snprintf(bench.told + used, sizeof(bench.told) - used, "%s:%s%s ", (const char *)arg,
	    rc == 0 ? "ok" : strerrorname_np(-rc), rc < 0 && !final ? "?" : "");
}

/* One with a record and a row of that name. */
static int
submit(enum store_policy policy, const char *name, uint64_t *number)
{
	struct store_txn *txn = store_begin(bench.store);
	uint64_t given = store_journal(txn, name, "agent", "o", "{}");

	if (number != NULL)
		*number = given;
	store_put(txn, STORE_TICKET, name, name, strlen(name));
	return store_submit(txn, policy, durable, (void *)(uintptr_t)name);
}

static char found[4096];

static void
find(const char *word)
{
	size_t used = strlen(found);

	snprintf(found + used, sizeof(found) - used, "%s ", word);
}

static int
find_record(void *arg, const struct store_record *record)
{
	(void)arg;
	find(record->type);
	return 0;
}

static int
find_row(void *arg, const char *key, const char *body, size_t len)
{
	(void)arg;
	(void)body;
	(void)len;
	find(key);
	return 0;
}

static void
nothing(void *arg, int rc)
{
	(void)arg;
	CU_ASSERT_EQUAL(rc, 0);
}

/* The journal's types, and then the keys of the rows, of the bench's store. */
static const char *
contents(void)
{
	found[0] = '\0';
	store_read(bench.store, 0, 1000, find_record, nothing, NULL);
	loop_step(bench.loop, 0);
	find("|");
	store_each(bench.store, STORE_TICKET, find_row, NULL);
	return found;
}

static void
on_a_full_disk_promises_are_refused_and_the_rest_is_kept_in_order(void)
{
	bench_start();
	submit(STORE_PROMISE, "before", NULL);
	loop_step(bench.loop, 0);
	disk_does("write ENOSPC");
	submit(STORE_KEEP, "k1", NULL);
	submit(STORE_PROMISE, "p1", NULL);
	submit(STORE_KEEP, "k2", NULL);
	submit(STORE_PROMISE, "p2", NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.told, "before:ok k1:ENOSPC? p1:ENOSPC k2:ENOSPC? p2:ENOSPC ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(store_trouble(bench.store));
	CU_ASSERT_PTR_NOT_NULL(strstr(store_trouble(bench.store), bench.path));
	CU_ASSERT_PTR_NOT_NULL(strstr(store_trouble(bench.store), "No space left on device"));

	bench.told[0] = '\0';
	submit(STORE_PROMISE, "p3", NULL);
	submit(STORE_KEEP, "k3", NULL);
	CU_ASSERT_STRING_EQUAL(bench.told, "");
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.told, "p3:ENOSPC k3:ENOSPC? ");
	struct store_stats stats;
	store_stats(bench.store, &stats);
	CU_ASSERT_EQUAL(stats.kept, 3);
	CU_ASSERT_EQUAL(stats.waiting, 3);

	/* The disk fails in another manner, for a while: still the same trouble. */
	disk_does("write EIO\nfsync EIO");
	loop_step(bench.loop, 20000);
	CU_ASSERT_PTR_NOT_NULL(strstr(store_trouble(bench.store), "Input/output error"));
	CU_ASSERT_STRING_EQUAL(bench.told, "p3:ENOSPC k3:ENOSPC? ");

	disk_does("");
	bench.told[0] = '\0';
	loop_step(bench.loop, 10000);
	CU_ASSERT_STRING_EQUAL(bench.told, "k1:ok k2:ok k3:ok ");
	CU_ASSERT_PTR_NULL(store_trouble(bench.store));
	CU_ASSERT_STRING_EQUAL(contents(), "before k1 k2 k3 | before k1 k2 k3 ");
	submit(STORE_PROMISE, "after", NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(contents(), "before k1 k2 k3 after | after before k1 k2 k3 ");
	bench_end();
}

static unsigned
count_of(const char *text, char c)
{
	unsigned count = 0;

	for (; *text != '\0'; text++)
		count += *text == c;
	return count;
}

static void
health_is_told_once_an_episode_and_found_again_without_anything_to_write(void)
{
	bench_start();
	disk_does("write ENOSPC");
	submit(STORE_PROMISE, "p1", NULL);
	loop_step(bench.loop, 60000);
	CU_ASSERT_EQUAL(count_of(bench.health, '['), 1);
	disk_does("");
	loop_step(bench.loop, 10000);
	CU_ASSERT_EQUAL(count_of(bench.health, '['), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.health, "[well]"));
	disk_does("fsync EIO");
	submit(STORE_KEEP, "k1", NULL);
	loop_step(bench.loop, 60000);
	disk_does("");
	loop_step(bench.loop, 10000);
	CU_ASSERT_EQUAL(count_of(bench.health, '['), 4);
	CU_ASSERT_STRING_EQUAL(contents(), "k1 | k1 ");
	bench_end();
}

static void
retries_back_off_from_half_a_second_to_ten(void)
{
	struct store_stats before, after;

	bench_start();
	disk_does("write EIO");
	submit(STORE_PROMISE, "p1", NULL);
	loop_step(bench.loop, 0);
	store_stats(bench.store, &before);
	loop_step(bench.loop, 500 + 1000 + 2000 + 4000 + 8000);
	store_stats(bench.store, &after);
	CU_ASSERT_EQUAL(after.commit_failures - before.commit_failures, 5);
	loop_step(bench.loop, 100000);
	store_stats(bench.store, &after);
	CU_ASSERT_EQUAL(after.commit_failures - before.commit_failures, 15);
	bench_end();
}

static void
the_queue_in_memory_has_a_bound(void)
{
	struct store_stats stats;

	bench_start();
	store_close(bench.store);
	bench.settings.queue_max = 2;
	CU_ASSERT_EQUAL_FATAL(bench_open(disk), 0);
	disk_does("write ENOSPC");
	submit(STORE_KEEP, "k1", NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_EQUAL(submit(STORE_KEEP, "k2", NULL), 0);
	CU_ASSERT_EQUAL(submit(STORE_KEEP, "k3", NULL), -ENOBUFS);
	store_stats(bench.store, &stats);
	CU_ASSERT_EQUAL(stats.dropped, 1);
	disk_does("");
	loop_step(bench.loop, 1000);
	CU_ASSERT_STRING_EQUAL(contents(), "k1 k2 | k1 k2 ");
	bench_end();
}

/*
 * What one would find who looks at a copy of `folder`, made now: of the disk, were the process killed; of the durable images, were the
 * power cut. Also says which number would be given next.
 */
static const char *
contents_after_crash(const char *folder, uint64_t *next)
{
	struct bench running = bench;
	const char *text;

	shell("rm -rf %s && cp -r %s %s", copy, folder, copy);
	CU_ASSERT_EQUAL_FATAL(bench_open(copy), 0);
	text = contents();
	struct store_txn *txn = store_begin(bench.store);
	if (next != NULL)
		*next = store_journal(txn, "t", "agent", "o", "{}");
	store_abandon(txn);
	store_close(bench.store);
	bench = running;
	return text;
}

static void
a_promise_whose_sync_failed_is_nowhere_even_if_the_agent_is_killed_then(void)
{
	bench_start();
	submit(STORE_PROMISE, "before", NULL);
	loop_step(bench.loop, 0);
	disk_does("fsync EIO");
	submit(STORE_PROMISE, "refused", NULL);
	loop_step(bench.loop, 0);
	CU_ASSERT_STRING_EQUAL(bench.told, "before:ok refused:EIO ");
	CU_ASSERT_STRING_EQUAL(contents_after_crash(disk, NULL), "before | before ");
	CU_ASSERT_STRING_EQUAL(contents_after_crash(images, NULL), "before | before ");
	disk_does("");
	submit(STORE_KEEP, "kept", NULL);
	loop_step(bench.loop, 10000);
	CU_ASSERT_STRING_EQUAL(contents(), "before kept | before kept ");
	bench_end();
}

/* The disk forgets what it could not sync, as Linux does: each later sync says that all is well, without those pages. */
static void
what_is_confirmed_after_failed_syncs_survives_a_power_cut(void)
{
	bench_start();
	submit(STORE_PROMISE, "before", NULL);
	loop_step(bench.loop, 0);
	for (int i = 0; i < 3; i++) {
		disk_does(i == 1 ? "fsync EIO -wal" : "fsync EIO");
		submit(STORE_KEEP, i == 0 ? "k0" : i == 1 ? "k1" : "k2", NULL);
		loop_step(bench.loop, 30000);
		disk_does("");
		loop_step(bench.loop, 10000);
		CU_ASSERT_PTR_NULL(store_trouble(bench.store));
		CU_ASSERT_STRING_EQUAL(contents_after_crash(images, NULL),
		    i == 0       ? "before k0 | before k0 "
			: i == 1 ? "before k0 k1 | before k0 k1 "
				 : "before k0 k1 k2 | before k0 k1 k2 ");
	}
	bench_end();
}

static void
a_number_that_was_told_before_it_was_durable_is_never_given_again(void)
{
	uint64_t told = 0, next = 0;

	bench_start();
	disk_does("write EIO\nfsync EIO");
	for (int i = 0; i < 100; i++)
		submit(STORE_KEEP, "k", &told);
	loop_step(bench.loop, 5000);
	contents_after_crash(disk, &next);
	CU_ASSERT_TRUE(next > told);
	contents_after_crash(images, &next);
	CU_ASSERT_TRUE(next > told);
	bench_end();
}

static void
what_cannot_be_written_until_the_close_is_told_so(void)
{
	bench_start();
	disk_does("write ENOSPC");
	submit(STORE_KEEP, "k1", NULL);
	loop_step(bench.loop, 0);
	submit(STORE_KEEP, "k2", NULL);
	submit(STORE_PROMISE, "p1", NULL);
	store_close(bench.store);
	CU_ASSERT_STRING_EQUAL(bench.told, "k1:ENOSPC? k2:ENOSPC? p1:ENOSPC k1:ENOSPC k2:ENOSPC ");
	disk_does("");
	CU_ASSERT_EQUAL_FATAL(bench_open(disk), 0);
	CU_ASSERT_STRING_EQUAL(contents(), "| ");
	bench_end();
}

static void
a_disk_that_is_full_at_the_start_is_an_error_with_its_reason(void)
{
	bench_start();
	store_close(bench.store);
	disk_does("write ENOSPC");
	CU_ASSERT_EQUAL(bench_open(disk), -ENOSPC);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.error, "No space left on device"));
	bench_end();
}

static void
a_disk_that_does_not_answer_holds_up_no_alarm(void)
{
	bench_start();
	store_close(bench.store);
	loop_free(bench.loop);
	bench.loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_REAL });
	CU_ASSERT_EQUAL_FATAL(bench_open(disk), 0);
	disk_does("fsync HANG");
	submit(STORE_PROMISE, "p1", NULL);
	submit(STORE_PROMISE, "p2", NULL);
	submit(STORE_KEEP, "k1", NULL);
	while (store_trouble(bench.store) == NULL)
		loop_turn(bench.loop, true);
	submit(STORE_KEEP, "k2", NULL);
	while (strstr(bench.told, "k2") == NULL)
		loop_turn(bench.loop, true);
	CU_ASSERT_STRING_EQUAL(bench.told, "p2:ETIMEDOUT k1:ETIMEDOUT? k2:ETIMEDOUT? ");
	CU_ASSERT_PTR_NOT_NULL(strstr(store_trouble(bench.store), "has not answered for 5 s"));
	bench.told[0] = '\0';
	disk_does("");
	while (strstr(bench.told, "k2") == NULL)
		loop_turn(bench.loop, true);
	CU_ASSERT_STRING_EQUAL(bench.told, "p1:ok k1:ok k2:ok ");
	CU_ASSERT_PTR_NULL(store_trouble(bench.store));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.health, "][well]"));
	bench_end();
}

static const struct claim claims[] = {
	CLAIM(on_a_full_disk_promises_are_refused_and_the_rest_is_kept_in_order),
	CLAIM(health_is_told_once_an_episode_and_found_again_without_anything_to_write),
	CLAIM(retries_back_off_from_half_a_second_to_ten),
	CLAIM(the_queue_in_memory_has_a_bound),
	CLAIM(a_promise_whose_sync_failed_is_nowhere_even_if_the_agent_is_killed_then),
	CLAIM(what_is_confirmed_after_failed_syncs_survives_a_power_cut),
	CLAIM(a_number_that_was_told_before_it_was_durable_is_never_given_again),
	CLAIM(what_cannot_be_written_until_the_close_is_told_so),
	CLAIM(a_disk_that_is_full_at_the_start_is_an_error_with_its_reason),
	CLAIM(a_disk_that_does_not_answer_holds_up_no_alarm),
};

/* Once outside, to make the folders and to come back under the shim; then the tests. */
int
main(int argc, char **argv)
{
	const char *given = getenv("FORGETFUL_DIR");

	(void)argc;
	snprintf(root, sizeof(root), "/tmp/store_fault_test.XXXXXX");
	if (given != NULL)
		snprintf(root, sizeof(root), "%.*s", (int)(strlen(given) - strlen("/disk")), given);
	else if (mkdtemp(root) == NULL)
		return 1;
	snprintf(disk, sizeof(disk), "%s/disk", root);
	snprintf(images, sizeof(images), "%s/images", root);
	snprintf(control, sizeof(control), "%s/control", root);
	snprintf(copy, sizeof(copy), "%s/copy", root);
	if (given == NULL) {
		const char *asan = getenv("ASAN_OPTIONS");
		char options[256];
		snprintf(options, sizeof(options), "%s%sverify_asan_link_order=0", asan != NULL ? asan : "",
		    asan != NULL ? ":" : "");
		setenv("ASAN_OPTIONS", options, 1);
		setenv("LD_PRELOAD", FORGETFUL_LIBRARY, 1);
		setenv("FORGETFUL_DIR", disk, 1);
		setenv("FORGETFUL_DURABLE", images, 1);
		setenv("FORGETFUL_CONTROL", control, 1);
		if (mkdir(disk, 0700) < 0 || mkdir(images, 0700) < 0)
			return 1;
		execv(argv[0], argv);
		return 1;
	}
	int failed = claims_run("store_fault", claims, sizeof(claims) / sizeof(claims[0]));
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command) != 0 || failed;
}
