/* SPDX-License-Identifier: ISC */
/* Rows of the store: how what must survive is written, small because there are a million sensors. persist_load.c reads them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"

void
persist_key(char key[PERSIST_KEY], uint32_t number, const char *word)
{
	snprintf(key, PERSIST_KEY, word == NULL ? "%08" PRIx32 "%s" : "%08" PRIx32 ".%s", number,
	    word == NULL ? "" : word);
}

static void
flush(void *arg)
{
	struct model *model = arg;
	model->is_flush_posted = false;
	model_flush(model);
}

struct store_txn *
persist_later(struct model *model)
{
	if (model->store == NULL)
		return NULL;
	if (model->pending == NULL)
		model->pending = store_begin(model->store);
	/* When the post fails the rows go with the next turn that writes any, or at the end. */
	if (!model->is_flush_posted && loop_post(model->loop, &model->owner, flush, model) == 0)
		model->is_flush_posted = true;
	return model->pending;
}

void
model_flush(struct model *model)
{
	struct store_txn *txn = model->pending;
	model->pending = NULL;
	if (txn != NULL)
		store_submit(txn, STORE_KEEP, NULL,
		    NULL); /* what is kept is counted by the store, also beyond its bound */
}

static void
put(struct store_txn *txn, enum store_bucket bucket, uint32_t number, const char *word,
    struct towerd_json_writer *body)
{
	char key[PERSIST_KEY];
	persist_key(key, number, word);
	const char *text = towerd_json_done(body);
	if (text != NULL)
		store_put(txn, bucket, key, text, strlen(text));
	towerd_json_fini(body);
}

void
persist_block(struct store_txn *txn, uint32_t block, uint32_t site, uint32_t reserved)
{
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '[');
	towerd_json_put_uint(&body, NULL, site);
	towerd_json_put_uint(&body, NULL, reserved);
	towerd_json_close(&body, ']');
	put(txn, STORE_BLOCK, block, NULL, &body);
}

void
persist_group(struct store_txn *txn, const struct group *group)
{
	struct towerd_json_writer body = { 0 };
	persist_block(txn, ENTITY_BLOCK(group->entity.number), group->entity.number, BLOCK_SLOTS);
	towerd_json_open(&body, NULL, '[');
	towerd_json_put_text(&body, NULL, group_kind_names[group->kind - 1]);
	towerd_json_put_text(&body, NULL, group->name);
	towerd_json_close(&body, ']');
	put(txn, STORE_GROUP, group->entity.number, NULL, &body);
}

static void
put_thresholds(struct towerd_json_writer *body, const struct site *site)
{
	towerd_json_open(body, "thresholds", '[');
	for (size_t i = 0; i < site->threshold_count; i++) {
		const struct model_threshold *t = &site->thresholds[i];
		const struct catalogue_kind *kind = catalogue_at(t->kind);
		towerd_json_open(body, NULL, '[');
		towerd_json_put_text(body, NULL, kind->kind.name);
		towerd_json_put_text(body, NULL, kind->rules[t->rule].words[t->step]);
		towerd_json_put_decimal(body, NULL, t->limit, kind->kind.decimals);
		towerd_json_close(body, ']');
	}
	towerd_json_close(body, ']');
}

void
persist_site(struct store_txn *txn, const struct site *site)
{
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_text(&body, "id", site->id);
	towerd_json_put_text(&body, "name", site->name);
	towerd_json_put_text(&body, "kind", site_kind_names[site->kind - 1]);
	towerd_json_put_text(&body, "area", site->area);
	towerd_json_put_uint(&body, "population", site->population);
	towerd_json_put_text(&body, "power-feeder", site->power_feeder);
	if (site->link_budget > 0)
		towerd_json_put_int(&body, "link-budget", site->link_budget);
	towerd_json_put_text(&body, "depends-on", site->depends_on);
	towerd_json_put_text(&body, "covers", site->covers);
	if (site->threshold_count > 0)
		put_thresholds(&body, site);
	if (site->is_removed)
		towerd_json_put_bool(&body, "removed", true);
	towerd_json_close(&body, '}');
	put(txn, STORE_SITE, site->entity.number, NULL, &body);
}

void
persist_device(struct store_txn *txn, const struct device *device)
{
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_uint(&body, "site", device->site->entity.number);
	towerd_json_put_text(&body, "slot", device->slot);
	towerd_json_put_text(&body, "driver", device->driver);
	towerd_json_put_text(&body, "address", device->address);
	if (device->link_budget > 0)
		towerd_json_put_int(&body, "link-budget", device->link_budget);
	if (device->identity_policy != IDENTITY_DEFAULT)
		towerd_json_put_text(
		    &body, "identity", identity_policy_names[device->identity_policy - IDENTITY_ACCEPT]);
	if (device->setting_count > 0) {
		towerd_json_open(&body, "settings", '{');
		for (size_t i = 0; i < device->setting_count; i++)
			towerd_json_put_text(&body, device->keys[i], device->values[i]);
		towerd_json_close(&body, '}');
	}
	if (device->is_removed)
		towerd_json_put_bool(&body, "removed", true);
	towerd_json_close(&body, '}');
	put(txn, STORE_DEVICE, device->entity.number, NULL, &body);
}

void
persist_attribute(struct store_txn *txn, const struct device *device)
{
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '{');
	for (size_t i = 0; i < device->attribute_count; i++) {
		towerd_json_open(&body, device->attributes[i].name, '[');
		towerd_json_put_text(&body, NULL, device->attributes[i].value);
		towerd_json_put_int(&body, NULL, device->attributes[i].since_ms);
		towerd_json_close(&body, ']');
	}
	towerd_json_close(&body, '}');
	put(txn, STORE_DEVICE, device->entity.number, "attributes", &body);
}

void
persist_sensor(struct store_txn *txn, const struct sensor *sensor)
{
	if (txn == NULL)
		return;
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '[');
	towerd_json_put_uint(&body, NULL, sensor->device->entity.number);
	towerd_json_put_text(&body, NULL, catalogue_at(sensor->kind)->kind.name);
	towerd_json_put_text(&body, NULL, sensor->instance);
	towerd_json_put_text(&body, NULL, sensor->label);
	towerd_json_put_uint(&body, NULL, sensor->interval_s);
	if (sensor->is_retired)
		towerd_json_put_bool(&body, NULL, true);
	towerd_json_close(&body, ']');
	put(txn, STORE_SENSOR, sensor->entity.number, NULL, &body);
}
