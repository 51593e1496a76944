/* SPDX-License-Identifier: ISC */
/* `traps:` as a profile writes them. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

struct trap_nodes {
	node_t *trap, *entry, *raises, *clears, *severity, *qualifier, *text, *when, *unless, *expires,
	    *readings;
};

static const struct profile_key trap_keys[] = {
	KEY(struct trap_nodes, "trap", trap),
	KEY(struct trap_nodes, "entry", entry),
	KEY(struct trap_nodes, "raises", raises),
	KEY(struct trap_nodes, "clears", clears),
	KEY(struct trap_nodes, "severity", severity),
	KEY(struct trap_nodes, "qualifier", qualifier),
	KEY(struct trap_nodes, "text", text),
	KEY(struct trap_nodes, "when", when),
	KEY(struct trap_nodes, "unless", unless),
	KEY(struct trap_nodes, "expires", expires),
	KEY(struct trap_nodes, "readings", readings),
};

static void
read_trap(struct parser *p, node_t *node, const struct trap_nodes *nodes, struct trap_rule *rule)
{
	static const bool may_be_none = true, may_be_cleared = true;
	struct parser in_trap = *p;

	in_trap.is_trap = true;
	if (nodes->entry != NULL) {
		const char *entry = parser_text(p, nodes->entry, "`entry:`");
		if (entry == NULL || !parser_oid(p, nodes->entry, entry, strlen(entry), &in_trap.entry))
			return;
		rule->entry = in_trap.entry;
	}
	if (nodes->raises != NULL && nodes->clears != NULL)
		parser_fault(p, node,
		    "a trap raises or clears; for both, write a rule each with `when:`, or a "
		    "`severity:` that may be cleared");
	rule->is_clear = nodes->clears != NULL;
	node_t *type = rule->is_clear ? nodes->clears : nodes->raises;
	if (type != NULL)
		parser_pick(&in_trap, type, rule->is_clear ? "`clears:`" : "`raises:`", parser_alarm_type,
		    &may_be_none, &rule->type);
	if (nodes->severity != NULL)
		parser_pick(&in_trap, nodes->severity, "`severity:`", parser_severity, &may_be_cleared,
		    &rule->severity);
	parser_qualifier(&in_trap, nodes->qualifier, &rule->qualifier);
	rule->texts = parser_templates(&in_trap, nodes->text);
	rule->conditions = parser_conditions(&in_trap, nodes->when, nodes->unless);
	rule->expires_ms = parser_duration(p, nodes->expires, "`expires:`");
	if (nodes->readings != NULL && towerd_yaml_bool(nodes->readings, &rule->takes_readings) < 0)
		parser_fault(p, nodes->readings, "`readings:` is true or false");
	p->out_of_memory = in_trap.out_of_memory;
}

/* How many rules there will be: one for each OID. What is no map is reported when it is read. */
static size_t
count_oids(node_t *node)
{
	size_t count = 0;

	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		if (towerd_yaml_type(item) == TOWERD_YAML_MAP)
			count += parser_count(towerd_yaml_get(item, "trap"));
	}
	return count;
}

void
parser_traps(struct parser *p, node_t *node)
{
	struct trap_rule *rules = parser_take(p, count_oids(node), sizeof(rules[0]));
	size_t count = 0;

	if (rules == NULL)
		return;
	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		struct trap_nodes nodes = { 0 };
		struct trap_rule rule = { .profile = p->profile, .node = item };
		if (!parser_map(p, item, "a trap", KEYS(trap_keys), &nodes))
			continue;
		if (nodes.trap == NULL)
			parser_fault(
			    p, item, "a trap has a `trap:`, its OID (of SNMPv1: as RFC 3584 translates it)");
		read_trap(p, item, &nodes, &rule);
		for (size_t k = 0; k < parser_count(nodes.trap); k++) {
			node_t *oid = parser_item(nodes.trap, k);
			const char *text = parser_text(p, oid, "`trap:`");
			if (text != NULL && parser_oid(p, oid, text, strlen(text), &rule.trap))
				rules[count++] = rule;
		}
	}
	p->profile->traps = rules;
	p->profile->trap_count = count;
}
