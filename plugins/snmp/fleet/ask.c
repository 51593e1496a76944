/* SPDX-License-Identifier: ISC */
/* Fresh verdicts: when a feeder comes back, a whole city is asked about at once, and still polled at a rate that its links bear. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/fleet/fleet_inside.h"

#define TURN_MS  100
#define PER_TURN 50 /* so 500 devices a second */

static void
take_turn(struct towerd_ctx *ctx, void *arg)
{
	struct fleet *fleet = arg;
	struct asks *asks = &fleet->asks;

	for (unsigned i = 0; i < PER_TURN && asks->at < asks->count; i++, asks->at++) {
		struct member *member = fleet_member(fleet, asks->devices[asks->at]);
		if (member == NULL)
			continue; /* removed since */
		member->is_asked = false;
		fleet_poll_now(fleet, member->number);
		towerd_count(ctx, "devices-asked", 1);
	}
	if (asks->at == asks->count)
		asks->at = asks->count = 0;
	else
		towerd_timer_start(ctx, asks->timer, TURN_MS);
}

void
fleet_ask(struct fleet *fleet, uint32_t device)
{
	struct asks *asks = &fleet->asks;
	struct member *member = fleet_member(fleet, device);

	if (member == NULL || member->is_asked)
		return;
	if (asks->count == asks->capacity && asks->at > asks->count / 2) {
		asks->count -= asks->at;
		memmove(asks->devices, asks->devices + asks->at, asks->count * sizeof(*asks->devices));
		asks->at = 0;
	}
	if (asks->count == asks->capacity) {
		size_t capacity = asks->capacity == 0 ? 64 : asks->capacity * 2;
		uint32_t *devices = realloc(asks->devices, capacity * sizeof(*devices));
		if (devices == NULL)
			return; /* it is polled at its interval all the same */
		asks->devices = devices;
		asks->capacity = capacity;
	}
	if (asks->at == asks->count)
		towerd_timer_start(fleet->ctx, asks->timer, 0);
	asks->devices[asks->count++] = device;
	member->is_asked = true;
}

int
asks_start(struct fleet *fleet)
{
	fleet->asks.timer = towerd_timer_new(fleet->ctx, take_turn, fleet);
	return fleet->asks.timer == NULL ? -ENOMEM : 0;
}

void
asks_stop(struct fleet *fleet)
{
	if (fleet->asks.timer != NULL)
		towerd_timer_free(fleet->ctx, fleet->asks.timer);
	free(fleet->asks.devices);
}
