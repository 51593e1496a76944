/* SPDX-License-Identifier: ISC */
/* A sink against a receiver of the test's own: real datagrams, read and answered by Net-SNMP's codec; the agent's clock is the fake host's. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/snmp-agent/library_leaks.h"
#include "plugins/snmp-agent/snmp_agent.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

#define HEARD_MAX  256
#define PACKET_MAX 65536
#define TIMEOUT_MS 150 /* of an inform; the library measures it in real time */

struct heard { /* a notification that arrived */
	uint64_t number;
	long reqid;
	int command;
	bool is_answered;
	size_t len; /* of the datagram */
	char text[512];
};

struct nms {
	struct fake_host *host;
	char folder[64];
	int fd;
	struct sockaddr_in peer; /* who sent last */
	struct heard heard[HEARD_MAX];
	unsigned count;
	unsigned expected;
};

static uint64_t
number_of(const netsnmp_pdu *pdu, char *text, size_t size)
{
	static const oid parent[] = { 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 7373, 5, 1, 1 };
	uint64_t number = 0;

	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable) {
		if (vb->name_length != TOWERD_COUNT(parent) + 2 ||
		    snmp_oid_ncompare(
			vb->name, vb->name_length, parent, TOWERD_COUNT(parent), TOWERD_COUNT(parent)) != 0)
			continue;
		if (vb->name[TOWERD_COUNT(parent)] == 1 && vb->type == ASN_COUNTER64)
			number = (uint64_t)vb->val.counter64->high << 32 | vb->val.counter64->low;
		if (vb->name[TOWERD_COUNT(parent)] == 8)
			snprintf(text, size, "%.*s", (int)vb->val_len, vb->val.string);
	}
	return number;
}

/* Reads what has arrived. */
static void
nms_read(struct nms *nms)
{
	static u_char packet[PACKET_MAX];
	netsnmp_session session = { .version = SNMP_DEFAULT_VERSION };

	for (;;) {
		socklen_t size = sizeof(nms->peer);
		ssize_t len = recvfrom(
		    nms->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&nms->peer, &size);
		if (len < 0)
			return;
		CU_ASSERT_FATAL(nms->count < HEARD_MAX);
		struct heard *h = &nms->heard[nms->count++];
		netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
		CU_ASSERT_EQUAL_FATAL(snmp_parse(NULL, &session, pdu, packet, (size_t)len), 0);
		*h = (struct heard){ .reqid = pdu->reqid, .command = pdu->command, .len = (size_t)len };
		h->number = number_of(pdu, h->text, sizeof(h->text));
		CU_ASSERT_EQUAL(pdu->community_len, 6);
		snmp_free_pdu(pdu);
	}
}

static void
nms_send(struct nms *nms, const void *data, size_t len)
{
	CU_ASSERT_EQUAL(
	    sendto(nms->fd, data, len, 0, (struct sockaddr *)&nms->peer, sizeof(nms->peer)), (ssize_t)len);
}

static void
nms_answer(struct nms *nms, unsigned i)
{
	netsnmp_session session = { .version = SNMP_DEFAULT_VERSION };
	netsnmp_pdu *answer = snmp_pdu_create(SNMP_MSG_RESPONSE);
	u_char *packet = malloc(1024);
	size_t room = 1024, size = 0;

	answer->version = SNMP_VERSION_2c;
	answer->reqid = nms->heard[i].reqid;
	answer->community = netsnmp_memdup("public", 6);
	answer->community_len = 6;
	answer->errstat = answer->errindex = 0;
	CU_ASSERT_EQUAL_FATAL(snmp_build(&packet, &room, &size, &session, answer), 0);
	nms_send(nms, packet + room - size, size);
	nms->heard[i].is_answered = true;
	snmp_free_pdu(answer);
	free(packet);
}

static bool
has_expected(void *arg)
{
	struct nms *nms = arg;

	nms_read(nms);
	return nms->count >= nms->expected;
}

/* Waits for notifications up to this number of them. */
static void
expect_count(struct nms *nms, unsigned count)
{
	nms->expected = count;
	CU_ASSERT_TRUE_FATAL(fake_wait(nms->host, has_expected, nms));
	CU_ASSERT_EQUAL(nms->count, count);
}

/* Nothing more comes: turns of the loop, and what it sent is on loopback at once. */
static void
expect_no_more(struct nms *nms)
{
	unsigned count = nms->count;

	for (int i = 0; i < 20; i++)
		fake_step(nms->host, 0);
	nms_read(nms);
	CU_ASSERT_EQUAL(nms->count, count);
}

/* Lets what is in flight time out: the library's clock is the real one. */
static void
let_time_out(struct nms *nms)
{
	poll(NULL, 0, TIMEOUT_MS + 20);
	fake_step(nms->host, 200);
	nms_read(nms);
}

static uint64_t
acked(struct nms *nms)
{
	return fake_acked(nms->host, fake_cursor(nms->host, "sink.nms"));
}

static bool
is_acked(void *arg)
{
	struct nms *nms = arg;

	nms_read(nms);
	return acked(nms) >= nms->expected;
}

static void
expect_acked(struct nms *nms, unsigned number)
{
	nms->expected = number;
	CU_ASSERT_TRUE_FATAL(fake_wait(nms->host, is_acked, nms));
	CU_ASSERT_EQUAL(acked(nms), number);
}

static uint64_t
shown(struct nms *nms, unsigned column)
{
	const struct towerd_value *row = fake_published(nms->host, SINK_VIEW, "nms");

	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	return row[column - 1].type == TOWERD_ENUM ? (uint64_t)row[column - 1].i : row[column - 1].u;
}

enum { SHOWN_STATE = 3, SHOWN_TIMEOUTS = 7, SHOWN_IN_FLIGHT = 8 };
enum { STATE_IDLE = 1, STATE_SENDING, STATE_DOWN };

static struct nms *
nms_new(unsigned window, const char *type)
{
	struct nms *nms = calloc(1, sizeof(*nms));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	char settings[512];

	nms->fd = socket(AF_INET, SOCK_DGRAM, 0);
	CU_ASSERT_EQUAL_FATAL(bind(nms->fd, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(nms->fd, (struct sockaddr *)&address, &size), 0);
	snprintf(settings, sizeof(settings),
	    "listen: \"udp:127.0.0.1:0\"\n"
	    "sinks: [{ name: nms, address: \"udp:127.0.0.1:%u\", type: %s, timeout: %dms, window: %u }]\n",
	    ntohs(address.sin_port), type, TIMEOUT_MS, window);
	nms->host = fake_host_make(&towerd_plugin, settings);
	strcpy(nms->folder, "/tmp/towerd-sink-test-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(nms->folder));
	fake_set(nms->host, "state-dir", nms->folder);
	CU_ASSERT_EQUAL_FATAL(fake_start(nms->host), 0);
	return nms;
}

static void
nms_free(struct nms *nms)
{
	char command[128];

	fake_host_free(nms->host);
	close(nms->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", nms->folder);
	CU_ASSERT_EQUAL(system(command), 0);
	free(nms);
}

/* A raise of this alarm. alarm 0: a record that is no notification. */
static void
tell_text(struct nms *nms, uint64_t number, uint64_t alarm, const char *text)
{
	const struct towerd_alarm_record details = { .size = sizeof(details),
		.event = TOWERD_ALARM_RAISED,
		.alarm = alarm,
		.resource = 258,
		.model = 12,
		.severity = TOWERD_MAJOR,
		.previous = TOWERD_CLEARED,
		.event_ms = 1763806000000,
		.active_ms = 1763806000000,
		.active_index = 1,
		.site = "LAB-1",
		.area = "lab",
		.device = "power",
		.type = "power/mains-failure",
		.text = text,
		.is_told = alarm != 0 };
	const struct towerd_record record = { .size = sizeof(record),
		.number = number,
		.time_ms = 1763806000000,
		.is_durable = true,
		.type = "alarm.raise",
		.alarm = &details };

	fake_record(nms->host, &record);
}

static void
tell(struct nms *nms, uint64_t number, uint64_t alarm)
{
	tell_text(nms, number, alarm, "mains failed");
}

static void
informs_leave_in_order_and_never_more_than_the_window(void)
{
	struct nms *nms = nms_new(4, "inform");

	for (unsigned i = 1; i <= 40; i++)
		tell(nms, i * 10, i);
	for (unsigned answered = 0; answered < 40; answered++) {
		unsigned due = answered + 4 < 40 ? answered + 4 : 40;
		expect_count(nms, due);
		expect_no_more(nms);
		CU_ASSERT_EQUAL(nms->heard[due - 1].number, due * 10);
		CU_ASSERT_EQUAL(nms->heard[due - 1].command, SNMP_MSG_INFORM);
		nms_answer(nms, answered);
		expect_acked(nms, (answered + 1) * 10);
	}
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_IDLE);
	CU_ASSERT_EQUAL(shown(nms, SHOWN_IN_FLIGHT), 0);
	nms_free(nms);
}

static void
two_of_one_alarm_are_never_in_flight(void)
{
	struct nms *nms = nms_new(16, "inform");

	tell(nms, 1, 5);
	tell(nms, 2, 6);
	tell(nms, 3, 5);
	tell(nms, 4, 7);
	expect_count(nms, 2);
	expect_no_more(nms);
	nms_answer(nms, 1); /* of alarm 6: no help */
	expect_no_more(nms);
	nms_answer(nms, 0);
	expect_count(nms, 4);
	CU_ASSERT_EQUAL(nms->heard[2].number, 3);
	CU_ASSERT_EQUAL(nms->heard[3].number, 4);
	nms_free(nms);
}

static void
the_cursor_moves_only_over_what_was_answered_without_a_gap(void)
{
	struct nms *nms = nms_new(4, "inform");

	for (unsigned i = 1; i <= 4; i++)
		tell(nms, i, i);
	expect_count(nms, 4);
	nms_answer(nms, 1);
	nms_answer(nms, 3);
	expect_no_more(nms);
	CU_ASSERT_EQUAL(acked(nms), 0);
	nms_answer(nms, 0);
	expect_acked(nms, 2);
	nms_answer(nms, 2);
	expect_acked(nms, 4);
	nms_free(nms);
}

static void
a_lost_answer_has_all_that_was_not_answered_sent_again_in_order(void)
{
	struct nms *nms = nms_new(8, "inform");

	for (unsigned i = 1; i <= 5; i++)
		tell(nms, i, i);
	expect_count(nms, 5);
	nms_answer(nms, 0);
	nms_answer(nms, 3);
	expect_acked(nms, 1);
	let_time_out(nms);
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_DOWN);
	CU_ASSERT_EQUAL(shown(nms, SHOWN_TIMEOUTS), 1);
	expect_no_more(nms);
	fake_step(nms->host, 1000); /* the first pause */
	expect_count(nms, 6);       /* one alone, as a probe */
	CU_ASSERT_EQUAL(nms->heard[5].number, 2);
	CU_ASSERT_NOT_EQUAL(nms->heard[5].reqid, nms->heard[1].reqid);
	nms_answer(nms, 1); /* a late answer to the first sending counts for nothing */
	expect_no_more(nms);
	CU_ASSERT_EQUAL(acked(nms), 1);
	nms_answer(nms, 5);
	expect_count(nms, 8);
	CU_ASSERT_EQUAL(nms->heard[6].number, 3);
	CU_ASSERT_EQUAL(nms->heard[7].number, 5); /* 4 was answered */
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_SENDING);
	nms_answer(nms, 6);
	nms_answer(nms, 7);
	expect_acked(nms, 5);
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_IDLE);
	CU_ASSERT_TRUE(fake_has_logged(nms->host, "sink nms answers again"));
	nms_free(nms);
}

static void
pauses_grow_to_a_minute_and_begin_anew_after_an_answer(void)
{
	static const int64_t pauses[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct nms *nms = nms_new(8, "inform");
	unsigned sent = 1;

	tell(nms, 1, 1);
	expect_count(nms, sent);
	for (size_t i = 0; i < TOWERD_COUNT(pauses); i++) {
		let_time_out(nms);
		CU_ASSERT_EQUAL(nms->count, sent);
		fake_step(nms->host, pauses[i] - 1);
		expect_no_more(nms);
		fake_step(nms->host, 1);
		expect_count(nms, ++sent);
	}
	nms_answer(nms, sent - 1);
	expect_acked(nms, 1);
	tell(nms, 2, 1);
	expect_count(nms, ++sent);
	let_time_out(nms);
	fake_step(nms->host, 1000);
	expect_count(nms, ++sent);
	nms_free(nms);
}

static void
what_is_no_notification_is_acknowledged_in_its_turn(void)
{
	struct nms *nms = nms_new(4, "inform");

	tell(nms, 1, 0);
	expect_acked(nms, 1);
	tell(nms, 2, 8);
	tell(nms, 3, 0);
	expect_count(nms, 1);
	CU_ASSERT_EQUAL(acked(nms), 1);
	nms_answer(nms, 0);
	expect_acked(nms, 3);
	CU_ASSERT_EQUAL(nms->count, 1);
	nms_free(nms);
}

static void
traps_are_sent_once_and_need_no_answer(void)
{
	struct nms *nms = nms_new(4, "trap");

	for (unsigned i = 1; i <= 40; i++)
		tell(nms, i, 1 + i % 2);
	expect_acked(nms, 40);
	expect_count(nms, 40);
	for (unsigned i = 0; i < 40; i++) {
		CU_ASSERT_EQUAL(nms->heard[i].number, i + 1);
		CU_ASSERT_EQUAL(nms->heard[i].command, SNMP_MSG_TRAP2);
	}
	let_time_out(nms);
	CU_ASSERT_EQUAL(nms->count, 40);
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_IDLE);
	nms_free(nms);
}

static void
garbage_for_an_answer_is_no_answer(void)
{
	struct nms *nms = nms_new(4, "inform");
	uint32_t random = 1;

	tell(nms, 1, 1);
	expect_count(nms, 1);
	for (int i = 0; i < 300; i++) {
		uint8_t bytes[64];
		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
		bytes[0] = i % 2 ? 0x30 : bytes[0];
		nms_send(nms, bytes, (size_t)i % sizeof(bytes) + 1);
		fake_step(nms->host, 0);
	}
	CU_ASSERT_EQUAL(acked(nms), 0);
	nms_answer(nms, 0);
	expect_acked(nms, 1);
	nms_answer(nms, 0); /* twice */
	expect_no_more(nms);
	nms_free(nms);
}

static void
a_text_of_any_length_goes_through(void)
{
	struct nms *nms = nms_new(4, "inform");
	static char text[100000];

	memset(text, 'x', sizeof(text) - 1);
	tell_text(nms, 1, 1, text);
	expect_count(nms, 1);
	CU_ASSERT_EQUAL(strlen(nms->heard[0].text), 255);
	CU_ASSERT_TRUE(nms->heard[0].len < 1400);
	nms_answer(nms, 0);
	expect_acked(nms, 1);
	nms_free(nms);
}

static void
a_sink_whose_records_are_gone_is_told_to_read_the_list_again_first(void)
{
	struct nms *nms = nms_new(4, "inform");

	for (unsigned i = 1; i <= 4; i++)
		tell(nms, i, i);
	expect_count(nms, 4);
	let_time_out(nms);
	fake_journal_lose(nms->host, fake_cursor(nms->host, "sink.nms"));
	fake_step(nms->host, 1000);
	expect_count(nms, 5);
	CU_ASSERT_EQUAL(nms->heard[4].number, 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(nms->heard[4].text, "read the list again"));
	nms_answer(nms, 4);
	expect_no_more(nms);
	CU_ASSERT_EQUAL(acked(nms), 0); /* it is no record */
	CU_ASSERT_EQUAL(shown(nms, SHOWN_STATE), STATE_IDLE);
	nms_free(nms);
}

static void
it_can_be_stopped_in_any_state_and_started_again(void)
{
	for (int stage = 0; stage < 4; stage++) {
		struct nms *nms = nms_new(8, "inform");
		for (unsigned i = 1; i <= 20; i++)
			tell(nms, i, i);
		if (stage >= 1)
			expect_count(nms, 8);
		if (stage >= 2)
			let_time_out(nms);
		if (stage >= 3) {
			fake_step(nms->host, 1000);
			expect_count(nms, 9);
		}
		nms_free(nms); /* with informs in flight: what leaks or is used afterwards is found by ASan */
	}
}

static const struct claim claims[] = {
	CLAIM(informs_leave_in_order_and_never_more_than_the_window),
	CLAIM(two_of_one_alarm_are_never_in_flight),
	CLAIM(the_cursor_moves_only_over_what_was_answered_without_a_gap),
	CLAIM(a_lost_answer_has_all_that_was_not_answered_sent_again_in_order),
	CLAIM(pauses_grow_to_a_minute_and_begin_anew_after_an_answer),
	CLAIM(what_is_no_notification_is_acknowledged_in_its_turn),
	CLAIM(traps_are_sent_once_and_need_no_answer),
	CLAIM(garbage_for_an_answer_is_no_answer),
	CLAIM(a_text_of_any_length_goes_through),
	CLAIM(a_sink_whose_records_are_gone_is_told_to_read_the_list_again_first),
	CLAIM(it_can_be_stopped_in_any_state_and_started_again),
};
CLAIMS_MAIN("sink", claims)
