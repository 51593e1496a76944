/* SPDX-License-Identifier: ISC */
/* The cryptography of USM over OpenSSL's libcrypto. Contexts are made once for each protocol: making them costs more than using them. */
#include "tests/sim/usm_crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

struct auth_protocol {
	const char *names[3];
	const char *digest; /* OpenSSL's name */
	size_t key, digest_octets;
};

static const struct auth_protocol auths[] = {
	[USM_MD5] = { { "MD5" }, "MD5", 16, 12 },
	[USM_SHA1] = { { "SHA", "SHA-1" }, "SHA1", 20, 12 },
	[USM_SHA224] = { { "SHA-224" }, "SHA224", 28, 16 },
	[USM_SHA256] = { { "SHA-256" }, "SHA256", 32, 24 },
	[USM_SHA384] = { { "SHA-384" }, "SHA384", 48, 32 },
	[USM_SHA512] = { { "SHA-512" }, "SHA512", 64, 48 },
};
#define AUTH_COUNT (sizeof(auths) / sizeof(auths[0]))

struct priv_protocol {
	const char *names[3];
	const char *cipher;
	size_t key;
	bool is_cisco;
};

static const struct priv_protocol privs[] = {
	/* OpenSSL 3 keeps single DES in a module that is not always there: triple DES with three equal keys is the same. */
	[USM_DES] = { { "DES" }, "DES-EDE3-CBC", 16, false },
	[USM_AES128] = { { "AES", "AES-128" }, "AES-128-CFB", 16, false },
	[USM_AES192] = { { "AES-192" }, "AES-192-CFB", 24, false },
	[USM_AES256] = { { "AES-256" }, "AES-256-CFB", 32, false },
	[USM_AES192_CISCO] = { { "AES-192-C" }, "AES-192-CFB", 24, true },
	[USM_AES256_CISCO] = { { "AES-256-C" }, "AES-256-CFB", 32, true },
};
#define PRIV_COUNT (sizeof(privs) / sizeof(privs[0]))

/* libcrypto fails here only without memory or with a broken installation. */
static void
need(bool is_good)
{
	if (!is_good)
		abort();
}

static bool
is_named(const char *const names[3], const char *name)
{
	for (size_t i = 0; i < 3 && names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool
usm_auth_named(const char *name, enum usm_auth *auth)
{
	for (size_t i = 0; i < AUTH_COUNT; i++)
		if (is_named(auths[i].names, name)) {
			*auth = (enum usm_auth)i;
			return true;
		}
	return false;
}

bool
usm_priv_named(const char *name, enum usm_priv *priv)
{
	for (size_t i = 0; i < PRIV_COUNT; i++)
		if (is_named(privs[i].names, name)) {
			*priv = (enum usm_priv)i;
			return true;
		}
	return false;
}

size_t
usm_digest_size(enum usm_auth auth)
{
	return auths[auth].digest_octets;
}

/* A context that is ready for a new digest. */
static EVP_MD_CTX *
digest_begin(enum usm_auth auth)
{
	static EVP_MD_CTX *contexts[AUTH_COUNT];
	EVP_MD_CTX **context = &contexts[auth];

	if (*context == NULL) {
		EVP_MD *digest = EVP_MD_fetch(NULL, auths[auth].digest, NULL);
		need(digest != NULL && (*context = EVP_MD_CTX_new()) != NULL &&
		    EVP_DigestInit_ex(*context, digest, NULL) == 1);
		EVP_MD_free(digest);
	} else {
		need(EVP_DigestInit_ex(*context, NULL, NULL) == 1);
	}
	return *context;
}

static void
password_key(enum usm_auth auth, const uint8_t *password, size_t size, uint8_t *key)
{
	EVP_MD_CTX *context = digest_begin(auth);
	uint8_t block[64];
	size_t at = 0;

	for (size_t done = 0; done < 1048576; done += sizeof(block)) {
		for (size_t i = 0; i < sizeof(block); i++, at = at + 1 == size ? 0 : at + 1)
			block[i] = password[at];
		need(EVP_DigestUpdate(context, block, sizeof(block)) == 1);
	}
	need(EVP_DigestFinal_ex(context, key, NULL) == 1);
}

void
usm_password_key(enum usm_auth auth, const char *password, uint8_t *key)
{
	password_key(auth, (const uint8_t *)password, strlen(password), key);
}

void
usm_local_key(enum usm_auth auth, const uint8_t *from, struct ber_slice engine, uint8_t *key)
{
	EVP_MD_CTX *context = digest_begin(auth);

	need(EVP_DigestUpdate(context, from, auths[auth].key) == 1 &&
	    EVP_DigestUpdate(context, engine.at, engine.size) == 1 &&
	    EVP_DigestUpdate(context, from, auths[auth].key) == 1 &&
	    EVP_DigestFinal_ex(context, key, NULL) == 1);
}

void
usm_extend_key(enum usm_auth auth, enum usm_priv priv, struct ber_slice engine, uint8_t *key)
{
	size_t have = auths[auth].key;
	uint8_t more[USM_KEY_MAX], again[USM_KEY_MAX];

	/* One round is enough for every pair of protocols: the shortest digest, MD5's, is half of the longest key. */
	if (have >= privs[priv].key)
		return;
	if (privs[priv].is_cisco) {
		password_key(auth, key, have, again);
		usm_local_key(auth, again, engine, more);
	} else {
		EVP_MD_CTX *context = digest_begin(auth);
		need(EVP_DigestUpdate(context, key, have) == 1 &&
		    EVP_DigestFinal_ex(context, more, NULL) == 1);
	}
	memcpy(key + have, more, privs[priv].key - have);
}

void
usm_sign(enum usm_auth auth, const uint8_t *key, struct ber_slice octets, uint8_t *out)
{
	static EVP_MAC_CTX *contexts[AUTH_COUNT];
	EVP_MAC_CTX **context = &contexts[auth];
	uint8_t whole[USM_KEY_MAX];
	size_t size;

	if (*context == NULL) {
		EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		char digest[16];
		OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					    OSSL_MAC_PARAM_DIGEST, strcpy(digest, auths[auth].digest), 0),
			OSSL_PARAM_construct_end() };
		need(hmac != NULL && (*context = EVP_MAC_CTX_new(hmac)) != NULL &&
		    EVP_MAC_CTX_set_params(*context, params) == 1);
		EVP_MAC_free(hmac);
	}
	need(EVP_MAC_init(*context, key, auths[auth].key, NULL) == 1 &&
	    EVP_MAC_update(*context, octets.at, octets.size) == 1 &&
	    EVP_MAC_final(*context, whole, &size, sizeof(whole)) == 1);
	memcpy(out, whole, auths[auth].digest_octets);
}

static void
put_be32(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * (3 - i)));
}

static bool
apply_cipher(enum usm_priv priv, const uint8_t *key, const struct usm_vector *vector, uint8_t *octets,
    size_t size, int is_encryption)
{
	static EVP_CIPHER_CTX *contexts[PRIV_COUNT][2];
	EVP_CIPHER_CTX **context = &contexts[priv][is_encryption];
	uint8_t iv[16], triple[24];
	int done;

	if (priv == USM_DES) {
		if (size % USM_BLOCK != 0)
			return false;
		for (size_t i = 0; i < 8; i++)
			iv[i] = key[8 + i] ^ vector->salt[i];
		for (size_t i = 0; i < 3; i++)
			memcpy(triple + 8 * i, key, 8);
		key = triple;
	} else {
		put_be32(iv, vector->boots);
		put_be32(iv + 4, vector->time);
		memcpy(iv + 8, vector->salt, USM_SALT);
	}
	if (*context == NULL) {
		EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, privs[priv].cipher, NULL);
		need(cipher != NULL && (*context = EVP_CIPHER_CTX_new()) != NULL &&
		    EVP_CipherInit_ex(*context, cipher, NULL, NULL, NULL, is_encryption) == 1);
		EVP_CIPHER_free(cipher);
	}
	need(EVP_CipherInit_ex(*context, NULL, NULL, key, iv, is_encryption) == 1 &&
	    EVP_CIPHER_CTX_set_padding(*context, 0) == 1);
	return EVP_CipherUpdate(*context, octets, &done, octets, (int)size) == 1;
}

bool
usm_encrypt(
    enum usm_priv priv, const uint8_t *key, const struct usm_vector *vector, uint8_t *octets, size_t size)
{
	return apply_cipher(priv, key, vector, octets, size, 1);
}

bool
usm_decrypt(
    enum usm_priv priv, const uint8_t *key, const struct usm_vector *vector, uint8_t *octets, size_t size)
{
	return apply_cipher(priv, key, vector, octets, size, 0);
}
