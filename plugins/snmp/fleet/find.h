/* SPDX-License-Identifier: ISC */
/* What a search has found: agents at addresses, which of them are in the inventory, and the lines that would put the others there. */
#ifndef PLUGINS_SNMP_FIND_H
#define PLUGINS_SNMP_FIND_H

#include <towerd/plugin.h>

#include "plugins/snmp/wire/wire.h"

struct find {
	struct wire_address address;
	const char *credentials; /* name; borrowed for as long as the find is kept */
	const char *profile, *sys_name, *sys_object_id, *sys_descr; /* "": not known */
	const char *device; /* "SITE/SLOT" of the inventory; NULL: it is new */
};

struct finds { /* start with `= { 0 }` */
	struct find *items;
	size_t count;
};

/* Copies the texts but `credentials`. -ENOMEM. */
int finds_add(struct finds *finds, const struct find *find);
void finds_sort(struct finds *finds); /* by address */
/* The device at this address is known as `name`, copied; finds_sort() came before. */
void finds_mark(struct finds *finds, const struct wire_address *address, const char *name);
/* As a table with proposals, or as JSON. */
void finds_print(const struct finds *finds, struct towerd_ctx *ctx, struct towerd_out *out, uint32_t asked);
void finds_clear(struct finds *finds);
void finds_fini(struct finds *finds);

#endif
