/* SPDX-License-Identifier: ISC */
/* ARC-MIB (RFC 3878): whose alarms are not reported while they are repaired. Read-only: tickets make the rows. */
#include "agent/alarm/mib/alarm_rows.h"
#include "agent/alarm/silence/silence.h"

/* The index: arcIndex with its length, entPhysicalDescr of the resource; arcAlarmType; arcNotificationId with its length, 0.0. */
enum { RESOURCE_LEN = 13, CAUSE_AT = RESOURCE_LEN + 1, KEY_LEN = CAUSE_AT + 4 };
static const uint32_t key_head[RESOURCE_LEN] = { RESOURCE_LEN, MIB_2, 47, 1, 1, 1, 1, 2 };

static const char *const row_states[] = { "active", NULL };
static const char *const storage_types[] = { "nonVolatile", NULL };

static bool
arc_stand(const struct view *view, struct view_row *row, const struct silence *silence)
{
	const struct alarms *alarms = view->arg;
	struct silence_info info;

	if (silence == NULL)
		return false;
	silence_describe(alarms->silences, silence, &info);
	row->object = silence;
	memcpy(row->key, key_head, sizeof(key_head));
	row->key[RESOURCE_LEN] = info.criteria.resource;
	row->key[CAUSE_AT] = info.probable_cause;
	row->key[CAUSE_AT + 1] = 2;
	row->key[CAUSE_AT + 2] = row->key[CAUSE_AT + 3] = 0;
	row->key_len = KEY_LEN;
	return true;
}

/* All keys begin alike: what comes before that is before all of them, what comes behind it behind all. */
static bool
arc_seek_key(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	size_t head = len < RESOURCE_LEN ? len : RESOURCE_LEN;
	int order = view_key_compare(key, head, key_head, RESOURCE_LEN);
	uint32_t resource = 0, cause = 0;
	bool is_inclusive = true;

	if (order > 0)
		return false;
	if (order == 0 && len > RESOURCE_LEN) {
		static const uint32_t tail[] = { 2, 0, 0 };
		resource = key[RESOURCE_LEN];
		cause = len > CAUSE_AT ? key[CAUSE_AT] : 0;
		int rest =
		    len > CAUSE_AT ? view_key_compare(key + CAUSE_AT + 1, len - CAUSE_AT - 1, tail, 3) : -1;
		is_inclusive = rest < 0 || (rest == 0 && inclusive);
	}
	return arc_stand(view, row, arc_seek(alarms->silences, row->scope, resource, cause, is_inclusive));
}

static bool
arc_next_row(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;

	return arc_stand(view, row,
	    arc_seek(alarms->silences, row->scope, row->key[RESOURCE_LEN], row->key[CAUSE_AT], false));
}

static struct towerd_value
get_resource(const struct view_row *row)
{
	return row_resource(row, row_silence(row).criteria.resource);
}

static struct towerd_value
get_cause(const struct view_row *row)
{
	return towerd_int(TOWERD_INTEGER, row_silence(row).probable_cause);
}

static struct towerd_value
get_state(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, row_silence(row).state);
}

/* Seconds. */
static struct towerd_value
get_remaining(const struct view_row *row)
{
	return row_unsigned((uint64_t)(row_silence(row).remaining_ms + 999) / 1000);
}

static struct towerd_value
get_row_status(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 1);
}

static struct towerd_value
get_storage_type(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 3);
}

#define TEXT_GETTER(name, member)                                      \
	static struct towerd_value name(const struct view_row *row)    \
	{                                                              \
		const char *text = row_silence(row).member;            \
		return view_text(row, "%s", text != NULL ? text : ""); \
	}
TEXT_GETTER(get_site, criteria.site)
TEXT_GETTER(get_device, criteria.device)
TEXT_GETTER(get_owner, owner)
TEXT_GETTER(get_reason, reason)

static struct towerd_value
get_ticket(const struct view_row *row)
{
	return row_unsigned(row_silence(row).ticket);
}

static struct towerd_value
get_held(const struct view_row *row)
{
	return row_unsigned(row_silence(row).held);
}

static struct towerd_value
get_until(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, row_silence(row).until_ms);
}

#define LOCAL         VIEW_FLAGS(TOWERD_COLUMN_LOCAL)
#define OPERATE_LOCAL VIEW_FLAGS(TOWERD_COLUMN_LOCAL | TOWERD_COLUMN_OPERATE)

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "arcIndex", TOWERD_OID, .get = get_resource, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "arcAlarmType", TOWERD_INTEGER, .get = get_cause, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "arcNotificationId", TOWERD_OID, .get = row_zero_oid, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(0, "arcSite", TOWERD_TEXT, .get = get_site, LOCAL),
	VIEW_COLUMN(0, "arcDevice", TOWERD_TEXT, .get = get_device, LOCAL),
	VIEW_COLUMN(4, "arcState", TOWERD_ENUM, .get = get_state, VIEW_NAMES(arc_state_names + 1)),
	VIEW_COLUMN(5, "arcNalmTimeRemaining", TOWERD_UNSIGNED, .get = get_remaining, VIEW_UNIT("seconds")),
	VIEW_COLUMN(6, "arcRowStatus", TOWERD_ENUM, .get = get_row_status, VIEW_NAMES(row_states)),
	VIEW_COLUMN(7, "arcStorageType", TOWERD_ENUM, .get = get_storage_type, .info.names = storage_types,
	    .info.first_name = 3),
	VIEW_COLUMN(0, "arcHeld", TOWERD_UNSIGNED, .get = get_held, LOCAL),
	VIEW_COLUMN(0, "arcUntil", TOWERD_DATE, .get = get_until, LOCAL),
	VIEW_COLUMN(0, "arcTicket", TOWERD_UNSIGNED, .get = get_ticket, OPERATE_LOCAL),
	VIEW_COLUMN(0, "arcOwner", TOWERD_TEXT, .get = get_owner, OPERATE_LOCAL),
	VIEW_COLUMN(0, "arcReason", TOWERD_TEXT, .get = get_reason, OPERATE_LOCAL),
};

static struct towerd_value
get_timed(const struct view_row *row)
{
	return row_unsigned((uint64_t)arc_timed_ms(row_alarms(row)->silences) / 1000);
}

static struct towerd_value
get_countdown(const struct view_row *row)
{
	return row_unsigned((uint64_t)arc_countdown_ms(row_alarms(row)->silences) / 1000);
}

static const struct view_column scalars[] = {
	VIEW_COLUMN(1, "arcTITimeInterval", TOWERD_UNSIGNED, .get = get_timed, VIEW_UNIT("seconds")),
	VIEW_COLUMN(2, "arcCDTimeInterval", TOWERD_UNSIGNED, .get = get_countdown, VIEW_UNIT("seconds")),
};

static const struct view templates[] = {
	{ .name = "arcTimeIntervals",
	    .title = "alarm reporting control",
	    .oid = "1.3.6.1.2.1.117.1",
	    COLUMNS(scalars),
	    .is_scalars = true },
	{ .name = "arcTable",
	    .title = "resources under alarm reporting control",
	    .oid = "1.3.6.1.2.1.117.2.1.1",
	    COLUMNS(columns),
	    .seek = arc_seek_key,
	    .next = arc_next_row },
};

int
arc_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
