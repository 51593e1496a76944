/* SPDX-License-Identifier: ISC */
/* Addresses that something was refused of: what, how often, and how much more may come of it. The ones heard last are kept. */
#ifndef PLUGINS_SNMP_ORIGIN_H
#define PLUGINS_SNMP_ORIGIN_H

#include <netinet/in.h>

#include "plugins/snmp/trap/rate.h"

enum origin_reason {
	ORIGIN_UNKNOWN,   /* no device of the inventory has the address or engine ID */
	ORIGIN_OVER_RATE, /* more than `trap-rate` */
	ORIGIN_COMMUNITY, /* neither the device's community nor one of `trap-credentials` */
	ORIGIN_MALFORMED, /* no message of SNMP, or none that is a trap or inform */
	ORIGIN_USER,      /* SNMPv3: not authentic, or of no user that we know */
	ORIGIN_STALE,     /* SNMPv3: authentic, but of a time that is past */
	ORIGIN_SHARED, /* several devices have the address: all of them are polled, but none has an alarm raised */
	ORIGIN_REASONS
};
extern const char *const origin_reasons[ORIGIN_REASONS]; /* sentences for people */

struct origin {
	struct in6_addr host;
	uint32_t device;                /* 0: of no known one */
	struct rate rate;               /* of an address that is no device's */
	uint32_t fresh[ORIGIN_REASONS]; /* how often since it was told */
};

struct origins;
struct origins *origins_new(size_t max);
void origins_free(struct origins *origins);
/* Found or made, in the place of the one that was heard longest ago. Never NULL but at the first one when there is no memory. */
struct origin *origins_of(struct origins *origins, const struct in6_addr *host);
void origins_count(struct origins *origins, struct origin *origin, enum origin_reason reason);
/* Those with something to tell, which is then forgotten. Stops where `tell` says false. */
void origins_tell(struct origins *origins, bool (*tell)(void *arg, const struct origin *origin), void *arg);

#endif
