/* SPDX-License-Identifier: ISC */
/*
 * Positions, by site: what the inventory gives and what the tower itself said last, which comes first. Nothing but this file sees their
 * numbers, and nothing but position_get() hands them out.
 */
#include "agent/model/position.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/inside.h"

#define GIVEN "given"

struct place {
	uint32_t site;
	bool has_given, has_live;
	struct towerd_position given, live;
};

struct positions {
	struct skip *by_site;
};

static int
compare_place(const void *item, const void *key)
{
	const struct place *place = item;
	uint32_t site = *(const uint32_t *)key;
	return place->site == site ? 0 : place->site < site ? -1 : 1;
}

int
positions_init(struct model *model)
{
	model->positions = calloc(1, sizeof(*model->positions));
	if (model->positions == NULL)
		return -ENOMEM;
	model->positions->by_site = skip_new(compare_place);
	return model->positions->by_site == NULL ? -ENOMEM : 0;
}

void
positions_free(struct model *model)
{
	if (model->positions == NULL)
		return;
	struct skip *by_site = model->positions->by_site;
	for (struct place *place; by_site != NULL && (place = skip_first(by_site)) != NULL;) {
		skip_remove(by_site, &place->site);
		free(place);
	}
	skip_free(by_site);
	free(model->positions);
}

static bool
is_on_earth(const struct towerd_position *p)
{
	return p->latitude_e7 >= -900000000 && p->latitude_e7 <= 900000000 &&
	    p->longitude_e7 >= -1800000000 && p->longitude_e7 <= 1800000000;
}

static bool
is_same(const struct towerd_position *a, const struct towerd_position *b)
{
	return a->latitude_e7 == b->latitude_e7 && a->longitude_e7 == b->longitude_e7 &&
	    a->altitude_m == b->altitude_m && a->accuracy_m == b->accuracy_m;
}

int
position_place(struct model *model, uint32_t site, bool is_given, const struct towerd_position *position)
{
	struct skip *by_site = model->positions->by_site;
	struct place *place = skip_get(by_site, &site);
	if (place == NULL && position == NULL)
		return 0;
	if (place == NULL) {
		place = calloc(1, sizeof(*place));
		if (place == NULL)
			return -ENOMEM;
		place->site = site;
		if (skip_insert(by_site, &site, place) < 0) {
			free(place);
			return -ENOMEM;
		}
	}
	*(is_given ? &place->has_given : &place->has_live) = position != NULL;
	if (position != NULL)
		*(is_given ? &place->given : &place->live) = *position;
	return 0;
}

bool
position_given(const struct model *model, uint32_t site, struct towerd_position *out)
{
	const struct place *place = skip_get(model->positions->by_site, &site);
	if (place == NULL || !place->has_given)
		return false;
	*out = place->given;
	return true;
}

void
position_write(struct store_txn *txn, uint32_t site, bool is_given, const struct towerd_position *p)
{
	char key[PERSIST_KEY];
	persist_key(key, site, is_given ? GIVEN : NULL);
	if (p == NULL) {
		store_delete(txn, STORE_POSITION, key);
		return;
	}
	struct towerd_json_writer body = { 0 };
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_int(&body, "lat_e7", p->latitude_e7);
	towerd_json_put_int(&body, "lon_e7", p->longitude_e7);
	towerd_json_put_int(&body, "alt_m", p->altitude_m);
	towerd_json_put_int(&body, "accuracy_m", p->accuracy_m);
	towerd_json_put_int(&body, "t", p->device_ms);
	towerd_json_close(&body, '}');
	const char *text = towerd_json_done(&body);
	if (text != NULL)
		store_put(txn, STORE_POSITION, key, text, strlen(text));
	towerd_json_fini(&body);
}

static int
number_of(const struct towerd_json *row, const char *key, int32_t *out)
{
	int64_t value;
	int rc = towerd_json_int(towerd_json_get(row, key), &value);
	if (rc < 0 || value < INT32_MIN || value > INT32_MAX)
		return -EUCLEAN;
	*out = (int32_t)value;
	return 0;
}

int
position_load(struct model *model, const char *key, const char *body, size_t len)
{
	char error[128], *end;
	uint32_t site = (uint32_t)strtoul(key, &end, 16);
	struct towerd_position p = { .size = sizeof(p) };
	struct towerd_json *row = towerd_json_parse(body, len, error, sizeof(error));
	if (row == NULL)
		return -EUCLEAN;
	int rc = number_of(row, "lat_e7", &p.latitude_e7);
	if (rc == 0)
		rc = number_of(row, "lon_e7", &p.longitude_e7);
	if (rc == 0)
		rc = number_of(row, "alt_m", &p.altitude_m);
	if (rc == 0)
		rc = number_of(row, "accuracy_m", &p.accuracy_m);
	if (rc == 0)
		rc = towerd_json_int(towerd_json_get(row, "t"), &p.device_ms) < 0 || !is_on_earth(&p)
		    ? -EUCLEAN
		    : 0;
	towerd_json_free(row);
	return rc < 0 ? rc : position_place(model, site, *end == '.', &p);
}

int
position_set(struct model *model, uint32_t entity, const struct towerd_position *position)
{
	const struct site *site = model_site_of(model, entity);
	if (site == NULL)
		return -ENOENT;
	if (!is_on_earth(position))
		return -EINVAL;
	uint32_t number = site->entity.number;
	const struct place *known = skip_get(model->positions->by_site, &number);
	bool is_news = known == NULL || !known->has_live || !is_same(&known->live, position);
	int rc = position_place(model, number, false, position);
	struct store_txn *txn = rc < 0 || !is_news ? NULL : persist_later(model);
	if (txn != NULL)
		position_write(txn, number, false, position);
	return rc;
}

bool
position_get(const struct model *model, uint32_t site, const struct scope *scope, struct towerd_position *out)
{
	if (!scope_may_locate(scope) || !scope_has_entity(scope, site))
		return false;
	const struct place *place = skip_get(model->positions->by_site, &site);
	if (place == NULL || (!place->has_live && !place->has_given))
		return false;
	*out = place->has_live ? place->live : place->given;
	return true;
}
