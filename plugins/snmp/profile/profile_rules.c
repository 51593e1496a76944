/* SPDX-License-Identifier: ISC */
/* The sensors of a profile: `sensors:` and `tables:` into rules in which every name is resolved. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

struct sensor_nodes {
	node_t *oid, *column, *kind, *instance, *label, *multiply, *divide, *offset, *least, *exponent, *map,
	    *not_fitted, *when, *unless, *every, *rate, *complement, *logarithm;
	struct extract_nodes extract;
};

static const struct profile_key sensor_keys[] = {
	KEY(struct sensor_nodes, "oid", oid),
	KEY(struct sensor_nodes, "column", column),
	KEY(struct sensor_nodes, "kind", kind),
	KEY(struct sensor_nodes, "instance", instance),
	KEY(struct sensor_nodes, "label", label),
	KEY(struct sensor_nodes, "multiply", multiply),
	KEY(struct sensor_nodes, "divide", divide),
	KEY(struct sensor_nodes, "offset", offset),
	KEY(struct sensor_nodes, "at-least", least),
	KEY(struct sensor_nodes, "exponent", exponent),
	KEY(struct sensor_nodes, "map", map),
	KEY(struct sensor_nodes, "mask", extract.mask),
	KEY(struct sensor_nodes, "bit", extract.bit),
	KEY(struct sensor_nodes, "character", extract.character),
	KEY(struct sensor_nodes, "format", extract.format),
	KEY(struct sensor_nodes, "sign-bits", extract.sign),
	KEY(struct sensor_nodes, "after", extract.after),
	KEY(struct sensor_nodes, "not-known", extract.not_known),
	KEY(struct sensor_nodes, "not-fitted", not_fitted),
	KEY(struct sensor_nodes, "when", when),
	KEY(struct sensor_nodes, "unless", unless),
	KEY(struct sensor_nodes, "every", every),
	KEY(struct sensor_nodes, "rate", rate),
	KEY(struct sensor_nodes, "complement", complement),
	KEY(struct sensor_nodes, "logarithm", logarithm),
};

struct table_nodes {
	node_t *entry, *when, *unless, *every, *sensors, *alarms;
};

static const struct profile_key table_keys[] = {
	KEY(struct table_nodes, "entry", entry),
	KEY(struct table_nodes, "when", when),
	KEY(struct table_nodes, "unless", unless),
	KEY(struct table_nodes, "every", every),
	KEY(struct table_nodes, "sensors", sensors),
	KEY(struct table_nodes, "alarms", alarms),
};

static void
read_choice(struct parser *p, node_t *node, node_t *map, struct profile_choice *choice)
{
	const char *name = parser_text(p, node, "a kind");

	if (name == NULL)
		return;
	choice->kind = p->catalogue->kind(p->catalogue->arg, name);
	if (choice->kind == NULL)
		parser_fault(p, node, "the catalogue has no kind \"%s\"", name);
	else if (map != NULL && choice->kind->value_class == TOWERD_KIND_NUMBER)
		parser_fault(p, map, "%s is a number; a map gives states and truths", name);
	else if (map != NULL)
		choice->map = parser_value_map(p, map, parser_kind_value, choice->kind);
	else if (choice->kind->value_class == TOWERD_KIND_STATE)
		parser_fault(p, node, "%s is a state, so the sensor needs a `map:`", name);
}

/* A name, or { column: 1, map: { 8: temperature } }: by the value of another object. */
static void
read_kind(struct parser *p, node_t *node, node_t *map, struct profile_rule *rule)
{
	node_t *kinds = NULL;

	if (towerd_yaml_type(node) != TOWERD_YAML_SCALAR) {
		kinds = parser_choosing_map(p, node, "`kind:`", &rule->kind_by);
		if (kinds == NULL)
			return;
	}
	size_t count = kinds == NULL ? 1 : towerd_yaml_count(kinds);
	struct profile_choice *choices = parser_take(p, count, sizeof(choices[0]));
	if (choices == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		if (kinds != NULL)
			choices[i].when = parser_literal(towerd_yaml_key(kinds, i));
		read_choice(p, kinds == NULL ? node : towerd_yaml_value(kinds, i), map, &choices[i]);
	}
	rule->choices = choices;
	rule->choice_count = count;
}

/* In units of 10^-PROFILE_FACTOR_DECIMALS; 0 after a report. */
static int64_t
read_decimal(struct parser *p, node_t *node, const char *what)
{
	int64_t number = 0;

	if (towerd_yaml_type(node) != TOWERD_YAML_SCALAR ||
	    towerd_yaml_decimal(node, PROFILE_FACTOR_DECIMALS, &number) < 0)
		parser_fault(
		    p, node, "%s is a number with at most %d decimals", what, PROFILE_FACTOR_DECIMALS);
	return number;
}

static void
read_truth(struct parser *p, node_t *node, const char *what, bool *out)
{
	if (node != NULL && towerd_yaml_bool(node, out) < 0)
		parser_fault(p, node, "%s is true or false", what);
}

/* What of the rule is for numbers only. */
static void
check_number(struct parser *p, node_t *node, const struct profile_rule *rule)
{
	for (size_t i = 0; i < rule->choice_count; i++)
		if (rule->choices[i].kind != NULL &&
		    rule->choices[i].kind->value_class != TOWERD_KIND_NUMBER &&
		    (rule->is_rate || rule->is_complement || rule->is_logarithmic))
			parser_fault(p, node, "%s is no number, so it is no rate, complement or logarithm",
			    rule->choices[i].kind->name);
}

static void
read_sensor(struct parser *p, node_t *node, struct profile_rule *rule)
{
	struct sensor_nodes nodes = { 0 };

	if (!parser_map(p, node, "a sensor", KEYS(sensor_keys), &nodes))
		return;
	parser_place(p, node, nodes.column, nodes.oid, NULL, &rule->oid);
	if (nodes.kind != NULL)
		read_kind(p, nodes.kind, nodes.map, rule);
	else
		parser_fault(p, node, "a sensor has a `kind:`");
	rule->labels = parser_templates(p, nodes.label);
	parser_scale(p, nodes.multiply, nodes.divide, rule);
	parser_exponents(p, nodes.exponent, rule);
	parser_extract(p, &nodes.extract, &rule->extract);
	rule->conditions = parser_conditions(p, nodes.when, nodes.unless);
	if (nodes.offset != NULL)
		rule->offset = read_decimal(p, nodes.offset, "`offset:`");
	if (nodes.least != NULL)
		rule->least = read_decimal(p, nodes.least, "`at-least:`");
	rule->has_least = nodes.least != NULL;
	if (nodes.not_fitted != NULL)
		rule->not_fitted =
		    parser_literals(p, nodes.not_fitted, "`not-fitted:`", &rule->not_fitted_count);
	if (nodes.every != NULL)
		rule->every_ms = parser_duration(p, nodes.every, "`every:`");
	read_truth(p, nodes.rate, "`rate:`", &rule->is_rate);
	read_truth(p, nodes.complement, "`complement:`", &rule->is_complement);
	read_truth(p, nodes.logarithm, "`logarithm:`", &rule->is_logarithmic);
	check_number(p, node, rule);
	if (nodes.instance != NULL)
		parser_template(p, nodes.instance, &rule->instance);
	else if (p->entry.len > 0) {
		static const struct profile_piece whole_index = { .type = PIECE_INDEX };
		rule->instance = (struct profile_template){ &whole_index, 1 };
	}
}

/* The rules of a profile as they are filled. */
struct filling {
	struct profile_rule *rules;
	size_t rule_count;
	struct profile_alarm_rule *alarms;
	size_t alarm_count;
};

static void
read_table(struct parser *p, node_t *node, struct filling *filling)
{
	struct table_nodes nodes = { 0 };
	struct parser in_table = *p;

	if (!parser_map(p, node, "a table", KEYS(table_keys), &nodes))
		return;
	const char *entry = nodes.entry == NULL ? NULL : parser_text(p, nodes.entry, "`entry:`");
	if (nodes.entry == NULL)
		parser_fault(p, node, "a table has an `entry:`, the OID in front of its column numbers");
	if (entry == NULL || !parser_oid(p, nodes.entry, entry, strlen(entry), &in_table.entry))
		return;
	const struct profile_conditions conditions = parser_conditions(&in_table, nodes.when, nodes.unless);
	const int64_t every_ms = parser_duration(p, nodes.every, "`every:`");
	for (size_t i = 0; i < parser_count(nodes.sensors); i++) {
		struct profile_rule *rule = &filling->rules[filling->rule_count++];
		rule->table_conditions = conditions;
		rule->every_ms = every_ms;
		read_sensor(&in_table, parser_item(nodes.sensors, i), rule);
	}
	for (size_t i = 0; i < parser_count(nodes.alarms); i++) {
		struct profile_alarm_rule *rule = &filling->alarms[filling->alarm_count++];
		rule->table_conditions = conditions;
		rule->every_ms = every_ms;
		parser_alarm(&in_table, parser_item(nodes.alarms, i), rule);
	}
	p->out_of_memory = in_table.out_of_memory;
}

/* How many entries the tables have under `key`; what is no table is reported when it is read. */
static size_t
count_in_tables(node_t *tables, const char *key)
{
	size_t count = 0;

	for (size_t i = 0; i < parser_count(tables); i++) {
		node_t *table = parser_item(tables, i);
		if (towerd_yaml_type(table) == TOWERD_YAML_MAP)
			count += parser_count(towerd_yaml_get(table, key));
	}
	return count;
}

void
parser_rules(struct parser *p, const struct rule_nodes *nodes)
{
	struct filling filling = {
		.rules =
		    parser_take(p, parser_count(nodes->sensors) + count_in_tables(nodes->tables, "sensors"),
			sizeof(struct profile_rule)),
		.alarms =
		    parser_take(p, parser_count(nodes->alarms) + count_in_tables(nodes->tables, "alarms"),
			sizeof(struct profile_alarm_rule)),
	};

	if (filling.rules == NULL || filling.alarms == NULL)
		return;
	for (size_t i = 0; i < parser_count(nodes->sensors); i++)
		read_sensor(p, parser_item(nodes->sensors, i), &filling.rules[filling.rule_count++]);
	for (size_t i = 0; i < parser_count(nodes->alarms); i++)
		parser_alarm(p, parser_item(nodes->alarms, i), &filling.alarms[filling.alarm_count++]);
	for (size_t i = 0; i < parser_count(nodes->tables); i++)
		read_table(p, parser_item(nodes->tables, i), &filling);
	p->profile->rules = filling.rules;
	p->profile->rule_count = filling.rule_count;
	p->profile->alarms = filling.alarms;
	p->profile->alarm_count = filling.alarm_count;
}
