/* SPDX-License-Identifier: ISC */
/* From the rules of a match and the objects of a device to the sensors that the device has. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"
#include "plugins/snmp/profile/profile_text.h"

#define INSTANCE_MAX 63
#define LABEL_MAX    127

/* A sensor while the plan is made: found rule by rule, put in the order of OIDs at the end. */
struct found {
	struct plan_sensor sensor;
	struct snmp_oid oid;
	size_t order;
};

struct plan {
	struct profile_plan face;
	struct pool pool;
};

struct planner {
	struct plan *plan;
	struct object_set *objects;
	profile_left_fn *left;
	void *left_arg;
	const struct profile *profile;
	size_t profile_start; /* in found[]: the first sensor of `profile` */
	struct found *found;
	size_t count, capacity;
};

/* The object that a rule is being applied to, and its row. */
struct row {
	const struct snmp_object *object;
	struct snmp_oid index; /* len 0: a scalar */
};

static void
leave(struct planner *p, const struct row *row, const char *reason)
{
	if (p->left != NULL)
		p->left(
		    p->left_arg, p->profile, (struct snmp_oid){ row->object->ids, row->object->len }, reason);
}

static const struct profile_choice *
choose(struct planner *p, const struct profile_rule *rule, const struct row *row)
{
	if (rule->kind_by.oid.len == 0)
		return &rule->choices[0];
	const struct snmp_object *by = profile_ref_find(&rule->kind_by, p->objects, row->index);
	const struct profile_choice *otherwise = NULL;
	if (by == NULL)
		return NULL;
	struct profile_field field = profile_field_of(&by->value);
	for (size_t i = 0; i < rule->choice_count; i++) {
		if (rule->choices[i].when.is_else)
			otherwise = &rule->choices[i];
		else if (profile_literal_is(&rule->choices[i].when, &field))
			return &rule->choices[i];
	}
	return otherwise;
}

/* The power of ten that other objects add to the scale; false: one of them is not there or no exponent. */
static bool
exponent_of(struct planner *p, const struct profile_rule *rule, const struct row *row, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < rule->exponent_count; i++) {
		const struct profile_exponent *exponent = &rule->exponents[i];
		const struct snmp_object *object = profile_ref_find(&exponent->ref, p->objects, row->index);
		int64_t value;

		if (object == NULL)
			return false;
		struct profile_field field = profile_field_of(&object->value);
		if (exponent->map != NULL) {
			const struct profile_map_entry *entry = profile_map_find(exponent->map, &field);
			if (entry == NULL)
				return false;
			value = entry->value;
		} else {
			if (!field.has_number || field.number.digits < -100 || field.number.digits > 100 ||
			    field.number.decimals != 0)
				return false;
			value = (int64_t)field.number.digits;
		}
		if (value < -100 || value > 100)
			return false;
		*out += value * exponent->multiply;
	}
	return true;
}

/* Multiplies the fraction by 10^exponent; false: it does not fit. */
static bool
scale_by_ten(struct profile_decode *decode, int64_t exponent)
{
	for (; exponent > 0; exponent--) {
		if (decode->divide % 10 == 0)
			decode->divide /= 10;
		else if (__builtin_mul_overflow(decode->multiply, 10, &decode->multiply))
			return false;
	}
	for (; exponent < 0; exponent++) {
		if (decode->multiply % 10 == 0)
			decode->multiply /= 10;
		else if (__builtin_mul_overflow(decode->divide, 10, &decode->divide))
			return false;
	}
	return true;
}

static int64_t
common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

/* Multiplies the fraction by up/down; false: it does not fit, or is nothing. */
static bool
scale_by(struct profile_decode *decode, int64_t up, int64_t down)
{
	if (up == 0 || down == 0 || up == INT64_MIN || down == INT64_MIN)
		return false;
	if (down < 0) {
		up = -up;
		down = -down;
	}
	int64_t a = common_divisor(up, decode->divide), b = common_divisor(decode->multiply, down);
	return !__builtin_mul_overflow(decode->multiply / b, up / a, &decode->multiply) &&
	    !__builtin_mul_overflow(decode->divide / a, down / b, &decode->divide);
}

/* By the values of other objects. */
static bool
scale_by_factors(
    struct planner *p, const struct profile_rule *rule, const struct row *row, struct profile_decode *decode)
{
	for (size_t i = 0; i < rule->factor_count; i++) {
		const struct profile_factor *factor = &rule->factors[i];
		const struct snmp_object *object = profile_ref_find(&factor->ref, p->objects, row->index);
		int64_t number, one = 1;

		if (object == NULL)
			return false;
		struct profile_field field = profile_field_of(&object->value);
		if (factor->map != NULL) {
			const struct profile_map_entry *entry = profile_map_find(factor->map, &field);
			if (entry == NULL)
				return false;
			number = entry->value;
			one = PROFILE_FACTOR_ONE;
		} else {
			if (!field.has_number || field.number.digits < -INT64_MAX ||
			    field.number.digits > INT64_MAX)
				return false;
			number = (int64_t)field.number.digits;
			for (unsigned d = 0; d < field.number.decimals; d++)
				one *= 10; /* at most 18 of them */
		}
		if (!(factor->is_divisor ? scale_by(decode, one, number) : scale_by(decode, number, one)))
			return false;
	}
	return true;
}

/* NULL: `decode` is complete; else why it cannot be. */
static const char *
make_decode(
    struct planner *p, const struct profile_rule *rule, const struct row *row, struct profile_decode *decode)
{
	const struct profile_choice *choice = choose(p, rule, row);
	int64_t exponent;

	if (choice == NULL)
		return "of a type that has no kind";
	*decode = (struct profile_decode){ .kind = choice->kind,
		.map = choice->map,
		.multiply = rule->multiply,
		.divide = rule->divide,
		.rule = rule };
	if (choice->kind->value_class != TOWERD_KIND_NUMBER)
		return NULL;
	if (!scale_by_factors(p, rule, row, decode) || !exponent_of(p, rule, row, &exponent) ||
	    !scale_by_ten(decode, exponent + choice->kind->decimals))
		return "its scale is not known";
	return NULL;
}

/* The device says by its value that nothing is there. */
static bool
is_fitted(const struct profile_rule *rule, const struct row *row)
{
	struct profile_field field;

	return rule->not_fitted_count == 0 ||
	    profile_extract(&rule->extract, &row->object->value, &field) != TOWERD_GOOD ||
	    !profile_literals_have(rule->not_fitted, rule->not_fitted_count, &field);
}

static const char *
make_text(struct planner *p, const struct profile_template *templates, size_t count, const struct row *row,
    size_t max)
{
	char text[LABEL_MAX + 1] = "";

	for (size_t i = 0; i < count; i++)
		if (profile_template_write(&templates[i], p->objects, row->index, text, max + 1))
			break;
	return pool_text(&p->plan->pool, text, strlen(text));
}

/* NULL: it may be added; else why not. */
static const char *
clash(const struct planner *p, const struct found *new)
{
	if (p->count == PLAN_SENSORS_MAX)
		return "one sensor too many for a device";
	for (size_t i = 0; i < p->count; i++) {
		const struct found *old = &p->found[i];
		bool is_same_object =
		    oid_compare(old->oid.ids, old->oid.len, new->oid.ids, new->oid.len) == 0;
		if (is_same_object && i < p->profile_start)
			return "read by a profile before this one";
		if (old->sensor.decode.kind == new->sensor.decode.kind &&
		    strcmp(old->sensor.instance, new->sensor.instance) == 0)
			return "another sensor has its kind and instance";
	}
	return NULL;
}

static int
keep(struct planner *p, const struct row *row, struct found *new)
{
	if (p->count == p->capacity) {
		size_t capacity = p->capacity == 0 ? 64 : p->capacity * 2;
		struct found *found = realloc(p->found, capacity * sizeof(found[0]));
		if (found == NULL)
			return -ENOMEM;
		p->found = found;
		p->capacity = capacity;
	}
	const char *reason = clash(p, new);
	if (reason != NULL) {
		leave(p, row, reason);
		return 0;
	}
	new->oid.ids =
	    pool_copy(&p->plan->pool, row->object->ids, row->object->len, sizeof(row->object->ids[0]));
	if (new->oid.ids == NULL)
		return -ENOMEM;
	new->order = p->count;
	p->found[p->count++] = *new;
	return 0;
}

static int
apply(struct planner *p, const struct profile_rule *rule, const struct row *row)
{
	struct found new = { .oid = { row->object->ids, row->object->len },
		.sensor = { .profile = p->profile } };

	if (!profile_conditions_hold(&rule->table_conditions, p->objects, row->index) ||
	    !profile_conditions_hold(&rule->conditions, p->objects, row->index)) {
		leave(p, row, "its conditions do not hold");
		return 0;
	}
	if (!is_fitted(rule, row)) {
		leave(p, row, "it is not fitted");
		return 0;
	}
	const char *reason = make_decode(p, rule, row, &new.sensor.decode);
	if (reason != NULL) {
		leave(p, row, reason);
		return 0;
	}
	new.sensor.instance = make_text(p, &rule->instance, 1, row, INSTANCE_MAX);
	new.sensor.label = make_text(p, rule->labels.items, rule->labels.count, row, LABEL_MAX);
	if (new.sensor.instance == NULL || new.sensor.label == NULL)
		return -ENOMEM;
	return keep(p, row, &new);
}

static int
apply_rule(struct planner *p, const struct profile_rule *rule)
{
	const struct snmp_oid *oid = &rule->oid.oid;
	int rc = 0;

	if (!rule->oid.has_index) {
		struct row row = { .object = object_set_find(p->objects, oid->ids, oid->len) };
		return row.object == NULL ? 0 : apply(p, rule, &row);
	}
	for (size_t i = object_set_from(p->objects, oid->ids, oid->len); rc == 0; i++) {
		struct row row = { .object = object_set_at(p->objects, i) };
		if (row.object == NULL ||
		    !oid_has_prefix(row.object->ids, row.object->len, oid->ids, oid->len))
			break;
		row.index = (struct snmp_oid){ row.object->ids + oid->len, row.object->len - oid->len };
		if (row.index.len > 0)
			rc = apply(p, rule, &row);
	}
	return rc;
}

static int
compare_found(const void *one, const void *other)
{
	const struct found *a = one, *b = other;
	int c = oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len);

	return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

/* The arrays that the poller goes through. */
static int
lay_out(struct planner *p)
{
	struct plan_sensor *sensors = pool_take(&p->plan->pool, p->count, sizeof(sensors[0]));
	struct plan_object *objects = pool_take(&p->plan->pool, p->count, sizeof(objects[0]));
	size_t count = 0;

	if (sensors == NULL || objects == NULL)
		return -ENOMEM;
	if (p->count > 0)
		qsort(p->found, p->count, sizeof(p->found[0]), compare_found);
	for (size_t i = 0; i < p->count; i++) {
		const struct found *found = &p->found[i];
		sensors[i] = found->sensor;
		const struct snmp_oid *last = count == 0 ? NULL : &objects[count - 1].oid;
		if (last == NULL || oid_compare(last->ids, last->len, found->oid.ids, found->oid.len) != 0)
			objects[count++] = (struct plan_object){ .oid = found->oid, .first = (uint32_t)i };
		objects[count - 1].count++;
	}
	p->plan->face = (struct profile_plan){
		.objects = objects, .object_count = count, .sensors = sensors, .sensor_count = p->count
	};
	return 0;
}

int
profile_plan_new(const struct profile_match *match, struct object_set *objects, profile_left_fn *left,
    void *arg, struct profile_plan **out)
{
	struct planner p = {
		.plan = calloc(1, sizeof(*p.plan)), .objects = objects, .left = left, .left_arg = arg
	};
	int rc = p.plan == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < match->count; i++) {
		p.profile = match->profiles[i];
		p.profile_start = p.count;
		for (size_t r = 0; rc == 0 && r < p.profile->rule_count; r++)
			rc = apply_rule(&p, &p.profile->rules[r]);
	}
	if (rc == 0)
		rc = lay_out(&p);
	free(p.found);
	if (rc == 0)
		*out = &p.plan->face;
	else if (p.plan != NULL)
		profile_plan_free(&p.plan->face);
	return rc;
}

void
profile_plan_free(struct profile_plan *plan)
{
	if (plan == NULL)
		return;
	struct plan *whole = (struct plan *)plan; /* `face` comes first */
	pool_fini(&whole->pool);
	free(whole);
}
