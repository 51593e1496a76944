/* SPDX-License-Identifier: ISC */
/* The requests of a plan: what is sent at every interval is built once and differs in its id alone. */
#ifndef PLUGINS_SNMP_POLL_REQUEST_H
#define PLUGINS_SNMP_POLL_REQUEST_H

#include "plugins/snmp/poll/session.h"
#include "plugins/snmp/profile/profile.h"

struct poll_request {
	struct session_message message; /* built */
	uint32_t first, count;          /* of the plan's objects; those that are lost are not in it */
	bool has_uptime;                /* sysUpTime stands in front of them */
};

struct poll_requests {
	struct poll_request *items;
	size_t count;
};

/* How a plan is asked: the device's access, and what it has taught us. */
struct poll_shape {
	enum codec_version version;
	const char *community;
	const bool *is_lost; /* of each of the plan's objects: it is left out */
	size_t size;         /* objects in a request, from 1; fewer where they do not fit a frame */
	bool has_uptime;     /* sysUpTime stands in the first request */
};

extern const struct snmp_oid poll_uptime; /* sysUpTime.0 */

/*
 * Replaces the requests from position `at` on by those for the plan's objects from `first` on; those before stay. Start with `= { 0 }`.
 * 0, -ENOMEM, -EMSGSIZE (one object alone does not fit a frame); then none are left.
 */
int poll_requests_build(struct poll_requests *requests, size_t at, size_t first, struct codec *codec,
    const struct profile_plan *plan, const struct poll_shape *shape);
/* The objects of a request, as a question. */
void poll_request_ask(struct poll_request *request, const struct profile_plan *plan, const bool *is_lost,
    struct session_question *question);
void poll_requests_free(struct poll_requests *requests);

#endif
