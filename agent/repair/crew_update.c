/* SPDX-License-Identifier: ISC */
/*
 * A signed update: is the token genuine, is it this crew's, what does it ask? Whoever cannot sign is told nothing that helps: not whether the
 * device exists, was revoked, or uses the other algorithm. Whoever can is told what is wrong.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/log.h"
#include "agent/repair/inside.h"

#define LINES_A_MINUTE 10 /* of refused tokens in the log; all are counted */

const char *const crew_reject_names[] = { "form", "algorithm", "device", "signature", "crew", "revoked",
	"payload", NULL };

struct crew_receipt {
	TAILQ_ENTRY(crew_receipt) next;
	struct repair *repair;
	struct crew_device *device; /* whose token it was; NULL: not proven */
	crew_receipt_fn *fn;
	void *arg;
	char id[UPDATE_ID_MAX + 1];
	char reason[TICKET_REASON_MAX];
};

static void
receipt_free(struct crew_receipt *receipt)
{
	TAILQ_REMOVE(&receipt->repair->receipts, receipt, next);
	free(receipt);
}

void
crew_receipts_free(struct repair *repair)
{
	struct crew_receipt *receipt;

	while ((receipt = TAILQ_FIRST(&repair->receipts)) != NULL) {
		TAILQ_REMOVE(&repair->receipts, receipt, next);
		free(receipt);
	}
}

static void
receipt_give(struct crew_receipt *receipt, const char *result, const char *state, const char *reason)
{
	const struct towerd_receipt given = {
		.size = sizeof(given), .id = receipt->id, .result = result, .state = state, .reason = reason
	};

	if (receipt->fn != NULL)
		receipt->fn(receipt->arg, &given);
	receipt_free(receipt);
}

static void
give_rejection(void *arg)
{
	struct crew_receipt *receipt = arg;
	receipt_give(receipt, "rejected", "", receipt->reason);
}

static void
step_answered(void *arg, const struct ticket_answer *answer)
{
	static const char *const results[] = { [TICKET_APPLIED] = "applied",
		[TICKET_DUPLICATE] = "duplicate",
		[TICKET_REJECTED] = "rejected",
		[TICKET_CONFLICT] = "conflict",
		[TICKET_RETRY] = "retry" };
	struct crew_receipt *receipt = arg;
	bool shows_state = answer->result != TICKET_REJECTED && answer->result != TICKET_RETRY;

	if (answer->result == TICKET_APPLIED) {
		receipt->device->updates++;
		receipt->device->last_update_ms = loop_utc_ms(receipt->repair->loop);
	} else if (answer->result == TICKET_REJECTED || answer->result == TICKET_CONFLICT) {
		receipt->device->refused++;
	}
	receipt_give(receipt, results[answer->result], shows_state ? ticket_state_names[answer->state] : "",
	    answer->reason);
}

/* Logs the cause, with a bound: a sender that is out of order, or hostile, does not fill the disk. */
static void
log_reject(struct repair *repair, const char *crew, enum crew_reject cause, const char *why)
{
	int64_t now_ms = loop_now_ms(repair->loop);
	char quoted[LOG_QUOTE_MAX];

	if (repair->reject_lines == 0 || now_ms - repair->reject_minute_ms >= 60000) {
		repair->reject_minute_ms = now_ms;
		repair->reject_lines = 0;
	}
	if (repair->reject_lines++ >= LINES_A_MINUTE)
		return;
	log_write(TOWERD_LOG_WARNING, "crew update", "%s: refused (%s): %s%s",
	    log_quote(quoted, crew, strlen(crew)), crew_reject_names[cause - 1], why,
	    repair->reject_lines == LINES_A_MINUTE ? "; more of this minute are counted only" : "");
}

struct check {
	struct jws jws;
	struct crew_payload payload;
	struct crew_device *device;
	enum crew_reject cause; /* 0: genuine */
	bool is_proven;         /* by a valid signature: the sender may know what is wrong */
	char why[256];
};

static void
check_fails(struct check *check, enum crew_reject cause, const char *why)
{
	check->cause = cause;
	if (why != check->why)
		snprintf(check->why, sizeof(check->why), "%s", why);
}

static void
check_token(const struct repair *repair, const char *crew, const char *token, size_t len, struct check *check)
{
	const char *why;
	int rc = jws_parse(token, len, &check->jws, &why);

	if (rc < 0) {
		check->is_proven = true; /* the form is no secret */
		check_fails(check, rc == -ENOTSUP ? REJECT_ALGORITHM : REJECT_FORM, why);
		return;
	}
	/* Also of a token that proves false: its sender is told which one, and learns nothing by it. */
	rc = crew_payload_read(
	    check->jws.payload, check->jws.payload_len, &check->payload, check->why, sizeof(check->why));
	struct crew_device *device = crew_device_find(repair, check->jws.kid);
	if (device == NULL) {
		check_fails(check, REJECT_DEVICE, "no device of this kid is enrolled");
		return;
	}
	if (jws_key_alg(device->key) != check->jws.alg) {
		check_fails(check, REJECT_ALGORITHM, "the device is enrolled with another algorithm");
		return;
	}
	if (!jws_is_signed_by(&check->jws, token, device->key)) {
		check_fails(check, REJECT_SIGNATURE, "the signature is not the device's");
		return;
	}
	check->is_proven = true;
	check->device = device;
	if (strcmp(device->crew, crew) != 0)
		check_fails(check, REJECT_CREW, "the device is another crew's");
	else if (device->revoked_ms != 0)
		check_fails(check, REJECT_REVOKED, "the device was revoked");
	else if (rc < 0)
		check_fails(check, REJECT_PAYLOAD, check->why);
}

static int
take(struct crew_receipt *receipt, struct check *check)
{
	struct ticket_step *step = &check->payload.step;
	char actor[CREW_NAME_MAX + 8];

	snprintf(actor, sizeof(actor), "crew %s", check->device->crew);
	check->payload.update.device = check->device->kid;
	step->actor = actor;
	step->crew = check->device->crew;
	step->update = &check->payload.update;
	receipt->device = check->device;
	return ticket_step(receipt->repair, step, step_answered, receipt);
}

static int
reject(struct crew_receipt *receipt, const struct check *check, const char *crew)
{
	struct repair *repair = receipt->repair;

	repair->rejects[check->cause]++;
	if (check->device != NULL)
		check->device->refused++;
	log_reject(repair, crew, check->cause, check->why);
	snprintf(receipt->reason, sizeof(receipt->reason), "%s",
	    check->is_proven ? check->why : "not signed by an enrolled device of this crew");
	return loop_post(repair->loop, &repair->owner, give_rejection, receipt);
}

int
crew_update(
    struct repair *repair, const char *crew, const char *token, size_t len, crew_receipt_fn *fn, void *arg)
{
	struct crew_receipt *receipt = calloc(1, sizeof(*receipt));
	struct check *check = calloc(1, sizeof(*check));
	int rc = -ENOMEM;

	if (receipt != NULL && check != NULL) {
		receipt->repair = repair;
		receipt->fn = fn;
		receipt->arg = arg;
		TAILQ_INSERT_TAIL(&repair->receipts, receipt, next);
		check->payload.update.id = "";
		check_token(repair, crew, token, len, check);
		snprintf(receipt->id, sizeof(receipt->id), "%s", check->payload.update.id);
		rc = check->cause == 0 ? take(receipt, check) : reject(receipt, check, crew);
		if (rc < 0)
			TAILQ_REMOVE(&repair->receipts, receipt, next);
		crew_payload_free(&check->payload);
	}
	if (rc < 0)
		free(receipt);
	free(check);
	return rc;
}
