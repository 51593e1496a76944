/* SPDX-License-Identifier: ISC */
/* What a worker tells the agent of one device: messages, none of which is an answer to anything. */
#ifndef PLUGINS_SNMP_DEVICE_TELL_H
#define PLUGINS_SNMP_DEVICE_TELL_H

#include "plugins/snmp/poll/learned.h"
#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/profile/profile.h"

/* False: it was lost. */
bool tell_presence(struct poller *poller, uint32_t device, enum towerd_presence presence, const char *reason);
void tell_reject(struct poller *poller, uint32_t device, const char *source, const char *reason);
void tell_attribute(struct poller *poller, uint32_t device, const char *name, const char *value);
/* With what interval each of its sensors is asked for, where the device's is `paced_ms` now. */
void tell_plan(struct poller *poller, uint32_t device, uint32_t generation, const struct profile_plan *plan,
    int64_t interval_ms, int64_t paced_ms);
void tell_fault(struct poller *poller, uint32_t device, const struct towerd_fault *fault);
void tell_sweep(struct poller *poller, uint32_t device, int64_t since_ms);
/* To be kept over restarts, and the attribute `snmp-learned` for people. */
void tell_learned(struct poller *poller, uint32_t device, struct learned *learned);

#endif
