/* SPDX-License-Identifier: ISC */
/* Decimal numbers as scaled integers, exactly: no floating point between a text and its value. */
#ifndef SUPPORT_DECIMAL_H
#define SUPPORT_DECIMAL_H

#include <stdint.h>

/*
 * Reads [+-]digits[.digits][e[+-]digits] as an integer in units of 10^-decimals (at most 18), rounded half away from zero.
 * Returns 0, -EINVAL (not a number) or -ERANGE (does not fit); *out is then untouched.
 */
int decimal_parse(const char *text, unsigned decimals, int64_t *out);

#endif
