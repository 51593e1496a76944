/* SPDX-License-Identifier: ISC */
/* A scaled integer as people write it: 53200 with 3 decimals is "53.2". By hand: a walk of the sensors writes a million of them. */
#ifndef AGENT_MODEL_DECIMAL_TEXT_H
#define AGENT_MODEL_DECIMAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_TEXT 32

/* At most 18 decimals. Returns where it begins in `out`: what is before it is not used. */
static inline const char *
decimal_text(int64_t value, unsigned decimals, char out[DECIMAL_TEXT])
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char *at = out + DECIMAL_TEXT - 1;
	*at = '\0';
	for (; decimals > 0 && rest % 10 == 0; decimals--)
		rest /= 10;
	for (; decimals > 0; decimals--, rest /= 10)
		*--at = (char)('0' + rest % 10);
	if (*at != '\0')
		*--at = '.';
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--at = '-';
	return at;
}

#endif
