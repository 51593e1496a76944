/* SPDX-License-Identifier: ISC */
/* The loop itself: the one file that knows libevent. */
#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "agent/loop/inside.h"

#define OVERSTAY_MS   250
#define SHARED_LAP_NS 100000 /* a lap that short may go on with the next callback */
#define SETTLE_PASSES \
	64 /* of loop_step() at one point in time: what is always ready must not hold the clock */

struct loop_watch {
	LIST_ENTRY(loop_watch) next;
	struct loop *loop;
	struct loop_owner *owner;
	struct event *event; /* NULL: none for now */
	int fd;
	unsigned events;
	void (*fn)(void *arg, unsigned events);
	void *arg;
};

struct loop_signal {
	LIST_ENTRY(loop_signal) next;
	struct loop *loop;
	struct loop_owner *owner;
	struct event *event;
	void (*fn)(void *arg, int signo);
	void *arg;
};

/* The library's log has no argument: it speaks for the loop that was made last. */
static struct loop *logged;

static void
library_log(int severity, const char *message)
{
	if (severity >= EVENT_LOG_WARN && logged != NULL && logged->settings.on_log != NULL)
		logged->settings.on_log(logged->settings.arg, message);
}

static int64_t
clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct loop_lap
loop_lap_begin(void)
{
	return (struct loop_lap){ clock_ns(CLOCK_THREAD_CPUTIME_ID), clock_ns(CLOCK_MONOTONIC) };
}

/* What is nobody's may have called what is somebody's: then that is the name. */
static void
longest_set(struct loop *loop, const struct loop_owner *owner, struct loop_lap lap, struct loop_lap now)
{
	bool is_around = owner == NULL && loop->longest_end_ns >= lap.wall_ns;

	if (!is_around)
		loop->longest.owner = owner == NULL ? "loop" : owner->name;
	loop->longest.cpu_ns = now.cpu_ns - lap.cpu_ns;
	loop->longest.wall_ns = now.wall_ns - lap.wall_ns;
	loop->longest_end_ns = now.wall_ns;
}

/* CPU time finds the callback that computes too much, wall time the one that sleeps. */
struct loop_lap
loop_lap_end(struct loop *loop, struct loop_owner *owner, struct loop_lap lap)
{
	const struct loop_settings *settings = &loop->settings;
	struct loop_lap now = loop_lap_begin();
	int64_t cpu_ns = now.cpu_ns - lap.cpu_ns, wall_ns = now.wall_ns - lap.wall_ns;

	loop->calls++;
	if (cpu_ns > loop->longest.cpu_ns)
		longest_set(loop, owner, lap, now);
	if (owner == NULL)
		return now;
	owner->calls++;
	owner->cpu_ns += cpu_ns;
	if (cpu_ns > owner->longest_ns)
		owner->longest_ns = cpu_ns;
	if (wall_ns > owner->longest_wall_ns)
		owner->longest_wall_ns = wall_ns;
	int64_t limit_ns = settings->overstay_ms * 1000000;
	if (cpu_ns > limit_ns || wall_ns > limit_ns) {
		owner->overstays++;
		if (settings->on_overstay != NULL)
			settings->on_overstay(settings->arg, owner, cpu_ns, wall_ns);
	}
	return now;
}

bool
loop_lap_share(struct loop *loop, struct loop_owner *owner, struct loop_lap lap)
{
	if (clock_ns(CLOCK_MONOTONIC) - lap.wall_ns > SHARED_LAP_NS)
		return false;
	loop->calls++;
	if (owner != NULL)
		owner->calls++;
	return true;
}

struct loop_longest
loop_longest(const struct loop *loop)
{
	return loop->longest;
}

/* The alarm: one event of the library for the earliest timer. */

static void
alarm_rings(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	loop->alarm_us = INT64_MIN; /* not to be set by each timer that starts another */
	loop_timers_run(loop);
	loop->alarm_us = INT64_MAX;
	loop_alarm_set(loop);
}

void
loop_alarm_set(struct loop *loop)
{
	int64_t next_us = loop_timers_next_us(loop);

	if (loop->settings.clock == LOOP_CLOCK_STEP || next_us >= loop->alarm_us)
		return;
	int64_t wait_us = next_us - loop_now_us(loop);
	if (wait_us < 0)
		wait_us = 0;
	wait_us = wait_us / loop->settings.scale + (wait_us % loop->settings.scale != 0);
	struct timeval wait = { .tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000 };
	loop->alarm_us = event_add(loop->alarm, &wait) == 0 ? next_us : INT64_MAX;
}

/* Life. */

static struct event_base *
base_new(const struct loop_settings *settings)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return NULL;
	/* Without, a wait is cut to the 4 ms of the kernel's coarse clock: too much of it when a second lasts a few milliseconds. */
	if (settings->scale > 1)
		event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct loop *
loop_new(const struct loop_settings *settings)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return NULL;
	loop->settings = *settings;
	loop->longest.owner = "loop";
	if (loop->settings.overstay_ms == 0)
		loop->settings.overstay_ms = OVERSTAY_MS;
	logged = loop;
	event_set_log_callback(library_log);

	loop_clock_start(loop);
	loop_pool_open(&loop->pool);
	loop->mailbox.fd = -1;
	loop->alarm_us = INT64_MAX;
	loop->base = base_new(settings);
	if (loop->base != NULL)
		loop->alarm = evtimer_new(loop->base, alarm_rings, loop);
	if (loop->alarm == NULL || loop_mailbox_open(loop) < 0) {
		loop_free(loop);
		return NULL;
	}
	return loop;
}

static void
release_all(struct loop *loop)
{
	struct loop_signal *signal, *signal_following;
	struct loop_watch *watch, *watch_following;

	for (signal = LIST_FIRST(&loop->signals); signal != NULL; signal = signal_following) {
		signal_following = LIST_NEXT(signal, next);
		loop_signal_free(signal);
	}
	for (watch = LIST_FIRST(&loop->watches); watch != NULL; watch = watch_following) {
		watch_following = LIST_NEXT(watch, next);
		loop_watch_free(watch);
	}
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	assert(!loop->is_running);
	loop_pool_end(loop);
	loop->stopping = false;
	if (loop->mailbox.watch != NULL)
		loop_mailbox_empty(loop);
	loop_children_free(loop);
	loop_mailbox_close(loop);
	loop_pool_close(&loop->pool);
	loop_timers_free(loop);
	release_all(loop);
	if (loop->alarm != NULL)
		event_free(loop->alarm);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (logged == loop)
		logged = NULL;
	free(loop);
}

static int
loop_pass(struct loop *loop, int flags)
{
	assert(!loop->is_running);
	loop->is_running = true;
	int rc = event_base_loop(loop->base, flags);
	loop->is_running = false;
	return rc < 0 ? -EIO : 0;
}

int
loop_run(struct loop *loop)
{
	int rc = 0;

	while (!loop->stopping && rc == 0)
		rc = loop_pass(loop, EVLOOP_NO_EXIT_ON_EMPTY);
	loop->stopping = false;
	return rc;
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
	event_base_loopbreak(loop->base);
}

void
loop_turn(struct loop *loop, bool wait)
{
	loop_pass(loop, wait ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
	if (loop->settings.clock == LOOP_CLOCK_STEP) {
		loop->is_running = true;
		loop_timers_run(loop);
		loop->is_running = false;
	}
}

/* Runs what is ready, what that makes ready, and what other threads still owe. */
static void
loop_settle(struct loop *loop)
{
	for (unsigned pass = 0; !loop->stopping; pass++) {
		uint64_t calls = loop->calls;
		loop_turn(loop, false);
		if (loop->calls != calls && pass < SETTLE_PASSES)
			continue;
		if (atomic_load(&loop->expected) <= 0)
			break;
		loop_turn(loop, true);
		pass = 0;
	}
}

void
loop_step(struct loop *loop, int64_t ms)
{
	assert(loop->settings.clock == LOOP_CLOCK_STEP && ms >= 0);
	int64_t end_us = loop_now_us(loop) + ms * 1000;

	loop_settle(loop);
	for (int64_t next_us; (next_us = loop_timers_next_us(loop)) <= end_us && !loop->stopping;) {
		if (next_us > loop_now_us(loop))
			atomic_store(&loop->step_us, next_us);
		loop_settle(loop);
	}
	if (!loop->stopping)
		atomic_store(&loop->step_us, end_us);
	loop->stopping = false;
}

/* Descriptors. */

static void
watch_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *watch = arg;
	struct loop *loop = watch->loop;
	struct loop_owner *owner = watch->owner;
	unsigned events =
	    ((what & EV_READ) != 0 ? LOOP_READ : 0u) | ((what & EV_WRITE) != 0 ? LOOP_WRITE : 0u);

	(void)fd;
	struct loop_lap lap = loop_lap_begin();
	watch->fn(watch->arg, events); /* may free the watch */
	loop_lap_end(loop, owner, lap);
}

static int
watch_start(struct loop_watch *watch, unsigned events)
{
	int what = EV_PERSIST | ((events & LOOP_READ) != 0 ? EV_READ : 0) |
	    ((events & LOOP_WRITE) != 0 ? EV_WRITE : 0);

	watch->events = events;
	if (events == 0)
		return 0;
	if (watch->event == NULL)
		watch->event = event_new(watch->loop->base, watch->fd, (short)what, watch_ready, watch);
	else
		event_assign(watch->event, watch->loop->base, watch->fd, (short)what, watch_ready, watch);
	return watch->event != NULL && event_add(watch->event, NULL) == 0 ? 0 : -ENOMEM;
}

struct loop_watch *
loop_watch_new(struct loop *loop, struct loop_owner *owner, int fd, unsigned events,
    void (*fn)(void *arg, unsigned events), void *arg)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	*watch = (struct loop_watch){ .loop = loop, .owner = owner, .fd = fd, .fn = fn, .arg = arg };
	LIST_INSERT_HEAD(&loop->watches, watch, next);
	if (watch_start(watch, events) < 0) {
		loop_watch_free(watch);
		return NULL;
	}
	return watch;
}

void
loop_watch_set(struct loop_watch *watch, unsigned events)
{
	if (watch->events == events)
		return;
	if (watch->event != NULL)
		event_del(watch->event);
	watch_start(watch, events);
}

void
loop_watch_free(struct loop_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->event != NULL)
		event_free(watch->event);
	LIST_REMOVE(watch, next);
	free(watch);
}

/* Signals. */

static void
signal_came(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *signal = arg;
	struct loop *loop = signal->loop;
	struct loop_owner *owner = signal->owner;

	(void)what;
	struct loop_lap lap = loop_lap_begin();
	signal->fn(signal->arg, signo); /* may free the signal */
	loop_lap_end(loop, owner, lap);
}

struct loop_signal *
loop_signal_new(
    struct loop *loop, struct loop_owner *owner, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	struct loop_signal *signal = calloc(1, sizeof(*signal));

	if (signal == NULL)
		return NULL;
	*signal = (struct loop_signal){ .loop = loop, .owner = owner, .fn = fn, .arg = arg };
	LIST_INSERT_HEAD(&loop->signals, signal, next);
	signal->event = evsignal_new(loop->base, signo, signal_came, signal);
	if (signal->event == NULL || event_add(signal->event, NULL) != 0) {
		loop_signal_free(signal);
		return NULL;
	}
	return signal;
}

void
loop_signal_free(struct loop_signal *signal)
{
	if (signal == NULL)
		return;
	if (signal->event != NULL)
		event_free(signal->event);
	LIST_REMOVE(signal, next);
	free(signal);
}
