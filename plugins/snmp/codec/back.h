/* SPDX-License-Identifier: ISC */
/* Basic Encoding Rules, written from the end of a buffer to its front, so that each length is known when it is due (X.690 as RFC 3417, 8 restricts it). */
#ifndef PLUGINS_SNMP_BACK_H
#define PLUGINS_SNMP_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What is written lies from `at` to the end of the buffer. `is_full`: something did not fit, all after it is left out. */
struct back {
	uint8_t *start, *at, *end;
	bool is_full;
};

static inline void
back_octet(struct back *to, uint8_t octet)
{
	if (to->at == to->start)
		to->is_full = true;
	else
		*--to->at = octet;
}

/* Tag and length in front of all that was written since `to->at` was `end`. */
static inline void
back_head(struct back *to, uint8_t tag, const uint8_t *end)
{
	size_t len = (size_t)(end - to->at);

	if (len < 0x80) {
		back_octet(to, (uint8_t)len);
	} else {
		uint8_t octets = 0;
		for (; len > 0; len >>= 8, octets++)
			back_octet(to, (uint8_t)len);
		back_octet(to, 0x80 | octets);
	}
	back_octet(to, tag);
}

/* A natural number below 2^31, in as few octets as it takes. */
static inline void
back_number(struct back *to, uint32_t number)
{
	const uint8_t *end = to->at;
	uint8_t octet;

	do {
		octet = (uint8_t)number;
		back_octet(to, octet);
		number >>= 8;
	} while (number > 0 || (octet & 0x80) != 0);
	back_head(to, 2, end);
}

/* What is encoded already. */
static inline void
back_raw(struct back *to, const void *data, size_t len)
{
	if (len > (size_t)(to->at - to->start)) {
		to->is_full = true;
		return;
	}
	to->at -= len;
	if (len > 0)
		memcpy(to->at, data, len);
}

static inline void
back_octets(struct back *to, uint8_t tag, const void *data, size_t len)
{
	const uint8_t *end = to->at;

	back_raw(to, data, len);
	back_head(to, tag, end);
}

#endif
