/* SPDX-License-Identifier: ISC */
/* Sensors: declared by drivers, in slabs because there are a million; and the readings that arrive for them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

#define SENSORS_MAX 1024 /* at one device */
#define SENSORS_EVER_MAX \
	(4 * SENSORS_MAX) /* with the retired ones: a device that makes up names does not fill the memory */
#define INSTANCE_MAX 63
#define LABEL_MAX    127

const char *const quality_names[] = { "good", "unknown", "faulty", NULL };

static struct sensor *
slab_take(struct model *model)
{
	struct slab *slab = model->slabs;
	if (slab == NULL || slab->used == sizeof(slab->sensors) / sizeof(slab->sensors[0])) {
		slab = calloc(1, sizeof(*slab));
		if (slab == NULL)
			return NULL;
		slab->before = model->slabs;
		model->slabs = slab;
	}
	return &slab->sensors[slab->used++];
}

/* Only what was taken last can go back. */
static void
slab_return(struct model *model)
{
	struct slab *slab = model->slabs;
	memset(&slab->sensors[--slab->used], 0, sizeof(slab->sensors[0]));
}

void
sensors_free(struct model *model)
{
	for (struct slab *slab = model->slabs, *before; slab != NULL; slab = before) {
		before = slab->before;
		free(slab);
	}
}

/* Grows by little: most devices have few. */
static int
device_room(struct device *device)
{
	if (device->sensor_count % 8 != 0)
		return 0;
	struct sensor **sensors =
	    realloc(device->sensors, (device->sensor_count + 8) * sizeof(struct sensor *));
	if (sensors == NULL)
		return -ENOMEM;
	device->sensors = sensors;
	return 0;
}

/* By number, so that a sensor's place among its siblings is its entPhysicalParentRelPos. */
static void
device_place(struct device *device, struct sensor *sensor)
{
	size_t at = device->sensor_count++;
	for (; at > 0 && device->sensors[at - 1]->entity.number > sensor->entity.number; at--)
		device->sensors[at] = device->sensors[at - 1];
	device->sensors[at] = sensor;
}

struct sensor *
sensor_add(struct model *model, struct device *device, uint32_t number, unsigned kind, const char *instance,
    const char *label, uint32_t interval_s)
{
	struct sensor *sensor = slab_take(model);
	if (sensor == NULL)
		return NULL;
	sensor->entity = (struct entity){ number, ENTITY_SENSOR };
	sensor->kind = (uint16_t)kind;
	sensor->device = device;
	sensor->interval_s = interval_s;
	sensor->heard_s = (uint32_t)(loop_now_ms(model->loop) / 1000);
	if (model_text(model, &sensor->instance, instance) < 0 ||
	    model_text(model, &sensor->label, label) < 0 || device_room(device) < 0 ||
	    numbers_place(model, &sensor->entity) < 0) {
		intern_drop(model->intern, sensor->instance);
		intern_drop(model->intern, sensor->label);
		slab_return(model);
		return NULL;
	}
	device_place(device, sensor);
	model->sensor_count++;
	return sensor;
}

static struct sensor *
sensor_find(const struct device *device, unsigned kind, const char *instance)
{
	if (instance == NULL)
		return NULL;
	/* Interned texts are equal when they are the same. */
	for (size_t i = 0; i < device->sensor_count; i++)
		if (device->sensors[i]->kind == kind && device->sensors[i]->instance == instance)
			return device->sensors[i];
	return NULL;
}

static int
sensor_update(struct model *model, struct sensor *sensor, const char *label, uint32_t interval_s)
{
	/*
	 * No row for that alone: a city on its batteries is polled more slowly all at once, and at each start the driver says it anew.
	 */
	sensor->interval_s = interval_s;
	if (strcmp(sensor->label, label) == 0)
		return 0;
	int rc = model_text(model, &sensor->label, label);
	if (rc == 0)
		persist_sensor(persist_later(model), sensor);
	return rc;
}

static uint32_t
seconds_of(int64_t interval_ms)
{
	if (interval_ms <= 0)
		return 0;
	int64_t s = (interval_ms + 999) / 1000;
	return s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

/* What was gone is back: as new, under its number. */
static void
sensor_revive(struct model *model, struct sensor *sensor)
{
	sensor_set_retired(model, sensor, false);
	sensor->has_value = sensor->is_stale = false;
	sensor->heard_s = (uint32_t)(loop_now_ms(model->loop) / 1000);
	persist_sensor(persist_later(model), sensor);
}

int
model_sensor_declare(struct model *model, uint32_t number, const struct towerd_sensor *want, uint32_t *out)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	const char *instance = want->instance == NULL ? "" : want->instance,
		   *label = want->label == NULL ? "" : want->label;
	if (catalogue_at(want->kind) == NULL || strlen(instance) > INSTANCE_MAX || strlen(label) > LABEL_MAX)
		return -EINVAL;
	struct sensor *sensor = sensor_find(device, want->kind, intern_find(model->intern, instance));
	uint32_t interval_s = seconds_of(want->interval_ms);
	if (sensor != NULL) {
		*out = sensor->entity.number;
		sensor->is_missing = false;
		if (sensor->is_retired)
			sensor_revive(model, sensor);
		return sensor_update(model, sensor, label, interval_s);
	}
	if (device->sensor_count - device->retired_count >= SENSORS_MAX ||
	    device->sensor_count >= SENSORS_EVER_MAX)
		return -ENOSPC;
	uint32_t taken;
	int rc = numbers_take(model, device->site->entity.number, &taken);
	if (rc < 0)
		return rc;
	sensor = sensor_add(model, device, taken, want->kind, instance, label, interval_s);
	if (sensor == NULL)
		return -ENOMEM;
	persist_sensor(persist_later(model), sensor);
	*out = taken;
	return 0;
}

static bool
is_plausible(const struct towerd_kind *kind, int64_t value)
{
	return (kind->min == 0 && kind->max == 0) || (value >= kind->min && value <= kind->max);
}

/* Returns whether the reading changes what the site's service is derived from. */
static bool
take(struct model *model, struct sensor *sensor, const struct towerd_reading *reading, int64_t now_ms)
{
	enum towerd_quality quality = reading->quality;
	if (quality == TOWERD_GOOD && !is_plausible(&catalogue_at(sensor->kind)->kind, reading->value))
		quality = TOWERD_FAULTY;
	bool changes = sensor->is_stale || sensor->quality != quality || !sensor->has_value;
	sensor->quality = (uint8_t)quality;
	sensor->is_stale = false;
	sensor->heard_s = (uint32_t)(now_ms / 1000);
	if (quality == TOWERD_FAULTY)
		model->stats.readings_faulty++;
	if (quality == TOWERD_GOOD) {
		changes |= sensor->value != reading->value;
		sensor->has_value = true;
		sensor->value = reading->value;
		sensor->received_ms = now_ms;
		sensor->device_ms = reading->device_ms;
	}
	return changes && sensor->kind == model->cell_kind;
}

int
model_observe(struct model *model, const struct towerd_reading *readings, size_t count)
{
	int64_t now_ms = loop_now_ms(model->loop), utc_ms = loop_utc_ms(model->loop);
	int taken = 0;
	for (size_t i = 0; i < count; i++) {
		struct sensor *sensor = model_sensor(model, readings[i].sensor);
		if (sensor == NULL || readings[i].quality > TOWERD_FAULTY) {
			model->stats.readings_unknown++;
			continue;
		}
		bool changes_service = take(model, sensor, &readings[i], now_ms);
		sensor->device->last_seen_ms = sensor->device->site->last_seen_ms = utc_ms;
		if (changes_service)
			service_derive(model, sensor->device->site);
		MODEL_TELL(model, reading, sensor);
		taken++;
	}
	model->stats.readings += (uint64_t)taken;
	return taken;
}
