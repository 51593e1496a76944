/* SPDX-License-Identifier: ISC */
/* Who may do what to a ticket in which state: one table, and one judgement that needs nothing but its arguments. */
#ifndef AGENT_REPAIR_TICKET_RULES_H
#define AGENT_REPAIR_TICKET_RULES_H

#include "agent/repair/ticket.h"

#define TICKET_REASON_MAX 512

struct ticket_case {
	const struct ticket *ticket; /* NULL: there is none of this number */
	const struct ticket_step *step;
	const struct site *site; /* of the ticket, or to open one at; NULL: not in the inventory */
	bool is_crew_known;      /* EV_ASSIGN: step->crew */
	int64_t now_ms;          /* UTC */
};

struct ticket_verdict {
	enum ticket_result result; /* APPLIED, CONFLICT or REJECTED */
	int rc;
	enum ticket_state to;
	char reason[TICKET_REASON_MAX]; /* "" when applied */
};

void ticket_judge(const struct ticket_case *c, struct ticket_verdict *verdict);

struct ticket_rule;
const struct ticket_rule *
ticket_rule_find(enum ticket_state from, enum ticket_event event); /* NULL: refused */
unsigned ticket_rule_actors(const struct ticket_rule *rule);       /* enum ticket_actor */
enum ticket_state ticket_rule_to(const struct ticket_rule *rule, const struct ticket *ticket);

#endif
