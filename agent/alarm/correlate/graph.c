/* SPDX-License-Identifier: ISC */
/* The graph of who depends on whom, and what is known of each: kept in step at the cost of a site's own paths. */
#include "agent/alarm/correlate/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/correlate/graph_inside.h"

struct graph *
graph_new(void (*inferred)(void *arg, uint32_t hub, bool is_down), void *arg)
{
	struct graph *graph = calloc(1, sizeof(*graph));

	if (graph != NULL) {
		graph->inferred = inferred;
		graph->arg = arg;
	}
	return graph;
}

void
graph_free(struct graph *graph)
{
	struct link *l;

	if (graph == NULL)
		return;
	while ((l = table_pop(&graph->by_id)) != NULL) {
		struct node *node = LINKED(l, struct node, by_id);
		free(node->edges);
		free(node);
	}
	table_fini(&graph->by_id);
	table_fini(&graph->by_number);
	free(graph);
}

struct node *
graph_node(const struct graph *graph, uint32_t site)
{
	for (struct link *l = table_first(&graph->by_number, hash_number(site)); l != NULL; l = table_next(l))
		if (LINKED(l, struct node, by_number)->number == site)
			return LINKED(l, struct node, by_number);
	return NULL;
}

static struct node *
node_named(const struct graph *graph, const char *id)
{
	for (struct link *l = table_first(&graph->by_id, hash_text(0, id)); l != NULL; l = table_next(l))
		if (strcmp(LINKED(l, struct node, by_id)->id, id) == 0)
			return LINKED(l, struct node, by_id);
	return NULL;
}

static struct node *
node_make(struct graph *graph, const char *id)
{
	struct node *node = node_named(graph, id);
	size_t size = strlen(id) + 1;

	if (node != NULL)
		return node;
	node = calloc(1, sizeof(*node) + size);
	if (node == NULL || table_insert(&graph->by_id, hash_text(0, id), &node->by_id) < 0) {
		free(node);
		return NULL;
	}
	memcpy(node->id, id, size);
	node->heard_ms = node->since_ms = node->alone_heard_ms = INT64_MIN;
	return node;
}

static void
node_drop_unused(struct graph *graph, struct node *node)
{
	if (node->number != 0 || !LIST_EMPTY(&node->dependents))
		return;
	table_remove(&graph->by_id, &node->by_id);
	free(node);
}

/* What one dependent is to its hub's counters; `sign` +1 or -1. */
static void
edge_count(const struct edge *edge, uint32_t sign)
{
	const struct node *site = edge->site;
	struct node *hub = edge->hub;

	if (!edge->is_alone || !site->is_monitored)
		return;
	hub->alone += sign;
	hub->alone_silent += site->state != GRAPH_UP ? sign : 0;
	hub->alone_down += site->state == GRAPH_DOWN ? sign : 0;
	if (site->heard_ms > hub->alone_heard_ms)
		hub->alone_heard_ms = site->heard_ms;
}

static void
edges_count(struct node *site, uint32_t sign)
{
	for (size_t i = 0; i < site->edge_count; i++)
		edge_count(&site->edges[i], sign);
}

/* A hub that nobody can hear is down when all that have no other way are. */
static void
node_infer(struct graph *graph, struct node *hub)
{
	bool is_down = hub->number != 0 && !hub->is_monitored && hub->alone >= GRAPH_INFER_MIN &&
	    hub->alone_down == hub->alone;

	if (is_down == hub->is_inferred)
		return;
	hub->is_inferred = is_down;
	if (graph->inferred != NULL && hub->number != 0)
		graph->inferred(graph->arg, hub->number, is_down);
}

static void
edges_infer(struct graph *graph, const struct edge *edges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (edges[i].is_alone)
			node_infer(graph, edges[i].hub);
}

static void
edges_attach(struct node *site)
{
	for (size_t i = 0; i < site->edge_count; i++) {
		struct edge *edge = &site->edges[i];
		LIST_INSERT_HEAD(&edge->hub->dependents, edge, in_hub);
		edge->hub->dependent_count += edge->is_first;
	}
	edges_count(site, 1);
}

static void
edges_detach(struct node *site)
{
	edges_count(site, UINT32_MAX); /* that is -1 */
	for (size_t i = 0; i < site->edge_count; i++) {
		LIST_REMOVE(&site->edges[i], in_hub);
		site->edges[i].hub->dependent_count -= site->edges[i].is_first;
	}
}

/* The old edges are detached: frees them, and the hubs that were there for them alone. */
static void
edges_free(struct graph *graph, struct edge *edges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (edges[i].is_first)
			node_drop_unused(graph, edges[i].hub);
	free(edges);
}

/* Marks of an edge that follow from its neighbours: those of a site are few. */
static void
edges_mark(struct edge *edges, size_t count, size_t path_count)
{
	for (size_t i = 0; i < count; i++) {
		size_t paths = 1;
		edges[i].is_first = true;
		for (size_t j = 0; j < i; j++)
			edges[i].is_first &= edges[j].hub != edges[i].hub;
		for (size_t j = i + 1; j < count; j++)
			paths += edges[j].hub == edges[i].hub;
		edges[i].is_alone = edges[i].is_first && paths == path_count;
	}
}

static bool
path_has(const struct edge *edges, size_t count, const struct node *hub, size_t path)
{
	while (count-- > 0 && edges[count].path == path)
		if (edges[count].hub == hub)
			return true;
	return false;
}

/* 0 or -ENOMEM; `*edges` belongs to the caller in both cases. */
static int
edges_make(
    struct graph *graph, struct node *node, const struct graph_site *site, struct edge **edges, size_t *count)
{
	size_t room = 0;
	int rc = 0;

	for (size_t i = 0; i < site->path_count; i++)
		room += site->paths[i].count;
	*count = 0;
	*edges = room != 0 ? calloc(room, sizeof(**edges)) : NULL;
	if (room != 0 && *edges == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < site->path_count && rc == 0; i++)
		for (size_t j = 0; j < site->paths[i].count && rc == 0; j++) {
			struct node *hub = node_make(graph, site->paths[i].hubs[j]);
			if (hub == NULL)
				rc = -ENOMEM;
			else if (hub != node && !path_has(*edges, *count, hub, i))
				(*edges)[(*count)++] =
				    (struct edge){ .hub = hub, .site = node, .path = (uint32_t)i };
		}
	edges_mark(*edges, *count, site->path_count);
	return rc;
}

int
graph_set_site(struct graph *graph, const struct graph_site *site)
{
	struct node *known = graph_node(graph, site->number), *node = node_named(graph, site->id);
	struct edge *edges = NULL;
	size_t count = 0;

	if (site->number == 0 || (node != NULL && node->number != 0 && node != known) ||
	    (known != NULL && known != node))
		return -EINVAL;
	node = node_make(graph, site->id);
	if (node == NULL)
		return -ENOMEM;
	/* From here on it is not dropped as a hub that nobody needs. */
	if (known == NULL &&
	    table_insert(&graph->by_number, hash_number(site->number), &node->by_number) < 0) {
		node_drop_unused(graph, node);
		return -ENOMEM;
	}
	node->number = site->number;
	if (edges_make(graph, node, site, &edges, &count) < 0) {
		edges_free(graph, edges, count);
		if (known == NULL)
			graph_remove_site(graph, site->number);
		return -ENOMEM;
	}
	struct edge *old = node->edges;
	size_t old_count = node->edge_count;
	edges_detach(node);
	node->is_monitored = site->is_monitored;
	if (!site->is_monitored)
		node->state = GRAPH_UP; /* nothing is there that could be silent */
	node->edges = edges;
	node->edge_count = count;
	node->path_count = site->path_count;
	edges_attach(node);
	edges_infer(graph, old, old_count);
	edges_infer(graph, edges, count);
	node_infer(graph, node);
	edges_free(graph, old, old_count);
	return 0;
}

void
graph_remove_site(struct graph *graph, uint32_t site)
{
	struct node *node = graph_node(graph, site);

	if (node == NULL)
		return;
	struct edge *old = node->edges;
	size_t old_count = node->edge_count;
	edges_detach(node);
	table_remove(&graph->by_number, &node->by_number);
	node->number = 0;
	node->state = GRAPH_UP;
	node->is_monitored = node->is_inferred = false;
	node->heard_ms = node->since_ms = INT64_MIN;
	node->edges = NULL;
	node->edge_count = node->path_count = 0;
	edges_infer(graph, old, old_count);
	edges_free(graph, old, old_count);
	node_drop_unused(graph, node);
}

static void
node_heard(struct node *node, int64_t heard_ms)
{
	if (heard_ms <= node->heard_ms)
		return;
	node->heard_ms = heard_ms;
	for (size_t i = 0; i < node->edge_count; i++)
		if (node->edges[i].is_alone && node->is_monitored &&
		    heard_ms > node->edges[i].hub->alone_heard_ms)
			node->edges[i].hub->alone_heard_ms = heard_ms;
}

void
graph_set_state(struct graph *graph, uint32_t site, enum graph_state state, int64_t since_ms)
{
	struct node *node = graph_node(graph, site);

	if (node == NULL)
		return;
	if (state == GRAPH_UP)
		node_heard(node, since_ms);
	else
		node->since_ms = since_ms;
	if (state == node->state)
		return;
	edges_count(node, UINT32_MAX);
	node->state = (uint8_t)state;
	edges_count(node, 1);
	edges_infer(graph, node->edges, node->edge_count);
}

void
graph_heard(struct graph *graph, uint32_t site, int64_t heard_ms)
{
	struct node *node = graph_node(graph, site);

	if (node != NULL)
		node_heard(node, heard_ms);
}

enum graph_state
graph_state(const struct graph *graph, uint32_t site)
{
	const struct node *node = graph_node(graph, site);

	return node != NULL ? (enum graph_state)node->state : GRAPH_UP;
}

bool
graph_inferred(const struct graph *graph, uint32_t hub)
{
	const struct node *node = graph_node(graph, hub);

	return node != NULL && node->is_inferred;
}

int
graph_each_dependent(const struct graph *graph, uint32_t hub, int (*fn)(void *arg, uint32_t site), void *arg)
{
	const struct node *node = graph_node(graph, hub);
	const struct edge *edge;
	int rc = 0;

	if (node != NULL)
		LIST_FOREACH(edge, &node->dependents, in_hub)
	if (edge->is_first && (rc = fn(arg, edge->site->number)) != 0)
		break;
	return rc;
}

size_t
graph_dependent_count(const struct graph *graph, uint32_t hub)
{
	const struct node *node = graph_node(graph, hub);

	return node != NULL ? node->dependent_count : 0;
}

int
graph_each_hub(const struct graph *graph, uint32_t site, int (*fn)(void *arg, uint32_t hub), void *arg)
{
	const struct node *node = graph_node(graph, site);
	int rc = 0;

	for (size_t i = 0; node != NULL && i < node->edge_count && rc == 0; i++)
		if (node->edges[i].is_first && node->edges[i].hub->number != 0)
			rc = fn(arg, node->edges[i].hub->number);
	return rc;
}
