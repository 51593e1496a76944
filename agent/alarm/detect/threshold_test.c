/* SPDX-License-Identifier: ISC */
/* Thresholds over readings: ladders, hysteresis, holds, a site's own limits, and what a quiet sensor costs. */
#include <errno.h>

#include "agent/alarm/detect/detect.h"
#include "agent/alarm/list/alarm_fixture.h"

#define HOLD_MS 5000

/* battery.voltage is in millivolts. NIN-2 has its own limits: low 47.0 and critical-low 44.5; very-low stays at 45.0; hysteresis 0.5. */
static const struct rule_case {
	int64_t volts_mv;
	int64_t then_ms;
	int severity; /* of power/dc-undervoltage after that time; 0: none */
} ladder[] = {
	{ 48000, HOLD_MS, 0 },
	{ 46900, HOLD_MS - 1, 0 },
	{ 46900, 1, TOWERD_MINOR },
	{ 47000, HOLD_MS, TOWERD_MINOR }, /* not below any more, but within the hysteresis */
	{ 44400, HOLD_MS - 1, TOWERD_MINOR },
	{ 45200, HOLD_MS, TOWERD_MINOR }, /* back before the hold was over */
	{ 44400, HOLD_MS, TOWERD_CRITICAL },
	{ 44600, HOLD_MS, TOWERD_CRITICAL }, /* within the hysteresis of the worst step */
	{ 45400, HOLD_MS - 1, TOWERD_CRITICAL },
	{ 45400, 1, TOWERD_MAJOR },
	{ 46000, HOLD_MS, TOWERD_MINOR },
	{ 47600, HOLD_MS - 1, TOWERD_MINOR },
	{ 47600, 1, 0 },
	{ 40000, HOLD_MS, TOWERD_CRITICAL }, /* all the way down at once */
	{ 52000, HOLD_MS, 0 },
};

static void
a_ladder_goes_up_and_down_with_hysteresis_and_hold(void)
{
	struct fixture f;
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");

	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		fixture_read(&f, sensor, ladder[i].volts_mv);
		fixture_step(&f, ladder[i].then_ms);
		const struct alarm *alarm = alarm_find(f.alarms, sensor, "power/dc-undervoltage", "");
		int severity = alarm != NULL ? alarm->severity : 0;
		CU_ASSERT_EQUAL(severity, ladder[i].severity);
		if (severity != ladder[i].severity)
			printf("case %zu: %s\n", i, alarm_severity_names[severity]);
	}
	fixture_stop(&f);
}

static void
a_hold_ends_by_itself_and_the_alarm_began_with_the_first_reading(void)
{
	struct fixture f;
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	int64_t began = loop_utc_ms(f.loop);

	fixture_read(&f, sensor, 46000);
	fixture_step(&f, HOLD_MS);
	const struct alarm *alarm = alarm_find(f.alarms, sensor, "power/dc-undervoltage", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_EQUAL(alarm->raised_ms, began);
	CU_ASSERT_EQUAL(alarm->received_ms, began);
	CU_ASSERT_EQUAL(alarm->claimed_ms, 0);
	CU_ASSERT_EQUAL(alarm->changed_ms, began + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(alarm->text, "battery voltage: 46 V, below 47 V (low)");
	fixture_stop(&f);
}

static void
a_quiet_sensor_has_no_state_and_one_in_alarm_gives_it_back(void)
{
	struct fixture f;
	struct alarm_stats stats;
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");

	for (int i = 0; i < 100; i++)
		fixture_read(&f, sensor, 50000 + i);
	CU_ASSERT_EQUAL(model_sensor(f.model, sensor)->watch, 0);
	fixture_read(&f, sensor, 46000);
	CU_ASSERT_NOT_EQUAL(model_sensor(f.model, sensor)->watch, 0);
	fixture_read(&f, sensor, 50000); /* back before the hold was over */
	CU_ASSERT_EQUAL(model_sensor(f.model, sensor)->watch, 0);
	fixture_read(&f, sensor, 46000);
	fixture_step(&f, HOLD_MS);
	fixture_read(&f, sensor, 50000);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_EQUAL(model_sensor(f.model, sensor)->watch, 0);
	alarms_stats(f.alarms, &stats);
	CU_ASSERT_EQUAL(stats.watched, 0);
	CU_ASSERT_EQUAL(stats.raised, 1);
	CU_ASSERT_EQUAL(stats.cleared, 1);
	fixture_stop(&f);
}

static void
a_reading_that_is_not_good_changes_nothing(void)
{
	struct fixture f;
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	struct towerd_reading unknown = { .sensor = sensor, .quality = TOWERD_UNKNOWN };

	fixture_read(&f, sensor, 46000);
	fixture_step(&f, HOLD_MS);
	model_observe(f.model, &unknown, 1);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_PTR_NOT_NULL(alarm_find(f.alarms, sensor, "power/dc-undervoltage", ""));
	fixture_stop(&f);
}

static void
truths_and_states_raise_at_once_or_after_their_hold(void)
{
	static const struct {
		const char *kind;
		int64_t bad, good;
		const char *type;
		int64_t hold_ms;
	} cases[] = {
		{ "env.fire", 1, 0, "env/fire", 0 },
		{ "door.open", 1, 0, "site/door-open", HOLD_MS },
		{ "mains.present", 0, 1, "power/mains-failure", HOLD_MS },
	};
	struct fixture f;
	fixture_start(&f);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (catalogue_find(cases[i].kind) == NULL) {
			printf("%s is no kind\n", cases[i].kind);
			CU_ASSERT(false);
			continue;
		}
		uint32_t sensor = fixture_sensor(&f, "NIN-1", "power", cases[i].kind, "");
		fixture_read(&f, sensor, cases[i].bad);
		if (cases[i].hold_ms > 0)
			CU_ASSERT_PTR_NULL(alarm_find(f.alarms, sensor, cases[i].type, ""));
		fixture_step(&f, cases[i].hold_ms);
		CU_ASSERT_PTR_NOT_NULL(alarm_find(f.alarms, sensor, cases[i].type, ""));
		fixture_read(&f, sensor, cases[i].good);
		fixture_step(&f, cases[i].hold_ms);
		CU_ASSERT_PTR_NULL(alarm_find(f.alarms, sensor, cases[i].type, ""));
	}
	fixture_stop(&f);
}

/* The catalogue is somebody else's table: whatever it raises must be a type of ours, in a state that the type uses. */
static void
every_rule_of_the_catalogue_raises_a_type_and_states_that_there_are(void)
{
	for (unsigned k = 0; k < catalogue_count(); k++)
		for (unsigned r = 0; r < CATALOGUE_RULES && catalogue_at(k)->rules[r].when != 0; r++) {
			const struct catalogue_rule *rule = &catalogue_at(k)->rules[r];
			const struct alarm_type *type = alarm_type_find(rule->alarm_type);
			CU_ASSERT_PTR_NOT_NULL(type);
			for (unsigned s = 0; type != NULL && s < CATALOGUE_STEPS && rule->severities[s] != 0;
			     s++) {
				bool is_used = type->severities & (1u << rule->severities[s]);
				CU_ASSERT(is_used);
				if (!is_used)
					printf("%s: %s has no %s\n", catalogue_at(k)->kind.name, type->name,
					    alarm_severity_names[rule->severities[s]]);
			}
			if (type == NULL)
				printf("%s: no type %s\n", catalogue_at(k)->kind.name, rule->alarm_type);
		}
}

static void
what_was_crossed_is_known_with_the_reading_and_when_it_was_armed(void)
{
	struct fixture f;
	struct threshold_info info;
	fixture_start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");

	fixture_read(&f, sensor, 46000);
	fixture_step(&f, HOLD_MS);
	const struct alarm *alarm = alarm_find(f.alarms, sensor, "power/dc-undervoltage", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_TRUE_FATAL(threshold_info(f.alarms, (const struct entry *)alarm, &info));
	CU_ASSERT_EQUAL(info.when, WHEN_BELOW);
	CU_ASSERT_STRING_EQUAL(info.word, "low");
	CU_ASSERT_EQUAL(info.limit, 47000);
	CU_ASSERT_EQUAL(info.hysteresis, 500);
	CU_ASSERT_EQUAL(info.observed, 46000);
	CU_ASSERT_EQUAL(info.armed_ms, 0); /* never anything else */
	fixture_read(&f, sensor, 52000);
	int64_t armed = loop_utc_ms(f.loop);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_FALSE(threshold_info(f.alarms, (const struct entry *)alarm, &info));
	fixture_step(&f, 60000);
	fixture_read(&f, sensor, 44000);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_TRUE_FATAL(threshold_info(f.alarms, (const struct entry *)alarm, &info));
	CU_ASSERT_STRING_EQUAL(info.word, "critical-low");
	CU_ASSERT_EQUAL(info.limit, 44500);
	CU_ASSERT_EQUAL(info.observed, 44000);
	CU_ASSERT_EQUAL(info.armed_ms, armed);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(what_was_crossed_is_known_with_the_reading_and_when_it_was_armed),
	CLAIM(a_ladder_goes_up_and_down_with_hysteresis_and_hold),
	CLAIM(a_hold_ends_by_itself_and_the_alarm_began_with_the_first_reading),
	CLAIM(a_quiet_sensor_has_no_state_and_one_in_alarm_gives_it_back),
	CLAIM(a_reading_that_is_not_good_changes_nothing),
	CLAIM(truths_and_states_raise_at_once_or_after_their_hold),
	CLAIM(every_rule_of_the_catalogue_raises_a_type_and_states_that_there_are),
};

CLAIMS_MAIN("thresholds", claims)
