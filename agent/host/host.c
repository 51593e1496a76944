/* SPDX-License-Identifier: ISC */
/* All plugins together: load, check, start and stop them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/host/inside.h"
#include "agent/view/published.h"

#define LAST_WORK_MS 5000 /* real time that work and workers under way are waited for at the end */
#define CONFIG_MAX   (2u << 20)

char *
host_join_dirs(const struct towerd_texts *dirs)
{
	size_t size = 1;

	for (size_t i = 0; i < dirs->count; i++)
		size += strlen(dirs->items[i]) + 1;
	char *joined = calloc(1, size), *end = joined;
	for (size_t i = 0; joined != NULL && i < dirs->count; i++) {
		if (i > 0)
			end = stpcpy(end, ":");
		end = stpcpy(end, dirs->items[i]);
	}
	return joined;
}

/* What the workers will be given: the text of the configuration as it is now, whatever is edited later. */
static int
config_keep(struct host *host, const char *path)
{
	FILE *file = fopen(path, "re");
	int rc = -ENOMEM;

	if (file == NULL)
		return -errno;
	host->config_text = malloc(CONFIG_MAX);
	if (host->config_text != NULL) {
		host->config_len = fread(host->config_text, 1, CONFIG_MAX, file);
		rc = ferror(file) ? -EIO : host->config_len == CONFIG_MAX ? -E2BIG : 0;
	}
	fclose(file);
	if (rc == 0) {
		char *fitting = realloc(host->config_text, host->config_len + 1);
		host->config_text = fitting != NULL ? fitting : host->config_text;
	}
	return rc;
}

struct host *
host_new(const struct host_parts *parts)
{
	struct host *host = calloc(1, sizeof(*host));

	if (host == NULL)
		return NULL;
	host->parts = *parts;
	host->owner.name = "host";
	host->profile_dirs = host_join_dirs(&parts->config->agent.profile_dirs);
	host->learned = learned_new(parts->store);
	host->feed = feed_new(host);
	if (host->profile_dirs == NULL || host->learned == NULL || host->feed == NULL ||
	    host_devices_listen(host) < 0) {
		host_free(host);
		return NULL;
	}
	return host;
}

/* Load. */

static void
fault_collect(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	struct plugin *plugin = arg;

	log_write(TOWERD_LOG_ERROR, plugin->object, "%s:%u:%u: %s", file, line, column, message);
	if (plugin->run == PLUGIN_LOADED)
		plugin_refuse(plugin, "%s:%u:%u: %s", file, line, column, message);
}

static void
check_commands(const struct host *host, struct plugin *plugin)
{
	for (size_t p = 0; p < host->count; p++) {
		const struct plugin *other = host->plugins[p];
		for (size_t o = 0; other->run == PLUGIN_LOADED && o < other->has.command_count; o++)
			for (size_t i = 0; i < plugin->has.command_count; i++)
				if (strcmp(plugin->has.commands[i].words, other->has.commands[o].words) ==
				    0) {
					plugin_refuse(plugin, "its command \"%s\" is also one of plugin %s",
					    plugin->has.commands[i].words, other->name);
					return;
				}
	}
}

static void
publish_views(struct plugin *plugin)
{
	size_t count = plugin->has.view_count;

	plugin->published = calloc(count + 1, sizeof(struct published *));
	for (size_t i = 0; plugin->published != NULL && i < count && plugin->run == PLUGIN_LOADED; i++) {
		plugin->published[i] = published_new(&plugin->has.views[i]);
		int rc = plugin->published[i] == NULL
		    ? -EINVAL
		    : views_add(plugin->host->parts.views, published_view(plugin->published[i]));
		if (rc < 0)
			plugin_refuse(plugin, "its view \"%s\" cannot be shown: %s",
			    plugin->has.views[i].name,
			    plugin->published[i] == NULL ? "its index must be of type UNSIGNED or TEXT"
							 : views_fault(plugin->host->parts.views));
	}
}

static void
load_one(struct host *host, const struct config_plugin *configured)
{
	struct plugin *plugin = plugin_load(host, host->parts.config->agent.plugin_dir, configured->name);

	if (plugin == NULL) {
		log_write(TOWERD_LOG_ERROR, NULL, "plugin %s: out of memory", configured->name);
		return;
	}
	plugin->number = (uint32_t)host->count + 1;
	plugin->ctx.host = services_agent();
	if (plugin->run == PLUGIN_LOADED) {
		struct towerd_fault_sink faults = { fault_collect, plugin, 0 };
		plugin_configure(plugin, host->parts.config->yaml, configured->options, &faults);
	}
	if (plugin->run == PLUGIN_LOADED)
		check_commands(host, plugin);
	if (plugin->run == PLUGIN_LOADED)
		publish_views(plugin);
	if (plugin->run == PLUGIN_REFUSED)
		log_write(TOWERD_LOG_ERROR, plugin->object, "refused: %s; the agent runs on without it",
		    plugin->reason);
	host->plugins[host->count++] = plugin;
}

void
host_load(struct host *host)
{
	const struct config *config = host->parts.config;
	const char *path = towerd_yaml_name(config->yaml);

	int rc = config_keep(host, path);
	if (rc < 0)
		log_write(TOWERD_LOG_ERROR, NULL, "%s cannot be read again for worker processes: %s", path,
		    strerror(-rc));
	host->plugins = calloc(config->plugin_count + 1, sizeof(struct plugin *));
	for (size_t i = 0; host->plugins != NULL && i < config->plugin_count; i++)
		load_one(host, &config->plugins[i]);
}

void
host_start(struct host *host)
{
	host->is_started = true;
	for (size_t i = 0; i < host->count; i++) {
		plugin_start(host->plugins[i]);
		plugin_devices_tell(host->plugins[i]);
	}
	host_devices_explain(host);
	feed_wake(host->feed);
}

unsigned
host_reload(struct host *host, void (*fault)(void *arg, const char *plugin, const char *sentence), void *arg)
{
	unsigned failed = 0;

	for (size_t i = 0; i < host->count; i++) {
		struct plugin *plugin = host->plugins[i];
		if (plugin->run != PLUGIN_RUNNING || plugin->has.reload == NULL)
			continue;
		struct plugin_lap lap = plugin_enter(plugin);
		int rc = plugin->has.reload(&plugin->ctx);
		plugin_leave(plugin, lap);
		if (rc >= 0) {
			plugin_devices_tell(plugin);
			continue;
		}
		fault(arg, plugin->name, plugin_sentence(plugin, rc));
		failed++;
	}
	return failed;
}

/* Stop. */

/* Work on threads and processes that were told to end. */
static unsigned
still_busy(const struct host *host)
{
	unsigned jobs = host->processes;

	for (size_t i = 0; i < host->count; i++)
		jobs += host->plugins[i]->held.jobs;
	return jobs;
}

void
host_stop(struct host *host)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	if (host == NULL)
		return;
	host->is_started = false;
	for (size_t i = host->count; i-- > 0;)
		plugin_stop(host->plugins[i]);
	for (int ms = 0; ms < LAST_WORK_MS && still_busy(host) > 0; ms++) {
		loop_turn(host->parts.loop, false);
		nanosleep(&pause, NULL);
	}
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	host_views_free(host);
	loop_post_drop(host->parts.loop, &host->owner);
	free(host->paced.numbers);
	free(host->asked.numbers);
	for (size_t i = 0; i < host->count; i++) {
		struct plugin *plugin = host->plugins[i];
		for (size_t v = 0; plugin->published != NULL && v < plugin->has.view_count; v++)
			published_free(plugin->published[v]);
		free(plugin->published);
		for (size_t c = 0; c < plugin->command_count; c++)
			free(plugin->commands[c]);
		free(plugin->commands);
		view_arena_free(plugin->arena);
		plugin_unload(plugin);
	}
	feed_free(host->feed);
	learned_free(host->learned);
	free(host->plugins);
	free(host->scopes);
	free(host->profile_dirs);
	free(host->config_text);
	free(host);
}

void
host_commit(struct host *host)
{
	if (host != NULL && host->is_started)
		feed_wake(host->feed);
}

void
host_cursor_lost(struct host *host, const char *name)
{
	if (host != NULL)
		feed_lost(host->feed, name);
}

/* The services of a plugin in the agent. */
const struct towerd_host *
services_agent(void)
{
	static struct towerd_host services;

	services_base_fill(&services);
	ctx_loop_fill(&services);
	services_worker_fill(&services);
	services_model_fill(&services);
	services_view_fill(&services);
	services_journal_fill(&services);
	services_output_fill(&services);
	return &services;
}
