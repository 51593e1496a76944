/* SPDX-License-Identifier: ISC */
/* The newest durable records of the journal, in memory: most listeners are never further behind. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store/inside.h"

int
store_entry_fill(struct store_entry *entry, const struct store_record *record)
{
	const char *from[4] = { record->type, record->actor, record->object, record->body };
	const char **to[4] = { &entry->record.type, &entry->record.actor, &entry->record.object,
		&entry->record.body };
	size_t size = 0;

	for (int i = 0; i < 4; i++)
		size += strlen(from[i]) + 1;
	char *text = entry->texts = malloc(size);
	if (text == NULL)
		return -ENOMEM;
	entry->record.number = record->number;
	entry->record.time_ms = record->time_ms;
	for (int i = 0; i < 4; i++) {
		*to[i] = text;
		text = stpcpy(text, from[i]) + 1;
	}
	return 0;
}

int
store_ring_open(struct store_ring *ring)
{
	ring->entries = calloc(STORE_RING, sizeof(*ring->entries));
	return ring->entries != NULL ? 0 : -ENOMEM;
}

static struct store_entry *
ring_entry(const struct store_ring *ring, size_t i)
{
	return &ring->entries[(ring->first + i) % STORE_RING];
}

static void
ring_drop_first(struct store_ring *ring)
{
	struct store_entry *entry = ring_entry(ring, 0);

	ring->before = entry->record.number;
	free(entry->texts);
	ring->first = (ring->first + 1) % STORE_RING;
	ring->count--;
}

/* Numbers come in order, but for transactions that were numbered crosswise and committed together. */
static void
ring_sort_last(struct store_ring *ring)
{
	for (size_t i = ring->count - 1; i > 0; i--) {
		struct store_entry *lower = ring_entry(ring, i - 1), *upper = ring_entry(ring, i),
				   entry = *upper;
		if (lower->record.number < upper->record.number)
			break;
		*upper = *lower;
		*lower = entry;
	}
}

void
store_ring_add(struct store_ring *ring, const struct store_record *record)
{
	if (ring->count == STORE_RING)
		ring_drop_first(ring);
	if (store_entry_fill(ring_entry(ring, ring->count), record) == 0) {
		ring->count++;
		ring_sort_last(ring);
		return;
	}
	/* A hole would hide a record: better none at all, the disk has them. */
	while (ring->count > 0)
		ring_drop_first(ring);
	ring->before = record->number;
}

void
store_ring_trim(struct store_ring *ring, uint64_t number)
{
	while (ring->count > 0 && ring_entry(ring, 0)->record.number <= number)
		ring_drop_first(ring);
}

const struct store_record *
store_ring_after(const struct store_ring *ring, uint64_t number)
{
	size_t low = 0, high = ring->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ring_entry(ring, middle)->record.number > number)
			high = middle;
		else
			low = middle + 1;
	}
	return low < ring->count ? &ring_entry(ring, low)->record : NULL;
}

void
store_ring_close(struct store_ring *ring)
{
	while (ring->count > 0)
		ring_drop_first(ring);
	free(ring->entries);
	ring->entries = NULL;
}
