/* SPDX-License-Identifier: ISC */
/* The rule table, each state with each event, and the guards. */
#include "agent/repair/ticket_rules.h"

#include "tests/support/cunit_main.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * What is expected of each pair: "-" refused, else who may (o operator, c crew, a agent) and the state it leads to. A pair that nobody
 * considered is NULL, and a failing test.
 */
#define WHERE_IT_WAS "where it was"
struct expected {
	const char *by, *to;
};
#define NO              \
	{               \
		"-", "" \
	}
#define NOTE(s)          \
	{                \
		"oca", s \
	}
static const struct expected matrix[TICKET_STATES][TICKET_EVENTS] = {
	/* open, confirm, assign, depart, arrive, restored, verified, still-down, block, unblock, cancel, reopen, attest, note */
	[TICKET_NONE] = { { "o", "reported" }, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	[TICKET_REPORTED] = { NO, { "o", "confirmed" }, NO, NO, NO, NO, NO, NO, NO, NO, { "o", "cancelled" },
	    NO, NO, NOTE("reported") },
	[TICKET_CONFIRMED] = { NO, NO, { "o", "assigned" }, NO, NO, NO, NO, NO, { "o", "blocked" }, NO,
	    { "o", "cancelled" }, NO, NO, NOTE("confirmed") },
	[TICKET_ASSIGNED] = { NO, NO, { "o", "assigned" }, { "oc", "en-route" }, { "oc", "on-site" }, NO, NO,
	    NO, { "oc", "blocked" }, NO, { "o", "cancelled" }, NO, NO, NOTE("assigned") },
	[TICKET_EN_ROUTE] = { NO, NO, { "o", "assigned" }, NO, { "oc", "on-site" }, NO, NO, NO,
	    { "oc", "blocked" }, NO, { "o", "cancelled" }, NO, NO, NOTE("en-route") },
	[TICKET_ON_SITE] = { NO, NO, { "o", "assigned" }, NO, NO, { "oc", "verifying" }, NO, NO,
	    { "oc", "blocked" }, NO, { "o", "cancelled" }, NO, { "o", "closed" }, NOTE("on-site") },
	[TICKET_VERIFYING] = { NO, NO, NO, NO, NO, NO, { "a", "closed" }, { "a", "assigned" }, NO, NO, NO,
	    { "o", "assigned" }, { "o", "closed" }, NOTE("verifying") },
	[TICKET_CLOSED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, { "o", "confirmed" }, NO,
	    NOTE("closed") },
	[TICKET_BLOCKED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, { "oc", WHERE_IT_WAS }, { "o", "cancelled" },
	    NO, { "o", "closed" }, NOTE("blocked") },
	[TICKET_CANCELLED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, { "o", "confirmed" }, NO,
	    NOTE("cancelled") },
};

static unsigned
actors_of(const char *by)
{
	unsigned actors = 0;
	actors |= strchr(by, 'o') != NULL ? BY_OPERATOR : 0u;
	actors |= strchr(by, 'c') != NULL ? BY_CREW : 0u;
	actors |= strchr(by, 'a') != NULL ? BY_AGENT : 0u;
	return actors;
}

static void
each_state_with_each_event_does_what_was_considered(void)
{
	const struct ticket was = { .before_block = TICKET_EN_ROUTE };

	for (int s = 0; s < TICKET_STATES; s++)
		for (int e = 0; e < TICKET_EVENTS; e++) {
			const struct expected *expected = &matrix[s][e];
			const struct ticket_rule *rule =
			    ticket_rule_find((enum ticket_state)s, (enum ticket_event)e);
			CU_ASSERT_PTR_NOT_NULL_FATAL(expected->by);
			if (strcmp(expected->by, "-") == 0) {
				CU_ASSERT_PTR_NULL(rule);
				continue;
			}
			CU_ASSERT_PTR_NOT_NULL_FATAL(rule);
			CU_ASSERT_EQUAL(ticket_rule_actors(rule), actors_of(expected->by));
			const char *to = strcmp(expected->to, WHERE_IT_WAS) == 0 ? "en-route" : expected->to;
			CU_ASSERT_STRING_EQUAL(ticket_state_names[ticket_rule_to(rule, &was)], to);
		}
}

/* A ticket of crew-3 at a site that needs no clearance, and a step that lacks nothing. */
struct trial {
	struct site site;
	struct ticket ticket;
	struct ticket_step step;
	struct ticket_case judged;
	struct ticket_verdict verdict;
};

static struct trial *
trial(enum ticket_state state, enum ticket_event event, enum ticket_actor by)
{
	static struct trial t;

	t = (struct trial){
		.site = { .id = "NIN-0042", .structural = STRUCTURAL_INTACT, .clearance = CLEARANCE_NONE },
		.ticket = { .number = 17,
		    .state = (uint8_t)state,
		    .before_block = TICKET_ON_SITE,
		    .blocked_by = BY_CREW,
		    .site_id = "NIN-0042",
		    .crew = "crew-3" },
		.step = { .ticket = 17,
		    .event = event,
		    .by = by,
		    .actor = "uid 1000",
		    .crew = "crew-3",
		    .site = "NIN-0042",
		    .note = "because" }
	};
	t.judged = (struct ticket_case){ .ticket = state != TICKET_NONE ? &t.ticket : NULL,
		.step = &t.step,
		.site = &t.site,
		.is_crew_known = true,
		.now_ms = 1000000 };
	return &t;
}

static const struct ticket_verdict *
judge(struct trial *t)
{
	ticket_judge(&t->judged, &t->verdict);
	return &t->verdict;
}

static void
whoever_the_table_does_not_name_is_refused_and_told_why(void)
{
	static const enum ticket_actor actors[] = { BY_OPERATOR, BY_CREW, BY_AGENT };

	for (int s = 0; s < TICKET_STATES; s++)
		for (int e = 0; e < TICKET_EVENTS; e++)
			for (size_t a = 0; a < 3; a++) {
				const struct ticket_verdict *v =
				    judge(trial((enum ticket_state)s, (enum ticket_event)e, actors[a]));
				bool may = (actors_of(matrix[s][e].by) & actors[a]) != 0;
				CU_ASSERT_EQUAL(v->result == TICKET_APPLIED, may);
				CU_ASSERT_EQUAL(v->rc == 0, may);
				CU_ASSERT_EQUAL(v->reason[0] == '\0', may);
				if (!may)
					CU_ASSERT_EQUAL((int)v->to, s);
			}
}

static void
a_step_out_of_its_state_names_both_sides(void)
{
	const struct ticket_verdict *v = judge(trial(TICKET_ON_SITE, EV_CONFIRM, BY_OPERATOR));
	CU_ASSERT_STRING_EQUAL(v->reason, "ticket 17 is on-site: confirm is accepted in reported");
	CU_ASSERT_EQUAL(v->result, TICKET_CONFLICT);
	CU_ASSERT_EQUAL(v->rc, -EPROTO);
}

static void
a_step_that_is_never_the_actors_is_rejected(void)
{
	const struct ticket_verdict *v = judge(trial(TICKET_REPORTED, EV_CONFIRM, BY_CREW));
	CU_ASSERT_STRING_EQUAL(v->reason, "confirm is for an operator, not for a crew");
	CU_ASSERT_EQUAL(v->result, TICKET_REJECTED);
	CU_ASSERT_EQUAL(v->rc, -EPERM);
	v = judge(trial(TICKET_VERIFYING, EV_VERIFIED, BY_OPERATOR));
	CU_ASSERT_STRING_EQUAL(v->reason, "verified is for the agent, not for an operator");
	CU_ASSERT_EQUAL(judge(trial(TICKET_ON_SITE, EV_ATTEST, BY_CREW))->rc, -EPERM);
}

static void
a_crew_learns_nothing_of_a_ticket_that_is_not_its_own(void)
{
	struct trial *t = trial(TICKET_ASSIGNED, EV_DEPART, BY_CREW);
	char theirs[TICKET_REASON_MAX];

	t->step.crew = "crew-5";
	CU_ASSERT_EQUAL(judge(t)->result, TICKET_REJECTED);
	CU_ASSERT_STRING_EQUAL(t->verdict.reason, "ticket 17 is not assigned to crew-5");
	snprintf(theirs, sizeof(theirs), "%s", t->verdict.reason);
	t->judged.ticket = NULL;
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, theirs);
	CU_ASSERT_EQUAL(t->verdict.result, TICKET_REJECTED);
	t->judged.ticket = &t->ticket;
	t->ticket.state = TICKET_CLOSED; /* depart is not possible there: that too is not told */
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, theirs);
}

static void
clearance_guards_assign_depart_and_arrive(void)
{
	static const struct {
		enum structural structural;
		enum clearance clearance;
		int64_t until_ms, at_ms; /* now is 1,000,000 */
		const char *reason;      /* NULL: cleared */
	} cases[] = {
		{ STRUCTURAL_INTACT, CLEARANCE_NONE, 0, 0, NULL },
		{ STRUCTURAL_UNKNOWN, CLEARANCE_NONE, 0, 0, NULL },
		{ STRUCTURAL_DAMAGED, CLEARANCE_NONE, 0, 0,
		    "NIN-0042 is damaged and nobody has granted clearance" },
		{ STRUCTURAL_DESTROYED, CLEARANCE_NONE, 0, 0,
		    "NIN-0042 is destroyed and nobody has granted clearance" },
		{ STRUCTURAL_INTACT, CLEARANCE_REQUESTED, 0, 0,
		    "clearance of NIN-0042 is requested and not yet granted" },
		{ STRUCTURAL_INTACT, CLEARANCE_WITHDRAWN, 0, 0, "clearance of NIN-0042 was withdrawn" },
		{ STRUCTURAL_DAMAGED, CLEARANCE_GRANTED, 0, 0, NULL },
		{ STRUCTURAL_DAMAGED, CLEARANCE_GRANTED, 1000001, 0, NULL },
		{ STRUCTURAL_DAMAGED, CLEARANCE_GRANTED, 1000000, 0,
		    "clearance of NIN-0042 ended at 1970-01-01T00:16:40.000Z" },
		/* A phone that found a network too late: it happened in time. */
		{ STRUCTURAL_DAMAGED, CLEARANCE_GRANTED, 900000, 800000, NULL },
		/* A phone whose clock is ahead gains nothing. */
		{ STRUCTURAL_DAMAGED, CLEARANCE_GRANTED, 900000, 5000000,
		    "clearance of NIN-0042 ended at 1970-01-01T00:15:00.000Z" },
	};
	static const struct {
		enum ticket_state state;
		enum ticket_event event;
		enum ticket_actor by;
	} guarded[] = { { TICKET_CONFIRMED, EV_ASSIGN, BY_OPERATOR }, { TICKET_ASSIGNED, EV_DEPART, BY_CREW },
		{ TICKET_EN_ROUTE, EV_ARRIVE, BY_CREW }, { TICKET_BLOCKED, EV_UNBLOCK, BY_CREW } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t g = 0; g < sizeof(guarded) / sizeof(guarded[0]); g++) {
			struct trial *t = trial(guarded[g].state, guarded[g].event, guarded[g].by);
			t->site.structural = (uint8_t)cases[i].structural;
			t->site.clearance = (uint8_t)cases[i].clearance;
			t->site.clearance_until_ms = cases[i].until_ms;
			t->step.at_ms = cases[i].at_ms;
			judge(t);
			CU_ASSERT_STRING_EQUAL(
			    t->verdict.reason, cases[i].reason != NULL ? cases[i].reason : "");
			CU_ASSERT_EQUAL(
			    t->verdict.result, cases[i].reason != NULL ? TICKET_CONFLICT : TICKET_APPLIED);
			CU_ASSERT_EQUAL(t->verdict.rc, cases[i].reason != NULL ? -EBUSY : 0);
		}
}

static void
nobody_is_sent_to_a_site_that_left_the_inventory(void)
{
	struct trial *t = trial(TICKET_ASSIGNED, EV_DEPART, BY_CREW);
	t->judged.site = NULL;
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "site NIN-0042 is no longer in the inventory");
	t = trial(TICKET_ON_SITE, EV_CANCEL, BY_OPERATOR);
	t->judged.site = NULL;
	CU_ASSERT_EQUAL(judge(t)->result, TICKET_APPLIED);
}

static void
attest_needs_a_reason_and_a_note_needs_words(void)
{
	struct trial *t = trial(TICKET_VERIFYING, EV_ATTEST, BY_OPERATOR);
	t->step.note = " \t";
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "attest needs a reason");
	CU_ASSERT_EQUAL(t->verdict.rc, -EINVAL);
	t->step.note = NULL;
	CU_ASSERT_EQUAL(judge(t)->result, TICKET_REJECTED);
	t = trial(TICKET_CLOSED, EV_NOTE, BY_CREW);
	t->step.note = "";
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "the note is empty");
}

static void
assign_needs_a_crew_that_is_enrolled(void)
{
	struct trial *t = trial(TICKET_CONFIRMED, EV_ASSIGN, BY_OPERATOR);
	t->judged.is_crew_known = false;
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "no crew \"crew-3\" is enrolled");
	CU_ASSERT_EQUAL(t->verdict.rc, -ENOENT);
	t->step.crew = NULL;
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "assign needs the name of a crew");
}

static void
a_crew_does_not_lift_an_operators_block(void)
{
	struct trial *t = trial(TICKET_BLOCKED, EV_UNBLOCK, BY_CREW);
	CU_ASSERT_EQUAL(judge(t)->to, TICKET_ON_SITE);
	t->ticket.blocked_by = BY_OPERATOR;
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "ticket 17 was blocked by an operator");
	t->step.by = BY_OPERATOR;
	CU_ASSERT_EQUAL(judge(t)->result, TICKET_APPLIED);
}

static void
a_note_has_a_bound(void)
{
	static char note[TICKET_NOTE_MAX + 2];
	struct trial *t = trial(TICKET_ON_SITE, EV_NOTE, BY_CREW);

	memset(note, 'x', TICKET_NOTE_MAX);
	t->step.note = note;
	CU_ASSERT_EQUAL(judge(t)->result, TICKET_APPLIED);
	note[TICKET_NOTE_MAX] = 'x';
	CU_ASSERT_STRING_EQUAL(judge(t)->reason, "the note has 1025 octets, at most 1024 are kept");
}

static void
each_state_and_event_has_a_name(void)
{
	enum ticket_event event;

	for (int s = 0; s < TICKET_STATES; s++)
		CU_ASSERT_PTR_NOT_NULL(ticket_state_names[s]);
	for (int e = 0; e < TICKET_EVENTS; e++) {
		CU_ASSERT_EQUAL(ticket_event_find(ticket_event_names[e], &event), 0);
		CU_ASSERT_EQUAL((int)event, e);
	}
	CU_ASSERT_EQUAL(ticket_event_find("explode", &event), -ENOENT);
}

static const struct claim claims[] = {
	CLAIM(each_state_with_each_event_does_what_was_considered),
	CLAIM(whoever_the_table_does_not_name_is_refused_and_told_why),
	CLAIM(a_step_out_of_its_state_names_both_sides),
	CLAIM(a_step_that_is_never_the_actors_is_rejected),
	CLAIM(a_crew_learns_nothing_of_a_ticket_that_is_not_its_own),
	CLAIM(clearance_guards_assign_depart_and_arrive),
	CLAIM(nobody_is_sent_to_a_site_that_left_the_inventory),
	CLAIM(attest_needs_a_reason_and_a_note_needs_words),
	CLAIM(assign_needs_a_crew_that_is_enrolled),
	CLAIM(a_crew_does_not_lift_an_operators_block),
	CLAIM(a_note_has_a_bound),
	CLAIM(each_state_and_event_has_a_name),
};
CLAIMS_MAIN("ticket_rules", claims)
