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
	/* What is no more so is as it was told: its trend is not known now. */
	bool was_raised = a->previous > TOWERD_CLEARED && a->previous != a->severity &&
	    alarm_list_told(row).index == a->active_index;
	return towerd_int(TOWERD_ENUM,
	    !was_raised                     ? NO_CHANGE
		: a->severity > a->previous ? MORE_SEVERE
					    : LESS_SEVERE);
}

static const struct view_column itu_active_columns[] = {
	ANY_LIST_NAME,
	VIEW_COLUMN(0, "alarmActiveDateAndTime", TOWERD_DATE, .get = active_date,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(0, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "ituAlarmActiveTrendIndication", TOWERD_ENUM, .get = itu_trend, VIEW_NAMES(trends)),
	VIEW_COLUMN(2, "ituAlarmActiveDetector", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(3, "ituAlarmActiveServiceProvider", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(4, "ituAlarmActiveServiceUser", TOWERD_OID, .get = row_zero_oid),
};

/* ituAlarmActiveStatsTable: ten columns, what is in each severity now, and what has come into it since the start. */

static struct towerd_value
itu_current(const struct view_row *row, int severity)
{
	const struct alarm_list list = alarm_list_of(row);

	if (!stats_has_totals(row))
		return row_none;
	return row_unsigned(
	    list.audience != NULL ? list.audience->counts[severity] : scope_place(row)->counts[severity]);
}

/* Of a site alone they are not kept. */
static struct towerd_value
itu_entered(const struct view_row *row, int severity)
{
	const struct alarm_list list = alarm_list_of(row);

	if (!scope_is_all(row->scope))
		return row_none;
	return row_unsigned(
	    (list.audience != NULL ? list.audience->entered[severity] : list.alarms->entered[severity]) &
	    UINT32_MAX);
}

#define STATS_GETTERS(name, severity)                                         \
	static struct towerd_value current_##name(const struct view_row *row) \
	{                                                                     \
		return itu_current(row, severity);                            \
	}                                                                     \
	static struct towerd_value entered_##name(const struct view_row *row) \
	{                                                                     \
		return itu_entered(row, severity);                            \
	}
STATS_GETTERS(indeterminate, TOWERD_INDETERMINATE)
STATS_GETTERS(critical, TOWERD_CRITICAL)
STATS_GETTERS(major, TOWERD_MAJOR)
STATS_GETTERS(minor, TOWERD_MINOR)
STATS_GETTERS(warning, TOWERD_WARNING)

#define CURRENT(id, name, getter) \
	VIEW_COLUMN(id, "ituAlarmActiveStats" name "Current", TOWERD_UNSIGNED, .get = current_##getter)
#define ENTERED(id, name, getter) \
	VIEW_COLUMN(id, "ituAlarmActiveStats" name, TOWERD_UNSIGNED, .get = entered_##getter)
static const struct view_column itu_stats_columns[] = {
	ANY_LIST_NAME,
	CURRENT(1, "Indeterminate", indeterminate),
	CURRENT(2, "Critical", critical),
	CURRENT(3, "Major", major),
	CURRENT(4, "Minor", minor),
	CURRENT(5, "Warning", warning),
	ENTERED(6, "Indeterminates", indeterminate),
	ENTERED(7, "Criticals", critical),
	ENTERED(8, "Majors", major),
	ENTERED(9, "Minors", minor),
	ENTERED(10, "Warnings", warning),
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
	{ .name = "ituAlarmActiveStatsTable",
	    .title = "counts of active alarms, by X.733",
	    .oid = ITU_ALARM_MIB ".1.2.2.1",
	    COLUMNS(itu_stats_columns),
	    .seek = stats_seek,
	    .next = stats_next },
};

int
itu_alarm_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
