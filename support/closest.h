/* SPDX-License-Identifier: ISC */
/* The closest of some words to one that was probably mistyped. */
#ifndef SUPPORT_CLOSEST_H
#define SUPPORT_CLOSEST_H

#include <stddef.h>

/* Slips (a letter more, less, other, or two swapped) that lead from one word to the other; words over 48 octets: SIZE_MAX. */
size_t closest_distance(const char *a, const char *b);
/* As many slips as a reader would still take for a slip. */
size_t closest_limit(const char *word);

#endif
