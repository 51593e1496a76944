/* SPDX-License-Identifier: ISC */
/*
 * Polling by a plan: which request comes next, and what an answer says of the sensors. Sends nothing itself. What the device does not
 * take is learned: fewer objects in a request (tooBig), or without an object that it answers with an error; such an object is unknown, and
 * asked for again some rounds later.
 */
#ifndef PLUGINS_SNMP_POLL_H
#define PLUGINS_SNMP_POLL_H

#include "plugins/snmp/poll/poll_request.h"

struct poll;

/* Where readings go. */
struct poll_sink {
	void (*reading)(void *arg, const struct towerd_reading *reading);
	void (*unasked)(void *arg); /* the answer held an object that was not asked for */
	void *arg;
};

/* Takes the plan over, also when it fails; `community` and `codec` are borrowed. NULL: no memory. */
struct poll *poll_new(struct codec *codec, enum codec_version version, const char *community,
    struct profile_plan *plan, const struct poll_sink *sink);
void poll_free(struct poll *poll);
const struct profile_plan *poll_plan(const struct poll *poll);

/* The sensors' numbers in the plan's order, 4 octets each at any address; 0: the agent does not take that one. */
void poll_take_numbers(struct poll *poll, const void *numbers);
bool poll_has_numbers(const struct poll *poll);

/* A round: begin, then for each request that poll_next() gives its answer, until it gives none. */
void poll_begin(struct poll *poll);
/* 1: there is a request to send, 0: the round is done, or -ENOMEM, -EMSGSIZE. Until poll_answer() it is the same one. */
int poll_next(struct poll *poll);
/* The request that poll_next() found. */
void poll_question(struct poll *poll, struct session_question *question);
/* True: the device has restarted (its sysUpTime went back). */
bool poll_answer(struct poll *poll, const struct codec_answer *answer);

#endif
