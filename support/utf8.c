/* SPDX-License-Identifier: ISC */
/* UTF-8 by the shape of its first octet: a row per length, with the smallest code that may be written so. */
#include "support/utf8.h"

#include <stdbool.h>
#include <string.h>

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

/* Controls of C0 and C1, and the breaks and direction marks with which a text can rearrange the line around it. */
static bool
is_disruptive(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
}

size_t
utf8_clean(char *out, size_t size, const char *text, size_t len, char also)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0, fits = 0; /* `fits`: what leaves room for the dots */

	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t octets = utf8_decode(text + i, len - i, &code);
		bool is_escaped = octets == 0 || is_disruptive(code) || (also != '\0' && text[i] == also);
		octets = octets == 0 ? 1 : octets;
		size_t need = is_escaped ? 4 * octets : octets;
		if (used + need >= size) {
			memcpy(out + fits, "...", 4);
			return fits + 3;
		}
		for (size_t k = 0; k < octets; k++, i++) {
			unsigned char c = (unsigned char)text[i];
			if (!is_escaped) {
				out[used++] = (char)c;
				continue;
			}
			memcpy(out + used, "\\x", 2);
			out[used + 2] = hex[c >> 4];
			out[used + 3] = hex[c & 15];
			used += 4;
		}
		if (used + 4 <= size)
			fits = used;
	}
	out[used] = '\0';
	return used;
}
