/* SPDX-License-Identifier: ISC */
/* What we read is what Net-SNMP reads; where it is not, the difference is meant and has a name. */
#include <string.h>

#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/codec/difference_testing.h"
#include "plugins/snmp/codec/library_testing.h"
#include "tests/support/cunit_main.h"

#define MAX 512

struct message {
	uint8_t octets[MAX];
	size_t len;
};

static void
put(struct message *m, const void *data, size_t len)
{
	CU_ASSERT_FATAL(m->len + len <= MAX);
	memcpy(m->octets + m->len, data, len);
	m->len += len;
}

/* Tag and a length of two octets in front of what is there. */
static void
wrap(struct message *m, uint8_t tag)
{
	const uint8_t head[] = { tag, 0x82, (uint8_t)(m->len >> 8), (uint8_t)m->len };
	struct message wrapped = { .len = 0 };

	put(&wrapped, head, sizeof(head));
	put(&wrapped, m->octets, m->len);
	*m = wrapped;
}

/* `front` and the varbinds in a PDU, in a message of `version` with `community` (its head included). */
static struct message
message_of(uint8_t pdu, const char *front, size_t front_len, const char *varbind, size_t varbind_len,
    uint8_t version, const char *community, size_t community_len)
{
	const uint8_t number[] = { 0x02, 0x01, version };
	struct message list = { .len = 0 }, body = { .len = 0 }, whole = { .len = 0 };

	put(&list, varbind, varbind_len);
	if (varbind_len > 0)
		wrap(&list, BER_SEQUENCE);
	wrap(&list, BER_SEQUENCE);
	put(&body, front, front_len);
	put(&body, list.octets, list.len);
	wrap(&body, pdu);
	put(&whole, number, sizeof(number));
	put(&whole, community, community_len);
	put(&whole, body.octets, body.len);
	wrap(&whole, BER_SEQUENCE);
	return whole;
}

#define OCTETS(text) text, sizeof(text) - 1
#define PUBLIC       OCTETS("\x04\x06public")
#define HEAD         OCTETS("\x02\x04\x41\x42\x43\x44\x02\x01\x00\x02\x01\x00")
#define NAME         "\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00"
#define INTEGER_5    "\x02\x01\x05"
/* the front of a v1 trap, in parts */
#define ENTERPRISE "\x06\x06\x2b\x06\x01\x04\x01\x09"
#define AGENT      "\x40\x04\x7f\x00\x00\x01"
#define GENERIC    "\x02\x01\x06\x02\x01\x07"
#define TIME       "\x43\x01\x64"

struct difference_case {
	const char *name; /* NULL: read the same, or refused by both */
	uint8_t pdu;
	const char *front;
	size_t front_len;
	const char *varbind;
	size_t varbind_len;
	uint8_t version;
	const char *community;
	size_t community_len;
};

static void
check(const struct difference_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct difference_case *c = &cases[i];
		struct message m = message_of(c->pdu, c->front, c->front_len, c->varbind, c->varbind_len,
		    c->version, c->community, c->community_len);
		const char *found = difference_find(m.octets, m.len);
		if (c->name == NULL)
			CU_ASSERT_PTR_NULL(found);
		if (c->name != NULL) {
			CU_ASSERT_PTR_NOT_NULL_FATAL(found);
			CU_ASSERT_STRING_EQUAL(found, c->name);
		}
	}
}

static void
what_devices_send_is_read_as_the_library_reads_it(void)
{
	static const struct difference_case cases[] = {
		{ NULL, 0xa2, HEAD, OCTETS(NAME INTEGER_5), 1, PUBLIC },
		{ NULL, 0xa7, HEAD, OCTETS(NAME INTEGER_5), 1, PUBLIC },
		{ NULL, 0xa6, HEAD, OCTETS(NAME INTEGER_5), 1, PUBLIC },
		{ NULL, 0xa4, OCTETS(ENTERPRISE AGENT GENERIC TIME), OCTETS(NAME INTEGER_5), 0, PUBLIC },
		{ NULL, 0xa4, OCTETS(ENTERPRISE AGENT GENERIC TIME), OCTETS(NAME INTEGER_5), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(""), 1, OCTETS("\x04\x00") },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x02\x02\xff\x38"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x42\x01\xc8"), 1,
		    PUBLIC }, /* 200, without the zero octet */
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x42\x05\x00\xff\xff\xff\xff"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x46\x08\xff\xff\xff\xff\xff\xff\xff\xff"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x44\x03\x01\x02\x03"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x06\x03\x2b\x06\x01"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x06\x06\x2b\x90\x80\x80\x80\x00"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME "\x80\x00"), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME), 1, PUBLIC },
		{ NULL, 0xa2, HEAD, OCTETS(NAME INTEGER_5), 2, PUBLIC },
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void
each_difference_is_one_that_is_meant(void)
{
	static char long_community[4 + 300] = "\x04\x82\x01\x2c";
	const struct difference_case cases[] = {
		{ "not-ours", 0xa0, HEAD, OCTETS(NAME "\x05\x00"), 1, PUBLIC },
		{ "not-ours", 0xa8, HEAD, OCTETS(NAME INTEGER_5), 1, PUBLIC },
		{ "status-range", 0xa2, OCTETS("\x02\x01\x05\x02\x01\xff\x02\x01\x00"), OCTETS(""), 1,
		    PUBLIC },
		{ "status-range", 0xa2, OCTETS("\x02\x01\x05\x02\x01\x00\x02\x03\x01\x00\x00"), OCTETS(""), 1,
		    PUBLIC },
		{ "empty-name", 0xa2, HEAD, OCTETS("\x06\x00" INTEGER_5), 1, PUBLIC },
		{ "wide-number", 0xa2, HEAD, OCTETS(NAME "\x02\x05\x01\x00\x00\x00\x00"), 1, PUBLIC },
		{ "wide-number", 0xa2, HEAD, OCTETS(NAME "\x02\x09\x00\x00\x00\x00\x00\x00\x00\x00\x05"), 1,
		    PUBLIC },
		{ "strange-type", 0xa2, HEAD, OCTETS(NAME "\x47\x01\x05"), 1, PUBLIC },
		{ "strange-type", 0xa2, HEAD, OCTETS(NAME "\x31\x02\x05\x00"), 1, PUBLIC },
		{ "opaque-number", 0xa2, HEAD, OCTETS(NAME "\x44\x07\x9f\x78\x04\x42\x28\x00\x00"), 1,
		    PUBLIC },
		{ "opaque-number", 0xa2, HEAD,
		    OCTETS(NAME "\x44\x0b\x9f\x79\x08\x40\x28\x00\x00\x00\x00\x00\x00"), 1, PUBLIC },
		{ "address-length", 0xa2, HEAD, OCTETS(NAME "\x40\x03\x7f\x00\x01"), 1, PUBLIC },
		{ "address-length", 0xa4, OCTETS(ENTERPRISE "\x40\x03\x7f\x00\x01" GENERIC TIME), OCTETS(""),
		    0, PUBLIC },
		{ "empty-oid", 0xa2, HEAD, OCTETS(NAME "\x06\x00"), 1, PUBLIC },
		{ "varbind-rest", 0xa2, HEAD, OCTETS(NAME INTEGER_5 "\x05\x00"), 1, PUBLIC },
		{ "long-community", 0xa2, HEAD, OCTETS(""), 1, long_community, sizeof(long_community) },
		{ "community-type", 0xa2, HEAD, OCTETS(""), 1, OCTETS("\x44\x06public") },
		{ "trap-types", 0xa4, OCTETS(ENTERPRISE AGENT GENERIC "\x02\x01\x64"), OCTETS(""), 0,
		    PUBLIC },
		{ "empty-counter", 0xa2, HEAD, OCTETS(NAME "\x46\x00"), 1, PUBLIC },
		{ "long-sub-identifier", 0xa2, HEAD,
		    OCTETS(NAME "\x06\x0c\x2b\xc0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), 1, PUBLIC },
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static const struct claim claims[] = {
	CLAIM(what_devices_send_is_read_as_the_library_reads_it),
	CLAIM(each_difference_is_one_that_is_meant),
};

CLAIMS_MAIN("difference", claims)
