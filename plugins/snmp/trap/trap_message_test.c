/* SPDX-License-Identifier: ISC */
/* Traps of both versions as one thing, as text for people, and where they are listened for. */
#include <string.h>

#include "plugins/snmp/trap/listener.h"
#include "plugins/snmp/trap/strange.h"
#include "plugins/snmp/trap/trap_message.h"
#include "tests/support/cunit_main.h"

#define IDS(...) \
	((const uint32_t[]){ __VA_ARGS__ }), sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)

static struct notification read; /* large */

static void
assert_trap(struct snmp_oid found, const char *expected)
{
	char text[OID_TEXT];
	CU_ASSERT_STRING_EQUAL(oid_format(found.ids, found.len, text, sizeof(text)), expected);
}

static void
a_v1_trap_is_translated_as_the_standard_says(void)
{
	static const struct {
		int32_t generic, specific;
		const char *trap, *without_zero;
	} cases[] = {
		{ 0, 0, "1.3.6.1.6.3.1.1.5.1", "" }, /* coldStart */
		{ 3, 9, "1.3.6.1.6.3.1.1.5.4", "" }, /* linkUp */
		{ 5, 0, "1.3.6.1.6.3.1.1.5.6", "" },
		{ 6, 42, "1.3.6.1.4.1.9.0.42", "1.3.6.1.4.1.9.42" },
		{ 77, 42, "1.3.6.1.4.1.9.0.42", "1.3.6.1.4.1.9.42" },
	};
	const uint32_t enterprise[] = { 1, 3, 6, 1, 4, 1, 9 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct codec_answer trap = { .pdu = CODEC_TRAP_V1,
			.trap = { .enterprise = { enterprise, 7 },
			    .generic = cases[i].generic,
			    .specific = cases[i].specific,
			    .agent = { 10, 0, 0, 7 } } };
		CU_ASSERT_TRUE_FATAL(notification_read(&trap, &read));
		assert_trap(read.trap, cases[i].trap);
		assert_trap(read.without_zero, cases[i].without_zero);
		CU_ASSERT_TRUE(read.has_agent);
		CU_ASSERT_EQUAL(memcmp(read.agent.s6_addr + 10, "\xff\xff\x0a\0\0\x07", 6), 0);
	}
}

static void
a_v2_trap_is_named_by_its_varbind_and_says_what_stands_behind_it(void)
{
	const uint32_t trap_ids[] = { 1, 3, 6, 1, 4, 1, 9, 0, 1 };
	const struct snmp_object objects[] = {
		{ IDS(1, 3, 6, 1, 2, 1, 1, 3, 0), { .tag = SNMP_TIMETICKS } },
		{ IDS(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), { .tag = SNMP_OID, .oid = { trap_ids, 9 } } },
		{ IDS(1, 3, 6, 1, 4, 1, 9, 5), { .tag = SNMP_INTEGER, .integer = 7 } },
		{ IDS(1, 3, 6, 1, 6, 3, 18, 1, 3, 0),
		    { .tag = SNMP_IPADDRESS, .octets = { (const uint8_t *)"\x0a\0\0\x08", 4 } } },
	};
	struct codec_answer trap = {
		.version = CODEC_V2C, .pdu = CODEC_TRAP, .objects = objects, .count = 4
	};

	CU_ASSERT_TRUE_FATAL(notification_read(&trap, &read));
	assert_trap(read.trap, "1.3.6.1.4.1.9.0.1");
	CU_ASSERT_EQUAL(read.without_zero.len, 0);
	CU_ASSERT_EQUAL(read.count, 2);
	CU_ASSERT_EQUAL(read.objects[0].value.integer, 7);
	CU_ASSERT_TRUE(read.has_agent);
	trap.count = 1;
	CU_ASSERT_FALSE(notification_read(&trap, &read));
}

static void
what_a_trap_said_is_shown_escaped_and_without_secrets(void)
{
	const char *const words[] = { "s3cret", "ab" };
	const struct strange_secrets secrets = { words, 2 };
	const struct snmp_object objects[] = {
		{ IDS(1, 1), { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"say \"hi\"\n", 9 } } },
		{ IDS(1, 2), { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"\x07\xff", 2 } } },
		{ IDS(1, 3), { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"a s3cret!", 9 } } },
		{ IDS(1, 4), { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"ab", 2 } } },
		{ IDS(1, 5), { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"abc", 3 } } },
		{ IDS(1, 3, 6, 1, 6, 3, 18, 1, 4, 0),
		    { .tag = SNMP_OCTETS, .octets = { (const uint8_t *)"whatever", 8 } } },
		{ IDS(1, 6), { .tag = SNMP_IPADDRESS, .octets = { (const uint8_t *)"\x0a\0\0\x01", 4 } } },
	};
	char text[1024];

	CU_ASSERT_STRING_EQUAL(strange_describe(objects, 7, &secrets, text, sizeof(text)),
	    "1.1 = STRING: \"say \\\"hi\\\"\\x0a\"\n1.2 = HEX: 07 ff\n1.3 = (not shown)\n1.4 = (not shown)\n"
	    "1.5 = STRING: \"abc\"\n1.3.6.1.6.3.18.1.4.0 = (not shown)\n1.6 = IpAddress: 10.0.0.1");
	/* Cut at whole lines, whatever the room. */
	for (size_t size = 2; size < 160; size++) {
		const char *cut = strange_describe(objects, 7, &secrets, text, size);
		CU_ASSERT_TRUE(strlen(cut) < size);
		CU_ASSERT_TRUE(cut[0] == '\0' || strstr(cut, "\\x0a\"") != NULL);
	}
}

static void
an_address_to_listen_at_has_a_port(void)
{
	static const struct {
		const char *text;
		int rc;
		bool is_v6;
		uint16_t port;
	} cases[] = {
		{ "udp:1162", 0, false, 1162 },
		{ "1162", 0, false, 1162 },
		{ "udp6:1162", 0, true, 1162 },
		{ "udp:127.0.0.1:162", 0, false, 162 },
		{ "127.0.0.1:162", 0, false, 162 },
		{ "udp6:[::]:1162", 0, true, 1162 },
		{ "[::1]:1162", 0, true, 1162 },
		{ "", -EINVAL, false, 0 },
		{ "udp:", -EINVAL, false, 0 },
		{ "udp:127.0.0.1", -EINVAL, false, 0 },
		{ "udp6:[::1]", -EINVAL, false, 0 },
		{ "udp:[::1]:162", -EINVAL, false, 0 },
		{ "udp6:127.0.0.1:162", -EINVAL, false, 0 },
		{ "udp:99999", -EINVAL, false, 0 },
		{ "udp:0", -EINVAL, false, 0 },
		{ "udp:123456789", -EINVAL, false, 0 },
		{ "tcp:162", -EINVAL, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct listener_address found = { 0 };
		CU_ASSERT_EQUAL(listener_address_parse(cases[i].text, &found), cases[i].rc);
		CU_ASSERT_EQUAL(found.is_v6, cases[i].is_v6);
		CU_ASSERT_EQUAL(found.address.port, cases[i].port);
	}
}

static const struct claim claims[] = {
	CLAIM(a_v1_trap_is_translated_as_the_standard_says),
	CLAIM(a_v2_trap_is_named_by_its_varbind_and_says_what_stands_behind_it),
	CLAIM(what_a_trap_said_is_shown_escaped_and_without_secrets),
	CLAIM(an_address_to_listen_at_has_a_port),
};

CLAIMS_MAIN("trap_message", claims)
