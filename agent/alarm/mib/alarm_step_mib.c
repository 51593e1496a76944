/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdAlarmStepTable, how each alarm came from observation to announcement, or why it did not. Newest step first. */
#include "agent/alarm/mib/alarm_rows.h"

/* row->mark: the step's position, from 0. */
static bool
stand(struct view_row *row, const struct entry *e, size_t at)
{
	row->object = e;
	row->mark = at;
	row->key[0] = (uint32_t)e->alarm.number;
	row->key[1] = (uint32_t)at + 1;
	row->key_len = 2;
	return true;
}

static bool
stand_at_next(const struct alarms *alarms, struct view_row *row, struct order_key at, bool inclusive)
{
	const struct entry *e;

	while ((e = order_seek(alarms->all, row->scope, at, inclusive, &at)) != NULL) {
		if (e->steps.count > 0)
			return stand(row, e, 0);
		inclusive = false;
	}
	return false;
}

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	uint32_t least[2];

	if (!view_key_bound(key, len, inclusive, least, 2))
		return false;
	struct order_key at = { .hi = least[0] }, found;
	const struct entry *e = order_seek(alarms->all, row->scope, at, true, &found);
	if (e == NULL)
		return false;
	size_t from = found.hi == least[0] && least[1] > 0 ? least[1] - 1 : 0;
	return from < e->steps.count ? stand(row, e, from) : stand_at_next(alarms, row, found, false);
}

static bool
next(const struct view *view, struct view_row *row)
{
	const struct entry *e = row->object;

	if (row->mark + 1 < e->steps.count)
		return stand(row, e, row->mark + 1);
	return stand_at_next(view->arg, row, alarm_number_key(e->alarm.number), false);
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
