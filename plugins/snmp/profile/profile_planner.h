/* SPDX-License-Identifier: ISC */
/* Between the parts of the planner: what is found rule by rule, and put in order at the end. */
#ifndef PLUGINS_SNMP_PROFILE_PLANNER_H
#define PLUGINS_SNMP_PROFILE_PLANNER_H

#include "plugins/snmp/profile/profile_parts.h"
#include "plugins/snmp/profile/profile_text.h"

/* A sensor or an alarm, and its object. */
struct found {
	struct snmp_oid oid;
	int64_t every_ms;
	size_t order;
	bool is_alarm;
	union {
		struct plan_sensor sensor;
		struct plan_alarm alarm;
	};
};

struct plan {
	struct profile_plan face;
	struct profiles *profiles;
	const struct profile *const *used;
	size_t used_count;
	struct pool pool;
};

struct planner {
	struct plan *plan;
	struct object_set *objects;
	profile_left_fn *left;
	void *left_arg;
	const struct profile *profile;
	size_t profile_start; /* in found[]: the first one of `profile` */
	struct found *found;
	size_t count, capacity;
	size_t sensor_count, alarm_count;
};

/* The object that a rule is being applied to, and its row. */
struct row {
	const struct snmp_object *object;
	struct snmp_oid index; /* len 0: a scalar */
};

/* NULL: it may be kept; else why not. */
typedef const char *clash_fn(const struct found *old, const struct found *new);

void planner_leave(struct planner *p, const struct row *row, const char *reason);
/* The first of the texts all of whose placeholders have one, in the plan's memory. NULL: no memory. */
const char *
planner_text(struct planner *p, const struct profile_templates *templates, const struct row *row, size_t max);
/* Keeps what was found, or leaves it for the reason that `clash` gives about one that is there. */
int planner_keep(struct planner *p, const struct row *row, struct found *new, clash_fn *clash);

int planner_sensor(struct planner *p, const void *rule, const struct row *row);
int planner_alarm(struct planner *p, const void *rule, const struct row *row);
/* The plan's lists and attributes, from all profiles of the match; groups are there by then. */
int planner_lists(struct planner *p, const struct profile_match *match);
int planner_attributes(struct planner *p, const struct profile_match *match);
/* The group's position in the plan; < 0: no memory. */
int planner_group(struct planner *p, int64_t every_ms);

#endif
