/* SPDX-License-Identifier: ISC */
/* From rules and a device to the sensors that it has: kinds, scales, texts, conditions, clashes. */
#include "plugins/snmp/profile/profile_testing.h"

struct plan_case {
	const char *name, *profile, *device, *sensors, *left;
};

static const struct plan_case cases[] = {
	{ "a scalar and a row of a table",
	    "profile: p\nmodule: true\nbase: 1.3\n"
	    "sensors: [ { oid: .1.0, kind: battery.voltage, label: Battery } ]\n"
	    "tables:\n  - entry: .2\n    sensors: [ { column: 5, kind: mains.voltage, label: 'L{index} {4}' "
	    "} ]\n",
	    "1.3.1.0|2|53\n1.3.2.4.1|4|east \n1.3.2.5.1|2|230\n1.3.2.5.2.7|2|231\n",
	    "battery.voltage:=53000 Battery; mains.voltage:1=230000 L1 east; mains.voltage:2.7=231000 L2.7",
	    "" },
	{ "the first label that has all its texts",
	    "profile: p\nmodule: true\nbase: 1.3\n"
	    "tables:\n  - entry: .2\n    sensors:\n"
	    "      - { column: 5, kind: humidity, label: ['{2}', '{1.3.9}', 'Sensor {index}'], instance: 'x "
	    "{index.2}' }\n",
	    "1.3.2.2.1.1|4|own\n1.3.2.5.1.1|2|1\n1.3.2.5.1.2|2|2\n1.3.2.2.1.2|4|  "
	    "\n1.3.9.1.2|2|77\n1.3.2.5.1.3|2|3\n",
	    "humidity:x 1=100 own; humidity:x 2=200 77; humidity:x 3=300 Sensor 1.3", "" },
	{ "a label is clean UTF-8",
	    "profile: p\nmodule: true\nbase: 1.3\nsensors: [ { oid: .1.0, kind: humidity, label: '{1.3.2.0}' "
	    "} ]\n",
	    "1.3.1.0|2|1\n1.3.2.0|4x|41C3A9FF0A42E282ACC0AF\n", "humidity:=100 A\xc3\xa9??B\xe2\x82\xac??",
	    "" },
	{ "the kind by another column",
	    "profile: p\nmodule: true\nbase: 1.3\ntables:\n  - entry: .2\n    sensors:\n"
	    "      - { column: 4, kind: { column: 1, map: { 4: device.voltage, 8: device.temperature } } }\n",
	    "1.3.2.1.1|2|4\n1.3.2.1.2|2|8\n1.3.2.1.3|2|1\n1.3.2.4.1|2|5\n1.3.2.4.2|2|6\n1.3.2.4.3|2|7\n",
	    "device.voltage:1=5000 ; device.temperature:2=6000 ",
	    "p 1.3.2.4.3: of a type that has no kind\n" },
	{ "the scale by other columns",
	    "profile: p\nmodule: true\nbase: 1.3\nmaps: { scale: { 8: -3, 9: 0, 10: 3 } }\ntables:\n  - "
	    "entry: .2\n"
	    "    sensors:\n      - column: 4\n        kind: device.power\n"
	    "        exponent: [ { column: 2, map: scale }, { column: 3, multiply: -1 } ]\n",
	    "1.3.2.2.1|2|9\n1.3.2.2.2|2|8\n1.3.2.2.3|2|10\n1.3.2.2.4|2|1\n1.3.2.3.1|2|0\n1.3.2.3.2|2|0\n1.3."
	    "2.3.3|2|2\n"
	    "1.3.2.3.4|2|0\n1.3.2.4.1|2|42\n1.3.2.4.2|2|52000\n1.3.2.4.3|2|150\n1.3.2.4.4|2|1\n1.3.2.4.5|2|"
	    "1\n",
	    "device.power:1=420 ; device.power:2=520 ; device.power:3=15000 ",
	    "p 1.3.2.4.4: its scale is not known\np 1.3.2.4.5: its scale is not known\n" },
	{ "conditions of a table and of a sensor",
	    "profile: p\nmodule: true\nbase: 1.3\ntables:\n  - entry: .2\n    unless: { column: 1, is: [4, "
	    "6] }\n    sensors:\n"
	    "      - { column: 5, kind: humidity, when: [ { column: 2, is: [1, air] }, { oid: 1.3.7.0, is: 1 "
	    "} ] }\n",
	    "1.3.2.1.1|2|1\n1.3.2.1.2|2|4\n1.3.2.2.1|4|air\n1.3.2.2.2|4|air\n1.3.2.2.3|2|1\n1.3.2.2.4|2|2\n"
	    "1.3.2.5.1|2|1\n1.3.2.5.2|2|2\n1.3.2.5.3|2|3\n1.3.2.5.4|2|4\n1.3.7.0|2|1\n",
	    "humidity:1=100 ; humidity:3=300 ",
	    "p 1.3.2.5.2: its conditions do not hold\np 1.3.2.5.4: its conditions do not hold\n" },
	{ "several sensors from one object",
	    "profile: p\nmodule: true\nsensors:\n"
	    "  - { oid: 1.3.1.0, kind: genset.alarm, mask: 0x80 }\n"
	    "  - { oid: 1.3.1.0, kind: genset.pump, mask: 0x40 }\n",
	    "1.3.1.0|66|64\n", "genset.alarm:=0 ; genset.pump:=1 ", "" },
	{ "two of one kind and instance",
	    "profile: p\nmodule: true\nsensors: [ { oid: 1.3.1.0, kind: humidity }, { oid: 1.3.2.0, kind: "
	    "humidity } ]\n",
	    "1.3.1.0|2|1\n1.3.2.0|2|2\n", "humidity:=100 ",
	    "p 1.3.2.0: another sensor has its kind and instance\n" },
	{ "what is not fitted",
	    "profile: p\nmodule: true\ntables:\n  - entry: 1.3.2\n    sensors:\n"
	    "      - { column: 1, kind: humidity, not-fitted: [0, 255.., n/a] }\n",
	    "1.3.2.1.1|2|0\n1.3.2.1.2|2|50\n1.3.2.1.3|2|300\n1.3.2.1.4|4|n/a\n", "humidity:2=5000 ",
	    "p 1.3.2.1.1: it is not fitted\np 1.3.2.1.3: it is not fitted\np 1.3.2.1.4: it is not fitted\n" },
	{ "the scale by the value of another object",
	    "profile: p\nmodule: true\nsensors:\n"
	    "  - { oid: 1.3.1.0, kind: dc.voltage, multiply: { oid: 1.3.2.0, map: { mV: 0.001, V: 1 } } }\n"
	    "  - { oid: 1.3.3.0, kind: load.current, multiply: [2, { oid: 1.3.4.0 }], divide: { oid: 1.3.5.0 "
	    "} }\n"
	    "  - { oid: 1.3.6.0, kind: humidity, divide: { oid: 1.3.7.0 } }\n",
	    "1.3.1.0|2|53200\n1.3.2.0|4|mV\n1.3.3.0|2|7\n1.3.4.0|4|2.5\n1.3.5.0|2|-10\n1.3.6.0|2|9\n1.3.7.0|"
	    "2|0\n",
	    "dc.voltage:=53200 ; load.current:=-3500 ", "p 1.3.6.0: its scale is not known\n" },
	{ "the kind by a text, and by default",
	    "profile: p\nmodule: true\ntables:\n  - entry: 1.3.2\n    sensors:\n"
	    "      - { column: 2, kind: { column: 1, map: { else: device.temperature, 'Humid*': humidity } } "
	    "}\n",
	    "1.3.2.1.1|4|humidity 1\n1.3.2.1.2|4|anything\n1.3.2.2.1|2|5\n1.3.2.2.2|2|6\n1.3.2.2.3|2|7\n",
	    "humidity:1=500 ; device.temperature:2=6000 ; device.temperature:3=7000 ", "" },
	{ "texts in an index, and its parts",
	    "profile: p\nmodule: true\ntables:\n  - entry: 1.3.2\n    sensors:\n"
	    "      - { column: 1, kind: humidity, instance: '{index.1.text}/{index.-1}', label: "
	    "'{index.2-3}' }\n"
	    "      - { column: 2, kind: humidity, instance: '{index.1.rest}', label: ['{index.9}', "
	    "'x{index.1.text}', none] }\n",
	    "1.3.2.1.2.97.98.7|2|1\n1.3.2.2.99.100|2|2\n", "humidity:ab/7=100 97.98; humidity:cd=200 none",
	    "" },
	{ "a label of another table, through a column and through the index",
	    "profile: p\nmodule: true\ntables:\n  - entry: 1.3.2\n    sensors:\n"
	    "      - { column: 1, kind: humidity, label: '{via 4: 1.3.9} {via 4: via 1.3.8: 1.3.9} {via "
	    "index.1: 1.3.9}',\n"
	    "          when: { oid: 1.3.9, via: index.1, is: port } }\n",
	    "1.3.2.1.5.1|2|1\n1.3.2.1.6.1|2|1\n1.3.2.4.5.1|2|7\n1.3.8.7|2|3\n1.3.9.3|4|rack\n1.3.9.5|4|"
	    "port\n1.3.9.7|4|shelf\n",
	    "humidity:5.1=100 shelf rack port", "p 1.3.2.1.6.1: its conditions do not hold\n" },
	{ "nothing at all", "profile: p\nmodule: true\nsensors: [ { oid: 1.3.1.0, kind: humidity } ]\n",
	    "1.3.9.0|2|1\n", "", "" },
};

static void
a_plan_has_the_sensors_that_the_device_has(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct testing t;

		testing_init(&t);
		CU_ASSERT_EQUAL_FATAL(testing_load(&t, cases[i].profile), 0);
		testing_plan(&t, "p", cases[i].device);
		const char *sensors = testing_sensors(&t);
		if (strcmp(sensors, cases[i].sensors) != 0 || strcmp(t.text, cases[i].left) != 0)
			printf("%s:\n%s\n%s", cases[i].name, sensors, t.text);
		CU_ASSERT_STRING_EQUAL(sensors, cases[i].sensors);
		CU_ASSERT_STRING_EQUAL(t.text, cases[i].left);
		testing_fini(&t);
	}
}

static void
what_a_profile_reads_itself_its_includes_do_not_read_again(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t,
	    "profile: own\nmatch: { sysDescr: x }\ninclude: standard\n"
	    "sensors: [ { oid: 1.3.1.0, kind: mains.voltage } ]\n");
	testing_load(&t,
	    "profile: standard\nmodule: true\n"
	    "sensors: [ { oid: 1.3.1.0, kind: output.voltage }, { oid: 1.3.2.0, kind: humidity } ]\n");
	testing_plan(&t, "own", "1.3.1.0|2|230\n1.3.2.0|2|40\n");
	CU_ASSERT_STRING_EQUAL(testing_sensors(&t), "mains.voltage:=230000 ; humidity:=4000 ");
	CU_ASSERT_STRING_EQUAL(t.text, "standard 1.3.1.0: read by a profile before this one\n");
	testing_fini(&t);
}

static void
an_object_of_several_sensors_is_asked_for_once(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmodule: true\nsensors:\n"
	    "  - { oid: 1.3.2.0, kind: genset.alarm, mask: 0x80 }\n"
	    "  - { oid: 1.3.1.0, kind: humidity }\n"
	    "  - { oid: 1.3.2.0, kind: genset.pump, mask: 0x40 }\n");
	const struct profile_plan *plan = testing_plan(&t, "p", "1.3.1.0|2|1\n1.3.2.0|66|64\n");
	CU_ASSERT_EQUAL(plan->sensor_count, 3);
	CU_ASSERT_EQUAL_FATAL(plan->object_count, 2);
	CU_ASSERT_EQUAL(plan->objects[0].count, 1);
	CU_ASSERT_EQUAL(plan->objects[1].first, 1);
	CU_ASSERT_EQUAL(plan->objects[1].count, 2);
	testing_fini(&t);
}

static void
a_plan_outlives_the_walk_it_was_made_from(void)
{
	struct testing t;
	const struct snmp_value value = { .tag = SNMP_INTEGER, .integer = 4 };
	int64_t out = 0;

	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmodule: true\nsensors: [ { oid: 1.3.1.0, kind: humidity, label: '{1.3.2.0}' } ]\n");
	const struct profile_plan *plan = testing_plan(&t, "p", "1.3.1.0|2|1\n1.3.2.0|4|cabinet\n");
	object_set_free(t.objects);
	t.objects = NULL;
	CU_ASSERT_STRING_EQUAL(plan->sensors[0].label, "cabinet");
	CU_ASSERT_EQUAL(plan->objects[0].oid.len, 4);
	CU_ASSERT_EQUAL(profile_decode(&plan->sensors[0].decode, &value, &out), TOWERD_GOOD);
	CU_ASSERT_EQUAL(out, 400);
	testing_fini(&t);
}

static void
a_device_has_no_more_sensors_than_the_agent_keeps(void)
{
	static char device[64 * 1024];
	size_t len = 0;
	struct testing t;

	for (int i = 1; i <= PLAN_SENSORS_MAX + 1; i++)
		len += (size_t)snprintf(device + len, sizeof(device) - len, "1.3.1.1.%d|2|1\n", i);
	testing_init(&t);
	testing_load(&t,
	    "profile: p\nmodule: true\ntables: [ { entry: 1.3.1, sensors: [ { column: 1, kind: humidity } ] "
	    "} ]\n");
	CU_ASSERT_EQUAL(testing_plan(&t, "p", device)->sensor_count, PLAN_SENSORS_MAX);
	CU_ASSERT_STRING_EQUAL(t.text, "p 1.3.1.1.1025: one sensor too many for a device\n");
	testing_fini(&t);
}

static const struct claim claims[] = {
	CLAIM(a_plan_has_the_sensors_that_the_device_has),
	CLAIM(what_a_profile_reads_itself_its_includes_do_not_read_again),
	CLAIM(an_object_of_several_sensors_is_asked_for_once),
	CLAIM(a_plan_outlives_the_walk_it_was_made_from),
	CLAIM(a_device_has_no_more_sensors_than_the_agent_keeps),
};

CLAIMS_MAIN("profile_plan", claims)
