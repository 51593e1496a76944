/* SPDX-License-Identifier: ISC */
/*
 * A device's answer as octets, read (RFC 1157, RFC 3416; BER as RFC 3417, 8 restricts it). Hostile until proven: every length is checked before
 * it is used. Lenient where devices are: lengths in long form, numbers with too many octets, types that nobody knows.
 */
#include "plugins/snmp/codec/answer.h"

#include <errno.h>
#include <stdlib.h>

#define TAG_SEQUENCE 0x30
#define TAG_RESPONSE 0xa2
#define VARBIND_MIN  7 /* octets of the shortest varbind: three heads and one octet of a name */

struct octets {
	const uint8_t *at, *end;
};

static size_t
left(const struct octets *in)
{
	return (size_t)(in->end - in->at);
}

/* Takes one value off the front. False: it is cut short, or its length is indefinite or absurd. */
static bool
take(struct octets *in, uint8_t *tag, struct octets *body)
{
	if (left(in) < 2)
		return false;
	*tag = in->at[0];
	size_t len = in->at[1];
	in->at += 2;
	if (len >= 0x80) {
		size_t octets = len & 0x7f;
		if (octets == 0 || octets > 4 || left(in) < octets)
			return false;
		for (len = 0; octets > 0; octets--)
			len = len << 8 | *in->at++;
	}
	if (len > left(in))
		return false;
	*body = (struct octets){ in->at, in->at + len };
	in->at += len;
	return true;
}

static bool
take_tag(struct octets *in, uint8_t tag, struct octets *body)
{
	uint8_t found;

	return take(in, &found, body) && found == tag;
}

/* Two's complement; a Counter64 beyond the signed range has a zero octet in front. */
static bool
read_number(struct octets body, int64_t *out)
{
	if (left(&body) == 0 || left(&body) > 9 || (left(&body) == 9 && body.at[0] != 0))
		return false;
	uint64_t number = (body.at[0] & 0x80) != 0 ? UINT64_MAX : 0;
	while (body.at < body.end)
		number = number << 8 | *body.at++;
	*out = (int64_t)number;
	return true;
}

static bool
take_number(struct octets *in, int64_t *out)
{
	struct octets body;

	return take_tag(in, SNMP_INTEGER, &body) && read_number(body, out);
}

/* Sub-identifiers into `out`, which has room for as many as there are octets in head and body. Returns how many, or -1. */
static int
read_oid(struct octets body, uint32_t *out)
{
	int count = 0;

	if (left(&body) == 0) { /* what some agents send for zeroDotZero */
		out[0] = out[1] = 0;
		return 2;
	}
	while (body.at < body.end) {
		uint64_t id = 0;
		do {
			if (body.at == body.end || id > UINT32_MAX >> 7)
				return -1;
			id = id << 7 | (*body.at & 0x7f);
		} while ((*body.at++ & 0x80) != 0);
		if (count == TOWERD_OID_MAX)
			return -1;
		if (count == 0) { /* two in one (X.690, 8.19.4) */
			out[count++] = id < 80 ? (uint32_t)id / 40 : 2;
			id -= 40 * out[0];
		}
		out[count++] = (uint32_t)id;
	}
	return count;
}

static bool
read_value(uint8_t tag, struct octets body, struct snmp_value *out, uint32_t **ids)
{
	int64_t number;
	int count;

	out->tag = (enum snmp_tag)tag;
	switch (tag) {
	case SNMP_INTEGER:
		return read_number(body, &out->integer);
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		if (!read_number(body, &number))
			return false;
		/* Some agents leave out the zero octet in front: what looks negative is large. */
		out->natural = tag == SNMP_COUNTER64 ? (uint64_t)number : (uint64_t)number & UINT32_MAX;
		return true;
	case SNMP_OID:
		count = read_oid(body, *ids);
		out->oid.ids = *ids;
		out->oid.len = count < 0 ? 0 : (size_t)count;
		*ids += out->oid.len;
		return count >= 0;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		out->octets.data = body.at;
		out->octets.len = left(&body);
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
read_objects(struct answer_room *room, struct octets list, size_t *count)
{
	uint32_t *ids = room->ids;

	for (*count = 0; left(&list) > 0; (*count)++) {
		struct snmp_object *object = &room->objects[*count];
		struct octets varbind, name, value;
		uint8_t tag;
		if (!take_tag(&list, TAG_SEQUENCE, &varbind) || !take_tag(&varbind, SNMP_OID, &name) ||
		    left(&name) == 0 || !take(&varbind, &tag, &value))
			return false;
		int len = read_oid(name, ids);
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

int
answer_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out)
{
	struct octets in = { data, data + len }, message, community, pdu, list;
	int64_t version, id, error, error_index;
	size_t count;

	int rc = make_room(room, len);
	if (rc < 0)
		return rc;
	if (!take_tag(&in, TAG_SEQUENCE, &message) || !take_number(&message, &version) ||
	    (version != CODEC_V1 && version != CODEC_V2C) || !take_tag(&message, SNMP_OCTETS, &community) ||
	    !take_tag(&message, TAG_RESPONSE, &pdu) || !take_number(&pdu, &id) ||
	    !take_number(&pdu, &error) || error < 0 || error > INT16_MAX ||
	    !take_number(&pdu, &error_index) || error_index < 0 || error_index > INT16_MAX ||
	    !take_tag(&pdu, TAG_SEQUENCE, &list) || !read_objects(room, list, &count))
		return -EBADMSG;
	*out = (struct codec_answer){ .version = (enum codec_version)version,
		.community = (const char *)community.at,
		.community_len = left(&community),
		.id = (uint32_t)id,
		.error = (int)error,
		.error_index = (int)error_index,
		.objects = room->objects,
		.count = count };
	return 0;
}

void
answer_room_fini(struct answer_room *room)
{
	free(room->objects);
	free(room->ids);
	*room = (struct answer_room){ 0 };
}
