/* SPDX-License-Identifier: ISC */
/* Which profile fits a device, what must be asked to know it, and what is walked then. */
#include "plugins/snmp/profile/profile_testing.h"

#define DESCR  "1.3.6.1.2.1.1.1.0|4|"
#define OBJECT "1.3.6.1.2.1.1.2.0|6|"

static const char *const profiles[] = {
	"profile: alone\nmatch: { sysObjectID: 1.3.6.1.4.1.9999.8 }\nwithout: [ups]\n",
	"profile: vendor\nmatch: { sysObjectID: 1.3.6.1.4.1.9999 }\n",
	"profile: model\nmatch: { sysObjectID: 1.3.6.1.4.1.9999.7 }\ninclude: ups\n",
	"profile: model-b\nmatch: { sysObjectID: 1.3.6.1.4.1.9999.7, sysDescr: [box, revision b] }\n",
	("profile: nameless\nmatch:\n  - { sysDescr: Gateway, has: 1.3.6.1.4.1.8888 }\n  - { has: "
	 "[1.3.6.1.4.1.8888.1, 1.3.6.1.4.1.8888.2] }\n"),
	"profile: entity\nmodule: true\nmatch: { has: 1.3.6.1.2.1.99 }\n",
	"profile: ups\nmodule: true\nmatch: { has: 1.3.6.1.2.1.33 }\n",
};

static const struct {
	const char *device, *match;
} cases[] = {
	{ OBJECT "1.3.6.1.4.1.9999\n", "vendor" },
	{ OBJECT "1.3.6.1.4.1.9999.1.2\n", "vendor" },
	{ OBJECT "1.3.6.1.4.1.99990\n", "" },
	{ OBJECT "1.3.6.1.4.1.9999.7.1\n", "model ups" },
	{ OBJECT "1.3.6.1.4.1.9999.7.1\n" DESCR "A box, Revision B\n", "model-b" },
	{ OBJECT "0.0\n" DESCR "Gateway 3\n", "" },
	{ OBJECT "0.0\n" DESCR "Gateway 3\n1.3.6.1.4.1.8888.5.0|2|1\n", "nameless" },
	{ "1.3.6.1.4.1.8888.1.0|2|1\n1.3.6.1.4.1.8888.2.0|2|1\n", "nameless" },
	{ "1.3.6.1.4.1.8888.1.0|2|1\n", "" },
	{ "1.3.6.1.2.1.33.1.2.1.0|2|2\n", "ups" },
	{ "1.3.6.1.2.1.33.1.2.1.0|2|2\n1.3.6.1.2.1.99.1.1.1.4.1|2|2\n", "entity ups" },
	{ OBJECT "1.3.6.1.4.1.9999\n1.3.6.1.2.1.33.1.2.1.0|2|2\n", "vendor ups" },
	{ OBJECT "1.3.6.1.4.1.9999.8\n1.3.6.1.2.1.33.1.2.1.0|2|2\n1.3.6.1.2.1.99.1.1.1.4.1|2|2\n",
	    "alone entity" },
	{ OBJECT "no oid\n" DESCR "Gateway\n", "" },
};

static void
load_all(struct testing *t)
{
	testing_init(t);
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		CU_ASSERT_EQUAL(testing_load(t, profiles[i]), 0);
	CU_ASSERT_EQUAL_FATAL(profiles_link(t->profiles, &t->faults), 0);
}

static void
the_profile_that_fits_best_is_taken(void)
{
	struct testing t;

	load_all(&t);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile_match match;
		char names[256] = "";

		object_set_clear(t.objects);
		recording_parse(t.objects, cases[i].device, strlen(cases[i].device), NULL);
		profiles_match(t.profiles, t.objects, &match);
		for (size_t m = 0; m < match.count; m++) {
			strcat(names, m == 0 ? "" : " ");
			strcat(names, profile_name(match.profiles[m]));
		}
		if (strcmp(names, cases[i].match) != 0)
			printf("%s: %s\n", cases[i].device, names);
		CU_ASSERT_STRING_EQUAL(names, cases[i].match);
	}
	testing_fini(&t);
}

static void
what_matching_asks_for_can_be_known_beforehand(void)
{
	struct testing t;
	char text[OID_TEXT];

	load_all(&t);
	CU_ASSERT_EQUAL(profiles_probe_count(t.profiles), 2 + 3 + 2);
	struct snmp_oid probe = profiles_probe(t.profiles, 1);
	CU_ASSERT_STRING_EQUAL(oid_format(probe.ids, probe.len, text, sizeof(text)), "1.3.6.1.2.1.1.2");
	testing_fini(&t);
}

static int
keep_root(void *arg, struct snmp_oid root, bool is_scalar)
{
	char text[OID_TEXT], line[OID_TEXT + 16];

	snprintf(line, sizeof(line), "%s%s", oid_format(root.ids, root.len, text, sizeof(text)),
	    is_scalar ? " scalar" : "");
	testing_keep(arg, line);
	return 0;
}

static void
all_that_a_plan_looks_at_is_walked_once_and_in_order(void)
{
	struct profile_match match;
	struct testing t;

	testing_init(&t);
	CU_ASSERT_EQUAL(testing_load(&t,
			    "profile: p\nmodule: true\nbase: 1.3\n"
			    "sensors: [ { oid: .9.0, kind: humidity, label: '{.8.0}' } ]\n"
			    "tables:\n  - entry: .2\n    unless: { column: 1, is: 4 }\n    sensors:\n"
			    "      - column: 4\n        label: '{.5.1}'\n        instance: '{3}'\n"
			    "        kind: { column: 1, map: { 1: humidity } }\n"
			    "        exponent: { column: 2 }\n        when: { oid: .7.0, is: 1 }\n"
			    "      - { column: 4, kind: humidity, instance: again }\n"),
	    0);
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), 0);
	profiles_match_named(t.profiles, profiles_find(t.profiles, "p"), t.objects, &match);
	CU_ASSERT_EQUAL(profile_match_walks(&match, keep_root, &t), 0);
	CU_ASSERT_STRING_EQUAL(t.text,
	    "1.3.2.1\n1.3.2.2\n1.3.2.3\n1.3.2.4\n1.3.5.1\n1.3.7.0 scalar\n1.3.8.0 scalar\n1.3.9.0 scalar\n");
	testing_fini(&t);
}

#define OLD "profile: p\nmatch: { sysDescr: x }\nsensors: [ { oid: 1.3.1.0, kind: humidity } ]\n"

static const struct {
	const char *now;
	bool is_current, fits_as_before;
} reloads[] = {
	{ OLD, true, true },
	{ "# a comment\nprofile:   p\nmatch:\n  sysDescr: x\nsensors:\n  - oid: 1.3.1.0\n    kind: "
	  "humidity\n",
	    true, true },
	{ "profile: p\nmatch: { sysDescr: x }\nsensors: [ { oid: 1.3.1.0, kind: temperature } ]\n", false,
	    true },
	{ "profile: p\nmatch: { sysDescr: y }\nsensors: [ { oid: 1.3.1.0, kind: humidity } ]\n", false,
	    false },
	{ "profile: q\nmatch: { sysDescr: x }\nsensors: [ { oid: 1.3.1.0, kind: humidity } ]\n", false,
	    false },
};

static void
what_a_reload_changed_for_a_device_is_known(void)
{
	for (size_t i = 0; i < sizeof(reloads) / sizeof(reloads[0]); i++) {
		struct testing old, now;

		testing_init(&old);
		testing_init(&now);
		testing_load(&old, OLD);
		const struct profile_plan *plan = testing_plan(&old, "p", "1.3.1.0|2|40\n");
		testing_load(&now, reloads[i].now);
		CU_ASSERT_EQUAL(profiles_link(now.profiles, &now.faults), 0);
		CU_ASSERT_EQUAL(profile_plan_is_current(plan, now.profiles), reloads[i].is_current);
		CU_ASSERT_EQUAL(profiles_fits_hash(old.profiles) == profiles_fits_hash(now.profiles),
		    reloads[i].fits_as_before);
		testing_fini(&old);
		testing_fini(&now);
	}
}

static void
a_plan_keeps_the_profiles_that_it_was_made_from(void)
{
	const struct snmp_value value = { .tag = SNMP_INTEGER, .integer = 4 };
	struct testing t;
	int64_t out = 0;

	testing_init(&t);
	testing_load(&t, OLD);
	const struct profile_plan *plan = testing_plan(&t, "p", "1.3.1.0|2|40\n");
	profiles_unref(t.profiles);
	t.profiles = NULL;
	CU_ASSERT_EQUAL(profile_decode(&plan->sensors[0].decode, &value, &out), TOWERD_GOOD);
	CU_ASSERT_STRING_EQUAL(profile_name(plan->sensors[0].profile), "p");
	testing_fini(&t);
}

static void
the_profiles_of_the_project_have_no_fault(void)
{
	struct testing t;
	const char *source = getenv("TOWERD_SOURCE");
	char dir[512];

	testing_init(&t);
	snprintf(dir, sizeof(dir), "%s/profiles", source == NULL ? "." : source);
	CU_ASSERT(profiles_load_dir(t.profiles, dir, &t.faults) >= 8);
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), 0);
	CU_ASSERT_STRING_EQUAL(t.text, "");
	CU_ASSERT_PTR_NOT_NULL(profiles_find(t.profiles, "ups-mib"));
	testing_fini(&t);
}

static const struct claim claims[] = {
	CLAIM(the_profile_that_fits_best_is_taken),
	CLAIM(what_matching_asks_for_can_be_known_beforehand),
	CLAIM(all_that_a_plan_looks_at_is_walked_once_and_in_order),
	CLAIM(what_a_reload_changed_for_a_device_is_known),
	CLAIM(a_plan_keeps_the_profiles_that_it_was_made_from),
	CLAIM(the_profiles_of_the_project_have_no_fault),
};

CLAIMS_MAIN("profile_set", claims)
