/* SPDX-License-Identifier: ISC */
/* OIDs as text, and the ordered set. */
#include "plugins/snmp/codec/object.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cunit_main.h"

static void
an_oid_is_read_as_people_write_it(void)
{
	static const struct {
		const char *text;
		int count;
	} cases[] = { { "1.3.6.1", 4 }, { ".1.3.6.1", 4 }, { "0.0", 2 }, { "1", 1 }, { "", 0 },
		{ "4294967295", 1 }, { "4294967296", -ERANGE }, { "1..3", -EINVAL }, { "1.3.", -EINVAL },
		{ "1.a", -EINVAL }, { "1.-3", -EINVAL }, { "1.2.3.4.5.6.7.8.9", -E2BIG } };
	uint32_t ids[8];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(oid_parse(cases[i].text, strlen(cases[i].text), ids, 8), cases[i].count);
}

static void
an_oid_is_written_and_cut_at_the_end_of_the_buffer(void)
{
	const uint32_t ids[] = { 1, 3, 4294967295 };
	char text[OID_TEXT], small[6];

	CU_ASSERT_STRING_EQUAL(oid_format(ids, 3, text, sizeof(text)), "1.3.4294967295");
	CU_ASSERT_STRING_EQUAL(oid_format(ids, 0, text, sizeof(text)), "");
	CU_ASSERT_STRING_EQUAL(oid_format(ids, 3, small, sizeof(small)), "1.3.4");
}

static void
add(struct object_set *set, const char *oid, int64_t value)
{
	uint32_t ids[16];
	int len = oid_parse(oid, strlen(oid), ids, 16);
	struct snmp_object object = { ids, (size_t)len, { .tag = SNMP_INTEGER, .integer = value } };

	CU_ASSERT_EQUAL(object_set_add(set, &object), 0);
}

static void
objects_come_back_in_order_whatever_order_they_came_in(void)
{
	static const char *const oids[] = { "1.3.10", "1.3.2.1", "1.3.2", "1.4", "1.3.2.1.1" };
	static const int64_t order[] = { 2, 1, 4, 0, 3 };
	struct object_set *set = object_set_new();

	for (int64_t i = 0; i < 5; i++)
		add(set, oids[i], i);
	CU_ASSERT_EQUAL(object_set_count(set), 5);
	for (size_t i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(object_set_at(set, i)->value.integer, order[i]);
	CU_ASSERT_PTR_NULL(object_set_at(set, 5));
	object_set_free(set);
}

static void
of_two_values_for_one_oid_the_later_stays(void)
{
	const uint32_t ids[] = { 1, 3, 5 };
	struct object_set *set = object_set_new();

	add(set, "1.3.5", 1);
	add(set, "1.3.4", 2);
	add(set, "1.3.5", 3);
	CU_ASSERT_EQUAL(object_set_count(set), 2);
	CU_ASSERT_EQUAL(object_set_find(set, ids, 3)->value.integer, 3);
	add(set, "1.3.5", 4);
	CU_ASSERT_EQUAL(object_set_count(set), 2);
	CU_ASSERT_EQUAL(object_set_find(set, ids, 3)->value.integer, 4);
	object_set_free(set);
}

static void
a_set_keeps_its_own_copies(void)
{
	uint32_t ids[] = { 1, 3 };
	uint8_t text[] = "before";
	struct object_set *set = object_set_new();
	struct snmp_object object = { ids, 2, { .tag = SNMP_OCTETS, .octets = { text, 6 } } };

	object_set_add(set, &object);
	memset(text, 'x', 6);
	ids[0] = 9;
	CU_ASSERT_EQUAL(object_set_at(set, 0)->ids[0], 1);
	CU_ASSERT_EQUAL(memcmp(object_set_at(set, 0)->value.octets.data, "before", 6), 0);
	object_set_clear(set);
	CU_ASSERT_EQUAL(object_set_count(set), 0);
	object_set_free(set);
}

static void
the_place_of_a_subtree_is_found(void)
{
	const uint32_t inside[] = { 1, 3, 2 }, behind[] = { 2 };
	struct object_set *set = object_set_new();

	add(set, "1.2", 0);
	add(set, "1.3.2.1", 0);
	CU_ASSERT_EQUAL(object_set_from(set, inside, 3), 1);
	CU_ASSERT_EQUAL(object_set_from(set, behind, 1), 2);
	CU_ASSERT_PTR_NULL(object_set_find(set, inside, 3));
	object_set_free(set);
}

static const struct claim claims[] = {
	CLAIM(an_oid_is_read_as_people_write_it),
	CLAIM(an_oid_is_written_and_cut_at_the_end_of_the_buffer),
	CLAIM(objects_come_back_in_order_whatever_order_they_came_in),
	CLAIM(of_two_values_for_one_oid_the_later_stays),
	CLAIM(a_set_keeps_its_own_copies),
	CLAIM(the_place_of_a_subtree_is_found),
};

CLAIMS_MAIN("object", claims)
