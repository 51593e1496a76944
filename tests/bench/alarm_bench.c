/* SPDX-License-Identifier: ISC */
/*
 * Alarms at 1,000 and at 100,000 sites: what a normal reading costs, what a device's fault costs that is told again or cleared without
 * standing (tables of alarms are walked each round), what a transition costs the loop, and how many become durable in a second (the calls in CPU time, the durable ones in real time). A cost that grows with the fleet would show as a ratio far from 1 (caches hold the small fleet, so some growth is theirs).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/alarm/alarm.h"
#include "agent/model/inventory.h"

#define EVENTS   20000
#define READINGS 2000000
#define FAULTS   200000

struct fleet {
	unsigned sites;
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	uint32_t *sensors;
	unsigned durable; /* records told */
	bool is_imported;
};

struct result {
	double reading_ns, repeat_ns, nothing_ns, raise_ns, clear_ns, durable_per_s;
};

static double
seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU time of the loop's thread: what a call costs, whoever else is on the machine. */
static double
cpu_s(void)
{
	return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

static void
die(const char *what)
{
	fprintf(stderr, "alarm_bench: %s\n", what);
	exit(1);
}

static void
told(void *arg, const struct towerd_record *record)
{
	struct fleet *f = arg;
	f->durable += record->is_durable;
}

static void
imported(void *arg, int rc)
{
	struct fleet *f = arg;
	if (rc < 0)
		die("the import failed");
	f->is_imported = true;
}

static void
fleet_import(struct fleet *f)
{
	struct towerd_fault_sink faults = { 0 };
	struct inventory_result result;
	size_t size = 64 + (size_t)f->sites * 128, at = 0;
	char *text = malloc(size);

	if (text == NULL)
		die("out of memory");
	faults.report = towerd_fault_print;
	faults.arg = stderr;
	at += (size_t)snprintf(text, size, "sites:\n");
	for (unsigned i = 0; i < f->sites; i++)
		at += (size_t)snprintf(text + at, size - at,
		    "  - { id: S-%06u, kind: fixed, area: a%u/b, devices: [ { id: power, driver: test } ] "
		    "}\n",
		    i, i % 20);
	if (inventory_import(
		f->model, "fleet.yaml", text, at, false, "bench", &faults, &result, imported, f) < 0)
		die("the import was refused");
	while (!f->is_imported)
		loop_turn(f->loop, true);
	free(text);
}

static void
fleet_declare(struct fleet *f)
{
	struct towerd_sensor want = { .size = sizeof(want),
		.kind = catalogue_find("battery.voltage")->kind.number,
		.instance = "",
		.label = "" };
	char id[16];

	f->sensors = calloc(f->sites, sizeof(*f->sensors));
	for (unsigned i = 0; i < f->sites; i++) {
		snprintf(id, sizeof(id), "S-%06u", i);
		uint32_t device = model_device_at(model_site(f->model, id), "power")->entity.number;
		int rc;
		while ((rc = model_sensor_declare(f->model, device, &want, &f->sensors[i])) == -EAGAIN)
			loop_turn(f->loop, true);
		if (rc < 0)
			die("no sensor");
		if (i % 1000 == 0)
			loop_turn(f->loop, false);
	}
}

static void
fleet_open(struct fleet *f, const char *dir)
{
	struct alarm_listener listener = { .told = told, .arg = f };
	char path[64], error[256];
	struct store_settings settings = { .path = path };

	snprintf(path, sizeof(path), "%s/%u.db", dir, f->sites);
	f->loop = loop_new(&(struct loop_settings){ 0 });
	f->scopes = scopes_new();
	if (store_open(f->loop, &settings, &f->store, error, sizeof(error)) < 0)
		die(error);
	f->model = model_new(f->loop, f->store, f->scopes, NULL);
	f->alarms = alarms_new(f->loop, f->store, f->scopes, f->model, NULL);
	if (model_load(f->model, error, sizeof(error)) < 0 ||
	    alarms_load(f->alarms, error, sizeof(error)) < 0)
		die(error);
	alarms_listen(f->alarms, &listener);
	fleet_import(f);
	fleet_declare(f);
}

static void
fleet_close(struct fleet *f)
{
	alarms_stop(f->alarms);
	model_flush(f->model);
	store_close(f->store);
	alarms_free(f->alarms);
	model_free(f->model);
	scopes_free(f->scopes);
	loop_free(f->loop);
	free(f->sensors);
}

/* The sites in an order that no cache foresees. */
static uint32_t
sensor_at(const struct fleet *f, unsigned i)
{
	return f->sensors[(size_t)i * 7919 % f->sites];
}

static void
wait_for(struct fleet *f, unsigned records)
{
	while (f->durable < records)
		loop_turn(f->loop, true);
}

static void
fault(struct fleet *f, unsigned i, const char *type, bool is_raised)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = model_sensor(f->model, sensor_at(f, i))->device->entity.number,
		.type = type,
		.qualifier = "door 1",
		.is_raised = is_raised,
		.text = "the door of the cabinet is open" };
	model_fault(f->model, &fault);
}

static void
measure_faults(struct fleet *f, struct result *r)
{
	unsigned before = f->durable;

	for (unsigned i = 0; i < 1000; i++)
		fault(f, i, "site/door-open", true);
	wait_for(f, before + 1000);
	double start = cpu_s();
	for (unsigned i = 0; i < FAULTS; i++)
		fault(f, i % 1000, "site/door-open", true);
	r->repeat_ns = (cpu_s() - start) * 1e9 / FAULTS;
	start = cpu_s();
	for (unsigned i = 0; i < FAULTS; i++)
		fault(f, i, "env/smoke", false);
	r->nothing_ns = (cpu_s() - start) * 1e9 / FAULTS;
	loop_turn(f->loop, false);
	if (f->durable != before + 1000)
		die("what repeats was journalled");
}

static void
measure(struct fleet *f, struct result *r)
{
	double start = cpu_s();
	for (unsigned i = 0; i < READINGS; i++) {
		struct towerd_reading reading = { .sensor = sensor_at(f, i), .value = 50000 + i % 7 };
		model_observe(f->model, &reading, 1);
	}
	r->reading_ns = (cpu_s() - start) * 1e9 / READINGS;

	measure_faults(f, r);

	/* On sensors, as thresholds do; each raise and clear is a record of its own. Not all sites: the small fleet has fewer. */
	unsigned before = f->durable;
	double begin = seconds_of(CLOCK_MONOTONIC), in_calls[2] = { 0 };
	for (unsigned done = 0; done < EVENTS; done += 500) {
		start = cpu_s();
		for (unsigned i = 0; i < 500; i++)
			alarm_raise(f->alarms, sensor_at(f, done + i), "power/dc-undervoltage", "bench", 0,
			    "bus voltage is low", 0);
		in_calls[0] += cpu_s() - start;
		loop_turn(f->loop, false);
		start = cpu_s();
		for (unsigned i = 0; i < 500; i++)
			alarm_clear(
			    f->alarms, sensor_at(f, done + i), "power/dc-undervoltage", "bench", NULL, 0);
		in_calls[1] += cpu_s() - start;
		loop_turn(f->loop, false);
	}
	wait_for(f, before + 2 * EVENTS);
	r->durable_per_s = 2 * EVENTS / (seconds_of(CLOCK_MONOTONIC) - begin);
	r->raise_ns = in_calls[0] * 1e9 / EVENTS;
	r->clear_ns = in_calls[1] * 1e9 / EVENTS;
}

int
main(void)
{
	static const unsigned sizes[] = { 1000, 100000 };
	struct result results[2];
	char dir[] = "/tmp/alarm_bench.XXXXXX", command[64];

	if (mkdtemp(dir) == NULL)
		return 1;
	printf("%8s %12s %12s %12s %12s %12s %16s\n", "sites", "ns/reading", "ns/repeat", "ns/nothing",
	    "ns/raise", "ns/clear", "durable/s");
	for (size_t i = 0; i < 2; i++) {
		struct fleet fleet = { .sites = sizes[i] };
		fleet_open(&fleet, dir);
		measure(&fleet, &results[i]);
		fleet_close(&fleet);
		printf("%8u %12.0f %12.0f %12.0f %12.0f %12.0f %16.0f\n", sizes[i], results[i].reading_ns,
		    results[i].repeat_ns, results[i].nothing_ns, results[i].raise_ns, results[i].clear_ns,
		    results[i].durable_per_s);
	}
	printf("ratio    %12.2f %12.2f %12.2f %12.2f %12.2f %16.2f\n",
	    results[1].reading_ns / results[0].reading_ns, results[1].repeat_ns / results[0].repeat_ns,
	    results[1].nothing_ns / results[0].nothing_ns, results[1].raise_ns / results[0].raise_ns,
	    results[1].clear_ns / results[0].clear_ns, results[1].durable_per_s / results[0].durable_per_s);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) != 0;
}
