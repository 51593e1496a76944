/* SPDX-License-Identifier: ISC */
/* The module as a whole: made, loaded from the store, freed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/repair/inside.h"

#define SOAK_MS         (10 * INT64_C(60000))
#define VERIFY_LIMIT_MS (60 * INT64_C(60000))
#define UPDATE_KEEP_MS  (60 * INT64_C(86400000))

static int64_t
or_default(int64_t value, int64_t otherwise)
{
	return value > 0 ? value : otherwise;
}

struct repair *
repair_new(struct loop *loop, struct store *store, struct scopes *scopes, struct model *model,
    struct alarms *alarms, const struct repair_settings *settings)
{
	struct repair *repair = calloc(1, sizeof(*repair));

	if (repair == NULL)
		return NULL;
	repair->loop = loop;
	repair->store = store;
	repair->model = model;
	repair->alarms = alarms;
	repair->owner.name = "repair";
	repair->everything = scopes_all(scopes);
	if (settings != NULL)
		repair->settings = *settings;
	repair->settings.soak_ms = or_default(repair->settings.soak_ms, SOAK_MS);
	repair->settings.verify_limit_ms = or_default(repair->settings.verify_limit_ms, VERIFY_LIMIT_MS);
	repair->settings.update_keep_ms = or_default(repair->settings.update_keep_ms, UPDATE_KEEP_MS);
	TAILQ_INIT(&repair->waiting);
	TAILQ_INIT(&repair->posted);
	TAILQ_INIT(&repair->devices);
	TAILQ_INIT(&repair->crew_calls);
	TAILQ_INIT(&repair->receipts);
	updates_init(&repair->updates);
	repair->tickets_order = order_new(scopes);
	repair->devices_order = order_new(scopes);
	if (repair->tickets_order != NULL && repair->devices_order != NULL)
		return repair;
	repair_free(repair);
	return NULL;
}

void
repair_free(struct repair *repair)
{
	if (repair == NULL)
		return;
	loop_post_drop(repair->loop, &repair->owner);
	ticket_free_all(repair);
	slots_free(repair);
	crew_receipts_free(repair);
	crew_free_all(repair);
	updates_fini(&repair->updates);
	order_free(repair->tickets_order);
	order_free(repair->devices_order);
	free(repair);
}

static int
load_ticket(void *arg, const char *key, const char *body, size_t len)
{
	struct repair *repair = arg;
	struct ticket *ticket;

	int rc = ticket_row_read(key, body, len, &ticket);
	if (rc < 0)
		return rc;
	struct slot *slot = slot_load(repair, ticket->number);
	rc = slot != NULL ? 0 : -ENOMEM;
	if (rc < 0)
		free(ticket);
	else
		rc = slot_install(repair, slot, ticket, NULL);
	return rc;
}

#define FIRST_FREE "ticket-numbers" /* in STORE_META */
#define RESTORE    10000            /* tickets that may have been opened since a copy was made */

static int
load_first_free(void *arg, const char *key, const char *body, size_t len)
{
	struct repair *repair = arg;
	char text[16] = "";

	if (strcmp(key, FIRST_FREE) == 0 && len < sizeof(text)) {
		memcpy(text, body, len);
		repair->first_free = (uint32_t)strtoul(text, NULL, 10);
	}
	return 0;
}

void
repair_restore(struct repair *repair, struct store_txn *txn)
{
	char text[16];

	repair->first_free = slot_next_number(repair) + RESTORE;
	int len = snprintf(text, sizeof(text), "%" PRIu32, repair->first_free);
	store_put(txn, STORE_META, FIRST_FREE, text, (size_t)len);
}

/* Which row could not be taken: for the sentence. */
struct loading {
	int (*fn)(void *arg, const char *key, const char *body, size_t len);
	void *arg;
	char key[96];
};

static int
load_row(void *arg, const char *key, const char *body, size_t len)
{
	struct loading *loading = arg;
	int rc = loading->fn(loading->arg, key, body, len);

	if (rc < 0)
		snprintf(loading->key, sizeof(loading->key), "%s", key);
	return rc;
}

static uint32_t
number_open_at(void *arg, uint32_t site)
{
	const struct ticket *ticket = ticket_open_at(arg, site);
	return ticket != NULL ? ticket->number : 0;
}

int
repair_load(struct repair *repair, char *error, size_t size)
{
	const struct {
		const char *what;
		enum store_bucket bucket;
		int (*fn)(void *arg, const char *key, const char *body, size_t len);
		void *arg;
	} parts[] = {
		{ "crew device", STORE_CREW, crew_load, repair },
		{ "crew update", STORE_UPDATE, updates_load, &repair->updates },
		{ "ticket", STORE_TICKET, load_ticket, repair },
		{ "bound of tickets", STORE_META, load_first_free, repair },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct loading loading = { .fn = parts[i].fn, .arg = parts[i].arg };
		int rc = store_each(repair->store, parts[i].bucket, load_row, &loading);
		if (rc == 0)
			continue;
		if (rc == -EBADMSG) {
			snprintf(error, size,
			    "the row of %s \"%s\" in the store cannot be read: it is damaged, or of a newer "
			    "version; "
			    "restore a backup",
			    parts[i].what, loading.key);
			return -EUCLEAN;
		}
		snprintf(error, size, "cannot load each %s from the store: %s", parts[i].what, strerror(-rc));
		return rc;
	}
	updates_loaded(&repair->updates);
	alarms_set_ticket(repair->alarms, number_open_at, repair);
	int rc = verification_listen(repair);
	if (rc < 0)
		snprintf(error, size, "cannot listen to model and alarms: %s", strerror(-rc));
	else
		quiet_load(repair);
	return rc;
}
