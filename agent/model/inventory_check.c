/* SPDX-License-Identifier: ISC */
/* What only a whole inventory shows: doubles, what is missing, and references to sites that do not exist. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"
#include "agent/model/inventory_doc.h"

static int
compare_ids(const void *a, const void *b)
{
	const struct inventory_site *const *left = a, *const *right = b;
	int order = strcmp((*left)->id, (*right)->id);
	if (order != 0)
		return order;
	return (*left)->place.line < (*right)->place.line ? -1 : 1;
}

static int
compare_to_id(const void *key, const void *site)
{
	return strcmp(key, (*(const struct inventory_site *const *)site)->id);
}

const struct inventory_site *
inventory_find(const struct inventory *inventory, const char *id)
{
	if (inventory->site_count == 0)
		return NULL;
	const struct inventory_site *const *found =
	    bsearch(id, inventory->by_id, inventory->site_count, sizeof(inventory->by_id[0]), compare_to_id);
	return found == NULL ? NULL : *found;
}

static void
check_doubles(struct inventory_reader *reader)
{
	const struct inventory *inventory = reader->inventory;
	for (size_t i = 1; i < inventory->site_count; i++) {
		const struct inventory_site *site = inventory->by_id[i];
		if (site->id[0] != '\0' && strcmp(inventory->by_id[i - 1]->id, site->id) == 0)
			inventory_fault(reader, site->place, "site %s stands in line %u already", site->id,
			    inventory->by_id[i - 1]->place.line);
	}
}

static void
check_device(struct inventory_reader *reader, const struct inventory_site *site, size_t at)
{
	const struct inventory_device *device = &site->devices[at];
	if (device->slot[0] == '\0') {
		inventory_fault(reader, device->place, "site %s: a device has no id", site->id);
		return;
	}
	if (device->driver[0] == '\0')
		inventory_fault(
		    reader, device->place, "site %s: device %s has no driver", site->id, device->slot);
	for (size_t i = 0; i < at; i++)
		if (strcmp(site->devices[i].slot, device->slot) == 0)
			inventory_fault(reader, device->place, "site %s: device %s stands in line %u already",
			    site->id, device->slot, site->devices[i].place.line);
}

static void
check_site(struct inventory_reader *reader, const struct inventory_site *site)
{
	if (site->id[0] == '\0')
		inventory_fault(reader, site->place, "a site has no id");
	if (site->device_count > INVENTORY_DEVICES_MAX)
		inventory_fault(reader, site->place, "site %s has %zu devices; at most %d are accepted",
		    site->id, site->device_count, INVENTORY_DEVICES_MAX);
	for (size_t i = 0; i < site->device_count && i <= INVENTORY_DEVICES_MAX; i++)
		check_device(reader, site, i);
	if (site->covers[0] != '\0' && site->kind != SITE_PORTABLE)
		inventory_fault(
		    reader, site->covers_place, "site %s: covers is for portable sites", site->id);
}

void
inventory_check_whole(struct inventory_reader *reader)
{
	struct inventory *inventory = reader->inventory;
	inventory->by_id = calloc(inventory->site_count + 1, sizeof(inventory->by_id[0]));
	if (inventory->by_id == NULL) {
		inventory_fault(reader, (struct inventory_place){ 0, 0 }, "out of memory");
		return;
	}
	for (size_t i = 0; i < inventory->site_count; i++)
		inventory->by_id[i] = &inventory->sites[i];
	if (inventory->site_count > 0)
		qsort(inventory->by_id, inventory->site_count, sizeof(inventory->by_id[0]), compare_ids);
	for (size_t i = 0; i < inventory->site_count; i++)
		check_site(reader, &inventory->sites[i]);
	check_doubles(reader);
}

void
inventory_each_device(
    const struct inventory *inventory, const char *driver, inventory_device_fn *fn, void *arg)
{
	for (size_t i = 0; i < inventory->site_count; i++) {
		const struct inventory_site *site = &inventory->sites[i];
		for (size_t k = 0; k < site->device_count; k++) {
			const struct inventory_device *d = &site->devices[k];
			const struct towerd_device device = { .size = sizeof(device),
				.site = site->id,
				.slot = d->slot,
				.address = d->address,
				.is_portable = site->kind == SITE_PORTABLE,
				.keys = d->keys,
				.values = d->values,
				.setting_count = d->setting_count };
			if (strcmp(d->driver, driver) == 0)
				fn(arg, &device, inventory->name, d->place.line, d->place.column);
		}
	}
}

static void
check_ids(struct inventory_reader *reader, const struct model *model, const struct inventory_site *site,
    const char *key, const char *text, struct inventory_place place)
{
	char id[INVENTORY_ID_MAX + 1];
	while (inventory_next_id(&text, id)) {
		if (strcmp(id, site->id) == 0)
			inventory_fault(reader, place, "site %s: %s names the site itself", site->id, key);
		else if (inventory_find(reader->inventory, id) == NULL &&
		    (model == NULL || model_site(model, id) == NULL))
			inventory_fault(reader, place, "site %s: %s names %s, and there is no such site",
			    site->id, key, id);
	}
}

void
inventory_check_references(
    const struct inventory *inventory, const struct model *model, struct towerd_fault_sink *faults)
{
	struct inventory_reader reader = { (struct inventory *)(uintptr_t)inventory, faults };
	for (size_t i = 0; i < inventory->site_count; i++) {
		const struct inventory_site *site = &inventory->sites[i];
		check_ids(&reader, model, site, "depends-on", site->depends_on, site->depends_place);
		check_ids(&reader, model, site, "covers", site->covers, site->covers_place);
	}
}
