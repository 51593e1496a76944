/* SPDX-License-Identifier: ISC */
/* Figures of merit over raised and told, over days and restarts. */
#include "agent/alarm/merit/merit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <towerd/json.h>

#include "tests/support/cunit_main.h"

#define MIN  (60 * 1000)
#define HOUR (60 * MIN)
#define DAY  20000 /* some day of 2024 */
#define UTC  (DAY * MERIT_DAY_MS)

static struct merit_figures figures;

static struct merit_subject
subject(const char *type, uint32_t site, int severity)
{
	return (struct merit_subject){
		.type = alarm_type_find(type), .site = site, .area = "east", .severity = (uint8_t)severity
	};
}

static void
mains(struct merit *m, unsigned source, uint32_t site, int64_t now_ms)
{
	struct merit_subject s = subject("power/mains-failure", site, TOWERD_MINOR);

	merit_pass(m, source, now_ms);
	merit_count(m, source, &s, now_ms);
}

static struct merit *
merit_with_a_sink(void)
{
	struct merit *m = merit_new(&flood_defaults, 0, UTC);

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_EQUAL_FATAL(merit_source_open(m, 1, "noc", 0), 0);
	return m;
}

static void
raised_and_told_are_counted_apart(void)
{
	struct merit *m = merit_with_a_sink();

	for (uint32_t i = 0; i < 41; i++)
		mains(m, MERIT_RAISED, i, i);
	mains(m, 1, 7, 50);
	CU_ASSERT_TRUE(merit_figures(m, MERIT_RAISED, 1, HOUR, &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 41);
	CU_ASSERT_EQUAL(figures.sum.peak, 41);
	CU_ASSERT_EQUAL(figures.sum.floods, 1);
	CU_ASSERT_EQUAL(figures.sum.first, 41);
	CU_ASSERT_TRUE(merit_figures(m, 1, 1, HOUR, &figures));
	CU_ASSERT_STRING_EQUAL(figures.name, "noc");
	CU_ASSERT_EQUAL(figures.sum.alarms, 1);
	CU_ASSERT_EQUAL(figures.sum.floods, 0);
	CU_ASSERT_FALSE(merit_figures(m, 2, 1, HOUR, &figures));
	merit_free(m);
}

static void
the_time_in_flood_ends_when_the_flood_does(void)
{
	struct merit *m = merit_with_a_sink();

	for (uint32_t i = 0; i < 10; i++)
		mains(m, 1, i, HOUR);
	CU_ASSERT_EQUAL(merit_flood_due_ms(m, 1), HOUR + 10 * MIN);
	merit_turn(m, HOUR + 5 * MIN, UTC); /* figures may be read in the middle */
	CU_ASSERT_EQUAL(merit_pass(m, 1, 2 * HOUR), FLOOD_ENDS);
	CU_ASSERT_TRUE(merit_figures(m, 1, 1, 100 * (int64_t)MIN, &figures));
	CU_ASSERT_EQUAL(figures.sum.flood_ms, 10 * MIN);
	CU_ASSERT_EQUAL(figures.flood_permille, 100);
	merit_free(m);
}

static void
priorities_and_contributors_are_what_was_counted(void)
{
	struct merit *m = merit_with_a_sink();
	struct merit_subject major = subject("comms/site-unreachable", 3, TOWERD_MAJOR),
			     critical = subject("env/fire", 3, TOWERD_CRITICAL),
			     warning = subject("site/door-open", 4, TOWERD_WARNING);

	for (int i = 0; i < 16; i++)
		merit_count(m, 1, &warning, i);
	for (int i = 0; i < 3; i++)
		merit_count(m, 1, &major, i);
	merit_count(m, 1, &critical, 9);
	CU_ASSERT_TRUE_FATAL(merit_figures(m, 1, 1, HOUR, &figures));
	CU_ASSERT_EQUAL(figures.sum.priorities[MERIT_LOW], 16);
	CU_ASSERT_EQUAL(figures.sum.priorities[MERIT_MEDIUM], 3);
	CU_ASSERT_EQUAL(figures.sum.priorities[MERIT_HIGH], 1);
	CU_ASSERT_EQUAL(figures.types.used, 3);
	CU_ASSERT_STRING_EQUAL(alarm_type_at((unsigned)figures.types.items[0].key)->name, "site/door-open");
	CU_ASSERT_EQUAL(figures.types.items[0].count, 16);
	CU_ASSERT_EQUAL(figures.sites.items[0].key, 4);
	CU_ASSERT_EQUAL(figures.sites.items[1].count, 4);
	CU_ASSERT_EQUAL(merit_permille(figures.sum.priorities[MERIT_LOW], figures.sum.alarms), 800);
	merit_free(m);
}

static void
a_day_ends_at_midnight_and_a_report_sums_days(void)
{
	struct merit *m = merit_with_a_sink();

	mains(m, 1, 1, HOUR);
	CU_ASSERT_FALSE(merit_turn(m, 2 * HOUR, UTC + MERIT_DAY_MS - 1));
	CU_ASSERT_TRUE(merit_turn(m, 3 * HOUR, UTC + MERIT_DAY_MS));
	CU_ASSERT_EQUAL(merit_today(m), DAY + 1);
	mains(m, 1, 2, 4 * HOUR);
	mains(m, 1, 2, 4 * HOUR);
	CU_ASSERT_TRUE(merit_figures(m, 1, 1, 5 * HOUR, &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 2);
	CU_ASSERT_EQUAL(figures.sum.watched_ms, 2 * HOUR);
	CU_ASSERT_TRUE(merit_figures(m, 1, 2, 5 * HOUR, &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 3);
	CU_ASSERT_EQUAL(figures.sum.watched_ms, 5 * HOUR);
	CU_ASSERT_EQUAL(figures.per_ten, 100);
	CU_ASSERT_EQUAL(figures.days, 2);
	CU_ASSERT_EQUAL(figures.sites.items[0].key, 2);
	merit_free(m);
}

static void
a_clock_that_is_set_back_stays_on_its_day(void)
{
	struct merit *m = merit_with_a_sink();

	CU_ASSERT_FALSE(merit_turn(m, HOUR, UTC - 5 * MERIT_DAY_MS));
	CU_ASSERT_EQUAL(merit_today(m), DAY);
	merit_free(m);
}

/* What was written of a day, read by another one that starts at utc_ms. */
static int
carry(struct merit *from, uint32_t day, struct merit *to)
{
	struct towerd_json_writer w = { 0 };
	char error[128] = "";
	int rc = -ENOENT;

	if (merit_row_write(from, day, &w)) {
		const char *text = towerd_json_done(&w);
		struct towerd_json *json = towerd_json_parse(text, strlen(text), error, sizeof(error));
		CU_ASSERT_PTR_NOT_NULL_FATAL(json);
		rc = merit_row_read(to, day, json);
		towerd_json_free(json);
	}
	towerd_json_fini(&w);
	return rc;
}

static void
days_survive_a_restart_by_name(void)
{
	struct merit *m = merit_with_a_sink(), *n = merit_new(&flood_defaults, 0, UTC + MERIT_DAY_MS);

	CU_ASSERT_PTR_NOT_NULL_FATAL(n);
	for (uint32_t site = 1; site <= 30; site++)
		for (uint32_t i = 0; i < site; i++)
			mains(m, 1, site, MIN);
	merit_kept(m, MERIT_KEPT_CONSEQUENCE);
	merit_cleared(m, 1234, true);
	merit_chattered(m);
	merit_turn(m, HOUR, UTC + MERIT_DAY_MS);
	mains(m, 1, 30, HOUR);
	merit_turn(m, 2 * HOUR, UTC + MERIT_DAY_MS + HOUR);
	CU_ASSERT_EQUAL(carry(m, DAY, n), 0);
	CU_ASSERT_EQUAL(carry(m, DAY + 1, n), 0);
	CU_ASSERT_EQUAL(merit_source_next(n, 1), -1);          /* known of old alone */
	CU_ASSERT_EQUAL(merit_source_open(n, 5, "noc", 0), 0); /* another number now */
	mains(n, 5, 30, MIN);
	CU_ASSERT_TRUE_FATAL(merit_figures(n, 5, 7, HOUR, &figures));
	CU_ASSERT_EQUAL(figures.total, 1);
	CU_ASSERT_EQUAL(figures.sum.alarms, 30 * 31 / 2 + 2);
	CU_ASSERT_EQUAL(figures.sum.watched_ms, 3 * HOUR);
	CU_ASSERT_EQUAL(figures.sites.items[0].key, 30);
	CU_ASSERT_EQUAL(figures.sites.items[0].count, 32);
	CU_ASSERT_EQUAL(figures.sites.items[0].error, 0);
	CU_ASSERT_STRING_EQUAL(
	    alarm_type_at((unsigned)figures.types.items[0].key)->name, "power/mains-failure");
	CU_ASSERT_TRUE_FATAL(merit_figures(n, MERIT_RAISED, 7, HOUR, &figures));
	CU_ASSERT_EQUAL(figures.sum.kept[MERIT_KEPT_CONSEQUENCE], 1);
	CU_ASSERT_EQUAL(figures.sum.fleeting, 1);
	CU_ASSERT_EQUAL(figures.sum.chattering, 1);
	CU_ASSERT_EQUAL(figures.sum.lived_ms, 1234);
	merit_free(m);
	merit_free(n);
}

static void
rows_of_no_use_are_told_and_broken_ones_refused(void)
{
	static const struct {
		int ahead;
		const char *text;
		int rc;
	} cases[] = {
		{ 1, "{\"sources\":[]}", -ERANGE },
		{ -MERIT_DAYS, "{\"sources\":[]}", -ERANGE },
		{ 1 - MERIT_DAYS, "{\"sources\":[]}", 0 },
		{ 0, "{}", -EBADMSG },
		{ 0, "{\"sources\":[{}]}", -EBADMSG },
		{ 0,
		    "{\"sources\":[{\"name\":\"a\",\"alarms\":-1,\"types\":[],\"types-rest\":0,\"sites\":[],"
		    "\"sites-rest\":0}]}",
		    -EBADMSG },
		{ 0,
		    "{\"sources\":[{\"name\":\"a\",\"types\":[[\"x\"]],\"types-rest\":0,\"sites\":[],\"sites-"
		    "rest\":0}]}",
		    -EBADMSG },
		/* a type that the catalogue has no more */
		{ 0,
		    "{\"sources\":[{\"name\":\"a\",\"types\":[[\"x/"
		    "y\",1,0]],\"types-rest\":0,\"sites\":[[1,1,0]],\"sites-rest\":0}]}",
		    0 },
	};
	struct merit *m = merit_with_a_sink();
	char error[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct towerd_json *json =
		    towerd_json_parse(cases[i].text, strlen(cases[i].text), error, sizeof(error));
		CU_ASSERT_PTR_NOT_NULL_FATAL(json);
		CU_ASSERT_EQUAL(merit_row_read(m, (uint32_t)(DAY + cases[i].ahead), json), cases[i].rc);
		towerd_json_free(json);
	}
	merit_free(m);
}

static void
no_more_days_are_kept_than_a_report_may_ask_for(void)
{
	struct merit *m = merit_with_a_sink();

	for (int i = 0; i < MERIT_DAYS + 50; i++) {
		mains(m, 1, 1, (int64_t)i * HOUR);
		merit_turn(m, (int64_t)i * HOUR, UTC + i * MERIT_DAY_MS);
	}
	CU_ASSERT_TRUE_FATAL(merit_figures(m, 1, 100000, (int64_t)1000 * HOUR, &figures));
	CU_ASSERT_EQUAL(figures.days, MERIT_DAYS);
	CU_ASSERT_EQUAL(figures.total, MERIT_DAYS + 50);
	CU_ASSERT_EQUAL(figures.sum.alarms, MERIT_DAYS - 1); /* the first was before the first turn */
	merit_free(m);
}

static void
audiences_may_change_their_numbers(void)
{
	struct merit *m = merit_with_a_sink();
	char name[80];

	CU_ASSERT_EQUAL(merit_source_open(m, 2, "wallboard", 0), 0);
	mains(m, 1, 1, MIN);
	CU_ASSERT_EQUAL(merit_source_open(m, 1, "wallboard", MIN), 0);
	CU_ASSERT_EQUAL(merit_source_open(m, 2, "noc", MIN), 0);
	CU_ASSERT_TRUE(merit_figures(m, 2, 1, HOUR, &figures));
	CU_ASSERT_STRING_EQUAL(figures.name, "noc");
	CU_ASSERT_EQUAL(figures.sum.alarms, 1);
	for (unsigned i = 1; i < MERIT_SOURCES; i++) {
		snprintf(name, sizeof(name), "other-%u", i);
		CU_ASSERT_EQUAL(merit_source_open(m, i, name, MIN), 0);
	}
	CU_ASSERT_EQUAL(merit_source_open(m, MERIT_SOURCES, "one-too-many", MIN), -EINVAL);
	CU_ASSERT_EQUAL(merit_source_open(m, 0, "not-the-raised", MIN), -EINVAL);
	memset(name, 'x', 64);
	name[64] = '\0';
	CU_ASSERT_EQUAL(merit_source_open(m, 1, name, MIN), -EINVAL);
	merit_source_close(m, 1);
	CU_ASSERT_PTR_NULL(merit_source_name(m, 1));
	CU_ASSERT_EQUAL(merit_source_next(m, 1), 2);
	merit_free(m);
}

static const struct claim claims[] = {
	CLAIM(raised_and_told_are_counted_apart),
	CLAIM(the_time_in_flood_ends_when_the_flood_does),
	CLAIM(priorities_and_contributors_are_what_was_counted),
	CLAIM(a_day_ends_at_midnight_and_a_report_sums_days),
	CLAIM(a_clock_that_is_set_back_stays_on_its_day),
	CLAIM(days_survive_a_restart_by_name),
	CLAIM(rows_of_no_use_are_told_and_broken_ones_refused),
	CLAIM(no_more_days_are_kept_than_a_report_may_ask_for),
	CLAIM(audiences_may_change_their_numbers),
};

CLAIMS_MAIN("merit", claims)
