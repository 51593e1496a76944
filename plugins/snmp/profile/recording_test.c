/* SPDX-License-Identifier: ISC */
/* Every form of a record, and every way in which a line fails to be one. */
#include "plugins/snmp/profile/recording.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cunit_main.h"

static const uint32_t one[] = { 1, 3, 1 };

/* The value that `record` (what follows the OID) gives to 1.3.1; NULL: the line was skipped. */
static const struct snmp_object *
parse(struct object_set *set, const char *record, size_t len)
{
	struct recording_stats stats;
	char line[256];

	object_set_clear(set);
	memcpy(line, "1.3.1|", 6);
	memcpy(line + 6, record, len);
	CU_ASSERT_EQUAL(recording_parse(set, line, len + 6, &stats), 0);
	CU_ASSERT_EQUAL(stats.records + stats.skipped, 1);
	return object_set_find(set, one, 3);
}

static void
numbers_are_read_in_the_range_of_their_type(void)
{
	static const struct {
		const char *record;
		bool is_record;
		int64_t value;
	} cases[] = { { "2|-5", true, -5 }, { "2|2147483647", true, INT32_MAX },
		{ "2|-2147483648", true, INT32_MIN }, { "2|2147483648", false, 0 }, { "2|", false, 0 },
		{ "2|1.5", false, 0 }, { "2|-", false, 0 }, { "65|4294967295", true, UINT32_MAX },
		{ "66|4294967296", false, 0 }, { "66|-1", false, 0 }, { "67|8640000", true, 8640000 },
		{ "70|9223372036854775807", true, INT64_MAX }, { "70|18446744073709551616", false, 0 },
		{ "70|aabbccddeef4", false, 0 } };
	struct object_set *set = object_set_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct snmp_object *object = parse(set, cases[i].record, strlen(cases[i].record));
		CU_ASSERT_EQUAL(object != NULL, cases[i].is_record);
		if (object != NULL)
			CU_ASSERT_EQUAL(object->value.integer, cases[i].value);
	}
	object_set_free(set);
}

static void
octets_are_read_raw_in_hex_and_with_escapes(void)
{
	static const struct {
		const char *record;
		size_t len;
		const char *octets;
		size_t octets_len;
	} cases[] = { { "4|53.2 V", 8, "53.2 V", 6 }, { "4|a|b", 5, "a|b", 3 }, { "4|", 2, "", 0 },
		{ "4|\xff\x00\x01", 5, "\xff\x00\x01", 3 }, { "4x|00ffAB", 9, "\x00\xff\xab", 3 },
		{ "4e|a\\x07\\t\\\\", 12, "a\x07\t\\", 4 }, { "4|x\r", 4, "x", 1 },
		{ "64|10.0.0.1", 11, "\x0a\x00\x00\x01", 4 },
		{ "64|\xc3\x01\x02\x03", 7, "\xc3\x01\x02\x03", 4 },
		{ "64x|0A000001", 12, "\x0a\x00\x00\x01", 4 } };
	struct object_set *set = object_set_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct snmp_object *object = parse(set, cases[i].record, cases[i].len);
		CU_ASSERT_PTR_NOT_NULL_FATAL(object);
		CU_ASSERT_EQUAL(object->value.octets.len, cases[i].octets_len);
		CU_ASSERT_EQUAL(memcmp(object->value.octets.data, cases[i].octets, cases[i].octets_len), 0);
	}
	object_set_free(set);
}

static void
null_and_oids_are_values_too(void)
{
	struct object_set *set = object_set_new();

	CU_ASSERT_EQUAL(parse(set, "5|", 2)->value.tag, SNMP_NULL);
	const struct snmp_object *object = parse(set, "6|.0.0", 6);
	CU_ASSERT_EQUAL(object->value.tag, SNMP_OID);
	CU_ASSERT_EQUAL(object->value.oid.len, 2);
	object_set_free(set);
}

static void
a_line_that_is_no_record_costs_that_line_alone(void)
{
	static const char text[] = "# a comment\n"
				   "1.3.1|2|1\n"
				   "\n"
				   "not a record\n"
				   "1.3.2|99|1\n"
				   "1.3.3|4x|abc\n"
				   "1.3.4|4e|\\q\n"
				   "1.3.5|64|10.0.0\n"
				   "1.3.6|2:numeric|1\n"
				   "||\n"
				   "1.3.7|2|7";
	struct object_set *set = object_set_new();
	struct recording_stats stats;

	CU_ASSERT_EQUAL(recording_parse(set, text, strlen(text), &stats), 0);
	CU_ASSERT_EQUAL(stats.records, 2);
	CU_ASSERT_EQUAL(stats.skipped, 7);
	CU_ASSERT_EQUAL(stats.first_skipped, 4);
	CU_ASSERT_STRING_EQUAL(stats.reason, "not OID|TAG|VALUE");
	CU_ASSERT_EQUAL(object_set_count(set), 2);
	object_set_free(set);
}

static void
of_a_repeated_oid_the_later_record_stays_and_is_counted(void)
{
	static const char text[] = "1.3.2|2|1\n1.3.1|2|2\n1.3.2|2|3\n";
	struct object_set *set = object_set_new();
	struct recording_stats stats;

	recording_parse(set, text, strlen(text), &stats);
	CU_ASSERT_EQUAL(stats.repeats, 1);
	CU_ASSERT_EQUAL(object_set_at(set, 1)->value.integer, 3);
	object_set_free(set);
}

static void
a_file_that_is_not_there_is_an_error(void)
{
	struct object_set *set = object_set_new();

	CU_ASSERT_EQUAL(recording_load(set, "/nowhere/walk.snmprec", NULL), -ENOENT);
	object_set_free(set);
}

static const struct claim claims[] = {
	CLAIM(numbers_are_read_in_the_range_of_their_type),
	CLAIM(octets_are_read_raw_in_hex_and_with_escapes),
	CLAIM(null_and_oids_are_values_too),
	CLAIM(a_line_that_is_no_record_costs_that_line_alone),
	CLAIM(of_a_repeated_oid_the_later_record_stays_and_is_counted),
	CLAIM(a_file_that_is_not_there_is_an_error),
};

CLAIMS_MAIN("recording", claims)
