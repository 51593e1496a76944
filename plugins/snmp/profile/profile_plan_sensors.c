/* SPDX-License-Identifier: ISC */
/* From the sensor rules of a profile and the objects of a device to the sensors that the device has. */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/profile/profile_planner.h"

static const struct profile_choice *
choose(struct planner *p, const struct profile_rule *rule, const struct row *row)
{
	if (rule->kind_by.oid.len == 0)
		return &rule->choices[0];
	const struct snmp_object *by = profile_ref_find(&rule->kind_by, p->objects, row->index);
	const struct profile_choice *otherwise = NULL;
	struct profile_field field = { 0 };

	if (by != NULL)
		field = profile_field_of(&by->value);
	for (size_t i = 0; i < rule->choice_count; i++) {
		if (rule->choices[i].when.is_else)
			otherwise = &rule->choices[i];
		else if (by != NULL && profile_literal_is(&rule->choices[i].when, &field))
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
	int64_t a = profile_common_divisor(up, decode->divide),
		b = profile_common_divisor(decode->multiply, down);
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
	const unsigned decimals = rule->is_logarithmic ? 0 : choice->kind->decimals;
	if (!scale_by_factors(p, rule, row, decode) || !exponent_of(p, rule, row, &exponent) ||
	    !scale_by_ten(decode, exponent + decimals))
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
clash(const struct found *old, const struct found *new)
{
	bool is_same = !old->is_alarm &&
	    old->sensor.decode.kind ==
		new->sensor.decode.kind &&strcmp(old->sensor.instance, new->sensor.instance) == 0;

	return is_same ? "another sensor has its kind and instance" : NULL;
}

int
planner_sensor(struct planner *p, const void *arg, const struct row *row)
{
	const struct profile_rule *rule = arg;
	struct found new = { .every_ms = rule->every_ms,
		.sensor = { .profile = p->profile, .is_rate = rule->is_rate } };

	if (!profile_conditions_hold(&rule->table_conditions, p->objects, row->index) ||
	    !profile_conditions_hold(&rule->conditions, p->objects, row->index)) {
		planner_leave(p, row, "its conditions do not hold");
		return 0;
	}
	if (!is_fitted(rule, row)) {
		planner_leave(p, row, "it is not fitted");
		return 0;
	}
	const char *reason = make_decode(p, rule, row, &new.sensor.decode);
	if (reason != NULL) {
		planner_leave(p, row, reason);
		return 0;
	}
	const struct profile_templates instance = { &rule->instance, 1 };
	new.sensor.instance = planner_text(p, &instance, row, PLAN_INSTANCE_MAX);
	new.sensor.label = planner_text(p, &rule->labels, row, PLAN_LABEL_MAX);
	if (new.sensor.instance == NULL || new.sensor.label == NULL)
		return -ENOMEM;
	return planner_keep(p, row, &new, clash);
}
