/* SPDX-License-Identifier: ISC */
/* Imports: the commit, and what follows in the model. See inventory_import.h. */
#include "agent/model/inventory_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

struct import *
import_new(
    struct model *model, struct inventory *inventory, const char *actor, model_done_fn *done, void *arg)
{
	struct import *import = calloc(1, sizeof(*import));
	if (import == NULL)
		return NULL;
	import->actor = strdup(actor);
	if (import->actor == NULL) {
		free(import);
		return NULL;
	}
	import->model = model;
	model->imports++;
	import->inventory = inventory;
	import->inventory->users++;
	import->done = done;
	import->arg = arg;
	if (model->store != NULL)
		import->txn = store_begin(model->store);
	return import;
}

static void
import_free(struct import *import)
{
	for (size_t i = 0; i < import->step_count; i++)
		free(import->steps[i].device_numbers);
	free(import->steps);
	inventory_free(import->inventory);
	free(import->actor);
	free(import);
}

struct import_step *
import_add_step(
    struct import *import, enum import_what what, const struct inventory_site *want, struct site *site)
{
	size_t count = import->step_count;
	if ((count & (count - 1)) == 0) {
		struct import_step *steps =
		    realloc(import->steps, (count == 0 ? 1 : count * 2) * sizeof(*steps));
		if (steps == NULL)
			return NULL;
		import->steps = steps;
	}
	struct import_step *step = &import->steps[import->step_count++];
	*step = (struct import_step){
		.what = what, .want = want, .site = site, .number = site == NULL ? 0 : site->entity.number
	};
	*(what == IMPORT_ADD            ? &import->result.added
		: what == IMPORT_CHANGE ? &import->result.changed
					: &import->result.removed) += 1;
	return step;
}

int
import_number(struct import *import, struct import_step *step)
{
	struct model *model = import->model;
	int rc = 0;
	if (step->number == 0) {
		rc = numbers_new_site(model, &step->number);
		step->takes_numbers = true;
	}
	step->device_numbers = calloc(step->want->device_count + 1, sizeof(*step->device_numbers));
	if (step->device_numbers == NULL)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < step->want->device_count; i++) {
		/* A slot that stood here before has its number again. */
		const struct device *known =
		    step->site == NULL ? NULL : device_find(step->site, step->want->devices[i].slot, true);
		if (known != NULL) {
			step->device_numbers[i] = known->entity.number;
			continue;
		}
		rc = numbers_stage(model, step->number, &step->device_numbers[i]);
		step->takes_numbers = true;
	}
	return rc;
}

static const struct inventory_device *
wanted(const struct import_step *step, const char *slot)
{
	for (size_t i = 0; step->want != NULL && i < step->want->device_count; i++)
		if (strcmp(step->want->devices[i].slot, slot) == 0)
			return &step->want->devices[i];
	return NULL;
}

/* The rows as they will be, built from the file's own texts. */
static void
write_wanted(const struct import *import, const struct import_step *step)
{
	const struct inventory_site *want = step->want;
	struct site site = { .entity = { step->number, ENTITY_SITE },
		.kind = (uint8_t)want->kind,
		.id = want->id,
		.name = want->name,
		.area = want->area,
		.power_feeder = want->power_feeder,
		.population = want->population,
		.link_budget = want->link_budget,
		.thresholds = want->thresholds,
		.threshold_count = want->threshold_count,
		.depends_on = want->depends_on,
		.covers = want->covers };
	persist_site(import->txn, &site);
	for (size_t i = 0; i < want->device_count; i++) {
		const struct inventory_device *d = &want->devices[i];
		struct device device = { .entity = { step->device_numbers[i], ENTITY_DEVICE },
			.site = &site,
			.slot = d->slot,
			.driver = d->driver,
			.address = d->address,
			.link_budget = d->link_budget,
			.identity_policy = d->identity_policy,
			.keys = d->keys,
			.values = d->values,
			.setting_count = d->setting_count };
		persist_device(import->txn, &device);
	}
	struct towerd_position known;
	if (want->has_location || position_given(import->model, step->number, &known))
		position_write(import->txn, step->number, true, want->has_location ? &want->location : NULL);
}

static void
write_removed(const struct import *import, const struct import_step *step)
{
	if (step->want == NULL) {
		struct site site = *step->site;
		site.is_removed = true;
		persist_site(import->txn, &site);
	}
	for (size_t i = 0; step->site != NULL && i < step->site->device_count; i++) {
		struct device device = *step->site->devices[i];
		if (device.is_removed || wanted(step, device.slot) != NULL)
			continue;
		device.is_removed = true;
		persist_device(import->txn, &device);
	}
}

int
import_write(struct import *import, struct import_step *step, const char *body)
{
	static const char *const types[] = { "site.add", "site.change", "site.remove" };
	if (body == NULL)
		return -ENOMEM;
	if (step->takes_numbers) {
		numbers_write(import->model, step->number, import->txn);
		step->is_reserving = true;
	}
	if (import->txn == NULL)
		return 0;
	if (step->want != NULL)
		write_wanted(import, step);
	write_removed(import, step);
	store_journal(import->txn, types[step->what], import->actor,
	    step->want == NULL ? step->site->id : step->want->id, body);
	return 0;
}

int
import_write_groups(struct import *import)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < import->step_count; i++) {
		const struct inventory_site *want = import->steps[i].want;
		if (want != NULL)
			rc = groups_write(import->model, want->power_feeder, want->area, import->txn);
	}
	return rc;
}

bool
import_is_same(const struct device *device, const struct inventory_device *want)
{
	if (device->is_removed || strcmp(device->driver, want->driver) != 0 ||
	    strcmp(device->address, want->address) != 0 || device->link_budget != want->link_budget ||
	    device->identity_policy != want->identity_policy || device->setting_count != want->setting_count)
		return false;
	for (size_t i = 0; i < want->setting_count; i++)
		if (strcmp(device->keys[i], want->keys[i]) != 0 ||
		    strcmp(device->values[i], want->values[i]) != 0)
			return false;
	return true;
}

static int
apply_device(struct model *model, struct site *site, const struct inventory_device *want, uint32_t number)
{
	struct device *device = device_find(site, want->slot, true);
	bool is_new = device == NULL || device->is_removed;
	int rc = device == NULL ? device_add(model, site, number, want->slot, &device) : 0;
	if (rc < 0)
		return rc;
	if (import_is_same(device, want))
		return 0;
	device->is_removed = false;
	/* What one driver heard of a device another never takes back. */
	if (!is_new && strcmp(device->driver, want->driver) != 0)
		MODEL_TELL(model, fault_sweep, device, INT64_MAX);
	device->link_budget = want->link_budget;
	device->identity_policy = want->identity_policy;
	device_settings_clear(model, device);
	rc = model_text(model, &device->driver, want->driver);
	if (rc == 0)
		rc = model_text(model, &device->address, want->address);
	for (size_t i = 0; rc == 0 && i < want->setting_count; i++)
		rc = device_setting_add(model, device, want->keys[i], want->values[i]);
	MODEL_TELL(model, device, device, is_new);
	identity_placed(device);
	return rc;
}

static void
remove_device(struct model *model, struct device *device)
{
	device->is_removed = true;
	identity_removed(device);
	device->presence = TOWERD_PRESENCE_UNKNOWN;
	device->deployment = TOWERD_DEPLOYMENT_UNKNOWN;
	MODEL_TELL(model, device_removed, device);
}

static int
apply_fields(struct model *model, struct site *site, const struct inventory_site *want)
{
	struct model_threshold *thresholds = NULL;
	if (want->threshold_count > 0) {
		thresholds = malloc(want->threshold_count * sizeof(*thresholds));
		if (thresholds == NULL)
			return -ENOMEM;
		memcpy(thresholds, want->thresholds, want->threshold_count * sizeof(*thresholds));
	}
	free(site->thresholds);
	site->thresholds = thresholds;
	site->threshold_count = want->threshold_count;
	site->kind = (uint8_t)want->kind;
	site->link_budget = want->link_budget;
	area_count(site->area_node, site, -1);
	site->population = want->population;
	area_count(site->area_node, site, 1);
	if (model_text(model, &site->name, want->name) < 0 ||
	    model_text(model, &site->area, want->area) < 0 ||
	    model_text(model, &site->power_feeder, want->power_feeder) < 0 ||
	    model_text(model, &site->depends_on, want->depends_on) < 0)
		return -ENOMEM;
	if (strcmp(site->covers, want->covers) == 0)
		return 0;
	service_uncover(model, site);
	return model_text(model, &site->covers, want->covers);
}

static int
apply_wanted(struct model *model, struct import_step *step)
{
	const struct inventory_site *want = step->want;
	struct site *site = step->site;
	if (site == NULL)
		return -ENOMEM;
	int rc = apply_fields(model, site, want);
	if (rc == 0)
		rc = position_place(model, step->number, true, want->has_location ? &want->location : NULL);
	if (rc == 0)
		rc = site_place(model, site);
	if (rc < 0)
		return rc;
	unclaimed_forget(model, site->id);
	MODEL_TELL(model, site, site, step->what == IMPORT_ADD);
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed && wanted(step, site->devices[i]->slot) == NULL)
			remove_device(model, site->devices[i]);
	for (size_t i = 0; rc == 0 && i < want->device_count; i++)
		rc = apply_device(model, site, &want->devices[i], step->device_numbers[i]);
	MODEL_TELL(model, pace, site); /* the devices that share its link may be others now */
	service_derive(model, site);
	return rc;
}

static void
apply_removal(struct model *model, struct site *site)
{
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed)
			remove_device(model, site->devices[i]);
	service_derive(model, site); /* without devices it stands in for nobody */
	site_unplace(model, site);
	MODEL_TELL(model, site_removed, site);
}

/* The commit is durable: what follows in memory fails only for want of memory, and then holds from the next start on. */
static int
apply(struct import *import)
{
	struct model *model = import->model;
	int rc = 0;
	/* All sites first: one may cover another that follows. */
	for (size_t i = 0; i < import->step_count; i++)
		if (import->steps[i].site == NULL)
			site_add(model, import->steps[i].number, import->steps[i].want->id,
			    &import->steps[i].site);
	for (size_t i = 0; i < import->step_count; i++) {
		struct import_step *step = &import->steps[i];
		if (step->is_reserving)
			numbers_written(model, step->number, NULL);
		int step_rc = 0;
		if (step->what == IMPORT_REMOVE)
			apply_removal(model, step->site);
		else
			step_rc = apply_wanted(model, step);
		rc = step_rc < 0 ? step_rc : rc;
	}
	groups_settle(model);
	return rc;
}

static void
refuse(struct import *import)
{
	for (size_t i = 0; i < import->step_count; i++)
		if (import->steps[i].is_reserving)
			numbers_refused(import->model, import->steps[i].number);
}

static void
import_done(void *arg, int rc, bool final)
{
	struct import *import = arg;
	(void) final; /* a promise is either kept or broken */
	import->model->is_importing = false;
	if (rc == 0)
		rc = apply(import);
	else
		refuse(import);
	if (import->done != NULL)
		import->done(import->arg, rc);
	import_free(import);
}

int
import_submit(struct import *import)
{
	struct store_txn *txn = import->txn;
	import->txn = NULL;
	if (txn != NULL && import->step_count > 0) {
		int rc = store_submit(txn, STORE_PROMISE, import_done, import);
		import->model->is_importing = rc == 0;
		if (rc < 0) {
			refuse(import);
			import_free(import);
		}
		return rc;
	}
	if (txn != NULL)
		store_abandon(txn);
	import_done(import, 0, true);
	return 0;
}

void
import_abandon(struct import *import)
{
	if (import->txn != NULL)
		store_abandon(import->txn);
	refuse(import);
	import_free(import);
}
