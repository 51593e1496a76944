/* SPDX-License-Identifier: ISC */
/*
 * Polling by a plan: which request comes next, and what an answer says of the sensors. Sends nothing itself. What the device does not
 * take is learned: fewer objects in a request (tooBig, or no answer to large ones), or without an object that it answers with an error; such an
 * object is unknown, and asked for again some rounds later.
 */
#ifndef PLUGINS_SNMP_POLL_H
#define PLUGINS_SNMP_POLL_H

#include "plugins/snmp/poll/faults.h"
#include "plugins/snmp/poll/learned.h"
#include "plugins/snmp/poll/shared_plan.h"
#include "plugins/snmp/poll/uptime.h"

struct poll;

extern const struct snmp_oid poll_uptime; /* sysUpTime.0 */

/* Where readings and alarms go. */
struct poll_sink {
	void (*reading)(void *arg, const struct towerd_reading *reading);
	void (*unasked)(void *arg); /* the answer held an object that was not asked for */
	fault_fn *fault;
	void (*swept)(void *arg, int64_t since_ms); /* all alarms that stand were told since then */
};

/* What a poll knows of its device; kept when the plan is another one. */
struct poll_box {
	struct learned learned;
	struct uptime uptime;
};

/* Takes the reference to the plan over, also when it fails; the rest is borrowed. NULL: no memory. */
struct poll *poll_new(struct shared_plans *plans, struct shared_plan *shared, struct poll_box *box,
    const struct poll_sink *sink, void *arg);
void poll_free(struct poll *poll);
const struct profile_plan *poll_plan(const struct poll *poll);

/* The sensors' numbers in the plan's order, 4 octets each at any address; 0: the agent does not take that one. -ENOMEM. */
int poll_take_numbers(struct poll *poll, const void *numbers);
bool poll_has_numbers(const struct poll *poll);

/*
 * A round: begin, then for each request that poll_next() finds its answer, until it finds none. A round that is ended before goes on in the next
 * one where it was. Groups of sensors with an interval of their own are asked for when it is their turn; where the pace makes the device's interval
 * longer, it makes theirs as many times longer.
 */
void poll_begin(struct poll *poll, int64_t now_ms, int64_t interval_ms, int64_t paced_ms);
/* When the next round has something to do, if this one began at `began_ms`. */
int64_t poll_due(const struct poll *poll, int64_t began_ms, int64_t interval_ms, int64_t paced_ms);
/* The next round asks for everything, and tells all alarms that stand; so does the first. */
void poll_tell_all(struct poll *poll);
/* True: there is a request to send; until poll_answer() or poll_choked() it is the same one. False: the round is done. */
bool poll_next(struct poll *poll);
/* The request that poll_next() found. */
void poll_question(struct poll *poll, struct session_question *question);
/* True: the device has restarted. */
bool poll_answer(struct poll *poll, const struct codec_answer *answer, int64_t now_ms);
/* The answer to an earlier request, whichever. */
void poll_late(struct poll *poll, const struct codec_answer *answer);
/* There was no answer to the request, and the device lives. */
void poll_choked(struct poll *poll);
/* The request does not fit a message. */
void poll_too_long(struct poll *poll);

#endif
