/* SPDX-License-Identifier: ISC */
/*
 * Finding out what a device is: which objects it has of those that profiles match by, then a walk of what its profile reads, then a plan.
 * Says what to ask next and takes the answers; sends nothing itself.
 */
#ifndef PLUGINS_SNMP_DISCOVERY_H
#define PLUGINS_SNMP_DISCOVERY_H

#include "plugins/snmp/poll/learned.h"
#include "plugins/snmp/poll/question.h"
#include "plugins/snmp/profile/profile.h"

struct discovery;

/* `profile`: a profile's name, or "auto"; borrowed, as the rest is. NULL: no memory. */
struct discovery *discovery_new(const struct profiles *profiles, const char *profile,
    enum codec_version version, struct learned *learned);
void discovery_free(struct discovery *d);
/* What to ask next, the same until discovery_answer(); false: nothing more, the plan can be made. */
bool discovery_next(struct discovery *d, struct session_question *question);
void discovery_answer(struct discovery *d, const struct codec_answer *answer);
/* There was no answer to what was asked, and the device lives: less at once, by other means, or without it. */
void discovery_choked(struct discovery *d);
/* What went wrong and did not stop it, for people: a walk that did not end, by name; "": nothing. */
const char *discovery_trouble(const struct discovery *d);
/*
 * The plan, with at least one sensor. -ENOENT (no profile fits, or finds anything), -EFBIG (the walk did not end), -ENOMEM; then
 * `reason` says why.
 */
int discovery_plan(struct discovery *d, struct profile_plan **plan, char *reason, size_t size);
/* True: another box than before stands there, by its sysObjectID; what was learned is forgotten. */
bool discovery_box(struct discovery *d);
/* Names of the profiles used, joined by '+'; "" when none fits. Lives as long as `d`. */
const char *discovery_profile(struct discovery *d);

/* What the device says of itself. The text's length, 0: nothing. */
enum { DISCOVERY_OBJECT_ID, DISCOVERY_DESCR, DISCOVERY_ENGINE_ID, DISCOVERY_ATTRIBUTES };
const char *discovery_attribute_name(size_t i);
int discovery_attribute(struct discovery *d, size_t i, char *text, size_t size);

#endif
