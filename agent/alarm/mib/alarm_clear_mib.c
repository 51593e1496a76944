/* SPDX-License-Identifier: ISC */
/* ALARM-MIB, alarmClearTable: alarms cleared since the start. */
#include "agent/alarm/mib/alarm_rows.h"

static struct towerd_value
clear_maximum(const struct view_row *row)
{
	return row_unsigned(row_alarms(row)->settings.clear_keep);
}

static const struct view_column clear_scalars[] = {
	VIEW_COLUMN(1, "alarmClearMaximum", TOWERD_UNSIGNED, .get = clear_maximum),
};

static bool
clear_stand(struct view_row *row, const struct cleared *c)
{
	if (c == NULL)
		return false;
	row->object = c;
	row->key_len = alarm_time_index(c->cleared_ms, c->index, row->key);
	return true;
}

static bool
clear_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	struct order_key at;

	return alarm_time_bound(key, len, inclusive, &at) &&
	    clear_stand(row, order_seek(alarms->cleared_order, row->scope, at, true, &at));
}

static bool
clear_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	struct order_key at = ((const struct cleared *)row->object)->key;
	return clear_stand(row, order_seek(alarms->cleared_order, row->scope, at, false, &at));
}

static struct towerd_value
clear_context(const struct view_row *row)
{
	const struct cleared *c = row->object;
	const struct site *site = c->site != 0 ? model_site_of(row_alarms(row)->model, c->site) : NULL;
	return view_text(row, "%s", site != NULL ? site->id : "");
}

static struct towerd_value
clear_resource(const struct view_row *row)
{
	return row_resource(row, ((const struct cleared *)row->object)->resource);
}

static struct towerd_value
clear_model(const struct view_row *row)
{
	const struct cleared *c = row->object;
	return row_model_pointer(row, c->model, c->severity);
}

static const struct view_column clear_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(1, "alarmClearIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct cleared, index),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmClearDateAndTime", TOWERD_DATE, VIEW_FIELD(struct cleared, cleared_ms),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "alarmClearEngineID", TOWERD_OCTETS, .get = row_no_octets),
	VIEW_COLUMN(4, "alarmClearEngineAddressType", TOWERD_ENUM, .get = row_unknown_address,
	    .info.names = row_address_types),
	VIEW_COLUMN(5, "alarmClearEngineAddress", TOWERD_OCTETS, .get = row_no_octets),
	VIEW_COLUMN(6, "alarmClearContextName", TOWERD_TEXT, .get = clear_context),
	VIEW_COLUMN(7, "alarmClearNotificationID", TOWERD_OID, .get = row_active_notification),
	VIEW_COLUMN(8, "alarmClearResourceId", TOWERD_OID, .get = clear_resource),
	VIEW_COLUMN(9, "alarmClearLogIndex", TOWERD_UNSIGNED, .get = row_zero_unsigned),
	VIEW_COLUMN(10, "alarmClearModelPointer", TOWERD_OID, .get = clear_model),
};

static const struct view templates[] = {
	{ .name = "alarmClearScalars",
	    .title = "cleared alarms",
	    .oid = "1.3.6.1.2.1.118.1.3",
	    COLUMNS(clear_scalars),
	    .is_scalars = true },
	{ .name = "alarmClearTable",
	    .title = "alarms cleared since the start",
	    .oid = "1.3.6.1.2.1.118.1.3.2.1",
	    COLUMNS(clear_columns),
	    .seek = clear_seek,
	    .next = clear_next },
};

int
alarm_clear_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
