/* SPDX-License-Identifier: ISC */
/* ITU-ALARM-MIB (RFC 3877): what X.733 says of each state of a model, and of each active alarm. Read-only. */
#include <errno.h>

#include "agent/alarm/mib/alarm_rows.h"

static const char *const perceived_names[] = { "cleared", "indeterminate", "critical", "major", "minor",
	"warning", NULL };
static const char *const event_types[] = { "other", "communicationsAlarm", "qualityOfServiceAlarm",
	"processingErrorAlarm", "equipmentAlarm", "environmentalAlarm", "integrityViolation",
	"operationalViolation", "physicalViolation", "securityServiceOrMechanismViolation",
	"timeDomainViolation", NULL };
static const char *const trends[] = { "moreSevere", "noChange", "lessSevere", NULL };

enum { MORE_SEVERE = 1, NO_CHANGE, LESS_SEVERE };

static bool
itu_stand(const struct view *view, struct view_row *row, const struct model_state *s)
{
	const struct alarms *alarms = view->arg;

	if (s == NULL || s == alarms->models.itu_states + alarms->models.state_count)
		return false;
	row->object = s;
	row->key[0] = 0;
	row->key[1] = s->number;
	row->key[2] = s->perceived;
	row->key_len = 3;
	return true;
}

static bool
itu_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct models *m = &((const struct alarms *)view->arg)->models;
	return itu_stand(view, row,
	    model_state_seek(
		m->itu_states, m->state_count, offsetof(struct model_state, perceived), key, len, inclusive));
}

static bool
itu_next(const struct view *view, struct view_row *row)
{
	return itu_stand(view, row, (const struct model_state *)row->object + 1);
}

static struct towerd_value
itu_event_type(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return towerd_int(TOWERD_ENUM, s->type->event_type);
}

static struct towerd_value
itu_probable_cause(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return towerd_int(TOWERD_INTEGER, s->type->probable_cause);
}

static struct towerd_value
itu_text(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return view_text(row, "%s (%s); proposed repair: %s", s->type->description, s->type->cause_name,
	    s->type->repair_action);
}

static struct towerd_value
itu_generic(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return row_model_pointer(row, s->number, s->state);
}

static const struct view_column itu_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(0, "alarmModelIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct model_state, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "ituAlarmPerceivedSeverity", TOWERD_ENUM, VIEW_FIELD(struct model_state, perceived),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX), VIEW_NAMES(perceived_names)),
	VIEW_COLUMN(2, "ituAlarmEventType", TOWERD_ENUM, .get = itu_event_type, VIEW_NAMES(event_types)),
	/* The registry's 190 names are not repeated here: the number is what a manager reads, the text beside it has the name. */
	VIEW_COLUMN(3, "ituAlarmProbableCause", TOWERD_INTEGER, .get = itu_probable_cause),
	VIEW_COLUMN(4, "ituAlarmAdditionalText", TOWERD_TEXT, .get = itu_text),
	VIEW_COLUMN(5, "ituAlarmGenericModel", TOWERD_OID, .get = itu_generic),
};

static struct towerd_value
itu_trend(const struct view_row *row)
{
	const struct alarm *a = &((const struct entry *)row->object)->alarm;
	bool was_raised = a->previous > TOWERD_CLEARED && a->previous != a->severity;
	return towerd_int(TOWERD_ENUM,
	    !was_raised                     ? NO_CHANGE
		: a->severity > a->previous ? MORE_SEVERE
					    : LESS_SEVERE);
}

static const struct view_column itu_active_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(0, "alarmActiveDateAndTime", TOWERD_DATE, .get = active_date,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(0, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "ituAlarmActiveTrendIndication", TOWERD_ENUM, .get = itu_trend, VIEW_NAMES(trends)),
	VIEW_COLUMN(2, "ituAlarmActiveDetector", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(3, "ituAlarmActiveServiceProvider", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(4, "ituAlarmActiveServiceUser", TOWERD_OID, .get = row_zero_oid),
};

#define ITU_ALARM_MIB "1.3.6.1.2.1.121"

static const struct view templates[] = {
	{ .name = "ituAlarmTable",
	    .title = "alarms that can be, by X.733",
	    .oid = ITU_ALARM_MIB ".1.1.1.1",
	    COLUMNS(itu_columns),
	    .seek = itu_seek,
	    .next = itu_next },
	{ .name = "ituAlarmActiveTable",
	    .title = "active alarms, by X.733",
	    .oid = ITU_ALARM_MIB ".1.2.1.1",
	    COLUMNS(itu_active_columns),
	    .seek = active_seek,
	    .next = active_next },
};

int
itu_alarm_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
