/* SPDX-License-Identifier: ISC */
/*
 * store_bench [FOLDER]: what group commit buys. A record and a row in a transaction of its own, so many of them in flight; the ratio is to
 * one in flight, in the same run. The disk is that of FOLDER (default: the current one).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store/store.h"

#define RUN_MS 1500

static struct run {
	struct loop *loop;
	struct store *store;
	uint64_t submitted, durable;
	bool ending;
} run;

static store_durable_fn heard;

static void
submit_one(void)
{
	/* 150 octets, as long as an alarm's record is. */
	static const char body[] =
	    "{\"alarm\":\"mains-fail\",\"severity\":\"major\",\"resource\":\"1.3.6.1.2.1.47.1.1.1.1.2.1001\","
	    "\"text\":\"mains failed\",\"value\":0}";
	char key[32];
	struct store_txn *txn = store_begin(run.store);

	snprintf(key, sizeof(key), "NIN-%06llu", (unsigned long long)(run.submitted++ % 1000000));
	store_journal(txn, "alarm.raise", "agent", key, body);
	store_put(txn, STORE_ALARM, key, body, sizeof(body) - 1);
	if (store_submit(txn, STORE_PROMISE, heard, NULL) < 0)
		exit(1);
}

static void
heard(void *arg, int rc, bool final)
{
	(void)arg;
	(void) final;
	if (rc < 0)
		exit(1);
	run.durable++;
	if (!run.ending)
		submit_one();
}

static double
rows_per_second(const char *folder, unsigned in_flight, struct store_stats *stats)
{
	char path[512], error[512], name[600];
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };

	run = (struct run){ .loop = loop_new(&(struct loop_settings){ 0 }) };
	snprintf(path, sizeof(path), "%s/store_bench.%d.db", folder, (int)getpid());
	struct store_settings settings = { .path = path };
	if (store_open(run.loop, &settings, &run.store, error, sizeof(error)) < 0) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	int64_t start_ms = loop_now_ms(run.loop);
	for (unsigned i = 0; i < in_flight; i++)
		submit_one();
	while (loop_now_ms(run.loop) - start_ms < RUN_MS)
		loop_turn(run.loop, true);
	run.ending = true;
	while (run.durable < run.submitted)
		loop_turn(run.loop, true);
	double seconds = (double)(loop_now_ms(run.loop) - start_ms) / 1000;
	store_stats(run.store, stats);
	store_close(run.store);
	loop_free(run.loop);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	return (double)stats->records / seconds;
}

int
main(int argc, char **argv)
{
	static const unsigned sizes[] = { 1, 10, 100, 1000, 4000 };
	double one = 0;

	printf("in flight   rows/s   a commit   longest commit   ratio\n");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct store_stats stats;
		double rate = rows_per_second(argc > 1 ? argv[1] : ".", sizes[i], &stats);
		if (i == 0)
			one = rate;
		printf("%9u %8.0f   %8.1f   %11lld ms   %5.1f\n", sizes[i], rate,
		    (double)stats.records / (double)stats.commits, (long long)stats.longest_commit_ms,
		    rate / one);
	}
	return 0;
}
