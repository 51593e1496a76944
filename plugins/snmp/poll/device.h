/* SPDX-License-Identifier: ISC */
/*
 * One polled device: a small state machine over its session (session.h):
 *
 *   discover (discovery.h) -> ask the agent for the sensors' numbers -> poll, every interval (poll.h)
 *
 * After a question without an answer one cheap object is asked for: a device that answers that lives, and choked on the question. One that
 * does not is unreachable; then it is asked for that object less and less often, until it answers, and polled at once. A restart and, now
 * and then, time lead back to discovery: what the device consists of may have changed.
 */
#ifndef PLUGINS_SNMP_DEVICE_H
#define PLUGINS_SNMP_DEVICE_H

#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/usm/access.h"

struct device_settings {
	uint32_t number;
	struct access_settings access; /* not kept: the session has it */
	struct wire_address address, answers_from;
	int64_t interval_ms;
	const char *profile;
	const char *learned; /* a line that MESSAGE_LEARNED told; "": none */
};

/* Copies the settings; begins by itself, within some seconds. NULL: no memory. */
struct device *device_new(struct poller *poller, const struct device_settings *settings);
void device_free(struct device *device);
/* The poller has other profiles, and may have one for devices that had another (`is_all`). Looks at the device again where that matters. */
void device_reload(struct device *device, bool is_all);
/*
 * The numbers of the sensors of plan `generation`, as many as `count` 4-octet ones at any address; those of an older plan are passed over.
 * `is_missing`: it has fewer than it had, and is to be looked at again soon.
 */
void device_sensors(
    struct device *device, uint32_t generation, bool is_missing, const void *numbers, size_t count);
/* Polls at once, or as soon as the last round is a moment past: bounded, whoever asks and how often. */
void device_poll_now(struct device *device);
void device_set_pace(struct device *device, bool is_on_battery, bool is_verifying, int64_t bytes_a_day);

#endif
