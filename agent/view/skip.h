/* SPDX-License-Identifier: ISC */
/* An ordered set of items in a skip list: insert, remove and seek in O(log n), a walk in O(1) a step. Items are borrowed. */
#ifndef AGENT_VIEW_SKIP_H
#define AGENT_VIEW_SKIP_H

#include <stdbool.h>
#include <stddef.h>

struct skip;

/* `compare` orders an item against a key: < 0 when the item comes before it. */
struct skip *skip_new(int (*compare)(const void *item, const void *key));
void skip_free(struct skip *skip);                               /* not the items */
int skip_insert(struct skip *skip, const void *key, void *item); /* 0, -EEXIST, -ENOMEM */
void *skip_remove(struct skip *skip, const void *key);           /* its item, or NULL */
void *skip_replace(struct skip *skip, const void *key,
    void *item); /* the item that stood there, or NULL: nothing is replaced */
void *skip_get(const struct skip *skip, const void *key);
size_t skip_count(const struct skip *skip);
/* The first item after `key` (or at it, when `inclusive`); NULL: none. Seeking from the key of the item found last costs O(1). */
void *skip_seek(struct skip *skip, const void *key, bool inclusive);
void *skip_first(struct skip *skip);

#endif
