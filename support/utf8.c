/* SPDX-License-Identifier: ISC */
/* UTF-8 by the shape of its first octet: a row per length, with the smallest code that may be written so. */
#include "support/utf8.h"

static const struct {
	uint8_t mask, lead;
	uint32_t smallest;
} shapes[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };

size_t
utf8_decode(const char *text, size_t len, uint32_t *code)
{
	const uint8_t *octets = (const uint8_t *)text;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]) && i < len; i++) {
		if ((octets[0] & shapes[i].mask) != shapes[i].lead)
			continue;
		uint32_t c = octets[0] & (uint8_t)~shapes[i].mask;
		for (size_t k = 1; k <= i; k++) {
			if ((octets[k] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (octets[k] & 0x3f);
		}
		if (c < shapes[i].smallest || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
			return 0;
		*code = c;
		return i + 1;
	}
	return 0;
}
