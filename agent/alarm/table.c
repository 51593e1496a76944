/* SPDX-License-Identifier: ISC */
/* Chains in a power of two of buckets, doubled when there are as many links as buckets. */
#include "agent/alarm/table.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SIZE 64

static int
table_grow(struct table *table)
{
	size_t size = table->size != 0 ? table->size * 2 : FIRST_SIZE;
	struct link **buckets = calloc(size, sizeof(struct link *));
	if (buckets == NULL)
		return table->size != 0 ? 0 : -ENOMEM; /* longer chains are still right */
	for (size_t i = 0; i < table->size; i++)
		for (struct link *l = table->buckets[i], *next; l != NULL; l = next) {
			next = l->next;
			l->next = buckets[l->hash & (size - 1)];
			buckets[l->hash & (size - 1)] = l;
		}
	free(table->buckets);
	table->buckets = buckets;
	table->size = size;
	return 0;
}

int
table_insert(struct table *table, uint64_t hash, struct link *link)
{
	if (table->count >= table->size && table_grow(table) < 0)
		return -ENOMEM;
	struct link **bucket = &table->buckets[hash & (table->size - 1)];
	link->hash = hash;
	link->next = *bucket;
	*bucket = link;
	table->count++;
	return 0;
}

void
table_remove(struct table *table, struct link *link)
{
	struct link **at = &table->buckets[link->hash & (table->size - 1)];
	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	table->count--;
}

struct link *
table_first(const struct table *table, uint64_t hash)
{
	if (table->count == 0)
		return NULL;
	struct link *l = table->buckets[hash & (table->size - 1)];
	while (l != NULL && l->hash != hash)
		l = l->next;
	return l;
}

struct link *
table_next(const struct link *link)
{
	struct link *l = link->next;
	while (l != NULL && l->hash != link->hash)
		l = l->next;
	return l;
}

struct link *
table_pop(struct table *table)
{
	for (; table->count > 0 && table->popped < table->size; table->popped++)
		if (table->buckets[table->popped] != NULL) {
			struct link *l = table->buckets[table->popped];
			table->buckets[table->popped] = l->next;
			table->count--;
			return l;
		}
	return NULL;
}

void
table_fini(struct table *table)
{
	free(table->buckets);
	*table = (struct table){ 0 };
}

/* The finalizer of SplitMix64: entity numbers come in blocks of 256, so their low bits alone would not spread. */
uint64_t
hash_number(uint64_t number)
{
	number ^= number >> 30;
	number *= 0xbf58476d1ce4e5b9u;
	number ^= number >> 27;
	number *= 0x94d049bb133111ebu;
	return number ^ (number >> 31);
}

uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u; /* FNV-1a */
	return hash_number(hash);
}
