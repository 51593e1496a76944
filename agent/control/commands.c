/* SPDX-License-Identifier: ISC */
/* What the agent's commands share: arguments, refusals, lists. */
#include "agent/control/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/store/store.h"

#define FILTERS_MAX 8

int
commands_add(struct control *control, struct command_parts *parts)
{
	int (*const adds[])(struct control * control, struct command_parts * parts) = { status_commands_add,
		site_commands_add, device_commands_add, alarm_commands_add, silence_commands_add,
		ticket_commands_add, crew_commands_add, journal_commands_add, report_commands_add };
	int rc = 0;

	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]) && rc == 0; i++)
		rc = adds[i](control, parts);
	return rc;
}

int
commands_add_rows(
    struct control *control, const struct control_command *rows, size_t count, struct command_parts *parts)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct control_command row = rows[i];
		row.arg = parts;
		rc = control_add(control, &row, 1);
	}
	return rc;
}

void
command_usage(struct control_call *call, const char *usage)
{
	control_error(call, "usage: towerctl %s\n", usage);
	control_exit(call, 2);
}

void
command_refuse(struct control_call *call, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	control_vprint(call, true, format, ap);
	va_end(ap);
	control_error(call, "\n");
	control_exit(call, 1);
}

const char *
command_reason(const struct command_parts *parts, int rc)
{
	const char *trouble = parts->store == NULL ? NULL : store_trouble(parts->store);

	return trouble != NULL && (rc == -EIO || rc == -ENOSPC || rc == -EROFS || rc == -ENOBUFS)
	    ? trouble
	    : strerror(-rc);
}

bool
command_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || value > max)
		return false;
	*number = value;
	return true;
}

/* An argument that gives a value: "NAME=VALUE", "--NAME=VALUE", or "--NAME" with the one behind it. How many arguments it takes; 0: it is none. */
static int
value_at(const struct control_call *call, int i, const char *name, const char **value)
{
	const char *argument = call->argv[i];
	size_t len = strlen(name);
	bool is_option = strncmp(argument, "--", 2) == 0;

	argument += is_option ? 2 : 0;
	if (strncmp(argument, name, len) != 0)
		return 0;
	if (argument[len] == '=') {
		*value = argument + len + 1;
		return 1;
	}
	if (!is_option || argument[len] != '\0' || i + 1 >= call->argc)
		return 0;
	*value = call->argv[i + 1];
	return 2;
}

const char *
command_value_at(const struct control_call *call, const char *name, int nth)
{
	const char *value;

	for (int i = 0, taken; i<call->argc; i += taken> 0 ? taken : 1) {
		taken = value_at(call, i, name, &value);
		if (taken > 0 && nth-- == 0)
			return value;
	}
	return NULL;
}

const char *
command_value(const struct control_call *call, const char *name)
{
	return command_value_at(call, name, 0);
}

bool
command_has_flag(const struct control_call *call, const char *flag)
{
	for (int i = 0; i < call->argc; i++)
		if (strcmp(call->argv[i], flag) == 0)
			return true;
	return false;
}

bool
command_time(const struct command_parts *parts, struct control_call *call, const char *name, int64_t *out)
{
	const char *text = command_value(call, name);
	int64_t ms;

	if (text == NULL)
		return true;
	if (towerd_duration_parse(text, &ms) == 0) {
		*out = loop_utc_ms(parts->loop) + ms;
		return true;
	}
	if (towerd_time_parse(text, out) == 0)
		return true;
	command_refuse(
	    call, "%s=%s is neither a duration (2h) nor a time (2026-11-22T18:00:00Z)", name, text);
	return false;
}

/* How many arguments at `i` are a value of `names`, or a flag among them. */
static int
taken_at(const struct control_call *call, int i, const char *const *names)
{
	const char *value;
	int taken = 0;

	for (; *names != NULL && taken == 0; names++)
		taken = strncmp(*names, "--", 2) == 0 ? strcmp(call->argv[i], *names) == 0
						      : value_at(call, i, *names, &value);
	return taken;
}

char *
command_words(const struct control_call *call, int first, const char *const *names)
{
	size_t size = 1;

	for (int i = first; i < call->argc; i++)
		size += strlen(call->argv[i]) + 1;
	char *joined = calloc(1, size), *end = joined;
	for (int i = first, taken; joined != NULL && i<call->argc; i += taken> 0 ? taken : 1) {
		taken = taken_at(call, i, names);
		if (taken > 0)
			continue;
		if (end != joined)
			*end++ = ' ';
		end = stpcpy(end, call->argv[i]);
	}
	return joined;
}

void
command_list(const struct command_parts *parts, struct control_call *call, const char *name)
{
	const struct view *view = views_find(parts->views, name);

	if (view == NULL)
		command_refuse(call, "this agent has no %s", name);
	else
		command_list_view(call, view, 0);
}

void
command_list_view(struct control_call *call, const struct view *view, int first)
{
	struct view_filter filters[FILTERS_MAX];
	char words[FILTERS_MAX][64];
	int count = call->argc - first;

	if (count > FILTERS_MAX) {
		command_refuse(call, "at most %d conditions", FILTERS_MAX);
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *argument = call->argv[first + i], *equals = strchr(argument, '=');
		size_t len = equals == NULL ? 0 : (size_t)(equals - argument);
		if (equals == NULL || len >= sizeof(words[i])) {
			command_refuse(call,
			    "\"%s\" is no condition: COLUMN=VALUE is one, and a VALUE may end in *",
			    argument);
			return;
		}
		memcpy(words[i], argument, len);
		words[i][len] = '\0';
		if (view_column_find(view, call->scope, words[i]) == NULL) {
			command_refuse(call, "%s has no column \"%s\"", view->title, words[i]);
			return;
		}
		filters[i] = (struct view_filter){ words[i], equals + 1 };
	}
	control_print_view(call, view, filters, (size_t)count);
	control_exit(call, 0);
}
