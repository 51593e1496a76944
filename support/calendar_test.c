/* SPDX-License-Identifier: ISC */
/* Recurrences by the clock of real zones, through the nights on which it is changed; rules that would cost too much are refused. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libical/ical.h>

#include "support/calendar.h"
#include "tests/support/cunit_main.h"
#include "towerd/time.h"

#define HOUR_MS INT64_C(3600000)

static int64_t
utc(const char *text)
{
	int64_t ms = 0;

	CU_ASSERT_EQUAL(towerd_time_parse(text, &ms), 0);
	return ms;
}

static struct calendar *
made(const char *start, const char *zone, const char *rule, int64_t hours)
{
	const struct calendar_terms terms = { start, zone, rule, hours * HOUR_MS };
	struct calendar *calendar = NULL;
	char error[256] = "";

	if (calendar_new(&terms, utc("2027-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"), &calendar, error,
		sizeof(error)) < 0) {
		fprintf(stderr, "%s\n", error);
		CU_FAIL("it was refused");
	}
	return calendar;
}

/* The span that a moment meets is as said; whether the moment is inside follows from it. */
static void
expect(const struct calendar *calendar, const char *at, const char *begin, const char *end)
{
	struct calendar_span span = { 0, 0 };
	char is[2][TOWERD_TIME_TEXT];

	CU_ASSERT_FATAL(calendar != NULL);
	bool is_inside = calendar_at(calendar, utc(at), &span);
	if (span.begin_ms != utc(begin) || span.end_ms != utc(end) ||
	    is_inside != (utc(at) >= utc(begin) && utc(at) < utc(end))) {
		fprintf(stderr, "at %s: %s to %s\n", at, towerd_time_format(span.begin_ms, is[0]),
		    towerd_time_format(span.end_ms, is[1]));
		CU_FAIL("another span");
	}
}

static void
a_window_keeps_its_local_time_through_summer_and_winter(void)
{
	struct calendar *c = made("2027-01-03T01:00", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=SU", 2);

	CU_ASSERT_EQUAL(calendar_count(c), 52);
	expect(c, "2027-03-21T00:30:00Z", "2027-03-21T00:00:00Z", "2027-03-21T02:00:00Z");
	/* The night of the change: it begins before it, and is as long as ever. */
	expect(c, "2027-03-21T02:00:00Z", "2027-03-28T00:00:00Z", "2027-03-28T02:00:00Z");
	expect(c, "2027-04-04T00:00:00Z", "2027-04-03T23:00:00Z", "2027-04-04T01:00:00Z");
	expect(c, "2027-11-01T00:00:00Z", "2027-11-07T00:00:00Z", "2027-11-07T02:00:00Z");
	calendar_free(c);
}

static void
an_occurrence_that_the_clock_leaves_out_is_none(void)
{
	struct calendar *c = made("2027-03-26T02:30", "Europe/Berlin", "FREQ=DAILY;COUNT=4", 1);

	/* 26, 27, not the 28th, 29, 30: what does not exist is not counted. */
	CU_ASSERT_EQUAL(calendar_count(c), 4);
	expect(c, "2027-03-27T12:00:00Z", "2027-03-29T00:30:00Z", "2027-03-29T01:30:00Z");
	expect(c, "2027-03-29T12:00:00Z", "2027-03-30T00:30:00Z", "2027-03-30T01:30:00Z");
	calendar_free(c);
	/* Midnight itself is left out in Beirut. */
	c = made("2027-03-27T00:00", "Asia/Beirut", "FREQ=DAILY;COUNT=2", 1);
	expect(c, "2027-03-27T12:00:00Z", "2027-03-28T21:00:00Z", "2027-03-28T22:00:00Z");
	calendar_free(c);
}

static void
a_start_that_the_clock_leaves_out_is_read_with_the_offset_before(void)
{
	struct calendar *c = made("2027-03-28T02:30", "Europe/Berlin", NULL, 1);
	expect(c, "2027-01-01T00:00:00Z", "2027-03-28T01:30:00Z", "2027-03-28T02:30:00Z");
	calendar_free(c);
	c = made("20270314T023000", "America/New_York", "", 1);
	expect(c, "2027-01-01T00:00:00Z", "2027-03-14T07:30:00Z", "2027-03-14T08:30:00Z");
	calendar_free(c);
}

static void
of_a_local_time_that_comes_twice_the_first_counts(void)
{
	struct calendar *c = made("2027-10-30T02:30", "Europe/Berlin", "FREQ=DAILY;COUNT=3", 1);
	expect(c, "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z");
	expect(c, "2027-10-31T12:00:00Z", "2027-11-01T01:30:00Z", "2027-11-01T02:30:00Z");
	calendar_free(c);
	c = made("2027-11-07T01:30:00", "America/New_York", NULL, 2);
	expect(c, "2027-01-01T00:00:00Z", "2027-11-07T05:30:00Z", "2027-11-07T07:30:00Z");
	calendar_free(c);
}

static void
count_and_until_end_a_series(void)
{
	struct calendar_span span;
	struct calendar *c = made("2027-05-01T10:00", "UTC", "FREQ=DAILY;COUNT=2", 1);
	CU_ASSERT_FALSE(calendar_at(c, utc("2027-05-02T11:00:00Z"), &span));
	CU_ASSERT_EQUAL(span.end_ms, 0);
	calendar_free(c);
	/* UNTIL in UTC: 02:00 in Berlin is 00:00 in UTC, and the last one. */
	c = made("2027-05-01T02:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20270503T000000Z", 1);
	CU_ASSERT_EQUAL(calendar_count(c), 3);
	calendar_free(c);
	/* A day counts until its end. */
	c = made("2027-05-01T23:00", "America/New_York", "FREQ=DAILY;UNTIL=20270503", 1);
	CU_ASSERT_EQUAL(calendar_count(c), 3);
	calendar_free(c);
}

static void
occurrences_that_meet_are_one_span_and_the_stretch_cuts_them(void)
{
	struct calendar *c = made("2026-12-31T12:00", "UTC", "FREQ=DAILY;COUNT=4", 24);
	CU_ASSERT_EQUAL(calendar_count(c), 1);
	expect(c, "2027-01-01T06:00:00Z", "2027-01-01T00:00:00Z", "2027-01-04T12:00:00Z");
	calendar_free(c);
	c = made("2027-12-31T12:00", "UTC", NULL, 24);
	expect(c, "2027-01-01T06:00:00Z", "2027-12-31T12:00:00Z", "2028-01-01T00:00:00Z");
	calendar_free(c);
}

static void
the_last_friday_of_each_second_month_is_found(void)
{
	struct calendar *c =
	    made("2027-01-29T22:00", "Asia/Baghdad", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", 3);
	CU_ASSERT_EQUAL(calendar_count(c), 6);
	expect(c, "2027-02-01T00:00:00Z", "2027-03-26T19:00:00Z", "2027-03-26T22:00:00Z");
	calendar_free(c);
}

/* Against libical's own iterator, in UTC, where it can be trusted with times. (BYMONTHDAY=-1 with FREQ=DAILY it takes for something else.) */
static void
the_days_of_a_rule_are_those_that_libical_finds(void)
{
	static const char *const rules[] = { "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;BYMONTH=2,12",
		"FREQ=DAILY;BYMONTHDAY=1,15", "FREQ=DAILY;BYDAY=MO,WE;INTERVAL=2",
		"FREQ=DAILY;BYHOUR=1,13;BYMINUTE=0,30", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TU,SU",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
		"FREQ=WEEKLY;BYMONTH=6;BYDAY=FR", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=31",
		"FREQ=MONTHLY;BYMONTHDAY=-1,-2,15", "FREQ=MONTHLY;BYDAY=1SU", "FREQ=MONTHLY;BYDAY=-1FR,2TU",
		"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;INTERVAL=5;BYDAY=MO",
		"FREQ=MONTHLY;BYMONTH=1,3;BYDAY=5MO", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=4,10",
		"FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=10", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
		"FREQ=YEARLY;BYDAY=20MO,-1WE", "FREQ=YEARLY;BYDAY=TH",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,2,3;BYDAY=MO", "FREQ=DAILY;COUNT=7",
		"FREQ=WEEKLY;COUNT=3;BYDAY=MO,TU" };
	static const char *const starts[] = { "20260113T060000", "20251231T235900", "20260531T000000" };
	int64_t from_ms = utc("2026-01-01T00:00:00Z"), until_ms = utc("2027-04-01T00:00:00Z");
	unsigned compared = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) * 3; i++) {
		const struct calendar_terms terms = { starts[i % 3], "UTC", rules[i / 3], 60000 };
		struct icalrecurrencetype rule = icalrecurrencetype_from_string(rules[i / 3]);
		icalrecur_iterator *each = icalrecur_iterator_new(rule, icaltime_from_string(starts[i % 3]));
		struct calendar *calendar = NULL;
		struct calendar_span span;
		char error[256] = "";

		CU_ASSERT_EQUAL_FATAL(
		    calendar_new(&terms, from_ms, until_ms, &calendar, error, sizeof(error)), 0);
		for (int64_t at_ms = from_ms; calendar_at(calendar, at_ms, &span) || span.end_ms != 0;
		     at_ms = span.end_ms) {
			int64_t theirs_ms;
			do
				theirs_ms = (int64_t)icaltime_as_timet(icalrecur_iterator_next(each)) * 1000;
			while (theirs_ms + 60000 <= from_ms && theirs_ms != 0);
			if (theirs_ms != span.begin_ms && theirs_ms >= from_ms) {
				fprintf(stderr, "%s from %s: %lld, libical says %lld\n", rules[i / 3],
				    starts[i % 3], (long long)span.begin_ms, (long long)theirs_ms);
				CU_FAIL("another day");
				break;
			}
			compared++;
		}
		icalrecur_iterator_free(each);
		calendar_free(calendar);
	}
	CU_ASSERT(compared > 5000);
}

static void
what_cannot_be_taken_is_refused_with_a_sentence(void)
{
	static const struct {
		const char *start, *zone, *rule;
		int64_t ms;
		const char *says;
	} cases[] = {
		{ "2027-01-01T00:00", "Europe/Nowhere", "FREQ=DAILY", HOUR_MS,
		    "no time zone \"Europe/Nowhere\"" },
		{ "2027-01-01T00:00", "../../etc/passwd", "FREQ=DAILY", HOUR_MS, "no time zone" },
		{ "2027-01-01T00:00", "/etc/passwd", "FREQ=DAILY", HOUR_MS, "no time zone" },
		{ "2027-01-01T00:00", "", "FREQ=DAILY", HOUR_MS, "no time zone" },
		{ "2027-02-30T00:00", "UTC", "FREQ=DAILY", HOUR_MS, "no local time" },
		{ "2027-01-01T25:00", "UTC", "FREQ=DAILY", HOUR_MS, "no local time" },
		{ "2027-01-01T00:00Z", "UTC", "FREQ=DAILY", HOUR_MS, "no local time" },
		{ "tomorrow", "UTC", "FREQ=DAILY", HOUR_MS, "no local time" },
		{ "2027-01-01T00:00", "UTC", "FREQ=SECONDLY", HOUR_MS, "FREQ=SECONDLY is too often" },
		{ "2027-01-01T00:00", "UTC", "FREQ=HOURLY;COUNT=2", HOUR_MS, "FREQ=HOURLY is too often" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY;BYSECOND=1,2", HOUR_MS, "no part of a rule" },
		{ "2027-01-01T00:00", "UTC", "RSCALE=CHINESE;FREQ=YEARLY", HOUR_MS, "no part of a rule" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY;FREQ=DAILY", HOUR_MS, "stands twice" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY;BYMINUTE=0,1,2,3,4", HOUR_MS, "at most 4" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY;INTERVAL=0", HOUR_MS, "INTERVAL" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY\nX", HOUR_MS, "" },
		{ "2027-01-01T00:00", "UTC", "DAILY", HOUR_MS, "no part of a rule" },
		{ "2027-01-01T00:00", "UTC", "FREQ=OFTEN", HOUR_MS, "no rule of RFC 5545" },
		{ "2027-01-01T00:00", "UTC", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", HOUR_MS,
		    "no occurrence" },
		{ "2027-01-01T00:00", "UTC", "FREQ=DAILY;BYHOUR=0,3,6,9,12,15,18,21", HOUR_MS,
		    "more than 2000" },
		{ "2026-01-01T00:00", "UTC", "FREQ=DAILY;UNTIL=20260301", HOUR_MS, "no occurrence" },
		{ "2024-12-01T00:00", "UTC", "FREQ=DAILY", HOUR_MS, "two years ago" },
		{ "2027-01-01T00:00", "UTC", NULL, 59999, "between a minute and 31 days" },
		{ "2027-01-01T00:00", "UTC", NULL, 32 * 24 * HOUR_MS, "between a minute and 31 days" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct calendar_terms terms = { cases[i].start, cases[i].zone, cases[i].rule,
			cases[i].ms };
		struct calendar *calendar = NULL;
		char error[256] = "";
		int rc = calendar_new(&terms, utc("2027-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"),
		    &calendar, error, sizeof(error));
		CU_ASSERT_EQUAL(rc, -EINVAL);
		CU_ASSERT_PTR_NULL(calendar);
		if (strstr(error, cases[i].says) == NULL || error[0] == '\0') {
			fprintf(stderr, "case %zu: %s\n", i, error);
			CU_FAIL("another sentence");
		}
		if (rc == 0)
			calendar_free(calendar);
	}
}

/* Measured by CPU time, with room for a slow machine under sanitizers. */
static void
no_rule_that_is_read_costs_much(void)
{
	static const char *const rules[] = {
		"FREQ=DAILY;COUNT=1000000000;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,"
		"22,23;"
		"BYMINUTE=0,15,30,45",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,"
		"20,21,22,23;"
		"BYMINUTE=0,15,30,45",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,"
		"19,20,21,22,23;"
		"BYMINUTE=0,15,30,45",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=13",
		"FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6,9,11",
		"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
		"FREQ=YEARLY;INTERVAL=32767",
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=31",
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct calendar_terms terms = { "2025-01-01T00:00", "Europe/Berlin", rules[i], 60000 };
		struct calendar *calendar = NULL;
		char error[256] = "";
		clock_t begun = clock();
		int rc = calendar_new(&terms, utc("2027-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"),
		    &calendar, error, sizeof(error));
		double s = (double)(clock() - begun) / CLOCKS_PER_SEC;
		if (s > 2.0) {
			fprintf(stderr, "%s: %f s\n", rules[i], s);
			CU_FAIL("it costs too much");
		}
		if (rc == 0)
			calendar_free(calendar);
	}
}

static const struct claim claims[] = {
	CLAIM(a_window_keeps_its_local_time_through_summer_and_winter),
	CLAIM(an_occurrence_that_the_clock_leaves_out_is_none),
	CLAIM(a_start_that_the_clock_leaves_out_is_read_with_the_offset_before),
	CLAIM(of_a_local_time_that_comes_twice_the_first_counts),
	CLAIM(count_and_until_end_a_series),
	CLAIM(occurrences_that_meet_are_one_span_and_the_stretch_cuts_them),
	CLAIM(the_last_friday_of_each_second_month_is_found),
	CLAIM(the_days_of_a_rule_are_those_that_libical_finds),
	CLAIM(what_cannot_be_taken_is_refused_with_a_sentence),
	CLAIM(no_rule_that_is_read_costs_much),
};

CLAIMS_MAIN("calendar", claims)
