/* SPDX-License-Identifier: ISC */
/*
 * One unconnected UDP socket for all devices: requests go out in batches (sendmmsg), answers come in batches (recvmmsg). IPv4 addresses are
 * IPv6-mapped ones here, unless the host has no IPv6.
 */
#ifndef PLUGINS_SNMP_WIRE_H
#define PLUGINS_SNMP_WIRE_H

#include <netinet/in.h>

#include <towerd/plugin.h>

struct wire_address {
	struct in6_addr host; /* IPv4: mapped */
	uint16_t port;
};

/* "127.0.0.1", "127.0.0.1:1161", "[::1]:161", "::1"; default port 161. -EINVAL: not a literal address. */
int wire_address_parse(const char *text, struct wire_address *out);
bool wire_address_is_same(const struct wire_address *a, const struct wire_address *b);

struct wire;
struct wire_calls {
	void (*received)(void *arg, const struct wire_address *from, const uint8_t *data, size_t len);
	void (*drained)(void *arg); /* after a batch: what was gathered may go on */
	void *arg;
};
int wire_start(struct towerd_ctx *ctx, const struct wire_calls *calls, struct wire **out);
void wire_stop(struct wire *wire);
/*
 * Queues (copies) a datagram of at most 1,472 octets. Full batches go at once; the rest when the callbacks that are due now have run: those of devices
 * that are due together share a system call.
 */
void wire_send(struct wire *wire, const struct wire_address *to, const uint8_t *data, size_t len);

#endif
