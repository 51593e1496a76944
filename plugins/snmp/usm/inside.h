/* SPDX-License-Identifier: ISC */
/* What the files of this folder share of a worker's SNMPv3. */
#ifndef PLUGINS_SNMP_USM_INSIDE_H
#define PLUGINS_SNMP_USM_INSIDE_H

#include "plugins/snmp/codec/answer.h"
#include "plugins/snmp/usm/engine.h"
#include "plugins/snmp/usm/library.h"
#include "plugins/snmp/usm/usm.h"

#define USM_DATAGRAM    65535
#define USM_TIME_WINDOW 150 /* seconds (RFC 3414, 2.2.3) */
#define USM_BOOTS_MAX   INT32_MAX

struct usm_master;

struct usm {
	struct engine engine;          /* our own */
	void *masters;                 /* tree (tsearch) of struct usm_master */
	struct answer_room room;       /* of what was opened last */
	uint8_t message[USM_DATAGRAM]; /* what is opened, to be changed by it */
	uint8_t plain[USM_DATAGRAM];   /* deciphered, or a scoped PDU before it is sealed */
};

/*
 * A pass phrase and the key that is made of it (RFC 3414, A.2), once for all devices that share the two: making it takes milliseconds, so it is made
 * when first needed. Counted: each get needs its put; the last one wipes it.
 */
struct usm_master *master_get(struct usm *usm, enum usm_auth auth, const char *phrase); /* NULL: no memory */
void master_put(struct usm *usm, struct usm_master *master);                            /* NULL is fine */
/* The key at an engine. -EIO: the library cannot. */
int master_localise(struct usm_master *master, enum usm_priv priv, const uint8_t *engine_id,
    size_t engine_id_len, struct usm_key *out);

struct usm_opened {
	struct codec_answer pdu;
	uint8_t *scoped; /* the scoped PDU that it stands in, plain; may be changed */
	size_t scoped_len;
};
/*
 * Opens a message that claims to be a peer's: 0 with its scoped PDU read, else as library_open() or -ENOMEM. One without authentication is read,
 * and proves nothing. What is found lives until the next call.
 */
struct envelope;
int usm_open(struct usm *usm, const struct usm_peer *peer, const struct envelope *envelope,
    const uint8_t *data, size_t len, struct usm_opened *out);

#endif
