/* SPDX-License-Identifier: ISC */
/* What a device has no longer is gone from every list, and back under its number when it is declared again. */
#include "agent/model/model_fixture.h"

#define LATER_MS 300000

static const char city[] = "sites:\n"
			   "  - id: A\n"
			   "    name: A\n"
			   "    area: east\n"
			   "    devices: [ { id: power, driver: snmp, address: here } ]\n";

struct slot {
	struct fixture f;
	uint32_t device, voltage, current;
};

static void
start(struct slot *s, bool has_store)
{
	fixture_start(&s->f, has_store);
	CU_ASSERT_EQUAL_FATAL(fixture_import(&s->f, "sites.yaml", city, false, NULL), 0);
	s->device = model_device_at(model_site(s->f.model, "A"), "power")->entity.number;
	s->voltage = fixture_sensor(&s->f, "A", "power", "battery.voltage", "");
	s->current = fixture_sensor(&s->f, "A", "power", "battery.current", "");
}

static int
keep(struct slot *s, uint32_t only)
{
	const uint32_t numbers[] = { 0, only };

	return model_sensors_keep(s->f.model, s->device, numbers, 2);
}

static void
what_is_missing_twice_is_retired(void)
{
	struct slot s;

	start(&s, false);
	size_t before = model_sensor_count(s.f.model);
	CU_ASSERT_EQUAL(keep(&s, s.voltage), 1);
	CU_ASSERT_EQUAL(keep(&s, s.voltage), 1); /* so soon after, it may still come up */
	CU_ASSERT_PTR_NOT_NULL(model_sensor(s.f.model, s.current));
	loop_step(s.f.loop, LATER_MS);
	CU_ASSERT_EQUAL(keep(&s, s.voltage), 0);
	CU_ASSERT_PTR_NULL(model_sensor(s.f.model, s.current));
	CU_ASSERT_PTR_NOT_NULL(model_sensor(s.f.model, s.voltage));
	CU_ASSERT_EQUAL(model_sensor_count(s.f.model), before - 1);
	const char *json = fixture_json(&s.f, "towerdSensorTable", scopes_all(s.f.scopes));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "battery.voltage"));
	CU_ASSERT_PTR_NULL(strstr(json, "battery.current"));
	fixture_stop(&s.f);
}

static void
what_is_back_in_time_stays(void)
{
	struct slot s;

	start(&s, false);
	CU_ASSERT_EQUAL(keep(&s, s.voltage), 1);
	CU_ASSERT_EQUAL(fixture_sensor(&s.f, "A", "power", "battery.current", ""), s.current);
	loop_step(s.f.loop, LATER_MS);
	CU_ASSERT_EQUAL(keep(&s, s.voltage), 1);
	CU_ASSERT_PTR_NOT_NULL(model_sensor(s.f.model, s.current));
	fixture_stop(&s.f);
}

static void
another_make_retires_at_once_and_the_old_one_gets_its_numbers_back(void)
{
	struct slot s;

	start(&s, false);
	CU_ASSERT_EQUAL(keep(&s, s.current), 1);
	loop_step(s.f.loop, 1000);
	CU_ASSERT_EQUAL(model_attribute(s.f.model, s.device, "profile", "other", "snmp"), 0);
	uint32_t fuel = fixture_sensor(&s.f, "A", "power", "genset.fuel", "");
	CU_ASSERT_EQUAL(keep(&s, fuel), 0);
	CU_ASSERT_PTR_NULL(model_sensor(s.f.model, s.voltage));
	CU_ASSERT_PTR_NULL(model_sensor(s.f.model, s.current));
	CU_ASSERT_EQUAL(fixture_sensor(&s.f, "A", "power", "battery.voltage", ""), s.voltage);
	const struct sensor *sensor = model_sensor(s.f.model, s.voltage);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sensor);
	CU_ASSERT_FALSE(sensor->has_value || sensor->is_stale);
	fixture_stop(&s.f);
}

static void
nobody_waits_for_what_is_retired(void)
{
	struct slot s;

	start(&s, false);
	fixture_read(&s.f, s.current, 1000);
	const struct sensor *sensor = model_sensor(s.f.model, s.current);
	(void)keep(&s, s.voltage);
	loop_step(s.f.loop, LATER_MS);
	(void)keep(&s, s.voltage);
	CU_ASSERT_TRUE_FATAL(sensor->is_retired);
	loop_step(s.f.loop, 7200000);
	CU_ASSERT_FALSE(sensor->is_stale);
	fixture_stop(&s.f);
}

static void
a_stranger_has_no_sensors_to_keep(void)
{
	struct slot s;

	start(&s, false);
	CU_ASSERT_EQUAL(model_sensors_keep(s.f.model, 99999, NULL, 0), -ENOENT);
	fixture_stop(&s.f);
}

static const struct claim claims[] = {
	CLAIM(what_is_missing_twice_is_retired),
	CLAIM(what_is_back_in_time_stays),
	CLAIM(another_make_retires_at_once_and_the_old_one_gets_its_numbers_back),
	CLAIM(nobody_waits_for_what_is_retired),
	CLAIM(a_stranger_has_no_sensors_to_keep),
};

CLAIMS_MAIN("sensor_retire", claims)
