/* SPDX-License-Identifier: ISC */
/* Each type of value on the wire, at its edges. */
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"
#include "tests/support/cunit_main.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

static struct towerd_value
number(enum towerd_type type, uint64_t u)
{
	struct towerd_value value = { .type = type, .u = u };
	return value;
}

static void
integers_are_what_they_were_and_latch_or_wrap_as_their_type_says(void)
{
	static const struct {
		enum towerd_type type;
		int64_t value;
		u_char wire;
		int64_t expected;
	} cases[] = {
		{ TOWERD_INTEGER, -1, ASN_INTEGER, -1 },
		{ TOWERD_INTEGER, INT32_MIN, ASN_INTEGER, INT32_MIN },
		{ TOWERD_INTEGER, INT32_MAX, ASN_INTEGER, INT32_MAX },
		{ TOWERD_ENUM, 7, ASN_INTEGER, 7 },
		{ TOWERD_TRUTH, 1, ASN_INTEGER, 1 },
		{ TOWERD_TRUTH, 0, ASN_INTEGER, 2 },
		{ TOWERD_UNSIGNED, UINT32_MAX, ASN_GAUGE, UINT32_MAX },
		{ TOWERD_UNSIGNED, INT64_C(1) << 32, ASN_GAUGE, UINT32_MAX },
		{ TOWERD_COUNTER, (INT64_C(1) << 32) + 5, ASN_COUNTER, 5 },
		{ TOWERD_DURATION, 12349, ASN_TIMETICKS, 1234 },
		{ TOWERD_DURATION, -1, ASN_TIMETICKS, 0 },
		{ TOWERD_DURATION, ((INT64_C(1) << 32) + 2) * 10, ASN_TIMETICKS, 2 },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value = towerd_int(cases[i].type, cases[i].value);
		CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
		CU_ASSERT_EQUAL(vb.type, cases[i].wire);
		CU_ASSERT_EQUAL(*vb.val.integer, cases[i].expected);
		snmp_free_var_internals(&vb);
	}
}

static void
what_an_integer32_cannot_hold_is_not_shown(void)
{
	static const int64_t values[] = { (int64_t)INT32_MIN - 1, (int64_t)INT32_MAX + 1, INT64_MIN,
		INT64_MAX };

	for (size_t i = 0; i < TOWERD_COUNT(values); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value = towerd_int(TOWERD_INTEGER, values[i]);
		CU_ASSERT_FALSE(varbind_set(&vb, &value, 0));
		CU_ASSERT_EQUAL(vb.type, ASN_NULL);
		CU_ASSERT_PTR_NULL(vb.val.string);
	}
	static const int types[] = { TOWERD_NONE, -1, TOWERD_TYPE_COUNT };
	for (size_t i = 0; i < TOWERD_COUNT(types); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value = towerd_int((enum towerd_type)types[i], 1);
		CU_ASSERT_FALSE(varbind_set(&vb, &value, 0));
		CU_ASSERT_EQUAL(vb.type, ASN_NULL);
	}
}

static void
a_counter64_has_all_its_bits(void)
{
	netsnmp_variable_list vb = { .type = ASN_NULL };
	struct towerd_value value = number(TOWERD_COUNTER64, UINT64_C(0xfedcba9876543210));

	CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
	CU_ASSERT_EQUAL(vb.type, ASN_COUNTER64);
	CU_ASSERT_EQUAL(vb.val.counter64->high, 0xfedcba98);
	CU_ASSERT_EQUAL(vb.val.counter64->low, 0x76543210);
	snmp_free_var_internals(&vb);
}

static void
octets_may_be_empty_or_long_and_hold_anything(void)
{
	static const char bytes[3000] = "a\0b";
	static const size_t lengths[] = { 0, 1, 3, sizeof(bytes) };

	for (size_t i = 0; i < TOWERD_COUNT(lengths); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value =
		    towerd_bytes(TOWERD_OCTETS, lengths[i] == 0 ? NULL : bytes, lengths[i]);
		CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
		CU_ASSERT_EQUAL(vb.type, ASN_OCTET_STR);
		CU_ASSERT_EQUAL(vb.val_len, lengths[i]);
		CU_ASSERT_EQUAL(memcmp(vb.val.string, bytes, lengths[i]), 0);
		snmp_free_var_internals(&vb);
	}
}

static void
an_oid_of_nothing_is_zero_dot_zero_and_the_longest_has_128_parts(void)
{
	uint32_t ids[TOWERD_OID_MAX + 1];
	for (size_t i = 0; i < TOWERD_COUNT(ids); i++)
		ids[i] = UINT32_MAX - (uint32_t)i;
	static const struct {
		size_t len, expected;
	} cases[] = { { 0, 2 }, { 1, 2 }, { 2, 2 }, { TOWERD_OID_MAX, TOWERD_OID_MAX } };

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value = towerd_oid(ids, cases[i].len);
		CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
		CU_ASSERT_EQUAL(vb.type, ASN_OBJECT_ID);
		CU_ASSERT_EQUAL(vb.val_len, cases[i].expected * sizeof(oid));
		for (size_t k = 0; k < cases[i].expected; k++)
			CU_ASSERT_EQUAL(vb.val.objid[k], k < cases[i].len ? ids[k] : 0);
		snmp_free_var_internals(&vb);
	}
	netsnmp_variable_list vb = { .type = ASN_NULL };
	struct towerd_value value = towerd_oid(ids, TOWERD_OID_MAX + 1);
	CU_ASSERT_FALSE(varbind_set(&vb, &value, 0));
}

static void
a_date_is_eleven_octets_in_utc_and_never_is_eight_zeros(void)
{
	netsnmp_variable_list vb = { .type = ASN_NULL };
	struct towerd_value value = towerd_int(TOWERD_DATE, INT64_C(1795373153190));

	CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
	CU_ASSERT_EQUAL(vb.val_len, 11);
	CU_ASSERT_EQUAL(memcmp(vb.val.string, "\x07\xea\x0b\x16\x12\x2d\x35\x01+\0\0", 11), 0);
	value.i = 0;
	CU_ASSERT_TRUE(varbind_set(&vb, &value, 0));
	CU_ASSERT_EQUAL(vb.val_len, 8);
	CU_ASSERT_EQUAL(memcmp(vb.val.string, "\0\0\0\0\0\0\0\0", 8), 0);
	snmp_free_var_internals(&vb);
}

static void
an_instant_is_sys_up_time_at_that_moment_or_zero_when_it_was_before(void)
{
	netsnmp_set_agent_uptime(1000000); /* hundredths: 10,000 s */
	static const struct {
		int64_t instant, now, low, high;
	} cases[] = {
		{ 90000000, 90000000, 1000000, 1000100 },
		{ 90000000, 90005000, 999500, 999600 },
		{ 1000, 90000000, 0, 0 }, /* before the start */
		{ 0, 90000000, 0, 0 },    /* never */
		{ -5, 1000, 0, 0 },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		netsnmp_variable_list vb = { .type = ASN_NULL };
		struct towerd_value value = towerd_int(TOWERD_INSTANT, cases[i].instant);
		CU_ASSERT_TRUE(varbind_set(&vb, &value, cases[i].now));
		CU_ASSERT_EQUAL(vb.type, ASN_TIMETICKS);
		CU_ASSERT_TRUE(*vb.val.integer >= cases[i].low);
		/* The clock may have gone on by a second on a busy machine; more would be another value. */
		CU_ASSERT_TRUE(*vb.val.integer <= cases[i].high);
		snmp_free_var_internals(&vb);
	}
}

static const struct claim claims[] = {
	CLAIM(integers_are_what_they_were_and_latch_or_wrap_as_their_type_says),
	CLAIM(what_an_integer32_cannot_hold_is_not_shown),
	CLAIM(a_counter64_has_all_its_bits),
	CLAIM(octets_may_be_empty_or_long_and_hold_anything),
	CLAIM(an_oid_of_nothing_is_zero_dot_zero_and_the_longest_has_128_parts),
	CLAIM(a_date_is_eleven_octets_in_utc_and_never_is_eight_zeros),
	CLAIM(an_instant_is_sys_up_time_at_that_moment_or_zero_when_it_was_before),
};
CLAIMS_MAIN("varbind", claims)
