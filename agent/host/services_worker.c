/* SPDX-License-Identifier: ISC */
/* Worker processes, the agent's half: spawn, messages, and what a worker counts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "agent/host/inside.h"
#include "agent/host/wire.h"

struct plugin_worker {
	struct host *host;
	struct plugin *plugin; /* NULL: it was stopped, nobody listens */
	unsigned number;
	struct loop_child *child;
	char *buffer; /* of frames on their way out */
	size_t capacity;
	char *role;
};

static void
worker_free(struct plugin_worker *worker)
{
	worker->host->processes -= worker->child != NULL;
	if (worker->plugin != NULL)
		worker->plugin->workers[worker->number] = NULL;
	free(worker->buffer);
	free(worker->role);
	free(worker);
}

static int
worker_send(struct plugin_worker *worker, enum wire_frame kind, const void *data, size_t len)
{
	if (len + 1 > LOOP_MESSAGE_MAX)
		return -EMSGSIZE;
	long framed = wire_frame_make(&worker->buffer, &worker->capacity, kind, data, len);
	return framed < 0 ? (int)framed : loop_child_send(worker->child, worker->buffer, (size_t)framed);
}

static void
take_counts(struct plugin *plugin, const char *data, size_t len)
{
	struct wire_count count;

	for (; len >= sizeof(count); data += sizeof(count), len -= sizeof(count)) {
		memcpy(&count, data, sizeof(count));
		count.name[sizeof(count.name) - 1] = '\0';
		plugin_count(plugin, count.name, count.add);
	}
}

static void
worker_says(void *arg, const void *data, size_t len)
{
	const struct plugin_worker *worker = arg;
	struct plugin *plugin = worker->plugin;
	const char *text = data;

	if (plugin == NULL || len == 0)
		return;
	switch (text[--len]) {
	case WIRE_MESSAGE:
		if (plugin->has.worker_message != NULL)
			plugin->has.worker_message(&plugin->ctx, worker->number, data, len);
		break;
	case WIRE_COUNT:
		take_counts(plugin, data, len);
		break;
	default:
		break;
	}
}

static void
worker_ended(void *arg, int status)
{
	struct plugin_worker *worker = arg;
	struct plugin *plugin = worker->plugin;
	unsigned number = worker->number;

	if (plugin != NULL) {
		if (status < 0 || WIFSIGNALED(status))
			log_write(TOWERD_LOG_ERROR, plugin->object, "its worker \"%s\" died: %s",
			    worker->role, status < 0 ? strerror(-status) : strsignal(WTERMSIG(status)));
		else if (WEXITSTATUS(status) != 0)
			log_write(TOWERD_LOG_ERROR, plugin->object, "its worker \"%s\" ended with status %d",
			    worker->role, WEXITSTATUS(status));
		plugin_count(plugin, "workers-ended", 1);
	}
	worker_free(worker);
	if (plugin != NULL && plugin->has.worker_exit != NULL)
		plugin->has.worker_exit(&plugin->ctx, number, status);
}

static int
say_hello(struct plugin_worker *worker)
{
	const struct host *host = worker->plugin->host;
	const char *name = host->parts.config == NULL ? "" : towerd_yaml_name(host->parts.config->yaml);
	const struct wire_hello hello = { (uint32_t)strlen(name), (uint32_t)host->config_len };
	size_t len = sizeof(hello) + hello.name_len + hello.text_len;
	char *frame = malloc(len);

	if (frame == NULL)
		return -ENOMEM;
	memcpy(frame, &hello, sizeof(hello));
	memcpy(frame + sizeof(hello), name, hello.name_len);
	if (host->config_len > 0)
		memcpy(frame + sizeof(hello) + hello.name_len, host->config_text, host->config_len);
	int rc = worker_send(worker, WIRE_HELLO, frame, len);
	free(frame);
	return rc;
}

/* A number is used again once its process has ended. */
static int
free_number(const struct plugin *plugin)
{
	for (int i = 0; i < PLUGIN_WORKERS; i++)
		if (plugin->workers[i] == NULL)
			return i;
	return -ENOSPC;
}

static int
serve_worker_spawn(struct towerd_ctx *ctx, const char *role)
{
	struct plugin *plugin = plugin_of(ctx);
	const struct host_parts *parts = &plugin->host->parts;
	struct loop_epoch epoch = loop_epoch(parts->loop);
	char scale[16], start[24], utc[24];
	int number = free_number(plugin);

	if (number < 0)
		return number;
	struct plugin_worker *worker = calloc(1, sizeof(*worker));
	if (worker == NULL)
		return -ENOMEM;
	*worker = (struct plugin_worker){
		.host = plugin->host, .plugin = plugin, .number = (unsigned)number, .role = strdup(role)
	};
	snprintf(scale, sizeof(scale), "%u", loop_scale(parts->loop));
	snprintf(start, sizeof(start), "%" PRId64, epoch.start_us);
	snprintf(utc, sizeof(utc), "%" PRId64, epoch.utc_ms);
	const char *const argv[] = { parts->program, "--worker", plugin->path, role, scale, start, utc,
		NULL };
	const struct loop_child_calls calls = {
		.on_message = worker_says, .on_exit = worker_ended, .arg = worker
	};
	if (worker->role != NULL)
		worker->child = loop_child_spawn(parts->loop, &plugin->owner, argv, &calls);
	if (worker->child == NULL) {
		int rc = worker->role == NULL || errno == 0 ? -ENOMEM : -errno;
		worker->plugin = NULL;
		worker_free(worker);
		return rc;
	}
	plugin->workers[number] = worker;
	plugin->host->processes++;
	int rc = say_hello(worker);
	if (rc < 0) {
		worker->plugin = NULL;
		plugin->workers[number] = NULL;
		loop_child_stop(worker->child);
		return rc;
	}
	return number;
}

static int
serve_worker_send(struct towerd_ctx *ctx, unsigned number, const void *data, size_t len)
{
	const struct plugin *plugin = plugin_of(ctx);

	if (number >= PLUGIN_WORKERS || plugin->workers[number] == NULL)
		return -EPIPE;
	return worker_send(plugin->workers[number], WIRE_MESSAGE, data, len);
}

static void
serve_worker_stop(struct towerd_ctx *ctx, unsigned number)
{
	const struct plugin *plugin = plugin_of(ctx);

	if (number < PLUGIN_WORKERS && plugin->workers[number] != NULL)
		loop_child_stop(plugin->workers[number]->child);
}

void
plugin_workers_end(struct plugin *plugin)
{
	for (unsigned i = 0; i < PLUGIN_WORKERS; i++) {
		struct plugin_worker *worker = plugin->workers[i];
		if (worker == NULL)
			continue;
		plugin->workers[i] = NULL;
		worker->plugin = NULL; /* freed when the process has ended */
		loop_child_stop(worker->child);
	}
}

void
services_worker_fill(struct towerd_host *services)
{
	services->worker_spawn = serve_worker_spawn;
	services->worker_send = serve_worker_send;
	services->worker_stop = serve_worker_stop;
}
