/* SPDX-License-Identifier: ISC */
/* An SNMP message: what a request asks, and how an answer or a trap is put together. The security of version 3 is in usm.h. */
#ifndef TESTS_SIM_MESSAGE_H
#define TESTS_SIM_MESSAGE_H

#include "tests/sim/ber.h"

enum snmp_version { SNMP_V1 = 0, SNMP_V2C = 1, SNMP_V3 = 3 };

enum pdu_tag {
	PDU_GET = 0xa0,
	PDU_GETNEXT = 0xa1,
	PDU_RESPONSE = 0xa2,
	PDU_SET = 0xa3,
	PDU_TRAP1 = 0xa4,
	PDU_GETBULK = 0xa5,
	PDU_INFORM = 0xa6,
	PDU_TRAP2 = 0xa7,
	PDU_REPORT = 0xa8,
};

enum snmp_error {
	SNMP_TOO_BIG = 1,
	SNMP_NO_SUCH_NAME = 2,
	SNMP_GEN_ERR = 5,
	SNMP_NO_ACCESS = 6,
	SNMP_AUTHORIZATION_ERROR = 16,
	SNMP_NOT_WRITABLE = 17,
	SNMP_INCONSISTENT_NAME = 18, /* the last one there is */
};

struct request {
	enum snmp_version version;
	struct ber_slice community; /* not of version 3 */
	uint8_t pdu;
	struct ber_slice id;       /* its whole TLV: goes back as it came */
	int64_t field_1, field_2;  /* GETBULK: non-repeaters and max-repetitions */
	struct ber_slice varbinds; /* well-formed: request_next never fails on them */
};

/* A message of version 1 or 2c. 0, or -EBADMSG (broken, or trailing octets), -EPROTONOSUPPORT (another version), -EOPNOTSUPP (not a request). */
int request_decode(struct ber_slice in, struct request *request);

/* A PDU alone, as its TLV: 0, -EBADMSG or -EOPNOTSUPP. */
int pdu_decode(struct ber_slice in, enum snmp_version version, struct request *request);

/* Takes the next varbind's name, and its whole TLV when asked for. False at the end. */
bool request_next(struct ber_slice *varbinds, struct ber_slice *oid, struct ber_slice *whole);

/* Room that is needed in front of the varbinds: heads of at most five octets, community or USM_HEADROOM, three numbers. */
#define MESSAGE_HEADROOM 384

/*
 * Puts the front of a PDU before the varbinds, and the front of a message before a PDU: in place, they end where they end. id is a whole
 * INTEGER TLV. Return the start; *size the size from there.
 */
uint8_t *pdu_wrap(uint8_t pdu, struct ber_slice id, int64_t error, int64_t index, uint8_t *varbinds,
    size_t varbinds_size, size_t *size);
uint8_t *community_wrap(
    enum snmp_version version, struct ber_slice community, uint8_t *pdu, size_t pdu_size, size_t *size);

/*
 * Both: puts the message's front before the varbinds, which end where they end: `varbinds` must have MESSAGE_HEADROOM octets in front.
 * community at most 255 octets; id a whole INTEGER TLV. Returns the start; *size the message's size.
 */
uint8_t *message_wrap(enum snmp_version version, struct ber_slice community, uint8_t pdu, struct ber_slice id,
    int64_t error, int64_t index, uint8_t *varbinds, size_t varbinds_size, size_t *size);

#endif
