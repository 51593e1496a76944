/* SPDX-License-Identifier: ISC */
/*
 * Ordered rows with a tree for each reach (a set of areas) that reads them, and one tree by site for all virtual devices: so the cost
 * of a hundred thousand of those is one tree. Trees but the main one are built when first read and rebuilt when areas move.
 */
#include "agent/view/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/view/skip.h"

struct item {
	struct order_key key;
	uint32_t entity;
	uint32_t site; /* in the tree by site: 0 for what everyone sees */
	void *object;
};

struct site_key {
	uint32_t site;
	struct order_key key;
};

struct tree {
	struct skip *skip; /* NULL: not built */
	uint64_t generation;
};

struct order {
	struct scopes *scopes;
	struct skip *items; /* owns them */
	struct tree by_site;
	struct tree *reaches; /* by number of the reach; [0] is not used */
	unsigned reach_count;
};

static int
compare_keys(const struct order_key *a, const struct order_key *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo == b->lo ? 0 : a->lo < b->lo ? -1 : 1;
}

static int
compare_item(const void *item, const void *key)
{
	return compare_keys(&((const struct item *)item)->key, key);
}

static int
compare_by_site(const void *item, const void *key)
{
	const struct item *a = item;
	const struct site_key *b = key;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return compare_keys(&a->key, &b->key);
}

struct order *
order_new(struct scopes *scopes)
{
	struct order *order = calloc(1, sizeof(*order));
	if (order == NULL)
		return NULL;
	order->scopes = scopes;
	order->items = skip_new(compare_item);
	if (order->items == NULL) {
		free(order);
		return NULL;
	}
	return order;
}

void
order_free(struct order *order)
{
	if (order == NULL)
		return;
	skip_free(order->by_site.skip);
	for (unsigned i = 0; i < order->reach_count; i++)
		skip_free(order->reaches[i].skip);
	free(order->reaches);
	for (struct item *item; (item = skip_first(order->items)) != NULL;) {
		skip_remove(order->items, &item->key);
		free(item);
	}
	skip_free(order->items);
	free(order);
}

/* What has an entity but no site (the agent's own, or a site that is gone) is in no virtual device. */
static int
insert_by_site(const struct order *order, struct skip *skip, struct item *item)
{
	item->site = item->entity == 0 ? 0 : scopes_site(order->scopes, item->entity >> 8);
	if (item->entity != 0 && item->site == 0)
		return 0;
	return skip_insert(skip, &(struct site_key){ item->site, item->key }, item);
}

static int
insert_in_reach(const struct order *order, struct skip *skip, unsigned reach, struct item *item)
{
	if (item->entity != 0 && !scopes_reach_has(order->scopes, reach, item->entity))
		return 0;
	return skip_insert(skip, &item->key, item);
}

static int
insert_in(const struct order *order, const struct tree *tree, struct item *item)
{
	return tree == &order->by_site
	    ? insert_by_site(order, tree->skip, item)
	    : insert_in_reach(order, tree->skip, (unsigned)(tree - order->reaches), item);
}

static void
tree_drop(struct tree *tree)
{
	skip_free(tree->skip);
	tree->skip = NULL;
}

static bool
is_current(const struct order *order, const struct tree *tree)
{
	return tree->skip != NULL && tree->generation == scopes_generation(order->scopes);
}

/* The tree, built anew when it is missing or older than the areas. NULL: out of memory. */
static struct skip *
tree_of(struct order *order, struct tree *tree)
{
	if (is_current(order, tree))
		return tree->skip;
	tree_drop(tree);
	tree->skip = skip_new(tree == &order->by_site ? compare_by_site : compare_item);
	if (tree->skip == NULL)
		return NULL;
	tree->generation = scopes_generation(order->scopes);
	for (struct item *item = skip_first(order->items); item != NULL;
	     item = skip_seek(order->items, &item->key, false)) {
		if (insert_in(order, tree, item) < 0) {
			tree_drop(tree);
			return NULL;
		}
	}
	return tree->skip;
}

static struct skip *
reach_tree(struct order *order, unsigned reach)
{
	if (reach == 0)
		return order->items;
	if (reach >= order->reach_count) {
		struct tree *trees = realloc(order->reaches, (reach + 1) * sizeof(*trees));
		if (trees == NULL)
			return NULL;
		memset(trees + order->reach_count, 0, (reach + 1 - order->reach_count) * sizeof(*trees));
		order->reaches = trees;
		order->reach_count = reach + 1;
	}
	return tree_of(order, &order->reaches[reach]);
}

/* A tree that cannot follow, or is older than the areas, goes: it is built again when it is read. */
static void
tree_follow(struct order *order, struct tree *tree, struct item *item)
{
	if (tree->skip != NULL && (!is_current(order, tree) || insert_in(order, tree, item) < 0))
		tree_drop(tree);
}

int
order_insert(struct order *order, struct order_key key, uint32_t entity, void *object)
{
	struct item *item = calloc(1, sizeof(*item));
	if (item == NULL)
		return -ENOMEM;
	item->key = key;
	item->entity = entity;
	item->object = object;
	int rc = skip_insert(order->items, &key, item);
	if (rc < 0) {
		free(item);
		return rc;
	}
	tree_follow(order, &order->by_site, item);
	for (unsigned i = 1; i < order->reach_count; i++)
		tree_follow(order, &order->reaches[i], item);
	return 0;
}

void *
order_remove(struct order *order, struct order_key key)
{
	struct item *item = skip_remove(order->items, &key);
	if (item == NULL)
		return NULL;
	if (order->by_site.skip != NULL)
		skip_remove(order->by_site.skip, &(struct site_key){ item->site, key });
	for (unsigned i = 1; i < order->reach_count; i++)
		if (order->reaches[i].skip != NULL)
			skip_remove(order->reaches[i].skip, &key);
	void *object = item->object;
	free(item);
	return object;
}

void *
order_get(const struct order *order, struct order_key key)
{
	const struct item *item = skip_get(order->items, &key);
	return item == NULL ? NULL : item->object;
}

size_t
order_count(struct order *order, const struct scope *scope)
{
	if (scope_site(scope) == 0) {
		const struct skip *skip = reach_tree(order, scope_reach(scope));
		return skip == NULL ? 0 : skip_count(skip);
	}
	/* A virtual device shows few rows: they are counted. */
	size_t count = 0;
	struct order_key at = { 0, 0 };
	for (bool inclusive = true; order_seek(order, scope, at, inclusive, &at) != NULL; inclusive = false)
		count++;
	return count;
}

static struct item *
seek_by_site(struct skip *skip, uint32_t site, struct order_key key, bool inclusive)
{
	struct item *item = skip_seek(skip, &(struct site_key){ site, key }, inclusive);
	return item != NULL && item->site == site ? item : NULL;
}

/* A site's rows, and among them in their order those that everyone sees. */
static struct item *
seek_in_site(struct order *order, const struct scope *scope, struct order_key key, bool inclusive)
{
	struct skip *skip = tree_of(order, &order->by_site);
	if (skip == NULL)
		return NULL;
	struct item *common = seek_by_site(skip, 0, key, inclusive);
	struct item *own = NULL;
	if (scope_has_entity(scope, scope_site(scope)))
		own = seek_by_site(skip, scope_site(scope), key, inclusive);
	if (own == NULL || common == NULL)
		return own == NULL ? common : own;
	return compare_keys(&own->key, &common->key) < 0 ? own : common;
}

void *
order_seek(struct order *order, const struct scope *scope, struct order_key key, bool inclusive,
    struct order_key *at)
{
	const struct item *item = NULL;
	if (scope_site(scope) != 0) {
		item = seek_in_site(order, scope, key, inclusive);
	} else {
		struct skip *skip = reach_tree(order, scope_reach(scope));
		if (skip != NULL)
			item = skip_seek(skip, &key, inclusive);
	}
	if (item == NULL)
		return NULL;
	*at = item->key;
	return item->object;
}
