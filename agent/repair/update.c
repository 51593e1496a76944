/* SPDX-License-Identifier: ISC */
/*
 * The identities of crew updates, (crew, id): what makes a repeat known. Kept for a time; of what is forgotten the highest counter of its
 * device remains, so that an old token sent again by somebody else is not taken for a new one.
 */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/repair/inside.h"

#define FORGET_AT_ONCE \
	16 /* identities dropped with one that is added: more than come, few enough for one commit */
#define KEY_MAX    (CREW_NAME_MAX + 1 + UPDATE_ID_MAX + 1)
#define SOURCE_KEY "device/" /* no crew has a '/' in its name, and no id is as short as a kid */

static int
compare_updates(const void *a, const void *b)
{
	const struct update *x = a, *y = b;
	int order = strcmp(x->id, y->id);
	return order != 0 ? order : strcmp(x->crew, y->crew);
}

static int
compare_sources(const void *a, const void *b)
{
	const struct update_source *x = a, *y = b;
	return strcmp(x->device, y->device);
}

void
updates_init(struct updates *updates)
{
	*updates = (struct updates){ 0 };
	TAILQ_INIT(&updates->by_age);
}

void
updates_fini(struct updates *updates)
{
	tdestroy(updates->tree, free);
	tdestroy(updates->sources, free);
}

struct update *
updates_find(const struct updates *updates, const char *crew, const char *id)
{
	struct update key = { .crew = crew, .id = id };
	void *const *at = tfind(&key, &updates->tree, compare_updates);
	return at != NULL ? *at : NULL;
}

static struct update_source *
source_find(const struct updates *updates, const char *device)
{
	struct update_source key = { .device = device };
	void *const *at = tfind(&key, &updates->sources, compare_sources);
	return at != NULL ? *at : NULL;
}

static struct update_source *
source_get(struct updates *updates, const char *device)
{
	struct update_source *source = source_find(updates, device);
	if (source != NULL)
		return source;
	size_t len = strlen(device) + 1;
	source = calloc(1, sizeof(*source) + len);
	if (source == NULL)
		return NULL;
	source->device = memcpy(source + 1, device, len);
	if (tsearch(source, &updates->sources, compare_sources) != NULL)
		return source;
	free(source);
	return NULL;
}

uint64_t
updates_counter(const struct updates *updates, const char *device)
{
	const struct update_source *source = source_find(updates, device);
	return source != NULL ? source->counter : 0;
}

/* By the counter alone a device that was reset would be shut out; by the time alone one with a wrong clock would be. */
bool
updates_is_too_old(const struct updates *updates, const struct ticket_step *step, int64_t kept_since_ms)
{
	const struct update_source *source = source_find(updates, step->update->device);
	return source != NULL && step->update->counter <= source->forgotten && step->at_ms < kept_since_ms;
}

void
update_digest(const struct ticket_step *step, char digest[JWS_DIGEST])
{
	char text[TICKET_NOTE_MAX + 128];
	int len = snprintf(text, sizeof(text), "%" PRIu32 " %s %" PRIu64 " %" PRId64 " %s", step->ticket,
	    ticket_event_names[step->event], step->update->counter, step->at_ms,
	    step->note != NULL ? step->note : "");
	jws_digest(text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1, digest);
}

static struct update *
update_new(const struct update *from)
{
	const char *strings[] = { from->crew, from->id, from->device, from->reason };
	size_t size = sizeof(*from);
	for (size_t i = 0; i < 4; i++)
		size += strlen(strings[i]) + 1;
	struct update *update = malloc(size);
	if (update == NULL)
		return NULL;
	*update = *from;
	char *to = (char *)(update + 1);
	const char **members[] = { &update->crew, &update->id, &update->device, &update->reason };
	for (size_t i = 0; i < 4; i++) {
		*members[i] = to;
		to = stpcpy(to, strings[i]) + 1;
	}
	return update;
}

static void
update_key(const struct update *update, char key[KEY_MAX])
{
	snprintf(key, KEY_MAX, "%s/%s", update->crew, update->id);
}

static bool
put_update(struct store_txn *txn, const struct update *update)
{
	struct towerd_json_writer w = { 0 };
	char key[KEY_MAX];

	towerd_json_open(&w, NULL, '{');
	towerd_json_put_text(&w, "device", update->device);
	towerd_json_put_uint(&w, "counter", update->counter);
	towerd_json_put_int(&w, "applied-ms", update->applied_ms);
	towerd_json_put_uint(&w, "ticket", update->ticket);
	towerd_json_put_int(&w, "result", update->result);
	towerd_json_put_text(&w, "digest", update->digest);
	towerd_json_put_text(&w, "reason", update->reason);
	towerd_json_close(&w, '}');
	update_key(update, key);
	bool is_written = towerd_json_done(&w) != NULL;
	if (is_written)
		store_put(txn, STORE_UPDATE, key, w.data, w.len);
	towerd_json_fini(&w);
	return is_written;
}

static void
put_source(struct store_txn *txn, const struct update_source *source)
{
	char key[JWS_KID_MAX + sizeof(SOURCE_KEY)], body[64];

	snprintf(key, sizeof(key), SOURCE_KEY "%s", source->device);
	int len = snprintf(body, sizeof(body), "{\"forgotten\":%" PRIu64 "}", source->forgotten);
	store_put(txn, STORE_UPDATE, key, body, (size_t)len);
}

void
updates_remove(struct updates *updates, struct update *update)
{
	if (update == NULL)
		return;
	tdelete(update, &updates->tree, compare_updates);
	TAILQ_REMOVE(&updates->by_age, update, by_age);
	free(update);
}

/* Should the transaction fail, memory has forgotten what the store has not: the next start forgets it again. */
static void
forget_old(struct updates *updates, struct store_txn *txn, int64_t kept_since_ms)
{
	for (int i = 0; i < FORGET_AT_ONCE; i++) {
		struct update *oldest = TAILQ_FIRST(&updates->by_age);
		if (oldest == NULL || oldest->pending != NULL || oldest->applied_ms >= kept_since_ms)
			return;
		struct update_source *source = source_get(updates, oldest->device);
		if (source == NULL)
			return;
		if (oldest->counter > source->forgotten)
			source->forgotten = oldest->counter;
		put_source(txn, source);
		char key[KEY_MAX];
		update_key(oldest, key);
		store_delete(txn, STORE_UPDATE, key);
		updates_remove(updates, oldest);
	}
}

struct update *
updates_add(struct updates *updates, struct store_txn *txn, const struct ticket_step *step,
    const struct ticket_verdict *verdict, int64_t now_ms, int64_t kept_since_ms)
{
	struct update update = { .crew = step->crew,
		.id = step->update->id,
		.device = step->update->device,
		.reason = verdict->reason,
		.counter = step->update->counter,
		.applied_ms = now_ms,
		.ticket = step->ticket,
		.result = verdict->result };

	update_digest(step, update.digest);
	struct update *added = source_get(updates, update.device) != NULL ? update_new(&update) : NULL;
	if (added == NULL || !put_update(txn, added) ||
	    tsearch(added, &updates->tree, compare_updates) == NULL) {
		free(added);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&updates->by_age, added, by_age);
	forget_old(updates, txn, kept_since_ms);
	return added;
}

void
updates_settle(struct updates *updates, struct update *update)
{
	if (update == NULL)
		return;
	struct update_source *source = source_find(updates, update->device); /* made by updates_add() */
	if (source != NULL && update->counter > source->counter)
		source->counter = update->counter;
	update->pending = NULL;
}

/* Load. */

static int
read_uint(const struct towerd_json *row, const char *name, int64_t max, int64_t *out)
{
	return towerd_json_int(towerd_json_get(row, name), out) < 0 || *out < 0 || *out > max ? -EBADMSG : 0;
}

static int
load_source(struct updates *updates, const char *device, const struct towerd_json *row)
{
	int64_t forgotten;
	struct update_source *source = source_get(updates, device);

	if (source == NULL)
		return -ENOMEM;
	if (read_uint(row, "forgotten", INT64_MAX, &forgotten) < 0)
		return -EBADMSG;
	source->forgotten = (uint64_t)forgotten;
	if (source->counter < source->forgotten)
		source->counter = source->forgotten;
	return 0;
}

static int
load_update(struct updates *updates, const char *key, const struct towerd_json *row)
{
	const char *slash = strchr(key, '/'), *digest;
	char crew[CREW_NAME_MAX + 1];
	int64_t counter, applied_ms, ticket, result;
	struct update update = { 0 };
	size_t len;

	if (slash == NULL || slash - key > CREW_NAME_MAX ||
	    towerd_json_text(towerd_json_get(row, "device"), &update.device, &len) < 0 ||
	    towerd_json_text(towerd_json_get(row, "reason"), &update.reason, &len) < 0 ||
	    towerd_json_text(towerd_json_get(row, "digest"), &digest, &len) < 0 || len != JWS_DIGEST - 1 ||
	    read_uint(row, "counter", INT64_MAX, &counter) < 0 ||
	    read_uint(row, "applied-ms", INT64_MAX, &applied_ms) < 0 ||
	    read_uint(row, "ticket", UINT32_MAX, &ticket) < 0 ||
	    read_uint(row, "result", TICKET_RETRY, &result) < 0)
		return -EBADMSG;
	snprintf(crew, sizeof(crew), "%.*s", (int)(slash - key), key);
	update.crew = crew;
	update.id = slash + 1;
	update.counter = (uint64_t)counter;
	update.applied_ms = applied_ms;
	update.ticket = (uint32_t)ticket;
	update.result = (enum ticket_result)result;
	memcpy(update.digest, digest, JWS_DIGEST);
	struct update *added = source_get(updates, update.device) != NULL ? update_new(&update) : NULL;
	if (added == NULL || tsearch(added, &updates->tree, compare_updates) == NULL) {
		free(added);
		return -ENOMEM;
	}
	TAILQ_INSERT_TAIL(&updates->by_age, added, by_age);
	updates_settle(updates, added);
	return 0;
}

int
updates_load(void *arg, const char *key, const char *body, size_t len)
{
	struct updates *updates = arg;
	char error[128];
	struct towerd_json *row = towerd_json_parse(body, len, error, sizeof(error));
	int rc = -EBADMSG;

	if (row != NULL && strncmp(key, SOURCE_KEY, strlen(SOURCE_KEY)) == 0 &&
	    towerd_json_get(row, "forgotten") != NULL)
		rc = load_source(updates, key + strlen(SOURCE_KEY), row);
	else if (row != NULL)
		rc = load_update(updates, key, row);
	towerd_json_free(row);
	return rc;
}

static int
compare_ages(const void *a, const void *b)
{
	const struct update *x = *(struct update *const *)a, *y = *(struct update *const *)b;
	return (x->applied_ms > y->applied_ms) - (x->applied_ms < y->applied_ms);
}

/* Rows come in the order of their keys. Without the memory to sort them they are only forgotten later. */
void
updates_loaded(struct updates *updates)
{
	struct update *update;
	size_t count = 0, i = 0;

	TAILQ_FOREACH(update, &updates->by_age, by_age)
	count++;
	struct update **sorted = calloc(count > 0 ? count : 1, sizeof(struct update *));
	if (sorted == NULL)
		return;
	TAILQ_FOREACH(update, &updates->by_age, by_age)
	sorted[i++] = update;
	qsort(sorted, count, sizeof(struct update *), compare_ages);
	TAILQ_INIT(&updates->by_age);
	for (i = 0; i < count; i++)
		TAILQ_INSERT_TAIL(&updates->by_age, sorted[i], by_age);
	free(sorted);
}
