/* SPDX-License-Identifier: ISC */
/* The graph as its two files know it: graph.c keeps it, graph_judge.c reads it. */
#ifndef AGENT_ALARM_CORRELATE_GRAPH_INSIDE_H
#define AGENT_ALARM_CORRELATE_GRAPH_INSIDE_H

#include <sys/queue.h>

#include "agent/alarm/correlate/graph.h"
#include "agent/alarm/table.h"

/* One hub of one path of a site; a site's edges are one array, path by path. */
struct edge {
	LIST_ENTRY(edge) in_hub;
	struct node *hub, *site;
	uint32_t path;
	bool is_first; /* of this site's edges to this hub */
	bool is_alone; /* the first, and every path needs the hub */
};

struct node {
	struct link by_id, by_number;
	uint32_t number; /* 0: somebody depends on it, and it is not in the inventory */
	uint8_t state;   /* enum graph_state */
	bool is_monitored, is_inferred;
	int64_t heard_ms, since_ms; /* monotonic; INT64_MIN: never */
	struct edge *edges;
	size_t edge_count, path_count;
	LIST_HEAD(, edge) dependents;
	size_t dependent_count; /* sites */
	/* Of the monitored sites that depend on it alone: all, the silent, the down; when the newest was heard. */
	uint32_t alone, alone_silent, alone_down;
	int64_t alone_heard_ms;
	/* Of the judgement under way: its place in what was seen. */
	uint64_t judgement;
	uint16_t place;
	char id[];
};

struct graph {
	struct table by_id, by_number;
	void (*inferred)(void *arg, uint32_t hub, bool is_down);
	void *arg;
	uint64_t judgements;
};

struct node *graph_node(const struct graph *graph, uint32_t site);

static inline bool
node_is_down(const struct node *node)
{
	return node->state == GRAPH_DOWN || node->is_inferred;
}

#endif
