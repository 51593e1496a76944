/* SPDX-License-Identifier: ISC */
/* Addresses as people write them, and datagrams on loopback. */
#include "plugins/snmp/wire/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

#define MANY 200 /* more than go out, or come in, at once */

static void
an_address_is_a_literal_one_with_or_without_a_port(void)
{
	static const struct {
		const char *text, *host; /* NULL: refused */
		unsigned port;
	} cases[] = {
		{ "127.0.0.1", "::ffff:127.0.0.1", 161 },
		{ "127.0.0.1:1161", "::ffff:127.0.0.1", 1161 },
		{ "[127.0.0.1]:1161", "::ffff:127.0.0.1", 1161 },
		{ "::ffff:10.1.2.3", "::ffff:10.1.2.3", 161 },
		{ "::1", "::1", 161 },
		{ "[::1]", "::1", 161 },
		{ "[2001:db8::7]:65535", "2001:db8::7", 65535 },
		{ "2001:db8::7", "2001:db8::7", 161 },
		{ "", NULL, 0 },
		{ ":", NULL, 0 },
		{ ":161", NULL, 0 },
		{ "127.0.0.1:", NULL, 0 },
		{ "127.0.0.1:0", NULL, 0 },
		{ "127.0.0.1:65536", NULL, 0 },
		{ "127.0.0.1:161x", NULL, 0 },
		{ "127.0.0.1:-1", NULL, 0 },
		{ "127.0.0.1: 161", NULL, 0 },
		{ "127.0.0", NULL, 0 },
		{ "127.0.0.1.1", NULL, 0 },
		{ "[::1", NULL, 0 },
		{ "[::1]161", NULL, 0 },
		{ "[]", NULL, 0 },
		{ "plant.example.net", NULL, 0 },
		{ "fe80::1%eth0", NULL, 0 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_address address = { .port = 7 };
		char text[INET6_ADDRSTRLEN];
		int rc = wire_address_parse(cases[i].text, &address);
		if (cases[i].host == NULL) {
			CU_ASSERT_EQUAL(rc, -EINVAL);
			CU_ASSERT_EQUAL(address.port, 7);
			continue;
		}
		CU_ASSERT_EQUAL(rc, 0);
		inet_ntop(AF_INET6, &address.host, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, cases[i].host);
		CU_ASSERT_EQUAL(address.port, cases[i].port);
	}
}

static void
a_mapped_address_is_the_same_address(void)
{
	struct wire_address a, b;

	CU_ASSERT_EQUAL(wire_address_parse("10.0.0.1:161", &a), 0);
	CU_ASSERT_EQUAL(wire_address_parse("[::ffff:10.0.0.1]:161", &b), 0);
	CU_ASSERT_TRUE(wire_address_is_same(&a, &b));
	b.port++;
	CU_ASSERT_FALSE(wire_address_is_same(&a, &b));
}

static void
a_source_reaches_its_own_family(void)
{
	static const struct {
		const char *source, *to;
		bool reaches;
	} cases[] = {
		{ NULL, "10.0.0.1", true },
		{ NULL, "2001:db8::1", true },
		{ "192.0.2.1", "10.0.0.1", true },
		{ "192.0.2.1", "2001:db8::1", false },
		{ "2001:db8::2", "10.0.0.1", false },
		{ "2001:db8::2", "2001:db8::1", true },
	};
	struct wire_source source;
	struct wire_address to;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(wire_source_parse(cases[i].source, &source), 0);
		CU_ASSERT_EQUAL(wire_address_parse(cases[i].to, &to), 0);
		CU_ASSERT_EQUAL(wire_source_reaches(&source, &to), cases[i].reaches);
	}
	CU_ASSERT_EQUAL(wire_source_parse("192.0.2.1:161", &source), -EINVAL);
	CU_ASSERT_EQUAL(wire_source_parse("eth0", &source), -EINVAL);
}

/* The wire alone: a plugin without callbacks gives it a context. */
static const struct towerd_plugin nothing = { .size = sizeof(nothing), .name = "nothing", .summary = "" };

struct end {
	struct fake_host *host;
	struct wire *wire;
	int peer;
	struct wire_address to; /* the peer */
	struct wire_address from;
	unsigned received, drained;
	bool is_in_order;
};

static void
keep(void *arg, const struct wire_address *from, const uint8_t *data, size_t len)
{
	struct end *end = arg;

	end->from = *from;
	end->is_in_order &= len == 1 && data[0] == (uint8_t)end->received;
	end->received++;
}

static bool
count_drained(void *arg)
{
	struct end *end = arg;
	end->drained++;
	return false;
}

static void
end_init(struct end *end, const char *source_text)
{
	const struct wire_calls calls = { keep, count_drained, end };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	struct wire_source source;
	char text[32];

	*end = (struct end){ .host = fake_host_new(&nothing, NULL), .is_in_order = true };
	end->peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(bind(end->peer, (struct sockaddr *)&address, len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(end->peer, (struct sockaddr *)&address, &len), 0);
	snprintf(text, sizeof(text), "127.0.0.1:%d", ntohs(address.sin_port));
	CU_ASSERT_EQUAL_FATAL(wire_address_parse(text, &end->to), 0);
	CU_ASSERT_EQUAL_FATAL(wire_source_parse(source_text, &source), 0);
	CU_ASSERT_EQUAL_FATAL(wire_start(fake_ctx(end->host), &source, &calls, &end->wire), 0);
}

static void
end_fini(struct end *end)
{
	wire_stop(end->wire);
	close(end->peer);
	fake_host_free(end->host);
}

static bool
has_all(void *arg)
{
	const struct end *end = arg;
	return end->received == MANY;
}

static void
many_datagrams_go_out_and_come_back_in_order(void)
{
	static const char *const sources[] = { NULL, "127.0.0.3" };

	for (size_t s = 0; s < 2; s++) {
		struct end end;
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		unsigned echoed = 0;
		uint8_t octet;

		end_init(&end, sources[s]);
		for (unsigned i = 0; i < MANY; i++) {
			octet = (uint8_t)i;
			wire_send(end.wire, &end.to, &octet, 1);
		}
		fake_step(end.host, 0); /* what is left of the last batch leaves */
		while (recvfrom(end.peer, &octet, 1, 0, (struct sockaddr *)&from, &len) == 1) {
			CU_ASSERT_EQUAL(octet, (uint8_t)echoed++);
			CU_ASSERT_EQUAL(sendto(end.peer, &octet, 1, 0, (struct sockaddr *)&from, len), 1);
		}
		CU_ASSERT_EQUAL(echoed, MANY);
		if (sources[s] != NULL)
			CU_ASSERT_EQUAL(from.sin_addr.s_addr, inet_addr(sources[s]));
		CU_ASSERT_TRUE(fake_wait(end.host, has_all, &end));
		CU_ASSERT_TRUE(end.is_in_order);
		CU_ASSERT_TRUE(end.drained > 0 && end.drained < MANY);
		CU_ASSERT_TRUE(wire_address_is_same(&end.from, &end.to));
		end_fini(&end);
	}
}

static void
what_cannot_be_sent_is_counted(void)
{
	struct wire_address v6;
	struct end end;

	end_init(&end, "127.0.0.1");
	CU_ASSERT_EQUAL(wire_address_parse("[::1]:161", &v6), 0);
	wire_send(end.wire, &v6, (const uint8_t *)"x", 1);
	CU_ASSERT_EQUAL(fake_counter(end.host, "send-failures"), 1);
	end_fini(&end);
}

static void
a_source_that_is_not_this_host_s_is_refused(void)
{
	const struct wire_calls calls = { 0 };
	struct fake_host *host = fake_host_new(&nothing, NULL);
	struct wire_source source;
	struct wire *wire = NULL;

	CU_ASSERT_EQUAL(wire_source_parse("192.0.2.77", &source), 0);
	CU_ASSERT_EQUAL(wire_start(fake_ctx(host), &source, &calls, &wire), -EADDRNOTAVAIL);
	CU_ASSERT_STRING_EQUAL(
	    fake_error(host), "cannot poll from source ::ffff:192.0.2.77: Cannot assign requested address");
	wire_stop(wire);
	fake_host_free(host);
}

static const struct claim claims[] = {
	CLAIM(an_address_is_a_literal_one_with_or_without_a_port),
	CLAIM(a_mapped_address_is_the_same_address),
	CLAIM(a_source_reaches_its_own_family),
	CLAIM(many_datagrams_go_out_and_come_back_in_order),
	CLAIM(what_cannot_be_sent_is_counted),
	CLAIM(a_source_that_is_not_this_host_s_is_refused),
};

CLAIMS_MAIN("wire", claims)
