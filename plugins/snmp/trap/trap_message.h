/* SPDX-License-Identifier: ISC */
/* A trap or inform of any version as one thing (RFC 3584, 3.1): which it is, what it says, and whom it is about. */
#ifndef PLUGINS_SNMP_TRAP_MESSAGE_H
#define PLUGINS_SNMP_TRAP_MESSAGE_H

#include <netinet/in.h>

#include "plugins/snmp/codec/codec.h"

struct notification {
	struct snmp_oid trap; /* borrowed from the message, or `ids` */
	/*
	 * A v1 trap that is the enterprise's own: the same without the 0 before its last number. MIBs of SNMPv2 that do not reserve it define
	 * their traps so. Length 0: there is none.
	 */
	struct snmp_oid without_zero;
	const struct snmp_object *objects; /* the varbinds behind snmpTrapOID */
	size_t count;
	bool has_agent;
	struct in6_addr agent; /* agent-addr or snmpTrapAddress.0: believed of a relay alone */
	uint32_t ids[2][TOWERD_OID_MAX];
};

/* False: it does not say which trap it is. */
bool notification_read(const struct codec_answer *message, struct notification *out);

#endif
