/* SPDX-License-Identifier: ISC */
/* The fake host: devices of the inventory, and all that the plugin reports of them. */
#include <stdlib.h>
#include <string.h>

#include "agent/model/catalogue.h"
#include "tests/support/fake_inside.h"

#define SENSORS_MAX 1024

/* Devices. */

static struct fake_box *
box_find(const struct fake_host *host, uint32_t number)
{
	for (size_t i = 0; i < host->devices.count; i++)
		if (host->devices.items[i].number == number && !host->devices.items[i].is_removed)
			return &host->devices.items[i];
	return NULL;
}

static struct fake_box *
box_of(const struct fake_host *host, uint32_t number)
{
	struct fake_box *box = box_find(host, number);

	if (box == NULL)
		fake_die("there is no device %u", number);
	return box;
}

static void
box_tell(struct fake_host *host, struct fake_box *box)
{
	const struct towerd_plugin *plugin = host->plugin;
	const char *keys[64], *values[64];
	size_t count = 0;

	if (!host->is_started || box->is_removed)
		return;
	for (const char *const *s = box->settings; s != NULL && s[0] != NULL && count < 64; s += 2) {
		keys[count] = s[0];
		values[count++] = s[1];
	}
	struct towerd_device device = {
		.size = sizeof(device),
		.number = box->number,
		.site = box->site,
		.slot = box->slot,
		.address = box->address,
		.is_portable = box->is_portable,
		.keys = keys,
		.values = values,
		.setting_count = count,
	};
	box->is_told = true;
	host->rc = plugin->device_added == NULL ? 0 : plugin->device_added(&host->agent.ctx, &device);
	if (host->rc >= 0 && plugin->device_pace != NULL)
		fake_pace(host, box->number, (struct towerd_pace){ 0 });
}

void
fake_pace(struct fake_host *host, uint32_t device, struct towerd_pace pace)
{
	if (host->plugin->device_pace == NULL)
		fake_die("%s has no device_pace", host->plugin->name);
	pace.size = sizeof(pace);
	host->plugin->device_pace(&host->agent.ctx, device, &pace);
}

void
fake_ask(struct fake_host *host, uint32_t device)
{
	if (host->plugin->device_ask == NULL)
		fake_die("%s has no device_ask", host->plugin->name);
	host->plugin->device_ask(&host->agent.ctx, device);
}

void
fake_devices_tell(struct fake_host *host)
{
	for (size_t i = 0; i < host->devices.count; i++)
		box_tell(host, &host->devices.items[i]);
}

static const char *const *
settings_copy(struct fake_host *host, const char *const *settings)
{
	size_t count = 0;

	while (settings != NULL && settings[count] != NULL)
		count++;
	const char **copy = fake_alloc(host, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = fake_text(host, settings[i]);
	return copy;
}

/* A device that is added again, with the same path, is a changed one. */
uint32_t
fake_device_with(struct fake_host *host, const char *path, const char *address, bool is_portable,
    const char *const *settings)
{
	const char *slash = strchr(path, '/');
	struct fake_box *box = NULL;

	if (slash == NULL)
		fake_die("\"%s\" is not SITE/SLOT", path);
	char *site = fake_copy(host, path, (size_t)(slash - path));
	for (size_t i = 0; i < host->devices.count; i++)
		if (strcmp(host->devices.items[i].site, site) == 0 &&
		    strcmp(host->devices.items[i].slot, slash + 1) == 0)
			box = &host->devices.items[i];
	if (box == NULL) {
		box = FAKE_ADD(&host->devices);
		box->number = ++host->next_number;
		box->site = site;
		box->slot = fake_text(host, slash + 1);
		box->presence_reason = "";
	}
	box->is_removed = false;
	box->address = fake_text(host, address == NULL ? "" : address);
	box->is_portable = is_portable;
	box->settings = settings_copy(host, settings);
	uint32_t number = box->number;
	box_tell(host, box);
	return number;
}

uint32_t
fake_device(struct fake_host *host, const char *path, const char *address)
{
	return fake_device_with(host, path, address, false, NULL);
}

void
fake_device_remove(struct fake_host *host, uint32_t device)
{
	struct fake_box *box = box_of(host, device);

	box->is_removed = true;
	if (host->is_started && host->plugin->device_removed != NULL)
		host->plugin->device_removed(&host->agent.ctx, device);
}

static int
serve_device_find(struct towerd_ctx *ctx, const char *site, const char *slot, uint32_t *device)
{
	const struct fake_host *host = fake_host_of(ctx);
	const struct fake_box *found = NULL;

	for (size_t i = 0; i < host->devices.count; i++) {
		const struct fake_box *box = &host->devices.items[i];
		if (box->is_removed || strcmp(box->site, site) != 0 ||
		    (slot != NULL && strcmp(box->slot, slot) != 0))
			continue;
		if (found != NULL)
			return -ENOTUNIQ;
		found = box;
	}
	if (found == NULL)
		return -ENOENT;
	*device = found->number;
	return 0;
}

/* Sensors and readings. */

static struct fake_sensor *
sensor_of(const struct fake_host *host, uint32_t device, unsigned kind, const char *instance)
{
	for (size_t i = 0; i < host->sensors.count; i++) {
		struct fake_sensor *sensor = &host->sensors.items[i];
		if (sensor->device == device && sensor->kind->number == kind &&
		    strcmp(sensor->instance, instance) == 0)
			return sensor;
	}
	return NULL;
}

static int
serve_sensor(struct towerd_ctx *ctx, uint32_t device, const struct towerd_sensor *asked, uint32_t *number)
{
	struct fake_host *host = fake_host_of(ctx);
	const struct catalogue_kind *kind = catalogue_at(asked->kind);
	const char *instance = asked->instance == NULL ? "" : asked->instance;
	const char *label = asked->label == NULL ? "" : asked->label;
	size_t at_device = 0;

	if (box_find(host, device) == NULL)
		return -ENOENT;
	if (kind == NULL || strlen(instance) > 63 || strlen(label) > 127)
		return -EINVAL;
	for (size_t i = 0; i < host->sensors.count; i++)
		at_device += host->sensors.items[i].device == device;
	struct fake_sensor *sensor = sensor_of(host, device, asked->kind, instance);
	if (sensor == NULL && at_device >= SENSORS_MAX)
		return -ENOSPC;
	if (sensor == NULL) {
		sensor = FAKE_ADD(&host->sensors);
		sensor->number = ++host->next_number;
		sensor->device = device;
		sensor->kind = &kind->kind;
		sensor->instance = fake_text(host, instance);
		sensor->value = FAKE_NO_VALUE;
	}
	sensor->label = fake_text(host, label);
	sensor->interval_ms = asked->interval_ms;
	*number = sensor->number;
	return 0;
}

static int
serve_observe(struct towerd_ctx *ctx, const struct towerd_reading *readings, size_t count)
{
	struct fake_host *host = fake_host_of(ctx);
	int taken = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t s = 0; s < host->sensors.count; s++) {
			struct fake_sensor *sensor = &host->sensors.items[s];
			if (sensor->number != readings[i].sensor)
				continue;
			sensor->last = readings[i];
			sensor->readings++;
			if (readings[i].quality == TOWERD_GOOD)
				sensor->value = readings[i].value;
			host->readings++;
			taken++;
		}
	return taken;
}

static int
serve_report(struct towerd_ctx *ctx, const char *path, unsigned kind, int64_t value)
{
	struct fake_host *host = fake_host_of(ctx);
	const char *slash = strchr(path, '/');
	uint32_t device, number;

	if (slash == NULL || kind >= host->plugin->kind_count)
		return -EINVAL;
	char *site = fake_copy(host, path, (size_t)(slash - path));
	int rc = serve_device_find(ctx, site, slash + 1, &device);
	if (rc < 0)
		return rc;
	struct towerd_sensor sensor = { .size = sizeof(sensor),
		.kind = catalogue_find(host->plugin->kinds[kind])->kind.number };
	rc = serve_sensor(ctx, device, &sensor, &number);
	if (rc < 0)
		return rc;
	struct towerd_reading reading = { .sensor = number, .quality = TOWERD_GOOD, .value = value };
	return serve_observe(ctx, &reading, 1) == 1 ? 0 : -ENOENT;
}

size_t
fake_sensor_count(const struct fake_host *host)
{
	return host->sensors.count;
}

const struct fake_sensor *
fake_sensor_at(const struct fake_host *host, size_t i)
{
	if (i >= host->sensors.count)
		fake_die("there is no sensor %zu", i);
	return &host->sensors.items[i];
}

const struct fake_sensor *
fake_sensor(const struct fake_host *host, uint32_t device, const char *kind, const char *instance)
{
	const struct catalogue_kind *row = catalogue_find(kind);

	if (row == NULL)
		fake_die("the catalogue has no kind \"%s\"", kind);
	return sensor_of(host, device, row->kind.number, instance);
}

int64_t
fake_value(const struct fake_host *host, uint32_t device, const char *kind, const char *instance)
{
	const struct fake_sensor *sensor = fake_sensor(host, device, kind, instance);

	return sensor == NULL ? FAKE_NO_VALUE : sensor->value;
}

unsigned
fake_readings(const struct fake_host *host)
{
	return host->readings;
}

/* States of a device. */

static int
serve_presence(struct towerd_ctx *ctx, uint32_t device, enum towerd_presence presence, const char *reason)
{
	struct fake_host *host = fake_host_of(ctx);
	struct fake_box *box = box_find(host, device);

	if (box == NULL)
		return -ENOENT;
	box->presence_changes += box->presence != presence;
	box->presence = presence;
	box->presence_reason = fake_text(host, reason == NULL ? "" : reason);
	return 0;
}

static int
serve_fault(struct towerd_ctx *ctx, const struct towerd_fault *fault)
{
	struct fake_host *host = fake_host_of(ctx);

	if (box_find(host, fault->device) == NULL)
		return -ENOENT;
	if (fault->type == NULL || fault->severity < 0 || fault->severity > TOWERD_CRITICAL)
		return -EINVAL;
	struct towerd_fault *kept = FAKE_ADD(&host->faults);
	*kept = *fault;
	kept->type = fake_text(host, fault->type);
	kept->qualifier = fake_text(host, fault->qualifier == NULL ? "" : fault->qualifier);
	kept->text = fake_text(host, fault->text);
	return 0;
}

static int
serve_fault_sweep(struct towerd_ctx *ctx, uint32_t device, int64_t since_ms)
{
	struct fake_host *host = fake_host_of(ctx);

	if (box_find(host, device) == NULL)
		return -ENOENT;
	*FAKE_ADD(&host->sweeps) = (struct fake_sweep){ device, since_ms };
	return 0;
}

static int
serve_sensors_keep(struct towerd_ctx *ctx, uint32_t device, const uint32_t *numbers, size_t count)
{
	(void)numbers;
	(void)count;
	return box_find(fake_host_of(ctx), device) == NULL ? -ENOENT : 0;
}

static int
serve_position(struct towerd_ctx *ctx, uint32_t device, const struct towerd_position *position)
{
	struct fake_box *box = box_find(fake_host_of(ctx), device);

	if (box == NULL)
		return -ENOENT;
	if (position->latitude_e7 < -900000000 || position->latitude_e7 > 900000000 ||
	    position->longitude_e7 < -1800000000 || position->longitude_e7 > 1800000000)
		return -EINVAL;
	box->position = *position;
	return 0;
}

static int
serve_deployment(
    struct towerd_ctx *ctx, uint32_t device, enum towerd_deployment deployment, int64_t device_ms)
{
	struct fake_box *box = box_find(fake_host_of(ctx), device);

	(void)device_ms;
	if (box == NULL)
		return -ENOENT;
	box->deployment = deployment;
	return 0;
}

static int
serve_attribute(struct towerd_ctx *ctx, uint32_t device, const char *name, const char *value)
{
	struct fake_host *host = fake_host_of(ctx);

	if (box_find(host, device) == NULL)
		return -ENOENT;
	*FAKE_ADD(&host->attributes) =
	    (struct fake_pair){ device, fake_text(host, name), fake_text(host, value) };
	return 0;
}

enum towerd_presence
fake_presence(const struct fake_host *host, uint32_t device)
{
	return box_of(host, device)->presence;
}

const char *
fake_presence_reason(const struct fake_host *host, uint32_t device)
{
	return box_of(host, device)->presence_reason;
}

unsigned
fake_presence_changes(const struct fake_host *host, uint32_t device)
{
	return box_of(host, device)->presence_changes;
}

const char *
fake_attribute(const struct fake_host *host, uint32_t device, const char *name)
{
	return fake_pair_get(host->attributes.items, host->attributes.count, device, name);
}

enum towerd_deployment
fake_deployment(const struct fake_host *host, uint32_t device)
{
	return box_of(host, device)->deployment;
}

const struct towerd_position *
fake_position(const struct fake_host *host, uint32_t device)
{
	const struct fake_box *box = box_of(host, device);

	return box->position.size == 0 ? NULL : &box->position;
}

size_t
fake_sweep_count(const struct fake_host *host)
{
	return host->sweeps.count;
}

int64_t
fake_sweep_at(const struct fake_host *host, size_t i, uint32_t *device)
{
	if (i >= host->sweeps.count)
		fake_die("there is no sweep %zu", i);
	*device = host->sweeps.items[i].device;
	return host->sweeps.items[i].since_ms;
}

size_t
fake_fault_count(const struct fake_host *host)
{
	return host->faults.count;
}

const struct towerd_fault *
fake_fault_at(const struct fake_host *host, size_t i)
{
	if (i >= host->faults.count)
		fake_die("there is no fault %zu", i);
	return &host->faults.items[i];
}

/* What it did not take, and what it learned. */

static void
serve_reject(struct towerd_ctx *ctx, uint32_t device, const char *source, const char *reason)
{
	struct fake_host *host = fake_host_of(ctx);

	*FAKE_ADD(&host->rejects) =
	    (struct fake_reject){ device, fake_text(host, source), fake_text(host, reason) };
}

static int
serve_unclaimed(struct towerd_ctx *ctx, const char *site, const char *source)
{
	struct fake_host *host = fake_host_of(ctx);

	(void)source;
	if (!fake_is_unclaimed(host, site))
		*FAKE_ADD(&host->unclaimed) = fake_text(host, site);
	return 0;
}

size_t
fake_reject_count(const struct fake_host *host)
{
	return host->rejects.count;
}

const struct fake_reject *
fake_reject_at(const struct fake_host *host, size_t i)
{
	if (i >= host->rejects.count)
		fake_die("there is no reject %zu", i);
	return &host->rejects.items[i];
}

size_t
fake_unclaimed_count(const struct fake_host *host)
{
	return host->unclaimed.count;
}

bool
fake_is_unclaimed(const struct fake_host *host, const char *site)
{
	for (size_t i = 0; i < host->unclaimed.count; i++)
		if (strcmp(host->unclaimed.items[i], site) == 0)
			return true;
	return false;
}

static int
serve_learned_put(struct towerd_ctx *ctx, const char *key, const char *value)
{
	fake_learn(fake_host_of(ctx), key, value);
	return 0;
}

static int
serve_learned_get(struct towerd_ctx *ctx, const char *key, char *value, size_t size)
{
	const char *known = fake_learned(fake_host_of(ctx), key);

	if (known == NULL)
		return -ENOENT;
	if (strlen(known) >= size)
		return -E2BIG;
	strcpy(value, known);
	return (int)strlen(known);
}

void
fake_learn(struct fake_host *host, const char *key, const char *value)
{
	*FAKE_ADD(&host->learned) = (struct fake_pair){ 0, fake_text(host, key), fake_text(host, value) };
}

const char *
fake_learned(const struct fake_host *host, const char *key)
{
	return fake_pair_get(host->learned.items, host->learned.count, 0, key);
}

void
fake_model_services(struct towerd_host *services)
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
}
