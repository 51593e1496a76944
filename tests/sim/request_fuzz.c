/* SPDX-License-Identifier: ISC */
/* Fuzzes what sim-fleet does with a datagram: decode it, answer it, and the answer must be well-formed. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char recording[] =
    "1.3.6.1.2.1.1.1.0|4|text\n1.3.6.1.2.1.1.3.0|67|1\n1.3.6.1.2.1.2.2.1.1.1|2|1\n"
    "1.3.6.1.2.1.2.2.1.1.2|2|2\n1.3.6.1.2.1.31.1.1.1.6.1|70|3\n";

static struct device *
make_device(const struct record *record, enum walk_quirk walk)
{
	struct device *device = device_new(0x7f000001, record, 0);
	struct quirks *quirks = device == NULL ? NULL : device_quirks(device);

	if (quirks == NULL)
		abort();
	device_hide(device, varbind_oid(&record->varbinds[2]));
	device->limit = 1400;
	quirks->walk = walk;
	quirks->repeats_rows = walk != WALK_SORTED;
	return device;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record *record;
	static struct device *devices[WALK_LOOPS + 1];
	static uint8_t room[ANSWER_ROOM];
	struct request request;

	if (record == NULL) {
		if (record_parse("fuzz", recording, sizeof(recording) - 1, &record) < 0)
			abort();
		for (unsigned i = 0; i <= WALK_LOOPS; i++)
			devices[i] = make_device(record, (enum walk_quirk)i);
	}
	if (size > 8192 || request_decode((struct ber_slice){ data, size }, &request) < 0)
		return 0;
	for (unsigned i = 0; i <= WALK_LOOPS; i++) {
		struct ber_slice out;
		struct ber_tlv message;
		out.at = answer_build(devices[i], &request, 1000, room, &out.size);
		bool is_whole = ber_take_tag(&out, BER_SEQUENCE, &message) && out.size == 0;
		assert(is_whole);
		(void)is_whole;
	}
	return 0;
}
