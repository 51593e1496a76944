/* SPDX-License-Identifier: ISC */
/*
 * What devices send, read in place: responses, traps and informs of v1 and v2c, and the PDU inside a scoped one of v3. Nothing is allocated but the
 * room, which is used again.
 */
#ifndef PLUGINS_SNMP_ANSWER_H
#define PLUGINS_SNMP_ANSWER_H

#include "plugins/snmp/codec/codec.h"

/* Where the parts of an answer lie; reused for the next one. Start with `= { 0 }`. */
struct answer_room {
	struct snmp_object *objects;
	uint32_t *ids; /* of all objects, one after the other */
	size_t size;   /* octets of the longest answer that there is room for */
};
void answer_room_fini(struct answer_room *room);

/* A whole message of v1 or v2c, with any PDU but a request or report. What it points to lives as long as `data` and the room. -EBADMSG, -ENOMEM. */
int answer_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out);

/* The version that a message says it is of: 0 for v1, 1 for v2c, 3 for v3; -EBADMSG: it is none. */
int answer_version(const uint8_t *data, size_t len);

/* A scoped PDU (RFC 3412, 6), deciphered: octets behind it are padding. `out` has no community; its version is CODEC_V2C. */
struct answer_scope {
	const uint8_t *engine_id; /* contextEngineID */
	size_t engine_id_len;
	const char *context; /* contextName, without a NUL */
	size_t context_len;
};
int answer_parse_scoped(struct answer_room *room, const uint8_t *data, size_t len, struct answer_scope *scope,
    struct codec_answer *out);

/*
 * Makes the response to an inform of it, a message of v2c or a scoped PDU, in place: the same id and the same varbinds (RFC 3416, 4.2.7), in the octets that the sender itself
 * chose. -EBADMSG: it is none.
 */
int answer_acknowledge(uint8_t *data, size_t len);

#endif
