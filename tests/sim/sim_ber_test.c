/* SPDX-License-Identifier: ISC */
/* BER as SNMP uses it. */
#include "tests/sim/ber.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

static struct ber_slice
oid(const char *text, uint8_t *room)
{
	return (struct ber_slice){ room, ber_oid_parse(text, strlen(text), room) };
}

static void
an_oid_survives_the_way_there_and_back(void)
{
	static const char *const texts[] = { "0.0", "1.3", "1.3.6.1.4.1.12148.10", "2.999.1",
		"1.3.127.128.16383.16384.4294967295", "2.4294967215" };
	uint8_t room[BER_OID_MAX];
	char text[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ber_slice encoded = oid(texts[i], room);
		CU_ASSERT(encoded.size > 0);
		ber_oid_format(encoded, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, texts[i]);
	}
	CU_ASSERT_EQUAL(oid(".1.3.6", room).size, 2);
	ber_oid_format(oid("1.3.6.1.4.1.99999", room), text, 6);
	CU_ASSERT_STRING_EQUAL(text, "1.3.6");
}

static void
what_is_no_oid_is_refused(void)
{
	static const char *const texts[] = { "", ".", "1", "1..3", "1.3.", "1.40", "3.1", "1.3.4294967296",
		"1.3.x", "-1.3", "1.3 ", "1.3.99999999999999999999999" };
	uint8_t room[BER_OID_MAX];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_EQUAL(oid(texts[i], room).size, 0);
}

static void
an_oid_has_at_most_128_parts(void)
{
	char text[4 * 130] = "1.3";
	uint8_t room[BER_OID_MAX];

	for (int i = 2; i < 128; i++)
		strcat(text, ".1");
	CU_ASSERT_EQUAL(oid(text, room).size, 127);
	strcat(text, ".1");
	CU_ASSERT_EQUAL(oid(text, room).size, 0);
}

static void
oids_compare_in_the_order_of_a_walk(void)
{
	static const char *const sorted[] = { "1.3", "1.3.6.1", "1.3.6.1.1", "1.3.6.1.127", "1.3.6.1.127.0",
		"1.3.6.1.128", "1.3.6.1.255", "1.3.6.1.16383", "1.3.6.1.16384", "1.3.6.1.2097151",
		"1.3.6.1.2097152", "1.3.6.1.4294967295", "1.3.6.2" };
	uint8_t a[BER_OID_MAX], b[BER_OID_MAX];
	int count = sizeof(sorted) / sizeof(sorted[0]);

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++) {
			int order = ber_oid_compare(oid(sorted[i], a), oid(sorted[j], b));
			CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void
numbers_take_the_fewest_octets(void)
{
	static const struct {
		int64_t value;
		size_t size;
	} cases[] = { { 0, 1 }, { 127, 1 }, { 128, 2 }, { -128, 1 }, { -129, 2 }, { 255, 2 }, { 32767, 2 },
		{ 32768, 3 }, { INT32_MAX, 4 }, { INT32_MIN, 4 }, { UINT32_MAX, 5 }, { INT64_MAX, 8 },
		{ INT64_MIN, 8 } };
	uint8_t body[9];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t back = 1;
		CU_ASSERT_EQUAL(ber_signed(body, cases[i].value), cases[i].size);
		CU_ASSERT(ber_integer((struct ber_slice){ body, cases[i].size }, &back));
		CU_ASSERT_EQUAL(back, cases[i].value);
	}
	CU_ASSERT_EQUAL(ber_unsigned(body, UINT64_MAX), 9);
	CU_ASSERT_EQUAL(body[0], 0);
	CU_ASSERT_EQUAL(body[8], 0xff);
}

static void
a_length_is_as_short_as_it_can_be(void)
{
	static const size_t sizes[] = { 0, 127, 128, 255, 256, 65535, 65536 };
	uint8_t *room = malloc(65536 + 8);

	CU_ASSERT_PTR_NOT_NULL_FATAL(room);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *after = ber_put_head(room, BER_OCTETS, sizes[i]);
		struct ber_slice in = { room, (size_t)(after - room) + sizes[i] };
		struct ber_tlv tlv;
		CU_ASSERT_EQUAL((size_t)(after - room), ber_head_size(sizes[i]));
		CU_ASSERT(ber_take(&in, &tlv));
		CU_ASSERT_EQUAL(tlv.body.size, sizes[i]);
		CU_ASSERT_EQUAL(in.size, 0);
	}
	free(room);
}

static void
a_tlv_that_is_cut_short_is_not_taken(void)
{
	static const struct {
		size_t size;
		uint8_t octets[8];
	} cases[] = { { 0, { 0 } }, { 1, { 4 } }, { 3, { 4, 2, 1 } }, { 2, { 4, 0x81 } },
		{ 3, { 4, 0x81, 1 } }, { 2, { 4, 0x80 } }, { 7, { 4, 0x85, 0, 0, 0, 0, 0 } },
		{ 6, { 4, 0x84, 0xff, 0xff, 0xff, 0xff } } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ber_slice in = { cases[i].octets, cases[i].size };
		struct ber_tlv tlv;
		CU_ASSERT_FALSE(ber_take(&in, &tlv));
		CU_ASSERT_EQUAL(in.size, cases[i].size);
	}
}

static const struct claim claims[] = {
	CLAIM(an_oid_survives_the_way_there_and_back),
	CLAIM(what_is_no_oid_is_refused),
	CLAIM(an_oid_has_at_most_128_parts),
	CLAIM(oids_compare_in_the_order_of_a_walk),
	CLAIM(numbers_take_the_fewest_octets),
	CLAIM(a_length_is_as_short_as_it_can_be),
	CLAIM(a_tlv_that_is_cut_short_is_not_taken),
};
CLAIMS_MAIN("ber", claims)
