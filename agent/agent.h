/* SPDX-License-Identifier: ISC */
/* The agent: all layers, made and ended in order. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stddef.h>
#include <stdint.h>

#include "agent/config/config.h"
#include "agent/control/commands.h"
#include "agent/host/host.h"

struct agent {
	const char *config_path;
	struct config *config; /* as it was at the start */
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct views *views;
	struct model *model;
	struct alarms *alarms;
	struct repair *repair;
	struct host *host;
	struct control *control;
	struct command_parts parts;
	struct loop_signal *signals[3];
	bool is_started;
};

/* On failure a sentence is in `error`, and agent_stop() is still to be called. `scale`: of the clock. */
int agent_start(struct agent *agent, unsigned scale, char *error, size_t size);
/* In order: plugins, control, alarm, store (whose last commits still answer), repair, model. */
void agent_stop(struct agent *agent);

void agent_log_start(struct agent *agent, const struct config_log *log);

/* reload.c: inventory and log level again; `call` NULL: by a signal, answered in the log. */
void agent_reload(void *agent, struct control_call *call);
/* Reads a whole file; malloc'ed and NUL-terminated, or NULL after a report. */
char *agent_read_file(const char *path, size_t *len, struct towerd_fault_sink *faults);

#endif
