/* SPDX-License-Identifier: ISC */
/* Blocks in a list, the newest first. Texts grow from a block's end downwards, so that they cost no padding. */
#include "support/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t capacity;
	size_t low, high; /* the free part of `data` */
	alignas(max_align_t) char data[];
};

enum {
	FIRST_BLOCK = 4096 - sizeof(struct arena_block),
	LARGEST_BLOCK = 1 << 20,
	PIECE_MAX = 1 << 30, /* no file that we read leads to more in one piece */
};

/* A block with room for `size`. A small file costs a page, a large one few blocks: each is twice the one before. */
static struct arena_block *
block_with_room(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	if (block != NULL && block->high - block->low >= size)
		return block;

	size_t capacity = block == NULL ? FIRST_BLOCK : 2 * block->capacity;
	if (capacity > LARGEST_BLOCK)
		capacity = LARGEST_BLOCK;
	if (capacity < size)
		capacity = size;
	block = calloc(1, sizeof(*block) + capacity);
	if (block == NULL)
		return NULL;
	block->capacity = block->high = capacity;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	if (size > PIECE_MAX)
		return NULL;
	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	struct arena_block *block = block_with_room(arena, size);
	if (block == NULL)
		return NULL;
	void *memory = block->data + block->low;
	block->low += size;
	return memory;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(arena, total);
}

char *
arena_text(struct arena *arena, const char *text, size_t len)
{
	if (len >= PIECE_MAX)
		return NULL;
	struct arena_block *block = block_with_room(arena, len + 1);
	if (block == NULL)
		return NULL;
	block->high -= len + 1;
	char *copy = block->data + block->high;
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
arena_fini(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		free(block);
	}
}
