/* SPDX-License-Identifier: ISC */
/*
 * Crews and their devices: who may send updates, and the check of what was sent: a compact JWS (RFC 7515) by an enrolled device, ES256 with a
 * key that never left the phone or HS256 with a key printed once. Secrets rest in the store, in a bucket that no view shows.
 */
#ifndef AGENT_REPAIR_CREW_H
#define AGENT_REPAIR_CREW_H

#include <towerd/plugin.h>

#include "agent/repair/ticket.h"

/* Enrols a device of crew `name` (made when new) with a fresh HS256 key. done: rc, the device's `kid` and the key as base64url (borrowed, wiped after). */
typedef void crew_enrolled_fn(void *arg, int rc, const char *kid, const char *key);
/* 0, -EINVAL (no name of a crew), -ENOMEM, -EIO (no random octets); then `fn` is not called. */
int crew_enroll_hs256(
    struct repair *repair, const char *name, const char *actor, crew_enrolled_fn *fn, void *arg);
/* Enrols a device by its public key: PEM or JWK (RFC 7517, P-256). -EINVAL with a sentence in `error`. */
int crew_enroll_es256(struct repair *repair, const char *name, const char *public_key, const char *actor,
    crew_enrolled_fn *fn, void *arg, char *error, size_t size);
/* Revokes all devices of a crew (or one, when `kid` is given): nothing they send later is accepted, from the moment that done(0) is called.
 * -ENOENT, -EALREADY (revoked before), -ENOMEM; then `done` is not called. */
int crew_revoke(struct repair *repair, const char *name, const char *kid, const char *actor,
    model_done_fn *done, void *arg);

bool crew_is_known(const struct repair *repair, const char *name); /* has, or had, an enrolled device */

/*
 * A signed update. The token is checked (form, `kid`, `alg` as enrolled, signature, crew, payload), then handed to ticket_step(). One seen
 * before (same id) is acknowledged again and changes nothing. The receipt comes by `fn`, after the commit, always, never from inside the call. 0 or -ENOMEM.
 *
 * What a receipt says of a token that is not proven genuine is one sentence for all causes; the log and the counters have the cause.
 */
typedef void crew_receipt_fn(void *arg, const struct towerd_receipt *receipt);
int crew_update(
    struct repair *repair, const char *crew, const char *token, size_t len, crew_receipt_fn *fn, void *arg);

#endif
