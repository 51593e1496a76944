/* SPDX-License-Identifier: ISC */
/* sim-load: asks an SNMP fleet as fast as it answers, with a window of requests in flight, and says how many came back. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/sim/message.h"
#include "tests/sim/record.h"
#include "tests/sim/words.h"

#define BATCH        64
#define ANSWER_ROOM  4160   /* 65 lines of cache, no power of two: see server.c */
#define STALL_US     200000 /* no answer for that long: what is in flight is lost */
#define REQUEST_ROOM 4160

struct load {
	int fd;
	uint32_t first; /* address */
	int64_t devices, window, seconds, varbinds, run;
	in_port_t port;
	uint8_t request_room[MESSAGE_HEADROOM + REQUEST_ROOM];
	uint8_t *request; /* the same for all; its id stands at id_at */
	size_t request_size, id_at;
	uint32_t next_id, next_device;
	uint64_t sent, answered, errors, lost;
	int64_t in_flight;
};

static int64_t
now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* One GET of the recording's first varbinds, spread over it, so that each device answers the same size. */
static int
build_request(struct load *load, const struct record *record, const char *community)
{
	static const uint8_t id[] = { BER_INTEGER, 4, 0x11, 0x22, 0x33, 0x44 };
	uint8_t *start = load->request_room + MESSAGE_HEADROOM, *at = start,
		*end = load->request_room + sizeof(load->request_room);

	for (int64_t i = 0; i < load->varbinds; i++) {
		struct varbind varbind;
		struct ber_slice oid =
		    varbind_oid(&record->varbinds[(uint64_t)i * record->count / (uint64_t)load->varbinds]);
		if (varbind_room(oid.size, 0) > (size_t)(end - at))
			return -EMSGSIZE;
		varbind_encode(oid, BER_NULL, (struct ber_slice){ 0 }, at, &varbind);
		at += varbind.whole_size;
	}
	struct ber_slice name = { (const uint8_t *)community, strlen(community) };
	load->request = message_wrap(SNMP_V2C, name, PDU_GET, (struct ber_slice){ id, sizeof(id) }, 0, 0,
	    start, (size_t)(at - start), &load->request_size);
	uint8_t *found = memmem(load->request, load->request_size, id, sizeof(id));
	load->id_at = (size_t)(found - load->request) + 2;
	return 0;
}

/* Requests of one run go to one device, in one datagram that the kernel cuts. */
static void
put_segment_size(struct msghdr *header, uint8_t *control, uint16_t size)
{
	header->msg_control = control;
	header->msg_controllen = CMSG_SPACE(sizeof(size));
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	c->cmsg_level = SOL_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(c), &size, sizeof(size));
}

static void
send_batch(struct load *load)
{
	static uint8_t requests[BATCH][REQUEST_ROOM];
	static struct sockaddr_in to[BATCH];
	static struct iovec parts[BATCH];
	static struct mmsghdr out[BATCH];
	static _Alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(uint16_t))];
	int64_t room = load->window - load->in_flight;
	unsigned run = (unsigned)load->run, runs = (room > BATCH ? BATCH : (unsigned)room) / run;

	for (unsigned i = 0; i < runs * run; i++) {
		uint32_t id = load->next_id++;
		memcpy(requests[i], load->request, load->request_size);
		for (size_t b = 0; b < 4; b++)
			requests[i][load->id_at + b] = (uint8_t)((id & INT32_MAX) >> (8 * (3 - b)));
		parts[i] = (struct iovec){ requests[i], load->request_size };
	}
	for (unsigned i = 0; i < runs; i++) {
		uint32_t address = load->first + load->next_device++ % (uint32_t)load->devices;
		to[i] = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = load->port, .sin_addr.s_addr = htonl(address)
		};
		out[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
			.msg_namelen = sizeof(to[i]),
			.msg_iov = &parts[i * run],
			.msg_iovlen = run };
		if (run > 1)
			put_segment_size(&out[i].msg_hdr, control[i], (uint16_t)load->request_size);
	}
	int n = runs == 0 ? 0 : sendmmsg(load->fd, out, runs, 0);
	if (n > 0) {
		load->sent += (uint64_t)n * run;
		load->in_flight += n * (int64_t)run;
	}
}

/* An answer with an error status, or with an exception in place of a value, is not what was asked for. */
static bool
is_good(const uint8_t *octets, size_t size)
{
	struct ber_slice in = { octets, size };
	struct ber_tlv message, part, pdu, error;
	int64_t status;

	return ber_take_tag(&in, BER_SEQUENCE, &message) && in.size == 0 && ber_take(&message.body, &part) &&
	    ber_take(&message.body, &part) && ber_take_tag(&message.body, PDU_RESPONSE, &pdu) &&
	    ber_take(&pdu.body, &part) && ber_take(&pdu.body, &error) && ber_integer(error.body, &status) &&
	    status == 0;
}

static int
receive_batch(struct load *load)
{
	static uint8_t answers[BATCH][ANSWER_ROOM];
	static struct iovec parts[BATCH];
	static struct mmsghdr in[BATCH];

	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ answers[i], ANSWER_ROOM };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
	int n = recvmmsg(load->fd, in, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		if (is_good(answers[i], in[i].msg_len))
			load->answered++;
		else
			load->errors++;
		if (load->in_flight > 0)
			load->in_flight--;
	}
	return n;
}

static void
run(struct load *load)
{
	int64_t start_us = now_us(), heard_us = start_us, end_us = start_us + load->seconds * 1000000;

	/* Never asleep: waking it would be the answerer's work, and would be measured there. */
	while (now_us() < end_us) {
		/* Refilled in whole batches: a system call for each answer would measure the caller. */
		if (load->window - load->in_flight >= BATCH / 2)
			send_batch(load);
		if (receive_batch(load) > 0) {
			heard_us = now_us();
		} else if (now_us() - heard_us > STALL_US) {
			load->lost += (uint64_t)load->in_flight;
			load->in_flight = 0;
			heard_us = now_us();
		}
	}
	double seconds = (double)(now_us() - start_us) / 1e6;
	struct timespec cpu;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	printf("requests_per_s=%.0f varbinds_per_s=%.0f answered=%lu errors=%lu lost=%lu seconds=%.2f "
	       "cpu_s=%.2f\n",
	    (double)load->answered / seconds, (double)load->answered * (double)load->varbinds / seconds,
	    load->answered, load->errors, load->lost, seconds,
	    (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
}

static int
usage(void)
{
	fputs("usage: sim-load --to ADDRESS:PORT --record FILE.snmprec [--devices 1] [--varbinds 20] "
	      "[--window 256] [--seconds 5]\n"
	      "                [--run 1] [--community public]\n"
	      "GETs of that many varbinds of the recording, at ADDRESS and those after it in turn, --run of "
	      "them to each in a row\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "record", required_argument, NULL, 'r' },
		{ "devices", required_argument, NULL, 'd' },
		{ "varbinds", required_argument, NULL, 'v' },
		{ "window", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 's' },
		{ "run", required_argument, NULL, 'n' },
		{ "community", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	static struct load load = { .devices = 1, .varbinds = 20, .window = 256, .seconds = 5, .run = 1 };
	const char *file = NULL, *community = "public";
	struct sockaddr_in to = { 0 };
	struct record *record;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool is_right = option == 't' ? words_endpoint(optarg, &to)
		    : option == 'n'           ? words_number(optarg, 1, BATCH / 2, &load.run)
		    : option == 'd'           ? words_number(optarg, 1, 16000000, &load.devices)
		    : option == 'v'           ? words_number(optarg, 1, 100, &load.varbinds)
		    : option == 'w'           ? words_number(optarg, BATCH, 100000, &load.window)
		    : option == 's'           ? words_number(optarg, 1, 3600, &load.seconds)
					      : option == 'r' || option == 'c';
		if (!is_right)
			return usage();
		if (option == 'r')
			file = optarg;
		if (option == 'c')
			community = optarg;
	}
	if (optind != argc || file == NULL || to.sin_port == 0)
		return usage();
	load.first = ntohl(to.sin_addr.s_addr);
	load.port = to.sin_port;
	int rc = record_load("load", file, &record);
	if (rc == 0)
		rc = build_request(&load, record, community);
	load.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (rc < 0 || load.fd < 0) {
		fprintf(stderr, "sim-load: %s: %s\n", file, strerror(rc < 0 ? -rc : errno));
		return 1;
	}
	int octets = 8 << 20;
	(void)setsockopt(load.fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets));
	run(&load);
	record_free(record);
	return load.answered == 0;
}
