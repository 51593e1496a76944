/* SPDX-License-Identifier: ISC */
/*
 * Lists of active alarms by name, in the order of their indexes (alarmListName with its length in front). The one with the empty name, the first, is all
 * that is held true; the others are those of the audiences: what each was told, as it was told.
 */
#ifndef AGENT_ALARM_MIB_ALARM_LISTS_H
#define AGENT_ALARM_MIB_ALARM_LISTS_H

#include "agent/alarm/list/inside.h"
#include "agent/view/view.h"

struct alarm_list {
	struct alarms *alarms;
	const struct audience *audience; /* NULL: of the list with the empty name */
	const char *name;
	struct order *rows, *by_index; /* by time, by alarmActiveIndex; of struct entry */
};

/* How one list's rows stand in a table: `key` is the part of the index behind the name; `len` 0 and inclusive: its first row. */
typedef bool alarm_list_seek_fn(
    struct view_row *row, const struct alarm_list *list, const uint32_t *key, size_t len, bool inclusive);

/* For the seek() and next() of a table that begins with alarmListName: the first row that `fn` finds, list by list. */
bool alarm_lists_seek(struct alarms *alarms, struct view_row *row, const uint32_t *key, size_t len,
    bool inclusive, alarm_list_seek_fn *fn);
bool alarm_lists_next(struct view_row *row, alarm_list_seek_fn *fn);

/* Stands the row at an entry of a list (NULL: at the list itself): its object and its mark. `variable`: a further part of the position, below 256. */
void alarm_list_stand(
    struct view_row *row, const struct alarm_list *list, const struct entry *entry, unsigned variable);
struct alarm_list alarm_list_of(const struct view_row *row);
unsigned alarm_list_variable(const struct view_row *row);
/* The row of alarmActiveTable as the list has it. */
struct told alarm_list_told(const struct view_row *row);

size_t alarm_list_index(const struct alarm_list *list, uint32_t *key); /* of the name; its length */
/* The whole index of the row in alarmActiveTable. */
size_t alarm_list_active_index(const struct view_row *row, uint32_t *key);

#endif
