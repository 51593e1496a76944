/* SPDX-License-Identifier: ISC */
/* Lists by name as an NMS walks them, against all their rows sorted by brute force: any key, any scope. */
#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/list/inside.h"

#define AUDIENCES 6
#define ALARMS    60
#define ROWS_MAX  ((AUDIENCES + 2) * ALARMS * 13)
#define KEY_MAX   64
#define VARIABLES 13

struct key {
	uint32_t ids[KEY_MAX];
	size_t len;
};

static struct fixture f;
static struct key rows[ROWS_MAX];
static size_t row_count;
static uint64_t seed;

static uint32_t
roll(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % below;
}

static int
compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	return view_key_compare(x->ids, x->len, y->ids, y->len);
}

static struct key
key_named(const char *name)
{
	struct key k = { .len = 1 };

	for (const char *p = name; *p != '\0'; p++)
		k.ids[k.len++] = (uint8_t)*p;
	k.ids[0] = (uint32_t)k.len - 1;
	return k;
}

static void
add_active(const char *name, int64_t active_ms, uint32_t index)
{
	struct key k = key_named(name);
	uint32_t row[ALARM_TIME_PARTS];
	size_t len = alarm_time_index(active_ms, index, row);

	memcpy(k.ids + k.len, row + 1, (len - 1) * sizeof(row[0]));
	k.len += len - 1;
	rows[row_count++] = k;
}

static void
add_variables(const char *name, int64_t active_ms, uint32_t index)
{
	(void)active_ms;
	for (uint32_t v = 1; v <= VARIABLES; v++) {
		struct key k = key_named(name);
		k.ids[k.len++] = index;
		k.ids[k.len++] = v;
		rows[row_count++] = k;
	}
}

static void
collect(const struct scope *scope, void (*add)(const char *name, int64_t active_ms, uint32_t index))
{
	struct order_key at = { 0, 0 };
	const struct entry *e;

	row_count = 0;
	while ((e = order_seek(f.alarms->all, scopes_all(f.scopes), at, false, &at)) != NULL) {
		if (!scope_has_entity(scope, e->alarm.resource))
			continue;
		if (e->alarm.severity > TOWERD_CLEARED)
			add("", e->alarm.active_ms, e->alarm.active_index);
		for (unsigned a = 0; a < f.alarms->audience_count; a++)
			if (told_at(e, a)->severity != 0)
				add(f.alarms->audiences[a].name, told_at(e, a)->active_ms,
				    told_at(e, a)->index);
	}
	qsort(rows, row_count, sizeof(rows[0]), compare);
}

static void
check_key(const struct view *view, const struct scope *scope, const struct key *k, bool inclusive)
{
	struct view_row row;
	size_t i = 0;

	while (i < row_count && (inclusive ? compare(&rows[i], k) < 0 : compare(&rows[i], k) <= 0))
		i++;
	bool is_found = view_seek(view, scope, k->ids, k->len, inclusive, &row);
	CU_ASSERT_EQUAL_FATAL(is_found, i < row_count);
	if (is_found)
		CU_ASSERT_EQUAL(view_key_compare(row.key, row.key_len, rows[i].ids, rows[i].len), 0);
}

/* A key near one that is there: cut, or with one part changed, or with more behind it. */
static struct key
key_near(void)
{
	struct key k = row_count == 0 ? key_named("nms") : rows[roll((uint32_t)row_count)];

	switch (roll(4)) {
	case 0:
		k.len = roll((uint32_t)k.len + 1);
		break;
	case 1:
		k.ids[roll((uint32_t)k.len)] += roll(2) ? 1 : UINT32_MAX;
		break;
	case 2:
		k.ids[roll((uint32_t)k.len)] = roll(2) ? roll(300) : UINT32_MAX;
		break;
	default:
		k.ids[k.len++] = roll(3);
		break;
	}
	return k;
}

static void
check_table(const char *name, const struct scope *scope, void (*add)(const char *, int64_t, uint32_t))
{
	const struct view *view = views_find(f.views, name);
	struct view_row row;
	size_t i = 0;

	collect(scope, add);
	for (bool more = view_seek(view, scope, NULL, 0, true, &row); more; more = view_next(&row), i++) {
		CU_ASSERT_FATAL(i < row_count);
		CU_ASSERT_EQUAL_FATAL(view_key_compare(row.key, row.key_len, rows[i].ids, rows[i].len), 0);
	}
	CU_ASSERT_EQUAL(i, row_count);
	for (int k = 0; k < 500; k++) {
		struct key near = key_near();
		check_key(view, scope, &near, roll(2));
	}
}

static void
start(void)
{
	static const struct {
		const char *name, *area;
		struct audience_filter filter;
	} listeners[AUDIENCES] = {
		{ "zz", NULL, { .notify = NOTIFY_ALL } },
		{ "a", NULL, { .notify = NOTIFY_SEVERITY_LEVEL, .min_severity = TOWERD_MAJOR } },
		{ "a name with 32 octets, the longest", "nineveh/east", { .notify = NOTIFY_ALL } },
		{ "b", "nineveh/west", { .notify = NOTIFY_RAISE_AND_CLEAR } },
		{ "nm", NULL, { .notify = NOTIFY_ALL, .budget = 3 } },
		{ "\xc3\xa9", NULL, { .notify = NOTIFY_ALL, .min_severity = TOWERD_CRITICAL } },
	};

	fixture_start(&f);
	for (size_t i = 0; i < AUDIENCES; i++) {
		struct audience_filter filter = listeners[i].filter;
		char name[AUDIENCE_NAME_MAX + 1];
		snprintf(name, sizeof(name), "%s", listeners[i].name);
		if (listeners[i].area != NULL)
			filter.scope = fixture_scope(&f, listeners[i].area, NULL);
		CU_ASSERT_FATAL(audience_open(f.alarms, name, &filter) >= 0);
	}
}

/* Alarms come, change and go; the clock goes on, and sometimes far enough for windows and budgets to open. */
static void
stir(void)
{
	static const char *const sites[] = { "NIN-1", "NIN-2" };
	static const int severities[] = { TOWERD_MINOR, TOWERD_MAJOR };

	for (int i = 0; i < 4 * ALARMS; i++) {
		uint32_t site = model_site(f.model, sites[roll(2)])->entity.number;
		char qualifier[16];
		snprintf(qualifier, sizeof(qualifier), "F%u", roll(ALARMS / 2));
		if (roll(4) == 0)
			alarm_clear(f.alarms, site, "power/fuse-open", qualifier, NULL, 0);
		else
			alarm_raise(f.alarms, site, "power/fuse-open", qualifier, severities[roll(2)], "fuse",
			    loop_utc_ms(f.loop) - roll(50000));
		if (roll(8) == 0)
			fixture_step(&f, roll(10) == 0 ? 700000 : 1500);
	}
}

static void
every_list_is_walked_in_the_order_of_its_index_within_every_scope(void)
{
	seed = 1;
	start();
	const struct scope *scopes[] = { scopes_all(f.scopes), fixture_scope(&f, "nineveh/east", NULL),
		fixture_scope(&f, "*", "NIN-2"), fixture_scope(&f, "nowhere", NULL) };
	for (int round = 0; round < 3; round++) {
		stir();
		for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
			check_table("alarmActiveTable", scopes[s], add_active);
			check_table("ituAlarmActiveTable", scopes[s], add_active);
			check_table("alarmActiveVariableTable", scopes[s], add_variables);
		}
	}
	fixture_stop(&f);
}

static struct towerd_value
cell(const struct view_row *row, const char *column)
{
	const struct view_column *c = view_column_find(row->view, row->scope, column);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	return view_get(row, c);
}

static struct view_row
row_of_list(const char *table, const char *list)
{
	struct key k = key_named(list);
	struct view_row row;

	CU_ASSERT_FATAL(
	    view_seek(views_find(f.views, table), scopes_all(f.scopes), k.ids, k.len, true, &row));
	CU_ASSERT_EQUAL_FATAL(view_key_compare(row.key, k.len, k.ids, k.len), 0);
	return row;
}

static void
a_list_holds_what_was_told_until_it_is_told_otherwise(void)
{
	fixture_start(&f);
	uint32_t site = model_site(f.model, "NIN-1")->entity.number;
	alarm_raise(f.alarms, site, "power/fuse-open", "F1", TOWERD_MINOR, NULL, 0);
	fixture_step(&f, 100); /* within the two seconds the next ones are not told */
	alarm_raise(f.alarms, site, "power/fuse-open", "F1", TOWERD_MAJOR, NULL, 0);
	struct view_row held = row_of_list("alarmActiveTable", "nms");
	CU_ASSERT_EQUAL(cell(&held, "alarmActiveIndex").u, 1);
	struct towerd_value model = cell(&held, "alarmActiveModelPointer");
	CU_ASSERT_EQUAL(model.oid.ids[model.oid.len - 1], TOWERD_MINOR);
	struct view_row is = row_of_list("alarmActiveTable", "");
	CU_ASSERT_EQUAL(cell(&is, "alarmActiveIndex").u, 2);
	fixture_step(&f, 2000);
	held = row_of_list("alarmActiveTable", "nms");
	CU_ASSERT_EQUAL(cell(&held, "alarmActiveIndex").u, 2);
	struct view_row stats = row_of_list("ituAlarmActiveStatsTable", "nms");
	CU_ASSERT_EQUAL(cell(&stats, "ituAlarmActiveStatsMajorCurrent").u, 1);
	CU_ASSERT_EQUAL(cell(&stats, "ituAlarmActiveStatsMinorCurrent").u, 0);
	CU_ASSERT_EQUAL(cell(&stats, "ituAlarmActiveStatsMinors").u, 1);
	stats = row_of_list("alarmActiveStatsTable", "nms");
	CU_ASSERT_EQUAL(cell(&stats, "alarmActiveStatsActiveCurrent").u, 1);
	CU_ASSERT_EQUAL(cell(&stats, "alarmActiveStatsActives").u, 1);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(every_list_is_walked_in_the_order_of_its_index_within_every_scope),
	CLAIM(a_list_holds_what_was_told_until_it_is_told_otherwise),
};

CLAIMS_MAIN("alarm lists", claims)
