/* SPDX-License-Identifier: ISC */
/* What the model believes: readings, staleness, presence, and the service that follows from them. */
#include <errno.h>

#include "agent/model/model_fixture.h"

static const char city[] =
    "sites:\n"
    "  - { id: A, area: n/east, population: 100, devices: [{ id: power, driver: snmp }, { id: radio, driver: "
    "snmp }] }\n"
    "  - { id: B, area: n/west, population: 20 }\n"
    "  - { id: COW, area: n/east, kind: portable, covers: [A], devices: [{ id: tower, driver: mqtt }] }\n";

static void
start(struct fixture *f)
{
	fixture_start(f, false);
	CU_ASSERT_EQUAL_FATAL(fixture_import(f, "sites.yaml", city, false, NULL), 0);
}

static uint32_t
device(struct fixture *f, const char *site, const char *slot)
{
	return model_device_at(model_site(f->model, site), slot)->entity.number;
}

static enum service
service(struct fixture *f, const char *site)
{
	return model_site(f->model, site)->service;
}

static void
an_unknown_or_faulty_reading_keeps_the_last_value(void)
{
	struct fixture f;
	start(&f);
	uint32_t number = fixture_sensor(&f, "A", "power", "battery.voltage", "");
	const struct sensor *sensor = model_sensor(f.model, number);
	CU_ASSERT_FALSE(sensor->has_value);
	fixture_read(&f, number, 53200);
	loop_step(f.loop, 1000);
	static const struct {
		uint32_t quality;
		int64_t value;
		enum towerd_quality held;
	} cases[] = { { TOWERD_UNKNOWN, 0, TOWERD_UNKNOWN }, { TOWERD_FAULTY, 1, TOWERD_FAULTY },
		{ TOWERD_GOOD, 99999999999, TOWERD_FAULTY } };
	for (size_t i = 0; i < 3; i++) {
		struct towerd_reading reading = {
			.sensor = number, .quality = cases[i].quality, .value = cases[i].value
		};
		CU_ASSERT_EQUAL(model_observe(f.model, &reading, 1), 1);
		CU_ASSERT_EQUAL(sensor->quality, cases[i].held);
		CU_ASSERT_EQUAL(sensor->value, 53200);
		CU_ASSERT_EQUAL(sensor->received_ms, loop_now_ms(f.loop) - 1000);
	}
	struct towerd_reading stranger = { .sensor = 77 };
	CU_ASSERT_EQUAL(model_observe(f.model, &stranger, 1), 0);
	fixture_stop(&f);
}

static void
a_sensor_is_found_by_its_kind_and_instance(void)
{
	struct fixture f;
	start(&f);
	uint32_t one = fixture_sensor(&f, "A", "power", "battery.voltage", "1");
	CU_ASSERT_EQUAL(fixture_sensor(&f, "A", "power", "battery.voltage", "1"), one);
	CU_ASSERT_NOT_EQUAL(fixture_sensor(&f, "A", "power", "battery.voltage", "2"), one);
	CU_ASSERT_NOT_EQUAL(fixture_sensor(&f, "A", "power", "battery.current", "1"), one);
	CU_ASSERT_NOT_EQUAL(fixture_sensor(&f, "A", "radio", "battery.voltage", "1"), one);
	char text[130];
	memset(text, 'x', sizeof(text) - 1);
	text[129] = '\0';
	struct towerd_sensor want = { .size = sizeof(want), .kind = 0, .instance = text, .label = "" };
	uint32_t number;
	CU_ASSERT_EQUAL(model_sensor_declare(f.model, device(&f, "A", "power"), &want, &number), -EINVAL);
	want.instance = "";
	want.kind = 65000;
	CU_ASSERT_EQUAL(model_sensor_declare(f.model, device(&f, "A", "power"), &want, &number), -EINVAL);
	CU_ASSERT_EQUAL(model_sensor_declare(f.model, 77, &want, &number), -ENOENT);
	want.kind = 0;
	int rc = 0;
	for (unsigned i = 0; i < 1100 && rc == 0; i++) {
		snprintf(text, sizeof(text), "s%u", i);
		want.instance = text;
		rc = model_sensor_declare(f.model, device(&f, "A", "radio"), &want, &number);
	}
	CU_ASSERT_EQUAL(rc, -ENOSPC);
	CU_ASSERT_EQUAL(model_device(f.model, device(&f, "A", "radio"))->sensor_count, 1024);
	fixture_stop(&f);
}

static unsigned stale_told;

static void
count_stale(void *arg, struct sensor *sensor)
{
	(void)arg;
	CU_ASSERT_TRUE(sensor->is_stale);
	stale_told++;
}

static void
a_silent_sensor_becomes_stale_once_and_recovers(void)
{
	struct fixture f;
	start(&f);
	struct model_listener listener = { .stale = count_stale };
	CU_ASSERT_EQUAL(model_listen(f.model, &listener), 0);
	uint32_t often = fixture_sensor(&f, "A", "power", "battery.voltage", "");
	struct towerd_sensor slow = { .size = sizeof(slow),
		.kind = catalogue_find("genset.fuel")->kind.number,
		.label = "",
		.interval_ms = 3600000 };
	uint32_t rare;
	CU_ASSERT_EQUAL(model_sensor_declare(f.model, device(&f, "A", "power"), &slow, &rare), 0);
	fixture_read(&f, often, 53200);
	fixture_read(&f, rare, 5000);
	stale_told = 0;
	loop_step(f.loop, 178000);
	CU_ASSERT_FALSE(model_sensor(f.model, often)->is_stale);
	loop_step(f.loop, 20000);
	CU_ASSERT_TRUE(model_sensor(f.model, often)->is_stale);
	CU_ASSERT_TRUE(model_sensor(f.model, often)->has_value);
	CU_ASSERT_EQUAL(stale_told, 1);
	loop_step(f.loop, 300000);
	CU_ASSERT_EQUAL(stale_told, 1);
	fixture_read(&f, often, 53100);
	CU_ASSERT_FALSE(model_sensor(f.model, often)->is_stale);
	loop_step(f.loop, 3 * 3600000);
	CU_ASSERT_TRUE(model_sensor(f.model, rare)->is_stale);
	CU_ASSERT_EQUAL(stale_told, 3);
	fixture_stop(&f);
}

static void
a_fixed_sites_service_follows_from_its_devices_and_cells(void)
{
	struct fixture f;
	start(&f);
	uint32_t power = device(&f, "A", "power"), radio = device(&f, "A", "radio");
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_UNKNOWN);
	CU_ASSERT_EQUAL(model_presence(f.model, power, TOWERD_PRESENCE_REACHABLE, NULL), 0);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_ON_AIR);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->oper, OPER_ENABLED);
	model_presence(f.model, radio, TOWERD_PRESENCE_REACHABLE, NULL);
	uint32_t one = fixture_sensor(&f, "A", "radio", "radio.state", "1"),
		 two = fixture_sensor(&f, "A", "radio", "radio.state", "2");
	fixture_read(&f, one, 1); /* active */
	fixture_read(&f, two, 4); /* failed */
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_DEGRADED);
	fixture_read(&f, one, 2); /* inactive */
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_OFF_AIR);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->oper, OPER_DISABLED);
	fixture_read(&f, one, 1);
	fixture_read(&f, two, 1);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_ON_AIR);
	model_set_severity(f.model, model_site(f.model, "A"), TOWERD_MAJOR, 3);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_DEGRADED);
	model_set_severity(f.model, model_site(f.model, "A"), TOWERD_MINOR, 1);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_ON_AIR);
	model_presence(f.model, power, TOWERD_PRESENCE_UNREACHABLE, "no reply");
	model_presence(f.model, radio, TOWERD_PRESENCE_UNREACHABLE, "no reply");
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_UNKNOWN); /* never a guess */
	CU_ASSERT_EQUAL(model_site(f.model, "A")->oper, OPER_UNKNOWN);
	model_set_structural(f.model, model_site(f.model, "A"), STRUCTURAL_DESTROYED, "uid 0", NULL, NULL);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_OFF_AIR);
	fixture_stop(&f);
}

static void
a_portable_tower_on_air_covers_the_site_it_stands_in_for(void)
{
	struct fixture f;
	start(&f);
	uint32_t tower = device(&f, "COW", "tower");
	CU_ASSERT_EQUAL(model_deployment(f.model, device(&f, "A", "power"), TOWERD_ON_AIR, 0), -EINVAL);
	CU_ASSERT_EQUAL(model_deployment(f.model, tower, TOWERD_PARKED, 0), 0);
	CU_ASSERT_EQUAL(service(&f, "COW"), SERVICE_OFF_AIR);
	CU_ASSERT_EQUAL(model_site(f.model, "COW")->standby, STANDBY_COLD);
	model_deployment(f.model, tower, TOWERD_SET_UP, 0);
	CU_ASSERT_EQUAL(model_site(f.model, "COW")->standby, STANDBY_HOT);
	model_deployment(f.model, tower, TOWERD_ON_AIR, 0);
	CU_ASSERT_EQUAL(service(&f, "COW"), SERVICE_UNKNOWN); /* it said so, and nobody hears it now */
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_UNKNOWN);
	model_presence(f.model, tower, TOWERD_PRESENCE_REACHABLE, NULL);
	CU_ASSERT_EQUAL(service(&f, "COW"), SERVICE_ON_AIR);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_COVERED);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->oper, OPER_UNKNOWN);
	model_presence(f.model, device(&f, "A", "power"), TOWERD_PRESENCE_REACHABLE, NULL);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_ON_AIR);
	model_presence(f.model, device(&f, "A", "power"), TOWERD_PRESENCE_UNREACHABLE, NULL);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_COVERED);
	/* It is sent to another site. */
	fixture_import(&f, "m.yaml",
	    "sites: [{ id: COW, area: n/east, kind: portable, covers: [B], devices: [{ id: tower, driver: "
	    "mqtt }] }]",
	    false, NULL);
	CU_ASSERT_EQUAL(service(&f, "A"), SERVICE_UNKNOWN);
	CU_ASSERT_EQUAL(service(&f, "B"), SERVICE_COVERED);
	/* And then to one that comes with the same file, behind it. */
	fixture_import(&f, "m.yaml",
	    "sites: [{ id: COW, area: n/east, kind: portable, covers: [NEW], devices: [{ id: tower, driver: "
	    "mqtt }] }, { id: NEW }]",
	    false, NULL);
	CU_ASSERT_EQUAL(service(&f, "B"), SERVICE_UNKNOWN);
	CU_ASSERT_EQUAL(service(&f, "NEW"), SERVICE_COVERED);
	/* What stops being portable stops standing in, and begins again when it is portable again. */
	fixture_import(&f, "m.yaml",
	    "sites: [{ id: COW, area: n/east, devices: [{ id: tower, driver: mqtt }] }]", false, NULL);
	CU_ASSERT_EQUAL(service(&f, "NEW"), SERVICE_UNKNOWN);
	fixture_import(&f, "m.yaml",
	    "sites: [{ id: COW, area: n/east, kind: portable, covers: [B], devices: [{ id: tower, driver: "
	    "mqtt }] }]",
	    false, NULL);
	CU_ASSERT_EQUAL(service(&f, "B"), SERVICE_COVERED);
	CU_ASSERT_EQUAL(model_site(f.model, "NEW")->covered_by, 0);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->covered_by, 0);
	fixture_import(&f, "m.yaml", "sites: [{ id: A, area: n/east }, { id: B }]", true, NULL);
	CU_ASSERT_EQUAL(service(&f, "B"), SERVICE_UNKNOWN);
	fixture_stop(&f);
}

static void
presence_keeps_its_time_and_reason(void)
{
	struct fixture f;
	start(&f);
	uint32_t power = device(&f, "A", "power");
	model_presence(f.model, power, TOWERD_PRESENCE_UNREACHABLE, "no reply for 15 s");
	int64_t since = model_device(f.model, power)->presence_since_ms;
	loop_step(f.loop, 5000);
	model_presence(f.model, power, TOWERD_PRESENCE_UNREACHABLE, "no reply for 20 s");
	CU_ASSERT_EQUAL(model_device(f.model, power)->presence_since_ms, since);
	CU_ASSERT_STRING_EQUAL(model_device(f.model, power)->presence_reason, "no reply for 20 s");
	CU_ASSERT_EQUAL(model_device(f.model, power)->last_seen_ms, 0);
	char reason[400];
	memset(reason, 'r', sizeof(reason) - 1);
	reason[399] = '\0';
	model_reject(f.model, power, "topic", reason);
	CU_ASSERT_EQUAL(strlen(model_device(f.model, power)->last_reject), 200);
	CU_ASSERT_EQUAL(model_device(f.model, power)->rejected, 1);
	fixture_stop(&f);
}

static void
unclaimed_sites_are_shown_bounded_and_leave_when_claimed(void)
{
	struct fixture f;
	start(&f);
	CU_ASSERT_EQUAL(model_unclaimed(f.model, "NEW-1", "towers/site/NEW-1/status"), 0);
	CU_ASSERT_EQUAL(model_unclaimed(f.model, "A", "x"), 0);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "towerdUnclaimedTable", scopes_all(f.scopes)), "NEW-1"));
	CU_ASSERT_PTR_NULL(strstr(fixture_json(&f, "towerdUnclaimedTable", scopes_all(f.scopes)), "\"A\""));
	const struct scope *east = fixture_scope(&f, "n/east", ROLE_OPERATE, LOCATION_NEVER, NULL);
	CU_ASSERT_STRING_EQUAL(fixture_json(&f, "towerdUnclaimedTable", east), "[]");
	fixture_import(&f, "m.yaml", "sites: [{ id: NEW-1 }]", false, NULL);
	CU_ASSERT_STRING_EQUAL(fixture_json(&f, "towerdUnclaimedTable", scopes_all(f.scopes)), "[]");
	int rc = 0;
	for (unsigned i = 0; i < 1001; i++) {
		char id[16];
		snprintf(id, sizeof(id), "U-%u", i);
		rc = model_unclaimed(f.model, id, "source");
	}
	CU_ASSERT_EQUAL(rc, -ENOSPC);
	struct model_stats stats;
	model_stats(f.model, &stats);
	CU_ASSERT_EQUAL(stats.unclaimed_dropped, 1);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(an_unknown_or_faulty_reading_keeps_the_last_value),
	CLAIM(a_sensor_is_found_by_its_kind_and_instance),
	CLAIM(a_silent_sensor_becomes_stale_once_and_recovers),
	CLAIM(a_fixed_sites_service_follows_from_its_devices_and_cells),
	CLAIM(a_portable_tower_on_air_covers_the_site_it_stands_in_for),
	CLAIM(presence_keeps_its_time_and_reason),
	CLAIM(unclaimed_sites_are_shown_bounded_and_leave_when_claimed),
};

CLAIMS_MAIN("model", claims)
