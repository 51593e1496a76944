/* SPDX-License-Identifier: ISC */
/* ALARM-MIB (RFC 3877): models, active and cleared alarms. One list, the empty name: all that is held true. Model and pointers are read-only. */
#include <errno.h>
#include <stdlib.h>

#include "agent/alarm/alarm_rows.h"

static const char *const address_types[] = { "unknown", "ipv4", "ipv6", "ipv4z", "ipv6z", NULL };
static const char *const row_states[] = { "active", NULL };

static struct towerd_value
an_unsigned(uint64_t u)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = u };
}

static struct towerd_value
a_counter(uint64_t u)
{
	return (struct towerd_value){ .type = TOWERD_COUNTER, .u = u };
}

static const struct towerd_value none = { .type = TOWERD_NONE };

/* Scalars. */

/* A reader of a single site has that site's own clocks and counts; one of areas has the clock of all, which says "read again" too often, never too seldom. */
static const struct place *
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

static struct towerd_value
model_last_changed(const struct view_row *row)
{
	return towerd_int(TOWERD_INSTANT, row_alarms(row)->models.changed_ms);
}

static struct towerd_value
active_last_changed(const struct view_row *row)
{
	return towerd_int(TOWERD_INSTANT, scope_place(row)->last_change_ms);
}

static struct towerd_value
active_overflow(const struct view_row *row)
{
	return a_counter(row_alarms(row)->stats.overflow);
}

static struct towerd_value
clear_maximum(const struct view_row *row)
{
	return an_unsigned(row_alarms(row)->settings.clear_keep);
}

static const struct view_column model_scalars[] = {
	VIEW_COLUMN(1, "alarmModelLastChanged", TOWERD_INSTANT, .get = model_last_changed),
};
static const struct view_column active_scalars[] = {
	VIEW_COLUMN(1, "alarmActiveLastChanged", TOWERD_INSTANT, .get = active_last_changed),
	VIEW_COLUMN(5, "alarmActiveOverflow", TOWERD_COUNTER, .get = active_overflow),
};
static const struct view_column clear_scalars[] = {
	VIEW_COLUMN(1, "alarmClearMaximum", TOWERD_UNSIGNED, .get = clear_maximum),
};

/* alarmModelTable: the same for every reader. */

static bool
model_stand(const struct view *view, struct view_row *row, const struct model_state *s)
{
	const struct alarms *alarms = view->arg;

	if (s == NULL || s == alarms->models.states + alarms->models.state_count)
		return false;
	row->object = s;
	row->key[0] = 0;
	row->key[1] = s->number;
	row->key[2] = s->state;
	row->key_len = 3;
	return true;
}

static bool
model_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct models *m = &((const struct alarms *)view->arg)->models;
	return model_stand(view, row,
	    model_state_seek(
		m->states, m->state_count, offsetof(struct model_state, state), key, len, inclusive));
}

static bool
model_next(const struct view *view, struct view_row *row)
{
	return model_stand(view, row, (const struct model_state *)row->object + 1);
}

static struct towerd_value
model_notification(const struct view_row *row)
{
	const struct model_state *s = row->object;
	const uint32_t which = s->state == TOWERD_CLEARED ? 3 : 2; /* alarmClearState, alarmActiveState */
	return ROW_OID(row, &which, 1, MIB_2, 118, 0);
}

static struct towerd_value
model_zero_unsigned(const struct view_row
	*row) /* not applicable: no varbind's number tells the state, the model pointer does */
{
	(void)row;
	return an_unsigned(0);
}

static struct towerd_value
model_zero_integer(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_INTEGER, 0);
}

static struct towerd_value
model_description(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return view_text(
	    row, "%s, %s: %s", s->type->name, alarm_severity_names[s->state], s->type->description);
}

static struct towerd_value
model_specific(const struct view_row *row)
{
	const struct model_state *s = row->object;
	return row_itu_model_pointer(row, s->number, s->state);
}

static struct towerd_value
model_row_status(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 1);
}

static const struct view_column model_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(1, "alarmModelIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct model_state, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmModelState", TOWERD_UNSIGNED, VIEW_FIELD(struct model_state, state),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "alarmModelNotificationId", TOWERD_OID, .get = model_notification),
	VIEW_COLUMN(4, "alarmModelVarbindIndex", TOWERD_UNSIGNED, .get = model_zero_unsigned),
	VIEW_COLUMN(5, "alarmModelVarbindValue", TOWERD_INTEGER, .get = model_zero_integer),
	VIEW_COLUMN(6, "alarmModelDescription", TOWERD_TEXT, .get = model_description),
	VIEW_COLUMN(7, "alarmModelSpecificPointer", TOWERD_OID, .get = model_specific),
	VIEW_COLUMN(8, "alarmModelVarbindSubtree", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(9, "alarmModelResourcePrefix", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(10, "alarmModelRowStatus", TOWERD_ENUM, .get = model_row_status, VIEW_NAMES(row_states)),
};

/* alarmActiveTable. */

static struct towerd_value
no_octets(const struct view_row
	*row) /* what came in by SNMPv1, v2c or MQTT has no engine (RFC 3877, alarmActiveEngineID) */
{
	(void)row;
	return towerd_bytes(TOWERD_OCTETS, "", 0);
}

static struct towerd_value
unknown_address(const struct view_row *row)
{
	(void)row;
	return towerd_int(TOWERD_ENUM, 0);
}

static struct towerd_value
active_context(const struct view_row
	*row) /* each site answers in the context of its id; the agent's own is the default one */
{
	const struct entry *e = row->object;
	return view_text(row, "%s", e->site_id);
}

static struct towerd_value
active_notification(const struct view_row *row)
{
	(void)row;
	return ROW_OID(row, NULL, 0, MIB_2, 118, 0, 2);
}

static struct towerd_value
active_resource(const struct view_row *row)
{
	const struct entry *e = row->object;
	return row_resource(row, e->alarm.resource);
}

static struct towerd_value
active_description(const struct view_row *row)
{
	const struct entry *e = row->object;
	const struct site *site =
	    e->alarm.site != 0 ? model_site_of(row_alarms(row)->model, e->alarm.site) : NULL;
	const char *name = site != NULL && site->name != NULL ? site->name : "";

	if (e->alarm.site == 0)
		return view_text(row, "%s", e->alarm.text);
	return view_text(row, "%s%s%s%s%s: %s", e->site_id, name[0] != '\0' ? " " : "", name,
	    e->slot[0] != '\0' ? "/" : "", e->slot, e->alarm.text);
}

static struct towerd_value
active_model(const struct view_row *row)
{
	const struct entry *e = row->object;
	return row_model_pointer(row, e->alarm.model, e->alarm.severity);
}

static struct towerd_value
active_specific(const struct view_row *row) /* ituAlarmActiveTrendIndication of the same index */
{
	return ROW_OID(row, row->key, row->key_len, MIB_2, 121, 1, 2, 1, 1, 1);
}

static struct towerd_value active_variables(const struct view_row *row);

static const struct view_column active_columns[] = {
	VIEW_COLUMN(1, "alarmListName", TOWERD_TEXT, .get = row_empty_name, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "alarmActiveDateAndTime", TOWERD_DATE, .get = active_date, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    3, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index, VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(4, "alarmActiveEngineID", TOWERD_OCTETS, .get = no_octets),
	VIEW_COLUMN(5, "alarmActiveEngineAddressType", TOWERD_ENUM, .get = unknown_address,
	    .info.names = address_types),
	VIEW_COLUMN(6, "alarmActiveEngineAddress", TOWERD_OCTETS, .get = no_octets),
	VIEW_COLUMN(7, "alarmActiveContextName", TOWERD_TEXT, .get = active_context),
	VIEW_COLUMN(8, "alarmActiveVariables", TOWERD_UNSIGNED, .get = active_variables),
	VIEW_COLUMN(9, "alarmActiveNotificationID", TOWERD_OID, .get = active_notification),
	VIEW_COLUMN(10, "alarmActiveResourceId", TOWERD_OID, .get = active_resource),
	VIEW_COLUMN(11, "alarmActiveDescription", TOWERD_TEXT, .get = active_description),
	VIEW_COLUMN(12, "alarmActiveLogPointer", TOWERD_OID, .get = row_zero_oid),
	VIEW_COLUMN(13, "alarmActiveModelPointer", TOWERD_OID, .get = active_model),
	VIEW_COLUMN(14, "alarmActiveSpecificPointer", TOWERD_OID, .get = active_specific),
};

/* alarmActiveVariableTable: the varbinds of the notification. The row's mark is the variable's index. */

static struct towerd_value
variable_uptime(const struct view_row *row)
{
	const struct entry *e = row->object;
	return towerd_int(TOWERD_INSTANT, e->alarm.changed_now_ms);
}

/* The columns of alarmActiveTable that the notification names, at this alarm's own index there. */
static struct towerd_value
active_instance(const struct view_row *row, uint32_t column)
{
	const struct entry *e = row->object;
	uint32_t index[15] = { column };
	size_t len = alarm_time_index(e->alarm.active_ms, e->alarm.active_index, index + 1);
	return ROW_OID(row, index, 1 + len, MIB_2, 118, 1, 2, 2, 1);
}

static struct towerd_value
id_uptime(const struct view_row *row)
{
	return ROW_OID(row, NULL, 0, MIB_2, 1, 3, 0);
}

static struct towerd_value
id_trap_oid(const struct view_row *row)
{
	return ROW_OID(row, NULL, 0, 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);
}

static struct towerd_value
id_model(const struct view_row *row)
{
	return active_instance(row, 13);
}

static struct towerd_value
id_resource(const struct view_row *row)
{
	return active_instance(row, 10);
}

enum { TIME_TICKS = 3, OBJECT_ID = 7 }; /* alarmActiveVariableValueType */

static const struct variable {
	struct towerd_value (*id)(const struct view_row *row);
	int type;
	struct towerd_value (*value)(const struct view_row *row);
} variables[] = {
	{ id_uptime, TIME_TICKS, variable_uptime },
	{ id_trap_oid, OBJECT_ID, active_notification },
	{ id_model, OBJECT_ID, active_model },
	{ id_resource, OBJECT_ID, active_resource },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

static struct towerd_value
active_variables(const struct view_row *row)
{
	(void)row;
	return an_unsigned(VARIABLES);
}

static bool
variable_stand(struct view_row *row, const struct entry *e, uint32_t variable)
{
	if (e == NULL)
		return false;
	row->object = e;
	row->mark = variable;
	row->key[0] = 0;
	row->key[1] = e->alarm.active_index;
	row->key[2] = variable;
	row->key_len = 3;
	return true;
}

static bool
variable_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	uint32_t least[3];

	if (!view_key_bound(key, len, inclusive, least, 3) || least[0] > 0)
		return false;
	struct order_key at = alarm_index_key(least[1]);
	bool is_past = least[2] > VARIABLES;
	const struct entry *e = order_seek(alarms->by_index, row->scope, at, !is_past, &at);
	if (e != NULL && e->alarm.active_index == least[1] && least[2] > 1)
		return variable_stand(row, e, least[2]);
	return variable_stand(row, e, 1);
}

static bool
variable_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	const struct entry *e = row->object;

	if (row->mark < VARIABLES)
		return variable_stand(row, e, (uint32_t)row->mark + 1);
	struct order_key at = alarm_index_key(e->alarm.active_index);
	return variable_stand(row, order_seek(alarms->by_index, row->scope, at, false, &at), 1);
}

static const struct variable *
variable_of(const struct view_row *row)
{
	return &variables[row->mark - 1];
}

static struct towerd_value
variable_index(const struct view_row *row)
{
	return an_unsigned(row->mark);
}

static struct towerd_value
variable_id(const struct view_row *row)
{
	return variable_of(row)->id(row);
}

static struct towerd_value
variable_type(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, variable_of(row)->type);
}

static struct towerd_value
variable_ticks(const struct view_row *row)
{
	return variable_of(row)->type == TIME_TICKS ? variable_of(row)->value(row) : none;
}

static struct towerd_value
variable_oid(const struct view_row *row)
{
	return variable_of(row)->type == OBJECT_ID ? variable_of(row)->value(row) : none;
}

static const char *const variable_types[] = { "counter32", "unsigned32", "timeTicks", "integer32",
	"ipAddress", "octetString", "objectId", "counter64", "opaque", NULL };

/* Columns 4, 5, 7, 8, 9, 11 and 12 have no instance: no variable of ours is of their types. */
static const struct view_column variable_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(0, "alarmActiveIndex", TOWERD_UNSIGNED, .get = active_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX | TOWERD_COLUMN_LOCAL)),
	VIEW_COLUMN(1, "alarmActiveVariableIndex", TOWERD_UNSIGNED, .get = variable_index,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmActiveVariableID", TOWERD_OID, .get = variable_id),
	VIEW_COLUMN(
	    3, "alarmActiveVariableValueType", TOWERD_ENUM, .get = variable_type, VIEW_NAMES(variable_types)),
	VIEW_COLUMN(6, "alarmActiveVariableTimeTicksVal", TOWERD_INSTANT, .get = variable_ticks),
	VIEW_COLUMN(10, "alarmActiveVariableOidVal", TOWERD_OID, .get = variable_oid),
};

/* alarmActiveStatsTable: one row, for the one list. */

static bool
stats_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	uint32_t least[1];

	(void)view;
	if (!view_key_bound(key, len, inclusive, least, 1) || least[0] > 0)
		return false;
	row->key[0] = 0;
	row->key_len = 1;
	row->object = view->arg;
	return true;
}

/* Counts of other people's alarms are not for a reader of some areas; for those there is the current count alone. */
static bool
has_totals(const struct view_row *row)
{
	return scope_is_all(row->scope) || scope_site(row->scope) != 0;
}

static struct towerd_value
stats_current(const struct view_row *row)
{
	return an_unsigned(order_count(row_alarms(row)->active, row->scope));
}

static struct towerd_value
stats_actives(const struct view_row *row)
{
	return has_totals(row) ? a_counter(scope_place(row)->raised) : none;
}

static struct towerd_value
stats_last_raise(const struct view_row *row)
{
	return has_totals(row) ? towerd_int(TOWERD_INSTANT, scope_place(row)->last_raise_ms) : none;
}

static struct towerd_value
stats_last_clear(const struct view_row *row)
{
	return has_totals(row) ? towerd_int(TOWERD_INSTANT, scope_place(row)->last_clear_ms) : none;
}

static const struct view_column stats_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(1, "alarmActiveStatsActiveCurrent", TOWERD_UNSIGNED, .get = stats_current),
	VIEW_COLUMN(2, "alarmActiveStatsActives", TOWERD_COUNTER, .get = stats_actives),
	VIEW_COLUMN(3, "alarmActiveStatsLastRaise", TOWERD_INSTANT, .get = stats_last_raise),
	VIEW_COLUMN(4, "alarmActiveStatsLastClear", TOWERD_INSTANT, .get = stats_last_clear),
};

/* alarmClearTable. */

static bool
clear_stand(struct view_row *row, const struct cleared *c)
{
	if (c == NULL)
		return false;
	row->object = c;
	row->key_len = alarm_time_index(c->cleared_ms, c->index, row->key);
	return true;
}

static bool
clear_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t len, bool inclusive)
{
	const struct alarms *alarms = view->arg;
	struct order_key at;

	return alarm_time_bound(key, len, inclusive, &at) &&
	    clear_stand(row, order_seek(alarms->cleared_order, row->scope, at, true, &at));
}

static bool
clear_next(const struct view *view, struct view_row *row)
{
	const struct alarms *alarms = view->arg;
	struct order_key at = ((const struct cleared *)row->object)->key;
	return clear_stand(row, order_seek(alarms->cleared_order, row->scope, at, false, &at));
}

static struct towerd_value
clear_context(const struct view_row *row)
{
	const struct cleared *c = row->object;
	const struct site *site = c->site != 0 ? model_site_of(row_alarms(row)->model, c->site) : NULL;
	return view_text(row, "%s", site != NULL ? site->id : "");
}

static struct towerd_value
clear_resource(const struct view_row *row)
{
	return row_resource(row, ((const struct cleared *)row->object)->resource);
}

static struct towerd_value
clear_model(const struct view_row *row)
{
	const struct cleared *c = row->object;
	return row_model_pointer(row, c->model, c->severity);
}

static const struct view_column clear_columns[] = {
	LIST_NAME,
	VIEW_COLUMN(1, "alarmClearIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct cleared, index),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "alarmClearDateAndTime", TOWERD_DATE, VIEW_FIELD(struct cleared, cleared_ms),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "alarmClearEngineID", TOWERD_OCTETS, .get = no_octets),
	VIEW_COLUMN(4, "alarmClearEngineAddressType", TOWERD_ENUM, .get = unknown_address,
	    .info.names = address_types),
	VIEW_COLUMN(5, "alarmClearEngineAddress", TOWERD_OCTETS, .get = no_octets),
	VIEW_COLUMN(6, "alarmClearContextName", TOWERD_TEXT, .get = clear_context),
	VIEW_COLUMN(7, "alarmClearNotificationID", TOWERD_OID, .get = active_notification),
	VIEW_COLUMN(8, "alarmClearResourceId", TOWERD_OID, .get = clear_resource),
	VIEW_COLUMN(9, "alarmClearLogIndex", TOWERD_UNSIGNED, .get = model_zero_unsigned),
	VIEW_COLUMN(10, "alarmClearModelPointer", TOWERD_OID, .get = clear_model),
};

#define ALARM_MIB "1.3.6.1.2.1.118"

static const struct view templates[] = {
	{ .name = "alarmModelScalars",
	    .title = "alarm models",
	    .oid = ALARM_MIB ".1.1",
	    COLUMNS(model_scalars),
	    .is_scalars = true },
	{ .name = "alarmModelTable",
	    .title = "alarms that can be",
	    .oid = ALARM_MIB ".1.1.2.1",
	    COLUMNS(model_columns),
	    .seek = model_seek,
	    .next = model_next },
	{ .name = "alarmActiveScalars",
	    .title = "active alarms",
	    .oid = ALARM_MIB ".1.2",
	    COLUMNS(active_scalars),
	    .is_scalars = true },
	{ .name = "alarmActiveTable",
	    .title = "active alarms by time",
	    .oid = ALARM_MIB ".1.2.2.1",
	    COLUMNS(active_columns),
	    .seek = active_seek,
	    .next = active_next },
	{ .name = "alarmActiveVariableTable",
	    .title = "variables of active alarms' notifications",
	    .oid = ALARM_MIB ".1.2.3.1",
	    COLUMNS(variable_columns),
	    .seek = variable_seek,
	    .next = variable_next },
	{ .name = "alarmActiveStatsTable",
	    .title = "counts of active alarms",
	    .oid = ALARM_MIB ".1.2.4.1",
	    COLUMNS(stats_columns),
	    .seek = stats_seek },
	{ .name = "alarmClearScalars",
	    .title = "cleared alarms",
	    .oid = ALARM_MIB ".1.3",
	    COLUMNS(clear_scalars),
	    .is_scalars = true },
	{ .name = "alarmClearTable",
	    .title = "alarms cleared since the start",
	    .oid = ALARM_MIB ".1.3.2.1",
	    COLUMNS(clear_columns),
	    .seek = clear_seek,
	    .next = clear_next },
};

int
alarm_mib_add(struct alarms *alarms, struct views *views)
{
	return alarm_views_add(alarms, views, templates, sizeof(templates) / sizeof(templates[0]));
}
