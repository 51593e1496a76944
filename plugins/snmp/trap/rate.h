/* SPDX-License-Identifier: ISC */
/* A token bucket: so many a second on the average, so many at once. */
#ifndef PLUGINS_SNMP_RATE_H
#define PLUGINS_SNMP_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate_limit {
	int64_t a_second, burst;
};

/* Start with `= { 0 }`: full. */
struct rate {
	int64_t missing_milli; /* thousandths of tokens that are gone */
	int64_t at_ms;
};

static inline bool
rate_take(struct rate *rate, const struct rate_limit *limit, int64_t now_ms)
{
	int64_t back = (now_ms - rate->at_ms) * limit->a_second;

	rate->missing_milli = rate->missing_milli > back ? rate->missing_milli - back : 0;
	rate->at_ms = now_ms;
	if (rate->missing_milli + 1000 > limit->burst * 1000)
		return false;
	rate->missing_milli += 1000;
	return true;
}

#endif
