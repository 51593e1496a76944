/* SPDX-License-Identifier: ISC */
/* Polling by a plan, round by round. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poll/pace.h"
#include "plugins/snmp/poll/poll_inside.h"

#define TELLINGS_MAX 5  /* rounds in which all alarms should have been known */
#define ROUNDS_LOST  60 /* until lost objects are asked for again */
#define CHOKES \
	2 /* requests of one place without an answer until its size is held to be why: answers get lost, too */
#define SLACK_MS 50 /* a group that is due so soon comes with this round */

static const uint32_t uptime_ids[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
const struct snmp_oid poll_uptime = { uptime_ids, sizeof(uptime_ids) / sizeof(uptime_ids[0]) };

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
	const struct profile_plan *plan = shared->plan;
	bool has_faults = plan->alarm_count > 0 || plan->list_count > 0;
	if (shared->group_count > 1)
		poll->groups_ms = calloc(shared->group_count, sizeof(*poll->groups_ms));
	if (shared->rate_count > 0)
		poll->counters = calloc(shared->rate_count, sizeof(*poll->counters));
	if (has_faults)
		poll->faults = faults_new(plan, sink->fault, arg);
	if ((shared->group_count > 1 && poll->groups_ms == NULL) ||
	    (shared->rate_count > 0 && poll->counters == NULL) || (has_faults && poll->faults == NULL)) {
		poll_free(poll);
		return NULL;
	}
	poll_tell_all(poll);
	return poll;
}

void
poll_free(struct poll *poll)
{
	if (poll == NULL)
		return;
	list_walk_free(poll->lists);
	faults_free(poll->faults);
	free(poll->counters);
	free(poll->groups_ms);
	free(poll->is_lost);
	free(poll->numbers);
	shared_plan_drop(poll->plans, poll->shared);
	free(poll);
}

void
poll_tell_all(struct poll *poll)
{
	poll->is_asked = true;
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
	return pace_stretch(poll->shared->groups[group].interval_ms, interval_ms, paced_ms);
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

static void
begin_telling(struct poll *poll, int64_t now_ms)
{
	poll->is_asked = false;
	poll->must_tell = true;
	poll->tellings = 0;
	poll->since_ms = now_ms;
	if (poll->faults != NULL)
		faults_forget(poll->faults);
	if (poll->groups_ms != NULL)
		memset(poll->groups_ms, 0, poll->shared->group_count * sizeof(*poll->groups_ms));
}

void
poll_begin(struct poll *poll, int64_t now_ms, int64_t interval_ms, int64_t paced_ms)
{
	uint32_t count = (uint32_t)poll->shared->plan->object_count;

	if (poll->is_asked)
		begin_telling(poll, now_ms);
	choose_groups(poll, now_ms, interval_ms, paced_ms);
	list_walk_free(poll->lists);
	poll->lists = NULL;
	poll->is_running = true;
	poll->left = count;
	poll->now_ms = now_ms;
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
			poll_read_as_unknown(poll, k);
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

/* What is not known for rounds is not waited for: an alarm of a rule that is gone must end. */
static void
round_ended(struct poll *poll)
{
	poll->groups = 0;
	poll->is_running = false;
	if (!poll->must_tell)
		return;
	poll->tellings++;
	if (poll->faults != NULL && !faults_are_known(poll->faults) && poll->tellings < TELLINGS_MAX)
		return;
	poll->must_tell = false;
	poll->sink->swept(poll->arg, poll->since_ms);
}

static bool
has_lists_left(struct poll *poll)
{
	if (poll->shared->plan->list_count == 0)
		return false;
	if (poll->lists == NULL)
		poll->lists = list_walk_new(poll->shared->plan, poll->faults, &poll->box->learned,
		    poll->shared->version, poll->groups);
	if (poll->lists != NULL && list_walk_next(poll->lists))
		return true;
	list_walk_free(poll->lists);
	poll->lists = NULL;
	return false;
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
		const struct shared_request *request = shared_plan_request(poll->shared, poll->at);
		poll->count = request != NULL && request->count <= max
		    ? request->count
		    : shared_plan_fit(poll->shared, poll->at, max);
		while (lost < poll->count && is_lost(poll, poll->at + lost))
			lost++;
		if (lost < poll->count || has_uptime(poll))
			return true;
		pass_over(poll, poll->count);
	}
	if (!poll->is_running)
		return false;
	if (has_lists_left(poll))
		return true;
	round_ended(poll);
	return false;
}

void
poll_question(struct poll *poll, struct session_question *question)
{
	struct shared_request *request =
	    poll->lost_count > 0 || poll->has_no_uptime ? NULL : shared_plan_request(poll->shared, poll->at);

	*question = (struct session_question){ .command = CODEC_GET };
	if (poll->lists != NULL) {
		list_walk_ask(poll->lists, question);
		return;
	}
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

/* All of what was not answered at once was answered in pieces: it was the size. */
static void
end_choke(struct poll *poll)
{
	if (poll->choke_end == 0 || (poll->at < poll->choke_end && poll->at != 0))
		return;
	learned_objects(&poll->box->learned, poll->size);
	poll->choke_end = 0;
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
		poll_read_as_unknown(poll, k);
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
	poll->now_ms = now_ms;
	if (poll->lists != NULL) {
		list_walk_answer(poll->lists, answer);
		return false;
	}
	if (poll->choked_at == poll->at)
		poll->chokes = 0;
	if (answer->error == CODEC_NO_ERROR) {
		bool has_restarted = poll_read_objects(poll, answer);
		pass_over(poll, poll->count);
		end_choke(poll);
		return has_restarted;
	}
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
	if (poll->lists != NULL) {
		list_walk_choked(poll->lists);
		return;
	}
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
	if (poll->lists == NULL)
		shrink(poll);
}
