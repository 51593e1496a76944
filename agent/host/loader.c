/* SPDX-License-Identifier: ISC */
/* The loader: a plugin's file, its ABI, and all that it declares, checked before any of its code runs. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host/inside.h"
#include "agent/model/catalogue.h"

#define INTERVAL_DEFAULT "60s"
#define INTERVAL_MIN_MS  100
#define INTERVAL_MAX_MS  (24 * 3600 * INT64_C(1000))

void
plugin_refuse(struct plugin *plugin, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(plugin->reason, sizeof(plugin->reason), format, ap);
	va_end(ap);
	plugin->run = PLUGIN_REFUSED;
}

/* The first three members are the same in every version for ever: what they say decides whether the rest may be read. */
static bool
abi_fits(struct plugin *plugin, const struct towerd_plugin *found)
{
	if (found->abi_major != TOWERD_ABI_MAJOR || found->abi_minor > TOWERD_ABI_MINOR) {
		plugin_refuse(plugin,
		    "%s was built for plugin interface %u.%u and this agent has %d.%d: rebuild the plugin "
		    "with this agent's headers%s",
		    plugin->path, found->abi_major, found->abi_minor, TOWERD_ABI_MAJOR, TOWERD_ABI_MINOR,
		    found->abi_major > TOWERD_ABI_MAJOR || found->abi_minor > TOWERD_ABI_MINOR
			? ", or update the agent"
			: "");
		return false;
	}
	if (found->size < offsetof(struct towerd_plugin, start)) {
		plugin_refuse(plugin,
		    "%s: its descriptor has %u octets, fewer than interface %d.0 has: rebuild the plugin",
		    plugin->path, found->size, TOWERD_ABI_MAJOR);
		return false;
	}
	return true;
}

static bool
command_is_complete(const struct towerd_command *command)
{
	return command->words != NULL && command->words[0] != '\0' && command->help != NULL &&
	    command->run != NULL;
}

static bool
declares_well(struct plugin *plugin)
{
	const struct towerd_plugin *has = &plugin->has;

	if (has->name == NULL || strcmp(has->name, plugin->name) != 0) {
		plugin_refuse(plugin,
		    "%s calls itself \"%s\", not \"%s\": the file must have the plugin's name", plugin->path,
		    has->name == NULL ? "" : has->name, plugin->name);
		return false;
	}
	for (size_t i = 0; i < has->kind_count; i++) {
		const struct catalogue_kind *kind = catalogue_find(has->kinds[i]);
		if (kind == NULL) {
			plugin_refuse(plugin,
			    "it reports the kind \"%s\", which the catalogue of this agent does not have",
			    has->kinds[i]);
			return false;
		}
		plugin->kinds[i] = kind->kind.number;
	}
	for (size_t i = 0; i < has->command_count; i++)
		if (!command_is_complete(&has->commands[i])) {
			plugin_refuse(plugin, "its command %zu lacks words, help or a function", i);
			return false;
		}
	return true;
}

/* The plugin's rows, and `interval` for one that polls and does not declare it. Its value then lies behind the plugin's struct. */
static void
options_fill(struct plugin *plugin)
{
	const struct towerd_plugin *has = &plugin->has;
	size_t behind = (has->config_size + 7) & ~(size_t)7;

	if (has->option_count > 0)
		memcpy(plugin->options, has->options, has->option_count * sizeof(*plugin->options));
	plugin->option_count = has->option_count;
	for (size_t i = 0; i < has->option_count; i++)
		if (strcmp(has->options[i].name, "interval") == 0 &&
		    has->options[i].type == TOWERD_OPT_DURATION) {
			plugin->interval_offset = has->options[i].offset;
			return;
		}
	plugin->interval_offset = behind;
	if (has->poll != NULL)
		plugin->options[plugin->option_count++] = (struct towerd_option){
			.name = "interval",
			.type = TOWERD_OPT_DURATION,
			.offset = behind,
			.def = INTERVAL_DEFAULT,
			.min = INTERVAL_MIN_MS,
			.max = INTERVAL_MAX_MS,
			.help = "how often it polls",
		};
}

static bool
memory_is_there(struct plugin *plugin)
{
	const struct towerd_plugin *has = &plugin->has;

	plugin->kinds = calloc(has->kind_count + 1, sizeof(*plugin->kinds));
	plugin->options = calloc(has->option_count + 1, sizeof(*plugin->options));
	plugin->config = calloc(1, has->config_size + 2 * sizeof(int64_t));
	plugin->state = calloc(1, has->state_size + 1);
	if (plugin->kinds != NULL && plugin->options != NULL && plugin->config != NULL &&
	    plugin->state != NULL)
		return true;
	plugin_refuse(plugin, "out of memory");
	return false;
}

static void
plugin_open(struct plugin *plugin)
{
	plugin->handle = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
	if (plugin->handle == NULL) {
		plugin_refuse(plugin, "cannot load %s", dlerror());
		return;
	}
	const struct towerd_plugin *found = dlsym(plugin->handle, TOWERD_PLUGIN_SYMBOL);
	if (found == NULL) {
		plugin_refuse(plugin, "%s has no symbol \"%s\": it is no plugin, or lacks TOWERD_PLUGIN()",
		    plugin->path, TOWERD_PLUGIN_SYMBOL);
		return;
	}
	if (!abi_fits(plugin, found))
		return;
	memcpy(&plugin->has, found, found->size < sizeof(plugin->has) ? found->size : sizeof(plugin->has));
	if (!memory_is_there(plugin) || !declares_well(plugin))
		return;
	options_fill(plugin);
	plugin->ctx.config = plugin->config;
	plugin->ctx.state = plugin->state;
	plugin->run = PLUGIN_LOADED;
}

struct plugin *
plugin_load(struct host *host, const char *dir, const char *name)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (plugin == NULL)
		return NULL;
	plugin->host = host;
	plugin->held =
	    (struct ctx_loop){ .ctx = &plugin->ctx, .loop = host->parts.loop, .owner = &plugin->owner };
	plugin->run = PLUGIN_REFUSED;
	plugin->name = strdup(name);
	if (plugin->name == NULL || asprintf(&plugin->path, "%s/%s.so", dir, name) < 0 ||
	    asprintf(&plugin->object, "plugin %s", name) < 0) {
		plugin_unload(plugin);
		return NULL;
	}
	plugin->owner.name = plugin->object;
	if (strchr(name, '/') != NULL || name[0] == '.')
		plugin_refuse(plugin, "\"%s\" is not the name of a plugin", name);
	else
		plugin_open(plugin);
	return plugin;
}

/* The code stays when a thread may still be in it. */
void
plugin_unload(struct plugin *plugin)
{
	if (plugin == NULL || plugin->held.jobs > 0)
		return;
#ifndef __SANITIZE_ADDRESS__ /* which could not name the functions of what is gone */
	if (plugin->handle != NULL)
		dlclose(plugin->handle);
#endif
	free(plugin->kinds);
	free(plugin->options);
	free(plugin->config);
	free(plugin->state);
	free(plugin->devices.items);
	free(plugin->state_dir);
	free(plugin->object);
	free(plugin->path);
	free(plugin->name);
	free(plugin);
}

int
plugin_configure(struct plugin *plugin, struct towerd_yaml *yaml, const struct towerd_yaml_node *node,
    struct towerd_fault_sink *faults)
{
	/* `snmp:` with nothing behind it is a plugin with all defaults. */
	if (node != NULL && towerd_yaml_type(node) == TOWERD_YAML_SCALAR &&
	    towerd_yaml_text(node)[0] == '\0' && towerd_yaml_is_plain(node))
		node = NULL;
	return towerd_yaml_options(yaml, node, plugin->options, plugin->option_count, plugin->config, faults);
}

static int
is_plugin_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

size_t
plugin_folder_list(const char *dir, char ***names)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_plugin_file, alphasort);
	size_t kept = 0;

	*names = NULL;
	if (count < 0)
		return 0;
	*names = calloc((size_t)count + 1, sizeof(**names));
	for (int i = 0; i < count; i++) {
		if (*names != NULL &&
		    ((*names)[kept] = strndup(entries[i]->d_name, strlen(entries[i]->d_name) - 3)) != NULL)
			kept++;
		free(entries[i]);
	}
	free(entries);
	return kept;
}
