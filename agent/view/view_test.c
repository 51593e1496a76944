/* SPDX-License-Identifier: ISC */
/* What views promise: any key finds its place, a column outside the scope does not exist, and every face shows the same. */
#include "agent/view/view.h"

#include <errno.h>
#include <string.h>

#include <towerd/json.h>

#include "tests/support/cunit_main.h"

struct tower {
	uint32_t number;
	const char *name;
	uint8_t state;
	int32_t level;
	int64_t seen_ms;
};

static const struct tower towers[] = {
	{ 3, "north\x1b[2J", 1, -5, 0 },
	{ 7, "south", 2, 40, 1767225600000 },
	{ 9, NULL, 9, 0, 0 },
};
static const char *const states[] = { "up", "down", NULL };

static bool
tower_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	uint32_t bound;
	(void)view;
	if (!view_key_bound(key, key_len, inclusive, &bound, 1))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (towers[i].number < bound)
			continue;
		row->key[0] = towers[i].number;
		row->key_len = 1;
		row->object = &towers[i];
		return true;
	}
	return false;
}

/* Makes its value, and has none for tower 9. */
static struct towerd_value
tower_title(const struct view_row *row)
{
	const struct tower *tower = row->object;
	return tower->number == 9 ? towerd_int(TOWERD_NONE, 0) : view_text(row, "tower %u", tower->number);
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerNumber", TOWERD_UNSIGNED, VIEW_FIELD(struct tower, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerName", TOWERD_TEXT, VIEW_TEXT(struct tower, name)),
	VIEW_COLUMN(3, "towerState", TOWERD_ENUM, VIEW_FIELD(struct tower, state), VIEW_NAMES(states)),
	VIEW_COLUMN(5, "towerLevel", TOWERD_INTEGER, VIEW_FIELD(struct tower, level), VIEW_UNIT("dB")),
	VIEW_COLUMN(6, "towerLastSeen", TOWERD_DATE, VIEW_FIELD(struct tower, seen_ms),
	    VIEW_FLAGS(TOWERD_COLUMN_LOCATION)),
	VIEW_COLUMN(7, "towerTitle", TOWERD_TEXT, .get = tower_title, VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
};
static const struct view view = { .name = "towerTable",
	.title = "towers",
	.oid = ".1.9.1",
	.columns = columns,
	.column_count = 6,
	.seek = tower_seek };

static const struct scope *
wallboard(struct scopes *scopes)
{
	static const char *const everything[] = { "*" };
	struct scope_reader reader = {
		.name = "wall", .role = ROLE_READ, .areas = everything, .area_count = 1
	};
	return scopes_open(scopes, &reader, false, 0);
}

static void
any_key_finds_its_place(void)
{
	static const struct {
		uint32_t key[3];
		size_t len;
		bool inclusive;
		uint32_t found; /* 0: none */
	} cases[] = {
		{ { 0 }, 0, false, 3 },
		{ { 0 }, 0, true, 3 },
		{ { 3 }, 1, true, 3 },
		{ { 3 }, 1, false, 7 },
		{ { 3, 0 }, 2, true, 7 },
		{ { 3, 0xffffffff, 1 }, 3, false, 7 },
		{ { 2, 9, 9 }, 3, false, 3 },
		{ { 8 }, 1, true, 9 },
		{ { 9 }, 1, false, 0 },
		{ { 9, 0 }, 2, true, 0 },
		{ { 0xffffffff }, 1, false, 0 },
		{ { 0xffffffff }, 1, true, 0 },
		{ { 0xffffffff, 1 }, 2, true, 0 },
	};
	struct scopes *scopes = scopes_new();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view_row row;
		bool found = view_seek(
		    &view, scopes_all(scopes), cases[i].key, cases[i].len, cases[i].inclusive, &row);
		CU_ASSERT_EQUAL(found ? row.key[0] : 0, cases[i].found);
	}
	scopes_free(scopes);
}

static void
a_bound_of_two_parts_carries(void)
{
	uint32_t bound[2];
	CU_ASSERT_TRUE(view_key_bound((uint32_t[]){ 4, 0xffffffff }, 2, false, bound, 2));
	CU_ASSERT_EQUAL(bound[0], 5);
	CU_ASSERT_EQUAL(bound[1], 0);
	CU_ASSERT_TRUE(view_key_bound((uint32_t[]){ 4 }, 1, false, bound, 2));
	CU_ASSERT_EQUAL(bound[0], 4);
	CU_ASSERT_EQUAL(bound[1], 0);
	CU_ASSERT_FALSE(view_key_bound((uint32_t[]){ 0xffffffff, 0xffffffff, 7 }, 3, true, bound, 2));
}

static void
a_batch_passes_over_rows_without_the_column(void)
{
	struct scopes *scopes = scopes_new();
	struct view_arena *arena = view_arena_new();
	struct towerd_cell cells[5];
	CU_ASSERT_EQUAL(view_read(&view, scopes_all(scopes), 7, NULL, 0, true, arena, cells, 5), 2);
	CU_ASSERT_EQUAL(cells[1].key[0], 7);
	CU_ASSERT_EQUAL(memcmp(cells[0].value.text.data, "tower 3", 7), 0);
	CU_ASSERT_EQUAL(memcmp(cells[1].value.text.data, "tower 7", 7), 0);
	CU_ASSERT_EQUAL(
	    view_read(&view, scopes_all(scopes), 5, (uint32_t[]){ 3 }, 1, false, arena, cells, 1), 1);
	CU_ASSERT_EQUAL(cells[0].value.i, 40);
	CU_ASSERT_EQUAL(
	    view_read(&view, scopes_all(scopes), 5, (uint32_t[]){ 9 }, 1, false, arena, cells, 1), 0);
	CU_ASSERT_EQUAL(view_read(&view, scopes_all(scopes), 4, NULL, 0, true, arena, cells, 5), -ENOENT);
	CU_ASSERT_EQUAL(view_read(&view, scopes_all(scopes), 0, NULL, 0, true, arena, cells, 5), -ENOENT);
	view_arena_free(arena);
	scopes_free(scopes);
}

static void
a_column_outside_the_scope_does_not_exist(void)
{
	struct scopes *scopes = scopes_new();
	struct view_arena *arena = view_arena_new();
	struct towerd_cell cells[5];
	CU_ASSERT_EQUAL(view_read(&view, wallboard(scopes), 6, NULL, 0, true, arena, cells, 5), -ENOENT);
	CU_ASSERT_EQUAL(view_read(&view, wallboard(scopes), 7, NULL, 0, true, arena, cells, 5), -ENOENT);
	struct view_row row;
	CU_ASSERT_TRUE(view_seek(&view, wallboard(scopes), NULL, 0, true, &row));
	CU_ASSERT_EQUAL(view_get(&row, &columns[4]).type, TOWERD_NONE);
	CU_ASSERT_PTR_NULL(view_column_find(&view, wallboard(scopes), "title"));
	CU_ASSERT_PTR_NOT_NULL(view_column_find(&view, scopes_all(scopes), "last-seen"));
	/* A filter on it does not tell what it holds. */
	struct view_filter filter = { "title", "tower 3" };
	struct towerd_json_writer out = { 0 };
	view_print_json(&view, wallboard(scopes), &filter, 1, &out);
	CU_ASSERT_STRING_EQUAL(towerd_json_done(&out), "[]");
	towerd_json_fini(&out);
	view_arena_free(arena);
	scopes_free(scopes);
}

static struct towerd_value
long_text(const struct view_row *row)
{
	return view_text(row, "%*d", 100000, (int)row->key[0]);
}

static void
a_batch_that_is_full_ends_and_goes_on_where_it_ended(void)
{
	static const struct view_column wide[] = {
		VIEW_COLUMN(1, "wideText", TOWERD_TEXT, .get = long_text),
	};
	static const struct view wide_view = {
		.name = "wideTable", .columns = wide, .column_count = 1, .seek = tower_seek
	};
	struct scopes *scopes = scopes_new();
	struct view_arena *arena = view_arena_new();
	struct towerd_cell cells[5];
	CU_ASSERT_EQUAL(view_read(&wide_view, scopes_all(scopes), 1, NULL, 0, true, arena, cells, 5), 2);
	CU_ASSERT_EQUAL(cells[1].key[0], 7);
	CU_ASSERT_EQUAL(cells[1].value.text.data[99999], '7');
	CU_ASSERT_EQUAL(
	    view_read(&wide_view, scopes_all(scopes), 1, (uint32_t[]){ 7 }, 1, false, arena, cells, 5), 1);
	CU_ASSERT_EQUAL(cells[0].key[0], 9);
	view_arena_free(arena);
	scopes_free(scopes);
}

static void
collect(void *arg, const char *text, size_t len)
{
	strncat(arg, text, len);
}

static void
people_and_scripts_read_the_same_rows(void)
{
	struct scopes *scopes = scopes_new();
	struct towerd_json_writer out = { 0 };
	view_print_json(&view, scopes_all(scopes), NULL, 0, &out);
	CU_ASSERT_STRING_EQUAL(towerd_json_done(&out),
	    "[{\"towerNumber\":3,\"towerName\":\"north\\u001b[2J\",\"towerState\":\"up\",\"towerLevel\":-5,"
	    "\"towerLastSeen\":null,"
	    "\"towerTitle\":\"tower 3\"},"
	    "{\"towerNumber\":7,\"towerName\":\"south\",\"towerState\":\"down\",\"towerLevel\":40,"
	    "\"towerLastSeen\":"
	    "\"2026-01-01T00:00:00.000Z\",\"towerTitle\":\"tower 7\"},"
	    "{\"towerNumber\":9,\"towerName\":\"\",\"towerState\":9,\"towerLevel\":0,\"towerLastSeen\":null,"
	    "\"towerTitle\":null}]");
	towerd_json_fini(&out);
	char text[2048] = "";
	view_print_text(&view, wallboard(scopes), NULL, 0, collect, text);
	CU_ASSERT_STRING_EQUAL(text,
	    "NUMBER  NAME          STATE  LEVEL [dB]\n"
	    "     3  north\\x1b[2J  up             -5\n"
	    "     7  south         down           40\n"
	    "     9                9               0\n");
	struct view_filter filters[] = { { "name", "s*" }, { "towerState", "down" } };
	text[0] = '\0';
	view_print_text(&view, wallboard(scopes), filters, 2, collect, text);
	CU_ASSERT_STRING_EQUAL(text, "NUMBER  NAME   STATE  LEVEL [dB]\n     7  south  down           40\n");
	scopes_free(scopes);
}

static void
durations_read_as_people_say_them(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "0ms" },
		{ 250, "250ms" },
		{ 12999, "12s" },
		{ 60000, "1m" },
		{ 3900000, "1h 5m" },
		{ 3600000, "1h" },
		{ 277200000, "3d 5h" },
		{ -90000, "-1m 30s" },
		{ INT64_MIN, "-106751991167d 7h" },
	};
	struct view_column column = { .info = { .name = "x", .type = TOWERD_DURATION } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		struct towerd_value value = towerd_int(TOWERD_DURATION, cases[i].ms);
		CU_ASSERT_STRING_EQUAL(view_cell_text(&column, &value, text, sizeof(text)), cases[i].text);
	}
}

static void
a_faulty_declaration_is_named(void)
{
	static const struct view_column descending[] = {
		VIEW_COLUMN(2, "towerName", TOWERD_TEXT, VIEW_TEXT(struct tower, name)),
		VIEW_COLUMN(1, "towerNumber", TOWERD_UNSIGNED, VIEW_FIELD(struct tower, number)),
	};
	static const struct view_column late_index[] = { VIEW_COLUMN(1, "a", TOWERD_TEXT,
							     VIEW_TEXT(struct tower, name)),
		VIEW_COLUMN(2, "b", TOWERD_UNSIGNED, VIEW_FIELD(struct tower, number),
		    VIEW_FLAGS(TOWERD_COLUMN_INDEX)) };
	static const struct view_column twins[] = { VIEW_COLUMN(
							1, "a", TOWERD_TEXT, VIEW_TEXT(struct tower, name)),
		VIEW_COLUMN(2, "a", TOWERD_TEXT, VIEW_TEXT(struct tower, name)) };
	static const struct view_column no_getter[] = { { .info = {
							      .id = 1, .name = "a", .type = TOWERD_TEXT } } };
	static const struct view_column no_names[] = { VIEW_COLUMN(
	    1, "a", TOWERD_ENUM, VIEW_FIELD(struct tower, state)) };
	static const struct {
		struct view view;
		int rc;
		const char *fault;
	} cases[] = {
		{ { "d", "", NULL, descending, 2, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view d: towerNumber has the sub-identifier 1 after 2: they must ascend" },
		{ { "l", "", NULL, late_index, 2, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view l: b is of the index and stands after other columns" },
		{ { "t", "", NULL, twins, 2, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view t: two columns are named a" },
		{ { "g", "", NULL, no_getter, 1, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view g: a has neither a getter nor a field" },
		{ { "n", "", NULL, no_names, 1, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view n: a is an enumeration without names" },
		{ { "o", "", "1..2", columns, 6, false, tower_seek, NULL, NULL }, -EINVAL,
		    "view o: \"1..2\" is not an object identifier" },
		{ { "p", "", TOWERD_ROOT_OID ".1.9.1", columns, 6, false, tower_seek, NULL, NULL }, -EEXIST,
		    "view p: " TOWERD_ROOT_OID ".1.9.1 is taken by towerTable" },
		{ { "towerTable", "", NULL, columns, 6, false, tower_seek, NULL, NULL }, -EEXIST,
		    "view towerTable: there is one of that name already" },
		{ { "s", "", NULL, columns, 6, false, NULL, NULL, NULL }, -EINVAL,
		    "view s: is a table and has no seek" },
	};
	struct views *views = views_new();
	CU_ASSERT_EQUAL(views_add(views, &view), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(views_add(views, &cases[i].view), cases[i].rc);
		CU_ASSERT_STRING_EQUAL(views_fault(views), cases[i].fault);
	}
	CU_ASSERT_EQUAL(views_count(views), 1);
	CU_ASSERT_PTR_EQUAL(views_find(views, "towerTable"), &view);
	uint32_t oid[TOWERD_OID_MAX];
	size_t len = views_oid(views, 0, oid);
	CU_ASSERT_TRUE(len > 3 && oid[0] == 1 && oid[len - 3] == 1 && oid[len - 2] == 9 && oid[len - 1] == 1);
	CU_ASSERT_EQUAL(views_remove(views, &view), 0);
	CU_ASSERT_EQUAL(views_remove(views, &view), -ENOENT);
	views_free(views);
}

static void
scalars_are_one_row_with_key_0(void)
{
	static struct tower one = { 1, "one", 1, 2, 3 };
	static const struct view scalars = {
		.name = "one", .columns = columns, .column_count = 6, .is_scalars = true, .arg = &one
	};
	struct scopes *scopes = scopes_new();
	struct view_row row;
	CU_ASSERT_TRUE(view_seek(&scalars, scopes_all(scopes), NULL, 0, false, &row));
	CU_ASSERT_EQUAL(row.key[0], 0);
	CU_ASSERT_EQUAL(view_get(&row, &columns[3]).i, 2);
	CU_ASSERT_FALSE(view_next(&row));
	CU_ASSERT_TRUE(view_seek(&scalars, scopes_all(scopes), (uint32_t[]){ 0 }, 1, true, &row));
	CU_ASSERT_FALSE(view_seek(&scalars, scopes_all(scopes), (uint32_t[]){ 0, 0 }, 2, true, &row));
	scopes_free(scopes);
}

static const struct claim claims[] = {
	CLAIM(any_key_finds_its_place),
	CLAIM(a_bound_of_two_parts_carries),
	CLAIM(a_batch_passes_over_rows_without_the_column),
	CLAIM(a_column_outside_the_scope_does_not_exist),
	CLAIM(a_batch_that_is_full_ends_and_goes_on_where_it_ended),
	CLAIM(people_and_scripts_read_the_same_rows),
	CLAIM(durations_read_as_people_say_them),
	CLAIM(a_faulty_declaration_is_named),
	CLAIM(scalars_are_one_row_with_key_0),
};

CLAIMS_MAIN("view", claims)
