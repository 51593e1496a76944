/* SPDX-License-Identifier: ISC */
/* A profile from its YAML text: the keys of the file and of `match:`. */
#include "plugins/snmp/profile/profile_parse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
unknown_key(struct parser *p, node_t *name, const char *what, const struct profile_key *keys, size_t count)
{
	char known[512];
	size_t len = 0;

	for (size_t i = 0; i < count && len < sizeof(known); i++)
		len += (size_t)snprintf(
		    known + len, sizeof(known) - len, "%s%s", i == 0 ? "" : ", ", keys[i].name);
	parser_fault(p, name, "unknown key \"%s\"; %s has: %s", towerd_yaml_text(name), what, known);
}

bool
parser_map(struct parser *p, node_t *map, const char *what, const struct profile_key *keys, size_t count,
    void *nodes)
{
	if (towerd_yaml_type(map) != TOWERD_YAML_MAP) {
		parser_fault(p, map, "%s is a map of keys and values", what);
		return false;
	}
	for (size_t i = 0; i < towerd_yaml_count(map); i++) {
		const char *name = towerd_yaml_text(towerd_yaml_key(map, i));
		size_t k = 0;
		while (k < count && strcmp(keys[k].name, name) != 0)
			k++;
		if (k == count) {
			unknown_key(p, towerd_yaml_key(map, i), what, keys, count);
			continue;
		}
		node_t *value = towerd_yaml_value(map, i);
		memcpy((char *)nodes + keys[k].offset, &value, sizeof(value));
	}
	return true;
}

void *
parser_take(struct parser *p, size_t count, size_t size)
{
	void *out = pool_take(&p->profile->pool, count, size);

	if (out == NULL)
		p->out_of_memory = true;
	return out;
}

const char *
parser_text(struct parser *p, node_t *node, const char *what)
{
	const char *text = towerd_yaml_text(node);

	if (text == NULL || text[0] == '\0') {
		parser_fault(p, node, "%s is a text", what);
		return NULL;
	}
	return text;
}

bool
parser_oid(struct parser *p, node_t *node, const char *text, size_t len, struct snmp_oid *out)
{
	bool continues = len > 0 && text[0] == '.';
	uint32_t ids[TOWERD_OID_MAX];
	size_t used = continues ? p->base.len : 0;

	if (used > 0)
		memcpy(ids, p->base.ids, used * sizeof(ids[0]));
	int count = oid_parse(text, len, ids + used, TOWERD_OID_MAX - used);
	if (count <= 0 || (continues && used == 0)) {
		parser_fault(p, node,
		    "\"%.*s\" is no OID: write 1.3.6.1…, or with a leading dot what continues `base:`",
		    (int)len, text);
		return false;
	}
	out->len = used + (size_t)count;
	out->ids = pool_copy(&p->profile->pool, ids, out->len, sizeof(ids[0]));
	if (out->ids == NULL)
		p->out_of_memory = true;
	return out->ids != NULL;
}

size_t
parser_count(node_t *node)
{
	if (node == NULL)
		return 0;
	/* A key with nothing but comments behind it. */
	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR && towerd_yaml_is_plain(node) &&
	    towerd_yaml_text(node)[0] == '\0')
		return 0;
	return towerd_yaml_type(node) == TOWERD_YAML_LIST ? towerd_yaml_count(node) : 1;
}

node_t *
parser_item(node_t *node, size_t i)
{
	return towerd_yaml_type(node) == TOWERD_YAML_LIST ? towerd_yaml_item(node, i) : node;
}

bool
parser_int(struct parser *p, node_t *node, int64_t *out)
{
	if (towerd_yaml_int(node, out) == 0)
		return true;
	parser_fault(p, node, "a whole number is wanted here");
	return false;
}

static const char **
read_texts(struct parser *p, node_t *node, const char *what, size_t *count)
{
	const char **texts = parser_take(p, parser_count(node), sizeof(texts[0]));

	for (size_t i = 0; texts != NULL && i < parser_count(node); i++) {
		const char *text = parser_text(p, parser_item(node, i), what);
		if (text != NULL)
			texts[(*count)++] = text;
	}
	return texts;
}

static void
read_sys_descr(struct parser *p, node_t *node, struct profile_fit *fit)
{
	fit->sys_descr = read_texts(p, node, "sysDescr", &fit->sys_descr_count);
}

static void
read_oids(struct parser *p, node_t *node, const char *what, struct snmp_oid *out, size_t *count)
{
	for (size_t i = 0; i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		const char *text = parser_text(p, item, what);
		if (text != NULL && parser_oid(p, item, text, strlen(text), &out[*count]))
			(*count)++;
	}
}

struct fit_nodes {
	node_t *sys_object_id, *sys_descr, *has;
};

static const struct profile_key fit_keys[] = {
	KEY(struct fit_nodes, "sysObjectID", sys_object_id),
	KEY(struct fit_nodes, "sysDescr", sys_descr),
	KEY(struct fit_nodes, "has", has),
};

static void
read_fit(struct parser *p, node_t *node, struct profile_fit *fit)
{
	struct fit_nodes nodes = { 0 };
	size_t ids = 0;

	if (!parser_map(p, node, "`match:`", KEYS(fit_keys), &nodes))
		return;
	if (towerd_yaml_count(node) == 0)
		parser_fault(p, node, "a match without a condition would fit every device");
	if (parser_count(nodes.sys_object_id) > 1)
		parser_fault(
		    p, nodes.sys_object_id, "one sysObjectID; write several matches for several of them");
	else
		read_oids(p, nodes.sys_object_id, "sysObjectID", &fit->sys_object_id, &ids);
	read_sys_descr(p, nodes.sys_descr, fit);
	struct snmp_oid *has = parser_take(p, parser_count(nodes.has), sizeof(has[0]));
	if (has == NULL)
		return;
	fit->has = has;
	read_oids(p, nodes.has, "`has:`", has, &fit->has_count);
}

static void
read_match(struct parser *p, node_t *node)
{
	struct profile_fit *fits = parser_take(p, parser_count(node), sizeof(fits[0]));

	if (fits == NULL)
		return;
	p->profile->fits = fits;
	p->profile->fit_count = parser_count(node);
	for (size_t i = 0; i < parser_count(node); i++)
		read_fit(p, parser_item(node, i), &fits[i]);
}

static void
read_name(struct parser *p, node_t *node)
{
	const char *name = parser_text(p, node, "a profile's name");

	if (name == NULL)
		return;
	for (const char *c = name; *c != '\0'; c++)
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && strchr("-._", *c) == NULL) {
			parser_fault(
			    p, node, "\"%s\": a profile's name is made of a-z, 0-9, '-', '.' and '_'", name);
			return;
		}
	p->profile->name = name;
}

static void
read_includes(struct parser *p, node_t *node)
{
	struct profile *profile = p->profile;
	size_t count = parser_count(node);

	if (count > PROFILE_INCLUDES) {
		parser_fault(p, node, "%zu includes; at most %d", count, PROFILE_INCLUDES);
		return;
	}
	struct profile_include *includes = parser_take(p, count, sizeof(includes[0]));
	if (includes == NULL)
		return;
	profile->includes = includes;
	for (size_t i = 0; i < count; i++) {
		node_t *item = parser_item(node, i);
		const char *name = parser_text(p, item, "an include");
		if (name != NULL)
			includes[profile->include_count++] =
			    (struct profile_include){ .name = name, .node = item };
	}
}

struct file_nodes {
	node_t *profile, *title, *module, *match, *include, *without, *base, *maps, *identity, *lists, *traps;
	struct rule_nodes rules;
};

static const struct profile_key file_keys[] = {
	KEY(struct file_nodes, "profile", profile),
	KEY(struct file_nodes, "title", title),
	KEY(struct file_nodes, "module", module),
	KEY(struct file_nodes, "match", match),
	KEY(struct file_nodes, "include", include),
	KEY(struct file_nodes, "without", without),
	KEY(struct file_nodes, "base", base),
	KEY(struct file_nodes, "maps", maps),
	KEY(struct file_nodes, "identity", identity),
	KEY(struct file_nodes, "sensors", rules.sensors),
	KEY(struct file_nodes, "alarms", rules.alarms),
	KEY(struct file_nodes, "tables", rules.tables),
	KEY(struct file_nodes, "lists", lists),
	KEY(struct file_nodes, "traps", traps),
};

#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */

static uint64_t
hash_bytes(const void *data, size_t len, uint64_t hash)
{
	for (const uint8_t *at = data; len > 0; len--)
		hash = (hash ^ *at++) * UINT64_C(0x100000001b3);
	return hash;
}

/* Of what a node says: its keys and texts, not its layout. */
static uint64_t
hash_node(node_t *node, uint64_t hash)
{
	const uint8_t type = (uint8_t)towerd_yaml_type(node);
	const size_t count = towerd_yaml_count(node);

	hash = hash_bytes(&type, 1, hash);
	hash = hash_bytes(&count, sizeof(count), hash);
	if (type == TOWERD_YAML_SCALAR)
		return hash_bytes(towerd_yaml_text(node), strlen(towerd_yaml_text(node)) + 1, hash);
	for (size_t i = 0; i < count; i++) {
		if (type == TOWERD_YAML_LIST)
			hash = hash_node(towerd_yaml_item(node, i), hash);
		else
			hash =
			    hash_node(towerd_yaml_value(node, i), hash_node(towerd_yaml_key(node, i), hash));
	}
	return hash;
}

static void
read_file(struct parser *p, node_t *root)
{
	struct file_nodes nodes = { 0 };
	struct snmp_oid base = { 0 };
	size_t bases = 0;

	if (!parser_map(p, root, "a profile", KEYS(file_keys), &nodes))
		return;
	if (nodes.profile != NULL)
		read_name(p, nodes.profile);
	else
		parser_fault(p, NULL, "no `profile:`, which names it");
	if (nodes.title != NULL)
		p->profile->title = parser_text(p, nodes.title, "a title");
	if (nodes.module != NULL && towerd_yaml_bool(nodes.module, &p->profile->is_module) < 0)
		parser_fault(p, nodes.module, "`module:` is true or false");
	if (parser_count(nodes.base) > 1)
		parser_fault(p, nodes.base, "`base:` is one OID");
	else
		read_oids(p, nodes.base, "`base:`", &base, &bases);
	p->base = base;
	if (nodes.maps != NULL && towerd_yaml_type(nodes.maps) != TOWERD_YAML_MAP)
		parser_fault(p, nodes.maps, "`maps:` is a map of named maps");
	p->maps = nodes.maps;
	if (nodes.match != NULL)
		read_match(p, nodes.match);
	else if (!p->profile->is_module)
		parser_fault(p, NULL,
		    "no `match:`, so nothing would use it (a module, for others to include, has `module: "
		    "true`)");
	read_includes(p, nodes.include);
	p->profile->without = read_texts(p, nodes.without, "`without:`", &p->profile->without_count);
	parser_rules(p, &nodes.rules);
	parser_lists(p, nodes.lists);
	parser_traps(p, nodes.traps);
	if (nodes.identity != NULL)
		parser_identity(p, nodes.identity);
	p->profile->hash = hash_node(root, HASH_START);
	p->profile->fits_hash = nodes.match == NULL ? HASH_START : hash_node(nodes.match, HASH_START);
}

struct profile *
profile_parse(
    struct towerd_yaml *doc, const struct profile_catalogue *catalogue, struct towerd_fault_sink *faults)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	struct parser p = { .profile = profile, .faults = faults, .catalogue = catalogue };
	unsigned before = faults->count;

	if (profile == NULL) {
		towerd_yaml_free(doc);
		return NULL;
	}
	profile->doc = doc;
	profile->file = towerd_yaml_name(doc);
	profile->title = "";
	read_file(&p, towerd_yaml_root(doc));
	if (faults->count == before && !p.out_of_memory)
		return profile;
	profile_free(profile);
	return NULL;
}

void
profile_free(struct profile *profile)
{
	if (profile == NULL)
		return;
	pool_fini(&profile->pool);
	towerd_yaml_free(profile->doc);
	free(profile);
}
