/* SPDX-License-Identifier: ISC */
/* The tables of figures: every row is found from any key before it, and none by who does not see the whole fleet. */
#include "agent/alarm/list/alarm_fixture.h"

#define ROWS_MAX 64

static struct fixture f;

static void
begin(void)
{
	static const char *const types[] = { "power/fuse-open", "battery/failed", "cooling/fan-failed" };
	char qualifier[8];

	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power")->entity.number;
	for (int i = 0; i < 9; i++) {
		snprintf(qualifier, sizeof(qualifier), "%d", i);
		CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, types[i % 3], qualifier, 0, NULL, 0), 0);
		fixture_step(&f, 2000);
	}
	audience_open(f.alarms, "quiet", &(struct audience_filter){ .min_severity = TOWERD_CRITICAL });
	fixture_step(&f, 2000);
}

/* The keys of all rows, by next. */
static size_t
walk(const struct view *view, const struct scope *scope, uint32_t keys[][3])
{
	struct view_row row;
	size_t count = 0;

	for (bool is_row = view_seek(view, scope, NULL, 0, true, &row); is_row; is_row = view_next(&row)) {
		CU_ASSERT_FATAL(count < ROWS_MAX && row.key_len <= 3);
		memcpy(keys[count++], row.key, row.key_len * sizeof(uint32_t));
	}
	return count;
}

static void
every_row_is_found_from_any_key_before_it(void)
{
	static const char *const names[] = { "towerdMeritTable", "towerdContributorTable" };
	static const size_t parts[] = { 1, 3 }, rows[] = { 3, 2 * (3 + 1) };

	begin();
	for (int t = 0; t < 2; t++) {
		const struct view *view = views_find(f.views, names[t]);
		uint32_t keys[ROWS_MAX][3] = { 0 }, key[3];
		size_t count = walk(view, scopes_all(f.scopes), keys);
		CU_ASSERT_EQUAL(count, rows[t]);
		for (uint32_t n = 0; n < 5 * 4 * 12; n++) {
			struct view_row row;
			size_t at = 0, len = n % 3 + 1;
			key[0] = n / 48;
			key[1] = n / 12 % 4;
			key[2] = n % 12;
			while (at < count && view_key_compare(keys[at], parts[t], key, len) <= 0)
				at++;
			bool is_row = view_seek(view, scopes_all(f.scopes), key, len, false, &row);
			CU_ASSERT_EQUAL(is_row, at < count);
			CU_ASSERT(!is_row || memcmp(row.key, keys[at], parts[t] * sizeof(uint32_t)) == 0);
		}
	}
	fixture_stop(&f);
}

static void
a_reader_of_a_part_finds_none(void)
{
	uint32_t keys[ROWS_MAX][3];

	begin();
	const struct scope *part = fixture_scope(&f, "nineveh/east", NULL);
	CU_ASSERT_EQUAL(walk(views_find(f.views, "towerdMeritTable"), part, keys), 0);
	CU_ASSERT_EQUAL(walk(views_find(f.views, "towerdContributorTable"), part, keys), 0);
	fixture_stop(&f);
}

static void
what_was_saved_is_the_difference_of_raised_and_told(void)
{
	begin();
	const char *json = fixture_json(&f, "towerdMeritTable", scopes_all(f.scopes));
	const char *nms = strstr(json, "\"towerdMeritAudience\":\"nms\""),
		   *quiet = strstr(json, "\"towerdMeritAudience\":\"quiet\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(nms);
	CU_ASSERT_PTR_NOT_NULL_FATAL(quiet);
	CU_ASSERT_PTR_NOT_NULL(strstr(nms, "\"towerdMeritToday\":9"));
	CU_ASSERT_PTR_NOT_NULL(strstr(nms, "\"towerdMeritSaved\":0"));
	CU_ASSERT_PTR_NOT_NULL(strstr(quiet, "\"towerdMeritToday\":0"));
	CU_ASSERT_PTR_NOT_NULL(strstr(quiet, "\"towerdMeritSaved\":9"));
	/* What is counted of raised alone has no instance elsewhere. */
	CU_ASSERT_PTR_NULL(strstr(nms, "towerdMeritFleeting\":0"));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(every_row_is_found_from_any_key_before_it),
	CLAIM(a_reader_of_a_part_finds_none),
	CLAIM(what_was_saved_is_the_difference_of_raised_and_told),
};

CLAIMS_MAIN("figures as tables", claims)
