/* SPDX-License-Identifier: ISC */
/*
 * Basic Encoding Rules, read in place (X.690 as RFC 3417, 8 restricts it). Hostile until proven: every length is checked before it is used. Lenient
 * where devices are: lengths in long form, numbers with octets too many.
 */
#ifndef PLUGINS_SNMP_BER_H
#define PLUGINS_SNMP_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/value.h> /* TOWERD_OID_MAX */

#define BER_SEQUENCE 0x30

struct ber {
	const uint8_t *at, *end;
};

static inline size_t
ber_left(const struct ber *in)
{
	return (size_t)(in->end - in->at);
}

/* Takes one value off the front. False: it is cut short, or its length is indefinite or absurd. */
static inline bool
ber_take(struct ber *in, uint8_t *tag, struct ber *body)
{
	if (ber_left(in) < 2)
		return false;
	*tag = in->at[0];
	size_t len = in->at[1];
	in->at += 2;
	if (len >= 0x80) {
		size_t octets = len & 0x7f;
		if (octets == 0 || octets > sizeof(len) || ber_left(in) < octets)
			return false;
		for (len = 0; octets > 0; octets--)
			len = len << 8 | *in->at++;
	}
	if (len > ber_left(in))
		return false;
	*body = (struct ber){ in->at, in->at + len };
	in->at += len;
	return true;
}

static inline bool
ber_take_tag(struct ber *in, uint8_t tag, struct ber *body)
{
	uint8_t found;

	return ber_take(in, &found, body) && found == tag;
}

static inline bool
ber_octets(struct ber body, uint64_t number, uint64_t *out)
{
	if (ber_left(&body) == 0 || ber_left(&body) > 9 || (ber_left(&body) == 9 && body.at[0] != 0))
		return false;
	while (body.at < body.end)
		number = number << 8 | *body.at++;
	*out = number;
	return true;
}

/* An INTEGER: two's complement. */
static inline bool
ber_number(struct ber body, int64_t *out)
{
	bool is_negative = body.at < body.end && (body.at[0] & 0x80) != 0;
	uint64_t number;

	if (!ber_octets(body, is_negative ? UINT64_MAX : 0, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

/* A counter, gauge or time: some agents leave out the zero octet in front, so what looks negative is large. */
static inline bool
ber_natural(struct ber body, uint64_t *out)
{
	return ber_octets(body, 0, out);
}

static inline bool
ber_take_number(struct ber *in, int64_t *out)
{
	struct ber body;

	return ber_take_tag(in, 2, &body) && ber_number(body, out);
}

/*
 * Sub-identifiers into `out`, which has room for as many as there are octets in head and body (at most TOWERD_OID_MAX are taken). Returns how
 * many, or -1. No octets at all are what some agents send for zeroDotZero.
 */
static inline int
ber_oid(struct ber body, uint32_t *out)
{
	int count = 0;

	if (ber_left(&body) == 0) {
		out[0] = out[1] = 0;
		return 2;
	}
	while (body.at < body.end) {
		uint64_t id = *body.at & 0x7f;
		while ((*body.at++ & 0x80) != 0) {
			if (body.at == body.end || id > UINT32_MAX >> 7)
				return -1;
			id = id << 7 | (*body.at & 0x7f);
		}
		if (count == TOWERD_OID_MAX)
			return -1;
		if (count == 0) { /* two in one (X.690, 8.19.4) */
			out[count++] = id < 80 ? (uint32_t)id / 40 : 2;
			id -= 40 * out[0];
		}
		out[count++] = (uint32_t)id;
	}
	return count;
}

#endif
