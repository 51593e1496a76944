/* SPDX-License-Identifier: ISC */
/* `site …`, `sensor list`, `area list`: what the fleet is, and the states that people set. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/control/commands.h"
#include "agent/model/inventory.h"

static void
run_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdSiteTable");
}

static void
run_sensor_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdSensorTable");
}

static void
run_area_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdAreaTable");
}

static void
run_unclaimed_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdUnclaimedTable");
}

static void
print_section(
    const struct command_parts *parts, struct control_call *call, const char *name, const char *site)
{
	const struct view *view = views_find(parts->views, name);
	const struct view_filter filter = { "site", site };

	if (view == NULL || call->want_json)
		return;
	control_print(call, "\n%s\n", view->title);
	control_print_view(call, view, &filter, 1);
}

static void
run_show(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct view *view = views_find(parts->views, "towerdSiteTable");

	if (call->argc != 1) {
		command_usage(call, "site show ID");
		return;
	}
	const struct view_filter filter = { "id", call->argv[0] };
	if (view == NULL || !control_print_row(call, view, &filter, 1)) {
		command_refuse(call, "there is no site \"%s\"", call->argv[0]);
		return;
	}
	print_section(parts, call, "towerdDeviceTable", call->argv[0]);
	print_section(parts, call, "towerdAlarmTable", call->argv[0]);
	print_section(parts, call, "towerdTicketTable", call->argv[0]);
	control_exit(call, 0);
}

/* Import: parsed on a thread, for a large fleet is a large file; applied on the loop; answered when it is durable. */

struct import {
	const struct command_parts *parts;
	struct control_call *call;
	const char *name;
	bool prune;
	struct inventory *inventory;
	struct inventory_result result;
	struct towerd_fault_sink faults;
	char *text; /* the faults, a line each */
	size_t text_len;
	FILE *stream;
};

static void
import_free(struct import *import)
{
	inventory_free(import->inventory);
	if (import->stream != NULL)
		fclose(import->stream);
	free(import->text);
	free(import);
}

static void
import_refused(struct import *import, int rc)
{
	struct control_call *call = import->call;

	fflush(import->stream);
	if (import->faults.count > 0) {
		control_error(call, "%s", import->text);
		command_refuse(call, "nothing was imported: %u fault%s", import->faults.count,
		    import->faults.count == 1 ? "" : "s");
	} else {
		command_refuse(call, "nothing was imported: %s",
		    rc == -EBUSY ? "another import is being written" : command_reason(import->parts, rc));
	}
	import_free(import);
}

static void
import_durable(void *arg, int rc)
{
	struct import *import = arg;
	struct control_call *call = import->call;
	const struct inventory_result *r = &import->result;

	if (rc < 0) {
		import_refused(import, rc);
		return;
	}
	if (call->want_json)
		control_print(call, "{\"added\":%u,\"changed\":%u,\"removed\":%u,\"unchanged\":%u}\n",
		    r->added, r->changed, r->removed, r->unchanged);
	else
		control_print(call, "sites: %u added, %u changed, %u removed, %u unchanged\n", r->added,
		    r->changed, r->removed, r->unchanged);
	control_exit(call, 0);
	import_free(import);
}

static int
import_parse(void *arg)
{
	struct import *import = arg;

	import->inventory =
	    inventory_parse(import->name, import->call->input, import->call->input_len, &import->faults);
	return import->inventory == NULL ? -EINVAL : 0;
}

static void
import_parsed(void *arg, int rc)
{
	struct import *import = arg;

	if (rc == 0)
		rc = inventory_apply(import->parts->model, import->inventory, import->prune,
		    import->call->actor, &import->faults, &import->result, import_durable, import);
	if (rc < 0)
		import_refused(import, rc);
}

static void
run_import(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	bool prune = call->argc == 2 && strcmp(call->argv[1], "--prune") == 0;

	if (call->argc < 1 || (call->argc == 2 && !prune) || call->argc > 2) {
		command_usage(call, "site import FILE [--prune]");
		return;
	}
	struct import *import = calloc(1, sizeof(*import));
	if (import != NULL)
		import->stream = open_memstream(&import->text, &import->text_len);
	if (import == NULL || import->stream == NULL) {
		free(import);
		command_refuse(call, "out of memory");
		return;
	}
	import->parts = parts;
	import->call = call;
	import->name = call->argv[0];
	import->prune = prune;
	import->faults = (struct towerd_fault_sink){ towerd_fault_print, import->stream, 0 };
	int rc = loop_work(parts->loop, NULL, import_parse, import_parsed, import);
	if (rc < 0)
		import_refused(import, rc);
}

static void
run_export(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	char *text = inventory_export(parts->model, call->scope);

	if (text == NULL) {
		command_refuse(call, "out of memory");
		return;
	}
	control_write(call, text, strlen(text));
	free(text);
	control_exit(call, 0);
}

/* States that people set. */

struct setting {
	const struct command_parts *parts;
	struct control_call *call;
};

static void
set_done(void *arg, int rc)
{
	struct setting *setting = arg;

	if (rc < 0)
		command_refuse(setting->call, "nothing was set: %s", command_reason(setting->parts, rc));
	else
		control_exit(setting->call, 0);
	free(setting);
}

/* The number of a state's name, from 1 on; 0: there is none, and the names were told. */
static int
state_find(struct control_call *call, const char *what, const char *value, const char *const *names)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], value) == 0)
			return i + 1;
	control_error(call, "%s=%s:", what, value);
	for (int i = 0; names[i] != NULL; i++)
		control_error(call, " %s", names[i]);
	command_refuse(call, " are the states that there are");
	return 0;
}

/* "2h", from now on, or a point in time. */
static bool
until_parse(const struct command_parts *parts, const char *text, int64_t *until_ms)
{
	int64_t ms;

	if (towerd_duration_parse(text, &ms) == 0)
		*until_ms = loop_utc_ms(parts->loop) + ms;
	else if (towerd_time_parse(text, until_ms) < 0)
		return false;
	return true;
}

struct site_state {
	const char *what;
	const char *const *names;
};

static int
set_one(struct setting *setting, struct site *site, const char *what, int state, int64_t until_ms,
    const char *reason)
{
	struct model *model = setting->parts->model;
	const char *actor = setting->call->actor;

	if (strcmp(what, "admin") == 0)
		return model_set_admin(model, site, (enum admin_state)state, actor, set_done, setting);
	if (strcmp(what, "structural") == 0)
		return model_set_structural(model, site, (enum structural)state, actor, set_done, setting);
	return model_set_clearance(
	    model, site, (enum clearance)state, until_ms, actor, reason, set_done, setting);
}

static void
set_state(const struct command_parts *parts, struct control_call *call, struct site *site,
    const struct site_state *asked)
{
	const char *until = command_value(call, "until"), *reason = command_value(call, "reason");
	int64_t until_ms = 0;

	int state = state_find(call, asked->what, command_value(call, asked->what), asked->names);
	if (state == 0)
		return;
	if (until != NULL && !until_parse(parts, until, &until_ms)) {
		command_refuse(
		    call, "until \"%s\" is neither a duration (2h) nor a time (2026-11-22T18:00:00Z)", until);
		return;
	}
	struct setting *setting = malloc(sizeof(*setting));
	if (setting == NULL) {
		command_refuse(call, "out of memory");
		return;
	}
	*setting = (struct setting){ parts, call };
	int rc = set_one(setting, site, asked->what, state, until_ms, reason == NULL ? "" : reason);
	if (rc < 0) {
		command_refuse(call, "nothing was set: %s", command_reason(parts, rc));
		free(setting);
	}
}

static void
run_set(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct site_state states[] = { { "admin", admin_state_names },
		{ "structural", structural_names }, { "clearance", clearance_names } };
	const struct site_state *asked = NULL;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (call->argc > 0 && command_value(call, states[i].what) != NULL) {
			if (asked != NULL) {
				command_refuse(
				    call, "one state at a time: %s or %s", asked->what, states[i].what);
				return;
			}
			asked = &states[i];
		}
	if (asked == NULL) {
		command_usage(call,
		    "site set ID admin=STATE | structural=STATE | clearance=STATE [until=2h] [reason=TEXT]");
		return;
	}
	struct site *site = model_site(parts->model, call->argv[0]);
	if (site == NULL || !scope_has_entity(call->scope, site->entity.number)) {
		command_refuse(call, "there is no site \"%s\"", call->argv[0]);
		return;
	}
	set_state(parts, call, site, asked);
}

static const struct control_command rows[] = {
	{ .words = "site list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "all sites, or those for which the conditions hold",
	    .run = run_list },
	{ .words = "site show",
	    .usage = "ID",
	    .help = "one site with its devices, alarms and tickets",
	    .run = run_show },
	{ .words = "site import",
	    .usage = "FILE [--prune]",
	    .help = "take an inventory, YAML or CSV, all or nothing; with --prune what it does not name is "
		    "removed",
	    .needs_operate = true,
	    .run = run_import },
	{ .words = "site export", .usage = "", .help = "the inventory as YAML", .run = run_export },
	{ .words = "site set",
	    .usage = "ID admin=STATE | structural=STATE | clearance=STATE [until=2h] [reason=TEXT]",
	    .help = "set a state of a site",
	    .needs_operate = true,
	    .run = run_set },
	{ .words = "sensor list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "sensors with their values",
	    .run = run_sensor_list },
	{ .words = "area list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "areas and how their sites are",
	    .run = run_area_list },
	{ .words = "unclaimed list",
	    .usage = "",
	    .help = "sites that speak and are not in the inventory",
	    .run = run_unclaimed_list },
};

int
site_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
