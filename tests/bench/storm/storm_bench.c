/* SPDX-License-Identifier: ISC */
/*
 * A storm over the list of alarms: storm_bench [--sites N] [--rounds R] [--scale S] [--no-correlation] [--talk]. Plants causes in a fleet (scenario.c),
 * gives the agent every change that sites would report because of them, in 10 s of the loop's clock, then heals everything; on a real
 * store, with the loop's real clock (S times as fast). Prints what was told, held against what was planted, and what it cost.
 */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/storm/fleet.h"
#include "tests/bench/storm/scenario.h"
#include "tests/bench/storm/witness.h"

#define HOLD_MS 2000 /* of thresholds and of silence */
#define WAIT_MS \
	5000 /* what waits for its cause, or a cause's end for its consequences, waits no longer; a door is steady after that */
#define TICK_MS  2     /* of real time */
#define BATCH    256   /* changes of one callback: others are to have their turn */
#define AFTER_MS 12000 /* the last change has been told by then */
#define ACK_MS   20    /* of real time */
#define MANY     20000
#define LIMIT_MS 50 /* a callback should not take longer */

struct storm {
	struct fleet fleet;
	struct scenario scenario;
	struct witness witness;
	struct loop_owner owner;
	struct loop_timer *timer, *acknowledger;
	int audience;
	size_t next, end;  /* changes still to be given */
	int64_t began_ms;  /* the loop's clock at the storm's beginning */
	int64_t behind_ms; /* how late the latest change was given */
	unsigned overstays;
};

struct cost {
	double loop_s, process_s; /* CPU time of the loop's thread, of all threads */
};

static double
seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct cost
cost_now(void)
{
	return (struct cost){ seconds_of(CLOCK_THREAD_CPUTIME_ID), seconds_of(CLOCK_PROCESS_CPUTIME_ID) };
}

static void
give(struct storm *s, const struct change *c)
{
	switch ((enum change_what)c->what) {
	case CHANGE_MAINS:
		fleet_mains(&s->fleet, c->site, !c->is_bad);
		break;
	case CHANGE_BATTERY:
		fleet_battery(&s->fleet, c->site, c->is_bad);
		break;
	case CHANGE_PRESENCE:
		fleet_presence(&s->fleet, c->site, c->device, !c->is_bad);
		break;
	case CHANGE_FAULT: {
		const char *type = s->scenario.roots[c->root].type;
		fleet_fault(&s->fleet, c->site, type != NULL ? type : "site/door-open", c->is_bad);
		break;
	}
	}
	witness_given(&s->witness, c);
}

static void
tick(void *arg)
{
	struct storm *s = arg;
	int64_t now = loop_now_ms(s->fleet.loop) - s->began_ms;
	size_t given = 0;

	while (s->next < s->end && s->scenario.changes[s->next].at_ms <= now && given++ < BATCH) {
		const struct change *c = &s->scenario.changes[s->next++];
		if (now - c->at_ms > s->behind_ms)
			s->behind_ms = now - c->at_ms;
		give(s, c);
	}
	if (s->next < s->end)
		loop_timer_start(s->timer, given > BATCH ? 0 : (int64_t)TICK_MS * loop_scale(s->fleet.loop));
	else
		loop_stop(s->fleet.loop);
}

/* As a manager that answers informs: what waits for a listener that is slow is not what is measured. */
static void
acknowledge(void *arg)
{
	struct storm *s = arg;

	audience_acknowledged(s->fleet.alarms, s->audience, s->witness.newest);
	loop_timer_start(s->acknowledger, (int64_t)ACK_MS * loop_scale(s->fleet.loop));
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

/* Lets the loop run for so long. */
static void
idle(struct storm *s, int64_t ms)
{
	struct loop_timer *timer = loop_timer_new(s->fleet.loop, &s->owner, stop, s->fleet.loop);

	loop_timer_start(timer, ms);
	if (loop_run(s->fleet.loop) < 0)
		bench_die("the loop failed");
	loop_timer_free(timer);
}

/* Gives the changes up to `end`, each at its time, and waits until all is told. */
static void
run_until(struct storm *s, size_t end)
{
	s->end = end;
	loop_timer_start(s->timer, 0);
	if (loop_run(s->fleet.loop) < 0)
		bench_die("the loop failed");
}

static void
overstayed(void *arg, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns)
{
	struct storm *s = arg;

	(void)wall_ns;
	if (cpu_ns < LIMIT_MS * 1000000)
		return;
	s->overstays++;
	fprintf(stderr, "a callback of %s took %.1f ms CPU\n", owner->name, (double)cpu_ns / 1e6);
}

static double
rss_mib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		bench_die("no /proc/self/statm");
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static double
octets_in_use(void)
{
	struct mallinfo2 info = mallinfo2();
	return (double)info.uordblks + (double)info.hblkhd;
}

static void
wait_for_store(struct storm *s)
{
	struct store_stats stats;

	do {
		loop_turn(s->fleet.loop, true);
		store_stats(s->fleet.store, &stats);
	} while (stats.waiting > 0);
}

/* What an active alarm takes, with all that is kept of it. */
static double
octets_an_alarm(struct storm *s)
{
	unsigned count = s->fleet.count < MANY ? s->fleet.count : MANY;
	double before = octets_in_use();

	for (unsigned i = 0; i < count; i++) {
		fleet_fault(&s->fleet, i, "power/fuse-open", true);
		if (i % BATCH == 0)
			loop_turn(s->fleet.loop, false);
	}
	wait_for_store(s);
	idle(s, 3000);
	return (octets_in_use() - before) / count;
}

static void
print_verdicts(const struct storm *s)
{
	for (enum cause c = CAUSE_FEEDER; c < CAUSE_NONE; c++) {
		struct verdict v = witness_verdict(&s->witness, c);
		printf("%s: planted=%u missed=%u repeated=%u stuck=%u p50_ms=%.0f p99_ms=%.0f max_ms=%.0f\n",
		    cause_names[c], v.planted, v.missed, v.repeated, v.stuck, v.p50_ms, v.p99_ms, v.max_ms);
	}
}

static void
print_told(const struct witness *w)
{
	printf("witness: records=%llu told=%llu door=%llu consequences=%llu changes=%llu floods=%llu "
	       "strangers=%llu "
	       "disorder=%llu\n",
	    (unsigned long long)w->records, (unsigned long long)w->told, (unsigned long long)w->door,
	    (unsigned long long)w->consequences, (unsigned long long)w->changes,
	    (unsigned long long)w->floods, (unsigned long long)w->strangers, (unsigned long long)w->repeated);
}

/* One round: the storm, what comes after it, the healing. */
static void
round_run(struct storm *s, struct cost *cost)
{
	s->next = 0;
	s->began_ms = loop_now_ms(s->fleet.loop);
	witness_begin(&s->witness);
	struct cost before = cost_now();
	run_until(s, s->scenario.storm_count);
	struct cost after = cost_now();
	printf("storm: changes=%zu seconds=%.2f behind_ms=%lld loop_us=%.2f process_us=%.2f active=%zu\n",
	    s->scenario.storm_count, (double)(loop_now_ms(s->fleet.loop) - s->began_ms) / 1000,
	    (long long)s->behind_ms, (after.loop_s - before.loop_s) * 1e6 / (double)s->scenario.storm_count,
	    (after.process_s - before.process_s) * 1e6 / (double)s->scenario.storm_count,
	    alarms_active_count(s->fleet.alarms));
	idle(s, AFTER_MS - 1000);
	print_told(&s->witness);
	run_until(s, s->scenario.change_count);
	idle(s, AFTER_MS);
	after = cost_now();
	cost->loop_s += after.loop_s - before.loop_s;
	cost->process_s += after.process_s - before.process_s;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "sites", required_argument, NULL, 'n' },
		{ "rounds", required_argument, NULL, 'r' }, { "scale", required_argument, NULL, 's' },
		{ "no-correlation", no_argument, NULL, 'c' }, { "talk", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 } };
	struct storm s = { .owner = { .name = "bench" } };
	struct loop_settings loop = { .overstay_ms = LIMIT_MS, .on_overstay = overstayed, .arg = &s };
	struct alarm_settings alarms = { .hold_ms = HOLD_MS,
		.unreachable_ms = HOLD_MS,
		.cause_wait_ms = WAIT_MS,
		.recheck_ms = WAIT_MS,
		.steady_ms = WAIT_MS };
	const struct audience_filter all = { 0 };
	unsigned sites = 100000, rounds = 1;
	bool talks = false;
	char dir[] = "storm_bench.XXXXXX", path[64], command[64];

	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		switch (option) {
		case 'n':
			sites = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			rounds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			loop.scale = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			alarms.no_correlation = true;
			break;
		case 't':
			talks = true;
			break;
		default:
			return 2;
		}
	if (mkdtemp(dir) == NULL)
		bench_die("no folder here");
	snprintf(path, sizeof(path), "%s/state.db", dir);
	fleet_make(path, sites);
	fleet_open(&s.fleet, path, &loop, &alarms);
	scenario_make(&s.scenario, sites, 1);
	witness_init(&s.witness, &s.fleet, &s.scenario);
	s.witness.is_talking = talks;
	s.audience = audience_open(s.fleet.alarms, "bench", &all);
	if (s.audience < 0)
		bench_die("no audience");
	alarms_listen(s.fleet.alarms, &(struct alarm_listener){ .told = witness_told, .arg = &s.witness });
	s.timer = loop_timer_new(s.fleet.loop, &s.owner, tick, &s);
	s.acknowledger = loop_timer_new(s.fleet.loop, &s.owner, acknowledge, &s);
	acknowledge(&s);
	fleet_is_well(&s.fleet);
	wait_for_store(&s);
	malloc_trim(0);
	double rss = rss_mib();

	struct cost cost = { 0 };
	for (unsigned i = 0; i < rounds; i++)
		round_run(&s, &cost);
	print_verdicts(&s);
	print_told(&s.witness);
	struct loop_longest longest = loop_longest(s.fleet.loop);
	double changes = (double)s.scenario.change_count * rounds;
	printf("whole: changes=%.0f loop_us=%.2f process_us=%.2f active=%zu longest_ms=%.1f overstays=%u\n",
	    changes, cost.loop_s * 1e6 / changes, cost.process_s * 1e6 / changes,
	    alarms_active_count(s.fleet.alarms), (double)longest.cpu_ns / 1e6, s.overstays);
	printf("longest: %s\n", longest.owner);
	double after = rss_mib();
	printf("memory: rss_before_mib=%.0f rss_after_mib=%.0f octets_an_alarm=%.0f\n", rss, after,
	    octets_an_alarm(&s));

	witness_fini(&s.witness);
	scenario_free(&s.scenario);
	loop_timer_free(s.timer);
	loop_timer_free(s.acknowledger);
	fleet_close(&s.fleet);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) != 0;
}
