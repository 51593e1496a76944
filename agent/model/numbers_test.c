/* SPDX-License-Identifier: ISC */
/* What numbers promise: the same for ever, over restarts and removals, and never two things under one, whatever the moment of a crash. */
#include <errno.h>
#include <sys/wait.h>

#include "agent/model/model_fixture.h"

static const char city[] =
    "sites:\n"
    "  - { id: A, name: Alpha, kind: fixed, area: x/y, population: 5, location: { lat: 1.5, lon: 2.5 },\n"
    "      thresholds: { battery.voltage: { low: 47.5 } },\n"
    "      devices: [{ id: power, driver: snmp, profile: auto }, { id: radio, driver: snmp }] }\n"
    "  - { id: B, kind: portable, covers: [A], depends-on: [[A]], devices: [{ id: tower, driver: mqtt }] }\n";

static void
settle(struct fixture *f)
{
	struct store_stats before, after;
	do {
		store_stats(f->store, &before);
		loop_turn(f->loop, false);
		usleep(1000);
		store_stats(f->store, &after);
	} while (after.waiting > 0 || after.commits != before.commits);
	loop_turn(f->loop, false);
}

static uint32_t
device_number(struct fixture *f, const char *site, const char *slot)
{
	const struct site *s = model_site(f->model, site);
	const struct device *device = s == NULL ? NULL : model_device_at(s, slot);
	return device == NULL ? 0 : device->entity.number;
}

static void
everything_that_must_survive_a_restart_does(void)
{
	struct fixture f;
	fixture_start(&f, true);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", city, false, NULL), 0);
	uint32_t power = device_number(&f, "A", "power");
	uint32_t sensor = fixture_sensor(&f, "A", "power", "battery.voltage", "bank 1");
	CU_ASSERT_EQUAL(model_attribute(f.model, power, "serial", "S-1", "snmp"), 0);
	f.is_done = false;
	CU_ASSERT_EQUAL(model_set_structural(
			    f.model, model_site(f.model, "A"), STRUCTURAL_DAMAGED, "uid 0", fixture_done, &f),
	    0);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->structural, STRUCTURAL_UNKNOWN); /* not before the commit */
	fixture_wait(&f);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->structural, STRUCTURAL_DAMAGED);
	struct towerd_position p = {
		.size = sizeof(p), .latitude_e7 = 361234567, .longitude_e7 = 431234567, .accuracy_m = 5
	};
	CU_ASSERT_EQUAL(position_set(f.model, device_number(&f, "B", "tower"), &p), 0);
	settle(&f);
	uint32_t a = model_site(f.model, "A")->entity.number, b = model_site(f.model, "B")->entity.number;
	char *exported = inventory_export(f.model, scopes_all(f.scopes));
	fixture_close(&f);

	fixture_open(&f);
	const struct site *site = model_site(f.model, "A");
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	CU_ASSERT_EQUAL(site->entity.number, a);
	CU_ASSERT_EQUAL(model_site(f.model, "B")->entity.number, b);
	CU_ASSERT_EQUAL(site->structural, STRUCTURAL_DAMAGED);
	CU_ASSERT_EQUAL(device_number(&f, "A", "power"), power);
	CU_ASSERT_EQUAL(model_device(f.model, power)->attribute_count, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(model_sensor(f.model, sensor));
	CU_ASSERT_STRING_EQUAL(model_sensor(f.model, sensor)->instance, "bank 1");
	CU_ASSERT_EQUAL(fixture_sensor(&f, "A", "power", "battery.voltage", "bank 1"), sensor);
	struct towerd_position known;
	CU_ASSERT_TRUE(position_get(f.model, b, scopes_all(f.scopes), &known));
	CU_ASSERT_EQUAL(known.latitude_e7, 361234567);
	char *again = inventory_export(f.model, scopes_all(f.scopes));
	CU_ASSERT_STRING_EQUAL(again, exported);
	free(again);
	free(exported);
	fixture_stop(&f);
}

static void
a_removed_sites_numbers_survive_a_restart_unused(void)
{
	struct fixture f;
	fixture_start(&f, true);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	uint32_t a = model_site(f.model, "A")->entity.number, power = device_number(&f, "A", "power");
	fixture_import(&f, "sites.yaml", "sites: [{ id: C }]", true, NULL);
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_PTR_NULL(model_site(f.model, "A"));
	fixture_import(&f, "sites.yaml", "sites: [{ id: C }, { id: D, devices: [{ id: power, driver: x }] }]",
	    false, NULL);
	CU_ASSERT_NOT_EQUAL(model_site(f.model, "D")->entity.number, a);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	CU_ASSERT_EQUAL(model_site(f.model, "A")->entity.number, a);
	CU_ASSERT_EQUAL(device_number(&f, "A", "power"), power);
	fixture_stop(&f);
}

/* A burst beyond the reserve waits for the commit, and then goes on. */
static void
many_sensors_get_numbers_of_durable_blocks_alone(void)
{
	struct fixture f;
	fixture_start(&f, true);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	uint32_t device = device_number(&f, "A", "power"), last = 0;
	unsigned waits = 0, kind = catalogue_find("battery.voltage")->kind.number;
	for (unsigned i = 0; i < 700; i++) {
		char instance[16];
		snprintf(instance, sizeof(instance), "%u", i);
		struct towerd_sensor want = {
			.size = sizeof(want), .kind = kind, .instance = instance, .label = ""
		};
		uint32_t number;
		int rc;
		while ((rc = model_sensor_declare(f.model, device, &want, &number)) == -EAGAIN) {
			CU_ASSERT_TRUE_FATAL(++waits < 10000);
			loop_turn(f.loop, false);
			usleep(1000);
		}
		CU_ASSERT_EQUAL_FATAL(rc, 0);
		CU_ASSERT_TRUE(number > last);
		CU_ASSERT_PTR_EQUAL(model_site_of(f.model, number), model_site(f.model, "A"));
		last = number;
	}
	CU_ASSERT_TRUE(waits > 0);
	settle(&f);
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_EQUAL(model_sensor_count(f.model), 700);
	const struct scope *all = scopes_all(f.scopes);
	struct view_row row;
	uint32_t rows = 0, before = 0;
	const struct view *view = views_find(f.views, "towerdSensorTable");
	for (bool more = view_seek(view, all, NULL, 0, true, &row); more; more = view_next(&row), rows++) {
		CU_ASSERT_TRUE(row.key[1] > before);
		before = row.key[1];
	}
	CU_ASSERT_EQUAL(rows, 700);
	fixture_stop(&f);
}

static int
collect_record(void *arg, const struct store_record *record)
{
	struct fixture *f = arg;
	size_t len = strlen(f->faults);
	snprintf(f->faults + len, sizeof(f->faults) - len, "%s %s %s %s\n", record->type, record->actor,
	    record->object, record->body);
	return 0;
}

static void
a_record_names_what_changed_and_neither_location_nor_credential(void)
{
	struct fixture f;
	fixture_start(&f, true);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	fixture_import(&f, "sites.yaml",
	    "sites: [{ id: A, name: Alpha, area: x/y, location: { lat: 3.25, lon: 2.5 }, population: 5,\n"
	    "  devices: [{ id: power, driver: snmp, community: s3cret }, { id: spare, driver: snmp }] }]",
	    true, NULL);
	f.faults[0] = '\0';
	f.is_done = false;
	CU_ASSERT_EQUAL(store_read(f.store, 0, 100, collect_record, fixture_done, &f), 0);
	fixture_wait(&f);
	CU_ASSERT_STRING_EQUAL(f.faults,
	    "site.add test A "
	    "{\"number\":256,\"name\":\"Alpha\",\"kind\":\"fixed\",\"area\":\"x/"
	    "y\",\"devices-added\":[\"power\",\"radio\"]}\n"
	    "site.add test B "
	    "{\"number\":512,\"name\":\"\",\"kind\":\"portable\",\"area\":\"\",\"devices-added\":[\"tower\"]}"
	    "\n"
	    "site.change test A {\"fields\":[\"location\",\"thresholds\"],\"devices-added\":[\"spare\"],"
	    "\"devices-changed\":[\"power\"],\"devices-removed\":[\"radio\"]}\n"
	    "site.remove test B {}\n");
	fixture_stop(&f);
}

/* What a child saw as given before it was killed, and what is durable after: never two names under one number. */
struct given {
	uint32_t number;
	char name[12];
};

static void
give_until_killed(const char *dir, int out, unsigned round)
{
	struct fixture f;
	memset(&f, 0, sizeof(f));
	snprintf(f.dir, sizeof(f.dir), "%s", dir);
	fixture_open(&f);
	if (model_site(f.model, "A") == NULL)
		fixture_import(&f, "sites.yaml", city, false, NULL);
	struct towerd_sensor want = {
		.size = sizeof(want), .kind = catalogue_find("battery.voltage")->kind.number, .label = ""
	};
	for (unsigned i = 0; i < 500; i++) {
		struct given given = { 0 };
		snprintf(given.name, sizeof(given.name), "%u.%u", round, i);
		want.instance = given.name;
		if (model_sensor_declare(f.model, device_number(&f, "A", "power"), &want, &given.number) ==
			0 &&
		    write(out, &given, sizeof(given)) != sizeof(given))
			_exit(1);
		loop_turn(f.loop, false);
		usleep(round % 4 * 200);
		if (i == 40 + round * 7 % 60)
			_exit(0); /* without a word to the store: as good as killed */
	}
	_exit(0);
}

static void
no_number_is_given_twice_whatever_the_moment_of_a_crash(void)
{
	struct fixture f;
	fixture_start(&f, true);
	fixture_close(&f);
	enum { ROUNDS = 12 };
	static struct given seen[ROUNDS * 100];
	size_t count = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		int ends[2];
		CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			close(ends[0]);
			give_until_killed(f.dir, ends[1], round);
		}
		close(ends[1]);
		while (count < sizeof(seen) / sizeof(seen[0]) &&
		    read(ends[0], &seen[count], sizeof(seen[0])) == sizeof(seen[0]))
			count++;
		close(ends[0]);
		int status;
		waitpid(child, &status, 0);
		CU_ASSERT_EQUAL(status, 0);
	}
	CU_ASSERT_TRUE(count > ROUNDS * 10);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_FALSE(
			    seen[i].number == seen[k].number && strcmp(seen[i].name, seen[k].name) != 0);
	fixture_open(&f);
	for (size_t i = 0; i < count; i++) {
		const struct sensor *sensor = model_sensor(f.model, seen[i].number);
		CU_ASSERT_TRUE(sensor == NULL || strcmp(sensor->instance, seen[i].name) == 0);
	}
	fixture_stop(&f);
}

/* A city whose power fails is polled more slowly, each of its sensors. */
static void
another_interval_of_a_sensor_writes_no_row(void)
{
	struct fixture f;
	struct store_stats before, after;
	fixture_start(&f, true);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	uint32_t number = fixture_sensor(&f, "A", "power", "battery.voltage", "");
	settle(&f);
	store_stats(f.store, &before);
	struct towerd_sensor slower = { .size = sizeof(slower),
		.kind = catalogue_find("battery.voltage")->kind.number,
		.instance = "",
		.label = "label",
		.interval_ms = 600000 };
	CU_ASSERT_EQUAL(model_sensor_declare(f.model, device_number(&f, "A", "power"), &slower, &number), 0);
	settle(&f);
	store_stats(f.store, &after);
	CU_ASSERT_EQUAL(after.transactions, before.transactions);
	CU_ASSERT_EQUAL(model_sensor(f.model, number)->interval_s, 600);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(another_interval_of_a_sensor_writes_no_row),
	CLAIM(everything_that_must_survive_a_restart_does),
	CLAIM(a_removed_sites_numbers_survive_a_restart_unused),
	CLAIM(many_sensors_get_numbers_of_durable_blocks_alone),
	CLAIM(a_record_names_what_changed_and_neither_location_nor_credential),
	CLAIM(no_number_is_given_twice_whatever_the_moment_of_a_crash),
};

CLAIMS_MAIN("numbers", claims)
