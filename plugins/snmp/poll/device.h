/* SPDX-License-Identifier: ISC */
/*
 * One polled device: a small state machine over its session (session.h), with one request in flight at a time (many controllers lose replies under two):
 *
 *   discover (discovery.h) -> ask the agent for the sensors' numbers -> poll, every interval (poll.h)
 *
 * A device that does not answer is unreachable; then one cheap object is asked for, less and less often, until it answers. A restart (sysUpTime went back) and, now and
 * then, time lead back to discovery: what the device consists of may have changed.
 */
#ifndef PLUGINS_SNMP_DEVICE_H
#define PLUGINS_SNMP_DEVICE_H

#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/usm/access.h"

struct device_settings {
	uint32_t number;
	struct access_settings access; /* not kept: the session has it */
	struct wire_address address;
	int64_t interval_ms;
	const char *profile;
};

/* Copies the settings; begins by itself, within some seconds. NULL: no memory. */
struct device *device_new(struct poller *poller, const struct device_settings *settings);
void device_free(struct device *device);
/* The poller has other profiles, and may have one for devices that had another (`is_all`). Looks at the device again where that matters. */
void device_reload(struct device *device, bool is_all);
uint32_t device_number(const struct device *device);
/* The numbers of the sensors of plan `generation`, as many as `count` 4-octet ones at any address; those of an older plan are passed over. */
void device_sensors(struct device *device, uint32_t generation, const void *numbers, size_t count);

#endif
