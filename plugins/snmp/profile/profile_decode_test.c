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
	/* other forms of numbers */
	{ "kind: battery.voltage, format: hex, divide: 10", "4|0214", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, format: hex, divide: 10", "4|0x02 14", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, format: hex", "4|53.2", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage, format: octets, divide: 10", "4x|0214", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, format: octets", "4x|010203040506070809", TOWERD_FAULTY, 0 },
	{ "kind: battery.current, format: octets, sign-bits: 16", "4x|FFF9", TOWERD_GOOD, -7000 },
	{ "kind: battery.current, sign-bits: 32, divide: 10", "66|4294967196", TOWERD_GOOD, -10000 },
	{ "kind: battery.voltage, format: float", "4x|4254CCCD", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, format: float", "4x|404A99999999999A", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage, format: float", "4x|7F800000", TOWERD_FAULTY, 0 },
	{ "kind: battery.voltage", "68x|9F78044254CCCD", TOWERD_GOOD, 53200 },
	{ "kind: battery.voltage", "68x|9F7908404A99999999999A", TOWERD_GOOD, 53200 },
	{ "kind: battery.current", "68x|9F7A01F9", TOWERD_GOOD, -7000 },
	{ "kind: battery.voltage", "68x|9F78044254CC", TOWERD_FAULTY, 0 },
	{ "kind: temperature, offset: -32, divide: 1.8", "2|212", TOWERD_GOOD, 100000 },
	{ "kind: temperature, offset: -32, divide: 1.8", "4|-40.0 F", TOWERD_GOOD, -40000 },
	{ "kind: temperature, offset: -273.15", "2|300", TOWERD_GOOD, 26850 },
	{ "kind: battery.charge, complement: true", "2|30", TOWERD_GOOD, 7000 },
	{ "kind: battery.charge, complement: true", "2|130", TOWERD_FAULTY, 0 },
	{ "kind: backhaul.rx-level, logarithm: true, multiply: 0.0001", "2|1000", TOWERD_GOOD, -1000 },
	{ "kind: backhaul.rx-level, logarithm: true, multiply: 0.0001", "2|5000", TOWERD_GOOD, -301 },
	{ "kind: backhaul.rx-level, logarithm: true", "2|0", TOWERD_UNKNOWN, 0 },
	{ "kind: backhaul.rx-level, logarithm: true, multiply: 0.0001, at-least: 1", "2|0", TOWERD_GOOD,
	    -4000 },
	{ "kind: humidity, at-least: 2.5", "4|2.4 %", TOWERD_GOOD, 250 },
	{ "kind: humidity, at-least: 2.5", "2|3", TOWERD_GOOD, 300 },
	{ "kind: device.uptime, format: clock", "4|01:02:03", TOWERD_GOOD, 3723 },
	{ "kind: device.uptime, format: clock", "4|2 days, 01:02:03", TOWERD_GOOD, 176523 },
	{ "kind: device.uptime, format: clock", "4|2:01:02:03", TOWERD_GOOD, 176523 },
	{ "kind: device.uptime, format: clock", "4|01:02", TOWERD_GOOD, 3720 },
	{ "kind: device.uptime, format: clock", "4|5", TOWERD_FAULTY, 0 },
	{ "kind: device.uptime, format: clock", "4|1:2:3:4:5", TOWERD_FAULTY, 0 },
	{ "kind: device.uptime, format: clock", "4|noon", TOWERD_FAULTY, 0 },
	{ "kind: mains.present, character: 2", "4|01000", TOWERD_GOOD, 1 },
	{ "kind: mains.present, character: 5", "4|01000", TOWERD_GOOD, 0 },
	{ "kind: mains.present, character: 6", "4|01000", TOWERD_FAULTY, 0 },
	{ "kind: battery.state, character: 1, map: { 0: normal, 1: low }", "4|1000", TOWERD_GOOD, 2 },
	/* not known, and not possible */
	{ "kind: battery.voltage", "5|", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: [-1, 65535]", "2|-1", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: [-1, 65535]", "4|65535", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: 255", "2|100", TOWERD_GOOD, 10000 },
	{ "kind: battery.charge", "2|101", TOWERD_FAULTY, 0 },
	{ "kind: battery.temperature", "2|-127", TOWERD_FAULTY, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "4|N/A ", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "4|-- %", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "2|-5", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "2|200", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "4|200.5", TOWERD_UNKNOWN, 0 },
	{ "kind: battery.charge, not-known: ['N/A', '-*', ..-1, 200..]", "2|99", TOWERD_GOOD, 9900 },
	/* states */
	{ "kind: battery.state, map: { 2..4: normal, '*low*': low, else: unknown }", "2|4", TOWERD_GOOD, 1 },
	{ "kind: battery.state, map: { 2..4: normal, '*low*': low, else: unknown }", "4|Battery LOW!",
	    TOWERD_GOOD, 2 },
	{ "kind: battery.state, map: { else: unknown, 2..4: normal }", "4|3 of 8", TOWERD_GOOD, 1 },
	{ "kind: battery.state, map: { else: unknown, 2..4: normal }", "4|8", TOWERD_GOOD, 0 },
	{ "kind: battery.state, map: { 1.3.6.1.9: normal, '1.3.7.*': low }", "6|1.3.7.2", TOWERD_GOOD, 2 },
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
	/* BITS: bit 0 is the most significant of the first octet */
	{ "kind: mains.present, bit: 0", "4x|80", TOWERD_GOOD, 1 },
	{ "kind: mains.present, bit: 9", "4x|0040", TOWERD_GOOD, 1 },
	{ "kind: mains.present, bit: 9", "4x|FFBF", TOWERD_GOOD, 0 },
	{ "kind: mains.present, bit: 9", "4x|FF", TOWERD_GOOD, 0 },
	{ "kind: battery.state, bit: 1, map: { 0: normal, 1: low }", "4x|40", TOWERD_GOOD, 2 },
	{ "kind: mains.present, bit: 0", "2|128", TOWERD_FAULTY, 0 },
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
	struct testing t;
	int64_t value;

	testing_init(&t);
	testing_load(&t, "profile: p\nmodule: true\nsensors: [ { oid: 1.3.1.0, kind: battery.voltage } ]\n");
	const struct profile_plan *plan = testing_plan(&t, "p", "1.3.1.0|2|1\n");
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct snmp_value gone = { .tag = tags[i] };
		CU_ASSERT_EQUAL(profile_decode(&plan->sensors[0].decode, &gone, &value), TOWERD_UNKNOWN);
	}
	testing_fini(&t);
}

static const struct {
	const char *first, *second; /* TAG|VALUE */
	int64_t elapsed_ms;
	enum towerd_quality quality;
	int64_t expected;
} rates[] = {
	{ "65|1000", "65|4000", 60000, TOWERD_GOOD, 400 },
	{ "65|4294967000", "65|704", 1000, TOWERD_GOOD, 8000 },
	{ "65|4294967000", "65|2294967000", 1, TOWERD_UNKNOWN, 0 }, /* too fast to be a wrap */
	{ "65|1000", "65|4000", 3600001, TOWERD_UNKNOWN, 0 },
	{ "65|1000", "65|4000", 0, TOWERD_UNKNOWN, 0 },
	{ "70|18446744073709551600", "70|15", 1000, TOWERD_UNKNOWN, 0 },
	{ "70|1000", "70|126000", 1000, TOWERD_GOOD, 1000000 },
	{ "2|500", "2|400", 1000, TOWERD_UNKNOWN, 0 },
	{ "4|100 octets", "4|225 octets", 1000, TOWERD_GOOD, 1000 },
	{ "65|1000", "5|", 1000, TOWERD_UNKNOWN, 0 },
	{ "65|1000", "2|-1", 1000, TOWERD_FAULTY, 0 },
};

static void
a_counter_becomes_what_it_grew_by_in_a_second(void)
{
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct profile_counter counter = { 0 };
		struct testing t;
		char device[256];
		int64_t value = 0;

		testing_init(&t);
		testing_load(&t,
		    "profile: p\nmodule: true\n"
		    "sensors: [ { oid: 1.3.1.0, kind: backhaul.rx-rate, rate: true, multiply: 8 } ]\n");
		snprintf(device, sizeof(device), "1.3.1.0|%s\n1.3.2.0|%s\n", rates[i].first, rates[i].second);
		const struct profile_plan *plan = testing_plan(&t, "p", device);
		CU_ASSERT_TRUE_FATAL(plan->sensors[0].is_rate);
		const struct profile_decode *decode = &plan->sensors[0].decode;
		CU_ASSERT_EQUAL(
		    profile_decode_rate(decode, &object_set_at(t.objects, 0)->value, 5000, &counter, &value),
		    TOWERD_UNKNOWN);
		enum towerd_quality quality = profile_decode_rate(decode, &object_set_at(t.objects, 1)->value,
		    5000 + rates[i].elapsed_ms, &counter, &value);
		if (quality != rates[i].quality || (quality == TOWERD_GOOD && value != rates[i].expected))
			printf("%s then %s: quality %d, value %lld\n", rates[i].first, rates[i].second,
			    (int)quality, (long long)value);
		CU_ASSERT_EQUAL(quality, rates[i].quality);
		if (quality == TOWERD_GOOD)
			CU_ASSERT_EQUAL(value, rates[i].expected);
		testing_fini(&t);
	}
}

static const struct claim claims[] = {
	CLAIM(a_value_is_decoded_as_its_rule_says),
	CLAIM(a_counter_becomes_what_it_grew_by_in_a_second),
	CLAIM(an_object_that_is_gone_is_not_known),
};

CLAIMS_MAIN("profile_decode", claims)
