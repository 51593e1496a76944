/* SPDX-License-Identifier: ISC */
/*
 * The throttle of RFC 3877 (alarmActiveState): at least two seconds between two told transitions of one model and resource. What comes within
 * is journalled, not told; when the window closes, what was told is compared with what is, and a difference is told as a new record.
 */
#include <errno.h>
#include <stdlib.h>

#include "agent/alarm/list/inside.h"

#define WINDOW_MS 2000

struct window {
	struct link by_pair;
	TAILQ_ENTRY(window) next;
	uint32_t model, resource;
	int64_t closes_ms;           /* monotonic */
	TAILQ_HEAD(, entry) waiting; /* in the order in which they began to wait */
};

static uint64_t
pair_hash(uint32_t model, uint32_t resource)
{
	return hash_number((uint64_t)model << 32 | resource);
}

static struct window *
window_find(const struct alarms *alarms, const struct alarm *a)
{
	uint64_t hash = pair_hash(a->model, a->resource);
	for (struct link *l = table_first(&alarms->windows, hash); l != NULL; l = table_next(l)) {
		struct window *w = LINKED(l, struct window, by_pair);
		if (w->model == a->model && w->resource == a->resource)
			return w;
	}
	return NULL;
}

/* All windows last as long, so the newest closes last. */
static void
window_start(struct alarms *alarms, struct window *w)
{
	w->closes_ms = loop_now_ms(alarms->loop) + WINDOW_MS;
	TAILQ_INSERT_TAIL(&alarms->open_windows, w, next);
	if (!loop_timer_is_running(alarms->window_timer))
		loop_timer_start(alarms->window_timer, WINDOW_MS);
}

static struct window *
window_open(struct alarms *alarms, const struct alarm *a)
{
	struct window *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	TAILQ_INIT(&w->waiting);
	w->model = a->model;
	w->resource = a->resource;
	if (table_insert(&alarms->windows, pair_hash(a->model, a->resource), &w->by_pair) < 0) {
		free(w);
		return NULL;
	}
	window_start(alarms, w);
	return w;
}

bool
throttle_allows(struct alarms *alarms, const struct entry *e)
{
	if (window_find(alarms, &e->alarm) != NULL)
		return false;
	(void)window_open(
	    alarms, &e->alarm); /* without memory for a window, telling too often is better than not at all */
	return true;
}

void
throttle_wait(struct alarms *alarms, struct entry *e)
{
	if (e->window != NULL)
		return;
	struct window *w = window_find(alarms, &e->alarm);
	if (w == NULL)
		w = window_open(alarms, &e->alarm);
	if (w == NULL)
		return;
	e->window = w;
	TAILQ_INSERT_TAIL(&w->waiting, e, in_window);
}

void
throttle_forget(struct entry *e)
{
	if (e->window != NULL)
		TAILQ_REMOVE(&e->window->waiting, e, in_window);
	e->window = NULL;
}

/* The first that is told opens another window, in which the others wait. A clear goes before what was raised behind it: it waited first. */
static void
window_close(struct alarms *alarms, struct window *w)
{
	TAILQ_HEAD(, entry) waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct entry *e;

	table_remove(&alarms->windows, &w->by_pair);
	TAILQ_CONCAT(&waiting, &w->waiting, in_window);
	free(w);
	while ((e = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, e, in_window);
		e->window = NULL;
		settle(alarms, e);
	}
}

static void
windows_close(void *arg)
{
	struct alarms *alarms = arg;
	int64_t now = loop_now_ms(alarms->loop);
	struct window *w;

	while ((w = TAILQ_FIRST(&alarms->open_windows)) != NULL && w->closes_ms <= now) {
		TAILQ_REMOVE(&alarms->open_windows, w, next);
		window_close(alarms, w);
	}
	if (w != NULL)
		loop_timer_start(alarms->window_timer, w->closes_ms - now);
}

int
throttle_new(struct alarms *alarms)
{
	TAILQ_INIT(&alarms->open_windows);
	alarms->window_timer = loop_timer_new(alarms->loop, &alarms->owner, windows_close, alarms);
	return alarms->window_timer != NULL ? 0 : -ENOMEM;
}

void
throttle_free(struct alarms *alarms)
{
	struct window *w;

	while ((w = TAILQ_FIRST(&alarms->open_windows)) != NULL) {
		struct entry *e;
		while ((e = TAILQ_FIRST(&w->waiting)) != NULL)
			throttle_forget(e);
		TAILQ_REMOVE(&alarms->open_windows, w, next);
		free(w);
	}
	table_fini(&alarms->windows);
	loop_timer_free(alarms->window_timer);
}
