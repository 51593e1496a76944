/* SPDX-License-Identifier: ISC */
/*
 * What traps mean, as profiles say it (docs/profiles.md, "Traps"). A trap is a hint: it may raise or clear an alarm at once, and always is a
 * reason to poll. Whatever a trap raises has an end that does not depend on another trap:
 *
 *   ends_by_poll   the profile has an alarm or a list of this type. After the trap the device is polled; an alarm of this type that a trap
 *                  has raised and that the confirming poll does not raise itself, with whatever qualifier, is to be cleared then.
 *   expires_ms     the alarm is to be cleared after this time, unless a trap raised it again or cleared it before.
 *
 * A rule has at least one of them, or loading it is a fault. With both, whichever comes first.
 */
#ifndef PLUGINS_SNMP_PROFILE_TRAPS_H
#define PLUGINS_SNMP_PROFILE_TRAPS_H

#include "plugins/snmp/profile/profile.h"

struct trap_rule;

enum trap_meaning {
	TRAP_HINT, /* nothing but a reason to poll */
	TRAP_RAISES,
	TRAP_CLEARS,
};

struct trap_result {
	enum trap_meaning meaning;
	/* TRAP_RAISES, TRAP_CLEARS: as struct towerd_fault */
	const char *type; /* lives as long as the profiles */
	char qualifier[PLAN_INSTANCE_MAX + 1];
	char text[PLAN_FAULT_TEXT_MAX + 1];
	int severity; /* TRAP_RAISES; enum towerd_severity, or 0: the type's own */
	/* how it ends; TRAP_RAISES */
	bool ends_by_poll;
	int64_t expires_ms; /* 0: not by itself */
	/* varbinds that are objects of the device's plan are readings (also of a hint) */
	bool takes_readings;
};

/*
 * The rules of all profiles for a trap, with SNMPv1's generic and specific numbers translated to an OID as RFC 3584, 3.1 says. They stand one
 * behind the other at *rules; their number, 0: the trap is unknown. O(log n).
 */
size_t profiles_find_trap(
    const struct profiles *profiles, struct snmp_oid trap, const struct trap_rule *const **rules);
const struct profile *trap_rule_profile(const struct trap_rule *rule);

/*
 * Applies a rule to the trap's varbinds (those behind snmpTrapOID). false: its conditions do not hold, another rule may fit. Allocates nothing.
 * A placeholder is the first varbind at or below its OID.
 */
bool trap_rule_apply(const struct trap_rule *rule, struct object_set *varbinds, struct trap_result *result);

#endif
