/* SPDX-License-Identifier: ISC */
/* A faulty profile: what is said, and where. */
#include <errno.h>

#include "plugins/snmp/profile/profile_testing.h"

#define HEAD   "profile: p\nmodule: true\nbase: 1.3\n"
#define SENSOR HEAD "sensors:\n  - "
#define ALARM  HEAD "alarms:\n  - "
#define TABLE  HEAD "tables:\n  - entry: .1\n    sensors:\n      - "

static const struct {
	const char *yaml, *faults;
} cases[] = {
	{ "module: true\n", "p.yaml:0:0: no `profile:`, which names it\n" },
	{ "profile: p\n",
	    "p.yaml:0:0: no `match:`, so nothing would use it (a module, for others to include, has `module: "
	    "true`)\n" },
	{ "profile: A\nmodule: true\n",
	    "p.yaml:1:10: \"A\": a profile's name is made of a-z, 0-9, '-', '.' and '_'\n" },
	{ "profile: p\nmodule: maybe\nmatch: { sysDescr: x }\n", "p.yaml:2:9: `module:` is true or false\n" },
	{ HEAD "sensor: []\n",
	    "p.yaml:4:1: unknown key \"sensor\"; a profile has: profile, title, module, match, include, "
	    "without, "
	    "base, maps, identity, sensors, alarms, tables, lists, traps\n" },
	{ "- profile: p\n", "p.yaml:1:1: a profile is a map of keys and values\n" },
	{ "profile: p\nmatch: {}\n", "p.yaml:2:8: a match without a condition would fit every device\n" },
	{ "profile: p\nmatch: { sysDescr: [a, []] }\n", "p.yaml:2:24: sysDescr is a text\n" },
	{ "profile: p\nmatch: { sysObjectID: 1.3.x }\n",
	    "p.yaml:2:23: \"1.3.x\" is no OID: write 1.3.6.1…, or with a leading dot what continues "
	    "`base:`\n" },
	{ "profile: p\nmodule: true\nsensors:\n  - { oid: .1.0, kind: humidity }\n",
	    "p.yaml:4:12: \".1.0\" is no OID: write 1.3.6.1…, or with a leading dot what continues "
	    "`base:`\n" },
	{ SENSOR "{ kind: humidity }\n", "p.yaml:5:5: give either `column:` (in a table) or `oid:`\n" },
	{ SENSOR "{ column: 1, kind: humidity }\n",
	    "p.yaml:5:15: \"1\" is no OID, and only a table has columns\n" },
	{ SENSOR "{ oid: .1.0 }\n", "p.yaml:5:5: a sensor has a `kind:`\n" },
	{ SENSOR "{ oid: .1.0, kind: battery.volts }\n",
	    "p.yaml:5:24: the catalogue has no kind \"battery.volts\"\n" },
	{ SENSOR "{ oid: .1.0, kind: battery.state }\n",
	    "p.yaml:5:24: battery.state is a state, so the sensor needs a `map:`\n" },
	{ SENSOR "{ oid: .1.0, kind: battery.state, map: { 1: flat } }\n",
	    "p.yaml:5:49: battery.state has no state \"flat\"; it has: unknown, normal, low, depleted, "
	    "failed, disconnected, "
	    "absent\n" },
	{ SENSOR "{ oid: .1.0, kind: battery.state, map: none }\n",
	    "p.yaml:5:44: no map \"none\" under `maps:`\n" },
	{ SENSOR "{ oid: .1.0, kind: mains.present, map: { 1: on } }\n",
	    "p.yaml:5:49: mains.present is true or false\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, map: { 1: 2 } }\n",
	    "p.yaml:5:39: humidity is a number; a map gives states and truths\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, divide: 0 }\n",
	    "p.yaml:5:42: a factor is a number other than 0 with at most 6 decimals\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, mask: x }\n",
	    "p.yaml:5:40: a mask is a positive number such as 0x40\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, not-known: [[1]] }\n",
	    "p.yaml:5:46: `not-known:` is a number, a range such as 5..9, a text, or a list of them\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, not-fitted: { 1: 2 } }\n",
	    "p.yaml:5:46: `not-fitted:` is a number, a range such as 5..9, a text, or a list of them\n" },
	{ SENSOR "{ oid: .1.0, kind: mains.present, bit: x }\n",
	    "p.yaml:5:44: a bit is a number from 0 to 2047\n" },
	{ SENSOR "{ oid: .1.0, kind: mains.present, bit: 1, mask: 1 }\n",
	    "p.yaml:5:44: `mask:` is for numbers, `bit:` for BITS in an octet string; take one\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, sign-bits: 64 }\n",
	    "p.yaml:5:45: `sign-bits:` is a number from 2 to 63\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, format: bcd }\n",
	    "p.yaml:5:42: `format:` is text, hex, octets, clock or float\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, offset: much }\n",
	    "p.yaml:5:42: `offset:` is a number with at most 6 decimals\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, at-least: some }\n",
	    "p.yaml:5:44: `at-least:` is a number with at most 6 decimals\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, every: 5 }\n",
	    "p.yaml:5:41: `every:` is a duration of at least 1s, such as 5m\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, rate: fast }\n", "p.yaml:5:40: `rate:` is true or false\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, divide: [10, 20] }\n",
	    "p.yaml:5:47: one number, and looks at other objects\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, divide: { oid: .2.0, map: { 1: 0 } } }\n",
	    "p.yaml:5:65: a factor is a number other than 0 with at most 6 decimals\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, label: 'a {index}' }\n",
	    "p.yaml:5:41: {index}: only a table has an index\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, label: 'a {' }\n", "p.yaml:5:41: '{' without '}'\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, when: { oid: .2.0 } }\n",
	    "p.yaml:5:40: `when:` needs `is:`, the values that it asks for\n" },
	{ TABLE "{ column: 1, kind: humidity, label: '{index.x}' }\n",
	    "p.yaml:7:45: {index.x}: write {index}, {index.1} for its first number ({index.-1} for its "
	    "last), {index.1-2}, or for a text in it {index.1.text}, {index.1.rest}\n" },
	{ TABLE "{ column: 1, kind: humidity, label: '{via 2}' }\n",
	    "p.yaml:7:45: \"via 2\": write {via COLUMN: OID}\n" },
	{ TABLE "{ column: 1, kind: { column: 2 } }\n",
	    "p.yaml:7:28: `kind:` by another object needs a `map:` of its values\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, character: 0 }\n",
	    "p.yaml:5:45: a character is a number from 1 to 2047\n" },
	{ SENSOR "{ oid: .1.0, kind: mains.present, rate: true }\n",
	    "p.yaml:5:5: mains.present is no number, so it is no rate, complement or logarithm\n" },
	{ HEAD "identity: { colour: red }\n",
	    "p.yaml:4:13: unknown key \"colour\"; `identity:` has: model, software, serial, manufacturer, "
	    "hardware\n" },
	{ HEAD "identity: { model: { after: x } }\n",
	    "p.yaml:4:20: give either `column:` (in a table) or `oid:`\n" },
	{ ALARM "{ oid: .1.0 }\n", "p.yaml:5:5: an alarm has a `type:` of the alarm catalogue\n" },
	{ ALARM "{ oid: .1.0, type: power/gone }\n",
	    "p.yaml:5:24: the alarm catalogue has no type \"power/gone\" that a device may report\n" },
	{ ALARM "{ oid: .1.0, type: comms/device-unreachable }\n",
	    "p.yaml:5:24: the alarm catalogue has no type \"comms/device-unreachable\" that a device may "
	    "report\n" },
	{ ALARM "{ oid: .1.0, type: power/fuse-open, severity: bad }\n",
	    "p.yaml:5:51: a severity is indeterminate, warning, minor, major or critical\n" },
	{ ALARM "{ oid: .1.0, type: power/fuse-open, raised: { 1: cleared } }\n",
	    "p.yaml:5:54: a severity is indeterminate, warning, minor, major or critical\n" },
	{ ALARM "{ oid: .1.0, type: power/fuse-open, raised: [[1]] }\n",
	    "p.yaml:5:50: `raised:` is a number, a range such as 5..9, a text, or a list of them\n" },
	{ HEAD "lists: [ { type: device/alarm } ]\n",
	    "p.yaml:4:10: a list has an `entry:`, the OID in front of its column numbers\n" },
	{ HEAD "lists: [ { entry: .1, column: 1 } ]\n",
	    "p.yaml:4:10: a list has a `type:`, of the alarm catalogue, or by a column's value\n" },
	{ HEAD "lists: [ { entry: .1, type: device/alarm } ]\n",
	    "p.yaml:4:10: a list whose type does not come from a column needs a `column:` that each row "
	    "has\n" },
	{ HEAD "lists: [ { entry: .1, type: { column: 2 } } ]\n",
	    "p.yaml:4:29: `type:` by another object needs a `map:` of its values\n" },
	{ HEAD "traps: [ { raises: device/alarm, expires: 1h } ]\n",
	    "p.yaml:4:10: a trap has a `trap:`, its OID (of SNMPv1: as RFC 3584 translates it)\n" },
	{ HEAD "traps: [ { trap: .0.1, raises: device/alarm, clears: device/alarm } ]\n",
	    "p.yaml:4:10: a trap raises or clears; for both, write a rule each with `when:`, or a "
	    "`severity:` "
	    "that may be cleared\n" },
	{ HEAD "traps: [ { trap: .0.1, severity: bad } ]\n",
	    "p.yaml:4:34: a severity is cleared, indeterminate, warning, minor, major or critical\n" },
	{ HEAD "traps: [ { trap: .0.1, readings: some } ]\n", "p.yaml:4:34: `readings:` is true or false\n" },
	{ HEAD "traps: [ { trap: .0.1, expires: soon } ]\n",
	    "p.yaml:4:33: `expires:` is a duration of at least 1s, such as 5m\n" },
	{ HEAD "tables: [ { sensors: [] } ]\n",
	    "p.yaml:4:11: a table has an `entry:`, the OID in front of its column numbers\n" },
	{ SENSOR "{ oid: .1.0, kind: humidity, divide: 0, mask: 0 }\n",
	    "p.yaml:5:42: a factor is a number other than 0 with at most 6 decimals\n"
	    "p.yaml:5:51: a mask is a positive number such as 0x40\n" },
};

static void
every_fault_is_told_with_its_place_and_the_profile_left_out(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct testing t;

		testing_init(&t);
		CU_ASSERT_EQUAL(testing_load(&t, cases[i].yaml), -EINVAL);
		if (strcmp(t.text, cases[i].faults) != 0)
			printf("%s--- said:\n%s--- not:\n%s", cases[i].yaml, t.text, cases[i].faults);
		CU_ASSERT_STRING_EQUAL(t.text, cases[i].faults);
		CU_ASSERT_EQUAL(profiles_count(t.profiles), 0);
		testing_fini(&t);
	}
}

static void
a_faulty_profile_costs_no_other_one(void)
{
	struct testing t;

	testing_init(&t);
	CU_ASSERT_EQUAL(testing_load(&t, "profile: good\nmodule: true\n"), 0);
	CU_ASSERT_EQUAL(testing_load(&t, "profile: bad\n"), -EINVAL);
	CU_ASSERT_EQUAL(testing_load(&t, "profile: ]"), -EINVAL);
	CU_ASSERT_EQUAL(profiles_count(t.profiles), 1);
	testing_fini(&t);
}

static void
a_later_profile_of_the_same_name_replaces_the_earlier(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t, "profile: p\nmodule: true\ntitle: first\n");
	testing_load(&t, "profile: p\nmodule: true\ntitle: second\n");
	CU_ASSERT_EQUAL(profiles_count(t.profiles), 1);
	CU_ASSERT_STRING_EQUAL(profile_title(profiles_find(t.profiles, "p")), "second");
	testing_fini(&t);
}

static void
an_include_that_is_missing_or_circular_is_a_fault(void)
{
	struct testing t;

	testing_init(&t);
	testing_load(&t, "profile: a\nmodule: true\ninclude: nowhere\n");
	testing_load(&t, "profile: b\nmodule: true\ninclude: a\n");
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), -EINVAL);
	CU_ASSERT_STRING_EQUAL(t.text,
	    "p.yaml:3:10: no profile \"nowhere\" to include\np.yaml:3:10: no profile \"a\" to include\n");
	CU_ASSERT_EQUAL(profiles_count(t.profiles), 0);
	testing_fini(&t);

	testing_init(&t);
	testing_load(&t, "profile: a\nmodule: true\ninclude: b\n");
	testing_load(&t, "profile: b\nmodule: true\ninclude: a\n");
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.text, "the includes of \"a\" lead back to it"));
	testing_fini(&t);
}

static const struct claim claims[] = {
	CLAIM(every_fault_is_told_with_its_place_and_the_profile_left_out),
	CLAIM(a_faulty_profile_costs_no_other_one),
	CLAIM(a_later_profile_of_the_same_name_replaces_the_earlier),
	CLAIM(an_include_that_is_missing_or_circular_is_a_fault),
};

CLAIMS_MAIN("profile_parse", claims)
