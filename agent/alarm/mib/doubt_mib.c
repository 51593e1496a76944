/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdDoubtTable, why the list of active alarms may be wrong now. How many devices it concerns is for those alone who see all. */
#include "agent/alarm/mib/alarm_rows.h"

static bool
doubt_stand(struct view_row *row, uint32_t least)
{
	struct alarm_doubt doubt;

	/* It is the agent's own, so no virtual device has it. */
	if (!scope_has_entity(row->scope, ENTITY_AGENT_NUMBER))
		return false;
	for (unsigned i = 0; alarms_doubt_at(row_alarms(row), i, &doubt); i++) {
		if (doubt.number < least)
			continue;
		row->object = &row_alarms(row)->doubts[doubt.number - 1];
		row->key[0] = doubt.number;
		row->key_len = 1;
		return true;
	}
	return false;
}

static bool
doubt_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[1];

	(void)view;
	return view_key_bound(key, len, inclusive, least, 1) && doubt_stand(row, least[0]);
}

static bool
doubt_next(const struct view *view, struct view_row *row)
{
	(void)view;
	return doubt_stand(row, row->key[0] + 1);
}

static struct towerd_value
doubt_number(const struct view_row *row)
{
	return row_unsigned(row->key[0]);
}

static struct towerd_value
doubt_source(const struct view_row *row)
{
	return view_text(row, "%s", ((const struct doubt *)row->object)->source);
}

static struct towerd_value
doubt_reason(const struct view_row *row)
{
	return view_text(row, "%s", ((const struct doubt *)row->object)->reason);
}

static struct towerd_value
doubt_since(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, ((const struct doubt *)row->object)->since_ms);
}

static struct towerd_value
doubt_devices(const struct view_row *row)
{
	return scope_is_all(row->scope) ? row_unsigned(((const struct doubt *)row->object)->devices)
					: row_none;
}

static const struct view_column columns[] = {
	VIEW_COLUMN(
	    1, "towerdDoubtIndex", TOWERD_UNSIGNED, .get = doubt_number, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdDoubtSource", TOWERD_TEXT, .get = doubt_source),
	VIEW_COLUMN(3, "towerdDoubtReason", TOWERD_TEXT, .get = doubt_reason),
	VIEW_COLUMN(4, "towerdDoubtSince", TOWERD_DATE, .get = doubt_since),
	VIEW_COLUMN(5, "towerdDoubtDevices", TOWERD_UNSIGNED, .get = doubt_devices),
};

static const struct view doubt_view = { .name = "towerdDoubtTable",
	.title = "doubts about the list of alarms",
	.oid = ".3.1.12.1",
	COLUMNS(columns),
	.seek = doubt_seek,
	.next = doubt_next };

int
doubt_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, &doubt_view, 1);
}
