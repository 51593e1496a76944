/* SPDX-License-Identifier: ISC */
/*
 * The one owner of libevent: timers, descriptors, signals, work on threads, worker processes, and the source of all time.
 *
 * One thread, the loop thread, owns the model and runs every callback; a function here may be called from it alone unless it says
 * otherwise. No callback may block. Each runs on behalf of an owner (a plugin, a module), whose CPU time is counted, so that
 * the one that overstays can be named.
 */
#ifndef AGENT_LOOP_LOOP_H
#define AGENT_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/*
 * Whose callbacks: embedded by the module or plugin that registers them; must outlive what it registered. Where a function below
 * takes an owner, NULL means that nobody is counted or named.
 */
struct loop_owner {
	const char *name;
	uint64_t calls;
	int64_t cpu_ns;     /* all callbacks so far */
	int64_t longest_ns; /* CPU time of the longest callback */
	uint64_t overstays; /* callbacks over the limit, by CPU or by wall time */
	int64_t longest_wall_ns;
};

enum loop_clock {
	LOOP_CLOCK_REAL, /* `scale` times as fast as the real one; 1 in production */
	LOOP_CLOCK_STEP, /* stands still until loop_step(): for tests */
};

/* Where a REAL clock began: on the machine's monotonic clock, and in UTC. */
struct loop_epoch {
	int64_t start_us, utc_ms;
};

struct loop_settings {
	enum loop_clock clock;
	unsigned scale;       /* 0 means 1 */
	int64_t utc_start_ms; /* STEP: the UTC time at which the clock stands; 0: 2026-01-01 */
	struct loop_epoch
	    epoch; /* REAL: of another process, whose clock this loop shall share (a worker: its agent's); 0: begins now */
	unsigned threads;    /* of the work pool; 0 means 2; started by the first loop_work() */
	int64_t overstay_ms; /* a callback longer than this (real time) is an overstay; 0 means 250 */
	/* Told of each overstay, after the callback returned; may be NULL. */
	void (*on_overstay)(void *arg, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns);
	/* What the event library has to say: warnings and errors of its own. One line without newline. May be NULL. */
	void (*on_log)(void *arg, const char *message);
	void *arg;
};

struct loop *loop_new(const struct loop_settings *settings); /* NULL: out of memory or descriptors */
/*
 * Joins the pool, then runs what was posted and is not yet run (a job not begun: done(arg, -ECANCELED)), kills and reaps the
 * children (no on_exit), and releases what is still registered. A module that is freed before the loop calls loop_post_drop() first.
 */
void loop_free(struct loop *loop);
int loop_run(struct loop *loop);   /* until loop_stop(); 0 or a negative errno */
void loop_stop(struct loop *loop); /* after the running callback; before loop_run(): that returns at once */

/* The longest stretch so far without a turn for others, by CPU time: mostly one callback, or a run of messages of one worker. */
struct loop_longest {
	const char *owner; /* of its longest callback; "loop": none was long */
	int64_t cpu_ns;
	int64_t wall_ns; /* of that same stretch */
};
struct loop_longest loop_longest(const struct loop *loop);

/* Time. Monotonic starts near 0 with the process (or at its epoch); both run on the scaled clock. Any thread. */
int64_t loop_now_ms(const struct loop *loop);
int64_t loop_utc_ms(const struct loop *loop);
unsigned loop_scale(const struct loop *loop);
struct loop_epoch loop_epoch(const struct loop *loop);
/*
 * STEP: moves the clock, running each timer at its own time, and whatever is ready; also waits for work that was handed out
 * (loop_work(), loop_expect()) and for its consequences, so that what a test sees afterwards does not depend on threads.
 */
void loop_step(struct loop *loop, int64_t ms);
/* Any clock: runs what is ready now, without waiting (`wait` false) or after waiting for one event. */
void loop_turn(struct loop *loop, bool wait);

/*
 * Timers: created idle; one shot; re-armed by loop_timer_start() from their own callback if wanted. Those due at the same time run in the
 * order in which they were started. Starting and stopping costs O(log n), n may be 100,000s.
 */
struct loop_timer;
struct loop_timer *loop_timer_new(
    struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg); /* NULL: out of memory */
void loop_timer_start(
    struct loop_timer *timer, int64_t delay_ms); /* replaces an earlier start; never early, below 0 means 0 */
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_is_running(const struct loop_timer *timer); /* false in its own callback */
void loop_timer_free(struct loop_timer *timer);             /* also from its own callback; NULL is fine */

/* Descriptors: level-triggered; the caller owns and closes `fd`, after loop_watch_free(). */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
struct loop_watch;
/* NULL: out of memory, or a descriptor that cannot be watched (a regular file). */
struct loop_watch *loop_watch_new(struct loop *loop, struct loop_owner *owner, int fd, unsigned events,
    void (*fn)(void *arg, unsigned events), void *arg);
void loop_watch_set(struct loop_watch *watch, unsigned events); /* 0: none for now */
void loop_watch_free(struct loop_watch *watch);                 /* also from its own callback; NULL is fine */

struct loop_signal;
struct loop_signal *loop_signal_new(
    struct loop *loop, struct loop_owner *owner, int signo, void (*fn)(void *arg, int signo), void *arg);
void loop_signal_free(struct loop_signal *signal); /* NULL is fine */

/* Runs `fn(arg)` on the loop thread soon, in the order of the calls. Any thread. Returns 0 or -ENOMEM. */
int loop_post(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg);
/* Forgets what was posted for `owner` and is not yet run (loop_post() only, not loop_work()). Any thread. */
void loop_post_drop(struct loop *loop, const struct loop_owner *owner);

/*
 * For a module with a thread of its own: +1 when it hands that thread something whose outcome will be posted, -1 in the posted
 * callback. loop_step() waits until the sum is 0. Any thread.
 */
void loop_expect(struct loop *loop, int change);

/*
 * Runs `fn(arg)` on a thread of the pool, then `done(arg, rc)` on the loop thread with what `fn` returned. `fn` must not touch the model
 * or any loop function but the time. Bounded: -EAGAIN when 1024 jobs wait, -ENOMEM; then neither is called.
 */
int loop_work(struct loop *loop, struct loop_owner *owner, int (*fn)(void *arg),
    void (*done)(void *arg, int rc), void *arg);

/*
 * Worker processes: a program with one end of a stream socket as its descriptor 3; messages are framed (32-bit length, host's order),
 * whole, in order. A child dies with the agent (PR_SET_PDEATHSIG), has default signal handling, and holds no other descriptor of the agent
 * than 0, 1, 2 and 3. `on_message` gets each message (borrowed); `on_exit` comes once, after the last message, with the wait
 * status, or -EMSGSIZE when it was killed for a frame that is too long; then the child is freed by the loop. A child that closes its
 * socket and lives on is killed like one that ignores loop_child_stop().
 */
#define LOOP_MESSAGE_MAX     (4u << 20)  /* octets */
#define LOOP_MESSAGES_QUEUED (64u << 20) /* octets that may wait to be sent */
struct loop_child;
struct loop_child_calls {
	void (*on_message)(void *arg, const void *data, size_t len);
	void (*on_exit)(void *arg, int status);
	void *arg;
};
/* argv[0] is the program's path. NULL with errno: also when the program cannot be executed. */
struct loop_child *loop_child_spawn(struct loop *loop, struct loop_owner *owner, const char *const *argv,
    const struct loop_child_calls *calls);
/* Queues a message; -EAGAIN when 64 MiB wait already, -EMSGSIZE, -ENOMEM, -EPIPE when it is dead or told to stop. */
int loop_child_send(struct loop_child *child, const void *data, size_t len);
void loop_child_stop(
    struct loop_child *child); /* closes its socket; kills it after 2 s of real time; on_exit still comes */
int loop_child_pid(const struct loop_child *child);

/* The other end, inside a worker: the same framing over descriptor 3, which it owns. `on_close`: the agent is gone; the worker should end. */
struct loop_parent;
struct loop_parent *loop_parent_new(struct loop *loop, struct loop_owner *owner, int fd,
    void (*on_message)(void *arg, const void *data, size_t len), void (*on_close)(void *arg), void *arg);
int loop_parent_send(struct loop_parent *parent, const void *data, size_t len); /* as loop_child_send() */
void loop_parent_free(struct loop_parent *parent); /* also from its own callbacks; NULL is fine */

#endif
