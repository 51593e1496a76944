/* SPDX-License-Identifier: ISC */
/* Timers: a heap of our own under every clock, so that order is exact and one event of the library serves them all. */
#include <stdlib.h>

#include "agent/loop/inside.h"

#define IDLE SIZE_MAX
/* Children of each: every step writes to another timer, far away, and of two a hundred thousand timers would need twice as many steps. */
#define ARITY 4

struct loop_timer {
	LIST_ENTRY(loop_timer) next;
	struct loop *loop;
	struct loop_owner *owner;
	void (*fn)(void *arg);
	void *arg;
	size_t place; /* in the heap, or IDLE */
};

static bool
is_before(const struct loop_heap_item *a, const struct loop_heap_item *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void
heap_put(struct loop_heap *heap, size_t place, struct loop_heap_item item)
{
	heap->items[place] = item;
	item.timer->place = place;
}

/* Finds the place of `item`, for which there is a hole at `place`: up, or else down. */
static void
heap_settle(struct loop_heap *heap, size_t place, struct loop_heap_item item)
{
	while (place > 0 && is_before(&item, &heap->items[(place - 1) / ARITY])) {
		heap_put(heap, place, heap->items[(place - 1) / ARITY]);
		place = (place - 1) / ARITY;
	}
	for (size_t child; (child = ARITY * place + 1) < heap->count; place = child) {
		size_t end = child + ARITY < heap->count ? child + ARITY : heap->count;
		for (size_t other = child + 1; other < end; other++)
			if (is_before(&heap->items[other], &heap->items[child]))
				child = other;
		if (!is_before(&heap->items[child], &item))
			break;
		heap_put(heap, place, heap->items[child]);
	}
	heap_put(heap, place, item);
}

static void
heap_remove(struct loop_heap *heap, struct loop_timer *timer)
{
	size_t place = timer->place;
	struct loop_heap_item last = heap->items[--heap->count];

	timer->place = IDLE;
	if (last.timer != timer)
		heap_settle(heap, place, last);
}

struct loop_timer *
loop_timer_new(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg)
{
	struct loop_heap *heap = &loop->heap;

	/* Room for every timer that exists is made here, so that starting one cannot fail. */
	if (heap->timers == heap->capacity) {
		size_t capacity = heap->capacity == 0 ? 64 : 2 * heap->capacity;
		struct loop_heap_item *items = reallocarray(heap->items, capacity, sizeof(*items));
		if (items == NULL)
			return NULL;
		heap->items = items;
		heap->capacity = capacity;
	}
	struct loop_timer *timer = calloc(1, sizeof(*timer));
	if (timer == NULL)
		return NULL;
	*timer = (struct loop_timer){ .loop = loop, .owner = owner, .fn = fn, .arg = arg, .place = IDLE };
	LIST_INSERT_HEAD(&heap->all, timer, next);
	heap->timers++;
	return timer;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	struct loop_heap *heap = &timer->loop->heap;
	int64_t now_us = loop_now_us(timer->loop);

	if (delay_ms < 0)
		delay_ms = 0;
	if (delay_ms > (INT64_MAX - now_us) / 1000 - 1)
		delay_ms = (INT64_MAX - now_us) / 1000 - 1;
	const struct loop_heap_item item = { now_us + delay_ms * 1000, heap->started++, timer };
	heap_settle(heap, timer->place != IDLE ? timer->place : heap->count++, item);
	loop_alarm_set(timer->loop);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	if (timer->place != IDLE)
		heap_remove(&timer->loop->heap, timer);
}

bool
loop_timer_is_running(const struct loop_timer *timer)
{
	return timer->place != IDLE;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	loop_timer_stop(timer);
	LIST_REMOVE(timer, next);
	timer->loop->heap.timers--;
	free(timer);
}

int64_t
loop_timers_next_us(const struct loop *loop)
{
	return loop->heap.count > 0 ? loop->heap.items[0].due_us : INT64_MAX;
}

/* The next timer that is due, of those started before `order`; NULL: none. */
static struct loop_timer *
timer_due(const struct loop *loop, int64_t now_us, uint64_t order)
{
	const struct loop_heap *heap = &loop->heap;

	if (heap->count == 0 || loop->stopping || heap->items[0].due_us > now_us ||
	    heap->items[0].order >= order)
		return NULL;
	return heap->items[0].timer;
}

void
loop_timers_run(struct loop *loop)
{
	struct loop_heap *heap = &loop->heap;
	int64_t now_us = loop_now_us(loop);
	uint64_t order =
	    heap->started; /* one that starts itself anew with 0 must not keep the rest of the loop waiting */

	struct loop_lap lap = loop_lap_begin();
	for (struct loop_timer *timer = timer_due(loop, now_us, order), *next; timer != NULL; timer = next) {
		struct loop_owner *owner = timer->owner;
		heap_remove(heap, timer);
		timer->fn(timer->arg); /* may free the timer */
		next = timer_due(loop, now_us, order);
		if (next == NULL || next->owner != owner || !loop_lap_share(loop, owner, lap))
			lap = loop_lap_end(loop, owner, lap);
	}
}

void
loop_timers_free(struct loop *loop)
{
	struct loop_timer *timer, *following;

	for (timer = LIST_FIRST(&loop->heap.all); timer != NULL; timer = following) {
		following = LIST_NEXT(timer, next);
		loop_timer_free(timer);
	}
	free(loop->heap.items);
}
