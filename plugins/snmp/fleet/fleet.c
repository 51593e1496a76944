/* SPDX-License-Identifier: ISC */
/* The plugin's half of polling: devices and workers, in the agent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/fleet/credentials.h"
#include "plugins/snmp/fleet/entry.h"
#include "plugins/snmp/fleet/fleet_inside.h"
#include "plugins/snmp/fleet/traps.h"
#include "plugins/snmp/log_fault.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/sorted.h"

static void
member_fini(struct member *member)
{
	if (member->message != NULL)
		explicit_bzero(member->message, member->len); /* secrets */
	free(member->message);
	free(member->name);
}

struct fleet_worker *
fleet_worker_of(struct fleet *fleet, uint32_t device)
{
	return &fleet->workers[device % fleet->worker_count];
}

void
fleet_send(struct fleet_worker *worker, const void *data, size_t len)
{
	process_send(&worker->process, data, len);
}

struct fleet_worker *
fleet_worker(struct fleet *fleet, unsigned id)
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
	struct fleet_worker *worker = fleet_worker(fleet, id);

	if (traps_worker_exit(fleet->traps, id) || worker == NULL)
		return;
	for (size_t i = 0; i < fleet->count; i++)
		if (fleet_worker_of(fleet, fleet->members[i].number) == worker)
			(void)towerd_presence(fleet->ctx, fleet->members[i].number, TOWERD_PRESENCE_UNKNOWN,
			    "its poll worker ended");
	process_ended(&worker->process);
}

struct member *
fleet_member(struct fleet *fleet, uint32_t number)
{
	return sorted_find(fleet->members, fleet->count, sizeof(*fleet->members), number);
}

const char *
fleet_lesson_key(uint32_t device, char *key, size_t size)
{
	snprintf(key, size, "device/%u", device);
	return key;
}

static void
forget_lesson(struct fleet *fleet, uint32_t device)
{
	char key[32];

	(void)towerd_learned_put(fleet->ctx, fleet_lesson_key(device, key, sizeof(key)), NULL);
}

static void
tell_device(struct fleet_worker *worker, const struct member *member)
{
	struct message_writer *w = &worker->fleet->scratch;
	char key[32], lesson[LESSON_MAX] = "";

	(void)towerd_learned_get(
	    worker->fleet->ctx, fleet_lesson_key(member->number, key, sizeof(key)), lesson, sizeof(lesson));
	w->len = 0;
	message_put_bytes(w, member->message, member->len);
	message_put_text(w, lesson);
	if (!w->failed)
		fleet_send(worker, w->data, w->len);
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
		fleet_send(worker, w->data, w->len);
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
		if (fleet_worker_of(fleet, fleet->members[i].number) != worker)
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
	member.len = fleet->scratch.len;
	member.message = malloc(member.len);
	if (member.message == NULL || asprintf(&member.name, "%s/%s", device->site, device->slot) < 0) {
		free(member.message);
		return -ENOMEM;
	}
	memcpy(member.message, fleet->scratch.data, member.len);
	explicit_bzero(fleet->scratch.data, fleet->scratch.len); /* secrets */
	struct member *old = fleet_member(fleet, device->number);
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
		void *members = fleet->members;
		struct member *added = sorted_insert(&members, &fleet->count, sizeof(*added), device->number);
		fleet->members = members;
		if (added == NULL) {
			member_fini(&member);
			return -ENOMEM;
		}
		*added = member;
	}
	tell_device(fleet_worker_of(fleet, device->number), fleet_member(fleet, device->number));
	if (has_pace(&member))
		tell_pace(fleet_worker_of(fleet, device->number), &member);
	return 0;
}

void
fleet_pace(struct fleet *fleet, uint32_t device, const struct towerd_pace *pace)
{
	struct member *member = fleet_member(fleet, device);

	if (member == NULL)
		return;
	member->pace = *pace;
	tell_pace(fleet_worker_of(fleet, device), member);
}

void
fleet_remove(struct fleet *fleet, uint32_t device)
{
	struct member *member = fleet_member(fleet, device);

	traps_remove(fleet->traps, device);
	if (member == NULL)
		return;
	forget_lesson(fleet, device);
	member_fini(member);
	sorted_remove(fleet->members, &fleet->count, sizeof(*member), member);
	message_begin(&fleet->scratch, MESSAGE_REMOVE);
	message_put_u32(&fleet->scratch, device);
	if (!fleet->scratch.failed)
		fleet_send(fleet_worker_of(fleet, device), fleet->scratch.data, fleet->scratch.len);
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
		fleet_send(&fleet->workers[w], fleet->scratch.data, fleet->scratch.len);
	traps_reload(fleet->traps);
	return fleet->scratch.failed ? -ENOMEM : 0;
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
	rc = asks_start(fleet);
	return rc < 0 ? rc : traps_start(ctx, fleet, &fleet->traps);
}

void
fleet_poll_now(struct fleet *fleet, uint32_t device)
{
	if (fleet_member(fleet, device) == NULL)
		return;
	message_begin(&fleet->scratch, MESSAGE_POLL_NOW);
	message_put_u32(&fleet->scratch, device);
	if (!fleet->scratch.failed)
		fleet_send(fleet_worker_of(fleet, device), fleet->scratch.data, fleet->scratch.len);
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
	asks_stop(fleet);
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
