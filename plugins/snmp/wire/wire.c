/* SPDX-License-Identifier: ISC */
/* One unconnected UDP socket for all devices, in batches. */
#include "plugins/snmp/wire/wire.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH          64
#define DATAGRAM_OUT   1472 /* one frame on an Ethernet */
#define DATAGRAM_IN    65535
#define BATCHES_A_TURN 8
#define REST_MS        8 /* between two looks when much is to come: it shares a wakeup */
#define SOCKET_BUFFER  (8 << 20)

struct wire {
	struct towerd_ctx *ctx;
	struct wire_calls calls;
	struct towerd_watch *watch;
	struct towerd_timer *flush, *rest;
	bool is_flush_due;
	int fd, family;
	struct mmsghdr out[BATCH], in[BATCH];
	struct iovec out_data[BATCH], in_data[BATCH];
	union wire_socket out_address[BATCH], in_address[BATCH];
	unsigned out_count;
	uint8_t out_octets[BATCH][DATAGRAM_OUT];
	uint8_t *in_octets;
};

static void
flush(struct wire *wire)
{
	unsigned done = 0;

	while (done < wire->out_count) {
		int sent = sendmmsg(wire->fd, wire->out + done, wire->out_count - done, MSG_DONTWAIT);
		if (sent <= 0)
			towerd_count(wire->ctx, "send-failures", 1);
		done += sent > 0 ? (unsigned)sent : 1;
	}
	wire->out_count = 0;
}

static void
flush_due(struct towerd_ctx *ctx, void *arg)
{
	struct wire *wire = arg;

	(void)ctx;
	wire->is_flush_due = false;
	flush(wire);
}

static void
rest_over(struct towerd_ctx *ctx, void *arg)
{
	struct wire *wire = arg;

	towerd_watch_set(ctx, wire->watch, TOWERD_READ);
}

static void
wire_readable(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct wire *wire = arg;

	int got = BATCH;

	(void)events;
	for (unsigned turn = 0; turn < BATCHES_A_TURN && got == BATCH; turn++) {
		for (unsigned i = 0; i < BATCH; i++)
			wire->in[i].msg_hdr.msg_namelen = sizeof(wire->in_address[i]);
		got = recvmmsg(wire->fd, wire->in, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++) {
			struct wire_address from;
			wire_from_socket(&wire->in_address[i], &from);
			wire->calls.received(
			    wire->calls.arg, &from, wire->in_data[i].iov_base, wire->in[i].msg_len);
		}
	}
	bool is_dense = wire->calls.drained(wire->calls.arg);
	flush(wire);
	if (is_dense && got < BATCH) {
		towerd_watch_set(ctx, wire->watch, 0);
		towerd_timer_start(ctx, wire->rest, REST_MS);
	}
}

static int
wire_open(struct wire *wire, int family)
{
	wire->family = family;
	wire->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return wire->fd < 0 ? -errno : 0;
}

static int
wire_bind(struct wire *wire, const struct wire_source *source)
{
	const struct wire_address address = { .host = source->host };
	char text[INET6_ADDRSTRLEN] = "";
	union wire_socket to;
	socklen_t len = wire_to_socket(wire->family, &address, &to);

	if (bind(wire->fd, &to.sa, len) == 0)
		return 0;
	int rc = -errno;
	inet_ntop(AF_INET6, &source->host, text, sizeof(text));
	return towerd_fail(wire->ctx, rc, "cannot poll from source %s: %s", text, strerror(-rc));
}

/* One socket for both families, unless the source is of IPv4 or the host has no IPv6. */
static int
wire_socket(struct wire *wire, const struct wire_source *source)
{
	static const int off, buffer = SOCKET_BUFFER;
	bool is_v4 = source->is_set && IN6_IS_ADDR_V4MAPPED(&source->host);

	int rc = wire_open(wire, is_v4 ? AF_INET : AF_INET6);
	if (rc < 0 && !source->is_set)
		rc = wire_open(wire, AF_INET);
	if (rc == 0 && wire->family == AF_INET6 &&
	    setsockopt(wire->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		rc = -errno;
	if (rc < 0)
		return towerd_fail(wire->ctx, rc, "no UDP socket for polling: %s", strerror(-rc));
	if (setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0)
		(void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	return source->is_set ? wire_bind(wire, source) : 0;
}

int
wire_start(struct towerd_ctx *ctx, const struct wire_source *source, const struct wire_calls *calls,
    struct wire **out)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (wire == NULL)
		return -ENOMEM;
	*out = wire;
	wire->ctx = ctx;
	wire->fd = -1;
	wire->calls = *calls;
	int rc = wire_socket(wire, source);
	if (rc < 0)
		return rc;
	wire->in_octets = malloc((size_t)BATCH * DATAGRAM_IN);
	wire->watch = towerd_watch_new(ctx, wire->fd, TOWERD_READ, wire_readable, wire);
	wire->flush = towerd_timer_new(ctx, flush_due, wire);
	wire->rest = towerd_timer_new(ctx, rest_over, wire);
	if (wire->in_octets == NULL || wire->watch == NULL || wire->flush == NULL || wire->rest == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < BATCH; i++) {
		wire->in_data[i] = (struct iovec){ wire->in_octets + i * DATAGRAM_IN, DATAGRAM_IN };
		wire->in[i].msg_hdr = (struct msghdr){
			.msg_name = &wire->in_address[i], .msg_iov = &wire->in_data[i], .msg_iovlen = 1
		};
		wire->out[i].msg_hdr = (struct msghdr){
			.msg_name = &wire->out_address[i], .msg_iov = &wire->out_data[i], .msg_iovlen = 1
		};
	}
	return 0;
}

void
wire_stop(struct wire *wire)
{
	if (wire == NULL)
		return;
	if (wire->watch != NULL)
		towerd_watch_free(wire->ctx, wire->watch);
	if (wire->flush != NULL)
		towerd_timer_free(wire->ctx, wire->flush);
	if (wire->rest != NULL)
		towerd_timer_free(wire->ctx, wire->rest);
	if (wire->fd >= 0)
		close(wire->fd);
	free(wire->in_octets);
	free(wire);
}

void
wire_send(struct wire *wire, const struct wire_address *to, const uint8_t *data, size_t len)
{
	assert(len <= DATAGRAM_OUT);
	if (wire->family == AF_INET && !IN6_IS_ADDR_V4MAPPED(&to->host)) {
		towerd_count(wire->ctx, "send-failures", 1);
		return;
	}
	unsigned i = wire->out_count++;
	memcpy(wire->out_octets[i], data, len);
	wire->out_data[i] = (struct iovec){ wire->out_octets[i], len };
	wire->out[i].msg_hdr.msg_namelen = wire_to_socket(wire->family, to, &wire->out_address[i]);
	if (wire->out_count == BATCH) {
		flush(wire);
	} else if (!wire->is_flush_due) {
		wire->is_flush_due = true;
		towerd_timer_start(wire->ctx, wire->flush, 0);
	}
}
