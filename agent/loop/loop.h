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

/* Whose callbacks: embedded by the module or plugin that registers them; must outlive what it registered. */
struct loop_owner {
	const char *name;
	uint64_t calls;
	int64_t cpu_ns;         /* all callbacks so far */
	int64_t longest_ns;     /* CPU time of the longest callback */
	uint64_t overstays;     /* callbacks over the limit, by CPU or by wall time */
	int64_t longest_wall_ns;
};

enum loop_clock {
	LOOP_CLOCK_REAL, /* `scale` times as fast as the real one; 1 in production */
	LOOP_CLOCK_STEP, /* stands still until loop_step(): for tests */
};

struct loop_settings {
	enum loop_clock clock;
	unsigned scale;       /* 0 means 1 */
	int64_t utc_start_ms; /* STEP: the UTC time at which the clock stands; 0: 2026-01-01 */
	unsigned threads;     /* of the work pool; 0 means 2 */
	int64_t overstay_ms;  /* a callback longer than this is an overstay; 0 means 250 */
	/* Told of each overstay, after the callback returned; may be NULL. */
	void (*on_overstay)(void *arg, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns);
	void *arg;
};

struct loop *loop_new(const struct loop_settings *settings); /* NULL: out of memory or descriptors */
void loop_free(struct loop *loop);                           /* joins the pool first; what is still registered is released */
int loop_run(struct loop *loop);                             /* until loop_stop(); 0 or a negative errno */
void loop_stop(struct loop *loop);

/* Time. Monotonic starts near 0 with the process; both run on the scaled clock. Any thread. */
int64_t loop_now_ms(const struct loop *loop);
int64_t loop_utc_ms(const struct loop *loop);
unsigned loop_scale(const struct loop *loop);
/* STEP: moves the clock, running each timer at its own time, and whatever is ready; also finishes posted and done work. */
void loop_step(struct loop *loop, int64_t ms);
/* Any clock: runs what is ready now, without waiting (`wait` false) or after waiting for one event. */
void loop_turn(struct loop *loop, bool wait);

/* Timers: created idle; one shot; re-armed by loop_timer_start() from their own callback if wanted. */
struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg);
void loop_timer_start(struct loop_timer *timer, int64_t delay_ms); /* replaces an earlier start */
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_is_running(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* also from its own callback; NULL is fine */

/* Descriptors: level-triggered; the caller owns and closes `fd`, after loop_watch_free(). */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
struct loop_watch;
struct loop_watch *loop_watch_new(struct loop *loop, struct loop_owner *owner, int fd, unsigned events,
    void (*fn)(void *arg, unsigned events), void *arg);
void loop_watch_set(struct loop_watch *watch, unsigned events); /* 0: none for now */
void loop_watch_free(struct loop_watch *watch);                 /* also from its own callback */

struct loop_signal;
struct loop_signal *loop_signal_new(struct loop *loop, struct loop_owner *owner, int signo, void (*fn)(void *arg, int signo), void *arg);
void loop_signal_free(struct loop_signal *signal);

/* Runs `fn(arg)` on the loop thread soon, in the order of the calls. Any thread. Returns 0 or -ENOMEM. */
int loop_post(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg);

/*
 * Runs `fn(arg)` on a thread of the pool, then `done(arg, rc)` on the loop thread with what `fn` returned. `fn` must not touch the model
 * or any loop function. Bounded: -EAGAIN when 1024 jobs wait. At loop_free() jobs not begun are given to done(arg, -ECANCELED).
 */
int loop_work(struct loop *loop, struct loop_owner *owner, int (*fn)(void *arg), void (*done)(void *arg, int rc), void *arg);

/*
 * Worker processes: a program with one end of a SEQPACKET-like stream as its descriptor 3; messages are framed (32-bit length), whole, in order.
 * A child dies with the agent (PR_SET_PDEATHSIG) and holds no other descriptor of it than 0, 1, 2 and 3. `on_message`
 * gets each message (borrowed); `on_exit` once, after the last message, with the wait status; then the child is freed by the loop.
 */
#define LOOP_MESSAGE_MAX (4u << 20) /* octets; a longer frame from a child counts as its death (-EMSGSIZE) */
struct loop_child;
struct loop_child_calls {
	void (*on_message)(void *arg, const void *data, size_t len);
	void (*on_exit)(void *arg, int status);
	void *arg;
};
struct loop_child *loop_child_spawn(struct loop *loop, struct loop_owner *owner, const char *const *argv,
    const struct loop_child_calls *calls);
/* Queues a message; -EAGAIN when 64 MiB wait already, -EPIPE when it is dead. */
int loop_child_send(struct loop_child *child, const void *data, size_t len);
void loop_child_stop(struct loop_child *child); /* closes its socket; kills it after 2 s; on_exit still comes */
int loop_child_pid(const struct loop_child *child);

/* The other end, inside a worker: the same framing over descriptor 3. `on_close`: the agent is gone; the worker should end. */
struct loop_parent;
struct loop_parent *loop_parent_new(struct loop *loop, struct loop_owner *owner, int fd,
    void (*on_message)(void *arg, const void *data, size_t len), void (*on_close)(void *arg), void *arg);
int loop_parent_send(struct loop_parent *parent, const void *data, size_t len);
void loop_parent_free(struct loop_parent *parent);

#endif
