/* SPDX-License-Identifier: ISC */
/* What the tables of the model promise: their order, what a scope never meets, and that a position shows nowhere but in its own table. */
#include <errno.h>

#include "agent/model/model_fixture.h"

static const char city[] =
    "sites:\n"
    "  - { id: A, name: Alpha, area: n/east, population: 100, location: { lat: 11.7654321, lon: 12.7654321 "
    "},\n"
    "      devices: [{ id: power, driver: snmp, address: 10.9.8.7, community: s3cret }, { id: radio, driver: "
    "snmp }] }\n"
    "  - { id: B, name: Beta, area: n/eastern, population: 20, devices: [{ id: power, driver: snmp }] }\n"
    "  - { id: C, name: Gamma, area: n/east/x, population: 3 }\n"
    "  - { id: COW, area: n/west, kind: portable, covers: [A], devices: [{ id: tower, driver: mqtt }] }\n";

static void
start(struct fixture *f)
{
	fixture_start(f, false);
	CU_ASSERT_EQUAL_FATAL(fixture_import(f, "sites.yaml", city, false, NULL), 0);
	fixture_sensor(f, "A", "power", "battery.voltage", "1");
	fixture_sensor(f, "B", "power", "battery.voltage", "1");
	fixture_sensor(f, "A", "radio", "radio.state", "");
	struct towerd_position p = { .size = sizeof(p),
		.latitude_e7 = 361234567,
		.longitude_e7 = 439876543,
		.altitude_m = 717171,
		.accuracy_m = 919191 };
	CU_ASSERT_EQUAL(position_set(f->model, model_site(f->model, "COW")->entity.number, &p), 0);
	p.latitude_e7 = 900000001;
	CU_ASSERT_EQUAL(position_set(f->model, model_site(f->model, "COW")->entity.number, &p), -EINVAL);
}

static const char *const tables[] = { "towerdSiteTable", "towerdDeviceTable", "towerdSensorTable",
	"towerdAreaTable", "towerdUnclaimedTable", "towerdLocationTable", "entPhysicalTable",
	"entPhySensorTable" };
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* Every way through a table meets the same rows: by next, by seeking from each key, and by keys that are shorter, longer or between. */
static void
check_walk(const struct view *view, const struct scope *scope)
{
	struct view_row row, sought;
	uint32_t before[TOWERD_OID_MAX];
	size_t before_len = 0;
	for (bool more = view_seek(view, scope, NULL, 0, true, &row); more; more = view_next(&row)) {
		CU_ASSERT_TRUE(
		    before_len == 0 || view_key_compare(before, before_len, row.key, row.key_len) < 0);
		CU_ASSERT_TRUE_FATAL(view_seek(view, scope, before, before_len, false, &sought));
		CU_ASSERT_PTR_EQUAL(sought.object, row.object);
		CU_ASSERT_TRUE(view_seek(view, scope, row.key, row.key_len, true, &sought) &&
		    sought.object == row.object);
		CU_ASSERT_TRUE(view_seek(view, scope, row.key, row.key_len - 1, false, &sought));
		CU_ASSERT_TRUE(view_key_compare(sought.key, sought.key_len, row.key, row.key_len) <= 0);
		memcpy(before, row.key, row.key_len * sizeof(row.key[0]));
		before[row.key_len] = 0;
		bool found = view_seek(view, scope, before, row.key_len + 1, true, &sought);
		CU_ASSERT_TRUE(
		    !found || view_key_compare(sought.key, sought.key_len, row.key, row.key_len) > 0);
		if (before[row.key_len - 1] > 0) {
			before[row.key_len - 1]--;
			before[row.key_len] = UINT32_MAX;
			CU_ASSERT_TRUE(view_seek(view, scope, before, row.key_len + 1, true, &sought));
			CU_ASSERT_PTR_EQUAL(sought.object, row.object);
			before[row.key_len - 1]++;
		}
		before_len = row.key_len;
	}
	CU_ASSERT_FALSE(view_seek(view, scope, before, before_len, false, &sought) && before_len > 0);
	for (size_t i = 0; i < 4; i++)
		before[i] = UINT32_MAX;
	CU_ASSERT_FALSE(view_seek(view, scope, before, 4, true, &sought));
}

static void
every_way_through_a_table_meets_the_same_rows(void)
{
	struct fixture f;
	start(&f);
	model_unclaimed(f.model, "NEW-1", "source");
	model_unclaimed(f.model, "N", "source");
	const struct scope *scopes[] = { scopes_all(f.scopes),
		fixture_scope(&f, "n/east", ROLE_OPERATE, LOCATION_ALWAYS, NULL),
		fixture_scope(&f, "*", ROLE_READ, LOCATION_NEVER, "A"),
		fixture_scope(&f, "n/west", ROLE_READ, LOCATION_NEVER, "A") };
	for (size_t i = 0; i < TABLES; i++)
		for (size_t s = 0; s < 4; s++)
			check_walk(views_find(f.views, tables[i]), scopes[s]);
	fixture_stop(&f);
}

static void
a_scope_meets_nothing_of_other_areas_in_any_table(void)
{
	struct fixture f;
	start(&f);
	const struct scope *east = fixture_scope(&f, "n/east", ROLE_ADMIN, LOCATION_ALWAYS, NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&f, "towerdSiteTable", east), "Alpha"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&f, "towerdSiteTable", east), "Gamma"));
	for (size_t i = 0; i < TABLES; i++) {
		const char *text = fixture_json(&f, tables[i], east);
		CU_ASSERT_PTR_NULL(strstr(text, "Beta"));
		CU_ASSERT_PTR_NULL(strstr(text, "eastern"));
		CU_ASSERT_PTR_NULL(strstr(text, "\"B\""));
		CU_ASSERT_PTR_NULL(strstr(text, "B/power"));
		CU_ASSERT_PTR_NULL(strstr(text, "COW"));
	}
	fixture_stop(&f);
}

static void
a_virtual_device_shows_its_site_alone(void)
{
	struct fixture f;
	start(&f);
	const struct scope *one = fixture_scope(&f, "*", ROLE_ADMIN, LOCATION_NEVER, "B");
	for (size_t i = 0; i < TABLES; i++) {
		const char *text = fixture_json(&f, tables[i], one);
		CU_ASSERT_PTR_NULL(strstr(text, "Alpha"));
		CU_ASSERT_PTR_NULL(strstr(text, "A/power"));
		CU_ASSERT_PTR_NULL(strstr(text, "\"towerd\""));
	}
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "entPhysicalTable", one), "\"B/power/battery.voltage:1\""));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "towerdAreaTable", one), "\"towerdAreaPopulation\":20,"));
	fixture_stop(&f);
}

static void
collect(void *arg, const char *text, size_t len)
{
	strncat(arg, text, len);
}

static void
a_position_shows_in_its_own_table_alone_and_only_to_those_who_may_know(void)
{
	static const char *const secrets[] = { "361234567", "36.1234567", "439876543", "43.9876543", "717171",
		"919191", "11.765", "117654321", "12.765", "127654321" };
	static char text[65536];
	struct fixture f;
	start(&f);
	const struct scope *knows = fixture_scope(&f, "*", ROLE_READ, LOCATION_SECURE, NULL);
	const struct scope *not = fixture_scope(&f, "*", ROLE_ADMIN, LOCATION_NEVER, NULL);
	for (size_t i = 0; i < TABLES; i++) {
		const struct view *view = views_find(f.views, tables[i]);
		bool is_location = strcmp(tables[i], "towerdLocationTable") == 0;
		text[0] = '\0';
		view_print_text(view, not, NULL, 0, collect, text);
		strcat(text, fixture_json(&f, tables[i], not ));
		if (!is_location)
			strcat(text, fixture_json(&f, tables[i], knows));
		for (size_t s = 0; s < sizeof(secrets) / sizeof(secrets[0]); s++)
			CU_ASSERT_PTR_NULL(strstr(text, secrets[s]));
	}
	CU_ASSERT_STRING_EQUAL(fixture_json(&f, "towerdLocationTable", not ), "[]");
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&f, "towerdLocationTable", knows), "361234567"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "towerdLocationTable", knows), "\"towerdLocationCovers\":\"A\""));
	struct towerd_position p;
	CU_ASSERT_FALSE(position_get(f.model, model_site(f.model, "COW")->entity.number, not, &p));
	CU_ASSERT_FALSE(position_get(f.model, model_site(f.model, "COW")->entity.number,
	    fixture_scope(&f, "n/east", ROLE_ADMIN, LOCATION_ALWAYS, NULL), &p));
	CU_ASSERT_TRUE(position_get(f.model, model_site(f.model, "COW")->entity.number, knows, &p));
	struct view_arena *arena = view_arena_new();
	struct towerd_cell cell;
	for (uint32_t column = 1; column < 10; column++)
		CU_ASSERT_TRUE(view_read(views_find(f.views, "towerdLocationTable"), not, column, NULL, 0,
				   true, arena, &cell, 1) <= 0);
	view_arena_free(arena);
	fixture_stop(&f);
}

static void
credentials_are_in_no_table_and_addresses_not_for_readers(void)
{
	struct fixture f;
	start(&f);
	const struct scope *wall = fixture_scope(&f, "*", ROLE_READ, LOCATION_NEVER, NULL);
	for (size_t i = 0; i < TABLES; i++) {
		CU_ASSERT_PTR_NULL(strstr(fixture_json(&f, tables[i], scopes_all(f.scopes)), "s3cret"));
		CU_ASSERT_PTR_NULL(strstr(fixture_json(&f, tables[i], wall), "10.9.8.7"));
	}
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture_json(&f, "towerdDeviceTable", scopes_all(f.scopes)), "10.9.8.7"));
	fixture_stop(&f);
}

static void
roll_ups_count_what_the_reader_sees(void)
{
	struct fixture f;
	start(&f);
	model_presence(f.model, model_device_at(model_site(f.model, "A"), "power")->entity.number,
	    TOWERD_PRESENCE_REACHABLE, NULL);
	const char *east =
	    fixture_json(&f, "towerdAreaTable", fixture_scope(&f, "n/east", ROLE_READ, LOCATION_NEVER, NULL));
	CU_ASSERT_STRING_EQUAL(east,
	    "[{\"towerdAreaName\":\"\",\"towerdAreaSites\":2,\"towerdAreaOnAir\":1,\"towerdAreaDegraded\":0,"
	    "\"towerdAreaCovered\":0,"
	    "\"towerdAreaOffAir\":0,\"towerdAreaUnknown\":1,\"towerdAreaPopulation\":103,"
	    "\"towerdAreaWithoutService\":3},"
	    "{\"towerdAreaName\":\"n\",\"towerdAreaSites\":2,\"towerdAreaOnAir\":1,\"towerdAreaDegraded\":0,"
	    "\"towerdAreaCovered\":0,"
	    "\"towerdAreaOffAir\":0,\"towerdAreaUnknown\":1,\"towerdAreaPopulation\":103,"
	    "\"towerdAreaWithoutService\":3},"
	    "{\"towerdAreaName\":\"n/"
	    "east\",\"towerdAreaSites\":2,\"towerdAreaOnAir\":1,\"towerdAreaDegraded\":0,"
	    "\"towerdAreaCovered\":0,"
	    "\"towerdAreaOffAir\":0,\"towerdAreaUnknown\":1,\"towerdAreaPopulation\":103,"
	    "\"towerdAreaWithoutService\":3},"
	    "{\"towerdAreaName\":\"n/east/"
	    "x\",\"towerdAreaSites\":1,\"towerdAreaOnAir\":0,\"towerdAreaDegraded\":0,\"towerdAreaCovered\":"
	    "0,"
	    "\"towerdAreaOffAir\":0,\"towerdAreaUnknown\":1,\"towerdAreaPopulation\":3,"
	    "\"towerdAreaWithoutService\":3}]");
	const char *all = fixture_json(&f, "towerdAreaTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\"towerdAreaName\":\"\",\"towerdAreaSites\":4"));
	/* A site that moves takes its people along. */
	fixture_import(&f, "m.yaml", "sites: [{ id: B, area: n/east, population: 30 }]", false, NULL);
	all = fixture_json(&f, "towerdAreaTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NULL(strstr(all, "n/eastern"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\"towerdAreaName\":\"n/east\",\"towerdAreaSites\":3"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\"towerdAreaPopulation\":133"));
	fixture_stop(&f);
}

static int64_t
cell(struct fixture *f, const char *view, uint32_t number, const char *column)
{
	const struct view *v = views_find(f->views, view);
	struct view_row row;
	CU_ASSERT_TRUE_FATAL(
	    view_seek(v, scopes_all(f->scopes), &number, 1, true, &row) && row.key[0] == number);
	return view_get(&row, view_column_find(v, row.scope, column)).i;
}

static void
a_sensor_reads_in_the_standards_own_units(void)
{
	static const struct {
		const char *kind;
		int64_t reading, value, type, scale, precision;
	} cases[] = {
		{ "battery.voltage", 53217, 53217, 4, 9, 3 },
		{ "mains.present", 1, 1, 12, 9, 0 },
		{ "mains.present", 0, 2, 12, 9, 0 },
		{ "temperature", -12345, -12345, 8, 9, 3 },
		{ "radio.state", 4, 4, 1, 9, 0 },
		{ "radio.frequency", 1842500, 1842500, 7, 11, 3 },
		{ "radio.tx-rate", 150499999, 150500, 1, 10, 0 },
		{ "radio.tx-rate", 999999999999, 1000000000, 1, 10, 0 },
	};
	struct fixture f;
	start(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(catalogue_find(cases[i].kind));
		uint32_t number = fixture_sensor(&f, "A", "power", cases[i].kind, "unit");
		fixture_read(&f, number, cases[i].reading);
		CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorValue"), cases[i].value);
		CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorType"), cases[i].type);
		CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorScale"), cases[i].scale);
		CU_ASSERT_EQUAL(
		    cell(&f, "entPhySensorTable", number, "entPhySensorPrecision"), cases[i].precision);
		CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorOperStatus"), 1);
	}
	fixture_stop(&f);
}

static void
a_stale_value_is_unavailable_and_stays_in_place(void)
{
	struct fixture f;
	start(&f);
	loop_step(f.loop, 5000);
	uint32_t number = fixture_sensor(&f, "A", "power", "battery.voltage", "9");
	CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorOperStatus"), 2);
	fixture_read(&f, number, 53217);
	loop_step(f.loop, 400000);
	CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorOperStatus"), 2);
	CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorValue"), 53217);
	CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorValueTimeStamp"), 5000);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&f, "towerdSensorTable", scopes_all(f.scopes)),
	    "\"towerdSensorValue\":\"53.217\",\"towerdSensorUnit\":\"V\",\"towerdSensorScaledValue\":53217,"
	    "\"towerdSensorDecimals\":3,"
	    "\"towerdSensorState\":\"\",\"towerdSensorQuality\":\"stale\""));
	struct towerd_reading faulty = { .sensor = number, .quality = TOWERD_FAULTY };
	model_observe(f.model, &faulty, 1);
	CU_ASSERT_EQUAL(cell(&f, "entPhySensorTable", number, "entPhySensorOperStatus"), 3);
	fixture_stop(&f);
}

static void
a_portable_tower_is_contained_in_nothing(void)
{
	struct fixture f;
	start(&f);
	uint32_t cow = model_site(f.model, "COW")->entity.number, a = model_site(f.model, "A")->entity.number;
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", cow, "entPhysicalContainedIn"), 0);
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", cow, "entPhysicalClass"), 3);
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", a, "entPhysicalClass"), 5);
	uint32_t radio = model_device_at(model_site(f.model, "A"), "radio")->entity.number;
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", radio, "entPhysicalContainedIn"), a);
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", radio, "entPhysicalParentRelPos"), 2);
	CU_ASSERT_EQUAL(cell(&f, "entPhysicalTable", 1, "entPhysicalClass"), 1);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(every_way_through_a_table_meets_the_same_rows),
	CLAIM(a_scope_meets_nothing_of_other_areas_in_any_table),
	CLAIM(a_virtual_device_shows_its_site_alone),
	CLAIM(a_position_shows_in_its_own_table_alone_and_only_to_those_who_may_know),
	CLAIM(credentials_are_in_no_table_and_addresses_not_for_readers),
	CLAIM(roll_ups_count_what_the_reader_sees),
	CLAIM(a_sensor_reads_in_the_standards_own_units),
	CLAIM(a_stale_value_is_unavailable_and_stays_in_place),
	CLAIM(a_portable_tower_is_contained_in_nothing),
};

CLAIMS_MAIN("rows", claims)
