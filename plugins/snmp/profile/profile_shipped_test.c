/* SPDX-License-Identifier: ISC */
/* The profiles that come with towerd: what they make of devices as MIBs describe them, where recordings have nothing to show. */
#include <errno.h>

#include "plugins/snmp/profile/profile_testing.h"

static void
load_shipped(struct testing *t)
{
	const char *source = getenv("TOWERD_SOURCE");
	char folder[4096];

	testing_init(t);
	snprintf(folder, sizeof(folder), "%s/profiles", source == NULL ? "." : source);
	CU_ASSERT_FATAL(profiles_load_dir(t->profiles, folder, &t->faults) > 0);
	CU_ASSERT_EQUAL_FATAL(profiles_link(t->profiles, &t->faults), 0);
	CU_ASSERT_STRING_EQUAL(t->text, "");
}

/* As `profile: auto` does it. */
static void
plan_for(struct testing *t, const char *device)
{
	struct profile_match match;

	CU_ASSERT_EQUAL(recording_parse(t->objects, device, strlen(device), NULL), 0);
	profiles_match(t->profiles, t->objects, &match);
	CU_ASSERT_EQUAL_FATAL(profile_plan_new(&match, t->objects, NULL, NULL, &t->plan), 0);
}

static void
keep_row(void *arg, const struct profile_list_alarm *alarm)
{
	char line[512];

	snprintf(
	    line, sizeof(line), "%s '%s' %d %s", alarm->type, alarm->qualifier, alarm->severity, alarm->text);
	testing_keep(arg, line);
}

static void
keep_raised(struct testing *t)
{
	const struct profile_plan *plan = t->plan;

	for (size_t i = 0; i < plan->object_count; i++) {
		const struct plan_object *object = &plan->objects[i];
		const struct snmp_object *found =
		    object_set_find(t->objects, object->oid.ids, object->oid.len);
		for (uint32_t a = 0; a < object->alarm_count; a++) {
			const struct plan_alarm *alarm = &plan->alarms[object->alarm_first + a];
			int severity = 0;
			if (profile_alarm_state(alarm, &found->value, &severity) != PROFILE_ALARM_RAISED)
				continue;
			keep_row(t,
			    &(struct profile_list_alarm){
				alarm->type, alarm->qualifier, alarm->text, severity });
		}
	}
}

#define DEVICE(sys_object_id) "1.3.6.1.2.1.1.1.0|4|node\n1.3.6.1.2.1.1.2.0|6|" sys_object_id "\n"
#define CERAGON               "1.3.6.1.4.1.2281.10.3.1.2.1."
#define SIAE                  "1.3.6.1.4.1.3373.1103.4.17.1."
#define SIKLU                 "1.3.6.1.4.1.31926.11.2.1."
#define ERICSSON              "1.3.6.1.4.1.193.183.4.1.3.5.1."
#define TAIT                  "1.3.6.1.4.1.3570.2.2.2.1."
#define NOKIA                 "1.3.6.1.4.1.6527.3.1.2.2.1.3.1."

static const struct {
	const char *device, *alarms;
} cases[] = {
	/* An alarm is told apart by its number and interface: the counter in its index is another at the next time. */
	{ DEVICE("1.3.6.1.4.1.2281.1.20.1") CERAGON
	    "3.41|2|603\n" CERAGON "4.41|4|radio/framer/radio-lof\n" CERAGON "6.41|2|1\n" CERAGON
	    "7.41|2|26843\n" CERAGON "9.41|4|Radio loss of frame\n" CERAGON "3.42|2|32\n" CERAGON
	    "4.42|4|lag-degraded\n" CERAGON "6.42|2|5\n",
	    "transport/link-down '603 26843' 6 Radio loss of frame\n" },
	/* What is cleared or a mere status is no alarm. */
	{ DEVICE("1.3.6.1.4.1.3373.1103") SIAE "2.3.1.3.9|2|5\n" SIAE "3.3.1.3.9|4|No link\n" SIAE
					       "2.3.1.3.8|2|2\n" SIAE "2.3.1.3.7|2|1\n",
	    "device/alarm '3.1.3.9' 5 No link\n" },
	{ DEVICE("1.3.6.1.4.1.31926") SIKLU "2.3|2|1\n" SIKLU "4.3|4|eth host\n" SIKLU "5.3|2|2\n" SIKLU
					    "7.3|4|The link is down\n",
	    "transport/link-down '1 eth host' 5 The link is down\n" },
	/* M.3100 causes are our own; others are the device's business. */
	{ DEVICE("1.3.6.1.4.1.193.999") ERICSSON
	    "4.7|4|Radio link down\n" ERICSSON "5.7|4|Link=1\n" ERICSSON "9.7|2|8\n" ERICSSON
	    "10.7|2|3\n" ERICSSON "4.8|4|Licence\n" ERICSSON "9.8|2|307\n" ERICSSON "10.8|2|6\n",
	    "transport/link-down '7' 6 Radio link down: Link=1\ndevice/alarm '8' 3 Licence\n" },
	/* Disabled (3) ends what was raised, as clear (1) does. */
	{ DEVICE("1.3.6.1.4.1.3570.2.2") TAIT "3.4.10.0|2|2\n" TAIT "3.4.9.0|2|1\n" TAIT "3.5.8.0|2|3\n",
	    "radio/antenna-line 'pa vswr' 5 PA standing wave ratio\n" },
	{ DEVICE("1.3.6.1.4.1.6527.6.1.1.2.1") NOKIA "12.1|2|2\n" NOKIA "13.1|2|1\n" NOKIA "24.1|2|2\n",
	    "device/alarm 'critical led 1' 6 The critical alarm LED is lit\n"
	    "env/temperature-high 'chassis 1' 5 The chassis is too hot\n" },
};

static void
what_a_device_calls_an_alarm_is_one(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct testing t;

		load_shipped(&t);
		plan_for(&t, cases[i].device);
		keep_raised(&t);
		for (size_t l = 0; l < t.plan->list_count; l++)
			profile_list_alarms(&t.plan->lists[l], t.objects, keep_row, &t);
		if (strcmp(t.text, cases[i].alarms) != 0)
			printf("%zu: %s", i, t.text);
		CU_ASSERT_STRING_EQUAL(t.text, cases[i].alarms);
		testing_fini(&t);
	}
}

/* Index, ifDescr, ifType, ifAdminStatus, ifOperStatus, ifAlias. */
#define PORT(index, descr, type, admin, oper, alias)                                         \
	"1.3.6.1.2.1.2.2.1.2." index "|4|" descr "\n1.3.6.1.2.1.2.2.1.3." index "|2|" type   \
	"\n1.3.6.1.2.1.2.2.1.7." index "|2|" admin "\n1.3.6.1.2.1.2.2.1.8." index "|2|" oper \
	"\n1.3.6.1.2.1.31.1.1.1.1." index "|4|" descr "\n1.3.6.1.2.1.31.1.1.1.18." index "|4|" alias "\n"

static void
ports_are_those_with_a_cable_and_links_those_that_must_be_up(void)
{
	struct testing t;

	load_shipped(&t);
	plan_for(&t,
	    DEVICE("1.3.6.1.4.1.99999.1") PORT("1", "lo", "24", "1", "1", "")
		PORT("2", "vlan7", "135", "1", "1", "") PORT("3", "ge1", "6", "2", "2", "Backhaul to the hub")
		    PORT("4", "ge2", "6", "1", "2", "") PORT("5", "ge3", "6", "1", "2", "Backhaul to the hub")
			PORT("6", "ge4", "6", "1", "6", "")
			    PORT("7", "xe1", "6", "1", "1", "BTS") "1.3.6.1.2.1.31.1.1.1.15.7|66|10000\n");
	CU_ASSERT_STRING_EQUAL(testing_sensors(&t),
	    "port.state:4=2 ge2; link.state:5=2 ge3 Backhaul to the hub; port.state:7=1 xe1 BTS; "
	    "port.speed:7=10000000000 xe1 BTS");
	testing_fini(&t);
}

/* Octets a second, of a speed in Mbit/s. */
static void
a_ports_load_is_percent_of_its_speed(void)
{
	struct testing t;
	struct profile_counter counter = { 0 };
	int64_t value = -1;

	load_shipped(&t);
	plan_for(&t,
	    DEVICE("1.3.6.1.4.1.99999.1")
		PORT("7", "xe1", "6", "1", "1", "") "1.3.6.1.2.1.31.1.1.1.15.7|66|1000\n"
						    "1.3.6.1.2.1.31.1.1.1.6.7|70|0\n");
	for (size_t i = 0; i < t.plan->sensor_count; i++) {
		const struct profile_decode *decode = &t.plan->sensors[i].decode;
		if (strcmp(decode->kind->name, "port.rx-load") != 0)
			continue;
		struct snmp_value octets = { .tag = SNMP_COUNTER64, .natural = 5000000000 };
		CU_ASSERT_EQUAL(profile_decode_rate(decode, &octets, 1000, &counter, &value), TOWERD_UNKNOWN);
		octets.natural += 10 * 31250000; /* a quarter of a gigabit, ten seconds long */
		CU_ASSERT_EQUAL(profile_decode_rate(decode, &octets, 11000, &counter, &value), TOWERD_GOOD);
	}
	CU_ASSERT_EQUAL(value, 2500);
	testing_fini(&t);
}

static void
a_vendors_profile_says_who_made_the_device(void)
{
	struct testing t;

	load_shipped(&t);
	plan_for(&t, DEVICE("1.3.6.1.4.1.14988.1") "1.3.6.1.4.1.14988.1.1.7.3.0|4|ABC1\n");
	CU_ASSERT_EQUAL_FATAL(t.plan->attribute_count, 2);
	CU_ASSERT_STRING_EQUAL(t.plan->attributes[0].text, "ABC1");
	CU_ASSERT_STRING_EQUAL(t.plan->attributes[1].text, "MikroTik");
	testing_fini(&t);
}

static const struct claim claims[] = {
	CLAIM(what_a_device_calls_an_alarm_is_one),
	CLAIM(ports_are_those_with_a_cable_and_links_those_that_must_be_up),
	CLAIM(a_ports_load_is_percent_of_its_speed),
	CLAIM(a_vendors_profile_says_who_made_the_device),
};

CLAIMS_MAIN("profile_shipped", claims)
