/* SPDX-License-Identifier: ISC */
/* From the rules of a match and the objects of a device to what is polled: every rule applied, the results put in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "plugins/snmp/profile/profile_planner.h"

#define GROUPS_MAX 16

void
planner_leave(struct planner *p, const struct row *row, const char *reason)
{
	if (p->left != NULL)
		p->left(
		    p->left_arg, p->profile, (struct snmp_oid){ row->object->ids, row->object->len }, reason);
}

const char *
planner_text(struct planner *p, const struct profile_templates *templates, const struct row *row, size_t max)
{
	char text[PLAN_FAULT_TEXT_MAX + 1];

	profile_texts_write(templates, p->objects, row->index, text, max + 1);
	return pool_text(&p->plan->pool, text, strlen(text));
}

static int
each_row(struct planner *p, const struct profile_ref *ref,
    int (*fn)(struct planner *p, const void *rule, const struct row *row), const void *rule)
{
	const struct snmp_oid *oid = &ref->oid;
	int rc = 0;

	if (!ref->has_index) {
		struct row row = { .object = object_set_find(p->objects, oid->ids, oid->len) };
		return row.object == NULL ? 0 : fn(p, rule, &row);
	}
	for (size_t i = object_set_from(p->objects, oid->ids, oid->len); rc == 0; i++) {
		struct row row = { .object = object_set_at(p->objects, i) };
		if (row.object == NULL ||
		    !oid_has_prefix(row.object->ids, row.object->len, oid->ids, oid->len))
			break;
		row.index = (struct snmp_oid){ row.object->ids + oid->len, row.object->len - oid->len };
		if (row.index.len > 0)
			rc = fn(p, rule, &row);
	}
	return rc;
}

/* NULL: it may be kept. */
static const char *
reason_against(const struct planner *p, const struct row *row, const struct found *new, clash_fn *clash)
{
	if ((new->is_alarm ? p->alarm_count : p->sensor_count) == PLAN_SENSORS_MAX)
		return new->is_alarm ? "one alarm too many for a device" : "one sensor too many for a device";
	for (size_t i = 0; i < p->count; i++) {
		const struct found *old = &p->found[i];
		bool is_same_object =
		    oid_compare(old->oid.ids, old->oid.len, row->object->ids, row->object->len) == 0;
		if (is_same_object && i < p->profile_start && old->is_alarm == new->is_alarm)
			return "read by a profile before this one";
		const char *reason = clash(old, new);
		if (reason != NULL)
			return reason;
	}
	return NULL;
}

int
planner_keep(struct planner *p, const struct row *row, struct found *new, clash_fn *clash)
{
	if (p->count == p->capacity) {
		size_t capacity = p->capacity == 0 ? 64 : p->capacity * 2;
		struct found *found = realloc(p->found, capacity * sizeof(found[0]));
		if (found == NULL)
			return -ENOMEM;
		p->found = found;
		p->capacity = capacity;
	}
	const char *reason = reason_against(p, row, new, clash);
	if (reason != NULL) {
		planner_leave(p, row, reason);
		return 0;
	}
	new->oid.len = row->object->len;
	new->oid.ids =
	    pool_copy(&p->plan->pool, row->object->ids, row->object->len, sizeof(row->object->ids[0]));
	if (new->oid.ids == NULL)
		return -ENOMEM;
	new->order = p->count;
	p->found[p->count++] = *new;
	*(new->is_alarm ? &p->alarm_count : &p->sensor_count) += 1;
	return 0;
}

static int
compare_found(const void *one, const void *other)
{
	const struct found *a = one, *b = other;
	int c = oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len);

	return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

int
planner_group(struct planner *p, int64_t every_ms)
{
	struct profile_plan *face = &p->plan->face;
	struct plan_group *groups = (struct plan_group *)face->groups; /* ours until the plan is made */
	char name[TOWERD_TIME_TEXT] = "";

	for (size_t i = 0; i < face->group_count; i++)
		if (groups[i].interval_ms == every_ms)
			return (int)i;
	if (face->group_count == GROUPS_MAX)
		return 0;
	if (every_ms > 0)
		towerd_duration_format(every_ms, name);
	struct plan_group *group = &groups[face->group_count];
	*group = (struct plan_group){ pool_text(&p->plan->pool, name, strlen(name)), every_ms };
	if (group->name == NULL)
		return -ENOMEM;
	return (int)face->group_count++;
}

/* The faster of two cadences; the device's own, which nobody knows here, is taken for the fastest. */
static int64_t
faster(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The arrays that the poller goes through. */
static int
lay_out(struct planner *p)
{
	struct profile_plan *face = &p->plan->face;
	struct plan_sensor *sensors = pool_take(&p->plan->pool, p->sensor_count, sizeof(sensors[0]));
	struct plan_alarm *alarms = pool_take(&p->plan->pool, p->alarm_count, sizeof(alarms[0]));
	struct plan_object *objects = pool_take(&p->plan->pool, p->count, sizeof(objects[0]));

	if (sensors == NULL || alarms == NULL || objects == NULL)
		return -ENOMEM;
	if (p->count > 0)
		qsort(p->found, p->count, sizeof(p->found[0]), compare_found);
	face->objects = objects;
	face->sensors = sensors;
	face->alarms = alarms;
	for (size_t i = 0; i < p->count;) {
		struct plan_object *object = &objects[face->object_count++];
		const struct snmp_oid oid = p->found[i].oid;
		int64_t every_ms = p->found[i].every_ms;
		*object = (struct plan_object){ .oid = oid,
			.first = (uint32_t)face->sensor_count,
			.alarm_first = (uint32_t)face->alarm_count };
		for (; i < p->count &&
		     oid_compare(p->found[i].oid.ids, p->found[i].oid.len, oid.ids, oid.len) == 0;
		     i++) {
			every_ms = faster(every_ms, p->found[i].every_ms);
			if (p->found[i].is_alarm)
				alarms[face->alarm_count++] = p->found[i].alarm;
			else
				sensors[face->sensor_count++] = p->found[i].sensor;
		}
		object->count = (uint32_t)face->sensor_count - object->first;
		object->alarm_count = (uint32_t)face->alarm_count - object->alarm_first;
		int group = planner_group(p, every_ms);
		if (group < 0)
			return group;
		object->group = (uint32_t)group;
	}
	return 0;
}

static int
apply_profile(struct planner *p, const struct profile *profile)
{
	int rc = 0;

	p->profile = profile;
	p->profile_start = p->count;
	for (size_t i = 0; rc == 0 && i < profile->rule_count; i++)
		rc = each_row(p, &profile->rules[i].oid, planner_sensor, &profile->rules[i]);
	for (size_t i = 0; rc == 0 && i < profile->alarm_count; i++)
		rc = each_row(p, &profile->alarms[i].oid, planner_alarm, &profile->alarms[i]);
	return rc;
}

static int
make_plan(struct planner *p, const struct profile_match *match)
{
	int rc = 0;

	p->plan->face.groups = pool_take(&p->plan->pool, GROUPS_MAX, sizeof(struct plan_group));
	if (p->plan->face.groups == NULL || planner_group(p, 0) < 0)
		return -ENOMEM;
	p->plan->used = pool_copy(&p->plan->pool, match->profiles, match->count, sizeof(match->profiles[0]));
	if (p->plan->used == NULL)
		return -ENOMEM;
	p->plan->used_count = match->count;
	if (match->count > 0)
		p->plan->profiles = profiles_ref(match->profiles[0]->owner);
	for (size_t i = 0; rc == 0 && i < match->count; i++)
		rc = apply_profile(p, match->profiles[i]);
	if (rc == 0)
		rc = lay_out(p);
	if (rc == 0)
		rc = planner_lists(p, match);
	return rc == 0 ? planner_attributes(p, match) : rc;
}

int
profile_plan_new(const struct profile_match *match, struct object_set *objects, profile_left_fn *left,
    void *arg, struct profile_plan **out)
{
	struct planner p = {
		.plan = calloc(1, sizeof(*p.plan)), .objects = objects, .left = left, .left_arg = arg
	};

	if (p.plan == NULL)
		return -ENOMEM;
	int rc = make_plan(&p, match);
	free(p.found);
	if (rc == 0)
		*out = &p.plan->face;
	else
		profile_plan_free(&p.plan->face);
	return rc;
}

bool
profile_plan_is_current(const struct profile_plan *plan, const struct profiles *profiles)
{
	const struct plan *whole = (const struct plan *)plan; /* `face` comes first */

	for (size_t i = 0; i < whole->used_count; i++) {
		const struct profile *used = whole->used[i], *now = profiles_find(profiles, used->name);
		if (now == NULL || now->hash != used->hash)
			return false;
	}
	return true;
}

void
profile_plan_free(struct profile_plan *plan)
{
	if (plan == NULL)
		return;
	struct plan *whole = (struct plan *)plan; /* `face` comes first */
	pool_fini(&whole->pool);
	profiles_unref(whole->profiles);
	free(whole);
}
