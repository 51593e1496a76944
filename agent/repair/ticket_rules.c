/* SPDX-License-Identifier: ISC */
/* The state machine of a ticket, as a table. What is not in it is refused, with both names. */
#include "agent/repair/ticket_rules.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <towerd/time.h>

const char *const ticket_state_names[] = { "none", "reported", "confirmed", "assigned", "en-route", "on-site",
	"verifying", "closed", "blocked", "cancelled", NULL };
const char *const ticket_event_names[] = { "open", "confirm", "assign", "depart", "arrive", "restored",
	"verified", "still-down", "block", "unblock", "cancel", "reopen", "attest", "note", NULL };

struct ticket_rule {
	enum ticket_state from;
	enum ticket_event event;
	unsigned by; /* enum ticket_actor */
	enum ticket_state to;
	int (*guard)(
	    const struct ticket_case *c, char *reason, size_t size); /* 0, or a negative errno and a reason */
};

#define TO_WHERE_IT_WAS TICKET_NONE /* unblock leads back to the state before the block */
#define ANYONE          (BY_OPERATOR | BY_CREW | BY_AGENT)
#define PEOPLE          (BY_OPERATOR | BY_CREW)

static int is_cleared(const struct ticket_case *c, char *reason, size_t size);
static int may_unblock(const struct ticket_case *c, char *reason, size_t size);
static int has_crew(const struct ticket_case *c, char *reason, size_t size);
static int has_note(const struct ticket_case *c, char *reason, size_t size);

/*
 * Every accepted step. An operator may do what a crew may: crews without a phone report by radio, and the journal tells who wrote it down.
 * A crew may arrive without having departed: after still-down it is on the spot already.
 */
static const struct ticket_rule ticket_rules[] = {
	{ TICKET_NONE, EV_OPEN, BY_OPERATOR, TICKET_REPORTED, NULL },

	{ TICKET_REPORTED, EV_CONFIRM, BY_OPERATOR, TICKET_CONFIRMED, NULL },
	{ TICKET_REPORTED, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_CONFIRMED, EV_ASSIGN, BY_OPERATOR, TICKET_ASSIGNED, has_crew },
	{ TICKET_CONFIRMED, EV_BLOCK, BY_OPERATOR, TICKET_BLOCKED, NULL },
	{ TICKET_CONFIRMED, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_ASSIGNED, EV_ASSIGN, BY_OPERATOR, TICKET_ASSIGNED, has_crew },
	{ TICKET_ASSIGNED, EV_DEPART, PEOPLE, TICKET_EN_ROUTE, is_cleared },
	{ TICKET_ASSIGNED, EV_ARRIVE, PEOPLE, TICKET_ON_SITE, is_cleared },
	{ TICKET_ASSIGNED, EV_BLOCK, PEOPLE, TICKET_BLOCKED, NULL },
	{ TICKET_ASSIGNED, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_EN_ROUTE, EV_ASSIGN, BY_OPERATOR, TICKET_ASSIGNED, has_crew },
	{ TICKET_EN_ROUTE, EV_ARRIVE, PEOPLE, TICKET_ON_SITE, is_cleared },
	{ TICKET_EN_ROUTE, EV_BLOCK, PEOPLE, TICKET_BLOCKED, NULL },
	{ TICKET_EN_ROUTE, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_ON_SITE, EV_ASSIGN, BY_OPERATOR, TICKET_ASSIGNED, has_crew },
	{ TICKET_ON_SITE, EV_RESTORED, PEOPLE, TICKET_VERIFYING, NULL },
	{ TICKET_ON_SITE, EV_ATTEST, BY_OPERATOR, TICKET_CLOSED, has_note },
	{ TICKET_ON_SITE, EV_BLOCK, PEOPLE, TICKET_BLOCKED, NULL },
	{ TICKET_ON_SITE, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_VERIFYING, EV_VERIFIED, BY_AGENT, TICKET_CLOSED, NULL },
	{ TICKET_VERIFYING, EV_STILL_DOWN, BY_AGENT, TICKET_ASSIGNED, NULL },
	{ TICKET_VERIFYING, EV_ATTEST, BY_OPERATOR, TICKET_CLOSED, has_note },
	{ TICKET_VERIFYING, EV_REOPEN, BY_OPERATOR, TICKET_ASSIGNED,
	    NULL }, /* the operator knows better than the claim */

	{ TICKET_BLOCKED, EV_UNBLOCK, PEOPLE, TO_WHERE_IT_WAS, may_unblock },
	{ TICKET_BLOCKED, EV_ATTEST, BY_OPERATOR, TICKET_CLOSED, has_note },
	{ TICKET_BLOCKED, EV_CANCEL, BY_OPERATOR, TICKET_CANCELLED, NULL },

	{ TICKET_CLOSED, EV_REOPEN, BY_OPERATOR, TICKET_CONFIRMED, NULL },
	{ TICKET_CANCELLED, EV_REOPEN, BY_OPERATOR, TICKET_CONFIRMED, NULL },

	{ TICKET_REPORTED, EV_NOTE, ANYONE, TICKET_REPORTED, has_note },
	{ TICKET_CONFIRMED, EV_NOTE, ANYONE, TICKET_CONFIRMED, has_note },
	{ TICKET_ASSIGNED, EV_NOTE, ANYONE, TICKET_ASSIGNED, has_note },
	{ TICKET_EN_ROUTE, EV_NOTE, ANYONE, TICKET_EN_ROUTE, has_note },
	{ TICKET_ON_SITE, EV_NOTE, ANYONE, TICKET_ON_SITE, has_note },
	{ TICKET_VERIFYING, EV_NOTE, ANYONE, TICKET_VERIFYING, has_note },
	{ TICKET_CLOSED, EV_NOTE, ANYONE, TICKET_CLOSED, has_note },
	{ TICKET_BLOCKED, EV_NOTE, ANYONE, TICKET_BLOCKED, has_note },
	{ TICKET_CANCELLED, EV_NOTE, ANYONE, TICKET_CANCELLED, has_note },
};
#define RULES (sizeof(ticket_rules) / sizeof(ticket_rules[0]))

const struct ticket_rule *
ticket_rule_find(enum ticket_state from, enum ticket_event event)
{
	for (size_t i = 0; i < RULES; i++)
		if (ticket_rules[i].from == from && ticket_rules[i].event == event)
			return &ticket_rules[i];
	return NULL;
}

unsigned
ticket_rule_actors(const struct ticket_rule *rule)
{
	return rule->by;
}

enum ticket_state
ticket_rule_to(const struct ticket_rule *rule, const struct ticket *ticket)
{
	if (rule->to != TO_WHERE_IT_WAS)
		return rule->to;
	assert(ticket != NULL);
	return ticket->before_block;
}

int
ticket_event_find(const char *name, enum ticket_event *event)
{
	for (int i = 0; i < TICKET_EVENTS; i++)
		if (strcmp(name, ticket_event_names[i]) == 0) {
			*event = (enum ticket_event)i;
			return 0;
		}
	return -ENOENT;
}

bool
ticket_is_open(enum ticket_state state)
{
	return state != TICKET_NONE && state != TICKET_CLOSED && state != TICKET_CANCELLED;
}

/* Guards. */

/*
 * May people be at the site? Requested and withdrawn block; none will do only while nobody found the structure damaged; granted will do until
 * its time. That time is held against when the step happened, not against when a phone found a network to tell of it.
 */
static int
is_cleared(const struct ticket_case *c, char *reason, size_t size)
{
	const struct site *site = c->site;
	char until[TOWERD_TIME_TEXT];

	if (site == NULL) {
		snprintf(reason, size, "site %s is no longer in the inventory", c->ticket->site_id);
		return -EBUSY;
	}
	int64_t at_ms = c->step->at_ms > 0 && c->step->at_ms < c->now_ms ? c->step->at_ms : c->now_ms;
	switch ((enum clearance)site->clearance) {
	case CLEARANCE_GRANTED:
		if (site->clearance_until_ms == 0 || at_ms < site->clearance_until_ms)
			return 0;
		snprintf(reason, size, "clearance of %s ended at %s", site->id,
		    towerd_time_format(site->clearance_until_ms, until));
		return -EBUSY;
	case CLEARANCE_REQUESTED:
		snprintf(reason, size, "clearance of %s is requested and not yet granted", site->id);
		return -EBUSY;
	case CLEARANCE_WITHDRAWN:
		snprintf(reason, size, "clearance of %s was withdrawn", site->id);
		return -EBUSY;
	case CLEARANCE_NONE:
		break;
	}
	if (site->structural != STRUCTURAL_DAMAGED && site->structural != STRUCTURAL_DESTROYED)
		return 0;
	snprintf(reason, size, "%s is %s and nobody has granted clearance", site->id,
	    structural_names[site->structural - 1]);
	return -EBUSY;
}

static int
has_crew(const struct ticket_case *c, char *reason, size_t size)
{
	const char *crew = c->step->crew;

	if (crew == NULL || crew[0] == '\0') {
		snprintf(reason, size, "assign needs the name of a crew");
		return -EINVAL;
	}
	if (!c->is_crew_known) {
		snprintf(reason, size, "no crew \"%.*s\" is enrolled", CREW_NAME_MAX, crew);
		return -ENOENT;
	}
	return is_cleared(c, reason, size);
}

/* Whoever is sent back to the road or the site passes the clearance again; a crew does not overrule an operator's block. */
static int
may_unblock(const struct ticket_case *c, char *reason, size_t size)
{
	if (c->step->by == BY_CREW && c->ticket->blocked_by != BY_CREW) {
		snprintf(reason, size, "ticket %u was blocked by an operator", c->ticket->number);
		return -EBUSY;
	}
	return c->ticket->before_block == TICKET_CONFIRMED ? 0 : is_cleared(c, reason, size);
}

static int
has_note(const struct ticket_case *c, char *reason, size_t size)
{
	if (c->step->note != NULL && c->step->note[strspn(c->step->note, " \t\r\n")] != '\0')
		return 0;
	snprintf(reason, size, c->step->event == EV_ATTEST ? "attest needs a reason" : "the note is empty");
	return -EINVAL;
}

/* The judgement. */

static void __attribute__((format(printf, 4, 5)))
refuse(struct ticket_verdict *verdict, enum ticket_result result, int rc, const char *format, ...)
{
	va_list ap;

	verdict->result = result;
	verdict->rc = rc;
	va_start(ap, format);
	vsnprintf(verdict->reason, sizeof(verdict->reason), format, ap);
	va_end(ap);
}

static const char *
actor_name(unsigned by)
{
	return by == BY_AGENT ? "the agent" : by == BY_CREW ? "a crew" : "an operator";
}

/* No rule for this state: it may be one for another (then the step came too late or too early), or for another actor. */
static void
refuse_state(const struct ticket_case *c, enum ticket_state from, struct ticket_verdict *verdict)
{
	const struct ticket_step *step = c->step;
	const char *name = ticket_event_names[step->event];
	unsigned by = 0;
	char states[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < RULES; i++) {
		if (ticket_rules[i].event != step->event)
			continue;
		by |= ticket_rules[i].by;
		len += (size_t)snprintf(states + len, sizeof(states) - len, "%s%s", len > 0 ? ", " : "",
		    ticket_state_names[ticket_rules[i].from]);
	}
	if ((by & step->by) == 0)
		refuse(verdict, TICKET_REJECTED, -EPERM, "%s is for %s, not for %s", name, actor_name(by),
		    actor_name(step->by));
	else
		refuse(verdict, TICKET_CONFLICT, -EPROTO, "ticket %u is %s: %s is accepted in %s",
		    step->ticket, ticket_state_names[from], name, states);
}

/* A crew learns nothing of tickets that are not its own, not even whether they exist. */
static bool
is_visible(const struct ticket_case *c, struct ticket_verdict *verdict)
{
	const struct ticket_step *step = c->step;

	if (step->event == EV_OPEN) {
		if (c->ticket != NULL || c->site != NULL)
			return true;
		refuse(verdict, TICKET_REJECTED, -ENOENT, "no site \"%.32s\" in the inventory",
		    step->site != NULL ? step->site : "");
		return false;
	}
	if (step->by == BY_CREW) {
		if (c->ticket != NULL && strcmp(c->ticket->crew, step->crew) == 0)
			return true;
		refuse(verdict, TICKET_REJECTED, -EPERM, "ticket %u is not assigned to %.*s", step->ticket,
		    CREW_NAME_MAX, step->crew);
		return false;
	}
	if (c->ticket != NULL)
		return true;
	refuse(verdict, TICKET_REJECTED, -ENOENT, "there is no ticket %u", step->ticket);
	return false;
}

void
ticket_judge(const struct ticket_case *c, struct ticket_verdict *verdict)
{
	const struct ticket_step *step = c->step;
	enum ticket_state from = c->ticket != NULL ? c->ticket->state : TICKET_NONE;
	size_t note_len = step->note != NULL ? strlen(step->note) : 0;

	*verdict = (struct ticket_verdict){ .to = from };
	if (note_len > TICKET_NOTE_MAX) {
		refuse(verdict, TICKET_REJECTED, -EINVAL, "the note has %zu octets, at most %d are kept",
		    note_len, TICKET_NOTE_MAX);
		return;
	}
	size_t names_len = (step->names != NULL ? strlen(step->names) + 1 : 0) +
	    (c->ticket != NULL && c->ticket->names != NULL ? strlen(c->ticket->names) : 0);
	if (names_len > TICKET_NAMES_MAX) {
		refuse(verdict, TICKET_REJECTED, -EINVAL, "the ticket names too many alarms");
		return;
	}
	const struct ticket_rule *rule = ticket_rule_find(from, step->event);
	if (rule == NULL || (rule->by & step->by) == 0) {
		/* What is never for this actor is said first: a crew that tries to confirm is told so for any ticket. */
		struct ticket_verdict never = *verdict;
		refuse_state(c, from, &never);
		if (never.result == TICKET_REJECTED || is_visible(c, verdict))
			*verdict = never;
		return;
	}
	if (!is_visible(c, verdict))
		return;
	int rc = rule->guard != NULL ? rule->guard(c, verdict->reason, sizeof(verdict->reason)) : 0;
	if (rc < 0) {
		verdict->result = rc == -EBUSY ? TICKET_CONFLICT : TICKET_REJECTED;
		verdict->rc = rc;
		return;
	}
	verdict->to = ticket_rule_to(rule, c->ticket);
}
