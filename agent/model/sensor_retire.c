/* SPDX-License-Identifier: ISC */
/*
 * Sensors that a device has no longer: another make stands in the slot, a module was pulled, a profile lost a rule. Nobody waits for their
 * readings, no view shows them; number, name and history stay for the day when they come back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

#define MISSING_MS 300000 /* a box that has just started shows its modules one by one */

void
sensor_set_retired(struct model *model, struct sensor *sensor, bool is_retired)
{
	if (sensor->is_retired == is_retired)
		return;
	sensor->is_retired = is_retired;
	if (is_retired) {
		sensor->device->retired_count++;
		model->sensor_count--;
	} else {
		sensor->device->retired_count--;
		model->sensor_count++;
	}
}

static void
retire(struct model *model, struct sensor *sensor)
{
	MODEL_TELL(model, retired, sensor);
	sensor->is_missing = sensor->has_value = sensor->is_stale = false;
	sensor_set_retired(model, sensor, true);
	persist_sensor(persist_later(model), sensor);
	if (sensor->kind == model->cell_kind)
		service_derive(model, sensor->device->site);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Another make or another reading of it: then what it does not have it never will. */
static bool
is_another_make(const struct device *device)
{
	static const char *const names[] = { "profile", "sys-object-id" };

	for (size_t i = 0; i < device->attribute_count; i++)
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			if (strcmp(device->attributes[i].name, names[n]) == 0 &&
			    device->attributes[i].since_ms > device->kept_ms)
				return true;
	return false;
}

int
model_sensors_keep(struct model *model, uint32_t number, const uint32_t *numbers, size_t count)
{
	struct device *device = model_device(model, number);
	int missing = 0;

	if (device == NULL)
		return -ENOENT;
	uint32_t *sorted = malloc((count + 1) * sizeof(*sorted));
	if (sorted == NULL)
		return -ENOMEM;
	if (count > 0)
		memcpy(sorted, numbers, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	int64_t now_ms = loop_now_ms(model->loop);
	bool is_at_once = is_another_make(device);
	bool is_long = now_ms - device->missing_ms >= MISSING_MS; /* matters where some are missing */
	for (size_t i = 0; i < device->sensor_count; i++) {
		struct sensor *sensor = device->sensors[i];
		if (sensor->is_retired ||
		    bsearch(&sensor->entity.number, sorted, count, sizeof(*sorted), compare) != NULL)
			continue;
		if (is_at_once || (is_long && sensor->is_missing)) {
			retire(model, sensor);
			continue;
		}
		missing++;
		if (!sensor->is_missing)
			device->missing_ms = now_ms;
		sensor->is_missing = true;
	}
	free(sorted);
	device->kept_ms = loop_utc_ms(model->loop);
	return missing;
}
