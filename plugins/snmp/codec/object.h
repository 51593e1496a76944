/* SPDX-License-Identifier: ISC */
/*
 * Objects as SNMP carries them, and an ordered set of them: what a recording holds, and what a walk of a live device collects.
 * Plain data, no library behind it.
 */
#ifndef PLUGINS_SNMP_OBJECT_H
#define PLUGINS_SNMP_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/value.h> /* TOWERD_OID_MAX */

/* The BER tags of RFC 3416, which are also the tags of .snmprec files. */
enum snmp_tag {
	SNMP_INTEGER = 2,
	SNMP_OCTETS = 4,
	SNMP_NULL = 5, /* the agent answered without a value */
	SNMP_OID = 6,
	SNMP_IPADDRESS = 64,
	SNMP_COUNTER32 = 65,
	SNMP_GAUGE32 = 66,
	SNMP_TIMETICKS = 67,
	SNMP_OPAQUE = 68,
	SNMP_COUNTER64 = 70,
	SNMP_NO_SUCH_OBJECT = 128,
	SNMP_NO_SUCH_INSTANCE = 129,
	SNMP_END_OF_MIB_VIEW = 130,
};

/* A name without a value; borrowed. */
struct snmp_oid {
	const uint32_t *ids;
	size_t len;
};

/* A value: owns nothing; `octets` and `oid` live as long as whoever filled it says. */
struct snmp_value {
	enum snmp_tag tag;
	union {
		int64_t integer;  /* INTEGER */
		uint64_t natural; /* COUNTER32, GAUGE32, TIMETICKS (hundredths of a second), COUNTER64 */
		struct {
			const uint8_t *data; /* not NUL-terminated */
			size_t len;
		} octets; /* OCTETS, IPADDRESS (4 octets), OPAQUE */
		struct {
			const uint32_t *ids;
			size_t len;
		} oid; /* OID */
	};
};

struct snmp_object {
	const uint32_t *ids;
	size_t len;
	struct snmp_value value;
};

/* memcmp() for OIDs: a prefix comes before what it begins. */
int oid_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len);
bool oid_has_prefix(const uint32_t *oid, size_t len, const uint32_t *prefix, size_t prefix_len);

/* Parses "1.3.6.1" or ".1.3.6.1"; returns the number of sub-identifiers (0 for ""), -EINVAL, -ERANGE (over 2^32-1), -E2BIG (over `max`). */
int oid_parse(const char *text, size_t len, uint32_t *ids, size_t max);
/* Writes "1.3.6.1"; what does not fit is cut. Returns `out`. OID_TEXT is always enough. */
#define OID_TEXT (TOWERD_OID_MAX * 11)
const char *oid_format(const uint32_t *ids, size_t len, char *out, size_t size);

/*
 * An ordered set. Adding copies; objects come in any order. object_set_find() and object_set_after() sort first when something was added since.
 * Of two values for one OID the later one stays, as a poller that asks again would have it.
 */
struct object_set;
struct object_set *object_set_new(void);
void object_set_free(struct object_set *set);
void object_set_clear(struct object_set *set); /* keeps its memory */
int object_set_add(struct object_set *set,
    const struct snmp_object *object); /* 0, -ENOMEM, -E2BIG (OID over TOWERD_OID_MAX) */
size_t object_set_count(struct object_set *set);
/* Borrowed until the next add, clear or free; NULL: not there. */
const struct snmp_object *object_set_at(struct object_set *set, size_t i);
const struct snmp_object *object_set_find(struct object_set *set, const uint32_t *ids, size_t len);
/* Position of the first object at or after `ids`; count when there is none. */
size_t object_set_from(struct object_set *set, const uint32_t *ids, size_t len);

#endif
