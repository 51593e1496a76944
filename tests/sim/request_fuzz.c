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

static void
check_whole(struct ber_slice out)
{
	struct ber_tlv message;
	bool is_whole = ber_take_tag(&out, BER_SEQUENCE, &message) && out.size == 0;
	assert(is_whole);
	(void)is_whole;
}

/* Version 3, to a user without passwords: digests would keep everything else out. */
static void
answer_secured(struct device *device, const uint8_t *data, size_t size, uint8_t *room)
{
	static const struct credential credential = { .name = "fuzz" };
	static uint8_t octets[8192];
	struct usm_header header;
	struct usm_request usm;
	struct request request = { .version = SNMP_V3 };
	struct ber_slice out;

	if (device->engine == NULL &&
	    ((device->engine = engine_new((const uint8_t *)"\x80\0\0\0\1", 5, 0)) == NULL ||
		engine_add_user(device->engine, &credential) < 0))
		abort();
	memcpy(octets, data, size);
	if (usm_decode((struct ber_slice){ octets, size }, &header) < 0 ||
	    usm_take(device->engine, &header, octets, size, 1000, &usm) < 0 ||
	    (pdu_decode(usm.pdu, SNMP_V3, &request) < 0 && usm.report == USM_FINE))
		return;
	out.at = answer_build_secured(device, &usm, &request, 1000, 1000, room, &out.size);
	check_whole(out);
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
	if (size > 8192)
		return 0;
	answer_secured(devices[0], data, size, room);
	if (request_decode((struct ber_slice){ data, size }, &request) < 0)
		return 0;
	for (unsigned i = 0; i <= WALK_LOOPS; i++) {
		struct ber_slice out;
		out.at = answer_build(devices[i], &request, 1000, room, &out.size);
		check_whole(out);
	}
	return 0;
}
