/* SPDX-License-Identifier: ISC */
/*
 * What a MIB file says of objects, as far as a draft of a profile can use it: names, OIDs, units, enumerations, notifications. Reads SMIv1
 * and SMIv2 loosely: what it does not understand it passes over. For `profile draft` alone; the agent reads no MIB.
 */
#ifndef PLUGINS_SNMP_MIB_H
#define PLUGINS_SNMP_MIB_H

#include "plugins/snmp/codec/object.h"

struct mib;

enum mib_node_type { MIB_OTHER, MIB_OBJECT, MIB_ENTRY, MIB_NOTIFICATION };

struct mib_enum {
	const char *name;
	int64_t value;
};

struct mib_node {
	const char *name;
	enum mib_node_type type;
	struct snmp_oid oid;
	const char *units;       /* "" when it has none */
	const char *description; /* its first line */
	const struct mib_enum *enums;
	size_t enum_count;
};

struct mib *mib_new(void); /* NULL: no memory */
void mib_free(struct mib *mib);
/* One file; several make one MIB. 0, -ENOMEM, or the errors of reading. */
int mib_load(struct mib *mib, const char *path);
int mib_read(struct mib *mib, const char *text, size_t len);
/* After the last file: gives every node its OID. Those whose parents are nowhere are left out; how many. -ENOMEM. */
int mib_link(struct mib *mib);

/* By OID; only linked nodes. */
size_t mib_count(const struct mib *mib);
const struct mib_node *mib_at(const struct mib *mib, size_t i);
/* The node with exactly this OID; NULL: none. */
const struct mib_node *mib_find(const struct mib *mib, const uint32_t *ids, size_t len);

#endif
