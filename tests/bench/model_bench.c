/* SPDX-License-Identifier: ISC */
/*
 * The model at full size: 100,000 sites with 10 sensors each. Prints octets a sensor, all in (sites, devices, texts, scopes, areas), and
 * fails beyond 250; readings a second; rows a second of a batch of one column, whole and within a scope.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/model/inventory.h"

#define SENSORS_PER_SITE 10
#define LIMIT_OCTETS     250

static const char *const kinds[SENSORS_PER_SITE] = { "battery.voltage", "battery.current",
	"battery.temperature", "mains.present", "rectifier.current", "genset.fuel", "temperature",
	"door.open", "backhaul.rx-level", "radio.state" };
static const char *const labels[SENSORS_PER_SITE] = { "Battery string 1 voltage", "Battery string 1 current",
	"Battery string 1 temperature", "Mains", "Rectifier 3 output", "Fuel tank", "Cabinet temperature",
	"Shelter door", "Backhaul A receive level", "Sector 2" };

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
heap_octets(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static char *
fleet(unsigned sites)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	fputs("id,name,kind,area,location.lat,location.lon,population,power-feeder,depends-on,device.id,"
	      "device.driver,"
	      "device.address,device.credentials,device.profile\n",
	    out);
	for (unsigned i = 0; i < sites; i++) {
		fprintf(out,
		    "NIN-%06u,Faziliya East %u,fixed,nineveh/district-%u,36.%04u,43.%04u,%u,FDR-%u,%s", i, i,
		    i % 40, i % 10000, i * 7 % 10000, 500 + i % 9000, i / 12,
		    i >= 50 ? "NIN-000001|NIN-000002 & NIN-000003" : "");
		fprintf(out, ",power,snmp,10.%u.%u.%u:161,plants,auto\n", i >> 16, i >> 8 & 255, i & 255);
		fprintf(out, "NIN-%06u,,,,,,,,,radio,snmp,10.%u.%u.%u:1161,radios,auto\n", i, i >> 16,
		    i >> 8 & 255, i & 255);
	}
	fclose(out);
	return text;
}

static int
declare_all(struct model *model, uint32_t *numbers)
{
	size_t n = 0;
	for (struct site *site = model_next_site(model, 0); site != NULL;
	     site = model_next_site(model, site->entity.number)) {
		for (unsigned i = 0; i < SENSORS_PER_SITE; i++) {
			const struct catalogue_kind *kind = catalogue_find(kinds[i]);
			struct towerd_sensor want = { .size = sizeof(want),
				.kind = kind == NULL ? i : kind->kind.number,
				.instance = i < 3 ? "1" : "",
				.label = labels[i],
				.interval_ms = 60000 };
			if (model_sensor_declare(
				model, site->devices[i < 8 ? 0 : 1]->entity.number, &want, &numbers[n++]) < 0)
				return -1;
		}
	}
	return 0;
}

static void
bench_readings(struct model *model, const uint32_t *numbers, size_t count)
{
	enum { BATCH = 50 };
	struct towerd_reading batch[BATCH];
	double start = now_s();
	for (unsigned pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i + BATCH <= count; i += BATCH) {
			for (size_t k = 0; k < BATCH; k++)
				batch[k] = (struct towerd_reading){ .sensor = numbers[i + k],
					.quality = TOWERD_GOOD,
					.value = (int64_t)pass };
			model_observe(model, batch, BATCH);
		}
	}
	printf("%.1f million readings a second\n", 3.0 * (double)count / (now_s() - start) / 1e6);
}

static void
bench_rows(
    const struct views *views, const char *name, uint32_t column, const struct scope *scope, const char *what)
{
	static struct towerd_cell cells[500];
	struct view_arena *arena = view_arena_new();
	uint32_t key[TOWERD_OID_MAX];
	size_t key_len = 0, rows = 0;
	double start = now_s();
	for (int n; (n = view_read(views_find(views, name), scope, column, key, key_len, false, arena, cells,
			 50)) > 0;) {
		rows += (size_t)n;
		key_len = cells[n - 1].key_len;
		memcpy(key, cells[n - 1].key, key_len * sizeof(key[0]));
	}
	double took = now_s() - start;
	printf("%-18s column %2u, batches of 50, %s: %zu rows, %.0f ns a row\n", name, column, what, rows,
	    took * 1e9 / (double)(rows == 0 ? 1 : rows));
	view_arena_free(arena);
}

static void
bench_views(struct model *model, struct scopes *scopes)
{
	static const char *const areas[] = { "nineveh/district-7" };
	struct scope_reader reader = { .name = "one", .role = ROLE_READ, .areas = areas, .area_count = 1 };
	const struct scope *one = scopes_open(scopes, &reader, false, 0);
	struct views *views = views_new();
	if (model_add_views(model, views) < 0) {
		fprintf(stderr, "%s\n", views_fault(views));
		exit(1);
	}
	bench_rows(views, "towerdSensorTable", 12, scopes_all(scopes), "everything");
	bench_rows(views, "towerdSensorTable", 9, scopes_all(scopes), "everything");
	bench_rows(views, "towerdSensorTable", 12, one, "one area of 40");
	bench_rows(views, "entPhySensorTable", 4, scopes_all(scopes), "everything");
	bench_rows(views, "entPhysicalTable", 7, scopes_all(scopes), "everything");
	bench_rows(views, "towerdSiteTable", 2, scopes_all(scopes), "everything");
	views_free(views);
}

static void
bench_sweep(struct loop *loop, struct model *model)
{
	double start = now_s();
	loop_step(loop, 60000);
	printf("staleness of %zu sensors: %.2f %% of one core\n", model_sensor_count(model),
	    (now_s() - start) / 60 * 100);
}

int
main(int argc, char **argv)
{
	unsigned sites = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP };
	struct loop *loop = loop_new(&clock);
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	char *text = fleet(sites);
	uint32_t *numbers = calloc((size_t)sites * SENSORS_PER_SITE, sizeof(*numbers));
	if (loop == NULL || text == NULL || numbers == NULL)
		return 1;
	size_t before = heap_octets();
	struct scopes *scopes = scopes_new();
	struct model *model = model_new(loop, NULL, scopes, NULL);
	double start = now_s();
	if (inventory_import(
		model, "fleet.csv", text, strlen(text), false, "bench", &faults, NULL, NULL, NULL) < 0)
		return 1;
	printf("%u sites imported from CSV in %.2f s\n", sites, now_s() - start);
	start = now_s();
	if (declare_all(model, numbers) < 0)
		return 1;
	size_t count = model_sensor_count(model);
	printf("%zu sensors declared in %.2f s\n", count, now_s() - start);
	double octets = (double)(heap_octets() - before) / (double)count;
	printf("%.1f octets a sensor, all in (at most %d)\n", octets, LIMIT_OCTETS);
	bench_readings(model, numbers, count);
	bench_views(model, scopes);
	bench_sweep(loop, model);
	model_free(model);
	scopes_free(scopes);
	loop_free(loop);
	free(numbers);
	free(text);
	return octets > LIMIT_OCTETS;
}
