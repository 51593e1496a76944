/* SPDX-License-Identifier: ISC */
/* Numbered texts: see names.h. */
#include "agent/view/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the text stands in the table, or would. */
static uint32_t
slot_of(const struct names *names, const char *text)
{
	uint32_t hash = 2166136261u;
	for (const char *c = text; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	uint32_t at = (hash ^ hash >> 15) & (names->table_size - 1);
	while (names->table[at] != 0 && strcmp(names->texts[names->table[at]], text) != 0)
		at = (at + 1) & (names->table_size - 1);
	return at;
}

/* Room for one more, in the table and in the list. */
static int
grow(struct names *names)
{
	if ((names->count + 2) * 2 < names->table_size)
		return 0;
	uint32_t size = names->table_size == 0 ? 64 : names->table_size * 2;
	char **texts = realloc(names->texts, size / 2 * sizeof(*texts));
	if (texts == NULL)
		return -ENOMEM;
	names->texts = texts;
	uint32_t *table = calloc(size, sizeof(*table));
	if (table == NULL)
		return -ENOMEM;
	free(names->table);
	names->table = table;
	names->table_size = size;
	for (uint32_t i = 1; i <= names->count; i++)
		table[slot_of(names, texts[i])] = i;
	return 0;
}

int
names_number(struct names *names, const char *text, uint32_t *number)
{
	*number = 0;
	if (text[0] == '\0')
		return 0;
	if (grow(names) < 0)
		return -ENOMEM;
	uint32_t at = slot_of(names, text);
	if (names->table[at] == 0) {
		char *copy = strdup(text);
		if (copy == NULL)
			return -ENOMEM;
		names->texts[++names->count] = copy;
		names->table[at] = names->count;
	}
	*number = names->table[at];
	return 0;
}

uint32_t
names_find(const struct names *names, const char *text)
{
	return text[0] == '\0' || names->table_size == 0 ? 0 : names->table[slot_of(names, text)];
}

const char *
names_at(const struct names *names, uint32_t number)
{
	return number == 0 ? "" : names->texts[number];
}

void
names_fini(struct names *names)
{
	for (uint32_t i = 1; i <= names->count; i++)
		free(names->texts[i]);
	free(names->texts);
	free(names->table);
}
