/* SPDX-License-Identifier: ISC */
/* Sites: found by their id, placed in scopes and areas, with the states that people set. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"

const char *const admin_state_names[] = { "unknown", "locked", "shutting-down", "unlocked", NULL };
const char *const oper_state_names[] = { "unknown", "disabled", "enabled", "testing", NULL };
const char *const standby_state_names[] = { "unknown", "hot-standby", "cold-standby", "providing-service",
	NULL };
const char *const structural_names[] = { "unknown", "intact", "damaged", "destroyed", NULL };
const char *const clearance_names[] = { "none", "requested", "granted", "withdrawn", NULL };
const char *const service_names[] = { "unknown", "on-air", "degraded", "covered", "off-air", NULL };
const char *const site_kind_names[] = { "fixed", "portable", NULL };

static uint32_t
hash_of(const char *id)
{
	uint32_t hash = 2166136261u;
	for (; *id != '\0'; id++)
		hash = (hash ^ (uint8_t)*id) * 16777619u;
	return hash ^ hash >> 15;
}

static void
table_put(struct site **sites, uint32_t slots, struct site *site)
{
	uint32_t at = hash_of(site->id) & (slots - 1);
	while (sites[at] != NULL)
		at = (at + 1) & (slots - 1);
	sites[at] = site;
}

static int
table_grow(struct model *model)
{
	if (model->sites_known * 2 < model->site_slots)
		return 0;
	uint32_t slots = model->site_slots == 0 ? 64 : model->site_slots * 2;
	struct site **sites = calloc(slots, sizeof(struct site *));
	if (sites == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < model->site_slots; i++)
		if (model->sites[i] != NULL)
			table_put(sites, slots, model->sites[i]);
	free(model->sites);
	model->sites = sites;
	model->site_slots = slots;
	return 0;
}

struct site *
site_find(const struct model *model, const char *id, bool removed_too)
{
	if (model->site_slots == 0)
		return NULL;
	uint32_t at = hash_of(id) & (model->site_slots - 1);
	for (; model->sites[at] != NULL; at = (at + 1) & (model->site_slots - 1))
		if (strcmp(model->sites[at]->id, id) == 0)
			return model->sites[at]->is_removed && !removed_too ? NULL : model->sites[at];
	return NULL;
}

struct site *
model_site(const struct model *model, const char *id)
{
	return site_find(model, id, false);
}

size_t
model_site_count(const struct model *model)
{
	return model->site_count;
}

int
site_add(struct model *model, uint32_t number, const char *id, struct site **out)
{
	if (table_grow(model) < 0)
		return -ENOMEM;
	struct site *site = calloc(1, sizeof(*site));
	if (site == NULL)
		return -ENOMEM;
	site->entity = (struct entity){ number, ENTITY_SITE };
	site->kind = SITE_FIXED;
	site->admin = ADMIN_UNLOCKED;
	site->oper = OPER_UNKNOWN;
	site->standby = STANDBY_UNKNOWN;
	site->structural = STRUCTURAL_UNKNOWN;
	site->clearance = CLEARANCE_NONE;
	site->service = SERVICE_UNKNOWN;
	site->is_removed = true; /* until site_place() */
	const char **texts[] = { &site->id, &site->name, &site->area, &site->power_feeder, &site->depends_on,
		&site->covers };
	int rc = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && rc == 0; i++)
		rc = model_text(model, texts[i], i == 0 ? id : "");
	if (rc == 0)
		rc = numbers_place(model, &site->entity);
	if (rc < 0) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			intern_drop(model->intern, *texts[i]);
		free(site);
		return rc;
	}
	table_put(model->sites, model->site_slots, site);
	model->sites_known++;
	*out = site;
	return 0;
}

int
site_place(struct model *model, struct site *site)
{
	for (uint32_t at = ENTITY_BLOCK(site->entity.number); at != 0; at = model->blocks[at].after)
		if (scopes_set_block(model->scopes, at, site->entity.number, site->area) < 0)
			return -ENOMEM;
	if (area_move(model, site, site->area) < 0)
		return -ENOMEM;
	if (site->is_removed) {
		site->is_removed = false;
		model->site_count++;
	}
	int rc = groups_place(model, site);
	return rc < 0 ? rc : paths_place(model, site);
}

void
site_unplace(struct model *model, struct site *site)
{
	if (site->is_removed)
		return;
	site->is_removed = true;
	model->site_count--;
	area_move(model, site, NULL);
	groups_unplace(model, site);
	paths_unplace(model, site);
	for (uint32_t at = ENTITY_BLOCK(site->entity.number); at != 0; at = model->blocks[at].after)
		scopes_drop_block(model->scopes, at);
}

void
model_set_severity(struct model *model, struct site *site, int worst, uint32_t count)
{
	site->alarm_count = count;
	if (site->worst_severity == worst)
		return;
	site->worst_severity = (uint8_t)worst;
	service_derive(model, site);
}

void
model_set_tickets(struct model *model, struct site *site, uint32_t open, uint32_t verifying)
{
	bool was_verifying = site->verifying > 0;
	site->open_tickets = open;
	site->verifying = verifying;
	if (was_verifying != (verifying > 0))
		MODEL_TELL(model, pace, site);
}

void
model_set_on_battery(struct model *model, struct site *site, bool is_on_battery)
{
	if (site->is_on_battery == is_on_battery)
		return;
	site->is_on_battery = is_on_battery;
	MODEL_TELL(model, pace, site);
}

/* A state that a person sets: applied when its commit is durable. */
struct setting {
	struct model *model;
	uint32_t site;
	size_t offset;
	uint8_t value;
	int64_t until_ms;
	model_done_fn *done;
	void *arg;
};

static void
apply(const struct setting *setting)
{
	struct entity *entity = numbers_find(setting->model, setting->site);
	if (entity == NULL)
		return;
	struct site *site = (struct site *)(void *)entity;
	((uint8_t *)site)[setting->offset] = setting->value;
	if (setting->offset == offsetof(struct site, clearance))
		site->clearance_until_ms = setting->until_ms;
	if (site->is_removed)
		return;
	service_derive(setting->model, site);
	MODEL_TELL(setting->model, site, site, false);
}

static void
setting_done(void *arg, int rc, bool final)
{
	struct setting *setting = arg;
	(void) final; /* a promise is either kept or broken */
	if (rc == 0)
		apply(setting);
	if (setting->done != NULL)
		setting->done(setting->arg, rc);
	free(setting);
}

static int
set(const struct setting *want, const struct site *site, const char *word, const char *value,
    const char *actor, const char *reason)
{
	struct model *model = want->model;
	struct setting *setting = malloc(sizeof(*setting));
	if (setting == NULL)
		return -ENOMEM;
	*setting = *want;
	setting->site = site->entity.number;
	if (model->store == NULL) {
		setting_done(setting, 0, true);
		return 0;
	}
	char type[32], key[PERSIST_KEY];
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_text(&body, "state", value);
	if (want->until_ms != 0)
		towerd_json_put_int(&body, "until", want->until_ms);
	if (reason != NULL)
		towerd_json_put_text(&body, "reason", reason);
	towerd_json_close(&body, '}');
	const char *text = towerd_json_done(&body);
	if (text == NULL) {
		free(setting);
		return -ENOMEM;
	}
	struct store_txn *txn = store_begin(model->store);
	snprintf(type, sizeof(type), "site.%s", word);
	store_journal(txn, type, actor, site->id, text);
	persist_key(key, site->entity.number, word);
	store_put(txn, STORE_SITE, key, text, strlen(text));
	towerd_json_fini(&body);
	int rc = store_submit(txn, STORE_PROMISE, setting_done, setting);
	if (rc < 0)
		free(setting);
	return rc;
}

int
model_set_admin(struct model *model, struct site *site, enum admin_state state, const char *actor,
    model_done_fn *done, void *arg)
{
	if (state < ADMIN_UNKNOWN || state > ADMIN_UNLOCKED)
		return -EINVAL;
	struct setting want = { .model = model,
		.offset = offsetof(struct site, admin),
		.value = (uint8_t)state,
		.done = done,
		.arg = arg };
	return set(&want, site, "admin", admin_state_names[state - 1], actor, NULL);
}

int
model_set_structural(struct model *model, struct site *site, enum structural state, const char *actor,
    model_done_fn *done, void *arg)
{
	if (state < STRUCTURAL_UNKNOWN || state > STRUCTURAL_DESTROYED)
		return -EINVAL;
	struct setting want = { .model = model,
		.offset = offsetof(struct site, structural),
		.value = (uint8_t)state,
		.done = done,
		.arg = arg };
	return set(&want, site, "structural", structural_names[state - 1], actor, NULL);
}

int
model_set_clearance(struct model *model, struct site *site, enum clearance state, int64_t until_ms,
    const char *actor, const char *reason, model_done_fn *done, void *arg)
{
	if (state < CLEARANCE_NONE || state > CLEARANCE_WITHDRAWN || until_ms < 0)
		return -EINVAL;
	struct setting want = { .model = model,
		.offset = offsetof(struct site, clearance),
		.value = (uint8_t)state,
		.until_ms = until_ms,
		.done = done,
		.arg = arg };
	return set(&want, site, "clearance", clearance_names[state - 1], actor, reason);
}
