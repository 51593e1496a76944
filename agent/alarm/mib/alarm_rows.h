/* SPDX-License-Identifier: ISC */
/* What the tables of ALARM-MIB and ITU-ALARM-MIB have in common: walks of the agent's orders, pointers from one table into another. */
#ifndef AGENT_ALARM_MIB_ALARM_ROWS_H
#define AGENT_ALARM_MIB_ALARM_ROWS_H

#include "agent/alarm/list/alarm_model.h"
#include "agent/alarm/list/inside.h"
#include "agent/alarm/mib/alarm_lists.h"
#include "agent/alarm/silence/silence.h"
#include "agent/view/view.h"

/* The first state in a sorted array at or behind (number, x), where x is the member at `offset`. NULL: none. */
const struct model_state *model_state_seek(const struct model_state *states, size_t count, size_t offset,
    const uint32_t *key, size_t len, bool inclusive);

struct alarms *row_alarms(const struct view_row *row);
/* A reader of a single site has that site's own clocks and counts; one of areas has the clock of all, which says "read again" too often, never too seldom. */
const struct place *scope_place(const struct view_row *row);
struct towerd_value row_empty_name(const struct view_row *row); /* alarmListName, the empty one */
struct towerd_value row_list_name(const struct view_row *row);  /* the same of a row in one of all lists */
struct towerd_value row_zero_oid(const struct view_row *row);   /* 0.0 */
struct towerd_value row_oid(const struct view_row *row, const uint32_t *prefix, size_t prefix_len,
    const uint32_t *index, size_t index_len);
struct towerd_value row_model_pointer(const struct view_row *row, uint32_t model, unsigned state);
struct towerd_value row_itu_model_pointer(const struct view_row *row, uint32_t model, unsigned state);
struct towerd_value row_resource(const struct view_row *row, uint32_t entity);

struct towerd_value row_zero_unsigned(const struct view_row *row);
struct towerd_value row_active_notification(const struct view_row *row); /* alarmActiveState */
/* What came in by SNMPv1, SNMPv2c or MQTT has no engine, and where a device is reached is not for every reader: unknown(0), no octets. */
struct towerd_value row_no_octets(const struct view_row *row);
struct towerd_value row_unknown_address(const struct view_row *row);
extern const char *const row_address_types[];
extern const char *const row_operator_states[]; /* the first is 1 */
struct towerd_value row_unsigned(uint64_t u);
struct towerd_value row_counter(uint64_t u);
static const struct towerd_value row_none = { .type = TOWERD_NONE };

/* A table in the order of list, time and index: alarmActiveTable, ituAlarmActiveTable; rows as alarm_lists.h has them. */
bool
active_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive);
bool active_next(const struct view *view, struct view_row *row);
/* A table with a row for each list. */
bool
stats_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive);
bool stats_next(const struct view *view, struct view_row *row);
/* Counts of other people's alarms are not for a reader of some areas: for those there is the current count alone, and that of the list with the empty name of a site. */
bool stats_has_totals(const struct view_row *row);
struct towerd_value active_date(const struct view_row *row);
struct towerd_value active_index(const struct view_row *row);
struct towerd_value active_resource_id(const struct view_row *row);
struct towerd_value active_model_pointer(const struct view_row *row);
unsigned alarm_variable_count(void); /* of a notification */
/* A table of what each alarm has several of: index alarm's number, position from 1; row->mark is the position from 0. `order` by number. */
typedef size_t entry_count_fn(const struct entry *entry);
bool positions_seek(struct view_row *row, struct order *order, entry_count_fn *count, const uint32_t *key,
    size_t len, bool inclusive);
bool positions_next(struct view_row *row, struct order *order, entry_count_fn *count);

/* A table by the alarm's number alone, over one of the list's orders; the row's object is a struct entry. */
bool number_stand(struct view_row *row, struct order *order, struct order_key at, bool inclusive);
bool number_seek(struct view_row *row, struct order *order, const uint32_t *key, size_t len, bool inclusive);
struct silence_info row_silence(const struct view_row *row); /* of a row whose object is a silence */

int alarm_views_add(struct alarms *alarms, struct views *views, const struct view *from, size_t count);

#define ROW_OID(row, index, index_len, ...)             \
	row_oid(row, (const uint32_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), index, index_len)

#define MIB_2      1, 3, 6, 1, 2, 1
#define COLUMNS(a) .columns = (a), .column_count = sizeof(a) / sizeof((a)[0])
#define ANY_LIST_NAME                                                      \
	VIEW_COLUMN(0, "alarmListName", TOWERD_TEXT, .get = row_list_name, \
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL))
#define LIST_NAME                                                           \
	VIEW_COLUMN(0, "alarmListName", TOWERD_TEXT, .get = row_empty_name, \
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL))

#endif
