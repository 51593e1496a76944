/* SPDX-License-Identifier: ISC */
/* See all_views.h. The layers are made as the daemon makes them, on a store in a private folder; nothing is started. */
#include "tests/mibs/all_views.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/host/host.h"
#include "agent/view/published.h"

#define PLUGINS_MAX   32
#define PUBLISHED_MAX 32

struct all_views {
	char dir[64];
	struct config *config;
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct views *views;
	struct model *model;
	struct alarms *alarms;
	struct repair *repair;
	struct host *host;
	void *plugins[PLUGINS_MAX];
	struct published *published[PUBLISHED_MAX];
	size_t plugin_count, published_count;
};

static bool
agent_make(struct all_views *all)
{
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	struct alarm_settings alarm = { 0 };
	struct repair_settings repair = { 0 };
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP };
	char path[128], error[256] = "";

	snprintf(all->dir, sizeof(all->dir), "/tmp/towerd-views-XXXXXX");
	if (mkdtemp(all->dir) == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/towerd.db", all->dir);
	struct store_settings store = { .path = path };
	all->config = config_parse("defaults", "", 0, &faults);
	all->loop = loop_new(&clock);
	all->scopes = scopes_new();
	all->views = views_new();
	if (store_open(all->loop, &store, &all->store, error, sizeof(error)) < 0) {
		fprintf(stderr, "%s\n", error);
		return false;
	}
	all->model = model_new(all->loop, all->store, all->scopes, NULL);
	all->alarms = alarms_new(all->loop, all->store, all->scopes, all->model, &alarm);
	all->repair = repair_new(all->loop, all->store, all->scopes, all->model, all->alarms, &repair);
	const struct host_parts parts = { all->loop, all->store, all->scopes, all->views, all->model,
		all->alarms, all->repair, all->config, "/proc/self/exe" };
	all->host = host_new(&parts);
	return all->host != NULL && model_add_views(all->model, all->views) == 0 &&
	    alarms_add_views(all->alarms, all->views) == 0 &&
	    repair_add_views(all->repair, all->views) == 0 && host_add_views(all->host) == 0;
}

static bool
plugin_publish(struct all_views *all, const struct towerd_plugin *plugin)
{
	for (size_t i = 0; i < plugin->view_count; i++) {
		struct published *published = published_new(&plugin->views[i]);
		if (published == NULL || all->published_count == PUBLISHED_MAX)
			return false;
		all->published[all->published_count++] = published;
		if (views_add(all->views, published_view(published)) < 0) {
			fprintf(stderr, "%s: %s\n", plugin->name, views_fault(all->views));
			return false;
		}
	}
	return true;
}

static bool
plugins_publish(struct all_views *all)
{
	DIR *folder = opendir(TOWERD_PLUGINS);
	bool is_good = folder != NULL;

	for (struct dirent *file; is_good && (file = readdir(folder)) != NULL;) {
		char path[4096];
		size_t len = strlen(file->d_name);
		if (len < 3 || strcmp(file->d_name + len - 3, ".so") != 0 || all->plugin_count == PLUGINS_MAX)
			continue;
		snprintf(path, sizeof(path), "%s/%s", TOWERD_PLUGINS, file->d_name);
		void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		if (plugin == NULL) {
			fprintf(stderr, "%s\n", dlerror());
			is_good = false;
			break;
		}
		all->plugins[all->plugin_count++] = plugin;
		is_good = plugin_publish(all, dlsym(plugin, TOWERD_PLUGIN_SYMBOL));
	}
	if (folder != NULL)
		closedir(folder);
	return is_good;
}

struct all_views *
all_views_new(void)
{
	struct all_views *all = calloc(1, sizeof(*all));

	if (all != NULL && agent_make(all) && plugins_publish(all))
		return all;
	fprintf(stderr, "the views cannot be made: %s\n",
	    all != NULL && all->views != NULL ? views_fault(all->views) : "");
	all_views_free(all);
	return NULL;
}

static void
folder_remove(const char *dir)
{
	DIR *folder = dir[0] != '\0' ? opendir(dir) : NULL;

	for (struct dirent *file; folder != NULL && (file = readdir(folder)) != NULL;)
		if (file->d_name[0] != '.')
			unlinkat(dirfd(folder), file->d_name, 0);
	if (folder != NULL)
		closedir(folder);
	rmdir(dir);
}

void
all_views_free(struct all_views *all)
{
	if (all == NULL)
		return;
	alarms_free(all->alarms);
	if (all->store != NULL)
		store_close(all->store);
	repair_free(all->repair);
	host_free(all->host);
	views_free(all->views);
	for (size_t i = 0; i < all->published_count; i++)
		published_free(all->published[i]);
	for (size_t i = 0; i < all->plugin_count; i++)
		dlclose(all->plugins[i]);
	model_free(all->model);
	scopes_free(all->scopes);
	loop_free(all->loop);
	config_free(all->config);
	folder_remove(all->dir);
	free(all);
}

const struct views *
all_views_registry(const struct all_views *all)
{
	return all->views;
}
