/* SPDX-License-Identifier: ISC */
/* A UDP socket that hears what comes by itself: read in batches, with a large buffer, and answered from the address that was spoken to. */
#ifndef PLUGINS_SNMP_LISTENER_H
#define PLUGINS_SNMP_LISTENER_H

#include <towerd/plugin.h>

#include "plugins/snmp/wire/address.h"

struct listener_address {
	bool is_v6; /* of IPv6 alone; else of IPv4 alone */
	struct wire_address address;
};
/* "udp:1162", "udp:10.0.0.1:1162", "udp6:[::1]:1162", "udp6:1162"; without "udp:" or "udp6:" what the address is. -EINVAL. */
int listener_address_parse(const char *text, struct listener_address *out);

/* Where a datagram came from, and how the answer goes back. */
struct listener_path {
	struct wire_address from;
	struct in6_addr to; /* an address of this host; IPv4: mapped */
	unsigned interface; /* IPv6: needed with link-local addresses */
};

struct listener;
struct listener_calls {
	/* `data` may be written to until it returns. */
	void (*received)(void *arg, struct listener *listener, const struct listener_path *path,
	    uint8_t *data, size_t len);
	void (*drained)(void *arg); /* after some batches: what was gathered may go on */
	void *arg;
};
/* From now on the kernel keeps what comes. On failure towerd_fail() has said why; listener_close() is right after either. */
int listener_open(
    struct towerd_ctx *ctx, const char *text, const struct listener_calls *calls, struct listener **out);
/* From now on it is read. -ENOMEM. */
int listener_listen(struct listener *listener);
void listener_close(struct listener *listener);
/* At once, or not at all: who waits for it asks again. */
void
listener_reply(struct listener *listener, const struct listener_path *path, const uint8_t *data, size_t len);
/* How many datagrams the kernel has thrown away since this was asked last: its buffer was full. */
uint64_t listener_dropped(struct listener *listener);

#endif
