/* SPDX-License-Identifier: ISC */
/*
 * What devices send, read in place (RFC 1157, RFC 3416). Lenient where devices are: types that nobody knows are values that are not known; octets
 * behind a message or a PDU are passed over.
 */
#include "plugins/snmp/codec/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/ber.h"

#define VARBIND_MIN 7 /* octets of the shortest varbind: three heads and one octet of a name */

static bool
read_value(uint8_t tag, struct ber body, struct snmp_value *out, uint32_t **ids)
{
	int count;

	out->tag = (enum snmp_tag)tag;
	switch (tag) {
	case SNMP_INTEGER:
		return ber_number(body, &out->integer);
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
		if (!ber_natural(body, &out->natural))
			return false;
		out->natural &= UINT32_MAX;
		return true;
	case SNMP_COUNTER64:
		return ber_natural(body, &out->natural);
	case SNMP_OID:
		count = ber_oid(body, *ids);
		out->oid.ids = *ids;
		out->oid.len = count < 0 ? 0 : (size_t)count;
		*ids += out->oid.len;
		return count >= 0;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		out->octets.data = body.at;
		out->octets.len = ber_left(&body);
		return true;
	case SNMP_NO_SUCH_OBJECT:
	case SNMP_NO_SUCH_INSTANCE:
	case SNMP_END_OF_MIB_VIEW:
		return true;
	default: /* NULL, and types that no object of ours has */
		out->tag = SNMP_NULL;
		return true;
	}
}

static bool
read_objects(struct answer_room *room, struct ber list, uint32_t *ids, size_t *count)
{
	for (*count = 0; ber_left(&list) > 0; (*count)++) {
		struct snmp_object *object = &room->objects[*count];
		struct ber varbind, name, value;
		uint8_t tag;
		if (!ber_take_tag(&list, BER_SEQUENCE, &varbind) ||
		    !ber_take_tag(&varbind, SNMP_OID, &name) || ber_left(&name) == 0 ||
		    !ber_take(&varbind, &tag, &value))
			return false;
		int len = ber_oid(name, ids);
		if (len < 0)
			return false;
		object->ids = ids;
		object->len = (size_t)len;
		ids += len;
		if (!read_value(tag, value, &object->value, &ids))
			return false;
	}
	return true;
}

/* No answer has more objects, or more sub-identifiers, than its octets allow. */
static int
make_room(struct answer_room *room, size_t len)
{
	if (len <= room->size)
		return 0;
	struct snmp_object *objects = realloc(room->objects, (len / VARBIND_MIN + 1) * sizeof(*objects));
	if (objects == NULL)
		return -ENOMEM;
	room->objects = objects;
	uint32_t *ids = realloc(room->ids, len * sizeof(*ids));
	if (ids == NULL)
		return -ENOMEM;
	room->ids = ids;
	room->size = len;
	return 0;
}

/* Address and time may come under other types. Into `out`, whose sub-identifiers take the front of the room: a name takes no more of them than its octets, head included, count. */
static bool
read_trap_v1(struct answer_room *room, struct ber *pdu, struct codec_trap_v1 *out, uint32_t **ids)
{
	struct ber enterprise, agent, uptime;
	int64_t generic, specific;
	uint64_t ticks;
	uint8_t tag;

	if (!ber_take_tag(pdu, SNMP_OID, &enterprise) || !ber_take(pdu, &tag, &agent) ||
	    !ber_take_number(pdu, &generic) || !ber_take_number(pdu, &specific) ||
	    !ber_take(pdu, &tag, &uptime) || !ber_natural(uptime, &ticks))
		return false;
	int len = ber_oid(enterprise, room->ids);
	if (len < 0)
		return false;
	out->enterprise = (struct snmp_oid){ room->ids, (size_t)len };
	if (ber_left(&agent) == sizeof(out->agent)) /* else it names nobody */
		memcpy(out->agent, agent.at, sizeof(out->agent));
	out->generic = (int32_t)generic;
	out->specific = (int32_t)specific;
	out->uptime = (uint32_t)ticks;
	*ids = room->ids + len;
	return true;
}

/* Three numbers in front of the varbinds, as in every PDU but the v1 trap. */
static bool
read_head(struct ber *pdu, struct codec_answer *out)
{
	int64_t id, error, error_index;

	if (!ber_take_number(pdu, &id) || !ber_take_number(pdu, &error) || error < 0 || error > INT16_MAX ||
	    !ber_take_number(pdu, &error_index) || error_index < 0 || error_index > INT16_MAX)
		return false;
	out->id = (uint32_t)id;
	out->error = (int)error;
	out->error_index = (int)error_index;
	return true;
}

static bool
read_pdu(struct answer_room *room, struct ber *in, struct codec_answer *out)
{
	struct ber pdu, list;
	uint32_t *ids = room->ids;
	uint8_t tag;

	if (!ber_take(in, &tag, &pdu))
		return false;
	out->pdu = (enum codec_pdu)tag;
	switch (tag) {
	case CODEC_RESPONSE:
	case CODEC_INFORM:
	case CODEC_TRAP:
	case CODEC_REPORT:
		if (!read_head(&pdu, out))
			return false;
		break;
	case CODEC_TRAP_V1:
		if (!read_trap_v1(room, &pdu, &out->trap, &ids))
			return false;
		break;
	default:
		return false;
	}
	if (!ber_take_tag(&pdu, BER_SEQUENCE, &list) || !read_objects(room, list, ids, &out->count))
		return false;
	out->objects = room->objects;
	return true;
}

int
answer_version(const uint8_t *data, size_t len)
{
	struct ber in = { data, data + len }, message;
	int64_t version;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || !ber_take_number(&message, &version) ||
	    version < 0 || version > INT16_MAX)
		return -EBADMSG;
	return (int)version;
}

/* The head of a message: false when it is none of v1 or v2c. */
static bool
take_message(const uint8_t *data, size_t len, struct ber *message, int64_t *version, struct ber *community)
{
	struct ber in = { data, data + len };

	return ber_take_tag(&in, BER_SEQUENCE, message) && ber_take_number(message, version) &&
	    (*version == CODEC_V1 || *version == CODEC_V2C) && ber_take_tag(message, SNMP_OCTETS, community);
}

int
answer_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out)
{
	struct codec_answer answer = { 0 };
	struct ber message, community;
	int64_t version;

	int rc = make_room(room, len);
	if (rc < 0)
		return rc;
	if (!take_message(data, len, &message, &version, &community) || !read_pdu(room, &message, &answer) ||
	    answer.pdu == CODEC_REPORT)
		return -EBADMSG;
	answer.version = (enum codec_version)version;
	answer.community = (const char *)community.at;
	answer.community_len = ber_left(&community);
	*out = answer;
	return 0;
}

/* What stands in front of the PDU of a scoped PDU. */
static bool
take_scope(const uint8_t *data, size_t len, struct ber *scoped, struct ber *engine, struct ber *context)
{
	struct ber in = { data, data + len };

	return ber_take_tag(&in, BER_SEQUENCE, scoped) && ber_take_tag(scoped, SNMP_OCTETS, engine) &&
	    ber_take_tag(scoped, SNMP_OCTETS, context);
}

int
answer_parse_scoped(struct answer_room *room, const uint8_t *data, size_t len, struct answer_scope *scope,
    struct codec_answer *out)
{
	struct codec_answer answer = { .version = CODEC_V2C };
	struct ber scoped, engine, context;

	int rc = make_room(room, len);
	if (rc < 0)
		return rc;
	if (!take_scope(data, len, &scoped, &engine, &context) || !read_pdu(room, &scoped, &answer))
		return -EBADMSG;
	*scope = (struct answer_scope){ engine.at, ber_left(&engine), (const char *)context.at,
		ber_left(&context) };
	*out = answer;
	return 0;
}

int
answer_acknowledge(uint8_t *data, size_t len)
{
	struct ber message, first, second, pdu, id, error, error_index;
	int64_t version;

	if (!take_message(data, len, &message, &version, &second) &&
	    !take_scope(data, len, &message, &first, &second))
		return -EBADMSG;
	uint8_t *tag = data + (message.at - data);
	if (!ber_take_tag(&message, CODEC_INFORM, &pdu) || !ber_take_tag(&pdu, SNMP_INTEGER, &id) ||
	    !ber_take_tag(&pdu, SNMP_INTEGER, &error) || !ber_take_tag(&pdu, SNMP_INTEGER, &error_index))
		return -EBADMSG;
	*tag = CODEC_RESPONSE;
	memset(data + (error.at - data), 0, ber_left(&error));
	memset(data + (error_index.at - data), 0, ber_left(&error_index));
	return 0;
}

void
answer_room_fini(struct answer_room *room)
{
	free(room->objects);
	free(room->ids);
	*room = (struct answer_room){ 0 };
}
