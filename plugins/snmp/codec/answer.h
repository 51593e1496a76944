/* SPDX-License-Identifier: ISC */
/* A device's answer as octets, read: the half of the codec that runs at every poll. No library behind it. */
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

/* As codec_parse(). */
int answer_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out);

#endif
