/* SPDX-License-Identifier: ISC */
/* What a device taught, kept and forgotten. */
#include "plugins/snmp/poll/learned.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cunit_main.h"

#define NOW_MS INT64_C(1700000000000)
#define DAY_MS INT64_C(86400000)

static void
it_is_said_in_words_and_kept_in_a_line(void)
{
	static const struct {
		struct learned learned;
		const char *words;
	} cases[] = {
		{ { 0 }, "" },
		{ { .objects = 1 }, "1 object a request" },
		{ { .objects = 8, .has_no_bulk = true }, "no GETBULK; 8 objects a request" },
		{ { .repetitions = 5, .is_v1 = true, .is_unordered = true },
		    "SNMPv1 only; 5 repetitions of a GETBULK; walks without order" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct learned learned = cases[i].learned, again = { 0 };
		char words[LEARNED_TEXT], line[LEARNED_TEXT];
		CU_ASSERT_STRING_EQUAL(learned_say(&learned, words, sizeof(words)), cases[i].words);
		learned_read(&again, learned_write(&learned, NOW_MS, line, sizeof(line)));
		CU_ASSERT_STRING_EQUAL(learned_say(&again, words, sizeof(words)), cases[i].words);
		CU_ASSERT_EQUAL(again.since_ms, i == 0 ? 0 : NOW_MS);
	}
}

static void
a_line_that_is_none_changes_nothing(void)
{
	static const char *const lines[] = { "", "x", "2 1 1 1 a 5", "1 999 1 1 a 5", "1 1 1 1",
		"1 -1 1 1 a 5" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct learned learned = { .objects = 3 };
		learned_read(&learned, lines[i]);
		CU_ASSERT_EQUAL(learned.objects, 3);
	}
}

static void
limits_only_shrink_and_news_is_told_once(void)
{
	struct learned learned = { 0 };

	learned_objects(&learned, 8);
	CU_ASSERT_TRUE(learned.is_news);
	learned.is_news = false;
	learned_objects(&learned, 8);
	learned_objects(&learned, 12);
	CU_ASSERT_EQUAL(learned.objects, 8);
	CU_ASSERT_FALSE(learned.is_news);
	learned_repetitions(&learned, 10);
	learned_repetitions(&learned, 0);
	CU_ASSERT_TRUE(learned.has_no_bulk && learned.is_news);
}

static void
a_day_and_another_box_forget(void)
{
	struct learned learned = { 0 };
	char line[LEARNED_TEXT];

	learned_objects(&learned, 8);
	(void)learned_write(&learned, NOW_MS, line, sizeof(line));
	CU_ASSERT_FALSE(learned_box(&learned, "a", 1)); /* it was not known which box it is */
	CU_ASSERT_FALSE(learned_box(&learned, "a", 1));
	learned_expire(&learned, NOW_MS + DAY_MS);
	CU_ASSERT_EQUAL(learned.objects, 8);
	learned_expire(&learned, NOW_MS + DAY_MS + 1);
	CU_ASSERT_EQUAL(learned.objects, 0);
	learned_objects(&learned, 4);
	CU_ASSERT_TRUE(learned_box(&learned, "b", 1));
	CU_ASSERT_EQUAL(learned.objects, 0);
}

static const struct claim claims[] = {
	CLAIM(it_is_said_in_words_and_kept_in_a_line),
	CLAIM(a_line_that_is_none_changes_nothing),
	CLAIM(limits_only_shrink_and_news_is_told_once),
	CLAIM(a_day_and_another_box_forget),
};

CLAIMS_MAIN("learned", claims)
