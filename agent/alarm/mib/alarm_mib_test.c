/* SPDX-License-Identifier: ISC */
/* The alarm tables as an NMS walks them: order, keys of any shape, pointers that resolve, and what a scope hides. */
#include <towerd/time.h>

#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/list/inside.h"

static struct fixture f;

/* Keys. */

static int64_t
utc(const char *text)
{
	int64_t ms = 0;
	CU_ASSERT_EQUAL(towerd_time_parse(text, &ms), 0);
	return ms;
}

static const char *const moments[] = { "1970-01-01T00:00:00.0Z", "1999-12-31T23:59:59.9Z",
	"2000-01-01T00:00:00Z", "2024-02-28T23:59:59.9Z", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59.9Z",
	"2024-03-01T00:00:00Z", "2026-02-28T12:00:00.5Z", "2026-03-01T00:00:00Z", "2026-04-30T00:00:00Z",
	"2026-05-01T00:00:00Z", "2026-11-22T18:45:53.1Z", "2026-11-22T18:45:53.2Z", "2026-11-22T18:45:54Z",
	"2026-11-22T18:46:00Z", "2026-12-31T23:59:59.9Z", "2027-01-01T00:00:00Z", "2303-12-31T23:59:59.9Z",
	"2304-01-01T00:00:00Z" };
#define MOMENTS (sizeof(moments) / sizeof(moments[0]))

/* The order by sub-identifiers is the truth; the bound must find the same row as comparing with each. */
static void
check_bound(const uint32_t *key, size_t len, bool inclusive)
{
	struct order_key bound;
	bool any = alarm_time_bound(key, len, inclusive, &bound);

	for (size_t m = 0; m < MOMENTS; m++)
		for (uint32_t index = 1; index < 4; index++) {
			uint32_t row[14];
			size_t row_len = alarm_time_index(utc(moments[m]), index, row);
			int c = view_key_compare(row, row_len, key, len);
			struct order_key at = alarm_time_key(utc(moments[m]), index);
			bool is_behind =
			    any && (at.hi > bound.hi || (at.hi == bound.hi && at.lo >= bound.lo));
			bool expected = inclusive ? c >= 0 : c > 0;
			if (is_behind != expected) {
				printf("%s index %u against", moments[m], index);
				for (size_t i = 0; i < len; i++)
					printf(" %u", key[i]);
				printf("%s\n", inclusive ? " inclusive" : "");
			}
			CU_ASSERT_EQUAL(is_behind, expected);
		}
}

static void
any_key_stands_where_its_sub_identifiers_stand(void)
{
	static const uint32_t odd[] = { 0, 1, 2, 12, 13, 29, 30, 31, 32, 59, 60, 255, 256, UINT32_MAX };

	for (size_t m = 0; m < MOMENTS; m++) {
		uint32_t key[16];
		size_t len = alarm_time_index(utc(moments[m]), 2, key);
		for (size_t cut = 0; cut <= len; cut++) {
			check_bound(key, cut, true);
			check_bound(key, cut, false);
		}
		for (size_t at = 0; at < len; at++) {
			uint32_t kept = key[at];
			uint32_t near[] = { kept - 1, kept + 1 };
			for (size_t o = 0; o < sizeof(odd) / sizeof(odd[0]) + 2; o++) {
				key[at] = o < 2 ? near[o] : odd[o - 2];
				check_bound(key, len, true);
				check_bound(key, at + 1, false);
			}
			key[at] = kept;
		}
		key[14] = 0;
		key[15] = 7;
		check_bound(key, 15, true);
		check_bound(key, 16, false);
	}
}

/* Walks a view by next and by seek from each key; both must agree, and ascend. Returns the number of rows. */
static size_t
walk(const char *name, const struct scope *scope, void (*each)(const struct view_row *row))
{
	const struct view *view = views_find(f.views, name);
	struct view_row row, sought;
	uint32_t last[TOWERD_OID_MAX];
	size_t last_len = 0, count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(view);
	for (bool more = view_seek(view, scope, NULL, 0, true, &row); more; more = view_next(&row)) {
		if (count++ > 0)
			CU_ASSERT(view_key_compare(last, last_len, row.key, row.key_len) < 0);
		memcpy(last, row.key, row.key_len * sizeof(last[0]));
		last_len = row.key_len;
		CU_ASSERT(view_seek(view, scope, row.key, row.key_len, true, &sought));
		CU_ASSERT_EQUAL(view_key_compare(sought.key, sought.key_len, row.key, row.key_len), 0);
		if (each != NULL)
			each(&row);
	}
	if (count > 0)
		CU_ASSERT_FALSE(view_seek(view, scope, last, last_len, false, &sought));
	return count;
}

static struct towerd_value
cell(const struct view_row *row, const char *column)
{
	const struct view_column *c = view_column_find(row->view, row->scope, column);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	return view_get(row, c);
}

/* A pointer must lead to a row that is there: `view`'s entry, then one column, then a key. */
static void
check_pointer(struct towerd_value pointer, const char *name)
{
	uint32_t oid[TOWERD_OID_MAX];
	struct view_row row;

	CU_ASSERT_EQUAL_FATAL(pointer.type, TOWERD_OID);
	for (size_t i = 0; i < views_count(f.views); i++) {
		const struct view *view = views_at(f.views, i);
		size_t len = views_oid(f.views, i, oid);
		if (strcmp(view->name, name) != 0)
			continue;
		CU_ASSERT_FATAL(pointer.oid.len > len + 1);
		CU_ASSERT_EQUAL(memcmp(pointer.oid.ids, oid, len * sizeof(oid[0])), 0);
		uint32_t column = pointer.oid.ids[len];
		const uint32_t *key = pointer.oid.ids + len + 1;
		size_t key_len = pointer.oid.len - len - 1;
		CU_ASSERT(view_seek(view, scopes_all(f.scopes), key, key_len, true, &row));
		CU_ASSERT_EQUAL(view_key_compare(row.key, row.key_len, key, key_len), 0);
		for (size_t c = 0; c < view->column_count; c++)
			if (view->columns[c].info.id == column)
				CU_ASSERT_NOT_EQUAL(view_get(&row, &view->columns[c]).type, TOWERD_NONE);
		return;
	}
	CU_FAIL("no such view");
}

static uint32_t site1, site2;

static void
start(void)
{
	fixture_start(&f);
	audience_close(f.alarms, f.audience); /* it has no list before it holds something */
	CU_ASSERT_EQUAL(model_add_views(f.model, f.views), 0);
	site1 = model_site(f.model, "NIN-1")->entity.number;
	site2 = model_site(f.model, "NIN-2")->entity.number;
}

static void
check_model_row(const struct view_row *row)
{
	check_pointer(cell(row, "alarmModelSpecificPointer"), "ituAlarmTable");
}

static void
check_itu_row(const struct view_row *row)
{
	check_pointer(cell(row, "ituAlarmGenericModel"), "alarmModelTable");
}

static void
every_state_of_every_model_is_there_in_both_mibs(void)
{
	size_t states = 0;
	start();
	for (unsigned i = 0; i < alarm_type_count(); i++)
		states += 1 + (size_t)__builtin_popcount(alarm_type_at(i)->severities);
	CU_ASSERT_EQUAL(walk("alarmModelTable", scopes_all(f.scopes), check_model_row), states);
	CU_ASSERT_EQUAL(walk("ituAlarmTable", scopes_all(f.scopes), check_itu_row), states);
	fixture_stop(&f);
}

static void
check_active_row(const struct view_row *row)
{
	check_pointer(cell(row, "alarmActiveModelPointer"), "alarmModelTable");
	check_pointer(cell(row, "alarmActiveResourceId"), "entPhysicalTable");
	check_pointer(cell(row, "alarmActiveSpecificPointer"), "ituAlarmActiveTable");
}

static void
every_pointer_of_an_active_alarm_resolves(void)
{
	start();
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "env.fire", "");
	fixture_read(&f, sensor, 1);
	alarm_raise(f.alarms, site1, "site/damaged", "", TOWERD_CRITICAL, NULL, 0);
	alarm_raise(f.alarms, fixture_device(&f, "NIN-1", "power")->entity.number, "power/fuse-open", "F1", 0,
	    NULL, 0);
	alarm_raise(f.alarms, ENTITY_AGENT_NUMBER, "agent/overload", "", 0, NULL, 0);
	CU_ASSERT_EQUAL(walk("alarmActiveTable", scopes_all(f.scopes), check_active_row), 4);
	CU_ASSERT_EQUAL(walk("ituAlarmActiveTable", scopes_all(f.scopes), NULL), 4);
	CU_ASSERT_EQUAL(walk("alarmActiveVariableTable", scopes_all(f.scopes), NULL), 4 * 13);
	CU_ASSERT_EQUAL(walk("alarmActiveStatsTable", scopes_all(f.scopes), NULL), 1);
	CU_ASSERT_EQUAL(walk("towerdAlarmTable", scopes_all(f.scopes), NULL), 4);
	fixture_stop(&f);
}

static int64_t last_active_ms;

static void
check_ascends(const struct view_row *row)
{
	int64_t at = cell(row, "alarmActiveDateAndTime").i;
	CU_ASSERT(at / 100 >= last_active_ms / 100);
	last_active_ms = at;
}

static void
ten_thousand_alarms_are_walked_in_the_order_of_time(void)
{
	uint64_t seed = 1;
	start();
	for (int i = 0; i < 10000; i++) {
		char qualifier[16];
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		snprintf(qualifier, sizeof(qualifier), "F%d", i);
		CU_ASSERT_EQUAL(alarm_raise(f.alarms, i % 2 ? site1 : site2, "power/fuse-open", qualifier, 0,
				    "fuse", loop_utc_ms(f.loop) - (int64_t)(seed >> 40) % 80000000),
		    0);
	}
	last_active_ms = 0;
	CU_ASSERT_EQUAL(walk("alarmActiveTable", scopes_all(f.scopes), check_ascends), 10000);
	last_active_ms = 0;
	CU_ASSERT_EQUAL(
	    walk("alarmActiveTable", fixture_scope(&f, "nineveh/east", NULL), check_ascends), 5000);
	CU_ASSERT_EQUAL(walk("alarmActiveTable", fixture_scope(&f, "*", "NIN-2"), NULL), 5000);
	CU_ASSERT_EQUAL(
	    walk("alarmActiveVariableTable", fixture_scope(&f, "nineveh/west", NULL), NULL), 5000 * 13);
	CU_ASSERT_EQUAL(walk("towerdAlarmTable", scopes_all(f.scopes), NULL), 10000);
	/* All since T: the purpose of this index (RFC 3877, alarmActiveDateAndTime). */
	struct view_row row;
	uint32_t key[14];
	int64_t since = loop_utc_ms(f.loop) - 1000000;
	alarm_time_index(since, 0, key);
	CU_ASSERT(
	    view_seek(views_find(f.views, "alarmActiveTable"), scopes_all(f.scopes), key, 13, true, &row));
	CU_ASSERT(cell(&row, "alarmActiveDateAndTime").i >= since / 100 * 100);
	fixture_stop(&f);
}

static void
no_table_or_count_shows_what_is_outside_a_scope(void)
{
	static const char *const tables[] = { "alarmActiveTable", "alarmActiveVariableTable",
		"alarmActiveStatsTable", "alarmClearTable", "ituAlarmActiveTable", "towerdAlarmTable",
		"alarmActiveScalars" };
	start();
	const struct scope *scopes[] = { fixture_scope(&f, "nineveh/west", NULL),
		fixture_scope(&f, "nineveh/west", "NIN-2"), fixture_scope(&f, "nineveh/west", "NIN-1") };
	char *before[3][7];

	for (size_t s = 0; s < 3; s++)
		for (size_t t = 0; t < 7; t++)
			before[s][t] = strdup(fixture_json(&f, tables[t], scopes[s]));
	fixture_step(&f, 1000);
	alarm_raise(f.alarms, site1, "site/damaged", "", 0, "secret", 0);
	alarm_raise(f.alarms, site1, "site/unsafe", "", 0, "secret", 0);
	alarm_clear(f.alarms, site1, "site/damaged", "", NULL, 0);
	for (size_t s = 0; s < 3; s++)
		for (size_t t = 0; t < 7; t++) {
			/* alarmActiveLastChanged of a reader of areas is the agent's: it may read its list again for nothing. */
			if (s != 0 || strcmp(tables[t], "alarmActiveScalars") != 0)
				CU_ASSERT_STRING_EQUAL(fixture_json(&f, tables[t], scopes[s]), before[s][t]);
			free(before[s][t]);
		}
	CU_ASSERT_EQUAL(walk("alarmActiveTable", fixture_scope(&f, "nineveh/east", NULL), NULL), 1);
	CU_ASSERT_EQUAL(walk("alarmClearTable", fixture_scope(&f, "nineveh/east", "NIN-1"), NULL), 1);
	/* Who acknowledged is for operators. */
	CU_ASSERT_PTR_NULL(view_column_find(views_find(f.views, "towerdAlarmTable"),
	    fixture_scope(&f, "*", NULL), "towerdAlarmAcknowledgedBy"));
	fixture_stop(&f);
}

static void
cleared_alarms_are_a_ring(void)
{
	start();
	fixture_close(&f);
	f.settings.clear_keep = 3;
	fixture_open(&f, 0);
	site1 = model_site(f.model, "NIN-1")->entity.number;
	for (int i = 0; i < 5; i++) {
		alarm_raise(f.alarms, site1, "site/damaged", "", 0, NULL, 0);
		fixture_step(&f, 1000);
		alarm_clear(f.alarms, site1, "site/damaged", "", NULL, 0);
	}
	CU_ASSERT_EQUAL(walk("alarmClearTable", scopes_all(f.scopes), NULL), 3);
	struct view_row row;
	CU_ASSERT(
	    view_seek(views_find(f.views, "alarmClearTable"), scopes_all(f.scopes), NULL, 0, true, &row));
	CU_ASSERT_EQUAL(row.key[13], 3); /* the first two went first */
	fixture_stop(&f);
}

static void
variables_are_those_of_the_notification(void)
{
	static const char *const columns[] = { "TimeTicksVal", "OidVal", "OidVal", "OidVal", "Counter64Val",
		"OctetStringVal", "Integer32Val", "Counter64Val", "OctetStringVal", "OctetStringVal",
		"Integer32Val", "OctetStringVal", "OctetStringVal" };
	static const char *const all[] = { "TimeTicksVal", "Integer32Val", "OctetStringVal", "OidVal",
		"Counter64Val" };
	struct view_row row;
	char name[64];
	size_t at = 0;
	start();
	alarm_raise(f.alarms, site1, "site/damaged", "", 0, NULL, 0);
	const struct view *view = views_find(f.views, "alarmActiveVariableTable");
	for (bool more = view_seek(view, scopes_all(f.scopes), NULL, 0, true, &row); more;
	     more = view_next(&row), at++) {
		CU_ASSERT_FATAL(at < 13);
		CU_ASSERT_EQUAL(row.key[2], at + 1);
		CU_ASSERT(cell(&row, "alarmActiveVariableID").oid.len > 8);
		for (size_t c = 0; c < sizeof(all) / sizeof(all[0]); c++) {
			snprintf(name, sizeof(name), "alarmActiveVariable%s", all[c]);
			bool is_there = cell(&row, name).type != TOWERD_NONE;
			CU_ASSERT_EQUAL(is_there, strcmp(all[c], columns[at]) == 0);
		}
	}
	CU_ASSERT_EQUAL(at, 13);
	CU_ASSERT(
	    view_seek(views_find(f.views, "alarmActiveTable"), scopes_all(f.scopes), NULL, 0, true, &row));
	CU_ASSERT_EQUAL(cell(&row, "alarmActiveVariables").u, 13);
	uint32_t beyond[] = { 0, 1, 14 };
	CU_ASSERT_FALSE(view_seek(view, scopes_all(f.scopes), beyond, 3, true, &row));
	uint32_t before[] = { 0, 1 };
	CU_ASSERT(view_seek(view, scopes_all(f.scopes), before, 2, false, &row));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(any_key_stands_where_its_sub_identifiers_stand),
	CLAIM(every_state_of_every_model_is_there_in_both_mibs),
	CLAIM(every_pointer_of_an_active_alarm_resolves),
	CLAIM(ten_thousand_alarms_are_walked_in_the_order_of_time),
	CLAIM(no_table_or_count_shows_what_is_outside_a_scope),
	CLAIM(cleared_alarms_are_a_ring),
	CLAIM(variables_are_those_of_the_notification),
};

CLAIMS_MAIN("alarm tables", claims)
