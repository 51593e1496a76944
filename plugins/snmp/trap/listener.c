/* SPDX-License-Identifier: ISC */
/* A UDP socket that hears what comes by itself. */
#include "plugins/snmp/trap/listener.h"

#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH          64
#define BATCHES_A_TURN 32
#define DATAGRAM       65536
#define CONTROL        64
#define SOCKET_BUFFER  (64 << 20) /* a second of a storm: 50,000 datagrams with what the kernel adds to each */

struct listener {
	struct towerd_ctx *ctx;
	struct listener_calls calls;
	struct towerd_watch *watch;
	int fd, family;
	uint32_t dropped;
	struct mmsghdr in[BATCH];
	struct iovec data[BATCH];
	union wire_socket from[BATCH];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL];
	uint8_t *octets;
};

int
listener_address_parse(const char *text, struct listener_address *out)
{
	struct listener_address listen = { 0 };
	bool is_named_v6 = strncmp(text, "udp6:", 5) == 0, is_named_v4 = strncmp(text, "udp:", 4) == 0;
	char full[WIRE_ADDRESS_TEXT];

	text += is_named_v6 ? 5 : is_named_v4 ? 4 : 0;
	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0') { /* a port alone: any address */
		if (strlen(text) > 5)
			return -EINVAL;
		strcpy(full, is_named_v6 ? "[::]:" : "0.0.0.0:");
		text = strcat(full, text);
	} else if (strrchr(text, ':') == NULL || (text[0] == '[' && text[strlen(text) - 1] == ']')) {
		return -EINVAL; /* an address without a port: there is none that goes without saying */
	}
	if (wire_address_parse(text, &listen.address) < 0)
		return -EINVAL;
	listen.is_v6 = !IN6_IS_ADDR_V4MAPPED(&listen.address.host);
	if ((is_named_v6 && !listen.is_v6) || (is_named_v4 && listen.is_v6))
		return -EINVAL;
	*out = listen;
	return 0;
}

/* The address of this host that the datagram was sent to. */
static void
read_control(struct msghdr *message, struct listener_path *path)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			const union wire_socket to = { .in = { .sin_family = AF_INET } };
			struct wire_address address;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			wire_from_socket(&to, &address); /* for the prefix */
			memcpy(address.host.s6_addr + 12, &info.ipi_spec_dst, 4);
			path->to = address.host;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			path->to = info.ipi6_addr;
			path->interface = info.ipi6_ifindex;
		}
	}
}

static int
read_batch(struct listener *listener)
{
	for (unsigned i = 0; i < BATCH; i++) {
		listener->in[i].msg_hdr.msg_namelen = sizeof(listener->from[i]);
		listener->in[i].msg_hdr.msg_controllen = sizeof(listener->control[i]);
	}
	int got = recvmmsg(listener->fd, listener->in, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		struct listener_path path = { 0 };
		wire_from_socket(&listener->from[i], &path.from);
		read_control(&listener->in[i].msg_hdr, &path);
		listener->calls.received(listener->calls.arg, listener, &path, listener->data[i].iov_base,
		    listener->in[i].msg_len);
	}
	return got;
}

static void
readable(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct listener *listener = arg;

	(void)ctx;
	(void)events;
	for (unsigned turn = 0; turn < BATCHES_A_TURN && read_batch(listener) == BATCH; turn++)
		;
	listener->calls.drained(listener->calls.arg);
}

/* Without CAP_NET_ADMIN no more than the host allows everyone. */
static void
enlarge_buffer(struct listener *listener)
{
	static const int wanted = SOCKET_BUFFER;
	int given = 0;
	socklen_t len = sizeof(given);

	if (setsockopt(listener->fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0)
		(void)setsockopt(listener->fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	(void)getsockopt(listener->fd, SOL_SOCKET, SO_RCVBUF, &given, &len);
	if (given / 2 < wanted) /* the kernel doubles it, for what it adds itself */
		towerd_log(listener->ctx, TOWERD_LOG_WARNING,
		    "the kernel keeps %d KiB of traps that come at once, not %d; a storm may lose some, as "
		    "`traps-dropped-by-kernel` counts: sysctl net.core.rmem_max=%d allows more",
		    given / 2 / 1024, wanted / 1024, wanted);
}

static int
open_socket(struct listener *listener, const struct listener_address *listen)
{
	static const int on = 1;
	union wire_socket address;

	listener->family = listen->is_v6 ? AF_INET6 : AF_INET;
	listener->fd = socket(listener->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return -errno;
	enlarge_buffer(listener);
	int rc = listen->is_v6 ? setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) |
		setsockopt(listener->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on))
			       : setsockopt(listener->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	socklen_t len = wire_to_socket(listener->family, &listen->address, &address);
	return rc < 0 || bind(listener->fd, &address.sa, len) < 0 ? -errno : 0;
}

int
listener_open(
    struct towerd_ctx *ctx, const char *text, const struct listener_calls *calls, struct listener **out)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct listener_address listen;

	if (listener == NULL)
		return -ENOMEM;
	*out = listener;
	listener->ctx = ctx;
	listener->fd = -1;
	listener->calls = *calls;
	if (listener_address_parse(text, &listen) < 0)
		return towerd_fail(ctx, -EINVAL,
		    "traps \"%s\" is not udp:PORT, udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT", text);
	int rc = open_socket(listener, &listen);
	if (rc < 0)
		return towerd_fail(ctx, rc, "cannot listen for traps at %s: %s", text, strerror(-rc));
	listener->octets = malloc((size_t)BATCH * DATAGRAM);
	if (listener->octets == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < BATCH; i++) {
		listener->data[i] = (struct iovec){ listener->octets + i * DATAGRAM, DATAGRAM };
		listener->in[i].msg_hdr = (struct msghdr){ .msg_name = &listener->from[i],
			.msg_iov = &listener->data[i],
			.msg_iovlen = 1,
			.msg_control = &listener->control[i] };
	}
	return 0;
}

int
listener_listen(struct listener *listener)
{
	if (listener->watch == NULL)
		listener->watch =
		    towerd_watch_new(listener->ctx, listener->fd, TOWERD_READ, readable, listener);
	return listener->watch == NULL ? -ENOMEM : 0;
}

void
listener_close(struct listener *listener)
{
	if (listener == NULL)
		return;
	if (listener->watch != NULL)
		towerd_watch_free(listener->ctx, listener->watch);
	if (listener->fd >= 0)
		close(listener->fd);
	free(listener->octets);
	free(listener);
}

void
listener_reply(struct listener *listener, const struct listener_path *path, const uint8_t *data, size_t len)
{
	_Alignas(struct cmsghdr) uint8_t control[CONTROL] = { 0 };
	union wire_socket to;
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr message = { .msg_name = &to,
		.msg_namelen = wire_to_socket(listener->family, &path->from, &to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	if (listener->family == AF_INET) {
		struct in_pktinfo info = { 0 };
		memcpy(&info.ipi_spec_dst, path->to.s6_addr + 12, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		message.msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		const struct in6_pktinfo info = { .ipi6_addr = path->to, .ipi6_ifindex = path->interface };
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		message.msg_controllen = CMSG_SPACE(sizeof(info));
	}
	if (sendmsg(listener->fd, &message, MSG_DONTWAIT) < 0)
		towerd_count(listener->ctx, "send-failures", 1);
}

uint64_t
listener_dropped(struct listener *listener)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(listener->fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0 ||
	    len < (SK_MEMINFO_DROPS + 1) * sizeof(info[0]))
		return 0;
	uint32_t more = info[SK_MEMINFO_DROPS] - listener->dropped; /* it wraps */
	listener->dropped = info[SK_MEMINFO_DROPS];
	return more;
}
