/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: alarms that were cleared and are kept, what became of each alarm, and what operators did to it. */
#include "agent/alarm/mib/alarm_rows.h"

static const struct alarms *
alarms_of(const struct view *view)
{
	return view->arg;
}

static const struct alarm *
alarm_of(const struct view_row *row)
{
	return &((const struct entry *)row->object)->alarm;
}

/* towerdClearedTable. */

static bool
cleared_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return number_seek(row, alarms_of(view)->ended_order, key, len, inclusive);
}

static bool
cleared_next(const struct view *view, struct view_row *row)
{
	return number_stand(
	    row, alarms_of(view)->ended_order, alarm_number_key(alarm_of(row)->number), false);
}

static bool
kept_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return number_seek(row, alarms_of(view)->all, key, len, inclusive);
}

static bool
kept_next(const struct view *view, struct view_row *row)
{
	return number_stand(row, alarms_of(view)->all, alarm_number_key(alarm_of(row)->number), false);
}

static struct towerd_value
cleared_number(const struct view_row *row)
{
	return row_unsigned((uint32_t)alarm_of(row)->number);
}

static struct towerd_value
cleared_type(const struct view_row *row)
{
	return view_text(row, "%s", alarm_of(row)->type->name);
}

#define MEMBER(name) VIEW_FIELD(struct entry, alarm.name)
/* What an alarm is, active or not; from `first` on. */
#define KEPT_COLUMNS(table, first)                                                                      \
	VIEW_COLUMN(first, table "Site", TOWERD_TEXT, VIEW_TEXT(struct entry, site_id)),                \
	    VIEW_COLUMN((first) + 1, table "Device", TOWERD_TEXT, VIEW_TEXT(struct entry, slot)),       \
	    VIEW_COLUMN((first) + 2, table "Type", TOWERD_TEXT, .get = cleared_type),                   \
	    VIEW_COLUMN(                                                                                \
		(first) + 3, table "Qualifier", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.qualifier)), \
	    VIEW_COLUMN((first) + 4, table "Text", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.text)),   \
	    VIEW_COLUMN((first) + 5, table "Raised", TOWERD_DATE, MEMBER(raised_ms)),                   \
	    VIEW_COLUMN((first) + 6, table "Changed", TOWERD_DATE, MEMBER(changed_ms)),                 \
	    VIEW_COLUMN((first) + 7, table "Created", TOWERD_DATE, MEMBER(created_ms)),                 \
	    VIEW_COLUMN((first) + 8, table "Raises", TOWERD_UNSIGNED, MEMBER(raises)),                  \
	    VIEW_COLUMN((first) + 9, table "OperatorState", TOWERD_ENUM, MEMBER(operator_state),        \
		VIEW_NAMES(row_operator_states)),                                                       \
	    VIEW_COLUMN((first) + 10, table "Journal", TOWERD_COUNTER64, MEMBER(journal_number))

static const struct view_column cleared_columns[] = {
	VIEW_COLUMN(1, "towerdClearedNumber", TOWERD_UNSIGNED, .get = cleared_number,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "towerdClearedSeverity", TOWERD_ENUM, MEMBER(previous), .info.names = alarm_severity_names),
	KEPT_COLUMNS("towerdCleared", 3),
};

static const struct view_column kept_columns[] = {
	VIEW_COLUMN(
	    1, "towerdKeptNumber", TOWERD_UNSIGNED, .get = cleared_number, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "towerdKeptSeverity", TOWERD_ENUM, MEMBER(severity), .info.names = alarm_severity_names),
	VIEW_COLUMN(
	    3, "towerdKeptPrevious", TOWERD_ENUM, MEMBER(previous), .info.names = alarm_severity_names),
	KEPT_COLUMNS("towerdKept", 4),
};

/* towerdAlarmChangeTable, towerdAlarmOperationTable. */

static size_t
change_count(const struct entry *e)
{
	return e->history.count;
}

static bool
change_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return positions_seek(row, alarms_of(view)->all, change_count, key, len, inclusive);
}

static bool
change_next(const struct view *view, struct view_row *row)
{
	return positions_next(row, alarms_of(view)->all, change_count);
}

static size_t
operation_count(const struct entry *e)
{
	return e->operations.count;
}

static bool
operation_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return positions_seek(row, alarms_of(view)->operated, operation_count, key, len, inclusive);
}

static bool
operation_next(const struct view *view, struct view_row *row)
{
	return positions_next(row, alarms_of(view)->operated, operation_count);
}

static struct towerd_value
position_alarm(const struct view_row *row)
{
	return row_unsigned(row->key[0]);
}

static struct towerd_value
position(const struct view_row *row)
{
	return row_unsigned(row->mark + 1);
}

static struct alarm_change
change_of(const struct view_row *row)
{
	struct alarm_change change = { .text = "" };

	(void)alarm_history_at(alarm_of(row), (unsigned)row->mark, &change);
	return change;
}

static struct towerd_value
change_time(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, change_of(row).time_ms);
}

static struct towerd_value
change_severity(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, change_of(row).severity);
}

static struct towerd_value
change_text(const struct view_row *row)
{
	return view_text(row, "%s", change_of(row).text);
}

static const struct view_column change_columns[] = {
	VIEW_COLUMN(1, "towerdAlarmChangeAlarm", TOWERD_UNSIGNED, .get = position_alarm,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdAlarmChangePosition", TOWERD_UNSIGNED, .get = position,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdAlarmChangeTime", TOWERD_DATE, .get = change_time),
	VIEW_COLUMN(4, "towerdAlarmChangeSeverity", TOWERD_ENUM, .get = change_severity,
	    .info.names = alarm_severity_names),
	VIEW_COLUMN(5, "towerdAlarmChangeText", TOWERD_TEXT, .get = change_text),
};

static struct alarm_operation
operation_of(const struct view_row *row)
{
	struct alarm_operation operation = { .name = "", .text = "" };

	(void)alarm_operation_at(alarm_of(row), (unsigned)row->mark, &operation);
	return operation;
}

static struct towerd_value
operation_time(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, operation_of(row).time_ms);
}

static struct towerd_value
operation_state(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, operation_of(row).state);
}

static struct towerd_value
operation_name(const struct view_row *row)
{
	return view_text(row, "%s", operation_of(row).name);
}

static struct towerd_value
operation_text(const struct view_row *row)
{
	return view_text(row, "%s", operation_of(row).text);
}

static const struct view_column operation_columns[] = {
	VIEW_COLUMN(1, "towerdAlarmOperationAlarm", TOWERD_UNSIGNED, .get = position_alarm,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdAlarmOperationPosition", TOWERD_UNSIGNED, .get = position,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdAlarmOperationTime", TOWERD_DATE, .get = operation_time),
	VIEW_COLUMN(4, "towerdAlarmOperationState", TOWERD_ENUM, .get = operation_state,
	    VIEW_NAMES(row_operator_states)),
	VIEW_COLUMN(5, "towerdAlarmOperationName", TOWERD_TEXT, .get = operation_name,
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(6, "towerdAlarmOperationText", TOWERD_TEXT, .get = operation_text,
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
};

static const struct view templates[] = {
	{ .name = "towerdClearedTable",
	    .title = "alarms that were cleared",
	    .oid = ".3.1.4.1",
	    COLUMNS(cleared_columns),
	    .seek = cleared_seek,
	    .next = cleared_next },
	{ .name = "towerdKeptTable",
	    .title = "alarms, active and cleared",
	    COLUMNS(kept_columns),
	    .seek = kept_seek,
	    .next = kept_next },
	{ .name = "towerdAlarmChangeTable",
	    .title = "what became of alarms",
	    .oid = ".3.1.5.1",
	    COLUMNS(change_columns),
	    .seek = change_seek,
	    .next = change_next },
	{ .name = "towerdAlarmOperationTable",
	    .title = "what operators did to alarms",
	    .oid = ".3.1.6.1",
	    COLUMNS(operation_columns),
	    .seek = operation_seek,
	    .next = operation_next },
};

int
history_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
