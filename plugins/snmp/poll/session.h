/* SPDX-License-Identifier: ISC */
/*
 * Exchanges with one device, one at a time: a question becomes a message with an id of its own, is sent, repeated, and answered or given up. The
 * session asks its owner what the question is at each sending, and keeps no message: so a repeat may differ in its octets (SNMPv3), and a
 * waiting device costs no buffer. Repeats bear the id of the first sending, and what was given up may still be answered: late answers count.
 */
#ifndef PLUGINS_SNMP_SESSION_H
#define PLUGINS_SNMP_SESSION_H

#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/poll/question.h"
#include "plugins/snmp/usm/access.h"
#include "plugins/snmp/wire/wire.h"

struct session_calls {
	/* What is asked now: the same until one of the others is called. */
	void (*ask)(void *arg, struct session_question *question);
	/* `about`: as given to session_ask(). `is_late`: that question was given up; a present one goes on waiting. */
	void (*answered)(void *arg, const struct codec_answer *answer, unsigned about, bool is_late);
	/* No answer to any of `attempts` sendings; one may still come. */
	void (*given_up)(void *arg, unsigned attempts);
	/* The question cannot be sent: -EMSGSIZE, -EINVAL, -ENOMEM. */
	void (*failed)(void *arg, int rc);
	/* An answer that is not the device's own, and why. The question goes on waiting. NULL: of no interest. */
	void (*refused)(void *arg, const char *reason);
	/* The device answers and will not have us (v3), and why: the question is given up. */
	void (*denied)(void *arg, const char *reason);
	/* Just before answered(), with v3: engineBoots say that the device has restarted, or its engine ID is new. NULL: of no interest. */
	void (*changed)(void *arg, bool is_restarted, const char *engine_id);
};

#define SESSION_LATE \
	2 /* questions that were given up and may still be answered: the last one of each of two sorts */

struct session_id {
	uint32_t id; /* 0: none */
	unsigned about;
};

struct session {
	struct poller *poller;
	const struct session_calls *calls;
	void *arg;
	struct towerd_timer *timer; /* of the owner */
	struct access *access;      /* how it is asked; for building requests */
	struct wire_address address, answers_from;
	struct session_id now, late[SESSION_LATE];
	int64_t deadline_ms;
	uint64_t octets; /* sent and received, with the headers of UDP and IP: what a metered link counts */
	unsigned attempts, tries;
	bool is_waiting;
};

/*
 * `timer` is borrowed; the session starts it, and whoever it rings for calls session_due() while session_is_waiting().
 * -ENOMEM; session_fini() is right after either.
 */
int session_init(struct session *session, struct poller *poller, const struct session_calls *calls, void *arg,
    struct towerd_timer *timer);
/*
 * The settings are copied; `answers_from` is the address itself unless the device is known to answer from another one. -ENOMEM; -EIO: there is no
 * SNMPv3 (usm_new() has told towerd_fail() why).
 */
int session_set_access(struct session *session, const struct wire_address *address,
    const struct wire_address *answers_from, const struct access_settings *settings);
void session_fini(struct session *session);

/*
 * Begins an exchange; one under way is given up without a word. The request is sent up to `tries` times, none of them after `deadline_ms`
 * (towerd_now_ms(); INT64_MAX: none) but the first. `about` tells sorts of questions apart.
 */
void session_ask(struct session *session, unsigned about, unsigned tries, int64_t deadline_ms);
/* Stops waiting; what was asked may still be answered late. */
void session_drop(struct session *session);
bool session_is_waiting(const struct session *session);
void session_due(struct session *session);
/* What a timer that is the session's alone calls, with the session as its argument. */
void session_rings(struct towerd_ctx *ctx, void *session);
/* A message that bears an id of this session. */
void session_receive(
    struct session *session, const struct wire_address *from, const struct access_message *message);

#endif
