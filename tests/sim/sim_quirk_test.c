/* SPDX-License-Identifier: ISC */
/* What misbehaving devices send, seen from a manager's socket. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_command.h"
#include "tests/sim/message.h"
#include "tests/support/cunit_main.h"

#define DEVICE "127.5.0.1"

/* Two columns of three rows and a scalar. */
static const char recording[] = "1.3.6.1.2.1.1.3.0|67|1\n"
				"1.3.9.1.1|2|11\n1.3.9.1.2|2|12\n1.3.9.1.3|2|13\n1.3.9.1.4|2|14\n"
				"1.3.9.2.1|2|21\n1.3.9.2.2|2|22\n1.3.9.2.3|2|23\n";

/* A simulator with one device, and a manager. */
struct scene {
	struct fleet fleet;
	struct fleet_context context;
	int manager;
	char answer[1024];
};

static void
scene_open(struct scene *scene)
{
	struct record *record;

	sim_clock_start(1, 0);
	*scene = (struct scene){ .fleet = { .random = 1 }, .context = { .fleet = &scene->fleet } };
	CU_ASSERT_EQUAL_FATAL(server_open(0, &scene->fleet, &scene->context.server), 0);
	CU_ASSERT_EQUAL_FATAL(record_parse("plant", recording, sizeof(recording) - 1, &record), 0);
	scene->fleet.records = malloc(sizeof(struct record *));
	scene->fleet.records[scene->fleet.record_count++] = record;
	CU_ASSERT_EQUAL_FATAL(fleet_add_device(&scene->fleet, 0x7f050001, record, 0), 0);
	scene->manager = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	CU_ASSERT_EQUAL_FATAL(bind(scene->manager, (struct sockaddr *)&own, sizeof(own)), 0);
}

static void
scene_close(struct scene *scene)
{
	close(scene->manager);
	server_close(scene->context.server);
	fleet_fini(&scene->fleet);
}

static int
tell(struct scene *scene, const char *command)
{
	struct reply reply;
	char line[256];
	snprintf(line, sizeof(line), "%s", command);
	return command_reply(fleet_commands, fleet_command_count, &scene->context, line, &reply);
}

/* "FROM COMMUNITY error@index OID=NUMBER …", "cut" when it is no whole message. */
static void
describe(struct ber_slice in, const struct sockaddr_in *from, char *out, size_t room)
{
	struct ber_tlv message, part, community, pdu, error, index, varbinds, name, value;
	int64_t e, i, number;
	char text[64];
	FILE *f = fmemopen(out, room, "w");

	fprintf(f, "%s ", inet_ntop(AF_INET, &from->sin_addr, text, sizeof(text)));
	if (!ber_take_tag(&in, BER_SEQUENCE, &message)) {
		fputs("cut", f);
		fclose(f);
		return;
	}
	CU_ASSERT_FATAL(ber_take(&message.body, &part) && ber_take(&message.body, &community) &&
	    ber_take(&message.body, &pdu) && ber_take(&pdu.body, &part) && ber_take(&pdu.body, &error) &&
	    ber_take(&pdu.body, &index) && ber_take(&pdu.body, &varbinds));
	CU_ASSERT_FATAL(ber_integer(error.body, &e));
	CU_ASSERT_FATAL(ber_integer(index.body, &i));
	fprintf(f, "%.*s %lld@%lld", (int)community.body.size, (const char *)community.body.at, (long long)e,
	    (long long)i);
	while (ber_take(&varbinds.body, &part)) {
		CU_ASSERT(ber_take(&part.body, &name) && ber_take(&part.body, &value));
		ber_oid_format(name.body, text, sizeof(text));
		number = value.tag == BER_INTEGER && ber_integer(value.body, &number) ? number : -1;
		fprintf(f, " %s=%lld", text, (long long)number);
	}
	fclose(f);
}

/* The answers to one request, with " | " between them; empty for silence. Loopback delivers at once. */
static const char *
ask(struct scene *scene, uint8_t pdu, int64_t field_1, int64_t field_2, const char *oids)
{
	static const uint8_t id[] = { BER_INTEGER, 1, 7 };
	uint8_t room[MESSAGE_HEADROOM + 1024], name[BER_OID_MAX], in[2048], *at = room + MESSAGE_HEADROOM;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(server_port(scene->context.server)) };
	char list[256], *save, one[512];
	size_t size;
	ssize_t n;

	snprintf(list, sizeof(list), "%s", oids);
	for (char *word = strtok_r(list, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		struct varbind varbind;
		varbind_encode((struct ber_slice){ name, ber_oid_parse(word, strlen(word), name) }, BER_NULL,
		    (struct ber_slice){ 0 }, at, &varbind);
		at += varbind.whole_size;
	}
	uint8_t *message = message_wrap(SNMP_V2C, (struct ber_slice){ (const uint8_t *)"public", 6 }, pdu,
	    (struct ber_slice){ id, sizeof(id) }, field_1, field_2, room + MESSAGE_HEADROOM,
	    (size_t)(at - room) - MESSAGE_HEADROOM, &size);
	inet_pton(AF_INET, DEVICE, &to.sin_addr);
	CU_ASSERT_EQUAL(
	    sendto(scene->manager, message, size, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)size);
	server_run(scene->context.server, sim_clock_ms());
	scene->answer[0] = '\0';
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	while ((n = recvfrom(scene->manager, in, sizeof(in), MSG_DONTWAIT, (struct sockaddr *)&from,
		    &from_size)) >= 0) {
		describe((struct ber_slice){ in, (size_t)n }, &from, one, sizeof(one));
		strcat(strcat(scene->answer, scene->answer[0] == '\0' ? "" : " | "), one);
	}
	return scene->answer;
}

#define HEALTHY DEVICE " public 0@0 "

struct quirk_case {
	const char *command;
	uint8_t pdu;
	int64_t field_1, field_2;
	const char *oids, *answer;
};

static const struct quirk_case cases[] = {
	{ "alive " DEVICE, PDU_GETBULK, 0, 2, "1.3.9.1", HEALTHY "1.3.9.1.1=11 1.3.9.1.2=12" },
	{ "no-bulk " DEVICE " drop", PDU_GETBULK, 0, 2, "1.3.9.1", "" },
	{ "no-bulk " DEVICE " drop", PDU_GETNEXT, 0, 0, "1.3.9.1", HEALTHY "1.3.9.1.1=11" },
	{ "no-bulk " DEVICE " error", PDU_GETBULK, 0, 2, "1.3.9.1", DEVICE " public 5@0 1.3.9.1=-1" },
	{ "max-varbinds " DEVICE " 1", PDU_GET, 0, 0, "1.3.9.1.1", HEALTHY "1.3.9.1.1=11" },
	{ "max-varbinds " DEVICE " 1", PDU_GET, 0, 0, "1.3.9.1.1 1.3.9.1.2", "" },
	{ "duplicate-oids " DEVICE " on", PDU_GETBULK, 0, 2, "1.3.9.1",
	    HEALTHY "1.3.9.1.1=11 1.3.9.1.1=11 1.3.9.1.2=12 1.3.9.1.2=12" },
	{ "unordered " DEVICE " on", PDU_GETBULK, 0, 9, "1.3.9.1",
	    HEALTHY
	    "1.3.9.1.1=11 1.3.9.1.3=13 1.3.9.1.2=12 1.3.9.1.4=14 1.3.9.2.1=21 1.3.9.2.3=23 1.3.9.2.2=22 "
	    "1.3.9.2.2=-1" },
	{ "endless " DEVICE " grow", PDU_GETBULK, 0, 3, "1.3.9.1.3",
	    HEALTHY "1.3.9.1.4=14 1.3.9.1.5=11 1.3.9.1.6=11" },
	{ "endless " DEVICE " grow", PDU_GETNEXT, 0, 0, "1.3.9.1.127 1.3.9.2.4294967294",
	    HEALTHY "1.3.9.1.128=11 1.3.9.2.4294967295=21" },
	{ "endless " DEVICE " grow", PDU_GETNEXT, 0, 0, "1.3.9 1.3.9.1",
	    HEALTHY "1.3.9.1.1=11 1.3.9.1.1=11" },
	{ "endless " DEVICE " loop", PDU_GETBULK, 0, 3, "1.3.9.2.2",
	    HEALTHY "1.3.9.2.3=23 1.3.9.2.1=21 1.3.9.2.2=22" },
	{ "answer-from " DEVICE " 127.5.0.9", PDU_GET, 0, 0, "1.3.9.1.1",
	    "127.5.0.9 public 0@0 1.3.9.1.1=11" },
	{ "wrong-community " DEVICE " other", PDU_GET, 0, 0, "1.3.9.1.1", DEVICE " other 0@0 1.3.9.1.1=11" },
	{ "duplicate-answers " DEVICE " on", PDU_GET, 0, 0, "1.3.9.1.1",
	    HEALTHY "1.3.9.1.1=11 | " HEALTHY "1.3.9.1.1=11" },
	{ "truncate " DEVICE " 30", PDU_GET, 0, 0, "1.3.9.1.1", DEVICE " cut" },
	{ "serve-error " DEVICE " 1.3.9.1.2 5", PDU_GET, 0, 0, "1.3.9.1.1 1.3.9.1.2",
	    DEVICE " public 5@2 1.3.9.1.1=-1 1.3.9.1.2=-1" },
	{ "serve-error " DEVICE " 1.3.9.1.2 2", PDU_GETBULK, 1, 3, "1.3.9.2 1.3.9.1",
	    DEVICE " public 2@2 1.3.9.2=-1 1.3.9.1=-1" },
	{ "serve-error " DEVICE " 1.3.9.1.2 5", PDU_GETNEXT, 0, 0, "1.3.9.1.2", HEALTHY "1.3.9.1.3=13" },
};

static void
a_misbehaving_device_answers_as_it_is_told_to(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct quirk_case *c = &cases[i];
		struct scene scene;

		scene_open(&scene);
		CU_ASSERT_EQUAL(tell(&scene, c->command), 0);
		const char *answer = ask(&scene, c->pdu, c->field_1, c->field_2, c->oids);
		if (strcmp(answer, c->answer) != 0)
			printf(
			    "\n%s: %s\n answered %s\n expected %s\n", c->command, c->oids, answer, c->answer);
		CU_ASSERT_STRING_EQUAL(answer, c->answer);
		scene_close(&scene);
	}
}

static void
what_is_switched_off_is_as_before(void)
{
	static const char *const commands[] = { "no-bulk * drop", "no-bulk * off", "max-varbinds * 1",
		"max-varbinds * off", "duplicate-oids * on", "duplicate-oids * off", "unordered * on",
		"unordered * off", "endless * loop", "endless * off", "answer-from * 127.5.0.9",
		"answer-from * off", "wrong-community * other", "wrong-community * off",
		"duplicate-answers * on", "duplicate-answers * off", "truncate * 20", "truncate * off",
		"serve-error * 1.3.9.1.2 5", "unset * 1.3.9.1.2" };
	struct scene scene;

	scene_open(&scene);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		CU_ASSERT_EQUAL(tell(&scene, commands[i]), 0);
	CU_ASSERT_STRING_EQUAL(ask(&scene, PDU_GETBULK, 1, 2, "1.3.9.1 1.3.9.1"),
	    HEALTHY "1.3.9.1.1=11 1.3.9.1.1=11 1.3.9.1.2=12");
	scene_close(&scene);
}

static void
a_quirk_that_does_not_exist_is_refused(void)
{
	static const char *const commands[] = { "no-bulk * maybe", "max-varbinds * 0", "max-varbinds * many",
		"duplicate-oids * yes", "endless * on", "answer-from * 10.0.0.1", "truncate * 99999",
		"serve-error * 1.3.9.1.2 19", "serve-error * here 5", "uptime * 4294967296" };
	struct scene scene;

	scene_open(&scene);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		CU_ASSERT_EQUAL(tell(&scene, commands[i]), -EINVAL);
	scene_close(&scene);
}

static void
a_choked_request_is_counted_as_such(void)
{
	struct scene scene;

	scene_open(&scene);
	CU_ASSERT_EQUAL(tell(&scene, "no-bulk * drop"), 0);
	ask(&scene, PDU_GETBULK, 0, 2, "1.3.9.1");
	CU_ASSERT_EQUAL(scene.fleet.devices[0]->counts.choked, 1);
	CU_ASSERT_EQUAL(scene.fleet.devices[0]->counts.answers, 0);
	scene_close(&scene);
}

static void
the_uptime_wraps_to_zero(void)
{
	struct scene scene;
	struct device_hit hit;
	uint8_t room[64], name[BER_OID_MAX];

	scene_open(&scene);
	CU_ASSERT_EQUAL(tell(&scene, "uptime * 4294967295"), 0);
	const struct device *device = scene.fleet.devices[0];
	struct ber_slice oid = { name, ber_oid_parse("1.3.6.1.2.1.1.3.0", 17, name) };
	CU_ASSERT(device_find(device, oid, &hit));
	int64_t at_wrap_ms = device->boot_ms + (INT64_C(4294967296) * 10);
	size_t size = device_put(device, &hit, at_wrap_ms, room, sizeof(room));
	CU_ASSERT_EQUAL(room[size - 2], 1);
	CU_ASSERT_EQUAL(room[size - 1], 0);
	scene_close(&scene);
}

static const struct claim claims[] = {
	CLAIM(a_misbehaving_device_answers_as_it_is_told_to),
	CLAIM(what_is_switched_off_is_as_before),
	CLAIM(a_quirk_that_does_not_exist_is_refused),
	CLAIM(a_choked_request_is_counted_as_such),
	CLAIM(the_uptime_wraps_to_zero),
};
CLAIMS_MAIN("quirk", claims)
