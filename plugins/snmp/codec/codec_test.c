/* SPDX-License-Identifier: ISC */
/* Requests as octets, answers from octets: checked against messages written out by hand (RFC 1157, RFC 3416). */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/codec/codec.h"
#include "tests/support/cunit_main.h"

static const uint32_t sys_descr[] = { 1, 3, 6, 1, 2, 1, 1, 1, 0 };

static void
a_get_is_built_as_the_standard_says(void)
{
	static const uint8_t expected[] = {
		0x30,
		0x29,
		0x02,
		0x01,
		0x01,
		0x04,
		0x06,
		'p',
		'u',
		'b',
		'l',
		'i',
		'c',
		0xa0,
		0x1c,
		0x02,
		0x04,
		0x41,
		0x42,
		0x43,
		0x44,
		0x02,
		0x01,
		0x00,
		0x02,
		0x01,
		0x00,
		0x30,
		0x0e,
		0x30,
		0x0c,
		0x06,
		0x08,
		0x2b,
		0x06,
		0x01,
		0x02,
		0x01,
		0x01,
		0x01,
		0x00,
		0x05,
		0x00,
	};
	const struct snmp_oid oid = { sys_descr, 9 };
	const struct codec_request request = {
		.version = CODEC_V2C, .command = CODEC_GET, .community = "public", .oids = &oid, .count = 1
	};
	uint8_t data[CODEC_REQUEST_MAX];
	size_t id_at;

	int len = codec_build(&request, data, &id_at);
	CU_ASSERT_EQUAL_FATAL(len, (int)sizeof(expected));
	codec_set_id(data, id_at, 0x41424344);
	CU_ASSERT_EQUAL(memcmp(data, expected, sizeof(expected)), 0);
}

static void
a_request_that_does_not_fit_a_frame_is_refused(void)
{
	struct snmp_oid oids[CODEC_VARBINDS];
	static uint32_t ids[TOWERD_OID_MAX] = { 1, 3 };
	struct codec_request request = {
		.version = CODEC_V1, .command = CODEC_GET, .community = "public", .oids = oids
	};
	uint8_t data[CODEC_REQUEST_MAX];
	size_t id_at;

	for (size_t i = 0; i < CODEC_VARBINDS; i++)
		oids[i] = (struct snmp_oid){ ids, TOWERD_OID_MAX };
	request.count = CODEC_VARBINDS;
	CU_ASSERT_EQUAL(codec_build(&request, data, &id_at), -EMSGSIZE);
	request.count = 1;
	CU_ASSERT_TRUE(codec_build(&request, data, &id_at) > 0);
}

/* A v2c response to `public`, id 0x41424344: one varbind sysDescr.0 with this value. */
static size_t
response(uint8_t *out, const uint8_t *value, size_t len)
{
	const uint8_t name[] = { 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x01, 0x01, 0x00 };
	const uint8_t head[] = { 0x02, 0x01, 0x01, 0x04, 0x06, 'p', 'u', 'b', 'l', 'i', 'c' };
	const uint8_t pdu[] = { 0x02, 0x04, 0x41, 0x42, 0x43, 0x44, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00 };
	size_t varbind = sizeof(name) + len, list = varbind + 2, body = sizeof(pdu) + list + 2,
	       whole = sizeof(head) + body + 2, at = 0;

	out[at++] = 0x30;
	out[at++] = (uint8_t)whole;
	memcpy(out + at, head, sizeof(head));
	at += sizeof(head);
	out[at++] = 0xa2;
	out[at++] = (uint8_t)body;
	memcpy(out + at, pdu, sizeof(pdu));
	at += sizeof(pdu);
	out[at++] = 0x30;
	out[at++] = (uint8_t)list;
	out[at++] = 0x30;
	out[at++] = (uint8_t)varbind;
	memcpy(out + at, name, sizeof(name));
	at += sizeof(name);
	memcpy(out + at, value, len);
	return at + len;
}

static void
each_type_of_value_is_read(void)
{
	static const struct {
		uint8_t octets[12];
		size_t len;
		enum snmp_tag tag;
		int64_t number;
	} cases[] = {
		{ { 0x02, 0x02, 0xfe, 0x1d }, 4, SNMP_INTEGER, -483 },
		{ { 0x41, 0x05, 0x00, 0xff, 0xff, 0xff, 0xff }, 7, SNMP_COUNTER32, 4294967295 },
		{ { 0x42, 0x01, 0x07 }, 3, SNMP_GAUGE32, 7 },
		{ { 0x43, 0x02, 0x01, 0x00 }, 4, SNMP_TIMETICKS, 256 },
		{ { 0x46, 0x09, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 11, SNMP_COUNTER64,
		    -1 },
		/* without the zero octet in front, as some agents send it; a length in long form; a type that nobody knows */
		{ { 0x42, 0x04, 0xff, 0xff, 0xff, 0xff }, 6, SNMP_GAUGE32, 4294967295 },
		{ { 0x02, 0x82, 0x00, 0x01, 0x05 }, 5, SNMP_INTEGER, 5 },
		{ { 0x47, 0x01, 0x05 }, 3, SNMP_NULL, 0 },
		{ { 0x05, 0x00 }, 2, SNMP_NULL, 0 },
		{ { 0x80, 0x00 }, 2, SNMP_NO_SUCH_OBJECT, 0 },
		{ { 0x81, 0x00 }, 2, SNMP_NO_SUCH_INSTANCE, 0 },
		{ { 0x82, 0x00 }, 2, SNMP_END_OF_MIB_VIEW, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct codec *codec = codec_new();
		struct codec_answer answer;
		uint8_t data[128];
		size_t len = response(data, cases[i].octets, cases[i].len);

		CU_ASSERT_EQUAL_FATAL(codec_parse(codec, data, len, &answer), 0);
		CU_ASSERT_EQUAL(answer.version, CODEC_V2C);
		CU_ASSERT_EQUAL(answer.id, 0x41424344);
		CU_ASSERT_EQUAL_FATAL(answer.count, 1);
		CU_ASSERT_EQUAL(oid_compare(answer.objects[0].ids, answer.objects[0].len, sys_descr, 9), 0);
		CU_ASSERT_EQUAL(answer.objects[0].value.tag, cases[i].tag);
		if (cases[i].tag != SNMP_NULL && cases[i].tag < SNMP_NO_SUCH_OBJECT)
			CU_ASSERT_EQUAL(answer.objects[0].value.integer, cases[i].number);
		codec_free(codec);
	}
}

static void
texts_and_oids_are_read(void)
{
	static const uint8_t text[] = { 0x04, 0x03, 'a', 0x00, 0xff },
			     object[] = { 0x06, 0x03, 0x2b, 0x06, 0x01 };
	struct codec *codec = codec_new();
	struct codec_answer answer;
	uint8_t data[128];

	CU_ASSERT_EQUAL_FATAL(codec_parse(codec, data, response(data, text, sizeof(text)), &answer), 0);
	CU_ASSERT_EQUAL(answer.objects[0].value.tag, SNMP_OCTETS);
	CU_ASSERT_EQUAL_FATAL(answer.objects[0].value.octets.len, 3);
	CU_ASSERT_EQUAL(memcmp(answer.objects[0].value.octets.data, "a\0\xff", 3), 0);
	CU_ASSERT_EQUAL_FATAL(codec_parse(codec, data, response(data, object, sizeof(object)), &answer), 0);
	CU_ASSERT_EQUAL(answer.objects[0].value.tag, SNMP_OID);
	CU_ASSERT_EQUAL(answer.objects[0].value.oid.len, 4);
	codec_free(codec);
}

static void
a_value_that_cannot_be_is_refused(void)
{
	static const struct {
		uint8_t octets[16];
		size_t len;
	} cases[] = {
		{ { 0x02, 0x00 }, 2 },                                /* a number of no octets */
		{ { 0x46, 0x09, 0x01, 0, 0, 0, 0, 0, 0, 0, 0 }, 11 }, /* beyond 64 bits */
		{ { 0x06, 0x06, 0x2b, 0x90, 0x80, 0x80, 0x80, 0x00 },
		    8 },                           /* a sub-identifier beyond 32 bits */
		{ { 0x06, 0x02, 0x2b, 0x86 }, 4 }, /* one that goes on behind the end */
		{ { 0x04, 0x05, 'a' }, 3 },        /* longer than the message */
		{ { 0x04, 0x80, 'a', 0, 0 }, 5 },  /* of indefinite length */
		{ { 0x04, 0x84, 0xff, 0xff, 0xff, 0xff }, 6 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct codec *codec = codec_new();
		struct codec_answer answer;
		uint8_t data[128];
		size_t len = response(data, cases[i].octets, cases[i].len);

		CU_ASSERT_EQUAL(codec_parse(codec, data, len, &answer), -EBADMSG);
		codec_free(codec);
	}
}

static void
an_oid_without_octets_is_zero_dot_zero(void)
{
	static const uint8_t object[] = { 0x06, 0x00 };
	struct codec *codec = codec_new();
	struct codec_answer answer;
	uint8_t data[128];

	CU_ASSERT_EQUAL_FATAL(codec_parse(codec, data, response(data, object, sizeof(object)), &answer), 0);
	CU_ASSERT_EQUAL_FATAL(answer.objects[0].value.oid.len, 2);
	CU_ASSERT_EQUAL(answer.objects[0].value.oid.ids[0] + answer.objects[0].value.oid.ids[1], 0);
	codec_free(codec);
}

static void
what_is_no_response_is_refused(void)
{
	static const uint8_t value[] = { 0x02, 0x01, 0x05 };
	struct codec *codec = codec_new();
	struct codec_answer answer;
	uint8_t data[128];
	size_t len = response(data, value, sizeof(value));

	for (size_t cut = 0; cut < len; cut++)
		CU_ASSERT_TRUE(codec_parse(codec, data, cut, &answer) < 0);
	data[13] = 0xa0; /* a request that was sent back */
	CU_ASSERT_EQUAL(codec_parse(codec, data, len, &answer), -EBADMSG);
	data[13] = 0xa2;
	data[4] = 3; /* SNMPv3 does not go this way */
	CU_ASSERT_EQUAL(codec_parse(codec, data, len, &answer), -EBADMSG);
	codec_free(codec);
}

static const struct claim claims[] = {
	CLAIM(a_get_is_built_as_the_standard_says),
	CLAIM(a_request_that_does_not_fit_a_frame_is_refused),
	CLAIM(each_type_of_value_is_read),
	CLAIM(texts_and_oids_are_read),
	CLAIM(a_value_that_cannot_be_is_refused),
	CLAIM(an_oid_without_octets_is_zero_dot_zero),
	CLAIM(what_is_no_response_is_refused),
};

CLAIMS_MAIN("codec", claims)
