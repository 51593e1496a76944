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

/* What the services reach. All borrowed. */
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

/*
 * In this order: new (reads the store, so before anything is submitted), load, add_views, add_commands, start; stop, and free after
 * store_close(), whose last commits still answer plugins that are stopped by then. NULL: out of memory, or the store cannot be read.
 */
struct host *host_new(const struct host_parts *parts);
/* Loads each plugin that the configuration names and checks it; registers the views that they publish. Never fails as a whole. */
void host_load(struct host *host);
int host_add_views(struct host *host);                             /* towerdPluginTable */
int host_add_commands(struct host *host, struct control *control); /* `plugin list` and the plugins' own */
/* Starts each plugin and tells it of its devices. */
void host_start(struct host *host);
/* Stops them, the last first, and waits for work that is under way (some seconds at most). Outside of loop_run(). */
void host_stop(struct host *host);
/* Has each plugin read its own files again; `fault` is told of those that could not, with the sentence. Returns how many those are. */
unsigned
host_reload(struct host *host, void (*fault)(void *arg, const char *plugin, const char *sentence), void *arg);
void host_free(struct host *host); /* before the loop is freed; NULL is fine */

/* What others hear and the host must know; `host` may be NULL. */
void host_overstay(struct host *host, const struct loop_owner *owner, int64_t cpu_ns,
    int64_t wall_ns);                /* loop_settings.on_overstay */
void host_commit(struct host *host); /* store_settings.on_commit: records may wait for cursors */
void host_cursor_lost(struct host *host, const char *name); /* store_settings.on_cursor_lost */

/* `towerd -t`: loads each plugin, checks its options, and has it look at its files and at its devices in `inventory` (NULL: there is none). */
struct inventory;
void
host_check(const struct config *config, const struct inventory *inventory, struct towerd_fault_sink *faults);
/* The reference page of the options of all plugins in `dir`, in Markdown. */
void host_print_options(const char *dir);

/* A worker process: `towerd --worker PLUGIN.so ROLE SCALE START_US UTC_MS`, descriptor 3 to the agent. Returns the exit status. */
int host_worker_main(int argc, char **argv);

/* Offline, for towerctl: the commands of the plugins in `dir` that need no daemon. Returns -ENOENT when none of them has these words. */
int host_run_offline(const char *dir, const char *profile_dirs, bool wants_json, int argc,
    const char *const *argv, int *status);
/* Lists them, for `towerctl help`. */
void host_print_offline(const char *dir);

#endif
