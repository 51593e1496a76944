/* SPDX-License-Identifier: ISC */
/* towerdAreaTable: roll-ups per area, of what the reader may see; the nameless area is all of that. Indexed by the area's path. */
#include <string.h>

#include "agent/model/area.h"

/* The first area that the scope sees, at or after one; areas outside it are few or whole branches. */
static bool
visible_from(const struct model *model, struct view_row *row, const struct area *area)
{
	struct area_counts counts;
	for (; area != NULL;
	     area = skip_seek(model->area_index, &(struct text_key){ row->key, row->key_len }, false)) {
		row->key_len = text_key_of(area->path, strlen(area->path), row->key);
		row->object = area;
		if (area_counts_in(model, area, row->scope, &counts))
			return true;
	}
	return false;
}

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct model *model = view->arg;
	return visible_from(
	    model, row, skip_seek(model->area_index, &(struct text_key){ key, key_len }, inclusive));
}

static bool
next(const struct view *view, struct view_row *row)
{
	const struct model *model = view->arg;
	return visible_from(
	    model, row, skip_seek(model->area_index, &(struct text_key){ row->key, row->key_len }, false));
}

static struct towerd_value
path(const struct view_row *row)
{
	const struct area *area = row->object;
	return towerd_bytes(TOWERD_TEXT, area->path, strlen(area->path));
}

static struct area_counts
counts_of(const struct view_row *row)
{
	struct area_counts counts;
	area_counts_in(row->view->arg, row->object, row->scope, &counts);
	return counts;
}

static struct towerd_value
number(uint64_t u)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = u > UINT32_MAX ? UINT32_MAX : u };
}

static struct towerd_value
sites(const struct view_row *row)
{
	return number(counts_of(row).sites);
}

static struct towerd_value
on_air(const struct view_row *row)
{
	return number(counts_of(row).on_air);
}

static struct towerd_value
degraded(const struct view_row *row)
{
	return number(counts_of(row).degraded);
}

static struct towerd_value
covered(const struct view_row *row)
{
	return number(counts_of(row).covered);
}

static struct towerd_value
off_air(const struct view_row *row)
{
	return number(counts_of(row).off_air);
}

static struct towerd_value
unknown(const struct view_row *row)
{
	return number(counts_of(row).unknown);
}

static struct towerd_value
population(const struct view_row *row)
{
	return number(counts_of(row).population);
}

static struct towerd_value
unserved(const struct view_row *row)
{
	return number(counts_of(row).unserved);
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdAreaName", TOWERD_TEXT, .get = path, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdAreaSites", TOWERD_UNSIGNED, .get = sites),
	VIEW_COLUMN(3, "towerdAreaOnAir", TOWERD_UNSIGNED, .get = on_air),
	VIEW_COLUMN(4, "towerdAreaDegraded", TOWERD_UNSIGNED, .get = degraded),
	VIEW_COLUMN(5, "towerdAreaCovered", TOWERD_UNSIGNED, .get = covered),
	VIEW_COLUMN(6, "towerdAreaOffAir", TOWERD_UNSIGNED, .get = off_air),
	VIEW_COLUMN(7, "towerdAreaUnknown", TOWERD_UNSIGNED, .get = unknown),
	VIEW_COLUMN(8, "towerdAreaPopulation", TOWERD_UNSIGNED, .get = population),
	VIEW_COLUMN(9, "towerdAreaWithoutService", TOWERD_UNSIGNED, .get = unserved),
};

const struct view area_view = { .name = "towerdAreaTable",
	.title = "areas",
	.oid = ".1.1.4.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
