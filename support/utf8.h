/* SPDX-License-Identifier: ISC */
/* UTF-8 (RFC 3629): the one decoder, strict about surrogates, overlong forms and the range. */
#ifndef SUPPORT_UTF8_H
#define SUPPORT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Octets of the character at `text` (1 to 4), written to *code; 0 when the octets there are no character. `len` is at least 1. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/*
 * Copies a text as a part of one printed line: control characters and octets that are no UTF-8 become \xNN, and so does `also` when it is
 * not 0. What does not fit into `size` is cut, never inside a character, and ends in "...". Returns the length of what was written.
 * `size` is at least 4.
 */
size_t utf8_clean(char *out, size_t size, const char *text, size_t len, char also);

#endif
