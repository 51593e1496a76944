/* SPDX-License-Identifier: ISC */
/* What of a device a plan looks at: the objects that rules read, and those that they choose, scale and label by. */
#include <errno.h>
#include <stdlib.h>

#include "plugins/snmp/profile/profile_parts.h"

struct root {
	struct snmp_oid oid;
	bool is_scalar;
};

struct roots {
	struct root *items;
	size_t count, capacity;
	bool is_full; /* no memory */
};

static void
add(struct roots *roots, const struct profile_ref *ref)
{
	if (ref->via != NULL)
		add(roots, &ref->via->ref);
	if (ref->oid.len == 0 || roots->is_full)
		return;
	if (roots->count == roots->capacity) {
		size_t capacity = roots->capacity == 0 ? 128 : roots->capacity * 2;
		struct root *items = realloc(roots->items, capacity * sizeof(items[0]));
		if (items == NULL) {
			roots->is_full = true;
			return;
		}
		roots->items = items;
		roots->capacity = capacity;
	}
	roots->items[roots->count++] = (struct root){ ref->oid, !ref->has_index };
}

static void
add_template(struct roots *roots, const struct profile_template *template)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->pieces[i].type == PIECE_OBJECT)
			add(roots, &template->pieces[i].ref);
}

static void
add_texts(struct roots *roots, const struct profile_templates *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		add_template(roots, &texts->items[i]);
}

static void
add_conditions(struct roots *roots, const struct profile_conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		add(roots, &conditions->items[i].ref);
}

static void
add_rule(struct roots *roots, const struct profile_rule *rule)
{
	add(roots, &rule->oid);
	add(roots, &rule->kind_by);
	for (size_t i = 0; i < rule->exponent_count; i++)
		add(roots, &rule->exponents[i].ref);
	for (size_t i = 0; i < rule->factor_count; i++)
		add(roots, &rule->factors[i].ref);
	add_conditions(roots, &rule->conditions);
	add_conditions(roots, &rule->table_conditions);
	add_template(roots, &rule->instance);
	add_texts(roots, &rule->labels);
}

static void
add_alarm(struct roots *roots, const struct profile_alarm_rule *rule)
{
	add(roots, &rule->oid);
	add_conditions(roots, &rule->conditions);
	add_conditions(roots, &rule->table_conditions);
	add_template(roots, &rule->qualifier);
	add_texts(roots, &rule->texts);
}

static void
add_list(struct roots *roots, const struct profile_list_rule *rule)
{
	add(roots, &rule->row);
	add(roots, &rule->type.by);
	add(roots, &rule->severity.by);
	add_conditions(roots, &rule->conditions);
	add_template(roots, &rule->qualifier);
	add_texts(roots, &rule->texts);
}

static void
add_attribute(struct roots *roots, const struct profile_attribute_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		const struct profile_source *source = &rule->sources[i];
		const struct profile_ref ref = { .oid = source->column,
			.has_index =
			    source->column.len > 0 && source->column.ids[source->column.len - 1] != 0 };
		add_template(roots, &source->text);
		add(roots, &ref);
		add_conditions(roots, &source->conditions);
	}
}

static void
add_profile(struct roots *roots, const struct profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		add_rule(roots, &profile->rules[i]);
	for (size_t i = 0; i < profile->alarm_count; i++)
		add_alarm(roots, &profile->alarms[i]);
	for (size_t i = 0; i < profile->attribute_count; i++)
		add_attribute(roots, &profile->attributes[i]);
}

static int
compare_roots(const void *one, const void *other)
{
	const struct root *a = one, *b = other;

	return oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len);
}

/* Calls fn for each root that is not within another. */
static int
visit(struct roots *roots, profile_walk_fn *fn, void *arg)
{
	const struct root *last = NULL;
	int rc = roots->is_full ? -ENOMEM : 0;

	if (roots->count > 0)
		qsort(roots->items, roots->count, sizeof(roots->items[0]), compare_roots);
	for (size_t i = 0; i < roots->count && rc == 0; i++) {
		const struct root *root = &roots->items[i];
		if (last != NULL &&
		    oid_has_prefix(root->oid.ids, root->oid.len, last->oid.ids, last->oid.len))
			continue; /* it is walked already */
		rc = fn(arg, root->oid, root->is_scalar);
		last = root;
	}
	free(roots->items);
	return rc;
}

int
profile_match_walks(const struct profile_match *match, profile_walk_fn *fn, void *arg)
{
	struct roots roots = { 0 };

	for (size_t i = 0; i < match->count; i++)
		add_profile(&roots, match->profiles[i]);
	return visit(&roots, fn, arg);
}

int
profile_list_walks(const struct profile_list_rule *rule, profile_walk_fn *fn, void *arg)
{
	struct roots roots = { 0 };

	add_list(&roots, rule);
	return visit(&roots, fn, arg);
}
