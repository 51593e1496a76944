/* SPDX-License-Identifier: ISC */
/* Every OID that a manager may ask for, against the plain list of what is there: GET, GETNEXT and GETBULK by real requests. */
#include <arpa/inet.h>
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

#define PACKET_MAX 65536

/* Below an arc that nothing else of the agent is in: two tables with a group of scalars between them. */
#define ARC 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 7373, 77
static const uint32_t first_oid[] = { ARC, 1, 1 }, scalars_oid[] = { ARC, 2 }, second_oid[] = { ARC, 3, 1 };
static const struct towerd_column_info first_columns[] = {
	{ 1, "index", TOWERD_UNSIGNED, TOWERD_COLUMN_INDEX, "", NULL, 0 },
	{ 2, "text", TOWERD_TEXT, 0, "", NULL, 0 },
	{ 5, "secret", TOWERD_UNSIGNED, TOWERD_COLUMN_OPERATE, "", NULL, 0 },
	{ 7, "big", TOWERD_COUNTER64, 0, "", NULL, 0 },
};
static const struct towerd_column_info scalar_columns[] = {
	{ 1, "one", TOWERD_UNSIGNED, 0, "", NULL, 0 },
	{ 9, "nine", TOWERD_UNSIGNED, 0, "", NULL, 0 },
};
static const struct towerd_column_info second_columns[] = {
	{ 1, "number", TOWERD_INTEGER, 0, "", NULL, 0 },
};

struct bench {
	struct fake_host *host;
	char folder[64];
	int fd;
	struct sockaddr_in agent;
	netsnmp_pdu *answer; /* of the last request */
	long reqid;
};

static struct sockaddr_in
loopback(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return address;
}

static void
fill(struct fake_host *host)
{
	unsigned first =
	    fake_view(host, "first", first_oid, TOWERD_COUNT(first_oid), false, first_columns, 4);
	unsigned scalars =
	    fake_view(host, "scalars", scalars_oid, TOWERD_COUNT(scalars_oid), true, scalar_columns, 2);
	unsigned second =
	    fake_view(host, "second", second_oid, TOWERD_COUNT(second_oid), false, second_columns, 1);
	static const struct {
		uint32_t key[3];
		size_t len;
	} keys[] = { { { 0 }, 1 }, { { 1 }, 1 }, { { 1, 0 }, 2 }, { { 1, 4, 4 }, 3 }, { { 2, 1 }, 2 },
		{ { 40 }, 1 }, { { UINT32_MAX }, 1 } };

	for (size_t i = 0; i < TOWERD_COUNT(keys); i++) {
		const struct towerd_value cells[] = { towerd_int(TOWERD_UNSIGNED, keys[i].key[0]),
			towerd_bytes(TOWERD_TEXT, "row", 3), towerd_int(TOWERD_UNSIGNED, 5),
			towerd_int(TOWERD_COUNTER64, INT64_C(1) << 40) };
		fake_row(host, first, NULL, keys[i].key, keys[i].len, cells);
	}
	static const uint32_t zero[] = { 0 };
	const struct towerd_value one[] = { towerd_int(TOWERD_UNSIGNED, 1), towerd_int(TOWERD_UNSIGNED, 9) };
	fake_row(host, scalars, NULL, zero, 1, one);
	for (uint32_t i = 1; i <= 5; i++) {
		/* The third is not instantiated, the fourth has no form on the wire: neither is there. */
		const struct towerd_value cell[] = { towerd_int(
		    i == 3 ? TOWERD_NONE : TOWERD_INTEGER, i == 4 ? INT64_MAX : i) };
		fake_row(host, second, NULL, &i, 1, cell);
	}
}

static struct bench *
bench_new(void)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	char settings[512];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	bench->agent = loopback(fd);
	close(fd);
	bench->fd = socket(AF_INET, SOCK_DGRAM, 0);
	(void)loopback(bench->fd);
	snprintf(settings, sizeof(settings),
	    "listen: \"udp:127.0.0.1:%u\"\n"
	    "communities: [{ name: public, reader: noc, source: 127.0.0.1 },"
	    " { name: wall, reader: wall, source: 127.0.0.1 }]\n",
	    ntohs(bench->agent.sin_port));
	bench->host = fake_host_make(&towerd_plugin, settings);
	fake_reader(bench->host, "noc", true);
	fake_reader(bench->host, "wall", false);
	fill(bench->host);
	strcpy(bench->folder, "/tmp/towerd-table-test-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(bench->folder));
	fake_set(bench->host, "state-dir", bench->folder);
	CU_ASSERT_EQUAL_FATAL(fake_start(bench->host), 0);
	return bench;
}

static void
bench_free(struct bench *bench)
{
	char command[128];

	snmp_free_pdu(bench->answer);
	fake_host_free(bench->host);
	close(bench->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", bench->folder);
	CU_ASSERT_EQUAL(system(command), 0);
	free(bench);
}

static bool
has_answer(void *arg)
{
	static u_char packet[PACKET_MAX];
	struct bench *bench = arg;
	netsnmp_session session = { .version = SNMP_DEFAULT_VERSION };
	ssize_t len = recv(bench->fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (len < 0)
		return false;
	snmp_free_pdu(bench->answer);
	bench->answer = snmp_pdu_create(SNMP_MSG_RESPONSE);
	CU_ASSERT_EQUAL_FATAL(snmp_parse(NULL, &session, bench->answer, packet, (size_t)len), 0);
	CU_ASSERT_EQUAL(bench->answer->reqid, bench->reqid);
	return true;
}

/* Asks for these names (each with its length in front); the answer is in bench->answer. */
static void
ask(struct bench *bench, const char *community, long version, int command, long non_repeaters,
    long repetitions, const oid *const *names, const size_t *lengths, size_t count)
{
	netsnmp_session session = { .version = SNMP_DEFAULT_VERSION };
	netsnmp_pdu *pdu = snmp_pdu_create(command);
	u_char *packet = malloc(PACKET_MAX);
	size_t room = PACKET_MAX, size = 0;

	pdu->version = version;
	pdu->community = netsnmp_memdup(community, strlen(community));
	pdu->community_len = strlen(community);
	pdu->reqid = ++bench->reqid;
	if (command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = non_repeaters;
		pdu->max_repetitions = repetitions;
	} else {
		pdu->errstat = pdu->errindex = 0;
	}
	const long seven = 7; /* what a SET would set */
	for (size_t i = 0; i < count; i++)
		snmp_pdu_add_variable(pdu, names[i], lengths[i],
		    command == SNMP_MSG_SET ? ASN_INTEGER : ASN_NULL, command == SNMP_MSG_SET ? &seven : NULL,
		    command == SNMP_MSG_SET ? sizeof(seven) : 0);
	CU_ASSERT_EQUAL_FATAL(snmp_build(&packet, &room, &size, &session, pdu), 0);
	CU_ASSERT_EQUAL(sendto(bench->fd, packet + room - size, size, 0, (struct sockaddr *)&bench->agent,
			    sizeof(bench->agent)),
	    (ssize_t)size);
	snmp_free_pdu(pdu);
	free(packet);
	CU_ASSERT_TRUE_FATAL(fake_wait(bench->host, has_answer, bench));
}

static void
ask_one(
    struct bench *bench, const char *community, int command, long repetitions, const oid *name, size_t len)
{
	ask(bench, community, SNMP_VERSION_2c, command, 0, repetitions, &name, &len, 1);
}

struct instance {
	oid name[MAX_OID_LEN];
	size_t len;
};

/* What is there, in order, written down by hand from fill(). */
static size_t
instances(bool may_operate, struct instance *out)
{
	static const uint32_t first_keys[][4] = { { 1, 0 }, { 1, 1 }, { 2, 1, 0 }, { 3, 1, 4, 4 },
		{ 2, 2, 1 }, { 1, 40 }, { 1, UINT32_MAX } }; /* length, sub-identifiers */
	static const oid arc[] = { ARC };
	static const oid rest[][4] = { { 2, 1, 0 }, { 2, 9, 0 }, { 3, 1, 1, 1 }, { 3, 1, 1, 2 },
		{ 3, 1, 1, 5 } };
	static const uint32_t columns[] = { 2, 5, 7 };
	size_t count = 0, base = TOWERD_COUNT(arc);

	for (size_t c = 0; c < TOWERD_COUNT(columns); c++) {
		for (size_t k = 0; k < TOWERD_COUNT(first_keys) && (columns[c] != 5 || may_operate); k++) {
			struct instance *i = &out[count++];
			memcpy(i->name, arc, sizeof(arc));
			i->len = base;
			i->name[i->len++] = 1;
			i->name[i->len++] = 1;
			i->name[i->len++] = columns[c];
			for (uint32_t n = 1; n <= first_keys[k][0]; n++)
				i->name[i->len++] = first_keys[k][n];
		}
	}
	for (size_t r = 0; r < TOWERD_COUNT(rest); r++) {
		struct instance *i = &out[count++];
		memcpy(i->name, arc, sizeof(arc));
		i->len = base + (r < 2 ? 3 : 4);
		memcpy(i->name + base, rest[r], (i->len - base) * sizeof(oid));
	}
	return count;
}

/* An OID in or near the tables: some true name's head, changed, cut or grown. */
static void
any_name(uint32_t *random, const struct instance *all, size_t count, struct instance *out)
{
	static const oid near[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 39, 40, 41, 77, UINT32_MAX - 1,
		UINT32_MAX };
#define ROLL(n) (((*random = *random * 1664525 + 1013904223) >> 8) % (uint32_t)(n))
	*out = all[ROLL(count)];
	for (uint32_t changes = ROLL(3); changes > 0; changes--) {
		size_t at = 10 + ROLL(out->len - 10);
		out->name[at] = near[ROLL(TOWERD_COUNT(near))];
	}
	size_t cut = 11 + ROLL(out->len - 10);
	out->len = cut < out->len ? cut : out->len;
	for (uint32_t more = ROLL(8) == 0 ? ROLL(MAX_OID_LEN - out->len) : ROLL(3); more > 0; more--)
		out->name[out->len++] = near[ROLL(TOWERD_COUNT(near))];
#undef ROLL
}

static bool
is_arc(const netsnmp_variable_list *vb)
{
	static const oid arc[] = { ARC };
	return vb->name_length > TOWERD_COUNT(arc) &&
	    snmp_oid_ncompare(vb->name, vb->name_length, arc, TOWERD_COUNT(arc), TOWERD_COUNT(arc)) == 0;
}

/* The answer's varbinds are all[from], all[from + 1], … as far as there are any; then others, behind the arc. False: not so. */
static bool
answers(const struct bench *bench, const struct instance *all, size_t count, size_t from, size_t want)
{
	size_t found = 0;

	for (const netsnmp_variable_list *vb = bench->answer->variables; vb != NULL; vb = vb->next_variable) {
		if (from < count) {
			if (snmp_oid_compare(vb->name, vb->name_length, all[from].name, all[from].len) != 0)
				return false;
			from++;
		} else if (is_arc(vb) && vb->type != SNMP_ENDOFMIBVIEW) {
			return false;
		}
		found++;
	}
	return found == want && bench->answer->errstat == 0;
}

static void
check_name(struct bench *bench, const char *community, const struct instance *name,
    const struct instance *all, size_t count)
{
	size_t at = 0;

	while (at < count && snmp_oid_compare(all[at].name, all[at].len, name->name, name->len) < 0)
		at++;
	bool is_there = at < count && snmp_oid_compare(all[at].name, all[at].len, name->name, name->len) == 0;
	ask_one(bench, community, SNMP_MSG_GET, 0, name->name, name->len);
	u_char type = bench->answer->variables->type;
	CU_ASSERT_EQUAL(is_there, type != SNMP_NOSUCHOBJECT && type != SNMP_NOSUCHINSTANCE);
	size_t next = is_there ? at + 1 : at;
	ask_one(bench, community, SNMP_MSG_GETNEXT, 0, name->name, name->len);
	CU_ASSERT_TRUE(answers(bench, all, count, next, 1));
	ask_one(bench, community, SNMP_MSG_GETBULK, 12, name->name, name->len);
	CU_ASSERT_TRUE(answers(bench, all, count, next, 12));
}

static void
any_oid_is_answered_as_the_list_of_instances_says(void)
{
	struct bench *bench = bench_new();
	struct instance all[64], name;
	uint32_t random = 1;
	static const struct {
		const char *community;
		bool may_operate;
	} readers[] = { { "public", true }, { "wall", false } };

	for (size_t r = 0; r < TOWERD_COUNT(readers); r++) {
		size_t count = instances(readers[r].may_operate, all);
		for (size_t i = 0; i < count; i++)
			check_name(bench, readers[r].community, &all[i], all, count);
		for (int i = 0; i < 150; i++) {
			any_name(&random, all, count, &name);
			check_name(bench, readers[r].community, &name, all, count);
		}
	}
	bench_free(bench);
}

static void
bulk_with_several_repeaters_goes_on_from_table_to_table(void)
{
	static const oid first[] = { ARC, 1, 1, 7, 2 }, scalar[] = { ARC, 2, 1 }, second[] = { ARC, 3 };
	const oid *const names[] = { first, scalar, second };
	const size_t lengths[] = { TOWERD_COUNT(first), TOWERD_COUNT(scalar), TOWERD_COUNT(second) };
	struct bench *bench = bench_new();
	struct instance all[64];
	size_t count = instances(true, all);

	/* One non-repeater, two repeaters of three repetitions each: 1 + 2 * 3. */
	ask(bench, "public", SNMP_VERSION_2c, SNMP_MSG_GETBULK, 1, 3, names, lengths, 3);
	/* From the end: 2.1.0 2.9.0 3.1.1.1 3.1.1.2 3.1.1.5; before them 7.2.1 7.40 7.max. */
	const size_t expected[] = { count - 8, count - 5, count - 3, count - 4, count - 2, count - 3,
		count - 1 };
	const netsnmp_variable_list *vb = bench->answer->variables;
	for (size_t i = 0; i < TOWERD_COUNT(expected); i++, vb = vb->next_variable) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(vb);
		const struct instance *due = &all[expected[i]];
		CU_ASSERT_EQUAL(snmp_oid_compare(vb->name, vb->name_length, due->name, due->len), 0);
	}
	CU_ASSERT_PTR_NULL(vb);
	bench_free(bench);
}

static void
version_1_never_sees_a_counter64(void)
{
	static const oid big[] = { ARC, 1, 1, 7, 1 }, before[] = { ARC, 1, 1, 6 }, after[] = { ARC, 2, 1, 0 };
	const oid *name = big;
	size_t len = TOWERD_COUNT(big);
	struct bench *bench = bench_new();

	ask(bench, "public", SNMP_VERSION_1, SNMP_MSG_GET, 0, 0, &name, &len, 1);
	CU_ASSERT_EQUAL(bench->answer->errstat, SNMP_ERR_NOSUCHNAME);
	CU_ASSERT_EQUAL(bench->answer->errindex, 1);
	name = before;
	len = TOWERD_COUNT(before);
	ask(bench, "public", SNMP_VERSION_1, SNMP_MSG_GETNEXT, 0, 0, &name, &len, 1);
	const netsnmp_variable_list *vb = bench->answer->variables;
	CU_ASSERT_EQUAL(bench->answer->errstat, 0);
	CU_ASSERT_EQUAL(snmp_oid_compare(vb->name, vb->name_length, after, TOWERD_COUNT(after)), 0);
	bench_free(bench);
}

static void
a_set_is_refused_and_changes_nothing(void)
{
	static const oid number[] = { ARC, 3, 1, 1, 1 };
	const oid *name = number;
	size_t len = TOWERD_COUNT(number);
	struct bench *bench = bench_new();

	ask(bench, "public", SNMP_VERSION_2c, SNMP_MSG_SET, 0, 0, &name, &len, 1);
	CU_ASSERT_EQUAL(bench->answer->errstat, SNMP_ERR_NOACCESS);
	ask(bench, "public", SNMP_VERSION_1, SNMP_MSG_SET, 0, 0, &name, &len, 1);
	CU_ASSERT_EQUAL(bench->answer->errstat, SNMP_ERR_NOSUCHNAME);
	ask_one(bench, "public", SNMP_MSG_GET, 0, name, len);
	CU_ASSERT_EQUAL(*bench->answer->variables->val.integer, 1);
	bench_free(bench);
}

static const struct claim claims[] = {
	CLAIM(any_oid_is_answered_as_the_list_of_instances_says),
	CLAIM(bulk_with_several_repeaters_goes_on_from_table_to_table),
	CLAIM(version_1_never_sees_a_counter64),
	CLAIM(a_set_is_refused_and_changes_nothing),
};
CLAIMS_MAIN("table", claims)
