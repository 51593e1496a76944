/* SPDX-License-Identifier: ISC */
/* Fuzzes the reader of .snmprec files. */
#include <stdlib.h>

#include "tests/sim/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record *record;

	if (record_parse("fuzz", (const char *)data, size, &record) < 0)
		return 0;
	/* What was read is found again, in order. */
	for (uint32_t i = 0; i < record->count; i++) {
		struct ber_slice oid = varbind_oid(&record->varbinds[i]);
		if (record_find(record, oid, oid_hash(oid)) != i)
			abort();
		if (record_after(record, oid, RECORD_NONE) != (i + 1 < record->count ? i + 1 : RECORD_NONE))
			abort();
	}
	record_free(record);
	return 0;
}
