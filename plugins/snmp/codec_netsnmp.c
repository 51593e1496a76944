/* SPDX-License-Identifier: ISC */
/* The codec by Net-SNMP: snmp_build() and snmp_parse() without its sessions. The one file of this plugin that includes the library. */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec.h"

#define MARKER_ID 0x5a3c96a5u /* found in the built message, and replaced at each sending */

struct codec {
	netsnmp_session session; /* a template: never opened */
	netsnmp_pdu *pdu;        /* the answer parsed last */
	struct snmp_object *objects;
	uint32_t *ids; /* of all objects, one after the other */
	size_t object_room, id_room;
};

struct codec *
codec_new(void)
{
	struct codec *codec = calloc(1, sizeof(*codec));

	if (codec == NULL)
		return NULL;
	snmp_sess_init(&codec->session);
	codec->session.version = SNMP_DEFAULT_VERSION;
	return codec;
}

void
codec_free(struct codec *codec)
{
	if (codec == NULL)
		return;
	snmp_free_pdu(codec->pdu);
	free(codec->objects);
	free(codec->ids);
	free(codec);
}

static netsnmp_pdu *
request_pdu(const struct codec_request *request)
{
	static const int commands[] = { [CODEC_GET] = SNMP_MSG_GET,
		[CODEC_GETNEXT] = SNMP_MSG_GETNEXT,
		[CODEC_GETBULK] = SNMP_MSG_GETBULK };
	netsnmp_pdu *pdu = snmp_pdu_create(commands[request->command]);

	if (pdu == NULL)
		return NULL;
	pdu->version = request->version == CODEC_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	pdu->community_len = strlen(request->community);
	pdu->community = netsnmp_memdup(request->community, pdu->community_len + 1);
	pdu->reqid = (long)MARKER_ID;
	pdu->errstat = 0;
	pdu->errindex = request->command == CODEC_GETBULK ? (long)request->max_repetitions : 0;
	for (size_t i = 0; i < request->count; i++) {
		oid name[MAX_OID_LEN];
		size_t len = request->oids[i].len < MAX_OID_LEN ? request->oids[i].len : MAX_OID_LEN;
		for (size_t k = 0; k < len; k++)
			name[k] = request->oids[i].ids[k];
		snmp_add_null_var(pdu, name, len);
	}
	return pdu;
}

int
codec_build(struct codec *codec, const struct codec_request *request, uint8_t *out, size_t *id_at)
{
	static const uint8_t marker[] = { 0x02, 0x04, MARKER_ID >> 24, MARKER_ID >> 16 & 0xff,
		MARKER_ID >> 8 & 0xff, MARKER_ID & 0xff };
	u_char *packet = malloc(2 * CODEC_REQUEST_MAX);
	size_t room = 2 * CODEC_REQUEST_MAX, offset = 0;
	netsnmp_pdu *pdu = request->count <= CODEC_VARBINDS ? request_pdu(request) : NULL;
	int rc = -EINVAL;

	/* The library builds from the end of the buffer forward to `offset` octets. */
	if (packet != NULL && pdu != NULL && snmp_build(&packet, &room, &offset, &codec->session, pdu) == 0) {
		const uint8_t *start = packet + room - offset;
		const uint8_t *id =
		    offset <= CODEC_REQUEST_MAX ? memmem(start, offset, marker, sizeof(marker)) : NULL;
		rc = -EMSGSIZE;
		if (id != NULL) {
			memcpy(out, start, offset);
			*id_at = (size_t)(id - start) + 2;
			rc = (int)offset;
		}
	}
	snmp_free_pdu(pdu);
	free(packet);
	return rc;
}

static int
make_room(struct codec *codec, size_t objects, size_t ids)
{
	if (objects > codec->object_room) {
		struct snmp_object *grown = realloc(codec->objects, objects * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		codec->objects = grown;
		codec->object_room = objects;
	}
	if (ids > codec->id_room) {
		uint32_t *grown = realloc(codec->ids, ids * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		codec->ids = grown;
		codec->id_room = ids;
	}
	return 0;
}

static const uint32_t *
copy_ids(uint32_t **at, const oid *ids, size_t len)
{
	uint32_t *start = *at;

	for (size_t i = 0; i < len; i++)
		start[i] = (uint32_t)ids[i];
	*at += len;
	return start;
}

static void
copy_value(const netsnmp_variable_list *vb, struct snmp_value *out, uint32_t **ids)
{
	switch (vb->type) {
	case ASN_INTEGER:
		out->tag = SNMP_INTEGER;
		out->integer = *vb->val.integer;
		return;
	case ASN_COUNTER:
	case ASN_GAUGE:
	case ASN_TIMETICKS:
	case ASN_UINTEGER:
		out->tag = vb->type == ASN_UINTEGER ? SNMP_GAUGE32 : (enum snmp_tag)vb->type;
		out->natural = (uint64_t)*vb->val.integer & UINT32_MAX;
		return;
	case ASN_COUNTER64:
		out->tag = SNMP_COUNTER64;
		out->natural = (uint64_t)vb->val.counter64->high << 32 | (uint64_t)vb->val.counter64->low;
		return;
	case ASN_OBJECT_ID:
		out->tag = SNMP_OID;
		out->oid.len = vb->val_len / sizeof(oid);
		out->oid.ids = copy_ids(ids, vb->val.objid, out->oid.len);
		return;
	case ASN_OCTET_STR:
	case ASN_IPADDRESS:
	case ASN_OPAQUE:
		out->tag = (enum snmp_tag)vb->type;
		out->octets.data = vb->val.string;
		out->octets.len = vb->val_len;
		return;
	case SNMP_NOSUCHOBJECT:
	case SNMP_NOSUCHINSTANCE:
	case SNMP_ENDOFMIBVIEW:
		out->tag = (enum snmp_tag)vb->type;
		return;
	default: /* NULL, and types that no object of ours has */
		out->tag = SNMP_NULL;
	}
}

static int
copy_objects(struct codec *codec, const netsnmp_pdu *pdu, struct codec_answer *out)
{
	size_t objects = 0, ids = 0;

	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable) {
		objects++;
		ids += vb->name_length + (vb->type == ASN_OBJECT_ID ? vb->val_len / sizeof(oid) : 0);
	}
	int rc = make_room(codec, objects, ids);
	if (rc < 0)
		return rc;
	uint32_t *at = codec->ids;
	size_t i = 0;
	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable, i++) {
		codec->objects[i].len = vb->name_length;
		codec->objects[i].ids = copy_ids(&at, vb->name, vb->name_length);
		copy_value(vb, &codec->objects[i].value, &at);
	}
	out->objects = codec->objects;
	out->count = objects;
	return 0;
}

/* The version field of a message, or -1. */
static long
version_of(const uint8_t *data, size_t len)
{
	u_char type;
	long version = -1;
	u_char *at = asn_parse_sequence(
	    (u_char *)(uintptr_t)data, &len, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "version");

	if (at == NULL || asn_parse_int(at, &len, &type, &version, sizeof(version)) == NULL)
		return -1;
	return version;
}

int
codec_parse(struct codec *codec, const uint8_t *data, size_t len, struct codec_answer *out)
{
	snmp_free_pdu(codec->pdu);
	codec->pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
	if (codec->pdu == NULL)
		return -ENOMEM;
	netsnmp_pdu *pdu = codec->pdu;
	/* An SNMPv3 message would go through the library's users and keys: not by this way. */
	long version = version_of(data, len);
	if (version != SNMP_VERSION_1 && version != SNMP_VERSION_2c)
		return -EBADMSG;
	if (snmp_parse(NULL, &codec->session, pdu, (u_char *)(uintptr_t)data, len) != 0 ||
	    pdu->command != SNMP_MSG_RESPONSE)
		return -EBADMSG;
	*out = (struct codec_answer){ .version = version == SNMP_VERSION_1 ? CODEC_V1 : CODEC_V2C,
		.community = (const char *)pdu->community,
		.community_len = pdu->community_len,
		.id = (uint32_t)pdu->reqid,
		.error = (int)pdu->errstat,
		.error_index = (int)pdu->errindex };
	return copy_objects(codec, pdu, out);
}
