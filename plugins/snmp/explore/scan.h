/* SPDX-License-Identifier: ISC */
/*
 * A search for agents in ranges of addresses, at a bounded rate: each address is asked by each of the given accesses in turn until one
 * is answered; what answers is looked at as discovery.h would, but not walked. Each find is told as MESSAGE_FOUND, the end as
 * MESSAGE_EXPLORED.
 */
#ifndef PLUGINS_SNMP_SCAN_H
#define PLUGINS_SNMP_SCAN_H

#include "plugins/snmp/poll/poller.h"

#define SCAN_RATE_MAX 1000 /* requests a second */

struct scan;
/* Begins as the rest of a MESSAGE_SCAN says. NULL: it was not whole, or there is no memory; then the end has been told. */
struct scan *scan_start(struct poller *poller, struct message_reader *r);
void scan_free(struct scan *scan);

#endif
