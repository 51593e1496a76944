/* SPDX-License-Identifier: ISC */
/* Optimal string alignment distance (Damerau's four slips), three rows of the matrix at a time. */
#include "support/closest.h"

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 48 };

size_t
closest_distance(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return SIZE_MAX;

	size_t rows[3][WORD_MAX + 1]; /* of the prefixes of `a` one shorter by two, by one, and this one */
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[b_len];
}

size_t
closest_limit(const char *word)
{
	size_t len = strlen(word);
	return len < 3 ? 0 : len < 6 ? 1 : len < 12 ? 2 : 3;
}
