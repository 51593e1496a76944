/* SPDX-License-Identifier: ISC */
/* ALARM-MIB (RFC 3877): active alarms and their counts, of each list (alarm_lists.h). Read-only. */
#include "agent/alarm/mib/alarm_rows.h"

/* Scalars. */

static struct towerd_value
active_last_changed(const struct view_row *row)
{
	return towerd_int(TOWERD_INSTANT, scope_place(row)->last_change_ms);
}

static struct towerd_value
active_overflow(const struct view_row *row)
{
	return row_counter(row_alarms(row)->stats.overflow);
}

static const struct view_column active_scalars[] = {
	VIEW_COLUMN(1, "alarmActiveLastChanged", TOWERD_INSTANT, .get = active_last_changed),
	VIEW_COLUMN(5, "alarmActiveOverflow", TOWERD_COUNTER, .get = active_overflow),
};

/* alarmActiveTable. */

/* each site answers in the context of its id; the agent's own is the default one */
static struct towerd_value
active_context(const struct view_row *row)
{
	const struct entry *e = row->object;
	return view_text(row, "%s", e->site_id);
}

static struct towerd_value
active_description(const struct view_row *row)
{
	const struct entry *e = row->object;
	const struct site *site =
	    e->alarm.site != 0 ? model_site_of(row_alarms(row)->model, e->alarm.site) : NULL;
	const char *name = site != NULL && site->name != NULL ? site->name : "";

	if (e->alarm.site == 0)
		return view_text(row, "%s", e->alarm.text);
	return view_text(row, "%s%s%s%s%s: %s", e->site_id, name[0] != '\0' ? " " : "", name,
	    e->slot[0] != '\0' ? "/" : "", e->slot, e->alarm.text);
}

/* ituAlarmActiveTrendIndication of the same index */
static struct towerd_value
active_specific(const struct view_row *row)
{
	return ROW_OID(row, row->key, row->key_len, MIB_2, 121, 1, 2, 1, 1, 1);
}

static struct towerd_value
active_variables(const struct view_row *row)
{
	(void)row;
	return row_unsigned(alarm_variable_count());
}

static const struct view_column active_columns[] = {
	VIEW_COLUMN(1, "alarmListName", TOWERD_TEXT, .get = row_list_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "alarmActiveDateAndTime", TOWERD_DATE, .get = active_date, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    3, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(4, "alarmActiveEngineID", TOWERD_OCTETS, .get = row_no_octets),
	VIEW_COLUMN(5, "alarmActiveEngineAddressType", TOWERD_ENUM, .get = row_unknown_address,
	    .info.names = row_address_types),
	VIEW_COLUMN(6, "alarmActiveEngineAddress", TOWERD_OCTETS, .get = row_no_octets),
	VIEW_COLUMN(7, "alarmActiveContextName", TOWERD_TEXT, .get = active_context),
	VIEW_COLUMN(8, "alarmActiveVariables", TOWERD_UNSIGNED, .get = active_variables),
	VIEW_COLUMN(9, "alarmActiveNotificationID", TOWERD_OID, .get = row_active_notification),
	VIEW_COLUMN(10, "alarmActiveResourceId", TOWERD_OID, .get = active_resource_id),
	VIEW_COLUMN(11, "alarmActiveDescription", TOWERD_TEXT, .get = active_description),
	VIEW_COLUMN(12, "alarmActiveLogPointer", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(13, "alarmActiveModelPointer", TOWERD_OID, .get = active_model_pointer),
	VIEW_COLUMN(14, "alarmActiveSpecificPointer", TOWERD_OID, .get = active_specific),
};

/* alarmActiveStatsTable: a row for each list. */

/* The list with the empty name has counts of each site, the others of all that they are told. */
static const struct place *
stats_place(const struct view_row *row)
{
	return alarm_list_of(row).audience == NULL ? scope_place(row) : NULL;
}

static struct towerd_value
stats_current(const struct view_row *row)
{
	return row_unsigned(order_count(alarm_list_of(row).rows, row->scope));
}

static struct towerd_value
stats_actives(const struct view_row *row) /* ZeroBasedCounter32 (RFC 2021) is a Gauge32 that wraps */
{
	const struct place *place = stats_place(row);

	return !stats_has_totals(row)
	    ? row_none
	    : row_unsigned(
		  (place != NULL ? place->raised : alarm_list_of(row).audience->raised) & UINT32_MAX);
}

static struct towerd_value
stats_last_raise(const struct view_row *row)
{
	const struct place *place = stats_place(row);

	return !stats_has_totals(row)
	    ? row_none
	    : towerd_int(TOWERD_INSTANT,
		  place != NULL ? place->last_raise_ms : alarm_list_of(row).audience->last_raise_ms);
}

static struct towerd_value
stats_last_clear(const struct view_row *row)
{
	const struct place *place = stats_place(row);

	return !stats_has_totals(row)
	    ? row_none
	    : towerd_int(TOWERD_INSTANT,
		  place != NULL ? place->last_clear_ms : alarm_list_of(row).audience->last_clear_ms);
}

static const struct view_column stats_columns[] = {
	ANY_LIST_NAME,
	VIEW_COLUMN(1, "alarmActiveStatsActiveCurrent", TOWERD_UNSIGNED, .get = stats_current),
	VIEW_COLUMN(2, "alarmActiveStatsActives", TOWERD_UNSIGNED, .get = stats_actives),
	VIEW_COLUMN(3, "alarmActiveStatsLastRaise", TOWERD_INSTANT, .get = stats_last_raise),
	VIEW_COLUMN(4, "alarmActiveStatsLastClear", TOWERD_INSTANT, .get = stats_last_clear),
};

static const struct view templates[] = {
	{ .name = "alarmActiveScalars",
	    .title = "active alarms",
	    .oid = "1.3.6.1.2.1.118.1.2",
	    COLUMNS(active_scalars),
	    .is_scalars = true },
	{ .name = "alarmActiveTable",
	    .title = "active alarms by time",
	    .oid = "1.3.6.1.2.1.118.1.2.2.1",
	    COLUMNS(active_columns),
	    .seek = active_seek,
	    .next = active_next },
	{ .name = "alarmActiveStatsTable",
	    .title = "counts of active alarms",
	    .oid = "1.3.6.1.2.1.118.1.2.4.1",
	    COLUMNS(stats_columns),
	    .seek = stats_seek,
	    .next = stats_next },
};

int
alarm_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
