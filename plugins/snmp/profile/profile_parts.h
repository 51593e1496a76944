/* SPDX-License-Identifier: ISC */
/* What a loaded profile is made of: shared by its loader, matcher and planner, and by nobody else. */
#ifndef PLUGINS_SNMP_PROFILE_PARTS_H
#define PLUGINS_SNMP_PROFILE_PARTS_H

#include "plugins/snmp/codec/pool.h"
#include "plugins/snmp/profile/profile.h"

/* A part of a row's index: its sub-identifiers, or a text in them. */
struct profile_slice {
	int first, last; /* from 1; below 0: from the end; 0: all of it */
	enum {
		SLICE_NUMBERS,
		SLICE_TEXT /* a length, then its octets */,
		SLICE_REST /* octets to the end */
	} form;
};

struct profile_via;

/* An object that a rule looks at: itself, or with an index appended: the row's, or the one that `via` leads to. */
struct profile_ref {
	struct snmp_oid oid; /* len 0: none */
	bool has_index;
	bool is_varbind;               /* of a trap: without one of just this name, the first one below it */
	const struct profile_via *via; /* NULL: the row's own index */
};

/* Where the index into another table comes from: a part of the row's own, or the value of an object. */
struct profile_via {
	struct profile_slice slice;
	struct profile_ref ref; /* oid.len 0: the slice */
};

/* What a value is compared with: numbers from `low` to `high`, a text, or a pattern for texts. */
struct profile_literal {
	const char *text;
	int64_t low, high;
	bool is_number; /* low and high hold */
	bool is_pattern;
	bool is_else; /* `else`: everything */
};

struct profile_map_entry {
	struct profile_literal raw;
	int64_t value;    /* position of the state; 0 or 1; an exponent; a factor in 10^-6; a severity */
	const char *text; /* an alarm type; NULL: none */
};

/* The first entry that fits counts; `else:` is put last. */
struct profile_map {
	const struct profile_map_entry *entries;
	size_t count;
};

/* Ten to the power of this factor's value is part of the scale. */
struct profile_exponent {
	struct profile_ref ref;
	int64_t multiply;
	const struct profile_map *map; /* NULL: the number itself */
};

/* The value of another object is part of the scale. */
struct profile_factor {
	struct profile_ref ref;
	bool is_divisor;
	const struct profile_map *map; /* NULL: the number itself */
};

/* `when` (is one of the literals) or `unless`. An object that is not there is none of them. */
struct profile_condition {
	struct profile_ref ref;
	bool is_negated;
	const struct profile_literal *literals;
	size_t count;
};

struct profile_conditions {
	const struct profile_condition *items;
	size_t count;
};

enum piece_type { PIECE_TEXT, PIECE_INDEX, PIECE_OBJECT };

struct profile_piece {
	enum piece_type type;
	const char *text; /* PIECE_TEXT */
	size_t len;
	struct profile_slice slice; /* PIECE_INDEX */
	struct profile_ref ref;     /* PIECE_OBJECT */
};

struct profile_template {
	const struct profile_piece *pieces;
	size_t count;
};

/* Texts of which the first one all of whose placeholders have a text is taken. */
struct profile_templates {
	const struct profile_template *items;
	size_t count;
};

/* A kind, and for which value of the selecting object. */
struct profile_choice {
	struct profile_literal when;
	const struct towerd_kind *kind;
	const struct profile_map *map;
};

enum profile_format {
	FORMAT_TEXT,   /* a number; in an octet string, as decimal text */
	FORMAT_HEX,    /* as hexadecimal text */
	FORMAT_OCTETS, /* an octet string is one number, the most significant octet first */
	FORMAT_CLOCK,  /* text: hours, minutes and seconds, perhaps days before them; the number is seconds */
	FORMAT_FLOAT,  /* an octet string of 4 or 8 octets is an IEEE 754 number, the sign's octet first */
};

/* How the number, or the field of bits, is taken out of what the device sends. Of sensors and alarms. */
struct profile_extract {
	enum profile_format format;
	const char *after;  /* text: the number stands behind this; NULL: the text begins with it */
	unsigned character; /* of a text, from 1: this one alone; 0: all of it */
	uint64_t mask;      /* these bits of the number, not shifted; 0: all of it */
	unsigned
	    bit; /* BITS (RFC 2578, 7.1.4), from 1: the most significant of the first octet; 0: no BITS */
	unsigned sign_bits; /* the number is a two's complement of so many bits; 0: it is not */
	const struct profile_literal *not_known;
	size_t not_known_count;
};

/* One `sensors:` entry. */
struct profile_rule {
	struct profile_ref oid;
	struct profile_ref kind_by; /* oid.len 0: there is one choice */
	const struct profile_choice *choices;
	size_t choice_count;
	struct profile_extract extract;
	bool has_least;
	int64_t least;  /* a smaller number counts as this; in 10^-6 */
	int64_t offset; /* added to the number before it is scaled; in 10^-6 */
	int64_t multiply, divide;
	const struct profile_exponent *exponents;
	size_t exponent_count;
	const struct profile_factor *factors;
	size_t factor_count;
	const struct profile_literal *not_fitted;
	size_t not_fitted_count;
	struct profile_conditions conditions, table_conditions;
	struct profile_template instance;
	struct profile_templates labels;
	int64_t every_ms; /* 0: the device's interval */
	bool is_rate;
	bool is_complement;  /* the value is what is left to a hundred */
	bool is_logarithmic; /* the value is ten times the logarithm of the scaled number */
};

/* What is fixed, or depends on the value of another object: an alarm's type, its severity. */
struct profile_pick {
	struct profile_ref by; /* oid.len 0: fixed */
	const struct profile_map *map;
	struct profile_map_entry fixed;
};

/* One `alarms:` entry. */
struct profile_alarm_rule {
	struct profile_ref oid;
	const char *type;
	struct profile_extract extract;
	const struct profile_map *raised; /* to severities; NULL: raised when the number is not 0 */
	int severity;                     /* for that */
	const struct profile_literal *cleared;
	size_t cleared_count; /* 0: what does not raise clears */
	struct profile_conditions conditions, table_conditions;
	struct profile_template qualifier;
	struct profile_templates texts;
	int64_t every_ms;
};

/* One `lists:` entry. */
struct profile_list_rule {
	struct profile_ref row; /* a column that has an object in each row */
	struct profile_pick type, severity;
	struct profile_conditions conditions;
	struct profile_template qualifier;
	struct profile_templates texts;
	int64_t every_ms;
};

/* One `traps:` entry, for one of its OIDs. */
struct trap_rule {
	const struct profile *profile;
	const struct towerd_yaml_node *node;
	struct snmp_oid trap, entry; /* entry.len 0: the varbinds are not of a table */
	bool is_clear;
	struct profile_pick type; /* no text: a hint */
	struct profile_pick severity;
	struct profile_conditions conditions;
	struct profile_template qualifier;
	struct profile_templates texts;
	int64_t expires_ms;
	bool ends_by_poll, takes_readings;
};

/* Where an attribute may be found: a text, an object, or a column in the first row that fits. */
struct profile_source {
	struct profile_template text; /* count 0: the object */
	struct snmp_oid column;
	struct profile_conditions conditions;
	const char *after,
	    *until; /* the part of the text between these; NULL: from its beginning, to its end */
};

struct profile_attribute_rule {
	const char *name;
	const struct profile_source *sources; /* the first one that gives a text counts */
	size_t count;
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
	const char **without; /* modules that must not be used by themselves; "all" */
	size_t without_count;
	const struct profile_rule *rules;
	size_t rule_count;
	const struct profile_alarm_rule *alarms;
	size_t alarm_count;
	const struct profile_list_rule *lists;
	size_t list_count;
	struct trap_rule *traps;
	size_t trap_count;
	const struct profile_attribute_rule *attributes;
	size_t attribute_count;
	struct profiles *owner;
	uint64_t hash, fits_hash; /* of all that it says; of its `match` alone */

	struct towerd_yaml *doc; /* holds the texts */
	struct pool pool;
};

/* Parses a document into a new profile; NULL after at least one report, or (no report) when memory ran out. Takes `doc`. */
struct profile *profile_parse(
    struct towerd_yaml *doc, const struct profile_catalogue *catalogue, struct towerd_fault_sink *faults);
void profile_free(struct profile *profile);

#define PROFILE_INCLUDES 8 /* of one profile; and how deep they may nest */

/* A number as a device gives it: `digits` * 10^-decimals. */
__extension__ typedef __int128 wide_int;
struct profile_number {
	wide_int digits;
	unsigned decimals;
};

/* A value out of which a rule has taken its number or bits: what maps look at. */
struct profile_field {
	struct snmp_value value;
	struct profile_number number;
	bool has_number;
};

/* TOWERD_GOOD, and the field; or TOWERD_UNKNOWN, TOWERD_FAULTY (it does not have the form that the rule says). */
enum towerd_quality profile_extract(
    const struct profile_extract *extract, const struct snmp_value *raw, struct profile_field *out);
/* A value as it is: a number, also when it is a text that begins with one. */
struct profile_field profile_field_of(const struct snmp_value *value);

/* A text is compared without the spaces around it; an OID as text; a number, or one in a text, with a range. */
bool profile_literal_is(const struct profile_literal *literal, const struct profile_field *field);
bool profile_literals_have(
    const struct profile_literal *literals, size_t count, const struct profile_field *field);
/* NULL: the map has nothing for it. */
const struct profile_map_entry *
profile_map_find(const struct profile_map *map, const struct profile_field *field);

/* NULL: there is nothing for the value, or no such object. */
const struct profile_map_entry *
profile_pick(const struct profile_pick *pick, struct object_set *objects, struct snmp_oid index);

bool profile_conditions_hold(
    const struct profile_conditions *conditions, struct object_set *objects, struct snmp_oid index);

/* The subtrees that a list's rows are made of, as profile_match_walks() gives them. */
int profile_list_walks(const struct profile_list_rule *rule, profile_walk_fn *fn, void *arg);

#define PROFILE_FACTOR_DECIMALS 6 /* of `multiply:`, `divide:` and `offset:` */
#define PROFILE_FACTOR_ONE      INT64_C(1000000)

/* The greatest; of 0 and 0: 0. */
static inline int64_t
profile_common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

#endif
