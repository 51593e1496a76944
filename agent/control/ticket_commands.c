/* SPDX-License-Identifier: ISC */
/* `ticket …`: repairs, opened and moved by operators. Each answer comes after the commit. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/control/commands.h"
#include "agent/store/store.h"

#define HISTORY_BATCH 1000

/* What is no word of a note. */
static const char *const arguments[] = { "due", "eta", "at", "alarm", NULL };

static void
run_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdTicketTable");
}

/* A ticket that the caller may see; NULL: it was refused. */
static const struct ticket *
ticket_of(const struct command_parts *parts, struct control_call *call, const char *usage)
{
	uint64_t number;

	if (call->argc < 1 || !command_number(call->argv[0], UINT32_MAX, &number)) {
		command_usage(call, usage);
		return NULL;
	}
	const struct ticket *ticket = ticket_find(parts->repair, (uint32_t)number);
	if (ticket == NULL || !scope_has_entity(call->scope, ticket->site)) {
		command_refuse(call, "there is no ticket %s", call->argv[0]);
		return NULL;
	}
	return ticket;
}

/* Steps. */

static void
step_answered(void *arg, const struct ticket_answer *answer)
{
	struct control_call *call = arg;

	if (answer->result != TICKET_APPLIED && answer->result != TICKET_DUPLICATE) {
		command_refuse(call, "%s",
		    answer->reason != NULL && answer->reason[0] != '\0' ? answer->reason
									: strerror(-answer->rc));
		return;
	}
	const char *state = ticket_state_names[answer->state];
	if (call->want_json)
		control_print(call, "{\"ticket\":%u,\"state\":\"%s\"}\n", answer->ticket, state);
	else
		control_print(call, "ticket %u: %s\n", answer->ticket, state);
	control_exit(call, 0);
}

/* The alarms that a step names, alarm=NUMBER as often as needed, as resources and causes; false: it was refused. */
static bool
names_take(const struct command_parts *parts, struct control_call *call, uint32_t site,
    char names[TICKET_NAMES_MAX + 1])
{
	const char *text;
	size_t len = 0;

	names[0] = '\0';
	for (int i = 0; (text = command_value_at(call, "alarm", i)) != NULL; i++) {
		uint64_t number;
		const struct alarm *alarm =
		    command_number(text, UINT64_MAX, &number) ? alarm_at(parts->alarms, number) : NULL;
		if (alarm == NULL || alarm->site != site) {
			command_refuse(call, "there is no alarm %s at the site of the ticket", text);
			return false;
		}
		if (alarm->type->is_safety) {
			command_refuse(call,
			    "%s is about the safety of people: nothing silences it, no repair either",
			    alarm->type->name);
			return false;
		}
		len += (size_t)snprintf(names + len, TICKET_NAMES_MAX + 1 - len, "%s%" PRIu32 ".%u",
		    len > 0 ? " " : "", alarm->resource, alarm->type->probable_cause);
		if (len > TICKET_NAMES_MAX) {
			command_refuse(call, "the ticket names too many alarms");
			return false;
		}
	}
	return true;
}

/* `first`: where the note, title or reason begins; `site`: that of the ticket. */
static void
step_ask(const struct command_parts *parts, struct control_call *call, struct ticket_step *step,
    uint32_t site, int first)
{
	char names[TICKET_NAMES_MAX + 1];

	if (!command_time(parts, call, "due", &step->due_ms) ||
	    !command_time(parts, call, "eta", &step->eta_ms) ||
	    !command_time(parts, call, "at", &step->at_ms))
		return;
	if (!names_take(parts, call, site, names))
		return;
	step->names = names[0] != '\0' ? names : NULL;
	char *note = command_words(call, first, arguments);
	step->by = BY_OPERATOR;
	step->actor = call->actor;
	step->note = note;
	int rc = note == NULL ? -ENOMEM : ticket_step(parts->repair, step, step_answered, call);
	free(note);
	if (rc < 0)
		command_refuse(call, "%s", command_reason(parts, rc));
}

static void
run_open(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	struct ticket_step step = { .event = EV_OPEN };

	if (call->argc < 2) {
		command_usage(call, "ticket open SITE TITLE [due=2h] [alarm=NUMBER …]");
		return;
	}
	const struct site *site = model_site(parts->model, call->argv[0]);
	if (site == NULL || !scope_has_entity(call->scope, site->entity.number)) {
		command_refuse(call, "there is no site \"%s\"", call->argv[0]);
		return;
	}
	step.site = call->argv[0];
	step_ask(parts, call, &step, site->entity.number, 1);
}

static void
run_update(void *arg, struct control_call *call)
{
	static const char usage[] =
	    "ticket update NUMBER EVENT [NOTE] [eta=30m] [due=2h] [at=TIME] [alarm=NUMBER …]";
	const struct command_parts *parts = arg;
	struct ticket_step step = { 0 };

	if (call->argc < 2) {
		command_usage(call, usage);
		return;
	}
	if (ticket_event_find(call->argv[1], &step.event) < 0 || step.event == EV_OPEN ||
	    step.event == EV_ASSIGN) {
		control_error(call, "\"%s\" is no event:", call->argv[1]);
		for (int i = EV_CONFIRM; i < TICKET_EVENTS; i++)
			if (i != EV_ASSIGN)
				control_error(call, " %s", ticket_event_names[i]);
		command_refuse(call, " are (to assign, `ticket assign`)");
		return;
	}
	const struct ticket *ticket = ticket_of(parts, call, usage);
	if (ticket == NULL)
		return;
	step.ticket = ticket->number;
	step_ask(parts, call, &step, ticket->site, 2);
}

/* A step that has a command of its own: `confirm`, `assign`, … with what comes behind the ticket's number. */
static void
step_run(const struct command_parts *parts, struct control_call *call, enum ticket_event event, int least,
    const char *usage)
{
	struct ticket_step step = { .event = event };

	if (call->argc < least) {
		command_usage(call, usage);
		return;
	}
	const struct ticket *ticket = ticket_of(parts, call, usage);
	if (ticket == NULL)
		return;
	step.ticket = ticket->number;
	if (event == EV_ASSIGN)
		step.crew = call->argv[1];
	step_ask(parts, call, &step, ticket->site, event == EV_ASSIGN ? 2 : 1);
}

static void
run_confirm(void *arg, struct control_call *call)
{
	step_run(arg, call, EV_CONFIRM, 1, "ticket confirm NUMBER [NOTE] [due=2h]");
}

static void
run_assign(void *arg, struct control_call *call)
{
	step_run(arg, call, EV_ASSIGN, 2, "ticket assign NUMBER CREW [NOTE] [eta=30m] [due=2h]");
}

static void
run_attest(void *arg, struct control_call *call)
{
	step_run(arg, call, EV_ATTEST, 2, "ticket attest NUMBER REASON");
}

static void
run_note(void *arg, struct control_call *call)
{
	step_run(arg, call, EV_NOTE, 2, "ticket note NUMBER TEXT");
}

/* Show: the row, and the history from the journal. */

struct history {
	const struct command_parts *parts;
	struct control_call *call;
	uint32_t ticket;
	uint64_t read;
};

static int
history_visit(void *arg, const struct store_record *record)
{
	struct history *history = arg;
	char line[2048];

	history->read = record->number;
	if (ticket_record_is_of(record, history->ticket) &&
	    ticket_record_format(record, line, sizeof(line)) >= 0)
		control_print(history->call, "  %s\n", line);
	return 0;
}

static void history_go(struct history *history, int rc);

static void
history_read(void *arg, int rc)
{
	history_go(arg, rc);
}

static void
history_go(struct history *history, int rc)
{
	struct store *store = history->parts->store;

	if (rc >= 0 && history->read < store_newest(store)) {
		rc = store_read(store, history->read, HISTORY_BATCH, history_visit, history_read, history);
		if (rc >= 0)
			return;
	}
	if (rc < 0)
		command_refuse(history->call, "the journal cannot be read: %s", strerror(-rc));
	else
		control_exit(history->call, 0);
	free(history);
}

static void
run_show(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct ticket *ticket = ticket_of(parts, call, "ticket show NUMBER");
	const struct view *view = views_find(parts->views, "towerdTicketTable");

	if (ticket == NULL)
		return;
	const struct view_filter filter = { "number", call->argv[0] };
	if (view == NULL || !control_print_row(call, view, &filter, 1)) {
		command_refuse(call, "there is no ticket %s", call->argv[0]);
		return;
	}
	struct history *history = call->want_json ? NULL : malloc(sizeof(*history));
	if (history == NULL) {
		control_exit(call, 0);
		return;
	}
	if (ticket->waits_for != NULL && ticket->waits_for[0] != '\0')
		control_print(call, "%-20s %s\n", "waits for", ticket->waits_for);
	control_print(call, "\nhistory\n");
	*history = (struct history){ parts, call, ticket->number, 0 };
	history_go(history, 0);
}

static const struct control_command rows[] = {
	{ .words = "ticket list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "tickets, or those for which the conditions hold",
	    .run = run_list },
	{ .words = "ticket show", .usage = "NUMBER", .help = "one ticket with its history", .run = run_show },
	{ .words = "ticket open",
	    .usage = "SITE TITLE [due=2h] [alarm=NUMBER …]",
	    .help = "report a fault at a site",
	    .needs_operate = true,
	    .run = run_open },
	{ .words = "ticket confirm",
	    .usage = "NUMBER [NOTE] [due=2h]",
	    .help = "confirm what was reported",
	    .needs_operate = true,
	    .run = run_confirm },
	{ .words = "ticket assign",
	    .usage = "NUMBER CREW [NOTE] [eta=30m] [due=2h]",
	    .help = "give a ticket to a crew",
	    .needs_operate = true,
	    .run = run_assign },
	{ .words = "ticket update",
	    .usage = "NUMBER EVENT [NOTE] [eta=30m] [due=2h] [at=TIME] [alarm=NUMBER …]",
	    .help = "move a ticket: depart, arrive, restored, block, …",
	    .needs_operate = true,
	    .run = run_update },
	{ .words = "ticket attest",
	    .usage = "NUMBER REASON",
	    .help = "close a ticket by your word where no telemetry can tell",
	    .needs_operate = true,
	    .run = run_attest },
	{ .words = "ticket note",
	    .usage = "NUMBER TEXT",
	    .help = "add a note",
	    .needs_operate = true,
	    .run = run_note },
};

int
ticket_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
