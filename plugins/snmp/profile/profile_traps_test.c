/* SPDX-License-Identifier: ISC */
/* What traps mean: found by their OID, read from their varbinds, and never without an end. */
#include <errno.h>

#include "plugins/snmp/profile/profile_testing.h"
#include "plugins/snmp/profile/profile_traps.h"

#define HEAD "profile: p\nmodule: true\nbase: 1.3.9\ntraps:\n  - "

static const struct {
	const char *rule, *varbinds, *meaning;
} cases[] = {
	{ "{ trap: .0.1, raises: power/mains-failure, expires: 1h, severity: major, text: 'Mains {.2} V' }",
	    "1.3.9.2.0|2|12\n", "raises power/mains-failure '' 5 Mains 12 V, 3600000 ms" },
	{ "{ trap: [.0.7, .0.1], clears: power/mains-failure }", "", "clears power/mains-failure '' 0 " },
	{ "{ trap: .0.1 }", "", "hint" },
	{ "{ trap: .0.1, readings: true }", "", "hint, readings" },
	{ "{ trap: .0.1, raises: device/alarm, expires: 5m, when: { oid: .2.0, is: 1 } }", "1.3.9.2.0|2|2\n",
	    "no" },
	{ "{ trap: .0.1, raises: device/alarm, expires: 5m, when: { oid: .2.0, is: 1 } }", "1.3.9.2.0|2|1\n",
	    "raises device/alarm '' 0 , 300000 ms" },
	{ "{ trap: .0.1, entry: .4, raises: device/alarm, expires: 5m, text: '{3} of {index}' }",
	    "1.3.9.4.2.5.6|2|9\n1.3.9.4.3.5.6|4|Fuse\n",
	    "raises device/alarm '5.6' 0 Fuse of 5.6, 300000 ms" },
	/* a device that names its varbinds without their index */
	{ "{ trap: .0.1, entry: .4, raises: device/alarm, expires: 5m, text: '{3}' }", "1.3.9.4.3|4|Fuse\n",
	    "raises device/alarm '' 0 Fuse, 300000 ms" },
	{ "{ trap: .0.1, raises: { oid: .2, map: { 1: power/fuse-open, 2: none } }, expires: 5m }",
	    "1.3.9.2.0|2|1\n", "raises power/fuse-open '' 0 , 300000 ms" },
	{ "{ trap: .0.1, raises: { oid: .2, map: { 1: power/fuse-open, 2: none } }, expires: 5m }",
	    "1.3.9.2.0|2|2\n", "hint" },
	{ "{ trap: .0.1, raises: device/alarm, expires: 5m, severity: { oid: .2, map: { 0: cleared, 1: "
	  "critical } } }",
	    "1.3.9.2.0|2|0\n", "clears device/alarm '' 0 " },
	{ "{ trap: .0.1, raises: device/alarm, expires: 5m, severity: { oid: .2, map: { 0: cleared, 1: "
	  "critical } } }",
	    "1.3.9.2.0|2|1\n", "raises device/alarm '' 6 , 300000 ms" },
};

static const char *
meaning(const struct trap_rule *rule, struct object_set *varbinds)
{
	static char text[512];
	struct trap_result r;

	if (!trap_rule_apply(rule, varbinds, &r))
		return "no";
	if (r.meaning == TRAP_HINT)
		return r.takes_readings ? "hint, readings" : "hint";
	int len = snprintf(text, sizeof(text), "%s %s '%s' %d %s",
	    r.meaning == TRAP_RAISES ? "raises" : "clears", r.type, r.qualifier, r.severity, r.text);
	if (r.expires_ms > 0)
		snprintf(text + len, sizeof(text) - (size_t)len, ", %lld ms", (long long)r.expires_ms);
	if (r.ends_by_poll)
		strcat(text, ", polled");
	return text;
}

static void
a_trap_means_what_its_rule_says(void)
{
	static const uint32_t oid[] = { 1, 3, 9, 0, 1 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct trap_rule *const *rules;
		struct testing t;
		char yaml[512];

		testing_init(&t);
		snprintf(yaml, sizeof(yaml), HEAD "%s\n", cases[i].rule);
		CU_ASSERT_EQUAL_FATAL(testing_load(&t, yaml), 0);
		CU_ASSERT_EQUAL_FATAL(profiles_link(t.profiles, &t.faults), 0);
		recording_parse(t.objects, cases[i].varbinds, strlen(cases[i].varbinds), NULL);
		CU_ASSERT_EQUAL_FATAL(profiles_find_trap(t.profiles, (struct snmp_oid){ oid, 5 }, &rules), 1);
		const char *said = meaning(rules[0], t.objects);
		if (strcmp(said, cases[i].meaning) != 0)
			printf("%s: %s\n", cases[i].rule, said);
		CU_ASSERT_STRING_EQUAL(said, cases[i].meaning);
		testing_fini(&t);
	}
}

static void
rules_of_all_profiles_are_found_by_the_traps_oid(void)
{
	static const uint32_t oid[] = { 1, 3, 9, 0, 1 }, unknown[] = { 1, 3, 9, 0 };
	const struct trap_rule *const *rules;
	struct testing t;

	testing_init(&t);
	testing_load(&t, "profile: b\nmodule: true\ntraps: [ { trap: 1.3.9.0.1 }, { trap: 1.3.9.0.2 } ]\n");
	testing_load(&t,
	    "profile: a\nmodule: true\ntraps:\n  - { trap: 1.3.9.0.1, when: { oid: 1.3.1, is: 1 } }\n"
	    "  - { trap: 1.3.9.0.1 }\n");
	testing_load(&t, "profile: c\nmodule: true\n");
	CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), 0);
	CU_ASSERT_EQUAL(profiles_find_trap(t.profiles, (struct snmp_oid){ unknown, 4 }, &rules), 0);
	CU_ASSERT_EQUAL_FATAL(profiles_find_trap(t.profiles, (struct snmp_oid){ oid, 5 }, &rules), 3);
	CU_ASSERT_STRING_EQUAL(profile_name(trap_rule_profile(rules[0])), "a");
	CU_ASSERT_STRING_EQUAL(profile_name(trap_rule_profile(rules[1])), "a");
	CU_ASSERT_STRING_EQUAL(profile_name(trap_rule_profile(rules[2])), "b");
	CU_ASSERT_STRING_EQUAL(meaning(rules[0], t.objects), "no");
	CU_ASSERT_STRING_EQUAL(meaning(rules[1], t.objects), "hint");
	testing_fini(&t);
}

static void
what_a_trap_raises_has_an_end(void)
{
	static const struct {
		const char *yaml, *faults;
		bool is_polled;
	} ends[] = {
		{ HEAD "{ trap: .0.1, raises: power/fuse-open }\n",
		    "p.yaml:5:5: nothing here ends power/fuse-open when its clearing trap is lost: give an "
		    "alarm "
		    "or a list that has the type, or `expires:`\n",
		    false },
		{ HEAD
		    "{ trap: .0.1, raises: power/fuse-open }\n  - { trap: .0.2, clears: power/fuse-open }\n",
		    "p.yaml:5:5: nothing here ends power/fuse-open when its clearing trap is lost: give an "
		    "alarm "
		    "or a list that has the type, or `expires:`\n",
		    false },
		{ HEAD "{ trap: .0.1, raises: power/fuse-open, expires: 1h }\n", "", false },
		{ HEAD "{ trap: .0.1, raises: power/fuse-open }\n"
		       "alarms: [ { oid: .1.0, type: power/fuse-open } ]\n",
		    "", true },
		{ HEAD "{ trap: .0.1, raises: power/fuse-open }\n"
		       "lists: [ { entry: .1, type: { column: 1, map: { 1: none, else: power/fuse-open } } } "
		       "]\n",
		    "", true },
		{ HEAD "{ trap: .0.1, raises: power/fuse-open }\ninclude: q\n", "", true },
		{ HEAD "{ trap: .0.1, raises: { oid: .1, map: { 1: power/fuse-open, 2: device/alarm } } "
		       "}\ninclude: q\n",
		    "p.yaml:5:5: nothing here ends device/alarm when its clearing trap is lost: give an "
		    "alarm or "
		    "a list that has the type, or `expires:`\n",
		    false },
	};
	static const uint32_t oid[] = { 1, 3, 9, 0, 1 };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct trap_rule *const *rules;
		struct trap_result result;
		struct testing t;

		testing_init(&t);
		testing_load(
		    &t, "profile: q\nmodule: true\nalarms: [ { oid: 1.3.1.0, type: power/fuse-open } ]\n");
		CU_ASSERT_EQUAL_FATAL(testing_load(&t, ends[i].yaml), 0);
		CU_ASSERT_EQUAL(
		    profiles_link(t.profiles, &t.faults), ends[i].faults[0] == '\0' ? 0 : -EINVAL);
		CU_ASSERT_STRING_EQUAL(t.text, ends[i].faults);
		const bool is_there =
		    profiles_find_trap(t.profiles, (struct snmp_oid){ oid, 5 }, &rules) == 1;
		CU_ASSERT_EQUAL(is_there, ends[i].faults[0] == '\0');
		if (is_there && trap_rule_apply(rules[0], t.objects, &result))
			CU_ASSERT_EQUAL(result.ends_by_poll, ends[i].is_polled);
		testing_fini(&t);
	}
}

static const struct claim claims[] = {
	CLAIM(a_trap_means_what_its_rule_says),
	CLAIM(rules_of_all_profiles_are_found_by_the_traps_oid),
	CLAIM(what_a_trap_raises_has_an_end),
};

CLAIMS_MAIN("profile_traps", claims)
