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
	int fd; /* where the box is */
	in_port_t port;
	uint8_t last[CODEC_REQUEST_MAX]; /* request */
	size_t last_len;
	struct sockaddr_in last_from;
	size_t heard; /* messages of the worker that were looked at */
	unsigned heard_requests, plans, rejects;
	uint32_t generation;
	bool is_deaf; /* the agent does not answer plans */
	int presence;
	char reason[128], reject[128], profile[64];
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
	*s = (struct south){ .folder = "/tmp/towerd-poller-XXXXXX", .presence = -1 };
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->folder));
	snprintf(s->path, sizeof(s->path), "%s/p.yaml", s->folder);
	FILE *f = fopen(s->path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(profile, f);
	fclose(f);
	box_init(&s->box, device);
	s->fd = open_box(&s->port);
	s->host = fake_host_make(&towerd_plugin, "interval: 10s\ntimeout: 1s\nretries: 2\ndiscovery: 1h");
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
add_device(struct south *s, const char *name, enum codec_version version)
{
	const struct access_settings access = { .version = version == CODEC_V1 ? ACCESS_V1 : ACCESS_V2C,
		.community = "public",
		.user = "",
		.context = "",
		.auth_key = "",
		.priv_key = "" };
	struct message_writer w = { 0 };
	struct wire_address address;
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u", (unsigned)s->port);
	CU_ASSERT_EQUAL_FATAL(wire_address_parse(text, &address), 0);
	message_begin(&w, MESSAGE_DEVICE);
	message_put_u32(&w, DEVICE);
	access_put(&w, &access);
	message_put_bytes(&w, &address.host, sizeof(address.host));
	message_put_u32(&w, address.port);
	message_put_i64(&w, INTERVAL_MS);
	message_put_text(&w, name);
	fake_worker_receive(s->host, w.data, w.len);
	message_fini(&w);
}

static void
give_numbers(struct south *s, uint32_t generation, uint32_t count)
{
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_SENSORS);
	message_put_u32(&w, DEVICE);
	message_put_u32(&w, generation);
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
	} else if (type == MESSAGE_PLAN) {
		s->plans++;
		s->generation = message_u32(&r);
		CU_ASSERT_EQUAL(message_u32(&r), 2);
		if (!s->is_deaf)
			give_numbers(s, s->generation, 2);
	}
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
	size_t len = box_answer(&s->box, s->last, s->last_len, answer);
	if (len > 0)
		CU_ASSERT_EQUAL(
		    sendto(s->fd, answer, len, 0, (struct sockaddr *)&s->last_from, from_len), (ssize_t)len);
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
	pass(&s, INTERVAL_MS + 2 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	pass(&s, TIMEOUT_MS);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_UNREACHABLE);
	CU_ASSERT_STRING_EQUAL(s.reason, "no reply to 3 requests of 1000 ms each");
	for (int step = 0; step < 6;
	     step++) { /* pauses of 10 s, 20 s, 40 s, 80 s, 80 s, 80 s, each ended by three requests */
		unsigned heard = s.heard_requests;
		pass(&s, (INTERVAL_MS << (step < 3 ? step : 3)) + 3 * TIMEOUT_MS);
		CU_ASSERT_EQUAL(s.heard_requests, heard + 3);
	}
	s.box.is_silent = false;
	pass(&s, INTERVAL_MS << 3);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	unsigned before = s.readings;
	pass(&s, INTERVAL_MS);
	CU_ASSERT_EQUAL(s.readings, before + 2);
	CU_ASSERT_EQUAL(s.plans, 1); /* it did not restart: its plan holds */
	south_fini(&s);
}

static void
a_repeat_is_the_same_message_and_a_late_answer_counts(void)
{
	struct south s;
	uint8_t first[CODEC_REQUEST_MAX], answer[4096];

	polled(&s);
	s.box.is_silent = true;
	pass(&s, INTERVAL_MS);
	memcpy(first, s.last, s.last_len);
	pass(&s, 3 * TIMEOUT_MS);
	CU_ASSERT_EQUAL(memcmp(first, s.last, s.last_len), 0);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_UNREACHABLE);
	s.box.is_silent = false;
	size_t len = box_answer(&s.box, first, s.last_len, answer);
	(void)sendto(s.fd, answer, len, 0, (struct sockaddr *)&s.last_from, sizeof(s.last_from));
	pass(&s, 100);
	CU_ASSERT_EQUAL(s.presence, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(s.readings, 4); /* asked anew at once */
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
	box_set(&s.box, "1.3.6.1.2.1.1.3.0|67|1\n");
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
	box_set(&s.box, "1.3.6.1.2.1.1.3.0|67|1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.5\n");
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
	CLAIM(a_repeat_is_the_same_message_and_a_late_answer_counts),
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
