/* SPDX-License-Identifier: ISC */
/* Shelves and maintenance windows: who silences what, for how long, by whose word. */
#include <errno.h>

#include "agent/alarm/silence/silence_fixture.h"
#include "agent/model/text_key.h"

static struct fixture f;

static struct silence_request
shelf(const char *name, const struct silence_criteria *criteria)
{
	return (struct silence_request){ .kind = SILENCE_SHELF,
		.name = name,
		.criteria = *criteria,
		.owner = "uid 7",
		.reason = "works on the feeder",
		.until_ms = loop_utc_ms(f.loop) + 4 * HOUR_MS };
}

#define SHELF(name, ...) shelf(name, &(const struct silence_criteria){ __VA_ARGS__ })

static int
add(const struct silence_request request)
{
	return fixture_add(&f, &request);
}

static bool
described(enum silence_kind kind, const char *name, struct silence_info *info)
{
	const struct silence *silence = silence_get(f.silences, kind, name);

	if (silence != NULL)
		silence_describe(f.silences, silence, info);
	return silence != NULL;
}

static unsigned
position(const char *name)
{
	return silence_position(f.silences, silence_get(f.silences, SILENCE_SHELF, name));
}

#define BY(site, type, severity, who) CU_ASSERT_STRING_EQUAL(fixture_by(&f, site, type, severity), who)

static void
all_criteria_must_hold(void)
{
	static const struct {
		struct silence_criteria criteria;
		bool holds;
	} cases[] = {
		{ { .site = "NIN-1" }, true },
		{ { .site = "NIN-2" }, false },
		{ { .site = "NIN-*" }, true },
		{ { .site = "?IN-1" }, true },
		{ { .site = "MSL-*" }, false },
		{ { .area = "nineveh" }, true },
		{ { .area = "nineveh/east" }, true },
		{ { .area = "nineveh/eas" }, false },
		{ { .area = "mosul" }, false },
		{ { .device = "power" }, true },
		{ { .device = "radio" }, false },
		{ { .type = "power/mains-failure" }, true },
		{ { .type = "power/*" }, true },
		{ { .type = "power/fuse-open" }, false },
		{ { .type = "battery/*" }, false },
		{ { .qualifier = "" }, true },
		{ { .qualifier = "phase 1" }, false },
		{ { .max_severity = TOWERD_MAJOR }, true },
		{ { .max_severity = TOWERD_MINOR }, false },
		{ { .site = "NIN-1", .area = "nineveh", .device = "power", .type = "power/*" }, true },
		{ { .site = "NIN-1", .area = "mosul", .device = "power", .type = "power/*" }, false },
		{ { .site = "NIN-1", .max_severity = TOWERD_WARNING }, false },
	};

	fixture_start(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(add(shelf("a", &cases[i].criteria)), 0);
		if (strcmp(fixture_by(&f, "NIN-1", "power/mains-failure", TOWERD_MAJOR),
			cases[i].holds ? "shelf a" : "") != 0) {
			fprintf(stderr, "case %zu\n", i);
			CU_FAIL("not so");
		}
		CU_ASSERT_EQUAL(silence_remove(f.silences, SILENCE_SHELF, "a", "uid 7", f.error,
				    sizeof(f.error), NULL, NULL),
		    0);
		loop_step(f.loop, 0);
	}
	fixture_stop(&f);
}

static void
the_first_shelf_that_matches_wins_and_one_may_be_put_before_another(void)
{
	struct silence_info info;

	fixture_start(&f);
	CU_ASSERT_EQUAL(add(SHELF("wide", .area = "nineveh")), 0);
	CU_ASSERT_EQUAL(add(SHELF("late", .site = "NIN-1")), 0);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf wide");
	struct silence_request request = SHELF("early", .site = "NIN-1");
	request.before = "wide";
	CU_ASSERT_EQUAL(add(request), 0);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf early");
	request.name = "between";
	request.before = "wide";
	CU_ASSERT_EQUAL(add(request), 0);
	CU_ASSERT_EQUAL(position("between"), 2);
	request.name = "nowhere";
	request.before = "gone";
	CU_ASSERT_EQUAL(add(request), -ENOENT);
	/* In the order of a table: shorter names first. */
	static const char *const names[] = { "late", "wide", "early", "between" };
	uint32_t key[TOWERD_OID_MAX];
	const struct silence *silence = silence_seek(f.silences, SILENCE_SHELF, NULL, 0, true);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(silence);
		silence_describe(f.silences, silence, &info);
		CU_ASSERT_STRING_EQUAL(info.name, names[i]);
		silence = silence_seek(
		    f.silences, SILENCE_SHELF, key, text_key_of(info.name, strlen(info.name), key), false);
	}
	CU_ASSERT_PTR_NULL(silence);
	fixture_restart(&f, 0);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf early");
	CU_ASSERT_EQUAL(position("wide"), 3);
	fixture_stop(&f);
}

/* However they are found, the one in front wins: a hundred shelves at random places, held against their order. */
static void
the_first_of_many_wins_whatever_it_is_about(void)
{
	static const char *const sites[] = { "NIN-1", "NIN-2", "MSL-1" };
	static char names[100][8];
	struct silence_info info;
	unsigned seed = 7;

	fixture_start(&f);
	for (size_t i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "s%zu", i);
		unsigned what = (unsigned)rand_r(&seed) % 5;
		const char *site = sites[(unsigned)rand_r(&seed) % 3];
		struct silence_request request = SHELF(names[i], .max_severity = 3 + rand_r(&seed) % 4);
		if (what == 0)
			request.criteria.site = site;
		else if (what == 1)
			request.criteria.site = "NIN-*";
		else if (what == 2)
			request.criteria.area = "nineveh";
		else if (what == 3)
			request.criteria.resource = fixture_device(&f, site, "power");
		if (what == 3) {
			request.criteria.type = "power/mains-failure";
			request.criteria.qualifier = "";
		}
		if (i > 0 && rand_r(&seed) % 2 == 0)
			request.before = names[(unsigned)rand_r(&seed) % i];
		CU_ASSERT_EQUAL_FATAL(add(request), 0);
	}
	for (int round = 0; round < 90; round++) {
		const char *site = sites[round % 3];
		int severity = TOWERD_WARNING + round / 3 % 4;
		char first[16] = "";
		unsigned best = 1000;
		for (size_t i = 0; i < 100; i++) {
			if (!described(SILENCE_SHELF, names[i], &info) ||
			    severity > info.criteria.max_severity)
				continue;
			const char *is = info.criteria.site;
			bool fits = info.criteria.resource != 0
			    ? info.criteria.resource == fixture_device(&f, site, "power")
			    : is != NULL ? strcmp(is, site) == 0 || (is[4] == '*' && site[0] == 'N')
					 : info.criteria.area == NULL || site[0] == 'N';
			if (fits && position(names[i]) < best) {
				best = position(names[i]);
				snprintf(first, sizeof(first), "shelf %s", names[i]);
			}
		}
		BY(site, "power/mains-failure", severity, first);
		/* The winner goes, and the next one takes its place. */
		if (first[0] == '\0')
			continue;
		CU_ASSERT_EQUAL(silence_remove(f.silences, SILENCE_SHELF, first + 6, "uid 7", f.error,
				    sizeof(f.error), NULL, NULL),
		    0);
		loop_step(f.loop, 0);
	}
	fixture_stop(&f);
}

static void
nothing_silences_what_is_about_safety(void)
{
	fixture_start(&f);
	struct silence_request request = SHELF("all", .site = NULL);
	request.is_everything = true;
	CU_ASSERT_EQUAL(add(request), 0);
	BY("NIN-1", "power/mains-failure", TOWERD_CRITICAL, "shelf all");
	for (unsigned i = 0; i < alarm_type_count(); i++)
		if (alarm_type_at(i)->is_safety)
			BY("NIN-1", alarm_type_at(i)->name, TOWERD_WARNING, "");
	CU_ASSERT_EQUAL(add(SHELF("fire", .type = "env/fire")), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.error, "safety"));
	fixture_stop(&f);
}

static void
a_silence_without_owner_reason_or_end_cannot_be_made(void)
{
	static const struct {
		const char *name, *owner, *reason;
		int64_t in_ms;
		bool is_all;
		const char *site, *type;
		const char *says;
	} cases[] = {
		{ "a", NULL, "r", HOUR_MS, true, NULL, NULL, "an owner and a reason" },
		{ "a", "", "r", HOUR_MS, true, NULL, NULL, "an owner and a reason" },
		{ "a", "o", "  ", HOUR_MS, true, NULL, NULL, "an owner and a reason" },
		{ "a", "o", "two\nlines", HOUR_MS, true, NULL, NULL, "an owner and a reason" },
		{ "a", "o", "r", 0, true, NULL, NULL, "before it" },
		{ "a", "o", "r", -HOUR_MS, true, NULL, NULL, "before it" },
		{ "a", "o", "r", 31 * DAY_MS, true, NULL, NULL, "within 30d" },
		{ "a", "o", "r", HOUR_MS, false, NULL, NULL, "--all" },
		{ "a", "o", "r", HOUR_MS, true, "NIN-1", NULL, "either everything" },
		{ "a", "o", "r", HOUR_MS, false, "NIN-9", NULL, "no site \"NIN-9\"" },
		{ "a", "o", "r", HOUR_MS, false, "NIN 1", NULL, "no site's id" },
		{ "a", "o", "r", HOUR_MS, false, NULL, "power/nothing", "no alarm type" },
		{ "a", "o", "r", HOUR_MS, false, NULL, "site/intrusion", "safety" },
		{ "", "o", "r", HOUR_MS, true, NULL, NULL, "a name has" },
		{ "-a", "o", "r", HOUR_MS, true, NULL, NULL, "a name has" },
		{ "a b", "o", "r", HOUR_MS, true, NULL, NULL, "a name has" },
		{ "a123456789012345678901234567890123", "o", "r", HOUR_MS, true, NULL, NULL, "a name has" },
	};

	fixture_start(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct silence_request request = { .kind = SILENCE_SHELF,
			.name = cases[i].name,
			.owner = cases[i].owner,
			.reason = cases[i].reason,
			.is_everything = cases[i].is_all,
			.criteria = { .site = cases[i].site, .type = cases[i].type },
			.until_ms = loop_utc_ms(f.loop) + cases[i].in_ms };
		CU_ASSERT_EQUAL(fixture_add(&f, &request), -EINVAL);
		if (strstr(f.error, cases[i].says) == NULL) {
			fprintf(stderr, "case %zu: %s\n", i, f.error);
			CU_FAIL("another sentence");
		}
	}
	CU_ASSERT_STRING_EQUAL(fixture_journal(&f), "");
	fixture_stop(&f);
}

static void
it_ends_by_itself_and_the_list_hears_of_both(void)
{
	fixture_start(&f);
	CU_ASSERT_EQUAL(add(SHELF("site", .site = "NIN-1")), 0);
	CU_ASSERT_EQUAL(add(SHELF("area", .area = "nineveh")), 0);
	CU_ASSERT_EQUAL(add(SHELF("type", .type = "power/*")), 0);
	CU_ASSERT_STRING_EQUAL(f.heard, "[site NIN-1][area nineveh][all]");
	CU_ASSERT_EQUAL(add(SHELF("site", .site = "NIN-2")), -EEXIST);
	f.heard[0] = '\0';
	loop_step(f.loop, 4 * HOUR_MS - 1);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf site");
	loop_step(f.loop, 1);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "");
	CU_ASSERT_STRING_EQUAL(f.heard, "[site NIN-1][area nineveh][all]");
	CU_ASSERT_STRING_EQUAL(fixture_journal(&f),
	    "shelf.add uid 7 shelf site\nshelf.add uid 7 shelf area\nshelf.add uid 7 shelf type\n"
	    "shelf.remove agent shelf site\nshelf.remove agent shelf area\nshelf.remove agent shelf type\n");
	fixture_stop(&f);
}

static void
a_renewal_moves_the_end_and_is_bounded_from_now(void)
{
	struct silence_info info;

	fixture_start(&f);
	CU_ASSERT_EQUAL(add(SHELF("a", .site = "NIN-1")), 0);
	CU_ASSERT_EQUAL(silence_renew(f.silences, SILENCE_SHELF, "a", loop_utc_ms(f.loop) + 31 * DAY_MS,
			    "uid 8", f.error, sizeof(f.error), NULL, NULL),
	    -EINVAL);
	CU_ASSERT_EQUAL(silence_renew(f.silences, SILENCE_SHELF, "b", loop_utc_ms(f.loop) + HOUR_MS, "uid 8",
			    f.error, sizeof(f.error), NULL, NULL),
	    -ENOENT);
	CU_ASSERT_EQUAL(silence_renew(f.silences, SILENCE_SHELF, "a", loop_utc_ms(f.loop) + DAY_MS, "uid 8",
			    f.error, sizeof(f.error), fixture_done, &f),
	    0);
	/* The next change waits for this one. */
	CU_ASSERT_EQUAL(
	    silence_remove(f.silences, SILENCE_SHELF, "a", "uid 8", f.error, sizeof(f.error), NULL, NULL),
	    -EBUSY);
	loop_step(f.loop, 5 * HOUR_MS);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf a");
	CU_ASSERT_TRUE(described(SILENCE_SHELF, "a", &info));
	CU_ASSERT_STRING_EQUAL(info.owner, "uid 7");
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_journal(&f), "shelf.renew uid 8 shelf a\n"));
	loop_step(f.loop, DAY_MS);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "");
	fixture_stop(&f);
}

static void
what_is_held_is_counted(void)
{
	struct silence_subject subject;
	struct silence_verdict verdict;
	struct silence_info info;

	fixture_start(&f);
	CU_ASSERT_EQUAL(add(SHELF("a", .site = "NIN-1")), 0);
	subject = fixture_subject(&f, "NIN-1", "power/mains-failure", TOWERD_MINOR);
	CU_ASSERT_TRUE(silence_find(f.silences, &subject, &verdict));
	CU_ASSERT_EQUAL(verdict.until_ms, loop_utc_ms(f.loop) + 4 * HOUR_MS);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "works on the feeder");
	silence_hold(f.silences, verdict.holder, true);
	silence_hold(f.silences, verdict.holder, true);
	silence_hold(f.silences, verdict.holder, false);
	CU_ASSERT_TRUE(described(SILENCE_SHELF, "a", &info));
	CU_ASSERT_EQUAL(info.held, 1);
	CU_ASSERT_EQUAL(info.holds, 2);
	loop_step(f.loop, 5 * HOUR_MS);
	silence_hold(f.silences, verdict.holder, false); /* it is gone */
	fixture_stop(&f);
}

static void
a_shelf_may_hold_one_single_alarm(void)
{
	char name[SILENCE_NAME_MAX + 1];

	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	CU_ASSERT_EQUAL(
	    add(SHELF("alarm-5", .resource = power, .type = "power/mains-failure", .qualifier = "")), 0);
	CU_ASSERT_STRING_EQUAL(f.heard, "[resource]");
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf alarm-5");
	BY("NIN-1", "power/fuse-open", TOWERD_MINOR, "");
	BY("NIN-2", "power/mains-failure", TOWERD_MINOR, "");
	CU_ASSERT_TRUE(silence_shelf_of(f.silences, power, "power/mains-failure", "", name));
	CU_ASSERT_STRING_EQUAL(name, "alarm-5");
	CU_ASSERT_FALSE(silence_shelf_of(f.silences, power, "power/mains-failure", "x", name));
	CU_ASSERT_EQUAL(add(SHELF("b", .resource = power)), -EINVAL);
	fixture_stop(&f);
}

static void
a_window_silences_while_its_calendar_says_so(void)
{
	struct silence_info info;
	int64_t begin_ms;

	fixture_start(&f); /* 2026-01-01T00:00Z, a Thursday */
	struct silence_request request = { .kind = SILENCE_WINDOW,
		.name = "night",
		.criteria = { .area = "nineveh" },
		.owner = "transport",
		.reason = "software",
		.until_ms = loop_utc_ms(f.loop) + 20 * DAY_MS,
		.start = "2026-01-04T02:00",
		.zone = "Asia/Baghdad",
		.rule = "FREQ=WEEKLY;BYDAY=SU",
		.duration_ms = 2 * HOUR_MS };
	CU_ASSERT_EQUAL(fixture_add(&f, &request), 0);
	CU_ASSERT_STRING_EQUAL(f.heard, "");
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "");
	CU_ASSERT_TRUE(described(SILENCE_WINDOW, "night", &info));
	CU_ASSERT_EQUAL(towerd_time_parse("2026-01-03T23:00:00Z", &begin_ms), 0);
	CU_ASSERT_EQUAL(info.next_ms, begin_ms);
	loop_step(f.loop, begin_ms - loop_utc_ms(f.loop));
	CU_ASSERT_STRING_EQUAL(f.heard, "[area nineveh]");
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "window night");
	BY("MSL-1", "power/mains-failure", TOWERD_MINOR, "");
	fixture_restart(&f, HOUR_MS);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "window night");
	loop_step(f.loop, HOUR_MS);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "");
	CU_ASSERT_STRING_EQUAL(f.heard, "[area nineveh]");
	loop_step(f.loop, 7 * DAY_MS - 2 * HOUR_MS);
	BY("NIN-2", "power/mains-failure", TOWERD_MINOR, "window night");
	/* The last of three is over before the series' end: it goes. */
	loop_step(f.loop, 7 * DAY_MS + 2 * HOUR_MS);
	CU_ASSERT_FALSE(described(SILENCE_WINDOW, "night", &info));
	CU_ASSERT_STRING_EQUAL(
	    fixture_journal(&f), "window.add uid 7 window night\nwindow.remove agent window night\n");
	request.rule = "FREQ=SECONDLY";
	CU_ASSERT_EQUAL(fixture_add(&f, &request), -EINVAL);
	request.rule = "FREQ=DAILY";
	request.zone = "Asia/Atlantis";
	CU_ASSERT_EQUAL(fixture_add(&f, &request), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.error, "Asia/Atlantis"));
	fixture_stop(&f);
}

static void
a_shelf_is_asked_before_a_window(void)
{
	fixture_start(&f);
	struct silence_request request = SHELF("w", .site = "NIN-1");
	request.kind = SILENCE_WINDOW;
	request.start = "2026-01-01T00:00";
	request.zone = "UTC";
	request.duration_ms = HOUR_MS;
	CU_ASSERT_EQUAL(add(request), 0);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "window w");
	CU_ASSERT_EQUAL(add(SHELF("w", .site = "NIN-1")), 0);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "shelf w");
	fixture_stop(&f);
}

static void
what_ended_while_the_agent_was_down_is_over_at_the_start(void)
{
	struct silence_info info;

	fixture_start(&f);
	CU_ASSERT_EQUAL(add(SHELF("a", .site = "NIN-1")), 0);
	struct silence_request request = SHELF("long", .site = "NIN-2");
	request.until_ms = loop_utc_ms(f.loop) + DAY_MS;
	CU_ASSERT_EQUAL(add(request), 0);
	fixture_restart(&f, 5 * HOUR_MS);
	BY("NIN-1", "power/mains-failure", TOWERD_MINOR, "");
	BY("NIN-2", "power/mains-failure", TOWERD_MINOR, "shelf long");
	CU_ASSERT_FALSE(described(SILENCE_SHELF, "a", &info));
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_journal(&f), "shelf.remove agent shelf a\n"));
	fixture_restart(&f, 0);
	CU_ASSERT_TRUE(described(SILENCE_SHELF, "long", &info));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(all_criteria_must_hold),
	CLAIM(the_first_shelf_that_matches_wins_and_one_may_be_put_before_another),
	CLAIM(the_first_of_many_wins_whatever_it_is_about),
	CLAIM(nothing_silences_what_is_about_safety),
	CLAIM(a_silence_without_owner_reason_or_end_cannot_be_made),
	CLAIM(it_ends_by_itself_and_the_list_hears_of_both),
	CLAIM(a_renewal_moves_the_end_and_is_bounded_from_now),
	CLAIM(what_is_held_is_counted),
	CLAIM(a_shelf_may_hold_one_single_alarm),
	CLAIM(a_window_silences_while_its_calendar_says_so),
	CLAIM(a_shelf_is_asked_before_a_window),
	CLAIM(what_ended_while_the_agent_was_down_is_over_at_the_start),
};

CLAIMS_MAIN("silence", claims)
