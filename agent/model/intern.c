/* SPDX-License-Identifier: ISC */
/* Interned texts: a hash table of counted strings. */
#include "agent/model/intern.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct text {
	struct text *next; /* of the same bucket */
	uint32_t hash;
	uint32_t users;
	char data[];
};

struct intern {
	struct text **buckets;
	size_t size, count; /* size is a power of two */
};

struct intern *
intern_new(void)
{
	struct intern *intern = calloc(1, sizeof(*intern));
	if (intern == NULL)
		return NULL;
	intern->size = 256;
	intern->buckets = calloc(intern->size, sizeof(struct text *));
	if (intern->buckets == NULL) {
		free(intern);
		return NULL;
	}
	return intern;
}

void
intern_free(struct intern *intern)
{
	if (intern == NULL)
		return;
	for (size_t i = 0; i < intern->size; i++) {
		for (struct text *text = intern->buckets[i], *next; text != NULL; text = next) {
			next = text->next;
			free(text);
		}
	}
	free(intern->buckets);
	free(intern);
}

static uint32_t
hash_of(const char *data)
{
	uint32_t hash = 2166136261u;
	for (; *data != '\0'; data++)
		hash = (hash ^ (uint8_t)*data) * 16777619u;
	return hash ^ hash >> 15;
}

static struct text *
find(const struct intern *intern, const char *data, uint32_t hash)
{
	struct text *text = intern->buckets[hash & (intern->size - 1)];
	while (text != NULL && (text->hash != hash || strcmp(text->data, data) != 0))
		text = text->next;
	return text;
}

/* When there is no memory for more buckets the chains grow instead. */
static void
grow(struct intern *intern)
{
	if (intern->count < intern->size)
		return;
	size_t size = intern->size * 2;
	struct text **buckets = calloc(size, sizeof(struct text *));
	if (buckets == NULL)
		return;
	for (size_t i = 0; i < intern->size; i++) {
		for (struct text *text = intern->buckets[i], *next; text != NULL; text = next) {
			next = text->next;
			text->next = buckets[text->hash & (size - 1)];
			buckets[text->hash & (size - 1)] = text;
		}
	}
	free(intern->buckets);
	intern->buckets = buckets;
	intern->size = size;
}

const char *
intern_take(struct intern *intern, const char *data)
{
	if (data == NULL)
		data = "";
	uint32_t hash = hash_of(data);
	struct text *text = find(intern, data, hash);
	if (text == NULL) {
		grow(intern);
		size_t len = strlen(data);
		text = malloc(offsetof(struct text, data) + len + 1);
		if (text == NULL)
			return NULL;
		text->hash = hash;
		text->users = 0;
		memcpy(text->data, data, len + 1);
		text->next = intern->buckets[hash & (intern->size - 1)];
		intern->buckets[hash & (intern->size - 1)] = text;
		intern->count++;
	}
	text->users++;
	return text->data;
}

void
intern_drop(struct intern *intern, const char *data)
{
	if (data == NULL)
		return;
	struct text *text = (struct text *)(void *)((char *)(uintptr_t)data - offsetof(struct text, data));
	if (--text->users > 0)
		return;
	struct text **link = &intern->buckets[text->hash & (intern->size - 1)];
	while (*link != text)
		link = &(*link)->next;
	*link = text->next;
	intern->count--;
	free(text);
}

const char *
intern_find(const struct intern *intern, const char *data)
{
	const struct text *text = find(intern, data, hash_of(data));
	return text == NULL ? NULL : text->data;
}
