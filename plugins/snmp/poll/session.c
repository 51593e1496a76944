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
    const struct wire_address *answers_from, enum codec_version version, const char *community)
{
	char *copy = strdup(community);

	if (copy == NULL)
		return -ENOMEM;
	free(session->community);
	session->community = copy;
	session->version = version;
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
	free(session->community);
	session->community = NULL;
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
	const struct codec_request request = { .version = session->version,
		.command = question->command,
		.community = session->community,
		.oids = question->oids,
		.count = question->count,
		.max_repetitions = question->repetitions };
	struct session_message *kept = question->kept;

	if (kept != NULL && kept->data != NULL) {
		memcpy(out, kept->data, kept->len);
		*id_at = kept->id_at;
		return (int)kept->len;
	}
	int len = codec_build(session->poller->codec, &request, out, id_at);
	if (len > 0 && kept != NULL && (kept->data = malloc((size_t)len)) != NULL) {
		memcpy(kept->data, out, (size_t)len);
		kept->len = (size_t)len;
		kept->id_at = *id_at;
	}
	return len;
}

static void
transmit(struct session *session)
{
	struct session_question question = { .kept = NULL };
	uint8_t message[CODEC_REQUEST_MAX];
	size_t id_at;

	session->calls->ask(session->arg, &question);
	int len = build(session, &question, message, &id_at);
	if (len < 0) {
		session->is_waiting = false;
		forget(session, &session->now);
		session->calls->failed(session->arg, len);
		return;
	}
	codec_set_id(message, id_at, session->now.id);
	wire_send(session->poller->wire, &session->address, message, (size_t)len);
	session->octets += (size_t)len + wire_overhead(&session->address);
	session->attempts++;
	session->is_waiting = true;
	towerd_timer_start(session->poller->ctx, session->timer, session->poller->config->timeout_ms);
}

void
session_ask(struct session *session, unsigned about, unsigned tries, int64_t deadline_ms)
{
	session_drop(session);
	session->attempts = 0;
	session->tries = tries;
	session->deadline_ms = deadline_ms;
	int rc = waiting_add(&session->poller->waiting, session, &session->now.id);
	session->now.about = about;
	if (rc < 0)
		session->calls->failed(session->arg, rc);
	else
		transmit(session);
}

void
session_due(struct session *session)
{
	if (session->attempts < session->tries &&
	    towerd_now_ms(session->poller->ctx) < session->deadline_ms) {
		transmit(session);
		return;
	}
	session_drop(session);
	session->calls->given_up(session->arg, session->attempts);
}

/* ---- answers */

/* NULL: it is the device's own. Else why not; what is wrong is counted, and `text` may hold the reason. */
static const char *
find_fault(const struct session *session, const struct wire_address *from, const struct codec_answer *answer,
    char *text, size_t size)
{
	struct towerd_ctx *ctx = session->poller->ctx;
	char address[WIRE_ADDRESS_TEXT];

	if (!wire_address_is_same(from, &session->address) &&
	    !wire_address_is_same(from, &session->answers_from)) {
		towerd_count(ctx, "answers-from-elsewhere", 1);
		snprintf(text, size,
		    "an answer came from %s: not taken; if that is the device, `answers-from` allows it",
		    wire_address_format(from, address, sizeof(address)));
		return text;
	}
	if (answer->version != session->version) {
		towerd_count(ctx, "answers-of-another-version", 1);
		return "an answer was of another SNMP version: not taken";
	}
	if (answer->community_len != strlen(session->community) ||
	    memcmp(answer->community, session->community, answer->community_len) != 0) {
		towerd_count(ctx, "answers-with-another-community", 1);
		return "an answer bore another community: not taken";
	}
	return NULL;
}

void
session_receive(
    struct session *session, const struct wire_address *from, const struct codec_answer *answer, size_t len)
{
	bool is_late = answer->id != session->now.id;
	char text[192];

	session->octets += len + wire_overhead(from);
	const char *fault = find_fault(session, from, answer, text, sizeof(text));
	if (fault != NULL) {
		session->calls->refused(session->arg, fault);
		return;
	}
	unsigned about = session->now.about;
	for (unsigned i = 0; i < SESSION_LATE; i++)
		if (session->late[i].id == answer->id)
			about = session->late[i].about;
	forget_late(session);
	if (!is_late) {
		forget(session, &session->now);
		session->is_waiting = false;
		towerd_timer_stop(session->poller->ctx, session->timer);
	}
	session->calls->answered(session->arg, answer, about, is_late);
}
