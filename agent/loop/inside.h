/* SPDX-License-Identifier: ISC */
/* What the files of the loop know of each other. */
#ifndef AGENT_LOOP_INSIDE_H
#define AGENT_LOOP_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "agent/loop/loop.h"

/* A callback that waits in the mailbox for the loop thread; part of what it belongs to, so that delivery cannot fail. */
struct loop_letter {
	STAILQ_ENTRY(loop_letter) next;
	struct loop_owner *owner;
	void (*open)(
	    struct loop *loop, struct loop_letter *letter); /* on the loop thread; frees the letter */
	bool droppable;
};
STAILQ_HEAD(loop_letters, loop_letter);

struct loop_mailbox {
	pthread_mutex_t lock;
	struct loop_letters letters;
	struct loop_watch *watch;
	int fd; /* eventfd; readable while there are letters */
};

struct loop_pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	STAILQ_HEAD(, loop_job) jobs; /* not begun */
	unsigned waiting;
	unsigned started; /* threads that run */
	pthread_t *threads;
	bool ending;
};

/* A timer's place in the order lies in the heap itself: finding it must not touch the timers, which are spread over memory. */
struct loop_heap_item {
	int64_t due_us;
	uint64_t order; /* among equals: of the start */
	struct loop_timer *timer;
};

struct loop_heap {
	struct loop_heap_item *items;
	size_t count, capacity,
	    timers;       /* in the heap; room; all that exist: room is made when a timer is created */
	uint64_t started; /* counts starts: the order among equals */
	LIST_HEAD(, loop_timer) all;
};

struct loop {
	struct loop_settings settings;
	int64_t start_us, utc_start_ms;
	_Atomic int64_t step_us; /* STEP: now */
	struct event_base *base;
	struct event *alarm; /* for the head of the heap */
	int64_t alarm_us;    /* when it rings; INT64_MAX: not set */
	bool stopping, is_running;
	uint64_t calls;
	struct loop_longest longest;
	int64_t longest_end_ns;
	struct loop_heap heap;
	struct loop_mailbox mailbox;
	struct loop_pool pool;
	atomic_int expected; /* letters to come from other threads */
	LIST_HEAD(, loop_watch) watches;
	LIST_HEAD(, loop_signal) signals;
	LIST_HEAD(, loop_child) children;
};

/* A callback under measurement. */
struct loop_lap {
	int64_t cpu_ns, wall_ns;
};
struct loop_lap loop_lap_begin(void);
/* Returns where the next lap begins: in a row of callbacks each end is a beginning, and a reading of the CPU clock is a system call. */
struct loop_lap loop_lap_end(struct loop *loop, struct loop_owner *owner, struct loop_lap lap);
/* True: the lap has been short so far, and the owner's next callback may be part of it: thousands of timers cost no system call each. */
bool loop_lap_share(struct loop *loop, struct loop_owner *owner, struct loop_lap lap);

/* clock.c */
int64_t loop_clock_us(void); /* the real monotonic one */
void loop_clock_start(struct loop *loop);
int64_t loop_now_us(const struct loop *loop);

/* timer.c */
void loop_timers_run(struct loop *loop);              /* those due now */
int64_t loop_timers_next_us(const struct loop *loop); /* when the next is due; INT64_MAX: none */
void loop_timers_free(struct loop *loop);
/* loop.c: the head of the heap changed */
void loop_alarm_set(struct loop *loop);

/* work.c */
int loop_mailbox_open(struct loop *loop);
void loop_mailbox_put(struct loop *loop, struct loop_letter *letter);
void loop_mailbox_empty(struct loop *loop);
void loop_mailbox_close(struct loop *loop);
void loop_pool_open(struct loop_pool *pool);
void loop_pool_end(struct loop *loop); /* joins; what was not begun is put in the mailbox */
void loop_pool_close(struct loop_pool *pool);

/* stream.c: frames over a socket */
struct loop_stream {
	struct loop *loop;
	struct loop_owner *owner;
	struct loop_watch *watch;
	int fd; /* -1: closed */
	struct loop_buffer {
		char *data;
		size_t start, len, capacity;
	} in, out;
	void (*on_message)(void *arg, const void *data, size_t len);
	void (*on_close)(void *arg, int rc); /* 0: end of file; the stream is closed already */
	void *arg;
	bool *gone; /* while it reads: set by loop_stream_close() */
};
int
loop_stream_open(struct loop_stream *stream); /* from loop, owner, fd, calls; takes the fd, also on failure */
int loop_stream_send(struct loop_stream *stream, const void *data, size_t len);
void loop_stream_drain(struct loop_stream *stream); /* reads what is there */
void loop_stream_close(struct loop_stream *stream); /* also from its own callbacks; idempotent */

/* child.c */
void loop_children_free(struct loop *loop);

#endif
