/* SPDX-License-Identifier: ISC */
/* Chatter and fleeting alarms, by a stepped clock. */
#include "agent/alarm/merit/chatter.h"

#include "tests/support/cunit_main.h"

#define S   1000
#define MIN (60 * S)

static const struct chatter_settings *const usual = &chatter_defaults;

static void
three_raises_within_a_minute_chatter(void)
{
	struct chatter c = { 0 };

	CU_ASSERT_FALSE(chatter_raised(&c, usual, 5 * S));
	CU_ASSERT_FALSE(chatter_raised(&c, usual, 35 * S));
	CU_ASSERT_TRUE(chatter_raised(&c, usual, 65 * S));
	CU_ASSERT_TRUE(c.is_chattering);
}

static void
a_millisecond_more_than_a_minute_is_no_chatter(void)
{
	struct chatter c = { 0 };

	chatter_raised(&c, usual, 0);
	chatter_raised(&c, usual, 30 * S);
	CU_ASSERT_FALSE(chatter_raised(&c, usual, MIN + 1));
	CU_ASSERT_TRUE_FATAL(chatter_raised(&c, usual, MIN + 30 * S)); /* of 30 s, 60.001 s, 90 s */
}

static void
its_begin_is_told_once(void)
{
	struct chatter c = { 0 };
	unsigned begins = 0;

	for (int i = 0; i < 50; i++)
		begins += chatter_raised(&c, usual, i * S);
	CU_ASSERT_EQUAL(begins, 1);
}

static void
it_is_steady_when_nothing_happened_for_the_whole_time(void)
{
	struct chatter c = { 0 };

	for (int i = 0; i < 3; i++)
		chatter_raised(&c, usual, i * S);
	chatter_cleared(&c, usual, MIN); /* a clear is no steadiness either */
	CU_ASSERT_EQUAL(chatter_steady_ms(&c, usual), 11 * MIN);
	CU_ASSERT_FALSE(chatter_settle(&c, usual, 11 * MIN - 1));
	CU_ASSERT_TRUE(chatter_settle(&c, usual, 11 * MIN));
	CU_ASSERT_FALSE(c.is_chattering);
	CU_ASSERT_FALSE(chatter_settle(&c, usual, 12 * MIN)); /* once */
}

static void
after_its_end_it_takes_three_raises_again(void)
{
	struct chatter c = { 0 };

	for (int i = 0; i < 3; i++)
		chatter_raised(&c, usual, i * S);
	chatter_settle(&c, usual, 20 * MIN);
	CU_ASSERT_FALSE(chatter_raised(&c, usual, 20 * MIN));
	CU_ASSERT_FALSE(chatter_raised(&c, usual, 20 * MIN + 1));
	CU_ASSERT_TRUE(chatter_raised(&c, usual, 20 * MIN + 2));
}

static void
short_and_untouched_is_fleeting(void)
{
	static const struct {
		int64_t lived_ms;
		bool is_acted, is_fleeting;
	} cases[] = { { 0, false, true }, { 10 * S - 1, false, true }, { 10 * S, false, false },
		{ 3 * S, true, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chatter c = { 0 };
		chatter_raised(&c, usual, MIN);
		if (cases[i].is_acted)
			chatter_acted(&c);
		CU_ASSERT_EQUAL(chatter_cleared(&c, usual, MIN + cases[i].lived_ms), cases[i].is_fleeting);
	}
}

static void
a_clear_of_what_was_raised_before_a_restart_is_not_fleeting(void)
{
	struct chatter c = { 0 };

	CU_ASSERT_FALSE(chatter_cleared(&c, usual, 1));
}

static void
long_gaps_do_not_wrap_into_short_ones(void)
{
	struct chatter c = { 0 };
	int64_t day = 24 * 60 * MIN, now = 0;

	for (int i = 0; i < 20; i++, now += 50 * day) /* 50 days are more milliseconds than 32 bits hold */
		CU_ASSERT_FALSE(chatter_raised(&c, usual, now));
}

static void
the_settings_say_how_many(void)
{
	struct chatter_settings settings = chatter_defaults;

	for (unsigned raises = 2; raises <= CHATTER_RAISES_MAX; raises++) {
		struct chatter c = { 0 };
		settings.raises = raises;
		for (unsigned i = 1; i <= raises; i++)
			CU_ASSERT_EQUAL(chatter_raised(&c, &settings, i * S), i == raises);
	}
}

static void
the_raises_of_the_last_hour_are_counted(void)
{
	struct chatter_hour h = { 0 };

	for (int i = 0; i < 30; i++)
		chatter_hour_count(&h, 5 * MIN + i * 2 * S);
	chatter_hour_count(&h, 50 * MIN);
	CU_ASSERT_EQUAL(chatter_hour_sum(&h, 50 * MIN), 31);
	CU_ASSERT_EQUAL(chatter_hour_sum(&h, 65 * MIN - 1), 31);
	CU_ASSERT_EQUAL(chatter_hour_sum(&h, 65 * MIN), 1);
	CU_ASSERT_EQUAL(chatter_hour_sum(&h, 1000 * MIN), 0);
	chatter_hour_count(&h, 1000 * MIN);
	CU_ASSERT_EQUAL(chatter_hour_sum(&h, 1000 * MIN), 1);
}

static const struct claim claims[] = {
	CLAIM(three_raises_within_a_minute_chatter),
	CLAIM(a_millisecond_more_than_a_minute_is_no_chatter),
	CLAIM(its_begin_is_told_once),
	CLAIM(it_is_steady_when_nothing_happened_for_the_whole_time),
	CLAIM(after_its_end_it_takes_three_raises_again),
	CLAIM(short_and_untouched_is_fleeting),
	CLAIM(a_clear_of_what_was_raised_before_a_restart_is_not_fleeting),
	CLAIM(long_gaps_do_not_wrap_into_short_ones),
	CLAIM(the_settings_say_how_many),
	CLAIM(the_raises_of_the_last_hour_are_counted),
};

CLAIMS_MAIN("chatter", claims)
