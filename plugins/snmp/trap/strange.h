/* SPDX-License-Identifier: ISC */
/* Traps that no profile has a rule for, since they were told last: which, of whom, how often, and what one of them said. */
#ifndef PLUGINS_SNMP_STRANGE_H
#define PLUGINS_SNMP_STRANGE_H

#include "plugins/snmp/codec/object.h"

#define STRANGE_MAX     256 /* pairs of trap and device between two tellings; more are counted and not listed */
#define STRANGE_EXAMPLE 2048 /* octets of an example */

struct strange {
	uint32_t device;
	uint32_t ids[TOWERD_OID_MAX];
	size_t len;
	uint32_t count;
	char *example; /* its varbinds, a line each */
};

/* Start with `= { 0 }`. */
struct strangers {
	struct strange items[STRANGE_MAX];
	size_t count;
};
/* Words that must not be shown: values that hold one of them are masked. */
struct strange_secrets {
	const char *const *words;
	size_t count;
};
/* The varbinds are those of the first trap of its sort. False: there is no room. */
bool strangers_add(struct strangers *strangers, uint32_t device, struct snmp_oid trap,
    const struct snmp_object *objects, size_t count, const struct strange_secrets *secrets);
void strangers_clear(struct strangers *strangers);

/* "OID = TYPE: value" a line, texts quoted and escaped as JSON has it; cut at whole lines. Returns `out`. */
const char *strange_describe(const struct snmp_object *objects, size_t count,
    const struct strange_secrets *secrets, char *out, size_t size);

#endif
