/* SPDX-License-Identifier: ISC */
/* `status`, `reload`, `backup`: the agent itself. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/control/commands.h"
#include "agent/store/store.h"

struct status {
	int64_t uptime_ms;
	size_t sites, sensors, alarms;
	uint64_t services[SERVICE_OFF_AIR + 1];
	struct store_stats store;
	struct model_stats model;
	const char *trouble;
	struct loop_longest longest;
};

static void
status_gather(const struct command_parts *parts, const struct scope *scope, struct status *status)
{
	uint32_t after = 0;

	*status = (struct status){
		.uptime_ms = loop_utc_ms(parts->loop) - parts->started_ms,
		.sensors = model_sensor_count(parts->model),
		.alarms = alarms_active_count(parts->alarms),
		.trouble = store_trouble(parts->store),
		.longest = loop_longest(parts->loop),
	};
	for (const struct site *site; (site = model_next_site(parts->model, after)) != NULL;
	     after = site->entity.number) {
		if (site->is_removed || !scope_has_entity(scope, site->entity.number))
			continue;
		status->sites++;
		status->services[site->service]++;
	}
	store_stats(parts->store, &status->store);
	model_stats(parts->model, &status->model);
}

/* How many devices a doubt concerns is for those who see all of them. */
static void
doubts_print(const struct command_parts *parts, struct control_call *call)
{
	char since[TOWERD_TIME_TEXT];
	struct alarm_doubt doubt;
	unsigned count = 0;

	for (; alarms_doubt_at(parts->alarms, count, &doubt); count++) {
		control_print(call, "%s%s (since %s",
		    count == 0 ? "list          MAY BE WRONG: " : "              and: ", doubt.reason,
		    towerd_time_format(doubt.since_ms, since));
		if (doubt.devices > 0 && scope_is_all(call->scope))
			control_print(call, ", %" PRIu32 " devices", doubt.devices);
		control_print(call, ")\n");
	}
	if (count == 0)
		control_print(call, "list          complete\n");
}

static void
doubts_print_json(const struct command_parts *parts, const struct scope *scope, struct towerd_json_writer *w)
{
	struct alarm_doubt doubt;

	towerd_json_open(w, "doubts", '[');
	for (unsigned i = 0; alarms_doubt_at(parts->alarms, i, &doubt); i++) {
		towerd_json_open(w, NULL, '{');
		towerd_json_put_text(w, "source", doubt.source);
		towerd_json_put_text(w, "reason", doubt.reason);
		towerd_json_put_int(w, "since_ms", doubt.since_ms);
		if (scope_is_all(scope))
			towerd_json_put_uint(w, "devices", doubt.devices);
		towerd_json_close(w, '}');
	}
	towerd_json_close(w, ']');
}

static void
status_print(const struct command_parts *parts, struct control_call *call, const struct status *s)
{
	char text[TOWERD_TIME_TEXT];

	control_print(call, "towerd %s, agent \"%s\", up for %s\n", TOWERD_VERSION, parts->name,
	    towerd_duration_format(s->uptime_ms / 1000 * 1000, text));
	control_print(call, "sites         %zu:", s->sites);
	for (unsigned i = SERVICE_UNKNOWN; i <= SERVICE_OFF_AIR; i++)
		control_print(call, " %" PRIu64 " %s%s", s->services[i], service_names[i - 1],
		    i < SERVICE_OFF_AIR ? "," : "\n");
	control_print(call, "sensors       %zu, %" PRIu64 " readings\n", s->sensors, s->model.readings);
	control_print(call, "alarms        %zu active\n", s->alarms);
	doubts_print(parts, call);
	control_print(call,
	    "journal       record %" PRIu64 " is the newest, %" PRIu64 " the oldest kept; %s\n",
	    store_newest(parts->store), store_oldest(parts->store),
	    towerd_size_format(s->store.octets, text));
	control_print(call,
	    "commits       %" PRIu64 " of %" PRIu64 " transactions, %" PRIu64 " failed, the longest %" PRId64
	    " ms\n",
	    s->store.commits, s->store.transactions, s->store.commit_failures, s->store.longest_commit_ms);
	control_print(call, "callbacks     the longest took %" PRId64 " us of CPU time: %s\n",
	    s->longest.cpu_ns / 1000, s->longest.owner);
	if (s->trouble == NULL)
		control_print(call, "store         well\n");
	else
		control_print(call, "store         CANNOT COMMIT: %s; %zu transactions wait in memory\n",
		    s->trouble, s->store.kept);
}

static void
status_print_json(const struct command_parts *parts, struct control_call *call, const struct status *s)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '{');
	towerd_json_put_text(&w, "name", parts->name);
	towerd_json_put_text(&w, "version", TOWERD_VERSION);
	towerd_json_put_int(&w, "uptime_ms", s->uptime_ms);
	towerd_json_put_uint(&w, "sites", s->sites);
	towerd_json_open(&w, "services", '{');
	for (unsigned i = SERVICE_UNKNOWN; i <= SERVICE_OFF_AIR; i++)
		towerd_json_put_uint(&w, service_names[i - 1], s->services[i]);
	towerd_json_close(&w, '}');
	towerd_json_put_uint(&w, "sensors", s->sensors);
	towerd_json_put_uint(&w, "readings", s->model.readings);
	towerd_json_put_uint(&w, "alarms", s->alarms);
	doubts_print_json(parts, call->scope, &w);
	towerd_json_open(&w, "journal", '{');
	towerd_json_put_uint(&w, "newest", store_newest(parts->store));
	towerd_json_put_uint(&w, "oldest", store_oldest(parts->store));
	towerd_json_put_int(&w, "octets", s->store.octets);
	towerd_json_close(&w, '}');
	towerd_json_open(&w, "store", '{');
	towerd_json_put_text(&w, "trouble", s->trouble);
	towerd_json_put_uint(&w, "commits", s->store.commits);
	towerd_json_put_uint(&w, "commit_failures", s->store.commit_failures);
	towerd_json_put_uint(&w, "transactions", s->store.transactions);
	towerd_json_put_int(&w, "longest_commit_ms", s->store.longest_commit_ms);
	towerd_json_put_uint(&w, "kept", s->store.kept);
	towerd_json_close(&w, '}');
	towerd_json_open(&w, "longest_callback", '{');
	towerd_json_put_text(&w, "owner", s->longest.owner);
	towerd_json_put_int(&w, "cpu_us", s->longest.cpu_ns / 1000);
	towerd_json_put_int(&w, "wall_us", s->longest.wall_ns / 1000);
	towerd_json_close(&w, '}');
	towerd_json_close(&w, '}');
	control_print_json(call, &w);
	towerd_json_fini(&w);
}

static void
run_status(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	struct status status;

	status_gather(parts, call->scope, &status);
	if (call->want_json)
		status_print_json(parts, call, &status);
	else
		status_print(parts, call, &status);
	control_exit(call, 0);
}

static void
run_reload(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;

	parts->reload(parts->arg, call);
}

static void
backup_done(void *arg, int rc)
{
	struct control_call *call = arg;

	if (rc < 0)
		command_refuse(call, "no backup was made: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

/* The daemon writes the file, with its own rights: so only to those who have them. */
static void
run_backup(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;

	if (call->argc != 1 || call->argv[0][0] != '/') {
		command_usage(call, "backup /PATH/OF/A/NEW/FILE");
		return;
	}
	if (scope_role(call->scope) < ROLE_ADMIN) {
		command_refuse(call, "only root and the agent's own user may have a backup written");
		return;
	}
	int rc = store_backup(parts->store, call->argv[0], backup_done, call);
	if (rc < 0)
		command_refuse(call, "no backup was made: %s", strerror(-rc));
}

static const struct control_command rows[] = {
	{ .words = "status", .usage = "", .help = "the agent at a glance", .run = run_status },
	{ .words = "reload",
	    .usage = "",
	    .help = "read the inventory and the log level again",
	    .needs_operate = true,
	    .run = run_reload },
	{ .words = "backup",
	    .usage = "FILE",
	    .help = "write a copy of the whole state while the agent runs",
	    .needs_operate = true,
	    .run = run_backup },
};

int
status_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
