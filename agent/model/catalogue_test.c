/* SPDX-License-Identifier: ISC */
/* The catalogue's promises: names, order, ranges, and rules that fit. */
#include "agent/model/catalogue.h"

#include <ctype.h>
#include <string.h>

#include "tests/support/cunit_main.h"

#define EACH_KIND(k)                                                      \
	for (const struct catalogue_kind *k = catalogue_at(0); k != NULL; \
	     k = catalogue_at(k->kind.number + 1))
#define EACH_RULE(k, r)                                                                                     \
	for (const struct catalogue_rule *r = (k)->rules; r < (k)->rules + CATALOGUE_RULES && r->when != 0; \
	     r++)

static void
there_are_at_least_ninety_kinds(void)
{
	CU_ASSERT(catalogue_count() >= 90);
	CU_ASSERT_PTR_NULL(catalogue_at(catalogue_count()));
}

static void
a_number_is_the_position_of_its_row(void)
{
	for (unsigned i = 0; i < catalogue_count(); i++) {
		CU_ASSERT_EQUAL(catalogue_at(i)->kind.number, i);
		CU_ASSERT_EQUAL(catalogue_at(i)->kind.size, sizeof(struct towerd_kind));
	}
}

static void
every_kind_is_found_by_its_name_and_nothing_else_is(void)
{
	EACH_KIND(k)
	{
		CU_ASSERT_PTR_EQUAL(catalogue_find(k->kind.name), k);
		if (k->kind.number > 0)
			CU_ASSERT(strcmp(catalogue_at(k->kind.number - 1)->kind.name, k->kind.name) < 0);
	}
	CU_ASSERT_PTR_NULL(catalogue_find("battery"));
	CU_ASSERT_PTR_NULL(catalogue_find("Battery.voltage"));
	CU_ASSERT_PTR_NULL(catalogue_find(""));
}

static void
a_name_is_plain_enough_for_a_sensor_key(void)
{
	EACH_KIND(k)
	{
		for (const char *c = k->kind.name; *c != '\0'; c++)
			CU_ASSERT(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '.' ||
			    *c == '-');
		CU_ASSERT(k->title != NULL && k->title[0] != '\0');
	}
}

static void
the_kinds_that_the_interfaces_name_are_there(void)
{
	static const char *const names[] = { "battery.voltage", "mains.present", "genset.fuel",
		"backhaul.rx-level", "temperature", "humidity" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(catalogue_find(names[i]));
}

static void
a_range_is_a_range_and_a_state_is_listed(void)
{
	EACH_KIND(k)
	{
		CU_ASSERT(k->kind.min < k->kind.max);
		CU_ASSERT(k->kind.unit != NULL);
		CU_ASSERT(k->precision <= k->kind.decimals);
		CU_ASSERT(k->scale >= 8 && k->scale <= 11);
		CU_ASSERT_EQUAL(k->kind.states != NULL, k->kind.value_class == TOWERD_KIND_STATE);
		if (k->kind.value_class == TOWERD_KIND_STATE) {
			CU_ASSERT_STRING_EQUAL(k->kind.states[0], "unknown");
			CU_ASSERT_PTR_NOT_NULL(k->kind.states[k->kind.max]);
			CU_ASSERT_PTR_NULL(k->kind.states[k->kind.max + 1]);
		}
	}
}

/* That the type exists and uses these severities is a claim of agent/alarm, which knows the types. */
static void
every_rule_names_an_alarm_type_and_a_severity(void)
{
	EACH_KIND(k)
	EACH_RULE(k, r)
	{
		CU_ASSERT_PTR_NOT_NULL(strchr(r->alarm_type, '/'));
		CU_ASSERT(r->severities[0] >= TOWERD_WARNING);
	}
}

static bool
is_state_of(const struct towerd_kind *kind, const char *word, size_t len)
{
	for (size_t i = 0; kind->states[i] != NULL; i++)
		if (strlen(kind->states[i]) == len && memcmp(kind->states[i], word, len) == 0)
			return true;
	return false;
}

static void
a_rule_fits_the_class_of_its_kind(void)
{
	EACH_KIND(k)
	EACH_RULE(k, r)
	switch (r->when) {
	case WHEN_BELOW:
	case WHEN_ABOVE:
		CU_ASSERT_EQUAL(k->kind.value_class, TOWERD_KIND_NUMBER);
		break;
	case WHEN_TRUE:
	case WHEN_FALSE:
		CU_ASSERT_EQUAL(k->kind.value_class, TOWERD_KIND_TRUTH);
		break;
	case WHEN_STATE:
		CU_ASSERT_EQUAL_FATAL(k->kind.value_class, TOWERD_KIND_STATE);
		for (const char *s = r->states; *s != '\0'; s += strspn(s, " ")) {
			size_t len = strcspn(s, " ");
			CU_ASSERT(is_state_of(&k->kind, s, len));
			s += len;
		}
		break;
	}
}

static void
a_ladder_climbs_and_its_limits_lie_in_the_range(void)
{
	EACH_KIND(k)
	EACH_RULE(k, r)
	{
		if (r->when != WHEN_BELOW && r->when != WHEN_ABOVE)
			continue;
		for (int i = 0; i < CATALOGUE_STEPS && r->severities[i] != 0; i++) {
			CU_ASSERT_PTR_NOT_NULL(r->words[i]);
			if (r->limits[i] != INT64_MIN)
				CU_ASSERT(r->limits[i] >= k->kind.min && r->limits[i] <= k->kind.max);
			if (i == 0)
				continue;
			CU_ASSERT(r->severities[i] > r->severities[i - 1]);
			CU_ASSERT_EQUAL(r->limits[i] == INT64_MIN, r->limits[i - 1] == INT64_MIN);
			if (r->limits[i] != INT64_MIN)
				CU_ASSERT(r->when == WHEN_BELOW ? r->limits[i] < r->limits[i - 1]
								: r->limits[i] > r->limits[i - 1]);
		}
	}
}

static void
a_48_volt_plant_is_critical_below_43_volts(void)
{
	const struct catalogue_rule *r = &catalogue_find("dc.voltage")->rules[0];

	CU_ASSERT_STRING_EQUAL(r->alarm_type, "power/dc-undervoltage");
	CU_ASSERT_EQUAL(r->severities[2], TOWERD_CRITICAL);
	CU_ASSERT_EQUAL(r->limits[2], 43000);
	CU_ASSERT_STRING_EQUAL(r->words[2], "critical-low");
}

static const struct claim claims[] = {
	CLAIM(there_are_at_least_ninety_kinds),
	CLAIM(a_number_is_the_position_of_its_row),
	CLAIM(every_kind_is_found_by_its_name_and_nothing_else_is),
	CLAIM(a_name_is_plain_enough_for_a_sensor_key),
	CLAIM(the_kinds_that_the_interfaces_name_are_there),
	CLAIM(a_range_is_a_range_and_a_state_is_listed),
	CLAIM(every_rule_names_an_alarm_type_and_a_severity),
	CLAIM(a_rule_fits_the_class_of_its_kind),
	CLAIM(a_ladder_climbs_and_its_limits_lie_in_the_range),
	CLAIM(a_48_volt_plant_is_critical_below_43_volts),
};

CLAIMS_MAIN("catalogue", claims)
