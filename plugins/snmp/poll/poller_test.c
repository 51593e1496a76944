/* SPDX-License-Identifier: ISC */
/* A worker alone, with real datagrams, a stepped clock and a box in the test. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/snmp/message.h"
#include "plugins/snmp/poll/box_testing.h"
#include "plugins/snmp/usm/access.h"
#include "plugins/snmp/wire/wire.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

#define INTERVAL_MS 10000
#define TIMEOUT_MS  1000
#define SPREAD_MS   6000 /* until a new device is asked for the first time */
#define DEVICE      300
#define SENSOR      500 /* number of its first sensor */

extern const struct towerd_plugin towerd_plugin;

static const char profile[] =
    "profile: p\nmatch: { sysObjectID: 1.3.6.1.4.1.99999 }\nbase: 1.3.6.1.4.1.99999\n"
    "sensors: [ { oid: .1.0, kind: battery.voltage, divide: 100 },"
    " { oid: .2.0, kind: battery.charge } ]\n";
static const char device[] = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7\n1.3.6.1.2.1.1.3.0|67|500\n"
			     "1.3.6.1.4.1.99999.1.0|2|5300\n1.3.6.1.4.1.99999.2.0|2|97\n";

struct south {
	struct fake_host *host;
	char folder[32], path[64];
	struct box box;
	int fd;      /* where the box is */
	int answers; /* where it answers from */
	in_port_t port;
	uint8_t last[CODEC_REQUEST_MAX]; /* request */
	size_t last_len;
	struct sockaddr_in last_from;
	size_t heard; /* messages of the worker that were looked at */
	unsigned heard_requests, plans, rejects;
	int64_t expected_ms; /* how often the agent may expect the first sensor */
	uint32_t generation;
	bool is_deaf;   /* the agent does not answer plans */
	bool is_frozen; /* the box's sysUpTime stands still */
	int presence;
	char reason[128], reject[128], profile[64], learned[128], words[128];
	int64_t now_ms, up_since_ms;
	int64_t voltage, charge;
	unsigned readings;
};

static int
open_box(in_port_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void
south_init(struct south *s)
{
	*s = (struct south){ .folder = "/tmp/towerd-poller-XXXXXX", .presence = -1, .up_since_ms = -1000000 };
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->folder));
	snprintf(s->path, sizeof(s->path), "%s/p.yaml", s->folder);
	FILE *f = fopen(s->path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(profile, f);
	fclose(f);
	box_init(&s->box, device);
	s->fd = s->answers = open_box(&s->port);
	s->host = fake_host_make(
	    &towerd_plugin, "interval: 10s\ntimeout: 1s\nretries: 2\ndiscovery: 1h\nverify-interval: 2s");
	fake_set(s->host, "profile-dir", s->folder);
	CU_ASSERT_EQUAL_FATAL(fake_worker_start(s->host, "poll"), 0);
}

static void
south_fini(struct south *s)
{
	towerd_plugin.stop(fake_worker(s->host, 0)); /* a real worker ends with its process */
	fake_host_free(s->host);
	box_fini(&s->box);
	close(s->fd);
	unlink(s->path);
	rmdir(s->folder);
}

/* What the agent says. */

static void
put_address(struct message_writer *w, const char *host, in_port_t port)
{
	struct wire_address address;
	char text[32];

	snprintf(text, sizeof(text), "%s:%u", host, (unsigned)port);
	CU_ASSERT_EQUAL_FATAL(wire_address_parse(text, &address), 0);
	message_put_bytes(w, &address.host, sizeof(address.host));
	message_put_u32(w, address.port);
}

static void
add_device_with(struct south *s, const char *name, enum codec_version version, bool is_version_free,
    const char *answers_from, const char *learned)
{
	const struct access_settings access = { .version = version == CODEC_V1 ? ACCESS_V1 : ACCESS_V2C,
		.community = "public",
		.is_version_free = is_version_free,
		.user = "",
		.context = "",
		.auth_key = "",
		.priv_key = "" };
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_DEVICE);
	message_put_u32(&w, DEVICE);
	access_put(&w, &access);
	put_address(&w, "127.0.0.1", s->port);
	put_address(&w, answers_from, s->port);
	message_put_i64(&w, INTERVAL_MS);
	message_put_text(&w, name);
	message_put_text(&w, learned);
	fake_worker_receive(s->host, w.data, w.len);
	message_fini(&w);
}

static void
add_device(struct south *s, const char *name, enum codec_version version)
{
	add_device_with(s, name, version, false, "127.0.0.1", "");
}

static void
give_numbers(struct south *s, uint32_t generation, uint32_t count)
{
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_SENSORS);
	message_put_u32(&w, DEVICE);
	message_put_u32(&w, generation);
	message_put_u32(&w, false); /* none is missing */
	message_put_u32(&w, count);
	for (uint32_t i = 0; i < count; i++)
		message_put_u32(&w, SENSOR + i);
	fake_worker_receive(s->host, w.data, w.len);
	message_fini(&w);
}

static void
take_readings(struct south *s, struct message_reader *r)
{
	uint32_t count = message_u32(r);
	struct towerd_reading reading;

	for (uint32_t i = 0; i < count; i++) {
		const void *data = message_bytes(r, sizeof(reading));
		CU_ASSERT_PTR_NOT_NULL_FATAL(data);
		memcpy(&reading, data, sizeof(reading));
		CU_ASSERT_EQUAL(reading.quality, TOWERD_GOOD);
		*(reading.sensor == SENSOR ? &s->voltage : &s->charge) = reading.value;
		s->readings++;
	}
}

static void
hear(struct south *s, struct message_reader r)
{
	uint32_t type = message_u32(&r);

	if (type == MESSAGE_READINGS) {
		take_readings(s, &r);
		return;
	}
	CU_ASSERT_EQUAL(message_u32(&r), DEVICE);
	if (type == MESSAGE_PRESENCE) {
		s->presence = (int)message_u32(&r);
		snprintf(s->reason, sizeof(s->reason), "%s", message_text(&r));
	} else if (type == MESSAGE_REJECT) {
		(void)message_text(&r);
		snprintf(s->reject, sizeof(s->reject), "%s", message_text(&r));
		s->rejects++;
	} else if (type == MESSAGE_ATTRIBUTE && strcmp(message_text(&r), "profile") == 0) {
		snprintf(s->profile, sizeof(s->profile), "%s", message_text(&r));
	} else if (type == MESSAGE_LEARNED) {
		snprintf(s->learned, sizeof(s->learned), "%s", message_text(&r));
		snprintf(s->words, sizeof(s->words), "%s", message_text(&r));
	} else if (type == MESSAGE_PLAN) {
		s->plans++;
		s->generation = message_u32(&r);
		CU_ASSERT_EQUAL(message_u32(&r), 2);
		(void)message_u32(&r);
		s->expected_ms = message_i64(&r);
		if (!s->is_deaf)
			give_numbers(s, s->generation, 2);
	}
}

/* The box has been up for so long now; its sysUpTime goes on from there. */
static void
set_uptime(struct south *s, int64_t seconds)
{
	s->up_since_ms = s->now_ms - seconds * 1000;
}

static void
tick(struct south *s)
{
	char line[64];

	if (s->is_frozen)
		return;
	snprintf(
	    line, sizeof(line), "1.3.6.1.2.1.1.3.0|67|%lld\n", (long long)(s->now_ms - s->up_since_ms) / 10);
	box_set(&s->box, line);
}

/* The box answers what has come; false: nothing had. */
static bool
serve(struct south *s)
{
	static uint8_t answer[BOX_ANSWER_MAX];
	socklen_t from_len = sizeof(s->last_from);
	ssize_t got =
	    recvfrom(s->fd, s->last, sizeof(s->last), 0, (struct sockaddr *)&s->last_from, &from_len);

	if (got < 0)
		return false;
	s->last_len = (size_t)got;
	s->heard_requests++;
	tick(s);
	size_t len = box_answer(&s->box, s->last, s->last_len, answer);
	if (len > 0)
		CU_ASSERT_EQUAL(
		    sendto(s->answers, answer, len, 0, (struct sockaddr *)&s->last_from, from_len),
		    (ssize_t)len);
	return true;
}

/* Lets box, worker and agent speak until none has anything to say. */
static void
settle(struct south *s)
{
	bool is_busy = true;

	while (is_busy) {
		is_busy = false;
		fake_step(s->host, 0);
		while (serve(s))
			is_busy = true;
		for (; s->heard < fake_sent_count(s->host); s->heard++) {
			size_t len;
			const void *data = fake_sent_at(s->host, s->heard, &len);
			hear(s, message_open(data, len));
			is_busy = true;
		}
	}
}

static void
pass(struct south *s, int64_t ms)
{
	for (; ms > 0; ms -= 100) {
		s->now_ms += ms < 100 ? ms : 100;
		fake_step(s->host, ms < 100 ? ms : 100);
		settle(s);
	}
}

/* A device that was polled for the first time just now. */
static void
polled(struct south *s)
{
	south_init(s);
	add_device(s, "auto", CODEC_V2C);
	for (int64_t ms = 0; s->readings == 0 && ms < SPREAD_MS; ms += 100)
		pass(s, 100);
	CU_ASSERT_EQUAL_FATAL(s->presence, TOWERD_PRESENCE_REACHABLE);
}

static void
a_device_is_discovered_and_polled_every_interval(void)
{
	struct south s;

	polled(&s);
	CU_ASSERT_STRING_EQUAL(s.profile, "p");
	CU_ASSERT_EQUAL(s.plans, 1);
	CU_ASSERT_EQUAL(s.voltage, 53000);
	CU_ASSERT_EQUAL(s.readings, 2);
	box_set(&s.box, "1.3.6.1.4.1.99999.1.0|2|4810\n");
	unsigned before = s.box.requests;
	pass(&s, INTERVAL_MS * 3);
	CU_ASSERT_EQUAL(s.voltage, 48100);
	CU_ASSERT_EQUAL(s.box.requests, before + 3);
	south_fini(&s);
}

static void
silence_is_told_and_asked_after_less_and_less_often(void)
{
	struct south s;

	polled(&s);
	s.box.is_silent = true;
	pass(&s, INTERVAL_MS + 3 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	pass(&s, TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_UNREACHABLE);
	CU_ASSERT_STRING_EQUAL(s.reason, "no reply to 4 requests of 1000 ms each");
	unsigned heard = s.heard_requests;
	/* Pauses of up to 10 s, 20 s, 40 s, 80 s, 80 s, …, each ended by three requests; a quarter of a pause is chance. */
	pass(&s, 600000);
	heard = s.heard_requests - heard;
	CU_ASSERT_TRUE(heard >= 8 * 3 && heard <= 13 * 3);
	s.box.is_silent = false;
	pass(&s, (INTERVAL_MS << 3) + 3 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	unsigned before = s.readings;
	pass(&s, INTERVAL_MS);
	CU_ASSERT_EQUAL(s.readings, before + 2);
	CU_ASSERT_EQUAL(s.plans, 1); /* it did not restart: its plan holds */
	south_fini(&s);
}

static void
one_that_was_away_longer_than_it_runs_has_restarted(void)
{
	struct south s;

	polled(&s);
	s.box.is_silent = true;
	pass(&s, 600000);
	set_uptime(&s, 200);
	s.box.is_silent = false;
	pass(&s, (INTERVAL_MS << 3) + 3 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.plans, 2);
	CU_ASSERT_EQUAL(fake_counter(s.host, "restarts-seen"), 1);
	south_fini(&s);
}

/* The answer to the request that was heard last, as the box would have given it then. */
static void
answer_late(struct south *s, const uint8_t *request, size_t request_len)
{
	static uint8_t answer[BOX_ANSWER_MAX];

	s->box.is_silent = false;
	size_t len = box_answer(&s->box, request, request_len, answer);
	s->box.is_silent = true;
	(void)sendto(s->fd, answer, len, 0, (struct sockaddr *)&s->last_from, sizeof(s->last_from));
	settle(s);
}

static void
send_pace(struct south *s, bool is_on_battery, bool is_verifying, int64_t bytes_a_day)
{
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_PACE);
	message_put_u32(&w, DEVICE);
	message_put_u32(&w, is_on_battery);
	message_put_u32(&w, is_verifying);
	message_put_i64(&w, bytes_a_day);
	fake_worker_receive(s->host, w.data, w.len);
	message_fini(&w);
}

static void
an_uptime_that_stands_still_costs_one_look_at_most(void)
{
	struct south s;

	polled(&s);
	s.is_frozen = true;
	pass(&s, 20 * INTERVAL_MS);
	send_pace(&s, true, false, 0); /* longer intervals: the more it is behind */
	pass(&s, 100 * INTERVAL_MS);
	CU_ASSERT_TRUE(s.generation <= 2);
	south_fini(&s);
}

static void
a_late_answer_counts_before_and_after_the_device_was_given_up(void)
{
	struct south s;
	uint8_t first[CODEC_REQUEST_MAX];

	polled(&s);
	s.box.is_silent = true;
	pass(&s, INTERVAL_MS);
	size_t len = s.last_len;
	memcpy(first, s.last, len);
	pass(&s, 2 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(memcmp(first, s.last, len), 0); /* a repeat bears the same id */
	pass(&s, TIMEOUT_MS);
	CU_ASSERT_NOT_EQUAL(s.last_len, len); /* is it alive? */
	box_set(&s.box, "1.3.6.1.4.1.99999.1.0|2|5100\n");
	answer_late(&s, first, len);
	CU_ASSERT_EQUAL(s.voltage, 51000);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);

	for (unsigned heard = s.heard_requests; s.heard_requests == heard;)
		pass(&s, 100);
	len = s.last_len;
	memcpy(first, s.last, len);
	pass(&s, 4 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_UNREACHABLE);
	box_set(&s.box, "1.3.6.1.4.1.99999.1.0|2|4900\n");
	answer_late(&s, first, len);
	CU_ASSERT_EQUAL(s.voltage, 49000);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_STRING_EQUAL(s.words, ""); /* it was slow, and choked on nothing */
	south_fini(&s);
}

static void
a_box_that_chokes_on_many_objects_is_asked_for_few_and_that_is_kept(void)
{
	struct south s;

	south_init(&s);
	s.box.takes_max = 2; /* sysUpTime and one object */
	add_device(&s, "p", CODEC_V2C);
	pass(&s, SPREAD_MS + 12 * INTERVAL_MS);
	CU_ASSERT_EQUAL(s.voltage, 53000);
	CU_ASSERT_EQUAL(s.charge, 9700);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_STRING_EQUAL(s.words, "1 object a request");
	unsigned before = s.readings, requests = s.heard_requests;
	pass(&s, INTERVAL_MS * 3);
	CU_ASSERT_EQUAL(s.readings, before + 6);
	CU_ASSERT_EQUAL(s.heard_requests, requests + 6);
	/* The worker begins anew, with what was kept: nothing times out. */
	add_device_with(&s, "p", CODEC_V2C, false, "127.0.0.1", s.learned);
	before = s.readings;
	pass(&s, SPREAD_MS);
	CU_ASSERT_TRUE(s.readings >= before + 2);
	south_fini(&s);
}

static void
a_box_that_speaks_v1_alone_is_asked_in_v1_unless_somebody_insists(void)
{
	struct south s;

	south_init(&s);
	s.box.only = CODEC_V1;
	add_device_with(&s, "p", CODEC_V2C, true, "127.0.0.1", "");
	pass(&s, SPREAD_MS + INTERVAL_MS);
	CU_ASSERT_EQUAL(s.voltage, 53000);
	CU_ASSERT_STRING_EQUAL(s.words, "SNMPv1 only");
	add_device_with(&s, "p", CODEC_V2C, true, "127.0.0.1", s.learned);
	unsigned before = s.readings, requests = s.heard_requests, answered = s.box.requests;
	pass(&s, SPREAD_MS);
	CU_ASSERT_TRUE(s.readings >= before + 2);
	CU_ASSERT_EQUAL(s.heard_requests - requests, s.box.requests - answered);
	/* The box is a new one. */
	s.box.only = CODEC_V2C;
	s.presence = -1;
	add_device(&s, "p", CODEC_V1);
	pass(&s, SPREAD_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	s.box.only = CODEC_V1;
	add_device(&s, "p", CODEC_V2C);
	pass(&s, SPREAD_MS + 3 * INTERVAL_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_UNREACHABLE);
	south_fini(&s);
}

static void
an_answer_is_taken_from_the_address_that_the_entry_allows(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct south s;

	south_init(&s);
	/* The box answers from 127.0.0.2, at the same port. */
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	address.sin_port = htons(s.port);
	CU_ASSERT_EQUAL(inet_pton(AF_INET, "127.0.0.2", &address.sin_addr), 1);
	CU_ASSERT_EQUAL_FATAL(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
	s.answers = other;
	add_device(&s, "p", CODEC_V2C);
	pass(&s, SPREAD_MS);
	CU_ASSERT_EQUAL(s.readings, 0);
	CU_ASSERT_TRUE(s.rejects > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.reject, "an answer came from 127.0.0.2:"));
	add_device_with(&s, "p", CODEC_V2C, false, "127.0.0.2", "");
	pass(&s, SPREAD_MS);
	CU_ASSERT_EQUAL(s.voltage, 53000);
	close(other);
	south_fini(&s);
}

static unsigned
requests_in(struct south *s, int64_t ms)
{
	unsigned before = s->box.requests;

	pass(s, ms);
	return s->box.requests - before;
}

static void
the_pace_of_a_site_is_that_of_its_devices(void)
{
	struct south s;

	polled(&s);
	CU_ASSERT_EQUAL(s.expected_ms, INTERVAL_MS);
	send_pace(&s, true, false, 0);
	pass(&s, INTERVAL_MS);
	CU_ASSERT_TRUE(s.expected_ms >= 3 * INTERVAL_MS);
	unsigned slow = requests_in(&s, 30 * INTERVAL_MS);
	CU_ASSERT_TRUE(slow >= 9 && slow <= 11);
	send_pace(&s, true, true, 0); /* verify-interval is 2 s */
	pass(&s, 4000);
	CU_ASSERT_TRUE(requests_in(&s, 20000) >= 9);
	CU_ASSERT_EQUAL(s.expected_ms, INTERVAL_MS);
	send_pace(&s, false, false, 100000); /* some 200 octets each way a round: 250 rounds */
	pass(&s, INTERVAL_MS);
	unsigned rejects = s.rejects;
	CU_ASSERT_TRUE(requests_in(&s, 86400000 / 10) <= 60); /* some of them look at it anew */
	CU_ASSERT_EQUAL(rejects, 1);
	CU_ASSERT_EQUAL(s.rejects, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.reject, "bytes a day do not last"));
	CU_ASSERT_EQUAL(fake_counter(s.host, "budgets-short"), 1);
	south_fini(&s);
}

static void
a_device_is_polled_at_once_when_asked_for_and_not_more_often_than_that(void)
{
	struct message_writer w = { 0 };
	struct south s;

	polled(&s);
	pass(&s, 5000);
	unsigned before = s.box.requests;
	s.presence = -1;
	message_begin(&w, MESSAGE_POLL_NOW);
	message_put_u32(&w, DEVICE);
	fake_worker_receive(s.host, w.data, w.len);
	settle(&s);
	CU_ASSERT_EQUAL(s.box.requests, before + 1);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE); /* who asks hears it, as before or not */
	for (int i = 0; i < 100; i++) {
		fake_worker_receive(s.host, w.data, w.len);
		settle(&s);
	}
	CU_ASSERT_EQUAL(s.box.requests, before + 1);
	pass(&s, 2100);
	CU_ASSERT_EQUAL(s.box.requests, before + 2);
	pass(&s, 7000);
	CU_ASSERT_EQUAL(s.box.requests, before + 2);
	message_fini(&w);
	south_fini(&s);
}

static void
an_answer_from_elsewhere_is_refused(void)
{
	struct south s;
	in_port_t port;
	uint8_t answer[4096];
	int other = open_box(&port);

	polled(&s);
	s.box.is_silent = true;
	pass(&s, INTERVAL_MS);
	s.box.is_silent = false;
	size_t len = box_answer(&s.box, s.last, s.last_len, answer);
	(void)sendto(other, answer, len, 0, (struct sockaddr *)&s.last_from, sizeof(s.last_from));
	unsigned before = s.readings;
	fake_step(s.host, 0);
	settle(&s);
	CU_ASSERT_EQUAL(s.rejects, 1);
	char expected[128];
	snprintf(expected, sizeof(expected),
	    "an answer came from 127.0.0.1:%u: not taken; if that is the device, `answers-from` allows it",
	    (unsigned)port);
	CU_ASSERT_STRING_EQUAL(s.reject, expected);
	CU_ASSERT_EQUAL(fake_counter(s.host, "answers-from-elsewhere"), 1);
	CU_ASSERT_EQUAL(s.readings, before);
	/* Octets that are no message are counted. */
	(void)sendto(s.fd, "hello", 5, 0, (struct sockaddr *)&s.last_from, sizeof(s.last_from));
	settle(&s);
	CU_ASSERT_EQUAL(fake_counter(s.host, "malformed-answers"), 1);
	close(other);
	south_fini(&s);
}

static void
a_restart_leads_to_discovery_once(void)
{
	struct south s;

	polled(&s);
	pass(&s, INTERVAL_MS);
	set_uptime(&s, 0);
	pass(&s, INTERVAL_MS);
	CU_ASSERT_EQUAL(s.plans, 2);
	pass(&s, INTERVAL_MS * 3);
	CU_ASSERT_EQUAL(s.plans, 2);
	south_fini(&s);
}

static void
a_discovery_that_fails_leaves_the_plan_and_is_tried_again(void)
{
	struct south s;

	polled(&s);
	set_uptime(&s, 0);
	box_set(&s.box, "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.5\n");
	pass(&s, INTERVAL_MS);
	CU_ASSERT_STRING_EQUAL(s.reject, "no profile fits this device");
	CU_ASSERT_EQUAL(s.plans, 1);
	unsigned before = s.readings;
	pass(&s, INTERVAL_MS * 5);
	CU_ASSERT_EQUAL(s.readings, before + 10);
	CU_ASSERT_EQUAL(s.rejects, 1);
	box_set(&s.box, "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7\n");
	pass(&s, INTERVAL_MS * 6);
	CU_ASSERT_EQUAL(s.plans, 2);
	south_fini(&s);
}

static void
a_device_is_looked_at_anew_from_time_to_time(void)
{
	struct south s;

	polled(&s);
	pass(&s, 3600000 + INTERVAL_MS * 2);
	CU_ASSERT_TRUE(s.plans == 2 || s.plans == 3); /* half of the time is chance */
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	south_fini(&s);
}

static void
numbers_are_asked_for_until_they_come(void)
{
	struct south s;

	south_init(&s);
	s.is_deaf = true;
	add_device(&s, "auto", CODEC_V2C);
	pass(&s, SPREAD_MS + 10000);
	CU_ASSERT_TRUE(s.plans > 3);
	CU_ASSERT_EQUAL(s.generation, 1);
	CU_ASSERT_EQUAL(s.readings, 0);
	give_numbers(&s, s.generation + 1, 2); /* of another plan */
	give_numbers(&s, s.generation, 1);     /* of another size */
	settle(&s);
	CU_ASSERT_EQUAL(s.readings, 0);
	give_numbers(&s, s.generation, 2);
	settle(&s);
	CU_ASSERT_EQUAL(s.readings, 2);
	south_fini(&s);
}

static void
a_device_without_a_profile_is_reachable_and_says_why_it_has_no_sensors(void)
{
	struct south s;

	south_init(&s);
	add_device(&s, "q", CODEC_V2C);
	pass(&s, SPREAD_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_STRING_EQUAL(s.reject, "there is no profile \"q\"");
	CU_ASSERT_EQUAL(s.rejects, 1);
	pass(&s, INTERVAL_MS * 10);
	CU_ASSERT_EQUAL(s.rejects, 2);
	south_fini(&s);
}

static void
a_device_that_changes_begins_anew_and_one_that_goes_is_left_alone(void)
{
	struct message_writer w = { 0 };
	struct south s;

	polled(&s);
	s.box.only = CODEC_V1;
	add_device(&s, "p", CODEC_V1);
	s.presence = -1;
	pass(&s, SPREAD_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(s.plans, 2);
	message_begin(&w, MESSAGE_REMOVE);
	message_put_u32(&w, DEVICE);
	fake_worker_receive(s.host, w.data, w.len);
	unsigned before = s.box.requests;
	pass(&s, INTERVAL_MS * 2);
	CU_ASSERT_EQUAL(s.box.requests, before);
	message_fini(&w);
	south_fini(&s);
}

static void
messages_that_are_not_whole_change_nothing(void)
{
	struct message_writer w = { 0 };
	struct south s;

	polled(&s);
	message_begin(&w, MESSAGE_DEVICE);
	message_put_u32(&w, DEVICE);
	fake_worker_receive(s.host, w.data, w.len);
	message_begin(&w, MESSAGE_SENSORS);
	message_put_u32(&w, DEVICE);
	message_put_u32(&w, s.generation);
	message_put_u32(&w, false);
	message_put_u32(&w, UINT32_MAX);
	fake_worker_receive(s.host, w.data, w.len);
	message_begin(&w, (enum message_type)99);
	fake_worker_receive(s.host, w.data, w.len);
	fake_worker_receive(s.host, "x", 1);
	unsigned before = s.readings;
	pass(&s, INTERVAL_MS);
	CU_ASSERT_EQUAL(s.readings, before + 2);
	message_fini(&w);
	south_fini(&s);
}

static const struct claim claims[] = {
	CLAIM(a_device_is_discovered_and_polled_every_interval),
	CLAIM(silence_is_told_and_asked_after_less_and_less_often),
	CLAIM(one_that_was_away_longer_than_it_runs_has_restarted),
	CLAIM(an_uptime_that_stands_still_costs_one_look_at_most),
	CLAIM(a_late_answer_counts_before_and_after_the_device_was_given_up),
	CLAIM(a_box_that_chokes_on_many_objects_is_asked_for_few_and_that_is_kept),
	CLAIM(a_box_that_speaks_v1_alone_is_asked_in_v1_unless_somebody_insists),
	CLAIM(an_answer_is_taken_from_the_address_that_the_entry_allows),
	CLAIM(the_pace_of_a_site_is_that_of_its_devices),
	CLAIM(a_device_is_polled_at_once_when_asked_for_and_not_more_often_than_that),
	CLAIM(an_answer_from_elsewhere_is_refused),
	CLAIM(a_restart_leads_to_discovery_once),
	CLAIM(a_discovery_that_fails_leaves_the_plan_and_is_tried_again),
	CLAIM(a_device_is_looked_at_anew_from_time_to_time),
	CLAIM(numbers_are_asked_for_until_they_come),
	CLAIM(a_device_without_a_profile_is_reachable_and_says_why_it_has_no_sensors),
	CLAIM(a_device_that_changes_begins_anew_and_one_that_goes_is_left_alone),
	CLAIM(messages_that_are_not_whole_change_nothing),
};

CLAIMS_MAIN("poller", claims)
