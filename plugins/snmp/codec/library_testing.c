/* SPDX-License-Identifier: ISC */
/* Net-SNMP's reading and writing of messages, without its sessions. */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/library_testing.h"

static netsnmp_session *
session_template(void)
{
	static netsnmp_session session;
	static bool is_ready;

	if (!is_ready) {
		snmp_disable_log();
		snmp_sess_init(
		    &session); /* also makes the library write from the end, as it does by default */
		session.version = SNMP_DEFAULT_VERSION;
		is_ready = true;
	}
	return &session;
}

static uint32_t *
copy_oid(uint32_t *ids, const oid *from, size_t len, struct snmp_oid *out)
{
	for (size_t i = 0; i < len; i++)
		ids[i] = (uint32_t)from[i];
	*out = (struct snmp_oid){ ids, len };
	return ids + len;
}

/* The library takes some opaque values apart and calls them by tags of its own: to us they are of no known type then. */
static uint32_t *
copy_value(uint32_t *ids, const netsnmp_variable_list *vb, struct snmp_value *out)
{
	struct snmp_oid name;

	out->tag = (enum snmp_tag)vb->type;
	switch (vb->type) {
	case SNMP_INTEGER:
		out->integer = *vb->val.integer;
		break;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
		out->natural = (uint32_t)*vb->val.integer;
		break;
	case SNMP_COUNTER64:
		out->natural = (uint64_t)vb->val.counter64->high << 32 | vb->val.counter64->low;
		break;
	case SNMP_OID:
		ids = copy_oid(ids, vb->val.objid, vb->val_len / sizeof(oid), &name);
		out->oid.ids = name.ids;
		out->oid.len = name.len;
		break;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		out->octets.data = vb->val.string;
		out->octets.len = vb->val_len;
		break;
	default:
		break;
	}
	return ids;
}

static void
copy_pdu(struct answer_room *room, const netsnmp_pdu *pdu, struct codec_answer *out)
{
	uint32_t *ids = room->ids;

	*out = (struct codec_answer){ .version = (enum codec_version)pdu->version,
		.pdu = (enum codec_pdu)pdu->command,
		.community = (const char *)pdu->community,
		.community_len = pdu->community_len,
		.objects = room->objects };
	if (pdu->command == SNMP_MSG_TRAP) {
		ids = copy_oid(ids, pdu->enterprise, pdu->enterprise_length, &out->trap.enterprise);
		memcpy(out->trap.agent, pdu->agent_addr, sizeof(out->trap.agent));
		out->trap.generic = (int32_t)pdu->trap_type;
		out->trap.specific = (int32_t)pdu->specific_type;
		out->trap.uptime = (uint32_t)pdu->time;
	} else {
		out->id = (uint32_t)pdu->reqid;
		out->error = (int)pdu->errstat;
		out->error_index = (int)pdu->errindex;
	}
	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable) {
		struct snmp_object *object = &room->objects[out->count++];
		struct snmp_oid name;
		ids = copy_oid(ids, vb->name, vb->name_length, &name);
		object->ids = name.ids;
		object->len = name.len;
		ids = copy_value(ids, vb, &object->value);
	}
}

/* The last PDU lives until the next one: what was copied points into it. */
int
library_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out)
{
	static netsnmp_pdu *last;

	/* As many as there can be: a varbind has four octets at least, a name one more sub-identifier than octets. */
	if (room->size < len) {
		answer_room_fini(room);
		room->objects = calloc(len, sizeof(*room->objects));
		room->ids = calloc(2 * len, sizeof(*room->ids));
		room->size = len;
	}
	uint8_t *copy = malloc(len + 1); /* the library takes octets that it may write to */
	memcpy(copy, data, len);
	snmp_free_pdu(last);
	last = snmp_pdu_create(SNMP_MSG_RESPONSE);
	int rc = snmp_parse(NULL, session_template(), last, copy, len) == 0 ? 0 : -EBADMSG;
	if (rc == 0)
		copy_pdu(room, last, out);
	free(copy);
	return rc;
}

static netsnmp_pdu *
request_pdu(const struct codec_request *request, uint32_t id)
{
	static const int commands[] = { [CODEC_GET] = SNMP_MSG_GET,
		[CODEC_GETNEXT] = SNMP_MSG_GETNEXT,
		[CODEC_GETBULK] = SNMP_MSG_GETBULK };
	netsnmp_pdu *pdu = snmp_pdu_create(commands[request->command]);

	pdu->version = request->version == CODEC_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	pdu->community_len = strlen(request->community);
	pdu->community = netsnmp_memdup(request->community, pdu->community_len + 1);
	pdu->reqid = (long)id;
	pdu->errstat = 0;
	pdu->errindex = request->command == CODEC_GETBULK ? (long)request->max_repetitions : 0;
	for (size_t i = 0; i < request->count; i++) {
		oid name[MAX_OID_LEN];
		for (size_t k = 0; k < request->oids[i].len; k++)
			name[k] = request->oids[i].ids[k];
		snmp_add_null_var(pdu, name, request->oids[i].len);
	}
	return pdu;
}

int
library_build(const struct codec_request *request, uint32_t id, uint8_t *out)
{
	u_char *packet = malloc(4096);
	size_t room = 4096, len = 0;
	netsnmp_pdu *pdu = request_pdu(request, id);
	int rc = -EINVAL;

	/* The last `len` octets of the buffer, which grows where it must. */
	if (snmp_build(&packet, &room, &len, session_template(), pdu) == 0) {
		rc = len <= CODEC_REQUEST_MAX ? (int)len : -EMSGSIZE;
		if (rc > 0)
			memcpy(out, packet + room - len, len);
	}
	snmp_free_pdu(pdu);
	free(packet);
	return rc;
}
