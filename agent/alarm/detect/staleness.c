/* SPDX-License-Identifier: ISC */
/*
 * Readings that are not refreshed when they are due: one alarm per device, warning when some of its sensors are stale, minor when all are. The
 * sensors of a device become stale and fresh in groups, so changes are gathered for a moment. A device that does not answer is
 * the cause of its stale readings: then its silence is the alarm, and this one is not raised.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/alarm/detect/detect.h"

#define GATHER_MS 2000

static const char stale_type[] = "comms/data-stale";

struct stale_device {
	struct link by_number;
	struct alarms *alarms;
	uint32_t device;
	uint32_t count; /* of stale sensors */
	struct moment since;
	struct loop_timer *timer;
};

static struct stale_device *
stale_find(const struct alarms *alarms, uint32_t device)
{
	uint64_t hash = hash_number(device);
	for (struct link *l = table_first(&alarms->stale_devices, hash); l != NULL; l = table_next(l))
		if (LINKED(l, struct stale_device, by_number)->device == device)
			return LINKED(l, struct stale_device, by_number);
	return NULL;
}

static void
stale_drop(struct alarms *alarms, struct stale_device *s)
{
	table_remove(&alarms->stale_devices, &s->by_number);
	loop_timer_free(s->timer);
	free(s);
}

static void
stale_settle(void *arg)
{
	struct stale_device *s = arg;
	struct alarms *alarms = s->alarms;
	struct device *device = model_device(alarms->model, s->device);
	struct entry *e = entry_find(alarms, s->device, alarm_type_find(stale_type), "");
	char text[ALARM_TEXT_MAX + 1];

	if (device == NULL) {
		stale_drop(alarms, s);
		return;
	}
	if (s->count > 0 && !reachability_is_silent(alarms, device)) {
		size_t live = device->sensor_count - device->retired_count;
		bool all = s->count >= live;
		snprintf(
		    text, sizeof(text), "%u of %zu sensors of %s are stale", s->count, live, device->slot);
		(void)raise_at(
		    alarms, s->device, stale_type, "", all ? TOWERD_MINOR : TOWERD_WARNING, text, &s->since);
	} else if (e != NULL)
		(void)entry_clear_now(alarms, e,
		    s->count > 0 ? "the device does not answer at all" : "all sensors are fresh again");
	if (s->count == 0)
		stale_drop(alarms, s);
}

static struct stale_device *
stale_make(struct alarms *alarms, uint32_t device)
{
	struct stale_device *s = stale_find(alarms, device);

	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->timer = loop_timer_new(alarms->loop, &alarms->owner, stale_settle, s);
	if (s->timer == NULL ||
	    table_insert(&alarms->stale_devices, hash_number(device), &s->by_number) < 0) {
		loop_timer_free(s->timer);
		free(s);
		return NULL;
	}
	s->alarms = alarms;
	s->device = device;
	s->since = moment_now(alarms, 0);
	return s;
}

static void
stale_gather(struct stale_device *s)
{
	if (!loop_timer_is_running(s->timer))
		loop_timer_start(s->timer, GATHER_MS);
}

static struct stale_device *
stale_mark(struct alarms *alarms, struct sensor *sensor)
{
	if (watch_is_stale(alarms, sensor))
		return NULL;
	struct stale_device *s = stale_make(alarms, sensor->device->entity.number);
	if (s == NULL || watch_set_stale(alarms, sensor, true) < 0) {
		alarms->stats.overflow++;
		if (s != NULL && s->count == 0)
			stale_drop(alarms, s);
		return NULL;
	}
	s->count++;
	return s;
}

void
staleness_stale(struct alarms *alarms, struct sensor *sensor)
{
	struct stale_device *s = stale_mark(alarms, sensor);

	if (s != NULL)
		stale_gather(s);
}

void
staleness_fresh(struct alarms *alarms, struct sensor *sensor)
{
	struct stale_device *s = stale_find(alarms, sensor->device->entity.number);

	(void)watch_set_stale(alarms, sensor, false);
	if (s == NULL)
		return;
	s->count--;
	stale_gather(s);
}

void
staleness_presence(struct alarms *alarms, const struct device *device)
{
	struct stale_device *s = stale_find(alarms, device->entity.number);

	if (s == NULL)
		return;
	/* Silent: its silence becomes the alarm first. Back: its sensors get as long to report before they are called stale again. */
	loop_timer_start(s->timer, alarms->settings.unreachable_ms + GATHER_MS);
}

/* An alarm of before the start: the sensors count as stale until each has reported. False: it has none. */
bool
staleness_load(struct alarms *alarms, const struct device *device)
{
	for (size_t i = 0; i < device->sensor_count; i++)
		if (!device->sensors[i]->is_retired)
			(void)stale_mark(alarms, device->sensors[i]);
	return stale_find(alarms, device->entity.number) != NULL;
}

void
staleness_device_removed(struct alarms *alarms, uint32_t device)
{
	struct stale_device *s = stale_find(alarms, device);

	if (s != NULL)
		stale_drop(alarms, s);
}

void
staleness_free(struct alarms *alarms)
{
	struct link *l;

	while ((l = table_pop(&alarms->stale_devices)) != NULL) {
		struct stale_device *s = LINKED(l, struct stale_device, by_number);
		loop_timer_free(s->timer);
		free(s);
	}
	table_fini(&alarms->stale_devices);
}
