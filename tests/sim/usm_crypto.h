/* SPDX-License-Identifier: ISC */
/* The cryptography of USM (RFC 3414, 3826, 7860; AES-192 and -256 in both extensions). The one place that knows OpenSSL. */
#ifndef TESTS_SIM_USM_CRYPTO_H
#define TESTS_SIM_USM_CRYPTO_H

#include <stdbool.h>

#include "tests/sim/ber.h"

enum usm_auth { USM_NO_AUTH, USM_MD5, USM_SHA1, USM_SHA224, USM_SHA256, USM_SHA384, USM_SHA512 };

enum usm_priv {
	USM_NO_PRIV,
	USM_DES,
	USM_AES128,
	USM_AES192, /* draft-blumenthal-aes-usm-04 */
	USM_AES256,
	USM_AES192_CISCO, /* draft-reeder-snmpv3-usm-3desede-00, 2.1, as Cisco uses it */
	USM_AES256_CISCO,
};

#define USM_KEY_MAX    64
#define USM_DIGEST_MAX 48 /* octets of msgAuthenticationParameters */
#define USM_SALT       8  /* octets of msgPrivacyParameters */
#define USM_BLOCK      8  /* DES pads to it */
#define USM_PASSWORD   8  /* octets at least (RFC 3414, 11.2) */

/* "SHA-256", "AES-192-C" and the like to the protocol; false when there is none of that name. */
bool usm_auth_named(const char *name, enum usm_auth *auth);
bool usm_priv_named(const char *name, enum usm_priv *priv);

size_t usm_digest_size(enum usm_auth auth);

/* Ku: the key of a password, the same for every engine (RFC 3414, A.2): a megabyte to hash. key has USM_KEY_MAX octets. */
void usm_password_key(enum usm_auth auth, const char *password, uint8_t *key);

/* Kul: the key at one engine. Both have USM_KEY_MAX octets. */
void usm_local_key(enum usm_auth auth, const uint8_t *password_key, struct ber_slice engine, uint8_t *key);

/* Makes a local key as long as the privacy protocol needs it, in place. */
void usm_extend_key(enum usm_auth auth, enum usm_priv priv, struct ber_slice engine, uint8_t *key);

/* The truncated HMAC into out[USM_DIGEST_MAX]. */
void usm_sign(enum usm_auth auth, const uint8_t *key, struct ber_slice octets, uint8_t *out);

/* What the initial vector is made of. */
struct usm_vector {
	uint32_t boots, time;
	uint8_t salt[USM_SALT];
};

/* In place, `size` a multiple of USM_BLOCK for DES. False when it is not. */
bool usm_encrypt(
    enum usm_priv priv, const uint8_t *key, const struct usm_vector *vector, uint8_t *octets, size_t size);
bool usm_decrypt(
    enum usm_priv priv, const uint8_t *key, const struct usm_vector *vector, uint8_t *octets, size_t size);

#endif
