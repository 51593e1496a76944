/* SPDX-License-Identifier: ISC */
/*
 * Importing an inventory: what differs is written as one commit with a journal record for each site, and the model changes when that
 * is durable. Records name the fields that changed, never their values: locations and credentials are among them.
 */
#include "agent/model/inventory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"
#include "agent/model/inventory_doc.h"
#include "agent/model/inventory_import.h"

static bool
is_csv(const char *name)
{
	size_t len = strlen(name);
	return len >= 4 && strcmp(name + len - 4, ".csv") == 0;
}

static struct inventory *
read_text(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	struct inventory *inventory = inventory_new(name);
	if (inventory == NULL)
		return NULL;
	struct inventory_reader reader = { inventory, faults };
	unsigned before = faults->count;
	if (is_csv(name))
		inventory_read_csv(&reader, text, len);
	else
		inventory_read_yaml(&reader, text, len);
	inventory_check_whole(&reader);
	if (faults->count == before)
		return inventory;
	inventory_free(inventory);
	return NULL;
}

struct inventory *
inventory_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	return read_text(name, text, len, faults);
}

int
inventory_check(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	unsigned before = faults->count;
	struct inventory *inventory = read_text(name, text, len, faults);
	if (inventory != NULL)
		inventory_check_references(inventory, NULL, faults);
	inventory_free(inventory);
	return faults->count == before ? 0 : -EINVAL;
}

static bool
same_thresholds(const struct site *site, const struct inventory_site *want)
{
	if (site->threshold_count != want->threshold_count)
		return false;
	for (size_t i = 0; i < site->threshold_count; i++) {
		const struct model_threshold *a = &site->thresholds[i], *b = &want->thresholds[i];
		if (a->kind != b->kind || a->rule != b->rule || a->step != b->step || a->limit != b->limit)
			return false;
	}
	return true;
}

static bool
same_location(const struct model *model, uint32_t number, const struct inventory_site *want)
{
	struct towerd_position known;
	bool has = position_given(model, number, &known);
	if (has != want->has_location)
		return false;
	return !has ||
	    (known.latitude_e7 == want->location.latitude_e7 &&
		known.longitude_e7 == want->location.longitude_e7);
}

static const struct inventory_device *
wanted_device(const struct inventory_site *want, const char *slot)
{
	for (size_t i = 0; i < want->device_count; i++)
		if (strcmp(want->devices[i].slot, slot) == 0)
			return &want->devices[i];
	return NULL;
}

/* The changed fields of a site, into the body of its record. Returns how many. */
static unsigned
list_changes(const struct model *model, const struct site *site, const struct inventory_site *want,
    struct towerd_json_writer *body)
{
	const struct {
		const char *name;
		bool is_same;
	} fields[] = {
		{ "name", strcmp(site->name, want->name) == 0 },
		{ "kind", site->kind == want->kind },
		{ "area", strcmp(site->area, want->area) == 0 },
		{ "location", same_location(model, site->entity.number, want) },
		{ "population", site->population == want->population },
		{ "power-feeder", strcmp(site->power_feeder, want->power_feeder) == 0 },
		{ "link-budget", site->link_budget == want->link_budget },
		{ "depends-on", strcmp(site->depends_on, want->depends_on) == 0 },
		{ "covers", strcmp(site->covers, want->covers) == 0 },
		{ "thresholds", same_thresholds(site, want) },
	};
	unsigned count = 0;
	towerd_json_open(body, "fields", '[');
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].is_same)
			continue;
		towerd_json_put_text(body, NULL, fields[i].name);
		count++;
	}
	towerd_json_close(body, ']');
	return count;
}

static unsigned
list_devices(const struct site *site, const struct inventory_site *want, struct towerd_json_writer *body)
{
	static const char *const lists[] = { "devices-added", "devices-changed" };
	unsigned count = 0;
	for (unsigned list = 0; list < 2; list++) {
		towerd_json_open(body, lists[list], '[');
		for (size_t i = 0; i < want->device_count; i++) {
			const struct device *device = device_find(site, want->devices[i].slot, false);
			bool is_listed = list == 0
			    ? device == NULL
			    : device != NULL && !import_is_same(device, &want->devices[i]);
			if (is_listed)
				towerd_json_put_text(body, NULL, want->devices[i].slot);
			count += is_listed;
		}
		towerd_json_close(body, ']');
	}
	towerd_json_open(body, "devices-removed", '[');
	for (size_t i = 0; i < site->device_count; i++) {
		if (site->devices[i]->is_removed || wanted_device(want, site->devices[i]->slot) != NULL)
			continue;
		towerd_json_put_text(body, NULL, site->devices[i]->slot);
		count++;
	}
	towerd_json_close(body, ']');
	return count;
}

static void
add_body(const struct inventory_site *want, uint32_t number, struct towerd_json_writer *body)
{
	towerd_json_open(body, NULL, '{');
	towerd_json_put_uint(body, "number", number);
	towerd_json_put_text(body, "name", want->name);
	towerd_json_put_text(body, "kind", site_kind_names[want->kind - 1]);
	towerd_json_put_text(body, "area", want->area);
	towerd_json_open(body, "devices-added", '[');
	for (size_t i = 0; i < want->device_count; i++)
		towerd_json_put_text(body, NULL, want->devices[i].slot);
	towerd_json_close(body, ']');
	towerd_json_close(body, '}');
}

/* Finds out what is to be done for one site of the file. */
static int
plan_site(struct import *import, const struct inventory_site *want)
{
	struct site *site = site_find(import->model, want->id, true);
	struct towerd_json_writer body = { 0 };
	enum import_what what = IMPORT_ADD;
	unsigned changes = 1;
	if (site != NULL && !site->is_removed) {
		what = IMPORT_CHANGE;
		towerd_json_open(&body, NULL, '{');
		changes = list_changes(import->model, site, want, &body) + list_devices(site, want, &body);
		towerd_json_close(&body, '}');
	}
	int rc = 0;
	if (changes == 0) {
		import->result.unchanged++;
	} else {
		struct import_step *step = import_add_step(import, what, want, site);
		rc = step == NULL ? -ENOMEM : import_number(import, step);
		if (rc == 0 && what == IMPORT_ADD)
			add_body(want, step->number, &body);
		if (rc == 0)
			rc = import_write(import, step, towerd_json_done(&body));
	}
	towerd_json_fini(&body);
	return rc;
}

static int
plan_removals(struct import *import, const struct inventory *inventory)
{
	struct model *model = import->model;
	for (struct site *site = model_next_site(model, 0); site != NULL;
	     site = model_next_site(model, site->entity.number)) {
		if (inventory_find(inventory, site->id) != NULL)
			continue;
		struct import_step *step = import_add_step(import, IMPORT_REMOVE, NULL, site);
		if (step == NULL)
			return -ENOMEM;
		int rc = import_write(import, step, "{}");
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A site that the prune takes away may not be one that another depends on: by then it is not in the file. */
static int
check(struct model *model, const struct inventory *inventory, bool prune, struct towerd_fault_sink *faults)
{
	unsigned before = faults->count;
	inventory_check_references(inventory, prune ? NULL : model, faults);
	return faults->count == before ? 0 : -EINVAL;
}

int
inventory_apply(struct model *model, struct inventory *inventory, bool prune, const char *actor,
    struct towerd_fault_sink *faults, struct inventory_result *result, model_done_fn *done, void *arg)
{
	if (model->is_importing)
		return -EBUSY;
	int rc = check(model, inventory, prune, faults);
	if (rc < 0)
		return rc;
	struct import *import = import_new(model, inventory, actor, done, arg);
	if (import == NULL)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < inventory->site_count; i++)
		rc = plan_site(import, &inventory->sites[i]);
	if (rc == 0 && prune)
		rc = plan_removals(import, inventory);
	if (rc == 0)
		rc = import_write_groups(import);
	if (rc < 0) {
		import_abandon(import);
		return rc;
	}
	/* Before it is submitted: with nothing to write done() comes from inside, and may free it. */
	if (result != NULL)
		*result = import->result;
	return import_submit(import);
}

int
inventory_import(struct model *model, const char *name, const char *text, size_t len, bool prune,
    const char *actor, struct towerd_fault_sink *faults, struct inventory_result *result, model_done_fn *done,
    void *arg)
{
	struct inventory *inventory = inventory_parse(name, text, len, faults);
	if (inventory == NULL)
		return -EINVAL;
	int rc = inventory_apply(model, inventory, prune, actor, faults, result, done, arg);
	inventory_free(inventory);
	return rc;
}
