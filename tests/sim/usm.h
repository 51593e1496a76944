/* SPDX-License-Identifier: ISC */
/* An SNMPv3 message under the user-based security model (RFC 3412, RFC 3414): taking it apart and putting it together. */
#ifndef TESTS_SIM_USM_H
#define TESTS_SIM_USM_H

#include "tests/sim/engine.h"

enum usm_flag { USM_AUTH = 1, USM_PRIV = 2, USM_REPORTABLE = 4 };

/* The header of a message; the slices point into it. */
struct usm_header {
	int64_t message_id;
	uint8_t flags;
	struct ber_slice engine, user, digest, salt;
	int64_t boots, time;
	struct ber_slice data; /* ScopedPDU, or its encryption */
	bool is_encrypted;
};

/* 0, -EBADMSG, or -EPROTONOSUPPORT (not version 3, or another security model). */
int usm_decode(struct ber_slice in, struct usm_header *header);

/* What has passed the security model, or the report that answers it. */
struct usm_request {
	struct engine *engine;
	struct engine_user *user; /* of the answer; NULL: nobody, no security */
	int64_t message_id;
	uint8_t flags; /* USM_AUTH and USM_PRIV of the answer */
	uint8_t context[32];
	size_t context_size;
	enum usm_stat report; /* USM_FINE: it is a request */
	struct ber_slice pdu; /* whole; empty when it could not be read */
};

/*
 * Checks a message for the authoritative engine (RFC 3414, 3.2): identity, user, level, digest, time. Decrypts in place. 0 when there
 * is something to answer, else -EBADMSG. octets is the whole message, as decoded.
 */
int usm_take(struct engine *engine, const struct usm_header *header, uint8_t *octets, size_t size,
    int64_t real_ms, struct usm_request *request);

/* Octets that usm_wrap may need before the PDU, and after it (a cipher's padding). */
#define USM_HEADROOM 288
#define USM_TAILROOM USM_BLOCK

/*
 * Puts header, scope and security around a PDU, in place: USM_HEADROOM octets before it and USM_TAILROOM after it are overwritten. The
 * contextEngineID is the engine's. Returns the start of the message, *size its size; NULL without memory.
 */
uint8_t *usm_wrap(const struct usm_request *request, uint8_t flags, int64_t real_ms, uint8_t *pdu,
    size_t pdu_size, size_t *size);

#endif
