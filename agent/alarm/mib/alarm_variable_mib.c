/* SPDX-License-Identifier: ISC */
/* ALARM-MIB, alarmActiveVariableTable: the varbinds of the notification, of each list. */
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/mib/alarm_rows.h"

static struct towerd_value
variable_uptime(const struct view_row *row)
{
	const struct entry *e = row->object;
	return towerd_int(TOWERD_INSTANT, e->alarm.changed_now_ms);
}

/* The columns of alarmActiveTable that the notification names, at this alarm's own index there. */
static struct towerd_value
active_instance(const struct view_row *row, uint32_t column)
{
	uint32_t index[1 + AUDIENCE_NAME_MAX + 1 + ALARM_TIME_PARTS] = { column };
	size_t len = alarm_list_active_index(row, index + 1);
	return ROW_OID(row, index, 1 + len, MIB_2, 118, 1, 2, 2, 1);
}

static struct towerd_value
id_uptime(const struct view_row *row)
{
	return ROW_OID(row, NULL, 0, MIB_2, 1, 3, 0);
}

static struct towerd_value
id_trap_oid(const struct view_row *row)
{
	return ROW_OID(row, NULL, 0, 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);
}

static struct towerd_value
id_model(const struct view_row *row)
{
	return active_instance(row, 13);
}

static struct towerd_value
id_resource(const struct view_row *row)
{
	return active_instance(row, 10);
}

/* What every notification of ours carries besides: towerdNotification*, scalars of TOWERD-AGENT-MIB, by their sub-identifier there. */

enum { SEQUENCE = 1, TIME, DURABLE, ALARM, SITE, TYPE, SEVERITY, TEXT, AREA };

static const struct entry *
entry_of(const struct view_row *row)
{
	return row->object;
}

static struct towerd_value
octets(const char *text)
{
	return towerd_bytes(TOWERD_OCTETS, text, strlen(text));
}

static struct towerd_value
number64(uint64_t number)
{
	return (struct towerd_value){ .type = TOWERD_COUNTER64, .u = number };
}

static struct towerd_value
variable_sequence(const struct view_row *row)
{
	return number64(alarm_list_told(row).journal);
}

static struct towerd_value
variable_time(const struct view_row *row)
{
	uint8_t *date = view_scratch(row, 11);

	if (date == NULL)
		return row_none;
	/* A state that a list has and that is no more began when its row says. */
	const struct told told = alarm_list_told(row);
	const struct entry *e = entry_of(row);
	towerd_time_to_date_and_time(
	    told.index == e->alarm.active_index ? e->event_ms : told.active_ms, date);
	return towerd_bytes(TOWERD_OCTETS, (const char *)date, 11);
}

static struct towerd_value
variable_durable(const struct view_row *row)
{
	const struct alarm *a = &entry_of(row)->alarm;
	bool is_durable = a->is_durable || alarm_list_told(row).journal != a->journal_number;
	return towerd_int(TOWERD_INTEGER, is_durable ? 1 : 2); /* TruthValue */
}

static struct towerd_value
variable_alarm(const struct view_row *row)
{
	return number64(entry_of(row)->alarm.number);
}

static struct towerd_value
variable_site(const struct view_row *row)
{
	return octets(entry_of(row)->site_id);
}

static struct towerd_value
variable_type_name(const struct view_row *row)
{
	return octets(entry_of(row)->alarm.type->name);
}

static struct towerd_value
variable_severity(const struct view_row *row)
{
	return towerd_int(TOWERD_INTEGER, alarm_list_told(row).severity);
}

static struct towerd_value
variable_text(const struct view_row *row)
{
	return octets(entry_of(row)->alarm.text);
}

static struct towerd_value
variable_area(const struct view_row *row)
{
	const struct entry *e = entry_of(row);
	const struct site *site =
	    e->alarm.site != 0 ? model_site_of(row_alarms(row)->model, e->alarm.site) : NULL;

	return octets(
	    site != NULL && site->area != NULL ? site->area : e->area); /* it may have moved since */
}

/* alarmActiveVariableValueType. */
enum { TIME_TICKS = 3, INTEGER32 = 4, OCTET_STRING = 6, OBJECT_ID = 7, COUNTER64 = 8 };

/* In the order of the notification: the two of every notification, alarmActiveState's own, ours. */
static const struct variable {
	struct towerd_value (*id)(const struct view_row *row); /* NULL: towerdNotification, `scalar` */
	uint32_t scalar;
	int type;
	struct towerd_value (*value)(const struct view_row *row);
} variables[] = {
	{ .id = id_uptime, .type = TIME_TICKS, .value = variable_uptime },
	{ .id = id_trap_oid, .type = OBJECT_ID, .value = row_active_notification },
	{ .id = id_model, .type = OBJECT_ID, .value = active_model_pointer },
	{ .id = id_resource, .type = OBJECT_ID, .value = active_resource_id },
	{ .scalar = SEQUENCE, .type = COUNTER64, .value = variable_sequence },
	{ .scalar = TIME, .type = OCTET_STRING, .value = variable_time },
	{ .scalar = DURABLE, .type = INTEGER32, .value = variable_durable },
	{ .scalar = ALARM, .type = COUNTER64, .value = variable_alarm },
	{ .scalar = SITE, .type = OCTET_STRING, .value = variable_site },
	{ .scalar = TYPE, .type = OCTET_STRING, .value = variable_type_name },
	{ .scalar = SEVERITY, .type = INTEGER32, .value = variable_severity },
	{ .scalar = TEXT, .type = OCTET_STRING, .value = variable_text },
	{ .scalar = AREA, .type = OCTET_STRING, .value = variable_area },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

unsigned
alarm_variable_count(void)
{
	return VARIABLES;
}

static bool
variable_stand(struct view_row *row, const struct alarm_list *list, const struct entry *e, uint32_t variable)
{
	if (e == NULL)
		return false;
	alarm_list_stand(row, list, e, variable);
	size_t len = alarm_list_index(list, row->key);
	row->key[len] = alarm_list_told(row).index;
	row->key[len + 1] = variable;
	row->key_len = len + 2;
	return true;
}

static bool
variable_seek_in(
    struct view_row *row, const struct alarm_list *list, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[2];

	if (!view_key_bound(key, len, inclusive, least, 2))
		return false;
	struct order_key at = alarm_index_key(least[0]);
	bool is_past = least[1] > VARIABLES;
	const struct entry *e = order_seek(list->by_index, row->scope, at, !is_past, &at);
	return variable_stand(row, list, e, at.hi == least[0] && least[1] > 1 && !is_past ? least[1] : 1);
}

static bool
variable_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return alarm_lists_seek(view->arg, row, key, len, inclusive, variable_seek_in);
}

static bool
variable_next(const struct view *view, struct view_row *row)
{
	const struct alarm_list list = alarm_list_of(row);

	(void)view;
	if (alarm_list_variable(row) < VARIABLES)
		return variable_stand(row, &list, row->object, alarm_list_variable(row) + 1);
	struct order_key at = alarm_index_key(alarm_list_told(row).index);
	return variable_stand(row, &list, order_seek(list.by_index, row->scope, at, false, &at), 1) ||
	    alarm_lists_next(row, variable_seek_in);
}

static const struct variable *
variable_of(const struct view_row *row)
{
	return &variables[alarm_list_variable(row) - 1];
}

static struct towerd_value
variable_index(const struct view_row *row)
{
	return row_unsigned(alarm_list_variable(row));
}

/* ROOT.5.1.1.SCALAR.0 */
static struct towerd_value
own_id(const struct view_row *row, uint32_t scalar)
{
	uint32_t ids[TOWERD_OID_MAX], below[] = { 5, 1, 1, scalar, 0 };
	size_t len = 0;

	for (const char *p = TOWERD_ROOT_OID; *p != '\0' && len < TOWERD_OID_MAX; p += *p == '.') {
		char *end;
		ids[len++] = (uint32_t)strtoul(p, &end, 10);
		p = end;
	}
	return row_oid(row, ids, len, below, sizeof(below) / sizeof(below[0]));
}

static struct towerd_value
variable_id(const struct view_row *row)
{
	const struct variable *v = variable_of(row);
	return v->id != NULL ? v->id(row) : own_id(row, v->scalar);
}

static struct towerd_value
variable_type(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, variable_of(row)->type);
}

/* Only the column of the row's own type has an instance. */
static struct towerd_value
value_of_type(const struct view_row *row, int type)
{
	return variable_of(row)->type == type ? variable_of(row)->value(row) : row_none;
}

static struct towerd_value
variable_ticks(const struct view_row *row)
{
	return value_of_type(row, TIME_TICKS);
}

static struct towerd_value
variable_integer(const struct view_row *row)
{
	return value_of_type(row, INTEGER32);
}

static struct towerd_value
variable_octets(const struct view_row *row)
{
	return value_of_type(row, OCTET_STRING);
}

static struct towerd_value
variable_oid(const struct view_row *row)
{
	return value_of_type(row, OBJECT_ID);
}

static struct towerd_value
variable_counter64(const struct view_row *row)
{
	return value_of_type(row, COUNTER64);
}

static const char *const variable_types[] = { "counter32", "unsigned32", "timeTicks", "integer32",
	"ipAddress", "octetString", "objectId", "counter64", "opaque", NULL };

/* Columns 4, 5, 9 and 12 have no instance: no variable of ours is of their types. */
static const struct view_column variable_columns[] = {
	ANY_LIST_NAME,
	VIEW_COLUMN(0, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "alarmActiveVariableIndex", TOWERD_UNSIGNED, .get = variable_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmActiveVariableID", TOWERD_OID, .get = variable_id),
	VIEW_COLUMN(
	    3, "alarmActiveVariableValueType", TOWERD_ENUM, .get = variable_type, VIEW_NAMES(variable_types)),
	VIEW_COLUMN(6, "alarmActiveVariableTimeTicksVal", TOWERD_INSTANT, .get = variable_ticks),
	VIEW_COLUMN(7, "alarmActiveVariableInteger32Val", TOWERD_INTEGER, .get = variable_integer),
	VIEW_COLUMN(8, "alarmActiveVariableOctetStringVal", TOWERD_OCTETS, .get = variable_octets),
	VIEW_COLUMN(10, "alarmActiveVariableOidVal", TOWERD_OID, .get = variable_oid),
	VIEW_COLUMN(11, "alarmActiveVariableCounter64Val", TOWERD_COUNTER64, .get = variable_counter64),
};

static const struct view templates[] = {
	{ .name = "alarmActiveVariableTable",
	    .title = "variables of active alarms' notifications",
	    .oid = "1.3.6.1.2.1.118.1.2.3.1",
	    COLUMNS(variable_columns),
	    .seek = variable_seek,
	    .next = variable_next },
};

int
alarm_variable_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
