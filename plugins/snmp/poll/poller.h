/* SPDX-License-Identifier: ISC */
/*
 * Polling, inside a worker process. A worker has one socket and one codec for all its devices (device.h); it finds the device that waits for
 * an answer, gathers readings and talks with the agent (message.h).
 */
#ifndef PLUGINS_SNMP_POLLER_H
#define PLUGINS_SNMP_POLLER_H

#include <towerd/plugin.h>

#include "plugins/snmp/codec/codec.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/poll/shared_plan.h"
#include "plugins/snmp/poll/waiting.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/usm/usm.h"
#include "plugins/snmp/wire/wire.h"

struct device;

struct seat {
	uint32_t number; /* the device's */
	struct device *device;
};

/* What a device needs of its worker. */
struct poller {
	struct towerd_ctx *ctx;
	const struct snmp_config *config;
	struct profiles *profiles;
	struct wire *wire;
	struct codec *codec;
	struct usm *usm;                /* NULL until a device needs SNMPv3 */
	struct message_writer readings; /* gathered, sent when a batch of answers is done */
	uint32_t reading_count;
	struct message_writer scratch;
	struct seat *seats; /* sorted by number */
	size_t seat_count;
	struct waiting waiting;
	struct shared_plans plans;
	uint32_t looking,
	    looked; /* discoveries under way that are answered; that were, since their memory was given back */
};

/* On failure towerd_fail() has said why; poller_stop() is right after either. */
int poller_start(struct towerd_ctx *ctx, struct poller *poller);
void poller_stop(struct poller *poller);
/* A message of the agent. */
void poller_message(struct poller *poller, const void *data, size_t len);

/* Sends to the agent. False: it was lost (and counted); who says it says it again when it matters. */
bool poller_tell(struct poller *poller, struct message_writer *message);
void poller_reading(struct poller *poller, const struct towerd_reading *reading);

#endif
