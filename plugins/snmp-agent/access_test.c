/* SPDX-License-Identifier: ISC */
/* Who is answered: communities and the networks that they are accepted from; and the addresses of the configuration. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

/* The parts of access.c alone, over a host that is not started: no library. */
struct bench {
	struct fake_host *host;
	struct agent_state agent;
	int rc;
};

static void
bench_start(struct bench *bench, const char *communities)
{
	char settings[4096];

	snprintf(settings, sizeof(settings), "communities: [%s]", communities);
	*bench = (struct bench){ .host = fake_host_make(&towerd_plugin, settings) };
	fake_reader(bench->host, "noc", true);
	fake_reader(bench->host, "wall", false);
	bench->agent.ctx = fake_ctx(bench->host);
	bench->rc = access_start(&bench->agent, &bench->agent.access);
}

static void
bench_stop(struct bench *bench)
{
	access_stop(bench->agent.access);
	fake_host_free(bench->host);
}

/* The scope of a request of this version, or -EACCES. */
static int
scope_of(const struct bench *bench, long version, const char *community, const char *from)
{
	netsnmp_indexed_addr_pair pair = { 0 };
	netsnmp_pdu pdu = { .version = version,
		.community = (u_char *)(uintptr_t)community,
		.community_len = strlen(community),
		.transport_data = &pair,
		.transport_data_length = sizeof(pair) };

	pair.remote_addr.sa.sa_family = strchr(from, ':') != NULL ? AF_INET6 : AF_INET;
	CU_ASSERT_EQUAL_FATAL(
	    inet_pton(pair.remote_addr.sa.sa_family, from,
		pair.remote_addr.sa.sa_family == AF_INET6 ? (void *)&pair.remote_addr.sin6.sin6_addr
							  : (void *)&pair.remote_addr.sin.sin_addr),
	    1);
	int scope = access_scope(bench->agent.access, &pdu);
	CU_ASSERT_EQUAL(access_admits(bench->agent.access, &pdu), scope >= 0);
	if (pair.remote_addr.sa.sa_family == AF_INET6) { /* the udp6 transport gives no pair */
		pdu.transport_data_length = sizeof(struct sockaddr_in6);
		CU_ASSERT_EQUAL(access_scope(bench->agent.access, &pdu), scope);
	}
	if (scope >= 0)
		CU_ASSERT_TRUE(access_hears(bench->agent.access, &pair, sizeof(pair)));
	CU_ASSERT_FALSE(access_hears(bench->agent.access, &pair, sizeof(pair) - 1));
	return scope;
}

static void
a_network_is_its_prefix(void)
{
	static const struct {
		const char *source, *from;
		bool is_in;
	} cases[] = {
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "10.1.2.3/8", "10.255.0.1", true },
		{ "10.1.2.3/8", "11.0.0.1", false },
		{ "192.0.2.128/25", "192.0.2.129", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.254/31", "192.0.2.255", true },
		{ "192.0.2.254/31", "192.0.2.253", false },
		{ "192.0.2.7/32", "192.0.2.7", true },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/32", "2001:db9::1", false },
		{ "2001:db8:0:8000::/49", "2001:db8:0:ffff::1", true },
		{ "2001:db8:0:8000::/49", "2001:db8:0:7fff::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::1/128", "::1", true },
		{ "::1", "::2", false },
		/* An IPv4 sender at an IPv6 socket is an IPv4 sender. */
		{ "127.0.0.0/8", "::ffff:127.0.0.1", true },
		{ "::/0", "::ffff:127.0.0.1", false },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		struct bench bench;
		char row[256];
		snprintf(row, sizeof(row), "{ name: public, reader: noc, source: \"%s\" }", cases[i].source);
		bench_start(&bench, row);
		CU_ASSERT_EQUAL_FATAL(bench.rc, 0);
		if ((scope_of(&bench, SNMP_VERSION_2c, "public", cases[i].from) >= 0) != cases[i].is_in)
			CU_FAIL(cases[i].source);
		bench_stop(&bench);
	}
}

static void
a_community_stands_for_its_reader_from_its_source_in_versions_1_and_2c(void)
{
	struct bench bench;

	bench_start(&bench,
	    "{ name: public, reader: noc, source: 127.0.0.0/8 },"
	    "{ name: wall, reader: wall, source: 127.0.0.0/8 },"
	    "{ name: public, reader: wall, source: 10.0.0.0/8 }");
	CU_ASSERT_EQUAL_FATAL(bench.rc, 0);
	int noc = scope_of(&bench, SNMP_VERSION_2c, "public", "127.0.0.1");
	int wall = scope_of(&bench, SNMP_VERSION_1, "wall", "127.0.0.1");
	CU_ASSERT_TRUE(noc >= 0 && wall >= 0 && noc != wall);
	CU_ASSERT_EQUAL(scope_of(&bench, SNMP_VERSION_1, "public", "10.1.1.1"), wall);
	CU_ASSERT_EQUAL(scope_of(&bench, SNMP_VERSION_3, "public", "127.0.0.1"), -EACCES);
	static const char *const others[] = { "", "publi", "publicc", "Public", "wal" };
	for (size_t i = 0; i < TOWERD_COUNT(others); i++)
		CU_ASSERT_EQUAL(scope_of(&bench, SNMP_VERSION_2c, others[i], "127.0.0.1"), -EACCES);
	CU_ASSERT_EQUAL(scope_of(&bench, SNMP_VERSION_2c, "public", "192.0.2.1"), -EACCES);
	CU_ASSERT_FALSE(access_hears(bench.agent.access, NULL, 0));
	bench_stop(&bench);
}

static void
a_faulty_community_is_refused_with_what_was_found(void)
{
	static const struct {
		const char *row, *error;
	} cases[] = {
		{ "{ name: \"a b\", reader: noc, source: 127.0.0.1 }", "a community is 1 to 64" },
		{ "{ name: \"a@b\", reader: noc, source: 127.0.0.1 }", "a community is 1 to 64" },
		{ "{ name: \"\", reader: noc, source: 127.0.0.1 }", "a community is 1 to 64" },
		{ "{ name: \"#x\", reader: noc, source: 127.0.0.1 }", "a community is 1 to 64" },
		{ "{ name: x, reader: noc, source: localhost }", "\"localhost\" is not ADDRESS" },
		{ "{ name: x, reader: noc, source: 127.0.0.1/33 }", "\"127.0.0.1/33\" is not ADDRESS" },
		{ "{ name: x, reader: noc, source: 127.0.0.1/ }", "\"127.0.0.1/\" is not ADDRESS" },
		{ "{ name: x, reader: noc, source: 127.0.0.1/-1 }", "\"127.0.0.1/-1\" is not ADDRESS" },
		{ "{ name: x, reader: noc, source: 127.0.0.1/8x }", "\"127.0.0.1/8x\" is not ADDRESS" },
		{ "{ name: x, reader: noc, source: \"::1/129\" }", "\"::1/129\" is not ADDRESS" },
		{ "{ name: x, reader: nobody, source: 127.0.0.1 }", "reader \"nobody\"" },
		{ "{ name: x, reader: noc, source: 127.0.0.1, exclude: [sysName] }", "\"sysName\" is not a" },
		{ "{ name: x, reader: noc, source: 127.0.0.1, exclude: [\"1\"] }", "\"1\" is not a numeric" },
		{ "{ name: x, reader: noc, source: 127.0.0.1, exclude: [\"1.3.\"] }", "\"1.3.\" is not a" },
		{ "{ name: x, reader: noc, source: 127.0.0.1, exclude: [\"1..3\"] }", "\"1..3\" is not a" },
		{ "{ name: x, reader: noc, source: 127.0.0.1, exclude: [\"1.4294967296\"] }",
		    "\"1.4294967296\" is not" },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		struct bench bench;
		bench_start(&bench, cases[i].row);
		CU_ASSERT_TRUE(bench.rc < 0);
		if (strstr(fake_error(bench.host), cases[i].error) == NULL)
			CU_FAIL(cases[i].error);
		bench_stop(&bench);
	}
}

static void
addresses_are_literal(void)
{
	static const struct {
		const char *text;
		bool may_send, may_listen;
	} cases[] = {
		{ "udp:127.0.0.1:162", true, true },
		{ "udp6:[::1]:162", true, true },
		{ "udp:127.0.0.1:65535", true, true },
		{ "udp:127.0.0.1:0", false, true },
		{ "udp:161", false, true },
		{ "udp6:161", false, true },
		{ "udp:127.0.0.1:65536", false, false },
		{ "udp:127.0.0.1:000000162", false, false },
		{ "udp:127.0.0.1:", false, false },
		{ "udp:127.0.0.1", false, false },
		{ "udp:localhost:162", false, false },
		{ "udp:nms.example.net:162", false, false },
		{ "udp6:::1:162", false, false },
		{ "udp6:[::1]162", false, false },
		{ "udp6:[::1", false, false },
		{ "udp6:[", false, false },
		{ "udp6:", false, false },
		{ "udp:[::1]:162", false, false },
		{ "tcp:127.0.0.1:161", false, false },
		{ "unix:/tmp/x", false, false },
		{ "127.0.0.1:162", false, false },
		{ "", false, false },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++)
		if (address_is_literal(cases[i].text, ADDRESS_SEND) != cases[i].may_send ||
		    address_is_literal(cases[i].text, ADDRESS_LISTEN) != cases[i].may_listen)
			CU_FAIL(cases[i].text);
}

static const struct claim claims[] = {
	CLAIM(a_network_is_its_prefix),
	CLAIM(a_community_stands_for_its_reader_from_its_source_in_versions_1_and_2c),
	CLAIM(a_faulty_community_is_refused_with_what_was_found),
	CLAIM(addresses_are_literal),
};
CLAIMS_MAIN("access", claims)
