/* SPDX-License-Identifier: ISC */
/* Whether a device has restarted, by its sysUpTime and our clock. */
#ifndef PLUGINS_SNMP_UPTIME_H
#define PLUGINS_SNMP_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

/* Start with `= { 0 }`. */
struct uptime {
	int64_t at_ms; /* when it was read; 0: never */
	uint32_t ticks;
	bool was_slow, is_no_clock;
};

/* What the device says now. True: it has restarted since the last time. */
bool uptime_read(struct uptime *uptime, uint32_t ticks, int64_t now_ms);

#endif
