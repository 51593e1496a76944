/* SPDX-License-Identifier: ISC */
/* From the rules of a match to the alarms and lists of a device, and to what it says of itself. */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/profile/profile_planner.h"

static const char *
clash(const struct found *old, const struct found *new)
{
	bool is_same = old->is_alarm && strcmp(old->alarm.type, new->alarm.type) == 0 &&
	    strcmp(old->alarm.qualifier, new->alarm.qualifier) == 0;

	return is_same ? "another alarm has its type and qualifier" : NULL;
}

int
planner_alarm(struct planner *p, const void *arg, const struct row *row)
{
	const struct profile_alarm_rule *rule = arg;
	const struct profile_templates qualifier = { &rule->qualifier, 1 };
	struct found new = {
		.is_alarm = true, .every_ms = rule->every_ms, .alarm = { .rule = rule, .type = rule->type }
	};

	if (!profile_conditions_hold(&rule->table_conditions, p->objects, row->index) ||
	    !profile_conditions_hold(&rule->conditions, p->objects, row->index)) {
		planner_leave(p, row, "its conditions do not hold");
		return 0;
	}
	new.alarm.qualifier = planner_text(p, &qualifier, row, PLAN_INSTANCE_MAX);
	new.alarm.text = planner_text(p, &rule->texts, row, PLAN_FAULT_TEXT_MAX);
	if (new.alarm.qualifier == NULL || new.alarm.text == NULL)
		return -ENOMEM;
	return planner_keep(p, row, &new, clash);
}

struct columns {
	struct snmp_oid row;
	struct snmp_oid *oids;
	size_t count;
};

static int
count_column(void *arg, struct snmp_oid root, bool is_scalar)
{
	struct columns *columns = arg;

	(void)root, (void)is_scalar;
	columns->count++;
	return 0;
}

/* The column that finds the rows comes first. */
static int
add_column(void *arg, struct snmp_oid root, bool is_scalar)
{
	struct columns *columns = arg;
	struct snmp_oid *at = &columns->oids[columns->count++];

	(void)is_scalar;
	*at = root;
	if (oid_has_prefix(columns->row.ids, columns->row.len, root.ids, root.len)) {
		*at = columns->oids[0];
		columns->oids[0] = root;
	}
	return 0;
}

static int
plan_list(struct planner *p, const struct profile_list_rule *rule, struct plan_list *out)
{
	struct columns columns = { .row = rule->row.oid };
	int rc = profile_list_walks(rule, count_column, &columns);

	if (rc < 0)
		return rc;
	columns.oids = pool_take(&p->plan->pool, columns.count, sizeof(columns.oids[0]));
	columns.count = 0;
	rc = columns.oids == NULL ? -ENOMEM : profile_list_walks(rule, add_column, &columns);
	int group = rc < 0 ? rc : planner_group(p, rule->every_ms);
	if (group < 0)
		return group;
	*out = (struct plan_list){
		.rule = rule, .columns = columns.oids, .column_count = columns.count, .group = (uint32_t)group
	};
	return 0;
}

/* A table that a profile before this one reads as a list. */
static bool
is_read(const struct plan_list *lists, size_t count, const struct profile_list_rule *rule)
{
	for (size_t i = 0; i < count; i++) {
		const struct snmp_oid *row = &lists[i].rule->row.oid;
		if (oid_compare(row->ids, row->len, rule->row.oid.ids, rule->row.oid.len) == 0)
			return true;
	}
	return false;
}

int
planner_lists(struct planner *p, const struct profile_match *match)
{
	struct profile_plan *face = &p->plan->face;
	size_t max = 0;
	int rc = 0;

	for (size_t i = 0; i < match->count; i++)
		max += match->profiles[i]->list_count;
	struct plan_list *lists = pool_take(&p->plan->pool, max, sizeof(lists[0]));
	if (lists == NULL)
		return -ENOMEM;
	face->lists = lists;
	for (size_t i = 0; rc == 0 && i < match->count; i++) {
		const struct profile *profile = match->profiles[i];
		const size_t before = face->list_count; /* one profile may sort a table into several lists */
		for (size_t l = 0; rc == 0 && l < profile->list_count; l++)
			if (!is_read(lists, before, &profile->lists[l]))
				rc = plan_list(p, &profile->lists[l], &lists[face->list_count++]);
	}
	return rc;
}

/* What stands between `after` and `until`; false: nothing. */
static bool
cut(const struct profile_source *source, char *text)
{
	char *from = text;

	if (source->after != NULL) {
		from = strstr(text, source->after);
		if (from == NULL)
			return false;
		from += strlen(source->after);
	}
	char *end = source->until == NULL ? NULL : strstr(from, source->until);
	size_t len = end == NULL ? strlen(from) : (size_t)(end - from);
	for (; len > 0 && *from == ' '; from++)
		len--;
	while (len > 0 && from[len - 1] == ' ')
		len--;
	memmove(text, from, len);
	text[len] = '\0';
	return len > 0;
}

/* The object, or the first row of the column that fits. false: there is no text. */
static bool
read_source(struct planner *p, const struct profile_source *source, char *text, size_t size)
{
	const struct snmp_oid *oid = &source->column;

	if (oid->len == 0)
		return profile_template_write(
			   &source->text, p->objects, (struct snmp_oid){ 0 }, text, size) &&
		    text[0] != '\0';
	for (size_t i = object_set_from(p->objects, oid->ids, oid->len);; i++) {
		const struct snmp_object *object = object_set_at(p->objects, i);
		if (object == NULL || !oid_has_prefix(object->ids, object->len, oid->ids, oid->len))
			return false;
		const struct profile_ref ref = { .oid = { object->ids, object->len } };
		const struct profile_piece piece = { .type = PIECE_OBJECT, .ref = ref };
		const struct profile_template template = { &piece, 1 };
		const struct snmp_oid index = { object->ids + oid->len, object->len - oid->len };
		if (profile_conditions_hold(&source->conditions, p->objects, index) &&
		    profile_template_write(&template, p->objects, index, text, size) && cut(source, text))
			return true;
	}
}

static bool
has_attribute(const struct profile_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->attribute_count; i++)
		if (strcmp(plan->attributes[i].name, name) == 0)
			return true;
	return false;
}

int
planner_attributes(struct planner *p, const struct profile_match *match)
{
	struct profile_plan *face = &p->plan->face;
	size_t max = 0;

	for (size_t i = 0; i < match->count; i++)
		max += match->profiles[i]->attribute_count;
	struct plan_attribute *attributes = pool_take(&p->plan->pool, max, sizeof(attributes[0]));
	if (attributes == NULL)
		return -ENOMEM;
	face->attributes = attributes;
	for (size_t i = 0; i < match->count; i++) {
		for (size_t a = 0; a < match->profiles[i]->attribute_count; a++) {
			const struct profile_attribute_rule *rule = &match->profiles[i]->attributes[a];
			char text[PLAN_LABEL_MAX + 1];
			bool is_found = false;
			for (size_t s = 0; s < rule->count && !is_found && !has_attribute(face, rule->name);
			     s++)
				is_found = read_source(p, &rule->sources[s], text, sizeof(text));
			if (!is_found)
				continue;
			const char *kept = pool_text(&p->plan->pool, text, strlen(text));
			if (kept == NULL)
				return -ENOMEM;
			attributes[face->attribute_count++] = (struct plan_attribute){ rule->name, kept };
		}
	}
	return 0;
}
