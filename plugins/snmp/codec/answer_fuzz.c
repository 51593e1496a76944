/* SPDX-License-Identifier: ISC */
/* Any octets as a message, as a scoped PDU and as an inform to acknowledge: every octet of the result is read. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
touch(const struct codec_answer *answer)
{
	unsigned sum = answer->community_len > 0 ? (uint8_t)answer->community[0] : 0;

	for (size_t k = 0; k < answer->trap.enterprise.len; k++)
		sum += answer->trap.enterprise.ids[k];
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
	static struct answer_room room;
	static volatile unsigned sink; /* keeps the reads */
	struct codec_answer answer;
	struct answer_scope scope;

	if (answer_parse(&room, data, size, &answer) == 0)
		sink = touch(&answer);
	if (answer_parse_scoped(&room, data, size, &scope, &answer) == 0)
		sink = touch(&answer) +
		    (scope.engine_id_len > 0 ? scope.engine_id[scope.engine_id_len - 1] : 0u);
	uint8_t *copy = malloc(size + 1);
	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	/* What is acknowledged is the same message, as a response without an error. */
	if (answer_acknowledge(copy, size) == 0 && answer_parse(&room, copy, size, &answer) == 0 &&
	    (answer.pdu != CODEC_RESPONSE || answer.error != 0 || answer.error_index != 0))
		abort();
	free(copy);
	(void)sink;
	return 0;
}
