/* SPDX-License-Identifier: ISC */
/* MIB modules by libsmi, as tests need them: ours from the build, the IETF's from $TOWERD_SHARED. */
#ifndef TESTS_MIBS_MIB_READER_H
#define TESTS_MIBS_MIB_READER_H

#include <smi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads a module of ours, or one of theirs. False: there is none, or it has faults, which are printed. */
bool mib_load(const char *module);
/* libsmi with both folders; false, after a word about it, when the IETF's modules are not there. */
bool mib_reader_start(void);

SmiNode *mib_node(const uint32_t *oid, size_t len); /* exactly of this OID, or NULL */
bool mib_node_is_in(SmiNode *node, const char *module);
/* Whether the type is `name`, or derives from it: "Gauge32", "TruthValue". */
bool mib_type_is(SmiType *type, const char *name);
/* The label of a number of an enumeration, or NULL. */
const char *mib_label(SmiType *type, int number);
size_t mib_label_count(SmiType *type);
/* The row's index objects, AUGMENTS followed. Returns how many there are. */
size_t mib_index(SmiNode *row, SmiNode **objects, size_t max);
/* "en-route" as SMIv2 writes it: "enRoute". Returns `out`. */
const char *mib_label_of(const char *word, char *out, size_t size);

#endif
