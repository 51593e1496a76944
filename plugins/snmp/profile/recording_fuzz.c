/* SPDX-License-Identifier: ISC */
/* Recordings: any text is read without harm, and what was read comes back in order. */
#include <stdlib.h>

#include "plugins/snmp/profile/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct object_set *set = object_set_new();
	struct recording_stats stats;

	if (recording_parse(set, (const char *)data, size, &stats) == 0 &&
	    object_set_count(set) + stats.repeats != stats.records)
		abort();
	for (size_t i = 1; i < object_set_count(set); i++) {
		const struct snmp_object *a = object_set_at(set, i - 1), *b = object_set_at(set, i);
		if (oid_compare(a->ids, a->len, b->ids, b->len) >= 0)
			abort();
	}
	object_set_free(set);
	return 0;
}
