/* SPDX-License-Identifier: ISC */
/* towerdSiteTable: one row a site, what people ask first. */
#include "agent/model/inside.h"

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return rows_seek(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SITE), row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_NUMBER, ROWS_OF(ENTITY_SITE), row);
}

static struct towerd_value
devices(const struct view_row *row)
{
	const struct site *site = row->object;
	struct towerd_value count = towerd_int(TOWERD_UNSIGNED, 0);
	for (size_t i = 0; i < site->device_count; i++)
		count.u += !site->devices[i]->is_removed;
	return count;
}

static const char *const severity_names[] = { "none", "cleared", "indeterminate", "warning", "minor", "major",
	"critical", NULL };

#define SITE(member) VIEW_FIELD(struct site, member)
static const struct view_column columns[] = {
	VIEW_COLUMN(
	    1, "towerdSiteNumber", TOWERD_UNSIGNED, SITE(entity.number), VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdSiteId", TOWERD_TEXT, VIEW_TEXT(struct site, id)),
	VIEW_COLUMN(3, "towerdSiteName", TOWERD_TEXT, VIEW_TEXT(struct site, name)),
	VIEW_COLUMN(4, "towerdSiteKind", TOWERD_ENUM, SITE(kind), VIEW_NAMES(site_kind_names)),
	VIEW_COLUMN(5, "towerdSiteArea", TOWERD_TEXT, VIEW_TEXT(struct site, area)),
	VIEW_COLUMN(6, "towerdSiteService", TOWERD_ENUM, SITE(service), VIEW_NAMES(service_names)),
	VIEW_COLUMN(7, "towerdSiteAdmin", TOWERD_ENUM, SITE(admin), VIEW_NAMES(admin_state_names)),
	VIEW_COLUMN(8, "towerdSiteOper", TOWERD_ENUM, SITE(oper), VIEW_NAMES(oper_state_names)),
	VIEW_COLUMN(9, "towerdSiteStandby", TOWERD_ENUM, SITE(standby), VIEW_NAMES(standby_state_names)),
	VIEW_COLUMN(10, "towerdSiteStructural", TOWERD_ENUM, SITE(structural), VIEW_NAMES(structural_names)),
	VIEW_COLUMN(11, "towerdSiteClearance", TOWERD_ENUM, SITE(clearance), VIEW_NAMES(clearance_names)),
	VIEW_COLUMN(12, "towerdSiteClearanceUntil", TOWERD_DATE, SITE(clearance_until_ms)),
	VIEW_COLUMN(
	    13, "towerdSiteWorstSeverity", TOWERD_ENUM, SITE(worst_severity), .info.names = severity_names),
	VIEW_COLUMN(14, "towerdSiteAlarms", TOWERD_UNSIGNED, SITE(alarm_count)),
	VIEW_COLUMN(15, "towerdSiteOpenTickets", TOWERD_UNSIGNED, SITE(open_tickets)),
	VIEW_COLUMN(16, "towerdSitePopulation", TOWERD_UNSIGNED, SITE(population)),
	VIEW_COLUMN(17, "towerdSitePowerFeeder", TOWERD_TEXT, VIEW_TEXT(struct site, power_feeder)),
	VIEW_COLUMN(18, "towerdSiteDependsOn", TOWERD_TEXT, VIEW_TEXT(struct site, depends_on)),
	VIEW_COLUMN(19, "towerdSiteLastSeen", TOWERD_DATE, SITE(last_seen_ms)),
	VIEW_COLUMN(20, "towerdSiteDevices", TOWERD_UNSIGNED, .get = devices),
};

const struct view site_view = { .name = "towerdSiteTable",
	.title = "sites",
	.oid = ".1.1.1.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
