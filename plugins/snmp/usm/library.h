/* SPDX-License-Identifier: ISC */
/*
 * Net-SNMP's User-based Security Model: keys, and messages sealed and opened with one user at a time.
 *
 * The library's list of users is linear and its cache of engine times has 23 buckets, of which removing one engine empties a whole one. So user and
 * time are put there for the one call that needs them and taken away again: the list is never longer than one, whatever the size of the fleet. It
 * reads no files, logs nothing, opens nothing and has no session. Not thread-safe, and one in a process, as it is itself.
 */
#ifndef PLUGINS_SNMP_LIBRARY_H
#define PLUGINS_SNMP_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/snmp/usm/protocol.h"

#define USM_KEY_MAX 64 /* octets of the longest key: SHA-512's */
struct usm_key {
	uint8_t len;
	uint8_t octets[USM_KEY_MAX];
};

/* A user at an engine. */
struct usm_peer {
	const uint8_t *engine_id;
	size_t engine_id_len;
	const char *user;
	enum usm_auth auth;
	enum usm_priv priv;
	const struct usm_key *auth_key,
	    *priv_key;        /* localised to the engine; not looked at without the protocol */
	uint32_t boots, time; /* of the engine, as far as known */
};

/* Our own engine. May be called again, with another one. -EIO: the library does not start. */
int library_start(const uint8_t *engine_id, size_t len, uint32_t boots);
/* Seconds since the first library_start(), as the library holds them against what is sent to us. */
uint32_t library_time(void);

/* Whether a made-up message can be signed and enciphered: OpenSSL may lack a protocol, or forbid it. */
bool library_has_auth(enum usm_auth auth);
bool library_has_priv(enum usm_priv priv);

/* The key of a pass phrase (RFC 3414, A.2): some milliseconds. -EIO. */
int library_key(enum usm_auth auth, const char *phrase, struct usm_key *out);
/* The key at an engine, as long as `priv` needs it; USM_PRIV_NONE: for authentication. -EIO. */
int library_localise(enum usm_auth auth, enum usm_priv priv, const struct usm_key *key,
    const uint8_t *engine_id, size_t engine_id_len, struct usm_key *out);

/*
 * Makes a message: `head` is version and msgGlobalData, encoded; the scoped PDU is plain. `*out` is the library's room and lives until the next call. Returns its length, or -EIO.
 */
int library_seal(const struct usm_peer *peer, const uint8_t *head, size_t head_len, const uint8_t *scoped,
    size_t scoped_len, const uint8_t **out);
/*
 * Authenticates, and deciphers if `flags` (msgFlags) say so, a message with authentication; whether its time is right is the caller's, unless the engine is
 * our own. The message is changed (its digest is blanked). The scoped PDU lies in the message or in `room` (as long as the message). 0, -EACCES (not
 * authentic), -ETIME (authentic, for our own engine, outside its time window), -EIO (does not decipher), -EBADMSG.
 */
int library_open(const struct usm_peer *peer, uint8_t flags, uint8_t *message, size_t len, size_t params_at,
    uint8_t *room, uint8_t **scoped, size_t *scoped_len);

#endif
