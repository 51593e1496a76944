/* SPDX-License-Identifier: ISC */
/* Sorted arrays by binary search. Inventories come in order, so that most inserts are at the end. */
#include "plugins/snmp/sorted.h"

#include <stdlib.h>
#include <string.h>

static uint32_t
number_at(const void *items, size_t size, size_t i)
{
	uint32_t number;

	memcpy(&number, (const char *)items + i * size, sizeof(number));
	return number;
}

/* Where it is, or would be. */
static size_t
place_of(const void *items, size_t count, size_t size, uint32_t number)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (number_at(items, size, middle) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *
sorted_find(const void *items, size_t count, size_t size, uint32_t number)
{
	size_t i = place_of(items, count, size, number);

	return i < count && number_at(items, size, i) == number ? (char *)(uintptr_t)items + i * size : NULL;
}

/* There is room for the next power of two of them: it is doubled each time that one is reached, also on the way up again. */
static void *
grow(void *items, size_t count, size_t size)
{
	return (count & (count - 1)) != 0 ? items : realloc(items, (count == 0 ? 1 : count * 2) * size);
}

void *
sorted_insert(void **items, size_t *count, size_t size, uint32_t number)
{
	char *grown = grow(*items, *count, size);

	if (grown == NULL)
		return NULL;
	*items = grown;
	size_t i = place_of(grown, *count, size, number);
	char *item = grown + i * size;
	memmove(item + size, item, (*count - i) * size);
	(*count)++;
	memset(item, 0, size);
	memcpy(item, &number, sizeof(number));
	return item;
}

void
sorted_remove(void *items, size_t *count, size_t size, void *item)
{
	const char *end = (const char *)items + *count * size, *next = (char *)item + size;

	memmove(item, next, (size_t)(end - next));
	(*count)--;
}
