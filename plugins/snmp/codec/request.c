/* SPDX-License-Identifier: ISC */
/* Requests of v1 and v2c as octets (RFC 1157, RFC 3416): written from the end to the front. */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/codec/back.h"
#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/codec/codec.h"

static void
put_sub_identifier(struct back *to, uint64_t id)
{
	back_octet(to, (uint8_t)(id & 0x7f));
	while ((id >>= 7) > 0)
		back_octet(to, (uint8_t)(0x80 | (id & 0x7f)));
}

static void
put_oid(struct back *to, const struct snmp_oid *oid)
{
	const uint8_t *end = to->at;
	uint64_t first = oid->len > 0 ? (uint64_t)oid->ids[0] * 40 : 0;

	for (size_t i = oid->len; i > 2; i--)
		put_sub_identifier(to, oid->ids[i - 1]);
	put_sub_identifier(to, first + (oid->len > 1 ? oid->ids[1] : 0));
	back_head(to, SNMP_OID, end);
}

/* The names, each with NULL for a value. */
static void
put_varbinds(struct back *to, const struct codec_request *request)
{
	const uint8_t *list_end = to->at;

	for (size_t i = request->count; i > 0; i--) {
		const uint8_t *end = to->at;
		back_octet(to, 0);
		back_octet(to, SNMP_NULL);
		put_oid(to, &request->oids[i - 1]);
		back_head(to, BER_SEQUENCE, end);
	}
	back_head(to, BER_SEQUENCE, list_end);
}

static bool
is_oid(const struct snmp_oid *oid)
{
	return oid->len <= TOWERD_OID_MAX && (oid->len == 0 || oid->ids[0] <= 2) &&
	    (oid->len < 2 || oid->ids[0] == 2 || oid->ids[1] < 40);
}

int
codec_build(const struct codec_request *request, uint8_t *out, size_t *id_at)
{
	static const uint8_t tags[] = { [CODEC_GET] = 0xa0, [CODEC_GETNEXT] = 0xa1, [CODEC_GETBULK] = 0xa5 };
	size_t room =
	    request->room > 0 && request->room < CODEC_REQUEST_MAX ? request->room : CODEC_REQUEST_MAX;
	struct back to = { out, out + room, out + room, false };

	if (request->count > CODEC_VARBINDS || request->max_repetitions > INT32_MAX)
		return -EINVAL;
	for (size_t i = 0; i < request->count; i++)
		if (!is_oid(&request->oids[i]))
			return -EINVAL;
	put_varbinds(&to, request);
	back_number(&to, request->command == CODEC_GETBULK ? request->max_repetitions : 0);
	back_number(&to, 0); /* error-status, or non-repeaters */
	back_number(&to, CODEC_ID_MIN);
	const uint8_t *id = to.at + 2;
	back_head(&to, tags[request->command], to.end);
	back_octets(&to, SNMP_OCTETS, request->community, strlen(request->community));
	back_number(&to, (uint32_t)request->version);
	back_head(&to, BER_SEQUENCE, to.end);
	if (to.is_full)
		return -EMSGSIZE;
	size_t len = (size_t)(to.end - to.at);
	*id_at = (size_t)(id - to.at);
	memmove(out, to.at, len);
	return (int)len;
}
