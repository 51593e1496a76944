/* SPDX-License-Identifier: ISC */
/*
 * The plugin's half of polling, in the agent: which device is polled by which worker, and what the workers say, handed to the agent. A
 * worker that dies is started again; its devices are unknown meanwhile.
 */
#ifndef PLUGINS_SNMP_FLEET_H
#define PLUGINS_SNMP_FLEET_H

#include "plugins/snmp/poller.h"

struct fleet;

int fleet_start(struct towerd_ctx *ctx, struct fleet **out);
void fleet_stop(struct fleet *fleet);
int fleet_add(struct fleet *fleet, const struct towerd_device *device);
void fleet_remove(struct fleet *fleet, uint32_t device);
void fleet_message(struct fleet *fleet, unsigned worker, const void *data, size_t len);
void fleet_worker_exit(struct fleet *fleet, unsigned worker, int status);

#endif
