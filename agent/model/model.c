/* SPDX-License-Identifier: ISC */
/* The model as a whole: its life, its listeners, look-ups by number. */
#include "agent/model/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

static void
settle(struct model_settings *settings, const struct model_settings *given)
{
	if (given != NULL)
		*settings = *given;
	if (settings->stale_factor == 0)
		settings->stale_factor = 3;
	if (settings->stale_min_ms <= 0)
		settings->stale_min_ms = 180000;
	if (settings->identity_policy == IDENTITY_DEFAULT)
		settings->identity_policy = IDENTITY_ACCEPT;
	if (settings->identity_keep_ms <= 0)
		settings->identity_keep_ms = 24 * 3600 * INT64_C(1000);
}

struct model *
model_new(
    struct loop *loop, struct store *store, struct scopes *scopes, const struct model_settings *settings)
{
	struct model *model = calloc(1, sizeof(*model));
	if (model == NULL)
		return NULL;
	model->loop = loop;
	model->store = store;
	model->scopes = scopes;
	model->owner.name = "model";
	settle(&model->settings, settings);
	const struct catalogue_kind *cell = catalogue_find("radio.state");
	model->cell_kind = cell == NULL ? UINT32_MAX : cell->kind.number;
	model->intern = intern_new();
	if (model->intern == NULL || numbers_init(model) < 0 || areas_init(model) < 0 ||
	    positions_init(model) < 0 || identities_init(model) < 0 || groups_init(model) < 0 ||
	    hubs_init(model) < 0 || stale_start(model) < 0) {
		model_free(model);
		return NULL;
	}
	return model;
}

int
model_load(struct model *model, char *error, size_t size)
{
	return persist_load(model, error, size);
}

static void
site_free(struct site *site)
{
	for (size_t i = 0; i < site->device_count; i++) {
		device_fini(site->devices[i]);
		free(site->devices[i]);
	}
	free(site->devices);
	free(site->thresholds);
	free(site);
}

void
model_free(struct model *model)
{
	if (model == NULL)
		return;
	stale_stop(model);
	loop_post_drop(model->loop, &model->owner);
	if (model->pending != NULL)
		store_abandon(model->pending);
	for (uint32_t i = 0; i < model->site_slots; i++)
		if (model->sites[i] != NULL)
			site_free(model->sites[i]);
	free(model->sites);
	sensors_free(model);
	groups_free(model);
	hubs_free(model);
	numbers_fini(model);
	positions_free(model);
	identities_free(model);
	unclaimed_free(model);
	areas_free(model);
	intern_free(model->intern);
	free(model);
}

int
model_listen(struct model *model, const struct model_listener *listener)
{
	if (model->listener_count == MODEL_LISTENERS)
		return -ENOSPC;
	model->listeners[model->listener_count++] = *listener;
	return 0;
}

int
model_add_views(struct model *model, struct views *views)
{
	static const struct view *const all[] = { &site_view, &device_view, &identity_view, &sensor_view,
		&area_view, &unclaimed_view, &location_view, &entity_view, &entity_sensor_view };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		model->views[i] = *all[i];
		model->views[i].arg = model;
		int rc = views_add(views, &model->views[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool
is_removed(const struct entity *entity)
{
	const void *object = entity;
	if (entity->kind_of == ENTITY_SITE)
		return ((const struct site *)object)->is_removed;
	if (entity->kind_of == ENTITY_DEVICE)
		return ((const struct device *)object)->is_removed;
	if (entity->kind_of == ENTITY_GROUP)
		return ((const struct group *)object)->site_count == 0;
	return entity->kind_of == ENTITY_SENSOR &&
	    (((const struct sensor *)object)->is_retired ||
		((const struct sensor *)object)->device->is_removed);
}

struct entity *
model_entity(const struct model *model, uint32_t number)
{
	struct entity *entity = numbers_find(model, number);
	return entity == NULL || is_removed(entity) ? NULL : entity;
}

static void *
find_class(const struct model *model, uint32_t number, enum entity_class class)
{
	struct entity *entity = model_entity(model, number);
	return entity == NULL || entity->kind_of != class ? NULL : entity;
}

struct site *
model_site_of(const struct model *model, uint32_t number)
{
	if (model_entity(model, number) == NULL || ENTITY_BLOCK(number) == 0)
		return NULL;
	return find_class(model, model->blocks[ENTITY_BLOCK(number)].site, ENTITY_SITE);
}

struct device *
model_device(const struct model *model, uint32_t number)
{
	return find_class(model, number, ENTITY_DEVICE);
}

struct sensor *
model_sensor(const struct model *model, uint32_t number)
{
	return find_class(model, number, ENTITY_SENSOR);
}

size_t
model_sensor_count(const struct model *model)
{
	return model->sensor_count;
}

struct site *
model_next_site(const struct model *model, uint32_t after)
{
	for (uint32_t block = ENTITY_BLOCK(after) + 1; block < model->block_count; block++) {
		struct site *site = find_class(model, block << 8, ENTITY_SITE);
		if (site != NULL)
			return site;
	}
	return NULL;
}

void
model_stats(const struct model *model, struct model_stats *out)
{
	*out = model->stats;
}

int
model_text(struct model *model, const char **at, const char *text)
{
	const char *kept = intern_take(model->intern, text);
	if (kept == NULL)
		return -ENOMEM;
	intern_drop(model->intern, *at);
	*at = kept;
	return 0;
}

size_t
model_cut(const char *text, size_t max)
{
	size_t len = strlen(text);
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}
