/* SPDX-License-Identifier: ISC */
/* UTF-8 (RFC 3629): the one decoder, strict about surrogates, overlong forms and the range. */
#ifndef SUPPORT_UTF8_H
#define SUPPORT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Octets of the character at `text` (1 to 4), written to *code; 0 when the octets there are no character. `len` is at least 1. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

#endif
