/* SPDX-License-Identifier: ISC */
/* What silence does to the list: who is told what before, under and after it, how it is counted, shown, and kept over a restart. */
#include <errno.h>

#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/silence/silence.h"

#define HOUR_MS INT64_C(3600000)
#define MAINS   "power/mains-failure"

static struct fixture f;
static uint32_t power;

static void
start(void)
{
	fixture_start(&f);
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
	model_presence(f.model, power, TOWERD_PRESENCE_REACHABLE, "");
	fixture_step(&f, 10);
	f.told[0] = '\0';
}

static void
shelve(const char *name, const struct silence_criteria *criteria)
{
	const struct silence_request request = { .kind = SILENCE_SHELF,
		.name = name,
		.criteria = *criteria,
		.is_everything = criteria->site == NULL && criteria->area == NULL && criteria->type == NULL,
		.owner = "north desk",
		.reason = "works",
		.until_ms = loop_utc_ms(f.loop) + HOUR_MS };

	CU_ASSERT_EQUAL(
	    silence_add(alarms_silences(f.alarms), &request, "uid 7", f.error, sizeof(f.error), NULL, NULL),
	    0);
	fixture_step(&f, 0);
}

static void
unshelve(const char *name)
{
	CU_ASSERT_EQUAL(silence_remove(alarms_silences(f.alarms), SILENCE_SHELF, name, "uid 7", f.error,
			    sizeof(f.error), NULL, NULL),
	    0);
	fixture_step(&f, 0);
}

static void
raise_it(int severity)
{
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, MAINS, "", severity, NULL, 0), 0);
	fixture_step(&f, 3000); /* the throttle's window is over */
}

static void
clear_it(void)
{
	CU_ASSERT_EQUAL(alarm_clear(f.alarms, power, MAINS, "", NULL, 0), 0);
	fixture_step(&f, 3000);
}

static void
heard(const char *lines)
{
	const char *is = fixture_heard(&f);

	if (strcmp(is, lines) != 0) {
		fprintf(stderr, "heard:\n%s", is);
		CU_FAIL("something else was heard");
	}
}

static unsigned
held(const char *name)
{
	const struct silences *silences = alarms_silences(f.alarms);
	struct silence_info info;

	silence_describe(silences, silence_get(silences, SILENCE_SHELF, name), &info);
	return info.held;
}

static void
what_begins_under_a_shelf_is_told_as_it_is_when_the_shelf_is_gone(void)
{
	start();
	shelve("a", &(const struct silence_criteria){ .site = "NIN-1" });
	raise_it(TOWERD_MINOR);
	raise_it(TOWERD_MAJOR);
	heard("!raise power/mains-failure minor\n!change power/mains-failure major\n");
	CU_ASSERT_EQUAL(alarm_find(f.alarms, power, MAINS, "")->stand, STAND_SHELVED);
	CU_ASSERT_EQUAL(held("a"), 1);
	unshelve("a");
	heard("tell power/mains-failure major\n");
	CU_ASSERT_EQUAL(alarm_find(f.alarms, power, MAINS, "")->stand, STAND_FREE);
	fixture_step(&f, 3000);
	clear_it();
	heard("clear power/mains-failure cleared\n");
	fixture_stop(&f);
}

static void
what_began_and_ended_under_a_shelf_is_never_told(void)
{
	start();
	shelve("a", &(const struct silence_criteria){ .site = "NIN-1" });
	raise_it(TOWERD_MINOR);
	clear_it();
	CU_ASSERT_EQUAL(held("a"), 0);
	unshelve("a");
	heard("!raise power/mains-failure minor\n!clear power/mains-failure cleared\n");
	fixture_stop(&f);
}

static void
what_was_told_before_is_told_as_cleared_under_any_silence(void)
{
	start();
	raise_it(TOWERD_MINOR);
	heard("raise power/mains-failure minor\n");
	shelve("all", &(const struct silence_criteria){ 0 });
	raise_it(TOWERD_MAJOR);
	heard("!change power/mains-failure major\n");
	clear_it();
	heard("clear power/mains-failure cleared\n");
	fixture_stop(&f);
}

static void
an_alarm_that_becomes_worse_than_the_shelf_takes_is_told(void)
{
	start();
	shelve("mild", &(const struct silence_criteria){ .site = "NIN-1", .max_severity = TOWERD_MINOR });
	raise_it(TOWERD_MINOR);
	heard("!raise power/mains-failure minor\n");
	raise_it(TOWERD_MAJOR);
	heard("change power/mains-failure major\n");
	CU_ASSERT_EQUAL(held("mild"), 0);
	fixture_stop(&f);
}

static void
the_end_of_a_shelf_is_told_without_anyone_asking(void)
{
	start();
	shelve("a", &(const struct silence_criteria){ .type = "power/*" });
	raise_it(TOWERD_MINOR);
	heard("!raise power/mains-failure minor\n");
	fixture_step(&f, HOUR_MS);
	heard("tell power/mains-failure minor\n");
	fixture_stop(&f);
}

static int
count_shelved(void *arg, const struct alarm *alarm)
{
	*(unsigned *)arg += alarm->stand == STAND_SHELVED;
	return 0;
}

static unsigned
shelved(void)
{
	unsigned count = 0;

	alarms_each_at(f.alarms, model_site(f.model, "NIN-1"), count_shelved, &count);
	return count;
}

/* More than are judged anew in one turn, by silences that overlap. */
static void
a_silence_of_very_many_begins_and_ends_for_all_of_them(void)
{
	char qualifier[16];

	start();
	for (int i = 0; i < 700; i++) {
		snprintf(qualifier, sizeof(qualifier), "%d", i);
		CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, MAINS, qualifier, 0, NULL, 0), 0);
	}
	fixture_step(&f, 1000);
	shelve("type", &(const struct silence_criteria){ .type = "power/*" });
	fixture_step(&f, 100);
	CU_ASSERT_EQUAL(shelved(), 700);
	shelve("area", &(const struct silence_criteria){ .area = "nineveh/east" });
	unshelve("type"); /* while that is still being judged */
	fixture_step(&f, 100);
	CU_ASSERT_EQUAL(shelved(), 700);
	CU_ASSERT_EQUAL(held("area"), 700);
	unshelve("area");
	fixture_step(&f, 100);
	CU_ASSERT_EQUAL(shelved(), 0);
	fixture_stop(&f);
}

/* The operator's life of an alarm: the shelves that it was on (RFC 8632, 3.5.2). */
static void
being_shelved_stands_in_its_history_once_also_over_a_restart(void)
{
	struct alarm_operation operation;

	start();
	raise_it(TOWERD_MINOR);
	shelve("a", &(const struct silence_criteria){ .site = "NIN-1" });
	const struct alarm *alarm = alarm_find(f.alarms, power, MAINS, "");
	CU_ASSERT_TRUE(alarm_operation_at(alarm, 0, &operation));
	CU_ASSERT_EQUAL(operation.state, OPERATOR_SHELVED);
	CU_ASSERT_STRING_EQUAL(operation.text, "shelf a");
	CU_ASSERT_FALSE(alarm_operation_at(alarm, 1, &operation));
	int64_t utc_ms = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc_ms);
	alarm = alarm_find(f.alarms, power, MAINS, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_EQUAL(alarm->stand, STAND_SHELVED);
	CU_ASSERT_EQUAL(held("a"), 1);
	CU_ASSERT_FALSE(alarm_operation_at(alarm, 1, &operation));
	unshelve("a");
	CU_ASSERT_TRUE(alarm_operation_at(alarm, 0, &operation));
	CU_ASSERT_EQUAL(operation.state, OPERATOR_UNSHELVED);
	fixture_stop(&f);
}

static void
a_shelf_that_ended_while_the_agent_was_down_holds_nothing(void)
{
	start();
	shelve("a", &(const struct silence_criteria){ .site = "NIN-1" });
	raise_it(TOWERD_MINOR);
	int64_t utc_ms = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc_ms + 2 * HOUR_MS);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(alarm_find(f.alarms, power, MAINS, "")->stand, STAND_FREE);
	CU_ASSERT_NOT_EQUAL(audience_holds(f.alarms, f.audience, alarm_find(f.alarms, power, MAINS, "")), 0);
	fixture_stop(&f);
}

static void
what_is_about_safety_is_told_under_a_shelf_of_everything(void)
{
	start();
	shelve("all", &(const struct silence_criteria){ 0 });
	for (unsigned i = 0; i < alarm_type_count(); i++) {
		const struct alarm_type *type = alarm_type_at(i);
		if (!type->is_safety)
			continue;
		CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, type->name, "", 0, NULL, 0), 0);
		fixture_step(&f, 3000);
		CU_ASSERT_EQUAL(fixture_heard(&f)[0], 'r');
	}
	fixture_stop(&f);
}

static void
find_shelf(void *arg, const char *text)
{
	if (strstr(text, "is on a shelf: not told (a of north desk: works; until 2026-01-01T01:00") != NULL)
		*(bool *)arg = true;
}

static void
why_names_who_silences_it_and_until_when(void)
{
	bool is_named = false;

	start();
	shelve("a", &(const struct silence_criteria){ .site = "NIN-1" });
	raise_it(TOWERD_MINOR);
	uint64_t number = alarm_find(f.alarms, power, MAINS, "")->number;
	CU_ASSERT_EQUAL(alarm_explain(f.alarms, number, scopes_all(f.scopes), find_shelf, &is_named), 0);
	CU_ASSERT(is_named);
	fixture_stop(&f);
}

/* Causes. */

static const char hub_sites[] =
    "sites:\n"
    "  - { id: HUB, kind: fixed, area: n/e, devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: A, kind: fixed, area: n/e, depends-on: [ [HUB] ], devices: [ { id: tx, driver: test } ] }\n";

static const struct alarm *
lose(const char *site)
{
	fixture_presence(&f, site, "tx", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 40000);
	return alarm_find(f.alarms, model_site(f.model, site)->entity.number, "comms/site-unreachable", "");
}

static bool
is_told(const struct alarm *alarm)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	return audience_holds(f.alarms, f.audience, alarm) != 0;
}

static void
start_with_hub(void)
{
	fixture_start(&f);
	fixture_import(&f, hub_sites, false);
	fixture_presence(&f, "HUB", "tx", TOWERD_PRESENCE_REACHABLE);
	fixture_presence(&f, "A", "tx", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 10);
}

static void
a_silenced_hub_is_told_itself_when_sites_behind_it_are_lost(void)
{
	start_with_hub();
	shelve("hub", &(const struct silence_criteria){ .site = "HUB" });
	const struct alarm *hub = lose("HUB");
	CU_ASSERT_EQUAL(hub->stand, STAND_SHELVED);
	CU_ASSERT_FALSE(is_told(hub));
	const struct alarm *site = lose("A");
	CU_ASSERT_EQUAL(site->stand, STAND_CONSEQUENCE);
	CU_ASSERT_TRUE(is_told(hub));
	CU_ASSERT_FALSE(is_told(site));
	fixture_stop(&f);
}

static void
a_shelf_over_the_hub_and_all_behind_it_keeps_both(void)
{
	start_with_hub();
	shelve("all", &(const struct silence_criteria){ .type = "comms/*" });
	const struct alarm *hub = lose("HUB"), *site = lose("A");
	CU_ASSERT_EQUAL(site->stand, STAND_SHELVED);
	CU_ASSERT_FALSE(is_told(hub));
	CU_ASSERT_FALSE(is_told(site));
	fixture_stop(&f);
}

static void
who_was_told_of_the_hub_before_it_was_shelved_needs_no_more(void)
{
	start_with_hub();
	const struct alarm *hub = lose("HUB"), *site = lose("A");
	CU_ASSERT_TRUE(is_told(hub));
	CU_ASSERT_FALSE(is_told(site));
	shelve("hub", &(const struct silence_criteria){ .site = "HUB" });
	CU_ASSERT_TRUE(is_told(hub));
	CU_ASSERT_FALSE(is_told(site));
	fixture_stop(&f);
}

/* Tables. */

static const char *
names_for(const struct scope *scope)
{
	static char names[256];
	const struct view *view = views_find(f.views, "towerdShelfTable");
	struct view_row row;

	names[0] = '\0';
	for (bool is = view_seek(view, scope, NULL, 0, true, &row); is; is = view_next(&row)) {
		struct towerd_value name = view_get(&row, &view->columns[0]);
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%.*s ", (int)name.text.len,
		    name.text.data);
	}
	return names;
}

static void
a_reader_sees_the_shelves_of_which_he_may_see_all(void)
{
	start();
	shelve("one", &(const struct silence_criteria){ .site = "NIN-1" });
	shelve("two", &(const struct silence_criteria){ .site = "NIN-2" });
	shelve("some", &(const struct silence_criteria){ .site = "NIN-*" });
	shelve("power", &(const struct silence_criteria){ .type = "power/*" });
	shelve("east", &(const struct silence_criteria){ .type = "power/*", .area = "nineveh/east" });
	shelve("nineveh", &(const struct silence_criteria){ .type = "power/*", .area = "nineveh" });
	CU_ASSERT_STRING_EQUAL(names_for(scopes_all(f.scopes)), "one two east some power nineveh ");
	CU_ASSERT_STRING_EQUAL(names_for(fixture_scope(&f, "nineveh/east", NULL)), "one east ");
	CU_ASSERT_STRING_EQUAL(names_for(fixture_scope(&f, "nineveh", NULL)), "one two east nineveh ");
	CU_ASSERT_STRING_EQUAL(names_for(fixture_scope(&f, "*", "NIN-2")), "two ");
	/* Who and why is for operators. */
	CU_ASSERT_PTR_NULL(
	    strstr(fixture_json(&f, "towerdShelfTable", fixture_scope(&f, "nineveh", NULL)), "north desk"));
	fixture_stop(&f);
}

static void
control(uint32_t resource, unsigned cause)
{
	const struct arc_request request = { .resource = resource,
		.probable_cause = cause,
		.state = ARC_NALM,
		.owner = "crew-3",
		.reason = "r" };
	CU_ASSERT_EQUAL(arc_start(alarms_silences(f.alarms), &request, "uid 7", NULL, NULL), 0);
	fixture_step(&f, 0);
}

static void
any_key_stands_where_it_belongs_among_the_rows_of_arc(void)
{
	static const uint32_t odd[] = { 0, 1, 2, 13, 14, 47, 117, UINT32_MAX };
	uint32_t rows[3][TOWERD_OID_MAX];
	size_t lens[3], count = 0;
	struct view_row row;

	start();
	control(power, 106);
	control(power, 0);
	control(fixture_device(&f, "NIN-2", "power")->entity.number, 58);
	const struct view *view = views_find(f.views, "arcTable");
	for (bool is = view_seek(view, scopes_all(f.scopes), NULL, 0, true, &row); is && count < 3;
	     is = view_next(&row)) {
		memcpy(rows[count], row.key, sizeof(row.key));
		lens[count++] = row.key_len;
	}
	CU_ASSERT_EQUAL_FATAL(count, 3);
	CU_ASSERT(view_key_compare(rows[0], lens[0], rows[1], lens[1]) < 0);
	CU_ASSERT(view_key_compare(rows[1], lens[1], rows[2], lens[2]) < 0);
	for (size_t r = 0; r < 3; r++)
		for (size_t at = 0; at <= lens[r]; at++)
			for (size_t o = 0; o < 2 * sizeof(odd) / sizeof(odd[0]); o++) {
				uint32_t key[TOWERD_OID_MAX];
				size_t expected = 0, len = o % 2 == 0 ? at + 1 : lens[r] + 1;
				memcpy(key, rows[r], sizeof(key));
				key[at] = odd[o / 2];
				while (expected < 3 &&
				    view_key_compare(rows[expected], lens[expected], key, len) <= 0)
					expected++;
				bool is = view_seek(view, scopes_all(f.scopes), key, len, false, &row);
				CU_ASSERT_EQUAL(is, expected < 3);
				if (is && expected < 3)
					CU_ASSERT_EQUAL(view_key_compare(row.key, row.key_len, rows[expected],
							    lens[expected]),
					    0);
			}
	/* Within a scope. */
	CU_ASSERT_TRUE(view_seek(view, fixture_scope(&f, "nineveh/west", NULL), NULL, 0, true, &row));
	CU_ASSERT_EQUAL(view_key_compare(row.key, row.key_len, rows[2], lens[2]), 0);
	CU_ASSERT_FALSE(view_next(&row));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(what_begins_under_a_shelf_is_told_as_it_is_when_the_shelf_is_gone),
	CLAIM(what_began_and_ended_under_a_shelf_is_never_told),
	CLAIM(what_was_told_before_is_told_as_cleared_under_any_silence),
	CLAIM(an_alarm_that_becomes_worse_than_the_shelf_takes_is_told),
	CLAIM(the_end_of_a_shelf_is_told_without_anyone_asking),
	CLAIM(a_silence_of_very_many_begins_and_ends_for_all_of_them),
	CLAIM(being_shelved_stands_in_its_history_once_also_over_a_restart),
	CLAIM(a_shelf_that_ended_while_the_agent_was_down_holds_nothing),
	CLAIM(what_is_about_safety_is_told_under_a_shelf_of_everything),
	CLAIM(why_names_who_silences_it_and_until_when),
	CLAIM(a_silenced_hub_is_told_itself_when_sites_behind_it_are_lost),
	CLAIM(a_shelf_over_the_hub_and_all_behind_it_keeps_both),
	CLAIM(who_was_told_of_the_hub_before_it_was_shelved_needs_no_more),
	CLAIM(a_reader_sees_the_shelves_of_which_he_may_see_all),
	CLAIM(any_key_stands_where_it_belongs_among_the_rows_of_arc),
};

CLAIMS_MAIN("silenced", claims)
