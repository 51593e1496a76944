/* SPDX-License-Identifier: ISC */
/* `alarm …` and `why`: what is active, who has seen it, and how it came to be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/control/commands.h"

static void
run_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdAlarmTable");
}

const struct alarm *
command_alarm(const struct command_parts *parts, struct control_call *call, const char *usage)
{
	uint64_t number;

	if (call->argc < 1 || !command_number(call->argv[0], UINT64_MAX, &number)) {
		command_usage(call, usage);
		return NULL;
	}
	const struct alarm *alarm = alarm_at(parts->alarms, number);
	if (alarm == NULL || !scope_has_entity(call->scope, alarm->resource)) {
		command_refuse(
		    call, "no alarm %s is active: `towerctl alarm list` shows those that are", call->argv[0]);
		return NULL;
	}
	return alarm;
}

static void
run_show(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, "alarm show NUMBER");
	const struct view *view = views_find(parts->views, "towerdAlarmTable");
	char number[24];

	if (alarm == NULL)
		return;
	snprintf(
	    number, sizeof(number), "%u", (uint32_t)alarm->number); /* the table's index is its low half */
	const struct view_filter filter = { view->columns[0].info.name, number };
	if (!control_print_row(call, view, &filter, 1)) {
		command_refuse(call, "no alarm %s is active", call->argv[0]);
		return;
	}
	control_exit(call, 0);
}

static void
acknowledged(void *arg, int rc)
{
	struct control_call *call = arg;

	if (rc < 0)
		command_refuse(call, "not acknowledged: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

static void
run_ack(void *arg, struct control_call *call)
{
	static const char *const none[] = { NULL };
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, "alarm ack NUMBER [TEXT]");

	if (alarm == NULL)
		return;
	char *text = command_words(call, 1, none);
	int rc = alarm_set_operator_state(parts->alarms, alarm->number, OPERATOR_ACK, call->actor,
	    text == NULL ? "" : text, acknowledged, call);
	free(text);
	if (rc < 0)
		command_refuse(call, "not acknowledged: %s", command_reason(parts, rc));
}

static void
print_line(void *arg, const char *text)
{
	control_print(arg, "%s\n", text);
}

static void
collect_line(void *arg, const char *text)
{
	towerd_json_put_text(arg, NULL, text);
}

static void
run_why(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, "why ALARM");
	struct towerd_json_writer w = { 0 };

	if (alarm == NULL)
		return;
	if (call->want_json) {
		towerd_json_open(&w, NULL, '[');
		alarm_explain(parts->alarms, alarm->number, call->scope, collect_line, &w);
		towerd_json_close(&w, ']');
		control_print_json(call, &w);
		towerd_json_fini(&w);
	} else {
		alarm_explain(parts->alarms, alarm->number, call->scope, print_line, call);
	}
	control_exit(call, 0);
}

static const struct control_command rows[] = {
	{ .words = "alarm list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "active alarms, or those for which the conditions hold",
	    .run = run_list },
	{ .words = "alarm show", .usage = "NUMBER", .help = "one alarm", .run = run_show },
	{ .words = "alarm ack",
	    .usage = "NUMBER [TEXT]",
	    .help = "acknowledge an alarm: you have seen it",
	    .needs_operate = true,
	    .run = run_ack },
	{ .words = "why",
	    .usage = "ALARM",
	    .help = "how an alarm came to be, from observation to announcement",
	    .run = run_why },
};

int
alarm_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
