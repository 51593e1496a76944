/* SPDX-License-Identifier: ISC */
/* Datagrams that leave later: a binary heap by time. */
#include "tests/sim/later.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/clock.h"

int
later_put(struct later *later, int64_t at_ms, const struct sockaddr_in *to, uint32_t from,
    const uint8_t *octets, size_t size)
{
	if (later->count == LATER_MAX)
		return -ENOSPC;
	if (later->count == later->room) {
		size_t room = later->room == 0 ? 64 : later->room * 2;
		struct datagram **grown = realloc(later->heap, room * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		later->heap = grown;
		later->room = room;
	}
	struct datagram *datagram = malloc(sizeof(*datagram) + size);
	if (datagram == NULL)
		return -ENOMEM;
	*datagram = (struct datagram){ at_ms, *to, from, size };
	memcpy(datagram->octets, octets, size);
	size_t at = later->count++;
	for (; at > 0 && later->heap[(at - 1) / 2]->at_ms > at_ms; at = (at - 1) / 2)
		later->heap[at] = later->heap[(at - 1) / 2];
	later->heap[at] = datagram;
	return 0;
}

int64_t
later_next_ms(const struct later *later)
{
	return later->count == 0 ? SIM_NEVER : later->heap[0]->at_ms;
}

struct datagram *
later_take(struct later *later, int64_t now_ms)
{
	if (later->count == 0 || later->heap[0]->at_ms > now_ms)
		return NULL;
	struct datagram *first = later->heap[0], *last = later->heap[--later->count];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child + 1 < later->count && later->heap[child + 1]->at_ms < later->heap[child]->at_ms)
			child++;
		if (child >= later->count || later->heap[child]->at_ms >= last->at_ms)
			break;
		later->heap[at] = later->heap[child];
		at = child;
	}
	later->heap[at] = last;
	return first;
}

void
later_fini(struct later *later)
{
	for (size_t i = 0; i < later->count; i++)
		free(later->heap[i]);
	free(later->heap);
}
