/* SPDX-License-Identifier: ISC */
/* Between the parts of a draft. */
#ifndef PLUGINS_SNMP_DRAFT_PARTS_H
#define PLUGINS_SNMP_DRAFT_PARTS_H

#include "plugins/snmp/profile/draft.h"

#define VALUE_TEXT     80
#define ENTERPRISE_LEN 7 /* 1.3.6.1.4.1.N */

struct draft {
	FILE *out;
	const struct profile_catalogue *catalogue;
	struct object_set *objects;
	const struct mib *mib;
	bool is_table_pass; /* scalars are written first, then tables */
	bool has_head;      /* "sensors:" or "tables:" stands */
};

const struct snmp_object *draft_object_at(const struct draft *d, size_t i);
/* Below an enterprise's number. */
bool draft_is_of_vendor(const struct snmp_object *object);
/* For a comment: one line, printable, short. */
const char *draft_value_text(const struct snmp_value *value, char *out, size_t size);
/* Until the next call. */
const char *draft_oid_text(const uint32_t *ids, size_t len);

void draft_head(struct draft *d, const char *name);
void draft_traps(struct draft *d);

#endif
