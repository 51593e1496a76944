/* SPDX-License-Identifier: ISC */
/* The worker process: its devices, which answer belongs to whom, and what is told to the agent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "plugins/snmp/poller.h"

#define READINGS_MAX 1024 /* in one message */

static void
profile_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	towerd_log(arg, TOWERD_LOG_ERROR, "%s:%u:%u: %s", file, line, column, message);
}

static const struct towerd_kind *
kind_find(void *arg, const char *name)
{
	return towerd_kind_find(arg, name);
}

/* A profile with a fault is told and left out; the others are used. */
static int
load_profiles(struct poller *poller)
{
	struct towerd_ctx *ctx = poller->ctx;
	struct towerd_fault_sink faults = { .report = profile_fault, .arg = ctx };
	const char *dirs = towerd_setting(ctx, "profile-dir");

	poller->profiles = profiles_new(kind_find, ctx);
	if (poller->profiles == NULL)
		return -ENOMEM;
	while (dirs != NULL && *dirs != '\0') {
		size_t len = strcspn(dirs, ":");
		char path[4096];
		snprintf(path, sizeof(path), "%.*s", (int)len, dirs);
		int rc = profiles_load_dir(poller->profiles, path, &faults);
		if (rc < 0 && rc != -EINVAL)
			towerd_log(ctx, rc == -ENOENT ? TOWERD_LOG_DEBUG : TOWERD_LOG_ERROR,
			    "profile folder %s: %s", path, strerror(-rc));
		dirs += len + (dirs[len] == ':');
	}
	(void)profiles_link(poller->profiles, &faults);
	if (profiles_count(poller->profiles) == 0)
		towerd_log(ctx, TOWERD_LOG_ERROR,
		    "no device profile was found: nothing can be read from any device");
	return 0;
}

void
poller_tell(struct poller *poller, struct message_writer *message)
{
	int rc = message->failed ? -ENOMEM : towerd_worker_send(poller->ctx, 0, message->data, message->len);

	if (rc < 0)
		towerd_count(poller->ctx, "messages-lost", 1);
}

static void
send_readings(struct poller *poller)
{
	if (poller->reading_count == 0)
		return;
	memcpy(poller->readings.data + sizeof(uint32_t), &poller->reading_count, sizeof(uint32_t));
	poller_tell(poller, &poller->readings);
	poller->reading_count = 0;
}

void
poller_reading(struct poller *poller, const struct towerd_reading *reading)
{
	if (poller->reading_count == 0) {
		message_begin(&poller->readings, MESSAGE_READINGS);
		message_put_u32(&poller->readings, 0); /* the count, known at the end */
	}
	message_put_bytes(&poller->readings, reading, sizeof(*reading));
	poller->reading_count += !poller->readings.failed;
	if (poller->reading_count == READINGS_MAX)
		send_readings(poller);
}

static size_t
slot_of(const struct poller *poller, uint32_t id)
{
	return id & (poller->request_slots - 1);
}

/* Twice as many slots as devices, so that runs stay short. Ids are random: they need no mixing. */
static int
grow_requests(struct poller *poller)
{
	if (poller->request_slots >= poller->device_count * 2)
		return 0;
	size_t slots = poller->request_slots == 0 ? 64 : poller->request_slots * 2;
	struct device **grown = calloc(slots, sizeof(*grown)), **old = poller->requests;
	size_t old_slots = poller->request_slots;

	if (grown == NULL)
		return -ENOMEM;
	poller->requests = grown;
	poller->request_slots = slots;
	for (size_t i = 0; i < old_slots; i++) {
		if (old[i] == NULL)
			continue;
		size_t at = slot_of(poller, device_request(old[i]));
		while (grown[at] != NULL)
			at = (at + 1) & (slots - 1);
		grown[at] = old[i];
	}
	free(old);
	return 0;
}

static struct device **
find_request(struct poller *poller, uint32_t id)
{
	for (size_t at = slot_of(poller, id); poller->requests[at] != NULL;
	     at = (at + 1) & (poller->request_slots - 1))
		if (device_request(poller->requests[at]) == id)
			return &poller->requests[at];
	return NULL;
}

void
poller_forget(struct poller *poller, struct device *device)
{
	uint32_t id = device_request(device);
	struct device **slot = id == 0 ? NULL : find_request(poller, id);

	if (slot == NULL)
		return;
	/* Close the gap, so that what was pushed past this slot is still found. */
	size_t mask = poller->request_slots - 1, hole = (size_t)(slot - poller->requests);
	for (size_t at = (hole + 1) & mask; poller->requests[at] != NULL; at = (at + 1) & mask) {
		size_t home = slot_of(poller, device_request(poller->requests[at]));
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			poller->requests[hole] = poller->requests[at];
			hole = at;
		}
	}
	poller->requests[hole] = NULL;
	device_set_request(device, 0);
}

/* Unpredictable, so that an answer cannot be forged by who does not see the request. */
static uint32_t
random_id(struct poller *poller)
{
	if (poller->random_left == 0) {
		ssize_t got = getrandom(poller->random, sizeof(poller->random), 0);
		poller->random_left = TOWERD_COUNT(poller->random);
		for (size_t i = got < 0 ? 0 : (size_t)got / sizeof(uint32_t);
		     i < TOWERD_COUNT(poller->random); i++)
			poller->random[i] = (uint32_t)random();
	}
	return CODEC_ID_MIN | (poller->random[--poller->random_left] & CODEC_ID_MASK);
}

uint32_t
poller_expect(struct poller *poller, struct device *device)
{
	uint32_t id;

	poller_forget(poller, device);
	do {
		id = random_id(poller);
	} while (find_request(poller, id) != NULL);
	size_t at = slot_of(poller, id);
	while (poller->requests[at] != NULL)
		at = (at + 1) & (poller->request_slots - 1);
	poller->requests[at] = device;
	device_set_request(device, id);
	return id;
}

static void
received(void *arg, const struct wire_address *from, const uint8_t *data, size_t len)
{
	struct poller *poller = arg;
	struct codec_answer answer;

	if (codec_parse(poller->codec, data, len, &answer) < 0) {
		towerd_count(poller->ctx, "malformed-answers", 1);
		return;
	}
	struct device **slot = poller->request_slots == 0 ? NULL : find_request(poller, answer.id);
	if (slot == NULL)
		towerd_count(poller->ctx, "stray-answers", 1);
	else
		device_answer(*slot, from, &answer);
}

static void
drained(void *arg)
{
	send_readings(arg);
}

/* Where the device is, or would be. */
static size_t
place_of(const struct poller *poller, uint32_t number)
{
	size_t low = 0, high = poller->device_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (device_number(poller->devices[middle]) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct device *
find_device(const struct poller *poller, uint32_t number)
{
	size_t i = place_of(poller, number);
	return i < poller->device_count && device_number(poller->devices[i]) == number ? poller->devices[i]
										       : NULL;
}

static void
remove_device(struct poller *poller, uint32_t number)
{
	size_t i = place_of(poller, number);

	if (i == poller->device_count || device_number(poller->devices[i]) != number)
		return;
	device_free(poller->devices[i]);
	poller->device_count--;
	memmove(&poller->devices[i], &poller->devices[i + 1],
	    (poller->device_count - i) * sizeof(*poller->devices));
}

static void
add_device(struct poller *poller, struct message_reader *r)
{
	struct device_settings settings = { .number = message_u32(r),
		.version = (enum codec_version)message_u32(r) };
	const void *host = message_bytes(r, sizeof(settings.address.host));

	settings.address.port = (uint16_t)message_u32(r);
	settings.interval_ms = message_i64(r);
	settings.community = message_text(r);
	settings.profile = message_text(r);
	if (!message_is_whole(r))
		return;
	memcpy(&settings.address.host, host, sizeof(settings.address.host));
	remove_device(poller, settings.number);
	struct device **grown = realloc(poller->devices, (poller->device_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return;
	poller->devices = grown;
	poller->device_count++;
	struct device *device = grow_requests(poller) == 0 ? device_new(poller, &settings) : NULL;
	poller->device_count--;
	if (device == NULL)
		return;
	size_t i = place_of(poller, settings.number);
	memmove(&poller->devices[i + 1], &poller->devices[i],
	    (poller->device_count - i) * sizeof(*poller->devices));
	poller->devices[i] = device;
	poller->device_count++;
}

void
poller_message(struct poller *poller, const void *data, size_t len)
{
	struct message_reader r = message_open(data, len);

	switch (message_u32(&r)) {
	case MESSAGE_DEVICE:
		add_device(poller, &r);
		break;
	case MESSAGE_REMOVE:
		remove_device(poller, message_u32(&r));
		break;
	case MESSAGE_SENSORS: {
		struct device *device = find_device(poller, message_u32(&r));
		uint32_t generation = message_u32(&r), count = message_u32(&r);
		const uint8_t *numbers = message_bytes(&r, (size_t)count * sizeof(uint32_t));
		if (device != NULL && numbers != NULL)
			device_sensors(device, generation, numbers, count);
		break;
	}
	default:
		towerd_log(poller->ctx, TOWERD_LOG_ERROR, "a message that a worker does not know");
	}
}

int
poller_start(struct towerd_ctx *ctx, struct poller *poller)
{
	const struct wire_calls calls = { .received = received, .drained = drained, .arg = poller };

	poller->ctx = ctx;
	poller->config = towerd_config(ctx);
	poller->codec = codec_new();
	if (poller->codec == NULL)
		return -ENOMEM;
	int rc = load_profiles(poller);
	if (rc == 0)
		rc = wire_start(ctx, &calls, &poller->wire);
	return rc;
}

void
poller_stop(struct poller *poller)
{
	while (poller->device_count > 0)
		remove_device(poller, device_number(poller->devices[poller->device_count - 1]));
	wire_stop(poller->wire);
	codec_free(poller->codec);
	profiles_free(poller->profiles);
	message_fini(&poller->readings);
	message_fini(&poller->scratch);
	free(poller->devices);
	free(poller->requests);
	*poller = (struct poller){ 0 };
}
