/* SPDX-License-Identifier: ISC */
/* Hierarchical bit sets: see bits.h. */
#include "agent/view/bits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
grow(struct bits *bits, unsigned level, uint32_t word)
{
	if (word < bits->count[level])
		return 0;
	uint32_t count = bits->count[level] == 0 ? 4 : bits->count[level];
	while (count <= word)
		count *= 2;
	uint64_t *words = realloc(bits->words[level], count * sizeof(*words));
	if (words == NULL)
		return -ENOMEM;
	memset(words + bits->count[level], 0, (count - bits->count[level]) * sizeof(*words));
	bits->words[level] = words;
	bits->count[level] = count;
	return 0;
}

int
bits_set(struct bits *bits, uint32_t number)
{
	if (number >= BITS_LIMIT)
		return -ERANGE;
	for (unsigned level = 0; level < BITS_LEVELS; level++)
		if (grow(bits, level, number >> (6 * (level + 1))) < 0)
			return -ENOMEM;
	for (unsigned level = 0; level < BITS_LEVELS; level++) {
		uint32_t at = number >> (6 * level);
		bits->words[level][at >> 6] |= UINT64_C(1) << (at & 63);
	}
	return 0;
}

void
bits_clear(struct bits *bits, uint32_t number)
{
	for (unsigned level = 0; level < BITS_LEVELS; level++) {
		uint32_t at = number >> (6 * level);
		if (at >> 6 >= bits->count[level])
			return;
		bits->words[level][at >> 6] &= ~(UINT64_C(1) << (at & 63));
		if (bits->words[level][at >> 6] != 0)
			return;
	}
}

bool
bits_has(const struct bits *bits, uint32_t number)
{
	uint32_t word = number >> 6;
	return word < bits->count[0] && (bits->words[0][word] >> (number & 63) & 1) != 0;
}

bool
bits_next(const struct bits *bits, uint32_t number, uint32_t *out)
{
	/* Up: the first level where something follows in the same word. */
	for (unsigned level = 0; level < BITS_LEVELS; level++) {
		uint32_t word = number >> 6;
		uint64_t rest = word < bits->count[level] ? bits->words[level][word] >> (number & 63) : 0;
		if (rest != 0) {
			number += (uint32_t)__builtin_ctzll(rest);
			/* Down: the lowest member below it. */
			while (level > 0) {
				level--;
				number = number << 6 | (uint32_t)__builtin_ctzll(bits->words[level][number]);
			}
			*out = number;
			return true;
		}
		number = word + 1;
	}
	return false;
}

void
bits_fini(struct bits *bits)
{
	for (unsigned level = 0; level < BITS_LEVELS; level++)
		free(bits->words[level]);
	memset(bits, 0, sizeof(*bits));
}
