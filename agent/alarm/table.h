/* SPDX-License-Identifier: ISC */
/* A hash table of links that live inside their objects: found by hash, told apart by whoever looks. */
#ifndef AGENT_ALARM_TABLE_H
#define AGENT_ALARM_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct link {
	struct link *next;
	uint64_t hash;
};

struct table { /* zeroed at first */
	struct link **buckets;
	size_t size, count;
	size_t popped; /* buckets that table_pop() has emptied: nothing is inserted any more */
};

#define LINKED(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

int table_insert(struct table *table, uint64_t hash, struct link *link); /* 0 or -ENOMEM */
void table_remove(struct table *table, struct link *link);
/* The first link of a hash, and the next one of the same; NULL: none. */
struct link *table_first(const struct table *table, uint64_t hash);
struct link *table_next(const struct link *link);
/* Takes out any link, for an end that frees them all; NULL: empty. */
struct link *table_pop(struct table *table);
void table_fini(struct table *table); /* not the objects */

uint64_t hash_number(uint64_t number);
uint64_t hash_text(uint64_t hash, const char *text);

#endif
