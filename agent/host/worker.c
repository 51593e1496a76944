/* SPDX-License-Identifier: ISC */
/* A worker process: one plugin, a loop with the agent's clock, and the services that are marked [worker]. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/host/inside.h"
#include "agent/host/wire.h"

#define AGENT_FD 3
#define COUNT_MS 1000

struct host_worker {
	struct host host;
	struct plugin *plugin;
	const char *role;
	struct loop_parent *parent;
	struct loop_timer *count_timer;
	uint64_t counted[PLUGIN_COUNTERS]; /* told to the agent */
	struct config *config;
	char *buffer;
	size_t capacity;
	bool is_started;
	int status;
};

static int
send_frame(struct host_worker *worker, enum wire_frame kind, const void *data, size_t len)
{
	if (len + 1 > LOOP_MESSAGE_MAX)
		return -EMSGSIZE;
	if (worker->parent == NULL)
		return -EPIPE;
	long framed = wire_frame_make(&worker->buffer, &worker->capacity, kind, data, len);
	return framed < 0 ? (int)framed : loop_parent_send(worker->parent, worker->buffer, (size_t)framed);
}

static int
serve_send(struct towerd_ctx *ctx, unsigned number, const void *data, size_t len)
{
	return number != 0 ? -EPIPE : send_frame(plugin_of(ctx)->host->worker, WIRE_MESSAGE, data, len);
}

static void
send_counts(void *arg)
{
	struct host_worker *worker = arg;
	const struct plugin *plugin = worker->plugin;
	struct wire_count counts[PLUGIN_COUNTERS] = { 0 };
	size_t grown = 0;

	for (unsigned i = 0; i < plugin->counter_count; i++) {
		const struct plugin_counter *counter = &plugin->counters[i];
		if (counter->value == worker->counted[i])
			continue;
		memcpy(counts[grown].name, counter->name, sizeof(counter->name));
		counts[grown++].add = counter->value - worker->counted[i];
		worker->counted[i] = counter->value;
	}
	if (grown > 0)
		send_frame(worker, WIRE_COUNT, counts, grown * sizeof(counts[0]));
	loop_timer_start(worker->count_timer, COUNT_MS);
}

static void
give_up(struct host_worker *worker, const char *reason)
{
	log_write(TOWERD_LOG_ERROR, worker->plugin->object, "its worker \"%s\" did not start: %s",
	    worker->role, reason);
	worker->status = 1;
	loop_stop(worker->host.parts.loop);
}

static void
keep_first_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	char *reason = arg;

	if (reason[0] == '\0')
		snprintf(reason, PLUGIN_SENTENCE_MAX, "%s:%u:%u: %s", file, line, column, message);
}

static int
take_config(struct host_worker *worker, const char *data, size_t len, char *reason)
{
	struct towerd_fault_sink faults = { keep_first_fault, reason, 0 };
	struct plugin *plugin = worker->plugin;
	const struct towerd_yaml_node *options = NULL;
	struct wire_hello hello;

	if (len < sizeof(hello))
		return -EPROTO;
	memcpy(&hello, data, sizeof(hello));
	if (len != sizeof(hello) + hello.name_len + (size_t)hello.text_len)
		return -EPROTO;
	char *name = strndup(data + sizeof(hello), hello.name_len);
	if (name == NULL)
		return -ENOMEM;
	worker->config = config_parse(name, data + sizeof(hello) + hello.name_len, hello.text_len, &faults);
	free(name);
	if (worker->config == NULL || faults.count > 0)
		return -EINVAL;
	for (size_t i = 0; i < worker->config->plugin_count; i++)
		if (strcmp(worker->config->plugins[i].name, plugin->name) == 0)
			options = worker->config->plugins[i].options;
	worker->host.parts.config = worker->config;
	return plugin_configure(plugin, worker->config->yaml, options, &faults);
}

static void
begin(struct host_worker *worker, const char *data, size_t len)
{
	struct plugin *plugin = worker->plugin;
	char reason[PLUGIN_SENTENCE_MAX] = "";

	int rc = take_config(worker, data, len, reason);
	if (rc < 0) {
		give_up(worker, reason[0] != '\0' ? reason : strerror(-rc));
		return;
	}
	const struct config_agent *agent = &worker->config->agent;
	log_start(&(struct log_settings){ .level = (enum towerd_log_level)agent->log.level,
	    .format = (enum config_log_format)agent->log.format });
	worker->host.profile_dirs = host_join_dirs(&agent->profile_dirs);
	plugin->run = PLUGIN_RUNNING;
	worker->is_started = true;
	rc =
	    plugin->has.worker_start == NULL ? -ENOSYS : plugin->has.worker_start(&plugin->ctx, worker->role);
	if (rc < 0)
		give_up(worker, plugin_sentence(plugin, rc));
}

static void
agent_says(void *arg, const void *data, size_t len)
{
	struct host_worker *worker = arg;
	struct plugin *plugin = worker->plugin;
	const char *text = data;

	if (len == 0)
		return;
	len--;
	if (text[len] == WIRE_HELLO && !worker->is_started)
		begin(worker, data, len);
	else if (text[len] == WIRE_MESSAGE && worker->is_started && plugin->has.worker_receive != NULL)
		plugin->has.worker_receive(&plugin->ctx, data, len);
}

static void
agent_is_gone(void *arg)
{
	struct host_worker *worker = arg;

	loop_stop(worker->host.parts.loop);
}

static const struct towerd_host *
services_in_worker(void)
{
	static struct towerd_host services;

	services_base_fill(&services);
	ctx_loop_fill(&services);
	services.worker_send = serve_send;
	return &services;
}

/* "/usr/lib/towerd/plugins/snmp.so" into the folder and "snmp". */
static struct plugin *
load_file(struct host *host, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = strlen(path);
	struct plugin *plugin = NULL;

	if (slash == NULL || len < 4 || strcmp(path + len - 3, ".so") != 0)
		return NULL;
	char *dir = strndup(path, (size_t)(slash - path)),
	     *name = strndup(slash + 1, len - 3 - (size_t)(slash + 1 - path));
	if (dir != NULL && name != NULL)
		plugin = plugin_load(host, dir, name);
	free(dir);
	free(name);
	return plugin;
}

int
host_worker_main(int argc, char **argv)
{
	static struct loop_owner owner = { .name = "worker" };
	struct host_worker worker = { 0 };

	if (argc != 5) {
		fprintf(stderr, "--worker takes PLUGIN.so ROLE SCALE START_US UTC_MS\n");
		return 2;
	}
	worker.role = argv[1];
	struct loop_settings settings = {
		.clock = LOOP_CLOCK_REAL,
		.scale = (unsigned)strtoul(argv[2], NULL, 10),
		.epoch = { strtoll(argv[3], NULL, 10), strtoll(argv[4], NULL, 10) },
	};
	signal(SIGPIPE, SIG_IGN);
	/* A terminal's Ctrl-C reaches the whole group: it is for the agent, which ends its workers in order. */
	signal(SIGINT, SIG_IGN);
	worker.host.worker = &worker;
	worker.host.parts.loop = loop_new(&settings);
	worker.plugin = load_file(&worker.host, argv[0]);
	if (worker.host.parts.loop == NULL || worker.plugin == NULL || worker.plugin->run != PLUGIN_LOADED) {
		fprintf(stderr, "worker of %s: %s\n", argv[0],
		    worker.plugin == NULL ? "out of memory" : worker.plugin->reason);
		return 1;
	}
	worker.plugin->ctx.host = services_in_worker();
	worker.parent =
	    loop_parent_new(worker.host.parts.loop, &owner, AGENT_FD, agent_says, agent_is_gone, &worker);
	worker.count_timer = loop_timer_new(worker.host.parts.loop, &owner, send_counts, &worker);
	if (worker.parent != NULL && worker.count_timer != NULL) {
		loop_timer_start(worker.count_timer, COUNT_MS);
		loop_run(worker.host.parts.loop);
	}
	/* The plugin has no callback for the end of its worker: what it holds goes with the process. */
	fflush(NULL);
	_exit(worker.status);
}
