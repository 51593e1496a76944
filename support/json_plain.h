/* SPDX-License-Identifier: ISC */
/* What reader and writer of JSON have in common: nearly every octet of a text stands for itself, so it is copied in runs. */
#ifndef SUPPORT_JSON_PLAIN_H
#define SUPPORT_JSON_PLAIN_H

#include <stddef.h>

/* Octets from `text` on that are ASCII and neither control characters nor quotes nor backslashes. */
static inline size_t
json_plain_run(const char *text, size_t len)
{
	size_t run = 0;

	while (run < len && (unsigned char)text[run] - 0x20u < 0x60u && text[run] != '"' && text[run] != '\\')
		run++;
	return run;
}

#endif
