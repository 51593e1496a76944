/* SPDX-License-Identifier: ISC */
/* Intervals on battery, under verification, and within a budget. */
#include "plugins/snmp/poll/pace.h"

#include <stddef.h>

#include "tests/support/cunit_main.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (1440 * MINUTE_MS)

static const struct snmp_config config = { .battery_factor = 3, .verify_ms = 10000 };

static void
battery_stretches_and_verification_hurries(void)
{
	static const struct {
		bool is_on_battery, is_verifying;
		int64_t interval_ms, paced_ms;
	} cases[] = {
		{ false, false, MINUTE_MS, MINUTE_MS }, { true, false, MINUTE_MS, 3 * MINUTE_MS },
		{ false, true, MINUTE_MS, 10000 }, { true, true, MINUTE_MS, 10000 },
		{ false, true, 5000, 5000 }, /* it is no slower than it was */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pace pace = { 0 };
		pace_set(&pace, cases[i].is_on_battery, cases[i].is_verifying, 0, 0, 0);
		CU_ASSERT_EQUAL(pace_interval(&pace, &config, cases[i].interval_ms, 0, 0), cases[i].paced_ms);
	}
}

/* Rounds of `cost` octets for three days; the most that one of the days cost. */
static int64_t
spend(struct pace *pace, uint32_t cost, unsigned *rounds)
{
	uint64_t octets = 0, day_octets = 0;
	int64_t now_ms = 0, worst = 0, day_ms = 0;

	for (*rounds = 0; now_ms < 3 * DAY_MS; (*rounds)++) {
		if (now_ms - day_ms >= DAY_MS) {
			day_ms += DAY_MS;
			day_octets = octets;
		}
		octets += cost;
		worst = (int64_t)(octets - day_octets) > worst ? (int64_t)(octets - day_octets) : worst;
		now_ms += pace_interval(pace, &config, MINUTE_MS, now_ms, octets);
	}
	return worst;
}

static void
a_budget_lasts_the_day_and_is_used(void)
{
	static const int64_t budgets[] = { 100000, 1000000, 1439000 };
	unsigned rounds;

	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		struct pace pace = { 0 };
		pace_set(&pace, false, true, budgets[i], 0, 0);
		pace.is_verifying = false;
		CU_ASSERT_TRUE(spend(&pace, 1000, &rounds) <= budgets[i]);
		CU_ASSERT_TRUE(rounds * 1000 > budgets[i] * 2);
		CU_ASSERT_TRUE(pace.is_short);
	}
}

static void
a_budget_that_is_large_enough_changes_nothing(void)
{
	struct pace pace = { 0 };
	unsigned rounds;

	pace_set(&pace, false, false, 1000 * 1441, 0, 0);
	(void)spend(&pace, 1000, &rounds);
	CU_ASSERT_EQUAL(rounds, 3 * 1440);
	CU_ASSERT_FALSE(pace.is_short);
}

static const struct claim claims[] = {
	CLAIM(battery_stretches_and_verification_hurries),
	CLAIM(a_budget_lasts_the_day_and_is_used),
	CLAIM(a_budget_that_is_large_enough_changes_nothing),
};

CLAIMS_MAIN("pace", claims)
