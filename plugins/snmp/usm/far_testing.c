/* SPDX-License-Identifier: ISC */
/* A device's SNMPv3 engine, for tests: the library seals and opens on its side as well. */
#include "plugins/snmp/usm/far_testing.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/back.h"
#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/usm/envelope.h"

struct usm *
usm_testing(uint8_t last)
{
	struct usm *usm = calloc(1, sizeof(*usm));
	const uint8_t id[] = { 0x80, 0, 0x1f, 0x88, 5, 'o', 'u', 'r', 's', last };

	if (usm == NULL)
		return NULL;
	memcpy(usm->engine.id, id, sizeof(id));
	usm->engine.id_len = sizeof(id);
	usm->engine.boots = 3;
	if (library_start(id, sizeof(id), usm->engine.boots) == 0)
		return usm;
	usm_free(usm);
	return NULL;
}

static void
localise(struct far *far, const uint8_t *engine_id, size_t len)
{
	struct usm_key key;

	if (far->user.auth != USM_AUTH_NONE && library_key(far->user.auth, far->user.auth_key, &key) == 0)
		(void)library_localise(far->user.auth, USM_PRIV_NONE, &key, engine_id, len, &far->auth_key);
	if (far->user.priv != USM_PRIV_NONE && library_key(far->user.auth, far->user.priv_key, &key) == 0)
		(void)library_localise(far->user.auth, far->user.priv, &key, engine_id, len, &far->priv_key);
}

void
far_init(struct far *far, uint8_t last, const struct access_settings *user)
{
	const uint8_t id[] = { 0x80, 0, 0, 9, 5, 'f', 'a', 'r', last };

	*far = (struct far){ .boots = 5, .time = 1000, .user = *user };
	far_set_engine(far, id, sizeof(id));
}

void
far_set_engine(struct far *far, const uint8_t *id, size_t len)
{
	memcpy(far->engine_id, id, len);
	far->engine_id_len = len;
	localise(far, id, len);
}

static struct usm_peer
itself(const struct far *far)
{
	return (struct usm_peer){ .engine_id = far->engine_id,
		.engine_id_len = far->engine_id_len,
		.user = far->user.user,
		.auth = far->user.auth,
		.priv = far->user.priv,
		.auth_key = &far->auth_key,
		.priv_key = &far->priv_key,
		.boots = far->boots,
		.time = far->time };
}

/* `pdu` is whole. */
static void
seal(struct far *far, struct usm_peer peer, uint32_t id, uint8_t flags, const uint8_t *pdu, size_t len)
{
	uint8_t scoped[2048], head[ENVELOPE_HEAD_MAX], *end = scoped + sizeof(scoped);
	struct back to = { scoped, end, end, false };
	const uint8_t *sealed;

	back_raw(&to, pdu, len);
	back_octets(&to, SNMP_OCTETS, "", 0);
	back_octets(&to, SNMP_OCTETS, far->engine_id, far->engine_id_len);
	back_head(&to, BER_SEQUENCE, end);
	if ((flags & ENVELOPE_AUTH) == 0)
		peer.auth = USM_AUTH_NONE;
	if ((flags & ENVELOPE_PRIV) == 0)
		peer.priv = USM_PRIV_NONE;
	size_t head_len = envelope_head(id, flags, head);
	int made = library_seal(&peer, head, head_len, to.at, (size_t)(end - to.at), &sealed);
	far->len = made < 0 ? 0 : (size_t)made;
	if (far->len > 0)
		memcpy(far->octets, sealed, far->len);
}

static void
report(struct far *far, uint32_t id, unsigned stat, bool is_signed)
{
	const uint8_t name[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1, (uint8_t)stat, 0 }, one = 1;
	uint8_t pdu[128], *end = pdu + sizeof(pdu);
	struct back to = { pdu, end, end, false };

	back_octets(&to, SNMP_COUNTER32, &one, 1);
	back_octets(&to, SNMP_OID, name, sizeof(name));
	back_head(&to, BER_SEQUENCE, end);
	back_head(&to, BER_SEQUENCE, end);
	back_number(&to, 0);
	back_number(&to, 0);
	back_number(&to, 0);
	back_head(&to, CODEC_REPORT, end);
	seal(far, itself(far), id, is_signed && far->user.auth != USM_AUTH_NONE ? ENVELOPE_AUTH : 0, to.at,
	    (size_t)(end - to.at));
}

bool
far_answer(struct far *far, const uint8_t *data, size_t len)
{
	static uint8_t message[USM_DATAGRAM], plain[USM_DATAGRAM];
	const struct usm_peer peer = itself(far);
	struct envelope envelope;
	struct ber in, scoped, skipped;

	if (envelope_parse(data, len, &envelope) < 0)
		return false;
	if (far->stat != 0 || !envelope_is_from(&envelope, far->engine_id, far->engine_id_len)) {
		report(far, envelope.id, far->stat != 0 ? far->stat : 4, !far->is_unsigned && far->stat == 2);
		return true;
	}
	memcpy(message, data, len);
	uint8_t *found = message + (envelope.data - data);
	size_t found_len = envelope.data_len;
	if ((envelope.flags & ENVELOPE_AUTH) != 0 &&
	    library_open(&peer, envelope.flags, message, len, envelope.params_at, plain, &found, &found_len) <
		0)
		return false;
	uint32_t off = envelope.time > far->time ? envelope.time - far->time : far->time - envelope.time;
	if ((envelope.flags & ENVELOPE_AUTH) != 0 &&
	    (envelope.boots != far->boots || off > USM_TIME_WINDOW)) {
		report(far, envelope.id, 2, !far->is_unsigned);
		return true;
	}
	in = (struct ber){ found, found + found_len };
	if (!ber_take_tag(&in, BER_SEQUENCE, &scoped) || !ber_take_tag(&scoped, SNMP_OCTETS, &skipped) ||
	    !ber_take_tag(&scoped, SNMP_OCTETS, &skipped))
		return false;
	uint8_t *pdu = found + (scoped.at - found);
	pdu[0] = CODEC_RESPONSE; /* with NULL for values */
	pdu[7] ^= far->is_foreign_id;
	seal(far, peer, envelope.id,
	    far->is_unsigned ? 0 : (uint8_t)(envelope.flags & (ENVELOPE_AUTH | ENVELOPE_PRIV)), pdu,
	    ber_left(&scoped));
	return true;
}

void
far_notify(struct far *far, uint8_t pdu_tag, uint32_t id, const struct usm_peer *to_peer)
{
	uint8_t pdu[128], *end = pdu + sizeof(pdu);
	struct back to = { pdu, end, end, false };
	struct usm_peer peer = itself(far);
	uint8_t flags = (uint8_t)((peer.auth != USM_AUTH_NONE ? ENVELOPE_AUTH : 0) |
	    (peer.priv != USM_PRIV_NONE ? ENVELOPE_PRIV : 0));

	if (to_peer != NULL) {
		localise(far, to_peer->engine_id, to_peer->engine_id_len);
		peer.engine_id = to_peer->engine_id;
		peer.engine_id_len = to_peer->engine_id_len;
		peer.boots = to_peer->boots;
		peer.time = to_peer->time;
		flags |= ENVELOPE_REPORTABLE;
	}
	back_octets(&to, SNMP_NULL, "", 0);
	back_octets(&to, SNMP_OID, "\x2b\x06\x01", 3);
	back_head(&to, BER_SEQUENCE, end);
	back_head(&to, BER_SEQUENCE, end);
	back_number(&to, 0);
	back_number(&to, 0);
	back_number(&to, id);
	back_head(&to, pdu_tag, end);
	seal(far, peer, id, flags, to.at, (size_t)(end - to.at));
	localise(far, far->engine_id, far->engine_id_len);
}
