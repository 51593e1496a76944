/* SPDX-License-Identifier: ISC */
/* `alarm …` and `why`: what is active, what was, who has seen it, and how it came to be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/alarm/mib/held_view.h"
#include "agent/control/commands.h"

static void
list_held(const struct command_parts *parts, struct control_call *call)
{
	struct held_view held;

	if (call->argc < 2)
		command_usage(call, "alarm list --list NAME [COLUMN=VALUE …]");
	else if (held_view_of(parts->alarms, parts->views, call->argv[1], &held) < 0)
		command_refuse(call,
		    "nobody listens by the name \"%s\": `towerctl listener list` shows who does",
		    call->argv[1]);
	else
		command_list_view(call, &held.view, 2);
}

static void
run_list(void *arg, struct control_call *call)
{
	static const struct {
		const char *option, *view;
	} tables[] = { { "--cleared", "towerdClearedTable" }, { "--all", "towerdKeptTable" } };
	const struct command_parts *parts = arg;
	const char *option = call->argc > 0 ? call->argv[0] : "";

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(option, tables[i].option) == 0) {
			command_list_view(call, views_find(parts->views, tables[i].view), 1);
			return;
		}
	if (strcmp(option, "--list") == 0)
		list_held(parts, call);
	else
		command_list(parts, call, "towerdAlarmTable");
}

static void
run_listeners(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdAudienceTable");
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
		command_refuse(call,
		    "there is no alarm %s: `towerctl alarm list --all` shows those that there are",
		    call->argv[0]);
		return NULL;
	}
	return alarm;
}

/* What there is several of, behind the alarm's own row: rows of tables whose first column is its number. */
static const struct {
	const char *view, *title, *member;
} parts_of_alarm[] = {
	{ "towerdAlarmChangeTable", "changes", "changes" },
	{ "towerdAlarmOperationTable", "operations", "operations" },
	{ "towerdAlarmStepTable", "steps", "steps" },
};

static void
show_json(
    const struct command_parts *parts, struct control_call *call, struct view_row *row, const char *number)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '{');
	view_put_row(row, &w);
	for (size_t i = 0; i < sizeof(parts_of_alarm) / sizeof(parts_of_alarm[0]); i++) {
		const struct view *view = views_find(parts->views, parts_of_alarm[i].view);
		const struct view_filter filter = { view->columns[0].info.name, number };
		view_put_json(view, call->scope, &filter, 1, parts_of_alarm[i].member, &w);
	}
	towerd_json_close(&w, '}');
	control_print_json(call, &w);
	towerd_json_fini(&w);
}

static void
show_text(
    const struct command_parts *parts, struct control_call *call, const struct view *own, const char *number)
{
	struct view_filter filter = { own->columns[0].info.name, number };

	(void)control_print_row(call, own, &filter, 1);
	for (size_t i = 0; i < sizeof(parts_of_alarm) / sizeof(parts_of_alarm[0]); i++) {
		const struct view *view = views_find(parts->views, parts_of_alarm[i].view);
		filter.name = view->columns[0].info.name;
		control_print(call, "\n%s\n", parts_of_alarm[i].title);
		control_print_view(call, view, &filter, 1);
	}
}

static void
run_show(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, "alarm show NUMBER");

	if (alarm == NULL)
		return;
	const struct view *view = views_find(
	    parts->views, alarm->severity > TOWERD_CLEARED ? "towerdAlarmTable" : "towerdKeptTable");
	const uint32_t key = (uint32_t)alarm->number; /* the table's index is its low half */
	struct view_row row;
	char number[24];

	snprintf(number, sizeof(number), "%u", key);
	if (!view_seek(view, call->scope, &key, 1, true, &row) || row.key[0] != key) {
		command_refuse(call, "there is no alarm %s", call->argv[0]);
		return;
	}
	if (call->want_json)
		show_json(parts, call, &row, number);
	else
		show_text(parts, call, view, number);
	control_exit(call, 0);
}

static void
operated(void *arg, int rc)
{
	struct control_call *call = arg;

	if (rc < 0)
		command_refuse(call, "nothing was changed, for it cannot be recorded: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

static void
set_state(const struct command_parts *parts, struct control_call *call, enum operator_state state,
    const char *usage)
{
	static const char *const none[] = { NULL };
	const struct alarm *alarm = command_alarm(parts, call, usage);

	if (alarm == NULL)
		return;
	char *text = command_words(call, 1, none);
	int rc = alarm_set_operator_state(
	    parts->alarms, alarm->number, state, call->actor, text == NULL ? "" : text, operated, call);
	free(text);
	if (rc < 0)
		command_refuse(call, "nothing was changed: %s", command_reason(parts, rc));
}

static void
run_ack(void *arg, struct control_call *call)
{
	set_state(arg, call, OPERATOR_ACK, "alarm ack NUMBER [TEXT]");
}

static void
run_close(void *arg, struct control_call *call)
{
	set_state(arg, call, OPERATOR_CLOSED, "alarm close NUMBER [TEXT]");
}

static void
run_reset(void *arg, struct control_call *call)
{
	set_state(arg, call, OPERATOR_NONE, "alarm reset NUMBER [TEXT]");
}

/* Purge, compress (RFC 8632, 4.7). */

#define FILTER_USAGE                                                                               \
	"[clearance=cleared|not-cleared|any] [older-than=30d] [severity=…|below=…|above=…] " \
	"[state=none|ack|closed] "                                                                 \
	"[type=TYPE] [qualifier=TEXT]"

/* The position of `text` in `names`, from `from` on; -1: it was refused; `otherwise` when it is not given. */
static int
name_take(struct control_call *call, const char *argument, const char *const *names, int from, int otherwise)
{
	const char *text = command_value(call, argument);

	if (text == NULL)
		return otherwise;
	for (int i = from; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	command_refuse(call, "%s=%s is none that there is", argument, text);
	return -1;
}

static bool
filter_take(struct control_call *call, struct alarm_filter *filter)
{
	static const char *const clearances[] = { "any", "cleared", "not-cleared", NULL };
	static const char *const known[] = { "clearance", "older-than", "severity", "below", "above", "state",
		"type", "qualifier", NULL };
	struct {
		const char *argument;
		int *severity;
	} severities[] = { { "severity", &filter->severity }, { "below", &filter->severity_below },
		{ "above", &filter->severity_above } };
	const char *older = command_value(call, "older-than");
	char *rest = command_words(call, 0, known);
	bool is_known = rest != NULL && rest[0] == '\0';

	free(rest);
	if (!is_known) {
		command_refuse(call, "what would be accepted: " FILTER_USAGE);
		return false;
	}
	if (older != NULL && towerd_duration_parse(older, &filter->older_than_ms) < 0) {
		command_refuse(call, "older-than=%s is no duration, as 30d or 12h", older);
		return false;
	}
	int clearance = name_take(call, "clearance", clearances, 0, CLEARANCE_CLEARED);
	int state = clearance < 0 ? -1 : name_take(call, "state", operator_state_names, OPERATOR_NONE, 0);
	if (state < 0)
		return false;
	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
		if ((*severities[i].severity = name_take(
			 call, severities[i].argument, alarm_severity_names, TOWERD_INDETERMINATE, 0)) < 0)
			return false;
	filter->clearance = (enum alarm_clearance)clearance;
	filter->operator_state = (enum operator_state)state;
	filter->type = command_value(call, "type");
	filter->qualifier = command_value(call, "qualifier");
	return true;
}

static void
run_filtered(const struct command_parts *parts, struct control_call *call,
    int (*fn)(struct alarms *alarms, const struct alarm_filter *filter, const char *actor), const char *done)
{
	struct alarm_filter filter = { 0 };

	if (!scope_is_all(call->scope)) {
		command_refuse(call, "you do not see all areas, and this is for the alarms of all");
		return;
	}
	if (!filter_take(call, &filter))
		return;
	int count = fn(parts->alarms, &filter, call->actor);
	if (count < 0) {
		command_refuse(call, "nothing was changed: %s", command_reason(parts, count));
		return;
	}
	if (call->want_json)
		control_print(call, "{\"count\":%d}\n", count);
	else
		control_print(call, "%d alarms %s\n", count, done);
	control_exit(call, 0);
}

static void
run_purge(void *arg, struct control_call *call)
{
	run_filtered(arg, call, alarms_purge, "purged");
}

static void
run_compress(void *arg, struct control_call *call)
{
	run_filtered(arg, call, alarms_compress, "compressed");
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
	    .usage = "[--list NAME|--cleared|--all] [COLUMN=VALUE …]",
	    .help = "active alarms, what a listener holds, those that were cleared, or all; for which the "
		    "conditions hold",
	    .run = run_list },
	{ .words = "alarm show",
	    .usage = "NUMBER",
	    .help = "one alarm: what it is, what became of it, who did what",
	    .run = run_show },
	{ .words = "listener list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "who is told of alarms, and how far behind each is",
	    .run = run_listeners },
	{ .words = "alarm ack",
	    .usage = "NUMBER [TEXT]",
	    .help = "acknowledge an alarm: you have seen it",
	    .needs_operate = true,
	    .run = run_ack },
	{ .words = "alarm close",
	    .usage = "NUMBER [TEXT]",
	    .help = "close an alarm: there is nothing left to do about it",
	    .needs_operate = true,
	    .run = run_close },
	{ .words = "alarm reset",
	    .usage = "NUMBER [TEXT]",
	    .help = "take back what an operator said of an alarm",
	    .needs_operate = true,
	    .run = run_reset },
	{ .words = "alarm purge",
	    .usage = FILTER_USAGE,
	    .help = "forget alarms for good: cleared ones, unless the conditions say otherwise",
	    .needs_operate = true,
	    .run = run_purge },
	{ .words = "alarm compress",
	    .usage = FILTER_USAGE,
	    .help = "forget all but the newest change of alarms",
	    .needs_operate = true,
	    .run = run_compress },
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
