/* SPDX-License-Identifier: ISC */
/* An SNMPv3 message under the user-based security model. */
#include "tests/sim/usm.h"

#include <errno.h>
#include <string.h>

#define SNMP_V3       3
#define USM_MODEL     3
#define MOST_OCTETS   65507
#define TIME_WINDOW_S 150
#define BOOTS_MAX     2147483647

static bool
take_number(struct ber_slice *in, int64_t max, int64_t *value)
{
	struct ber_tlv tlv;
	return ber_take_tag(in, BER_INTEGER, &tlv) && ber_integer(tlv.body, value) && *value >= 0 &&
	    *value <= max;
}

static bool
take_octets(struct ber_slice *in, size_t max, struct ber_slice *octets)
{
	struct ber_tlv tlv;
	if (!ber_take_tag(in, BER_OCTETS, &tlv) || tlv.body.size > max)
		return false;
	*octets = tlv.body;
	return true;
}

int
usm_decode(struct ber_slice in, struct usm_header *header)
{
	struct ber_tlv message, global, security, tlv;
	struct ber_slice flags, parameters;
	int64_t version, most, model;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || in.size != 0 ||
	    !take_number(&message.body, INT32_MAX, &version))
		return -EBADMSG;
	if (version != SNMP_V3)
		return -EPROTONOSUPPORT;
	if (!ber_take_tag(&message.body, BER_SEQUENCE, &global) ||
	    !take_number(&global.body, INT32_MAX, &header->message_id) ||
	    !take_number(&global.body, INT32_MAX, &most) || !take_octets(&global.body, 1, &flags) ||
	    flags.size != 1 || !take_number(&global.body, INT32_MAX, &model))
		return -EBADMSG;
	if (model != USM_MODEL)
		return -EPROTONOSUPPORT;
	header->flags = flags.at[0];
	if (!take_octets(&message.body, SIZE_MAX, &parameters) ||
	    !ber_take_tag(&parameters, BER_SEQUENCE, &security) ||
	    !take_octets(&security.body, ENGINE_ID_MAX, &header->engine) ||
	    !take_number(&security.body, BOOTS_MAX, &header->boots) ||
	    !take_number(&security.body, BOOTS_MAX, &header->time) ||
	    !take_octets(&security.body, USER_NAME_MAX, &header->user) ||
	    !take_octets(&security.body, USM_DIGEST_MAX, &header->digest) ||
	    !take_octets(&security.body, USM_SALT, &header->salt) || !ber_take(&message.body, &tlv) ||
	    message.body.size != 0)
		return -EBADMSG;
	header->is_encrypted = (header->flags & USM_PRIV) != 0;
	if (tlv.tag != (header->is_encrypted ? BER_OCTETS : BER_SEQUENCE))
		return -EBADMSG;
	header->data = header->is_encrypted ? tlv.body : tlv.whole;
	/* Privacy without authentication does not exist (RFC 3412, 7.2, step 5d). */
	return (header->flags & (USM_AUTH | USM_PRIV)) == USM_PRIV ? -EBADMSG : 0;
}

static bool
is_authentic(enum usm_auth auth, const struct user_keys *keys, const struct usm_header *header,
    uint8_t *octets, size_t size)
{
	uint8_t wanted[USM_DIGEST_MAX], found[USM_DIGEST_MAX];
	size_t digest_size = usm_digest_size(auth);

	if (header->digest.size != digest_size)
		return false;
	/* The digest is made over the message with zeroes in its place. */
	uint8_t *place = octets + (header->digest.at - octets);
	memcpy(found, place, digest_size);
	memset(place, 0, digest_size);
	usm_sign(auth, keys->auth, (struct ber_slice){ octets, size }, wanted);
	memcpy(place, found, digest_size);
	return memcmp(wanted, found, digest_size) == 0;
}

static bool
is_timely(const struct engine *engine, const struct usm_header *header, int64_t real_ms)
{
	int64_t ahead = header->time - engine_time(engine, real_ms);
	return engine->boots != BOOTS_MAX && header->boots == engine->boots && ahead >= -TIME_WINDOW_S &&
	    ahead <= TIME_WINDOW_S;
}

/* ScopedPDU: context engine (not looked at: there is one), context name, PDU. What follows it is a cipher's padding. */
static bool
take_scoped(struct ber_slice data, struct usm_request *request)
{
	struct ber_tlv scoped, pdu;
	struct ber_slice engine, context;

	if (!ber_take_tag(&data, BER_SEQUENCE, &scoped) ||
	    !take_octets(&scoped.body, ENGINE_ID_MAX, &engine) ||
	    !take_octets(&scoped.body, sizeof(request->context), &context) || !ber_take(&scoped.body, &pdu))
		return false;
	if (context.size > 0)
		memcpy(request->context, context.at, context.size);
	request->context_size = context.size;
	request->pdu = pdu.whole;
	return true;
}

static bool
decrypt(const struct usm_header *header, const struct usm_request *request, const struct user_keys *keys,
    uint8_t *octets)
{
	struct usm_vector vector = { (uint32_t)header->boots, (uint32_t)header->time, { 0 } };

	if (header->salt.size != USM_SALT)
		return false;
	memcpy(vector.salt, header->salt.at, USM_SALT);
	return usm_decrypt(request->user->credential->priv, keys->priv, &vector,
	    octets + (header->data.at - octets), header->data.size);
}

/* The steps of RFC 3414, 3.2, from the engine's identity on. */
static enum usm_stat
check(struct engine *engine, const struct usm_header *header, uint8_t *octets, size_t size, int64_t real_ms,
    struct usm_request *request)
{
	uint8_t level = header->flags & (USM_AUTH | USM_PRIV);

	if (header->engine.size != engine->id_size ||
	    memcmp(header->engine.at, engine->id, engine->id_size) != 0)
		return USM_UNKNOWN_ENGINE;
	struct engine_user *user = engine_user(engine, header->user);
	if (user == NULL)
		return USM_UNKNOWN_USER;
	const struct credential *credential = user->credential;
	if ((level & USM_AUTH && credential->auth == USM_NO_AUTH) ||
	    (level & USM_PRIV && credential->priv == USM_NO_PRIV))
		return USM_UNSUPPORTED_LEVEL;
	request->user = user;
	if (level == 0)
		return USM_FINE;
	const struct user_keys *keys = engine_user_keys(engine, user);
	if (keys == NULL || !is_authentic(credential->auth, keys, header, octets, size)) {
		request->user = NULL;
		return USM_WRONG_DIGEST;
	}
	request->flags = USM_AUTH;
	if (!is_timely(engine, header, real_ms))
		return USM_NOT_IN_TIME;
	if (!(level & USM_PRIV))
		return USM_FINE;
	/* What comes out of the wrong key is hardly ever a ScopedPDU. */
	if (!decrypt(header, request, keys, octets) || !take_scoped(header->data, request))
		return USM_DECRYPTION_ERROR;
	request->flags |= USM_PRIV;
	return USM_FINE;
}

int
usm_take(struct engine *engine, const struct usm_header *header, uint8_t *octets, size_t size,
    int64_t real_ms, struct usm_request *request)
{
	*request = (struct usm_request){ .engine = engine, .message_id = header->message_id };
	if (!header->is_encrypted && !take_scoped(header->data, request))
		return -EBADMSG;
	request->report = check(engine, header, octets, size, real_ms, request);
	engine->stats[request->report]++;
	if (request->report == USM_FINE)
		return 0;
	/* Only notInTimeWindow is told under the user's name (RFC 3414, 3.2, step 7a). */
	if (request->report != USM_NOT_IN_TIME) {
		request->user = NULL;
		request->flags = 0;
	}
	return header->flags & USM_REPORTABLE ? 0 : -EBADMSG;
}

static void
put_be32(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * (3 - i)));
}

/* DES: boots and a counter (RFC 3414, 8.1.1.1); AES: a counter of 64 bits (RFC 3826, 3.1.2.1). */
static void
make_salt(struct engine *engine, enum usm_priv priv, struct usm_vector *vector)
{
	uint64_t salt = ++engine->salt;
	put_be32(vector->salt, priv == USM_DES ? vector->boots : (uint32_t)(salt >> 32));
	put_be32(vector->salt + 4, (uint32_t)salt);
}

/* The octets in place, made whole blocks where the cipher needs them; returns their end. */
static uint8_t *
encrypt(enum usm_priv priv, const struct user_keys *keys, const struct usm_vector *vector, uint8_t *at,
    uint8_t *end)
{
	while (priv == USM_DES && (end - at) % USM_BLOCK != 0)
		*end++ = 0;
	usm_encrypt(priv, keys->priv, vector, at, (size_t)(end - at));
	return end;
}

/* msgGlobalData and the version, before what is there. */
static uint8_t *
prepend_global(uint8_t *at, const struct usm_request *request, uint8_t flags)
{
	uint8_t *end = at;

	at = ber_prepend_integer(at, USM_MODEL);
	at = ber_prepend_octets(at, &flags, 1);
	at = ber_prepend_integer(at, MOST_OCTETS);
	at = ber_prepend_integer(at, request->message_id);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(end - at));
	return ber_prepend_integer(at, SNMP_V3);
}

uint8_t *
usm_wrap(const struct usm_request *request, uint8_t more_flags, int64_t real_ms, uint8_t *pdu,
    size_t pdu_size, size_t *size)
{
	static const struct credential nobody;
	static const uint8_t no_digest[USM_DIGEST_MAX];
	struct engine *engine = request->engine;
	const struct credential *credential = request->user == NULL ? &nobody : request->user->credential;
	const struct user_keys *keys = request->user == NULL ? NULL : engine_user_keys(engine, request->user);
	if (request->user != NULL && keys == NULL)
		return NULL;
	struct usm_vector vector = { engine->boots, engine_time(engine, real_ms), { 0 } };
	uint8_t *end = pdu + pdu_size, *at = pdu;

	at = ber_prepend_octets(at, request->context, request->context_size);
	at = ber_prepend_octets(at, engine->id, engine->id_size);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(end - at));
	if (request->flags & USM_PRIV) {
		make_salt(engine, credential->priv, &vector);
		end = encrypt(credential->priv, keys, &vector, at, end);
		at = ber_prepend_head(at, BER_OCTETS, (size_t)(end - at));
	}
	uint8_t *data = at;
	size_t digest_size = request->flags & USM_AUTH ? usm_digest_size(credential->auth) : 0;
	at = ber_prepend_octets(at, vector.salt, request->flags & USM_PRIV ? USM_SALT : 0);
	uint8_t *digest = at - digest_size;
	at = ber_prepend_octets(at, no_digest, digest_size);
	at = ber_prepend_octets(at, credential->name, strlen(credential->name));
	at = ber_prepend_integer(at, vector.time);
	at = ber_prepend_integer(at, vector.boots);
	at = ber_prepend_octets(at, engine->id, engine->id_size);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(data - at));
	at = ber_prepend_head(at, BER_OCTETS, (size_t)(data - at));
	at = prepend_global(at, request, request->flags | more_flags);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(end - at));
	*size = (size_t)(end - at);
	if (request->flags & USM_AUTH)
		usm_sign(credential->auth, keys->auth, (struct ber_slice){ at, *size }, digest);
	return at;
}
