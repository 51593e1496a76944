/* SPDX-License-Identifier: ISC */
/*
 * towerdLocationTable: where sites are and for whom portable ones stand in. Its rows too exist only for scopes that may know: a row
 * that is there would tell that a position is known.
 */
#include <string.h>

#include "agent/model/inside.h"

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return scope_may_locate(row->scope) &&
	    rows_seek(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SITE), row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SITE), row);
}

static bool
position_of(const struct view_row *row, struct towerd_position *out)
{
	return position_get(row->view->arg, ((const struct entity *)row->object)->number, row->scope, out);
}

static struct towerd_value
latitude(const struct view_row *row)
{
	struct towerd_position p;
	return position_of(row, &p) ? towerd_int(TOWERD_INTEGER, p.latitude_e7) : towerd_int(TOWERD_NONE, 0);
}

static struct towerd_value
longitude(const struct view_row *row)
{
	struct towerd_position p;
	return position_of(row, &p) ? towerd_int(TOWERD_INTEGER, p.longitude_e7) : towerd_int(TOWERD_NONE, 0);
}

static struct towerd_value
altitude(const struct view_row *row)
{
	struct towerd_position p;
	bool is_known = position_of(row, &p) && p.altitude_m != INT32_MIN;
	return is_known ? towerd_int(TOWERD_INTEGER, p.altitude_m) : towerd_int(TOWERD_NONE, 0);
}

static struct towerd_value
accuracy(const struct view_row *row)
{
	struct towerd_position p;
	bool is_known = position_of(row, &p) && p.accuracy_m >= 0;
	return is_known ? towerd_int(TOWERD_INTEGER, p.accuracy_m) : towerd_int(TOWERD_NONE, 0);
}

static struct towerd_value
device_time(const struct view_row *row)
{
	struct towerd_position p;
	return position_of(row, &p) ? towerd_int(TOWERD_DATE, p.device_ms) : towerd_int(TOWERD_NONE, 0);
}

#define SECRET VIEW_FLAGS(TOWERD_COLUMN_LOCATION)
static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdLocationSiteNumber", TOWERD_UNSIGNED, VIEW_FIELD(struct site, entity.number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCATION)),
	VIEW_COLUMN(2, "towerdLocationSite", TOWERD_TEXT, VIEW_TEXT(struct site, id), SECRET),
	VIEW_COLUMN(
	    3, "towerdLocationLatitude", TOWERD_INTEGER, .get = latitude, SECRET, VIEW_UNIT("1e-7 deg")),
	VIEW_COLUMN(
	    4, "towerdLocationLongitude", TOWERD_INTEGER, .get = longitude, SECRET, VIEW_UNIT("1e-7 deg")),
	VIEW_COLUMN(5, "towerdLocationAltitude", TOWERD_INTEGER, .get = altitude, SECRET, VIEW_UNIT("m")),
	VIEW_COLUMN(6, "towerdLocationAccuracy", TOWERD_INTEGER, .get = accuracy, SECRET, VIEW_UNIT("m")),
	VIEW_COLUMN(7, "towerdLocationTime", TOWERD_DATE, .get = device_time, SECRET),
	VIEW_COLUMN(8, "towerdLocationCovers", TOWERD_TEXT, VIEW_TEXT(struct site, covers), SECRET),
};

const struct view location_view = { .name = "towerdLocationTable",
	.title = "locations",
	.oid = ".2.1.1.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
