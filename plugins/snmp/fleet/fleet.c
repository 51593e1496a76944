/* SPDX-License-Identifier: ISC */
/* The plugin's half of polling: devices and workers, in the agent. */
#include "plugins/snmp/fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/fleet/credentials.h"
#include "plugins/snmp/fleet/entry.h"
#include "plugins/snmp/fleet/process.h"
#include "plugins/snmp/fleet/traps.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/wire/wire.h"

#define WORKERS_MAX 8
#define LESSON_MAX  256

struct member { /* a device: what its worker is told, kept so that it can be told again */
	uint32_t number;
	void *message;
	size_t len;
	int64_t interval_ms;
	char *name; /* "SITE/SLOT" */
	struct wire_address address;
	struct towerd_pace pace; /* zeros: as configured */
};

struct fleet_worker {
	struct fleet *fleet;
	struct process process;
};

struct fleet {
	struct towerd_ctx *ctx;
	struct credentials *credentials;
	struct traps *traps; /* NULL: none are received */
	struct wire_source source;
	struct fleet_worker workers[WORKERS_MAX];
	unsigned worker_count;
	struct member *members; /* sorted by number */
	size_t count;
	struct message_writer scratch;
};

static void
member_fini(struct member *member)
{
	if (member->message != NULL)
		explicit_bzero(member->message, member->len); /* secrets */
	free(member->message);
	free(member->name);
}

static struct fleet_worker *
worker_of(struct fleet *fleet, uint32_t device)
{
	return &fleet->workers[device % fleet->worker_count];
}

static void
send_to(struct fleet_worker *worker, const void *data, size_t len)
{
	process_send(&worker->process, data, len);
}

static struct fleet_worker *
find_worker(struct fleet *fleet, unsigned id)
{
	for (unsigned w = 0; w < fleet->worker_count; w++)
		if (process_is(&fleet->workers[w].process, id))
			return &fleet->workers[w];
	return NULL;
}

/* The host has logged how it ended. */
void
fleet_worker_exit(struct fleet *fleet, unsigned id)
{
	struct fleet_worker *worker = find_worker(fleet, id);

	if (traps_worker_exit(fleet->traps, id) || worker == NULL)
		return;
	for (size_t i = 0; i < fleet->count; i++)
		if (worker_of(fleet, fleet->members[i].number) == worker)
			(void)towerd_presence(fleet->ctx, fleet->members[i].number, TOWERD_PRESENCE_UNKNOWN,
			    "its poll worker ended");
	process_ended(&worker->process);
}

static size_t
place_of(const struct fleet *fleet, uint32_t number)
{
	size_t low = 0, high = fleet->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (fleet->members[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct member *
find_member(struct fleet *fleet, uint32_t number)
{
	size_t i = place_of(fleet, number);
	return i < fleet->count && fleet->members[i].number == number ? &fleet->members[i] : NULL;
}

/* What was learned of a device is kept by its number. */
static const char *
lesson_key(uint32_t device, char *key, size_t size)
{
	snprintf(key, size, "device/%u", device);
	return key;
}

static void
forget_lesson(struct fleet *fleet, uint32_t device)
{
	char key[32];

	(void)towerd_learned_put(fleet->ctx, lesson_key(device, key, sizeof(key)), NULL);
}

static void
tell_device(struct fleet_worker *worker, const struct member *member)
{
	struct message_writer *w = &worker->fleet->scratch;
	char key[32], lesson[LESSON_MAX] = "";

	(void)towerd_learned_get(
	    worker->fleet->ctx, lesson_key(member->number, key, sizeof(key)), lesson, sizeof(lesson));
	w->len = 0;
	message_put_bytes(w, member->message, member->len);
	message_put_text(w, lesson);
	if (!w->failed)
		send_to(worker, w->data, w->len);
	explicit_bzero(w->data, w->len); /* secrets */
}

static void
tell_pace(struct fleet_worker *worker, const struct member *member)
{
	struct message_writer *w = &worker->fleet->scratch;

	message_begin(w, MESSAGE_PACE);
	message_put_u32(w, member->number);
	message_put_u32(w, member->pace.is_on_battery);
	message_put_u32(w, member->pace.is_verifying);
	message_put_i64(w, member->pace.bytes_a_day);
	if (!w->failed)
		send_to(worker, w->data, w->len);
}

static bool
has_pace(const struct member *member)
{
	return member->pace.is_on_battery || member->pace.is_verifying || member->pace.bytes_a_day > 0;
}

static void
tell_all(void *arg)
{
	struct fleet_worker *worker = arg;
	struct fleet *fleet = worker->fleet;

	for (size_t i = 0; i < fleet->count; i++) {
		if (worker_of(fleet, fleet->members[i].number) != worker)
			continue;
		tell_device(worker, &fleet->members[i]);
		if (has_pace(&fleet->members[i]))
			tell_pace(worker, &fleet->members[i]);
	}
}

int
fleet_add(struct fleet *fleet, const struct towerd_device *device)
{
	struct member member = { .number = device->number };
	struct entry entry;
	int rc =
	    entry_describe(fleet->ctx, fleet->credentials, &fleet->source, device, &entry, &fleet->scratch);

	if (rc == 0)
		rc = traps_add(fleet->traps, device, &entry);
	if (rc < 0) {
		fleet_remove(fleet, device->number); /* what it was is not what it is meant to be */
		return rc;
	}
	member.address = entry.address;
	member.interval_ms = entry.interval_ms;
	member.len = fleet->scratch.len;
	member.message = malloc(member.len);
	if (member.message == NULL || asprintf(&member.name, "%s/%s", device->site, device->slot) < 0) {
		free(member.message);
		return -ENOMEM;
	}
	memcpy(member.message, fleet->scratch.data, member.len);
	explicit_bzero(fleet->scratch.data, fleet->scratch.len); /* secrets */
	struct member *old = find_member(fleet, device->number);
	if (old != NULL) {
		bool is_same =
		    old->len == member.len && memcmp(old->message, member.message, member.len) == 0;
		if (is_same) { /* a reload that does not concern it */
			member_fini(&member);
			return 0;
		}
		forget_lesson(fleet, device->number); /* it is of what the device was */
		member.pace = old->pace;
		member_fini(old);
		*old = member;
	} else {
		struct member *grown = realloc(fleet->members, (fleet->count + 1) * sizeof(*grown));
		if (grown == NULL) {
			member_fini(&member);
			return -ENOMEM;
		}
		fleet->members = grown;
		size_t i = place_of(fleet, device->number);
		memmove(&grown[i + 1], &grown[i], (fleet->count - i) * sizeof(*grown));
		grown[i] = member;
		fleet->count++;
	}
	tell_device(worker_of(fleet, device->number), find_member(fleet, device->number));
	if (has_pace(&member))
		tell_pace(worker_of(fleet, device->number), &member);
	return 0;
}

void
fleet_pace(struct fleet *fleet, uint32_t device, const struct towerd_pace *pace)
{
	struct member *member = find_member(fleet, device);

	if (member == NULL)
		return;
	member->pace = *pace;
	tell_pace(worker_of(fleet, device), member);
}

void
fleet_remove(struct fleet *fleet, uint32_t device)
{
	size_t i = place_of(fleet, device);

	traps_remove(fleet->traps, device);
	if (i == fleet->count || fleet->members[i].number != device)
		return;
	forget_lesson(fleet, device);
	member_fini(&fleet->members[i]);
	fleet->count--;
	memmove(&fleet->members[i], &fleet->members[i + 1], (fleet->count - i) * sizeof(*fleet->members));
	message_begin(&fleet->scratch, MESSAGE_REMOVE);
	message_put_u32(&fleet->scratch, device);
	if (!fleet->scratch.failed)
		send_to(worker_of(fleet, device), fleet->scratch.data, fleet->scratch.len);
}

static void
log_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	if (line == 0)
		towerd_log(arg, TOWERD_LOG_ERROR, "%s: %s", file, message);
	else
		towerd_log(arg, TOWERD_LOG_ERROR, "%s:%u:%u: %s", file, line, column, message);
}

/* All of the file or nothing: a slip in it must not silence devices that are polled. */
static int
reload_credentials(struct fleet *fleet)
{
	const struct snmp_config *config = towerd_config(fleet->ctx);
	struct towerd_fault_sink faults = { .report = log_fault, .arg = fleet->ctx };
	int rc = credentials_reload(fleet->credentials, &faults);

	return rc != -EINVAL ? rc
			     : towerd_fail(fleet->ctx, rc, "%s has %u fault%s, which the log names",
				   config->credentials, faults.count, faults.count == 1 ? "" : "s");
}

int
fleet_reload(struct fleet *fleet)
{
	int rc = reload_credentials(fleet);

	if (rc < 0)
		return rc;
	message_begin(&fleet->scratch, MESSAGE_RELOAD);
	for (unsigned w = 0; w < fleet->worker_count && !fleet->scratch.failed; w++)
		send_to(&fleet->workers[w], fleet->scratch.data, fleet->scratch.len);
	traps_reload(fleet->traps);
	return fleet->scratch.failed ? -ENOMEM : 0;
}

/* ---- what a worker says */

/* The device that a message begins with; NULL when it is none of this worker's. */
static struct member *
take_member(struct fleet_worker *worker, struct message_reader *r)
{
	uint32_t number = message_u32(r);

	return worker_of(worker->fleet, number) == worker ? find_member(worker->fleet, number) : NULL;
}

/* A plan: each sensor gets its number, in the plan's order; 0 where the agent does not take it. */
static void
take_plan(struct fleet_worker *worker, struct message_reader *r)
{
	struct towerd_ctx *ctx = worker->fleet->ctx;
	const struct member *member = take_member(worker, r);
	uint32_t generation = message_u32(r), count = message_u32(r), not_taken = 0;
	struct message_writer *w = &worker->fleet->scratch;

	if (member == NULL)
		return;
	message_begin(w, MESSAGE_SENSORS);
	message_put_u32(w, member->number);
	message_put_u32(w, generation);
	message_put_u32(w, count);
	for (uint32_t i = 0; i < count; i++) {
		struct towerd_sensor sensor = {
			.size = sizeof(sensor), .kind = message_u32(r), .interval_ms = member->interval_ms
		};
		uint32_t number = 0;
		sensor.instance = message_text(r);
		sensor.label = message_text(r);
		if (r->failed)
			return;
		int rc = towerd_sensor(ctx, member->number, &sensor, &number);
		if (rc == -EAGAIN)
			return; /* numbers are being reserved: the worker asks again */
		not_taken += rc < 0;
		message_put_u32(w, rc < 0 ? 0 : number);
	}
	if (!message_is_whole(r) || w->failed)
		return;
	if (not_taken > 0)
		towerd_count(ctx, "sensors-not-taken", not_taken);
	send_to(worker, w->data, w->len);
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
	(void)towerd_learned_put(worker->fleet->ctx, lesson_key(member->number, key, sizeof(key)),
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
	struct fleet_worker *worker = find_worker(fleet, id);
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (traps_message(fleet->traps, id, data, len) || worker == NULL)
		return;
	if (type < TOWERD_COUNT(takers) && takers[type] != NULL)
		takers[type](worker, &r);
	else
		towerd_count(fleet->ctx, "unknown-messages", 1);
}

int
fleet_start(struct towerd_ctx *ctx, struct fleet **out)
{
	const struct snmp_config *config = towerd_config(ctx);
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet == NULL)
		return -ENOMEM;
	*out = fleet;
	fleet->ctx = ctx;
	if (wire_source_parse(config->source, &fleet->source) < 0)
		return towerd_fail(ctx, -EINVAL, "source \"%s\" is not a literal address", config->source);
	struct towerd_fault_sink faults = { .report = log_fault, .arg = ctx };
	int rc = credentials_load(config->credentials, &faults, &fleet->credentials);
	if (rc < 0)
		return rc;
	for (; fleet->worker_count < (unsigned)config->workers; fleet->worker_count++) {
		struct fleet_worker *worker = &fleet->workers[fleet->worker_count];
		worker->fleet = fleet;
		rc = process_init(&worker->process, ctx, "poll", tell_all, worker);
		if (rc < 0)
			return rc;
	}
	return traps_start(ctx, fleet, &fleet->traps);
}

void
fleet_poll_now(struct fleet *fleet, uint32_t device)
{
	if (find_member(fleet, device) == NULL)
		return;
	message_begin(&fleet->scratch, MESSAGE_POLL_NOW);
	message_put_u32(&fleet->scratch, device);
	if (!fleet->scratch.failed)
		send_to(worker_of(fleet, device), fleet->scratch.data, fleet->scratch.len);
}

void
fleet_stop(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	for (unsigned w = 0; w < fleet->worker_count; w++)
		process_fini(&fleet->workers[w].process);
	for (size_t i = 0; i < fleet->count; i++)
		member_fini(&fleet->members[i]);
	traps_stop(fleet->traps);
	credentials_free(fleet->credentials);
	message_fini(&fleet->scratch);
	free(fleet->members);
	free(fleet);
}

struct traps *
fleet_traps(const struct fleet *fleet)
{
	return fleet->traps;
}

const struct credentials *
fleet_credentials(const struct fleet *fleet)
{
	return fleet->credentials;
}

void
fleet_mark_known(const struct fleet *fleet, struct finds *finds)
{
	for (size_t i = 0; i < fleet->count; i++)
		finds_mark(finds, &fleet->members[i].address, fleet->members[i].name);
}
