/* SPDX-License-Identifier: ISC */
/* The promises of loop.h: time, timers, descriptors, signals and who is counted for what. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/loop/loop.h"
#include "tests/support/cunit_main.h"

static struct loop *
loop_of(enum loop_clock clock)
{
	return loop_new(&(struct loop_settings){ .clock = clock });
}

static int64_t
real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Each timer of the tests below writes its letter and the time into a line. */
static char line[4096];

struct mark {
	struct loop *loop;
	struct loop_timer *timer;
	const char *word;
	int64_t again_ms; /* restarts itself when not 0 */
};

static void
mark_fires(void *arg)
{
	struct mark *mark = arg;
	size_t used = strlen(line);

	snprintf(
	    line + used, sizeof(line) - used, "%s@%lld ", mark->word, (long long)loop_now_ms(mark->loop));
	if (mark->again_ms != 0)
		loop_timer_start(mark->timer, mark->again_ms);
}

static void
mark_start(struct mark *mark, struct loop *loop, const char *word, int64_t delay_ms)
{
	*mark = (struct mark){ .loop = loop, .word = word };
	mark->timer = loop_timer_new(loop, NULL, mark_fires, mark);
	loop_timer_start(mark->timer, delay_ms);
}

static void
the_stepped_clock_stands_until_it_is_moved(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_STEP);

	CU_ASSERT_EQUAL(loop_now_ms(loop), 0);
	CU_ASSERT_EQUAL(loop_utc_ms(loop), 1767225600000);
	loop_turn(loop, false);
	CU_ASSERT_EQUAL(loop_now_ms(loop), 0);
	loop_step(loop, 1500);
	CU_ASSERT_EQUAL(loop_now_ms(loop), 1500);
	CU_ASSERT_EQUAL(loop_utc_ms(loop), 1767225601500);
	loop_free(loop);

	loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP, .utc_start_ms = 1000 });
	loop_step(loop, 1);
	CU_ASSERT_EQUAL(loop_utc_ms(loop), 1001);
	loop_free(loop);
}

static void
a_step_runs_each_timer_at_its_own_time_and_in_order(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_STEP);
	struct mark a, b, c, d;

	line[0] = '\0';
	mark_start(&a, loop, "a", 300);
	mark_start(&b, loop, "b", 100);
	b.again_ms = 100;
	mark_start(&c, loop, "c", 300);
	mark_start(&d, loop, "d", 1000);
	loop_step(loop, 350);
	CU_ASSERT_STRING_EQUAL(line, "b@100 b@200 a@300 c@300 b@300 ");
	CU_ASSERT_TRUE(loop_timer_is_running(b.timer));
	CU_ASSERT_TRUE(loop_timer_is_running(d.timer));
	CU_ASSERT_FALSE(loop_timer_is_running(a.timer));
	loop_timer_stop(b.timer);
	loop_step(loop, 650);
	CU_ASSERT_STRING_EQUAL(line, "b@100 b@200 a@300 c@300 b@300 d@1000 ");
	loop_free(loop);
}

static void
starting_a_timer_again_replaces_the_earlier_start(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_STEP);
	struct mark a, b;

	line[0] = '\0';
	mark_start(&a, loop, "a", 10);
	mark_start(&b, loop, "b", 20);
	loop_timer_start(a.timer, 30);
	loop_timer_start(b.timer, -5);
	loop_step(loop, 100);
	CU_ASSERT_STRING_EQUAL(line, "b@0 a@30 ");
	loop_free(loop);
}

static void
free_itself(void *arg)
{
	struct loop_timer **timer = arg;

	loop_timer_free(*timer);
	*timer = NULL;
}

static void
a_timer_may_free_itself_from_its_own_callback(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_STEP);
	struct loop_timer *timer = NULL;

	timer = loop_timer_new(loop, NULL, free_itself, &timer);
	loop_timer_start(timer, 1);
	loop_step(loop, 2);
	CU_ASSERT_PTR_NULL(timer);
	loop_timer_free(NULL);
	loop_free(loop);
}

/* Many timers, started, moved and stopped by chance: they must fire sorted, and exactly those that run. */
struct crowd {
	struct loop *loop;
	int64_t due_ms, *last_ms;
	struct loop_timer *timer;
	unsigned *fired;
	bool early;
};

static void
crowd_fires(void *arg)
{
	struct crowd *one = arg;
	int64_t now_ms = loop_now_ms(one->loop);

	one->early = now_ms != one->due_ms || now_ms < *one->last_ms;
	*one->last_ms = now_ms;
	(*one->fired)++;
}

static void
a_hundred_thousand_timers_keep_their_order(void)
{
	enum { COUNT = 100000 };
	struct loop *loop = loop_of(LOOP_CLOCK_STEP);
	struct crowd *crowd = calloc(COUNT, sizeof(*crowd));
	int64_t last_ms = 0;
	unsigned fired = 0, expected = 0, early = 0;
	unsigned seed = 7;

	for (int i = 0; i < COUNT; i++) {
		crowd[i] = (struct crowd){ .loop = loop, .last_ms = &last_ms, .fired = &fired };
		crowd[i].timer = loop_timer_new(loop, NULL, crowd_fires, &crowd[i]);
		loop_timer_start(crowd[i].timer, rand_r(&seed) % 1000);
	}
	for (int i = 0; i < COUNT; i++) {
		crowd[i].due_ms = rand_r(&seed) % 1000;
		if (i % 5 == 0)
			loop_timer_stop(crowd[i].timer);
		else
			loop_timer_start(crowd[i].timer, crowd[i].due_ms);
		expected += i % 5 != 0;
	}
	loop_step(loop, 1000);
	for (int i = 0; i < COUNT; i++)
		early += crowd[i].early;
	CU_ASSERT_EQUAL(fired, expected);
	CU_ASSERT_EQUAL(early, 0);
	loop_free(loop);
	free(crowd);
}

static void
stop_loop(void *arg)
{
	loop_stop(arg);
}

static void
a_scaled_clock_runs_that_much_faster(void)
{
	struct loop *loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_REAL, .scale = 1000 });
	struct loop_timer *timer = loop_timer_new(loop, NULL, stop_loop, loop);
	int64_t before_ms = real_ms(), utc_ms = loop_utc_ms(loop);

	CU_ASSERT_EQUAL(loop_scale(loop), 1000);
	loop_timer_start(timer, 30000);
	CU_ASSERT_EQUAL(loop_run(loop), 0);
	CU_ASSERT_TRUE(real_ms() - before_ms >= 29);
	CU_ASSERT_TRUE(loop_now_ms(loop) >= 30000);
	CU_ASSERT_TRUE(loop_utc_ms(loop) - utc_ms >= 30000);
	loop_free(loop);
}

static void
at_the_real_pace_a_timer_is_never_early_and_utc_is_the_systems(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_REAL);
	struct mark a, b;
	struct loop_timer *timer = loop_timer_new(loop, NULL, stop_loop, loop);

	line[0] = '\0';
	CU_ASSERT_TRUE(llabs(loop_utc_ms(loop) / 1000 - time(NULL)) < 60);
	mark_start(&b, loop, "b", 6);
	mark_start(&a, loop, "a", 3);
	int64_t start_ms = loop_now_ms(loop);
	loop_timer_start(timer, 12);
	CU_ASSERT_EQUAL(loop_run(loop), 0);
	CU_ASSERT_TRUE(loop_now_ms(loop) - start_ms >= 12);
	CU_ASSERT_PTR_NOT_NULL(strstr(line, " b@"));
	CU_ASSERT_EQUAL(line[0], 'a');
	loop_free(loop);
}

static void
a_loop_with_the_epoch_of_another_shares_its_clock(void)
{
	struct loop *agent = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_REAL, .scale = 1000 });
	struct timespec pause = { .tv_nsec = 2000000 };

	nanosleep(&pause, NULL);
	struct loop *worker = loop_new(
	    &(struct loop_settings){ .clock = LOOP_CLOCK_REAL, .scale = 1000, .epoch = loop_epoch(agent) });
	int64_t before_ms = loop_now_ms(agent), between_ms = loop_now_ms(worker),
		after_ms = loop_now_ms(agent);
	CU_ASSERT_TRUE(before_ms <= between_ms && between_ms <= after_ms);
	before_ms = loop_utc_ms(agent);
	between_ms = loop_utc_ms(worker);
	after_ms = loop_utc_ms(agent);
	CU_ASSERT_TRUE(before_ms <= between_ms && between_ms <= after_ms);
	loop_free(worker);
	loop_free(agent);
}

static void
stopping_before_the_run_makes_it_return_at_once(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_REAL);

	loop_stop(loop);
	CU_ASSERT_EQUAL(loop_run(loop), 0);
	loop_free(loop);
}

static void
a_timer_that_restarts_itself_with_no_delay_leaves_room_for_others(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_REAL);
	struct mark busy;
	struct loop_timer *timer = loop_timer_new(loop, NULL, stop_loop, loop);

	line[0] = '\0';
	mark_start(&busy, loop, "", 0);
	busy.again_ms = -1;
	loop_timer_start(timer, 5);
	CU_ASSERT_EQUAL(loop_run(loop), 0);
	loop_free(loop);
}

/* Descriptors. */

struct pipe_end {
	struct loop_watch *watch;
	int fd;
	unsigned calls, events;
	bool frees;
};

static void
pipe_ready(void *arg, unsigned events)
{
	struct pipe_end *end = arg;

	end->calls++;
	end->events = events;
	if (end->frees) {
		loop_watch_free(end->watch);
		end->watch = NULL;
	}
}

static void
a_watch_is_level_triggered_and_may_be_changed_and_freed(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_REAL);
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	struct pipe_end in = { .fd = fds[0] }, out = { .fd = fds[1] };
	in.watch = loop_watch_new(loop, NULL, fds[0], LOOP_READ, pipe_ready, &in);
	out.watch = loop_watch_new(loop, NULL, fds[1], 0, pipe_ready, &out);
	loop_turn(loop, false);
	CU_ASSERT_EQUAL(in.calls + out.calls, 0);

	loop_watch_set(out.watch, LOOP_WRITE);
	loop_turn(loop, false);
	CU_ASSERT_EQUAL(out.events, LOOP_WRITE);
	loop_watch_set(out.watch, 0);

	CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
	loop_turn(loop, true);
	loop_turn(loop, true);
	CU_ASSERT_EQUAL(in.calls, 2);
	CU_ASSERT_EQUAL(in.events, LOOP_READ);
	CU_ASSERT_EQUAL(out.calls, 1);
	in.frees = true;
	loop_turn(loop, true);
	loop_turn(loop, false);
	CU_ASSERT_EQUAL(in.calls, 3);
	CU_ASSERT_PTR_NULL(in.watch);
	loop_free(loop); /* releases out.watch */
	close(fds[0]);
	close(fds[1]);
}

static char library_said[256];

static void
library_says(void *arg, const char *message)
{
	(void)arg;
	snprintf(library_said, sizeof(library_said), "%s", message);
}

static void
what_cannot_be_watched_is_refused_and_the_library_is_heard(void)
{
	struct loop *loop = loop_new(&(struct loop_settings){ .on_log = library_says });
	FILE *file = tmpfile();

	CU_ASSERT_PTR_NULL(loop_watch_new(loop, NULL, fileno(file), LOOP_READ, pipe_ready, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(library_said, "Operation not permitted"));
	fclose(file);
	loop_free(loop);
}

static void
signal_comes(void *arg, int signo)
{
	*(int *)arg = signo;
}

static void
a_signal_arrives_on_the_loop_thread(void)
{
	struct loop *loop = loop_of(LOOP_CLOCK_REAL);
	int came = 0;
	struct loop_signal *signal = loop_signal_new(loop, NULL, SIGUSR1, signal_comes, &came);

	raise(SIGUSR1);
	CU_ASSERT_EQUAL(came, 0);
	loop_turn(loop, true);
	CU_ASSERT_EQUAL(came, SIGUSR1);
	loop_signal_free(signal);
	loop_signal_free(NULL);
	loop_free(loop);
}

/* Manners. */

static struct {
	unsigned count;
	const struct loop_owner *owner;
	int64_t cpu_ns, wall_ns;
} overstay;

static void
overstays(void *arg, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns)
{
	(void)arg;
	overstay.count++;
	overstay.owner = owner;
	overstay.cpu_ns = cpu_ns;
	overstay.wall_ns = wall_ns;
}

static void
sleep_30_ms(void *arg)
{
	(void)arg;
	nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
}

static void
burn_30_ms(void *arg)
{
	struct timespec now, start;

	(void)arg;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec < 30000000);
}

static void
one_who_sleeps_is_named_by_wall_time_and_one_who_computes_by_cpu_time(void)
{
	struct loop *loop = loop_new(
	    &(struct loop_settings){ .clock = LOOP_CLOCK_STEP, .overstay_ms = 20, .on_overstay = overstays });
	struct loop_owner sleeper = { .name = "sleeper" }, burner = { .name = "burner" };

	overstay.count = 0;
	CU_ASSERT_EQUAL(loop_post(loop, &sleeper, sleep_30_ms, NULL), 0);
	loop_step(loop, 0);
	CU_ASSERT_EQUAL(overstay.count, 1);
	CU_ASSERT_PTR_EQUAL(overstay.owner, &sleeper);
	CU_ASSERT_TRUE(overstay.wall_ns >= 30000000);
	CU_ASSERT_TRUE(overstay.cpu_ns < 20000000);
	CU_ASSERT_EQUAL(sleeper.overstays, 1);

	CU_ASSERT_EQUAL(loop_post(loop, &burner, burn_30_ms, NULL), 0);
	loop_step(loop, 0);
	CU_ASSERT_EQUAL(overstay.count, 2);
	CU_ASSERT_PTR_EQUAL(overstay.owner, &burner);
	CU_ASSERT_EQUAL(burner.calls, 1);
	CU_ASSERT_TRUE(burner.longest_ns >= 30000000);
	CU_ASSERT_TRUE(burner.cpu_ns >= burner.longest_ns);
	CU_ASSERT_TRUE(burner.longest_wall_ns >= burner.longest_ns);
	CU_ASSERT_STRING_EQUAL(loop_longest(loop).owner, "burner");
	CU_ASSERT_TRUE(loop_longest(loop).cpu_ns >= burner.longest_ns);
	loop_free(loop);
}

static const struct claim claims[] = {
	CLAIM(the_stepped_clock_stands_until_it_is_moved),
	CLAIM(a_step_runs_each_timer_at_its_own_time_and_in_order),
	CLAIM(starting_a_timer_again_replaces_the_earlier_start),
	CLAIM(a_timer_may_free_itself_from_its_own_callback),
	CLAIM(a_hundred_thousand_timers_keep_their_order),
	CLAIM(a_scaled_clock_runs_that_much_faster),
	CLAIM(a_loop_with_the_epoch_of_another_shares_its_clock),
	CLAIM(at_the_real_pace_a_timer_is_never_early_and_utc_is_the_systems),
	CLAIM(stopping_before_the_run_makes_it_return_at_once),
	CLAIM(a_timer_that_restarts_itself_with_no_delay_leaves_room_for_others),
	CLAIM(a_watch_is_level_triggered_and_may_be_changed_and_freed),
	CLAIM(what_cannot_be_watched_is_refused_and_the_library_is_heard),
	CLAIM(a_signal_arrives_on_the_loop_thread),
	CLAIM(one_who_sleeps_is_named_by_wall_time_and_one_who_computes_by_cpu_time),
};

CLAIMS_MAIN("loop", claims)
