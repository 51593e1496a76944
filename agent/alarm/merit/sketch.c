/* SPDX-License-Identifier: ISC */
/* The space-saving sketch, as an array in falling order of counts. */
#include "agent/alarm/merit/sketch.h"

#include <string.h>

static uint32_t
sketch_find(const struct sketch *s, uint64_t key)
{
	uint32_t i = 0;

	while (i < s->used && s->items[i].key != key)
		i++;
	return i;
}

/* The first place, up to `at`, whose count is less than `count`; `at` itself when there is none. */
static uint32_t
sketch_place(const struct sketch *s, uint32_t at, uint32_t count)
{
	uint32_t low = 0, high = at;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (s->items[middle].count < count)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a + b < a ? UINT32_MAX : a + b;
}

void
sketch_add(struct sketch *s, uint64_t key, uint32_t n, uint32_t error, uint32_t example)
{
	uint32_t at = sketch_find(s, key);

	if (at == s->used && at < SKETCH_SIZE)
		s->items[s->used++] = (struct sketch_item){ .key = key };
	else if (at == s->used) { /* it takes the place, and the count, of the last one */
		uint32_t count = s->items[--at].count;
		s->items[at] = (struct sketch_item){ .key = key, .count = count, .error = count };
	}
	struct sketch_item item = s->items[at];
	item.count = sum(item.count, n);
	item.error = sum(item.error, error);
	item.example = example;
	uint32_t to = sketch_place(s, at, item.count);
	if (n == 1 && at > to) /* those between have one count: the first of them changes places with it */
		s->items[at] = s->items[to];
	else
		memmove(&s->items[to + 1], &s->items[to], (at - to) * sizeof(item));
	s->items[to] = item;
}

void
sketch_reset(struct sketch *s)
{
	s->used = 0;
}
