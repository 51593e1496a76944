/* SPDX-License-Identifier: ISC */
/* One exchange with one device: build, send, repeat, give up, and whether what comes back is the device's own. */
#include "plugins/snmp/poll/session.h"

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
session_set_access(struct session *session, const struct wire_address *address, enum codec_version version,
    const char *community)
{
	char *copy = strdup(community);

	if (copy == NULL)
		return -ENOMEM;
	free(session->community);
	session->community = copy;
	session->version = version;
	session->address = *address;
	return 0;
}

static void
forget(struct session *session, uint32_t *id)
{
	waiting_remove(&session->poller->waiting, *id);
	*id = 0;
}

void
session_fini(struct session *session)
{
	forget(session, &session->id);
	forget(session, &session->late_id);
	free(session->community);
	session->community = NULL;
}

bool
session_is_waiting(const struct session *session)
{
	return session->is_waiting;
}

void
session_drop(struct session *session)
{
	if (!session->is_waiting)
		return;
	session->is_waiting = false;
	towerd_timer_stop(session->poller->ctx, session->timer);
	forget(session, &session->late_id);
	session->late_id = session->id;
	session->id = 0;
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

/* The next time-out, or the deadline if that comes first. */
static void
wait(struct session *session)
{
	struct poller *poller = session->poller;
	int64_t wait_ms = poller->config->timeout_ms,
		left_ms = session->deadline_ms - towerd_now_ms(poller->ctx);

	if (wait_ms > left_ms)
		wait_ms = left_ms > 0 ? left_ms : 0;
	session->is_waiting = true;
	towerd_timer_start(poller->ctx, session->timer, wait_ms);
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
		session_drop(session);
		session->calls->failed(session->arg, len);
		return;
	}
	codec_set_id(message, id_at, session->id);
	wire_send(session->poller->wire, &session->address, message, (size_t)len);
	session->attempts++;
	wait(session);
}

void
session_ask(struct session *session, int64_t deadline_ms)
{
	session_drop(session);
	session->attempts = 0;
	session->deadline_ms = deadline_ms;
	forget(session, &session->id);
	int rc = waiting_add(&session->poller->waiting, session, &session->id);
	if (rc < 0)
		session->calls->failed(session->arg, rc);
	else
		transmit(session);
}

void
session_due(struct session *session)
{
	const struct poller *poller = session->poller;

	if (session->attempts <= (unsigned)poller->config->retries &&
	    towerd_now_ms(poller->ctx) < session->deadline_ms) {
		transmit(session);
		return;
	}
	session_drop(session);
	session->calls->given_up(session->arg, session->attempts);
}

/* ---- answers */

static bool
is_its_own(const struct session *session, const struct wire_address *from, const struct codec_answer *answer)
{
	return wire_address_is_same(from, &session->address) && answer->version == session->version &&
	    answer->community_len == strlen(session->community) &&
	    memcmp(answer->community, session->community, answer->community_len) == 0;
}

void
session_receive(struct session *session, const struct wire_address *from, const struct codec_answer *answer)
{
	bool is_late = answer->id != session->id;

	if (!is_its_own(session, from, answer)) {
		session->calls->refused(
		    session->arg, "it came from another address, or with another version or community");
		return;
	}
	forget(session, &session->late_id);
	if (!is_late) {
		forget(session, &session->id);
		session->is_waiting = false;
		towerd_timer_stop(session->poller->ctx, session->timer);
	}
	session->calls->answered(session->arg, answer, is_late);
}
