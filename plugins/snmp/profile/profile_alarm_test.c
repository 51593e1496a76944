/* SPDX-License-Identifier: ISC */
/* Alarms from values and from lists; what a device says of itself; how often it is asked. */
#include "plugins/snmp/profile/profile_testing.h"

static const struct {
	const char *alarm; /* what a rule adds to `oid:` and `type:` */
	const char *value; /* TAG|VALUE */
	enum profile_alarm_state state;
	int severity;
} cases[] = {
	{ "raised: 2", "2|2", PROFILE_ALARM_RAISED, 0 },
	{ "raised: 2", "2|1", PROFILE_ALARM_CLEARED, 0 },
	{ "raised: [2, 5..7], severity: major", "2|6", PROFILE_ALARM_RAISED, TOWERD_MAJOR },
	{ "raised: { 2: minor, 3: critical }", "2|3", PROFILE_ALARM_RAISED, TOWERD_CRITICAL },
	{ "raised: { 2: minor, 3: critical }", "2|4", PROFILE_ALARM_CLEARED, 0 },
	{ "raised: ['*fail*'], cleared: [OK]", "4|Rectifier failed", PROFILE_ALARM_RAISED, 0 },
	{ "raised: ['*fail*'], cleared: [OK]", "4|OK ", PROFILE_ALARM_CLEARED, 0 },
	{ "raised: ['*fail*'], cleared: [OK]", "4|starting", PROFILE_ALARM_NOT_KNOWN, 0 },
	{ "severity: minor", "2|1", PROFILE_ALARM_RAISED, TOWERD_MINOR },
	{ "severity: minor", "2|0", PROFILE_ALARM_CLEARED, 0 },
	{ "severity: minor", "4|yes", PROFILE_ALARM_NOT_KNOWN, 0 },
	{ "mask: 0x40", "66|65", PROFILE_ALARM_RAISED, 0 },
	{ "mask: 0x40", "66|1", PROFILE_ALARM_CLEARED, 0 },
	{ "bit: 1", "4x|40", PROFILE_ALARM_RAISED, 0 },
	{ "bit: 1", "4x|80", PROFILE_ALARM_CLEARED, 0 },
	{ "character: 3", "4|001", PROFILE_ALARM_RAISED, 0 },
	{ "raised: 2, not-known: 255", "2|255", PROFILE_ALARM_NOT_KNOWN, 0 },
	{ "raised: 2", "5|", PROFILE_ALARM_NOT_KNOWN, 0 },
};

static void
a_value_raises_clears_or_leaves_an_alarm(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct testing t;
		char yaml[512], device[256];
		int severity = 0;

		testing_init(&t);
		snprintf(yaml, sizeof(yaml),
		    "profile: p\nmodule: true\nalarms: [ { oid: 1.3.1.0, type: power/rectifier-failure, %s } "
		    "]\n",
		    cases[i].alarm);
		snprintf(device, sizeof(device), "1.3.1.0|%s\n", cases[i].value);
		CU_ASSERT_EQUAL_FATAL(testing_load(&t, yaml), 0);
		const struct profile_plan *plan = testing_plan(&t, "p", device);
		CU_ASSERT_EQUAL_FATAL(plan->alarm_count, 1);
		enum profile_alarm_state state =
		    profile_alarm_state(&plan->alarms[0], &object_set_at(t.objects, 0)->value, &severity);
		if (state != cases[i].state || severity != cases[i].severity)
			printf("%s of %s: %d %d\n", cases[i].alarm, cases[i].value, (int)state, severity);
		CU_ASSERT_EQUAL(state, cases[i].state);
		CU_ASSERT_EQUAL(severity, cases[i].severity);
		testing_fini(&t);
	}
}

static void
sensors_and_alarms_of_one_object_are_asked_for_together(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmodule: true\n"
	    "sensors: [ { oid: 1.3.2.0, kind: humidity } ]\n"
	    "alarms: [ { oid: 1.3.1.0, type: power/fuse-open }, { oid: 1.3.1.0, type: power/fuse-open } ]\n"
	    "tables:\n  - entry: 1.3.3\n    every: 5m\n"
	    "    sensors: [ { column: 1, kind: temperature } ]\n"
	    "    alarms: [ { column: 1, type: env/temperature-high, raised: 50.., text: 'Probe {2} is hot' } "
	    "]\n");
	const struct profile_plan *plan =
	    testing_plan(&t, "p", "1.3.1.0|2|1\n1.3.2.0|2|1\n1.3.3.1.7|2|60\n1.3.3.2.7|4|west\n");
	CU_ASSERT_EQUAL(plan->sensor_count, 2);
	CU_ASSERT_EQUAL(plan->object_count, 3);
	CU_ASSERT_EQUAL_FATAL(plan->alarm_count, 2);
	CU_ASSERT_STRING_EQUAL(plan->alarms[1].qualifier, "7");
	CU_ASSERT_STRING_EQUAL(plan->alarms[1].text, "Probe west is hot");
	CU_ASSERT_STRING_EQUAL(t.text, "p 1.3.1.0: another alarm has its type and qualifier\n");
	CU_ASSERT_EQUAL(plan->objects[0].count, 0);
	CU_ASSERT_EQUAL(plan->objects[0].alarm_count, 1);
	CU_ASSERT_EQUAL(plan->objects[2].first, 1);
	CU_ASSERT_EQUAL(plan->objects[2].count, 1);
	CU_ASSERT_EQUAL(plan->objects[2].alarm_first, 1);
	CU_ASSERT_EQUAL(plan->objects[2].alarm_count, 1);
	testing_fini(&t);
}

static void
objects_are_grouped_by_how_often_they_are_asked_for(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmodule: true\nsensors:\n"
	    "  - { oid: 1.3.1.0, kind: humidity }\n"
	    "  - { oid: 1.3.2.0, kind: temperature, every: 5m }\n"
	    "  - { oid: 1.3.3.0, kind: battery.voltage, every: 300s }\n"
	    "  - { oid: 1.3.4.0, kind: battery.current, every: 1h }\n"
	    "  - { oid: 1.3.4.0, kind: load.current }\n");
	const struct profile_plan *plan =
	    testing_plan(&t, "p", "1.3.1.0|2|1\n1.3.2.0|2|1\n1.3.3.0|2|60\n1.3.4.0|2|1\n");
	CU_ASSERT_EQUAL_FATAL(plan->group_count, 2);
	CU_ASSERT_EQUAL(plan->groups[0].interval_ms, 0);
	CU_ASSERT_EQUAL(plan->groups[1].interval_ms, 300000);
	CU_ASSERT_STRING_EQUAL(plan->groups[1].name, "5m");
	CU_ASSERT_EQUAL(plan->objects[1].group, 1);
	CU_ASSERT_EQUAL(plan->objects[2].group, 1);
	CU_ASSERT_EQUAL(plan->objects[3].group, 0);
	testing_fini(&t);
}

static const char ups[] =
    "profile: p\nmodule: true\nlists:\n"
    "  - entry: 1.3.6\n    unless: { column: 2, is: '0.0' }\n    qualifier: '{2}'\n"
    "    type: { column: 2, map: { 1.3.9.1: battery/failed, 1.3.9.2: none, else: device/alarm } }\n"
    "    severity: { column: 4, map: { 1: critical, 2: warning } }\n"
    "    text: ['{5}', 'alarm {2}']\n";

static void
keep_alarm(void *arg, const struct profile_list_alarm *alarm)
{
	char line[512];

	snprintf(
	    line, sizeof(line), "%s '%s' %d %s", alarm->type, alarm->qualifier, alarm->severity, alarm->text);
	testing_keep(arg, line);
}

static void
the_rows_of_a_list_are_alarms(void)
{
	struct testing t;

	testing_init(&t);
	CU_ASSERT_EQUAL(testing_load(&t, ups), 0);
	const struct profile_plan *plan = testing_plan(&t, "p",
	    "1.3.6.2.1|6|1.3.9.1\n1.3.6.2.2|6|1.3.9.2\n1.3.6.2.3|6|0.0\n1.3.6.2.8|6|1.3.9.7\n"
	    "1.3.6.4.1|2|1\n1.3.6.4.8|2|9\n1.3.6.5.1|4|Replace the battery\n");
	CU_ASSERT_EQUAL_FATAL(plan->list_count, 1);
	CU_ASSERT_EQUAL(plan->lists[0].column_count, 3);
	CU_ASSERT_EQUAL(plan->lists[0].columns[0].ids[3], 2);
	CU_ASSERT_EQUAL(plan->object_count, 0);
	profile_list_alarms(&plan->lists[0], t.objects, keep_alarm, &t);
	CU_ASSERT_STRING_EQUAL(t.text,
	    "battery/failed '1.3.9.1' 6 Replace the battery\ndevice/alarm '1.3.9.7' 0 alarm 1.3.9.7\n");
	testing_fini(&t);
}

static void
a_list_is_not_walked_to_find_out_what_a_device_is(void)
{
	struct profile_match match;
	struct testing t;

	testing_init(&t);
	testing_load(&t, ups);
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), 0);
	profiles_match_named(t.profiles, profiles_find(t.profiles, "p"), t.objects, &match);
	CU_ASSERT_EQUAL(profile_match_walks(&match, NULL, NULL), 0);
	testing_fini(&t);
}

static void
a_device_says_what_it_is(void)
{
	static const char *const expected[][2] = {
		{ "model", "SC 200" },
		{ "software", "7.02" },
		{ "manufacturer", "Eaton" },
		{ "serial", "S-2" },
	};
	struct testing t;

	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmatch: { has: 1.3.1 }\nidentity:\n  manufacturer: Eaton\n  model: [1.3.8.0, "
	    "'{1.3.1.0} 200']\n"
	    "  software: { oid: 1.3.6.1.2.1.1.1.0, after: 'version ', until: ',' }\n"
	    "  hardware: 1.3.2\n");
	testing_load(&t,
	    "profile: q\nmodule: true\nmatch: { has: 1.3.4 }\nidentity:\n  model: other\n"
	    "  serial: { entry: 1.3.4, column: 11, when: { column: 5, is: 3 } }\n");
	const struct profile_plan *plan = testing_plan(&t, "p",
	    "1.3.6.1.2.1.1.1.0|4|A box, version 7.02, built today\n1.3.1.0|4|SC\n1.3.2.1|4| \n1.3.8.0|4|\n"
	    "1.3.4.5.1|2|1\n1.3.4.5.2|2|3\n1.3.4.11.1|4|S-1\n1.3.4.11.2|4|S-2\n");
	CU_ASSERT_EQUAL_FATAL(plan->attribute_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(plan->attributes[i].name, expected[i][0]);
		CU_ASSERT_STRING_EQUAL(plan->attributes[i].text, expected[i][1]);
	}
	testing_fini(&t);
}

static const struct claim claims[] = {
	CLAIM(a_value_raises_clears_or_leaves_an_alarm),
	CLAIM(sensors_and_alarms_of_one_object_are_asked_for_together),
	CLAIM(objects_are_grouped_by_how_often_they_are_asked_for),
	CLAIM(the_rows_of_a_list_are_alarms),
	CLAIM(a_list_is_not_walked_to_find_out_what_a_device_is),
	CLAIM(a_device_says_what_it_is),
};

CLAIMS_MAIN("profile_alarm", claims)
