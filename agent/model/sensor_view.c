/* SPDX-License-Identifier: ISC */
/* towerdSensorTable: every measuring point with its last good value, both its times and how far it can be trusted. */
#include <string.h>

#include "agent/model/decimal_text.h"
#include "agent/model/inside.h"

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return rows_seek(view->arg, ROWS_BY_SITE, ROWS_OF(ENTITY_SENSOR), row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_SITE, ROWS_OF(ENTITY_SENSOR), row);
}

static struct towerd_value
none(void)
{
	return towerd_int(TOWERD_NONE, 0);
}

/* Text that is there already: the model's, the catalogue's, or in scratch. */
static struct towerd_value
own_text(const char *text)
{
	return towerd_bytes(TOWERD_TEXT, text, strlen(text));
}

static const struct towerd_kind *
kind_of(const struct sensor *sensor)
{
	return &catalogue_at(sensor->kind)->kind;
}

static struct towerd_value
site_number(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = row->key[0] };
}

static struct towerd_value
site_id(const struct view_row *row)
{
	return own_text(((const struct sensor *)row->object)->device->site->id);
}

static struct towerd_value
device_number(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED,
		.u = ((const struct sensor *)row->object)->device->entity.number };
}

static struct towerd_value
device_slot(const struct view_row *row)
{
	return own_text(((const struct sensor *)row->object)->device->slot);
}

static struct towerd_value
kind(const struct view_row *row)
{
	return own_text(kind_of(row->object)->name);
}

static struct towerd_value
unit(const struct view_row *row)
{
	return own_text(kind_of(row->object)->unit);
}

static const char *
state_name(const struct sensor *sensor)
{
	const struct towerd_kind *k = kind_of(sensor);
	if (k->value_class == TOWERD_KIND_STATE)
		return k->states[sensor->value]; /* within range: others are faulty and never kept */
	return sensor->value != 0 ? "yes" : "no";
}

/* As people write it: 53.2, active, yes. */
static struct towerd_value
value_text(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	const struct towerd_kind *k = kind_of(sensor);
	if (!sensor->has_value)
		return own_text("");
	if (k->value_class != TOWERD_KIND_NUMBER)
		return own_text(state_name(sensor));
	char *room = view_scratch(row, DECIMAL_TEXT);
	return room == NULL ? none() : own_text(decimal_text(sensor->value, k->decimals, room));
}

/* SNMP has no signed 64 bits: beyond 32 the number is cut to the nearest that fits, the text is not. */
static struct towerd_value
value_number(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	if (!sensor->has_value)
		return none();
	int64_t value = sensor->value;
	if (value > INT32_MAX)
		value = INT32_MAX;
	return towerd_int(TOWERD_INTEGER, value < INT32_MIN ? INT32_MIN : value);
}

static struct towerd_value
decimals(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = kind_of(row->object)->decimals };
}

static struct towerd_value
state(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	return own_text(
	    sensor->has_value && kind_of(sensor)->value_class == TOWERD_KIND_STATE ? state_name(sensor) : "");
}

enum trust { TRUST_GOOD = 1, TRUST_UNKNOWN, TRUST_FAULTY, TRUST_STALE, TRUST_NEVER };
static const char *const trust_names[] = { "good", "unknown", "faulty", "stale", "never", NULL };

static struct towerd_value
quality(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	enum trust trust = (enum trust)(sensor->quality + 1);
	if (sensor->is_stale)
		trust = TRUST_STALE;
	else if (!sensor->has_value && sensor->quality == TOWERD_GOOD)
		trust = TRUST_NEVER;
	return towerd_int(TOWERD_ENUM, trust);
}

static struct towerd_value
received(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	const struct model *model = row->view->arg;
	if (!sensor->has_value)
		return towerd_int(TOWERD_DATE, 0);
	return towerd_int(
	    TOWERD_DATE, loop_utc_ms(model->loop) - (loop_now_ms(model->loop) - sensor->received_ms));
}

static struct towerd_value
age(const struct view_row *row)
{
	const struct sensor *sensor = row->object;
	const struct model *model = row->view->arg;
	return sensor->has_value ? towerd_int(TOWERD_DURATION, loop_now_ms(model->loop) - sensor->received_ms)
				 : none();
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdSensorSiteNumber", TOWERD_UNSIGNED, .get = site_number,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdSensorNumber", TOWERD_UNSIGNED, VIEW_FIELD(struct sensor, entity.number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdSensorSite", TOWERD_TEXT, .get = site_id),
	VIEW_COLUMN(4, "towerdSensorDeviceNumber", TOWERD_UNSIGNED, .get = device_number),
	VIEW_COLUMN(5, "towerdSensorDevice", TOWERD_TEXT, .get = device_slot),
	VIEW_COLUMN(6, "towerdSensorKind", TOWERD_TEXT, .get = kind),
	VIEW_COLUMN(7, "towerdSensorInstance", TOWERD_TEXT, VIEW_TEXT(struct sensor, instance)),
	VIEW_COLUMN(8, "towerdSensorLabel", TOWERD_TEXT, VIEW_TEXT(struct sensor, label)),
	VIEW_COLUMN(9, "towerdSensorValue", TOWERD_TEXT, .get = value_text),
	VIEW_COLUMN(10, "towerdSensorUnit", TOWERD_TEXT, .get = unit),
	VIEW_COLUMN(11, "towerdSensorScaledValue", TOWERD_INTEGER, .get = value_number),
	VIEW_COLUMN(12, "towerdSensorDecimals", TOWERD_UNSIGNED, .get = decimals),
	VIEW_COLUMN(13, "towerdSensorState", TOWERD_TEXT, .get = state),
	VIEW_COLUMN(14, "towerdSensorQuality", TOWERD_ENUM, .get = quality, VIEW_NAMES(trust_names)),
	VIEW_COLUMN(15, "towerdSensorReceived", TOWERD_DATE, .get = received),
	VIEW_COLUMN(16, "towerdSensorDeviceTime", TOWERD_DATE, VIEW_FIELD(struct sensor, device_ms)),
	VIEW_COLUMN(17, "towerdSensorAge", TOWERD_DURATION, .get = age),
	VIEW_COLUMN(18, "towerdSensorInterval", TOWERD_UNSIGNED, VIEW_FIELD(struct sensor, interval_s),
	    VIEW_UNIT("s")),
};

const struct view sensor_view = { .name = "towerdSensorTable",
	.title = "sensors",
	.oid = ".1.1.3.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
