/* SPDX-License-Identifier: ISC */
/* towerdIdentityTable: the boxes that stood in each slot, and the one that stands there now. */
#include <string.h>

#include "agent/model/identity_inside.h"

enum box_state { BOX_CURRENT = 1, BOX_FORMER, BOX_PROPOSED };
static const char *const box_state_names[] = { "current", "former", "proposed", NULL };

/* row->mark: the box's position in its ledger. */
static bool
stand(struct view_row *row, const struct device *device, size_t at)
{
	row->object = device;
	row->mark = at;
	row->key[0] = device->site->entity.number;
	row->key[1] = device->entity.number;
	row->key[2] = device->identity->boxes[at].number;
	row->key_len = 3;
	return true;
}

static bool
stand_at_next(const struct model *model, struct view_row *row, struct order_key at, bool inclusive)
{
	const struct device *device = order_seek(model->identities->ledgers, row->scope, at, inclusive, &at);
	return device != NULL && stand(row, device, 0);
}

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct model *model = view->arg;
	uint32_t least[3];

	if (!view_key_bound(key, key_len, inclusive, least, 3))
		return false;
	struct order_key at = { .hi = (uint64_t)least[0] << 32 | least[1] };
	const struct device *device = order_seek(model->identities->ledgers, row->scope, at, true, &at);
	if (device == NULL)
		return false;
	if (at.hi != ((uint64_t)least[0] << 32 | least[1]))
		return stand(row, device, 0);
	for (size_t i = 0; i < device->identity->count; i++)
		if (device->identity->boxes[i].number >= least[2])
			return stand(row, device, i);
	return stand_at_next(model, row, at, false);
}

static bool
next(const struct view *view, struct view_row *row)
{
	const struct device *device = row->object;

	if (row->mark + 1 < device->identity->count)
		return stand(row, device, row->mark + 1);
	return stand_at_next(view->arg, row, identity_key(device), false);
}

static const struct identity_box *
box_of(const struct view_row *row)
{
	return &((const struct device *)row->object)->identity->boxes[row->mark];
}

static struct towerd_value
number(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = box_of(row)->number };
}

static struct towerd_value
site_number(const struct view_row *row)
{
	const struct device *device = row->object;
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = device->site->entity.number };
}

static struct towerd_value
text(const char *value)
{
	return towerd_bytes(TOWERD_TEXT, value, strlen(value));
}

static struct towerd_value
site(const struct view_row *row)
{
	return text(((const struct device *)row->object)->site->id);
}

/* While the last one is proposed, the one before it that is news against is the current one. */
static struct towerd_value
state(const struct view_row *row)
{
	const struct device *device = row->object;
	const struct identity *id = device->identity;
	bool is_last = row->mark + 1 == id->count, is_held = identity_is_held(device);
	enum box_state is = is_last                           ? (is_held ? BOX_PROPOSED : BOX_CURRENT)
	    : is_held && box_of(row)->number == id->reference ? BOX_CURRENT
							      : BOX_FORMER;
	return towerd_int(TOWERD_ENUM, is);
}

static struct towerd_value
sys_object_id(const struct view_row *row)
{
	return text(box_of(row)->fields[IDENTITY_SYS_OBJECT_ID]);
}

static struct towerd_value
serial(const struct view_row *row)
{
	return text(box_of(row)->fields[IDENTITY_SERIAL]);
}

static struct towerd_value
engine_id(const struct view_row *row)
{
	return text(box_of(row)->fields[IDENTITY_ENGINE_ID]);
}

static struct towerd_value
address(const struct view_row *row)
{
	return text(box_of(row)->fields[IDENTITY_ADDRESS]);
}

static struct towerd_value
since(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, box_of(row)->since_ms);
}

static struct towerd_value
accepted_by(const struct view_row *row)
{
	return text(box_of(row)->by);
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdIdentitySiteNumber", TOWERD_UNSIGNED, .get = site_number,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdIdentityDeviceNumber", TOWERD_UNSIGNED,
	    VIEW_FIELD(struct device, entity.number), VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdIdentityBox", TOWERD_UNSIGNED, .get = number, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(4, "towerdIdentitySite", TOWERD_TEXT, .get = site),
	VIEW_COLUMN(5, "towerdIdentitySlot", TOWERD_TEXT, VIEW_TEXT(struct device, slot)),
	VIEW_COLUMN(6, "towerdIdentityState", TOWERD_ENUM, .get = state, VIEW_NAMES(box_state_names)),
	VIEW_COLUMN(7, "towerdIdentitySysObjectId", TOWERD_TEXT, .get = sys_object_id),
	VIEW_COLUMN(8, "towerdIdentitySerial", TOWERD_TEXT, .get = serial),
	VIEW_COLUMN(
	    9, "towerdIdentityEngineId", TOWERD_TEXT, .get = engine_id, VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(
	    10, "towerdIdentityAddress", TOWERD_TEXT, .get = address, VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(11, "towerdIdentitySince", TOWERD_DATE, .get = since),
	VIEW_COLUMN(12, "towerdIdentityAcceptedBy", TOWERD_TEXT, .get = accepted_by,
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
};

const struct view identity_view = { .name = "towerdIdentityTable",
	.title = "boxes",
	.oid = ".1.1.6.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
