/* SPDX-License-Identifier: ISC */
/*
 * The plugin's half of polling, in the agent: which device is polled by which worker, and what the workers say, handed to the agent. A
 * worker that dies is started again, after a longer pause each time unless it lived long; its devices are unknown meanwhile.
 */
#ifndef PLUGINS_SNMP_FLEET_H
#define PLUGINS_SNMP_FLEET_H

#include <towerd/plugin.h>

#include "plugins/snmp/fleet/find.h"

struct credentials;
struct fleet;

/* On failure towerd_fail() has said why; fleet_stop() is right after either. */
int fleet_start(struct towerd_ctx *ctx, struct fleet **out);
void fleet_stop(struct fleet *fleet);
/* A new device, or one that has changed. -EINVAL, -ENOENT: its entry has a fault, towerd_fail() has said which; then it is not polled. -ENOMEM. */
int fleet_add(struct fleet *fleet, const struct towerd_device *device);
void fleet_remove(struct fleet *fleet, uint32_t device);
void fleet_pace(struct fleet *fleet, uint32_t device, const struct towerd_pace *pace);
/* fleet_poll_now() when its turn comes: at a bounded rate over all devices, each once however often it is asked for. */
void fleet_ask(struct fleet *fleet, uint32_t device);
/* What worker `id` (the host's number) says. It is believed of its own devices alone, and nothing that is not whole. */
void fleet_message(struct fleet *fleet, unsigned id, const void *data, size_t len);
void fleet_worker_exit(struct fleet *fleet, unsigned id);
/* Something has happened at the device: its worker polls it at once, and tells the state of its alarms. */
void fleet_poll_now(struct fleet *fleet, uint32_t device);

/*
 * `towerctl reload`: the credentials and, in all workers, the profiles anew; devices that they do not concern go on as they were. On failure
 * nothing has changed: -EINVAL (a fault in the credentials, towerd_fail() has said so), -ENOMEM.
 */
int fleet_reload(struct fleet *fleet);

struct traps;
struct traps *fleet_traps(const struct fleet *fleet); /* NULL: none are received */
const struct credentials *fleet_credentials(const struct fleet *fleet);
/* Which of these, sorted, are in the inventory. */
void fleet_mark_known(const struct fleet *fleet, struct finds *finds);

#endif
