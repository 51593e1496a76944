/* SPDX-License-Identifier: ISC */
/* The table of alarm types against the registry that its numbers come from. */
#include "agent/alarm/alarm_types.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

/* The registry's text, or NULL where the IETF's modules are not at hand. */
static char *
registry_read(void)
{
	const char *shared = getenv("TOWERD_SHARED");
	char path[4096];
	snprintf(path, sizeof(path), "%s/mibs/ietf/IANA-ITU-ALARM-TC-MIB", shared != NULL ? shared : ".");
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	static char text[65536];
	size_t len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	return strstr(text, "IANAItuProbableCause ::=");
}

/* The number that `text` gives to `name`, or -1: "name  (123)", the name as a whole word. */
static long
registry_number(const char *text, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
		const char *p = at + len;
		if (isalnum((unsigned char)at[-1]) || isalnum((unsigned char)*p))
			continue;
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '(')
			return strtol(p + 1, NULL, 10);
	}
	return -1;
}

static void
every_probable_cause_has_the_registrys_name_and_number(void)
{
	const char *text = registry_read();
	if (text == NULL) {
		printf("IANA-ITU-ALARM-TC-MIB is not at hand: not compared\n");
		return;
	}
	for (unsigned i = 0; i < alarm_type_count(); i++) {
		const struct alarm_type *t = alarm_type_at(i);
		long number = registry_number(text, t->cause_name);
		CU_ASSERT_EQUAL(number, t->probable_cause);
		if (number != t->probable_cause)
			printf("%s: %s is %ld in the registry\n", t->name, t->cause_name, number);
	}
}

static void
every_type_and_cause_is_there_once(void)
{
	for (unsigned i = 0; i < alarm_type_count(); i++)
		for (unsigned j = i + 1; j < alarm_type_count(); j++)
			CU_ASSERT(strcmp(alarm_type_at(i)->name, alarm_type_at(j)->name) != 0 ||
			    alarm_type_at(i)->probable_cause != alarm_type_at(j)->probable_cause);
}

static void
every_row_is_whole(void)
{
	for (unsigned i = 0; i < alarm_type_count(); i++) {
		const struct alarm_type *t = alarm_type_at(i);
		CU_ASSERT(t->severities & (1u << t->severity));
		CU_ASSERT_FALSE(t->severities & (1u << TOWERD_CLEARED));
		CU_ASSERT(t->event_type >= ITU_OTHER && t->event_type <= ITU_TIME_DOMAIN_VIOLATION);
		CU_ASSERT(t->description[0] != '\0' && t->description[strlen(t->description) - 1] != '.');
		CU_ASSERT(t->repair_action[0] != '\0');
	}
	CU_ASSERT_PTR_NULL(alarm_type_at(alarm_type_count()));
	CU_ASSERT_PTR_NULL(alarm_type_find("power/none-such"));
}

static void
exactly_the_safety_types_can_never_be_silenced(void)
{
	static const char *const safety[] = { "env/fire", "env/smoke", "env/flood", "site/intrusion",
		"site/unsafe", "env/tower-tilt-or-vibration" };
	unsigned found = 0;
	for (unsigned i = 0; i < alarm_type_count(); i++)
		found += alarm_type_at(i)->is_safety;
	CU_ASSERT_EQUAL(found, sizeof(safety) / sizeof(safety[0]));
	for (size_t i = 0; i < sizeof(safety) / sizeof(safety[0]); i++)
		CU_ASSERT(alarm_type_find(safety[i]) != NULL && alarm_type_find(safety[i])->is_safety);
}

static void
a_claimed_severity_becomes_one_of_the_types_own(void)
{
	static const struct {
		const char *type;
		int claimed, is;
	} cases[] = {
		{ "env/temperature-high", 0, TOWERD_WARNING },
		{ "env/temperature-high", TOWERD_MAJOR, TOWERD_MAJOR },
		{ "env/temperature-high", TOWERD_CRITICAL, TOWERD_MAJOR }, /* worse than it knows */
		{ "env/temperature-high", TOWERD_INDETERMINATE, TOWERD_WARNING },
		{ "battery/discharging", TOWERD_MINOR, TOWERD_MAJOR }, /* a gap in its ladder */
		{ "env/fire", TOWERD_WARNING, TOWERD_CRITICAL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(
		    alarm_type_severity(alarm_type_find(cases[i].type), cases[i].claimed), cases[i].is);
}

static void
rows_of_one_name_have_one_number(void)
{
	for (unsigned i = 0; i < alarm_type_count(); i++) {
		int number = alarm_type_number(alarm_type_at(i));
		CU_ASSERT_FATAL(number >= 0);
		CU_ASSERT_PTR_EQUAL(alarm_type_at((unsigned)number), alarm_type_find(alarm_type_at(i)->name));
	}
	CU_ASSERT_EQUAL(alarm_type_number(NULL), -1);
}

static const struct claim claims[] = {
	CLAIM(every_probable_cause_has_the_registrys_name_and_number),
	CLAIM(every_type_and_cause_is_there_once),
	CLAIM(every_row_is_whole),
	CLAIM(exactly_the_safety_types_can_never_be_silenced),
	CLAIM(a_claimed_severity_becomes_one_of_the_types_own),
	CLAIM(rows_of_one_name_have_one_number),
};

CLAIMS_MAIN("alarm types", claims)
