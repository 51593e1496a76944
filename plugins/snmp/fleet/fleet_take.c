/* SPDX-License-Identifier: ISC */
/* What a worker says, handed to the agent. It is believed of its own devices alone. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/fleet/fleet_inside.h"
#include "plugins/snmp/fleet/traps.h"
#include "plugins/snmp/profile/profile.h"

/* The device that a message begins with; NULL when it is none of this worker's. */
static struct member *
take_member(struct fleet_worker *worker, struct message_reader *r)
{
	uint32_t number = message_u32(r);

	return fleet_worker_of(worker->fleet, number) == worker ? fleet_member(worker->fleet, number) : NULL;
}

/* The sensors that the plan does not have any more are retired; when some are missing for the first time, the device is looked at again soon. */
static void
give_numbers(struct fleet_worker *worker, const struct member *member, uint32_t generation,
    const uint32_t *numbers, uint32_t count)
{
	struct message_writer *w = &worker->fleet->scratch;
	int missing = towerd_sensors_keep(worker->fleet->ctx, member->number, numbers, count);

	message_begin(w, MESSAGE_SENSORS);
	message_put_u32(w, member->number);
	message_put_u32(w, generation);
	message_put_u32(w, missing > 0);
	message_put_u32(w, count);
	for (uint32_t i = 0; i < count; i++)
		message_put_u32(w, numbers[i]);
	if (!w->failed)
		fleet_send(worker, w->data, w->len);
}

/* A plan: each sensor gets its number, in the plan's order; 0 where the agent does not take it. */
static void
take_plan(struct fleet_worker *worker, struct message_reader *r)
{
	struct towerd_ctx *ctx = worker->fleet->ctx;
	const struct member *member = take_member(worker, r);
	uint32_t generation = message_u32(r), count = message_u32(r), not_taken = 0;
	uint32_t *numbers =
	    member == NULL || count > PLAN_SENSORS_MAX ? NULL : calloc(count + 1, sizeof(*numbers));

	for (uint32_t i = 0; numbers != NULL && i < count; i++) {
		struct towerd_sensor sensor = { .size = sizeof(sensor), .kind = message_u32(r) };
		sensor.interval_ms = message_i64(r);
		sensor.instance = message_text(r);
		sensor.label = message_text(r);
		int rc = r->failed ? -EAGAIN : towerd_sensor(ctx, member->number, &sensor, &numbers[i]);
		if (rc == -EAGAIN) { /* numbers are being reserved: the worker asks again */
			free(numbers);
			return;
		}
		not_taken += rc < 0;
	}
	if (numbers != NULL && message_is_whole(r)) {
		if (not_taken > 0)
			towerd_count(ctx, "sensors-not-taken", not_taken);
		give_numbers(worker, member, generation, numbers, count);
	}
	free(numbers);
}

static void
take_readings(struct fleet_worker *worker, struct message_reader *r)
{
	uint32_t count = message_u32(r);
	const void *data = message_items(r, count, sizeof(struct towerd_reading));

	if (!message_is_whole(r) || count == 0)
		return;
	/* The message may lie at any address: copied, so that it is aligned. */
	struct towerd_reading *readings = malloc(count * sizeof(*readings));
	if (readings == NULL)
		return;
	memcpy(readings, data, count * sizeof(*readings));
	(void)towerd_observe(worker->fleet->ctx, readings, count);
	free(readings);
}

static void
take_presence(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	uint32_t presence = message_u32(r);
	const char *reason = message_text(r);

	if (member != NULL && message_is_whole(r) && presence <= TOWERD_PRESENCE_UNREACHABLE)
		(void)towerd_presence(
		    worker->fleet->ctx, member->number, (enum towerd_presence)presence, reason);
}

static void
take_attribute(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	const char *name = message_text(r), *value = message_text(r);

	if (member == NULL || !message_is_whole(r))
		return;
	(void)towerd_attribute(worker->fleet->ctx, member->number, name, value);
	traps_attribute(worker->fleet->traps, member->number, name, value);
}

static void
take_reject(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	const char *source = message_text(r), *reason = message_text(r);

	if (member != NULL && message_is_whole(r))
		towerd_reject(worker->fleet->ctx, member->number, source, reason);
}

static void
take_learned(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	const char *lesson = message_text(r), *words = message_text(r);
	char key[32];

	if (member == NULL || !message_is_whole(r) || strlen(lesson) >= LESSON_MAX)
		return;
	(void)towerd_learned_put(worker->fleet->ctx, fleet_lesson_key(member->number, key, sizeof(key)),
	    lesson[0] != '\0' ? lesson : NULL);
	(void)towerd_attribute(worker->fleet->ctx, member->number, "snmp-learned", words);
}

static void
take_fault(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	struct towerd_fault fault = { .size = sizeof(fault) };

	if (message_fault(r, &fault) && member != NULL) {
		fault.device = member->number;
		(void)towerd_fault(worker->fleet->ctx, &fault);
	}
}

static void
take_sweep(struct fleet_worker *worker, struct message_reader *r)
{
	const struct member *member = take_member(worker, r);
	int64_t since_ms = message_i64(r);

	if (member != NULL && message_is_whole(r))
		(void)towerd_fault_sweep(worker->fleet->ctx, member->number, since_ms);
}

void
fleet_message(struct fleet *fleet, unsigned id, const void *data, size_t len)
{
	static void (*const takers[])(struct fleet_worker * worker, struct message_reader * r) = {
		[MESSAGE_PLAN] = take_plan,
		[MESSAGE_READINGS] = take_readings,
		[MESSAGE_PRESENCE] = take_presence,
		[MESSAGE_ATTRIBUTE] = take_attribute,
		[MESSAGE_REJECT] = take_reject,
		[MESSAGE_LEARNED] = take_learned,
		[MESSAGE_FAULT] = take_fault,
		[MESSAGE_SWEEP] = take_sweep,
	};
	struct fleet_worker *worker = fleet_worker(fleet, id);
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (traps_message(fleet->traps, id, data, len) || worker == NULL)
		return;
	if (type < TOWERD_COUNT(takers) && takers[type] != NULL)
		takers[type](worker, &r);
	else
		towerd_count(fleet->ctx, "unknown-messages", 1);
}
