/* SPDX-License-Identifier: ISC */
/*
 * TOWERD-ALARM-MIB: towerdMeritTable and towerdContributorTable, the figures of merit of today. They count the whole fleet, so that
 * they are for readers who see all of it.
 */
#include "agent/alarm/merit/merit.h"

#include "agent/alarm/mib/alarm_rows.h"

/* Figures: a row is a source, its index the number of the source and one: 1 is what is raised. */

static bool
merit_stand(struct view_row *row, struct merit *merit, unsigned source)
{
	int found = merit_source_next(merit, source);

	if (found < 0)
		return false;
	row->object = merit;
	row->mark = (uint64_t)found;
	row->key[0] = (uint32_t)found + 1;
	row->key_len = 1;
	return true;
}

static bool
merit_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[1];

	if (!scope_is_all(row->scope) || !view_key_bound(key, len, inclusive, least, 1) ||
	    least[0] > MERIT_SOURCES)
		return false;
	struct merit *merit = alarms_merit(view->arg);
	return merit_stand(row, merit, least[0] > 0 ? least[0] - 1 : 0);
}

static bool
merit_next(const struct view *view, struct view_row *row)
{
	(void)view;
	return merit_stand(row, (struct merit *)(uintptr_t)row->object, (unsigned)row->mark + 1);
}

/* False: the source has gone meanwhile. Today's figures alone: a few hundred steps, whatever was counted. */
static bool
figures_of(const struct view_row *row, struct merit_figures *out)
{
	return merit_figures((struct merit *)(uintptr_t)row->object, (unsigned)row->mark, 1,
	    loop_now_ms(row_alarms(row)->loop), out);
}

static uint64_t
saved_of(const struct view_row *row, const struct merit_figures *told)
{
	struct merit_figures raised;
	bool is_known = merit_figures((struct merit *)(uintptr_t)row->object, MERIT_RAISED, 1,
	    loop_now_ms(row_alarms(row)->loop), &raised);

	return is_known && raised.sum.alarms > told->sum.alarms ? raised.sum.alarms - told->sum.alarms : 0;
}

static struct towerd_value
merit_index(const struct view_row *row)
{
	return row_unsigned(row->mark + 1);
}

static struct towerd_value
merit_audience(const struct view_row *row)
{
	const char *name = merit_source_name(row->object, (unsigned)row->mark);
	return view_text(row, "%s", name != NULL ? name : "");
}

static struct towerd_value
merit_in_flood(const struct view_row *row)
{
	const struct flood *flood = merit_flood(row->object, (unsigned)row->mark);
	return towerd_int(TOWERD_TRUTH, flood != NULL && flood->is_flood);
}

#define ANY       true
#define OF_RAISED row->mark == MERIT_RAISED
#define OF_TOLD   row->mark != MERIT_RAISED

#define FIGURE(name, is_asked, value, expression)                                        \
	static struct towerd_value name(const struct view_row *row)                      \
	{                                                                                \
		struct merit_figures f;                                                  \
		return (is_asked) && figures_of(row, &f) ? value(expression) : row_none; \
	}

FIGURE(figure_total, ANY, row_counter, f.total)
FIGURE(figure_today, ANY, row_unsigned, f.sum.alarms)
FIGURE(figure_ten_minutes, ANY, row_unsigned, f.ten)
FIGURE(figure_hour_rate, ANY, row_unsigned, f.per_ten_hour)
FIGURE(figure_day_rate, ANY, row_unsigned, f.per_ten_day)
FIGURE(figure_start_rate, ANY, row_unsigned, f.per_ten_start)
FIGURE(figure_peak, ANY, row_unsigned, f.sum.peak)
FIGURE(figure_floods, ANY, row_unsigned, f.sum.floods)
FIGURE(figure_flood_time, ANY, row_unsigned, f.sum_flood_permille)
FIGURE(figure_first, ANY, row_unsigned, f.sum.first)
FIGURE(figure_low, ANY, row_unsigned, f.sum.priorities[MERIT_LOW])
FIGURE(figure_medium, ANY, row_unsigned, f.sum.priorities[MERIT_MEDIUM])
FIGURE(figure_high, ANY, row_unsigned, f.sum.priorities[MERIT_HIGH])
FIGURE(figure_stale, ANY, row_unsigned, f.sum.stale)
FIGURE(figure_chattering, OF_RAISED, row_unsigned, f.sum.chattering)
FIGURE(figure_fleeting, OF_RAISED, row_unsigned, f.sum.fleeting)
FIGURE(figure_kept_consequence, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_CONSEQUENCE])
FIGURE(figure_kept_shelved, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_SHELVED])
FIGURE(figure_kept_maintenance, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_MAINTENANCE])
FIGURE(figure_kept_controlled, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_CONTROLLED])
FIGURE(figure_kept_chattering, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_CHATTERING])
FIGURE(figure_kept_waiting, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_WAITING])
FIGURE(figure_kept_unconfirmed, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_UNCONFIRMED])
FIGURE(figure_kept_budget, OF_RAISED, row_unsigned, f.sum.kept[MERIT_KEPT_BUDGET])
FIGURE(figure_saved, OF_TOLD, row_unsigned, saved_of(row, &f))

static const struct view_column merit_columns[] = {
	VIEW_COLUMN(
	    1, "towerdMeritIndex", TOWERD_UNSIGNED, .get = merit_index, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdMeritAudience", TOWERD_TEXT, .get = merit_audience),
	VIEW_COLUMN(3, "towerdMeritTotal", TOWERD_COUNTER64, .get = figure_total),
	VIEW_COLUMN(4, "towerdMeritToday", TOWERD_UNSIGNED, .get = figure_today),
	VIEW_COLUMN(5, "towerdMeritTenMinutes", TOWERD_UNSIGNED, .get = figure_ten_minutes),
	VIEW_COLUMN(
	    6, "towerdMeritHourRate", TOWERD_UNSIGNED, .get = figure_hour_rate, VIEW_UNIT("thousandths")),
	VIEW_COLUMN(
	    7, "towerdMeritDayRate", TOWERD_UNSIGNED, .get = figure_day_rate, VIEW_UNIT("thousandths")),
	VIEW_COLUMN(
	    8, "towerdMeritStartRate", TOWERD_UNSIGNED, .get = figure_start_rate, VIEW_UNIT("thousandths")),
	VIEW_COLUMN(9, "towerdMeritPeak", TOWERD_UNSIGNED, .get = figure_peak),
	VIEW_COLUMN(10, "towerdMeritInFlood", TOWERD_TRUTH, .get = merit_in_flood),
	VIEW_COLUMN(11, "towerdMeritFloods", TOWERD_UNSIGNED, .get = figure_floods),
	VIEW_COLUMN(
	    12, "towerdMeritFloodTime", TOWERD_UNSIGNED, .get = figure_flood_time, VIEW_UNIT("permille")),
	VIEW_COLUMN(13, "towerdMeritFirst", TOWERD_UNSIGNED, .get = figure_first),
	VIEW_COLUMN(14, "towerdMeritLow", TOWERD_UNSIGNED, .get = figure_low),
	VIEW_COLUMN(15, "towerdMeritMedium", TOWERD_UNSIGNED, .get = figure_medium),
	VIEW_COLUMN(16, "towerdMeritHigh", TOWERD_UNSIGNED, .get = figure_high),
	VIEW_COLUMN(17, "towerdMeritStale", TOWERD_UNSIGNED, .get = figure_stale),
	VIEW_COLUMN(18, "towerdMeritChattering", TOWERD_UNSIGNED, .get = figure_chattering),
	VIEW_COLUMN(19, "towerdMeritFleeting", TOWERD_UNSIGNED, .get = figure_fleeting),
	VIEW_COLUMN(20, "towerdMeritKeptConsequence", TOWERD_UNSIGNED, .get = figure_kept_consequence),
	VIEW_COLUMN(21, "towerdMeritKeptShelved", TOWERD_UNSIGNED, .get = figure_kept_shelved),
	VIEW_COLUMN(22, "towerdMeritKeptMaintenance", TOWERD_UNSIGNED, .get = figure_kept_maintenance),
	VIEW_COLUMN(23, "towerdMeritKeptControlled", TOWERD_UNSIGNED, .get = figure_kept_controlled),
	VIEW_COLUMN(24, "towerdMeritKeptChattering", TOWERD_UNSIGNED, .get = figure_kept_chattering),
	VIEW_COLUMN(25, "towerdMeritKeptWaiting", TOWERD_UNSIGNED, .get = figure_kept_waiting),
	VIEW_COLUMN(26, "towerdMeritKeptUnconfirmed", TOWERD_UNSIGNED, .get = figure_kept_unconfirmed),
	VIEW_COLUMN(27, "towerdMeritKeptBudget", TOWERD_UNSIGNED, .get = figure_kept_budget),
	VIEW_COLUMN(28, "towerdMeritSaved", TOWERD_UNSIGNED, .get = figure_saved),
};

/* Contributors: a row is (source, kind, rank); row->mark is their number in that order, from 0. */

enum { KIND_TYPE, KIND_SITE, KINDS };
static const char *const kind_names[] = { "type", "site", NULL };

#define RANKS (KINDS * MERIT_TOP) /* of a source */

static const struct sketch_item *
contributor_of(const struct view_row *row, struct merit_figures *figures)
{
	unsigned rank = (unsigned)(row->mark % MERIT_TOP);
	bool is_type = row->mark / MERIT_TOP % KINDS == KIND_TYPE;
	const struct sketch *sketch = is_type ? &figures->types : &figures->sites;

	if (!merit_figures((struct merit *)(uintptr_t)row->object, (unsigned)(row->mark / RANKS), 1,
		loop_now_ms(row_alarms(row)->loop), figures))
		return NULL;
	return rank < sketch->used ? &sketch->items[rank] : NULL;
}

/* The first that there is, from `mark` on: at most a few kinds without any lie between. */
static bool
contributor_stand(struct view_row *row, struct merit *merit, uint64_t mark)
{
	struct merit_figures figures;
	int source = (int)(mark / RANKS);

	row->object = merit;
	while ((source = merit_source_next(merit, (unsigned)source)) >= 0) {
		if ((uint64_t)source > mark / RANKS)
			mark = (uint64_t)source * RANKS;
		row->mark = mark;
		if (contributor_of(row, &figures) != NULL) {
			row->key[0] = (uint32_t)source + 1;
			row->key[1] = (uint32_t)(mark / MERIT_TOP % KINDS) + 1;
			row->key[2] = (uint32_t)(mark % MERIT_TOP) + 1;
			row->key_len = 3;
			return true;
		}
		mark = (mark / MERIT_TOP + 1) * MERIT_TOP; /* of this kind none follows */
		source = (int)(mark / RANKS);
	}
	return false;
}

static bool
contributor_seek(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[3];

	if (!scope_is_all(row->scope) || !view_key_bound(key, len, inclusive, least, 3) ||
	    least[0] > MERIT_SOURCES)
		return false;
	uint64_t source = least[0] > 0 ? least[0] - 1 : 0, kind = 0, rank = 0;
	if (least[0] > 0) {
		kind = least[1] > KINDS ? KINDS : least[1] > 0 ? least[1] - 1 : 0;
		rank = least[1] == 0 || least[1] > KINDS ? 0
		    : least[2] > MERIT_TOP               ? MERIT_TOP
		    : least[2] > 0                       ? least[2] - 1
							 : 0;
	}
	return contributor_stand(row, alarms_merit(view->arg), (source * KINDS + kind) * MERIT_TOP + rank);
}

static bool
contributor_next(const struct view *view, struct view_row *row)
{
	(void)view;
	return contributor_stand(row, (struct merit *)(uintptr_t)row->object, row->mark + 1);
}

static struct towerd_value
contributor_source(const struct view_row *row)
{
	return row_unsigned(row->mark / RANKS + 1);
}

static struct towerd_value
contributor_kind(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, (int64_t)(row->mark / MERIT_TOP % KINDS) + 1);
}

static struct towerd_value
contributor_rank(const struct view_row *row)
{
	return row_unsigned(row->mark % MERIT_TOP + 1);
}

static struct towerd_value
contributor_name(const struct view_row *row)
{
	struct merit_figures figures;
	const struct sketch_item *item = contributor_of(row, &figures);

	if (item == NULL)
		return row_none;
	if (row->mark / MERIT_TOP % KINDS == KIND_TYPE)
		return view_text(row, "%s", alarm_type_at((unsigned)item->key)->name);
	const struct site *site = model_site_of(row_alarms(row)->model, (uint32_t)item->key);
	const struct group *group = model_group_of(row_alarms(row)->model, (uint32_t)item->key);
	return view_text(row, "%s", site != NULL ? site->id : group != NULL ? group->name : "");
}

static struct towerd_value
contributor_alarms(const struct view_row *row)
{
	struct merit_figures figures;
	const struct sketch_item *item = contributor_of(row, &figures);
	return item != NULL ? row_unsigned(item->count) : row_none;
}

static struct towerd_value
contributor_error(const struct view_row *row)
{
	struct merit_figures figures;
	const struct sketch_item *item = contributor_of(row, &figures);
	return item != NULL ? row_unsigned(item->error) : row_none;
}

static const struct view_column contributor_columns[] = {
	VIEW_COLUMN(1, "towerdContributorSource", TOWERD_UNSIGNED, .get = contributor_source,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdContributorKind", TOWERD_ENUM, .get = contributor_kind,
	    .info.names = kind_names, .info.first_name = 1, .info.flags = TOWERD_COLUMN_INDEX),
	VIEW_COLUMN(3, "towerdContributorRank", TOWERD_UNSIGNED, .get = contributor_rank,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(4, "towerdContributorName", TOWERD_TEXT, .get = contributor_name),
	VIEW_COLUMN(5, "towerdContributorAlarms", TOWERD_UNSIGNED, .get = contributor_alarms),
	VIEW_COLUMN(6, "towerdContributorError", TOWERD_UNSIGNED, .get = contributor_error),
};

static const struct view templates[] = {
	{ .name = "towerdMeritTable",
	    .title = "figures of merit",
	    .oid = ".3.1.9.1",
	    COLUMNS(merit_columns),
	    .seek = merit_seek,
	    .next = merit_next },
	{ .name = "towerdContributorTable",
	    .title = "contributors to alarms",
	    .oid = ".3.1.10.1",
	    COLUMNS(contributor_columns),
	    .seek = contributor_seek,
	    .next = contributor_next },
};

int
merit_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
