/* SPDX-License-Identifier: ISC */
/* Between the parts of the profile loader: where it stands, and how it reads nodes. */
#ifndef PLUGINS_SNMP_PROFILE_PARSE_H
#define PLUGINS_SNMP_PROFILE_PARSE_H

#include "plugins/snmp/profile/profile_parts.h"

typedef const struct towerd_yaml_node node_t;

struct parser {
	struct profile *profile;
	struct towerd_fault_sink *faults;
	profile_kind_fn *kind_find;
	void *arg;
	struct snmp_oid base;  /* what a leading dot continues; len 0: none */
	struct snmp_oid entry; /* of the table that is read; len 0: scalars are */
	node_t *maps;          /* `maps:`, or NULL */
	bool out_of_memory;
};

/* A key of a map, and where the pointer to its value's node goes in the struct that the map fills. */
struct profile_key {
	const char *name;
	size_t offset;
};

#define parser_fault(p, node, ...) towerd_yaml_fault((p)->profile->doc, node, (p)->faults, __VA_ARGS__)

/*
 * The values of a map's keys into `nodes`, a zeroed struct. An unknown key is a fault that lists the known ones; `what` is what
 * messages call the map. false: it is no map at all (reported).
 */
bool parser_map(struct parser *p, node_t *map, const char *what, const struct profile_key *keys, size_t count,
    void *nodes);
/* Zeroed memory of the profile; NULL: none left, and the parser knows. */
void *parser_take(struct parser *p, size_t count, size_t size);
/* A text that is not empty, or NULL after a report. */
const char *parser_text(struct parser *p, node_t *node, const char *what);
bool parser_oid(struct parser *p, node_t *node, const char *text, size_t len, struct snmp_oid *out);
/* A value that may be one or a list of them; a node that is not there is none. */
size_t parser_count(node_t *node);
node_t *parser_item(node_t *node, size_t i);
bool parser_int(struct parser *p, node_t *node, int64_t *out);

/* A column ("5", of the table that is read) or an OID. */
bool parser_ref(struct parser *p, node_t *node, const char *text, size_t len, struct profile_ref *out);
struct profile_literal parser_literal(node_t *node);
/* A map that is written in place, or the name of one under `maps:`; NULL after a report. */
node_t *parser_find_map(struct parser *p, node_t *node);
/* Values of the kind, or whole numbers when `kind` is NULL. NULL after a report. */
const struct profile_map *parser_value_map(struct parser *p, node_t *node, const struct towerd_kind *kind);
void parser_template(struct parser *p, node_t *node, struct profile_template *out);

/* `sensors:` and `tables:`; either may be NULL. */
void parser_rules(struct parser *p, node_t *sensors, node_t *tables);

#define KEY(struct_, name_, member_)              \
	{                                         \
		name_, offsetof(struct_, member_) \
	}
#define KEYS(array) array, sizeof(array) / sizeof((array)[0])

#endif
