/* SPDX-License-Identifier: ISC */
/* The walk of a device's lists of active alarms, one after the other, at the end of a round. Sends nothing itself. */
#ifndef PLUGINS_SNMP_LIST_WALK_H
#define PLUGINS_SNMP_LIST_WALK_H

#include "plugins/snmp/poll/faults.h"
#include "plugins/snmp/poll/subtree.h"

struct list_walk;

/* `groups`: whose lists it is the turn of. All is borrowed. NULL: no memory. */
struct list_walk *list_walk_new(const struct profile_plan *plan, struct faults *faults,
    struct learned *learned, enum codec_version version, uint64_t groups);
void list_walk_free(struct list_walk *walk);
/* True: there is something to ask. */
bool list_walk_next(struct list_walk *walk);
void list_walk_ask(const struct list_walk *walk, struct session_question *question);
void list_walk_answer(struct list_walk *walk, const struct codec_answer *answer);
void list_walk_choked(struct list_walk *walk);

#endif
