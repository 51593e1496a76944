/* SPDX-License-Identifier: ISC */
/* Room for the keys and values of one batch: given out in a row, taken back all at once. */
#ifndef AGENT_VIEW_ARENA_H
#define AGENT_VIEW_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_SIZE (256u << 10) /* touched only as far as it is used */

struct view_arena {
	size_t used;
	bool is_full; /* something did not fit since the last reset */
	_Alignas(8) uint8_t room[ARENA_SIZE];
};

static inline void *
arena_take(struct view_arena *arena, size_t size)
{
	if (size > ARENA_SIZE - arena->used) {
		arena->is_full = true;
		return NULL;
	}
	void *at = arena->room + arena->used;
	/* ARENA_SIZE is a multiple of 8, so rounding up never passes the end. */
	arena->used += (size + 7) & ~(size_t)7;
	return at;
}

static inline void
arena_reset(struct view_arena *arena)
{
	arena->used = 0;
	arena->is_full = false;
}

#endif
