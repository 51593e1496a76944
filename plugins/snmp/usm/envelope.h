/* SPDX-License-Identifier: ISC */
/* What stands around the scoped PDU of an SNMPv3 message, and may be read without a key (RFC 3412, 6; RFC 3414, 2.4). No library behind it. */
#ifndef PLUGINS_SNMP_ENVELOPE_H
#define PLUGINS_SNMP_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum envelope_flag { ENVELOPE_AUTH = 1, ENVELOPE_PRIV = 2, ENVELOPE_REPORTABLE = 4 }; /* msgFlags */

/* Borrowed from the message; nothing of it is authentic. */
struct envelope {
	uint32_t id; /* msgID */
	uint8_t flags;
	const uint8_t *engine_id; /* msgAuthoritativeEngineID; at most USM_ENGINE_MAX octets */
	size_t engine_id_len;
	uint32_t boots, time;
	char user[33];       /* NUL-terminated */
	size_t params_at;    /* where msgSecurityParameters begin */
	const uint8_t *data; /* msgData: the scoped PDU, or an OCTET STRING with the enciphered one */
	size_t data_len;
};
/* -EBADMSG: no message of version 3 with USM, or one that the RFCs forbid (a name with a NUL, privacy without authentication, …). */
int envelope_parse(const uint8_t *data, size_t len, struct envelope *out);
bool envelope_is_from(const struct envelope *envelope, const uint8_t *engine_id, size_t len);

/* Version and msgGlobalData, as a message of ours begins. Returns how many octets of `out`. */
#define ENVELOPE_HEAD_MAX 32
size_t envelope_head(uint32_t id, uint8_t flags, uint8_t out[ENVELOPE_HEAD_MAX]);

#endif
