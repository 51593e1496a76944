/* SPDX-License-Identifier: ISC */
/* Any octets as a message: what we read is what Net-SNMP reads, but for the differences that have a name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/difference_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = difference_find(data, size);

	if (name != NULL && strncmp(name, "unknown", 7) == 0) {
		fprintf(stderr, "a difference to the library that is %s\n", name);
		abort();
	}
	return 0;
}
