/* SPDX-License-Identifier: ISC */
/* Devices: the box that stands in a slot now, whether it answers, what it says of itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"

#define ATTRIBUTES_MAX 32
#define ATTRIBUTE_MAX  255 /* octets of a value; SnmpAdminString (RFC 3411) */

const char *const presence_names[] = { "unknown", "reachable", "unreachable", NULL };
const char *const identity_policy_names[] = { "accept", "hold", NULL };

struct device *
device_find(const struct site *site, const char *slot, bool removed_too)
{
	for (size_t i = 0; i < site->device_count; i++)
		if (strcmp(site->devices[i]->slot, slot) == 0)
			return site->devices[i]->is_removed && !removed_too ? NULL : site->devices[i];
	return NULL;
}

struct device *
model_device_at(const struct site *site, const char *slot)
{
	return device_find(site, slot, false);
}

void
device_fini(struct device *device)
{
	for (size_t i = 0; i < device->attribute_count; i++) {
		free((char *)(uintptr_t)device->attributes[i].name);
		free((char *)(uintptr_t)device->attributes[i].value);
	}
	free(device->attributes);
	identity_free(device);
	free(device->keys);
	free(device->values);
	free(device->sensors);
	free((char *)(uintptr_t)device->presence_reason);
	free((char *)(uintptr_t)device->last_reject);
}

int
device_add(struct model *model, struct site *site, uint32_t number, const char *slot, struct device **out)
{
	struct device **devices = realloc(site->devices, (site->device_count + 1) * sizeof(struct device *));
	if (devices == NULL)
		return -ENOMEM;
	site->devices = devices;
	struct device *device = calloc(1, sizeof(*device));
	if (device == NULL)
		return -ENOMEM;
	device->entity = (struct entity){ number, ENTITY_DEVICE };
	device->site = site;
	device->kept_ms = loop_utc_ms(model->loop);
	int rc = model_text(model, &device->slot, slot);
	if (rc == 0)
		rc = model_text(model, &device->driver, "");
	if (rc == 0)
		rc = model_text(model, &device->address, "");
	if (rc == 0)
		rc = numbers_place(model, &device->entity);
	if (rc < 0) {
		intern_drop(model->intern, device->slot);
		intern_drop(model->intern, device->driver);
		intern_drop(model->intern, device->address);
		free(device);
		return rc;
	}
	/* In the order of their numbers: a device's place among its siblings is its entPhysicalParentRelPos. */
	size_t at = site->device_count++;
	for (; at > 0 && devices[at - 1]->entity.number > number; at--)
		devices[at] = devices[at - 1];
	devices[at] = device;
	*out = device;
	return 0;
}

int
device_setting_add(struct model *model, struct device *device, const char *key, const char *value)
{
	size_t count = device->setting_count;
	const char **keys = realloc(device->keys, (count + 1) * sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	device->keys = keys;
	const char **values = realloc(device->values, (count + 1) * sizeof(*values));
	if (values == NULL)
		return -ENOMEM;
	device->values = values;
	keys[count] = intern_take(model->intern, key);
	values[count] = keys[count] == NULL ? NULL : intern_take(model->intern, value);
	if (values[count] == NULL) {
		intern_drop(model->intern, keys[count]);
		return -ENOMEM;
	}
	device->setting_count++;
	return 0;
}

void
device_settings_clear(struct model *model, struct device *device)
{
	for (size_t i = 0; i < device->setting_count; i++) {
		intern_drop(model->intern, device->keys[i]);
		intern_drop(model->intern, device->values[i]);
	}
	device->setting_count = 0;
}

/* A text of a device's or peer's choosing: kept cut, and once. */
static int
keep(const char **at, const char *text)
{
	char *copy = NULL;
	if (text != NULL && text[0] != '\0') {
		copy = strndup(text, model_cut(text, MODEL_REASON_MAX));
		if (copy == NULL)
			return -ENOMEM;
	}
	free((char *)(uintptr_t)*at);
	*at = copy;
	return 0;
}

int
model_presence(struct model *model, uint32_t number, enum towerd_presence presence, const char *reason)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	if (presence > TOWERD_PRESENCE_UNREACHABLE)
		return -EINVAL;
	int64_t utc_ms = loop_utc_ms(model->loop);
	if (presence == TOWERD_PRESENCE_REACHABLE)
		device->last_seen_ms = device->site->last_seen_ms = utc_ms;
	const char *known = device->presence_reason == NULL ? "" : device->presence_reason;
	if (strncmp(known, reason == NULL ? "" : reason, MODEL_REASON_MAX) != 0 &&
	    keep(&device->presence_reason, reason) < 0)
		return -ENOMEM;
	enum towerd_presence before = device->presence;
	if (before != presence) {
		device->presence = (uint8_t)presence;
		device->presence_since_ms = utc_ms;
		service_derive(model, device->site);
		MODEL_TELL(model, presence, device, before);
	}
	MODEL_TELL(model, verdict, device);
	return 0;
}

int
model_watch(struct model *model, uint32_t number, const char *refusal)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	if (refusal == NULL && !device->is_unwatched)
		return 0;
	device->is_unwatched = refusal != NULL;
	if (device->presence != TOWERD_PRESENCE_UNKNOWN && refusal == NULL)
		return 0; /* heard already: the refusal is gone with that */
	return model_presence(model, number, TOWERD_PRESENCE_UNKNOWN, refusal);
}

int
model_deployment(struct model *model, uint32_t number, enum towerd_deployment deployment, int64_t device_ms)
{
	struct device *device = model_device(model, number);
	(void)device_ms; /* states are held as of when we heard of them */
	if (device == NULL)
		return -ENOENT;
	if (deployment > TOWERD_DRAINING || device->site->kind != SITE_PORTABLE)
		return -EINVAL;
	if (device->deployment == deployment)
		return 0;
	device->deployment = (uint8_t)deployment;
	service_derive(model, device->site);
	MODEL_TELL(model, site, device->site, false);
	return 0;
}

int
model_fault(struct model *model, const struct towerd_fault *fault)
{
	struct device *device = model_device(model, fault->device);
	if (device == NULL)
		return -ENOENT;
	if (fault->type == NULL || fault->severity < 0 || fault->severity > TOWERD_CRITICAL)
		return -EINVAL;
	MODEL_TELL(model, fault, device, fault);
	return 0;
}

int
model_ask(struct model *model, uint32_t number)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	MODEL_TELL(model, ask, device);
	return 0;
}

int
model_fault_sweep(struct model *model, uint32_t number, int64_t since_ms)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	MODEL_TELL(model, fault_sweep, device, since_ms);
	return 0;
}

const char *
attribute_get(const struct device *device, const char *name)
{
	for (size_t i = 0; i < device->attribute_count; i++)
		if (strcmp(device->attributes[i].name, name) == 0)
			return device->attributes[i].value;
	return "";
}

int64_t
attribute_told_ms(const struct device *device, const char *name)
{
	for (size_t i = 0; i < device->attribute_count; i++)
		if (strcmp(device->attributes[i].name, name) == 0)
			return device->attributes[i].told_ms;
	return INT64_MIN;
}

static void
attribute_told(struct device *device, const char *name, int64_t now_ms)
{
	for (size_t i = 0; i < device->attribute_count; i++)
		if (strcmp(device->attributes[i].name, name) == 0)
			device->attributes[i].told_ms = now_ms;
}

int
attribute_put(struct device *device, const char *name, const char *value, int64_t since_ms)
{
	char *copy = strndup(value, model_cut(value, ATTRIBUTE_MAX));
	if (copy == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < device->attribute_count; i++) {
		if (strcmp(device->attributes[i].name, name) != 0)
			continue;
		free((char *)(uintptr_t)device->attributes[i].value);
		device->attributes[i].value = copy;
		device->attributes[i].since_ms = since_ms;
		return 0;
	}
	struct device_attribute *grown = device->attribute_count == ATTRIBUTES_MAX
	    ? NULL
	    : realloc(device->attributes, (device->attribute_count + 1) * sizeof(*grown));
	char *name_copy = grown == NULL ? NULL : strdup(name);
	if (grown != NULL)
		device->attributes = grown;
	if (name_copy == NULL) {
		free(copy);
		return device->attribute_count == ATTRIBUTES_MAX ? -ENOSPC : -ENOMEM;
	}
	grown[device->attribute_count++] = (struct device_attribute){ name_copy, copy, since_ms, INT64_MIN };
	return 0;
}

static void
journal_attribute(
    struct model *model, const struct device *device, const char *name, const char *before, const char *actor)
{
	if (model->store == NULL)
		return;
	struct store_txn *txn = store_begin(model->store);
	struct towerd_json_writer body = { 0 };
	char object[128];
	snprintf(object, sizeof(object), "%s/%s", device->site->id, device->slot);
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_text(&body, "attribute", name);
	towerd_json_put_text(&body, "value", attribute_get(device, name));
	towerd_json_put_text(&body, "before", before);
	towerd_json_close(&body, '}');
	if (towerd_json_done(&body) != NULL)
		store_journal(txn, "device.attribute", actor, object, towerd_json_done(&body));
	towerd_json_fini(&body);
	persist_attribute(txn, device);
	store_submit(
	    txn, STORE_KEEP, NULL, NULL); /* beyond the bound of what is kept it is counted by the store */
}

int
model_attribute(struct model *model, uint32_t number, const char *name, const char *value, const char *actor)
{
	struct device *device = model_device(model, number);
	if (device == NULL)
		return -ENOENT;
	if (name == NULL || name[0] == '\0' || strlen(name) > 63 || value == NULL)
		return -EINVAL;
	identity_hear(model, device, name, value);
	attribute_told(device, name, loop_now_ms(model->loop));
	const char *known = attribute_get(device, name);
	if (strlen(known) == model_cut(value, ATTRIBUTE_MAX) && strncmp(known, value, strlen(known)) == 0) {
		identity_write_now(device);
		return 0;
	}
	char *before = strdup(known);
	if (before == NULL)
		return -ENOMEM;
	int rc = attribute_put(device, name, value, loop_utc_ms(model->loop));
	if (rc == 0)
		journal_attribute(model, device, name, before, actor);
	attribute_told(device, name, loop_now_ms(model->loop));
	identity_write_now(device);
	free(before);
	return rc;
}

void
model_reject(struct model *model, uint32_t number, const char *source, const char *reason)
{
	struct device *device = model_device(model, number);
	(void)source; /* the host logs it */
	if (device == NULL) {
		model->stats.rejects++;
		return;
	}
	device->rejected++;
	keep(&device->last_reject, reason); /* without memory the older reason stays */
}
