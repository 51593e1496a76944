/* SPDX-License-Identifier: ISC */
/* One line of a .snmprec file, OID|TAG|VALUE, as an encoded varbind. */
#ifndef TESTS_SIM_SNMPREC_H
#define TESTS_SIM_SNMPREC_H

#include "tests/sim/ber.h"

struct snmprec_item {
	uint8_t oid[BER_OID_MAX];
	size_t oid_size;
	uint8_t tag;
	uint8_t *body; /* the caller's buffer */
	size_t body_size;
};

enum snmprec_result {
	SNMPREC_ITEM,
	SNMPREC_NOTHING, /* a comment or an empty line */
	SNMPREC_NO_BARS,
	SNMPREC_BAD_OID,
	SNMPREC_BAD_TAG,
	SNMPREC_BAD_VALUE,
};

/* "bad value" and so on: for messages. */
extern const char *const snmprec_result_names[];

/*
 * Reads one line without its newline. The value may hold any octet; a second and later bar belongs to it.
 * body has room for body_room octets; a value never needs more than the line is long, nor less than 16.
 */
enum snmprec_result
snmprec_parse(const char *line, size_t size, uint8_t *body, size_t body_room, struct snmprec_item *item);

/* The same for a tag ("2", "4x", …) and a value that stand apart. */
enum snmprec_result snmprec_parse_value(const char *tag, size_t tag_size, const char *value,
    size_t value_size, uint8_t *body, size_t body_room, struct snmprec_item *item);

#endif
