/* SPDX-License-Identifier: ISC */
/* Request ids and their sessions: open addressing, at most half full, so that runs stay short. */
#include "plugins/snmp/poll/waiting.h"

#include <errno.h>
#include <stdlib.h>

#include "plugins/snmp/codec/codec.h"

#define SIZE_MIN 64

/* Where the id is, or would be. */
static size_t
place_of(const struct waiting_slot *slots, size_t size, uint32_t id)
{
	size_t at = id & (size - 1);

	while (slots[at].id != 0 && slots[at].id != id)
		at = (at + 1) & (size - 1);
	return at;
}

static int
grow(struct waiting *waiting)
{
	size_t size = waiting->size == 0 ? SIZE_MIN : waiting->size * 2;

	if (waiting->count < waiting->size / 2)
		return 0;
	struct waiting_slot *grown = calloc(size, sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < waiting->size; i++)
		if (waiting->slots[i].id != 0)
			grown[place_of(grown, size, waiting->slots[i].id)] = waiting->slots[i];
	free(waiting->slots);
	waiting->slots = grown;
	waiting->size = size;
	return 0;
}

/* Each call of arc4random() is a system call (glibc 2.36): a hundred at once cost as much. */
static uint32_t
random_next(struct waiting *waiting)
{
	if (waiting->random_left == 0) {
		arc4random_buf(waiting->random, sizeof(waiting->random));
		waiting->random_left = WAITING_RANDOM;
	}
	return waiting->random[--waiting->random_left];
}

int
waiting_add(struct waiting *waiting, struct session *session, uint32_t *id)
{
	uint32_t fresh;

	if (grow(waiting) < 0)
		return -ENOMEM;
	do
		fresh = CODEC_ID_MIN | (random_next(waiting) & CODEC_ID_MASK);
	while (waiting_find(waiting, fresh) != NULL);
	waiting->slots[place_of(waiting->slots, waiting->size, fresh)] =
	    (struct waiting_slot){ .id = fresh, .session = session };
	waiting->count++;
	*id = fresh;
	return 0;
}

void
waiting_remove(struct waiting *waiting, uint32_t id)
{
	if (waiting_find(waiting, id) == NULL)
		return;
	/* Close the gap, so that what was pushed past it is still found. */
	size_t mask = waiting->size - 1, hole = place_of(waiting->slots, waiting->size, id);
	for (size_t at = (hole + 1) & mask; waiting->slots[at].id != 0; at = (at + 1) & mask) {
		size_t home = waiting->slots[at].id & mask;
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			waiting->slots[hole] = waiting->slots[at];
			hole = at;
		}
	}
	waiting->slots[hole] = (struct waiting_slot){ 0 };
	waiting->count--;
}

struct session *
waiting_find(const struct waiting *waiting, uint32_t id)
{
	return id == 0 || waiting->size == 0
	    ? NULL
	    : waiting->slots[place_of(waiting->slots, waiting->size, id)].session;
}

void
waiting_fini(struct waiting *waiting)
{
	free(waiting->slots);
	*waiting = (struct waiting){ 0 };
}
