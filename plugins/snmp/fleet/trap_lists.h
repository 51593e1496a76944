/* SPDX-License-Identifier: ISC */
/* What the receiver says of traps that came to nothing, kept for people: traps that no profile knows, and senders that were refused. Bounded. */
#ifndef PLUGINS_SNMP_TRAP_LISTS_H
#define PLUGINS_SNMP_TRAP_LISTS_H

#include <towerd/plugin.h>

#include "plugins/snmp/wire/address.h"

#define TRAP_LIST_MAX     256 /* of each list; the one heard longest ago makes room */
#define TRAP_LIST_DEVICES 8   /* that are named of those that sent a trap */

struct strange_trap {
	char *trap;    /* its OID */
	char *example; /* the varbinds of one: "OID = TYPE: value", a line each */
	uint32_t devices[TRAP_LIST_DEVICES], device_count; /* named; at the bound there may be more */
	uint64_t count;
	int64_t first_ms, last_ms; /* UTC */
};

struct refused_trap {
	struct in6_addr host;
	uint32_t device, reason; /* 0: of no known one; enum origin_reason */
	uint64_t count;
	int64_t first_ms, last_ms;
};

struct trap_lists {
	struct strange_trap strange[TRAP_LIST_MAX];
	struct refused_trap refused[TRAP_LIST_MAX];
	size_t strange_count, refused_count;
};

void trap_lists_strange(struct trap_lists *lists, uint32_t device, uint32_t count, const char *trap,
    const char *example, int64_t utc_ms);
/* True: it is a new one. */
bool trap_lists_refused(struct trap_lists *lists, uint32_t device, const struct in6_addr *host,
    uint32_t reason, uint32_t count, int64_t utc_ms);
void trap_lists_fini(struct trap_lists *lists);

/* The commands. `name_of`: "SITE/SLOT" of a device, or NULL. */
typedef const char *trap_name_fn(void *arg, uint32_t device);
void trap_lists_print_strange(struct trap_lists *lists, struct towerd_ctx *ctx, struct towerd_out *out,
    trap_name_fn *name_of, void *arg);
void trap_lists_print_refused(struct trap_lists *lists, struct towerd_ctx *ctx, struct towerd_out *out,
    trap_name_fn *name_of, void *arg);

#endif
