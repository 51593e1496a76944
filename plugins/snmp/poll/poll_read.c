/* SPDX-License-Identifier: ISC */
/* What an answer says of a device's sensors and alarms. */
#include <string.h>

#include "plugins/snmp/poll/poll_inside.h"

static enum towerd_quality
decode(struct poll *poll, uint32_t i, const struct snmp_value *value, int64_t *out)
{
	const struct plan_sensor *sensor = &poll->shared->plan->sensors[i];

	return sensor->is_rate ? profile_decode_rate(&sensor->decode, value, poll->now_ms,
				     &poll->counters[poll->shared->rates[i]], out)
			       : profile_decode(&sensor->decode, value, out);
}

/* `is_late`: nobody knows when the value was so, and a rate cannot be had of it. */
static void
read_object(struct poll *poll, uint32_t k, const struct snmp_value *value, bool is_late)
{
	const struct plan_object *object = &poll->shared->plan->objects[k];

	for (uint32_t i = object->first; i < object->first + object->count; i++) {
		struct towerd_reading reading = { .sensor = poll->numbers[i] };
		if (reading.sensor == 0 || (is_late && poll->shared->plan->sensors[i].is_rate))
			continue;
		reading.quality = (uint32_t)decode(poll, i, value, &reading.value);
		poll->sink->reading(poll->arg, &reading);
	}
	if (object->alarm_count > 0)
		faults_read(poll->faults, object, value);
}

void
poll_read_as_unknown(struct poll *poll, uint32_t k)
{
	const struct snmp_value nothing = { .tag = SNMP_NULL };
	read_object(poll, k, &nothing, false);
}

static bool
is_object(const struct snmp_object *o, const struct snmp_oid *oid)
{
	return oid_compare(o->ids, o->len, oid->ids, oid->len) == 0;
}

/* Counters begin anew with the device. */
static bool
read_uptime(struct poll *poll, const struct snmp_value *value)
{
	if (value->tag != SNMP_TIMETICKS ||
	    !uptime_read(&poll->box->uptime, (uint32_t)value->natural, poll->now_ms))
		return false;
	if (poll->counters != NULL)
		memset(poll->counters, 0, poll->shared->rate_count * sizeof(*poll->counters));
	return true;
}

/*
 * The answer's objects come in the order of the request; what is not where it should be is looked for, what is not ours, or comes a second time, is
 * passed over.
 */
bool
poll_read_objects(struct poll *poll, const struct codec_answer *answer)
{
	uint64_t seen = 0;
	uint32_t next = 0;
	bool has_restarted = false;

	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		uint32_t tried = 0;
		if (is_object(o, &poll_uptime)) {
			has_restarted |= read_uptime(poll, &o->value);
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
		read_object(poll, shared_plan_index(poll->shared, poll->at + next), &o->value, false);
		next = (next + 1) % poll->count;
	}
	return has_restarted;
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
			read_object(poll, (uint32_t)low, &o->value, true);
	}
}
