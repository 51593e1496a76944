/* SPDX-License-Identifier: ISC */
/* One polled device: a state machine with one request in flight (poller.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/discovery.h"
#include "plugins/snmp/poller.h"

#define POLL_OBJECTS    24 /* in one GET, until the device says tooBig */
#define DOWN_STEPS      3  /* the pause between probes of a dead device doubles so often */
#define DOWN_MAX_MS     300000
#define LOST_PLAN_TIMES 10   /* intervals until a device without a profile is looked at again */
#define SPREAD_MS       5000 /* devices that are added together are not asked together */
#define GRID_MS         20 /* polls begin at multiples of this: those of one moment share wakeups and system calls */

static const uint32_t sys_uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };

enum phase { PHASE_DISCOVER, PHASE_ASK, PHASE_POLL, PHASE_DOWN };

struct device {
	struct poller *poller;
	struct device_settings settings;
	struct towerd_timer *timer; /* the time-out of what is in flight, else the next step */
	enum phase phase;
	enum towerd_presence told;
	uint32_t request; /* id in flight or last given up; 0: none */
	bool is_in_flight;
	unsigned attempts, down_steps;
	int64_t cycle_ms; /* when this poll began */
	int64_t uptime;   /* sysUpTime of the last poll, hundredths; -1: not known */

	uint8_t packet[CODEC_REQUEST_MAX]; /* what is in flight, outside polls */
	size_t packet_len;
	struct discovery *discovery;

	struct profile_plan *plan;
	uint32_t generation; /* of the plan: numbers for an older one are not used */
	uint32_t *sensors;   /* number of each of the plan's sensors, 0: the agent did not take it */
	bool *is_dead;       /* objects that the device refuses to answer */
	bool has_uptime;     /* false: it refuses sysUpTime */
	struct poll_requests requests;
	size_t request_at, request_size;
};

static void discover(struct device *device);
static void poll_next(struct device *device);

static void
tell_presence(struct device *device, enum towerd_presence presence, const char *reason)
{
	struct message_writer *w = &device->poller->scratch;

	if (device->told == presence)
		return;
	device->told = presence;
	message_begin(w, MESSAGE_PRESENCE);
	message_put_u32(w, device->settings.number);
	message_put_u32(w, (uint32_t)presence);
	message_put_text(w, reason);
	poller_tell(device->poller, w);
}

static void
tell_text(struct device *device, enum message_type type, const char *first, const char *second)
{
	struct message_writer *w = &device->poller->scratch;

	message_begin(w, type);
	message_put_u32(w, device->settings.number);
	message_put_text(w, first);
	message_put_text(w, second);
	poller_tell(device->poller, w);
}

static void
schedule(struct device *device, int64_t delay_ms)
{
	device->is_in_flight = false;
	towerd_timer_start(device->poller->ctx, device->timer, delay_ms);
}

/* Sends a message under a fresh id, or, `again`, the same message under the same id. */
static void
transmit(struct device *device, uint8_t *data, size_t len, size_t id_at, bool again)
{
	struct poller *poller = device->poller;

	if (!again) {
		device->attempts = 0;
		codec_set_id(data, id_at, poller_expect(poller, device));
	}
	device->attempts++;
	device->is_in_flight = true;
	wire_send(poller->wire, &device->settings.address, data, len);
	towerd_timer_start(poller->ctx, device->timer, poller->config->timeout_ms);
}

static void
send_request(struct device *device, enum codec_command command, const struct profile_oid *oids, size_t count,
    unsigned repetitions)
{
	const struct codec_request request = { .version = device->settings.version,
		.command = command,
		.community = device->settings.community,
		.oids = oids,
		.count = count,
		.max_repetitions = repetitions };
	size_t id_at;
	int len = codec_build(device->poller->codec, &request, device->packet, &id_at);

	if (len < 0) {
		tell_text(device, MESSAGE_REJECT, "request", strerror(-len));
		schedule(device, device->settings.interval_ms);
		return;
	}
	device->packet_len = (size_t)len;
	transmit(device, device->packet, device->packet_len, id_at, false);
}

static void
send_again(struct device *device)
{
	if (device->phase == PHASE_POLL) {
		struct poll_request *r = &device->requests.items[device->request_at];
		transmit(device, r->data, r->len, r->id_at, true);
	} else {
		transmit(device, device->packet, device->packet_len, 0, true);
	}
}

static void
drop_plan(struct device *device)
{
	poll_requests_free(&device->requests);
	profile_plan_free(device->plan);
	free(device->sensors);
	free(device->is_dead);
	device->plan = NULL;
	device->sensors = NULL;
	device->is_dead = NULL;
}

/* Asked for less and less often, by one cheap object. */
static void
go_down(struct device *device)
{
	int64_t pause_ms = device->settings.interval_ms << device->down_steps;

	device->phase = PHASE_DOWN;
	if (device->down_steps < DOWN_STEPS)
		device->down_steps++;
	discovery_free(device->discovery);
	device->discovery = NULL;
	char reason[64];
	snprintf(reason, sizeof(reason), "no reply to %u requests of %lld ms each", device->attempts,
	    (long long)device->poller->config->timeout_ms);
	tell_presence(device, TOWERD_PRESENCE_UNREACHABLE, reason);
	schedule(device, pause_ms < DOWN_MAX_MS ? pause_ms : DOWN_MAX_MS);
}

static void
poll_start(struct device *device)
{
	device->phase = PHASE_POLL;
	device->cycle_ms = towerd_now_ms(device->poller->ctx);
	device->request_at = 0;
	poll_next(device);
}

static void
poll_next(struct device *device)
{
	if (device->request_at < device->requests.count) {
		struct poll_request *r = &device->requests.items[device->request_at];
		transmit(device, r->data, r->len, r->id_at, false);
		return;
	}
	int64_t now_ms = towerd_now_ms(device->poller->ctx);
	int64_t due_ms = device->cycle_ms + device->settings.interval_ms;
	if (due_ms < now_ms + 100)
		due_ms = now_ms + 100;
	schedule(device, due_ms - due_ms % GRID_MS - now_ms);
}

/* (Re)builds the requests, after the plan came or the device refused a part of it. */
static void
poll_rebuild(struct device *device)
{
	poll_requests_free(&device->requests);
	const struct poll_limits limits = {
		.is_dead = device->is_dead, .size = device->request_size, .has_uptime = device->has_uptime
	};
	int rc = poll_requests_build(
	    device->poller->codec, &device->settings, device->plan, &limits, &device->requests);
	if (rc < 0) {
		tell_text(device, MESSAGE_REJECT, "poll", strerror(-rc));
		schedule(device, device->settings.interval_ms);
		return;
	}
	poll_start(device);
}

static void
come_up(struct device *device)
{
	device->down_steps = 0;
	tell_presence(device, TOWERD_PRESENCE_REACHABLE, "");
	if (device->phase != PHASE_DOWN)
		return;
	if (device->plan != NULL && device->sensors != NULL)
		poll_start(device);
	else
		discover(device);
}

static void
timer_due(struct towerd_ctx *ctx, void *arg)
{
	struct device *device = arg;

	(void)ctx;
	if (device->is_in_flight && device->attempts <= (unsigned)device->poller->config->retries) {
		send_again(device);
	} else if (device->is_in_flight) {
		go_down(device);
	} else if (device->phase == PHASE_DOWN) {
		const struct profile_oid uptime = { sys_uptime, TOWERD_COUNT(sys_uptime) };
		send_request(device, CODEC_GET, &uptime, 1, 0);
	} else if (device->phase == PHASE_POLL) {
		poll_start(device);
	} else {
		discover(device); /* also when the agent did not answer with sensor numbers */
	}
}

/* ---- discovery */

static void
discover_next(struct device *device)
{
	struct profile_oid oids[CODEC_VARBINDS];
	struct discovery_step step;

	if (discovery_next(device->discovery, oids, &step)) {
		send_request(device, step.command, oids, step.count, step.repetitions);
		return;
	}
	struct discovery *d = device->discovery;
	device->discovery = NULL;
	drop_plan(device);
	const char *profile = discovery_profile(d);
	int rc = discovery_plan(d, &device->plan);
	if (rc < 0 || device->plan->sensor_count == 0) {
		tell_text(device, MESSAGE_REJECT, "profile",
		    rc == -ENOENT ? "no profile fits this device"
			: rc < 0  ? strerror(-rc)
				  : "its profile finds no sensor in it");
		discovery_free(d);
		drop_plan(device);
		schedule(device, device->settings.interval_ms * LOST_PLAN_TIMES);
		return;
	}
	tell_text(device, MESSAGE_ATTRIBUTE, "profile", profile);
	for (size_t i = 0; i < DISCOVERY_ATTRIBUTES; i++) {
		char text[256];
		if (discovery_attribute(d, i, text, sizeof(text)) > 0)
			tell_text(device, MESSAGE_ATTRIBUTE, discovery_attribute_name(i), text);
	}
	discovery_free(d);

	struct message_writer *w = &device->poller->scratch;
	device->phase = PHASE_ASK;
	device->generation++;
	message_begin(w, MESSAGE_PLAN);
	message_put_u32(w, device->settings.number);
	message_put_u32(w, device->generation);
	message_put_u32(w, (uint32_t)device->plan->sensor_count);
	for (size_t i = 0; i < device->plan->sensor_count; i++) {
		const struct plan_sensor *sensor = &device->plan->sensors[i];
		message_put_u32(w, sensor->decode.kind->number);
		message_put_text(w, sensor->instance);
		message_put_text(w, sensor->label);
	}
	poller_tell(device->poller, w);
	schedule(device, device->settings.interval_ms * LOST_PLAN_TIMES);
}

static void
discover(struct device *device)
{
	device->phase = PHASE_DISCOVER;
	discovery_free(device->discovery);
	device->discovery =
	    discovery_new(device->poller->profiles, device->settings.profile, device->settings.version);
	if (device->discovery == NULL)
		schedule(device, device->settings.interval_ms);
	else
		discover_next(device);
}

void
device_sensors(struct device *device, uint32_t generation, const uint8_t *numbers, size_t count)
{
	if (device->phase != PHASE_ASK || generation != device->generation ||
	    count != device->plan->sensor_count)
		return;
	device->sensors = malloc(count * sizeof(uint32_t));
	device->is_dead = calloc(device->plan->object_count, sizeof(bool));
	if (device->sensors == NULL || device->is_dead == NULL) {
		drop_plan(device);
		device->phase = PHASE_DISCOVER;
		schedule(device, device->settings.interval_ms);
		return;
	}
	memcpy(device->sensors, numbers, count * sizeof(uint32_t));
	device->request_size = POLL_OBJECTS;
	device->has_uptime = true;
	device->uptime = -1;
	poll_rebuild(device);
}

/* ---- polls */

static void
read_object(struct device *device, const struct plan_object *object, const struct snmp_value *value)
{
	for (uint32_t i = object->first; i < object->first + object->count; i++) {
		struct towerd_reading reading = { .sensor = device->sensors[i] };
		if (reading.sensor == 0)
			continue;
		reading.quality =
		    (uint32_t)profile_decode(&device->plan->sensors[i].decode, value, &reading.value);
		poller_reading(device->poller, &reading);
	}
}

/* True: the device has restarted. sysUpTime wraps after 497 days: from the last day before that it may go back. */
static bool
read_uptime(struct device *device, const struct snmp_value *value)
{
	const int64_t last_day = ((int64_t)1 << 32) - 8640000;

	if (value->tag != SNMP_TIMETICKS)
		return false;
	int64_t before = device->uptime;
	device->uptime = (int64_t)value->natural;
	return before >= 0 && before < last_day && device->uptime < before;
}

/* The answer's objects come in the order of the request; what is not where it should be is looked for, what is not ours is passed over. */
static void
read_answer(struct device *device, const struct codec_answer *answer)
{
	const struct poll_request *r = &device->requests.items[device->request_at];
	uint32_t at = r->first, end = r->first + r->count;
	bool has_restarted = false;

	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		if (oid_compare(o->ids, o->len, sys_uptime, TOWERD_COUNT(sys_uptime)) == 0) {
			has_restarted = read_uptime(device, &o->value);
			continue;
		}
		uint32_t k = at;
		while (k < end &&
		    oid_compare(o->ids, o->len, device->plan->objects[k].oid.ids,
			device->plan->objects[k].oid.len) != 0)
			k++;
		if (k == end) {
			towerd_count(device->poller->ctx, "unasked-objects", 1);
			continue;
		}
		read_object(device, &device->plan->objects[k], &o->value);
		at = k + 1;
	}
	device->request_at++;
	if (has_restarted)
		discover(device); /* what it consists of may have changed */
	else
		poll_next(device);
}

/* An object that the device answers with an error: it is left out, and its sensors are not known. */
static void
lose_object(struct device *device, int error_index)
{
	const struct poll_request *r = &device->requests.items[device->request_at];
	const struct snmp_value nothing = { .tag = SNMP_NULL };
	int index = error_index - r->has_uptime; /* sysUpTime stands in front */

	if (index == 0 && r->has_uptime) {
		device->has_uptime = false;
		poll_rebuild(device);
		return;
	}
	for (uint32_t k = r->first; k < r->first + r->count; k++) {
		if (device->is_dead[k])
			continue;
		if (--index == 0) {
			device->is_dead[k] = true;
			read_object(device, &device->plan->objects[k], &nothing);
			poll_rebuild(device);
			return;
		}
	}
	device->request_at++; /* an error that names none of our objects: the rest of the poll goes on */
	poll_next(device);
}

static void
poll_answer(struct device *device, const struct codec_answer *answer)
{
	switch (answer->error) {
	case CODEC_NO_ERROR:
		read_answer(device, answer);
		break;
	case CODEC_TOO_BIG:
		if (device->request_size == 1) {
			device->request_at++;
			poll_next(device);
			break;
		}
		device->request_size /= 2;
		poll_rebuild(device);
		break;
	default:
		lose_object(device, answer->error_index);
	}
}

void
device_answer(struct device *device, const struct wire_address *from, const struct codec_answer *answer)
{
	const char *community = device->settings.community;

	if (!wire_address_is_same(from, &device->settings.address) ||
	    answer->version != device->settings.version || answer->community_len != strlen(community) ||
	    memcmp(answer->community, community, answer->community_len) != 0) {
		tell_text(device, MESSAGE_REJECT, "answer",
		    "it came from another address, or with another version or community");
		return;
	}
	poller_forget(device->poller, device);
	device->is_in_flight = false;
	enum phase phase = device->phase;
	come_up(device);
	if (phase == PHASE_POLL) {
		poll_answer(device, answer);
	} else if (phase == PHASE_DISCOVER) {
		discovery_answer(device->discovery, answer);
		discover_next(device);
	}
}

/* ---- life */

struct device *
device_new(struct poller *poller, const struct device_settings *settings)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device == NULL)
		return NULL;
	device->poller = poller;
	device->settings = *settings;
	device->settings.community = strdup(settings->community);
	device->settings.profile = strdup(settings->profile);
	device->told = TOWERD_PRESENCE_UNKNOWN;
	device->timer = towerd_timer_new(poller->ctx, timer_due, device);
	if (device->settings.community == NULL || device->settings.profile == NULL || device->timer == NULL) {
		device_free(device);
		return NULL;
	}
	int64_t spread_ms = settings->interval_ms < SPREAD_MS ? settings->interval_ms : SPREAD_MS;
	schedule(device, random() % (spread_ms + 1));
	return device;
}

void
device_free(struct device *device)
{
	if (device == NULL)
		return;
	poller_forget(device->poller, device);
	if (device->timer != NULL)
		towerd_timer_free(device->poller->ctx, device->timer);
	discovery_free(device->discovery);
	drop_plan(device);
	free((char *)(uintptr_t)device->settings.community);
	free((char *)(uintptr_t)device->settings.profile);
	free(device);
}

uint32_t
device_number(const struct device *device)
{
	return device->settings.number;
}

uint32_t
device_request(const struct device *device)
{
	return device->request;
}

void
device_set_request(struct device *device, uint32_t id)
{
	device->request = id;
}
