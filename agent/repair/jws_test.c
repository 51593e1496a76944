/* SPDX-License-Identifier: ISC */
/* Compact JWS against the examples of RFC 7515, and against what must not pass. */
#include "agent/repair/jws.h"

#include "tests/support/cunit_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "agent/repair/fakes.h"

/*
 * RFC 7515, A.1 and A.3: their headers hold no `kid`, which we ask for, so the signature is checked over their octets by way of `signed_len`,
 * and the whole of a token with keys of our own.
 */
static const char a1_input[] =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char a1_key[] =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
static const uint8_t a1_signature[32] = { 116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173,
	187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121 };
static const char a3_input[] =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char a3_jwk[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
static const uint8_t a3_signature[64] = { 14, 209, 33, 83, 121, 99, 108, 72, 60, 47, 127, 21, 88, 7, 212, 2,
	163, 178, 40, 3, 58, 249, 124, 126, 23, 129, 154, 195, 22, 158, 166, 101, 197, 10, 7, 211, 140, 60,
	112, 229, 216, 241, 45, 175, 8, 74, 84, 128, 166, 101, 144, 197, 242, 147, 80, 154, 143, 63, 127, 138,
	131, 163, 84, 213 };

static struct jws
signed_octets(enum jws_alg alg, const char *input, const uint8_t *signature, size_t len)
{
	struct jws jws = { .alg = alg, .signed_len = strlen(input), .signature_len = len };
	memcpy(jws.signature, signature, len);
	return jws;
}

static void
the_hs256_example_of_rfc_7515_verifies_and_no_other(void)
{
	struct jws_key *key = jws_key_load(JWS_HS256, a1_key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	struct jws jws = signed_octets(JWS_HS256, a1_input, a1_signature, sizeof(a1_signature));
	CU_ASSERT_TRUE(jws_is_signed_by(&jws, a1_input, key));
	jws.signature[31] ^= 1;
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a1_input, key));
	jws.signature[31] ^= 1;
	jws.signature_len = 31;
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a1_input, key));
	jws.signature_len = 32;
	jws.signed_len--;
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a1_input, key));
	jws_key_free(key);
}

static void
the_es256_example_of_rfc_7515_verifies_and_no_other(void)
{
	struct jws_key *key;
	char error[256];
	CU_ASSERT_EQUAL_FATAL(jws_key_parse(a3_jwk, &key, error, sizeof(error)), 0);
	struct jws jws = signed_octets(JWS_ES256, a3_input, a3_signature, sizeof(a3_signature));
	CU_ASSERT_TRUE(jws_is_signed_by(&jws, a3_input, key));
	for (size_t i = 0; i < 64; i += 9) {
		jws.signature[i] ^= 0x40;
		CU_ASSERT_FALSE(jws_is_signed_by(&jws, a3_input, key));
		jws.signature[i] ^= 0x40;
	}
	memset(jws.signature, 0, 64); /* r and s of 0: CVE-2022-21449 elsewhere */
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a3_input, key));
	jws.signature_len = 63;
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a3_input, key));
	jws_key_free(key);
}

static void
a_key_checks_only_its_own_algorithm(void)
{
	struct jws_key *secret = jws_key_load(JWS_HS256, a1_key);
	struct jws jws = signed_octets(JWS_ES256, a1_input, a1_signature, sizeof(a1_signature));
	CU_ASSERT_FALSE(jws_is_signed_by(&jws, a1_input, secret));
	jws_key_free(secret);
}

static void
a_stored_key_is_the_same_key(void)
{
	struct jws_key *key, *again;
	char error[256], text[JWS_KEY_TEXT], text2[JWS_KEY_TEXT];

	CU_ASSERT_EQUAL_FATAL(jws_key_parse(a3_jwk, &key, error, sizeof(error)), 0);
	jws_key_text(key, text);
	again = jws_key_load(JWS_ES256, text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	struct jws jws = signed_octets(JWS_ES256, a3_input, a3_signature, sizeof(a3_signature));
	CU_ASSERT_TRUE(jws_is_signed_by(&jws, a3_input, again));
	jws_key_free(key);
	jws_key_free(again);
	key = jws_key_new_hs256();
	jws_key_text(key, text);
	CU_ASSERT_EQUAL(strlen(text), 43);
	again = jws_key_load(JWS_HS256, text);
	jws_key_text(again, text2);
	CU_ASSERT_STRING_EQUAL(text, text2);
	jws_key_free(key);
	jws_key_free(again);
	CU_ASSERT_PTR_NULL(jws_key_load(JWS_HS256, "c2hvcnQ"));
	CU_ASSERT_PTR_NULL(jws_key_load(JWS_ES256, text));
	jws_key_free(NULL);
}

static void
a_key_that_is_no_public_p256_key_is_refused_with_a_sentence(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "neither PEM nor JWK" },
		{ "hello", "neither PEM nor JWK" },
		{ "{\"kty\":", "P-256 public key is accepted" },
		{ "{\"kty\":\"RSA\"}", "not \"kty\":\"EC\"" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-384\"}", "with \"crv\":\"P-256\"" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "32 octets each" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		  "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
		    "no point of P-256" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AA\"}", "private key" },
		{ "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no public key" },
		{ "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "private key" },
		{ "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
		  "-----END PUBLIC KEY-----\n",
		    "no public key" },
	};
	char error[256];
	struct jws_key *key;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		error[0] = '\0';
		CU_ASSERT_EQUAL(jws_key_parse(cases[i].text, &key, error, sizeof(error)), -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(error, cases[i].says));
	}
}

static void
a_pem_key_verifies_what_its_private_half_signed(void)
{
	char pem[512], error[256];
	EVP_PKEY *pair = es256_key(pem, sizeof(pem));
	struct jws_key *key;
	const char *why;
	struct jws jws;

	CU_ASSERT_EQUAL_FATAL(jws_key_parse(pem, &key, error, sizeof(error)), 0);
	for (int i = 0; i < 16; i++) { /* short r and s among them */
		char *token = sign_es256("phone", pair, "{\"n\":1}");
		CU_ASSERT_EQUAL(jws_parse(token, strlen(token), &jws, &why), 0);
		CU_ASSERT_EQUAL(jws.alg, JWS_ES256);
		CU_ASSERT_STRING_EQUAL(jws.kid, "phone");
		CU_ASSERT_STRING_EQUAL(jws.payload, "{\"n\":1}");
		CU_ASSERT_TRUE(jws_is_signed_by(&jws, token, key));
		free(token);
	}
	jws_key_free(key);
	EVP_PKEY_free(pair);
}

static void
what_is_no_compact_jws_is_refused_with_its_reason(void)
{
	static const struct {
		const char *header, *signature;
		int rc;
		const char *why;
	} cases[] = {
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "QQ", 0, NULL },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "", 0,
		    NULL }, /* unsigned: it is the signature's check that fails */
		{ "{\"alg\":\"none\",\"kid\":\"a\"}", "", -ENOTSUP, "\"alg\" is neither HS256 nor ES256" },
		{ "{\"alg\":\"hs256\",\"kid\":\"a\"}", "", -ENOTSUP, "\"alg\" is neither HS256 nor ES256" },
		{ "{\"alg\":\"RS256\",\"kid\":\"a\"}", "", -ENOTSUP, "\"alg\" is neither HS256 nor ES256" },
		{ "{\"alg\":7,\"kid\":\"a\"}", "", -EBADMSG, "the header has no \"alg\"" },
		{ "{\"kid\":\"a\"}", "", -EBADMSG, "the header has no \"alg\"" },
		{ "{\"alg\":\"HS256\"}", "", -EBADMSG, "the header has no \"kid\" of 1 to 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"\"}", "", -EBADMSG,
		    "the header has no \"kid\" of 1 to 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":1}", "", -EBADMSG,
		    "the header has no \"kid\" of 1 to 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\",\"crit\":[\"exp\"]}", "", -EBADMSG,
		    "the header has \"crit\": no extension is understood here" },
		{ "{\"alg\":\"HS256\",\"alg\":\"none\",\"kid\":\"a\"}", "", -EBADMSG,
		    "the header is no JSON object" },
		{ "[]", "", -EBADMSG, "the header is no JSON object" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "QQ==", -EBADMSG,
		    "the signature is not base64url of at most 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "QR", -EBADMSG,
		    "the signature is not base64url of at most 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "Q", -EBADMSG,
		    "the signature is not base64url of at most 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "Q+", -EBADMSG,
		    "the signature is not base64url of at most 64 octets" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", "QQ.QQ", -EBADMSG, "not three parts joined by dots" },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", NULL, -EBADMSG, "not three parts joined by dots" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *token = token_of(cases[i].header, "{}", cases[i].signature);
		struct jws jws;
		const char *why = NULL;
		CU_ASSERT_EQUAL(jws_parse(token, strlen(token), &jws, &why), cases[i].rc);
		if (cases[i].why != NULL)
			CU_ASSERT_STRING_EQUAL(why, cases[i].why);
		free(token);
	}
}

static void
a_token_has_a_bound(void)
{
	static char token[JWS_TOKEN_MAX + 2], payload[JWS_PAYLOAD_MAX + 2];
	struct jws jws;
	const char *why;

	memset(token, 'A', sizeof(token) - 1);
	CU_ASSERT_EQUAL(jws_parse(token, sizeof(token) - 1, &jws, &why), -EMSGSIZE);
	CU_ASSERT_EQUAL(jws_parse("", 0, &jws, &why), -EBADMSG);
	memset(payload, ' ', JWS_PAYLOAD_MAX + 1);
	char *long_one = token_of("{\"alg\":\"HS256\",\"kid\":\"a\"}", payload, "");
	CU_ASSERT_EQUAL(jws_parse(long_one, strlen(long_one), &jws, &why), -EBADMSG);
	CU_ASSERT_STRING_EQUAL(why, "the payload is not base64url of at most 8192 octets");
	free(long_one);
	payload[JWS_PAYLOAD_MAX] = '\0';
	long_one = token_of("{\"alg\":\"HS256\",\"kid\":\"a\"}", payload, "");
	CU_ASSERT_EQUAL(jws_parse(long_one, strlen(long_one), &jws, &why), 0);
	CU_ASSERT_EQUAL(jws.payload_len, JWS_PAYLOAD_MAX);
	free(long_one);
}

static const struct claim claims[] = {
	CLAIM(the_hs256_example_of_rfc_7515_verifies_and_no_other),
	CLAIM(the_es256_example_of_rfc_7515_verifies_and_no_other),
	CLAIM(a_key_checks_only_its_own_algorithm),
	CLAIM(a_stored_key_is_the_same_key),
	CLAIM(a_key_that_is_no_public_p256_key_is_refused_with_a_sentence),
	CLAIM(a_pem_key_verifies_what_its_private_half_signed),
	CLAIM(what_is_no_compact_jws_is_refused_with_its_reason),
	CLAIM(a_token_has_a_bound),
};
CLAIMS_MAIN("jws", claims)
