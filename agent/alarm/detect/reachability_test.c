/* SPDX-License-Identifier: ISC */
/* Devices that do not answer, sites that do not, readings that are not refreshed. */
#include "agent/alarm/list/alarm_fixture.h"

#define HOLD_MS 30000

static struct fixture f;

static bool
device_is_down(const char *site, const char *slot)
{
	return alarm_find(f.alarms, fixture_device(&f, site, slot)->entity.number, "comms/device-unreachable",
		   "") != NULL;
}

static bool
site_is_down(const char *site)
{
	return alarm_find(f.alarms, model_site(f.model, site)->entity.number, "comms/site-unreachable", "") !=
	    NULL;
}

static bool
is_stale(const char *slot)
{
	return alarm_find(f.alarms, fixture_device(&f, "NIN-1", slot)->entity.number, "comms/data-stale",
		   "") != NULL;
}

static void
all_answer(void)
{
	fixture_start(&f);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_REACHABLE);
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_REACHABLE);
}

static void
a_device_that_stays_silent_is_an_alarm_after_the_hold_and_not_before(void)
{
	all_answer();
	int64_t began = loop_utc_ms(f.loop);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS - 1);
	CU_ASSERT_FALSE(device_is_down("NIN-1", "power"));
	fixture_step(&f, 1);
	CU_ASSERT(device_is_down("NIN-1", "power"));
	CU_ASSERT_FALSE(site_is_down("NIN-1"));
	const struct alarm *alarm = alarm_find(
	    f.alarms, fixture_device(&f, "NIN-1", "power")->entity.number, "comms/device-unreachable", "");
	CU_ASSERT_EQUAL(alarm->raised_ms, began);
	CU_ASSERT_STRING_EQUAL(alarm->text, "power does not answer: no answer");
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_FALSE(device_is_down("NIN-1", "power"));
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
a_short_silence_is_nothing(void)
{
	all_answer();
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS - 1);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 10 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	fixture_stop(&f);
}

static void
a_site_of_which_nothing_answers_is_one_alarm(void)
{
	all_answer();
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 10000);
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS - 10000); /* the first one's hold is over, but it may be the site */
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_step(&f, 10000);
	CU_ASSERT(site_is_down("NIN-1"));
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "raise comms/site-unreachable major\n");
	fixture_stop(&f);
}

static void
a_device_that_was_told_before_its_site_is_its_consequence_without_a_word(void)
{
	all_answer();
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 1000);
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, HOLD_MS - 1000);
	CU_ASSERT(device_is_down("NIN-1", "power"));
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT(site_is_down("NIN-1"));
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "raise comms/device-unreachable major\nraise comms/site-unreachable major\n");
	const struct alarm *power = alarm_find(
	    f.alarms, fixture_device(&f, "NIN-1", "power")->entity.number, "comms/device-unreachable", "");
	CU_ASSERT_EQUAL(power->stand, STAND_CONSEQUENCE);

	/* The site ends with the first answer; that it ended is told when its other device had the time to come back too. */
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_FALSE(site_is_down("NIN-1"));
	fixture_step(&f, HOLD_MS - 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!clear comms/site-unreachable cleared\n");
	fixture_step(&f, 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell comms/site-unreachable cleared\n");
	CU_ASSERT(device_is_down("NIN-1", "power"));
	CU_ASSERT_EQUAL(power->stand, STAND_FREE);
	fixture_stop(&f);
}

static void
a_device_speaks_when_another_of_its_site_was_heard_or_the_wait_is_over(void)
{
	all_answer();
	fixture_step(&f, 1000);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT(device_is_down("NIN-1", "power"));
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!raise comms/device-unreachable major\n");
	fixture_presence(&f, "NIN-1", "radio", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 1000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell comms/device-unreachable major\n");
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 10000);
	(void)fixture_heard(&f);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 2 * HOLD_MS - 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!raise comms/device-unreachable major\n");
	fixture_step(&f, 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell comms/device-unreachable major\n");
	fixture_stop(&f);
}

static void
not_knowing_changes_nothing(void)
{
	all_answer();
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT(site_is_down("NIN-2"));
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_UNKNOWN);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 1000);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNKNOWN);
	fixture_step(&f, 10 * HOLD_MS);
	CU_ASSERT(site_is_down("NIN-2"));
	CU_ASSERT_FALSE(device_is_down("NIN-1", "power"));
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_FALSE(site_is_down("NIN-2"));
	fixture_stop(&f);
}

static void
removing_the_device_or_the_site_clears_their_alarms(void)
{
	all_answer();
	uint32_t door = fixture_sensor(&f, "NIN-2", "power", "env.fire", "");
	fixture_read(&f, door, 1);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 3);
	fixture_import(&f,
	    "sites:\n  - { id: NIN-1, kind: fixed, area: nineveh/east, devices: [ { id: radio, driver: test "
	    "} ] }\n",
	    true);
	fixture_step(&f, 5000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	struct alarm_stats stats;
	alarms_stats(f.alarms, &stats);
	CU_ASSERT_EQUAL(stats.watched, 0);
	CU_ASSERT_EQUAL(stats.cleared, 3);
	fixture_stop(&f);
}

static void
stale_readings_are_one_alarm_per_device_worse_when_all_are_stale(void)
{
	all_answer();
	uint32_t a = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "1");
	uint32_t b = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "2");
	const struct device *power = fixture_device(&f, "NIN-1", "power");

	for (int i = 0; i < 10; i++) { /* b keeps reporting, a does not */
		fixture_read(&f, b, 50000);
		fixture_step(&f, 60000);
	}
	const struct alarm *alarm = alarm_find(f.alarms, power->entity.number, "comms/data-stale", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_EQUAL(alarm->severity, TOWERD_WARNING);
	CU_ASSERT_STRING_EQUAL(alarm->text, "1 of 2 sensors of power are stale");
	fixture_step(&f, 600000);
	CU_ASSERT_EQUAL(alarm->severity, TOWERD_MINOR);
	fixture_read(&f, a, 50000);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(alarm->severity, TOWERD_WARNING);
	fixture_read(&f, b, 50000);
	fixture_step(&f, 3000);
	CU_ASSERT_FALSE(is_stale("power"));
	CU_ASSERT_EQUAL(model_sensor(f.model, a)->watch, 0);
	CU_ASSERT_EQUAL(model_sensor(f.model, b)->watch, 0);
	fixture_stop(&f);
}

static void
a_device_that_does_not_answer_is_not_stale_as_well(void)
{
	all_answer();
	uint32_t a = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "1");
	fixture_read(&f, a, 50000);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 3600000);
	CU_ASSERT(device_is_down("NIN-1", "power"));
	CU_ASSERT_FALSE(is_stale("power"));
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 3600000); /* it answers, but gives no reading */
	CU_ASSERT(is_stale("power"));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_device_that_stays_silent_is_an_alarm_after_the_hold_and_not_before),
	CLAIM(a_short_silence_is_nothing),
	CLAIM(a_site_of_which_nothing_answers_is_one_alarm),
	CLAIM(a_device_that_was_told_before_its_site_is_its_consequence_without_a_word),
	CLAIM(a_device_speaks_when_another_of_its_site_was_heard_or_the_wait_is_over),
	CLAIM(not_knowing_changes_nothing),
	CLAIM(removing_the_device_or_the_site_clears_their_alarms),
	CLAIM(stale_readings_are_one_alarm_per_device_worse_when_all_are_stale),
	CLAIM(a_device_that_does_not_answer_is_not_stale_as_well),
};

CLAIMS_MAIN("reachability", claims)
