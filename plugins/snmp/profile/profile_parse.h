/* SPDX-License-Identifier: ISC */
/* Between the parts of the profile loader: where it stands, and how it reads nodes. */
#ifndef PLUGINS_SNMP_PROFILE_PARSE_H
#define PLUGINS_SNMP_PROFILE_PARSE_H

#include "plugins/snmp/profile/profile_parts.h"

typedef const struct towerd_yaml_node node_t;

struct parser {
	struct profile *profile;
	struct towerd_fault_sink *faults;
	const struct profile_catalogue *catalogue;
	struct snmp_oid base;  /* what a leading dot continues; len 0: none */
	struct snmp_oid entry; /* of the table that is read; len 0: scalars are */
	node_t *maps;          /* `maps:`, or NULL */
	bool is_trap;          /* objects are varbinds */
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

/* A column ("5", of the table that is read) or an OID; or another table's, as "via 4: OID". */
bool parser_ref(struct parser *p, node_t *node, const char *text, size_t len, struct profile_ref *out);
/* "index", "index.2", …: *is_slice, and the slice. false after a report. */
bool parser_slice(
    struct parser *p, node_t *node, const char *text, size_t len, bool *is_slice, struct profile_slice *out);
/* What "via" leads through: "index.1", a column, an OID, whose value is found by `before` (NULL: in the row). NULL after a report. */
const struct profile_via *
parser_via(struct parser *p, node_t *node, const char *text, size_t len, const struct profile_via *before);
struct profile_literal parser_literal(node_t *node);
/* A value or a list of them. NULL: reported, or no memory. */
const struct profile_literal *
parser_literals(struct parser *p, node_t *node, const char *what, size_t *count);
/* A map that is written in place, or the name of one under `maps:`; NULL after a report. */
node_t *parser_find_map(struct parser *p, node_t *node);
/* Reads what a map's key leads to into entry->value or entry->text; false after a report. */
typedef bool map_value_fn(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry);
/* NULL after a report. */
const struct profile_map *
parser_value_map(struct parser *p, node_t *node, map_value_fn *read, const void *arg);
map_value_fn parser_kind_value;   /* `arg`: the struct towerd_kind */
map_value_fn parser_whole_number; /* `arg`: NULL */
map_value_fn parser_factor_value;
void parser_template(struct parser *p, node_t *node, struct profile_template *out);
struct profile_templates parser_templates(struct parser *p, node_t *node);

/* Looks at other objects. */
/* The object at `column:` or `oid:`, exactly one of which is there, and what `via:` says. */
bool parser_place(
    struct parser *p, node_t *map, node_t *column, node_t *oid, node_t *via, struct profile_ref *out);
/* { column: 1, map: { 8: temperature } }; `what` is what messages call it. NULL after a report. */
node_t *parser_choosing_map(struct parser *p, node_t *node, const char *what, struct profile_ref *by);
struct profile_conditions parser_conditions(struct parser *p, node_t *when, node_t *unless);
void parser_scale(struct parser *p, node_t *multiply, node_t *divide, struct profile_rule *rule);
void parser_exponents(struct parser *p, node_t *node, struct profile_rule *rule);

struct extract_nodes {
	node_t *mask, *bit, *character, *after, *format, *sign, *not_known;
};
void parser_extract(struct parser *p, const struct extract_nodes *nodes, struct profile_extract *out);
/* Milliseconds; 0 when the node is not there, or after a report. */
int64_t parser_duration(struct parser *p, node_t *node, const char *what);

struct rule_nodes {
	node_t *sensors, *alarms, *tables;
};
/* Any of them may be NULL. */
void parser_rules(struct parser *p, const struct rule_nodes *nodes);
void parser_alarm(struct parser *p, node_t *node, struct profile_alarm_rule *rule);
void parser_lists(struct parser *p, node_t *node);
void parser_traps(struct parser *p, node_t *node);
void parser_identity(struct parser *p, node_t *node);

/* A name, or { column: 4, map: { 2: name } }. */
void parser_pick(struct parser *p, node_t *node, const char *what, map_value_fn *read, const void *arg,
    struct profile_pick *out);
map_value_fn parser_alarm_type; /* `arg`: not NULL: "none" is one too */
map_value_fn parser_severity;   /* `arg`: not NULL: "cleared" is one too */
/* The qualifier of alarms: what is written, else in a table the index. */
void parser_qualifier(struct parser *p, node_t *node, struct profile_template *out);

#define KEY(struct_, name_, member_)              \
	{                                         \
		name_, offsetof(struct_, member_) \
	}
#define KEYS(array) array, sizeof(array) / sizeof((array)[0])

#endif
