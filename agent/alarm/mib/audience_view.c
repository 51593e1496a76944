/* SPDX-License-Identifier: ISC */
/*
 * TOWERD-ALARM-MIB: towerdAudienceTable, who listens, what each asked for, and how far behind it is; and for people, without a place in a MIB, what
 * each holds, as it was told.
 */
#include <errno.h>
#include <string.h>

#include "agent/alarm/list/queue.h"
#include "agent/alarm/mib/alarm_rows.h"
#include "agent/alarm/mib/held_view.h"

static bool
audience_seek_in(
    struct view_row *row, const struct alarm_list *list, const uint32_t *key, size_t len, bool inclusive)
{
	(void)key;
	if (len > 0 || !inclusive || list->audience == NULL)
		return false;
	alarm_list_stand(row, list, NULL, 0);
	row->key_len = alarm_list_index(list, row->key);
	return true;
}

static bool
audience_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return alarm_lists_seek(view->arg, row, key, len, inclusive, audience_seek_in);
}

static bool
audience_next(const struct view *view, struct view_row *row)
{
	(void)view;
	return alarm_lists_next(row, audience_seek_in);
}

static const struct audience *
audience_of(const struct view_row *row)
{
	return alarm_list_of(row).audience;
}

static struct towerd_value
audience_open_now(const struct view_row *row)
{
	return towerd_int(TOWERD_TRUTH, audience_of(row)->is_open);
}

static struct towerd_value
audience_notify(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, (int)audience_of(row)->filter.notify + 1);
}

static struct towerd_value
audience_min_severity(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, audience_of(row)->filter.min_severity);
}

static struct towerd_value
audience_budget(const struct view_row *row)
{
	return row_unsigned(audience_of(row)->filter.budget);
}

/* Counts over all areas are for those who see all. */
static struct towerd_value
for_all(const struct view_row *row, enum towerd_type type, uint64_t count)
{
	return scope_is_all(row->scope) ? (struct towerd_value){ .type = type, .u = count } : row_none;
}

static struct towerd_value
audience_told(const struct view_row *row)
{
	return for_all(row, TOWERD_COUNTER64, audience_of(row)->told);
}

static struct towerd_value
audience_held(const struct view_row *row)
{
	return row_unsigned(order_count(audience_of(row)->rows, row->scope));
}

static struct towerd_value
audience_waiting(const struct view_row *row)
{
	return for_all(row, TOWERD_UNSIGNED, queue_length(audience_of(row)->queue));
}

static struct towerd_value
audience_backlog(const struct view_row *row)
{
	return for_all(row, TOWERD_UNSIGNED, queue_backlog(audience_of(row)->queue));
}

static const char *const notify_names[] = { "all", "raise-and-clear", "severity-level", NULL };
static const char *const least_names[] = { "all", "cleared", "indeterminate", "warning", "minor", "major",
	"critical", NULL };

static const struct view_column columns[] = {
	VIEW_COLUMN(
	    1, "towerdAudienceName", TOWERD_TEXT, .get = row_list_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdAudienceOpen", TOWERD_TRUTH, .get = audience_open_now),
	VIEW_COLUMN(3, "towerdAudienceNotify", TOWERD_ENUM, .get = audience_notify, VIEW_NAMES(notify_names)),
	VIEW_COLUMN(4, "towerdAudienceMinSeverity", TOWERD_ENUM, .get = audience_min_severity,
	    .info.names = least_names),
	VIEW_COLUMN(5, "towerdAudienceBudget", TOWERD_UNSIGNED, .get = audience_budget),
	VIEW_COLUMN(6, "towerdAudienceTold", TOWERD_COUNTER64, .get = audience_told),
	VIEW_COLUMN(7, "towerdAudienceHolds", TOWERD_UNSIGNED, .get = audience_held),
	VIEW_COLUMN(8, "towerdAudienceWaiting", TOWERD_UNSIGNED, .get = audience_waiting),
	VIEW_COLUMN(9, "towerdAudienceBacklog", TOWERD_UNSIGNED, .get = audience_backlog),
};

/* What one holds: rows of alarmActiveTable in words. */

static struct towerd_value
held_number(const struct view_row *row)
{
	return row_unsigned((uint32_t)((const struct entry *)row->object)->alarm.number);
}

static struct towerd_value
held_severity(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, alarm_list_told(row).severity);
}

static struct towerd_value
held_type(const struct view_row *row)
{
	return view_text(row, "%s", ((const struct entry *)row->object)->alarm.type->name);
}

static struct towerd_value
held_journal(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_COUNTER64, .u = alarm_list_told(row).journal };
}

static const struct view_column held_columns[] = {
	VIEW_COLUMN(1, "towerdHeldList", TOWERD_TEXT, .get = row_list_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdHeldNumber", TOWERD_UNSIGNED, .get = held_number),
	VIEW_COLUMN(
	    3, "towerdHeldSeverity", TOWERD_ENUM, .get = held_severity, .info.names = alarm_severity_names),
	VIEW_COLUMN(4, "towerdHeldSite", TOWERD_TEXT, VIEW_TEXT(struct entry, site_id)),
	VIEW_COLUMN(5, "towerdHeldDevice", TOWERD_TEXT, VIEW_TEXT(struct entry, slot)),
	VIEW_COLUMN(6, "towerdHeldType", TOWERD_TEXT, .get = held_type),
	VIEW_COLUMN(7, "towerdHeldQualifier", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.qualifier)),
	VIEW_COLUMN(8, "towerdHeldText", TOWERD_TEXT, VIEW_TEXT(struct entry, alarm.text)),
	VIEW_COLUMN(9, "towerdHeldSince", TOWERD_DATE, .get = active_date),
	VIEW_COLUMN(10, "towerdHeldIndex", TOWERD_UNSIGNED, .get = active_index),
	VIEW_COLUMN(11, "towerdHeldJournal", TOWERD_COUNTER64, .get = held_journal),
};

/* The rows of one list: from its first one, until they are another's. */
static bool
one_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const char *name = ((const struct held_view *)view)->list;
	const struct alarm_list list = { .name = name };
	uint32_t first[1 + AUDIENCE_NAME_MAX];
	size_t first_len = alarm_list_index(&list, first);
	bool is_before = view_key_compare(key, len, first, first_len) < 0;

	return (is_before ? active_seek(view, row, first, first_len, true)
			  : active_seek(view, row, key, len, inclusive)) &&
	    strcmp(alarm_list_of(row).name, name) == 0;
}

static bool
one_next(const struct view *view, struct view_row *row)
{
	return active_next(view, row) &&
	    strcmp(alarm_list_of(row).name, ((const struct held_view *)view)->list) == 0;
}

int
held_view_of(const struct alarms *alarms, const struct views *views, const char *list, struct held_view *out)
{
	const struct view *all = views_find(views, "towerdHeldTable");

	if (all == NULL || audience_find(alarms, list) < 0)
		return -ENOENT;
	*out = (struct held_view){ .view = *all, .list = list };
	out->view.seek = one_seek;
	out->view.next = one_next;
	return 0;
}

static const struct view templates[] = {
	{ .name = "towerdAudienceTable",
	    .title = "listeners",
	    .oid = ".3.1.3.1",
	    COLUMNS(columns),
	    .seek = audience_seek,
	    .next = audience_next },
	{ .name = "towerdHeldTable",
	    .title = "alarms as each listener was told",
	    COLUMNS(held_columns),
	    .seek = active_seek,
	    .next = active_next },
};

int
audience_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
