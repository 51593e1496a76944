/* SPDX-License-Identifier: ISC */
/* What is written is read again as it was. */
#include "plugins/snmp/explore/recording_line.h"

#include <string.h>

#include "plugins/snmp/profile/recording.h"
#include "tests/support/cunit_main.h"

static const uint32_t name[] = { 1, 3, 6, 1, 4 };

#define OCTETS(tag_, text)                                                          \
	{                                                                           \
		.tag = tag_, .octets = {(const uint8_t *)(text), sizeof(text) - 1 } \
	}

static bool
is_same(const struct snmp_value *a, const struct snmp_value *b)
{
	if (a->tag != b->tag)
		return false;
	switch (a->tag) {
	case SNMP_NULL:
		return true;
	case SNMP_INTEGER:
		return a->integer == b->integer;
	case SNMP_OID:
		return oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len) == 0;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		return a->octets.len == b->octets.len &&
		    memcmp(a->octets.data, b->octets.data, a->octets.len) == 0;
	default:
		return a->natural == b->natural;
	}
}

static void
every_value_is_read_again_as_it_was_written(void)
{
	static const struct {
		struct snmp_value value;
		const char *line;
	} cases[] = {
		{ { .tag = SNMP_INTEGER, .integer = -5 }, "1.3.6.1.4|2|-5" },
		{ { .tag = SNMP_COUNTER64, .natural = UINT64_MAX }, "1.3.6.1.4|70|18446744073709551615" },
		{ { .tag = SNMP_GAUGE32, .natural = 7 }, "1.3.6.1.4|66|7" },
		{ { .tag = SNMP_NULL }, "1.3.6.1.4|5|" },
		{ { .tag = SNMP_OID, .oid = { name, 5 } }, "1.3.6.1.4|6|1.3.6.1.4" },
		{ OCTETS(SNMP_OCTETS, ""), "1.3.6.1.4|4|" },
		{ OCTETS(SNMP_OCTETS, "5 V|12"), "1.3.6.1.4|4|5 V|12" },
		{ OCTETS(SNMP_OCTETS, " 5"), "1.3.6.1.4|4x|2035" },
		{ OCTETS(SNMP_OCTETS, "a\nb"), "1.3.6.1.4|4x|610a62" },
		{ OCTETS(SNMP_OCTETS, "\0\xff"), "1.3.6.1.4|4x|00ff" },
		{ OCTETS(SNMP_IPADDRESS, "\x0a\x01\x02\x03"), "1.3.6.1.4|64|10.1.2.3" },
		{ OCTETS(SNMP_IPADDRESS, "abc"), "1.3.6.1.4|64x|616263" },
		{ OCTETS(SNMP_OPAQUE, "\x9f\x78"), "1.3.6.1.4|68x|9f78" },
	};
	struct object_set *set = object_set_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snmp_object object = { name, 5, cases[i].value };
		char line[128];
		size_t len = recording_line(&object, line, sizeof(line));
		CU_ASSERT_EQUAL(len, strlen(line));
		CU_ASSERT_STRING_EQUAL(line, cases[i].line);
		object_set_clear(set);
		CU_ASSERT_EQUAL(recording_parse(set, line, len, NULL), 0);
		const struct snmp_object *read = object_set_find(set, name, 5);
		CU_ASSERT_PTR_NOT_NULL_FATAL(read);
		CU_ASSERT_TRUE(is_same(&read->value, &object.value));
	}
	object_set_free(set);
}

static void
a_line_that_does_not_fit_is_cut_and_says_how_long_it_is(void)
{
	const struct snmp_object object = { name, 5, OCTETS(SNMP_OCTETS, "0123456789") };
	char line[16];

	CU_ASSERT_EQUAL(recording_line(&object, line, sizeof(line)), 22);
	CU_ASSERT_STRING_EQUAL(line, "1.3.6.1.4|4|012");
}

static void
an_exception_has_no_line(void)
{
	const struct snmp_object object = { name, 5, { .tag = SNMP_NO_SUCH_INSTANCE } };
	char line[16];

	CU_ASSERT_EQUAL(recording_line(&object, line, sizeof(line)), 0);
}

static const struct claim claims[] = {
	CLAIM(every_value_is_read_again_as_it_was_written),
	CLAIM(a_line_that_does_not_fit_is_cut_and_says_how_long_it_is),
	CLAIM(an_exception_has_no_line),
};

CLAIMS_MAIN("recording_line", claims)
