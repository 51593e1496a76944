/* SPDX-License-Identifier: ISC */
/* The addresses that a search goes through: "10.1.2.0/24", "10.1.2.3-9", "10.1.2.3-10.1.2.250", "2001:db8::/120", or one address. */
#ifndef PLUGINS_SNMP_RANGE_H
#define PLUGINS_SNMP_RANGE_H

#include <netinet/in.h>
#include <stdint.h>

#define RANGE_MAX 65536 /* addresses: an hour at 20 a second is long enough for one search */

struct range {
	struct in6_addr first; /* IPv4: mapped */
	uint32_t count;
};

/*
 * A network of IPv4 is taken without its own address and its broadcast address. -EINVAL, -E2BIG (over RANGE_MAX); then `*reason`, a
 * constant, says what is wrong.
 */
int range_parse(const char *text, struct range *out, const char **reason);
struct in6_addr range_at(const struct range *range, uint32_t i); /* i < count */

#endif
