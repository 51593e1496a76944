/* SPDX-License-Identifier: ISC */
/* Compact JWS: the token taken apart, keys, and signatures by OpenSSL. */
#include "agent/repair/jws.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <towerd/json.h>

#define SECRET_LEN 32
#define COORDINATE 32
#define POINT_LEN  (1 + 2 * COORDINATE) /* SEC 1, 2.3.3: 4, x, y */
#define HEADER_MAX 512

const char *const jws_alg_names[] = { "ES256", "HS256", NULL };

struct jws_key {
	enum jws_alg alg;
	uint8_t data[POINT_LEN]; /* the secret, or the point */
	size_t len;
	EVP_PKEY *pkey; /* ES256 */
};

/* base64url (RFC 4648, 5) without padding. */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
sextet(char c)
{
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
	return at != NULL ? (int)(at - alphabet) : -1;
}

/* The number of octets, or -EBADMSG, -EMSGSIZE. */
static int
base64url_decode(const char *text, size_t len, uint8_t *out, size_t size)
{
	size_t count = len / 4 * 3 + (len % 4 == 3 ? 2 : len % 4 == 2 ? 1 : 0);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (len % 4 == 1)
		return -EBADMSG;
	if (count > size)
		return -EMSGSIZE;
	for (size_t i = 0; i < len; i++) {
		int value = sextet(text[i]);
		if (value < 0)
			return -EBADMSG;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	/* Stray bits would let one signature have several spellings. */
	return (bits & ((1u << have) - 1)) != 0 ? -EBADMSG : (int)n;
}

static void
base64url_encode(const uint8_t *data, size_t len, char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | data[i]) & 0xffffff;
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = alphabet[bits << (6 - have) & 63];
	*out = '\0';
}

/* Reading a token. */

static int
header_read(const struct towerd_json *header, struct jws *jws, const char **why)
{
	const char *alg, *kid;
	size_t len;

	*why = "the header is no JSON object";
	if (!towerd_json_is_object(header))
		return -EBADMSG;
	*why = "the header has \"crit\": no extension is understood here";
	if (towerd_json_get(header, "crit") != NULL)
		return -EBADMSG;
	*why = "the header has no \"alg\"";
	if (towerd_json_text(towerd_json_get(header, "alg"), &alg, &len) < 0)
		return -EBADMSG;
	*why = "\"alg\" is neither HS256 nor ES256";
	if (strcmp(alg, jws_alg_names[JWS_HS256 - 1]) == 0)
		jws->alg = JWS_HS256;
	else if (strcmp(alg, jws_alg_names[JWS_ES256 - 1]) == 0)
		jws->alg = JWS_ES256;
	else
		return -ENOTSUP;
	*why = "the header has no \"kid\" of 1 to 64 octets";
	if (towerd_json_text(towerd_json_get(header, "kid"), &kid, &len) < 0 || len == 0 || len > JWS_KID_MAX)
		return -EBADMSG;
	memcpy(jws->kid, kid, len + 1);
	return 0;
}

int
jws_parse(const char *token, size_t len, struct jws *jws, const char **why)
{
	char header_text[HEADER_MAX], error[128];

	*why = "the token is too long";
	if (len > JWS_TOKEN_MAX)
		return -EMSGSIZE;
	*why = "not three parts joined by dots";
	const char *end = token + len;
	const char *dot = memchr(token, '.', len);
	const char *dot2 = dot != NULL ? memchr(dot + 1, '.', (size_t)(end - dot - 1)) : NULL;
	if (dot2 == NULL || memchr(dot2 + 1, '.', (size_t)(end - dot2 - 1)) != NULL)
		return -EBADMSG;

	*why = "the header is not base64url of at most 512 octets";
	int count =
	    base64url_decode(token, (size_t)(dot - token), (uint8_t *)header_text, sizeof(header_text));
	if (count < 0)
		return -EBADMSG;
	struct towerd_json *header = towerd_json_parse(header_text, (size_t)count, error, sizeof(error));
	int rc = header_read(header, jws, why);
	towerd_json_free(header);
	if (rc < 0)
		return rc;

	*why = "the payload is not base64url of at most 8192 octets";
	count = base64url_decode(dot + 1, (size_t)(dot2 - dot - 1), (uint8_t *)jws->payload, JWS_PAYLOAD_MAX);
	if (count < 0)
		return -EBADMSG;
	jws->payload[count] = '\0';
	jws->payload_len = (size_t)count;
	jws->signed_len = (size_t)(dot2 - token);

	*why = "the signature is not base64url of at most 64 octets";
	count = base64url_decode(dot2 + 1, (size_t)(end - dot2 - 1), jws->signature, sizeof(jws->signature));
	if (count < 0)
		return -EBADMSG;
	jws->signature_len = (size_t)count;
	return 0;
}

/* Keys. */

void
jws_key_free(struct jws_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}

enum jws_alg
jws_key_alg(const struct jws_key *key)
{
	return key->alg;
}

void
jws_key_text(const struct jws_key *key, char text[JWS_KEY_TEXT])
{
	base64url_encode(key->data, key->len, text);
}

struct jws_key *
jws_key_new_hs256(void)
{
	struct jws_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	key->alg = JWS_HS256;
	key->len = SECRET_LEN;
	if (RAND_bytes(key->data, SECRET_LEN) == 1)
		return key;
	ERR_clear_error();
	jws_key_free(key);
	return NULL;
}

/* A public key object from an uncompressed point; NULL when the point is not on the curve. */
static EVP_PKEY *
pkey_from_point(const uint8_t point[POINT_LEN])
{
	static char group[] = "prime256v1";
	uint8_t copy[POINT_LEN];
	memcpy(copy, point, POINT_LEN);
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof(copy)),
		OSSL_PARAM_construct_end() };
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL), *check = NULL;

	if (point[0] != 4 || make == NULL || EVP_PKEY_fromdata_init(make) != 1 ||
	    EVP_PKEY_fromdata(make, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	if (pkey != NULL) {
		check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		if (check == NULL || EVP_PKEY_public_check(check) != 1) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
		}
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(make);
	ERR_clear_error();
	return pkey;
}

static struct jws_key *
key_from_point(const uint8_t point[POINT_LEN])
{
	struct jws_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	key->alg = JWS_ES256;
	key->len = POINT_LEN;
	memcpy(key->data, point, POINT_LEN);
	key->pkey = pkey_from_point(point);
	if (key->pkey != NULL)
		return key;
	jws_key_free(key);
	return NULL;
}

struct jws_key *
jws_key_load(enum jws_alg alg, const char *text)
{
	uint8_t data[POINT_LEN];
	int len = base64url_decode(text, strlen(text), data, sizeof(data));
	struct jws_key *key = NULL;

	if (alg == JWS_ES256 && len == POINT_LEN)
		key = key_from_point(data);
	else if (alg == JWS_HS256 && len >= SECRET_LEN)
		key = calloc(1, sizeof(*key));
	if (key != NULL && alg == JWS_HS256) {
		key->alg = alg;
		key->len = (size_t)len;
		memcpy(key->data, data, (size_t)len);
	}
	OPENSSL_cleanse(data, sizeof(data));
	return key;
}

/* A PEM with a password would make the library ask at the terminal. */
static int
no_password(char *buffer, int size, int is_write, void *arg)
{
	(void)buffer;
	(void)size;
	(void)is_write;
	(void)arg;
	return -1;
}

static int
point_from_pem(const char *text, uint8_t point[POINT_LEN], const char **why)
{
	char group[64] = "";
	BIGNUM *x = NULL, *y = NULL;
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL) : NULL;
	int rc = -EINVAL;

	*why = "the PEM holds no public key";
	if (pkey != NULL) {
		*why = "the key is not on the curve P-256";
		if (EVP_PKEY_get_utf8_string_param(
			pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1 &&
		    strcmp(group, "prime256v1") == 0 &&
		    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
		    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
		    BN_bn2binpad(x, point + 1, COORDINATE) == COORDINATE &&
		    BN_bn2binpad(y, point + 1 + COORDINATE, COORDINATE) == COORDINATE)
			rc = 0;
	}
	BN_free(x);
	BN_free(y);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_clear_error();
	return rc;
}

static bool
is_member(const struct towerd_json *jwk, const char *name, const char *value)
{
	const char *text;
	size_t len;
	return towerd_json_text(towerd_json_get(jwk, name), &text, &len) == 0 && strcmp(text, value) == 0;
}

static bool
read_coordinate(const struct towerd_json *jwk, const char *name, uint8_t *out)
{
	const char *text;
	size_t len;
	return towerd_json_text(towerd_json_get(jwk, name), &text, &len) == 0 &&
	    base64url_decode(text, len, out, COORDINATE) == COORDINATE;
}

/* RFC 7518, 6.2.1. */
static int
point_from_jwk(const struct towerd_json *jwk, uint8_t point[POINT_LEN], const char **why)
{
	*why = "the JWK holds a private key, which must not leave its device: send x and y without d, from a "
	       "new key";
	if (towerd_json_get(jwk, "d") != NULL)
		return -EINVAL;
	*why = "the JWK is not \"kty\":\"EC\" with \"crv\":\"P-256\"";
	if (!is_member(jwk, "kty", "EC") || !is_member(jwk, "crv", "P-256"))
		return -EINVAL;
	*why = "x and y of the JWK are not base64url of 32 octets each";
	if (!read_coordinate(jwk, "x", point + 1) || !read_coordinate(jwk, "y", point + 1 + COORDINATE))
		return -EINVAL;
	return 0;
}

int
jws_key_parse(const char *text, struct jws_key **key, char *error, size_t size)
{
	uint8_t point[POINT_LEN] = { 4 };
	const char *start = text + strspn(text, " \t\r\n");
	const char *why = "neither PEM nor JWK";
	char fault[160];
	int rc = -EINVAL;

	if (strstr(start, "PRIVATE KEY-----") != NULL) {
		why = "the PEM holds a private key, which must not leave its device: send the public half of "
		      "a new key";
	} else if (strncmp(start, "-----BEGIN", 10) == 0) {
		rc = point_from_pem(start, point, &why);
	} else if (*start == '{') {
		struct towerd_json *jwk = towerd_json_parse(start, strlen(start), fault, sizeof(fault));
		if (jwk != NULL)
			rc = point_from_jwk(jwk, point, &why);
		else
			why = fault;
		towerd_json_free(jwk);
	}
	struct jws_key *made = NULL;
	if (rc == 0) {
		why = "the key is no point of P-256";
		made = key_from_point(point);
	}
	if (made == NULL) {
		snprintf(error, size, "%s; a P-256 public key is accepted, as PEM or JWK", why);
		return -EINVAL;
	}
	*key = made;
	return 0;
}

/* Signatures. */

static bool
is_hs256(const struct jws *jws, const char *token, const struct jws_key *key)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), key->data, (int)key->len, (const uint8_t *)token, jws->signed_len, mac,
		&len) == NULL)
		return false;
	bool is_same = jws->signature_len == len && CRYPTO_memcmp(mac, jws->signature, len) == 0;
	OPENSSL_cleanse(mac, sizeof(mac));
	return is_same;
}

/* JWS has the two numbers side by side (RFC 7518, 3.4), OpenSSL wants them in DER. */
static bool
is_es256(const struct jws *jws, const char *token, const struct jws_key *key)
{
	if (jws->signature_len != sizeof(jws->signature))
		return false;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(jws->signature, COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn(jws->signature + COORDINATE, COORDINATE, NULL);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	bool is_good = false;

	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* the signature's now */
		int len = i2d_ECDSA_SIG(sig, &der);
		is_good = len > 0 && md != NULL &&
		    EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
		    EVP_DigestVerify(md, der, (size_t)len, (const uint8_t *)token, jws->signed_len) == 1;
	}
	OPENSSL_free(der);
	EVP_MD_CTX_free(md);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	ERR_clear_error();
	return is_good;
}

bool
jws_is_signed_by(const struct jws *jws, const char *token, const struct jws_key *key)
{
	if (jws->alg != key->alg)
		return false;
	return key->alg == JWS_HS256 ? is_hs256(jws, token, key) : is_es256(jws, token, key);
}

int
jws_random_name(char *name, size_t len)
{
	static const char letters[] =
	    "abcdefghijkmnpqrstuvwxyz23456789"; /* none that a person mistakes for another */

	for (size_t i = 0; i < len; i++) {
		unsigned char octet;
		if (RAND_bytes(&octet, 1) != 1) {
			ERR_clear_error();
			return -EIO;
		}
		name[i] = letters[octet & 31];
	}
	name[len] = '\0';
	return 0;
}

void
jws_digest(const void *data, size_t len, char digest[JWS_DIGEST])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sha[EVP_MAX_MD_SIZE] = { 0 };

	EVP_Digest(data, len, sha, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < (JWS_DIGEST - 1) / 2; i++) {
		digest[2 * i] = hex[sha[i] >> 4];
		digest[2 * i + 1] = hex[sha[i] & 15];
	}
	digest[JWS_DIGEST - 1] = '\0';
}

void
jws_wipe(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}
