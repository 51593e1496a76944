/* SPDX-License-Identifier: ISC */
/* When the trouble of many is one outage: cases by name, then random changes against a recount. */
#include "agent/alarm/correlate/supply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

#define MIN_MS (60 * 1000)

static struct supply *supply;
static char changes[256];

static void
on_changed(void *arg, uint32_t group, enum supply_change change)
{
	static const char *const names[] = { "began", "ended", "counted" };
	size_t used = strlen(changes);

	(void)arg;
	if (change != SUPPLY_COUNTED)
		snprintf(changes + used, sizeof(changes) - used, "%u %s;", group, names[change]);
}

static const char *
changed(void)
{
	static char text[256];

	memcpy(text, changes, sizeof(text));
	changes[0] = '\0';
	return text;
}

static void
begin(const struct supply_settings *settings)
{
	supply = supply_new(settings, on_changed, NULL);
	changes[0] = '\0';
}

static void
end(void)
{
	supply_free(supply);
	supply = NULL;
}

static void
members(uint32_t from, uint32_t to, uint32_t feeder, uint32_t area)
{
	for (uint32_t site = from; site <= to; site++) {
		CU_ASSERT_EQUAL(supply_set_site(supply, site, feeder, area), 0);
		supply_set_mains(supply, site, SUPPLY_MAINS_PRESENT, 0);
	}
}

static void
lost(uint32_t from, uint32_t to)
{
	for (uint32_t site = from; site <= to; site++)
		supply_set_mains(supply, site, SUPPLY_MAINS_LOST, site);
}

static const char *
verdict(uint32_t site, int64_t now_ms)
{
	static char text[32];
	static const char *const names[] = { "none", "wait", "outage" };
	uint32_t cause;
	enum supply_verdict v = supply_judge(supply, site, now_ms, &cause);

	snprintf(text, sizeof(text), cause != 0 ? "%s %u" : "%s", names[v], cause);
	return text;
}

static void
a_feeder_is_out_when_enough_and_half_of_its_sites_are(void)
{
	begin(NULL);
	members(1, 8, 100, 0);
	lost(1, 3);
	CU_ASSERT_STRING_EQUAL(changed(), "");
	CU_ASSERT_STRING_EQUAL(verdict(1, 20), "wait");
	CU_ASSERT_STRING_EQUAL(verdict(1, 30000), "wait");
	CU_ASSERT_STRING_EQUAL(verdict(1, 30001), "none"); /* each waits since its own loss */
	CU_ASSERT_STRING_EQUAL(verdict(2, 30001), "wait");
	CU_ASSERT_EQUAL(supply_wait_end(supply, 2), 30002);
	CU_ASSERT_STRING_EQUAL(verdict(8, 20), "none");
	lost(4, 4);
	CU_ASSERT_STRING_EQUAL(changed(), "100 began;");
	CU_ASSERT_STRING_EQUAL(verdict(1, 30001), "outage 100");
	CU_ASSERT_STRING_EQUAL(verdict(8, 20), "none");
	end();
}

static void
two_sites_are_no_outage_and_are_not_waited_for(void)
{
	begin(NULL);
	members(1, 2, 100, 0);
	lost(1, 2);
	CU_ASSERT_STRING_EQUAL(changed(), "");
	CU_ASSERT_STRING_EQUAL(verdict(1, 3), "none");
	end();
}

static void
sites_whose_mains_nobody_knows_do_not_count(void)
{
	begin(NULL);
	for (uint32_t site = 1; site <= 40; site++)
		supply_set_site(supply, site, 100, 0);
	lost(1, 3);
	CU_ASSERT_STRING_EQUAL(changed(), "100 began;");
	struct supply_counts counts;
	CU_ASSERT_EQUAL(supply_count(supply, 100, &counts), 0);
	CU_ASSERT(counts.members == 40 && counts.known == 3 && counts.lost == 3);
	end();
}

static void
an_outage_ends_below_half_the_share_and_not_before(void)
{
	begin(NULL);
	members(1, 8, 100, 0);
	lost(1, 8);
	CU_ASSERT_STRING_EQUAL(changed(), "100 began;");
	for (uint32_t site = 8; site > 2; site--)
		supply_set_mains(supply, site, SUPPLY_MAINS_PRESENT, 0);
	CU_ASSERT_STRING_EQUAL(changed(), "");
	CU_ASSERT_STRING_EQUAL(verdict(1, MIN_MS), "outage 100"); /* 2 of 8 are a quarter */
	supply_set_mains(supply, 2, SUPPLY_MAINS_PRESENT, 0);
	CU_ASSERT_STRING_EQUAL(changed(), "100 ended;");
	CU_ASSERT_STRING_EQUAL(verdict(1, MIN_MS), "none");
	end();
}

static void
an_area_is_out_when_more_than_one_of_its_feeders_is(void)
{
	begin(NULL);
	members(1, 8, 100, 200);
	members(9, 10, 101, 200);
	lost(1, 8);
	CU_ASSERT_STRING_EQUAL(changed(), "100 began;"); /* 80 % of the area, by one feeder */
	CU_ASSERT_EQUAL(supply_area_of(supply, 100), 0);
	lost(9, 9);
	CU_ASSERT_STRING_EQUAL(changed(), "200 began;");
	CU_ASSERT_STRING_EQUAL(verdict(1, MIN_MS), "outage 100");
	CU_ASSERT_STRING_EQUAL(verdict(9, MIN_MS), "outage 200");
	CU_ASSERT_EQUAL(supply_area_of(supply, 100), 200);
	members(11, 11, 100, 201); /* the feeder leads out of the area: the area does not explain it */
	CU_ASSERT_EQUAL(supply_area_of(supply, 100), 0);
	end();
}

static void
sites_without_a_feeder_are_as_one_feeder_of_their_area(void)
{
	begin(NULL);
	members(1, 4, 0, 200);
	lost(1, 4);
	CU_ASSERT_STRING_EQUAL(changed(), "");
	members(5, 6, 100, 200);
	lost(5, 6);
	CU_ASSERT_STRING_EQUAL(changed(), "200 began;");
	struct supply_counts counts;
	CU_ASSERT_EQUAL(supply_count(supply, 200, &counts), 0);
	CU_ASSERT(counts.feeders == 2 && counts.lost == 6 && counts.since_ms == 1);
	end();
}

static void
a_site_that_moves_takes_what_is_known_of_it_along(void)
{
	begin(NULL);
	members(1, 4, 100, 200);
	lost(1, 4);
	CU_ASSERT_STRING_EQUAL(changed(), "100 began;");
	for (uint32_t site = 1; site <= 4; site++)
		CU_ASSERT_EQUAL(supply_set_site(supply, site, 101, 201), 0);
	CU_ASSERT_STRING_EQUAL(changed(), "101 began;100 ended;");
	CU_ASSERT_EQUAL(supply_count(supply, 100, &(struct supply_counts){ 0 }), -ENOENT);
	for (uint32_t site = 1; site <= 4; site++)
		supply_remove_site(supply, site);
	CU_ASSERT_STRING_EQUAL(changed(), "101 ended;");
	CU_ASSERT_EQUAL(supply_set_site(supply, 1, 200, 200), -EINVAL);
	members(1, 1, 100, 200);
	CU_ASSERT_EQUAL(supply_set_site(supply, 2, 200, 0), -EINVAL);
	end();
}

static void
the_text_has_counts_and_the_next_to_go_dark(void)
{
	char text[128];
	struct supply_counts counts;

	begin(NULL);
	members(1, 44, 100, 0);
	lost(1, 44);
	for (uint32_t site = 1; site <= 41; site++)
		supply_set_expected(supply, site, (129 + site) * (int64_t)MIN_MS);
	supply_count(supply, 100, &counts);
	CU_ASSERT_STRING_EQUAL(supply_text(SUPPLY_FEEDER, "FDR-12", &counts, 0, text, sizeof(text)),
	    "feeder FDR-12: 44 sites on battery, first dark in 2 h 10 min");
	for (uint32_t site = 1; site <= 3; site++)
		supply_set_dark(supply, site, true);
	supply_count(supply, 100, &counts);
	CU_ASSERT_STRING_EQUAL(
	    supply_text(SUPPLY_FEEDER, "FDR-12", &counts, 131 * MIN_MS, text, sizeof(text)),
	    "feeder FDR-12: 41 sites on battery, 3 dark, next dark in 2 min");
	CU_ASSERT_STRING_EQUAL(
	    supply_text(SUPPLY_FEEDER, "FDR-12", &counts, 200 * MIN_MS, text, sizeof(text)),
	    "feeder FDR-12: 41 sites on battery, 3 dark, next dark at any moment");
	counts = (struct supply_counts){ .lost = 9, .dark = 9, .feeders = 2 };
	CU_ASSERT_STRING_EQUAL(supply_text(SUPPLY_AREA, "nineveh/east", &counts, 0, text, sizeof(text)),
	    "area nineveh/east: 2 feeders out, no site on battery, 9 dark");
	counts = (struct supply_counts){ .lost = 1 };
	CU_ASSERT_STRING_EQUAL(
	    supply_text(SUPPLY_FEEDER, "F", &counts, 0, text, sizeof(text)), "feeder F: 1 site on battery");
	end();
}

/* The recount: who is where, by plain loops. */
#define SITES   24
#define FEEDERS 3 /* numbers 100.. */
#define AREAS   2 /* numbers 200.. */

static struct {
	uint32_t of[2];
	enum supply_mains mains;
	bool is_dark, is_known;
} sites[SITES + 1];
static bool was_out[300];
static uint32_t seed;

static uint32_t
die(uint32_t sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % sides;
}

static void
recount(uint32_t number, int kind, struct supply_counts *out)
{
	uint32_t part_lost[4] = { 0 }, part_known[4] = { 0 };

	*out = (struct supply_counts){ 0 };
	for (int s = 1; s <= SITES; s++) {
		if (!sites[s].is_known || sites[s].of[kind] != number)
			continue;
		uint32_t part = sites[s].of[0] != 0 ? sites[s].of[0] - 99 : 0;
		bool is_lost = sites[s].mains == SUPPLY_MAINS_LOST;
		out->members++;
		out->known += sites[s].mains != SUPPLY_MAINS_UNKNOWN;
		out->lost += is_lost;
		out->dark += is_lost && sites[s].is_dark;
		part_known[part] += sites[s].mains != SUPPLY_MAINS_UNKNOWN;
		part_lost[part] += is_lost;
	}
	for (int part = 0; part < 4 && kind == SUPPLY_AREA; part++)
		out->feeders += part_lost[part] > 0 && part_lost[part] * 2 >= part_known[part];
	uint32_t share = kind == SUPPLY_FEEDER ? 50 : 80;
	if (was_out[number])
		out->is_outage = out->lost > 0 && out->lost * 200 >= share * out->known;
	else
		out->is_outage = out->lost >= 3 && out->lost * 100 >= share * out->known &&
		    (kind == SUPPLY_FEEDER || out->feeders >= 2);
	was_out[number] = out->is_outage;
}

static bool
agrees(uint32_t number, int kind)
{
	struct supply_counts want, have = { 0 };

	recount(number, kind, &want);
	if (supply_count(supply, number, &have) == -ENOENT)
		return want.members == 0;
	return have.members == want.members && have.known == want.known && have.lost == want.lost &&
	    have.dark == want.dark && have.feeders == want.feeders && have.is_outage == want.is_outage &&
	    supply_is_outage(supply, number) == want.is_outage;
}

static void
any_sequence_of_changes_counts_as_a_recount_does(void)
{
	unsigned wrong = 0, outages = 0;

	begin(NULL);
	seed = 4;
	for (int i = 0; i < 200000 && wrong == 0; i++) {
		uint32_t s = 1 + die(SITES), bias = (uint32_t)i / 500 % 4;
		switch (die(8)) {
		case 0:
			if (die(8) == 0) {
				supply_remove_site(supply, s);
				sites[s].is_known = false;
				sites[s].mains = SUPPLY_MAINS_UNKNOWN;
				sites[s].is_dark = false;
				break;
			}
			/* A move is two changes of members; the reference sees each. */
			if (sites[s].is_known) {
				supply_set_site(supply, s, 0, 0);
				sites[s].of[0] = sites[s].of[1] = 0;
				for (uint32_t g = 0; g < FEEDERS; g++)
					wrong += !agrees(100 + g, SUPPLY_FEEDER);
				for (uint32_t g = 0; g < AREAS; g++)
					wrong += !agrees(200 + g, SUPPLY_AREA);
			}
			sites[s].is_known = true;
			sites[s].of[0] = die(4) ? 100 + die(FEEDERS) : 0;
			sites[s].of[1] = die(4) ? 200 + die(AREAS) : 0;
			CU_ASSERT_EQUAL(supply_set_site(supply, s, sites[s].of[0], sites[s].of[1]), 0);
			break;
		case 1:
			if (!sites[s].is_known)
				break;
			sites[s].is_dark = die(2) != 0;
			supply_set_dark(supply, s, sites[s].is_dark);
			break;
		default:
			if (!sites[s].is_known)
				break;
			sites[s].mains = die(3) < bias ? SUPPLY_MAINS_LOST
			    : die(6)                   ? SUPPLY_MAINS_PRESENT
						       : SUPPLY_MAINS_UNKNOWN;
			supply_set_mains(supply, s, sites[s].mains, i + 1);
			break;
		}
		for (uint32_t g = 0; g < FEEDERS; g++)
			wrong += !agrees(100 + g, SUPPLY_FEEDER);
		for (uint32_t g = 0; g < AREAS; g++) {
			wrong += !agrees(200 + g, SUPPLY_AREA);
			outages += was_out[200 + g];
		}
		if (strlen(changes) > 100)
			changes[0] = '\0';
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(outages > 1000);
	end();
}

static const struct claim claims[] = {
	CLAIM(a_feeder_is_out_when_enough_and_half_of_its_sites_are),
	CLAIM(two_sites_are_no_outage_and_are_not_waited_for),
	CLAIM(sites_whose_mains_nobody_knows_do_not_count),
	CLAIM(an_outage_ends_below_half_the_share_and_not_before),
	CLAIM(an_area_is_out_when_more_than_one_of_its_feeders_is),
	CLAIM(sites_without_a_feeder_are_as_one_feeder_of_their_area),
	CLAIM(a_site_that_moves_takes_what_is_known_of_it_along),
	CLAIM(the_text_has_counts_and_the_next_to_go_dark),
	CLAIM(any_sequence_of_changes_counts_as_a_recount_does),
};

CLAIMS_MAIN("supply", claims)
