/* SPDX-License-Identifier: ISC */
/*
 * Tickets: the repair of a site, as a state machine in one table (ticket_rules.c). Every accepted step is one journal record, committed with
 * the ticket's row before the answer; a step that cannot be committed is refused and has changed nothing.
 *
 * `restored` is a claim: it leads to verifying, and only evidence (the site reachable, no alarm at or above major, for the soak
 * time) or attest (an operator, with a reason) leads to closed.
 */
#ifndef AGENT_REPAIR_TICKET_H
#define AGENT_REPAIR_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/alarm/alarm.h"

enum ticket_state {
	TICKET_NONE, /* before it is opened */
	TICKET_REPORTED,
	TICKET_CONFIRMED,
	TICKET_ASSIGNED,
	TICKET_EN_ROUTE,
	TICKET_ON_SITE,
	TICKET_VERIFYING,
	TICKET_CLOSED,
	TICKET_BLOCKED,
	TICKET_CANCELLED,
	TICKET_STATES
};

enum ticket_event {
	EV_OPEN,
	EV_CONFIRM,
	EV_ASSIGN,
	EV_DEPART,
	EV_ARRIVE,
	EV_RESTORED,
	EV_VERIFIED,
	EV_STILL_DOWN,
	EV_BLOCK,
	EV_UNBLOCK,
	EV_CANCEL,
	EV_REOPEN,
	EV_ATTEST,
	EV_NOTE, /* at any time; changes no state */
	TICKET_EVENTS
};

/* Who may: bits. */
enum ticket_actor { BY_OPERATOR = 1, BY_CREW = 2, BY_AGENT = 4 };

extern const char *const ticket_state_names[], *const ticket_event_names[];

struct ticket {
	uint32_t number;      /* 1, 2, 3 …; never reused */
	uint32_t site;        /* site number */
	uint8_t state, before_block; /* enum ticket_state */
	bool is_attested;     /* closed by an operator's word, not by evidence */
	const char *title, *crew; /* crew: "" when none */
	int64_t opened_ms, changed_ms, due_ms, eta_ms; /* UTC; 0: not set */
	int64_t verify_until_ms;   /* UTC, end of the soak time; 0: not verifying, or the site is not well yet */
	uint32_t updates;     /* steps so far */
	const char *last_note, *reason; /* reason: why blocked, cancelled, still down, attested */
};

/* A step asked for. Strings are copied. */
struct ticket_step {
	uint32_t ticket;      /* 0 with EV_OPEN */
	enum ticket_event event;
	enum ticket_actor by;
	const char *actor;    /* for the journal: "uid 1000", "crew crew-3", "agent" */
	const char *crew;     /* BY_CREW: who asks; EV_ASSIGN: to whom */
	const char *site;     /* EV_OPEN: site id */
	const char *note;     /* note, reason, title; UTF-8, at most 1,024 octets */
	int64_t at_ms;        /* when it happened according to its author, UTC; 0: now */
	int64_t due_ms, eta_ms;
	/* BY_CREW: identity of the update, kept with it, so that a repeat is known: id, device, counter. NULL otherwise. */
	const struct ticket_update *update;
};

struct ticket_update {
	const char *id;       /* uuid, as sent */
	const char *device;   /* `kid` */
	uint64_t counter;
};

enum ticket_result { TICKET_APPLIED, TICKET_DUPLICATE, TICKET_REJECTED, TICKET_CONFLICT, TICKET_RETRY };

/* The answer, after the commit: `reason` names both sides ("ticket 17 is on-site: confirm is accepted in reported"). Borrowed. */
struct ticket_answer {
	enum ticket_result result;
	int rc;               /* 0, or a negative errno: -ENOENT, -EPERM, -EPROTO (not in the table), -EBUSY (guard), -EIO/-ENOSPC (disk) */
	uint32_t ticket;
	enum ticket_state state;
	const char *reason;
};
typedef void ticket_answer_fn(void *arg, const struct ticket_answer *answer);

struct repair;

struct repair_settings {
	int64_t soak_ms;      /* how long a restored site must be well before its ticket closes; 0: 10 min */
	int64_t verify_limit_ms; /* a claim that is not proven in this time is refused (still-down); 0: 1 h */
};

struct repair *repair_new(struct loop *loop, struct store *store, struct model *model, struct alarms *alarms, const struct repair_settings *settings);
int repair_load(struct repair *repair, char *error, size_t size);
void repair_free(struct repair *repair);
int repair_add_views(struct repair *repair, struct views *views); /* towerdTicketTable, towerdCrewTable */

/* Asks for a step; the answer always comes by `fn`, from the loop, after the commit (never from inside this call). 0 or -ENOMEM. */
int ticket_step(struct repair *repair, const struct ticket_step *step, ticket_answer_fn *fn, void *arg);
const struct ticket *ticket_find(const struct repair *repair, uint32_t number);
/* The site's newest ticket that is not closed or cancelled, or NULL. */
const struct ticket *ticket_open_at(const struct repair *repair, uint32_t site);

#endif
