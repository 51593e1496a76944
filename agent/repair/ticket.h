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

#define TICKET_NAMES_MAX 1023 /* octets of what a ticket names */
#define TICKET_NOTE_MAX  1024 /* octets of a title, note or reason */
#define CREW_NAME_MAX    32   /* [A-Za-z0-9][A-Za-z0-9._-]{0,31}, as a site id */

enum ticket_state {  /* numbers are those of TOWERD-REPAIR-MIB: append only */
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

extern const char *const ticket_state_names[], *const ticket_event_names[]; /* by number, NULL at the end */
int ticket_event_find(const char *name, enum ticket_event *event);          /* -ENOENT */
bool ticket_is_open(enum ticket_state state);                               /* neither closed nor cancelled */

struct ticket {
	uint32_t number;             /* 1, 2, 3 …; never reused */
	uint32_t site;               /* site number */
	uint8_t state, before_block; /* enum ticket_state */
	uint8_t blocked_by;          /* enum ticket_actor; a crew lifts only the block that a crew reported */
	bool is_attested;            /* closed by an operator's word, not by evidence */
	const char *site_id, *title, *crew; /* crew: "" when none */
	/* The resources and probable causes that it is about, as "1234.106 1235.58"; "": those that are in alarm when the crew arrives. */
	const char *names;
	int64_t opened_ms, changed_ms, due_ms, eta_ms; /* UTC; 0: not set */
	int64_t
	    verify_until_ms; /* UTC, end of the soak time; 0: not verifying, or the site is not well yet. A forecast, not kept */
	const char *
	    waits_for; /* verifying: what keeps the site from being well, "" when nothing does; valid until the caller returns to the loop */
	uint32_t updates;               /* steps so far */
	const char *last_note, *reason; /* reason: why blocked, cancelled, still down, attested */
};

/* A step asked for. Strings are copied. */
struct ticket_step {
	uint32_t ticket; /* 0 with EV_OPEN */
	enum ticket_event event;
	enum ticket_actor by;
	const char *actor; /* for the journal: "uid 1000", "crew crew-3", "agent" */
	const char *crew;  /* BY_CREW: who asks; EV_ASSIGN: to whom */
	const char *site;  /* EV_OPEN: site id */
	const char *note;  /* note, reason, title; UTF-8, at most TICKET_NOTE_MAX octets; NULL as "" */
	int64_t at_ms;     /* when it happened according to its author, UTC; 0: now */
	int64_t due_ms, eta_ms;
	const char *names; /* as in a ticket, added to those that it has; NULL: none */
	/* BY_CREW: identity of the update, kept with it, so that a repeat is known: id, device, counter. NULL otherwise. */
	const struct ticket_update *update;
};

struct ticket_update {
	const char *id;     /* uuid, as sent */
	const char *device; /* `kid` */
	uint64_t counter;
};

enum ticket_result { TICKET_APPLIED, TICKET_DUPLICATE, TICKET_REJECTED, TICKET_CONFLICT, TICKET_RETRY };

/*
 * The answer, after the commit: `reason` names both sides ("ticket 17 is on-site: confirm is accepted in reported"). Borrowed.
 * REJECTED: never possible for this actor. CONFLICT: not possible as things are (state, or a guard). RETRY: the disk failed, nothing changed.
 */
struct ticket_answer {
	enum ticket_result result;
	int rc; /* 0, or a negative errno: -ENOENT, -EPERM, -EINVAL, -EPROTO (not in the table), -EBUSY (guard), -EIO/-ENOSPC (disk) */
	uint32_t ticket;
	enum ticket_state state;
	const char *reason;
};
typedef void ticket_answer_fn(void *arg, const struct ticket_answer *answer);

struct repair;

struct repair_settings {
	int64_t soak_ms; /* how long a restored site must be well before its ticket closes; 0: 10 min */
	int64_t verify_limit_ms; /* a claim that is not proven in this time is refused (still-down); 0: 1 h */
	int64_t
	    update_keep_ms; /* how long the identity of a crew update is kept, to know a repeat; 0: 60 days */
};

struct repair *repair_new(struct loop *loop, struct store *store, struct scopes *scopes, struct model *model,
    struct alarms *alarms, const struct repair_settings *settings);
/* Tickets, crews and applied updates from the store, once, after model_load(); then listens to model and alarms. */
int repair_load(struct repair *repair, char *error, size_t size);
/* The store's file is a copy that was put back: tickets that may have been opened since keep their numbers. Once, after repair_load(). */
void repair_restore(struct repair *repair, struct store_txn *txn);
/* After store_close(), whose last commits still answer steps that wait. */
void repair_free(struct repair *repair);
int repair_add_views(struct repair *repair,
    struct views *views); /* towerdTicketTable, towerdCrewTable, towerdCrewRejectTable */

/* Asks for a step; the answer always comes by `fn`, from the loop, after the commit (never from inside this call). 0 or -ENOMEM. */
int ticket_step(struct repair *repair, const struct ticket_step *step, ticket_answer_fn *fn, void *arg);
/* What is durable. Valid until the caller returns to the loop. */
const struct ticket *ticket_find(const struct repair *repair, uint32_t number);
/* The site's newest ticket that is not closed or cancelled, or NULL. */
const struct ticket *ticket_open_at(const struct repair *repair, uint32_t site);

/* The history of a ticket is in the journal: records of type "ticket.*" whose object is "ticket N". */
bool ticket_record_is_of(const struct store_record *record, uint32_t number);
/* "2026-11-22T18:45:53.120Z  en-route -> on-site (arrive, crew crew-3): note"; -EBADMSG: no record of a ticket. */
int ticket_record_format(const struct store_record *record, char *line, size_t size);

#endif
