/* SPDX-License-Identifier: ISC */
/* Floods: begin and end to the millisecond, and what is said of them. */
#include "agent/alarm/merit/flood.h"

#include <string.h>

#include "tests/support/cunit_main.h"

#define MIN (60 * 1000)

static const struct flood_settings *const usual = &flood_defaults;

static enum flood_news
came(struct flood *f, int64_t at_ms)
{
	flood_pass(f, usual, at_ms);
	return flood_count(f, usual,
	    &(struct flood_alarm){ .type = 1, .area = 2, .site = 3, .severity = 4, .at_ms = at_ms });
}

static void
the_tenth_within_ten_minutes_begins_it(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 9; i++)
		CU_ASSERT_EQUAL(came(&f, i * MIN), FLOOD_NONE);
	CU_ASSERT_EQUAL(came(&f, 10 * MIN - 1), FLOOD_BEGINS);
	CU_ASSERT_TRUE(f.is_flood);
	CU_ASSERT_EQUAL(f.upset_ms, 0);
	CU_ASSERT_EQUAL(f.since_ms, 10 * MIN - 1);
}

static void
the_tenth_after_ten_minutes_does_not(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 9; i++)
		came(&f, i * MIN);
	CU_ASSERT_EQUAL(came(&f, 10 * MIN), FLOOD_NONE);
	CU_ASSERT_FALSE(f.is_flood);
	CU_ASSERT_EQUAL(came(&f, 10 * MIN), FLOOD_BEGINS); /* of 1 to 10 minutes, and this one */
}

static void
one_alarm_a_minute_for_ever_begins_one_flood_only(void)
{
	struct flood f = { 0 };
	unsigned begins = 0;

	for (int i = 0; i < 1000; i++)
		begins += came(&f, (int64_t)i * 59 * 1000) == FLOOD_BEGINS;
	CU_ASSERT_EQUAL(begins, 1);
	CU_ASSERT_EQUAL(f.count, 1000);
}

static void
it_ends_when_the_fifth_newest_leaves_the_window(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 10; i++)
		came(&f, i * 1000);
	/* The newest five: 5 to 9 s. At 605 s that of 5 s is gone, and four are left. */
	CU_ASSERT_EQUAL(flood_due_ms(&f, usual), 10 * MIN + 5000);
	CU_ASSERT_EQUAL(flood_pass(&f, usual, 10 * MIN + 4999), FLOOD_NONE);
	CU_ASSERT_EQUAL(flood_pass(&f, usual, 10 * MIN + 5000), FLOOD_ENDS);
	CU_ASSERT_EQUAL(flood_pass(&f, usual, 10 * MIN + 5001), FLOOD_NONE);
}

static void
what_still_comes_keeps_it_up(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 10; i++)
		came(&f, 0);
	for (int i = 1; i <= 20; i++) { /* five in ten minutes are enough to go on */
		CU_ASSERT_EQUAL(came(&f, i * 119 * 1000), FLOOD_NONE);
		CU_ASSERT_TRUE(f.is_flood);
	}
	CU_ASSERT_EQUAL(f.count, 30);
}

static void
one_that_is_looked_at_late_ended_when_it_did(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 10; i++)
		came(&f, i);
	CU_ASSERT_EQUAL(flood_pass(&f, usual, 60 * MIN), FLOOD_ENDS);
	CU_ASSERT_EQUAL(f.ended_ms, 10 * MIN + 5);
}

static void
the_first_ten_minutes_of_the_upset_are_counted_from_its_first_alarm(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 10; i++)
		came(&f, i * 1000);
	came(&f, 10 * MIN - 1);
	came(&f, 10 * MIN);
	CU_ASSERT_EQUAL(f.first, 11);
	CU_ASSERT_EQUAL(f.count, 12);
}

static void
the_next_flood_begins_with_nothing_of_the_last(void)
{
	struct flood f = { 0 };

	for (int i = 0; i < 25; i++)
		flood_count(
		    &f, usual, &(struct flood_alarm){ .type = 9, .area = 9, .severity = 6, .at_ms = i });
	flood_pass(&f, usual, 60 * MIN);
	for (int i = 0; i < 10; i++)
		came(&f, 60 * MIN + i);
	CU_ASSERT_EQUAL(f.count, 10);
	CU_ASSERT_EQUAL(f.worst, 4);
	CU_ASSERT_EQUAL(f.types.used, 1);
	CU_ASSERT_EQUAL(f.types.items[0].key, 1);
	CU_ASSERT_EQUAL(f.types.items[0].count, 10);
	CU_ASSERT_EQUAL(f.areas.items[0].example, 3);
}

/* The obvious way: all times, counted anew at each. */
static void
it_says_what_counting_all_of_them_says(void)
{
	static int64_t times[2000];
	struct flood f = { 0 };
	uint32_t seed = 7;
	bool is_flood = false;
	size_t used = 0;

	for (int64_t now = 0; used < 2000; now += 7919) {
		seed = seed * 1664525 + 1013904223;
		unsigned pace = now / (90 * MIN) % 2 == 0 ? 3 : 40; /* busy and quiet hours */
		bool comes = (seed >> 16) % pace == 0;
		unsigned within = 0;
		flood_pass(&f, usual, now);
		for (size_t i = 0; i < used; i++)
			within += now - times[i] < usual->window_ms;
		if (is_flood && within < usual->end)
			is_flood = false;
		if (comes) {
			times[used++] = now;
			came(&f, now);
			within++;
		}
		if (!is_flood && comes && within >= usual->begin)
			is_flood = true;
		CU_ASSERT_EQUAL_FATAL(f.is_flood, is_flood);
	}
}

static const struct claim claims[] = {
	CLAIM(the_tenth_within_ten_minutes_begins_it),
	CLAIM(the_tenth_after_ten_minutes_does_not),
	CLAIM(one_alarm_a_minute_for_ever_begins_one_flood_only),
	CLAIM(it_ends_when_the_fifth_newest_leaves_the_window),
	CLAIM(what_still_comes_keeps_it_up),
	CLAIM(one_that_is_looked_at_late_ended_when_it_did),
	CLAIM(the_first_ten_minutes_of_the_upset_are_counted_from_its_first_alarm),
	CLAIM(the_next_flood_begins_with_nothing_of_the_last),
	CLAIM(it_says_what_counting_all_of_them_says),
};

CLAIMS_MAIN("flood", claims)
