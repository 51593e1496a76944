/* SPDX-License-Identifier: ISC */
/* One alarm: found by its key, raised, changed, cleared; each transition in every index before it is announced. */
#include "agent/alarm/alarm.h"

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

static struct entry *
find(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier)
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

struct entry *
entry_find(
    const struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier)
{
	return find(alarms, resource, type->name, qualifier);
}

const struct alarm *
alarm_find(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier)
{
	struct entry *e = find(alarms, resource, type, qualifier != NULL ? qualifier : "");
	return e != NULL ? &e->alarm : NULL;
}

const struct alarm *
alarm_at(const struct alarms *alarms, uint64_t number)
{
	const struct entry *e = order_get(alarms->by_number, alarm_number_key(number));
	return e != NULL && e->alarm.number == number ? &e->alarm : NULL;
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

struct moment
moment_now(const struct alarms *alarms, int64_t device_ms)
{
	return (struct moment){ .device_ms = device_ms, .ours_ms = loop_utc_ms(alarms->loop) };
}

/* The device's word, unless it is too far from our own clock to be believed. */
static int64_t
moment_believed(struct alarms *alarms, const struct moment *m)
{
	if (m->device_ms == 0)
		return m->ours_ms;
	if (m->device_ms <= m->ours_ms + alarms->settings.future_ms &&
	    m->device_ms >= m->ours_ms - alarms->settings.past_ms)
		return m->device_ms;
	alarms->stats.disbelieved++;
	return m->ours_ms;
}

/* Whose the resource is, and what they are called. */
static int
entry_name(struct alarms *alarms, struct entry *e)
{
	struct entity *entity = model_entity(alarms->model, e->alarm.resource);
	struct device *device = NULL;

	if (entity != NULL && entity->kind_of == ENTITY_SENSOR)
		device = ((struct sensor *)entity)->device;
	else if (entity != NULL && entity->kind_of == ENTITY_DEVICE)
		device = (struct device *)entity;
	struct site *site = device != NULL ? device->site : model_site_of(alarms->model, e->alarm.resource);
	e->alarm.device = device != NULL ? device->entity.number : 0;
	e->alarm.site = site != NULL ? site->entity.number : 0;
	e->site_id = strdup(site != NULL ? site->id : "");
	e->area = strdup(site != NULL && site->area != NULL ? site->area : "");
	e->slot = strdup(device != NULL ? device->slot : "");
	return e->site_id != NULL && e->area != NULL && e->slot != NULL ? 0 : -ENOMEM;
}

void
entry_free(struct entry *e)
{
	if (e == NULL)
		return;
	throttle_forget(e);
	free(e->site_id);
	free(e->area);
	free(e->slot);
	free((char *)e->alarm.qualifier);
	free((char *)e->alarm.text);
	free((char *)e->alarm.acked_by);
	free(e);
}

struct entry *
entry_new(struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier)
{
	struct entry *e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->heard_ms = INT64_MIN;
	e->alarm.resource = resource;
	e->alarm.type = type;
	e->alarm.model = alarm_models_number(&alarms->models, type);
	e->alarm.qualifier = strdup(qualifier);
	if (e->alarm.qualifier == NULL || entry_name(alarms, e) < 0) {
		entry_free(e);
		return NULL;
	}
	return e;
}

int
entry_set_text(struct entry *e, const char *text)
{
	char clean[ALARM_TEXT_MAX + 1];
	char *copy = strdup(text_clean(clean, sizeof(clean), text));
	if (copy == NULL)
		return -ENOMEM;
	free((char *)e->alarm.text);
	e->alarm.text = copy;
	return 0;
}

/* In and out of the orders of the tables; the key of the row is that of active_ms and active_index. */
static int
rows_insert(struct alarms *alarms, struct entry *e)
{
	const struct alarm *a = &e->alarm;
	if (order_insert(alarms->active, alarm_time_key(a->active_ms, a->active_index), a->resource, e) < 0)
		return -ENOMEM;
	if (order_insert(alarms->by_index, alarm_index_key(a->active_index), a->resource, e) < 0) {
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

int
entry_index(struct alarms *alarms, struct entry *e)
{
	struct alarm *a = &e->alarm;
	struct place *place = place_of(alarms, a->site, true);

	if (place == NULL || rows_insert(alarms, e) < 0)
		return -ENOMEM;
	if (order_insert(alarms->by_number, alarm_number_key(a->number), a->resource, e) < 0) {
		rows_remove(alarms, a->active_ms, a->active_index);
		return -ENOMEM;
	}
	if (table_insert(&alarms->by_key, key_hash(a->resource, a->type->name, a->qualifier), &e->by_key) <
	    0) {
		order_remove(alarms->by_number, alarm_number_key(a->number));
		rows_remove(alarms, a->active_ms, a->active_index);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&place->entries, e, in_place);
	place->counts[a->severity]++;
	place->reserves += a->type->is_reserve;
	alarms->total.counts[a->severity]++;
	place_report(alarms, place);
	return 0;
}

static void
entry_unindex(struct alarms *alarms, struct entry *e)
{
	const struct alarm *a = &e->alarm;
	struct place *place = place_of(alarms, a->site, false);

	rows_remove(alarms, a->active_ms, a->active_index);
	order_remove(alarms->by_number, alarm_number_key(a->number));
	table_remove(&alarms->by_key, &e->by_key);
	expiry_forget(alarms, e);
	LIST_REMOVE(e, in_place);
	place->counts[a->severity]--;
	place->reserves -= a->type->is_reserve;
	alarms->total.counts[a->severity]--;
	place_report(alarms, place);
}

/* Stamps a transition and decides whether it is told. */
static bool
entry_step(struct alarms *alarms, struct entry *e, int previous, int64_t event_ms)
{
	struct alarm *a = &e->alarm;

	a->previous = (uint8_t)previous;
	a->changed_ms = loop_utc_ms(alarms->loop);
	a->changed_now_ms = loop_now_ms(alarms->loop);
	e->event_ms = event_ms;
	if (a->severity == TOWERD_CLEARED && a->type->is_event)
		return false;
	if (!throttle_allows(alarms, e)) {
		alarms->stats.throttled++;
		return false;
	}
	alarms->stats.told++;
	a->told_severity = a->severity;
	a->told_ms = a->changed_now_ms;
	return true;
}

/* When a row of alarmActiveTable came, changed or went: the tables' own clocks. */
static void
place_touch(struct alarms *alarms, uint32_t site, const struct alarm *a, enum towerd_alarm_event event)
{
	struct place *places[] = { &alarms->total, place_of(alarms, site, false) };

	for (size_t i = 0; i < 2 && places[i] != NULL; i++) {
		int64_t now = a->changed_now_ms > 0 ? a->changed_now_ms : 1; /* 0 says never */
		places[i]->last_change_ms = now;
		if (event == TOWERD_ALARM_RAISED)
			places[i]->last_raise_ms = now;
		if (event == TOWERD_ALARM_CLEARED)
			places[i]->last_clear_ms = now;
		places[i]->raised += event == TOWERD_ALARM_RAISED;
	}
}

static int
entry_raise(struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier,
    int severity, const char *text, const struct moment *moment)
{
	struct entry *e = entry_new(alarms, resource, type, qualifier);

	if (e == NULL || entry_set_text(e, text) < 0)
		goto lost;
	struct alarm *a = &e->alarm;
	a->severity = (uint8_t)severity;
	a->received_ms = moment->ours_ms;
	a->claimed_ms = moment->device_ms;
	e->expires_ms = moment->expires_ms;
	a->raised_ms = a->active_ms = moment_believed(alarms, moment);
	a->number = alarm_numbers_next_alarm(alarms);
	a->active_index = alarm_numbers_next_index(alarms);
	if (entry_index(alarms, e) < 0)
		goto lost;
	alarms->stats.raised++;
	bool is_told = entry_step(alarms, e, TOWERD_CLEARED, a->raised_ms);
	place_touch(alarms, a->site, a, TOWERD_ALARM_RAISED);
	if (!is_told)
		throttle_wait(alarms, e);
	return announce(alarms, e, "alarm.raise", TOWERD_ALARM_RAISED, is_told, ROW_PUT);
lost:
	entry_free(e);
	alarms->stats.overflow++;
	return -ENOMEM;
}

/* Another severity: the old row goes, a new one comes (RFC 3877, alarmActiveTable: a row is one state). */
static int
entry_change(struct alarms *alarms, struct entry *e, int severity, const struct moment *moment)
{
	struct alarm *a = &e->alarm;
	int64_t old_ms = a->active_ms;
	uint32_t old_index = a->active_index;
	int previous = a->severity;

	a->active_ms = moment_believed(alarms, moment);
	a->active_index = alarm_numbers_next_index(alarms);
	if (rows_insert(alarms, e) < 0) {
		a->active_ms = old_ms;
		a->active_index = old_index;
		alarms->stats.overflow++;
		return -ENOMEM;
	}
	rows_remove(alarms, old_ms, old_index);
	struct place *place = place_of(alarms, a->site, false);
	place->counts[previous]--;
	place->counts[severity]++;
	alarms->total.counts[previous]--;
	alarms->total.counts[severity]++;
	a->severity = (uint8_t)severity;
	place_report(alarms, place);
	if (severity > previous) { /* nobody has acknowledged what it has become */
		free((char *)a->acked_by);
		a->acked_by = NULL;
		a->acked_ms = 0;
	}
	alarms->stats.changed++;
	bool is_told = entry_step(alarms, e, previous, a->active_ms);
	place_touch(alarms, a->site, a, TOWERD_ALARM_CHANGED);
	if (!is_told)
		throttle_wait(alarms, e);
	return announce(alarms, e, "alarm.change", TOWERD_ALARM_CHANGED, is_told, ROW_PUT);
}

int
raise_at(struct alarms *alarms, uint32_t resource, const char *type_name, const char *qualifier, int severity,
    const char *text, const struct moment *moment)
{
	const struct alarm_type *type = alarm_type_find(type_name);
	char clean[ALARM_TEXT_MAX + 1];

	if (qualifier == NULL)
		qualifier = "";
	if (type == NULL || strlen(qualifier) > ALARM_QUALIFIER_MAX)
		return -EINVAL;
	if (severity == 0)
		severity = type->severity;
	if (severity < 0 || severity > TOWERD_CRITICAL || !(type->severities & (1u << severity)))
		return -EINVAL;
	if (resource != ENTITY_AGENT_NUMBER && model_entity(alarms->model, resource) == NULL)
		return -ENOENT;
	text_clean(clean, sizeof(clean), text != NULL ? text : type->description);

	struct entry *e = entry_find(alarms, resource, type, qualifier);
	if (e == NULL)
		return entry_raise(alarms, resource, type, qualifier, severity, clean, moment);
	e->expires_ms = moment->expires_ms;
	bool is_same_text = strcmp(e->alarm.text, clean) == 0;
	if (!is_same_text && entry_set_text(e, clean) < 0)
		return -ENOMEM;
	if (e->alarm.severity != severity)
		return entry_change(alarms, e, severity, moment);
	if (is_same_text)
		return 0;
	e->alarm.previous = e->alarm.severity;
	e->event_ms = moment_believed(alarms, moment);
	return announce(alarms, e, "alarm.change", TOWERD_ALARM_CHANGED, false, ROW_PUT);
}

int
alarm_raise(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier, int severity,
    const char *text, int64_t event_ms)
{
	struct moment moment = moment_now(alarms, event_ms);
	return raise_at(alarms, resource, type, qualifier, severity, text, &moment);
}

int
entry_clear(struct alarms *alarms, struct entry *e, const char *text, const struct moment *moment)
{
	struct alarm *a = &e->alarm;
	int previous = a->severity;

	entry_unindex(alarms, e);
	if (text != NULL)
		(void)entry_set_text(
		    e, text); /* without memory the old text stays, which is no worse than none */
	e->is_gone = true;
	a->severity = TOWERD_CLEARED;
	alarms->stats.cleared++;
	bool was_told = a->told_severity > TOWERD_CLEARED;
	bool is_told = entry_step(alarms, e, previous, moment_believed(alarms, moment));
	place_touch(alarms, a->site, a, TOWERD_ALARM_CLEARED);
	if (cleared_add(alarms, e) < 0)
		alarms->stats.overflow++;
	bool waits = !is_told && was_told && !a->type->is_event;
	if (waits)
		throttle_wait(alarms, e);
	int rc =
	    announce(alarms, e, "alarm.clear", TOWERD_ALARM_CLEARED, is_told, waits ? ROW_PUT : ROW_DELETE);
	if (!waits)
		entry_free(e);
	return rc;
}

int
entry_clear_now(struct alarms *alarms, struct entry *e, const char *text)
{
	struct moment moment = moment_now(alarms, 0);
	return entry_clear(alarms, e, text, &moment);
}

int
alarm_clear(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier,
    const char *text, int64_t event_ms)
{
	struct entry *e = find(alarms, resource, type, qualifier != NULL ? qualifier : "");
	struct moment moment = moment_now(alarms, event_ms);
	return e != NULL ? entry_clear(alarms, e, text, &moment) : 0;
}

size_t
alarms_active_count(const struct alarms *alarms)
{
	return alarms->by_key.count;
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
