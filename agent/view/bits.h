/* SPDX-License-Identifier: ISC */
/* A set of small numbers as bits in levels: a bit of an upper level says that the word below it is not empty, so next is O(log n). */
#ifndef AGENT_VIEW_BITS_H
#define AGENT_VIEW_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BITS_LEVELS 4 /* 64^4: 16,777,216 numbers, as many as there are blocks */
#define BITS_LIMIT  (1u << 24)

struct bits {
	uint64_t *words[BITS_LEVELS];
	uint32_t count[BITS_LEVELS]; /* words allocated */
};

int bits_set(struct bits *bits, uint32_t number); /* 0, -ENOMEM, -ERANGE */
void bits_clear(struct bits *bits, uint32_t number);
bool bits_has(const struct bits *bits, uint32_t number);
/* The first member >= `number`; false: none. */
bool bits_next(const struct bits *bits, uint32_t number, uint32_t *out);
void bits_fini(struct bits *bits);

#endif
