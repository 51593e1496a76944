/* SPDX-License-Identifier: ISC */
/* Every decode rule against every kind of value: a table of cases. */
#include "plugins/snmp/profile/profile_testing.h"

struct decode_case {
	const char *sensor; /* what a rule adds to `oid:` */
	const char *value;  /* TAG|VALUE */
	enum towerd_quality quality;
	int64_t expected;
};

static const struct decode_case cases[] = {
	/* numbers and their scale */
	{ "kind: battery.voltage", "2|53", TOWERD_GOOD, 53000 },
	{ "kind: battery.voltage, divide: 10", "2|532", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, multiply: 0.01", "66|5453", TOWERD_GOOD, 54530 },
	{ "kind: battery.voltage, divide: 3", "2|100", TOWERD_GOOD, 33333 },
	{ "kind: battery.voltage, divide: 6", "2|100", TOWERD_GOOD, 16667 },
	{ "kind: battery.current, divide: 6", "2|-100", TOWERD_GOOD, -16667 },
	{ "kind: battery.current, multiply: -1", "2|7", TOWERD_GOOD, -7000 },
	{ "kind: battery.runtime, multiply: 60", "2|83", TOWERD_GOOD, 4980 },
	{ "kind: device.uptime, divide: 100", "67|4294967295", TOWERD_GOOD, 42949673 },
	{ "kind: backhaul.errors", "70|18446744073709551615", TOWERD_FAULTY, 0 },
	{ "kind: backhaul.tx-rate, multiply: 1000", "66|445020", TOWERD_GOOD, 445020000 },
	/* text with a number in it */
	{ "kind: battery.voltage", "4|53.2", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage", "4| 53.2 V ", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage", "4|54.298 Volts", TOWERD_GOOD, 54298 },
	{ "kind: battery.voltage", "4x|35332E3200", TOWERD_GOOD, 53200 },
	{ "kind: battery.current", "4|-0.1", TOWERD_GOOD, -100 },
	{ "kind: battery.voltage, divide: 10", "4|532", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, after: 'U='", "4|I=3 A, U= 53.2 V", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, after: 'U='", "4|I=3 A", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "4|", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "4|n/a", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "4|53,2", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "4|10.0.0.1", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "4|1234567890123456789", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "64|10.0.0.1", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "6|1.3", TOWERD_FAULTY, 0 },
	/* not known, and not possible */
	{ "kind: battery.voltage", "5|", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: [-1, 65535]", "2|-1", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: [-1, 65535]", "4|65535", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: 255", "2|100", TOWERD_GOOD, 10000 },
	{ "kind: battery.charge", "2|101", TOWERD_FAULTY, 0 },
	{ "kind: battery.temperature", "2|-127", TOWERD_FAULTY, 0 },
	/* states */
	{ "kind: battery.state, map: { 2: normal, 3: low }", "2|3", TOWERD_GOOD, 2 },
	{ "kind: battery.state, map: { 2: normal, 3: low }", "4|3", TOWERD_GOOD, 2 },
	{ "kind: battery.state, map: { 2: normal, 3: low }", "2|9", TOWERD_FAULTY, 0 },
	{ "kind: battery.state, map: { 2: normal, else: unknown }", "2|9", TOWERD_GOOD, 0 },
	{ "kind: battery.state, map: { Fine: normal, else: unknown }", "4|Fine ", TOWERD_GOOD, 1 },
	{ "kind: battery.state, map: named", "2|1", TOWERD_GOOD, 1 },
	{ "kind: battery.state, map: { 2: normal }", "5|", TOWERD_UNKNOWN, 0 },
	/* truths */
	{ "kind: mains.present", "2|1", TOWERD_GOOD, 1 },
	{ "kind: mains.present", "2|0", TOWERD_GOOD, 0 },
	{ "kind: mains.present, map: { 1: true, 2: false }", "2|2", TOWERD_GOOD, 0 },
	{ "kind: door.open, map: { Open: true, Closed: false }", "4|Open", TOWERD_GOOD, 1 },
	{ "kind: mains.present", "4|yes", TOWERD_FAULTY, 0 },
	/* bit fields */
	{ "kind: genset.alarm, mask: 0x80", "66|134", TOWERD_GOOD, 1 },
	{ "kind: genset.alarm, mask: 0x80", "66|6", TOWERD_GOOD, 0 },
	{ "kind: genset.mode, mask: 0x3c, map: { 4: auto, 0x08: manual }", "66|6", TOWERD_GOOD, 1 },
	{ "kind: genset.mode, mask: 0x3c, map: { 4: auto, 0x08: manual }", "66|9", TOWERD_GOOD, 2 },
	{ "kind: genset.mode, mask: 0x3c, map: { 4: auto, 0x08: manual }", "66|0", TOWERD_FAULTY, 0 },
	{ "kind: genset.alarm, mask: 0x80", "2|-1", TOWERD_FAULTY, 0 },
};

static void
a_value_is_decoded_as_its_rule_says(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct decode_case *c = &cases[i];
		struct testing t;
		char yaml[512], device[256];
		int64_t value = 0;

		testing_init(&t);
		snprintf(yaml, sizeof(yaml),
		    "profile: p\nmodule: true\nmaps: { named: { 1: normal } }\nsensors: [ { oid: 1.3.1.0, %s "
		    "} ]\n",
		    c->sensor);
		snprintf(device, sizeof(device), "1.3.1.0|%s\n", c->value);
		CU_ASSERT_EQUAL_FATAL(testing_load(&t, yaml), 0);
		const struct profile_plan *plan = testing_plan(&t, "p", device);
		CU_ASSERT_EQUAL_FATAL(plan->sensor_count, 1);
		enum towerd_quality quality =
		    profile_decode(&plan->sensors[0].decode, &object_set_at(t.objects, 0)->value, &value);
		if (quality != c->quality || (quality == TOWERD_GOOD && value != c->expected))
			printf("%s of %s: quality %d, value %lld\n", c->sensor, c->value, (int)quality,
			    (long long)value);
		CU_ASSERT_EQUAL(quality, c->quality);
		if (quality == TOWERD_GOOD)
			CU_ASSERT_EQUAL(value, c->expected);
		testing_fini(&t);
	}
}

static void
an_object_that_is_gone_is_not_known(void)
{
	static const enum snmp_tag tags[] = { SNMP_NO_SUCH_OBJECT, SNMP_NO_SUCH_INSTANCE,
		SNMP_END_OF_MIB_VIEW };
	const struct profile_decode decode = {
		.kind = testing_kind(NULL, "battery.voltage"), .multiply = 1, .divide = 1
	};
	int64_t value;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct snmp_value gone = { .tag = tags[i] };
		CU_ASSERT_EQUAL(profile_decode(&decode, &gone, &value), TOWERD_UNKNOWN);
	}
}

static const struct claim claims[] = {
	CLAIM(a_value_is_decoded_as_its_rule_says),
	CLAIM(an_object_that_is_gone_is_not_known),
};

CLAIMS_MAIN("profile_decode", claims)
