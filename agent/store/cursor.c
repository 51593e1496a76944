/* SPDX-License-Identifier: ISC */
/* Cursors: how far each listener has come in the journal. Here stands what is durable. */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store/inside.h"

static struct store_cursor *
cursor_find(const struct store *store, const char *name)
{
	struct store_cursor *cursor;

	for (cursor = LIST_FIRST(&store->cursors); cursor != NULL; cursor = LIST_NEXT(cursor, next))
		if (strcmp(cursor->name, name) == 0)
			break;
	return cursor;
}

void
store_cursor_apply(struct store *store, const char *name, const uint64_t *position)
{
	struct store_cursor *cursor = cursor_find(store, name);

	if (position == NULL) {
		if (cursor != NULL) {
			LIST_REMOVE(cursor, next);
			free(cursor);
		}
		return;
	}
	if (cursor == NULL) {
		cursor = calloc(1, sizeof(*cursor) + strlen(name) + 1);
		if (cursor == NULL)
			return; /* the file has it; the listener is only not warned when retention passes it */
		memcpy(cursor->name, name, strlen(name) + 1);
		LIST_INSERT_HEAD(&store->cursors, cursor, next);
	}
	cursor->position = *position;
	cursor->lost = false;
}

int
store_cursor_get(const struct store *store, const char *name, uint64_t *position)
{
	const struct store_cursor *cursor = cursor_find(store, name);

	if (cursor == NULL)
		return -ENOENT;
	*position = cursor->position;
	return 0;
}

int
store_cursors_load(struct store *store)
{
	struct store_db *db = &store->writer.db;
	sqlite3_stmt *statement = NULL;
	int step;

	if (sqlite3_prepare_v2(db->handle, "SELECT name, position FROM cursor", -1, &statement, NULL) !=
	    SQLITE_OK)
		return store_db_fail(db, "read");
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		uint64_t position = (uint64_t)sqlite3_column_int64(statement, 1);
		store_cursor_apply(store, (const char *)sqlite3_column_text(statement, 0), &position);
	}
	int rc = step == SQLITE_DONE ? 0 : store_db_fail(db, "read");
	sqlite3_finalize(statement);
	return rc;
}

void
store_cursors_lose(struct store *store)
{
	struct store_cursor *cursor, *following;

	for (cursor = LIST_FIRST(&store->cursors); cursor != NULL; cursor = following) {
		following = LIST_NEXT(cursor, next);
		if (cursor->lost || cursor->position >= store->trimmed)
			continue;
		cursor->lost = true; /* until it is set again: told once */
		if (store->settings.on_cursor_lost != NULL)
			store->settings.on_cursor_lost(store->settings.arg, cursor->name, cursor->position);
	}
}

void
store_cursors_free(struct store *store)
{
	struct store_cursor *cursor, *following;

	for (cursor = LIST_FIRST(&store->cursors); cursor != NULL; cursor = following) {
		following = LIST_NEXT(cursor, next);
		free(cursor);
	}
	LIST_INIT(&store->cursors);
}
