/* SPDX-License-Identifier: ISC */
/*
 * The host: loads plugins (dlopen, RTLD_NOW | RTLD_LOCAL), checks their ABI and options, gives them the services of <towerd/plugin.h>, watches
 * their manners, and releases what they leave. A plugin that fails is named in the log and in `towerctl plugin list`; the agent runs on.
 */
#ifndef AGENT_HOST_HOST_H
#define AGENT_HOST_HOST_H

#include <stddef.h>

#include <towerd/plugin.h>
#include <towerd/yaml.h>

#include "agent/config/config.h"
#include "agent/repair/ticket.h"

struct host;
struct control;

/* What the services reach. All borrowed; they outlive the host. */
struct host_parts {
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct views *views;
	struct model *model;
	struct alarms *alarms;
	struct repair *repair;
	const struct config *config;
	const char *program; /* what to exec for a worker: /proc/self/exe */
};

struct host *host_new(const struct host_parts *parts);
/* Loads and starts each plugin that the configuration names. Never fails as a whole. */
void host_start(struct host *host);
void host_stop(struct host *host);
void host_free(struct host *host);
int host_add_views(struct host *host);                /* towerdPluginTable, towerdSinkTable */
int host_add_commands(struct host *host, struct control *control); /* `plugin list` and the plugins' own */

/* `towerd -t`: loads each plugin and checks its options and nothing else. The number of faults. */
unsigned host_check(const struct config *config, struct towerd_fault_sink *faults);

/* A worker process: `towerd --worker PLUGIN.so ROLE`, descriptor 3 to the agent. Returns the exit status. */
int host_worker_main(int argc, char **argv);

/* Offline, for towerctl: the commands of the plugins in `dir` that need no daemon. Returns -ENOENT when none of them has these words. */
int host_run_offline(const char *dir, const char *profile_dirs, int argc, const char *const *argv, int *status);

#endif
