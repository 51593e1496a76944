/* SPDX-License-Identifier: ISC */
/* `plugin list`, and the commands that plugins bring, on the control socket. */
#include <stdlib.h>
#include <string.h>

#include "agent/control/control.h"
#include "agent/host/output.h"

struct plugin_command {
	struct plugin *plugin;
	const struct towerd_command *row;
};

static void
out_end(struct towerd_out *out, int status)
{
	if (out->call != NULL)
		control_exit(out->call, status);
	free(out);
}

static void
run_command(void *arg, struct control_call *call)
{
	const struct plugin_command *command = arg;
	struct plugin *plugin = command->plugin;

	if (plugin->run != PLUGIN_RUNNING) {
		control_error(call, "plugin %s does not run%s%s\n", plugin->name,
		    plugin->reason[0] != '\0' ? ": " : "", plugin->reason);
		control_exit(call, 1);
		return;
	}
	struct towerd_out *out = calloc(1, sizeof(*out));
	if (out == NULL) {
		control_error(call, "out of memory\n");
		control_exit(call, 1);
		return;
	}
	/* The call lives until control_exit(), also when the caller has left: so does `out`. */
	*out = (struct towerd_out){ .plugin = plugin,
		.wants_json = call->want_json,
		.call = call,
		.vprint = control_vprint,
		.end = out_end };
	struct plugin_lap lap = plugin_enter(plugin);
	int status = command->row->run(&plugin->ctx, call->argc, call->argv, out);
	plugin_leave(plugin, lap);
	if (status == TOWERD_LATER)
		return;
	if (status != 0 && plugin->error[0] != '\0')
		control_error(call, "%s\n", plugin->error);
	out_end(out, status < 0 ? 1 : status);
}

static void
add_one(struct plugin *plugin, struct control *control, const struct towerd_command *row)
{
	struct plugin_command *command = malloc(sizeof(*command));
	const struct control_command made = { .words = row->words,
		.usage = row->usage,
		.help = row->help,
		.needs_operate = row->needs_operate,
		.run = run_command,
		.arg = command };

	if (command == NULL)
		return;
	*command = (struct plugin_command){ plugin, row };
	int rc = control_add(control, &made, 1);
	if (rc == 0) {
		plugin->commands[plugin->command_count++] = command;
		return;
	}
	free(command);
	log_write(TOWERD_LOG_ERROR, plugin->object, "its command \"%s\" is left out: %s", row->words,
	    rc == -EEXIST ? "the agent has one of that name" : strerror(-rc));
}

int
host_add_commands(struct host *host, struct control *control)
{
	static const struct control_command list = { .words = "plugin list",
		.usage = "",
		.help = "plugins, whether they run, why not, and their counters" };
	struct control_command row = list;

	row.run = plugin_list;
	row.arg = host;
	for (size_t i = 0; i < host->count; i++) {
		struct plugin *plugin = host->plugins[i];
		if (plugin->run != PLUGIN_LOADED)
			continue;
		plugin->commands = calloc(plugin->has.command_count + 1, sizeof(struct plugin_command *));
		for (size_t c = 0; plugin->commands != NULL && c < plugin->has.command_count; c++)
			if (!plugin->has.commands[c].is_offline)
				add_one(plugin, control, &plugin->has.commands[c]);
	}
	return control_add(control, &row, 1);
}
