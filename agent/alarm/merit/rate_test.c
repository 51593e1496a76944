/* SPDX-License-Identifier: ISC */
/* Rates: what leaves the window, what averages are taken over. */
#include "agent/alarm/merit/rate.h"

#include "tests/support/cunit_main.h"

#define MIN (60 * 1000)

static void
what_is_older_than_ten_minutes_does_not_count(void)
{
	static struct rate r;

	rate_start(&r, 5 * MIN);
	rate_count(&r, 5 * MIN);
	rate_count(&r, 6 * MIN);
	CU_ASSERT_EQUAL(rate_ten(&r, 6 * MIN), 2);
	CU_ASSERT_EQUAL(rate_ten(&r, 15 * MIN - 1), 2);
	CU_ASSERT_EQUAL(rate_ten(&r, 15 * MIN), 1);
	CU_ASSERT_EQUAL(rate_ten(&r, 16 * MIN), 0);
	CU_ASSERT_EQUAL(rate_ten(&r, 1000000 * (int64_t)MIN), 0);
}

static void
an_average_is_over_the_time_that_was_counted(void)
{
	static struct rate r;

	rate_start(&r, 0);
	for (int i = 0; i < 60; i++)
		rate_count(&r, i * MIN);
	CU_ASSERT_EQUAL(rate_average(&r, RATE_HOUR_TENS, 0, 60 * MIN - 1), 10000);
	CU_ASSERT_EQUAL(rate_average(&r, RATE_COARSE, 0, 60 * MIN - 1), 10000);
	/* A day later the hour is empty, the day still has what was before 60 minutes ago. */
	CU_ASSERT_EQUAL(rate_average(&r, RATE_HOUR_TENS, 0, 23 * 60 * MIN), 0);
	CU_ASSERT_EQUAL(rate_average(&r, RATE_COARSE, 0, 24 * 60 * MIN - 1), 60 * 1000 / 144);
	CU_ASSERT_EQUAL(rate_average(&r, RATE_COARSE, 0, 25 * 60 * (int64_t)MIN), 0);
}

static void
the_first_minutes_are_no_rate_of_hundreds(void)
{
	CU_ASSERT_EQUAL(rate_per_ten(3, 1000), 3000);
	CU_ASSERT_EQUAL(rate_per_ten(0, 0), 0);
	CU_ASSERT_EQUAL(rate_per_ten(144, 24 * 60 * MIN), 1000);
	CU_ASSERT_EQUAL(rate_per_ten(10000000000u, 1), UINT32_MAX);
}

static const struct claim claims[] = {
	CLAIM(what_is_older_than_ten_minutes_does_not_count),
	CLAIM(an_average_is_over_the_time_that_was_counted),
	CLAIM(the_first_minutes_are_no_rate_of_hundreds),
};

CLAIMS_MAIN("rate", claims)
