/* SPDX-License-Identifier: ISC */
/* A crew's phone for tests: it enrols, and signs what it sends. */
#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "agent/repair/fakes.h"

static char *
base64url(const void *data, size_t len)
{
	char *text = malloc(len / 3 * 4 + 8);
	EVP_EncodeBlock((unsigned char *)text, data, (int)len);
	char *to = text;
	for (const char *from = text; *from != '\0' && *from != '='; from++)
		*to++ = *from == '+' ? '-' : *from == '/' ? '_' : *from;
	*to = '\0';
	return text;
}

static size_t
base64url_decoded(const char *text, unsigned char out[96])
{
	char padded[128] = "";
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++)
		padded[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	size_t padding = (4 - len % 4) % 4;
	memcpy(padded + len, "===", padding);
	return (size_t)EVP_DecodeBlock(out, (unsigned char *)padded, (int)(len + padding)) - padding;
}

char *
token_of(const char *header, const char *payload, const char *signature)
{
	char *h = base64url(header, strlen(header)), *p = base64url(payload, strlen(payload)), *token;
	if (asprintf(&token, "%s.%s%s%s", h, p, signature != NULL ? "." : "",
		signature != NULL ? signature : "") < 0)
		abort();
	free(h);
	free(p);
	return token;
}

static char *
signed_input(const char *alg, const char *kid, const char *payload)
{
	char header[256];
	snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"kid\":\"%s\"}", alg, kid);
	return token_of(header, payload, NULL);
}

static char *
join(char *input, const unsigned char *signature, size_t len)
{
	char *s = base64url(signature, len), *token;
	if (asprintf(&token, "%s.%s", input, s) < 0)
		abort();
	free(input);
	free(s);
	return token;
}

char *
sign_hs256(const char *kid, const char *key, const char *payload)
{
	unsigned char secret[96], mac[EVP_MAX_MD_SIZE];
	unsigned len;
	char *input = signed_input("HS256", kid, payload);
	size_t secret_len = base64url_decoded(key, secret);

	HMAC(EVP_sha256(), secret, (int)secret_len, (unsigned char *)input, strlen(input), mac, &len);
	return join(input, mac, len);
}

EVP_PKEY *
es256_key(char *pem, size_t size)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PUBKEY(bio, key);
	int len = BIO_read(bio, pem, (int)size - 1);
	pem[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
	return key;
}

char *
sign_es256(const char *kid, EVP_PKEY *key, const char *payload)
{
	char *input = signed_input("ES256", kid, payload);
	unsigned char der[128], raw[64];
	const unsigned char *at = der;
	size_t len = sizeof(der);
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key);
	EVP_DigestSign(md, der, &len, (unsigned char *)input, strlen(input));
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(md);
	return join(input, raw, sizeof(raw));
}

struct enrolled {
	char *kid, *key;
	int rc;
};

static void
keep_enrolled(void *arg, int rc, const char *kid, const char *key)
{
	struct enrolled *enrolled = arg;
	enrolled->rc = rc;
	snprintf(enrolled->kid, 64, "%s", kid);
	snprintf(enrolled->key, 96, "%s", key);
}

void
enroll_crew(struct bench *bench, const char *name, char kid[64], char key[96])
{
	struct enrolled enrolled = { kid, key, 1 };

	CU_ASSERT_EQUAL(crew_enroll_hs256(bench->repair, name, "uid 1000", keep_enrolled, &enrolled), 0);
	bench_wait(bench, 0);
	CU_ASSERT_EQUAL_FATAL(enrolled.rc, 0);
}
