/* SPDX-License-Identifier: ISC */
/*
 * Requests by Net-SNMP: snmp_build() without its sessions. The one file of this plugin that includes the library. Answers are read by answer.c:
 * the library's copies of every name and value were a fifth of a poll.
 */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/answer.h"

#define MARKER_ID 0x5a3c96a5u /* found in the built message, and replaced at each sending */

struct codec {
	netsnmp_session session; /* a template: never opened */
	struct answer_room room;
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
	answer_room_fini(&codec->room);
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

int
codec_parse(struct codec *codec, const uint8_t *data, size_t len, struct codec_answer *out)
{
	return answer_parse(&codec->room, data, len, out);
}
