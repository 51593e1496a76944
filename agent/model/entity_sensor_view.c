/* SPDX-License-Identifier: ISC */
/* entPhySensorTable (ENTITY-SENSOR-MIB, RFC 3433): every sensor in the standard's own units, by the catalogue. */
#include <string.h>

#include "agent/model/inside.h"

#define VALUE_MAX 1000000000 /* EntitySensorValue: -10^9..10^9 */

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return rows_seek(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SENSOR), row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SENSOR), row);
}

static const struct catalogue_kind *
kind_of(const struct view_row *row)
{
	return catalogue_at(((const struct sensor *)row->object)->kind);
}

static struct towerd_value
type(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, kind_of(row)->sensor_type);
}

static struct towerd_value
scale(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, kind_of(row)->scale);
}

static struct towerd_value
precision(const struct view_row *row)
{
	return towerd_int(TOWERD_INTEGER, kind_of(row)->precision);
}

/*
 * How many decimals of a reading the row does not show: those beyond the precision, at the row's scale (10^3 a step). A kind in MHz stands
 * at the scale of mega already; all others are in whole units (9).
 */
static int
decimals_to_drop(const struct catalogue_kind *kind)
{
	int own_scale = strcmp(kind->kind.unit, "MHz") == 0 ? 11 : 9;
	return (int)kind->kind.decimals - (int)kind->precision + 3 * (kind->scale - own_scale);
}

static int64_t
rescale(int64_t value, int drop)
{
	for (; drop > 1; drop--)
		value /= 10;
	if (drop == 1) /* the last one rounds half away from zero */
		value = (value + (value < 0 ? -5 : 5)) / 10;
	for (; drop < 0 && value > -VALUE_MAX && value < VALUE_MAX; drop++)
		value *= 10;
	if (value > VALUE_MAX)
		return VALUE_MAX;
	return value < -VALUE_MAX ? -VALUE_MAX : value;
}

static struct towerd_value
value(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	const struct catalogue_kind *kind = kind_of(row);
	int64_t shown = sensor->has_value ? sensor->value : 0;
	if (kind->kind.value_class == TOWERD_KIND_TRUTH)
		shown = shown != 0 ? 1 : 2; /* TruthValue (RFC 2579) */
	else if (kind->kind.value_class == TOWERD_KIND_NUMBER)
		shown = rescale(shown, decimals_to_drop(kind));
	return towerd_int(TOWERD_INTEGER, shown);
}

enum sensor_status { STATUS_OK = 1, STATUS_UNAVAILABLE, STATUS_NONOPERATIONAL };

/* What is stale is unavailable; its last value and time stay in place. */
static struct towerd_value
status(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	enum sensor_status shown = STATUS_OK;
	if (!sensor->has_value || sensor->is_stale || sensor->quality == TOWERD_UNKNOWN)
		shown = STATUS_UNAVAILABLE;
	if (sensor->quality == TOWERD_FAULTY && !sensor->is_stale)
		shown = STATUS_NONOPERATIONAL;
	return towerd_int(TOWERD_ENUM, shown);
}

static struct towerd_value
unit(const struct view_row *row)
{
	const struct towerd_kind *kind = &kind_of(row)->kind;
	return towerd_bytes(TOWERD_TEXT, kind->unit, strlen(kind->unit));
}

static struct towerd_value
update_rate(const struct view_row *row)
{
	uint64_t ms = (uint64_t)((const struct sensor *)row->object)->interval_s * 1000;
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = ms > UINT32_MAX ? UINT32_MAX : ms };
}

static const char *const type_names[] = { "other", "unknown", "voltsAC", "voltsDC", "amperes", "watts",
	"hertz", "celsius", "percentRH", "rpm", "cmm", "truthvalue", NULL };
static const char *const scale_names[] = { "yocto", "zepto", "atto", "femto", "pico", "nano", "micro",
	"milli", "units", "kilo", "mega", "giga", "tera", "exa", "peta", "zetta", "yotta", NULL };
static const char *const status_names[] = { "ok", "unavailable", "nonoperational", NULL };

static const struct view_column columns[] = {
	VIEW_COLUMN(0, "entPhysicalIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct entity, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "entPhySensorType", TOWERD_ENUM, .get = type, VIEW_NAMES(type_names)),
	VIEW_COLUMN(2, "entPhySensorScale", TOWERD_ENUM, .get = scale, VIEW_NAMES(scale_names)),
	VIEW_COLUMN(3, "entPhySensorPrecision", TOWERD_INTEGER, .get = precision),
	VIEW_COLUMN(4, "entPhySensorValue", TOWERD_INTEGER, .get = value),
	VIEW_COLUMN(5, "entPhySensorOperStatus", TOWERD_ENUM, .get = status, VIEW_NAMES(status_names)),
	VIEW_COLUMN(6, "entPhySensorUnitsDisplay", TOWERD_TEXT, .get = unit),
	VIEW_COLUMN(7, "entPhySensorValueTimeStamp", TOWERD_INSTANT, VIEW_FIELD(struct sensor, received_ms)),
	VIEW_COLUMN(8, "entPhySensorValueUpdateRate", TOWERD_UNSIGNED, .get = update_rate),
};

const struct view entity_sensor_view = { .name = "entPhySensorTable",
	.title = "entity sensors",
	.oid = "1.3.6.1.2.1.99.1.1.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
