/* SPDX-License-Identifier: ISC */
/*
 * One unconnected UDP socket for all devices: requests go out in batches (sendmmsg), answers come in batches (recvmmsg). IPv4 addresses are
 * IPv6-mapped ones here, also when the socket is an IPv4 one: because its source is, or the host has no IPv6.
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
#define WIRE_ADDRESS_TEXT 64
/* "127.0.0.1:161", "[::1]:161". Returns `out`. */
const char *wire_address_format(const struct wire_address *address, char *out, size_t size);
/* Octets of the headers of IP and UDP that a datagram to or from there has. */
size_t wire_overhead(const struct wire_address *address);

/* The address of this host that the socket is bound to: at a port that the host chooses. */
struct wire_source {
	bool is_set; /* false: any */
	struct in6_addr host;
};
/* A literal address without a port; NULL: any. -EINVAL. */
int wire_source_parse(const char *text, struct wire_source *out);
/* False: one is of IPv4, the other of IPv6. */
bool wire_source_reaches(const struct wire_source *source, const struct wire_address *to);

struct wire;
struct wire_calls {
	void (*received)(void *arg, const struct wire_address *from, const uint8_t *data, size_t len);
	void (*drained)(void *arg); /* after a batch: what was gathered may go on */
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
