/* SPDX-License-Identifier: ISC */
/* One unconnected UDP socket for all devices, in batches. */
#include "plugins/snmp/wire/wire.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH          64
#define DATAGRAM_OUT   1472 /* one frame on an Ethernet */
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

static int
host_parse(const char *start, size_t len, struct in6_addr *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, start, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) != 1)
		return inet_pton(AF_INET6, text, out) == 1 ? 0 : -EINVAL;
	memcpy(out->s6_addr, mapped_prefix, sizeof(mapped_prefix));
	memcpy(out->s6_addr + sizeof(mapped_prefix), &v4, sizeof(v4));
	return 0;
}

static int
port_parse(const char *text, uint16_t *out)
{
	char *rest;
	unsigned long number = strtoul(text, &rest, 10);

	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number == 0 || number > 65535)
		return -EINVAL;
	*out = (uint16_t)number;
	return 0;
}

int
wire_address_parse(const char *text, struct wire_address *out)
{
	struct wire_address address = { .port = 161 };
	const char *start = text, *end, *port = NULL;

	if (text[0] == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL) /* more colons: an IPv6 address alone */
			port = end + 1;
		else
			end = text + strlen(text);
	}
	if (host_parse(start, (size_t)(end - start), &address.host) < 0 ||
	    (port != NULL && port_parse(port, &address.port) < 0))
		return -EINVAL;
	*out = address;
	return 0;
}

int
wire_source_parse(const char *text, struct wire_source *out)
{
	*out = (struct wire_source){ .is_set = text != NULL };
	return text == NULL ? 0 : host_parse(text, strlen(text), &out->host);
}

bool
wire_source_reaches(const struct wire_source *source, const struct wire_address *to)
{
	return !source->is_set || IN6_IS_ADDR_V4MAPPED(&source->host) == IN6_IS_ADDR_V4MAPPED(&to->host);
}

bool
wire_address_is_same(const struct wire_address *a, const struct wire_address *b)
{
	return a->port == b->port && memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

const char *
wire_address_format(const struct wire_address *address, char *out, size_t size)
{
	bool is_v4 = IN6_IS_ADDR_V4MAPPED(&address->host);
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(is_v4 ? AF_INET : AF_INET6, address->host.s6_addr + (is_v4 ? sizeof(mapped_prefix) : 0),
	    host, sizeof(host));
	snprintf(out, size, is_v4 ? "%s:%u" : "[%s]:%u", host, (unsigned)address->port);
	return out;
}

size_t
wire_overhead(const struct wire_address *address)
{
	return IN6_IS_ADDR_V4MAPPED(&address->host) ? 28 : 48;
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
	union socket_address to;
	socklen_t len = to_socket_address(wire->family, &address, &to);

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
	assert(len <= DATAGRAM_OUT);
	if (wire->family == AF_INET && !IN6_IS_ADDR_V4MAPPED(&to->host)) {
		towerd_count(wire->ctx, "send-failures", 1);
		return;
	}
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
