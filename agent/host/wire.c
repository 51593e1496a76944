/* SPDX-License-Identifier: ISC */
/* Frames of the wire: see wire.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/wire.h"

long
wire_frame_make(char **buffer, size_t *capacity, enum wire_frame kind, const void *data, size_t len)
{
	if (len + 1 > *capacity) {
		char *grown = realloc(*buffer, len + 1);
		if (grown == NULL)
			return -ENOMEM;
		*buffer = grown;
		*capacity = len + 1;
	}
	if (len > 0)
		memcpy(*buffer, data, len);
	(*buffer)[len] = (char)kind;
	return (long)len + 1;
}
