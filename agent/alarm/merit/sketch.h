/* SPDX-License-Identifier: ISC */
/*
 * Who contributes most, in bounded memory: the space-saving sketch (Metwally, Agrawal, El Abbadi, 2005). It keeps SKETCH_SIZE counts; a key that
 * is not kept takes the place of the least and inherits its count as its possible error. So a count is never too low, at most `error` too
 * high, no error is above (everything counted) / SKETCH_SIZE, and whoever has more than that share of it is in the list.
 */
#ifndef AGENT_ALARM_MERIT_SKETCH_H
#define AGENT_ALARM_MERIT_SKETCH_H

#include <stdint.h>

#define SKETCH_SIZE 96 /* more than the catalogue has types: those are exact */

struct sketch_item {
	uint64_t key;
	uint32_t count, error; /* the true count is count - error at least */
	uint32_t example;      /* what came with the key last */
};

struct sketch {
	uint32_t used;
	struct sketch_item items[SKETCH_SIZE]; /* largest first */
};

/* Counts `n` more of the key. Finding it is a walk of at most SKETCH_SIZE items, putting it in order a binary search. */
void sketch_add(struct sketch *sketch, uint64_t key, uint32_t n, uint32_t error, uint32_t example);
void sketch_reset(struct sketch *sketch);

#endif
