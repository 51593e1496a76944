/* SPDX-License-Identifier: ISC */
/* What a recording shows of a device, and what not. */
#include "plugins/snmp/explore/mask.h"

#include <string.h>

#include "tests/support/cunit_main.h"

#define OID_MAX 32

static struct snmp_object
object_of(const char *oid, enum snmp_tag tag, const char *text, size_t len)
{
	static uint32_t ids[OID_MAX];
	struct snmp_object object = { ids, (size_t)oid_parse(oid, strlen(oid), ids, OID_MAX),
		{ .tag = tag, .octets = { (const uint8_t *)text, len } } };

	return object;
}

static void
texts_are_masked_by_their_place_and_by_their_look(void)
{
	static const struct {
		const char *oid, *text, *shown; /* NULL: it is left out */
	} cases[] = {
		{ "1.3.6.1.2.1.1.1.0", "PowerBox 400, software 2.11", "PowerBox 400, software 2.11" },
		{ "1.3.6.1.2.1.1.4.0", "Anna, 0151", "xxxxxxxxxx" },
		{ "1.3.6.1.2.1.1.5.0", "hill-7", "xxxxxx" },
		{ "1.3.6.1.2.1.1.6.0", "Mill Road 3", "xxxxxxxxxxx" },
		{ "1.3.6.1.2.1.31.1.1.1.18.1", "bank", "xxxx" },
		{ "1.3.6.1.2.1.4.20.1.1.10.1.2.3", "x", NULL },
		{ "1.3.6.1.6.3.18.1.1.1.2.1", "public", NULL },
		{ "1.3.6.1.2.1.47.1.2.1.1.4.1", "public", NULL },
		{ "1.3.6.1.4.1.9.1", "community S3cret!", "xxxxxxxxxxxxxxxxx" },
		{ "1.3.6.1.4.1.9.1", "36.39210,43.28730", "00.00000,00.00000" },
		{ "1.3.6.1.4.1.9.1", "at 10.1.22.3:161", "at 00.0.00.0:161" },
		{ "1.3.6.1.4.1.9.1", "53.214 V", "53.214 V" },
		{ "1.3.6.1.4.1.9.1", "v1.2.3", "v1.2.3" },
		{ "1.3.6.1.4.1.9.1", "12.", "12." },
		{ "1.3.6.1.4.1.9.1", "", "" },
	};
	struct mask *mask = mask_new();

	CU_ASSERT_EQUAL(mask_secret(mask, "S3cret!"), 0);
	CU_ASSERT_EQUAL(mask_secret(mask, ""), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snmp_object object =
		    object_of(cases[i].oid, SNMP_OCTETS, cases[i].text, strlen(cases[i].text));
		struct snmp_object shown;
		bool is_shown = mask_object(mask, &object, &shown);
		CU_ASSERT_EQUAL(is_shown, cases[i].shown != NULL);
		if (!is_shown || cases[i].shown == NULL)
			continue;
		CU_ASSERT_EQUAL(shown.value.octets.len, strlen(cases[i].shown));
		CU_ASSERT_EQUAL(memcmp(shown.value.octets.data, cases[i].shown, shown.value.octets.len), 0);
	}
	mask_free(mask);
}

static void
addresses_keep_their_shape_alone(void)
{
	struct mask *mask = mask_new();
	struct snmp_object shown;
	struct snmp_object ip = object_of("1.3.6.1.4.1.9.2", SNMP_IPADDRESS, "\x0a\x01\x02\x03", 4);

	CU_ASSERT_TRUE(mask_object(mask, &ip, &shown));
	CU_ASSERT_EQUAL(memcmp(shown.value.octets.data, "\xc0\x00\x02\x01", 4), 0);
	struct snmp_object mac =
	    object_of("1.3.6.1.2.1.2.2.1.6.1", SNMP_OCTETS, "\x00\x1b\x21\x01\x02\x03", 6);
	CU_ASSERT_TRUE(mask_object(mask, &mac, &shown));
	CU_ASSERT_EQUAL(memcmp(shown.value.octets.data, "\x00\x1b\x21\x00\x00\x00", 6), 0);
	mask_free(mask);
}

static void
numbers_and_names_of_objects_are_shown(void)
{
	struct mask *mask = mask_new();
	struct snmp_object shown, object = object_of("1.3.6.1.4.1.9.2", SNMP_INTEGER, "", 0);

	object.value.integer = -7;
	CU_ASSERT_TRUE(mask_object(mask, &object, &shown));
	CU_ASSERT_EQUAL(shown.value.integer, -7);
	mask_free(mask);
}

static const struct claim claims[] = {
	CLAIM(texts_are_masked_by_their_place_and_by_their_look),
	CLAIM(addresses_keep_their_shape_alone),
	CLAIM(numbers_and_names_of_objects_are_shown),
};

CLAIMS_MAIN("mask", claims)
