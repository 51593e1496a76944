/* SPDX-License-Identifier: ISC */
/* What `profile test` says: the sensors on standard output; what it recognised and what it left, with the reason, on standard error. */
#ifndef PLUGINS_SNMP_PROFILE_REPORT_H
#define PLUGINS_SNMP_PROFILE_REPORT_H

#include <towerd/plugin.h>

#include "plugins/snmp/profile/profile.h"

/* An object that a rule left; another rule may have read it all the same. */
struct report_left {
	const struct profile *profile;
	struct snmp_oid oid;
	const char *reason;
};

struct profile_report {
	struct towerd_ctx *ctx;
	struct towerd_out *out;
	struct object_set *objects;
	struct report_left *left;
	size_t left_count, left_capacity;
};

void profile_report_match(struct profile_report *report, const struct profile_match *match);
/* A profile_left_fn. */
void
profile_report_left(void *report, const struct profile *profile, struct snmp_oid oid, const char *reason);
/* The subtrees that no rule looks at, counted. 0 or -ENOMEM. */
int profile_report_rest(
    struct profile_report *report, const struct profile_match *match, const struct profile_plan *plan);
/* What the device says of itself, which alarms are raised, and which traps are mapped. */
void profile_report_rules(
    struct profile_report *report, const struct profile_match *match, const struct profile_plan *plan);
/* The sensors with their values, as a table or as JSON. 0 or -ENOMEM. */
int profile_report_sensors(struct profile_report *report, const struct profile_plan *plan);
void profile_report_fini(struct profile_report *report);

#endif
