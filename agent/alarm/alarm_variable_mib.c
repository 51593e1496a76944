/* SPDX-License-Identifier: ISC */
/* ALARM-MIB, alarmActiveVariableTable: the varbinds of the notification. A row's mark is the variable's index. */
#include "agent/alarm/alarm_rows.h"

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
	const struct entry *e = row->object;
	uint32_t index[15] = { column };
	size_t len = alarm_time_index(e->alarm.active_ms, e->alarm.active_index, index + 1);
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

enum { TIME_TICKS = 3, OBJECT_ID = 7 }; /* alarmActiveVariableValueType */

static const struct variable {
	struct towerd_value (*id)(const struct view_row *row);
	int type;
	struct towerd_value (*value)(const struct view_row *row);
} variables[] = {
	{ id_uptime, TIME_TICKS, variable_uptime },
	{ id_trap_oid, OBJECT_ID, row_active_notification },
	{ id_model, OBJECT_ID, active_model_pointer },
	{ id_resource, OBJECT_ID, active_resource_id },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

unsigned
alarm_variable_count(void)
{
	return VARIABLES;
}

static bool
variable_stand(struct view_row *row, const struct entry *e, uint32_t variable)
{
	if (e == NULL)
		return false;
	row->object = e;
	row->mark = variable;
	row->key[0] = 0;
	row->key[1] = e->alarm.active_index;
	row->key[2] = variable;
	row->key_len = 3;
	return true;
}

static bool
variable_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	uint32_t least[3];

	if (!view_key_bound(key, len, inclusive, least, 3) || least[0] > 0)
		return false;
	struct order_key at = alarm_index_key(least[1]);
	bool is_past = least[2] > VARIABLES;
	const struct entry *e = order_seek(alarms->by_index, row->scope, at, !is_past, &at);
	if (e != NULL && e->alarm.active_index == least[1] && least[2] > 1)
		return variable_stand(row, e, least[2]);
	return variable_stand(row, e, 1);
}

static bool
variable_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	const struct entry *e = row->object;

	if (row->mark < VARIABLES)
		return variable_stand(row, e, (uint32_t)row->mark + 1);
	struct order_key at = alarm_index_key(e->alarm.active_index);
	return variable_stand(row, order_seek(alarms->by_index, row->scope, at, false, &at), 1);
}

static const struct variable *
variable_of(const struct view_row *row)
{
	return &variables[row->mark - 1];
}

static struct towerd_value
variable_index(const struct view_row *row)
{
	return row_unsigned(row->mark);
}

static struct towerd_value
variable_id(const struct view_row *row)
{
	return variable_of(row)->id(row);
}

static struct towerd_value
variable_type(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, variable_of(row)->type);
}

static struct towerd_value
variable_ticks(const struct view_row *row)
{
	return variable_of(row)->type == TIME_TICKS ? variable_of(row)->value(row) : row_none;
}

static struct towerd_value
variable_oid(const struct view_row *row)
{
	return variable_of(row)->type == OBJECT_ID ? variable_of(row)->value(row) : row_none;
}

static const char *const variable_types[] = { "counter32", "unsigned32", "timeTicks", "integer32",
	"ipAddress", "octetString", "objectId", "counter64", "opaque", NULL };

/* Columns 4, 5, 7, 8, 9, 11 and 12 have no instance: no variable of ours is of their types. */
static const struct view_column variable_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(0, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "alarmActiveVariableIndex", TOWERD_UNSIGNED, .get = variable_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmActiveVariableID", TOWERD_OID, .get = variable_id),
	VIEW_COLUMN(
	    3, "alarmActiveVariableValueType", TOWERD_ENUM, .get = variable_type, VIEW_NAMES(variable_types)),
	VIEW_COLUMN(6, "alarmActiveVariableTimeTicksVal", TOWERD_INSTANT, .get = variable_ticks),
	VIEW_COLUMN(10, "alarmActiveVariableOidVal", TOWERD_OID, .get = variable_oid),
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
