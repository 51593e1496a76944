/* SPDX-License-Identifier: ISC */
/* Any octets as a device's answer: parsed, and every octet of the result read. */
#include "plugins/snmp/codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
touch(const struct codec_answer *answer)
{
	unsigned sum = answer->community_len > 0 ? (uint8_t)answer->community[0] : 0;

	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		for (size_t k = 0; k < o->len; k++)
			sum += o->ids[k];
		if (o->value.tag == SNMP_OCTETS)
			for (size_t k = 0; k < o->value.octets.len; k++)
				sum += o->value.octets.data[k];
		if (o->value.tag == SNMP_OID)
			for (size_t k = 0; k < o->value.oid.len; k++)
				sum += o->value.oid.ids[k];
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct codec *codec;
	static volatile unsigned sink; /* keeps the reads */
	struct codec_answer answer;

	if (codec == NULL)
		codec = codec_new();
	if (codec != NULL && codec_parse(codec, data, size, &answer) == 0)
		sink = touch(&answer);
	(void)sink;
	return 0;
}
