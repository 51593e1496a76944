/* SPDX-License-Identifier: ISC */
#include "agent/alarm/list/deadline.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/view/skip.h"

#define ROUND 200 /* deadlines of one callback, which must not take long */

struct deadlines {
	struct loop *loop;
	struct skip *order;
	struct loop_timer *timer;
	uint64_t serial;
	void (*due)(void *arg, struct deadline *deadline);
	void *arg;
};

static int
compare(const void *item, const void *key)
{
	const struct deadline *a = item, *b = key;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void
timer_start(struct deadlines *d)
{
	const struct deadline *first = skip_first(d->order);
	int64_t left_ms = first != NULL ? first->at_ms - loop_now_ms(d->loop) : 0;

	if (first != NULL)
		loop_timer_start(d->timer, left_ms > 0 ? left_ms : 0);
}

static void
ring(void *arg)
{
	struct deadlines *d = arg;
	struct deadline *first;

	for (int i = 0; i < ROUND && (first = skip_first(d->order)) != NULL; i++) {
		if (first->at_ms > loop_now_ms(d->loop))
			break;
		deadline_clear(d, first);
		d->due(d->arg, first);
	}
	timer_start(d);
}

struct deadlines *
deadlines_new(
    struct loop *loop, struct loop_owner *owner, void (*due)(void *arg, struct deadline *deadline), void *arg)
{
	struct deadlines *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->loop = loop;
	d->due = due;
	d->arg = arg;
	d->order = skip_new(compare);
	d->timer = loop_timer_new(loop, owner, ring, d);
	if (d->order == NULL || d->timer == NULL) {
		deadlines_free(d);
		return NULL;
	}
	return d;
}

void
deadlines_free(struct deadlines *d)
{
	if (d == NULL)
		return;
	loop_timer_free(d->timer);
	skip_free(d->order);
	free(d);
}

int
deadline_set(struct deadlines *d, struct deadline *deadline, int64_t at_ms)
{
	deadline_clear(d, deadline);
	*deadline = (struct deadline){ .at_ms = at_ms, .serial = ++d->serial };
	int rc = skip_insert(d->order, deadline, deadline);
	if (rc < 0) {
		deadline->at_ms = 0;
		return rc;
	}
	/* The timer may ring for one that was moved since: it then waits for the next. */
	if (!loop_timer_is_running(d->timer) || skip_first(d->order) == deadline)
		timer_start(d);
	return 0;
}

void
deadline_clear(struct deadlines *d, struct deadline *deadline)
{
	if (deadline->at_ms != 0)
		skip_remove(d->order, deadline);
	deadline->at_ms = 0;
}
