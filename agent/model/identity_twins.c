/* SPDX-License-Identifier: ISC */
/* All ledgers in order: by slot for their table, by what the boxes call themselves for those that should be one and stand in two slots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/identity_inside.h"

#define WALK_MAX 64 /* slots of one text that are looked at: more of one address stand at no site */

int
identities_init(struct model *model)
{
	model->identities = calloc(1, sizeof(*model->identities));
	if (model->identities == NULL)
		return -ENOMEM;
	model->identities->ledgers = order_new(model->scopes);
	model->identities->twins = order_new(model->scopes);
	return model->identities->ledgers != NULL && model->identities->twins != NULL ? 0 : -ENOMEM;
}

void
identities_free(struct model *model)
{
	if (model->identities == NULL)
		return;
	order_free(model->identities->ledgers);
	order_free(model->identities->twins);
	free(model->identities);
}

struct order_key
identity_key(const struct device *device)
{
	return (
	    struct order_key){ .hi = (uint64_t)device->site->entity.number << 32 | device->entity.number };
}

/* FNV-1a */
static uint64_t
hash_on(uint64_t hash, const char *text)
{
	for (;; text++) {
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
		if (*text == '\0')
			return hash;
	}
}

/* 0: no such text. A serial number means something within one make. */
static uint64_t
twin_key(const struct identity_box *box, enum identity_field field)
{
	uint64_t hash = hash_on(0xcbf29ce484222325u + field, box->fields[field]);

	if (field == IDENTITY_SYS_OBJECT_ID || box->fields[field][0] == '\0' ||
	    (field == IDENTITY_SERIAL && box->fields[IDENTITY_SYS_OBJECT_ID][0] == '\0'))
		return 0;
	if (field == IDENTITY_SERIAL)
		hash = hash_on(hash, box->fields[IDENTITY_SYS_OBJECT_ID]);
	return hash == 0 ? 1 : hash;
}

/* Two boxes of one key have one text, but for a clash of hashes. */
static bool
is_one(const struct identity_box *a, const struct identity_box *b, enum identity_field field)
{
	return strcmp(a->fields[field], b->fields[field]) == 0 &&
	    (field != IDENTITY_SERIAL ||
		strcmp(a->fields[IDENTITY_SYS_OBJECT_ID], b->fields[IDENTITY_SYS_OBJECT_ID]) == 0);
}

static bool
is_at_one_address(const struct device *a, const struct device *b)
{
	return a->address[0] != '\0' && strcmp(a->address, b->address) == 0;
}

static void
take(struct identity_twins *out, struct device *device)
{
	for (size_t i = 0; i < out->count; i++)
		if (is_at_one_address(out->devices[i], device))
			return;
	if (out->count == IDENTITY_TWINS)
		out->more = true;
	else
		out->devices[out->count++] = device;
}

/* Those whose key is `key`, judged by the box of the first of them. */
static void
twins_find(const struct model *model, uint64_t key, enum identity_field field, struct identity_twins *out)
{
	struct order_key at = { .hi = key };
	struct device *device;
	const struct identity_box *first = NULL;
	bool is_all_told = field == IDENTITY_SERIAL; /* by their engine IDs already */

	*out = (struct identity_twins){ .field = field, .value = "" };
	for (int i = 0; i < WALK_MAX && !out->more; i++) {
		device = order_seek(model->identities->twins, scopes_all(model->scopes), at, i == 0, &at);
		if (device == NULL || at.hi != key)
			break;
		const struct identity_box *box = identity_last(device->identity);
		if (first == NULL) {
			first = box;
			out->value = box->fields[field];
		}
		if (!is_one(first, box, field))
			continue;
		if (i == 1)
			out->next = device;
		is_all_told = is_all_told && box->fields[IDENTITY_ENGINE_ID][0] != '\0' &&
		    is_one(first, box, IDENTITY_ENGINE_ID);
		take(out, device);
	}
	if (is_all_told && out->count > 1)
		out->count = 1;
}

static void
twins_tell(struct model *model, uint64_t key, enum identity_field field, struct device *left)
{
	struct identity_twins twins;

	twins_find(model, key, field, &twins);
	twins.left = left;
	if (twins.count > 0 || left != NULL)
		MODEL_TELL(model, twins, &twins);
}

static void
place(struct identity *id, enum identity_field field, uint64_t key)
{
	struct order *twins = id->model->identities->twins;
	uint32_t number = id->device->entity.number;
	uint64_t before = id->twin_keys[field];

	if (before != 0)
		order_remove(twins, (struct order_key){ before, number });
	id->twin_keys[field] = 0;
	if (key != 0 && order_insert(twins, (struct order_key){ key, number }, 0, id->device) == 0)
		id->twin_keys[field] = key;
	if (before != 0 && before != key)
		twins_tell(id->model, before, field, id->device);
}

void
identity_relist(struct identity *id)
{
	if (!id->is_listed)
		return;
	for (int f = 0; f < IDENTITY_OWN; f++) {
		uint64_t key = twin_key(identity_last(id), (enum identity_field)f);
		if (key != id->twin_keys[f])
			place(id, (enum identity_field)f, key);
	}
	/* Also of a key that stayed: its address, or what else makes it the same, may have changed. */
	for (int f = 0; f < IDENTITY_OWN; f++)
		if (id->twin_keys[f] != 0)
			twins_tell(id->model, id->twin_keys[f], (enum identity_field)f, NULL);
}

void
identity_list(struct identity *id)
{
	struct device *device = id->device;

	if (!id->is_listed)
		id->is_listed = order_insert(id->model->identities->ledgers, identity_key(device),
				    device->entity.number, device) == 0;
}

void
identity_unlist(struct identity *id)
{
	if (!id->is_listed)
		return;
	for (int f = 0; f < IDENTITY_OWN; f++)
		place(id, (enum identity_field)f, 0);
	order_remove(id->model->identities->ledgers, identity_key(id->device));
	id->is_listed = false;
}

void
identity_twins(
    const struct model *model, struct device *device, enum identity_field field, struct identity_twins *out)
{
	*out = (struct identity_twins){ .field = field, .value = "" };
	if (device->identity != NULL && device->identity->twin_keys[field] != 0)
		twins_find(model, device->identity->twin_keys[field], field, out);
}

struct device *
identity_next(const struct model *model, const struct device *after)
{
	struct order_key at = { 0 };

	if (after != NULL)
		at = identity_key(after);
	return order_seek(model->identities->ledgers, scopes_all(model->scopes), at, false, &at);
}
