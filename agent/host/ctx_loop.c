/* SPDX-License-Identifier: ISC */
/* Services of the loop: timers, descriptors, work. What a plugin leaves is released here. */
#include <errno.h>
#include <stdlib.h>

#include "agent/host/ctx_loop.h"

struct towerd_timer {
	LIST_ENTRY(towerd_timer) next;
	struct ctx_loop *held;
	struct loop_timer *timer;
	void (*fn)(struct towerd_ctx *ctx, void *arg);
	void *arg;
};

struct towerd_watch {
	LIST_ENTRY(towerd_watch) next;
	struct ctx_loop *held;
	struct loop_watch *watch;
	void (*fn)(struct towerd_ctx *ctx, void *arg, unsigned events);
	void *arg;
};

static void
timer_rings(void *arg)
{
	struct towerd_timer *timer = arg;

	timer->fn(timer->held->ctx, timer->arg); /* may free the timer */
}

static void
serve_timer_free(struct towerd_timer *timer)
{
	if (timer == NULL)
		return;
	loop_timer_free(timer->timer);
	LIST_REMOVE(timer, next);
	free(timer);
}

static struct towerd_timer *
serve_timer_new(struct towerd_ctx *ctx, void (*fn)(struct towerd_ctx *ctx, void *arg), void *arg)
{
	struct ctx_loop *held = ctx_loop_of(ctx);
	struct towerd_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	*timer = (struct towerd_timer){ .held = held, .fn = fn, .arg = arg };
	LIST_INSERT_HEAD(&held->timers, timer, next);
	timer->timer = loop_timer_new(held->loop, held->owner, timer_rings, timer);
	if (timer->timer != NULL)
		return timer;
	serve_timer_free(timer);
	return NULL;
}

static void
serve_timer_start(struct towerd_timer *timer, int64_t delay_ms)
{
	loop_timer_start(timer->timer, delay_ms);
}

static void
serve_timer_stop(struct towerd_timer *timer)
{
	loop_timer_stop(timer->timer);
}

static void
watch_is_ready(void *arg, unsigned events)
{
	struct towerd_watch *watch = arg;

	watch->fn(watch->held->ctx, watch->arg, events); /* may free the watch */
}

static void
serve_watch_free(struct towerd_watch *watch)
{
	if (watch == NULL)
		return;
	loop_watch_free(watch->watch);
	LIST_REMOVE(watch, next);
	free(watch);
}

static struct towerd_watch *
serve_watch_new(struct towerd_ctx *ctx, int fd, unsigned events,
    void (*fn)(struct towerd_ctx *ctx, void *arg, unsigned events), void *arg)
{
	struct ctx_loop *held = ctx_loop_of(ctx);
	struct towerd_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	*watch = (struct towerd_watch){ .held = held, .fn = fn, .arg = arg };
	LIST_INSERT_HEAD(&held->watches, watch, next);
	watch->watch = loop_watch_new(held->loop, held->owner, fd, events, watch_is_ready, watch);
	if (watch->watch != NULL)
		return watch;
	serve_watch_free(watch);
	return NULL;
}

static void
serve_watch_set(struct towerd_watch *watch, unsigned events)
{
	loop_watch_set(watch->watch, events);
}

void
ctx_loop_release(struct ctx_loop *held)
{
	while (!LIST_EMPTY(&held->timers))
		serve_timer_free(LIST_FIRST(&held->timers));
	while (!LIST_EMPTY(&held->watches))
		serve_watch_free(LIST_FIRST(&held->watches));
}

/* Work. */

struct job {
	struct ctx_loop *held;
	int (*fn)(void *arg);
	void (*done)(struct towerd_ctx *ctx, void *arg, int rc);
	void *arg;
};

static int
job_run(void *arg)
{
	const struct job *job = arg;

	return job->fn(job->arg);
}

static void
job_done(void *arg, int rc)
{
	struct job *job = arg;

	job->held->jobs--;
	job->done(job->held->ctx, job->arg, rc);
	free(job);
}

static int
serve_work(struct towerd_ctx *ctx, int (*fn)(void *arg),
    void (*done)(struct towerd_ctx *ctx, void *arg, int rc), void *arg)
{
	struct ctx_loop *held = ctx_loop_of(ctx);
	struct job *job = malloc(sizeof(*job));

	if (job == NULL)
		return -ENOMEM;
	*job = (struct job){ held, fn, done, arg };
	int rc = loop_work(held->loop, held->owner, job_run, job_done, job);
	if (rc < 0)
		free(job);
	else
		held->jobs++;
	return rc;
}

void
ctx_loop_fill(struct towerd_host *services)
{
	services->timer_new = serve_timer_new;
	services->timer_start = serve_timer_start;
	services->timer_stop = serve_timer_stop;
	services->timer_free = serve_timer_free;
	services->watch_new = serve_watch_new;
	services->watch_set = serve_watch_set;
	services->watch_free = serve_watch_free;
	services->work = serve_work;
}
