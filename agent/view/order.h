/* SPDX-License-Identifier: ISC */
/*
 * An ordered index of rows for a view: key (hi, lo) -> object, with a tree of its own for each restricted scope that reads it, so that
 * seek and next are O(log n) within any scope. For tables that are not ordered by entity: alarms, tickets, crews.
 */
#ifndef AGENT_VIEW_ORDER_H
#define AGENT_VIEW_ORDER_H

#include "agent/view/scope.h"

struct order_key {
	uint64_t hi, lo;
};

struct order;
struct order *order_new(struct scopes *scopes);
void order_free(struct order *order);
/* `entity`: whose scope decides who sees it; 0: everyone. -EEXIST, -ENOMEM. */
int order_insert(struct order *order, struct order_key key, uint32_t entity, void *object);
void *order_remove(struct order *order, struct order_key key); /* its object, or NULL */
void *order_get(const struct order *order, struct order_key key);
size_t order_count(struct order *order, const struct scope *scope);
/* The first with key > `key` (>= when `inclusive`) in the scope; its key goes to *at. NULL: none. */
void *order_seek(struct order *order, const struct scope *scope, struct order_key key, bool inclusive,
    struct order_key *at);

#endif
