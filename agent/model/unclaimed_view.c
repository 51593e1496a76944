/* SPDX-License-Identifier: ISC */
/* towerdUnclaimedTable: sites that speak and are not in the inventory. They have no area: only who sees everything sees them. */
#include <string.h>

#include "agent/model/unclaimed.h"

static bool
set_row(struct view_row *row, const struct unclaimed_site *site)
{
	if (site == NULL)
		return false;
	row->object = site;
	row->key_len = text_key_of(site->id, strlen(site->id), row->key);
	return true;
}

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct model *model = view->arg;
	if (!scope_is_all(row->scope) || model->unclaimed == NULL)
		return false;
	return set_row(
	    row, skip_seek(model->unclaimed->sites, &(struct text_key){ key, key_len }, inclusive));
}

static bool
next(const struct view *view, struct view_row *row)
{
	return seek(view, row, row->key, row->key_len, false);
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdUnclaimedSite", TOWERD_TEXT, VIEW_TEXT(struct unclaimed_site, id),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdUnclaimedSource", TOWERD_TEXT, VIEW_TEXT(struct unclaimed_site, source)),
	VIEW_COLUMN(3, "towerdUnclaimedFirstSeen", TOWERD_DATE, VIEW_FIELD(struct unclaimed_site, first_ms)),
	VIEW_COLUMN(4, "towerdUnclaimedLastSeen", TOWERD_DATE, VIEW_FIELD(struct unclaimed_site, last_ms)),
	VIEW_COLUMN(5, "towerdUnclaimedTimes", TOWERD_COUNTER, VIEW_FIELD(struct unclaimed_site, times)),
};

const struct view unclaimed_view = { .name = "towerdUnclaimedTable",
	.title = "unclaimed sites",
	.oid = ".1.1.5.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
