/* SPDX-License-Identifier: ISC */
/* `identity:`: what a device says of itself, as a profile writes it. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

struct source_nodes {
	node_t *entry, *column, *oid, *when, *unless, *after, *until;
};

static const struct profile_key source_keys[] = {
	KEY(struct source_nodes, "entry", entry),
	KEY(struct source_nodes, "column", column),
	KEY(struct source_nodes, "oid", oid),
	KEY(struct source_nodes, "when", when),
	KEY(struct source_nodes, "unless", unless),
	KEY(struct source_nodes, "after", after),
	KEY(struct source_nodes, "until", until),
};

struct identity_nodes {
	node_t *model, *software, *serial, *manufacturer, *hardware;
};

static const struct profile_key identity_keys[] = {
	KEY(struct identity_nodes, "model", model),
	KEY(struct identity_nodes, "software", software),
	KEY(struct identity_nodes, "serial", serial),
	KEY(struct identity_nodes, "manufacturer", manufacturer),
	KEY(struct identity_nodes, "hardware", hardware),
};

/* { entry: OID, column: 11, when: … } or { oid: OID, after: "Version ", until: "," }. */
static void
read_source_map(struct parser *p, node_t *node, struct profile_source *source)
{
	struct source_nodes nodes = { 0 };
	struct parser in_table = *p;
	struct profile_ref ref = { 0 };

	if (!parser_map(p, node, "an identity", KEYS(source_keys), &nodes))
		return;
	const char *entry = nodes.entry == NULL ? NULL : parser_text(p, nodes.entry, "`entry:`");
	if (entry != NULL && !parser_oid(p, nodes.entry, entry, strlen(entry), &in_table.entry))
		return;
	if (parser_place(&in_table, node, nodes.column, nodes.oid, NULL, &ref))
		source->column = ref.oid;
	source->conditions = parser_conditions(&in_table, nodes.when, nodes.unless);
	if (nodes.after != NULL)
		source->after = parser_text(p, nodes.after, "`after:`");
	if (nodes.until != NULL)
		source->until = parser_text(p, nodes.until, "`until:`");
	p->out_of_memory = in_table.out_of_memory;
}

static bool
looks_like_oid(const char *text)
{
	return strchr(text, '.') != NULL && text[strspn(text, ".0123456789")] == '\0';
}

static void
read_source(struct parser *p, node_t *node, struct profile_source *source)
{
	const char *text = towerd_yaml_text(node);

	if (text == NULL)
		read_source_map(p, node, source);
	else if (towerd_yaml_is_plain(node) && looks_like_oid(text))
		(void)parser_oid(p, node, text, strlen(text), &source->column);
	else
		parser_template(p, node, &source->text);
}

void
parser_identity(struct parser *p, node_t *node)
{
	struct identity_nodes nodes = { 0 };
	const size_t names = sizeof(identity_keys) / sizeof(identity_keys[0]);
	struct profile_attribute_rule *rules = parser_take(p, names, sizeof(rules[0]));

	if (rules == NULL || !parser_map(p, node, "`identity:`", KEYS(identity_keys), &nodes))
		return;
	p->profile->attributes = rules;
	for (size_t i = 0; i < names; i++) {
		node_t *value;
		memcpy(&value, (const char *)&nodes + identity_keys[i].offset, sizeof(value));
		struct profile_source *sources = parser_take(p, parser_count(value), sizeof(sources[0]));
		if (value == NULL || sources == NULL)
			continue;
		for (size_t k = 0; k < parser_count(value); k++)
			read_source(p, parser_item(value, k), &sources[k]);
		rules[p->profile->attribute_count++] = (struct profile_attribute_rule){
			.name = identity_keys[i].name, .sources = sources, .count = parser_count(value)
		};
	}
}
