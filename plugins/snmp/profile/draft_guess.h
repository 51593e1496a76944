/* SPDX-License-Identifier: ISC */
/* What an object may mean: guesses by its name, its unit and its value, for a person to judge. */
#ifndef PLUGINS_SNMP_DRAFT_GUESS_H
#define PLUGINS_SNMP_DRAFT_GUESS_H

#include "plugins/snmp/profile/mib.h"
#include "plugins/snmp/profile/profile.h"

struct guess {
	const struct towerd_kind *kind;
	const char *scale;  /* "divide: 10"; "" when the number is in the kind's unit already */
	const char *reason; /* what of it is doubtful; NULL: nothing */
};

/*
 * By what is known of an object: its name and unit in the MIB (`node` NULL: neither), or a text of the device's that names it; and one of its
 * values. false: no guess.
 */
bool guess_kind(const struct profile_catalogue *catalogue, const struct mib_node *node, const char *text,
    const struct snmp_value *value, struct guess *out);
/* The state of the kind that a word of an enumeration ("ok(1)", "lineFailure(3)") speaks of; NULL: none. */
const char *guess_state(const struct towerd_kind *kind, const char *word);
/* "model", "software", "serial", "manufacturer": what a text object of this name is. NULL: nothing. */
const char *guess_identity(const char *name);

#endif
