/* SPDX-License-Identifier: ISC */
/* Restarts, wraps, and uptimes that are no clocks. */
#include "plugins/snmp/poll/uptime.h"

#include <stddef.h>

#include "tests/support/cunit_main.h"

#define MINUTE_MS 60000
#define DAY_MS    INT64_C(86400000)

static void
a_restart_is_told_from_a_wrap_and_from_a_bad_clock(void)
{
	static const struct {
		uint32_t before;
		int64_t passed_ms;
		uint32_t after;
		bool is_restart;
	} cases[] = {
		{ 1000, MINUTE_MS, 7000, false },
		{ 1000, MINUTE_MS, 6500, false },
		{ 1000, MINUTE_MS, 5800, false }, /* within what agents miscount */
		{ 1000, MINUTE_MS, 1000, true },
		{ 1000, MINUTE_MS, 999, true },
		{ 500000, MINUTE_MS, 4000, true },
		{ UINT32_MAX, MINUTE_MS, 5999, false },
		{ UINT32_MAX - 3000, MINUTE_MS, 2900, false },
		{ UINT32_MAX - 3000, MINUTE_MS, 50000, true }, /* too far for a wrap of a minute */
		{ 4200000000, MINUTE_MS, 5, true },
		{ 10000, 10 * MINUTE_MS, 70000, false },
		{ 10000, 10 * MINUTE_MS, 30000, true }, /* further than before, and behind our clock */
		{ UINT32_MAX - 100, 30 * DAY_MS, 8640000 * 30u - 101, false },
		{ UINT32_MAX - 100, 30 * DAY_MS, 8640000, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct uptime uptime = { 0 };
		CU_ASSERT_FALSE(uptime_read(&uptime, cases[i].before, 1));
		bool is_restart = uptime_read(&uptime, cases[i].after, 1 + cases[i].passed_ms);
		if (is_restart != cases[i].is_restart)
			printf("case %zu\n", i);
		CU_ASSERT_EQUAL(is_restart, cases[i].is_restart);
	}
}

static void
an_uptime_that_stands_still_is_one_restart_at_most(void)
{
	struct uptime uptime = { 0 };
	unsigned restarts = 0;

	for (int64_t i = 1; i < 100; i++) {
		restarts += uptime_read(&uptime, 500, i * 5 * MINUTE_MS);
		restarts += uptime_read(&uptime, 500, i * 5 * MINUTE_MS + 1000); /* as after a look at it */
	}
	CU_ASSERT_EQUAL(restarts, 1);
	CU_ASSERT_TRUE(uptime_read(&uptime, 499, 500 * MINUTE_MS)); /* that it goes back still counts */
}

static const struct claim claims[] = {
	CLAIM(a_restart_is_told_from_a_wrap_and_from_a_bad_clock),
	CLAIM(an_uptime_that_stands_still_is_one_restart_at_most),
};

CLAIMS_MAIN("uptime", claims)
