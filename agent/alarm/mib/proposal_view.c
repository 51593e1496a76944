/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdShelfProposalTable, what chatters now, and the shelf that is proposed for it. */
#include <stdio.h>

#include "agent/alarm/mib/alarm_rows.h"

#define DAY_MS (24 * INT64_C(3600000))

static bool
proposal_stand(struct view_row *row, const struct proposal *p)
{
	if (p == NULL)
		return false;
	row->object = p;
	row->key[0] = (uint32_t)p->entry->alarm.number;
	row->key_len = 1;
	return true;
}

static bool
proposal_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	uint32_t least[1];

	if (!view_key_bound(key, len, inclusive, least, 1))
		return false;
	struct order_key at = { .hi = least[0] };
	return proposal_stand(row, order_seek(alarms->proposals, row->scope, at, true, &at));
}

static bool
proposal_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	struct order_key at = alarm_number_key(((const struct proposal *)row->object)->entry->alarm.number);
	return proposal_stand(row, order_seek(alarms->proposals, row->scope, at, false, &at));
}

static const struct entry *
proposed(const struct view_row *row)
{
	return ((const struct proposal *)row->object)->entry;
}

static struct towerd_value
proposal_alarm(const struct view_row *row)
{
	return row_unsigned((uint32_t)proposed(row)->alarm.number);
}

static struct towerd_value
proposal_site(const struct view_row *row)
{
	return view_text(row, "%s", proposed(row)->site_id);
}

static struct towerd_value
proposal_device(const struct view_row *row)
{
	return view_text(row, "%s", proposed(row)->slot);
}

static struct towerd_value
proposal_type(const struct view_row *row)
{
	return view_text(row, "%s", proposed(row)->alarm.type->name);
}

static struct towerd_value
proposal_qualifier(const struct view_row *row)
{
	return view_text(row, "%s", proposed(row)->alarm.qualifier);
}

static struct towerd_value
proposal_severity(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, proposed(row)->alarm.severity);
}

static struct towerd_value
proposal_raises(const struct view_row *row)
{
	const struct proposal *p = row->object;
	return row_unsigned(chatter_hour_sum(&p->hour, loop_now_ms(row_alarms(row)->loop)));
}

static struct towerd_value
proposal_criteria(const struct view_row *row)
{
	const struct entry *e = proposed(row);
	const char *const parts[][3] = { { "site=", e->site_id, " " }, { "device=", e->slot, " " },
		{ "type=", e->alarm.type->name, "" }, { " qualifier=", e->alarm.qualifier, "" } };
	char text[256] = "", *at = text;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i][1][0] != '\0')
			at += snprintf(at, sizeof(text) - (size_t)(at - text), "%s%s%s", parts[i][0],
			    parts[i][1], parts[i][2]);
	return view_text(row, "%s", text);
}

static struct towerd_value
proposal_until(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, proposed(row)->alarm.changed_ms + DAY_MS);
}

static const struct view_column proposal_columns[] = {
	VIEW_COLUMN(1, "towerdShelfProposalAlarm", TOWERD_UNSIGNED, .get = proposal_alarm,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdShelfProposalSite", TOWERD_TEXT, .get = proposal_site),
	VIEW_COLUMN(3, "towerdShelfProposalDevice", TOWERD_TEXT, .get = proposal_device),
	VIEW_COLUMN(4, "towerdShelfProposalType", TOWERD_TEXT, .get = proposal_type),
	VIEW_COLUMN(5, "towerdShelfProposalQualifier", TOWERD_TEXT, .get = proposal_qualifier),
	VIEW_COLUMN(6, "towerdShelfProposalSeverity", TOWERD_ENUM, .get = proposal_severity,
	    .info.names = alarm_severity_names),
	VIEW_COLUMN(7, "towerdShelfProposalRaises", TOWERD_UNSIGNED, .get = proposal_raises),
	VIEW_COLUMN(8, "towerdShelfProposalSince", TOWERD_DATE, VIEW_FIELD(struct proposal, since_ms)),
	VIEW_COLUMN(9, "towerdShelfProposalCriteria", TOWERD_TEXT, .get = proposal_criteria),
	VIEW_COLUMN(10, "towerdShelfProposalUntil", TOWERD_DATE, .get = proposal_until),
};

static const struct view templates[] = {
	{ .name = "towerdShelfProposalTable",
	    .title = "proposed shelves",
	    .oid = ".3.1.11.1",
	    COLUMNS(proposal_columns),
	    .seek = proposal_seek,
	    .next = proposal_next },
};

int
proposal_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
