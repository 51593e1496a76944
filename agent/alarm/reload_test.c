/* SPDX-License-Identifier: ISC */
/* Kill and start anew: what is active stays active, numbers are never given twice, and no alarm is stuck. */
#include "agent/alarm/list/alarm_fixture.h"

/* The agent dies: a copy of the store as it lies on the disk is what the next one starts from. */
static void
kill_and_start(struct fixture *f)
{
	char command[500], left[128];
	int64_t utc = loop_utc_ms(f->loop) + 60000;

	snprintf(left, sizeof(left), "%s", f->dir);
	snprintf(f->dir, sizeof(f->dir), "/tmp/towerd-alarm-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->dir));
	snprintf(command, sizeof(command), "cp %s/towerd.db %s/towerd.db-wal %s", left, left, f->dir);
	CU_ASSERT_EQUAL(system(command), 0);
	char next[128];
	snprintf(next, sizeof(next), "%s", f->dir);
	fixture_close(f);
	fixture_remove(left);
	snprintf(f->dir, sizeof(f->dir), "%s", next);
	fixture_open(f, utc);
}

static void
stop_and_start(struct fixture *f)
{
	int64_t utc = loop_utc_ms(f->loop) + 60000;
	fixture_close(f);
	fixture_open(f, utc);
}

static struct fixture f;

static char *
copy_json(const char *view)
{
	return strdup(fixture_json(&f, view, scopes_all(f.scopes)));
}

static void
models_are_the_same_before_and_after(void)
{
	fixture_start(&f);
	fixture_step(&f, 10);
	char *models = copy_json("alarmModelTable"), *itu = copy_json("ituAlarmTable");
	CU_ASSERT(strlen(models) > 10000);
	kill_and_start(&f);
	char *models_after = copy_json("alarmModelTable"), *itu_after = copy_json("ituAlarmTable");
	CU_ASSERT_STRING_EQUAL(models, models_after);
	CU_ASSERT_STRING_EQUAL(itu, itu_after);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&f, "alarmModelScalars", scopes_all(f.scopes)), ":0"));
	free(models);
	free(models_after);
	free(itu);
	free(itu_after);
	fixture_stop(&f);
}

static void
active_alarms_and_their_rows_are_the_same_after_a_kill(void)
{
	fixture_start(&f);
	uint32_t site = model_site(f.model, "NIN-1")->entity.number;
	uint32_t power = fixture_device(&f, "NIN-1", "power")->entity.number;
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");

	alarm_raise(f.alarms, site, "site/damaged", "", 0, "the \"mast\" is down \xe2\x82\xac",
	    loop_utc_ms(f.loop) - 7000);
	alarm_raise(f.alarms, power, "power/fuse-open", "F1", TOWERD_MAJOR, "F1 is open", 0);
	fixture_read(&f, sensor, 44000);
	fixture_step(&f, 10000);
	alarm_set_operator_state(f.alarms, alarm_find(f.alarms, power, "power/fuse-open", "F1")->number,
	    OPERATOR_ACK, "uid 7", "", fixture_done, &f);
	fixture_step(&f, 10);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 3);
	char *alarms = copy_json("towerdAlarmTable"), *active = copy_json("alarmActiveTable");
	kill_and_start(&f);
	char *alarms_after = copy_json("towerdAlarmTable"), *active_after = copy_json("alarmActiveTable");
	CU_ASSERT_STRING_EQUAL(alarms, alarms_after);
	CU_ASSERT_STRING_EQUAL(active, active_after);
	CU_ASSERT_EQUAL(model_site(f.model, "NIN-1")->worst_severity, TOWERD_MAJOR);
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), ""); /* told before, so not told again */
	free(alarms);
	free(alarms_after);
	free(active);
	free(active_after);
	fixture_stop(&f);
}

static void
numbers_go_on_behind_all_that_were_given(void)
{
	fixture_start(&f);
	uint32_t site = model_site(f.model, "NIN-1")->entity.number;
	uint64_t number = 0;
	uint32_t index = 0;

	for (int i = 0; i < 3; i++) {
		/* Another one each time: the kill may come between the first one's raise and its clear. */
		const char instance[] = { (char)('A' + i), '\0' };
		alarm_raise(f.alarms, site, "site/damaged", instance, 0, NULL, 0);
		const struct alarm *alarm = alarm_find(f.alarms, site, "site/damaged", instance);
		CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
		CU_ASSERT(alarm->number > number);
		CU_ASSERT(alarm->active_index > index);
		number = alarm->number;
		index = alarm->active_index;
		alarm_clear(f.alarms, site, "site/damaged", instance, NULL, 0);
		/* Even what the disk never saw was shown by a view. */
		if (i == 0)
			kill_and_start(&f);
		else
			stop_and_start(&f);
		site = model_site(f.model, "NIN-1")->entity.number;
	}
	CU_ASSERT(number > 16384 && number < 16384 + 10); /* a crash leaves a gap, an orderly stop none */
	fixture_stop(&f);
}

static void
a_clear_that_was_not_told_before_the_kill_is_told_after_it(void)
{
	fixture_start(&f);
	uint32_t site = model_site(f.model, "NIN-1")->entity.number;
	uint32_t power = fixture_device(&f, "NIN-1", "power")->entity.number;

	alarm_raise(f.alarms, site, "site/damaged", "", 0, NULL, 0);
	alarm_clear(f.alarms, site, "site/damaged", "", NULL, 0);
	alarm_raise(f.alarms, power, "power/fuse-open", "F1", TOWERD_MINOR, "F1", 0);
	alarm_raise(f.alarms, power, "power/fuse-open", "F1", TOWERD_MAJOR, "F1", 0);
	fixture_step(&f, 100);
	kill_and_start(&f);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	fixture_step(&f, 2000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell site/damaged cleared\ntell power/fuse-open major\n");
	kill_and_start(&f);
	fixture_step(&f, 5000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	fixture_stop(&f);
}

static void
a_threshold_alarm_is_judged_by_the_first_readings_after_the_start(void)
{
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	fixture_read(&f, sensor, 44000);
	fixture_step(&f, 10000);
	CU_ASSERT_EQUAL(alarm_find(f.alarms, sensor, "power/dc-undervoltage", "")->severity, TOWERD_CRITICAL);
	kill_and_start(&f);
	fixture_read(&f, sensor, 44900); /* within the hysteresis of the worst step, as if nothing had been */
	fixture_step(&f, 10000);
	CU_ASSERT_EQUAL(alarm_find(f.alarms, sensor, "power/dc-undervoltage", "")->severity, TOWERD_CRITICAL);
	fixture_read(&f, sensor, 50000);
	fixture_step(&f, 5000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	CU_ASSERT_EQUAL(model_sensor(f.model, sensor)->watch, 0);
	fixture_stop(&f);
}

static void
silence_is_judged_by_the_first_sign_of_life(void)
{
	fixture_start(&f);
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 30000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	kill_and_start(&f);
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 120000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	fixture_presence(&f, "NIN-2", "power", TOWERD_PRESENCE_REACHABLE);
	fixture_presence(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
stale_readings_are_judged_by_each_sensors_next_reading(void)
{
	fixture_start(&f);
	uint32_t a = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "1");
	uint32_t b = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "2");
	fixture_read(&f, a, 50000);
	fixture_read(&f, b, 50000);
	fixture_step(&f, 600000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	kill_and_start(&f);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	fixture_read(&f, a, 50000);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	fixture_read(&f, b, 50000);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
the_start_itself_is_told_as_a_list_of_before(void)
{
	fixture_start(&f);
	stop_and_start(&f);
	fixture_step(&f, 0);
	CU_ASSERT_STRING_EQUAL(f.lists, "[the agent has starte]");
	fixture_stop(&f);
}

static void
an_event_is_told_each_time_and_its_end_never(void)
{
	fixture_start(&f);
	alarm_raise(f.alarms, ENTITY_AGENT_NUMBER, "agent/restarted", "", 0, NULL, 0);
	fixture_step(&f, 100);
	kill_and_start(&f);
	alarm_raise(f.alarms, ENTITY_AGENT_NUMBER, "agent/restarted", "", 0, NULL, 0);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "!clear agent/restarted cleared\nraise agent/restarted warning\n");
	const struct alarm *alarm = alarm_find(f.alarms, ENTITY_AGENT_NUMBER, "agent/restarted", "");
	alarm_set_operator_state(f.alarms, alarm->number, OPERATOR_ACK, "uid 7", "seen", fixture_done, &f);
	fixture_step(&f, 5000);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!clear agent/restarted cleared\n");
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(an_event_is_told_each_time_and_its_end_never),
	CLAIM(models_are_the_same_before_and_after),
	CLAIM(active_alarms_and_their_rows_are_the_same_after_a_kill),
	CLAIM(numbers_go_on_behind_all_that_were_given),
	CLAIM(a_clear_that_was_not_told_before_the_kill_is_told_after_it),
	CLAIM(a_threshold_alarm_is_judged_by_the_first_readings_after_the_start),
	CLAIM(silence_is_judged_by_the_first_sign_of_life),
	CLAIM(stale_readings_are_judged_by_each_sensors_next_reading),
	CLAIM(the_start_itself_is_told_as_a_list_of_before),
};

CLAIMS_MAIN("reload", claims)
