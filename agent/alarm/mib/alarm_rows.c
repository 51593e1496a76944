/* SPDX-License-Identifier: ISC */
/* Rows of the alarm tables: where they stand in their order, and the pointers that lead from one to another. */
#include "agent/alarm/mib/alarm_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct model_state *
model_state_seek(const struct model_state *states, size_t count, size_t offset, const uint32_t *key,
    size_t len, bool inclusive)
{
	uint32_t least[3]; /* length of the list's name, model, state */

	if (!view_key_bound(key, len, inclusive, least, 3) || least[0] > 0)
		return NULL;
	size_t from = 0, to = count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct model_state *s = &states[middle];
		uint8_t state = *((const uint8_t *)s + offset);
		if (s->number < least[1] || (s->number == least[1] && state < least[2]))
			from = middle + 1;
		else
			to = middle;
	}
	return from < count ? &states[from] : NULL;
}

struct alarms *
row_alarms(const struct view_row *row)
{
	return row->view->arg;
}

struct towerd_value
row_empty_name(const struct view_row *row)
{
	(void)row;
	return towerd_bytes(TOWERD_TEXT, "", 0);
}

struct towerd_value
row_zero_oid(const struct view_row *row)
{
	static const uint32_t zero[] = { 0, 0 };

	(void)row;
	return towerd_oid(zero, 2);
}

struct towerd_value
row_oid(const struct view_row *row, const uint32_t *prefix, size_t prefix_len, const uint32_t *index,
    size_t index_len)
{
	uint32_t *ids = view_scratch(row, (prefix_len + index_len) * sizeof(*ids));

	if (ids == NULL)
		return (struct towerd_value){ .type = TOWERD_NONE };
	memcpy(ids, prefix, prefix_len * sizeof(*ids));
	if (index_len > 0)
		memcpy(ids + prefix_len, index, index_len * sizeof(*ids));
	return towerd_oid(ids, prefix_len + index_len);
}

/* alarmModelNotificationId: a RowPointer is the row's first accessible column (RFC 2579). */
struct towerd_value
row_model_pointer(const struct view_row *row, uint32_t model, unsigned state)
{
	const uint32_t index[] = { 0, model, state };
	return ROW_OID(row, index, 3, MIB_2, 118, 1, 1, 2, 1, 3);
}

/* ituAlarmEventType. */
struct towerd_value
row_itu_model_pointer(const struct view_row *row, uint32_t model, unsigned state)
{
	const uint32_t index[] = { 0, model, itu_severity(state) };
	return ROW_OID(row, index, 3, MIB_2, 121, 1, 1, 1, 1, 2);
}

/* entPhysicalDescr. */
struct towerd_value
row_resource(const struct view_row *row, uint32_t entity)
{
	return ROW_OID(row, &entity, 1, MIB_2, 47, 1, 1, 1, 1, 2);
}

static bool
active_stand(struct view_row *row, const struct entry *e)
{
	if (e == NULL)
		return false;
	row->object = e;
	row->key_len = alarm_time_index(e->alarm.active_ms, e->alarm.active_index, row->key);
	return true;
}

bool
active_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	struct order_key at;

	return alarm_time_bound(key, len, inclusive, &at) &&
	    active_stand(row, order_seek(alarms->active, row->scope, at, true, &at));
}

bool
active_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	const struct entry *e = row->object;
	struct order_key at = alarm_time_key(e->alarm.active_ms, e->alarm.active_index);

	return active_stand(row, order_seek(alarms->active, row->scope, at, false, &at));
}

struct towerd_value
active_date(const struct view_row *row)
{
	const struct entry *e = row->object;
	return towerd_int(TOWERD_DATE, e->alarm.active_ms);
}

struct towerd_value
active_index(const struct view_row *row)
{
	const struct entry *e = row->object;
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = e->alarm.active_index };
}

const char *const row_address_types[] = { "unknown", "ipv4", "ipv6", "ipv4z", "ipv6z", NULL };

struct towerd_value
row_unsigned(uint64_t u)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = u };
}

struct towerd_value
row_counter(uint64_t u)
{
	return (struct towerd_value){ .type = TOWERD_COUNTER, .u = u };
}

struct towerd_value
row_zero_unsigned(const struct view_row *row)
{
	(void)row;
	return row_unsigned(0);
}

struct towerd_value
row_no_octets(const struct view_row *row)
{
	(void)row;
	return towerd_bytes(TOWERD_OCTETS, "", 0);
}

struct towerd_value
row_unknown_address(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 0);
}

struct towerd_value
row_active_notification(const struct view_row *row)
{
	return ROW_OID(row, NULL, 0, MIB_2, 118, 0, 2);
}

struct towerd_value
active_resource_id(const struct view_row *row)
{
	const struct entry *e = row->object;
	return row_resource(row, e->alarm.resource);
}

struct towerd_value
active_model_pointer(const struct view_row *row)
{
	const struct entry *e = row->object;
	return row_model_pointer(row, e->alarm.model, e->alarm.severity);
}

/* A view knows its module: each instance has its own copies, in one place until it is freed. */
int
alarm_views_add(struct alarms *alarms, struct views *views, const struct view *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct view *view = malloc(sizeof(*view));
		if (view == NULL)
			return -ENOMEM;
		*view = from[i];
		view->arg = alarms;
		int rc = views_add(views, view);
		if (rc < 0) {
			free(view);
			return rc;
		}
		alarms->views[alarms->view_count++] = view;
	}
	return 0;
}
