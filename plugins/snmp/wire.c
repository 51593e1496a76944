/* SPDX-License-Identifier: ISC */
/* One unconnected UDP socket for all devices, in batches. */
#include "plugins/snmp/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH          64
#define DATAGRAM_OUT   1472
#define DATAGRAM_IN    65535
#define BATCHES_A_TURN 4
#define SOCKET_BUFFER  (8 << 20)

union socket_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct wire {
	struct towerd_ctx *ctx;
	struct wire_calls calls;
	struct towerd_watch *watch;
	struct towerd_timer *flush;
	bool is_flush_due;
	int fd, family;
	struct mmsghdr out[BATCH], in[BATCH];
	struct iovec out_data[BATCH], in_data[BATCH];
	union socket_address out_address[BATCH], in_address[BATCH];
	unsigned out_count;
	uint8_t out_octets[BATCH][DATAGRAM_OUT];
	uint8_t *in_octets;
};

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

int
wire_address_parse(const char *text, struct wire_address *out)
{
	char host[INET6_ADDRSTRLEN];
	const char *start = text, *end, *port = NULL;

	if (text[0] == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		bool has_port =
		    end != NULL && strchr(end + 1, ':') == NULL; /* more colons: an IPv6 address alone */
		port = has_port ? end + 1 : NULL;
		if (!has_port)
			end = text + strlen(text);
	}
	if ((size_t)(end - start) >= sizeof(host))
		return -EINVAL;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';

	struct wire_address address = { .port = 161 };
	struct in_addr v4;
	if (inet_pton(AF_INET, host, &v4) == 1) {
		memcpy(address.host.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(address.host.s6_addr + 12, &v4, 4);
	} else if (inet_pton(AF_INET6, host, &address.host) != 1) {
		return -EINVAL;
	}
	if (port != NULL) {
		char *rest;
		unsigned long number = strtoul(port, &rest, 10);
		if (port[0] < '0' || port[0] > '9' || *rest != '\0' || number == 0 || number > 65535)
			return -EINVAL;
		address.port = (uint16_t)number;
	}
	*out = address;
	return 0;
}

bool
wire_address_is_same(const struct wire_address *a, const struct wire_address *b)
{
	return a->port == b->port && memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

static socklen_t
to_socket_address(int family, const struct wire_address *from, union socket_address *to)
{
	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = htons(from->port);
		memcpy(&to->in.sin_addr, from->host.s6_addr + 12, 4);
		return sizeof(to->in);
	}
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = htons(from->port);
	to->in6.sin6_addr = from->host;
	return sizeof(to->in6);
}

static void
from_socket_address(const union socket_address *from, struct wire_address *to)
{
	if (from->sa.sa_family == AF_INET) {
		memcpy(to->host.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(to->host.s6_addr + 12, &from->in.sin_addr, 4);
		to->port = ntohs(from->in.sin_port);
	} else {
		to->host = from->in6.sin6_addr;
		to->port = ntohs(from->in6.sin6_port);
	}
}

/* What cannot be sent (no route, a full queue) is like what is lost on the way: its sender times out and repeats. */
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
wire_readable(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct wire *wire = arg;

	(void)ctx;
	(void)events;
	for (unsigned turn = 0; turn < BATCHES_A_TURN; turn++) {
		for (unsigned i = 0; i < BATCH; i++)
			wire->in[i].msg_hdr.msg_namelen = sizeof(wire->in_address[i]);
		int got = recvmmsg(wire->fd, wire->in, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++) {
			struct wire_address from;
			from_socket_address(&wire->in_address[i], &from);
			wire->calls.received(
			    wire->calls.arg, &from, wire->in_data[i].iov_base, wire->in[i].msg_len);
		}
		if (got < BATCH)
			break;
	}
	wire->calls.drained(wire->calls.arg);
	flush(wire);
}

static int
wire_socket(struct wire *wire)
{
	static const int off, buffer = SOCKET_BUFFER;

	wire->family = AF_INET6;
	wire->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (wire->fd < 0) {
		wire->family = AF_INET;
		wire->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	}
	if (wire->fd < 0)
		return towerd_fail(wire->ctx, -errno, "no UDP socket for polling: %s", strerror(errno));
	if (wire->family == AF_INET6 &&
	    setsockopt(wire->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		return towerd_fail(
		    wire->ctx, -errno, "the polling socket takes no IPv4: %s", strerror(errno));
	if (setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0)
		(void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	return 0;
}

int
wire_start(struct towerd_ctx *ctx, const struct wire_calls *calls, struct wire **out)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (wire == NULL)
		return -ENOMEM;
	*out = wire;
	wire->ctx = ctx;
	wire->fd = -1;
	wire->calls = *calls;
	int rc = wire_socket(wire);
	if (rc < 0)
		return rc;
	wire->in_octets = malloc((size_t)BATCH * DATAGRAM_IN);
	wire->watch = towerd_watch_new(ctx, wire->fd, TOWERD_READ, wire_readable, wire);
	wire->flush = towerd_timer_new(ctx, flush_due, wire);
	if (wire->in_octets == NULL || wire->watch == NULL || wire->flush == NULL)
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
	if (wire->fd >= 0)
		close(wire->fd);
	free(wire->in_octets);
	free(wire);
}

void
wire_send(struct wire *wire, const struct wire_address *to, const uint8_t *data, size_t len)
{
	if (len > DATAGRAM_OUT)
		return;
	unsigned i = wire->out_count++;
	memcpy(wire->out_octets[i], data, len);
	wire->out_data[i] = (struct iovec){ wire->out_octets[i], len };
	wire->out[i].msg_hdr.msg_namelen = to_socket_address(wire->family, to, &wire->out_address[i]);
	if (wire->out_count == BATCH) {
		flush(wire);
	} else if (!wire->is_flush_due) {
		wire->is_flush_due = true;
		towerd_timer_start(wire->ctx, wire->flush, 0);
	}
}
