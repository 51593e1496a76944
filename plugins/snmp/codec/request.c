/* SPDX-License-Identifier: ISC */
/* Requests of v1 and v2c as octets (RFC 1157, RFC 3416): written from the end to the front, so that each length is known when it is due. */
#include <errno.h>
#include <string.h>

#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/codec/codec.h"

/* What is written lies from `at` to the end of the buffer. `is_full`: something did not fit, all after it is left out. */
struct back {
	uint8_t *start, *at, *end;
	bool is_full;
};

static void
put(struct back *to, uint8_t octet)
{
	if (to->at == to->start)
		to->is_full = true;
	else
		*--to->at = octet;
}

/* Tag and length in front of all that was written since `to->at` was `end`. */
static void
put_head(struct back *to, uint8_t tag, const uint8_t *end)
{
	size_t len = (size_t)(end - to->at);

	if (len < 0x80) {
		put(to, (uint8_t)len);
	} else {
		uint8_t octets = 0;
		for (; len > 0; len >>= 8, octets++)
			put(to, (uint8_t)len);
		put(to, 0x80 | octets);
	}
	put(to, tag);
}

/* A natural number below 2^31, in as few octets as it takes. */
static void
put_number(struct back *to, uint32_t number)
{
	const uint8_t *end = to->at;
	uint8_t octet;

	do {
		octet = (uint8_t)number;
		put(to, octet);
		number >>= 8;
	} while (number > 0 || (octet & 0x80) != 0);
	put_head(to, SNMP_INTEGER, end);
}

static void
put_sub_identifier(struct back *to, uint64_t id)
{
	put(to, (uint8_t)(id & 0x7f));
	while ((id >>= 7) > 0)
		put(to, (uint8_t)(0x80 | (id & 0x7f)));
}

static void
put_oid(struct back *to, const struct snmp_oid *oid)
{
	const uint8_t *end = to->at;
	uint64_t first = oid->len > 0 ? (uint64_t)oid->ids[0] * 40 : 0;

	for (size_t i = oid->len; i > 2; i--)
		put_sub_identifier(to, oid->ids[i - 1]);
	put_sub_identifier(to, first + (oid->len > 1 ? oid->ids[1] : 0));
	put_head(to, SNMP_OID, end);
}

static void
put_text(struct back *to, const char *text)
{
	const uint8_t *end = to->at;

	for (size_t i = strlen(text); i > 0; i--)
		put(to, (uint8_t)text[i - 1]);
	put_head(to, SNMP_OCTETS, end);
}

/* The names, each with NULL for a value. */
static void
put_varbinds(struct back *to, const struct codec_request *request)
{
	const uint8_t *list_end = to->at;

	for (size_t i = request->count; i > 0; i--) {
		const uint8_t *end = to->at;
		put(to, 0);
		put(to, SNMP_NULL);
		put_oid(to, &request->oids[i - 1]);
		put_head(to, BER_SEQUENCE, end);
	}
	put_head(to, BER_SEQUENCE, list_end);
}

static bool
is_oid(const struct snmp_oid *oid)
{
	return oid->len <= TOWERD_OID_MAX && (oid->len == 0 || oid->ids[0] <= 2) &&
	    (oid->len < 2 || oid->ids[0] == 2 || oid->ids[1] < 40);
}

int
codec_build(struct codec *codec, const struct codec_request *request, uint8_t *out, size_t *id_at)
{
	static const uint8_t tags[] = { [CODEC_GET] = 0xa0, [CODEC_GETNEXT] = 0xa1, [CODEC_GETBULK] = 0xa5 };
	struct back to = { out, out + CODEC_REQUEST_MAX, out + CODEC_REQUEST_MAX, false };

	(void)codec;
	if (request->count > CODEC_VARBINDS || request->max_repetitions > INT32_MAX)
		return -EINVAL;
	for (size_t i = 0; i < request->count; i++)
		if (!is_oid(&request->oids[i]))
			return -EINVAL;
	put_varbinds(&to, request);
	put_number(&to, request->command == CODEC_GETBULK ? request->max_repetitions : 0);
	put_number(&to, 0); /* error-status, or non-repeaters */
	put_number(&to, CODEC_ID_MIN);
	const uint8_t *id = to.at + 2;
	put_head(&to, tags[request->command], to.end);
	put_text(&to, request->community);
	put_number(&to, (uint32_t)request->version);
	put_head(&to, BER_SEQUENCE, to.end);
	if (to.is_full)
		return -EMSGSIZE;
	size_t len = (size_t)(to.end - to.at);
	*id_at = (size_t)(id - to.at);
	memmove(out, to.at, len);
	return (int)len;
}
