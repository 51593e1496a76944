/* SPDX-License-Identifier: ISC */
/* A skip list (Pugh, 1990) with fan-out 4 and a finger: where the last seek ended, so that a walk by keys does not search. */
#include "agent/view/skip.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define LEVELS 12 /* 4^12: 16 million items */

struct node {
	void *item;
	struct node *next[];
};

struct skip {
	int (*compare)(const void *item, const void *key);
	size_t count;
	uint64_t dice;
	struct node *finger; /* the node that the last seek found */
	struct node *first[LEVELS];
};

struct skip *
skip_new(int (*compare)(const void *item, const void *key))
{
	struct skip *skip = calloc(1, sizeof(*skip));
	if (skip != NULL) {
		skip->compare = compare;
		skip->dice = 0x9e3779b97f4a7c15u;
	}
	return skip;
}

void
skip_free(struct skip *skip)
{
	if (skip == NULL)
		return;
	for (struct node *node = skip->first[0], *next; node != NULL; node = next) {
		next = node->next[0];
		free(node);
	}
	free(skip);
}

/* The links that lead to the first node not before `key`, one a level; returns that node. */
static struct node *
search(struct skip *skip, const void *key, struct node **links[LEVELS])
{
	struct node **at = skip->first;
	for (unsigned level = LEVELS; level-- > 0;) {
		while (at[level] != NULL && skip->compare(at[level]->item, key) < 0)
			at = at[level]->next;
		links[level] = &at[level];
	}
	return *links[0];
}

int
skip_insert(struct skip *skip, const void *key, void *item)
{
	struct node **links[LEVELS];
	struct node *found = search(skip, key, links);
	if (found != NULL && skip->compare(found->item, key) == 0)
		return -EEXIST;
	/* xorshift64: spread, not secrecy; an outsider cannot choose where its rows stand in our levels. */
	skip->dice ^= skip->dice << 13;
	skip->dice ^= skip->dice >> 7;
	skip->dice ^= skip->dice << 17;
	unsigned height = 1;
	for (uint64_t dice = skip->dice; height < LEVELS && (dice & 3) == 0; dice >>= 2)
		height++;
	struct node *node = malloc(sizeof(*node) + height * sizeof(node->next[0]));
	if (node == NULL)
		return -ENOMEM;
	node->item = item;
	for (unsigned level = 0; level < height; level++) {
		node->next[level] = *links[level];
		*links[level] = node;
	}
	skip->count++;
	return 0;
}

void *
skip_remove(struct skip *skip, const void *key)
{
	struct node **links[LEVELS];
	struct node *node = search(skip, key, links);
	if (node == NULL || skip->compare(node->item, key) != 0)
		return NULL;
	for (unsigned level = 0; level < LEVELS && *links[level] == node; level++)
		*links[level] = node->next[level];
	if (skip->finger == node)
		skip->finger = NULL;
	void *item = node->item;
	free(node);
	skip->count--;
	return item;
}

static struct node *
find(const struct skip *skip, const void *key)
{
	struct node *const *at = skip->first;
	for (unsigned level = LEVELS; level-- > 0;)
		while (at[level] != NULL && skip->compare(at[level]->item, key) < 0)
			at = at[level]->next;
	return at[0];
}

void *
skip_replace(struct skip *skip, const void *key, void *item)
{
	struct node *node = find(skip, key);
	if (node == NULL || skip->compare(node->item, key) != 0)
		return NULL;
	void *before = node->item;
	node->item = item;
	return before;
}

void *
skip_get(const struct skip *skip, const void *key)
{
	const struct node *node = find(skip, key);
	return node != NULL && skip->compare(node->item, key) == 0 ? node->item : NULL;
}

size_t
skip_count(const struct skip *skip)
{
	return skip->count;
}

void *
skip_seek(struct skip *skip, const void *key, bool inclusive)
{
	struct node *node;
	if (!inclusive && skip->finger != NULL && skip->compare(skip->finger->item, key) == 0) {
		node = skip->finger->next[0];
	} else {
		node = find(skip, key);
		if (!inclusive && node != NULL && skip->compare(node->item, key) == 0)
			node = node->next[0];
	}
	skip->finger = node;
	return node == NULL ? NULL : node->item;
}

void *
skip_first(struct skip *skip)
{
	skip->finger = skip->first[0];
	return skip->first[0] == NULL ? NULL : skip->first[0]->item;
}
