/* SPDX-License-Identifier: ISC */
/*
 * Recorded walks (.snmprec, the format of the snmpsim simulator): OID|TAG|VALUE, a record a line, '#' begins a comment. A line that cannot
 * be read is counted and skipped: recordings are made and edited by people. Lines may stand in any order; of two records for one
 * OID the later one stays (a walk pasted behind an older one is the newer walk).
 */
#ifndef PLUGINS_SNMP_RECORDING_H
#define PLUGINS_SNMP_RECORDING_H

#include "plugins/snmp/codec/object.h"

struct recording_stats {
	size_t records;         /* lines read into the set, repeats included */
	size_t repeats;         /* of these, OIDs that came before */
	size_t skipped;         /* lines that are no record */
	unsigned first_skipped; /* line number, from 1; 0: none */
	const char *reason;     /* of the first skipped line; a constant */
};

/* Reads a text of `len` octets. Returns 0 or -ENOMEM; `stats` may be NULL. */
int recording_parse(struct object_set *set, const char *text, size_t len, struct recording_stats *stats);
/* The same from a file; also the errors of open(2) and read(2), -EFBIG (over 256 MiB). */
int recording_load(struct object_set *set, const char *path, struct recording_stats *stats);

#endif
