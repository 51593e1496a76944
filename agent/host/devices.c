/* SPDX-License-Identifier: ISC */
/* The devices of the inventory, as their drivers hear of them: all at start, then each change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/inside.h"
#include "agent/model/model.h"

/* The set of devices that a plugin was told of. */

static size_t
devices_place(const struct plugin_devices *devices, uint32_t number)
{
	size_t low = 0, high = devices->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (devices->items[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct plugin_device *
devices_find(const struct plugin_devices *devices, uint32_t number)
{
	size_t at = devices_place(devices, number);

	return at < devices->count && devices->items[at].number == number ? &devices->items[at] : NULL;
}

static int
devices_add(struct plugin_devices *devices, uint32_t number)
{
	size_t at = devices_place(devices, number);

	if (at < devices->count && devices->items[at].number == number)
		return 0;
	if (devices->count == devices->capacity) {
		size_t capacity = devices->capacity == 0 ? 64 : devices->capacity * 2;
		struct plugin_device *items = realloc(devices->items, capacity * sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		devices->items = items;
		devices->capacity = capacity;
	}
	memmove(
	    devices->items + at + 1, devices->items + at, (devices->count - at) * sizeof(*devices->items));
	devices->items[at] = (struct plugin_device){ .number = number };
	devices->count++;
	return 0;
}

static void
devices_drop(struct plugin_devices *devices, uint32_t number)
{
	size_t at = devices_place(devices, number);

	memmove(
	    devices->items + at, devices->items + at + 1, (--devices->count - at) * sizeof(*devices->items));
}

/* Telling. */

/* `is_anew`: whether it knows the pace or not. */
static void
tell_pace(struct plugin *plugin, const struct device *device, bool is_anew)
{
	struct plugin_device *known = devices_find(&plugin->devices, device->entity.number);
	const struct towerd_pace pace = model_pace(device);

	if (known == NULL || plugin->has.device_pace == NULL)
		return;
	if (!is_anew && known->pace.is_on_battery == pace.is_on_battery &&
	    known->pace.is_verifying == pace.is_verifying && known->pace.bytes_a_day == pace.bytes_a_day)
		return;
	known->pace = pace;
	struct plugin_lap lap = plugin_enter(plugin);
	plugin->has.device_pace(&plugin->ctx, device->entity.number, &pace);
	plugin_leave(plugin, lap);
}

static void
tell_added(struct plugin *plugin, const struct device *device)
{
	const struct towerd_device told = {
		.size = sizeof(told),
		.number = device->entity.number,
		.site = device->site->id,
		.slot = device->slot,
		.address = device->address == NULL ? "" : device->address,
		.is_portable = device->site->kind == SITE_PORTABLE,
		.keys = device->keys,
		.values = device->values,
		.setting_count = device->setting_count,
	};

	int rc = devices_add(&plugin->devices, told.number);
	if (rc >= 0 && plugin->has.device_added != NULL) {
		struct plugin_lap lap = plugin_enter(plugin);
		rc = plugin->has.device_added(&plugin->ctx, &told);
		plugin_leave(plugin, lap);
	}
	if (rc >= 0) {
		model_watch(plugin->host->parts.model, told.number, NULL);
		tell_pace(plugin, device, true);
		return;
	}
	const char *reason = plugin_sentence(plugin, rc);
	log_write(
	    TOWERD_LOG_WARNING, plugin->object, "%s/%s: %s; it is not watched", told.site, told.slot, reason);
	plugin_count(plugin, "devices-refused", 1);
	model_watch(plugin->host->parts.model, told.number, reason);
}

static void
tell_removed(struct plugin *plugin, uint32_t number)
{
	if (plugin->run != PLUGIN_RUNNING || devices_find(&plugin->devices, number) == NULL)
		return;
	devices_drop(&plugin->devices, number);
	if (plugin->has.device_removed == NULL)
		return;
	struct plugin_lap lap = plugin_enter(plugin);
	plugin->has.device_removed(&plugin->ctx, number);
	plugin_leave(plugin, lap);
}

static const struct plugin *
driver_of(const struct host *host, const struct device *device)
{
	for (size_t i = 0; i < host->count; i++)
		if (strcmp(host->plugins[i]->name, device->driver) == 0)
			return host->plugins[i];
	return NULL;
}

static void
explain(const struct host *host, const struct device *device)
{
	const struct plugin *driver = driver_of(host, device);
	char reason[128];

	if (driver != NULL && driver->run == PLUGIN_RUNNING)
		return;
	if (driver == NULL) {
		snprintf(reason, sizeof(reason), "no plugin \"%s\" is configured", device->driver);
		model_watch(host->parts.model, device->entity.number, reason);
	} else {
		snprintf(reason, sizeof(reason), "plugin %s does not run: `towerctl plugin list` says why",
		    driver->name);
		model_presence(host->parts.model, device->entity.number, TOWERD_PRESENCE_UNKNOWN, reason);
	}
}

static void
device_changed(void *arg, struct device *device, bool is_new)
{
	struct host *host = arg;

	(void)is_new;
	if (!host->is_started)
		return;
	for (size_t i = 0; i < host->count; i++) /* it may have had another driver */
		if (strcmp(host->plugins[i]->name, device->driver) != 0)
			tell_removed(host->plugins[i], device->entity.number);
	for (size_t i = 0; i < host->count; i++)
		if (host->plugins[i]->run == PLUGIN_RUNNING &&
		    strcmp(host->plugins[i]->name, device->driver) == 0)
			tell_added(host->plugins[i], device);
	explain(host, device);
}

static void
device_removed(void *arg, struct device *device)
{
	struct host *host = arg;

	for (size_t i = 0; i < host->count; i++)
		tell_removed(host->plugins[i], device->entity.number);
}

static void
tell_paces(struct host *host, const struct site *site)
{
	for (size_t i = 0; i < site->device_count; i++)
		for (size_t p = 0; p < host->count; p++)
			if (!site->devices[i]->is_removed && host->plugins[p]->run == PLUGIN_RUNNING)
				tell_pace(host->plugins[p], site->devices[i], false);
}

/* A reading may lead to it, so the plugin that is to hear of it may be in the middle of a call: it is told soon. False: never. */
static bool
tell_soon(struct host *host, struct soon *soon, uint32_t number, void (*tell)(void *host))
{
	if (soon->count == soon->capacity) {
		size_t capacity = soon->capacity == 0 ? 64 : soon->capacity * 2;
		uint32_t *numbers = realloc(soon->numbers, capacity * sizeof(*numbers));
		if (numbers == NULL)
			return false;
		soon->numbers = numbers;
		soon->capacity = capacity;
	}
	if (soon->count == 0 && loop_post(host->parts.loop, &host->owner, tell, host) < 0)
		return false;
	soon->numbers[soon->count++] = number;
	return true;
}

static void
tell_paced(void *arg)
{
	struct host *host = arg;

	for (size_t i = 0; host->is_started && i < host->paced.count; i++) {
		const struct site *site = model_site_of(host->parts.model, host->paced.numbers[i]);
		if (site != NULL)
			tell_paces(host, site);
	}
	host->paced.count = 0;
}

static void
pace_changed(void *arg, struct site *site)
{
	struct host *host = arg;

	if (host->is_started)
		(void)tell_soon(host, &host->paced, site->entity.number, tell_paced);
}

static void
tell_asked_one(struct plugin *plugin, uint32_t number)
{
	struct plugin_device *known = devices_find(&plugin->devices, number);

	if (plugin->run != PLUGIN_RUNNING || known == NULL || !known->is_asked)
		return;
	known->is_asked = false;
	struct plugin_lap lap = plugin_enter(plugin);
	plugin->has.device_ask(&plugin->ctx, number);
	plugin_leave(plugin, lap);
}

static void
tell_asked(void *arg)
{
	struct host *host = arg;

	for (size_t i = 0; i < host->asked.count; i++)
		for (size_t p = 0; p < host->count; p++)
			tell_asked_one(host->plugins[p], host->asked.numbers[i]);
	host->asked.count = 0;
}

/* Once for a device, however often it is asked for: so what waits is never more than there are devices. */
static void
device_asked(void *arg, struct device *device)
{
	struct host *host = arg;
	const struct plugin *driver = driver_of(host, device);
	struct plugin_device *known =
	    driver == NULL ? NULL : devices_find(&driver->devices, device->entity.number);

	if (known != NULL && driver->has.device_ask != NULL && !known->is_asked)
		known->is_asked = tell_soon(host, &host->asked, device->entity.number, tell_asked);
}

int
host_devices_listen(struct host *host)
{
	const struct model_listener listener = { .device = device_changed,
		.device_removed = device_removed,
		.pace = pace_changed,
		.ask = device_asked,
		.arg = host };

	return model_listen(host->parts.model, &listener);
}

static void
devices_each(struct host *host, void (*fn)(void *arg, const struct device *device), void *arg)
{
	uint32_t after = 0;

	for (struct site *site; (site = model_next_site(host->parts.model, after)) != NULL;
	     after = site->entity.number)
		for (size_t i = 0; i < site->device_count; i++)
			if (!site->devices[i]->is_removed)
				fn(arg, site->devices[i]);
}

static void
tell_own(void *arg, const struct device *device)
{
	struct plugin *plugin = arg;

	if (strcmp(device->driver, plugin->name) == 0)
		tell_added(plugin, device);
}

void
plugin_devices_tell(struct plugin *plugin)
{
	if (plugin->run == PLUGIN_RUNNING)
		devices_each(plugin->host, tell_own, plugin);
}

static void
explain_one(void *arg, const struct device *device)
{
	explain(arg, device);
}

void
host_devices_explain(struct host *host)
{
	devices_each(host, explain_one, host);
}
