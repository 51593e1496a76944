/* SPDX-License-Identifier: ISC */
/* loop.h's timers and posts on a stepped clock and nothing else: no call of the system, so that millions of sequences take minutes. */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/loop/loop.h"

struct loop_timer {
	LIST_ENTRY(loop_timer) next;
	TAILQ_ENTRY(loop_timer) in_running;
	struct loop *loop;
	int64_t due_ms;
	bool is_running;
	bool is_idle; /* for ever */
	void (*fn)(void *arg);
	void *arg;
};

struct post {
	TAILQ_ENTRY(post) next;
	struct loop_owner *owner;
	void (*fn)(void *arg);
	void *arg;
};

struct loop {
	int64_t now_ms;
	LIST_HEAD(, loop_timer) timers;
	TAILQ_HEAD(running, loop_timer) running; /* by time, and as they were started */
	TAILQ_HEAD(, post) posts;
};

struct loop *
loop_new(const struct loop_settings *settings)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	(void)settings;
	loop->now_ms = 1;
	LIST_INIT(&loop->timers);
	TAILQ_INIT(&loop->running);
	TAILQ_INIT(&loop->posts);
	return loop;
}

void
loop_free(struct loop *loop)
{
	struct loop_timer *timer;

	while ((timer = LIST_FIRST(&loop->timers)) != NULL)
		loop_timer_free(timer);
	free(loop);
}

int64_t
loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

int64_t
loop_utc_ms(const struct loop *loop)
{
	return INT64_C(1767225600000) + loop->now_ms; /* 2026-01-01 */
}

unsigned
loop_scale(const struct loop *loop)
{
	(void)loop;
	return 1;
}

struct loop_timer *
loop_timer_new(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	timer->loop = loop;
	/* The model looks for stale readings many times a second; here it has no sensors. */
	timer->is_idle = strcmp(owner->name, "model") == 0;
	timer->fn = fn;
	timer->arg = arg;
	LIST_INSERT_HEAD(&loop->timers, timer, next);
	return timer;
}

void
loop_timer_stop(struct loop_timer *timer)
{
	if (timer->is_running)
		TAILQ_REMOVE(&timer->loop->running, timer, in_running);
	timer->is_running = false;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	struct loop_timer *before;

	loop_timer_stop(timer);
	if (timer->is_idle)
		return;
	timer->due_ms = timer->loop->now_ms + (delay_ms > 0 ? delay_ms : 0);
	timer->is_running = true;
	TAILQ_FOREACH_REVERSE(before, &timer->loop->running, running, in_running)
	if (before->due_ms <= timer->due_ms) {
		TAILQ_INSERT_AFTER(&timer->loop->running, before, timer, in_running);
		return;
	}
	TAILQ_INSERT_HEAD(&timer->loop->running, timer, in_running);
}

bool
loop_timer_is_running(const struct loop_timer *timer)
{
	return timer->is_running;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	loop_timer_stop(timer);
	LIST_REMOVE(timer, next);
	free(timer);
}

int
loop_post(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg)
{
	struct post *post = calloc(1, sizeof(*post));

	*post = (struct post){ .owner = owner, .fn = fn, .arg = arg };
	TAILQ_INSERT_TAIL(&loop->posts, post, next);
	return 0;
}

void
loop_post_drop(struct loop *loop, const struct loop_owner *owner)
{
	struct post *post, *next;

	for (post = TAILQ_FIRST(&loop->posts); post != NULL; post = next) {
		next = TAILQ_NEXT(post, next);
		if (post->owner != owner)
			continue;
		TAILQ_REMOVE(&loop->posts, post, next);
		free(post);
	}
}

void
loop_step(struct loop *loop, int64_t ms)
{
	int64_t end_ms = loop->now_ms + ms;
	struct post *post;
	struct loop_timer *timer;

	for (;;) {
		while ((post = TAILQ_FIRST(&loop->posts)) != NULL) {
			TAILQ_REMOVE(&loop->posts, post, next);
			post->fn(post->arg);
			free(post);
		}
		timer = TAILQ_FIRST(&loop->running);
		if (timer == NULL || timer->due_ms > end_ms)
			break;
		if (timer->due_ms > loop->now_ms)
			loop->now_ms = timer->due_ms;
		loop_timer_stop(timer);
		timer->fn(timer->arg);
	}
	loop->now_ms = end_ms;
}

/* No job takes long here. */
int
loop_work(struct loop *loop, struct loop_owner *owner, int (*fn)(void *arg), void (*done)(void *arg, int rc),
    void *arg)
{
	(void)loop;
	(void)owner;
	done(arg, fn(arg));
	return 0;
}
