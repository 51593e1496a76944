/* SPDX-License-Identifier: ISC */
/* The sensors of a profile: `sensors:` and `tables:` into rules in which every name is resolved. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

#define FACTOR_DECIMALS 6 /* of `multiply:` and `divide:` */
#define FACTOR_ONE      INT64_C(1000000)
#define FACTOR_MAX      INT64_C(1000000000000)

/* A look at another object: `kind:`, `exponent:`, `when:` and `unless:` are such. */
struct look_nodes {
	node_t *column, *oid, *map, *multiply, *is;
};

static const struct profile_key kind_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "map", map),
};

static const struct profile_key exponent_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "map", map),
	KEY(struct look_nodes, "multiply", multiply),
};

static const struct profile_key condition_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "is", is),
};

struct sensor_nodes {
	node_t *oid, *column, *kind, *instance, *label, *multiply, *divide, *exponent, *map, *mask, *after,
	    *not_known, *when, *unless;
};

static const struct profile_key sensor_keys[] = {
	KEY(struct sensor_nodes, "oid", oid),
	KEY(struct sensor_nodes, "column", column),
	KEY(struct sensor_nodes, "kind", kind),
	KEY(struct sensor_nodes, "instance", instance),
	KEY(struct sensor_nodes, "label", label),
	KEY(struct sensor_nodes, "multiply", multiply),
	KEY(struct sensor_nodes, "divide", divide),
	KEY(struct sensor_nodes, "exponent", exponent),
	KEY(struct sensor_nodes, "map", map),
	KEY(struct sensor_nodes, "mask", mask),
	KEY(struct sensor_nodes, "after", after),
	KEY(struct sensor_nodes, "not-known", not_known),
	KEY(struct sensor_nodes, "when", when),
	KEY(struct sensor_nodes, "unless", unless),
};

struct table_nodes {
	node_t *entry, *when, *unless, *sensors;
};

static const struct profile_key table_keys[] = {
	KEY(struct table_nodes, "entry", entry),
	KEY(struct table_nodes, "when", when),
	KEY(struct table_nodes, "unless", unless),
	KEY(struct table_nodes, "sensors", sensors),
};

/* The object at `column:` or `oid:`, exactly one of which is there. */
static bool
read_place(struct parser *p, node_t *map, node_t *column, node_t *oid, struct profile_ref *out)
{
	node_t *node = column != NULL ? column : oid;

	if ((column == NULL) == (oid == NULL)) {
		parser_fault(p, map, "give either `column:` (in a table) or `oid:`");
		return false;
	}
	const char *text = parser_text(p, node, "a column or an OID");
	return text != NULL && parser_ref(p, node, text, strlen(text), out);
}

static void
read_choice(struct parser *p, node_t *node, node_t *map, struct profile_choice *choice)
{
	const char *name = parser_text(p, node, "a kind");

	if (name == NULL)
		return;
	choice->kind = p->kind_find(p->arg, name);
	if (choice->kind == NULL)
		parser_fault(p, node, "the catalogue has no kind \"%s\"", name);
	else if (map != NULL && choice->kind->value_class == TOWERD_KIND_NUMBER)
		parser_fault(p, map, "%s is a number; a map gives states and truths", name);
	else if (map != NULL)
		choice->map = parser_value_map(p, map, choice->kind);
	else if (choice->kind->value_class == TOWERD_KIND_STATE)
		parser_fault(p, node, "%s is a state, so the sensor needs a `map:`", name);
}

/* A name, or { column: 1, map: { 8: temperature } }: by the value of another object. */
static void
read_kind(struct parser *p, node_t *node, node_t *map, struct profile_rule *rule)
{
	struct look_nodes look = { 0 };
	node_t *kinds = NULL;

	if (towerd_yaml_type(node) != TOWERD_YAML_SCALAR) {
		if (!parser_map(p, node, "`kind:`", KEYS(kind_keys), &look) ||
		    !read_place(p, node, look.column, look.oid, &rule->kind_by))
			return;
		kinds = look.map == NULL ? NULL : parser_find_map(p, look.map);
		if (kinds == NULL) {
			parser_fault(
			    p, node, "`kind:` by another object needs a `map:` of its values to kinds");
			return;
		}
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

static void
read_exponents(struct parser *p, node_t *node, struct profile_rule *rule)
{
	size_t count = parser_count(node);
	struct profile_exponent *exponents = parser_take(p, count, sizeof(exponents[0]));

	if (exponents == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		node_t *item = parser_item(node, i);
		struct look_nodes look = { 0 };
		exponents[i].multiply = 1;
		if (!parser_map(p, item, "`exponent:`", KEYS(exponent_keys), &look) ||
		    !read_place(p, item, look.column, look.oid, &exponents[i].ref))
			continue;
		if (look.multiply != NULL && parser_int(p, look.multiply, &exponents[i].multiply) &&
		    (exponents[i].multiply < -100 || exponents[i].multiply > 100))
			parser_fault(p, look.multiply, "%s is no factor of an exponent",
			    towerd_yaml_text(look.multiply));
		if (look.map != NULL)
			exponents[i].map = parser_value_map(p, look.map, NULL);
	}
	rule->exponents = exponents;
	rule->exponent_count = count;
}

static bool
read_literals(struct parser *p, node_t *node, struct profile_condition *condition)
{
	size_t count = parser_count(node);
	struct profile_literal *literals = parser_take(p, count, sizeof(literals[0]));

	for (size_t i = 0; literals != NULL && i < count; i++) {
		node_t *item = parser_item(node, i);
		if (towerd_yaml_type(item) != TOWERD_YAML_SCALAR) {
			parser_fault(p, item, "`is:` is a number, a text, or a list of them");
			return false;
		}
		literals[i] = parser_literal(item);
	}
	condition->literals = literals;
	condition->count = count;
	return literals != NULL;
}

static size_t
read_conditions(struct parser *p, node_t *node, bool is_negated, struct profile_condition *out)
{
	const char *what = is_negated ? "`unless:`" : "`when:`";

	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		struct look_nodes look = { 0 };
		if (!parser_map(p, item, what, KEYS(condition_keys), &look) ||
		    !read_place(p, item, look.column, look.oid, &out[i].ref))
			continue;
		out[i].is_negated = is_negated;
		if (look.is == NULL)
			parser_fault(p, item, "%s needs `is:`, the values that it asks for", what);
		else
			read_literals(p, look.is, &out[i]);
	}
	return parser_count(node);
}

static const struct profile_condition *
read_both_conditions(struct parser *p, node_t *when, node_t *unless, size_t *count)
{
	struct profile_condition *conditions =
	    parser_take(p, parser_count(when) + parser_count(unless), sizeof(conditions[0]));

	if (conditions != NULL) {
		*count = read_conditions(p, when, false, conditions);
		*count += read_conditions(p, unless, true, conditions + *count);
	}
	return conditions;
}

/* In units of 10^-FACTOR_DECIMALS; 1 when there is none. */
static int64_t
read_factor(struct parser *p, node_t *node)
{
	int64_t factor;

	if (node == NULL)
		return FACTOR_ONE;
	if (towerd_yaml_decimal(node, FACTOR_DECIMALS, &factor) == 0 && factor != 0 &&
	    factor <= FACTOR_MAX * FACTOR_ONE && factor >= -FACTOR_MAX * FACTOR_ONE)
		return factor;
	parser_fault(p, node, "a factor is a number other than 0 with at most %d decimals", FACTOR_DECIMALS);
	return FACTOR_ONE;
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

static void
read_scale(struct parser *p, node_t *multiply, node_t *divide, struct profile_rule *rule)
{
	int64_t up = read_factor(p, multiply), down = read_factor(p, divide);
	int64_t common = common_divisor(up, down) * (down < 0 ? -1 : 1);

	rule->multiply = up / common;
	rule->divide = down / common;
}

static void
read_not_known(struct parser *p, node_t *node, struct profile_rule *rule)
{
	size_t count = parser_count(node);
	int64_t *values = parser_take(p, count, sizeof(values[0]));

	for (size_t i = 0; values != NULL && i < count; i++)
		parser_int(p, parser_item(node, i), &values[i]);
	rule->not_known = values;
	rule->not_known_count = count;
}

static void
read_mask(struct parser *p, node_t *node, struct profile_rule *rule)
{
	struct profile_literal mask = { 0 };

	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR)
		mask = parser_literal(node);
	if (mask.is_number && mask.number > 0)
		rule->mask = (uint64_t)mask.number;
	else
		parser_fault(p, node, "a mask is a positive number such as 0x40");
}

static void
read_labels(struct parser *p, node_t *node, struct profile_rule *rule)
{
	size_t count = parser_count(node);
	struct profile_template *labels = parser_take(p, count, sizeof(labels[0]));

	for (size_t i = 0; labels != NULL && i < count; i++)
		parser_template(p, parser_item(node, i), &labels[i]);
	rule->labels = labels;
	rule->label_count = count;
}

static void
read_sensor(struct parser *p, node_t *node, struct profile_rule *rule)
{
	struct sensor_nodes nodes = { 0 };

	if (!parser_map(p, node, "a sensor", KEYS(sensor_keys), &nodes))
		return;
	read_place(p, node, nodes.column, nodes.oid, &rule->oid);
	if (nodes.kind != NULL)
		read_kind(p, nodes.kind, nodes.map, rule);
	else
		parser_fault(p, node, "a sensor has a `kind:`");
	read_labels(p, nodes.label, rule);
	read_scale(p, nodes.multiply, nodes.divide, rule);
	read_exponents(p, nodes.exponent, rule);
	read_not_known(p, nodes.not_known, rule);
	rule->conditions = read_both_conditions(p, nodes.when, nodes.unless, &rule->condition_count);
	if (nodes.mask != NULL)
		read_mask(p, nodes.mask, rule);
	if (nodes.after != NULL)
		rule->after = parser_text(p, nodes.after, "`after:`");
	if (nodes.instance != NULL)
		parser_template(p, nodes.instance, &rule->instance);
	else if (p->entry.len > 0) {
		static const struct profile_piece whole_index = { .type = PIECE_INDEX };
		rule->instance = (struct profile_template){ &whole_index, 1 };
	}
}

static void
read_table(struct parser *p, node_t *node, struct profile_rule *rules, size_t *count)
{
	struct table_nodes nodes = { 0 };
	struct parser in_table = *p;
	size_t condition_count = 0;

	if (!parser_map(p, node, "a table", KEYS(table_keys), &nodes))
		return;
	const char *entry = nodes.entry == NULL ? NULL : parser_text(p, nodes.entry, "`entry:`");
	if (nodes.entry == NULL)
		parser_fault(p, node, "a table has an `entry:`, the OID in front of its column numbers");
	if (entry == NULL || !parser_oid(p, nodes.entry, entry, strlen(entry), &in_table.entry))
		return;
	const struct profile_condition *conditions =
	    read_both_conditions(&in_table, nodes.when, nodes.unless, &condition_count);
	for (size_t i = 0; i < parser_count(nodes.sensors); i++) {
		struct profile_rule *rule = &rules[(*count)++];
		rule->table_conditions = conditions;
		rule->table_condition_count = condition_count;
		read_sensor(&in_table, parser_item(nodes.sensors, i), rule);
	}
	p->out_of_memory = in_table.out_of_memory;
}

/* How many sensors the tables hold; what is no table is reported when it is read. */
static size_t
count_columns(node_t *tables)
{
	size_t count = 0;

	for (size_t i = 0; i < parser_count(tables); i++) {
		node_t *table = parser_item(tables, i);
		if (towerd_yaml_type(table) == TOWERD_YAML_MAP)
			count += parser_count(towerd_yaml_get(table, "sensors"));
	}
	return count;
}

void
parser_rules(struct parser *p, node_t *sensors, node_t *tables)
{
	struct profile_rule *rules =
	    parser_take(p, parser_count(sensors) + count_columns(tables), sizeof(rules[0]));
	size_t count = 0;

	if (rules == NULL)
		return;
	for (size_t i = 0; i < parser_count(sensors); i++)
		read_sensor(p, parser_item(sensors, i), &rules[count++]);
	for (size_t i = 0; i < parser_count(tables); i++)
		read_table(p, parser_item(tables, i), rules, &count);
	p->profile->rules = rules;
	p->profile->rule_count = count;
}
