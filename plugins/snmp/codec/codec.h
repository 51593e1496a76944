/* SPDX-License-Identifier: ISC */
/* Messages of SNMPv1 and v2c as octets and back (RFC 1157, RFC 3416), in the worker processes alone. No library behind it. */
#ifndef PLUGINS_SNMP_CODEC_H
#define PLUGINS_SNMP_CODEC_H

#include "plugins/snmp/codec/object.h"

enum codec_version { CODEC_V1 = 0, CODEC_V2C = 1 }; /* as in the message */
enum codec_command { CODEC_GET, CODEC_GETNEXT, CODEC_GETBULK };
enum codec_error {
	CODEC_NO_ERROR = 0,
	CODEC_TOO_BIG = 1,
	CODEC_NO_SUCH_NAME = 2,
	CODEC_GEN_ERR = 5
}; /* error-status, RFC 3416 */

#define CODEC_VARBINDS    64   /* at most, in a request */
#define CODEC_REQUEST_MAX 1472 /* octets that a request may take: one frame on an Ethernet */

struct codec_request {
	enum codec_version version;
	enum codec_command command;
	const char *community;
	const struct snmp_oid *oids;
	size_t count;
	unsigned max_repetitions; /* GETBULK; non-repeaters are 0 */
	size_t room;              /* octets that it may take; 0: CODEC_REQUEST_MAX */
};

/*
 * Builds a request into `out` (CODEC_REQUEST_MAX octets). Returns its length, -EMSGSIZE (too many varbinds for a frame) or -EINVAL. The request id is
 * written by codec_set_id(), as often as the same request is sent: `*id_at` says where.
 */
int codec_build(const struct codec_request *request, uint8_t *out, size_t *id_at);
/* Ids are of four octets in every message: 0x40000000 to 0x7fffffff. */
#define CODEC_ID_MIN  0x40000000u
#define CODEC_ID_MASK 0x3fffffffu
static inline void
codec_set_id(uint8_t *message, size_t id_at, uint32_t id)
{
	for (unsigned i = 0; i < 4; i++)
		message[id_at + i] = (uint8_t)(id >> (8 * (3 - i)));
}

/* The PDUs that are read. A v2c message may hold any of them and a v1 message too: devices mix them, and each says what it is. */
enum codec_pdu {
	CODEC_RESPONSE = 0xa2,
	CODEC_TRAP_V1 = 0xa4, /* RFC 1157, 4.1.6 */
	CODEC_INFORM = 0xa6,
	CODEC_TRAP = 0xa7,   /* RFC 3416, 4.2.6 */
	CODEC_REPORT = 0xa8, /* in a scoped PDU */
};

/* What stands in front of the varbinds of a v1 trap. */
struct codec_trap_v1 {
	struct snmp_oid enterprise;
	uint8_t agent[4]; /* agent-addr */
	int32_t generic, specific;
	uint32_t uptime; /* hundredths of a second */
};

struct codec_answer {
	enum codec_version version;
	enum codec_pdu pdu;
	const char *community;
	size_t community_len;
	uint32_t id;               /* 0 in a v1 trap */
	int error, error_index;    /* error-status; index from 1 */
	struct codec_trap_v1 trap; /* CODEC_TRAP_V1 */
	const struct snmp_object *objects;
	size_t count;
};

/* Reads answers into memory of its own, the same for each. */
struct codec;
struct codec *codec_new(void);
void codec_free(struct codec *codec);
/* Parses an answer; what it points to lives as long as `data`, until the next call. -EBADMSG (not a response), -ENOMEM. */
int codec_parse(struct codec *codec, const uint8_t *data, size_t len, struct codec_answer *out);

#endif
