/* SPDX-License-Identifier: ISC */
/* `shelf …`, `window …`, `arc …`, `alarm shelve`: what keeps alarms from being told, by whose word and until when. Each answer comes after the commit. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/silence/silence.h"
#include "agent/control/commands.h"

#define SHELF_USAGE                                                                                \
	"NAME for=4h|until=TIME [site=ID] [area=AREA] [device=SLOT] [type=TYPE] [qualifier=TEXT] " \
	"[severity=WORST] "                                                                        \
	"[before=SHELF] [owner=WHO] [--all] REASON"
#define WINDOW_USAGE                                                                                    \
	"NAME start=2027-03-28T02:00 zone=Europe/Berlin length=4h [repeat=RRULE] [for=90d|until=TIME] " \
	"[site=ID] "                                                                                    \
	"[area=AREA] [device=SLOT] [type=TYPE] [qualifier=TEXT] [severity=WORST] [owner=WHO] [--all] REASON"
#define RENEW_USAGE "NAME for=4h|until=TIME"

/* What is no word of the reason. */
static const char *const names[] = { "for", "until", "site", "area", "device", "type", "qualifier",
	"severity", "before", "owner", "start", "zone", "length", "repeat", "--all", NULL };

static void
run_shelf_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdShelfTable");
}

static void
run_window_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdWindowTable");
}

static void
run_arc_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "arcTable");
}

static void
answered(void *arg, int rc)
{
	struct control_call *call = arg;

	if (rc < 0)
		command_refuse(call, "nothing was changed, for it cannot be recorded: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

/* The end, by for= or until=, both of which may be a duration or a time; false: it was refused. */
static bool
end_take(const struct command_parts *parts, struct control_call *call, int64_t *until_ms)
{
	return command_time(parts, call, "until", until_ms) && command_time(parts, call, "for", until_ms);
}

static bool
severity_take(struct control_call *call, int *severity)
{
	const char *text = command_value(call, "severity");

	if (text == NULL)
		return true;
	for (int i = TOWERD_INDETERMINATE; i <= TOWERD_CRITICAL; i++)
		if (strcmp(alarm_severity_names[i], text) == 0) {
			*severity = i;
			return true;
		}
	command_refuse(call, "severity=%s is none of indeterminate, warning, minor, major, critical", text);
	return false;
}

static bool
length_take(struct control_call *call, int64_t *ms)
{
	const char *text = command_value(call, "length");

	if (text != NULL && towerd_duration_parse(text, ms) == 0)
		return true;
	command_refuse(call, "a window has a length: length=4h");
	return false;
}

/* The parts of a window; false: it was refused. */
static bool
window_take(const struct command_parts *parts, struct control_call *call, struct silence_request *request)
{
	request->start = command_value(call, "start");
	request->zone = command_value(call, "zone");
	request->rule = command_value(call, "repeat");
	if (request->start == NULL || request->zone == NULL) {
		command_usage(call, "window add " WINDOW_USAGE);
		return false;
	}
	if (request->until_ms == 0)
		request->until_ms = loop_utc_ms(parts->loop) + WINDOW_LENGTH_MAX;
	return length_take(call, &request->duration_ms);
}

/* A silence is for all areas' alarms: who does not see them all does not hide them. */
static bool
may_silence(struct control_call *call)
{
	if (scope_is_all(call->scope))
		return true;
	command_refuse(call, "you do not see all areas: nor may you silence them");
	return false;
}

static void
request_add(const struct command_parts *parts, struct control_call *call, struct silence_request *request)
{
	char error[320] = "";
	char *reason = command_words(call, 1, names);

	request->reason = reason;
	request->owner = command_value(call, "owner");
	if (request->owner == NULL)
		request->owner = call->actor;
	int rc = reason == NULL ? -ENOMEM
				: silence_add(alarms_silences(parts->alarms), request, call->actor, error,
				      sizeof(error), answered, call);
	free(reason);
	if (rc < 0)
		command_refuse(call, "%s", error[0] != '\0' ? error : command_reason(parts, rc));
}

static void
add(const struct command_parts *parts, struct control_call *call, enum silence_kind kind)
{
	struct silence_request request = { .kind = kind,
		.criteria = { .site = command_value(call, "site"),
		    .area = command_value(call, "area"),
		    .device = command_value(call, "device"),
		    .type = command_value(call, "type"),
		    .qualifier = command_value(call, "qualifier") },
		.is_everything = command_has_flag(call, "--all"),
		.before = command_value(call, "before") };

	if (call->argc < 2) {
		command_usage(
		    call, kind == SILENCE_SHELF ? "shelf add " SHELF_USAGE : "window add " WINDOW_USAGE);
		return;
	}
	request.name = call->argv[0];
	if (!may_silence(call) || !end_take(parts, call, &request.until_ms) ||
	    !severity_take(call, &request.criteria.max_severity))
		return;
	if (kind == SILENCE_SHELF || window_take(parts, call, &request))
		request_add(parts, call, &request);
}

static void
renew(const struct command_parts *parts, struct control_call *call, enum silence_kind kind)
{
	char error[320] = "", usage[64];
	int64_t until_ms = 0;

	if (!may_silence(call) || !end_take(parts, call, &until_ms))
		return;
	if (call->argc < 2 || until_ms == 0) {
		snprintf(usage, sizeof(usage), "%s renew " RENEW_USAGE, silence_kind_names[kind]);
		command_usage(call, usage);
		return;
	}
	int rc = silence_renew(alarms_silences(parts->alarms), kind, call->argv[0], until_ms, call->actor,
	    error, sizeof(error), answered, call);
	if (rc < 0)
		command_refuse(call, "%s", error);
}

static void
take_off(
    const struct command_parts *parts, struct control_call *call, enum silence_kind kind, const char *name)
{
	char error[320] = "";
	int rc = silence_remove(
	    alarms_silences(parts->alarms), kind, name, call->actor, error, sizeof(error), answered, call);

	if (rc < 0)
		command_refuse(call, "%s", error);
}

static void
take_off_named(const struct command_parts *parts, struct control_call *call, enum silence_kind kind)
{
	char usage[64];

	if (call->argc == 1) {
		if (may_silence(call))
			take_off(parts, call, kind, call->argv[0]);
		return;
	}
	snprintf(usage, sizeof(usage), "%s remove NAME", silence_kind_names[kind]);
	command_usage(call, usage);
}

static void
run_shelf_add(void *arg, struct control_call *call)
{
	add(arg, call, SILENCE_SHELF);
}

static void
run_window_add(void *arg, struct control_call *call)
{
	add(arg, call, SILENCE_WINDOW);
}

static void
run_shelf_renew(void *arg, struct control_call *call)
{
	renew(arg, call, SILENCE_SHELF);
}

static void
run_window_renew(void *arg, struct control_call *call)
{
	renew(arg, call, SILENCE_WINDOW);
}

static void
run_shelf_remove(void *arg, struct control_call *call)
{
	take_off_named(arg, call, SILENCE_SHELF);
}

static void
run_window_remove(void *arg, struct control_call *call)
{
	take_off_named(arg, call, SILENCE_WINDOW);
}

/* One single alarm: a shelf of its own, "alarm-NUMBER". */

static void
run_shelve(void *arg, struct control_call *call)
{
	static const char usage[] = "alarm shelve NUMBER for=4h|until=TIME [owner=WHO] REASON";
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, usage);
	struct silence_request request = { .kind = SILENCE_SHELF };
	char name[SILENCE_NAME_MAX + 1];

	if (alarm == NULL || !end_take(parts, call, &request.until_ms))
		return;
	if (alarm->type->is_safety) {
		command_refuse(
		    call, "%s is about the safety of people: nothing silences it", alarm->type->name);
		return;
	}
	const struct site *site = model_site_of(parts->model, alarm->resource);
	snprintf(name, sizeof(name), "alarm-%" PRIu64, alarm->number);
	request.name = name;
	request.criteria = (struct silence_criteria){ .site = site != NULL ? site->id : NULL,
		.resource = alarm->resource,
		.type = alarm->type->name,
		.qualifier = alarm->qualifier };
	request_add(parts, call, &request);
}

static void
run_unshelve(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct alarm *alarm = command_alarm(parts, call, "alarm unshelve NUMBER");
	char name[SILENCE_NAME_MAX + 1];

	if (alarm == NULL)
		return;
	if (silence_shelf_of(
		alarms_silences(parts->alarms), alarm->resource, alarm->type->name, alarm->qualifier, name))
		take_off(parts, call, SILENCE_SHELF, name);
	else
		command_refuse(call,
		    "no shelf is about alarm %s alone: `towerctl why %s` tells who silences it, and `shelf "
		    "remove` ends that",
		    call->argv[0], call->argv[0]);
}

static const struct control_command rows[] = {
	{ .words = "shelf list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "shelves: what is not told, by whose word, until when, and how much each holds",
	    .run = run_shelf_list },
	{ .words = "shelf add",
	    .usage = SHELF_USAGE,
	    .help = "do not tell of alarms that meet all of these, for a while",
	    .needs_operate = true,
	    .run = run_shelf_add },
	{ .words = "shelf renew",
	    .usage = RENEW_USAGE,
	    .help = "move the end of a shelf",
	    .needs_operate = true,
	    .run = run_shelf_renew },
	{ .words = "shelf remove",
	    .usage = "NAME",
	    .help = "end a shelf: what it holds is told as it is now",
	    .needs_operate = true,
	    .run = run_shelf_remove },
	{ .words = "window list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "maintenance windows, and when they begin or end next",
	    .run = run_window_list },
	{ .words = "window add",
	    .usage = WINDOW_USAGE,
	    .help = "do not tell of alarms while work is done, by a calendar",
	    .needs_operate = true,
	    .run = run_window_add },
	{ .words = "window renew",
	    .usage = RENEW_USAGE,
	    .help = "move the end of a window's series",
	    .needs_operate = true,
	    .run = run_window_renew },
	{ .words = "window remove",
	    .usage = "NAME",
	    .help = "end a maintenance window",
	    .needs_operate = true,
	    .run = run_window_remove },
	{ .words = "arc list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "resources under repair whose alarms are not reported (RFC 3878)",
	    .run = run_arc_list },
	{ .words = "alarm shelve",
	    .usage = "NUMBER for=4h|until=TIME [owner=WHO] REASON",
	    .help = "do not tell of this one alarm, for a while",
	    .needs_operate = true,
	    .run = run_shelve },
	{ .words = "alarm unshelve",
	    .usage = "NUMBER",
	    .help = "tell of it again",
	    .needs_operate = true,
	    .run = run_unshelve },
};

int
silence_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
