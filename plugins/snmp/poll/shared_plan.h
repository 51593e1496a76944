/* SPDX-License-Identifier: ISC */
/*
 * Plans of a worker's devices, each once: thousands of devices are of a few makes, and those that are read alike share the plan, its division into
 * requests, and the requests themselves, built once for each way to ask (version and community).
 */
#ifndef PLUGINS_SNMP_SHARED_PLAN_H
#define PLUGINS_SNMP_SHARED_PLAN_H

#include "plugins/snmp/poll/question.h"
#include "plugins/snmp/profile/profile.h"

#define SHARED_GROUPS  64
#define SHARED_OBJECTS 24 /* in one request, unless the device takes fewer */

/* Objects that are polled together: a range of positions. sysUpTime stands in front of each group's first request. */
struct shared_group {
	uint32_t first, count;
	int64_t interval_ms; /* 0: the device's */
};

struct shared_request {
	uint32_t first, count; /* positions; sorted by the first */
	struct session_message message;
};

struct shared_plan {
	struct shared_plan *next; /* of the same hash */
	uint32_t hash, references;
	struct profile_plan *plan;
	enum codec_version version;
	char *community;
	uint32_t *order;             /* position -> object; NULL: the same */
	struct shared_group *groups; /* as many as the plan's, SHARED_GROUPS at most */
	uint32_t group_count;
	uint32_t *rates; /* sensor -> counter, of those that are rates; NULL: none is */
	uint32_t rate_count;
	struct shared_request *requests; /* as a device without limits is asked */
	size_t request_count;
};

/* Start with `= { 0 }`; with no plan left there is nothing to end. */
struct shared_plans {
	struct shared_plan **buckets;
	size_t size, count;
};

/* Takes the plan over, also when it fails; gives one of the same content. Each is to be dropped once. NULL: no memory. */
struct shared_plan *shared_plan_take(
    struct shared_plans *plans, struct profile_plan *plan, enum codec_version version, const char *community);
void shared_plan_drop(struct shared_plans *plans, struct shared_plan *shared); /* NULL: nothing */

static inline const struct plan_object *
shared_plan_object(const struct shared_plan *shared, size_t position)
{
	return &shared->plan->objects[shared->order == NULL ? position : shared->order[position]];
}
static inline uint32_t
shared_plan_index(const struct shared_plan *shared, size_t position)
{
	return shared->order == NULL ? (uint32_t)position : shared->order[position];
}
/* How many of up to `max` objects from a position on fit into one request; at least one. */
uint32_t shared_plan_fit(const struct shared_plan *shared, uint32_t first, uint32_t max);
/* The request without limits that begins there; NULL: none does. */
struct shared_request *shared_plan_request(const struct shared_plan *shared, uint32_t first);

#endif
