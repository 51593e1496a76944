/* SPDX-License-Identifier: ISC */
/* The agent's own commands, in files by noun. */
#ifndef AGENT_CONTROL_COMMANDS_H
#define AGENT_CONTROL_COMMANDS_H

#include "agent/control/control.h"
#include "agent/control/table.h"
#include "agent/repair/ticket.h"

/* What the commands reach. All borrowed; must outlive the control socket. */
struct command_parts {
	struct loop *loop;
	struct store *store;
	struct views *views;
	struct model *model;
	struct alarms *alarms;
	struct repair *repair;
	const char *name;   /* the agent's */
	int64_t started_ms; /* UTC */
	/* Reads configuration and inventory again; says what changed, or every fault, and ends the call. */
	void (*reload)(void *arg, struct control_call *call);
	void *arg;
};

/* Adds all of them. 0, -EEXIST, -ENOMEM. */
int commands_add(struct control *control, struct command_parts *parts);

/* By file. */
int status_commands_add(struct control *control, struct command_parts *parts);
int site_commands_add(struct control *control, struct command_parts *parts);
int device_commands_add(struct control *control, struct command_parts *parts);
int alarm_commands_add(struct control *control, struct command_parts *parts);
int silence_commands_add(struct control *control, struct command_parts *parts);
int ticket_commands_add(struct control *control, struct command_parts *parts);
int crew_commands_add(struct control *control, struct command_parts *parts);
int journal_commands_add(struct control *control, struct command_parts *parts);
int report_commands_add(struct control *control, struct command_parts *parts);

/* What they share. Each of these ends the call. */
void command_usage(struct control_call *call, const char *usage); /* "site show ID": what would be accepted */
void command_refuse(struct control_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A view, filtered by the arguments WORD=VALUE (words: the columns' own). */
void command_list(const struct command_parts *parts, struct control_call *call, const char *view);
/* The same of a view in hand, by the arguments from `first` on. */
void command_list_view(struct control_call *call, const struct view *view, int first);
/* An alarm that the caller may see, by its number in argv[0]; NULL: it was refused. */
const struct alarm *
command_alarm(const struct command_parts *parts, struct control_call *call, const char *usage);
/* The sentence of a store that cannot commit, or of `rc`. */
const char *command_reason(const struct command_parts *parts, int rc);
/* A decimal number; false when it is none. */
bool command_number(const char *text, uint64_t max, uint64_t *number);
/* The value of the argument "NAME=VALUE", also written "--NAME VALUE", or NULL; of the nth one, from 0. */
const char *command_value(const struct control_call *call, const char *name);
const char *command_value_at(const struct control_call *call, const char *name, int nth);
bool command_has_flag(const struct control_call *call, const char *flag); /* "--all" */
/* Such a value as a point in time, UTC: "2h" from now on, or RFC 3339. *out stays when it is not given; false: it was refused. */
bool
command_time(const struct command_parts *parts, struct control_call *call, const char *name, int64_t *out);
/* The arguments from `first` on that are no value of `names` and no flag among them, joined by blanks; malloc'ed, NULL: out of memory. */
char *command_words(const struct control_call *call, int first, const char *const *names);

/* Fills run and arg of rows that are written as constants. */
#define COMMANDS_ADD(control, rows, parts_) \
	commands_add_rows(control, rows, sizeof(rows) / sizeof((rows)[0]), parts_)
int commands_add_rows(
    struct control *control, const struct control_command *rows, size_t count, struct command_parts *parts);

#endif
