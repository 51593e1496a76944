/* SPDX-License-Identifier: ISC */
/* ALARM-MIB: the models, every alarm that can be, one row per state. The same for every reader, and read-only. */
#include "agent/alarm/mib/alarm_rows.h"

static const char *const row_states[] = { "active", NULL };

static struct towerd_value
model_last_changed(const struct view_row *row)
{
	return towerd_int(TOWERD_INSTANT, row_alarms(row)->models.changed_ms);
}

static const struct view_column model_scalars[] = {
	VIEW_COLUMN(1, "alarmModelLastChanged", TOWERD_INSTANT, .get = model_last_changed),
};

static bool
model_stand(const struct view *view, struct view_row *row, const struct model_state *s)
{
	const struct alarms *alarms = view->arg;

	if (s == NULL || s == alarms->models.states + alarms->models.state_count)
		return false;
	row->object = s;
	row->key[0] = 0;
	row->key[1] = s->number;
	row->key[2] = s->state;
	row->key_len = 3;
	return true;
}

static bool
model_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct models *m = &((const struct alarms *)view->arg)->models;
	return model_stand(view, row,
	    model_state_seek(
		m->states, m->state_count, offsetof(struct model_state, state), key, len, inclusive));
}

static bool
model_next(const struct view *view, struct view_row *row)
{
	return model_stand(view, row, (const struct model_state *)row->object + 1);
}

static struct towerd_value
model_notification(const struct view_row *row)
{
	const struct model_state *s = row->object;
	const uint32_t which = s->state == TOWERD_CLEARED ? 3 : 2; /* alarmClearState, alarmActiveState */
	return ROW_OID(row, &which, 1, MIB_2, 118, 0);
}

static struct towerd_value
model_zero_integer(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_INTEGER, 0);
}

static struct towerd_value
model_description(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return view_text(
	    row, "%s, %s: %s", s->type->name, alarm_severity_names[s->state], s->type->description);
}

static struct towerd_value
model_specific(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return row_itu_model_pointer(row, s->number, s->state);
}

static struct towerd_value
model_row_status(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 1);
}

static const struct view_column model_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(1, "alarmModelIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct model_state, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmModelState", TOWERD_UNSIGNED, VIEW_FIELD(struct model_state, state),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "alarmModelNotificationId", TOWERD_OID, .get = model_notification),
	VIEW_COLUMN(4, "alarmModelVarbindIndex", TOWERD_UNSIGNED, .get = row_zero_unsigned),
	VIEW_COLUMN(5, "alarmModelVarbindValue", TOWERD_INTEGER, .get = model_zero_integer),
	VIEW_COLUMN(6, "alarmModelDescription", TOWERD_TEXT, .get = model_description),
	VIEW_COLUMN(7, "alarmModelSpecificPointer", TOWERD_OID, .get = model_specific),
	VIEW_COLUMN(8, "alarmModelVarbindSubtree", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(9, "alarmModelResourcePrefix", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(10, "alarmModelRowStatus", TOWERD_ENUM, .get = model_row_status, VIEW_NAMES(row_states)),
};

static const struct view templates[] = {
	{ .name = "alarmModelScalars",
	    .title = "alarm models",
	    .oid = "1.3.6.1.2.1.118.1.1",
	    COLUMNS(model_scalars),
	    .is_scalars = true },
	{ .name = "alarmModelTable",
	    .title = "alarms that can be",
	    .oid = "1.3.6.1.2.1.118.1.1.2.1",
	    COLUMNS(model_columns),
	    .seek = model_seek,
	    .next = model_next },
};

int
alarm_model_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
