/* SPDX-License-Identifier: ISC */
/*
 * Values that cross an interface: what a cell of a view holds, on every face.
 *
 * A value is small, copied freely, and owns nothing: `text.data` and `oid.ids` point into memory of whoever filled the
 * value, and live as long as that call's contract says.
 */
#ifndef TOWERD_VALUE_H
#define TOWERD_VALUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum towerd_type {
	TOWERD_NONE = 0,  /* no such instance: the column is not instantiated in this row */
	TOWERD_INTEGER,   /* signed 32-bit; `i` */
	TOWERD_UNSIGNED,  /* Unsigned32 (RFC 2578, 7.1.11) and Gauge32; `u` */
	TOWERD_COUNTER,   /* Counter32; `u`, wraps at the edge that needs it to */
	TOWERD_COUNTER64, /* Counter64; `u` */
	TOWERD_ENUM,      /* a number with a name in the column's `names`; `i` */
	TOWERD_TRUTH,     /* TruthValue (RFC 2579): true 1, false 2; `i` holds 0 or 1 */
	TOWERD_TEXT,      /* UTF-8, SnmpAdminString; `text` */
	TOWERD_OCTETS,    /* any bytes; `text` */
	TOWERD_BITS,    /* BITS (RFC 2578, 7.1.4): `text`, bit 0 is the most significant of the first octet */
	TOWERD_OID,     /* OBJECT IDENTIFIER, RowPointer, ResourceId; `oid` */
	TOWERD_DATE,    /* a point in UTC, milliseconds since 1970; `i`; DateAndTime of 11 octets on SNMP */
	TOWERD_INSTANT, /* a point on our monotonic clock, milliseconds; `i`; TimeStamp (hundredths) on SNMP */
	TOWERD_DURATION, /* milliseconds; `i`; TimeTicks (hundredths) on SNMP */
	TOWERD_TYPE_COUNT
};

#define TOWERD_OID_MAX 128 /* RFC 2578, 3.5: at most 128 sub-identifiers */

struct towerd_value {
	enum towerd_type type;
	union {
		int64_t i;
		uint64_t u;
		struct {
			const char *data;
			size_t len;
		} text;
		struct {
			const uint32_t *ids;
			size_t len;
		} oid;
	};
};

static inline struct towerd_value
towerd_int(enum towerd_type type, int64_t i)
{
	struct towerd_value v;
	v.type = type;
	v.i = i;
	return v;
}

static inline struct towerd_value
towerd_bytes(enum towerd_type type, const char *data, size_t len)
{
	struct towerd_value v;
	v.type = type;
	v.text.data = data;
	v.text.len = len;
	return v;
}

static inline struct towerd_value
towerd_oid(const uint32_t *ids, size_t len)
{
	struct towerd_value v;
	v.type = TOWERD_OID;
	v.oid.ids = ids;
	v.oid.len = len;
	return v;
}

#ifdef __cplusplus
}
#endif
#endif
