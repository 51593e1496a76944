/* SPDX-License-Identifier: ISC */
/* The outside of SNMPv3 messages. Hostile until proven: every length is checked before it is used. */
#include "plugins/snmp/usm/envelope.h"

#include <errno.h>
#include <string.h>

#include "plugins/snmp/codec/back.h"
#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/codec/object.h"
#include "plugins/snmp/usm/protocol.h"

#define VERSION      3
#define MODEL_USM    3     /* RFC 3411, SnmpSecurityModel */
#define MAX_SIZE_OUR 65507 /* octets of a datagram: what we take */
#define MAX_SIZE_MIN 484   /* RFC 3412, 6.3 */

/* A number that has 31 bits at most (RFC 3412, 6: the types of these fields). */
static bool
take_natural(struct ber *in, uint32_t *out)
{
	int64_t number;

	if (!ber_take_number(in, &number) || number < 0 || number > INT32_MAX)
		return false;
	*out = (uint32_t)number;
	return true;
}

static bool
take_global(struct ber *message, struct envelope *out)
{
	struct ber global, flags;
	uint32_t max_size, model;

	if (!ber_take_tag(message, BER_SEQUENCE, &global) || !take_natural(&global, &out->id) ||
	    !take_natural(&global, &max_size) || max_size < MAX_SIZE_MIN ||
	    !ber_take_tag(&global, SNMP_OCTETS, &flags) || ber_left(&flags) != 1 ||
	    !take_natural(&global, &model) || model != MODEL_USM)
		return false;
	out->flags = flags.at[0];
	return (out->flags & ENVELOPE_PRIV) == 0 || (out->flags & ENVELOPE_AUTH) != 0;
}

static bool
take_security(struct ber *message, struct envelope *out)
{
	struct ber params, sequence, engine, user, digest, salt;

	if (!ber_take_tag(message, SNMP_OCTETS, &params) || !ber_take_tag(&params, BER_SEQUENCE, &sequence) ||
	    !ber_take_tag(&sequence, SNMP_OCTETS, &engine) || ber_left(&engine) > USM_ENGINE_MAX ||
	    !take_natural(&sequence, &out->boots) || !take_natural(&sequence, &out->time) ||
	    !ber_take_tag(&sequence, SNMP_OCTETS, &user) || ber_left(&user) >= sizeof(out->user) ||
	    memchr(user.at, '\0', ber_left(&user)) != NULL ||
	    !ber_take_tag(&sequence, SNMP_OCTETS, &digest) || !ber_take_tag(&sequence, SNMP_OCTETS, &salt))
		return false;
	out->engine_id = engine.at;
	out->engine_id_len = ber_left(&engine);
	memcpy(out->user, user.at, ber_left(&user));
	out->user[ber_left(&user)] = '\0';
	return true;
}

int
envelope_parse(const uint8_t *data, size_t len, struct envelope *out)
{
	struct ber in = { data, data + len }, message, body;
	struct envelope envelope = { 0 };
	uint32_t version;
	uint8_t tag;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || !take_natural(&message, &version) ||
	    version != VERSION || !take_global(&message, &envelope))
		return -EBADMSG;
	envelope.params_at = (size_t)(message.at - data);
	if (!take_security(&message, &envelope))
		return -EBADMSG;
	envelope.data = message.at;
	if (!ber_take(&message, &tag, &body) ||
	    tag != ((envelope.flags & ENVELOPE_PRIV) != 0 ? SNMP_OCTETS : BER_SEQUENCE))
		return -EBADMSG;
	envelope.data_len = (size_t)(body.end - envelope.data);
	*out = envelope;
	return 0;
}

bool
envelope_is_from(const struct envelope *envelope, const uint8_t *engine_id, size_t len)
{
	return envelope->engine_id_len == len && memcmp(envelope->engine_id, engine_id, len) == 0;
}

size_t
envelope_head(uint32_t id, uint8_t flags, uint8_t out[ENVELOPE_HEAD_MAX])
{
	uint8_t *end = out + ENVELOPE_HEAD_MAX;
	struct back to = { out, end, end, false };

	back_number(&to, MODEL_USM);
	back_octets(&to, SNMP_OCTETS, &flags, 1);
	back_number(&to, MAX_SIZE_OUR);
	back_number(&to, id);
	back_head(&to, BER_SEQUENCE, end);
	back_number(&to, VERSION);
	size_t len = (size_t)(end - to.at);
	memmove(out, to.at, len);
	return len;
}
