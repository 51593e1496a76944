/* SPDX-License-Identifier: ISC */
/* Alarms as a profile writes them: `alarms:` from values, and `lists:` of what is active. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

struct alarm_nodes {
	node_t *oid, *column, *type, *raised, *cleared, *severity, *qualifier, *text, *when, *unless, *every;
	struct extract_nodes extract;
};

static const struct profile_key alarm_keys[] = {
	KEY(struct alarm_nodes, "oid", oid),
	KEY(struct alarm_nodes, "column", column),
	KEY(struct alarm_nodes, "type", type),
	KEY(struct alarm_nodes, "raised", raised),
	KEY(struct alarm_nodes, "cleared", cleared),
	KEY(struct alarm_nodes, "severity", severity),
	KEY(struct alarm_nodes, "qualifier", qualifier),
	KEY(struct alarm_nodes, "text", text),
	KEY(struct alarm_nodes, "mask", extract.mask),
	KEY(struct alarm_nodes, "bit", extract.bit),
	KEY(struct alarm_nodes, "character", extract.character),
	KEY(struct alarm_nodes, "format", extract.format),
	KEY(struct alarm_nodes, "sign-bits", extract.sign),
	KEY(struct alarm_nodes, "after", extract.after),
	KEY(struct alarm_nodes, "not-known", extract.not_known),
	KEY(struct alarm_nodes, "when", when),
	KEY(struct alarm_nodes, "unless", unless),
	KEY(struct alarm_nodes, "every", every),
};

struct list_nodes {
	node_t *entry, *column, *type, *severity, *qualifier, *text, *when, *unless, *every;
};

static const struct profile_key list_keys[] = {
	KEY(struct list_nodes, "entry", entry),
	KEY(struct list_nodes, "column", column),
	KEY(struct list_nodes, "type", type),
	KEY(struct list_nodes, "severity", severity),
	KEY(struct list_nodes, "qualifier", qualifier),
	KEY(struct list_nodes, "text", text),
	KEY(struct list_nodes, "when", when),
	KEY(struct list_nodes, "unless", unless),
	KEY(struct list_nodes, "every", every),
};

bool
parser_alarm_type(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry)
{
	const struct profile_catalogue *catalogue = p->catalogue;
	const char *text = parser_text(p, node, "an alarm type");

	if (text == NULL)
		return false;
	if (arg != NULL && strcmp(text, "none") == 0)
		return true;
	entry->text = text;
	if (catalogue->has_alarm_type == NULL || catalogue->has_alarm_type(catalogue->arg, text))
		return true;
	parser_fault(p, node, "the alarm catalogue has no type \"%s\" that a device may report", text);
	return false;
}

bool
parser_severity(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry)
{
	static const char *const names[] = {
		[TOWERD_CLEARED] = "cleared",
		[TOWERD_INDETERMINATE] = "indeterminate",
		[TOWERD_WARNING] = "warning",
		[TOWERD_MINOR] = "minor",
		[TOWERD_MAJOR] = "major",
		[TOWERD_CRITICAL] = "critical",
	};
	const char *text = towerd_yaml_text(node);

	for (int i = arg != NULL ? TOWERD_CLEARED : TOWERD_INDETERMINATE;
	     text != NULL && i <= TOWERD_CRITICAL; i++)
		if (strcmp(names[i], text) == 0) {
			entry->value = i;
			return true;
		}
	parser_fault(p, node, "a severity is %sindeterminate, warning, minor, major or critical",
	    arg != NULL ? "cleared, " : "");
	return false;
}

void
parser_pick(struct parser *p, node_t *node, const char *what, map_value_fn *read, const void *arg,
    struct profile_pick *out)
{
	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR) {
		(void)read(p, node, arg, &out->fixed);
		return;
	}
	node_t *map = parser_choosing_map(p, node, what, &out->by);
	if (map != NULL)
		out->map = parser_value_map(p, map, read, arg);
}

void
parser_qualifier(struct parser *p, node_t *node, struct profile_template *out)
{
	static const struct profile_piece whole_index = { .type = PIECE_INDEX };

	if (node != NULL)
		parser_template(p, node, out);
	else if (p->entry.len > 0)
		*out = (struct profile_template){ &whole_index, 1 };
}

/* The values that raise: a list of them, or a map of values to severities. */
static void
read_raised(struct parser *p, node_t *node, struct profile_alarm_rule *rule)
{
	size_t count = 0;

	if (towerd_yaml_type(node) == TOWERD_YAML_MAP) {
		rule->raised = parser_value_map(p, node, parser_severity, NULL);
		return;
	}
	const struct profile_literal *literals = parser_literals(p, node, "`raised:`", &count);
	struct profile_map *map = parser_take(p, 1, sizeof(*map));
	struct profile_map_entry *entries = parser_take(p, count, sizeof(entries[0]));
	if (literals == NULL || map == NULL || entries == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct profile_map_entry){ .raw = literals[i], .value = rule->severity };
	*map = (struct profile_map){ entries, count };
	rule->raised = map;
}

void
parser_alarm(struct parser *p, node_t *node, struct profile_alarm_rule *rule)
{
	struct alarm_nodes nodes = { 0 };
	struct profile_map_entry entry = { 0 };

	if (!parser_map(p, node, "an alarm", KEYS(alarm_keys), &nodes))
		return;
	parser_place(p, node, nodes.column, nodes.oid, NULL, &rule->oid);
	if (nodes.type == NULL)
		parser_fault(p, node, "an alarm has a `type:` of the alarm catalogue");
	else if (parser_alarm_type(p, nodes.type, NULL, &entry))
		rule->type = entry.text;
	if (nodes.severity != NULL && parser_severity(p, nodes.severity, NULL, &entry))
		rule->severity = (int)entry.value;
	if (nodes.raised != NULL)
		read_raised(p, nodes.raised, rule);
	if (nodes.cleared != NULL)
		rule->cleared = parser_literals(p, nodes.cleared, "`cleared:`", &rule->cleared_count);
	parser_extract(p, &nodes.extract, &rule->extract);
	rule->conditions = parser_conditions(p, nodes.when, nodes.unless);
	parser_qualifier(p, nodes.qualifier, &rule->qualifier);
	rule->texts = parser_templates(p, nodes.text);
	if (nodes.every != NULL)
		rule->every_ms = parser_duration(p, nodes.every, "`every:`");
}

/* The column by which rows are found: the one that is written, else the one that tells the type. */
static void
read_row(struct parser *p, node_t *node, node_t *column, struct profile_list_rule *rule)
{
	const struct profile_ref *by = &rule->type.by;

	if (column != NULL) {
		const char *text = parser_text(p, column, "a column");
		if (text != NULL)
			parser_ref(p, column, text, strlen(text), &rule->row);
	} else if (by->oid.len > 0 && by->has_index && by->via == NULL) {
		rule->row = *by;
	} else {
		parser_fault(p, node,
		    "a list whose type does not come from a column needs a `column:` that each row has");
	}
}

static void
read_list(struct parser *p, node_t *node, struct profile_list_rule *rule)
{
	static const bool may_be_none = true;
	struct list_nodes nodes = { 0 };
	struct parser in_table = *p;

	if (!parser_map(p, node, "a list", KEYS(list_keys), &nodes))
		return;
	const char *entry = nodes.entry == NULL ? NULL : parser_text(p, nodes.entry, "`entry:`");
	if (nodes.entry == NULL)
		parser_fault(p, node, "a list has an `entry:`, the OID in front of its column numbers");
	if (entry == NULL || !parser_oid(p, nodes.entry, entry, strlen(entry), &in_table.entry))
		return;
	if (nodes.type == NULL)
		parser_fault(p, node, "a list has a `type:`, of the alarm catalogue, or by a column's value");
	else
		parser_pick(&in_table, nodes.type, "`type:`", parser_alarm_type, &may_be_none, &rule->type);
	read_row(&in_table, node, nodes.column, rule);
	if (nodes.severity != NULL)
		parser_pick(&in_table, nodes.severity, "`severity:`", parser_severity, NULL, &rule->severity);
	parser_qualifier(&in_table, nodes.qualifier, &rule->qualifier);
	rule->texts = parser_templates(&in_table, nodes.text);
	rule->conditions = parser_conditions(&in_table, nodes.when, nodes.unless);
	rule->every_ms = parser_duration(p, nodes.every, "`every:`");
	p->out_of_memory = in_table.out_of_memory;
}

void
parser_lists(struct parser *p, node_t *node)
{
	struct profile_list_rule *rules = parser_take(p, parser_count(node), sizeof(rules[0]));

	if (rules == NULL)
		return;
	for (size_t i = 0; i < parser_count(node); i++)
		read_list(p, parser_item(node, i), &rules[i]);
	p->profile->lists = rules;
	p->profile->list_count = parser_count(node);
}
