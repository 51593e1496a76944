/* SPDX-License-Identifier: ISC */
/*
 * How fast a device is polled: slower while its site lives on its reserve, faster while a repair of it is verified, and never so fast that what its
 * link may carry in a day is spent before the day is over. A day begins when the budget is set, and every 24 hours after.
 */
#ifndef PLUGINS_SNMP_PACE_H
#define PLUGINS_SNMP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/snmp/snmp.h"

/* Start with `= { 0 }`. */
struct pace {
	bool is_on_battery, is_verifying;
	bool is_short;           /* the budget makes the interval longer */
	int64_t bytes_a_day;     /* 0: no budget */
	int64_t day_ms;          /* when this day began */
	uint64_t day_octets;     /* the device's octets at that time */
	uint64_t round_octets;   /* its octets when this round began */
	uint32_t octets_a_round; /* smoothed */
};

void pace_set(struct pace *pace, bool is_on_battery, bool is_verifying, int64_t bytes_a_day, int64_t now_ms,
    uint64_t octets);
/* The interval in place of `interval_ms`, at the end of a round: `octets` is what the device has cost so far, ever. */
int64_t pace_interval(struct pace *pace, const struct snmp_config *config, int64_t interval_ms,
    int64_t now_ms, uint64_t octets);
/* An interval of its own where the device's, `interval_ms`, is `paced_ms` now: as many times longer, never shorter. 0: it is the device's. */
int64_t pace_stretch(int64_t own_ms, int64_t interval_ms, int64_t paced_ms);

#endif
