/* SPDX-License-Identifier: ISC */
/*
 * Compact JWS (RFC 7515) with HS256 or ES256 (RFC 7518): reading a token, keys, checking a signature. The one user of OpenSSL in the agent.
 */
#ifndef AGENT_REPAIR_JWS_H
#define AGENT_REPAIR_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JWS_TOKEN_MAX   12288 /* a note of 1,024 octets, each written as \u00XX, and all else, in base64 */
#define JWS_PAYLOAD_MAX 8192
#define JWS_KID_MAX     64
#define JWS_KEY_TEXT    96 /* room for a key as it is stored */
#define JWS_DIGEST      33

enum jws_alg { JWS_ES256 = 1, JWS_HS256 };
extern const char *const jws_alg_names[]; /* "ES256", "HS256": names[alg - 1]; NULL at the end */

struct jws {
	enum jws_alg alg; /* as the header claims: no more than a hint until it equals the enrolled one */
	char kid[JWS_KID_MAX + 1];
	char payload[JWS_PAYLOAD_MAX + 1]; /* NUL-terminated; the octets before are not looked at */
	size_t payload_len;
	size_t signed_len; /* octets of the token that the signature is over */
	uint8_t signature[64];
	size_t signature_len;
};

/*
 * Reads a token without trusting it: form, strict base64url (RFC 7515, 2: no padding, no stray bits), a header with a known `alg`, a `kid`
 * and no `crit`. -EBADMSG, -EMSGSIZE, -ENOTSUP (`alg`); *why then says it in a constant sentence.
 */
int jws_parse(const char *token, size_t len, struct jws *jws, const char **why);

struct jws_key;
struct jws_key *jws_key_new_hs256(void); /* 32 random octets; NULL: none to be had, or out of memory */
/* A P-256 public key as PEM or JWK (RFC 7517); -EINVAL with a sentence in `error`. A private key is refused: it should never have been sent. */
int jws_key_parse(const char *text, struct jws_key **key, char *error, size_t size);
/* As stored: base64url of the secret, or of the uncompressed point. */
void jws_key_text(const struct jws_key *key, char text[JWS_KEY_TEXT]);
struct jws_key *jws_key_load(enum jws_alg alg, const char *text); /* NULL: it is none */
enum jws_alg jws_key_alg(const struct jws_key *key);
void jws_key_free(struct jws_key *key); /* wipes it; NULL is fine */

/* Is the token signed by the key, with the key's own algorithm? In constant time for HS256. */
bool jws_is_signed_by(const struct jws *jws, const char *token, const struct jws_key *key);

int jws_random_name(char *name, size_t len); /* `len` letters and digits, 5 bits each, and a NUL */
void jws_digest(const void *data, size_t len, char digest[JWS_DIGEST]); /* half of SHA-256, in hexadecimal */
void jws_wipe(void *data, size_t len);

#endif
