/* SPDX-License-Identifier: ISC */
/* Groups that fail together, out of histories whose truth is known. */
#include "agent/alarm/merit/together.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cunit_main.h"

#define MIN  (60 * 1000LL)
#define HOUR (60 * MIN)

struct seen {
	size_t groups, largest;
	int group_of[4096]; /* 0: none */
	struct together_member member[4096];
};
static struct seen seen;

static int
see(void *arg, const struct together_group *group)
{
	struct seen *s = arg;

	s->groups++;
	if (group->count > s->largest)
		s->largest = group->count;
	for (size_t i = 0; i < group->count; i++) {
		s->group_of[group->members[i].member] = (int)s->groups;
		s->member[group->members[i].member] = group->members[i];
	}
	return 0;
}

static void
look(struct together *t)
{
	memset(&seen, 0, sizeof(seen));
	while (together_step(t, 7))
		;
	CU_ASSERT_FALSE(together_failed(t));
	CU_ASSERT_EQUAL(together_each(t, see, &seen), 0);
	together_free(t);
}

static void
sites_that_fail_together_three_times_are_a_group(void)
{
	struct together *t = together_new(&together_defaults);

	for (int time = 1; time <= 3; time++)
		for (uint32_t site = 1; site <= 5; site++)
			together_add(t, site, time * HOUR + site * 20 * 1000);
	together_add(t, 9, 2 * HOUR); /* once by chance */
	look(t);
	CU_ASSERT_EQUAL(seen.groups, 1);
	CU_ASSERT_EQUAL(seen.largest, 5);
	CU_ASSERT_EQUAL(seen.group_of[9], 0);
	CU_ASSERT_EQUAL(seen.member[1].shared, 3);
	CU_ASSERT_EQUAL(seen.member[5].shared, 3);
	CU_ASSERT_EQUAL(seen.member[5].failures, 3);
}

static void
twice_is_chance(void)
{
	struct together *t = together_new(&together_defaults);

	for (int time = 1; time <= 2; time++)
		for (uint32_t site = 1; site <= 5; site++)
			together_add(t, site, time * HOUR);
	look(t);
	CU_ASSERT_EQUAL(seen.groups, 0);
}

static void
two_minutes_are_together_and_a_millisecond_more_is_not(void)
{
	for (int late = 0; late <= 1; late++) {
		struct together *t = together_new(&together_defaults);
		for (int time = 1; time <= 4; time++) {
			together_add(t, 1, time * HOUR + 7);
			together_add(t, 2, time * HOUR + 7 + 2 * MIN + late);
		}
		look(t);
		CU_ASSERT_EQUAL(seen.groups, late ? 0 : 1);
	}
}

static void
one_that_also_fails_alone_too_often_is_not_of_the_group(void)
{
	struct together *t = together_new(&together_defaults);

	for (int time = 1; time <= 7; time++) {
		together_add(t, 1, time * HOUR);
		together_add(t, 2, time * HOUR + 1000);
		together_add(t, 3, time * HOUR + 2000); /* and three times alone: 7 of 10 */
		together_add(t, 4, time * HOUR + 3000); /* and four times alone: 7 of 11 */
	}
	for (int time = 11; time <= 13; time++)
		together_add(t, 3, time * HOUR);
	for (int time = 21; time <= 24; time++)
		together_add(t, 4, time * HOUR);
	look(t);
	CU_ASSERT_EQUAL(seen.groups, 1);
	CU_ASSERT_EQUAL(seen.largest, 3);
	CU_ASSERT_EQUAL(seen.group_of[4], 0);
	CU_ASSERT_EQUAL(seen.member[3].failures, 10);
	CU_ASSERT_EQUAL(seen.member[3].shared, 7);
}

static void
a_city_that_goes_dark_says_nothing_of_its_feeders(void)
{
	struct together *t = together_new(&together_defaults);

	for (int time = 1; time <= 5; time++)
		for (uint32_t site = 1; site <= 400; site++)
			together_add(t, site, time * HOUR);
	look(t);
	CU_ASSERT_EQUAL(seen.groups, 0);
}

static void
what_flaps_failed_once(void)
{
	struct together *t = together_new(&together_defaults);

	for (int flap = 0; flap < 10; flap++)
		for (uint32_t site = 1; site <= 2; site++)
			together_add(t, site, HOUR + flap * 10 * 1000);
	look(t);
	CU_ASSERT_EQUAL(seen.groups, 0);
}

/* Thirty feeders of forty that fail at their own times, polls a minute apart, one site in ten also by itself, the city once a week. */
static void
the_feeders_of_a_city_are_found_again(void)
{
	enum { FEEDERS = 30, SITES = 40, WEEKS = 4 };
	struct together *t = together_new(&together_defaults);
	uint32_t seed = 5;

	for (int64_t slot = 0; slot < WEEKS * 7 * 24 * 4; slot++) {
		int64_t at = slot * 15 * MIN;
		for (uint32_t f = 0; f < FEEDERS; f++) {
			seed = seed * 1664525 + 1013904223;
			bool is_out = (seed >> 16) % 300 == 0 || slot % (7 * 24 * 4) == 50;
			for (uint32_t s = 0; s < SITES; s++) {
				seed = seed * 1664525 + 1013904223;
				uint32_t site = 1 + f * SITES + s;
				if (is_out)
					together_add(t, site, at + (seed >> 16) % (60 * 1000));
				else if (s % 10 == 0 && (seed >> 16) % 2000 == 0)
					together_add(t, site, at + 7 * MIN);
			}
		}
	}
	look(t);
	/* Never two feeders in one group; those that are left out failed alone as often. */
	unsigned found = 0, feeder_of[2 * FEEDERS + 1] = { 0 };
	CU_ASSERT_TRUE_FATAL(seen.groups >= FEEDERS && seen.groups <= 2 * FEEDERS);
	for (uint32_t site = 1; site <= FEEDERS * SITES; site++) {
		unsigned feeder = 1 + (site - 1) / SITES, *of = &feeder_of[seen.group_of[site]];
		if (seen.group_of[site] == 0)
			continue;
		found++;
		CU_ASSERT_TRUE(*of == 0 || *of == feeder);
		*of = feeder;
	}
	CU_ASSERT_TRUE(found >= FEEDERS * SITES * 95 / 100);
}

static void
too_many_are_left_out_and_said_so(void)
{
	struct together_settings settings = together_defaults;
	settings.members = 2;
	struct together *t = together_new(&settings);

	for (int time = 1; time <= 3; time++) {
		CU_ASSERT_EQUAL(together_add(t, 1, time * HOUR), 0);
		CU_ASSERT_EQUAL(together_add(t, 2, time * HOUR), 0);
		CU_ASSERT_EQUAL(together_add(t, 3, time * HOUR), -ENOSPC);
	}
	look(t);
	CU_ASSERT_EQUAL(seen.largest, 2);
}

static const struct claim claims[] = {
	CLAIM(sites_that_fail_together_three_times_are_a_group),
	CLAIM(twice_is_chance),
	CLAIM(two_minutes_are_together_and_a_millisecond_more_is_not),
	CLAIM(one_that_also_fails_alone_too_often_is_not_of_the_group),
	CLAIM(a_city_that_goes_dark_says_nothing_of_its_feeders),
	CLAIM(what_flaps_failed_once),
	CLAIM(the_feeders_of_a_city_are_found_again),
	CLAIM(too_many_are_left_out_and_said_so),
};

CLAIMS_MAIN("together", claims)
