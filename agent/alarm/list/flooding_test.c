/* SPDX-License-Identifier: ISC */
/* A flood is summed up by one alarm for the audience that it is told to; figures survive a restart. */
#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/merit/merit.h"

#define MIN 60000

static struct fixture f;
static uint32_t power, west;

static void
start(void)
{
	fixture_start(&f);
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
	west = fixture_device(&f, "NIN-2", "power")->entity.number;
}

static void
fuses(int first, int count, int severity)
{
	char qualifier[16];

	for (int i = first; i < first + count; i++) {
		snprintf(qualifier, sizeof(qualifier), "F%d", i);
		CU_ASSERT_EQUAL(severity == 0
			? alarm_clear(f.alarms, power, "power/fuse-open", qualifier, NULL, 0)
			: alarm_raise(f.alarms, power, "power/fuse-open", qualifier, severity, "open", 0),
		    0);
		fixture_step(&f, 2000);
	}
}

static const struct alarm *
summary(const char *name)
{
	return alarm_find(f.alarms, ENTITY_AGENT_NUMBER, "agent/alarm-flood", name);
}

static void
ten_told_in_ten_minutes_are_summed_up_once_and_its_end_is_told(void)
{
	start();
	fuses(0, 9, TOWERD_MINOR);
	CU_ASSERT_PTR_NULL(summary("nms"));
	fixture_heard(&f);
	fuses(9, 1, TOWERD_MAJOR);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "raise power/fuse-open major\nraise agent/alarm-flood warning\n");
	const struct alarm *alarm = summary("nms");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_PTR_NOT_NULL(strstr(alarm->text, "10 alarms told since "));
	CU_ASSERT_PTR_NOT_NULL(strstr(alarm->text, "the worst major"));
	CU_ASSERT_PTR_NOT_NULL(strstr(alarm->text, "; power/fuse-open 10; in nineveh/east 10"));
	/* Its text follows what comes, and is not told again. */
	fuses(10, 1, TOWERD_MINOR);
	fixture_step(&f, MIN);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "raise power/fuse-open minor\n!change agent/alarm-flood warning\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(summary("nms")->text, "11 alarms told since "));
	fixture_step(&f, 11 * MIN);
	CU_ASSERT_PTR_NULL(summary("nms"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_heard(&f), "clear agent/alarm-flood cleared\n"));
	fixture_stop(&f);
}

static void
it_is_for_the_audience_that_was_flooded_alone(void)
{
	start();
	struct audience_filter filter = { .scope = fixture_scope(&f, "nineveh/west", NULL) };
	int other = audience_open(f.alarms, "west", &filter);
	fuses(0, 12, TOWERD_MINOR);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, west, "power/fuse-open", "", 0, "open", 0), 0);
	fixture_step(&f, 1000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(summary("nms"));
	CU_ASSERT_PTR_NULL(summary("west"));
	CU_ASSERT_EQUAL(audience_holds(f.alarms, f.audience, summary("nms")), TOWERD_WARNING);
	CU_ASSERT_EQUAL(audience_holds(f.alarms, other, summary("nms")), 0);
	/* It speaks of sites: a reader who may not see them all does not find it. */
	CU_ASSERT_PTR_NULL(strstr(fixture_json(&f, "towerdAlarmTable", filter.scope), "alarm-flood"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "towerdAlarmTable", scopes_all(f.scopes)), "alarm-flood"));
	fixture_stop(&f);
}

static void
who_stops_listening_in_a_flood_leaves_no_summary(void)
{
	start();
	fuses(0, 12, TOWERD_MINOR);
	CU_ASSERT_PTR_NOT_NULL(summary("nms"));
	audience_close(f.alarms, f.audience);
	fixture_step(&f, 1000);
	CU_ASSERT_PTR_NULL(summary("nms"));
	f.audience = audience_open(f.alarms, "nms", &(struct audience_filter){ .notify = NOTIFY_ALL });
	fixture_step(&f, 1000);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_heard(&f), "tell agent/alarm-flood cleared\n"));
	fixture_stop(&f);
}

static void
what_stood_before_an_audience_asked_is_no_flood(void)
{
	start();
	fuses(0, 30, TOWERD_MINOR);
	fixture_step(&f, 20 * MIN);
	int other = audience_open(f.alarms, "late", &(struct audience_filter){ .notify = NOTIFY_ALL });
	fixture_step(&f, 2 * MIN); /* one every two seconds */
	CU_ASSERT_PTR_NULL(summary("late"));
	CU_ASSERT(audience_holds(f.alarms, other, alarm_find(f.alarms, power, "power/fuse-open", "F3")) != 0);
	fixture_stop(&f);
}

static void
figures_go_on_after_a_restart(void)
{
	static struct merit_figures figures;

	start();
	fuses(0, 12, TOWERD_MINOR);
	int64_t utc = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc);
	fuses(12, 1, TOWERD_MINOR);
	struct merit *merit = alarms_merit(f.alarms);
	CU_ASSERT_TRUE(merit_figures(merit, MERIT_RAISED, 1, loop_now_ms(f.loop), &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 13);
	CU_ASSERT_EQUAL(figures.sum.peak, 12);
	CU_ASSERT_EQUAL(figures.total, 1);
	CU_ASSERT_TRUE(merit_figures(merit, 1, 1, loop_now_ms(f.loop), &figures));
	CU_ASSERT_STRING_EQUAL(figures.name, "nms");
	CU_ASSERT_EQUAL(figures.sum.alarms, 13);
	CU_ASSERT_EQUAL(figures.sum.floods, 1);
	fixture_stop(&f);
}

static void
a_day_ends_and_stale_alarms_are_counted(void)
{
	static struct merit_figures figures;

	start();
	uint32_t first = merit_today(alarms_merit(f.alarms));
	fuses(0, 2, TOWERD_MINOR);
	for (int hour = 0; hour < 25; hour++)
		fixture_step(&f, 60 * MIN);
	fuses(2, 1, TOWERD_MINOR);
	struct merit *merit = alarms_merit(f.alarms);
	CU_ASSERT_EQUAL(merit_today(merit), first + 1);
	CU_ASSERT_TRUE(merit_figures(merit, 1, 1, loop_now_ms(f.loop), &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 1);
	CU_ASSERT_EQUAL(figures.sum.stale, 2);
	CU_ASSERT_TRUE(merit_figures(merit, 1, 2, loop_now_ms(f.loop), &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 3);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(ten_told_in_ten_minutes_are_summed_up_once_and_its_end_is_told),
	CLAIM(it_is_for_the_audience_that_was_flooded_alone),
	CLAIM(who_stops_listening_in_a_flood_leaves_no_summary),
	CLAIM(what_stood_before_an_audience_asked_is_no_flood),
	CLAIM(figures_go_on_after_a_restart),
	CLAIM(a_day_ends_and_stale_alarms_are_counted),
};

CLAIMS_MAIN("flooding", claims)
