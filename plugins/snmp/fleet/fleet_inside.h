/* SPDX-License-Identifier: ISC */
/* What fleet.c and fleet_take.c share: the devices, their workers, and how one is told something. */
#ifndef PLUGINS_SNMP_FLEET_INSIDE_H
#define PLUGINS_SNMP_FLEET_INSIDE_H

#include "plugins/snmp/fleet/fleet.h"
#include "plugins/snmp/fleet/process.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/wire/wire.h"

#define FLEET_WORKERS 8
#define LESSON_MAX    256

struct member { /* a device: what its worker is told, kept so that it can be told again */
	uint32_t number;
	void *message;
	size_t len;
	char *name; /* "SITE/SLOT" */
	struct wire_address address;
	struct towerd_pace pace; /* zeros: as configured */
	bool is_asked;           /* it waits in the queue of ask.c */
};

struct fleet_worker {
	struct fleet *fleet;
	struct process process;
};

/* ask.c: devices that the agent wants polled soon, the first asked for first. */
struct asks {
	struct towerd_timer *timer;
	uint32_t *devices;
	size_t count, capacity, at; /* those before `at` had their turn */
};
int asks_start(struct fleet *fleet);
void asks_stop(struct fleet *fleet);

struct fleet {
	struct towerd_ctx *ctx;
	struct credentials *credentials;
	struct traps *traps; /* NULL: none are received */
	struct asks asks;
	struct wire_source source;
	struct fleet_worker workers[FLEET_WORKERS];
	unsigned worker_count;
	struct member *members; /* sorted by number */
	size_t count;
	struct message_writer scratch;
};

/* The worker with the host's number `id`; NULL: none of these. */
struct fleet_worker *fleet_worker(struct fleet *fleet, unsigned id);
/* The one that polls the device. */
struct fleet_worker *fleet_worker_of(struct fleet *fleet, uint32_t device);
struct member *fleet_member(struct fleet *fleet, uint32_t number); /* NULL: not there */
void fleet_send(struct fleet_worker *worker, const void *data, size_t len);
/* What was learned of a device is kept by its number. Returns `key`. */
const char *fleet_lesson_key(uint32_t device, char *key, size_t size);

#endif
