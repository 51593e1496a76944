/* SPDX-License-Identifier: ISC */
/*
 * Journal cursors: each listener gets what it asked for in the order of numbers, as its credit allows, from its durable position on. There
 * is one way for catching up and for what is new: store_read(), which has the newest in memory.
 *
 * While the disk fails, alarms come from here instead, marked as not durable; when they are durable the cursor comes by them again, and
 * passes over those that were acknowledged meanwhile or are still in flight.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/host/cursors.h"
#include "agent/model/model.h"

#define BATCH      256
#define RETRY_MS   5000
#define CREDIT_MAX 4096

/* What a listener wants to hear. */

static const struct site *
site_of_object(const struct host *host, const char *object)
{
	char id[64];
	size_t len = strcspn(object, "/ ");

	if (strncmp(object, "ticket ", strlen("ticket ")) == 0) {
		const struct ticket *ticket =
		    ticket_find(host->parts.repair, (uint32_t)strtoul(object + strlen("ticket "), NULL, 10));
		return ticket == NULL ? NULL : model_site_of(host->parts.model, ticket->site);
	}
	if (len >= sizeof(id))
		return NULL;
	memcpy(id, object, len);
	id[len] = '\0';
	return model_site(host->parts.model, id);
}

/* What is about no site that we know is the agent's own: not for one who may see a single site alone. */
static bool
is_in_scope(const struct cursor *cursor, const char *object, const struct towerd_alarm_record *alarm)
{
	const struct host *host = cursor->plugin->host;

	if (scope_is_all(cursor->scope))
		return true;
	if (alarm != NULL)
		return scope_has_entity(cursor->scope, alarm->resource);
	const struct site *site = site_of_object(host, object);
	return site != NULL ? scope_has_entity(cursor->scope, site->entity.number)
			    : scope_site(cursor->scope) == 0;
}

static bool
is_of_type(const struct cursor *cursor, const char *type)
{
	if (cursor->types == NULL)
		return true;
	for (char **wanted = cursor->types; *wanted != NULL; wanted++)
		if (strncmp(type, *wanted, strlen(*wanted)) == 0)
			return true;
	return false;
}

static bool
is_wanted(const struct cursor *cursor, const struct towerd_record *record)
{
	const struct towerd_alarm_record *alarm = record->alarm;

	/* Who is told what was settled when it was journalled. */
	if (alarm != NULL && cursor->list != NULL)
		return alarm->is_told;
	return is_in_scope(cursor, record->object, alarm);
}

/* In flight, and acknowledged. */

static struct flight *
flight_find(struct cursor *cursor, uint64_t number)
{
	for (unsigned i = 0; i < cursor->flight_count; i++)
		if (cursor->flights[i].number == number)
			return &cursor->flights[i];
	return NULL;
}

static void
deliver(struct cursor *cursor, const struct towerd_record *record)
{
	struct plugin *plugin = cursor->plugin;

	assert(cursor->flight_count < cursor->credit);
	cursor->flights[cursor->flight_count++] =
	    (struct flight){ .number = record->number, .is_durable = record->is_durable };
	cursor->delivered++;
	struct plugin_lap lap = plugin_enter(plugin);
	plugin->has.journal(&plugin->ctx, cursor->number, record); /* may acknowledge at once */
	plugin_leave(plugin, lap);
}

/* Everything at or before it was acknowledged, or was not for this listener. */
static uint64_t
cursor_position(const struct cursor *cursor)
{
	uint64_t position = cursor->read;

	for (unsigned i = 0; i < cursor->flight_count; i++)
		if (cursor->flights[i].is_durable && !cursor->flights[i].is_acknowledged &&
		    cursor->flights[i].number <= position)
			position = cursor->flights[i].number - 1;
	return position;
}

static bool
early_take(struct cursor *cursor, uint64_t number)
{
	for (size_t i = 0; i < cursor->early_count; i++)
		if (cursor->early[i] == number) {
			cursor->early[i] = cursor->early[--cursor->early_count];
			return true;
		}
	return false;
}

static void
early_add(struct cursor *cursor, uint64_t number)
{
	if (cursor->early_count == cursor->early_capacity) {
		size_t capacity = cursor->early_capacity == 0 ? 64 : cursor->early_capacity * 2;
		uint64_t *early = realloc(cursor->early, capacity * sizeof(*early));
		if (early == NULL)
			return; /* it is delivered twice: at least once is what was promised */
		cursor->early = early;
		cursor->early_capacity = capacity;
	}
	cursor->early[cursor->early_count++] = number;
}

static int
serve_ack(struct towerd_ctx *ctx, unsigned number, uint64_t record)
{
	struct plugin *plugin = plugin_of(ctx);
	struct cursor *cursor = number < plugin->cursor_count ? plugin->cursors[number] : NULL;
	unsigned kept = 0;

	if (cursor == NULL)
		return -ENOENT;
	for (unsigned i = 0; i < cursor->flight_count; i++) {
		struct flight flight = cursor->flights[i];
		flight.is_acknowledged = flight.is_acknowledged || flight.number <= record;
		if (flight.is_acknowledged && !flight.is_durable)
			early_add(cursor, flight.number);
		else
			cursor->flights[kept++] = flight;
	}
	cursor->flight_count = kept;
	if (cursor->list != NULL)
		audience_acknowledged(plugin->host->parts.alarms, cursor->audience, record);
	feed_save_next(plugin->host->feed);
	feed_wake(plugin->host->feed);
	return 0;
}

/* Frees the credit of what was acknowledged up to `number`. */
static void
flights_land(struct cursor *cursor, uint64_t number)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < cursor->flight_count; i++)
		if (!cursor->flights[i].is_acknowledged || cursor->flights[i].number > number)
			cursor->flights[kept++] = cursor->flights[i];
	cursor->flight_count = kept;
}

/* Delivers a record that is for it, with the alarm as its list has it. */
static void
offer(struct cursor *cursor, const struct towerd_record *from)
{
	struct towerd_record record = *from;
	struct towerd_alarm_record alarm;
	struct towerd_json *scratch = NULL;

	if (!is_of_type(cursor, from->type))
		return;
	bool is_alarm = strncmp(from->type, "alarm.", strlen("alarm.")) == 0;
	if (is_alarm && from->number <= cursor->void_to)
		return;
	const struct store_record body = { .body = from->body };
	if (is_alarm && cursor->list != NULL && alarm_record_is_untold(&body))
		return;
	if (is_alarm && alarm_record_parse(&body, cursor->list, &alarm, &scratch) == 0)
		record.alarm = &alarm;
	if (is_wanted(cursor, &record))
		deliver(cursor, &record);
	towerd_json_free(scratch);
}

/* Durable records. */

static int
visit(void *arg, const struct store_record *from)
{
	struct cursor *cursor = arg;
	struct flight *flight;

	if (cursor->is_closed || cursor->flight_count >= cursor->credit)
		return 1;
	if (from->number <= cursor->read)
		return 0;
	cursor->read = from->number;
	flight = flight_find(cursor, from->number);
	if (flight != NULL)
		flight->is_durable = true;
	if (flight != NULL || early_take(cursor, from->number))
		return 0;
	const struct towerd_record record = {
		.size = sizeof(record),
		.number = from->number,
		.time_ms = from->time_ms,
		.is_durable = true,
		.type = from->type,
		.actor = from->actor,
		.object = from->object,
		.body = from->body,
	};
	offer(cursor, &record);
	return 0;
}

static void
read_done(void *arg, int rc)
{
	struct cursor *cursor = arg;
	struct host *host = cursor->plugin->host;

	cursor->is_reading = false;
	if (cursor->is_closed) {
		cursor_free(cursor);
		return;
	}
	if (rc < 0) {
		log_episode_fail(&cursor->reading, TOWERD_LOG_ERROR, cursor->name,
		    "cannot read the journal: %s; tries again every %d s", strerror(-rc), RETRY_MS / 1000);
		feed_retry_soon(host->feed);
		return;
	}
	log_episode_end(&cursor->reading, cursor->name, "reads the journal again");
	feed_save_soon(host->feed);
	if (cursor->read < store_newest(host->parts.store) && cursor->read > cursor->read_from)
		feed_wake(host->feed);
}

static void
read_on(struct cursor *cursor)
{
	cursor->is_reading = true;
	cursor->read_from = cursor->read;
	int rc = store_read(cursor->plugin->host->parts.store, cursor->read, BATCH, visit, read_done, cursor);
	if (rc < 0)
		read_done(cursor, rc);
}

/* Records that are not durable yet, once the cursor has come by all that are. */
static void
deliver_early(struct cursor *cursor)
{
	const struct early_record *early;

	for (early = feed_early_after(cursor->plugin->host->feed, cursor->early_read);
	     early != NULL && cursor->flight_count < cursor->credit && !cursor->is_closed;
	     early = feed_early_after(cursor->plugin->host->feed, cursor->early_read)) {
		cursor->early_read = early->record.number;
		if (early->record.number > cursor->read)
			offer(cursor, &early->record);
	}
}

static void
tell_lost(struct cursor *cursor)
{
	struct plugin *plugin = cursor->plugin;
	uint64_t oldest = store_oldest(plugin->host->parts.store);

	cursor->is_lost = false;
	cursor->flight_count = 0;
	if (cursor->list != NULL) {
		/* All that stands is told anew: what is still to come of before that would only be in its way. */
		uint64_t newest = store_newest(plugin->host->parts.store);
		uint64_t told = audience_lost(plugin->host->parts.alarms, cursor->audience);
		cursor->void_to = told > newest ? told : newest;
	}
	if (oldest > cursor->read + 1)
		cursor->read = oldest - 1;
	plugin_count(plugin, "cursors-lost", 1);
	log_write(TOWERD_LOG_WARNING, cursor->name,
	    "the journal's retention passed it: its listener is told to read its list again, and goes on "
	    "with record %llu",
	    (unsigned long long)cursor->read + 1);
	feed_save_soon(plugin->host->feed);
	if (plugin->has.journal_lost == NULL)
		return;
	struct plugin_lap lap = plugin_enter(plugin);
	plugin->has.journal_lost(&plugin->ctx, cursor->number);
	plugin_leave(plugin, lap);
}

void
cursor_pump(struct cursor *cursor)
{
	const struct plugin *plugin = cursor->plugin;

	if (plugin->run != PLUGIN_RUNNING || cursor->is_reading || cursor->is_closed ||
	    plugin->has.journal == NULL)
		return;
	if (cursor->is_lost)
		tell_lost(cursor);
	if (store_trouble(plugin->host->parts.store) != NULL)
		flights_land(cursor, UINT64_MAX); /* alarms do not wait for a disk that fails */
	if (cursor->flight_count >= cursor->credit)
		return;
	if (cursor->read < store_newest(plugin->host->parts.store))
		read_on(cursor);
	else
		deliver_early(cursor);
}

/* Positions. */

bool
cursor_save(struct cursor *cursor, struct store_txn *txn)
{
	uint64_t position = cursor_position(cursor);

	if (position == cursor->saved)
		return false;
	store_cursor_set(txn, cursor->name, position);
	cursor->saved = position;
	return true;
}

/* A position that is not saved costs repeats after a kill, nothing else. */
void
cursor_saved(struct cursor *cursor, bool is_durable)
{
	flights_land(cursor, is_durable ? cursor->saved : UINT64_MAX);
	if (!is_durable)
		cursor->saved = UINT64_MAX;
}

/* Life. */

static char **
types_copy(const char *const *types)
{
	size_t count = 0;

	while (types[count] != NULL)
		count++;
	char **copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < count; i++)
		if ((copy[i] = strdup(types[i])) == NULL) {
			for (size_t k = 0; k < i; k++)
				free(copy[k]);
			free(copy);
			return NULL;
		}
	return copy;
}

void
cursor_free(struct cursor *cursor)
{
	if (cursor == NULL)
		return;
	for (char **type = cursor->types; type != NULL && *type != NULL; type++)
		free(*type);
	free(cursor->types);
	free(cursor->flights);
	free(cursor->early);
	free(cursor->name);
	free(cursor->list);
	free(cursor);
}

/* Where it begins: where it was, or at one end of the journal when it is new. */
static void
cursor_begin(struct cursor *cursor, bool from_now)
{
	const struct store *store = cursor->plugin->host->parts.store;
	uint64_t oldest = store_oldest(store);

	if (store_cursor_get(store, cursor->name, &cursor->read) == 0) {
		cursor->saved = cursor->read;
		cursor->is_lost = oldest > cursor->read + 1;
		return;
	}
	cursor->saved = UINT64_MAX; /* nowhere yet: the first save makes it */
	cursor->read = from_now ? store_newest(store) : oldest == 0 ? 0 : oldest - 1;
}

/* Who asks for alarms has a list of its own. */
static int
list_open(struct cursor *cursor, const struct towerd_journal_filter *filter)
{
	static const enum audience_notify notify[] = { [TOWERD_NOTIFY_ALL] = NOTIFY_ALL,
		[TOWERD_NOTIFY_RAISE_AND_CLEAR] = NOTIFY_RAISE_AND_CLEAR,
		[TOWERD_NOTIFY_SEVERITY_LEVEL] = NOTIFY_SEVERITY_LEVEL };
	struct alarms *alarms = cursor->plugin->host->parts.alarms;
	const struct audience_filter wanted = { .scope = cursor->scope,
		.notify = notify[filter->notify],
		.min_severity = filter->min_severity,
		.budget = filter->budget };

	if (filter->list == NULL)
		return 0;
	if (audience_is_open(alarms, filter->list)) /* somebody else's: two would tell each other's alarms */
		return -EEXIST;
	cursor->list = strdup(filter->list);
	if (cursor->list == NULL)
		return -ENOMEM;
	cursor->audience = audience_open(alarms, filter->list, &wanted);
	return cursor->audience < 0 ? cursor->audience : 0;
}

static int
serve_open(
    struct towerd_ctx *ctx, const char *name, const struct towerd_journal_filter *filter, unsigned credit)
{
	struct towerd_journal_filter whole = { .size = sizeof(whole) };
	struct plugin *plugin = plugin_of(ctx);
	const struct host *host = plugin->host;

	if (filter != NULL)
		memcpy(&whole, filter, filter->size < sizeof(whole) ? filter->size : sizeof(whole));
	filter = &whole;
	if (credit == 0 || credit > CREDIT_MAX || name[0] == '\0' ||
	    (filter->list != NULL && strlen(filter->list) > TOWERD_LIST_NAME_MAX) ||
	    filter->notify > TOWERD_NOTIFY_SEVERITY_LEVEL)
		return -EINVAL;
	if (plugin->cursor_count == PLUGIN_CURSORS)
		return -ENOSPC;
	const struct scope *scope = filter->scope == 0 ? scopes_all(host->parts.scopes)
	    : filter->scope < host->scope_count        ? host->scopes[filter->scope]
						       : NULL;
	if (scope == NULL)
		return -ENOENT;
	struct cursor *cursor = calloc(1, sizeof(*cursor));
	if (cursor == NULL)
		return -ENOMEM;
	*cursor = (struct cursor){ .plugin = plugin,
		.number = plugin->cursor_count,
		.scope = scope,
		.credit = credit,
		.audience = -1 };
	cursor->flights = calloc(credit, sizeof(*cursor->flights));
	cursor->types = filter->types == NULL ? NULL : types_copy(filter->types);
	if (cursor->flights == NULL || (filter->types != NULL && cursor->types == NULL) ||
	    asprintf(&cursor->name, "%s/%s", plugin->name, name) < 0) {
		cursor->name = NULL;
		cursor_free(cursor);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < plugin->cursor_count; i++)
		if (plugin->cursors[i] != NULL && strcmp(plugin->cursors[i]->name, cursor->name) == 0) {
			cursor_free(cursor);
			return -EEXIST;
		}
	int rc = list_open(cursor, filter);
	if (rc < 0) {
		cursor_free(cursor);
		return rc;
	}
	cursor_begin(cursor, filter->from_now);
	plugin->cursors[plugin->cursor_count++] = cursor;
	feed_save_soon(host->feed);
	feed_wake(host->feed);
	return (int)cursor->number;
}

void
plugin_cursors_close(struct plugin *plugin)
{
	if (plugin->cursor_count == 0)
		return;
	feed_save(plugin->host->feed);
	for (unsigned i = 0; i < plugin->cursor_count; i++) {
		struct cursor *cursor = plugin->cursors[i];
		plugin->cursors[i] = NULL;
		cursor->is_closed = true;
		if (cursor->list != NULL)
			audience_close(plugin->host->parts.alarms, cursor->audience);
		if (!cursor->is_reading) /* else read_done() frees it */
			cursor_free(cursor);
	}
	plugin->cursor_count = 0;
}

void
services_journal_fill(struct towerd_host *services)
{
	services->journal_open = serve_open;
	services->journal_ack = serve_ack;
}
