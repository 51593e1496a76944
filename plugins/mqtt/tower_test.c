/* SPDX-License-Identifier: ISC */
/* What a tower's messages come to: what is retained, late, wrong or repeated never passes for live. */
#include <stdio.h>
#include <string.h>

#include "plugins/mqtt/mqtt.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

struct scene {
	struct fake_host *host;
	struct mqtt_state *mqtt;
	uint32_t device;
};

static struct scene
scene_new(void)
{
	/* Port 1: nobody listens there, so the connection keeps out of the way. */
	struct scene s = { .host = fake_host_make(&towerd_plugin, "broker: mqtt://127.0.0.1:1") };

	s.device = fake_device(s.host, "COW-7/tower", "");
	CU_ASSERT_EQUAL(fake_start(s.host), 0);
	s.mqtt = towerd_state(fake_ctx(s.host));
	return s;
}

static void
hear(struct scene *s, const char *topic, bool is_retained, const char *payload)
{
	const struct message message = {
		.topic = topic, .payload = payload, .len = strlen(payload), .is_retained = is_retained
	};
	mqtt_message(s->mqtt, &message);
}

#define STATUS    "towers/site/COW-7/status"
#define TELEMETRY "towers/site/COW-7/telemetry"
#define BIRTH(id) "{\"online\":true,\"session\":\"" id "\",\"model\":\"M1\",\"deployment\":\"on-air\"}"
#define WILL(id)  "{\"online\":false,\"session\":\"" id "\"}"

static const char *
last_reason(const struct scene *s)
{
	size_t count = fake_reject_count(s->host);
	return count == 0 ? "" : fake_reject_at(s->host, count - 1)->reason;
}

static void
a_retained_birth_does_not_make_a_tower_reachable(void)
{
	struct scene s = scene_new();

	hear(&s, STATUS, true, BIRTH("a"));
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_UNKNOWN);
	hear(&s, TELEMETRY, false, "{\"sensors\":{}}");
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_REACHABLE);
	fake_host_free(s.host);
}

static void
a_live_birth_tells_model_and_deployment(void)
{
	struct scene s = scene_new();

	hear(&s, STATUS, false, BIRTH("a"));
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(fake_deployment(s.host, s.device), TOWERD_ON_AIR);
	CU_ASSERT_STRING_EQUAL(fake_attribute(s.host, s.device, "model"), "M1");
	fake_host_free(s.host);
}

static void
a_will_of_an_older_session_is_ignored(void)
{
	struct scene s = scene_new();

	hear(&s, STATUS, false, BIRTH("old"));
	hear(&s, STATUS, false, BIRTH("new"));
	hear(&s, STATUS, false, WILL("old"));
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(fake_counter(s.host, "late-wills"), 1);
	hear(&s, STATUS, false, WILL("new"));
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_UNREACHABLE);
	fake_host_free(s.host);
}

static void
a_retained_will_says_that_the_tower_is_gone(void)
{
	struct scene s = scene_new();

	hear(&s, STATUS, true, WILL("a"));
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_UNREACHABLE);
	fake_host_free(s.host);
}

static void
telemetry_becomes_readings_in_the_units_of_their_kinds(void)
{
	struct scene s = scene_new();
	const struct towerd_kind *volts = towerd_kind_find(fake_ctx(s.host), "battery.voltage");
	int64_t expected = 531;

	for (unsigned i = 1; i < volts->decimals; i++)
		expected *= 10;
	hear(&s, TELEMETRY, false,
	    "{\"t\":\"2026-01-01T00:00:00Z\",\"seq\":1,\"sensors\":{\"battery.voltage\":53.1,\"mains."
	    "present\":true,"
	    "\"temperature:cabinet\":null}}");
	CU_ASSERT_EQUAL(fake_value(s.host, s.device, "battery.voltage", ""), expected);
	CU_ASSERT_EQUAL(fake_value(s.host, s.device, "mains.present", ""), 1);
	const struct fake_sensor *cabinet = fake_sensor(s.host, s.device, "temperature", "cabinet");
	CU_ASSERT_PTR_NOT_NULL_FATAL(cabinet);
	CU_ASSERT_EQUAL(cabinet->last.quality, TOWERD_UNKNOWN);
	CU_ASSERT_EQUAL(fake_sensor(s.host, s.device, "battery.voltage", "")->last.device_ms, 1767225600000);
	fake_host_free(s.host);
}

static void
retained_telemetry_is_not_a_reading(void)
{
	struct scene s = scene_new();

	hear(&s, TELEMETRY, true, "{\"seq\":1,\"sensors\":{\"battery.voltage\":53.1}}");
	CU_ASSERT_EQUAL(fake_readings(s.host), 0);
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_UNKNOWN);
	fake_host_free(s.host);
}

static void
a_repeat_counts_once_and_a_gap_is_told(void)
{
	struct scene s = scene_new();

	hear(&s, TELEMETRY, false, "{\"seq\":7,\"sensors\":{\"battery.voltage\":53.1}}");
	hear(&s, TELEMETRY, false, "{\"seq\":7,\"sensors\":{\"battery.voltage\":53.1}}");
	CU_ASSERT_EQUAL(fake_readings(s.host), 1);
	CU_ASSERT_EQUAL(fake_reject_count(s.host), 0);
	hear(&s, TELEMETRY, false, "{\"seq\":9,\"sensors\":{\"battery.voltage\":53.1}}");
	CU_ASSERT_EQUAL(fake_readings(s.host), 2);
	CU_ASSERT_STRING_EQUAL(last_reason(&s), "a gap in \"seq\": 9 after 7");
	fake_host_free(s.host);
}

static void
what_is_wrong_is_refused_piece_by_piece(void)
{
	static const struct {
		const char *topic, *payload, *reason;
	} cases[] = {
		{ TELEMETRY, "{\"sensors\":{\"no.such\":1,\"battery.voltage\":53}}",
		    "no such kind: \"no.such\"" },
		{ TELEMETRY, "{\"sensors\":{\"battery.voltage\":\"high\"}}",
		    "\"battery.voltage\" does not hold a value of its kind" },
		{ TELEMETRY, "{\"sensors\":[]}", "telemetry without an object \"sensors\"" },
		{ TELEMETRY, "{\"t\":\"yesterday\",\"sensors\":{}}", "\"t\" is not an RFC 3339 time" },
		{ TELEMETRY, "{\"t\":\"2026-01-01T03:00:00Z\",\"sensors\":{}}",
		    "its clock is 10800 s ahead" },
		{ TELEMETRY, "[]", "not a JSON object: an array" },
		{ STATUS, "{\"session\":\"a\"}", "a status without \"online\": true or false" },
		{ STATUS, "{\"online\":true}", "a status without a \"session\" of 1 to 64 characters" },
		{ STATUS, "{\"online\":true,\"session\":\"a\",\"deployment\":\"up\"}",
		    "deployment \"up\" is none of parked en-route set-up on-air draining" },
		{ "towers/site/COW-7/position", "{\"lat\":91.5,\"lon\":43.28}",
		    "a position without \"lat\" and \"lon\" on earth" },
		{ "towers/site/COW-7/alarm", "{\"type\":\"site/obstruction-light\"}",
		    "an alarm needs \"type\", \"state\" (raised or cleared) and a severity of the standard's "
		    "words" },
		{ "towers/site/../status", "{}", "the id in the topic is not one" },
		{ "towers/elsewhere", "{}", "not a topic of ours" },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		struct scene s = scene_new();
		hear(&s, cases[i].topic, false, cases[i].payload);
		CU_ASSERT_EQUAL(fake_reject_count(s.host), 1);
		CU_ASSERT_STRING_EQUAL(last_reason(&s), cases[i].reason);
		fake_host_free(s.host);
	}
}

static void
a_position_is_passed_on_in_whole_units(void)
{
	struct scene s = scene_new();

	hear(&s, "towers/site/COW-7/position", false,
	    "{\"lat\":36.39,\"lon\":-43.28,\"alt\":310,\"accuracy\":6}");
	const struct towerd_position *p = fake_position(s.host, s.device);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_EQUAL(p->latitude_e7, 363900000);
	CU_ASSERT_EQUAL(p->longitude_e7, -432800000);
	CU_ASSERT_EQUAL(p->altitude_m, 310);
	CU_ASSERT_EQUAL(p->accuracy_m, 6);
	fake_host_free(s.host);
}

static void
an_alarm_of_a_tower_is_a_fault(void)
{
	struct scene s = scene_new();

	hear(&s, "towers/site/COW-7/alarm", false,
	    "{\"id\":\"7\",\"type\":\"site/"
	    "obstruction-light\",\"state\":\"raised\",\"severity\":\"major\",\"text\":\"lamp\"}");
	CU_ASSERT_EQUAL_FATAL(fake_fault_count(s.host), 1);
	CU_ASSERT_STRING_EQUAL(fake_fault_at(s.host, 0)->type, "site/obstruction-light");
	CU_ASSERT_EQUAL(fake_fault_at(s.host, 0)->severity, TOWERD_MAJOR);
	CU_ASSERT_TRUE(fake_fault_at(s.host, 0)->is_raised);
	fake_host_free(s.host);
}

static void
a_tower_that_is_not_in_the_inventory_is_unclaimed(void)
{
	struct scene s = scene_new();

	hear(&s, "towers/site/COW-9/status", false, BIRTH("a"));
	CU_ASSERT_TRUE(fake_is_unclaimed(s.host, "COW-9"));
	CU_ASSERT_EQUAL(fake_sensor_count(s.host), 0);
	fake_host_free(s.host);
}

static void
a_lost_broker_makes_every_tower_unknown(void)
{
	struct scene s = scene_new();

	hear(&s, STATUS, false, BIRTH("a"));
	mqtt_broker_lost(s.mqtt, "gone");
	CU_ASSERT_EQUAL(fake_presence(s.host, s.device), TOWERD_PRESENCE_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(fake_presence_reason(s.host, s.device), "broker lost: gone");
	fake_host_free(s.host);
}

static void
a_crew_update_is_handed_on_whole(void)
{
	struct scene s = scene_new();

	hear(&s, "towers/crew/crew-3/update", false, "aaa.bbb.ccc");
	CU_ASSERT_EQUAL_FATAL(fake_update_count(s.host), 1);
	CU_ASSERT_STRING_EQUAL(fake_update_at(s.host, 0)->crew, "crew-3");
	CU_ASSERT_EQUAL(fake_update_at(s.host, 0)->len, 11);
	fake_host_free(s.host);
}

static const struct claim claims[] = {
	CLAIM(a_retained_birth_does_not_make_a_tower_reachable),
	CLAIM(a_live_birth_tells_model_and_deployment),
	CLAIM(a_will_of_an_older_session_is_ignored),
	CLAIM(a_retained_will_says_that_the_tower_is_gone),
	CLAIM(telemetry_becomes_readings_in_the_units_of_their_kinds),
	CLAIM(retained_telemetry_is_not_a_reading),
	CLAIM(a_repeat_counts_once_and_a_gap_is_told),
	CLAIM(what_is_wrong_is_refused_piece_by_piece),
	CLAIM(a_position_is_passed_on_in_whole_units),
	CLAIM(an_alarm_of_a_tower_is_a_fault),
	CLAIM(a_tower_that_is_not_in_the_inventory_is_unclaimed),
	CLAIM(a_lost_broker_makes_every_tower_unknown),
	CLAIM(a_crew_update_is_handed_on_whole),
};

CLAIMS_MAIN("mqtt tower", claims)
