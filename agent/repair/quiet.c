/* SPDX-License-Identifier: ISC */
/*
 * While work is on site, what is being repaired is not reported (RFC 3878): a row of alarm reporting control for each resource and cause that the ticket
 * names, or that was in alarm when the crew arrived. Never beyond the time when the ticket is due; a repair that breaks speaks up by itself.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/silence/silence.h"
#include "agent/config/log.h"
#include "agent/repair/inside.h"

#define ROWS_MAX 64 /* of one ticket */

struct quiet {
	struct repair *repair;
	const struct ticket *ticket;
	const char *actor;
	char owner[64], reason[64];
	unsigned rows;
};

static bool
is_quiet(const struct ticket *ticket)
{
	return ticket != NULL && (ticket->state == TICKET_ON_SITE || ticket->state == TICKET_VERIFYING);
}

static void
row_start(struct quiet *quiet, uint32_t resource, unsigned probable_cause)
{
	const struct ticket *ticket = quiet->ticket;
	const struct arc_request request = { .resource = resource,
		.probable_cause = probable_cause,
		.state = ARC_NALM_QI,
		.owner = quiet->owner,
		.reason = quiet->reason,
		.until_ms = ticket->due_ms,
		.ticket = ticket->number };

	if (quiet->rows++ >= ROWS_MAX)
		return;
	int rc = arc_start(alarms_silences(quiet->repair->alarms), &request, quiet->actor, NULL, NULL);
	if (rc < 0)
		log_write(TOWERD_LOG_WARNING, ticket->site_id,
		    "alarms of ticket %" PRIu32 " go on being told: %s", ticket->number, strerror(-rc));
}

static int
start_for(void *arg, const struct alarm *alarm)
{
	/* Overdue tickets and their like are about the repair, not about the site. */
	if (!alarm->type->is_safety && strncmp(alarm->type->name, "repair/", 7) != 0)
		row_start(arg, alarm->resource, alarm->type->probable_cause);
	return 0;
}

/* "1234.106 1235.58" */
static void
start_named(struct quiet *quiet, const char *names)
{
	for (char *end; *names != '\0'; names = end) {
		unsigned long resource = strtoul(names, &end, 10), cause = 0;
		if (*end == '.')
			cause = strtoul(end + 1, &end, 10);
		if (resource == 0)
			return;
		row_start(quiet, (uint32_t)resource, (unsigned)cause);
		end += strspn(end, " ");
	}
}

static void
start(struct repair *repair, const struct ticket *ticket, const char *actor)
{
	struct quiet quiet = { .repair = repair, .ticket = ticket, .actor = actor };
	const struct site *site = model_site_of(repair->model, ticket->site);
	bool has_crew = ticket->crew[0] != '\0';

	snprintf(quiet.owner, sizeof(quiet.owner), "%s%s", has_crew ? "crew " : "",
	    has_crew ? ticket->crew : actor);
	snprintf(quiet.reason, sizeof(quiet.reason), "ticket %" PRIu32 " is worked on", ticket->number);
	if (ticket->names[0] != '\0')
		start_named(&quiet, ticket->names);
	else if (site != NULL)
		alarms_each_at(repair->alarms, site, start_for, &quiet);
}

void
quiet_follow(
    struct repair *repair, const struct ticket *before, const struct ticket *after, const char *actor)
{
	struct silences *silences = alarms_silences(repair->alarms);
	bool was = is_quiet(before), is = is_quiet(after);
	/* What is overdue is told. */
	bool is_overdue = after->due_ms != 0 && after->due_ms <= loop_utc_ms(repair->loop);
	int rc = 0;

	if (was && (!is || is_overdue)) {
		rc = arc_end_ticket(silences, after->number, actor,
		    is ? "the ticket is overdue" : "nobody works on the ticket on site");
	} else if (is && !is_overdue) {
		if (!was || strcmp(before->names, after->names) != 0)
			start(repair, after, actor);
		if (was && before->due_ms != after->due_ms)
			rc = arc_renew_ticket(silences, after->number, after->due_ms, actor, NULL, NULL);
	}
	if (rc < 0)
		log_write(TOWERD_LOG_ERROR, after->site_id,
		    "what is not reported because of ticket %" PRIu32 " stays as it was: %s", after->number,
		    strerror(-rc));
}

void
quiet_load(struct repair *repair)
{
	struct silences *silences = alarms_silences(repair->alarms);
	const struct silence *silence = arc_seek(silences, repair->everything, 0, 0, true);
	struct silence_info row;

	while (silence != NULL) {
		silence_describe(
		    silences, silence, &row); /* a row may be gone afterwards, its place is not */
		if (row.ticket != 0 && !is_quiet(ticket_find(repair, row.ticket)))
			(void)arc_end_ticket(
			    silences, row.ticket, "agent", "nobody works on the ticket on site");
		silence =
		    arc_seek(silences, repair->everything, row.criteria.resource, row.probable_cause, false);
	}
}
