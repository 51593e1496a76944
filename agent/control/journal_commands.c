/* SPDX-License-Identifier: ISC */
/* `journal`: the records as they were written, from a number on, and as they come. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/control/commands.h"
#include "agent/store/store.h"

#define BATCH     256
#define FOLLOW_MS 200
#define TAIL      100 /* records without --since */

struct listing {
	const struct command_parts *parts;
	struct control_call *call;
	struct loop_timer *timer;
	uint64_t read;
	bool is_following, is_gone, is_reading;
};

/* Whose record it is: only what is about a site that the caller may see, or about the agent. */
static bool
is_visible(const struct listing *listing, const struct store_record *record)
{
	const struct scope *scope = listing->call->scope;
	char id[64];
	size_t len = strcspn(record->object, "/ ");

	if (scope_is_all(scope) || len >= sizeof(id))
		return scope_is_all(scope);
	memcpy(id, record->object, len);
	id[len] = '\0';
	const struct site *site = model_site(listing->parts->model, id);
	return site == NULL || scope_has_entity(scope, site->entity.number);
}

static int
visit(void *arg, const struct store_record *record)
{
	struct listing *listing = arg;
	struct control_call *call = listing->call;
	char time[TOWERD_TIME_TEXT];

	listing->read = record->number;
	if (listing->is_gone)
		return 1;
	if (!is_visible(listing, record))
		return 0;
	towerd_time_format(record->time_ms, time);
	if (!call->want_json) {
		control_print(call, "%" PRIu64 "  %s  %s  %s  %s  %s\n", record->number, time, record->type,
		    record->actor, record->object, record->body);
		return 0;
	}
	struct towerd_json_writer w = { 0 };
	towerd_json_open(&w, NULL, '{');
	towerd_json_put_uint(&w, "number", record->number);
	towerd_json_put_text(&w, "time", time);
	towerd_json_put_text(&w, "type", record->type);
	towerd_json_put_text(&w, "actor", record->actor);
	towerd_json_put_text(&w, "object", record->object);
	towerd_json_put_text(&w, "body", record->body);
	towerd_json_close(&w, '}');
	control_print_json(call, &w);
	towerd_json_fini(&w);
	return 0;
}

static void
listing_end(struct listing *listing, int rc)
{
	struct control_call *call = listing->call;

	loop_timer_free(listing->timer);
	free(listing);
	control_on_gone(call, NULL, NULL);
	if (rc < 0)
		command_refuse(call, "the journal cannot be read: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

static void listing_go(void *arg);

static void
batch_done(void *arg, int rc)
{
	struct listing *listing = arg;

	listing->is_reading = false;
	if (rc < 0 || listing->is_gone)
		listing_end(listing, rc);
	else
		listing_go(listing);
}

static void
listing_go(void *arg)
{
	struct listing *listing = arg;
	struct store *store = listing->parts->store;

	if (listing->is_reading)
		return;
	if (listing->read >= store_newest(store)) {
		if (listing->is_following)
			loop_timer_start(listing->timer, FOLLOW_MS);
		else
			listing_end(listing, 0);
		return;
	}
	if (!control_has_room(listing->call, listing_go, listing))
		return;
	listing->is_reading = true;
	int rc = store_read(store, listing->read, BATCH, visit, batch_done, listing);
	if (rc < 0) {
		listing->is_reading = false;
		listing_end(listing, rc);
	}
}

static void
caller_left(void *arg)
{
	struct listing *listing = arg;

	listing->is_gone = true;
	if (!listing->is_reading)
		listing_end(listing, 0);
}

/* False: the usage was told. */
static bool
arguments_take(struct control_call *call, uint64_t *since, bool *is_following)
{
	for (int i = 0; i < call->argc; i++) {
		bool has_number = strcmp(call->argv[i], "--since") == 0 && i + 1 < call->argc &&
		    command_number(call->argv[i + 1], INT64_MAX, since);
		if (has_number)
			i++;
		else if (strcmp(call->argv[i], "--follow") == 0)
			*is_following = true;
		else {
			command_usage(call, "journal [--since NUMBER] [--follow]");
			return false;
		}
	}
	return true;
}

static void
run_journal(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	uint64_t newest = store_newest(parts->store), since = newest < TAIL ? 0 : newest - TAIL;
	bool is_following = false;

	if (!arguments_take(call, &since, &is_following))
		return;
	struct listing *listing = calloc(1, sizeof(*listing));
	if (listing == NULL) {
		command_refuse(call, "out of memory");
		return;
	}
	*listing =
	    (struct listing){ .parts = parts, .call = call, .read = since, .is_following = is_following };
	listing->timer = loop_timer_new(parts->loop, NULL, listing_go, listing);
	if (listing->timer == NULL) {
		listing_end(listing, -ENOMEM);
		return;
	}
	control_on_gone(call, caller_left, listing);
	listing_go(listing);
}

static const struct control_command rows[] = {
	{ .words = "journal",
	    .usage = "[--since NUMBER] [--follow]",
	    .help = "the newest records, or those after a number; with --follow also those that come",
	    .run = run_journal },
};

int
journal_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
