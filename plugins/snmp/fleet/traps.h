/* SPDX-License-Identifier: ISC */
/*
 * The agent's half of receiving traps: a worker process that is told which devices may send and how (receiver.h), and what it says: alarms, polls that
 * confirm them, and lists for people. An alarm that a trap has raised lives in the agent alone: it ends there, whatever becomes of the process.
 */
#ifndef PLUGINS_SNMP_TRAPS_H
#define PLUGINS_SNMP_TRAPS_H

#include "plugins/snmp/fleet/entry.h"
#include "plugins/snmp/fleet/fleet.h"

struct traps;

#define TRAP_UNKNOWN_USAGE "[--json]"
#define TRAP_REFUSED_USAGE "[--json]"

/* Without the option `traps` all that follows does nothing. On failure towerd_fail() has said why; traps_stop() is right after either. */
int traps_start(struct towerd_ctx *ctx, struct fleet *fleet, struct traps **out);
void traps_stop(struct traps *traps);

/* A device with its checked entry. -EINVAL: its `traps-from` has a fault, towerd_fail() has said which. -ENOMEM. */
int traps_add(struct traps *traps, const struct towerd_device *device, const struct entry *entry);
void traps_remove(struct traps *traps, uint32_t device);
/* What polling has found out of a device: of interest are `profile` and `engine-id`. */
void traps_attribute(struct traps *traps, uint32_t device, const char *name, const char *value);

/* The process reads the profiles anew, and forgets who may send: the credentials have changed, all devices are added again after it. */
void traps_reload(struct traps *traps);

/* False: it is not this worker's. */
bool traps_message(struct traps *traps, unsigned worker, const void *data, size_t len);
bool traps_worker_exit(struct traps *traps, unsigned worker);

int traps_print_unknown(struct traps *traps, struct towerd_ctx *ctx, struct towerd_out *out);
int traps_print_refused(struct traps *traps, struct towerd_ctx *ctx, struct towerd_out *out);

#endif
