/* SPDX-License-Identifier: ISC */
/* The worker process: its devices, which answer belongs to whom, and what is told to the agent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/log_fault.h"
#include "plugins/snmp/poll/device.h"
#include "plugins/snmp/poll/session.h"
#include "plugins/snmp/profile/profile_agent.h"
#include "plugins/snmp/sorted.h"

#define READINGS_MAX 1024 /* in one message */
#define DENSE        32   /* answers awaited, from which on their wakeups are shared */

/* A profile with a fault is told and left out; the others are used. */
static struct profiles *
load_profiles(struct poller *poller)
{
	struct towerd_fault_sink faults = { .report = log_fault, .arg = poller->ctx };
	struct profiles *profiles = profiles_of_agent(poller->ctx, &faults);

	if (profiles != NULL && profiles_count(profiles) == 0)
		towerd_log(poller->ctx, TOWERD_LOG_ERROR,
		    "no device profile was found: nothing can be read from any device");
	return profiles;
}

bool
poller_tell(struct poller *poller, struct message_writer *message)
{
	int rc = message->failed ? -ENOMEM : towerd_worker_send(poller->ctx, 0, message->data, message->len);

	if (rc < 0)
		towerd_count(poller->ctx, "messages-lost", 1);
	return rc >= 0;
}

static void
send_readings(struct poller *poller)
{
	if (poller->reading_count == 0)
		return;
	memcpy(poller->readings.data + sizeof(uint32_t), &poller->reading_count, sizeof(uint32_t));
	(void)poller_tell(poller, &poller->readings); /* the next ones are coming */
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

static void
received(void *arg, const struct wire_address *from, const uint8_t *data, size_t len)
{
	struct poller *poller = arg;
	struct access_message message;

	if (access_receive(poller->codec, data, len, &message) < 0) {
		towerd_count(poller->ctx, "malformed-answers", 1);
		return;
	}
	struct session *session = waiting_find(&poller->waiting, message.id);
	if (session == NULL)
		towerd_count(poller->ctx, "stray-answers", 1);
	else
		session_receive(session, from, &message);
}

static bool
drained(void *arg)
{
	struct poller *poller = arg;

	send_readings(poller);
	return poller->waiting.count >= DENSE;
}

static struct device *
find_device(const struct poller *poller, uint32_t number)
{
	const struct seat *seat =
	    sorted_find(poller->seats, poller->seat_count, sizeof(*poller->seats), number);

	return seat == NULL ? NULL : seat->device;
}

static void
remove_device(struct poller *poller, uint32_t number)
{
	struct seat *seat = sorted_find(poller->seats, poller->seat_count, sizeof(*poller->seats), number);

	if (seat == NULL)
		return;
	device_free(seat->device);
	sorted_remove(poller->seats, &poller->seat_count, sizeof(*seat), seat);
}

static bool
insert_device(struct poller *poller, const struct device_settings *settings)
{
	struct device *device = device_new(poller, settings);
	void *seats = poller->seats;
	struct seat *seat = device == NULL
	    ? NULL
	    : sorted_insert(&seats, &poller->seat_count, sizeof(*seat), settings->number);

	poller->seats = seats;
	if (seat != NULL)
		seat->device = device;
	else
		device_free(device);
	return seat != NULL;
}

static void
take_address(struct message_reader *r, struct wire_address *address)
{
	const void *host = message_bytes(r, sizeof(address->host));

	if (host != NULL)
		memcpy(&address->host, host, sizeof(address->host));
	address->port = (uint16_t)message_u32(r);
}

static void
take_device(struct poller *poller, struct message_reader *r)
{
	struct device_settings settings = { .number = message_u32(r) };
	bool is_sound = access_get(r, &settings.access);

	take_address(r, &settings.address);
	take_address(r, &settings.answers_from);
	settings.interval_ms = message_i64(r);
	settings.profile = message_text(r);
	settings.learned = message_text(r);
	if (!is_sound || !message_is_whole(r))
		return;
	remove_device(poller, settings.number);
	if (!insert_device(poller, &settings))
		towerd_log(poller->ctx, TOWERD_LOG_ERROR, "no memory: a device is not polled");
}

static void
take_pace(struct poller *poller, struct message_reader *r)
{
	struct device *device = find_device(poller, message_u32(r));
	bool is_on_battery = message_u32(r) != 0, is_verifying = message_u32(r) != 0;
	int64_t bytes_a_day = message_i64(r);

	if (device != NULL && message_is_whole(r))
		device_set_pace(device, is_on_battery, is_verifying, bytes_a_day);
}

static void
take_poll_now(struct poller *poller, struct message_reader *r)
{
	struct device *device = find_device(poller, message_u32(r));

	if (device != NULL && message_is_whole(r))
		device_poll_now(device);
}

static void
take_remove(struct poller *poller, struct message_reader *r)
{
	uint32_t number = message_u32(r);

	if (message_is_whole(r))
		remove_device(poller, number);
}

static void
take_sensors(struct poller *poller, struct message_reader *r)
{
	struct device *device = find_device(poller, message_u32(r));
	uint32_t generation = message_u32(r), is_missing = message_u32(r), count = message_u32(r);
	const void *numbers = message_items(r, count, sizeof(uint32_t));

	if (device != NULL && message_is_whole(r))
		device_sensors(device, generation, is_missing != 0, numbers, count);
}

/* Plans that are in use keep the profiles that they were made from. */
static void
take_reload(struct poller *poller, struct message_reader *r)
{
	struct profiles *old = poller->profiles;
	struct profiles *profiles = message_is_whole(r) ? load_profiles(poller) : NULL;

	if (profiles == NULL)
		return;
	bool is_all = profiles_fits_hash(profiles) != profiles_fits_hash(old);
	poller->profiles = profiles;
	for (size_t i = 0; i < poller->seat_count; i++)
		device_reload(poller->seats[i].device, is_all);
	profiles_unref(old);
}

void
poller_message(struct poller *poller, const void *data, size_t len)
{
	static void (*const takers[])(struct poller * poller, struct message_reader * r) = {
		[MESSAGE_DEVICE] = take_device,
		[MESSAGE_REMOVE] = take_remove,
		[MESSAGE_SENSORS] = take_sensors,
		[MESSAGE_RELOAD] = take_reload,
		[MESSAGE_PACE] = take_pace,
		[MESSAGE_POLL_NOW] = take_poll_now,
	};
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (type < TOWERD_COUNT(takers) && takers[type] != NULL)
		takers[type](poller, &r);
}

int
poller_start(struct towerd_ctx *ctx, struct poller *poller)
{
	const struct wire_calls calls = { .received = received, .drained = drained, .arg = poller };
	struct wire_source source;

	poller->ctx = ctx;
	poller->config = towerd_config(ctx);
	poller->codec = codec_new();
	if (poller->codec == NULL)
		return -ENOMEM;
	(void)wire_source_parse(poller->config->source, &source); /* the agent has checked it */
	poller->profiles = load_profiles(poller);
	return poller->profiles == NULL ? -ENOMEM : wire_start(ctx, &source, &calls, &poller->wire);
}

void
poller_stop(struct poller *poller)
{
	while (poller->seat_count > 0)
		remove_device(poller, poller->seats[poller->seat_count - 1].number);
	wire_stop(poller->wire);
	codec_free(poller->codec);
	usm_free(poller->usm);
	profiles_unref(poller->profiles);
	message_fini(&poller->readings);
	message_fini(&poller->scratch);
	free(poller->seats);
	waiting_fini(&poller->waiting);
	*poller = (struct poller){ 0 };
}
