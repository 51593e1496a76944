/* SPDX-License-Identifier: ISC */
/* A scaled integer as people write it: 53200 with 3 decimals is "53.2". */
#ifndef AGENT_MODEL_DECIMAL_TEXT_H
#define AGENT_MODEL_DECIMAL_TEXT_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define DECIMAL_TEXT 32

/* At most 18 decimals. Returns `out`. */
static inline const char *
decimal_text(int64_t value, unsigned decimals, char out[DECIMAL_TEXT])
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value, unit = 1;
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	uint64_t part = size % unit;
	while (decimals > 0 && part % 10 == 0) {
		part /= 10;
		decimals--;
	}
	const char *sign = value < 0 ? "-" : "";
	if (decimals == 0)
		snprintf(out, DECIMAL_TEXT, "%s%" PRIu64, sign, size / unit);
	else
		snprintf(
		    out, DECIMAL_TEXT, "%s%" PRIu64 ".%0*" PRIu64, sign, size / unit, (int)decimals, part);
	return out;
}

#endif
