/* SPDX-License-Identifier: ISC */
/*
 * Steps of tickets: judged on the newest version, staged, committed with their journal record, answered after the commit. What hangs on a
 * version that is not durable yet (a later step, a refusal, a repeat) is answered after it.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/log.h"
#include "agent/repair/inside.h"

struct pending {
	TAILQ_ENTRY(pending) next;
	TAILQ_HEAD(, pending) followers; /* answered when this is durable, or failed */
	struct repair *repair;
	uint32_t ticket;
	struct ticket *version; /* the ticket after this step; NULL: it stays as it is */
	struct update *update;  /* recorded with it; NULL: none */
	char object[24], actor[80];
	char *log_line; /* NULL: it says nothing */
	bool is_lost;   /* a commit before it failed: so will its own, and what it staged is gone already */
	enum ticket_result result;
	int rc;
	char reason[TICKET_REASON_MAX];
	ticket_answer_fn *fn;
	void *arg;
};

/* Answers. */

static void
pending_free(struct pending *pending)
{
	struct pending *follower;

	while ((follower = TAILQ_FIRST(&pending->followers)) != NULL) {
		TAILQ_REMOVE(&pending->followers, follower, next);
		pending_free(follower);
	}
	free(pending->version);
	free(pending->log_line);
	free(pending);
}

/* Frees it, and answers its followers after it: as they were judged, or with what failed. */
static void
pending_answer(struct pending *pending)
{
	const struct ticket *ticket = ticket_find(pending->repair, pending->ticket);
	struct ticket_answer answer = { .result = pending->result,
		.rc = pending->rc,
		.ticket = pending->ticket,
		.state = ticket != NULL ? ticket->state : TICKET_NONE,
		.reason = pending->reason };
	struct pending *follower;

	if (pending->fn != NULL)
		pending->fn(pending->arg, &answer);
	while ((follower = TAILQ_FIRST(&pending->followers)) != NULL) {
		TAILQ_REMOVE(&pending->followers, follower, next);
		if (pending->result == TICKET_RETRY) {
			follower->result = TICKET_RETRY;
			follower->rc = pending->rc;
			snprintf(follower->reason, sizeof(follower->reason), "%s", pending->reason);
		}
		pending_answer(follower);
	}
	pending_free(pending);
}

static void
answer_posted(void *arg)
{
	struct pending *pending = arg;

	TAILQ_REMOVE(&pending->repair->posted, pending, next);
	pending_answer(pending);
}

/* Decided without a commit of its own: answered after `leader`, or soon. */
static int
pending_settle(struct pending *pending, struct pending *leader)
{
	struct repair *repair = pending->repair;

	if (leader != NULL) {
		TAILQ_INSERT_TAIL(&leader->followers, pending, next);
		return 0;
	}
	int rc = loop_post(repair->loop, &repair->owner, answer_posted, pending);
	if (rc < 0) {
		pending_free(pending);
		return rc;
	}
	TAILQ_INSERT_TAIL(&repair->posted, pending, next);
	return 0;
}

static void
set_retry(struct pending *pending, int rc)
{
	const char *trouble = store_trouble(pending->repair->store);

	pending->result = TICKET_RETRY;
	pending->rc = rc;
	snprintf(pending->reason, sizeof(pending->reason),
	    "nothing was changed, for it cannot be recorded (%s): try again",
	    trouble != NULL ? trouble : strerror(-rc));
}

/* Commits. */

/*
 * A commit failed, so all that wait fail too (store.h), and each staged on the one before: back to what is durable. What is submitted
 * from now on stands on that.
 */
static void
roll_back(struct repair *repair)
{
	struct pending *pending;

	TAILQ_FOREACH(pending, &repair->waiting, next)
	{
		struct slot *slot = slot_at(repair, pending->ticket);
		updates_remove(&repair->updates, pending->update);
		pending->update = NULL;
		pending->is_lost = true;
		if (slot == NULL)
			continue;
		slot->last = NULL;
		slot->staged = slot->durable;
		if (slot->durable == NULL)
			pending->ticket = 0; /* the number will be another's */
	}
	slots_drop_new(repair);
}

static void
pending_durable(void *arg, int rc, bool final)
{
	struct pending *pending = arg;
	struct repair *repair = pending->repair;

	(void) final; /* of a promise always true */
	if (rc < 0 && !pending->is_lost)
		roll_back(repair);
	TAILQ_REMOVE(&repair->waiting, pending, next);
	if (rc < 0) {
		set_retry(pending, rc);
		pending_answer(pending);
		return;
	}
	struct slot *slot = slot_at(repair, pending->ticket);
	updates_settle(&repair->updates, pending->update);
	if (slot->last == pending)
		slot->last = NULL;
	if (pending->version != NULL && slot_install(repair, slot, pending->version, pending->actor) < 0)
		log_write(TOWERD_LOG_ERROR, pending->object, "no memory to show or to verify it");
	pending->version = NULL;
	if (pending->log_line != NULL)
		log_write(TOWERD_LOG_INFO, pending->object, "%s", pending->log_line);
	pending_answer(pending);
}

/* What a step makes of a ticket. */
static struct ticket *
next_version(
    const struct ticket *ticket, const struct ticket_step *step, enum ticket_state to, int64_t now_ms)
{
	struct ticket next = *ticket;
	char names[2 * TICKET_NAMES_MAX + 2];
	bool has_note = step->note != NULL && step->note[0] != '\0';

	if (to == TICKET_BLOCKED && ticket->state != TICKET_BLOCKED) {
		next.before_block = ticket->state;
		next.blocked_by = (uint8_t)step->by;
	}
	switch (step->event) {
	case EV_OPEN:
		next.title = step->note;
		next.opened_ms = now_ms;
		break;
	case EV_ASSIGN:
		next.crew = step->crew;
		next.eta_ms = 0;
		break;
	case EV_REOPEN:
		next.is_attested = false;
		if (to == TICKET_CONFIRMED)
			next.crew = "";
		break;
	case EV_ATTEST:
		next.is_attested = true;
		break;
	default:
		break;
	}
	if (step->event != EV_NOTE) {
		next.changed_ms = now_ms;
		next.reason = to == TICKET_BLOCKED || to == TICKET_CANCELLED ||
			step->event == EV_STILL_DOWN || step->event == EV_ATTEST || step->event == EV_REOPEN
		    ? step->note
		    : "";
	}
	if (has_note && step->event != EV_OPEN)
		next.last_note = step->note;
	if (step->names != NULL) {
		bool has_names = ticket->names != NULL && ticket->names[0] != '\0';
		snprintf(names, sizeof(names), "%s%s%s", has_names ? ticket->names : "", has_names ? " " : "",
		    step->names);
		next.names = names;
	}
	if (step->due_ms > 0)
		next.due_ms = step->due_ms;
	if (step->eta_ms > 0)
		next.eta_ms = step->eta_ms;
	next.state = (uint8_t)to;
	next.verify_until_ms = 0;
	next.updates++;
	return ticket_copy(&next);
}

static int64_t
kept_since_ms(const struct repair *repair)
{
	return loop_utc_ms(repair->loop) - repair->settings.update_keep_ms;
}

/* The transaction of a step: the record, the row, the identity. -ENOMEM: nothing was staged. */
static int
build(struct pending *pending, struct store_txn *txn, const struct ticket *before,
    const struct ticket_step *step, const struct ticket_verdict *verdict)
{
	struct repair *repair = pending->repair;
	const struct ticket *after = pending->version != NULL ? pending->version : before;
	uint64_t counter = step->update != NULL ? updates_counter(&repair->updates, step->update->device) : 0;
	char *record = ticket_record_write(before, after, step, verdict, counter);
	char *row = ticket_row_write(after);
	char key[16];
	int rc = record != NULL && row != NULL ? 0 : -ENOMEM;

	if (rc == 0) {
		snprintf(pending->object, sizeof(pending->object), "ticket %" PRIu32, after->number);
		store_journal(txn, verdict->result == TICKET_APPLIED ? "ticket.update" : "ticket.refused",
		    step->actor, pending->object, record);
		ticket_row_key(after->number, key);
		if (pending->version != NULL)
			store_put(txn, STORE_TICKET, key, row, strlen(row));
		if (step->update != NULL) {
			pending->update = updates_add(&repair->updates, txn, step, verdict,
			    loop_utc_ms(repair->loop), kept_since_ms(repair));
			if (pending->update == NULL)
				rc = -ENOMEM;
			else
				pending->update->pending = pending;
		}
	}
	free(record);
	free(row);
	return rc;
}

static int
commit(struct pending *pending, struct slot *slot, const struct ticket_step *step,
    const struct ticket_verdict *verdict)
{
	struct repair *repair = pending->repair;
	const struct ticket *before = slot->staged;
	struct pending *last = slot->last;
	struct store_txn *txn = store_begin(repair->store);

	int rc = build(pending, txn, before, step, verdict);
	if (rc < 0) {
		store_abandon(txn);
		return rc;
	}
	const char *from = ticket_state_names[before != NULL ? before->state : TICKET_NONE];
	if (verdict->result == TICKET_APPLIED &&
	    asprintf(&pending->log_line, "%s -> %s (%s, %s)", from, ticket_state_names[verdict->to],
		ticket_event_names[step->event], step->actor) < 0)
		pending->log_line = NULL;
	if (pending->version != NULL)
		slot->staged = pending->version;
	slot->last = pending;
	TAILQ_INSERT_TAIL(&repair->waiting, pending, next);
	rc = store_submit(txn, STORE_PROMISE, pending_durable, pending);
	if (rc == 0)
		return 0;
	TAILQ_REMOVE(&repair->waiting, pending, next);
	updates_remove(&repair->updates, pending->update);
	pending->update = NULL;
	slot->staged = before;
	slot->last = last;
	return rc;
}

/* Steps. */

/* An accepted step, or one of a crew that was refused and is to be found in the history. */
static int
stage(struct pending *pending, struct slot *slot, const struct ticket_step *step, const struct site *site,
    const struct ticket_verdict *verdict)
{
	struct repair *repair = pending->repair;
	struct slot *opened = NULL;
	struct ticket fresh = { 0 };

	if (slot == NULL) {
		assert(site != NULL); /* an opening without one is refused */
		slot = opened = slot_load(repair, slot_next_number(repair)); /* its own from the commit on */
		if (slot == NULL) {
			pending_free(pending);
			return -ENOMEM;
		}
		fresh = (struct ticket){
			.number = slot->number, .site = site->entity.number, .site_id = site->id
		};
		pending->ticket = slot->number;
	}
	int rc = 0;
	if (verdict->result == TICKET_APPLIED) {
		pending->version = next_version(
		    opened != NULL ? &fresh : slot->staged, step, verdict->to, loop_utc_ms(repair->loop));
		rc = pending->version != NULL ? 0 : -ENOMEM;
	}
	if (rc == 0)
		rc = commit(pending, slot, step, verdict);
	if (rc == 0)
		return 0;
	if (opened != NULL)
		slots_drop_newest(repair);
	if (rc == -ENOMEM) {
		pending_free(pending);
		return rc;
	}
	free(pending->version);
	pending->version = NULL;
	set_retry(pending, rc);
	return pending_settle(pending, NULL);
}

/* An update seen before: the same answer again, or a refusal of another content under a known name. */
static int
repeat(struct pending *pending, const struct ticket_step *step, const struct update *seen)
{
	char digest[JWS_DIGEST];

	update_digest(step, digest);
	pending->ticket = seen->ticket;
	if (strcmp(digest, seen->digest) != 0) {
		pending->result = TICKET_REJECTED;
		pending->rc = -EINVAL;
		snprintf(pending->reason, sizeof(pending->reason),
		    "an update of this id came before with another content");
	} else {
		pending->result = seen->result == TICKET_APPLIED ? TICKET_DUPLICATE : seen->result;
		snprintf(pending->reason, sizeof(pending->reason), "%s", seen->reason);
	}
	return pending_settle(pending, seen->pending);
}

static struct pending *
pending_new(struct repair *repair, const struct ticket_step *step, ticket_answer_fn *fn, void *arg)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (pending == NULL)
		return NULL;
	TAILQ_INIT(&pending->followers);
	pending->repair = repair;
	pending->ticket = step->ticket;
	snprintf(pending->actor, sizeof(pending->actor), "%s", step->actor);
	pending->fn = fn;
	pending->arg = arg;
	return pending;
}

int
ticket_step(struct repair *repair, const struct ticket_step *step, ticket_answer_fn *fn, void *arg)
{
	struct pending *pending = pending_new(repair, step, fn, arg);
	if (pending == NULL)
		return -ENOMEM;
	if (step->update != NULL) {
		const struct update *seen = updates_find(&repair->updates, step->crew, step->update->id);
		if (seen != NULL)
			return repeat(pending, step, seen);
		if (updates_is_too_old(&repair->updates, step, kept_since_ms(repair))) {
			pending->result = TICKET_REJECTED;
			pending->rc = -EPERM;
			snprintf(pending->reason, sizeof(pending->reason),
			    "the update is older than what is kept to know a repeat");
			return pending_settle(pending, NULL);
		}
	}
	struct slot *slot = step->event != EV_OPEN ? slot_at(repair, step->ticket) : NULL;
	const struct site *site = slot != NULL ? model_site_of(repair->model, slot->staged->site)
	    : step->site != NULL               ? model_site(repair->model, step->site)
					       : NULL;
	struct ticket_case judged = { .ticket = slot != NULL ? slot->staged : NULL,
		.step = step,
		.site = site,
		.is_crew_known = step->crew != NULL && crew_is_known(repair, step->crew),
		.now_ms = loop_utc_ms(repair->loop) };
	struct ticket_verdict verdict;

	ticket_judge(&judged, &verdict);
	pending->result = verdict.result;
	pending->rc = verdict.rc;
	snprintf(pending->reason, sizeof(pending->reason), "%s", verdict.reason);
	if (verdict.result == TICKET_APPLIED ||
	    (slot != NULL && step->update != NULL && verdict.rc != -EINVAL))
		return stage(pending, slot, step, site, &verdict);
	return pending_settle(pending, slot != NULL ? slot->last : NULL);
}

/* Free. Whoever waits for an answer is gone by then. */
void
ticket_free_all(struct repair *repair)
{
	struct pending *pending;

	while ((pending = TAILQ_FIRST(&repair->waiting)) != NULL) {
		TAILQ_REMOVE(&repair->waiting, pending, next);
		pending_free(pending);
	}
	while ((pending = TAILQ_FIRST(&repair->posted)) != NULL) {
		TAILQ_REMOVE(&repair->posted, pending, next);
		pending_free(pending);
	}
}
