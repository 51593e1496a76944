/* SPDX-License-Identifier: ISC */
/* Traps and informs as devices send them, and the PDU inside a scoped one. */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/codec/answer.h"
#include "tests/support/cunit_main.h"

/* Enterprise 1.3.6.1.4.1.9, agent 127.0.0.1, generic 6, specific 7, time 100; sysDescr.0 = 5. */
static const uint8_t trap_v1[] =
    "\x30\x35\x02\x01\x00\x04\x06public\xa4\x28\x06\x06\x2b\x06\x01\x04\x01\x09\x40\x04\x7f\x00\x00\x01"
    "\x02\x01\x06\x02\x01\x07\x43\x01\x64\x30\x0f\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x02\x01"
    "\x05";
/* Error status and index are 5 and 1: of no meaning in an inform, but not ours to send back. */
static const uint8_t inform[] =
    "\x30\x2a\x02\x01\x01\x04\x06public\xa6\x1d\x02\x04\x41\x42\x43\x44\x02\x01\x05\x02\x01\x01"
    "\x30\x0f\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x02\x01\x05";

static void
a_v1_trap_is_read_with_what_stands_in_front(void)
{
	static const uint32_t enterprise[] = { 1, 3, 6, 1, 4, 1, 9 };
	struct answer_room room = { 0 };
	struct codec_answer trap;

	CU_ASSERT_EQUAL_FATAL(answer_parse(&room, trap_v1, sizeof(trap_v1) - 1, &trap), 0);
	CU_ASSERT_EQUAL(trap.version, CODEC_V1);
	CU_ASSERT_EQUAL(trap.pdu, CODEC_TRAP_V1);
	CU_ASSERT_EQUAL(oid_compare(trap.trap.enterprise.ids, trap.trap.enterprise.len, enterprise, 7), 0);
	CU_ASSERT_EQUAL(memcmp(trap.trap.agent, "\x7f\0\0\1", 4), 0);
	CU_ASSERT_EQUAL(trap.trap.generic, 6);
	CU_ASSERT_EQUAL(trap.trap.specific, 7);
	CU_ASSERT_EQUAL(trap.trap.uptime, 100);
	CU_ASSERT_EQUAL_FATAL(trap.count, 1);
	CU_ASSERT_EQUAL(trap.objects[0].len, 9);
	CU_ASSERT_EQUAL(trap.objects[0].value.integer, 5);
	for (size_t cut = 0; cut < sizeof(trap_v1) - 1; cut++)
		CU_ASSERT_EQUAL(answer_parse(&room, trap_v1, cut, &trap), -EBADMSG);
	answer_room_fini(&room);
}

static void
an_inform_is_acknowledged_with_its_own_octets(void)
{
	uint8_t data[sizeof(inform) - 1];
	struct answer_room room = { 0 };
	struct codec_answer answer;

	memcpy(data, inform, sizeof(data));
	CU_ASSERT_EQUAL_FATAL(answer_parse(&room, data, sizeof(data), &answer), 0);
	CU_ASSERT_EQUAL(answer.pdu, CODEC_INFORM);
	CU_ASSERT_EQUAL_FATAL(answer_acknowledge(data, sizeof(data)), 0);
	CU_ASSERT_EQUAL_FATAL(answer_parse(&room, data, sizeof(data), &answer), 0);
	CU_ASSERT_EQUAL(answer.pdu, CODEC_RESPONSE);
	CU_ASSERT_EQUAL(answer.id, 0x41424344);
	CU_ASSERT_EQUAL(answer.error, 0);
	CU_ASSERT_EQUAL(answer.error_index, 0);
	CU_ASSERT_EQUAL(answer.count, 1);
	CU_ASSERT_EQUAL(memcmp(data + 29, inform + 29, sizeof(data) - 29), 0);
	CU_ASSERT_EQUAL(answer_acknowledge(data, sizeof(data)), -EBADMSG); /* it is a response now */
	answer_room_fini(&room);
}

static void
a_scoped_pdu_is_read_and_what_pads_it_is_not(void)
{
	static const uint8_t scoped[] =
	    "\x30\x1a\x04\x05\x80\x01\x02\x03\x04\x04\x03"
	    "ctx\xa8\x0c\x02\x02\x12\x34\x02\x01\x00\x02\x01\x00\x30\x00\xff\xff\xff";
	struct answer_room room = { 0 };
	struct answer_scope scope;
	struct codec_answer answer;

	CU_ASSERT_EQUAL_FATAL(answer_parse_scoped(&room, scoped, sizeof(scoped) - 1, &scope, &answer), 0);
	CU_ASSERT_EQUAL(answer.pdu, CODEC_REPORT);
	CU_ASSERT_EQUAL(answer.id, 0x1234);
	CU_ASSERT_EQUAL_FATAL(scope.engine_id_len, 5);
	CU_ASSERT_EQUAL(memcmp(scope.engine_id, "\x80\1\2\3\4", 5), 0);
	CU_ASSERT_EQUAL_FATAL(scope.context_len, 3);
	CU_ASSERT_EQUAL(memcmp(scope.context, "ctx", 3), 0);
	for (size_t cut = 0; cut < sizeof(scoped) - 4; cut++)
		CU_ASSERT_EQUAL(answer_parse_scoped(&room, scoped, cut, &scope, &answer), -EBADMSG);
	answer_room_fini(&room);
}

static const struct claim claims[] = {
	CLAIM(a_v1_trap_is_read_with_what_stands_in_front),
	CLAIM(an_inform_is_acknowledged_with_its_own_octets),
	CLAIM(a_scoped_pdu_is_read_and_what_pads_it_is_not),
};

CLAIMS_MAIN("answer", claims)
