/* SPDX-License-Identifier: ISC */
/*
 * A victim submits numbered transactions as fast as it can and prints what was acknowledged, until it is killed at a random moment. What
 * is found afterwards must hold every acknowledged one, none twice. TOWERD_ROUNDS rounds each; 20 when not set.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/store/store.h"
#include "tests/support/cunit_main.h"

struct ack { /* what the victim prints */
	uint64_t item, number;
};

/* The victim. */

static struct victim {
	struct loop *loop;
	struct store *store;
	uint64_t next;
	struct flight {
		struct ack ack;
		struct victim *victim;
	} flights[64];
} victim;

static void victim_submit(struct flight *flight);

static void
victim_heard(void *arg, int rc, bool final)
{
	struct flight *flight = arg;

	(void) final;
	if (rc < 0 || write(STDOUT_FILENO, &flight->ack, sizeof(flight->ack)) != (ssize_t)sizeof(flight->ack))
		_exit(3);
	victim_submit(flight);
}

static void
victim_submit(struct flight *flight)
{
	char key[32], body[64];
	struct store_txn *txn = store_begin(victim.store);

	flight->ack.item = victim.next++;
	snprintf(key, sizeof(key), "%012llu", (unsigned long long)flight->ack.item);
	snprintf(body, sizeof(body), "{\"item\":%llu}", (unsigned long long)flight->ack.item);
	flight->ack.number = store_journal(txn, "test", "agent", key, body);
	store_put(txn, STORE_TICKET, key, body, strlen(body));
	if (store_submit(txn, STORE_PROMISE, victim_heard, flight) < 0)
		_exit(4);
}

static int
victim_main(const char *path, const char *first, const char *flights, bool unsafe)
{
	char error[512];

	victim.loop = loop_new(&(struct loop_settings){ 0 });
	victim.next = strtoull(first, NULL, 10);
	struct store_settings settings = { .path = path, .unsafe_for_tests = unsafe };
	if (store_open(victim.loop, &settings, &victim.store, error, sizeof(error)) < 0) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	for (long i = strtol(flights, NULL, 10) - 1; i >= 0; i--)
		victim_submit(&victim.flights[i]);
	return loop_run(victim.loop);
}

/* The one who kills it and looks what is left. */

enum disk { DISK_PLAIN, DISK_FORGETFUL, DISK_UNSAFE };

static struct trial {
	enum disk disk;
	char root[64], folder[80], images[80], path[96];
	unsigned seed;
	struct ack *acks;
	size_t ack_count, ack_capacity;
	uint64_t next_item, newest; /* first item of the round; newest number before it */
	uint64_t seen, disorder, holes, rows;
	uint64_t acknowledged, lost; /* of all rounds */
	size_t checked;
} trial;

static void
trial_keep_ack(const struct ack *ack)
{
	if (trial.ack_count == trial.ack_capacity) {
		trial.ack_capacity = trial.ack_capacity != 0 ? 2 * trial.ack_capacity : 4096;
		trial.acks = reallocarray(trial.acks, trial.ack_capacity, sizeof(*trial.acks));
	}
	trial.acks[trial.ack_count++] = *ack;
}

static pid_t
victim_start(int *out)
{
	char first[32], flights[16];
	int ends[2];

	snprintf(first, sizeof(first), "%llu", (unsigned long long)trial.next_item);
	snprintf(flights, sizeof(flights), "%d", 1 + rand_r(&trial.seed) % 64);
	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		if (trial.disk != DISK_PLAIN) {
			setenv("LD_PRELOAD", FORGETFUL_LIBRARY, 1);
			setenv("FORGETFUL_DIR", trial.folder, 1);
			setenv("FORGETFUL_DURABLE", trial.images, 1);
			setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
		}
		execl("/proc/self/exe", "victim", trial.path, first, flights,
		    trial.disk == DISK_UNSAFE ? "unsafe" : "safe", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

static void
sleep_up_to_ms(unsigned ms)
{
	nanosleep(
	    &(struct timespec){ .tv_nsec = (long)((unsigned)rand_r(&trial.seed) % ms) * 1000000 }, NULL);
}

/* Lets it run for a random while after its first acknowledgement, then kills it; every fourth time while it starts, perhaps. */
static void
round_kill(unsigned round)
{
	struct ack ack;
	int out, status = 0;
	pid_t pid = victim_start(&out);
	bool is_early = round % 4 == 3;

	trial.ack_count = 0;
	if (is_early) {
		sleep_up_to_ms(60);
		kill(pid, SIGKILL);
	}
	while (read(out, &ack, sizeof(ack)) == (ssize_t)sizeof(ack)) {
		trial_keep_ack(&ack);
		if (trial.ack_count == 1 && !is_early) {
			sleep_up_to_ms(30);
			kill(pid, SIGKILL);
		}
	}
	close(out);
	waitpid(pid, &status, 0);
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The power fails too: only what was synced is left, in every second round with a part of the rest. */
static void
round_cut_power(unsigned round)
{
	char command[512];

	snprintf(command, sizeof(command), "%s %s %s ", FORGETFUL_RESTORE, trial.folder, trial.images);
	if (round % 2 == 1)
		snprintf(command + strlen(command), sizeof(command) - strlen(command), "%u", trial.seed);
	CU_ASSERT_EQUAL(system(command), 0);
}

static int
look_at_record(void *arg, const struct store_record *record)
{
	uint64_t item = strtoull(record->body + strlen("{\"item\":"), NULL, 10);

	(void)arg;
	trial.disorder += record->number <= trial.newest;
	trial.newest = record->number;
	/* In the order of their submission: each one follows the one before, none is there twice. */
	trial.holes += item != trial.next_item + trial.seen;
	trial.seen++;
	while (trial.checked < trial.ack_count && trial.acks[trial.checked].item == item &&
	    trial.acks[trial.checked].number == record->number)
		trial.checked++;
	return 0;
}

static void
look_on(void *arg, int rc)
{
	CU_ASSERT_EQUAL(rc, 0);
	*(bool *)arg = true;
}

static int
look_at_row(void *arg, const char *key, const char *body, size_t len)
{
	(void)arg;
	(void)body;
	(void)len;
	trial.rows += strtoull(key, NULL, 10) >= trial.next_item;
	return 0;
}

static void
round_look(void)
{
	char error[512];
	struct store *store = NULL;
	struct store_settings settings = { .path = trial.path };
	struct loop *loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	int rc = store_open(loop, &settings, &store, error, sizeof(error));
	uint64_t before = trial.newest;

	trial.seen = trial.rows = trial.checked = 0;
	if (rc == 0) {
		for (bool ended = true; ended && trial.newest < store_newest(store); loop_step(loop, 0)) {
			ended = false;
			store_read(store, trial.newest, 1000, look_at_record, look_on, &ended);
			loop_step(loop, 0);
		}
		store_each(store, STORE_TICKET, look_at_row, NULL);
		CU_ASSERT_EQUAL(trial.rows, trial.seen);
	} else if (trial.disk != DISK_UNSAFE) {
		fprintf(stderr, "%s\n", error);
		CU_FAIL("the store does not open after the crash");
	}
	trial.acknowledged += trial.ack_count;
	trial.lost += trial.ack_count - trial.checked;
	if (trial.ack_count > trial.checked && trial.disk != DISK_UNSAFE)
		fprintf(stderr, "lost item %llu, number %llu (%llu before the round)\n",
		    (unsigned long long)trial.acks[trial.checked].item,
		    (unsigned long long)trial.acks[trial.checked].number, (unsigned long long)before);
	trial.next_item += trial.seen;
	store_close(store);
	loop_free(loop);
}

static unsigned
rounds(void)
{
	const char *wanted = getenv("TOWERD_ROUNDS");

	return wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : 20;
}

static void
trial_run(enum disk disk, unsigned count)
{
	char command[512];

	memset(&trial, 0, sizeof(trial));
	trial.disk = disk;
	trial.seed = (unsigned)time(NULL);
	printf("\n    seed %u ", trial.seed);
	snprintf(trial.root, sizeof(trial.root), "/tmp/store_crash_test.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(trial.root));
	snprintf(trial.folder, sizeof(trial.folder), "%s/disk", trial.root);
	snprintf(trial.images, sizeof(trial.images), "%s/images", trial.root);
	snprintf(trial.path, sizeof(trial.path), "%s/towerd.db", trial.folder);
	mkdir(trial.folder, 0700);
	mkdir(trial.images, 0700);
	for (unsigned round = 0; round < count; round++) {
		round_kill(round);
		if (disk != DISK_PLAIN)
			round_cut_power(round);
		round_look();
		/* We looked without the shim: what is there now is there for good. */
		snprintf(command, sizeof(command), "rm -f %s/* && %s --settle %s %s", trial.images,
		    FORGETFUL_RESTORE, trial.folder, trial.images);
		CU_ASSERT_EQUAL(system(command), 0);
	}
	CU_ASSERT_TRUE(trial.acknowledged > 0);
	printf("%llu acknowledged, %llu lost ", (unsigned long long)trial.acknowledged,
	    (unsigned long long)trial.lost);
	fflush(stdout);
	snprintf(command, sizeof(command), "rm -rf %s", trial.root);
	CU_ASSERT_EQUAL(system(command), 0);
	free(trial.acks);
}

static void
what_was_acknowledged_survives_the_death_of_the_process(void)
{
	trial_run(DISK_PLAIN, rounds());
	CU_ASSERT_EQUAL(trial.lost, 0);
	CU_ASSERT_EQUAL(trial.disorder, 0);
	CU_ASSERT_EQUAL(trial.holes, 0);
}

static void
what_was_acknowledged_survives_a_power_cut(void)
{
	trial_run(DISK_FORGETFUL, rounds());
	CU_ASSERT_EQUAL(trial.lost, 0);
	CU_ASSERT_EQUAL(trial.disorder, 0);
	CU_ASSERT_EQUAL(trial.holes, 0);
}

static void
without_syncs_the_same_test_finds_losses(void)
{
	trial_run(DISK_UNSAFE, 3);
	CU_ASSERT_TRUE(trial.lost > 0);
}

static const struct claim claims[] = {
	CLAIM(what_was_acknowledged_survives_the_death_of_the_process),
	CLAIM(what_was_acknowledged_survives_a_power_cut),
	CLAIM(without_syncs_the_same_test_finds_losses),
};

int
main(int argc, char **argv)
{
	if (argc == 5)
		return victim_main(argv[1], argv[2], argv[3], strcmp(argv[4], "unsafe") == 0);
	return claims_run("store_crash", claims, sizeof(claims) / sizeof(claims[0]));
}
