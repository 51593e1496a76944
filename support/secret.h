/* SPDX-License-Identifier: ISC */
/* A secret that stands in a file of its own. */
#ifndef SUPPORT_SECRET_H
#define SUPPORT_SECRET_H

#include <stddef.h>

struct arena;

/*
 * Reads a secret of at most 64 KiB from a file that others may neither read nor write; one newline at its end is no part of it.
 * Returns 0, or a negative errno with the end of a sentence that begins with the path in `why`.
 */
int secret_read(struct arena *arena, const char *path, const char **secret, char *why, size_t why_size);

#endif
