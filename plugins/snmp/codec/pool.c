/* SPDX-License-Identifier: ISC */
/* Blocks in a list; a piece comes from the first one, and one too large for a block gets its own. */
#include "plugins/snmp/codec/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 * 1024)

struct pool_block {
	struct pool_block *next;
	size_t used, size;
	max_align_t data[];
};

void *
pool_take(struct pool *pool, size_t count, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	struct pool_block *block = pool->blocks;

	if (size != 0 && count > (SIZE_MAX / 2 - unit) / size)
		return NULL;
	size_t need = (count * size + unit - 1) / unit * unit;
	if (block == NULL || block->size - block->used < need) {
		size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;
		block = malloc(sizeof(*block) + room);
		if (block == NULL)
			return NULL;
		*block = (struct pool_block){ .next = pool->blocks, .size = room };
		pool->blocks = block;
	}
	char *piece = (char *)block->data + block->used;
	block->used += need;
	memset(piece, 0, need);
	return piece;
}

void *
pool_copy(struct pool *pool, const void *data, size_t count, size_t size)
{
	void *copy = pool_take(pool, count, size);

	if (copy != NULL && count > 0 && size > 0)
		memcpy(copy, data, count * size);
	return copy;
}

char *
pool_text(struct pool *pool, const char *text, size_t len)
{
	char *copy = pool_take(pool, len + 1, 1);

	if (copy != NULL && len > 0)
		memcpy(copy, text, len);
	return copy;
}

static void
free_blocks(struct pool_block *block)
{
	while (block != NULL) {
		struct pool_block *next = block->next;
		free(block);
		block = next;
	}
}

void
pool_reset(struct pool *pool)
{
	if (pool->blocks == NULL)
		return;
	free_blocks(pool->blocks->next);
	pool->blocks->next = NULL;
	pool->blocks->used = 0;
}

void
pool_fini(struct pool *pool)
{
	free_blocks(pool->blocks);
	pool->blocks = NULL;
}
