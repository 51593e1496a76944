/* SPDX-License-Identifier: ISC */
/* An SNMP v1 or v2c message. */
#include "tests/sim/message.h"

#include <errno.h>
#include <string.h>

static bool
is_request(uint8_t pdu)
{
	return pdu == PDU_GET || pdu == PDU_GETNEXT || pdu == PDU_SET || pdu == PDU_GETBULK;
}

static bool
varbinds_are_sound(struct ber_slice varbinds)
{
	struct ber_tlv varbind, part;
	while (varbinds.size > 0) {
		if (!ber_take_tag(&varbinds, BER_SEQUENCE, &varbind))
			return false;
		if (!ber_take_tag(&varbind.body, BER_OID, &part) || part.body.size == 0 ||
		    part.body.size > BER_OID_MAX)
			return false;
		if (part.body.at[part.body.size - 1] & 0x80)
			return false;
		if (!ber_take(&varbind.body, &part) || varbind.body.size != 0)
			return false;
	}
	return true;
}

int
request_decode(struct ber_slice in, struct request *request)
{
	struct ber_tlv message, version, community, pdu;
	int64_t number;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || in.size != 0)
		return -EBADMSG;
	if (!ber_take_tag(&message.body, BER_INTEGER, &version) || !ber_integer(version.body, &number))
		return -EBADMSG;
	if (number != SNMP_V1 && number != SNMP_V2C)
		return -EPROTONOSUPPORT;
	if (!ber_take_tag(&message.body, BER_OCTETS, &community) || community.body.size > 255 ||
	    !ber_take(&message.body, &pdu) || message.body.size != 0)
		return -EBADMSG;
	request->community = community.body;
	return pdu_decode(pdu.whole, (enum snmp_version)number, request);
}

int
pdu_decode(struct ber_slice in, enum snmp_version version, struct request *request)
{
	struct ber_tlv pdu, id, one, two, varbinds;
	int64_t id_value;

	if (!ber_take(&in, &pdu) || in.size != 0)
		return -EBADMSG;
	if (!is_request(pdu.tag) || (version == SNMP_V1 && pdu.tag == PDU_GETBULK))
		return -EOPNOTSUPP;
	request->version = version;
	request->pdu = pdu.tag;
	if (!ber_take_tag(&pdu.body, BER_INTEGER, &id) || !ber_integer(id.body, &id_value) ||
	    !ber_take_tag(&pdu.body, BER_INTEGER, &one) || !ber_integer(one.body, &request->field_1) ||
	    !ber_take_tag(&pdu.body, BER_INTEGER, &two) || !ber_integer(two.body, &request->field_2) ||
	    !ber_take_tag(&pdu.body, BER_SEQUENCE, &varbinds) || pdu.body.size != 0)
		return -EBADMSG;
	if (id.whole.size > 16 || !varbinds_are_sound(varbinds.body))
		return -EBADMSG;
	request->id = id.whole;
	request->varbinds = varbinds.body;
	return 0;
}

bool
request_next(struct ber_slice *varbinds, struct ber_slice *oid, struct ber_slice *whole)
{
	struct ber_tlv varbind, name;
	if (!ber_take(varbinds, &varbind) || !ber_take(&varbind.body, &name))
		return false;
	*oid = name.body;
	if (whole != NULL)
		*whole = varbind.whole;
	return true;
}

uint8_t *
pdu_wrap(uint8_t pdu, struct ber_slice id, int64_t error, int64_t index, uint8_t *varbinds,
    size_t varbinds_size, size_t *size)
{
	uint8_t *end = varbinds + varbinds_size;
	uint8_t *at = ber_prepend_head(varbinds, BER_SEQUENCE, varbinds_size);

	at = ber_prepend_integer(at, index);
	at = ber_prepend_integer(at, error);
	at = ber_prepend(at, id.at, id.size);
	at = ber_prepend_head(at, pdu, (size_t)(end - at));
	*size = (size_t)(end - at);
	return at;
}

uint8_t *
community_wrap(
    enum snmp_version version, struct ber_slice community, uint8_t *pdu, size_t pdu_size, size_t *size)
{
	uint8_t *end = pdu + pdu_size, *at = ber_prepend_octets(pdu, community.at, community.size);

	at = ber_prepend_integer(at, version);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(end - at));
	*size = (size_t)(end - at);
	return at;
}

uint8_t *
message_wrap(enum snmp_version version, struct ber_slice community, uint8_t pdu, struct ber_slice id,
    int64_t error, int64_t index, uint8_t *varbinds, size_t varbinds_size, size_t *size)
{
	uint8_t *at = pdu_wrap(pdu, id, error, index, varbinds, varbinds_size, size);
	return community_wrap(version, community, at, *size, size);
}
