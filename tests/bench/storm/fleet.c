/* SPDX-License-Identifier: ISC */
/* The fleet of the benches: made by an import and by declaring sensors, as an operator and plugins do; then opened like an agent's. */
#include "tests/bench/storm/fleet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inventory.h"

#define ANSWER_MS 50  /* how long a poll takes */
#define SITE_TEXT 256 /* octets of one site in the inventory, at most */

static const char *const slots[FLEET_DEVICES] = { [FLEET_POWER] = "power", [FLEET_RADIO] = "radio" };
static const char *const kinds[FLEET_SENSORS] = { [FLEET_MAINS] = "mains.present",
	[FLEET_CHARGING] = "battery.charging",
	[FLEET_VOLTAGE] = "battery.voltage" };

void
bench_die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "bench: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

unsigned
fleet_hub_of(unsigned site)
{
	return site - site % FLEET_HUB;
}

static size_t
site_write(char *out, unsigned site, unsigned count)
{
	unsigned hub = fleet_hub_of(site), next = hub + FLEET_HUB < count ? hub + FLEET_HUB : 0;
	char path[64] = "";

	if (site != hub && site % FLEET_HUB >= FLEET_SECOND && next != hub)
		snprintf(path, sizeof(path), "depends-on: [ [ S-%06u ], [ S-%06u ] ], ", hub, next);
	else if (site != hub)
		snprintf(path, sizeof(path), "depends-on: [ [ S-%06u ] ], ", hub);
	return (size_t)snprintf(out, SITE_TEXT,
	    "  - { id: S-%06u, kind: fixed, area: a%u/b, power-feeder: F-%05u, %sdevices: [ { id: power, "
	    "driver: test }%s ] }\n",
	    site, hub / FLEET_HUB % 20, site / FLEET_FEEDER, path,
	    site % 2 == 0 ? ", { id: radio, driver: test }" : "");
}

static void
imported(void *arg, int rc)
{
	bool *is_done = arg;

	if (rc < 0)
		bench_die("the import failed: %s", strerror(-rc));
	*is_done = true;
}

static void
import(struct fleet *f, unsigned count)
{
	struct towerd_fault_sink faults = { .report = towerd_fault_print, .arg = stderr };
	struct inventory_result result;
	size_t at = 0;
	char *text = malloc(16 + (size_t)count * SITE_TEXT);
	bool is_done = false;

	if (text == NULL)
		bench_die("out of memory");
	at += (size_t)sprintf(text, "sites:\n");
	for (unsigned i = 0; i < count; i++)
		at += site_write(text + at, i, count);
	if (inventory_import(
		f->model, "fleet.yaml", text, at, false, "bench", &faults, &result, imported, &is_done) < 0)
		bench_die("the import was refused");
	while (!is_done)
		loop_turn(f->loop, true);
	free(text);
}

static uint32_t
declare(struct fleet *f, uint32_t device, const char *kind)
{
	struct towerd_sensor want = {
		.size = sizeof(want), .kind = catalogue_find(kind)->kind.number, .instance = "", .label = ""
	};
	uint32_t number;
	int rc;

	while ((rc = model_sensor_declare(f->model, device, &want, &number)) == -EAGAIN)
		loop_turn(f->loop, true);
	if (rc < 0)
		bench_die("no sensor: %s", strerror(-rc));
	return number;
}

/* The numbers of everything; sensors that there are not yet are made. */
static void
survey(struct fleet *f)
{
	f->count = (unsigned)model_site_count(f->model);
	f->sites = calloc(f->count, sizeof(*f->sites));
	if (f->sites == NULL)
		bench_die("out of memory");
	for (unsigned i = 0; i < f->count; i++) {
		struct fleet_site *at = &f->sites[i];
		char id[16];
		snprintf(id, sizeof(id), "S-%06u", i);
		const struct site *site = model_site(f->model, id);
		at->number = site->entity.number;
		for (unsigned d = 0; d < FLEET_DEVICES; d++) {
			const struct device *device = model_device_at(site, slots[d]);
			at->devices[d] = device != NULL ? device->entity.number : 0;
		}
		for (unsigned s = 0; s < FLEET_SENSORS; s++)
			at->sensors[s] = declare(f, at->devices[FLEET_POWER], kinds[s]);
		if (i % 1000 == 0)
			loop_turn(f->loop, false);
	}
}

/* As a driver does: a device that is asked about is polled, and answers or does not. */
static void
on_ask(void *arg, struct device *device)
{
	struct fleet *f = arg;
	unsigned site = (unsigned)strtoul(device->site->id + strlen("S-"), NULL, 10);

	if (f->question_count == f->question_size) {
		f->question_size = f->question_size != 0 ? f->question_size * 2 : 64;
		f->questions = reallocarray(f->questions, f->question_size, sizeof(*f->questions));
		if (f->questions == NULL)
			bench_die("out of memory");
	}
	f->questions[f->question_count++] = (struct question){ site,
		strcmp(device->slot, slots[FLEET_RADIO]) == 0 ? FLEET_RADIO : FLEET_POWER };
	if (!loop_timer_is_running(f->answerer))
		loop_timer_start(f->answerer, ANSWER_MS);
}

static void
answer(void *arg)
{
	struct fleet *f = arg;
	size_t count = f->question_count;

	/* What is asked because of an answer comes behind these. */
	for (size_t i = 0; i < count; i++) {
		struct question q = f->questions[i];
		fleet_presence(f, q.site, q.device, !f->sites[q.site].is_silent[q.device]);
	}
	f->question_count -= count;
	memmove(f->questions, f->questions + count, f->question_count * sizeof(*f->questions));
	if (f->question_count > 0)
		loop_timer_start(f->answerer, ANSWER_MS);
}

void
fleet_open(
    struct fleet *f, const char *path, const struct loop_settings *loop, const struct alarm_settings *alarms)
{
	struct store_settings settings = { .path = path };
	/* Readings come when they change, not at intervals: none is stale. */
	struct model_settings never_stale = { .stale_min_ms = INT32_MAX };
	char error[256];

	*f = (struct fleet){ .loop = loop_new(loop), .scopes = scopes_new() };
	if (store_open(f->loop, &settings, &f->store, error, sizeof(error)) < 0)
		bench_die("%s", error);
	f->model = model_new(f->loop, f->store, f->scopes, &never_stale);
	f->alarms = alarms_new(f->loop, f->store, f->scopes, f->model, alarms);
	if (model_load(f->model, error, sizeof(error)) < 0 ||
	    alarms_load(f->alarms, error, sizeof(error)) < 0)
		bench_die("%s", error);
	f->owner.name = "fleet";
	f->answerer = loop_timer_new(f->loop, &f->owner, answer, f);
	if (model_listen(f->model, &(struct model_listener){ .ask = on_ask, .arg = f }) < 0)
		bench_die("the model has too many listeners");
	survey(f);
}

void
fleet_close(struct fleet *f)
{
	alarms_stop(f->alarms);
	model_flush(f->model);
	store_close(f->store);
	alarms_free(f->alarms);
	model_free(f->model);
	scopes_free(f->scopes);
	loop_timer_free(f->answerer);
	free(f->questions);
	loop_free(f->loop);
	free(f->sites);
}

void
fleet_make(const char *path, unsigned count)
{
	struct loop_settings settings = { 0 };
	struct fleet f;

	fleet_open(&f, path, &settings, NULL);
	import(&f, count);
	free(f.sites);
	survey(&f);
	fleet_close(&f);
}

static void
observe(struct fleet *f, unsigned site, enum fleet_sensor sensor, int64_t value)
{
	struct towerd_reading reading = { .sensor = f->sites[site].sensors[sensor], .value = value };

	if (model_observe(f->model, &reading, 1) < 0)
		bench_die("a reading was refused");
}

void
fleet_mains(struct fleet *f, unsigned site, bool is_present)
{
	observe(f, site, FLEET_MAINS, is_present);
}

void
fleet_battery(struct fleet *f, unsigned site, bool is_discharging)
{
	static int64_t in_float = -1, discharging = -1;

	if (in_float < 0) {
		const char *const *states = catalogue_find(kinds[FLEET_CHARGING])->kind.states;
		for (int64_t i = 0; states[i] != NULL; i++)
			if (strcmp(states[i], "float") == 0)
				in_float = i;
			else if (strcmp(states[i], "discharging") == 0)
				discharging = i;
	}
	observe(f, site, FLEET_CHARGING, is_discharging ? discharging : in_float);
}

void
fleet_presence(struct fleet *f, unsigned site, enum fleet_device device, bool is_reachable)
{
	f->sites[site].is_silent[device] = !is_reachable;
	if (model_presence(f->model, f->sites[site].devices[device],
		is_reachable ? TOWERD_PRESENCE_REACHABLE : TOWERD_PRESENCE_UNREACHABLE,
		is_reachable ? "" : "no reply") < 0)
		bench_die("a presence was refused");
}

void
fleet_fault(struct fleet *f, unsigned site, const char *type, bool is_raised)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = f->sites[site].devices[FLEET_POWER],
		.type = type,
		.qualifier = "",
		.is_raised = is_raised };

	if (model_fault(f->model, &fault) < 0)
		bench_die("a fault was refused");
}

void
fleet_is_well(struct fleet *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		for (unsigned d = 0; d < FLEET_DEVICES; d++)
			if (f->sites[i].devices[d] != 0)
				fleet_presence(f, i, d, true);
		fleet_mains(f, i, true);
		fleet_battery(f, i, false);
		observe(f, i, FLEET_VOLTAGE, 54000);
		if (i % 100 == 0)
			loop_turn(f->loop, false);
	}
}
