/* SPDX-License-Identifier: ISC */
/* Every way to write a range, and to miswrite one. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "plugins/snmp/explore/range.h"
#include "tests/support/cunit_main.h"

static const char *
text_of(struct in6_addr address)
{
	static char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &address, text, sizeof(text));
	return strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text;
}

static void
a_range_is_written_as_people_write_it(void)
{
	static const struct {
		const char *text, *first, *last;
		uint32_t count;
	} cases[] = {
		{ "10.1.2.3", "10.1.2.3", "10.1.2.3", 1 },
		{ "10.1.2.77/24", "10.1.2.1", "10.1.2.254", 254 },
		{ "10.1.2.4/30", "10.1.2.5", "10.1.2.6", 2 },
		{ "10.1.2.4/31", "10.1.2.4", "10.1.2.5", 2 },
		{ "10.1.2.4/32", "10.1.2.4", "10.1.2.4", 1 },
		{ "10.1.0.0/16", "10.1.0.1", "10.1.255.254", 65534 },
		{ "10.1.2.3-9", "10.1.2.3", "10.1.2.9", 7 },
		{ "10.1.2.250-10.1.3.5", "10.1.2.250", "10.1.3.5", 12 },
		{ "2001:db8::7", "2001:db8::7", "2001:db8::7", 1 },
		{ "2001:db8::/120", "2001:db8::", "2001:db8::ff", 256 },
		{ "2001:db8::1-2001:db8::a", "2001:db8::1", "2001:db8::a", 10 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct range range;
		const char *reason = "";
		CU_ASSERT_EQUAL_FATAL(range_parse(cases[i].text, &range, &reason), 0);
		CU_ASSERT_EQUAL(range.count, cases[i].count);
		CU_ASSERT_STRING_EQUAL(text_of(range_at(&range, 0)), cases[i].first);
		CU_ASSERT_STRING_EQUAL(text_of(range_at(&range, range.count - 1)), cases[i].last);
	}
}

static void
what_is_no_range_is_refused_with_the_reason(void)
{
	static const struct {
		const char *text;
		int rc;
		const char *reason;
	} cases[] = {
		{ "", -EINVAL, "it is no literal address, nor ADDRESS/LENGTH, nor FIRST-LAST" },
		{ "plant.example.net", -EINVAL,
		    "it is no literal address, nor ADDRESS/LENGTH, nor FIRST-LAST" },
		{ "10.1.2/24", -EINVAL, "what stands in front of the / is no address" },
		{ "10.1.2.0/33", -EINVAL, "what stands behind the / is no length of a prefix" },
		{ "10.1.2.0/", -EINVAL, "what stands behind the / is no length of a prefix" },
		{ "10.0.0.0/8", -E2BIG, "it has more than 65536 addresses" },
		{ "2001:db8::/64", -E2BIG, "it has more than 65536 addresses" },
		{ "10.1.2.9-3", -EINVAL, "it ends before it begins" },
		{ "10.1.2.3-256", -EINVAL,
		    "what stands behind the - is neither an address nor a last octet" },
		{ "10.1.2.3-2001:db8::1", -E2BIG, "it has more than 65536 addresses" },
		{ "-10.1.2.3", -EINVAL, "what stands in front of the - is no address" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct range range;
		const char *reason = "";
		CU_ASSERT_EQUAL(range_parse(cases[i].text, &range, &reason), cases[i].rc);
		CU_ASSERT_STRING_EQUAL(reason, cases[i].reason);
	}
}

static const struct claim claims[] = {
	CLAIM(a_range_is_written_as_people_write_it),
	CLAIM(what_is_no_range_is_refused_with_the_reason),
};

CLAIMS_MAIN("range", claims)
