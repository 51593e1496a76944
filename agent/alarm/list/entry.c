/* SPDX-License-Identifier: ISC */
/*
 * Entries of the list: made, named, found, and held in every index that shows them. Active ones stand in the tables of alarms and in their
 * place; cleared ones in the key's table and in the order of all, until they are purged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/text.h"

/* Types are told apart by name: the rows of one name are one type to whoever raises it. */
static uint64_t
key_hash(uint32_t resource, const char *type, const char *qualifier)
{
	return hash_text(hash_text(hash_number(resource), type), qualifier);
}

struct entry *
entry_find_any(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier)
{
	uint64_t hash = key_hash(resource, type, qualifier);
	for (struct link *l = table_first(&alarms->by_key, hash); l != NULL; l = table_next(l)) {
		struct entry *e = LINKED(l, struct entry, by_key);
		if (e->alarm.resource == resource && strcmp(e->alarm.type->name, type) == 0 &&
		    strcmp(e->alarm.qualifier, qualifier) == 0)
			return e;
	}
	return NULL;
}

static struct entry *
find_active(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier)
{
	struct entry *e = entry_find_any(alarms, resource, type, qualifier);
	return e != NULL && e->alarm.severity > TOWERD_CLEARED ? e : NULL;
}

struct entry *
entry_find(
    const struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier)
{
	return find_active(alarms, resource, type->name, qualifier);
}

const struct alarm *
alarm_find(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier)
{
	struct entry *e = find_active(alarms, resource, type, qualifier != NULL ? qualifier : "");
	return e != NULL ? &e->alarm : NULL;
}

struct entry *
entry_at(const struct alarms *alarms, uint64_t number)
{
	struct entry *e = order_get(alarms->all, alarm_number_key(number));
	return e != NULL && e->alarm.number == number ? e : NULL;
}

const struct alarm *
alarm_at(const struct alarms *alarms, uint64_t number)
{
	const struct entry *e = entry_at(alarms, number);
	return e != NULL ? &e->alarm : NULL;
}

struct place *
place_of(struct alarms *alarms, uint32_t site, bool make)
{
	uint64_t hash = hash_number(site);
	for (struct link *l = table_first(&alarms->places, hash); l != NULL; l = table_next(l))
		if (LINKED(l, struct place, by_number)->site == site)
			return LINKED(l, struct place, by_number);
	if (!make)
		return NULL;
	struct place *place = calloc(1, sizeof(*place));
	if (place == NULL || table_insert(&alarms->places, hash, &place->by_number) < 0) {
		free(place);
		return NULL;
	}
	place->site = site;
	return place;
}

static int
counts_worst(const uint32_t *counts)
{
	for (int s = TOWERD_CRITICAL; s > TOWERD_CLEARED; s--)
		if (counts[s] > 0)
			return s;
	return 0;
}

void
place_report(struct alarms *alarms, const struct place *place)
{
	struct site *site = place->site != 0 ? model_site_of(alarms->model, place->site) : NULL;
	uint32_t count = 0;

	if (site == NULL)
		return;
	for (int s = TOWERD_INDETERMINATE; s <= TOWERD_CRITICAL; s++)
		count += place->counts[s];
	model_set_severity(alarms->model, site, counts_worst(place->counts), count);
	model_set_on_battery(alarms->model, site, place->reserves > 0);
}

/* Whose the resource is, and what they are called. */
static int
entry_name(struct alarms *alarms, struct entry *e)
{
	struct entity *entity = model_entity(alarms->model, e->alarm.resource);
	const struct group *group = model_group_of(alarms->model, e->alarm.resource);
	struct device *device = NULL;

	if (entity != NULL && entity->kind_of == ENTITY_SENSOR)
		device = ((struct sensor *)entity)->device;
	else if (entity != NULL && entity->kind_of == ENTITY_DEVICE)
		device = (struct device *)entity;
	struct site *site = device != NULL ? device->site : model_site_of(alarms->model, e->alarm.resource);
	e->alarm.device = device != NULL ? device->entity.number : 0;
	e->alarm.site = site != NULL ? site->entity.number : 0;
	e->site_id = intern_take(alarms->texts, site != NULL ? site->id : "");
	e->area = intern_take(alarms->texts,
	    group != NULL                            ? group->area
		: site != NULL && site->area != NULL ? site->area
						     : "");
	e->slot = intern_take(alarms->texts,
	    device != NULL      ? device->slot
		: group != NULL ? group->name
				: "");
	return e->site_id != NULL && e->area != NULL && e->slot != NULL ? 0 : -ENOMEM;
}

void
entry_free(struct alarms *alarms, struct entry *e)
{
	if (e == NULL)
		return;
	const char *const texts[] = { e->site_id, e->area, e->slot, e->silence, e->alarm.qualifier,
		e->alarm.text, e->alarm.operator_name, e->alarm.operator_note };
	throttle_forget(e);
	chattering_forget(alarms, e);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		intern_drop(alarms->texts, texts[i]);
	histories_free(alarms, e);
	free(e->told);
	free(e);
}

struct entry *
entry_new(struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier)
{
	struct entry *e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	LIST_INIT(&e->effects);
	e->heard_ms = INT64_MIN;
	e->alarm.resource = resource;
	e->alarm.type = type;
	e->alarm.model = alarm_models_number(&alarms->models, type);
	e->alarm.severity = TOWERD_CLEARED;
	e->alarm.operator_state = OPERATOR_NONE;
	e->alarm.qualifier = intern_take(alarms->texts, qualifier);
	if (e->alarm.qualifier == NULL || entry_name(alarms, e) < 0) {
		entry_free(alarms, e);
		return NULL;
	}
	return e;
}

int
entry_set_text(struct alarms *alarms, struct entry *e, const char *text)
{
	char clean[ALARM_TEXT_MAX + 1];
	const char *copy = intern_take(alarms->texts, text_clean(clean, sizeof(clean), text));
	if (copy == NULL)
		return -ENOMEM;
	intern_drop(alarms->texts, e->alarm.text);
	e->alarm.text = copy;
	return 0;
}

void
entry_set_operator(struct alarms *alarms, struct entry *e, enum operator_state state, const char *name,
    const char *note, int64_t at_ms)
{
	struct alarm *a = &e->alarm;

	intern_drop(alarms->texts, a->operator_name);
	intern_drop(alarms->texts, a->operator_note);
	a->operator_state = (uint8_t)state;
	a->operator_name = name != NULL ? intern_take(alarms->texts, name) : NULL;
	a->operator_note = note != NULL ? intern_take(alarms->texts, note) : NULL;
	a->operator_ms = at_ms;
}

/* Whose scope decides who sees it there: what speaks of sites everywhere is for readers who see them all. */
static uint32_t
entity_of(const struct entry *e)
{
	return flooding_is(e) ? UINT32_MAX : e->alarm.resource;
}

/* In and out of the orders of the tables; the key of the row is that of active_ms and active_index. */
static int
rows_insert(struct alarms *alarms, struct entry *e)
{
	const struct alarm *a = &e->alarm;
	if (order_insert(alarms->active, alarm_time_key(a->active_ms, a->active_index), entity_of(e), e) < 0)
		return -ENOMEM;
	if (order_insert(alarms->by_index, alarm_index_key(a->active_index), entity_of(e), e) < 0) {
		order_remove(alarms->active, alarm_time_key(a->active_ms, a->active_index));
		return -ENOMEM;
	}
	return 0;
}

static void
rows_remove(struct alarms *alarms, int64_t active_ms, uint32_t active_index)
{
	order_remove(alarms->active, alarm_time_key(active_ms, active_index));
	order_remove(alarms->by_index, alarm_index_key(active_index));
}

static void
counts_move(struct alarms *alarms, struct place *place, int from, int to)
{
	place->counts[from] -= from > TOWERD_CLEARED;
	alarms->total.counts[from] -= from > TOWERD_CLEARED;
	place->counts[to] += to > TOWERD_CLEARED;
	alarms->total.counts[to] += to > TOWERD_CLEARED;
	place_report(alarms, place);
}

int
entry_activate(struct alarms *alarms, struct entry *e)
{
	struct alarm *a = &e->alarm;
	struct place *place = place_of(alarms, a->site, true);

	if (place == NULL || rows_insert(alarms, e) < 0)
		return -ENOMEM;
	if (order_insert(alarms->by_number, alarm_number_key(a->number), entity_of(e), e) < 0) {
		rows_remove(alarms, a->active_ms, a->active_index);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&place->entries, e, in_place);
	place->reserves += a->type->is_reserve;
	counts_move(alarms, place, TOWERD_CLEARED, a->severity);
	return 0;
}

int
entry_index(struct alarms *alarms, struct entry *e)
{
	struct alarm *a = &e->alarm;
	struct order_key number = alarm_number_key(a->number);

	if (order_insert(alarms->all, number, entity_of(e), e) < 0)
		return -ENOMEM;
	if (table_insert(&alarms->by_key, key_hash(a->resource, a->type->name, a->qualifier), &e->by_key) <
	    0) {
		order_remove(alarms->all, number);
		return -ENOMEM;
	}
	e->is_indexed = true;
	operated_index(alarms, e);
	if (a->severity == TOWERD_CLEARED) {
		ended_add(alarms, e);
		return 0;
	}
	int rc = entry_activate(alarms, e);
	if (rc < 0) {
		order_remove(alarms->all, number);
		table_remove(&alarms->by_key, &e->by_key);
		e->is_indexed = false;
	}
	return rc;
}

void
entry_deactivate(struct alarms *alarms, struct entry *e)
{
	const struct alarm *a = &e->alarm;
	struct place *place = place_of(alarms, a->site, false);

	rows_remove(alarms, a->active_ms, a->active_index);
	order_remove(alarms->by_number, alarm_number_key(a->number));
	LIST_REMOVE(e, in_place);
	place->reserves -= a->type->is_reserve;
	counts_move(alarms, place, a->severity, TOWERD_CLEARED);
}

int
entry_move(struct alarms *alarms, struct entry *e, int severity, int64_t active_ms)
{
	struct alarm *a = &e->alarm;
	int64_t old_ms = a->active_ms;
	uint32_t old_index = a->active_index;
	int previous = a->severity;

	a->active_ms = active_ms;
	a->active_index = alarm_numbers_next_index(alarms);
	if (rows_insert(alarms, e) < 0) {
		a->active_ms = old_ms;
		a->active_index = old_index;
		return -ENOMEM;
	}
	rows_remove(alarms, old_ms, old_index);
	a->severity = (uint8_t)severity;
	counts_move(alarms, place_of(alarms, a->site, false), previous, severity);
	return 0;
}

void
entry_remove(struct alarms *alarms, struct entry *e)
{
	struct entry *effect;

	ended_remove(alarms, e);
	expiry_forget(alarms, e);
	deadline_clear(alarms->waits, &e->wait);
	entry_set_cause(alarms, e, NULL);
	while ((effect = LIST_FIRST(&e->effects)) != NULL)
		entry_set_cause(alarms, effect, NULL);
	for (unsigned a = 0; a < e->told_size; a++)
		audience_drop(alarms, e, a);
	order_remove(alarms->operated, alarm_number_key(e->alarm.number));
	order_remove(alarms->all, alarm_number_key(e->alarm.number));
	table_remove(&alarms->by_key, &e->by_key);
	entry_free(alarms, e);
}

size_t
alarms_active_count(const struct alarms *alarms)
{
	return order_count(alarms->by_number, scopes_all(alarms->scopes));
}

int
alarms_worst(const struct alarms *alarms, const struct site *site, bool (*but)(const struct alarm *alarm))
{
	const struct place *place = place_of((struct alarms *)alarms, site->entity.number, false);
	const struct entry *e;
	int worst = 0;

	if (place == NULL)
		return 0;
	if (but == NULL)
		return counts_worst(place->counts);
	for (e = LIST_FIRST(&place->entries); e != NULL; e = LIST_NEXT(e, in_place))
		if (e->alarm.severity > worst && !but(&e->alarm))
			worst = e->alarm.severity;
	return worst;
}

int
alarms_each_at(const struct alarms *alarms, const struct site *site,
    int (*fn)(void *arg, const struct alarm *alarm), void *arg)
{
	const struct place *place = place_of((struct alarms *)alarms, site->entity.number, false);
	const struct entry *e;
	int rc = 0;

	if (place == NULL)
		return 0;
	for (e = LIST_FIRST(&place->entries); e != NULL; e = LIST_NEXT(e, in_place))
		if ((rc = fn(arg, &e->alarm)) != 0)
			break;
	return rc;
}

bool
fault_is(const struct alarm *alarm)
{
	return alarm->device != 0 && alarm->resource == alarm->device && !alarm->type->is_computed &&
	    !alarm->type->is_manual;
}
