/* SPDX-License-Identifier: ISC */
#include "agent/alarm/mib/alarm_lists.h"

#include <string.h>

#define NAME_PARTS (1 + AUDIENCE_NAME_MAX)

/* By its place: 0 the empty name. */
static struct alarm_list
list_at(struct alarms *alarms, size_t i)
{
	if (i == 0)
		return (struct alarm_list){
			.alarms = alarms, .name = "", .rows = alarms->active, .by_index = alarms->by_index
		};
	const struct audience *audience = &alarms->audiences[alarms->by_name[i - 1]];
	return (struct alarm_list){ .alarms = alarms,
		.audience = audience,
		.name = audience->name,
		.rows = audience->rows,
		.by_index = audience->by_index };
}

size_t
alarm_list_index(const struct alarm_list *list, uint32_t *key)
{
	size_t len = strlen(list->name);

	key[0] = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		key[1 + i] = (uint8_t)list->name[i];
	return 1 + len;
}

static int
compare(struct alarms *alarms, size_t i, const uint32_t *key, size_t len)
{
	const struct alarm_list list = list_at(alarms, i);
	uint32_t name[NAME_PARTS];
	size_t name_len = alarm_list_index(&list, name);
	return view_key_compare(name, name_len, key, len < name_len ? len : name_len);
}

/* The first list that does not end before the key. No name is the beginning of another: the key is within one of them, or between two. */
static size_t
first_at(struct alarms *alarms, const uint32_t *key, size_t len)
{
	size_t from = 0, to = alarms->audience_count + 1;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare(alarms, middle, key, len) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool
seek_from(struct alarms *alarms, struct view_row *row, size_t i, alarm_list_seek_fn *fn)
{
	for (; i <= alarms->audience_count; i++) {
		const struct alarm_list list = list_at(alarms, i);
		if (fn(row, &list, NULL, 0, true))
			return true;
	}
	return false;
}

bool
alarm_lists_seek(struct alarms *alarms, struct view_row *row, const uint32_t *key, size_t len, bool inclusive,
    alarm_list_seek_fn *fn)
{
	size_t i = first_at(alarms, key, len);

	if (i > alarms->audience_count)
		return false;
	const struct alarm_list list = list_at(alarms, i);
	size_t name_len = 1 + strlen(list.name);
	if (len < name_len || compare(alarms, i, key, len) > 0)
		return seek_from(alarms, row, i, fn);
	return fn(row, &list, key + name_len, len - name_len, inclusive) || seek_from(alarms, row, i + 1, fn);
}

bool
alarm_lists_next(struct view_row *row, alarm_list_seek_fn *fn)
{
	const struct alarm_list list = alarm_list_of(row);
	uint32_t name[NAME_PARTS];
	size_t name_len = alarm_list_index(&list, name);

	return seek_from(list.alarms, row, first_at(list.alarms, name, name_len) + 1, fn);
}

void
alarm_list_stand(
    struct view_row *row, const struct alarm_list *list, const struct entry *e, unsigned variable)
{
	uint64_t number =
	    list->audience != NULL ? (uint64_t)(list->audience - list->alarms->audiences) + 1 : 0;

	row->object = e;
	row->mark = number << 8 | variable;
}

struct alarm_list
alarm_list_of(const struct view_row *row)
{
	struct alarms *alarms = row->view->arg;
	size_t number = (size_t)(row->mark >> 8);

	if (number == 0)
		return list_at(alarms, 0);
	const struct audience *audience = &alarms->audiences[number - 1];
	return (struct alarm_list){ .alarms = alarms,
		.audience = audience,
		.name = audience->name,
		.rows = audience->rows,
		.by_index = audience->by_index };
}

unsigned
alarm_list_variable(const struct view_row *row)
{
	return (unsigned)(row->mark & 0xff);
}

struct told
alarm_list_told(const struct view_row *row)
{
	const struct entry *e = row->object;
	size_t number = (size_t)(row->mark >> 8);

	if (number > 0)
		return *told_at(e, (unsigned)number - 1);
	return (struct told){ .severity = e->alarm.severity,
		.index = e->alarm.active_index,
		.active_ms = e->alarm.active_ms,
		.journal = e->alarm.journal_number };
}

size_t
alarm_list_active_index(const struct view_row *row, uint32_t *key)
{
	const struct alarm_list list = alarm_list_of(row);
	const struct told told = alarm_list_told(row);
	uint32_t empty[ALARM_TIME_PARTS];
	size_t name_len = alarm_list_index(&list, key);

	/* Behind the name it is as in the list without one. */
	size_t len = alarm_time_index(told.active_ms, told.index, empty) - 1;
	memcpy(key + name_len, empty + 1, len * sizeof(*key));
	return name_len + len;
}
