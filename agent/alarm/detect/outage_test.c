/* SPDX-License-Identifier: ISC */
/* Sites that lose their mains together are one announcement: the feeder's, or the area's. */
#include "agent/alarm/list/alarm_fixture.h"

#define HOLD_MS 30000
#define HOUR    3600
#define SITES   10

static struct fixture f;
static uint32_t mains[SITES + 1], charging[SITES + 1], runtime[SITES + 1];

/* S1 to S5 on FDR-1, S6 to S8 on FDR-2, S9 and S10 on none; all in one area. */
static void
begin(void)
{
	char text[4096] = "sites:\n", id[8];

	for (int i = 1; i <= SITES; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "  - { id: S%d, kind: fixed, area: n/e, %s devices: [ { id: dc, driver: test } ] }\n", i,
		    i <= 5       ? "power-feeder: FDR-1,"
			: i <= 8 ? "power-feeder: FDR-2,"
				 : "");
	fixture_start(&f);
	fixture_import(&f, text, false);
	for (int i = 1; i <= SITES; i++) {
		snprintf(id, sizeof(id), "S%d", i);
		mains[i] = fixture_sensor(&f, id, "dc", "mains.present", "");
		charging[i] = fixture_sensor(&f, id, "dc", "battery.charging", "");
		runtime[i] = fixture_sensor(&f, id, "dc", "battery.runtime", "");
		fixture_presence(&f, id, "dc", TOWERD_PRESENCE_REACHABLE);
		fixture_read(&f, mains[i], 1);
	}
	fixture_step(&f, 10);
	f.told[0] = '\0';
}

/* What was told since the last call, but for readings that nobody refreshes here. */
static const char *
told(void)
{
	static char text[1024];

	text[0] = '\0';
	for (const char *line = fixture_heard(&f), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char one[128];
		snprintf(one, sizeof(one), "%.*s", (int)(end + 1 - line), line);
		if (one[0] != '!' && strstr(one, "comms/data-stale") == NULL &&
		    strstr(one, "agent/alarm-flood") == NULL) /* of those */
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", one);
	}
	return text;
}

static const struct alarm *
feeder(const char *name)
{
	struct group *group = model_feeder(f.model, name);
	return group != NULL ? alarm_find(f.alarms, group->entity.number, "power/feeder-outage", "") : NULL;
}

static const struct alarm *
mains_failure(int site)
{
	return alarm_find(f.alarms, mains[site], "power/mains-failure", "");
}

static void
loses(int from, int to)
{
	for (int i = from; i <= to; i++)
		fixture_read(&f, mains[i], 0);
}

static void
regains(int site)
{
	fixture_read(&f, mains[site], 1);
	fixture_read(&f, charging[site], 2 /* float */);
}

static void
a_feeder_that_fails_is_one_announcement(void)
{
	begin();
	for (int i = 1; i <= 5; i++) {
		fixture_read(&f, charging[i], 4 /* discharging */);
		fixture_step(&f, 500);
		loses(i, i);
		fixture_step(&f, 500);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(feeder("FDR-1"));
	CU_ASSERT_EQUAL(feeder("FDR-1")->consequences, 10);
	CU_ASSERT_EQUAL(mains_failure(3)->cause, feeder("FDR-1")->number);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(feeder("FDR-1")->text, "feeder FDR-1: 5 sites on battery");
	CU_ASSERT_STRING_EQUAL(told(), "");
	fixture_stop(&f);
}

/* Five events of one feeder: "m1" loses its mains, "b1" its battery carries the load. */
static void
in_order(const char *const *order)
{
	for (int i = 0; i < 5; i++) {
		int site = order[i][1] - '0';
		if (order[i][0] == 'm')
			loses(site, site);
		else
			fixture_read(&f, charging[site], 4);
		fixture_step(&f, 2000);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	for (int i = 0; i < 5; i++)
		regains(order[i][1] - '0');
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "clear power/feeder-outage cleared\n");
	CU_ASSERT(mains_failure(1) == NULL && mains_failure(2) == NULL && mains_failure(3) == NULL);
}

static void
in_each_of_120_orders(void)
{
	static const char *const events[] = { "m1", "m2", "m3", "b1", "b3" };
	const char *order[5];

	begin();
	for (unsigned p = 0; p < 120; p++) {
		unsigned rest = p;
		memcpy(order, events, sizeof(events));
		for (unsigned i = 5; i > 1; i--) {
			const char *swap = order[i - 1];
			order[i - 1] = order[rest % i];
			order[rest % i] = swap;
			rest /= i;
		}
		in_order(order);
	}
	fixture_stop(&f);
}

static void
two_sites_are_told_by_themselves_when_the_wait_is_over(void)
{
	begin();
	loses(1, 2);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "");
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(told(), "tell power/mains-failure minor\ntell power/mains-failure minor\n");
	loses(3, 3);
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	CU_ASSERT_EQUAL(mains_failure(1)->stand, STAND_CONSEQUENCE);
	fixture_stop(&f);
}

static void
it_gets_worse_as_the_reserves_end_and_no_site_of_it_is_told(void)
{
	begin();
	loses(1, 5);
	for (int i = 1; i <= 5; i++)
		fixture_read(&f, runtime[i], 2 * HOUR + 600 * i);
	fixture_step(&f, 10000);
	for (int i = 1; i <= 5; i++)
		fixture_read(&f, runtime[i], 2 * HOUR + 600 * i);
	fixture_step(&f, 60000);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	CU_ASSERT_STRING_EQUAL(
	    feeder("FDR-1")->text, "feeder FDR-1: 5 sites on battery, first dark in 2 h 9 min");
	fixture_read(&f, runtime[2], HOUR - 600);
	fixture_step(&f, 60000);
	CU_ASSERT_STRING_EQUAL(told(), "change power/feeder-outage major\n");
	fixture_presence(&f, "S2", "dc", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT_STRING_EQUAL(told(), "change power/feeder-outage critical\n");
	const struct alarm *dark =
	    alarm_find(f.alarms, model_site(f.model, "S2")->entity.number, "comms/site-unreachable", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(dark);
	CU_ASSERT_EQUAL(dark->cause, feeder("FDR-1")->number);
	CU_ASSERT(strncmp(feeder("FDR-1")->text, "feeder FDR-1: 4 sites on battery, 1 dark, next dark in 2 h",
		      54) == 0);
	fixture_stop(&f);
}

static void
nobody_who_knows_how_long_makes_it_major_when_it_lasts(void)
{
	begin();
	loses(1, 5);
	fixture_step(&f, 14 * 60000);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	fixture_step(&f, 3 * 60000);
	CU_ASSERT_STRING_EQUAL(told(), "change power/feeder-outage major\n");
	fixture_stop(&f);
}

static void
sites_come_back_one_by_one_without_noise_and_who_stays_out_is_told_at_the_end(void)
{
	begin();
	loses(1, 5);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	for (int i = 5; i > 2; i--) {
		regains(i);
		fixture_step(&f, 60000);
		CU_ASSERT_STRING_EQUAL(told(), "");
	}
	CU_ASSERT_STRING_EQUAL(feeder("FDR-1")->text, "feeder FDR-1: 2 sites on battery");
	regains(2); /* one of five is no outage of the feeder any more */
	fixture_step(&f, 20000);
	CU_ASSERT_STRING_EQUAL(told(), "");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "tell power/mains-failure minor\ntell power/feeder-outage cleared\n");
	CU_ASSERT_EQUAL(mains_failure(1)->stand, STAND_FREE);
	regains(1);
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(told(), "clear power/mains-failure cleared\n");
	fixture_stop(&f);
}

/* A site that nobody hears when its feeder is back: whether its mains is back as well cannot be known, and nobody is told that it is not. */
static void
what_nobody_can_know_of_a_silent_site_is_not_told_when_its_outage_ends(void)
{
	begin();
	loses(1, 5);
	fixture_step(&f, HOLD_MS);
	fixture_presence(&f, "S1", "dc", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT_STRING_EQUAL(
	    told(), "raise power/feeder-outage minor\nchange power/feeder-outage critical\n");
	for (int i = 2; i <= 5; i++)
		regains(i);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(
	    told(), "tell comms/site-unreachable major\ntell power/feeder-outage cleared\n");
	CU_ASSERT_EQUAL(mains_failure(1)->stand, STAND_CONSEQUENCE);
	fixture_presence(&f, "S1", "dc", TOWERD_PRESENCE_REACHABLE);
	regains(1);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "tell comms/site-unreachable cleared\n");
	CU_ASSERT_PTR_NULL(mains_failure(1));
	fixture_stop(&f);
}

static void
an_area_takes_its_feeders_in(void)
{
	begin();
	loses(1, 8);
	fixture_step(&f, HOLD_MS);
	const struct alarm *area =
	    alarm_find(f.alarms, model_area_group(f.model, "n/e")->entity.number, "power/area-outage", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(area);
	CU_ASSERT_EQUAL(feeder("FDR-1")->cause, area->number);
	CU_ASSERT_EQUAL(mains_failure(7)->cause, feeder("FDR-2")->number);
	CU_ASSERT_EQUAL(area->consequences, 10);
	CU_ASSERT_STRING_EQUAL(area->text, "area n/e: 2 feeders out, 8 sites on battery");
	fixture_stop(&f);
}

static void
after_a_restart_the_outage_goes_on(void)
{
	begin();
	loses(1, 5);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	int64_t utc = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc + 1000);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(feeder("FDR-1"));
	CU_ASSERT_EQUAL(feeder("FDR-1")->consequences, 5);
	for (int i = 1; i <= 5; i++)
		fixture_read(&f, mains[i], 1);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "clear power/feeder-outage cleared\n");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
the_sites_of_a_feeder_that_leaves_the_inventory_are_told(void)
{
	begin();
	loses(1, 3);
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise power/feeder-outage minor\n");
	fixture_import(&f,
	    "sites:\n"
	    "  - { id: S1, kind: fixed, area: n/e, devices: [ { id: dc, driver: test } ] }\n"
	    "  - { id: S2, kind: fixed, area: n/e, devices: [ { id: dc, driver: test } ] }\n",
	    true);
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_PTR_NULL(model_feeder(f.model, "FDR-1"));
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	CU_ASSERT_EQUAL(mains_failure(1)->stand, STAND_FREE);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_feeder_that_fails_is_one_announcement),
	CLAIM(in_each_of_120_orders),
	CLAIM(two_sites_are_told_by_themselves_when_the_wait_is_over),
	CLAIM(it_gets_worse_as_the_reserves_end_and_no_site_of_it_is_told),
	CLAIM(nobody_who_knows_how_long_makes_it_major_when_it_lasts),
	CLAIM(sites_come_back_one_by_one_without_noise_and_who_stays_out_is_told_at_the_end),
	CLAIM(what_nobody_can_know_of_a_silent_site_is_not_told_when_its_outage_ends),
	CLAIM(an_area_takes_its_feeders_in),
	CLAIM(after_a_restart_the_outage_goes_on),
	CLAIM(the_sites_of_a_feeder_that_leaves_the_inventory_are_told),
};

CLAIMS_MAIN("outage", claims)
