/* SPDX-License-Identifier: ISC */
/*
 * Backhaul dependencies: which silent site is the cause and which sites are silent only because of it. Pure: it knows sites by number and id,
 * what it is told of them, and no alarm.
 *
 * A site depends on paths: any one of them is enough, and a path needs all of its hubs. A site is blocked when each of its paths has a hub that
 * is down. Down and not blocked: a root. Blocked: a consequence of the roots found upward. Where sites depend on each other in a ring and
 * nothing outside the ring explains it, the member that fell silent first (then the one with the lowest number) is the root, for
 * all of them and for all that hangs below.
 */
#ifndef AGENT_ALARM_CORRELATE_GRAPH_H
#define AGENT_ALARM_CORRELATE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAPH_ANCESTORS_MAX \
	256 /* silent sites looked at above one; with more of them it is told, not hidden */
#define GRAPH_ROOTS_MAX 8
#define GRAPH_WAIT_MAX  16
#define GRAPH_INFER_MIN \
	3 /* sites that depend on an unmonitored hub alone, before their silence says that it is down */

enum graph_state {
	GRAPH_UP,      /* or nothing is known against it */
	GRAPH_SUSPECT, /* silent; its own hold is not over */
	GRAPH_DOWN,    /* held true to be unreachable */
};

struct graph_path { /* all of its hubs are needed; by id: a hub may not be in the inventory yet */
	const char *const *hubs;
	size_t count;
};

struct graph_site {
	uint32_t number; /* not 0 */
	const char *id;
	bool is_monitored; /* it has devices: it can be heard, and missed */
	const struct graph_path *paths;
	size_t path_count; /* 0: it depends on nothing */
};

enum graph_verdict { GRAPH_ROOT, GRAPH_CONSEQUENCE, GRAPH_WAIT };

struct graph_judgement {
	enum graph_verdict verdict;
	uint32_t cause; /* CONSEQUENCE: the hub next above it on the shortest way to a root */
	/* First the one at the end of the chain of causes, then the others as they fell silent. A root is its own. More than fit are left out. */
	uint32_t roots[GRAPH_ROOTS_MAX];
	size_t root_count;
	/* WAIT: sites a sign of life from which (after this one's silence began) would make it a root: whom to ask. */
	uint32_t wait_for[GRAPH_WAIT_MAX];
	size_t wait_count;
};

struct graph;

/* `inferred` (may be NULL): an unmonitored hub became, or is no longer, down by inference. It may judge, and must not change the graph. */
struct graph *graph_new(void (*inferred)(void *arg, uint32_t hub, bool is_down), void *arg);
void graph_free(struct graph *graph);

/*
 * Makes a site known, or changes it; all is copied. Costs O(its paths). A site does not depend on itself: such an entry is left out.
 * 0, -ENOMEM (then nothing changed), -EINVAL: no number, or the id or the number is another site's.
 */
int graph_set_site(struct graph *graph, const struct graph_site *site);
/* What depends on it still does, by its id, and is no longer blocked by it. */
void graph_remove_site(struct graph *graph, uint32_t site);

/* `since_ms`: when its silence began, monotonic; GRAPH_UP: when it was heard. A site that is not known is nothing. */
void graph_set_state(struct graph *graph, uint32_t site, enum graph_state state, int64_t since_ms);
/* A sign of life, also from a site that was up: what is waited for may be decided by it. */
void graph_heard(struct graph *graph, uint32_t site, int64_t heard_ms);
enum graph_state graph_state(const struct graph *graph, uint32_t site);

/*
 * Why this site is silent, whatever its own state is. WAIT: its hubs that are down do not explain it, but with those that are suspect, or were not
 * heard since its silence began, they would. The caller bounds the wait; `is_wait_over` makes it a root. What the verdict depends on are
 * the states alone, not the order in which they came.
 */
void graph_judge(struct graph *graph, uint32_t site, bool is_wait_over, struct graph_judgement *out);

/* Down because all that depend on it alone are: it has no devices that could say so. */
bool graph_inferred(const struct graph *graph, uint32_t hub);

/* Each site with a path through the hub, once, until `fn` returns non-zero; returns that. O(dependents). `fn` must not call graph_set_site() or graph_remove_site(). */
int
graph_each_dependent(const struct graph *graph, uint32_t hub, int (*fn)(void *arg, uint32_t site), void *arg);
size_t graph_dependent_count(const struct graph *graph, uint32_t hub);
/* Each hub of the site's paths that is in the inventory, once; as above. */
int graph_each_hub(const struct graph *graph, uint32_t site, int (*fn)(void *arg, uint32_t hub), void *arg);

#endif
