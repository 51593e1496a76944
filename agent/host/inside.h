/* SPDX-License-Identifier: ISC */
/* What the files of the host know of each other. */
#ifndef AGENT_HOST_INSIDE_H
#define AGENT_HOST_INSIDE_H

#include <sys/queue.h>

#include "agent/config/log.h"
#include "agent/host/ctx_loop.h"
#include "agent/host/host.h"
#include "agent/loop/loop.h"
#include "agent/view/view.h"

#define PLUGIN_COUNTERS     64
#define PLUGIN_WORKERS      64
#define PLUGIN_CURSORS      64
#define PLUGIN_SENTENCE_MAX 512

enum plugin_run {
	PLUGIN_REFUSED = 1, /* not loaded, another ABI, wrong options */
	PLUGIN_LOADED,
	PLUGIN_RUNNING,
	PLUGIN_FAILED, /* start() failed */
	PLUGIN_STOPPED,
};
extern const char *const plugin_run_names[]; /* from PLUGIN_REFUSED on */

struct plugin_counter {
	char name[40];
	uint64_t value;
};

/* The devices that a plugin was told of, sorted by number, with the pace that it knows of each. */
struct plugin_device {
	uint32_t number;
	bool is_asked; /* device_ask() is to come */
	struct towerd_pace pace;
};
struct plugin_devices {
	struct plugin_device *items;
	size_t count, capacity;
};

/* One plugin, in the agent, in a worker, or offline in towerctl. */
struct plugin {
	struct towerd_ctx ctx; /* first: what the plugin holds */
	struct host *host;
	char *name, *path;
	char *object;                  /* "plugin NAME", for the log */
	void *handle;                  /* of dlopen() */
	struct towerd_plugin has;      /* its descriptor as far as it goes, zero beyond */
	struct towerd_option *options; /* its own, and the host's `interval` */
	size_t option_count;
	void *config, *state;
	size_t interval_offset; /* of the poll interval in `config` */
	unsigned *kinds;        /* catalogue numbers of `has.kinds` */
	enum plugin_run run;
	uint32_t number; /* towerdPluginIndex */

	char error[PLUGIN_SENTENCE_MAX]; /* of towerd_fail(), until it is logged */
	char reason
	    [PLUGIN_SENTENCE_MAX]; /* why it does not run, or why the last poll failed; "" while all is well */
	char status[256];          /* its own words */
	struct loop_owner owner;
	struct log_episode polling, staying; /* polls that fail; callbacks that overstay */
	int64_t told_overstay_ms;
	struct loop_timer *poll_timer;
	unsigned poll_failures; /* in a row */
	uint64_t polls;
	struct plugin_counter counters[PLUGIN_COUNTERS];
	unsigned counter_count;
	struct plugin_devices devices;

	struct ctx_loop held;
	struct plugin_worker *workers[PLUGIN_WORKERS];
	unsigned worker_count;
	struct cursor *cursors[PLUGIN_CURSORS];
	unsigned cursor_count;
	struct published **published;
	struct plugin_command **commands; /* on the control socket */
	size_t command_count;
	struct view_arena *arena;
	char *state_dir; /* made when first asked for */
};

struct soon { /* entities that plugins are to be told of when the loop has its turn again */
	uint32_t *numbers;
	size_t count, capacity;
};

struct host_view { /* what a plugin sees of a view; made when first asked for */
	struct towerd_column_info *columns;
	uint32_t *oid;
	size_t oid_len;
};

struct host {
	struct host_parts parts;
	struct plugin **plugins;
	size_t count;
	char *profile_dirs; /* joined by ':' */
	char *config_text;  /* what the workers get */
	size_t config_len;
	struct host_view *views;
	size_t view_count;
	const struct scope **scopes; /* by number */
	size_t scope_count;
	struct journal_feed *feed;
	struct learned *learned;
	struct loop_owner owner;
	struct soon paced; /* sites, of the pace of their devices */
	struct soon asked; /* devices */
	struct view plugin_table, counter_table;
	unsigned processes; /* workers that have not ended yet */
	bool is_started;
	struct host_worker *worker; /* in a worker process: its half of the wire */
};

/* host.c: the items joined by ':'; malloc'ed, or NULL. */
char *host_join_dirs(const struct towerd_texts *dirs);

/* loader.c: a plugin from its file. On failure `reason` says why and `run` is PLUGIN_REFUSED; never NULL but for want of memory. */
struct plugin *plugin_load(struct host *host, const char *dir, const char *name);
void plugin_unload(struct plugin *plugin);
void plugin_refuse(struct plugin *plugin, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills `config` from the configuration; 0, or -EINVAL after reports. */
int plugin_configure(struct plugin *plugin, struct towerd_yaml *yaml, const struct towerd_yaml_node *node,
    struct towerd_fault_sink *faults);
/* The names of the plugins in a folder, sorted; each malloc'ed, as the array. */
size_t plugin_folder_list(const char *dir, char ***names);

/* plugin.c: life */
void plugin_start(struct plugin *plugin);
void plugin_stop(struct plugin *plugin);
/* What the plugin said with towerd_fail(), or the text of `rc`; borrowed, valid until its next callback. */
const char *plugin_sentence(struct plugin *plugin, int rc);
static inline struct plugin *
plugin_of(struct towerd_ctx *ctx)
{
	return (struct plugin *)ctx;
}
/* Around each call into a plugin that the loop does not make itself, so that its time is the plugin's. */
struct plugin_lap {
	int64_t cpu_ns, wall_ns;
};
struct plugin_lap plugin_enter(struct plugin *plugin);
void plugin_leave(struct plugin *plugin, struct plugin_lap lap);
void plugin_count(struct plugin *plugin, const char *counter, uint64_t add);
void plugin_overstayed(struct plugin *plugin, int64_t cpu_ns, int64_t wall_ns);

/* devices.c: the inventory, as drivers hear of it */
int host_devices_listen(struct host *host);
void plugin_devices_tell(struct plugin *plugin); /* all of its own */
/* Says at each device whose driver does not run why it is not watched. */
void host_devices_explain(struct host *host);

/* The services. */
void services_base_fill(struct towerd_host *services); /* [worker], and offline */
void services_worker_fill(struct towerd_host *services);
void services_model_fill(struct towerd_host *services);
void services_view_fill(struct towerd_host *services);
void services_journal_fill(struct towerd_host *services);
void services_output_fill(struct towerd_host *services);
const struct towerd_host *services_agent(void);
const struct towerd_host *services_offline(void); /* of a plugin that is not started */
void plugin_workers_end(struct plugin *plugin);
void host_views_free(struct host *host);

/* plugin_view.c */
struct control_call;
void plugin_list(void *host, struct control_call *call);

/* cursors.c */
struct journal_feed *feed_new(struct host *host);
void feed_free(struct journal_feed *feed);
void feed_wake(struct journal_feed *feed);
void feed_lost(struct journal_feed *feed, const char *name);
void plugin_cursors_close(struct plugin *plugin);

/* learned.c: what plugins know beyond a restart; in memory as in the store. */
struct learned *learned_new(struct store *store); /* reads the store: before anything is submitted */
void learned_free(struct learned *learned);
int learned_put(struct learned *learned, const char *plugin, const char *key, const char *value);
int learned_get(const struct learned *learned, const char *plugin, const char *key, char *value, size_t size);

#endif
