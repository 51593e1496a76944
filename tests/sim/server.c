/* SPDX-License-Identifier: ISC */
/* The one UDP socket behind every 127.x.y.z. */
#include "tests/sim/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/sim/answer.h"
#include "tests/sim/clock.h"
#include "tests/sim/control.h"

#define BATCH 64
/* 65 lines of cache: at a power of two all requests of a batch would fall on the same few lines. */
#define REQUEST_ROOM 4160
/* Answers lie one after the other here: small ones stay close together in the cache, a large one always fits. */
#define ANSWERS_ROOM (16 * (size_t)ANSWER_ROOM)
/* What UDP_SEGMENT takes (linux/udp.h, UDP_MAX_SEGMENTS of older kernels). */
#define SEGMENTS_MAX 64

/*
 * Answers of one size from one device to one peer: the kernel takes them as one datagram and cuts it, which costs little more than a
 * single one. Sending is most of the work, and a manager often asks a device several times in a row.
 */
struct group {
	uint32_t from;
	const struct sockaddr_in *to;
	size_t size;
	unsigned first, last, count; /* answers, chained by `next` */
};

struct answer {
	uint8_t *octets;
	unsigned next;
};

struct server {
	int fd;
	uint16_t port;
	struct fleet *fleet;
	struct later later;
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_part[BATCH], out_part[BATCH];
	struct control out_control[BATCH];
	struct sockaddr_in from[BATCH];
	struct control control[BATCH];
	uint8_t requests[BATCH][REQUEST_ROOM];
	uint8_t answers[ANSWERS_ROOM];
	size_t answers_used;
	struct answer answer[BATCH];
	struct group group[BATCH];
	unsigned answer_count, group_count;
};

int
server_open(uint16_t port, struct fleet *fleet, struct server **out)
{
	struct server *server = calloc(1, sizeof(*server));
	if (server == NULL)
		return -ENOMEM;
	server->fleet = fleet;
	server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* "Do not fragment" spares the kernel an identification for each datagram; the loopback device carries 64 KiB whole. */
	int on = 1, octets = 8 << 20, whole = IP_PMTUDISC_DO;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t size = sizeof(address);
	/*
	 * No bind covers a whole /8, so the socket is bound to any address of the loopback device; server_run also drops
	 * what was not sent to 127.0.0.0/8. Without the right to choose the device that second check stands alone.
	 */
	if (server->fd < 0 ||
	    (setsockopt(server->fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) < 0 && errno != EPERM) ||
	    setsockopt(server->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole)) < 0 ||
	    setsockopt(server->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
	    bind(server->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(server->fd, (struct sockaddr *)&address, &size) < 0) {
		int rc = -errno;
		server_close(server);
		return rc;
	}
	/* A fleet polled all at once fits in the queue; less is served too, with losses. */
	if (setsockopt(server->fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) < 0)
		(void)setsockopt(server->fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	server->port = ntohs(address.sin_port);
	*out = server;
	return 0;
}

void
server_close(struct server *server)
{
	if (server == NULL)
		return;
	if (server->fd >= 0)
		close(server->fd);
	later_fini(&server->later);
	free(server);
}

int
server_fd(const struct server *server)
{
	return server->fd;
}

uint16_t
server_port(const struct server *server)
{
	return server->port;
}

int64_t
server_next_ms(const struct server *server)
{
	return later_next_ms(&server->later);
}

/* The address that was asked, host order; 0 when unknown. */
static uint32_t
asked_address(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		struct in_pktinfo info;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return ntohl(info.ipi_addr.s_addr);
	}
	return 0;
}

static bool
is_welcome(const struct device *device, const struct request *request)
{
	if (request->version !=
	    (device->is_v1_only          ? SNMP_V1
		    : device->is_v3_only ? SNMP_V3
					 : request->version))
		return false;
	return request->version == SNMP_V3 ||
	    (request->community.size == strlen(device->community) &&
		memcmp(request->community.at, device->community, request->community.size) == 0);
}

/* A request that the device cannot bear: it says nothing. */
static bool
is_choking(const struct device *device, const struct request *request)
{
	const struct quirks *quirks = device->quirks;
	struct ber_slice varbinds = request->varbinds, oid;
	unsigned count = 0;

	if (quirks == NULL)
		return false;
	if (quirks->bulk == BULK_DROPPED && request->pdu == PDU_GETBULK)
		return true;
	while (quirks->most_varbinds > 0 && request_next(&varbinds, &oid, NULL))
		count++;
	return count > quirks->most_varbinds;
}

/* One request, and who is to answer it. */
struct exchange {
	struct device *device;
	struct request request;
	struct usm_request usm; /* of version 3 */
};

/* A version 3 message for the device: usm says whether it is a request or ends in a report. */
static int
take_secured(struct device *device, uint8_t *octets, size_t size, int64_t real_ms, struct exchange *exchange)
{
	struct usm_header header;

	int rc = device->engine == NULL ? -EPROTONOSUPPORT
					: usm_decode((struct ber_slice){ octets, size }, &header);
	if (rc == 0)
		rc = usm_take(device->engine, &header, octets, size, real_ms, &exchange->usm);
	if (rc < 0)
		return rc;
	exchange->request = (struct request){ .version = SNMP_V3 };
	rc = pdu_decode(exchange->usm.pdu, SNMP_V3, &exchange->request);
	return exchange->usm.report != USM_FINE ? 0 : rc;
}

/* Reads the datagram for the device at the address; false when nobody answers it. */
static bool
take_request(struct server *server, uint32_t address, uint8_t *octets, size_t size, int64_t now_ms,
    int64_t real_ms, struct exchange *exchange)
{
	struct fleet *fleet = server->fleet;
	struct device *device = address >> 24 == 127 ? fleet_device(fleet, address) : NULL;

	exchange->device = device;
	if (device == NULL) {
		fleet->unknown_address += address >> 24 == 127;
		return false;
	}
	bool is_lost = device->is_dead || fleet_chance(fleet, device->loss_percent);
	int rc = request_decode((struct ber_slice){ octets, size }, &exchange->request);
	if (rc == -EPROTONOSUPPORT && !is_lost)
		rc = take_secured(device, octets, size, real_ms, exchange);
	else if (rc == -EPROTONOSUPPORT && device->engine != NULL)
		rc = 0;
	if (rc < 0) {
		fleet->malformed++;
		return false;
	}
	device->counts.requests++;
	device_asked(device, now_ms);
	if (is_lost)
		device->counts.lost++;
	else if (!is_welcome(device, &exchange->request))
		device->counts.refused++;
	else if (is_choking(device, &exchange->request))
		device->counts.choked++;
	else
		return true;
	return false;
}

static void
flush(struct server *server)
{
	unsigned part = 0, sent = 0;

	for (unsigned g = 0; g < server->group_count; g++) {
		const struct group *group = &server->group[g];
		struct msghdr *header = &server->out[g].msg_hdr;
		*header = (struct msghdr){
			.msg_name = (void *)(uintptr_t)group->to,
			.msg_namelen = sizeof(*group->to),
			.msg_iov = &server->out_part[part],
			.msg_iovlen = group->count,
		};
		control_put(header, &server->out_control[g], group->from, group->count > 1 ? group->size : 0);
		for (unsigned i = 0, at = group->first; i < group->count; i++, at = server->answer[at].next)
			server->out_part[part++] = (struct iovec){ server->answer[at].octets, group->size };
	}
	while (sent < server->group_count) {
		int n = sendmmsg(server->fd, server->out + sent, server->group_count - sent, 0);
		if (n < 0 && errno == EINTR)
			continue;
		/* One that cannot be sent is lost, as on a network; those after it still leave. */
		sent += n <= 0 ? 1 : (unsigned)n;
	}
	server->answer_count = server->group_count = 0;
	server->answers_used = 0;
}

static bool
belongs_to(const struct group *group, uint32_t from, const struct sockaddr_in *to, size_t size)
{
	return group->from == from && group->size == size && group->to->sin_port == to->sin_port &&
	    group->to->sin_addr.s_addr == to->sin_addr.s_addr && group->count < SEGMENTS_MAX &&
	    (group->count + 1) * size <= DEVICE_LIMIT_MAX;
}

static void
queue_answer(struct server *server, uint32_t from, const struct sockaddr_in *to, uint8_t *octets, size_t size)
{
	unsigned at = server->answer_count++, g = 0;

	server->answer[at] = (struct answer){ octets, 0 };
	while (g < server->group_count && !belongs_to(&server->group[g], from, to, size))
		g++;
	struct group *group = &server->group[g];
	if (g == server->group_count) {
		server->group_count++;
		*group = (struct group){ from, to, size, at, at, 1 };
		return;
	}
	server->answer[group->last].next = at;
	group->last = at;
	group->count++;
}

/* Sends the answer now or after the device's delay; its octets stay where they are until the next flush. */
static void
send_answer(struct server *server, struct device *device, const struct sockaddr_in *to, uint8_t *octets,
    size_t size, int64_t now_ms)
{
	const struct quirks *quirks = device->quirks;
	uint32_t from = quirks != NULL && quirks->answer_from != 0 ? quirks->answer_from : device->address;
	unsigned copies = quirks != NULL && quirks->answers_twice ? 2 : 1;

	if (quirks != NULL && quirks->cut_octets > 0 && size > quirks->cut_octets)
		size = quirks->cut_octets;
	for (unsigned i = 0; i < copies; i++) {
		if (device->delay_ms == 0)
			queue_answer(server, from, to, octets, size);
		else if (later_put(&server->later, now_ms + device->delay_ms, to, from, octets, size) < 0)
			device->counts.lost++;
	}
}

static void
serve(struct server *server, struct mmsghdr *in, int64_t now_ms)
{
	struct exchange exchange;
	struct msghdr *header = &in->msg_hdr;
	int64_t real_ms = sim_clock_real_ms();

	if (!take_request(server, asked_address(header), header->msg_iov->iov_base, in->msg_len, now_ms,
		real_ms, &exchange))
		return;
	if (ANSWERS_ROOM - server->answers_used < ANSWER_ROOM || server->answer_count + 2 > BATCH)
		flush(server);
	struct device *device = exchange.device;
	uint8_t *room = server->answers + server->answers_used, *answer;
	size_t size;
	if (exchange.request.version == SNMP_V3)
		answer = answer_build_secured(
		    device, &exchange.usm, &exchange.request, now_ms, real_ms, room, &size);
	else
		answer = answer_build(device, &exchange.request, now_ms, room, &size);
	if (answer == NULL)
		return;
	if (exchange.request.version == SNMP_V3 && exchange.usm.report != USM_FINE)
		device->counts.reports++;
	else
		device->counts.answers++;
	server->answers_used = (size_t)(answer + size - server->answers);
	send_answer(server, device, header->msg_name, answer, size, now_ms);
}

bool
server_run(struct server *server, int64_t now_ms)
{
	for (unsigned i = 0; i < BATCH; i++) {
		server->in_part[i] = (struct iovec){ server->requests[i], REQUEST_ROOM };
		server->in[i].msg_hdr = (struct msghdr){
			.msg_name = &server->from[i],
			.msg_namelen = sizeof(server->from[i]),
			.msg_iov = &server->in_part[i],
			.msg_iovlen = 1,
			.msg_control = &server->control[i],
			.msg_controllen = sizeof(server->control[i]),
		};
	}
	int count = recvmmsg(server->fd, server->in, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		serve(server, &server->in[i], now_ms);
	flush(server);
	struct datagram *due;
	while ((due = later_take(&server->later, now_ms)) != NULL) {
		(void)server_send(server, due->from, &due->to, due->octets, due->size);
		free(due);
	}
	return count == BATCH;
}

int
server_send(
    struct server *server, uint32_t from, const struct sockaddr_in *to, const uint8_t *octets, size_t size)
{
	struct sockaddr_in name = *to;
	struct iovec part = { (void *)(uintptr_t)octets, size };
	struct control control;
	struct msghdr header = {
		.msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &part, .msg_iovlen = 1
	};

	control_put(&header, &control, from, 0);
	return sendmsg(server->fd, &header, 0) < 0 ? -errno : 0;
}
