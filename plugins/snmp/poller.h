/* SPDX-License-Identifier: ISC */
/*
 * Polling, inside a worker process. A worker has one socket and one codec for all its devices; each device is a small state machine with
 * one request in flight at a time (many controllers lose replies under two):
 *
 *   probe -> walk -> ask for sensor numbers -> poll, every interval
 *
 * A repeat is the same message with the same id, so a late answer to the first still counts. A device that does not answer is
 * unreachable; then one cheap object is asked for, less and less often, until it answers.
 */
#ifndef PLUGINS_SNMP_POLLER_H
#define PLUGINS_SNMP_POLLER_H

#include <towerd/plugin.h>

#include "plugins/snmp/codec.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/wire.h"

struct snmp_config { /* the plugin's options */
	int64_t interval_ms, timeout_ms, retries, workers;
	const char *credentials; /* path of the credentials' file */
};

struct device;
struct poller;

/* What a device needs of its worker. */
struct poller {
	struct towerd_ctx *ctx;
	const struct snmp_config *config;
	struct profiles *profiles;
	struct wire *wire;
	struct codec *codec;
	struct message_writer readings; /* gathered, sent when a batch of answers is done */
	uint32_t reading_count;
	struct message_writer scratch;
	struct device **devices; /* sorted by number */
	size_t device_count;
	struct device **requests; /* hash by request id: who waits for it */
	size_t request_slots;     /* a power of two */
	uint32_t random[64];
	unsigned random_left;
};

/* worker.c */
int poller_start(struct towerd_ctx *ctx, struct poller *poller);
void poller_stop(struct poller *poller);
void poller_message(struct poller *poller, const void *data, size_t len);
void poller_tell(struct poller *poller, struct message_writer *message);
void poller_reading(struct poller *poller, const struct towerd_reading *reading);
/* Gives a device a fresh request id, under which its answer will find it; drops its former one. */
uint32_t poller_expect(struct poller *poller, struct device *device);
void poller_forget(struct poller *poller, struct device *device);

/* device.c: the state machine */
struct device_settings {
	uint32_t number;
	enum codec_version version;
	struct wire_address address;
	int64_t interval_ms;
	const char *community, *profile;
};
struct device *device_new(struct poller *poller, const struct device_settings *settings);
void device_free(struct device *device);
uint32_t device_number(const struct device *device);
uint32_t device_request(const struct device *device); /* id in flight, 0: none */
void device_set_request(struct device *device, uint32_t id);
void device_answer(struct device *device, const struct wire_address *from, const struct codec_answer *answer);
void device_sensors(struct device *device, uint32_t generation, const uint8_t *numbers, size_t count);

/* poll_request.c: the requests of a plan, built once and sent at every interval. */
struct poll_request {
	uint8_t *data;
	size_t len, id_at;
	uint32_t first, count; /* of the plan's objects */
	bool has_uptime;       /* sysUpTime stands in front of them: in the first request */
};
struct poll_requests {
	struct poll_request *items;
	size_t count;
};
struct poll_limits {         /* what the device has taught us */
	const bool *is_dead; /* objects left out */
	size_t size;         /* objects in a request; fewer where they do not fit a frame */
	bool has_uptime;
};
/* 0, -ENOMEM, -EMSGSIZE: one object alone does not fit. */
int poll_requests_build(struct codec *codec, const struct device_settings *settings,
    const struct profile_plan *plan, const struct poll_limits *limits, struct poll_requests *out);
void poll_requests_free(struct poll_requests *requests);

#endif
