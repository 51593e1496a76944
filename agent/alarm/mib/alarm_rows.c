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

const struct place *
scope_place(const struct view_row *row)
{
	struct alarms *alarms = row_alarms(row);
	uint32_t site = scope_site(row->scope);
	static const struct place quiet;

	if (site == 0)
		return &alarms->total;
	const struct place *place = place_of(alarms, site, false);
	return place != NULL && scope_has_entity(row->scope, site) ? place : &quiet;
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
active_seek_in(
    struct view_row *row, const struct alarm_list *list, const uint32_t *key, size_t len, bool inclusive)
{
	/* As in the list with the empty name; a longer index says no more than one that is longer by one. */
	uint32_t behind[1 + ALARM_TIME_PARTS] = { 0 };
	struct order_key at = { 0, 0 };

	if (len > ALARM_TIME_PARTS)
		len = ALARM_TIME_PARTS;
	if (len > 0)
		memcpy(behind + 1, key, len * sizeof(*key));
	if (!alarm_time_bound(behind, 1 + len, inclusive, &at))
		return false;
	const struct entry *e = order_seek(list->rows, row->scope, at, true, &at);
	if (e == NULL)
		return false;
	alarm_list_stand(row, list, e, 0);
	row->key_len = alarm_list_active_index(row, row->key);
	return true;
}

bool
active_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return alarm_lists_seek(view->arg, row, key, len, inclusive, active_seek_in);
}

bool
active_next(const struct view *view, struct view_row *row)
{
	const struct alarm_list list = alarm_list_of(row);
	const struct told told = alarm_list_told(row);
	struct order_key at = alarm_time_key(told.active_ms, told.index);
	const struct entry *e = order_seek(list.rows, row->scope, at, false, &at);

	(void)view;
	if (e == NULL)
		return alarm_lists_next(row, active_seek_in);
	alarm_list_stand(row, &list, e, 0);
	row->key_len = alarm_list_active_index(row, row->key);
	return true;
}

/* An audience that is gone and holds nothing has none. */
static bool
stats_seek_in(
    struct view_row *row, const struct alarm_list *list, const uint32_t *key, size_t len, bool inclusive)
{
	(void)key;
	if (len > 0 || !inclusive ||
	    (list->audience != NULL && !list->audience->is_open && order_count(list->rows, row->scope) == 0))
		return false;
	alarm_list_stand(row, list, NULL, 0);
	row->key_len = alarm_list_index(list, row->key);
	return true;
}

bool
stats_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	return alarm_lists_seek(view->arg, row, key, len, inclusive, stats_seek_in);
}

bool
stats_next(const struct view *view, struct view_row *row)
{
	(void)view;
	return alarm_lists_next(row, stats_seek_in);
}

bool
stats_has_totals(const struct view_row *row)
{
	return scope_is_all(row->scope) ||
	    (scope_site(row->scope) != 0 && alarm_list_of(row).audience == NULL);
}

struct towerd_value
row_list_name(const struct view_row *row)
{
	const char *name = alarm_list_of(row).name;
	return towerd_bytes(TOWERD_TEXT, name, strlen(name));
}

struct towerd_value
active_date(const struct view_row *row)
{
	return towerd_int(TOWERD_DATE, alarm_list_told(row).active_ms);
}

struct towerd_value
active_index(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = alarm_list_told(row).index };
}

const char *const row_address_types[] = { "unknown", "ipv4", "ipv6", "ipv4z", "ipv6z", NULL };

const char *const row_operator_states[] = { "none", "ack", "closed", "shelved", "un-shelved", NULL };

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
	return row_model_pointer(row, e->alarm.model, alarm_list_told(row).severity);
}

/* row->mark: the position, from 0. */
static bool
position_stand(struct view_row *row, const struct entry *e, size_t at)
{
	row->object = e;
	row->mark = at;
	row->key[0] = (uint32_t)e->alarm.number;
	row->key[1] = (uint32_t)at + 1;
	row->key_len = 2;
	return true;
}

static bool
position_stand_behind(struct view_row *row, struct order *order, entry_count_fn *count, struct order_key at)
{
	const struct entry *e;

	while ((e = order_seek(order, row->scope, at, false, &at)) != NULL)
		if (count(e) > 0)
			return position_stand(row, e, 0);
	return false;
}

bool
positions_seek(struct view_row *row, struct order *order, entry_count_fn *count, const uint32_t *key,
    size_t len, bool inclusive)
{
	uint32_t least[2];
	struct order_key at;

	if (!view_key_bound(key, len, inclusive, least, 2))
		return false;
	const struct entry *e =
	    order_seek(order, row->scope, (struct order_key){ .hi = least[0] }, true, &at);
	if (e == NULL)
		return false;
	size_t from = at.hi == least[0] && least[1] > 0 ? least[1] - 1 : 0;
	return from < count(e) ? position_stand(row, e, from) : position_stand_behind(row, order, count, at);
}

bool
positions_next(struct view_row *row, struct order *order, entry_count_fn *count)
{
	const struct entry *e = row->object;

	return row->mark + 1 < count(e)
	    ? position_stand(row, e, row->mark + 1)
	    : position_stand_behind(row, order, count, alarm_number_key(e->alarm.number));
}

/* A view knows its module: each instance has its own copies, in one place until it is freed. */
int
alarm_views_add(struct alarms *alarms, struct views *views, const struct view *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (alarms->view_count == VIEWS_MAX)
			return -ENOSPC;
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

bool
number_stand(struct view_row *row, struct order *order, struct order_key at, bool inclusive)
{
	const struct entry *e = order_seek(order, row->scope, at, inclusive, &at);

	if (e == NULL)
		return false;
	row->object = e;
	row->key[0] = (uint32_t)e->alarm.number;
	row->key_len = 1;
	return true;
}

bool
number_seek(struct view_row *row, struct order *order, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[1];

	return view_key_bound(key, len, inclusive, least, 1) &&
	    number_stand(row, order, (struct order_key){ .hi = least[0] }, true);
}

struct silence_info
row_silence(const struct view_row *row)
{
	struct silence_info info;

	silence_describe(row_alarms(row)->silences, row->object, &info);
	return info;
}
