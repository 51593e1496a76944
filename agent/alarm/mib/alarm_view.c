/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdAlarmTable, the operator's view of what is active. Its index is the alarm's number, from raise to clear. */
#include "agent/alarm/mib/alarm_rows.h"

static bool
alarm_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return number_seek(row, ((const struct alarms *)view->arg)->by_number, key, len, inclusive);
}

static bool
alarm_next(const struct view *view, struct view_row *row)
{
	const struct entry *e = row->object;
	return number_stand(
	    row, ((const struct alarms *)view->arg)->by_number, alarm_number_key(e->alarm.number), false);
}

static const struct alarm *
alarm_of(const struct view_row *row)
{
	return &((const struct entry *)row->object)->alarm;
}

static struct towerd_value
alarm_number(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = (uint32_t)alarm_of(row)->number };
}

static struct towerd_value
alarm_sensor(const struct view_row *row)
{
	const struct sensor *sensor = model_sensor(row_alarms(row)->model, alarm_of(row)->resource);

	if (sensor == NULL)
		return towerd_bytes(TOWERD_TEXT, "", 0);
	const char *instance = sensor->instance != NULL ? sensor->instance : "";
	return view_text(
	    row, "%s%s%s", catalogue_at(sensor->kind)->kind.name, instance[0] != '\0' ? ":" : "", instance);
}

static struct towerd_value
alarm_type(const struct view_row *row)
{
	return view_text(row, "%s", alarm_of(row)->type->name);
}

static struct towerd_value
alarm_cause(const struct view_row *row)
{
	return towerd_int(TOWERD_INTEGER, alarm_of(row)->type->probable_cause);
}

static struct towerd_value
alarm_acked_by(const struct view_row *row)
{
	const struct alarm *a = alarm_of(row);
	return view_text(
	    row, "%s", a->operator_state == OPERATOR_ACK && a->operator_name != NULL ? a->operator_name : "");
}

static struct towerd_value
alarm_acked(const struct view_row *row)
{
	return alarm_of(row)->operator_state == OPERATOR_ACK
	    ? towerd_int(TOWERD_DATE, alarm_of(row)->operator_ms)
	    : (struct towerd_value){ .type = TOWERD_NONE };
}

static struct towerd_value
alarm_ticket(const struct view_row *row)
{
	struct alarms *alarms = row_alarms(row);
	uint32_t site = alarm_of(row)->site;
	return (struct towerd_value){ .type = TOWERD_UNSIGNED,
		.u = alarms->ticket_at != NULL && site != 0 ? alarms->ticket_at(alarms->ticket_arg, site)
							    : 0 };
}

static struct towerd_value
alarm_repair_action(const struct view_row *row)
{
	return view_text(row, "%s", alarm_of(row)->type->repair_action);
}

static struct towerd_value
alarm_is_told(const struct view_row *row)
{
	return towerd_int(TOWERD_TRUTH, entry_is_told(row->object));
}

/* What a device said is held true while it is not heard: until it says otherwise, and marked meanwhile. */
static bool
is_confirmed(const struct alarms *alarms, const struct alarm *a)
{
	const struct device *device = model_device(alarms->model, a->device);
	const struct sensor *sensor = model_sensor(alarms->model, a->resource);

	if (device == NULL)
		return true;
	if (a->type->is_computed) /* of its silence: whoever cannot tell does not know that either */
		return device->presence != TOWERD_PRESENCE_UNKNOWN;
	return device->presence == TOWERD_PRESENCE_REACHABLE && (sensor == NULL || sensor->has_value);
}

static struct towerd_value
alarm_is_confirmed(const struct view_row *row)
{
	return towerd_int(TOWERD_TRUTH, is_confirmed(row_alarms(row), alarm_of(row)));
}

static struct towerd_value
alarm_resource(const struct view_row *row)
{
	return row_resource(row, alarm_of(row)->resource);
}

static struct towerd_value
alarm_stand_of(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, alarm_of(row)->stand + 1);
}

/* A cause that is elsewhere does not exist for this reader. */
static struct towerd_value
alarm_caused_by(const struct view_row *row)
{
	const struct alarm *cause =
	    alarm_of(row)->cause != 0 ? alarm_at(row_alarms(row), alarm_of(row)->cause) : NULL;
	return row_unsigned(
	    cause != NULL && scope_has_entity(row->scope, cause->resource) ? (uint32_t)cause->number : 0);
}

/* They may be anywhere: their number is for readers of the whole. */
static struct towerd_value
alarm_consequences(const struct view_row *row)
{
	return scope_is_all(row->scope) ? row_unsigned(alarm_of(row)->consequences) : row_none;
}

#define MEMBER(name) VIEW_FIELD(struct entry, alarm.name)

static const struct view_column columns[] = {
	VIEW_COLUMN(
	    1, "towerdAlarmNumber", TOWERD_UNSIGNED, .get = alarm_number, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "towerdAlarmSeverity", TOWERD_ENUM, MEMBER(severity), .info.names = alarm_severity_names),
	VIEW_COLUMN(3, "towerdAlarmSite", TOWERD_TEXT, VIEW_TEXT(struct entry, site_id)),
	VIEW_COLUMN(4, "towerdAlarmDevice", TOWERD_TEXT, VIEW_TEXT(struct entry, slot)),
	VIEW_COLUMN(5, "towerdAlarmSensor", TOWERD_TEXT, .get = alarm_sensor),
	VIEW_COLUMN(6, "towerdAlarmType", TOWERD_TEXT, .get = alarm_type),
	VIEW_COLUMN(7, "towerdAlarmQualifier", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.qualifier)),
	VIEW_COLUMN(8, "towerdAlarmText", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.text)),
	VIEW_COLUMN(9, "towerdAlarmRaised", TOWERD_DATE, MEMBER(raised_ms)),
	VIEW_COLUMN(10, "towerdAlarmChanged", TOWERD_DATE, MEMBER(changed_ms)),
	VIEW_COLUMN(11, "towerdAlarmReceived", TOWERD_DATE, MEMBER(received_ms)),
	VIEW_COLUMN(12, "towerdAlarmAcknowledgedBy", TOWERD_TEXT, .get = alarm_acked_by,
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(13, "towerdAlarmAcknowledged", TOWERD_DATE, .get = alarm_acked,
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(14, "towerdAlarmJournal", TOWERD_COUNTER64, MEMBER(journal_number)),
	VIEW_COLUMN(15, "towerdAlarmDurable", TOWERD_TRUTH, MEMBER(is_durable)),
	VIEW_COLUMN(16, "towerdAlarmTold", TOWERD_TRUTH, .get = alarm_is_told),
	VIEW_COLUMN(17, "towerdAlarmProbableCause", TOWERD_INTEGER, .get = alarm_cause),
	VIEW_COLUMN(18, "towerdAlarmTicket", TOWERD_UNSIGNED, .get = alarm_ticket),
	VIEW_COLUMN(19, "towerdAlarmResource", TOWERD_OID, .get = alarm_resource),
	VIEW_COLUMN(20, "towerdAlarmRepairAction", TOWERD_TEXT, .get = alarm_repair_action),
	VIEW_COLUMN(21, "towerdAlarmConfirmed", TOWERD_TRUTH, .get = alarm_is_confirmed),
	VIEW_COLUMN(
	    22, "towerdAlarmStand", TOWERD_ENUM, .get = alarm_stand_of, VIEW_NAMES(alarm_stand_names)),
	VIEW_COLUMN(23, "towerdAlarmCause", TOWERD_UNSIGNED, .get = alarm_caused_by),
	VIEW_COLUMN(24, "towerdAlarmConsequences", TOWERD_UNSIGNED, .get = alarm_consequences),
	VIEW_COLUMN(25, "towerdAlarmOperatorState", TOWERD_ENUM, MEMBER(operator_state),
	    VIEW_NAMES(row_operator_states)),
	VIEW_COLUMN(26, "towerdAlarmRaises", TOWERD_UNSIGNED, MEMBER(raises)),
	VIEW_COLUMN(27, "towerdAlarmCreated", TOWERD_DATE, MEMBER(created_ms)),
};

static const struct view templates[] = {
	{ .name = "towerdAlarmTable",
	    .title = "active alarms",
	    .oid = ".3.1.1.1",
	    COLUMNS(columns),
	    .seek = alarm_seek,
	    .next = alarm_next },
};

int
alarm_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
