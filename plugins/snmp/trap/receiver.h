/* SPDX-License-Identifier: ISC */
/*
 * The receiver of traps and informs, a worker process of its own (role "trap"): what comes in is bounded by source, read, checked, mapped by the
 * profiles and handed to the agent. A trap is a hint: its device is polled in any case. Nothing that is heard costs memory that grows.
 */
#ifndef PLUGINS_SNMP_RECEIVER_H
#define PLUGINS_SNMP_RECEIVER_H

#include <towerd/plugin.h>

struct receiver;
/* On failure towerd_fail() has said why; receiver_stop() is right after either. */
int receiver_start(struct towerd_ctx *ctx, struct receiver **out);
void receiver_stop(struct receiver *receiver);
/* A message of the agent. */
void receiver_message(struct receiver *receiver, const void *data, size_t len);

#endif
