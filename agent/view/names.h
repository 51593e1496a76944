/* SPDX-License-Identifier: ISC */
/* Texts numbered in the order in which they are first met, from 1; 0 is the empty text. Start with `= { 0 }`. */
#ifndef AGENT_VIEW_NAMES_H
#define AGENT_VIEW_NAMES_H

#include <stdint.h>

struct names {
	char **texts; /* [0] is not used */
	uint32_t count;
	uint32_t *table; /* numbers by hash of the text; 0: free; a power of two, at most half full */
	uint32_t table_size;
};

int names_number(struct names *names, const char *text, uint32_t *number); /* finds or adds; 0 or -ENOMEM */
uint32_t names_find(const struct names *names, const char *text);          /* 0: never met */
const char *names_at(const struct names *names, uint32_t number);
void names_fini(struct names *names);

#endif
