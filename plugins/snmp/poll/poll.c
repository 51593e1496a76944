/* SPDX-License-Identifier: ISC */
/* Polling by a plan, round by round. */
#include "plugins/snmp/poll/poll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_AT_ONCE 24 /* in one GET, until the device says tooBig */
#define ROUNDS_LOST     60 /* until lost objects are asked for again */

struct poll {
	struct codec *codec;
	struct poll_sink sink;
	struct profile_plan *plan;
	struct poll_shape shape;
	bool *is_lost; /* objects that the device answers with an error */
	size_t lost_count;
	unsigned rounds_lost; /* since something was lost */
	uint32_t *numbers;    /* of the plan's sensors */
	bool has_numbers;
	int64_t uptime; /* sysUpTime of the last round, hundredths; -1: not known */
	struct poll_requests requests;
	size_t at; /* the request in turn */
	size_t build_first;
	bool must_build; /* requests from `at` on, for the objects from `build_first` on */
};

struct poll *
poll_new(struct codec *codec, enum codec_version version, const char *community, struct profile_plan *plan,
    const struct poll_sink *sink)
{
	struct poll *poll = calloc(1, sizeof(*poll));

	if (poll == NULL) {
		profile_plan_free(plan);
		return NULL;
	}
	poll->codec = codec;
	poll->sink = *sink;
	poll->plan = plan;
	poll->uptime = -1;
	poll->must_build = true;
	poll->is_lost = calloc(plan->object_count + 1, sizeof(bool));
	poll->numbers = calloc(plan->sensor_count + 1, sizeof(uint32_t));
	poll->shape = (struct poll_shape){ .version = version,
		.community = community,
		.is_lost = poll->is_lost,
		.size = OBJECTS_AT_ONCE,
		.has_uptime = true };
	if (poll->is_lost == NULL || poll->numbers == NULL) {
		poll_free(poll);
		return NULL;
	}
	return poll;
}

void
poll_free(struct poll *poll)
{
	if (poll == NULL)
		return;
	poll_requests_free(&poll->requests);
	profile_plan_free(poll->plan);
	free(poll->is_lost);
	free(poll->numbers);
	free(poll);
}

const struct profile_plan *
poll_plan(const struct poll *poll)
{
	return poll->plan;
}

void
poll_take_numbers(struct poll *poll, const void *numbers)
{
	memcpy(poll->numbers, numbers, poll->plan->sensor_count * sizeof(uint32_t));
	poll->has_numbers = true;
}

bool
poll_has_numbers(const struct poll *poll)
{
	return poll->has_numbers;
}

static void
build_from(struct poll *poll, size_t at, size_t first)
{
	poll->at = at;
	poll->build_first = first;
	poll->must_build = true;
}

static void
read_object(struct poll *poll, size_t k, const struct snmp_value *value)
{
	const struct plan_object *object = &poll->plan->objects[k];

	for (uint32_t i = object->first; i < object->first + object->count; i++) {
		struct towerd_reading reading = { .sensor = poll->numbers[i] };
		if (reading.sensor == 0)
			continue;
		reading.quality =
		    (uint32_t)profile_decode(&poll->plan->sensors[i].decode, value, &reading.value);
		poll->sink.reading(poll->sink.arg, &reading);
	}
}

static void
read_as_unknown(struct poll *poll, size_t k)
{
	const struct snmp_value nothing = { .tag = SNMP_NULL };
	read_object(poll, k, &nothing);
}

/* With nothing left to ask, a dead device could not be told from a living one: then all is asked again at once. */
static void
find_lost(struct poll *poll)
{
	memset(poll->is_lost, 0, poll->plan->object_count * sizeof(bool));
	poll->lost_count = 0;
	poll->rounds_lost = 0;
	poll->shape.has_uptime = true;
	build_from(poll, 0, 0);
}

void
poll_begin(struct poll *poll)
{
	poll->at = 0;
	if (poll->lost_count == 0 && poll->shape.has_uptime)
		return;
	if (++poll->rounds_lost == ROUNDS_LOST ||
	    (poll->lost_count == poll->plan->object_count && !poll->shape.has_uptime)) {
		find_lost(poll);
		return;
	}
	for (size_t k = 0; k < poll->plan->object_count; k++)
		if (poll->is_lost[k])
			read_as_unknown(poll, k);
}

int
poll_next(struct poll *poll)
{
	if (poll->must_build) {
		int rc = poll_requests_build(
		    &poll->requests, poll->at, poll->build_first, poll->codec, poll->plan, &poll->shape);
		if (rc < 0) {
			build_from(poll, 0, 0);
			return rc;
		}
		poll->must_build = false;
	}
	return poll->at < poll->requests.count;
}

void
poll_question(struct poll *poll, struct session_question *question)
{
	poll_request_ask(&poll->requests.items[poll->at], poll->plan, poll->is_lost, question);
}

/* True: the device has restarted. sysUpTime wraps after 497 days: from the last day before that it may go back. */
static bool
read_uptime(struct poll *poll, const struct snmp_value *value)
{
	const int64_t last_day = ((int64_t)1 << 32) - 8640000;
	int64_t before = poll->uptime;

	if (value->tag != SNMP_TIMETICKS)
		return false;
	poll->uptime = (int64_t)value->natural;
	return before >= 0 && before < last_day && poll->uptime < before;
}

/* The answer's objects come in the order of the request; what is not where it should be is looked for, what is not ours is passed over. */
static bool
read_objects(struct poll *poll, const struct poll_request *r, const struct codec_answer *answer)
{
	size_t at = r->first, end = r->first + r->count;
	bool has_restarted = false;

	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		if (oid_compare(o->ids, o->len, poll_uptime.ids, poll_uptime.len) == 0) {
			has_restarted |= read_uptime(poll, &o->value);
			continue;
		}
		size_t k = at;
		while (k < end &&
		    oid_compare(
			o->ids, o->len, poll->plan->objects[k].oid.ids, poll->plan->objects[k].oid.len) != 0)
			k++;
		if (k == end) {
			poll->sink.unasked(poll->sink.arg);
			continue;
		}
		read_object(poll, k, &o->value);
		at = k + 1;
	}
	poll->at++;
	return has_restarted;
}

/* Leaves out what stands at `index` (from 1) of a request: sysUpTime or an object. False: there is no such. */
static bool
lose(struct poll *poll, const struct poll_request *r, int index)
{
	if (r->has_uptime && index == 1) {
		poll->shape.has_uptime = false;
		build_from(poll, poll->at, r->first);
		return true;
	}
	index -= r->has_uptime;
	for (size_t k = r->first; k < r->first + r->count; k++) {
		if (poll->is_lost[k] || --index > 0)
			continue;
		if (index < 0)
			return false;
		poll->is_lost[k] = true;
		poll->lost_count++;
		read_as_unknown(poll, k);
		build_from(poll, poll->at, r->first);
		return true;
	}
	return false;
}

/* An error that names one of the request's objects is that object's. One that names none is narrowed down by smaller requests. */
static void
read_error(struct poll *poll, const struct poll_request *r, const struct codec_answer *answer)
{
	if (answer->error != CODEC_TOO_BIG && lose(poll, r, answer->error_index))
		return;
	if (r->count > 1) {
		poll->shape.size = r->count / 2;
		build_from(poll, poll->at, r->first);
	} else if (!lose(poll, r, 1)) { /* first without sysUpTime, then without the object */
		poll->at++;
	}
}

bool
poll_answer(struct poll *poll, const struct codec_answer *answer)
{
	const struct poll_request *r = &poll->requests.items[poll->at];

	if (answer->error == CODEC_NO_ERROR)
		return read_objects(poll, r, answer);
	read_error(poll, r, answer);
	return false;
}
