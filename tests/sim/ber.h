/* SPDX-License-Identifier: ISC */
/* The part of BER that SNMP v1 and v2c use: reading TLVs, writing TLVs, object identifiers in their encoded form. */
#ifndef TESTS_SIM_BER_H
#define TESTS_SIM_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_tag {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_SEQUENCE = 0x30,
	BER_IPADDRESS = 0x40,
	BER_COUNTER32 = 0x41,
	BER_GAUGE32 = 0x42,
	BER_TIMETICKS = 0x43,
	BER_OPAQUE = 0x44,
	BER_COUNTER64 = 0x46,
	BER_NO_SUCH_OBJECT = 0x80,
	BER_NO_SUCH_INSTANCE = 0x81,
	BER_END_OF_MIB_VIEW = 0x82,
};

/* 128 sub-identifiers of at most five octets each (RFC 2578, 3.5). */
#define BER_OID_MAX 640

struct ber_slice {
	const uint8_t *at;
	size_t size;
};

struct ber_tlv {
	uint8_t tag;
	struct ber_slice body;
	struct ber_slice whole; /* tag, length and body */
};

/* Takes one TLV off the front of `in`. False when it is cut short or its length is indefinite or absurd; `in` then stands still. */
bool ber_take(struct ber_slice *in, struct ber_tlv *tlv);

/* Takes a TLV that must have the tag. */
bool ber_take_tag(struct ber_slice *in, uint8_t tag, struct ber_tlv *tlv);

/* Reads the body of an INTEGER of at most eight octets. */
bool ber_integer(struct ber_slice body, int64_t *value);

/* Octets that a tag and length in front of `size` octets of body take. */
size_t ber_head_size(size_t size);

/* Writes tag and length, returns the place after them; the caller has made sure of the room. */
uint8_t *ber_put_head(uint8_t *out, uint8_t tag, size_t size);

/* Writing backwards: each puts its octets right in front of `at` and returns their start. */
uint8_t *ber_prepend(uint8_t *at, const void *octets, size_t size);
uint8_t *ber_prepend_head(uint8_t *at, uint8_t tag, size_t size);
uint8_t *ber_prepend_integer(uint8_t *at, int64_t value);
uint8_t *ber_prepend_octets(uint8_t *at, const void *octets, size_t size); /* an OCTET STRING */

/* The shortest body of a signed or an unsigned number; at most nine octets; returns their count. */
size_t ber_signed(uint8_t *out, int64_t value);
size_t ber_unsigned(uint8_t *out, uint64_t value);

/* One number of an OID's encoded body; at most ten octets; returns their count. */
size_t ber_put_subid(uint8_t *out, uint64_t subid);

/* Dotted decimal (a leading dot is allowed) to the encoded body in out[BER_OID_MAX]; the size, or 0 when it is no OID. */
size_t ber_oid_parse(const char *text, size_t text_size, uint8_t *out);

/* The encoded body as dotted text, cut at `room`. */
void ber_oid_format(struct ber_slice oid, char *out, size_t room);

/* The order of a walk: <0, 0, >0. The encoded bytes alone do not sort right: 16383 is ff 7f, 16384 is 81 80 00. */
int ber_oid_compare(struct ber_slice a, struct ber_slice b);

#endif
