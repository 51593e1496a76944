/* SPDX-License-Identifier: ISC */
/* Lines of .snmprec files, with the oddities of real recordings. */
#include "tests/sim/snmprec.h"

#include <string.h>

#include "tests/support/cunit_main.h"

#define LINE(text) text, sizeof(text) - 1

static void
each_tag_gives_its_type_and_body(void)
{
	static const struct {
		const char *line;
		size_t line_size;
		uint8_t tag;
		const char *body;
		size_t body_size;
	} cases[] = {
		{ LINE("1.3.6|2|-540"), BER_INTEGER, LINE("\xfd\xe4") },
		{ LINE("1.3.6|2|-2147483648"), BER_INTEGER, LINE("\x80\0\0\0") },
		{ LINE("1.3.6|4|a|b|"), BER_OCTETS, LINE("a|b|") },
		{ LINE("1.3.6|4|"), BER_OCTETS, LINE("") },
		{ LINE("1.3.6|4|\x80\xff"), BER_OCTETS, LINE("\x80\xff") },
		{ LINE("1.3.6|4x|07e0Ff"), BER_OCTETS, LINE("\x07\xe0\xff") },
		{ LINE("1.3.6|4x|"), BER_OCTETS, LINE("") },
		{ LINE("1.3.6|4e|\\x07\\t\\\\\\q\\x4"), BER_OCTETS, LINE("\x07\t\\\\q\\x4") },
		{ LINE("1.3.6|5|"), BER_NULL, LINE("") },
		{ LINE("1.3.6|6|.0.0"), BER_OID, LINE("\0") },
		{ LINE("1.3.6|64|192.0.2.7"), BER_IPADDRESS, LINE("\xc0\0\x02\x07") },
		{ LINE("1.3.6|64|JE}}"), BER_IPADDRESS, LINE("JE}}") },
		{ LINE("1.3.6|64x|c0000207"), BER_IPADDRESS, LINE("\xc0\0\x02\x07") },
		{ LINE("1.3.6|65|4294967295"), BER_COUNTER32, LINE("\0\xff\xff\xff\xff") },
		{ LINE("1.3.6|66|128\r"), BER_GAUGE32, LINE("\0\x80") },
		{ LINE("1.3.6|67|5"), BER_TIMETICKS, LINE("\x05") },
		{ LINE("1.3.6|68x|9f7804"), BER_OPAQUE, LINE("\x9f\x78\x04") },
		{ LINE("1.3.6|70|18446744073709551615"), BER_COUNTER64,
		    LINE("\0\xff\xff\xff\xff\xff\xff\xff\xff") },
		{ LINE(".1.3.6|2|1"), BER_INTEGER, LINE("\x01") },
	};
	uint8_t body[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snmprec_item item = { 0 };
		CU_ASSERT_EQUAL(snmprec_parse(cases[i].line, cases[i].line_size, body, sizeof(body), &item),
		    SNMPREC_ITEM);
		CU_ASSERT_EQUAL(item.tag, cases[i].tag);
		CU_ASSERT_EQUAL(item.oid_size, 2);
		CU_ASSERT_EQUAL(item.body_size, cases[i].body_size);
		CU_ASSERT(
		    item.body_size != cases[i].body_size || memcmp(body, cases[i].body, item.body_size) == 0);
	}
}

static void
what_cannot_be_read_says_why(void)
{
	static const struct {
		const char *line;
		enum snmprec_result result;
	} cases[] = {
		{ "", SNMPREC_NOTHING },
		{ "\r", SNMPREC_NOTHING },
		{ "# 1.3.6|2|1", SNMPREC_NOTHING },
		{ "1.3.6", SNMPREC_NO_BARS },
		{ "1.3.6|2", SNMPREC_NO_BARS },
		{ "x|2|1", SNMPREC_BAD_OID },
		{ "1.3.6|9|1", SNMPREC_BAD_TAG },
		{ "1.3.6|2:numeric|1", SNMPREC_BAD_TAG },
		{ "1.3.6||1", SNMPREC_BAD_TAG },
		{ "1.3.6|2|", SNMPREC_BAD_VALUE },
		{ "1.3.6|2|-", SNMPREC_BAD_VALUE },
		{ "1.3.6|2|1.5", SNMPREC_BAD_VALUE },
		{ "1.3.6|2|2147483648", SNMPREC_BAD_VALUE },
		{ "1.3.6|66|-1", SNMPREC_BAD_VALUE },
		{ "1.3.6|65|4294967296", SNMPREC_BAD_VALUE },
		{ "1.3.6|70|18446744073709551616", SNMPREC_BAD_VALUE },
		{ "1.3.6|70|aabbccddeef4", SNMPREC_BAD_VALUE },
		{ "1.3.6|4x|abc", SNMPREC_BAD_VALUE },
		{ "1.3.6|4x|zz", SNMPREC_BAD_VALUE },
		{ "1.3.6|64|1.2.3", SNMPREC_BAD_VALUE },
		{ "1.3.6|64|1.2.3.256", SNMPREC_BAD_VALUE },
		{ "1.3.6|6|1", SNMPREC_BAD_VALUE },
	};
	uint8_t body[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snmprec_item item;
		CU_ASSERT_EQUAL(
		    snmprec_parse(cases[i].line, strlen(cases[i].line), body, sizeof(body), &item),
		    cases[i].result);
	}
}

static void
a_value_larger_than_its_buffer_is_refused(void)
{
	uint8_t body[16];
	struct snmprec_item item;

	CU_ASSERT_EQUAL(
	    snmprec_parse(LINE("1.3.6|4|12345678901234567"), body, sizeof(body), &item), SNMPREC_BAD_VALUE);
	CU_ASSERT_EQUAL(
	    snmprec_parse(LINE("1.3.6|4|1234567890123456"), body, sizeof(body), &item), SNMPREC_ITEM);
}

static const struct claim claims[] = {
	CLAIM(each_tag_gives_its_type_and_body),
	CLAIM(what_cannot_be_read_says_why),
	CLAIM(a_value_larger_than_its_buffer_is_refused),
};
CLAIMS_MAIN("snmprec", claims)
