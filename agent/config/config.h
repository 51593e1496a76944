/* SPDX-License-Identifier: ISC */
/*
 * The agent's configuration: one YAML file, read once, immutable from then on; a reload reads another. What stands under `plugins:` is
 * kept as it was written, for the host to check by each plugin's own rows.
 */
#ifndef AGENT_CONFIG_CONFIG_H
#define AGENT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/option.h>
#include <towerd/yaml.h>

enum config_role { CONFIG_READ, CONFIG_OPERATE, CONFIG_ADMIN };
enum config_location {
	CONFIG_NEVER,
	CONFIG_SECURE, /* only to requests that were authenticated and encrypted */
	CONFIG_ALWAYS,
};
enum config_log_format { CONFIG_LOG_TEXT, CONFIG_LOG_JSON };

/* Who may read what, on every face. */
struct config_reader {
	const char *name;
	int role;                  /* enum config_role */
	int location;              /* enum config_location */
	struct towerd_texts areas; /* "nineveh/east", or "*" */
};

struct config_plugin {
	const char *name;
	const struct towerd_yaml_node *options; /* a map, or null (has no options) */
};

struct config_log {
	int level;  /* enum towerd_log_level */
	int format; /* enum config_log_format */
};

struct config_journal {
	int64_t keep_ms, max_octets; /* 0: no bound */
};

struct config_readings {
	int64_t stale_factor, stale_min_ms;
};

struct config_alarm {
	int64_t hold_ms, unreachable_ms, clear_keep, ended_keep, cause_wait_ms, recheck_ms, confirm_ms;
	int64_t arc_countdown_ms, arc_timed_ms, arc_bound_ms;
	int64_t outage_sites, outage_share, area_share, outage_reserve_ms;
	int64_t chatter_raises, chatter_window_ms, steady_ms;
	bool correlate;
};

struct config_repair {
	int64_t soak_ms, verify_limit_ms;
};

struct config_agent {
	const char *name, *state_dir, *control_socket;
	const char *control_group; /* used only when the system has this group */
	const char *plugin_dir;    /* never NULL: the build's own when not configured */
	struct towerd_texts profile_dirs;
	const char *inventory; /* NULL: sites come by `towerctl site import` alone */
	int identity;          /* position among accept, hold */
	int64_t identity_keep_ms;
	struct config_log log;
	struct config_journal journal;
	struct config_readings readings;
	struct config_alarm alarm;
	struct config_repair repair;
};

/* Strings live as long as the config. */
struct config {
	struct config_agent agent;
	const struct config_reader *readers;
	size_t reader_count;
	const struct config_plugin *plugins; /* in the order of the file */
	size_t plugin_count;
	struct towerd_yaml *yaml; /* whoever fills a plugin's options allocates from it; loop thread only */
};

/*
 * Reads a file. Every fault is reported; NULL when there is nothing to go on with (no file, not YAML, no memory). A config that is returned
 * after a fault may be looked at, so that `towerd -t` can go on to the plugins' options; it must not be run: look at faults->count.
 */
struct config *config_load(const char *path, struct towerd_fault_sink *faults);
/* As config_load(), from a text; for tests and the reference page. */
struct config *config_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults);
void config_free(struct config *config);

const struct config_reader *config_find_reader(const struct config *config, const char *name);

/* [A-Za-z0-9][A-Za-z0-9._-]{0,31}: names of readers, sites, crews, sinks; VACM allows 32 octets. */
bool config_is_name(const char *text);

/* The rows of the file, for its reference page. */
extern const struct towerd_option config_options[];
extern const size_t config_option_count;

#endif
