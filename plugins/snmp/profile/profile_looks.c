/* SPDX-License-Identifier: ISC */
/* Looks at other objects: conditions, and what they add to a scale. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

#define FACTOR_MAX INT64_C(1000000000000)

struct look_nodes {
	node_t *column, *oid, *via, *map, *multiply, *is;
};

static const struct profile_key choosing_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "via", via),
	KEY(struct look_nodes, "map", map),
};

static const struct profile_key exponent_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "via", via),
	KEY(struct look_nodes, "map", map),
	KEY(struct look_nodes, "multiply", multiply),
};

static const struct profile_key condition_keys[] = {
	KEY(struct look_nodes, "column", column),
	KEY(struct look_nodes, "oid", oid),
	KEY(struct look_nodes, "via", via),
	KEY(struct look_nodes, "is", is),
};

bool
parser_place(struct parser *p, node_t *map, node_t *column, node_t *oid, node_t *via, struct profile_ref *out)
{
	node_t *node = column != NULL ? column : oid;
	const struct profile_via *way = NULL;

	if ((column == NULL) == (oid == NULL)) {
		parser_fault(p, map, "give either `column:` (in a table) or `oid:`");
		return false;
	}
	const char *text = parser_text(p, node, "a column or an OID");
	if (text == NULL || !parser_ref(p, node, text, strlen(text), out))
		return false;
	for (size_t i = 0; i < parser_count(via); i++) {
		node_t *item = parser_item(via, i);
		const char *from = parser_text(p, item, "`via:`");
		way = from == NULL ? NULL : parser_via(p, item, from, strlen(from), way);
		if (way == NULL)
			return false;
	}
	if (way != NULL) {
		out->via = way;
		out->has_index = true;
	}
	return true;
}

node_t *
parser_choosing_map(struct parser *p, node_t *node, const char *what, struct profile_ref *by)
{
	struct look_nodes look = { 0 };

	if (!parser_map(p, node, what, KEYS(choosing_keys), &look) ||
	    !parser_place(p, node, look.column, look.oid, look.via, by))
		return NULL;
	if (look.map != NULL)
		return parser_find_map(p, look.map);
	parser_fault(p, node, "%s by another object needs a `map:` of its values", what);
	return NULL;
}

void
parser_exponents(struct parser *p, node_t *node, struct profile_rule *rule)
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
		    !parser_place(p, item, look.column, look.oid, look.via, &exponents[i].ref))
			continue;
		if (look.multiply != NULL && parser_int(p, look.multiply, &exponents[i].multiply) &&
		    (exponents[i].multiply < -100 || exponents[i].multiply > 100))
			parser_fault(p, look.multiply, "%s is no factor of an exponent",
			    towerd_yaml_text(look.multiply));
		if (look.map != NULL)
			exponents[i].map = parser_value_map(p, look.map, parser_whole_number, NULL);
	}
	rule->exponents = exponents;
	rule->exponent_count = count;
}

/* In units of 10^-PROFILE_FACTOR_DECIMALS. */
bool
parser_factor_value(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry)
{
	(void)arg;
	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR &&
	    towerd_yaml_decimal(node, PROFILE_FACTOR_DECIMALS, &entry->value) == 0 && entry->value != 0 &&
	    entry->value <= FACTOR_MAX * PROFILE_FACTOR_ONE &&
	    entry->value >= -FACTOR_MAX * PROFILE_FACTOR_ONE)
		return true;
	parser_fault(
	    p, node, "a factor is a number other than 0 with at most %d decimals", PROFILE_FACTOR_DECIMALS);
	return false;
}

/* Adds to the rule what one of `multiply:` or `divide:` says: a number, a look at another object, or a list of both. */
static int64_t
read_factors(struct parser *p, node_t *node, bool is_divisor, struct profile_rule *rule,
    struct profile_factor *factors)
{
	int64_t number = PROFILE_FACTOR_ONE;
	bool has_number = false;

	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		struct profile_factor *factor = &factors[rule->factor_count];
		struct profile_map_entry entry = { 0 };
		struct look_nodes look = { 0 };
		if (towerd_yaml_type(item) != TOWERD_YAML_MAP) {
			if (parser_factor_value(p, item, NULL, &entry) && !has_number)
				number = entry.value;
			else if (has_number)
				parser_fault(p, item, "one number, and looks at other objects");
			has_number = true;
			continue;
		}
		const char *what = is_divisor ? "`divide:`" : "`multiply:`";
		if (!parser_map(p, item, what, KEYS(choosing_keys), &look) ||
		    !parser_place(p, item, look.column, look.oid, look.via, &factor->ref))
			continue;
		factor->is_divisor = is_divisor;
		if (look.map != NULL)
			factor->map = parser_value_map(p, look.map, parser_factor_value, NULL);
		rule->factor_count++;
	}
	return number;
}

void
parser_scale(struct parser *p, node_t *multiply, node_t *divide, struct profile_rule *rule)
{
	struct profile_factor *factors =
	    parser_take(p, parser_count(multiply) + parser_count(divide), sizeof(factors[0]));

	rule->multiply = rule->divide = 1;
	if (factors == NULL)
		return;
	rule->factors = factors;
	int64_t up = read_factors(p, multiply, false, rule, factors);
	int64_t down = read_factors(p, divide, true, rule, factors);
	int64_t common = profile_common_divisor(up, down) * (down < 0 ? -1 : 1);
	rule->multiply = up / common;
	rule->divide = down / common;
}

static size_t
read_conditions(struct parser *p, node_t *node, bool is_negated, struct profile_condition *out)
{
	const char *what = is_negated ? "`unless:`" : "`when:`";

	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		struct look_nodes look = { 0 };
		if (!parser_map(p, item, what, KEYS(condition_keys), &look) ||
		    !parser_place(p, item, look.column, look.oid, look.via, &out[i].ref))
			continue;
		out[i].is_negated = is_negated;
		if (look.is == NULL)
			parser_fault(p, item, "%s needs `is:`, the values that it asks for", what);
		else
			out[i].literals = parser_literals(p, look.is, "`is:`", &out[i].count);
	}
	return parser_count(node);
}

struct profile_conditions
parser_conditions(struct parser *p, node_t *when, node_t *unless)
{
	struct profile_condition *items =
	    parser_take(p, parser_count(when) + parser_count(unless), sizeof(items[0]));

	if (items == NULL)
		return (struct profile_conditions){ 0 };
	size_t count = read_conditions(p, when, false, items);
	count += read_conditions(p, unless, true, items + count);
	return (struct profile_conditions){ items, count };
}
