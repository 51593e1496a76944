/* SPDX-License-Identifier: ISC */
/* Between the reader of MIB files and the tree that it makes. */
#ifndef PLUGINS_SNMP_MIB_INSIDE_H
#define PLUGINS_SNMP_MIB_INSIDE_H

#include "plugins/snmp/codec/pool.h"
#include "plugins/snmp/profile/mib.h"

#define MIB_SUBS 16

/* A definition as it is read: a node, and how it hangs on another. */
struct definition {
	struct mib_node node;
	const char *parent; /* NULL: the OID begins with a number */
	uint32_t subs[MIB_SUBS];
	size_t sub_count;
	const char *type_name; /* of its SYNTAX; its enumeration may stand there */
};

struct convention { /* a type of its own with an enumeration */
	const char *name;
	const struct mib_enum *enums;
	size_t enum_count;
};

struct mib {
	struct pool pool;
	struct definition *definitions;
	size_t count, capacity;
	struct convention *conventions;
	size_t convention_count, convention_capacity;
	const struct mib_node **nodes; /* linked, by OID */
	size_t node_count;
};

#endif
