/* SPDX-License-Identifier: ISC */
/* Services of the model: what a southbound plugin tells about its devices, its learned values, and crew updates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/inside.h"
#include "agent/model/model.h"
#include "agent/model/position.h"
#include "agent/repair/crew.h"

#define SITE_ID_MAX 32

static int
device_find(const struct plugin *plugin, const char *site_id, const char *slot, uint32_t *number)
{
	const struct site *site = model_site(plugin->host->parts.model, site_id);
	const struct device *found = NULL;

	for (size_t i = 0; site != NULL && i < site->device_count; i++) {
		const struct device *device = site->devices[i];
		if (device->is_removed || strcmp(device->driver, plugin->name) != 0 ||
		    (slot != NULL && strcmp(device->slot, slot) != 0))
			continue;
		if (found != NULL)
			return -ENOTUNIQ;
		found = device;
	}
	if (found == NULL)
		return -ENOENT;
	*number = found->entity.number;
	return 0;
}

static int
serve_device_find(struct towerd_ctx *ctx, const char *site, const char *slot, uint32_t *device)
{
	return device_find(plugin_of(ctx), site, slot, device);
}

static struct model *
model_of(struct towerd_ctx *ctx)
{
	return plugin_of(ctx)->host->parts.model;
}

static int
serve_sensor(struct towerd_ctx *ctx, uint32_t device, const struct towerd_sensor *sensor, uint32_t *number)
{
	return model_sensor_declare(model_of(ctx), device, sensor, number);
}

static int
serve_observe(struct towerd_ctx *ctx, const struct towerd_reading *readings, size_t count)
{
	return model_observe(model_of(ctx), readings, count);
}

/* The small plugin's device may be of any driver: "device in the model that the voltage belongs to". */
static int
serve_report(struct towerd_ctx *ctx, const char *path, unsigned kind, int64_t value)
{
	struct plugin *plugin = plugin_of(ctx);
	const char *slash = strchr(path, '/');
	char id[SITE_ID_MAX + 1];
	uint32_t number;

	if (slash == NULL || slash - path > SITE_ID_MAX)
		return towerd_fail(ctx, -EINVAL, "\"%s\" does not name a device: SITE/SLOT does", path);
	if (kind >= plugin->has.kind_count)
		return towerd_fail(ctx, -EINVAL, "kind %u is not one of the %zu that it declares", kind,
		    plugin->has.kind_count);
	snprintf(id, sizeof(id), "%.*s", (int)(slash - path), path);
	const struct site *site = model_site(model_of(ctx), id);
	const struct device *device = site == NULL ? NULL : model_device_at(site, slash + 1);
	if (device == NULL)
		return towerd_fail(ctx, -ENOENT, "the inventory has no device \"%s\"", path);
	const struct towerd_sensor sensor = {
		.size = sizeof(sensor), .kind = plugin->kinds[kind], .instance = "", .label = ""
	};
	int rc = model_sensor_declare(model_of(ctx), device->entity.number, &sensor, &number);
	if (rc == -EAGAIN)
		return 0; /* its number is being reserved: the next reading has it */
	if (rc < 0)
		return rc;
	const struct towerd_reading reading = { .sensor = number, .quality = TOWERD_GOOD, .value = value };
	rc = model_observe(model_of(ctx), &reading, 1);
	return rc < 0 ? rc : 0;
}

static int
serve_presence(struct towerd_ctx *ctx, uint32_t device, enum towerd_presence presence, const char *reason)
{
	return model_presence(model_of(ctx), device, presence, reason);
}

static int
serve_fault(struct towerd_ctx *ctx, const struct towerd_fault *fault)
{
	struct towerd_fault whole = { .size = sizeof(whole) };

	/* That of an older interface ends sooner. */
	memcpy(&whole, fault, fault->size < sizeof(whole) ? fault->size : sizeof(whole));
	return model_fault(model_of(ctx), &whole);
}

static int
serve_fault_sweep(struct towerd_ctx *ctx, uint32_t device, int64_t since_ms)
{
	return model_fault_sweep(model_of(ctx), device, since_ms);
}

static int
serve_sensors_keep(struct towerd_ctx *ctx, uint32_t device, const uint32_t *numbers, size_t count)
{
	return model_sensors_keep(model_of(ctx), device, numbers, count);
}

static int
serve_position(struct towerd_ctx *ctx, uint32_t device, const struct towerd_position *position)
{
	return position_set(model_of(ctx), device, position);
}

static int
serve_deployment(
    struct towerd_ctx *ctx, uint32_t device, enum towerd_deployment deployment, int64_t device_ms)
{
	return model_deployment(model_of(ctx), device, deployment, device_ms);
}

static int
serve_attribute(struct towerd_ctx *ctx, uint32_t device, const char *name, const char *value)
{
	return model_attribute(model_of(ctx), device, name, value, plugin_of(ctx)->object);
}

static void
serve_reject(struct towerd_ctx *ctx, uint32_t device, const char *source, const char *reason)
{
	plugin_count(plugin_of(ctx), "rejected", 1);
	model_reject(model_of(ctx), device, source, reason);
}

static int
serve_unclaimed(struct towerd_ctx *ctx, const char *site, const char *source)
{
	return model_unclaimed(model_of(ctx), site, source);
}

static int
serve_learned_put(struct towerd_ctx *ctx, const char *key, const char *value)
{
	return learned_put(plugin_of(ctx)->host->learned, plugin_of(ctx)->name, key, value);
}

static int
serve_learned_get(struct towerd_ctx *ctx, const char *key, char *value, size_t size)
{
	return learned_get(plugin_of(ctx)->host->learned, plugin_of(ctx)->name, key, value, size);
}

/* Crew updates. */

struct update {
	struct plugin *plugin;
	uint64_t cookie;
};

static void
update_answered(void *arg, const struct towerd_receipt *receipt)
{
	struct update *update = arg;
	struct plugin *plugin = update->plugin;

	if (plugin->run == PLUGIN_RUNNING && plugin->has.receipt != NULL) {
		struct plugin_lap lap = plugin_enter(plugin);
		plugin->has.receipt(&plugin->ctx, update->cookie, receipt);
		plugin_leave(plugin, lap);
	}
	free(update);
}

static int
serve_crew_update(struct towerd_ctx *ctx, const char *crew, const char *token, size_t len, uint64_t cookie)
{
	struct plugin *plugin = plugin_of(ctx);
	struct update *update = malloc(sizeof(*update));

	if (update == NULL)
		return -ENOMEM;
	*update = (struct update){ plugin, cookie };
	int rc = crew_update(plugin->host->parts.repair, crew, token, len, update_answered, update);
	if (rc < 0)
		free(update);
	return rc;
}

void
services_model_fill(struct towerd_host *services)
{
	services->device_find = serve_device_find;
	services->sensor = serve_sensor;
	services->observe = serve_observe;
	services->report = serve_report;
	services->presence = serve_presence;
	services->fault = serve_fault;
	services->fault_sweep = serve_fault_sweep;
	services->sensors_keep = serve_sensors_keep;
	services->position = serve_position;
	services->deployment = serve_deployment;
	services->attribute = serve_attribute;
	services->reject = serve_reject;
	services->unclaimed = serve_unclaimed;
	services->learned_put = serve_learned_put;
	services->learned_get = serve_learned_get;
	services->crew_update = serve_crew_update;
}
