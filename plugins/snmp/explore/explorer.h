/* SPDX-License-Identifier: ISC */
/*
 * A worker process that looks instead of polling: it searches ranges of addresses for agents (scan.h), or records one device (walk.h). It does
 * one thing, says that it is done, and is ended by the agent. What strangers answer is parsed here, and never in the agent.
 */
#ifndef PLUGINS_SNMP_EXPLORER_H
#define PLUGINS_SNMP_EXPLORER_H

#include "plugins/snmp/poll/poller.h"

struct scan;
struct walk;

struct explorer {
	struct poller poller; /* socket, codec, profiles; no devices */
	struct scan *scan;
	struct walk *walk;
};

/* On failure towerd_fail() has said why; explorer_stop() is right after either. */
int explorer_start(struct towerd_ctx *ctx, struct explorer *explorer);
void explorer_stop(struct explorer *explorer);
/* A message of the agent: MESSAGE_SCAN or MESSAGE_RECORD, once. */
void explorer_message(struct explorer *explorer, const void *data, size_t len);
/* The end of what it was told to do: addresses asked and answered, or objects left out and recorded; `trouble`: why it ended early, or "". */
void explorer_tell_end(struct poller *poller, uint32_t all, uint32_t good, const char *trouble);

#endif
