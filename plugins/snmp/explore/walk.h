/* SPDX-License-Identifier: ISC */
/*
 * A recording of one device: all that it shows below one OID, as lines of a recording (recording_line.h), masked (mask.h). Lines are told as
 * MESSAGE_LINES, the end as MESSAGE_EXPLORED.
 */
#ifndef PLUGINS_SNMP_WALK_H
#define PLUGINS_SNMP_WALK_H

#include "plugins/snmp/poll/poller.h"

#define WALK_OBJECTS_MAX 500000

struct walk;
/* Begins as the rest of a MESSAGE_RECORD says. NULL: it was not whole, or there is no memory; then the end has been told. */
struct walk *walk_start(struct poller *poller, struct message_reader *r);
void walk_free(struct walk *walk);

#endif
