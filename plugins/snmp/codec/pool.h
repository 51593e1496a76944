/* SPDX-License-Identifier: ISC */
/* A pool: memory taken piece by piece and given back all at once, with what it belongs to. */
#ifndef PLUGINS_SNMP_POOL_H
#define PLUGINS_SNMP_POOL_H

#include <stddef.h>

struct pool_block;

/* Start with `= { 0 }`. */
struct pool {
	struct pool_block *blocks;
};

/* Zeroed memory for `count` elements, aligned for any type, never moved; NULL when there is none left. */
void *pool_take(struct pool *pool, size_t count, size_t size);
void *pool_copy(struct pool *pool, const void *data, size_t count, size_t size);
/* A NUL-terminated copy. */
char *pool_text(struct pool *pool, const char *text, size_t len);
/* Gives back all but one block. */
void pool_reset(struct pool *pool);
void pool_fini(struct pool *pool);

#endif
