/* SPDX-License-Identifier: ISC */
/* What a loaded profile is made of: shared by its loader, matcher and planner, and by nobody else. */
#ifndef PLUGINS_SNMP_PROFILE_PARTS_H
#define PLUGINS_SNMP_PROFILE_PARTS_H

#include "plugins/snmp/codec/pool.h"
#include "plugins/snmp/profile/profile.h"

/* An object that a rule looks at: itself, or with the index of the row appended. */
struct profile_ref {
	struct snmp_oid oid;
	bool has_index;
};

/* What a value is compared with: a number when it can be read as one, and always a text. */
struct profile_literal {
	const char *text;
	int64_t number;
	bool is_number;
};

struct profile_map_entry {
	struct profile_literal raw;
	int64_t value; /* position of the state; 0 or 1; an exponent */
};

struct profile_map {
	const struct profile_map_entry *entries;
	size_t count;
	bool has_otherwise;
	int64_t otherwise;
};

/* Ten to the power of this factor's value is part of the scale. */
struct profile_exponent {
	struct profile_ref ref;
	int64_t multiply;
	const struct profile_map *map; /* NULL: the number itself */
};

/* `when` (is one of the literals) or `unless`. An object that is not there is none of them. */
struct profile_condition {
	struct profile_ref ref;
	bool is_negated;
	const struct profile_literal *literals;
	size_t count;
};

enum piece_type { PIECE_TEXT, PIECE_INDEX, PIECE_OBJECT };

struct profile_piece {
	enum piece_type type;
	const char *text; /* PIECE_TEXT */
	size_t len;
	size_t sub;             /* PIECE_INDEX: which sub-identifier, from 1; 0: all */
	struct profile_ref ref; /* PIECE_OBJECT */
};

struct profile_template {
	const struct profile_piece *pieces;
	size_t count;
};

/* A kind, and for which value of the selecting object. */
struct profile_choice {
	struct profile_literal when;
	const struct towerd_kind *kind;
	const struct profile_map *map;
};

/* One `sensors:` entry. */
struct profile_rule {
	struct profile_ref oid;
	struct profile_ref kind_by; /* oid.len 0: there is one choice */
	const struct profile_choice *choices;
	size_t choice_count;
	int64_t multiply, divide;
	uint64_t mask;
	const char *after;
	const int64_t *not_known;
	size_t not_known_count;
	const struct profile_exponent *exponents;
	size_t exponent_count;
	const struct profile_condition *conditions, *table_conditions;
	size_t condition_count, table_condition_count;
	struct profile_template instance;
	const struct profile_template *labels; /* the first one all of whose objects have a text */
	size_t label_count;
};

/* One alternative of `match:`; everything given in it must hold. */
struct profile_fit {
	struct snmp_oid sys_object_id; /* len 0: not asked */
	const char **sys_descr;        /* texts that it contains, whatever their case */
	size_t sys_descr_count;
	const struct snmp_oid *has; /* subtrees in which the device has an object */
	size_t has_count;
};

struct profile_include {
	const char *name;
	const struct towerd_yaml_node *node;
	const struct profile *profile; /* by profiles_link() */
};

struct profile {
	const char *name, *title, *file;
	bool is_module;
	const struct profile_fit *fits;
	size_t fit_count;
	struct profile_include *includes;
	size_t include_count;
	const struct profile_rule *rules;
	size_t rule_count;

	struct towerd_yaml *doc; /* holds the texts */
	struct pool pool;
};

/* Parses a document into a new profile; NULL after at least one report, or (no report) when memory ran out. Takes `doc`. */
struct profile *profile_parse(
    struct towerd_yaml *doc, profile_kind_fn *kind_find, void *arg, struct towerd_fault_sink *faults);
void profile_free(struct profile *profile);

#define PROFILE_INCLUDES 8 /* of one profile; and how deep they may nest */

/* A number as a device gives it: `digits` * 10^-decimals. */
__extension__ typedef __int128 wide_int;
struct profile_number {
	wide_int digits;
	unsigned decimals;
};

/* A number, or the number that a text begins with (or, with `after`, has behind that); false: there is none. */
bool profile_number_read(const struct snmp_value *value, const char *after, struct profile_number *out);
/* The literal's number or its text, spaces around it aside. */
bool profile_literal_is(const struct profile_literal *literal, const struct snmp_value *value);
bool profile_map_find(const struct profile_map *map, const struct snmp_value *value, int64_t *out);

#endif
