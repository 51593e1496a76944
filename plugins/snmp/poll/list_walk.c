/* SPDX-License-Identifier: ISC */
/* Lists of active alarms, walked. */
#include "plugins/snmp/poll/list_walk.h"

#include <stdlib.h>

#define WALK_MAX 5000 /* objects of a column: no list of active alarms is as long */

struct list_walk {
	const struct profile_plan *plan;
	struct faults *faults;
	uint64_t groups;
	struct object_set *objects; /* of the list in turn */
	struct subtree subtree;     /* of its column in turn */
	uint32_t list;
	size_t column;
	bool is_begun; /* the column in turn */
};

struct list_walk *
list_walk_new(const struct profile_plan *plan, struct faults *faults, struct learned *learned,
    enum codec_version version, uint64_t groups)
{
	struct list_walk *walk = calloc(1, sizeof(*walk));

	if (walk == NULL)
		return NULL;
	*walk = (struct list_walk){
		.plan = plan, .faults = faults, .groups = groups, .objects = object_set_new()
	};
	if (walk->objects == NULL) {
		list_walk_free(walk);
		return NULL;
	}
	subtree_init(&walk->subtree, walk->objects, learned, version, WALK_MAX);
	return walk;
}

void
list_walk_free(struct list_walk *walk)
{
	if (walk == NULL)
		return;
	object_set_free(walk->objects);
	free(walk);
}

static void
list_done(struct list_walk *walk)
{
	object_set_clear(walk->objects);
	walk->list++;
	walk->column = 0;
	walk->is_begun = false;
}

static bool
is_its_turn(const struct list_walk *walk, uint32_t list)
{
	uint32_t group = walk->plan->lists[list].group;
	return (walk->groups >> (group < 64 ? group : 0) & 1) != 0;
}

bool
list_walk_next(struct list_walk *walk)
{
	while (walk->list < walk->plan->list_count && !is_its_turn(walk, walk->list))
		walk->list++;
	if (walk->list >= walk->plan->list_count)
		return false;
	if (!walk->is_begun)
		subtree_begin(&walk->subtree, walk->plan->lists[walk->list].columns[walk->column]);
	walk->is_begun = true;
	return true;
}

void
list_walk_ask(const struct list_walk *walk, struct session_question *question)
{
	subtree_ask(&walk->subtree, question);
}

/* The first column has an object in every row: when it has none, there is no alarm. A walk that did not end well tells nothing. */
static void
go_on(struct list_walk *walk, enum subtree_state state)
{
	const struct plan_list *list = &walk->plan->lists[walk->list];

	if (state == SUBTREE_MORE)
		return;
	walk->is_begun = false;
	walk->column++;
	if (walk->subtree.trouble != NULL) {
		list_done(walk);
	} else if (walk->column == list->column_count || object_set_count(walk->objects) == 0) {
		faults_read_list(walk->faults, walk->list, walk->objects);
		list_done(walk);
	}
}

void
list_walk_answer(struct list_walk *walk, const struct codec_answer *answer)
{
	go_on(walk, subtree_answer(&walk->subtree, answer));
}

void
list_walk_choked(struct list_walk *walk)
{
	go_on(walk, subtree_choked(&walk->subtree));
}
