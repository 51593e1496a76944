/* SPDX-License-Identifier: ISC */
/* The two-second throttle of RFC 3877: what is told, what is dropped, and that the truth is told in the end. */
#include "agent/alarm/list/alarm_fixture.h"

static const char type[] = "power/dc-undervoltage";

static struct fixture f;
static uint32_t sensor;

static void
start(void)
{
	fixture_start(&f);
	sensor = fixture_sensor(&f, "NIN-1", "power", "input.active", "");
}

static void
set(int severity)
{
	int rc = severity == 0 ? alarm_clear(f.alarms, sensor, type, "", NULL, 0)
			       : alarm_raise(f.alarms, sensor, type, "", severity, "bus", 0);
	CU_ASSERT_EQUAL(rc, 0);
}

static void
the_first_is_told_and_the_next_within_two_seconds_is_not(void)
{
	start();
	set(TOWERD_MINOR);
	fixture_step(&f, 1000);
	set(TOWERD_MAJOR);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "raise power/dc-undervoltage minor\n!change power/dc-undervoltage major\n");
	fixture_step(&f, 999);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	fixture_step(&f, 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell power/dc-undervoltage major\n");
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	fixture_stop(&f);
}

static void
after_two_seconds_each_is_told_at_once(void)
{
	start();
	set(TOWERD_MINOR);
	fixture_step(&f, 2000);
	set(TOWERD_MAJOR);
	fixture_step(&f, 2000);
	set(0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/dc-undervoltage minor\nchange power/dc-undervoltage major\nclear "
	    "power/dc-undervoltage cleared\n");
	fixture_stop(&f);
}

static void
what_came_back_to_what_was_told_is_not_told_again(void)
{
	start();
	set(TOWERD_MINOR);
	set(TOWERD_MAJOR);
	set(TOWERD_MINOR);
	fixture_step(&f, 5000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/dc-undervoltage minor\n!change power/dc-undervoltage major\n"
	    "!change power/dc-undervoltage minor\n");
	fixture_stop(&f);
}

static void
a_clear_within_the_window_is_told_when_it_closes(void)
{
	start();
	set(TOWERD_MINOR);
	set(0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "raise power/dc-undervoltage minor\n!clear power/dc-undervoltage cleared\n");
	fixture_step(&f, 2000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell power/dc-undervoltage cleared\n");
	fixture_stop(&f);
}

static void
an_alarm_that_was_raised_and_cleared_within_the_window_of_another_is_never_told(void)
{
	start();
	set(TOWERD_MINOR);
	fixture_step(&f, 2000);
	set(0); /* told, opens a window */
	set(TOWERD_MAJOR);
	set(0);
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/dc-undervoltage minor\nclear power/dc-undervoltage cleared\n"
	    "!raise power/dc-undervoltage major\n!clear power/dc-undervoltage cleared\n");
	fixture_stop(&f);
}

static void
a_flapping_alarm_is_told_at_most_every_two_seconds_and_ends_with_the_truth(void)
{
	struct alarm_stats stats;
	start();
	for (int i = 0; i < 100; i++) {
		set(i % 2 == 0 ? TOWERD_MAJOR : 0);
		fixture_step(&f, 100);
	}
	set(TOWERD_CRITICAL); /* held as chattering by now: told because it is worse than what was told */
	fixture_step(&f, 10000);
	alarms_stats(f.alarms, &stats);
	CU_ASSERT(stats.told <= 10 + 4);
	const struct alarm *alarm = alarm_find(f.alarms, sensor, type, "");
	CU_ASSERT_EQUAL(audience_holds(f.alarms, f.audience, alarm), TOWERD_CRITICAL);
	const char *heard = fixture_heard(&f), *last = strstr(heard, "power/dc-undervoltage critical\n");
	CU_ASSERT_PTR_NOT_NULL(last);
	fixture_stop(&f);
}

static void
alarms_of_other_resources_and_models_do_not_wait_for_each_other(void)
{
	start();
	uint32_t other = fixture_sensor(&f, "NIN-1", "radio", "input.active", "");
	set(TOWERD_MINOR);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, other, type, "", TOWERD_MINOR, "bus", 0), 0);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, sensor, "power/fuse-open", "", 0, "fuse", 0), 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/dc-undervoltage minor\nraise power/dc-undervoltage minor\nraise power/fuse-open "
	    "minor\n");
	/* Two of one model at one resource do, told apart only by their qualifier. */
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, sensor, "power/fuse-open", "F2", 0, "fuse", 0), 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!raise power/fuse-open minor\n");
	fixture_step(&f, 2000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell power/fuse-open minor\n");
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(the_first_is_told_and_the_next_within_two_seconds_is_not),
	CLAIM(after_two_seconds_each_is_told_at_once),
	CLAIM(what_came_back_to_what_was_told_is_not_told_again),
	CLAIM(a_clear_within_the_window_is_told_when_it_closes),
	CLAIM(an_alarm_that_was_raised_and_cleared_within_the_window_of_another_is_never_told),
	CLAIM(a_flapping_alarm_is_told_at_most_every_two_seconds_and_ends_with_the_truth),
	CLAIM(alarms_of_other_resources_and_models_do_not_wait_for_each_other),
};

CLAIMS_MAIN("throttle", claims)
