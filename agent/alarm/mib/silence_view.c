/* SPDX-License-Identifier: ISC */
/* TOWERD-ALARM-MIB: towerdShelfTable and towerdWindowTable. Who may not see all that one may silence does not see it. */
#include "agent/alarm/mib/alarm_rows.h"
#include "agent/alarm/silence/silence.h"
#include "agent/model/text_key.h"

static bool
stand(const struct view *view, struct view_row *row, enum silence_kind kind, const uint32_t *key, size_t len,
    bool inclusive)
{
	const struct silences *silences = ((const struct alarms *)view->arg)->silences;
	const struct silence *silence = silence_seek(silences, kind, key, len, inclusive);
	struct silence_info info;

	for (; silence != NULL; silence = silence_seek(silences, kind, row->key, row->key_len, false)) {
		silence_describe(silences, silence, &info);
		row->object = silence;
		row->key_len = text_key_of(info.name, strlen(info.name), row->key);
		if (silence_is_visible(silences, silence, row->scope))
			return true;
	}
	return false;
}

static bool
shelf_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return stand(view, row, SILENCE_SHELF, key, len, inclusive);
}

static bool
window_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return stand(view, row, SILENCE_WINDOW, key, len, inclusive);
}

static struct towerd_value
text_value(const struct view_row *row, const char *text)
{
	return view_text(row, "%s", text != NULL ? text : "");
}

#define TEXT_GETTER(name, member)                                   \
	static struct towerd_value name(const struct view_row *row) \
	{                                                           \
		return text_value(row, row_silence(row).member);    \
	}
TEXT_GETTER(get_name, name)
TEXT_GETTER(get_site, criteria.site)
TEXT_GETTER(get_area, criteria.area)
TEXT_GETTER(get_device, criteria.device)
TEXT_GETTER(get_type, criteria.type)
TEXT_GETTER(get_owner, owner)
TEXT_GETTER(get_reason, reason)
TEXT_GETTER(get_start, start)
TEXT_GETTER(get_zone, zone)
TEXT_GETTER(get_rule, rule)

#define INT_GETTER(name, type, member)                              \
	static struct towerd_value name(const struct view_row *row) \
	{                                                           \
		return towerd_int(type, row_silence(row).member);   \
	}
INT_GETTER(get_made, TOWERD_DATE, made_ms)
INT_GETTER(get_until, TOWERD_DATE, until_ms)
INT_GETTER(get_next, TOWERD_DATE, next_ms)
INT_GETTER(get_duration, TOWERD_DURATION, duration_ms)
INT_GETTER(get_in_force, TOWERD_TRUTH, is_in_force)

static struct towerd_value
get_qualifier(const struct view_row *row)
{
	const char *qualifier = row_silence(row).criteria.qualifier;
	return qualifier != NULL ? text_value(row, qualifier) : row_none;
}

static struct towerd_value
get_max_severity(const struct view_row *row)
{
	int severity = row_silence(row).criteria.max_severity;
	return severity != 0 ? towerd_int(TOWERD_ENUM, severity) : row_none;
}

static struct towerd_value
get_position(const struct view_row *row)
{
	return row_unsigned(silence_position(row_alarms(row)->silences, row->object));
}

static struct towerd_value
get_held(const struct view_row *row)
{
	return row_unsigned(row_silence(row).held);
}

static struct towerd_value
get_holds(const struct view_row *row)
{
	return row_counter(row_silence(row).holds);
}

/* Numbers 3 to 14 are the same in both. */
#define COMMON(table)                                                                                 \
	VIEW_COLUMN(3, table "Site", TOWERD_TEXT, .get = get_site),                                   \
	    VIEW_COLUMN(4, table "Area", TOWERD_TEXT, .get = get_area),                               \
	    VIEW_COLUMN(5, table "Device", TOWERD_TEXT, .get = get_device),                           \
	    VIEW_COLUMN(6, table "Type", TOWERD_TEXT, .get = get_type),                               \
	    VIEW_COLUMN(7, table "Qualifier", TOWERD_TEXT, .get = get_qualifier),                     \
	    VIEW_COLUMN(8, table "MaxSeverity", TOWERD_ENUM, .get = get_max_severity,                 \
		.info.names = alarm_severity_names),                                                  \
	    VIEW_COLUMN(9, table "Held", TOWERD_UNSIGNED, .get = get_held),                           \
	    VIEW_COLUMN(10, table "Holds", TOWERD_COUNTER, .get = get_holds),                         \
	    VIEW_COLUMN(11, table "Made", TOWERD_DATE, .get = get_made),                              \
	    VIEW_COLUMN(12, table "Until", TOWERD_DATE, .get = get_until),                            \
	    VIEW_COLUMN(                                                                              \
		13, table "Owner", TOWERD_TEXT, .get = get_owner, VIEW_FLAGS(TOWERD_COLUMN_OPERATE)), \
	    VIEW_COLUMN(                                                                              \
		14, table "Reason", TOWERD_TEXT, .get = get_reason, VIEW_FLAGS(TOWERD_COLUMN_OPERATE))

static const struct view_column shelf_columns[] = {
	VIEW_COLUMN(1, "towerdShelfName", TOWERD_TEXT, .get = get_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdShelfPosition", TOWERD_UNSIGNED, .get = get_position),
	COMMON("towerdShelf"),
};

static const struct view_column window_columns[] = {
	VIEW_COLUMN(1, "towerdWindowName", TOWERD_TEXT, .get = get_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdWindowInForce", TOWERD_TRUTH, .get = get_in_force),
	COMMON("towerdWindow"),
	VIEW_COLUMN(15, "towerdWindowStart", TOWERD_TEXT, .get = get_start),
	VIEW_COLUMN(16, "towerdWindowZone", TOWERD_TEXT, .get = get_zone),
	VIEW_COLUMN(17, "towerdWindowRule", TOWERD_TEXT, .get = get_rule),
	VIEW_COLUMN(18, "towerdWindowDuration", TOWERD_DURATION, .get = get_duration),
	VIEW_COLUMN(19, "towerdWindowNext", TOWERD_DATE, .get = get_next),
};

static const struct view templates[] = {
	{ .name = "towerdShelfTable",
	    .title = "shelves",
	    .oid = ".3.1.7.1",
	    COLUMNS(shelf_columns),
	    .seek = shelf_seek },
	{ .name = "towerdWindowTable",
	    .title = "maintenance windows",
	    .oid = ".3.1.8.1",
	    COLUMNS(window_columns),
	    .seek = window_seek },
};

int
silence_view_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
