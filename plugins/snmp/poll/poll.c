/* SPDX-License-Identifier: ISC */
/* Polling by a plan, round by round. */
#include "plugins/snmp/poll/poll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_LOST 60 /* until lost objects are asked for again */
#define CHOKES \
	2 /* requests of one place without an answer until its size is held to be why: answers get lost, too */
#define SLACK_MS 50 /* a group that is due so soon comes with this round */

static const uint32_t uptime_ids[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
const struct snmp_oid poll_uptime = { uptime_ids, sizeof(uptime_ids) / sizeof(uptime_ids[0]) };

struct poll {
	struct shared_plans *plans;
	struct shared_plan *shared;
	struct poll_box *box;
	const struct poll_sink *sink;
	void *arg;
	uint32_t *numbers;  /* of the plan's sensors; NULL: not known yet */
	bool *is_lost;      /* objects that the device answers with an error, or not at all; NULL: none */
	int64_t *groups_ms; /* when each group was asked for; NULL: there is one group alone */
	uint32_t lost_count, rounds_lost; /* rounds since something was lost */
	uint32_t at, left;                /* positions: where the round is, how far it goes */
	uint32_t count;                   /* of the request in turn */
	uint32_t size;                    /* objects in a request at most */
	uint32_t choked_at;               /* where `chokes` requests had no answer */
	uint32_t choke_end;               /* as far as smaller ones are tried; 0: none are */
	uint64_t groups;                  /* that this round asks for */
	uint8_t chokes;
	bool has_no_uptime; /* sysUpTime is answered with an error */
};

struct poll *
poll_new(struct shared_plans *plans, struct shared_plan *shared, struct poll_box *box,
    const struct poll_sink *sink, void *arg)
{
	struct poll *poll = calloc(1, sizeof(*poll));

	if (poll == NULL) {
		shared_plan_drop(plans, shared);
		return NULL;
	}
	*poll = (struct poll){ .plans = plans, .shared = shared, .box = box, .sink = sink, .arg = arg };
	if (shared->group_count > 1) {
		poll->groups_ms = calloc(shared->group_count, sizeof(*poll->groups_ms));
		if (poll->groups_ms == NULL) {
			poll_free(poll);
			return NULL;
		}
	}
	return poll;
}

void
poll_free(struct poll *poll)
{
	if (poll == NULL)
		return;
	shared_plan_drop(poll->plans, poll->shared);
	free(poll->groups_ms);
	free(poll->is_lost);
	free(poll->numbers);
	free(poll);
}

const struct profile_plan *
poll_plan(const struct poll *poll)
{
	return poll->shared->plan;
}

int
poll_take_numbers(struct poll *poll, const void *numbers)
{
	size_t size = poll->shared->plan->sensor_count * sizeof(uint32_t);

	if (poll->numbers == NULL)
		poll->numbers = malloc(size + 1);
	if (poll->numbers == NULL)
		return -ENOMEM;
	memcpy(poll->numbers, numbers, size);
	return 0;
}

bool
poll_has_numbers(const struct poll *poll)
{
	return poll->numbers != NULL;
}

/* ---- readings */

static void
read_object(struct poll *poll, uint32_t k, const struct snmp_value *value)
{
	const struct profile_plan *plan = poll->shared->plan;
	const struct plan_object *object = &plan->objects[k];

	for (uint32_t i = object->first; i < object->first + object->count; i++) {
		struct towerd_reading reading = { .sensor = poll->numbers[i] };
		if (reading.sensor == 0)
			continue;
		reading.quality = (uint32_t)profile_decode(&plan->sensors[i].decode, value, &reading.value);
		poll->sink->reading(poll->arg, &reading);
	}
}

static void
read_as_unknown(struct poll *poll, uint32_t k)
{
	const struct snmp_value nothing = { .tag = SNMP_NULL };
	read_object(poll, k, &nothing);
}

static bool
is_lost(const struct poll *poll, uint32_t position)
{
	return poll->is_lost != NULL && poll->is_lost[shared_plan_index(poll->shared, position)];
}

/* ---- rounds */

static const struct shared_group *
group_at(const struct poll *poll, uint32_t position, uint32_t *number)
{
	const struct shared_group *groups = poll->shared->groups;

	*number = 0;
	while (position >= groups[*number].first + groups[*number].count)
		(*number)++;
	return &groups[*number];
}

static int64_t
interval_of(const struct poll *poll, uint32_t group, int64_t interval_ms, int64_t paced_ms)
{
	int64_t own_ms = poll->shared->groups[group].interval_ms;

	if (own_ms == 0)
		return paced_ms;
	return paced_ms > interval_ms ? own_ms * paced_ms / interval_ms : own_ms;
}

int64_t
poll_due(const struct poll *poll, int64_t began_ms, int64_t interval_ms, int64_t paced_ms)
{
	int64_t due_ms = INT64_MAX;

	if (poll->groups_ms == NULL)
		return began_ms + interval_of(poll, 0, interval_ms, paced_ms);
	for (uint32_t g = 0; g < poll->shared->group_count; g++) {
		int64_t group_ms = poll->groups_ms[g] + interval_of(poll, g, interval_ms, paced_ms);
		due_ms = group_ms < due_ms ? group_ms : due_ms;
	}
	return due_ms;
}

/* What an earlier round was cut off from is in this one too. */
static void
choose_groups(struct poll *poll, int64_t now_ms, int64_t interval_ms, int64_t paced_ms)
{
	poll->groups |= poll->groups_ms == NULL;
	for (uint32_t g = 0; poll->groups_ms != NULL && g < poll->shared->group_count; g++) {
		if (poll->groups_ms[g] != 0 &&
		    poll->groups_ms[g] + interval_of(poll, g, interval_ms, paced_ms) > now_ms + SLACK_MS)
			continue;
		poll->groups |= UINT64_C(1) << g;
		poll->groups_ms[g] = now_ms;
	}
}

static void
find_lost(struct poll *poll)
{
	free(poll->is_lost);
	poll->is_lost = NULL;
	poll->lost_count = 0;
	poll->rounds_lost = 0;
	poll->has_no_uptime = false;
}

static uint32_t
size_of(const struct poll *poll)
{
	uint32_t known = poll->box->learned.objects;
	return known > 0 && known < SHARED_OBJECTS ? known : SHARED_OBJECTS;
}

void
poll_begin(struct poll *poll, int64_t now_ms, int64_t interval_ms, int64_t paced_ms)
{
	uint32_t count = (uint32_t)poll->shared->plan->object_count;

	choose_groups(poll, now_ms, interval_ms, paced_ms);
	poll->left = count;
	if (poll->choke_end == 0)
		poll->size = size_of(poll);
	if (poll->lost_count == 0 && !poll->has_no_uptime)
		return;
	/* With nothing left to ask, a dead device could not be told from a living one: then all is asked again at once. */
	if (++poll->rounds_lost == ROUNDS_LOST || (poll->lost_count == count && poll->has_no_uptime)) {
		find_lost(poll);
		return;
	}
	for (uint32_t k = 0; poll->is_lost != NULL && k < count; k++)
		if (poll->is_lost[k])
			read_as_unknown(poll, k);
}

static void
pass_over(struct poll *poll, uint32_t count)
{
	uint32_t total = (uint32_t)poll->shared->plan->object_count;

	poll->at = poll->at + count < total ? poll->at + count : 0;
	poll->left -= count < poll->left ? count : poll->left;
}

static bool
has_uptime(const struct poll *poll)
{
	uint32_t g;
	return !poll->has_no_uptime && group_at(poll, poll->at, &g)->first == poll->at;
}

bool
poll_next(struct poll *poll)
{
	while (poll->left > 0) {
		uint32_t g, lost = 0;
		const struct shared_group *group = group_at(poll, poll->at, &g);
		uint32_t max = group->first + group->count - poll->at;
		if ((poll->groups >> g & 1) == 0) {
			pass_over(poll, max);
			continue;
		}
		if (max > poll->left)
			max = poll->left;
		if (max > poll->size)
			max = poll->size;
		poll->count = shared_plan_fit(poll->shared, poll->at, max);
		while (lost < poll->count && is_lost(poll, poll->at + lost))
			lost++;
		if (lost < poll->count || has_uptime(poll))
			return true;
		pass_over(poll, poll->count);
	}
	poll->groups = 0;
	return false;
}

void
poll_question(struct poll *poll, struct session_question *question)
{
	struct shared_request *request =
	    poll->lost_count > 0 || poll->has_no_uptime ? NULL : shared_plan_request(poll->shared, poll->at);

	*question = (struct session_question){ .command = CODEC_GET };
	if (request != NULL && request->count == poll->count)
		question->kept = &request->message;
	if (has_uptime(poll))
		question->oids[question->count++] = poll_uptime;
	for (uint32_t i = 0; i < poll->count; i++)
		if (!is_lost(poll, poll->at + i))
			question->oids[question->count++] =
			    shared_plan_object(poll->shared, poll->at + i)->oid;
}

/* ---- answers */

static bool
is_object(const struct snmp_object *o, const struct snmp_oid *oid)
{
	return oid_compare(o->ids, o->len, oid->ids, oid->len) == 0;
}

/*
 * The answer's objects come in the order of the request; what is not where it should be is looked for, what is not ours, or comes a second time, is
 * passed over.
 */
static bool
read_objects(struct poll *poll, const struct codec_answer *answer, int64_t now_ms)
{
	uint64_t seen = 0;
	uint32_t next = 0;
	bool has_restarted = false;

	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		uint32_t tried = 0;
		if (is_object(o, &poll_uptime)) {
			if (o->value.tag == SNMP_TIMETICKS)
				has_restarted |=
				    uptime_read(&poll->box->uptime, (uint32_t)o->value.natural, now_ms);
			continue;
		}
		while (tried < poll->count &&
		    ((seen >> next & 1) != 0 ||
			!is_object(o, &shared_plan_object(poll->shared, poll->at + next)->oid))) {
			next = (next + 1) % poll->count;
			tried++;
		}
		if (tried == poll->count) {
			poll->sink->unasked(poll->arg);
			continue;
		}
		seen |= UINT64_C(1) << next;
		read_object(poll, shared_plan_index(poll->shared, poll->at + next), &o->value);
		next = (next + 1) % poll->count;
	}
	pass_over(poll, poll->count);
	/* All of what was not answered at once was answered in pieces: it was the size. */
	if (poll->choke_end != 0 && (poll->at >= poll->choke_end || poll->at == 0)) {
		learned_objects(&poll->box->learned, poll->size);
		poll->choke_end = 0;
	}
	return has_restarted;
}

/* Leaves out what stands at `index` (from 1) of a request: sysUpTime or an object. False: there is no such. */
static bool
lose(struct poll *poll, int index)
{
	if (has_uptime(poll) && index == 1) {
		poll->has_no_uptime = true;
		return true;
	}
	index -= has_uptime(poll);
	for (uint32_t i = 0; i < poll->count; i++) {
		uint32_t k = shared_plan_index(poll->shared, poll->at + i);
		if (is_lost(poll, poll->at + i) || --index > 0)
			continue;
		if (index < 0)
			return false;
		if (poll->is_lost == NULL)
			poll->is_lost = calloc(poll->shared->plan->object_count, sizeof(bool));
		if (poll->is_lost == NULL)
			return false;
		poll->is_lost[k] = true;
		poll->lost_count++;
		read_as_unknown(poll, k);
		return true;
	}
	return false;
}

/* Asks for less at once; of one object: first without sysUpTime, then without the object. Then it was that, and not the size. */
static void
shrink(struct poll *poll)
{
	if (poll->count > 1) {
		poll->size = poll->count / 2;
		return;
	}
	if (!lose(poll, 1))
		pass_over(poll, poll->count);
	poll->choke_end = 0;
	poll->size = size_of(poll);
}

bool
poll_answer(struct poll *poll, const struct codec_answer *answer, int64_t now_ms)
{
	if (poll->choked_at == poll->at)
		poll->chokes = 0;
	if (answer->error == CODEC_NO_ERROR)
		return read_objects(poll, answer, now_ms);
	if (answer->error == CODEC_TOO_BIG) {
		if (poll->count > 1)
			learned_objects(&poll->box->learned, poll->count / 2);
		shrink(poll);
	} else if (!lose(poll, answer->error_index)) {
		shrink(poll); /* an error that names no object is narrowed down by smaller requests */
	}
	return false;
}

void
poll_choked(struct poll *poll)
{
	poll->chokes = poll->choked_at == poll->at ? (uint8_t)(poll->chokes + 1) : 1;
	poll->choked_at = poll->at;
	if (poll->chokes < CHOKES && poll->choke_end == 0)
		return;
	poll->chokes = 0;
	if (poll->choke_end == 0)
		poll->choke_end = poll->at + poll->count;
	shrink(poll);
}

void
poll_too_long(struct poll *poll)
{
	shrink(poll);
}

void
poll_late(struct poll *poll, const struct codec_answer *answer)
{
	const struct profile_plan *plan = poll->shared->plan;

	for (size_t i = 0; answer->error == CODEC_NO_ERROR && poll->numbers != NULL && i < answer->count;
	     i++) {
		const struct snmp_object *o = &answer->objects[i];
		size_t low = 0, high = plan->object_count;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			const struct snmp_oid *oid = &plan->objects[middle].oid;
			if (oid_compare(oid->ids, oid->len, o->ids, o->len) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < plan->object_count && is_object(o, &plan->objects[low].oid))
			read_object(poll, (uint32_t)low, &o->value);
	}
}
