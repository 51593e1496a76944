/* SPDX-License-Identifier: ISC */
/* An arena: memory that is taken piece by piece and given back all at once, with the document that owns it. */
#ifndef SUPPORT_ARENA_H
#define SUPPORT_ARENA_H

#include <stddef.h>

struct arena_block;

/* Start with `= { 0 }`. */
struct arena {
	struct arena_block *blocks;
};

/* Zeroed memory, aligned for any type; NULL when there is none left. */
void *arena_alloc(struct arena *arena, size_t size);
/* As arena_alloc() for `count` elements; NULL as well when the product does not fit. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A NUL-terminated copy, packed without padding. */
char *arena_text(struct arena *arena, const char *text, size_t len);
void arena_fini(struct arena *arena);

#endif
