/* SPDX-License-Identifier: ISC */
/* The agent's half of receiving traps: what the receiver says, and what it is believed. The receiver is the real one, and nobody sends. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/snmp/fleet/fleet_testing.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/trap/origin.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

#define RECEIVER 1 /* the second worker that is started */
#define DEVICE(host, ...) \
	fake_device_with(host, "S-1/box", "127.0.0.9", false, (const char *const[]){ __VA_ARGS__, NULL })

static struct fake_host *
host_new(const char *more)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	char settings[256];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, len), 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	close(fd);
	snprintf(
	    settings, sizeof(settings), "traps: \"udp:127.0.0.1:%u\"\n%s", ntohs(address.sin_port), more);
	return fake_host_new(&towerd_plugin, settings);
}

static void
say_once(struct fake_host *host, unsigned worker, struct message_writer *w)
{
	say(host, worker, w);
	message_fini(w);
}

static void
say_fault(struct fake_host *host, uint32_t device)
{
	const struct towerd_fault fault = {
		.type = "site/door-open", .is_raised = true, .expires_ms = 60000
	};
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_FAULT);
	message_put_u32(&w, device);
	message_put_fault(&w, &fault);
	say_once(host, RECEIVER, &w);
}

static void
an_alarm_of_a_known_device_reaches_the_agent_with_its_expiry(void)
{
	struct fake_host *host = host_new("");
	uint32_t device = DEVICE(host, "community", "public");

	fake_step(host, 0);
	say_fault(host, device);
	CU_ASSERT_EQUAL_FATAL(fake_fault_count(host), 1);
	CU_ASSERT_EQUAL(fake_fault_at(host, 0)->device, device);
	CU_ASSERT_EQUAL(fake_fault_at(host, 0)->expires_ms, 60000);
	say_fault(host, device + 1);
	CU_ASSERT_EQUAL(fake_fault_count(host), 1);
	host_free(host);
}

static void
say_refused(struct fake_host *host, uint32_t reason)
{
	static const uint8_t from[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 7 };
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_REFUSED);
	message_put_u32(&w, 0);
	message_put_bytes(&w, from, sizeof(from));
	message_put_u32(&w, reason);
	message_put_u32(&w, 1000);
	say_once(host, RECEIVER, &w);
}

static void
who_was_refused_is_named_once_for_each_reason(void)
{
	struct fake_host *host = host_new("");

	fake_step(host, 0);
	for (unsigned i = 0; i < 100; i++)
		say_refused(host, ORIGIN_UNKNOWN);
	CU_ASSERT_EQUAL(fake_reject_count(host), 1);
	say_refused(host, ORIGIN_OVER_RATE);
	CU_ASSERT_EQUAL(fake_reject_count(host), 2);
	say_refused(host, ORIGIN_REASONS);
	CU_ASSERT_EQUAL(fake_reject_count(host), 2);
	host_free(host);
}

static void
what_is_not_whole_or_not_the_receivers_changes_nothing(void)
{
	struct fake_host *host = host_new("");
	uint32_t device = DEVICE(host, "community", "public");

	fake_step(host, 0);
	for (uint32_t type = 0; type < 40; type++) {
		for (unsigned words = 0; words < 4; words++) {
			struct message_writer w = { 0 };
			message_begin(&w, (enum message_type)type);
			for (unsigned i = 0; i < words; i++)
				message_put_u32(&w, i == 0 ? device : UINT32_MAX);
			if (type == MESSAGE_POLL_NOW && words == 1)
				message_put_u32(&w, 7); /* whole, it is a message */
			say_once(host, RECEIVER, &w);
		}
	}
	CU_ASSERT_EQUAL(fake_fault_count(host), 0);
	CU_ASSERT_EQUAL(fake_reject_count(host), 0);
	CU_ASSERT_EQUAL(fake_readings(host), 0);
	CU_ASSERT_TRUE(fake_counter(host, "unknown-messages") > 0);
	host_free(host);
}

static void
a_fault_in_an_option_or_an_entry_is_named(void)
{
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "trap-relays: [plant]", "trap-relays \"plant\" is not a literal address" },
		{ "traps: 10.0.0.1",
		    "traps \"10.0.0.1\" is not udp:PORT, udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_host *host =
		    i == 0 ? host_new(cases[i].settings) : fake_host_new(&towerd_plugin, cases[i].settings);
		CU_ASSERT_STRING_EQUAL(fake_error(host), cases[i].said);
		host_free(host);
	}
	struct fake_host *host = host_new("");
	DEVICE(host, "community", "public", "traps-from", "127.0.0.10, ::1");
	CU_ASSERT_EQUAL(fake_rc(host), 0);
	DEVICE(host, "community", "public", "traps-from", "127.0.0.10 plant");
	CU_ASSERT_STRING_EQUAL(
	    fake_error(host), "traps-from \"plant\" is not a literal address, or one of more than 15");
	host_free(host);
}

static const struct claim claims[] = {
	CLAIM(an_alarm_of_a_known_device_reaches_the_agent_with_its_expiry),
	CLAIM(who_was_refused_is_named_once_for_each_reason),
	CLAIM(what_is_not_whole_or_not_the_receivers_changes_nothing),
	CLAIM(a_fault_in_an_option_or_an_entry_is_named),
};

CLAIMS_MAIN("traps", claims)
