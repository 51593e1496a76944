/* SPDX-License-Identifier: ISC */
/* Services that every plugin has, wherever it runs: log, clock, files, settings, the catalogue, counters. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/alarm/alarm_types.h"
#include "agent/host/inside.h"
#include "agent/model/catalogue.h"

void
plugin_count(struct plugin *plugin, const char *counter, uint64_t add)
{
	for (unsigned i = 0; i < plugin->counter_count; i++)
		if (strcmp(plugin->counters[i].name, counter) == 0) {
			plugin->counters[i].value += add;
			return;
		}
	if (plugin->counter_count == PLUGIN_COUNTERS)
		return;
	struct plugin_counter *made = &plugin->counters[plugin->counter_count++];
	snprintf(made->name, sizeof(made->name), "%s", counter);
	made->value = add;
}

const char *
plugin_sentence(struct plugin *plugin, int rc)
{
	if (plugin->error[0] == '\0')
		snprintf(plugin->error, sizeof(plugin->error), "%s", strerror(-rc));
	return plugin->error;
}

static void __attribute__((format(printf, 3, 0)))
serve_log(struct towerd_ctx *ctx, enum towerd_log_level level, const char *format, va_list ap)
{
	log_vwrite(level, plugin_of(ctx)->object, format, ap);
}

static int __attribute__((format(printf, 3, 0)))
serve_fail(struct towerd_ctx *ctx, int rc, const char *format, va_list ap)
{
	struct plugin *plugin = plugin_of(ctx);

	vsnprintf(plugin->error, sizeof(plugin->error), format, ap);
	return rc;
}

static void
serve_status(struct towerd_ctx *ctx, const char *text)
{
	struct plugin *plugin = plugin_of(ctx);

	snprintf(plugin->status, sizeof(plugin->status), "%s", text == NULL ? "" : text);
}

static void
serve_count(struct towerd_ctx *ctx, const char *counter, uint64_t add)
{
	plugin_count(plugin_of(ctx), counter, add);
}

/* Offline there is no loop: towerctl's clock is the system's. */
static int64_t
system_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
serve_now_ms(struct towerd_ctx *ctx)
{
	const struct loop *loop = plugin_of(ctx)->host->parts.loop;

	return loop != NULL ? loop_now_ms(loop) : system_ms(CLOCK_MONOTONIC);
}

static int64_t
serve_utc_ms(struct towerd_ctx *ctx)
{
	const struct loop *loop = plugin_of(ctx)->host->parts.loop;

	return loop != NULL ? loop_utc_ms(loop) : system_ms(CLOCK_REALTIME);
}

static int
serve_read_file(struct towerd_ctx *ctx, const char *path, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got = 0;

	(void)ctx;
	if (size == 0)
		return -E2BIG;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	while (len < size && (got = read(fd, text + len, size - len)) > 0)
		len += (size_t)got;
	int rc = got < 0 ? -errno : len == size ? -E2BIG : (int)len;
	close(fd);
	if (rc >= 0)
		text[len] = '\0';
	return rc;
}

/* Names of plugins are checked, so the folder lies where it seems to. */
static const char *
state_dir(struct plugin *plugin)
{
	const struct config *config = plugin->host->parts.config;

	if (plugin->state_dir != NULL || config == NULL || config->agent.state_dir == NULL)
		return plugin->state_dir;
	if (asprintf(&plugin->state_dir, "%s/%s", config->agent.state_dir, plugin->name) < 0) {
		plugin->state_dir = NULL;
		return NULL;
	}
	if (mkdir(plugin->state_dir, 0700) < 0 && errno != EEXIST)
		log_write(TOWERD_LOG_ERROR, plugin->object, "cannot make its folder %s: %s",
		    plugin->state_dir, strerror(errno));
	return plugin->state_dir;
}

static const char *
serve_setting(struct towerd_ctx *ctx, const char *name)
{
	struct plugin *plugin = plugin_of(ctx);
	const struct host *host = plugin->host;

	if (strcmp(name, "profile-dir") == 0)
		return host->profile_dirs;
	if (strcmp(name, "state-dir") == 0)
		return state_dir(plugin);
	if (strcmp(name, "name") == 0 && host->parts.config != NULL)
		return host->parts.config->agent.name;
	return NULL;
}

static const struct towerd_kind *
serve_kind_find(struct towerd_ctx *ctx, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)ctx;
	return kind == NULL ? NULL : &kind->kind;
}

static const struct towerd_kind *
serve_kind_at(struct towerd_ctx *ctx, unsigned number)
{
	const struct catalogue_kind *kind = catalogue_at(number);

	(void)ctx;
	return kind == NULL ? NULL : &kind->kind;
}

static bool
serve_fault_type_known(struct towerd_ctx *ctx, const char *name)
{
	const struct alarm_type *type = alarm_type_find(name);

	(void)ctx;
	return type != NULL && !type->is_computed;
}

void
services_base_fill(struct towerd_host *services)
{
	services->size = sizeof(*services);
	services->log = serve_log;
	services->fail = serve_fail;
	services->status = serve_status;
	services->count = serve_count;
	services->now_ms = serve_now_ms;
	services->utc_ms = serve_utc_ms;
	services->read_file = serve_read_file;
	services->setting = serve_setting;
	services->kind_find = serve_kind_find;
	services->kind_at = serve_kind_at;
	services->fault_type_known = serve_fault_type_known;
}
