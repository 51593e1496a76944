/* SPDX-License-Identifier: ISC */
/* Ranges of addresses, as people write them. */
#include "plugins/snmp/explore/range.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/wire/address.h"

#define IPV6_BITS 128
#define IPV4_AT   96 /* where an IPv4 address begins in a mapped one */

static bool
is_v4(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address);
}

static bool
parse_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoul(text, &end, 10);
	return *end == '\0' && *out <= max;
}

/* The last 32 bits: no range is longer. */
static uint32_t
tail_of(const struct in6_addr *address)
{
	uint32_t tail;

	memcpy(&tail, &address->s6_addr[12], sizeof(tail));
	return ntohl(tail);
}

static void
set_tail(struct in6_addr *address, uint32_t tail)
{
	tail = htonl(tail);
	memcpy(&address->s6_addr[12], &tail, sizeof(tail));
}

static int
refuse(int rc, const char **reason, const char *text)
{
	*reason = text;
	return rc;
}

static int
parse_network(const char *text, const char *slash, struct range *out, const char **reason)
{
	unsigned long bits;

	if (wire_host_parse(text, (size_t)(slash - text), &out->first) < 0)
		return refuse(-EINVAL, reason, "what stands in front of the / is no address");
	unsigned long all = is_v4(&out->first) ? IPV6_BITS - IPV4_AT : IPV6_BITS;
	if (!parse_number(slash + 1, all, &bits))
		return refuse(-EINVAL, reason, "what stands behind the / is no length of a prefix");
	if (all - bits > 16)
		return refuse(-E2BIG, reason, "it has more than 65536 addresses");
	uint32_t size = UINT32_C(1) << (all - bits);
	set_tail(&out->first, tail_of(&out->first) & ~(size - 1));
	out->count = size;
	if (is_v4(&out->first) && size > 2) {
		set_tail(&out->first, tail_of(&out->first) + 1);
		out->count = size - 2;
	}
	return 0;
}

/* "A-B", or of IPv4 "A-N" with the last octet alone. */
static int
parse_span(const char *text, const char *dash, struct range *out, const char **reason)
{
	struct in6_addr last;
	unsigned long octet;

	if (wire_host_parse(text, (size_t)(dash - text), &out->first) < 0)
		return refuse(-EINVAL, reason, "what stands in front of the - is no address");
	last = out->first;
	if (is_v4(&last) && parse_number(dash + 1, 255, &octet))
		last.s6_addr[15] = (uint8_t)octet;
	else if (wire_host_parse(dash + 1, strlen(dash + 1), &last) < 0)
		return refuse(
		    -EINVAL, reason, "what stands behind the - is neither an address nor a last octet");
	if (memcmp(&last, &out->first, 12) == 0 && tail_of(&last) < tail_of(&out->first))
		return refuse(-EINVAL, reason, "it ends before it begins");
	if (memcmp(&last, &out->first, 12) != 0 || tail_of(&last) - tail_of(&out->first) >= RANGE_MAX)
		return refuse(-E2BIG, reason, "it has more than 65536 addresses");
	out->count = tail_of(&last) - tail_of(&out->first) + 1;
	return 0;
}

int
range_parse(const char *text, struct range *out, const char **reason)
{
	const char *slash = strchr(text, '/'), *dash = strchr(text, '-');
	struct range range = { .count = 1 };
	int rc = 0;

	if (slash != NULL)
		rc = parse_network(text, slash, &range, reason);
	else if (dash != NULL)
		rc = parse_span(text, dash, &range, reason);
	else if (wire_host_parse(text, strlen(text), &range.first) < 0)
		rc = refuse(-EINVAL, reason, "it is no literal address, nor ADDRESS/LENGTH, nor FIRST-LAST");
	if (rc == 0)
		*out = range;
	return rc;
}

struct in6_addr
range_at(const struct range *range, uint32_t i)
{
	struct in6_addr address = range->first;

	set_tail(&address, tail_of(&address) + i);
	return address;
}
