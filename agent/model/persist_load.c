/* SPDX-License-Identifier: ISC */
/* Reading the store at the start. A row that cannot be read stops it: better no agent than one that gives numbers twice. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"

struct loading {
	struct model *model;
	const char *bucket; /* for the sentence */
	char key[PERSIST_KEY];
};

/* "" when it is not there. */
static const char *
text_of(const struct towerd_json *row, const char *key)
{
	const char *text;
	size_t len;
	return towerd_json_text(towerd_json_get(row, key), &text, &len) < 0 ? "" : text;
}

static uint64_t
uint_of(const struct towerd_json *value, uint64_t max)
{
	int64_t n;
	return towerd_json_int(value, &n) < 0 || n < 0 || (uint64_t)n > max ? 0 : (uint64_t)n;
}

static int
name_number(const char *const *names, const char *name)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return i + 1;
	return 0;
}

static int
load_block(struct model *model, uint32_t number, const char *word, const struct towerd_json *row)
{
	(void)word;
	return numbers_load(model, number, (uint32_t)uint_of(towerd_json_item(row, 0), UINT32_MAX),
	    (uint32_t)uint_of(towerd_json_item(row, 1), BLOCK_SLOTS));
}

/* A threshold whose kind or word the catalogue no longer has is left out: the default holds. */
static int
load_thresholds(struct site *site, const struct towerd_json *list)
{
	size_t count = towerd_json_count(list);
	if (count == 0)
		return 0;
	site->thresholds = calloc(count, sizeof(*site->thresholds));
	if (site->thresholds == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct towerd_json *item = towerd_json_item(list, i);
		const char *name = "", *word = "";
		size_t len;
		struct model_threshold t;
		towerd_json_text(towerd_json_item(item, 0), &name, &len);
		towerd_json_text(towerd_json_item(item, 1), &word, &len);
		const struct catalogue_kind *kind = catalogue_find(name);
		if (kind != NULL && threshold_find(kind, word, &t) &&
		    towerd_json_decimal(towerd_json_item(item, 2), kind->kind.decimals, &t.limit) == 0)
			site->thresholds[site->threshold_count++] = t;
	}
	return 0;
}

static int
load_group(struct model *model, uint32_t number, const char *word, const struct towerd_json *row)
{
	(void)word;
	const char *kind = "", *name = "";
	size_t len;
	towerd_json_text(towerd_json_item(row, 0), &kind, &len);
	towerd_json_text(towerd_json_item(row, 1), &name, &len);
	if (ENTITY_BLOCK(number) >= model->block_count || model->blocks[ENTITY_BLOCK(number)].site != number)
		return -EUCLEAN;
	return groups_load(model, number, kind, name);
}

static int
load_state(struct site *site, const char *word, const struct towerd_json *row)
{
	const char *state = text_of(row, "state");
	int number = 0;
	if (strcmp(word, "admin") == 0 && (number = name_number(admin_state_names, state)) != 0)
		site->admin = (uint8_t)number;
	if (strcmp(word, "structural") == 0 && (number = name_number(structural_names, state)) != 0)
		site->structural = (uint8_t)number;
	if (strcmp(word, "clearance") == 0 && (number = name_number(clearance_names, state)) != 0) {
		site->clearance = (uint8_t)number;
		site->clearance_until_ms = (int64_t)uint_of(towerd_json_get(row, "until"), INT64_MAX);
	}
	return number == 0 ? -EUCLEAN : 0;
}

static int
load_site(struct model *model, uint32_t number, const char *word, const struct towerd_json *row)
{
	struct entity *entity = numbers_find(model, number);
	if (word[0] != '\0')
		return entity == NULL || entity->kind_of != ENTITY_SITE
		    ? -EUCLEAN
		    : load_state((struct site *)(void *)entity, word, row);
	struct site *site;
	if (ENTITY_BLOCK(number) == 0 || ENTITY_BLOCK(number) >= model->block_count ||
	    model->blocks[ENTITY_BLOCK(number)].site != number || text_of(row, "id")[0] == '\0')
		return -EUCLEAN;
	int rc = site_add(model, number, text_of(row, "id"), &site);
	if (rc < 0)
		return rc;
	int kind = name_number(site_kind_names, text_of(row, "kind"));
	site->kind = kind == 0 ? SITE_FIXED : (uint8_t)kind;
	site->population = (uint32_t)uint_of(towerd_json_get(row, "population"), UINT32_MAX);
	site->link_budget = (int64_t)uint_of(towerd_json_get(row, "link-budget"), INT64_MAX);
	if (model_text(model, &site->name, text_of(row, "name")) < 0 ||
	    model_text(model, &site->area, text_of(row, "area")) < 0 ||
	    model_text(model, &site->power_feeder, text_of(row, "power-feeder")) < 0 ||
	    model_text(model, &site->depends_on, text_of(row, "depends-on")) < 0 ||
	    model_text(model, &site->covers, text_of(row, "covers")) < 0)
		return -ENOMEM;
	rc = load_thresholds(site, towerd_json_get(row, "thresholds"));
	bool is_removed = false;
	towerd_json_bool(towerd_json_get(row, "removed"), &is_removed);
	return rc < 0 || is_removed ? rc : site_place(model, site);
}

struct device_loading {
	struct model *model;
	struct device *device;
};

static int
load_setting(void *arg, const char *key, const struct towerd_json *value)
{
	const struct device_loading *loading = arg;
	struct device *device = loading->device;
	const char *text;
	size_t len;
	if (towerd_json_text(value, &text, &len) < 0)
		return -EUCLEAN;
	return device_setting_add(loading->model, device, key, text);
}

static int
load_attribute(void *arg, const char *key, const struct towerd_json *value)
{
	const struct device_loading *loading = arg;
	const char *text;
	size_t len;
	int64_t since_ms = 0;
	towerd_json_int(towerd_json_item(value, 1), &since_ms);
	if (towerd_json_text(towerd_json_item(value, 0), &text, &len) < 0)
		return -EUCLEAN;
	return attribute_put(loading->device, key, text, since_ms);
}

static int
load_device(struct model *model, uint32_t number, const char *word, const struct towerd_json *row)
{
	struct entity *entity = numbers_find(model, number);
	struct device_loading loading = { model, NULL };
	if (word[0] != '\0') {
		if (entity == NULL || entity->kind_of != ENTITY_DEVICE)
			return -EUCLEAN;
		loading.device = (struct device *)(void *)entity;
		if (strcmp(word, "identity") == 0)
			return identity_load(model, loading.device, row);
		return towerd_json_each(row, load_attribute, &loading);
	}
	entity = numbers_find(model, (uint32_t)uint_of(towerd_json_get(row, "site"), UINT32_MAX));
	if (entity == NULL || entity->kind_of != ENTITY_SITE || ENTITY_BLOCK(number) >= model->block_count)
		return -EUCLEAN;
	int rc =
	    device_add(model, (struct site *)(void *)entity, number, text_of(row, "slot"), &loading.device);
	if (rc < 0)
		return rc;
	if (model_text(model, &loading.device->driver, text_of(row, "driver")) < 0 ||
	    model_text(model, &loading.device->address, text_of(row, "address")) < 0)
		return -ENOMEM;
	loading.device->identity_policy =
	    (uint8_t)name_number(identity_policy_names, text_of(row, "identity"));
	loading.device->link_budget = (int64_t)uint_of(towerd_json_get(row, "link-budget"), INT64_MAX);
	towerd_json_bool(towerd_json_get(row, "removed"), &loading.device->is_removed);
	const struct towerd_json *settings = towerd_json_get(row, "settings");
	return settings == NULL ? 0 : towerd_json_each(settings, load_setting, &loading);
}

static int
load_sensor(struct model *model, uint32_t number, const char *word, const struct towerd_json *row)
{
	(void)word;
	struct entity *entity = numbers_find(model, (uint32_t)uint_of(towerd_json_item(row, 0), UINT32_MAX));
	const char *name, *instance, *label;
	size_t len;
	if (entity == NULL || entity->kind_of != ENTITY_DEVICE ||
	    ENTITY_BLOCK(number) >= model->block_count ||
	    towerd_json_text(towerd_json_item(row, 1), &name, &len) < 0 ||
	    towerd_json_text(towerd_json_item(row, 2), &instance, &len) < 0 ||
	    towerd_json_text(towerd_json_item(row, 3), &label, &len) < 0)
		return -EUCLEAN;
	/* A kind that the catalogue no longer has: the row and its number stay in the store, unused. */
	const struct catalogue_kind *kind = catalogue_find(name);
	if (kind == NULL)
		return 0;
	struct sensor *sensor = sensor_add(model, (struct device *)(void *)entity, number, kind->kind.number,
	    instance, label, (uint32_t)uint_of(towerd_json_item(row, 4), UINT32_MAX));
	if (sensor == NULL)
		return -ENOMEM;
	bool is_retired = false;
	towerd_json_bool(towerd_json_item(row, 5), &is_retired);
	if (is_retired)
		sensor_set_retired(model, sensor, true);
	return 0;
}

typedef int load_fn(struct model *model, uint32_t number, const char *word, const struct towerd_json *row);

struct bucket {
	enum store_bucket bucket;
	const char *name;
	load_fn *load;
};

struct visit {
	struct loading *loading;
	load_fn *load;
};

static int
load_row(void *arg, const char *key, const char *body, size_t len)
{
	struct visit *visit = arg;
	struct model *model = visit->loading->model;
	snprintf(visit->loading->key, sizeof(visit->loading->key), "%s", key);
	if (visit->load == NULL)
		return position_load(model, key, body, len);
	char error[128], *end;
	uint32_t number = (uint32_t)strtoul(key, &end, 16);
	struct towerd_json *row = towerd_json_parse(body, len, error, sizeof(error));
	if (row == NULL || end != key + 8 || (*end != '\0' && *end != '.')) {
		towerd_json_free(row);
		return -EUCLEAN;
	}
	int rc = visit->load(model, number, *end == '.' ? end + 1 : end, row);
	towerd_json_free(row);
	return rc;
}

/* What is derived of all rows together. */
static void
derive_again(struct model *model)
{
	for (struct site *site = NULL;
	     (site = model_next_site(model, site == NULL ? 0 : site->entity.number)) != NULL;) {
		service_derive(model, site);
		for (size_t i = 0; i < site->device_count; i++)
			if (!site->devices[i]->is_removed)
				identity_placed(site->devices[i]);
	}
}

int
persist_load(struct model *model, char *error, size_t size)
{
	static const struct bucket buckets[] = {
		{ STORE_BLOCK, "block", load_block },
		{ STORE_GROUP, "group", load_group },
		{ STORE_SITE, "site", load_site },
		{ STORE_DEVICE, "device", load_device },
		{ STORE_SENSOR, "sensor", load_sensor },
		{ STORE_POSITION, "position", NULL },
	};
	struct loading loading = { .model = model };
	for (size_t i = 0; model->store != NULL && i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		struct visit visit = { &loading, buckets[i].load };
		int rc = store_each(model->store, buckets[i].bucket, load_row, &visit);
		if (rc < 0) {
			snprintf(error, size, "the store's %s row %s cannot be read: %s", buckets[i].name,
			    loading.key, strerror(-rc));
			return rc;
		}
	}
	groups_settle(model);
	derive_again(model);
	return 0;
}

int
model_restore(struct model *model, struct store_txn *txn)
{
	return numbers_restore(model, txn);
}
