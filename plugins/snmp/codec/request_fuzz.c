/* SPDX-License-Identifier: ISC */
/* Any octets as the shape of a request: what we build is octet by octet what Net-SNMP builds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/library_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static uint8_t
octet(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* Sub-identifiers small and large. */
static uint32_t
sub_identifier(struct input *in)
{
	uint32_t id = octet(in);

	for (unsigned more = id < 0xf0 ? 0 : id & 3; more > 0; more--)
		id = id << 8 | octet(in);
	return id == 0xff ? UINT32_MAX : id;
}

static void
fill(struct input *in, struct codec_request *request, struct snmp_oid *oids, uint32_t (*ids)[TOWERD_OID_MAX])
{
	static char community[65];
	uint8_t shape = octet(in);

	request->version = (shape & 1) != 0 ? CODEC_V2C : CODEC_V1;
	request->command = (enum codec_command)((shape >> 1) % 3);
	if (request->command == CODEC_GETBULK)
		request->version = CODEC_V2C;
	request->max_repetitions = sub_identifier(in) & INT32_MAX;
	memset(community, 'c', sizeof(community));
	community[octet(in) % sizeof(community)] = '\0';
	request->community = community;
	request->oids = oids;
	request->count = octet(in) % (CODEC_VARBINDS + 1);
	for (size_t i = 0; i < request->count; i++) {
		oids[i] = (struct snmp_oid){ ids[i], 2 + octet(in) % (TOWERD_OID_MAX - 1) };
		ids[i][0] = octet(in) % 3;
		ids[i][1] = ids[i][0] == 2 ? octet(in) : octet(in) % 40;
		for (size_t k = 2; k < oids[i].len; k++)
			ids[i][k] = sub_identifier(in);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snmp_oid oids[CODEC_VARBINDS];
	static uint32_t ids[CODEC_VARBINDS][TOWERD_OID_MAX];
	static uint8_t ours[CODEC_REQUEST_MAX], theirs[CODEC_REQUEST_MAX];
	struct input in = { data, data + size };
	struct codec_request request = { 0 };
	const uint32_t id = CODEC_ID_MIN | 0x123456;
	size_t id_at = 0;

	fill(&in, &request, oids, ids);
	int len = codec_build(&request, ours, &id_at);
	if (len > 0)
		codec_set_id(ours, id_at, id);
	int their_len = library_build(&request, id, theirs);
	if (len == their_len && (len < 0 || memcmp(ours, theirs, (size_t)len) == 0))
		return 0;
	fprintf(stderr, "we build %d octets, the library %d, or others\n", len, their_len);
	abort();
}
