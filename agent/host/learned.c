/* SPDX-License-Identifier: ISC */
/*
 * What plugins learned and know after a restart: one sorted list in memory, the same in the store, where a key is "PLUGIN/KEY". A value
 * that the disk did not take is learned again after the next start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/inside.h"

#define LEARNED_MAX       1000000
#define LEARNED_KEY_MAX   256
#define LEARNED_VALUE_MAX 4096

struct lesson {
	char *value;
	char key[];
};

struct learned {
	struct store *store;
	struct lesson **items;
	size_t count, capacity;
};

static size_t
place(const struct learned *learned, const char *key, bool *is_there)
{
	size_t low = 0, high = learned->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(learned->items[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*is_there = low < learned->count && strcmp(learned->items[low]->key, key) == 0;
	return low;
}

static int
lesson_insert(struct learned *learned, size_t at, const char *key, char *value)
{
	if (learned->count == learned->capacity) {
		size_t capacity = learned->capacity == 0 ? 256 : learned->capacity * 2;
		struct lesson **items = realloc(learned->items, capacity * sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		learned->items = items;
		learned->capacity = capacity;
	}
	struct lesson *lesson = malloc(sizeof(*lesson) + strlen(key) + 1);
	if (lesson == NULL)
		return -ENOMEM;
	lesson->value = value;
	strcpy(lesson->key, key);
	memmove(
	    learned->items + at + 1, learned->items + at, (learned->count - at) * sizeof(struct lesson *));
	learned->items[at] = lesson;
	learned->count++;
	return 0;
}

static int
load_one(void *arg, const char *key, const char *body, size_t len)
{
	struct learned *learned = arg;
	char *value = strndup(body, len);

	if (value == NULL)
		return -ENOMEM;
	bool is_there;
	size_t at = place(learned, key, &is_there);
	int rc = lesson_insert(learned, at, key, value);
	if (rc < 0)
		free(value);
	return rc;
}

struct learned *
learned_new(struct store *store)
{
	struct learned *learned = calloc(1, sizeof(*learned));

	if (learned == NULL)
		return NULL;
	learned->store = store;
	if (store != NULL && store_each(store, STORE_LEARNED, load_one, learned) < 0) {
		learned_free(learned);
		return NULL;
	}
	return learned;
}

void
learned_free(struct learned *learned)
{
	if (learned == NULL)
		return;
	for (size_t i = 0; i < learned->count; i++) {
		free(learned->items[i]->value);
		free(learned->items[i]);
	}
	free(learned->items);
	free(learned);
}

static int
learned_key(char *out, size_t size, const char *plugin, const char *key)
{
	int len = snprintf(out, size, "%s/%s", plugin, key);

	return len < 0 || (size_t)len >= size ? -E2BIG : 0;
}

static void
learned_write(struct learned *learned, const char *key, const char *value)
{
	if (learned->store == NULL)
		return;
	struct store_txn *txn = store_begin(learned->store);
	if (value == NULL)
		store_delete(txn, STORE_LEARNED, key);
	else
		store_put(txn, STORE_LEARNED, key, value, strlen(value));
	store_submit(txn, STORE_PROMISE, NULL, NULL);
}

int
learned_put(struct learned *learned, const char *plugin, const char *key, const char *value)
{
	char full[LEARNED_KEY_MAX];
	bool is_there;

	int rc = learned_key(full, sizeof(full), plugin, key);
	if (rc < 0)
		return rc;
	if (value != NULL && strlen(value) > LEARNED_VALUE_MAX)
		return -E2BIG;
	size_t at = place(learned, full, &is_there);
	if (value == NULL && !is_there)
		return 0;
	if (value != NULL && is_there && strcmp(learned->items[at]->value, value) == 0)
		return 0;
	if (value == NULL) {
		free(learned->items[at]->value);
		free(learned->items[at]);
		memmove(learned->items + at, learned->items + at + 1,
		    (--learned->count - at) * sizeof(struct lesson *));
	} else {
		char *copy = strdup(value);
		if (copy == NULL)
			return -ENOMEM;
		if (is_there) {
			free(learned->items[at]->value);
			learned->items[at]->value = copy;
		} else {
			rc = learned->count >= LEARNED_MAX ? -ENOSPC : lesson_insert(learned, at, full, copy);
			if (rc < 0) {
				free(copy);
				return rc;
			}
		}
	}
	learned_write(learned, full, value);
	return 0;
}

int
learned_get(const struct learned *learned, const char *plugin, const char *key, char *value, size_t size)
{
	char full[LEARNED_KEY_MAX];
	bool is_there;

	int rc = learned_key(full, sizeof(full), plugin, key);
	if (rc < 0)
		return rc;
	size_t at = place(learned, full, &is_there);
	if (!is_there)
		return -ENOENT;
	size_t len = strlen(learned->items[at]->value);
	if (len >= size)
		return -E2BIG;
	memcpy(value, learned->items[at]->value, len + 1);
	return (int)len;
}
