/* SPDX-License-Identifier: ISC */
/* Plugins looked at and not started: `towerd -t`, the reference page, and the commands that towerctl runs by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/option_doc.h"
#include "agent/host/output.h"
#include "agent/model/inventory.h"

struct checking {
	struct plugin *plugin;
	struct towerd_fault_sink *faults;
};

static void
check_device(void *arg, const struct towerd_device *device, const char *file, unsigned line, unsigned column)
{
	const struct checking *checking = arg;
	struct plugin *plugin = checking->plugin;
	char text[PLUGIN_SENTENCE_MAX + 128];

	plugin->error[0] = '\0';
	int rc = plugin->has.check(&plugin->ctx, device, checking->faults);
	if (rc >= 0)
		return;
	snprintf(text, sizeof(text), "site %s: device %s: %s", device->site, device->slot,
	    plugin->error[0] != '\0' ? plugin->error : strerror(-rc));
	checking->faults->count++;
	checking->faults->report(checking->faults->arg, file, line, column, text);
}

/* Its options are good: what its files hold, and its devices' entries. */
static void
check_inside(struct plugin *plugin, const struct config_plugin *configured, const struct config *config,
    const struct inventory *inventory, struct towerd_fault_sink *faults)
{
	struct checking checking = { plugin, faults };

	if (plugin->has.check == NULL)
		return;
	plugin->ctx.host = services_offline();
	int rc = plugin->has.check(&plugin->ctx, NULL, faults);
	if (rc < 0)
		towerd_yaml_fault(config->yaml, configured->options, faults, "plugin %s: %s", plugin->name,
		    plugin->error[0] != '\0' ? plugin->error : strerror(-rc));
	else if (inventory != NULL)
		inventory_each_device(inventory, plugin->name, check_device, &checking);
	if (plugin->has.stop != NULL)
		plugin->has.stop(&plugin->ctx);
}

void
host_check(const struct config *config, const struct inventory *inventory, struct towerd_fault_sink *faults)
{
	struct host host = { .parts = { .config = config } };

	for (size_t i = 0; i < config->plugin_count; i++) {
		const struct config_plugin *configured = &config->plugins[i];
		struct plugin *plugin = plugin_load(&host, config->agent.plugin_dir, configured->name);
		if (plugin == NULL || plugin->run == PLUGIN_REFUSED)
			towerd_yaml_fault(config->yaml, configured->options, faults, "plugin %s: %s",
			    configured->name, plugin == NULL ? "out of memory" : plugin->reason);
		else if (plugin_configure(plugin, config->yaml, configured->options, faults) == 0)
			check_inside(plugin, configured, config, inventory, faults);
		plugin_unload(plugin);
	}
}

/* Calls fn() for each plugin in a folder that can be loaded, until it returns true. */
static bool
each_in_folder(struct host *host, const char *dir, bool (*fn)(struct plugin *plugin, void *arg), void *arg)
{
	char **names;
	size_t count = plugin_folder_list(dir, &names);
	bool is_done = false;

	for (size_t i = 0; i < count; i++) {
		struct plugin *plugin = is_done ? NULL : plugin_load(host, dir, names[i]);
		if (plugin != NULL && plugin->run == PLUGIN_LOADED)
			is_done = fn(plugin, arg);
		plugin_unload(plugin);
		free(names[i]);
	}
	free(names);
	return is_done;
}

static bool
print_options(struct plugin *plugin, void *arg)
{
	(void)arg;
	option_doc_print_section(
	    stdout, plugin->name, plugin->has.summary, plugin->options, plugin->option_count);
	return false;
}

void
host_print_options(const char *dir)
{
	struct host host = { 0 };

	each_in_folder(&host, dir, print_options, NULL);
}

/* Offline commands. */

const struct towerd_host *
services_offline(void)
{
	static struct towerd_host services;

	services_base_fill(&services);
	services_output_fill(&services);
	return &services;
}

static bool
print_offline(struct plugin *plugin, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < plugin->has.command_count; i++) {
		const struct towerd_command *command = &plugin->has.commands[i];
		if (command->is_offline)
			printf("  %s %s\n      %s\n", command->words,
			    command->usage == NULL ? "" : command->usage, command->help);
	}
	return false;
}

void
host_print_offline(const char *dir)
{
	struct host host = { 0 };

	each_in_folder(&host, dir, print_offline, NULL);
}

struct offline {
	bool wants_json;
	int argc;
	const char *const *argv;
	int *status;
};

/* How many of the words in front are the command's own; 0: it is another. */
static int
words_match(const char *words, int argc, const char *const *argv)
{
	int used = 0;

	for (const char *at = words; *at != '\0'; used++) {
		size_t len = strcspn(at, " ");
		if (used >= argc || strlen(argv[used]) != len || strncmp(at, argv[used], len) != 0)
			return 0;
		at += len + (at[len] == ' ');
	}
	return used;
}

static bool
run_offline(struct plugin *plugin, void *arg)
{
	const struct offline *offline = arg;
	struct towerd_out out = { .plugin = plugin, .is_offline = true, .wants_json = offline->wants_json };
	const struct towerd_command *found = NULL;
	int words = 0;

	for (size_t i = 0; i < plugin->has.command_count; i++) {
		int used = words_match(plugin->has.commands[i].words, offline->argc, offline->argv);
		if (plugin->has.commands[i].is_offline && used > words) {
			found = &plugin->has.commands[i];
			words = used;
		}
	}
	if (found == NULL)
		return false;
	plugin->ctx.host = services_offline();
	*offline->status = found->run(&plugin->ctx, offline->argc - words, offline->argv + words, &out);
	if (*offline->status != 0 && plugin->error[0] != '\0')
		fprintf(stderr, "%s\n", plugin->error);
	if (fflush(stdout) != 0 && *offline->status == 0)
		*offline->status = 1;
	return true;
}

int
host_run_offline(const char *dir, const char *profile_dirs, bool wants_json, int argc,
    const char *const *argv, int *status)
{
	struct host host = { .profile_dirs = strdup(profile_dirs) };
	struct offline offline = { wants_json, argc, argv, status };

	bool is_found = each_in_folder(&host, dir, run_offline, &offline);
	free(host.profile_dirs);
	return is_found ? 0 : -ENOENT;
}
