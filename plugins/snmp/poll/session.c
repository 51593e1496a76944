/* SPDX-License-Identifier: ISC */
/* One exchange with one device: build, send, repeat, give up, and whether what comes back is the device's own. */
#include "plugins/snmp/poll/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
session_init(struct session *session, struct poller *poller, const struct session_calls *calls, void *arg,
    struct towerd_timer *timer)
{
	*session = (struct session){ .poller = poller, .calls = calls, .arg = arg, .timer = timer };
	return timer == NULL ? -ENOMEM : 0;
}

int
session_set_access(struct session *session, const struct wire_address *address,
    const struct wire_address *answers_from, const struct access_settings *settings)
{
	struct poller *poller = session->poller;
	struct access *access = NULL;
	int rc = 0;

	if (settings->version == ACCESS_V3 && poller->usm == NULL)
		rc = usm_new(poller->ctx, &poller->usm);
	if (rc == 0)
		rc = access_new(poller->usm, settings, &access);
	if (rc < 0)
		return rc;
	access_free(session->access);
	session->access = access;
	session->address = *address;
	session->answers_from = *answers_from;
	return 0;
}

static void
forget(struct session *session, struct session_id *id)
{
	waiting_remove(&session->poller->waiting, id->id);
	*id = (struct session_id){ 0 };
}

static void
forget_late(struct session *session)
{
	for (unsigned i = 0; i < SESSION_LATE; i++)
		forget(session, &session->late[i]);
}

void
session_fini(struct session *session)
{
	if (session->poller == NULL)
		return;
	forget(session, &session->now);
	forget_late(session);
	access_free(session->access);
	session->access = NULL;
}

bool
session_is_waiting(const struct session *session)
{
	return session->is_waiting;
}

/* A question about the same thing that was given up before is of no interest any more. */
void
session_drop(struct session *session)
{
	struct session_id *late = session->late;

	if (!session->is_waiting)
		return;
	session->is_waiting = false;
	towerd_timer_stop(session->poller->ctx, session->timer);
	if (late[0].about != session->now.about) {
		forget(session, &late[1]);
		late[1] = late[0];
		late[0] = (struct session_id){ 0 };
	}
	forget(session, &late[0]);
	late[0] = session->now;
	session->now = (struct session_id){ 0 };
}

/* ---- sending */

/* The question as octets in `out`, in which the id is yet to be set; its length or why not. */
static int
build(struct session *session, const struct session_question *question, uint8_t *out, size_t *id_at)
{
	const struct codec_request request = { .version = access_version(session->access),
		.command = question->command,
		.community = access_community(session->access),
		.oids = question->oids,
		.count = question->count,
		.max_repetitions = question->repetitions,
		.room = access_room(session->access) };
	struct session_message *kept = question->kept;

	if (kept != NULL && kept->data != NULL) {
		memcpy(out, kept->data, kept->len);
		*id_at = kept->id_at;
		return (int)kept->len;
	}
	int len = codec_build(&request, out, id_at);
	if (len > 0 && kept != NULL && (kept->data = malloc((size_t)len)) != NULL) {
		memcpy(kept->data, out, (size_t)len);
		kept->len = (size_t)len;
		kept->id_at = *id_at;
	}
	return len;
}

/* Why nothing can be sent is told by name where it has one. */
static void
fail(struct session *session, int rc)
{
	session->is_waiting = false;
	forget(session, &session->now);
	if (rc == -ENOTSUP)
		session->calls->denied(session->arg, access_fault(session->access));
	else
		session->calls->failed(session->arg, rc);
}

static void
transmit(struct session *session)
{
	struct towerd_ctx *ctx = session->poller->ctx;
	struct session_question question = { .kept = NULL };
	uint8_t request[CODEC_REQUEST_MAX], message[CODEC_REQUEST_MAX];
	size_t id_at;

	session->calls->ask(session->arg, &question);
	int len = build(session, &question, request, &id_at);
	if (len >= 0)
		len = access_seal(session->access, request, (size_t)len, id_at, session->now.id,
		    towerd_now_ms(ctx), message);
	if (len < 0) {
		fail(session, len);
		return;
	}
	wire_send(session->poller->wire, &session->address, message, (size_t)len);
	session->octets += (size_t)len + wire_overhead(&session->address);
	session->is_waiting = true;
	towerd_timer_start(ctx, session->timer, session->poller->config->timeout_ms);
}

/* Under a fresh id. */
static void
transmit_new(struct session *session)
{
	int rc = waiting_add(&session->poller->waiting, session, &session->now.id);

	if (rc < 0)
		fail(session, rc);
	else
		transmit(session);
}

void
session_ask(struct session *session, unsigned about, unsigned tries, int64_t deadline_ms)
{
	session_drop(session);
	session->attempts = 1;
	session->tries = tries;
	session->deadline_ms = deadline_ms;
	session->now.about = about;
	access_begin(session->access);
	transmit_new(session);
}

void
session_due(struct session *session)
{
	if (session->attempts < session->tries &&
	    towerd_now_ms(session->poller->ctx) < session->deadline_ms) {
		session->attempts++;
		transmit(session);
		return;
	}
	session_drop(session);
	session->calls->given_up(session->arg, session->attempts);
}

void
session_rings(struct towerd_ctx *ctx, void *arg)
{
	struct session *session = arg;

	(void)ctx;
	if (session_is_waiting(session))
		session_due(session);
}

/* ---- answers */

/* False: it came from elsewhere; `text` says whence. */
static bool
is_from_device(const struct session *session, const struct wire_address *from, char *text, size_t size)
{
	char address[WIRE_ADDRESS_TEXT];

	if (wire_address_is_same(from, &session->address) ||
	    wire_address_is_same(from, &session->answers_from))
		return true;
	towerd_count(session->poller->ctx, "answers-from-elsewhere", 1);
	snprintf(text, size,
	    "an answer came from %s: not taken; if that is the device, `answers-from` allows it",
	    wire_address_format(from, address, sizeof(address)));
	return false;
}

static void
take_answer(struct session *session, uint32_t id, const struct access_opened *opened)
{
	bool is_late = id != session->now.id;
	unsigned about = session->now.about;

	for (unsigned i = 0; i < SESSION_LATE; i++)
		if (session->late[i].id == id)
			about = session->late[i].about;
	forget_late(session);
	if (!is_late) {
		forget(session, &session->now);
		session->is_waiting = false;
		towerd_timer_stop(session->poller->ctx, session->timer);
	}
	if (session->calls->changed != NULL && (opened->is_restarted || opened->is_new_engine))
		session->calls->changed(session->arg, opened->is_restarted, access_engine(session->access));
	session->calls->answered(session->arg, &opened->answer, about, is_late);
}

/* The device has told what it needs to know of an engine, or why it will not have us. To a question that was given up: for the next one. */
static void
take_report(struct session *session, uint32_t id, const struct access_opened *opened)
{
	if (id != session->now.id || !session->is_waiting)
		return;
	unsigned about = session->now.about;
	forget(session, &session->now);
	session->now.about = about;
	if (opened->verdict == ACCESS_AGAIN) {
		transmit_new(session);
		return;
	}
	session->is_waiting = false;
	towerd_timer_stop(session->poller->ctx, session->timer);
	session->calls->denied(session->arg, opened->reason);
}

static void
tell_refusal(const struct session *session, const char *reason)
{
	if (session->calls->refused != NULL)
		session->calls->refused(session->arg, reason);
}

void
session_receive(
    struct session *session, const struct wire_address *from, const struct access_message *message)
{
	struct towerd_ctx *ctx = session->poller->ctx;
	struct access_opened opened;
	char text[192];

	session->octets += message->len + wire_overhead(from);
	if (!is_from_device(session, from, text, sizeof(text))) {
		tell_refusal(session, text);
		return;
	}
	access_open(session->access, message, towerd_now_ms(ctx), &opened);
	if (opened.verdict == ACCESS_ANSWER) {
		take_answer(session, message->id, &opened);
	} else if (opened.verdict == ACCESS_IGNORED) {
		towerd_count(ctx, opened.counter, 1);
		tell_refusal(session, opened.reason);
	} else {
		take_report(session, message->id, &opened);
	}
}
