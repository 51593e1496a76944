/* SPDX-License-Identifier: ISC */
/* A worker process that is kept running: one that ends is started again, after a longer pause each time unless it lived long. */
#ifndef PLUGINS_SNMP_PROCESS_H
#define PLUGINS_SNMP_PROCESS_H

#include <towerd/plugin.h>

struct process {
	struct towerd_ctx *ctx;
	const char *role;
	int id; /* the host's number, -1: not running */
	struct towerd_timer *restart;
	int64_t pause_ms, started_ms;
	/* It runs, and knows nothing yet. */
	void (*started)(void *arg);
	void *arg;
};

/* Starts it. -ENOMEM; process_fini() is right after either. */
int process_init(
    struct process *process, struct towerd_ctx *ctx, const char *role, void (*started)(void *arg), void *arg);
/* The process itself ends with the plugin. */
void process_fini(struct process *process);
bool process_is(const struct process *process, unsigned id);
/* One that does not read is stopped, and started again: then it is told everything anew. */
void process_send(struct process *process, const void *data, size_t len);
/* It has ended; the host has logged how. */
void process_ended(struct process *process);

#endif
