/* SPDX-License-Identifier: ISC */
/*
 * One unconnected UDP socket for all devices: requests go out in batches (sendmmsg), answers come in batches (recvmmsg).
 */
#ifndef PLUGINS_SNMP_WIRE_H
#define PLUGINS_SNMP_WIRE_H

#include <towerd/plugin.h>

#include "plugins/snmp/wire/address.h"

struct wire;
struct wire_calls {
	void (*received)(void *arg, const struct wire_address *from, const uint8_t *data, size_t len);
	/* after a batch: what was gathered may go on. True: many more are awaited, they are let gather for some milliseconds */
	bool (*drained)(void *arg);
	void *arg;
};
/* On failure towerd_fail() has said why; wire_stop() is right after either. */
int wire_start(struct towerd_ctx *ctx, const struct wire_source *source, const struct wire_calls *calls,
    struct wire **out);
void wire_stop(struct wire *wire);
/*
 * Queues (copies) a datagram of at most 1,472 octets. Full batches go at once; the rest when the callbacks that are due now have run: those of
 * devices that are due together share a system call. What cannot be sent (no route, a
 * full queue, no IPv6) is counted and is like what is lost on the way: who sent it times out and repeats.
 */
void wire_send(struct wire *wire, const struct wire_address *to, const uint8_t *data, size_t len);

#endif
