/* SPDX-License-Identifier: ISC */
/* Plans by content. */
#include "plugins/snmp/poll/shared_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/sorted.h"

#define ROOM 1150 /* octets of names in a request: a frame without headers, community or user */

/* ---- content */

static uint32_t
mix(uint32_t hash, const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 16777619u;
	return hash;
}

static uint32_t
hash_of(const struct profile_plan *plan, enum codec_version version, const char *community)
{
	uint32_t hash = mix(2166136261u, community, strlen(community)) ^ (uint32_t)version;

	for (size_t k = 0; k < plan->object_count; k++)
		hash = mix(hash, plan->objects[k].oid.ids, plan->objects[k].oid.len * sizeof(uint32_t));
	for (size_t i = 0; i < plan->sensor_count; i++)
		hash = mix(hash, plan->sensors[i].label, strlen(plan->sensors[i].label));
	return hash;
}

/* Of a decode rule every member is a word: there are no gaps between them. */
static bool
is_same_sensor(const struct plan_sensor *a, const struct plan_sensor *b)
{
	return memcmp(&a->decode, &b->decode, sizeof(a->decode)) == 0 && a->profile == b->profile &&
	    a->is_rate == b->is_rate && strcmp(a->instance, b->instance) == 0 &&
	    strcmp(a->label, b->label) == 0;
}

static bool
is_same_object(const struct plan_object *a, const struct plan_object *b)
{
	return a->first == b->first && a->count == b->count && a->alarm_first == b->alarm_first &&
	    a->alarm_count == b->alarm_count && a->group == b->group &&
	    oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len) == 0;
}

static bool
is_same_alarm(const struct plan_alarm *a, const struct plan_alarm *b)
{
	return a->rule == b->rule && strcmp(a->type, b->type) == 0 &&
	    strcmp(a->qualifier, b->qualifier) == 0 && strcmp(a->text, b->text) == 0;
}

/* The columns are the rule's. */
static bool
is_same_list(const struct plan_list *a, const struct plan_list *b)
{
	return a->rule == b->rule && a->column_count == b->column_count && a->group == b->group;
}

/* What the device says of itself does not count: it is told before the plan is shared. */
static bool
is_same_plan(const struct profile_plan *a, const struct profile_plan *b)
{
	bool is_same = a->object_count == b->object_count && a->sensor_count == b->sensor_count &&
	    a->alarm_count == b->alarm_count && a->list_count == b->list_count &&
	    a->group_count == b->group_count;

	for (size_t k = 0; is_same && k < a->object_count; k++)
		is_same = is_same_object(&a->objects[k], &b->objects[k]);
	for (size_t i = 0; is_same && i < a->sensor_count; i++)
		is_same = is_same_sensor(&a->sensors[i], &b->sensors[i]);
	for (size_t i = 0; is_same && i < a->alarm_count; i++)
		is_same = is_same_alarm(&a->alarms[i], &b->alarms[i]);
	for (size_t i = 0; is_same && i < a->list_count; i++)
		is_same = is_same_list(&a->lists[i], &b->lists[i]);
	for (size_t g = 0; is_same && g < a->group_count; g++)
		is_same = a->groups[g].interval_ms == b->groups[g].interval_ms;
	return is_same;
}

/* ---- division into requests */

/* Octets of a name and its NULL in a request, at most. */
static size_t
octets_of(const struct snmp_oid *oid)
{
	size_t octets = 8;

	for (size_t i = 2; i < oid->len; i++)
		for (uint32_t id = oid->ids[i]; octets++, id > 0x7f; id >>= 7)
			;
	return octets;
}

uint32_t
shared_plan_fit(const struct shared_plan *shared, uint32_t first, uint32_t max)
{
	size_t octets = 0;
	uint32_t count = 0;

	while (count < max) {
		octets += octets_of(&shared_plan_object(shared, first + count)->oid);
		if (octets > ROOM && count > 0)
			break;
		count++;
	}
	return count;
}

struct shared_request *
shared_plan_request(const struct shared_plan *shared, uint32_t first)
{
	return sorted_find(shared->requests, shared->request_count, sizeof(*shared->requests), first);
}

static int
divide(struct shared_plan *shared)
{
	const struct profile_plan *plan = shared->plan;

	shared->requests = calloc(plan->object_count + 1, sizeof(*shared->requests)); /* at most */
	if (shared->requests == NULL)
		return -ENOMEM;
	for (uint32_t g = 0; g < shared->group_count; g++) {
		uint32_t at = shared->groups[g].first, end = at + shared->groups[g].count;
		while (at < end) {
			uint32_t max = end - at < SHARED_OBJECTS ? end - at : SHARED_OBJECTS,
				 count = shared_plan_fit(shared, at, max);
			shared->requests[shared->request_count++] =
			    (struct shared_request){ .first = at, .count = count };
			at += count;
		}
	}
	struct shared_request *cut =
	    realloc(shared->requests, (shared->request_count + 1) * sizeof(*shared->requests));
	if (cut != NULL)
		shared->requests = cut;
	return 0;
}

/* Objects in the order of their groups. What is of a group too many is polled with the device's own. */
static int
group(struct shared_plan *shared)
{
	const struct profile_plan *plan = shared->plan;
	uint32_t count = plan->group_count < SHARED_GROUPS ? (uint32_t)plan->group_count : SHARED_GROUPS,
		 at = 0;

	shared->group_count = count;
	shared->groups = calloc(count, sizeof(*shared->groups));
	shared->order = count > 1 ? calloc(plan->object_count + 1, sizeof(*shared->order)) : NULL;
	if (shared->groups == NULL || (count > 1 && shared->order == NULL))
		return -ENOMEM;
	for (uint32_t g = 0; g < count; g++) {
		shared->groups[g] =
		    (struct shared_group){ .first = at, .interval_ms = plan->groups[g].interval_ms };
		for (uint32_t k = 0; k < plan->object_count; k++) {
			uint32_t of = plan->objects[k].group < count ? plan->objects[k].group : 0;
			if (of != g)
				continue;
			if (shared->order != NULL)
				shared->order[at] = k;
			at++;
		}
		shared->groups[g].count = at - shared->groups[g].first;
	}
	return 0;
}

static int
number_rates(struct shared_plan *shared)
{
	const struct profile_plan *plan = shared->plan;

	for (size_t i = 0; i < plan->sensor_count; i++) {
		if (!plan->sensors[i].is_rate)
			continue;
		if (shared->rates == NULL)
			shared->rates = calloc(plan->sensor_count, sizeof(*shared->rates));
		if (shared->rates == NULL)
			return -ENOMEM;
		shared->rates[i] = shared->rate_count++;
	}
	return 0;
}

/* ---- the table */

static void
shared_free(struct shared_plan *shared)
{
	for (size_t i = 0; i < shared->request_count; i++)
		free(shared->requests[i].message.data);
	free(shared->requests);
	free(shared->groups);
	free(shared->order);
	free(shared->rates);
	free(shared->community);
	profile_plan_free(shared->plan);
	free(shared);
}

static struct shared_plan *
shared_new(struct profile_plan *plan, enum codec_version version, const char *community)
{
	struct shared_plan *shared = calloc(1, sizeof(*shared));

	if (shared == NULL) {
		profile_plan_free(plan);
		return NULL;
	}
	shared->plan = plan;
	shared->version = version;
	shared->community = strdup(community);
	if (shared->community == NULL || group(shared) < 0 || divide(shared) < 0 ||
	    number_rates(shared) < 0) {
		shared_free(shared);
		return NULL;
	}
	return shared;
}

static struct shared_plan **
bucket_of(const struct shared_plans *plans, uint32_t hash)
{
	return &plans->buckets[hash & (plans->size - 1)];
}

static int
grow(struct shared_plans *plans)
{
	struct shared_plans grown = { .size = plans->size == 0 ? 16 : plans->size * 2,
		.count = plans->count };

	if (plans->count < plans->size)
		return 0;
	grown.buckets = calloc(grown.size, sizeof(struct shared_plan *));
	if (grown.buckets == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < plans->size; i++)
		while (plans->buckets[i] != NULL) {
			struct shared_plan *shared = plans->buckets[i];
			plans->buckets[i] = shared->next;
			shared->next = *bucket_of(&grown, shared->hash);
			*bucket_of(&grown, shared->hash) = shared;
		}
	free(plans->buckets);
	*plans = grown;
	return 0;
}

struct shared_plan *
shared_plan_take(
    struct shared_plans *plans, struct profile_plan *plan, enum codec_version version, const char *community)
{
	uint32_t hash = hash_of(plan, version, community);

	if (grow(plans) < 0) {
		profile_plan_free(plan);
		return NULL;
	}
	for (struct shared_plan *s = *bucket_of(plans, hash); s != NULL; s = s->next)
		if (s->hash == hash && s->version == version && strcmp(s->community, community) == 0 &&
		    is_same_plan(s->plan, plan)) {
			profile_plan_free(plan);
			s->references++;
			return s;
		}
	struct shared_plan *shared = shared_new(plan, version, community);
	if (shared == NULL)
		return NULL;
	shared->hash = hash;
	shared->references = 1;
	shared->next = *bucket_of(plans, hash);
	*bucket_of(plans, hash) = shared;
	plans->count++;
	return shared;
}

void
shared_plan_drop(struct shared_plans *plans, struct shared_plan *shared)
{
	if (shared == NULL || --shared->references > 0)
		return;
	struct shared_plan **link = bucket_of(plans, shared->hash);
	while (*link != shared)
		link = &(*link)->next;
	*link = shared->next;
	shared_free(shared);
	if (--plans->count == 0) {
		free(plans->buckets);
		*plans = (struct shared_plans){ 0 };
	}
}
