/* SPDX-License-Identifier: ISC */
/*
 * Judging one silent site: climbs from it through the hubs that are down, finds the strongly connected components from which no way leads
 * further up (Tarjan 1972; mostly single sites), and takes one root from each. The cause is the next step of the shortest way to a root, which is
 * the same for whoever asks: chains of causes therefore end.
 */
#include <string.h>

#include "agent/alarm/correlate/graph_inside.h"

#define WITNESSES 3 /* that are asked in place of a hub that cannot be asked itself */
#define FAR       UINT16_MAX

struct seen {
	struct node *node;
	uint16_t low;      /* the lowest place that it reaches inside its component */
	bool is_on_stack;  /* its component is not complete */
	bool leads_out;    /* to another component: there is something above */
	uint16_t distance; /* to the nearest root */
	struct node *root, *next;
};

struct climb {
	uint64_t judgement;
	struct seen seen[GRAPH_ANCESTORS_MAX];
	uint16_t stack[GRAPH_ANCESTORS_MAX];
	uint16_t count, depth;
	bool is_over; /* more than may be looked at */
};

/* Who fell silent first; nobody knows when a hub did whose state is inferred: before those from whom it is. */
static bool
is_earlier(const struct node *a, const struct node *b)
{
	int64_t a_ms = a->is_inferred ? INT64_MIN : a->since_ms,
		b_ms = b->is_inferred ? INT64_MIN : b->since_ms;

	return a_ms != b_ms ? a_ms < b_ms : a->number < b->number;
}

/* May it be that this hub was down when a site's silence began? */
static bool
may_be_down(const struct node *hub, int64_t since_ms)
{
	if (node_is_down(hub))
		return true;
	if (hub->number == 0)
		return false;
	if (!hub->is_monitored)
		return hub->alone >= GRAPH_INFER_MIN && hub->alone_heard_ms <= since_ms;
	return hub->state == GRAPH_SUSPECT || hub->heard_ms <= since_ms;
}

/* Each of its paths has a hub that is down; with `is_guess`: that may be. */
static bool
is_blocked(const struct node *node, bool is_guess)
{
	size_t blocked = 0, path = SIZE_MAX;

	for (size_t i = 0; i < node->edge_count; i++) {
		const struct edge *edge = &node->edges[i];
		if (edge->path != path &&
		    (is_guess ? may_be_down(edge->hub, node->since_ms) : node_is_down(edge->hub))) {
			path = edge->path;
			blocked++;
		}
	}
	return node->path_count > 0 && blocked == node->path_count;
}

static bool
is_seen(const struct climb *climb, const struct node *node)
{
	return node->judgement == climb->judgement;
}

static void
component_close(struct climb *climb, uint16_t first)
{
	struct node *root = NULL;
	bool leads_out = false;
	uint16_t place;

	do {
		place = climb->stack[--climb->depth];
		struct seen *seen = &climb->seen[place];
		seen->is_on_stack = false;
		leads_out |= seen->leads_out;
		if (root == NULL || is_earlier(seen->node, root))
			root = seen->node;
	} while (place != first);
	if (!leads_out) {
		climb->seen[root->place].distance = 0;
		climb->seen[root->place].root = root;
	}
}

/* As deep as GRAPH_ANCESTORS_MAX at most. */
static void
climb_from(struct climb *climb, struct node *node)
{
	if (climb->count == GRAPH_ANCESTORS_MAX) {
		climb->is_over = true;
		return;
	}
	uint16_t place = climb->count++;
	struct seen *seen = &climb->seen[place];
	*seen = (struct seen){ .node = node, .low = place, .is_on_stack = true, .distance = FAR };
	node->judgement = climb->judgement;
	node->place = place;
	climb->stack[climb->depth++] = place;
	size_t above_count = is_blocked(node, false) ? node->edge_count : 0;
	for (size_t i = 0; i < above_count; i++) {
		struct node *hub = node->edges[i].hub;
		if (!node_is_down(hub))
			continue;
		if (!is_seen(climb, hub))
			climb_from(climb, hub);
		if (climb->is_over)
			return;
		const struct seen *above = &climb->seen[hub->place];
		seen->leads_out |= !above->is_on_stack;
		if (above->is_on_stack && above->low < seen->low)
			seen->low = above->low;
	}
	if (seen->low == place)
		component_close(climb, place);
}

static bool
is_nearer(const struct seen *a, const struct seen *b)
{
	if (a->root != b->root)
		return is_earlier(a->root, b->root);
	return a->node->number < b->node->number;
}

/* The best step up from a site: to a hub that is one step less far. */
static void
step_find(struct climb *climb, struct seen *seen, uint16_t distance)
{
	const struct seen *best = NULL;

	for (size_t i = 0; i < seen->node->edge_count; i++) {
		const struct node *hub = seen->node->edges[i].hub;
		if (!node_is_down(hub) || !is_seen(climb, hub))
			continue;
		const struct seen *above = &climb->seen[hub->place];
		if (above->distance == distance - 1 && (best == NULL || is_nearer(above, best)))
			best = above;
	}
	if (best == NULL)
		return;
	seen->distance = distance;
	seen->root = best->root;
	seen->next = best->node;
}

/* Step by step down from the roots, until the site that is judged (the first that was seen) is reached. */
static void
ways_find(struct climb *climb)
{
	for (uint16_t distance = 1; climb->seen[0].distance == FAR && distance <= climb->count; distance++)
		for (uint16_t i = 0; i < climb->count; i++)
			if (climb->seen[i].distance == FAR)
				step_find(climb, &climb->seen[i], distance);
}

static void
roots_add(struct node *roots[GRAPH_ROOTS_MAX], size_t *count, struct node *root)
{
	size_t i = *count;

	if (i == GRAPH_ROOTS_MAX && !is_earlier(root, roots[i - 1]))
		return;
	if (i == GRAPH_ROOTS_MAX)
		i--;
	else
		(*count)++;
	/* The first is where the site's own chain ends, and stays. */
	for (; i > 1 && is_earlier(root, roots[i - 1]); i--)
		roots[i] = roots[i - 1];
	roots[i] = root;
}

static void
consequence(struct climb *climb, struct graph_judgement *out)
{
	struct node *roots[GRAPH_ROOTS_MAX] = { climb->seen[0].root };

	out->verdict = GRAPH_CONSEQUENCE;
	out->cause = climb->seen[0].next->number;
	out->root_count = 1;
	for (uint16_t i = 0; i < climb->count; i++)
		if (climb->seen[i].distance == 0 && climb->seen[i].node != roots[0])
			roots_add(roots, &out->root_count, climb->seen[i].node);
	for (size_t i = 0; i < out->root_count; i++)
		out->roots[i] = roots[i]->number;
}

static void
wait_add(struct graph_judgement *out, uint32_t site)
{
	for (size_t i = 0; i < out->wait_count; i++)
		if (out->wait_for[i] == site)
			return;
	if (out->wait_count < GRAPH_WAIT_MAX)
		out->wait_for[out->wait_count++] = site;
}

/* Nobody hears this hub: a neighbour that answers says as much. */
static void
wait_add_witnesses(struct graph_judgement *out, const struct node *hub, const struct node *site)
{
	const struct edge *edge;
	unsigned looked_at = 0, found = 0;

	LIST_FOREACH(edge, &hub->dependents, in_hub)
	{
		if (found == WITNESSES || looked_at++ == GRAPH_ANCESTORS_MAX)
			return;
		if (!edge->is_alone || edge->site == site || !edge->site->is_monitored ||
		    edge->site->state != GRAPH_UP)
			continue;
		wait_add(out, edge->site->number);
		found++;
	}
}

static void
wait(const struct node *node, struct graph_judgement *out)
{
	out->verdict = GRAPH_WAIT;
	for (size_t i = 0; i < node->edge_count; i++) {
		const struct node *hub = node->edges[i].hub;
		if (node_is_down(hub) || !may_be_down(hub, node->since_ms))
			continue;
		if (hub->is_monitored)
			wait_add(out, hub->number);
		else
			wait_add_witnesses(out, hub, node);
	}
}

void
graph_judge(struct graph *graph, uint32_t site, bool is_wait_over, struct graph_judgement *out)
{
	struct node *node = graph_node(graph, site);
	struct climb climb;

	*out = (struct graph_judgement){ .verdict = GRAPH_ROOT, .roots = { site }, .root_count = 1 };
	if (node == NULL)
		return;
	if (!is_blocked(node, false)) {
		if (!is_wait_over && is_blocked(node, true)) {
			out->root_count = 0;
			wait(node, out);
		}
		return;
	}
	climb.judgement = ++graph->judgements;
	climb.count = climb.depth = 0;
	climb.is_over = false;
	climb_from(&climb, node);
	if (climb.is_over)
		return;
	ways_find(&climb);
	if (climb.seen[0].root != node)
		consequence(&climb, out);
}
