/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdAlarmStepTable, how each alarm came from observation to announcement, or why it did not. Newest step first. */
#include "agent/alarm/mib/alarm_rows.h"

static size_t
step_count(const struct entry *e)
{
	return e->steps.count;
}

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return positions_seek(row, ((const struct alarms *)view->arg)->all, step_count, key, len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return positions_next(row, ((const struct alarms *)view->arg)->all, step_count);
}

static const struct step *
step_of(const struct view_row *row)
{
	return step_at(row->object, (unsigned)row->mark);
}

static struct towerd_value
number(const struct view_row *row)
{
	return row_unsigned(row->key[0]);
}

static struct towerd_value
position(const struct view_row *row)
{
	return row_unsigned(row->key[1]);
}

static struct towerd_value
at_time(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, step_of(row)->time_ms);
}

static struct towerd_value
kind(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, step_of(row)->kind);
}

static struct towerd_value
text(const struct view_row *row)
{
	char words[STEP_TEXT_MAX + 1];
	return view_text(
	    row, "%s", step_format(row_alarms(row), step_of(row), row->scope, words, sizeof(words)));
}

static const struct view_column columns[] = {
	VIEW_COLUMN(
	    1, "towerdAlarmStepAlarm", TOWERD_UNSIGNED, .get = number, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "towerdAlarmStepPosition", TOWERD_UNSIGNED, .get = position, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdAlarmStepTime", TOWERD_DATE, .get = at_time),
	VIEW_COLUMN(4, "towerdAlarmStepKind", TOWERD_ENUM, .get = kind, VIEW_NAMES(step_names)),
	VIEW_COLUMN(5, "towerdAlarmStepText", TOWERD_TEXT, .get = text),
};

static const struct view templates[] = {
	{ .name = "towerdAlarmStepTable",
	    .title = "steps of alarms",
	    .oid = ".3.1.2.1",
	    COLUMNS(columns),
	    .seek = seek,
	    .next = next },
};

int
alarm_step_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
