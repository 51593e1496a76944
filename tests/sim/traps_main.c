/* SPDX-License-Identifier: ISC */
/* sim-traps: v2c traps from many addresses at an even pace, and how many were sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/control.h"
#include "tests/sim/message.h"
#include "tests/sim/record.h"
#include "tests/sim/trap.h"
#include "tests/sim/words.h"

#define KINDS_MAX 16
#define BATCH     64
#define TRAP_ROOM 4160 /* 65 lines of cache, no power of two: see server.c */
#define TURN_US   1000 /* so often what is due is sent: an even pace, without a system call for each */
#define FIRST_ID  0x11223344

/* A trap that is sent again and again with another id. */
struct kind {
	uint8_t octets[TRAP_ROOM];
	size_t size, id_at;
};

struct storm {
	int fd;
	struct sockaddr_in to;
	uint32_t first;
	int64_t sources, rate, seconds, varbinds;
	struct kind kinds[KINDS_MAX];
	size_t kind_count;
	uint64_t sent, failed;
};

static int64_t
now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The trap with the recording's first varbinds (none without one). 0, -EINVAL (no OID) or -EMSGSIZE. */
static int
build_kind(struct storm *storm, const char *oid_text, const struct record *record, const char *community)
{
	static const uint8_t id[] = { BER_INTEGER, 4, 0x11, 0x22, 0x33, 0x44 };
	struct kind *kind = &storm->kinds[storm->kind_count];
	struct device device = { 0 };
	struct trap trap;
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name = { oid, ber_oid_parse(oid_text, strlen(oid_text), oid) };

	if (name.size == 0)
		return -EINVAL;
	strncpy(device.community, community, sizeof(device.community) - 1);
	trap_begin(&trap, &device, name, 1000000);
	for (uint32_t i = 0; record != NULL && i < record->count && i < storm->varbinds; i++) {
		const struct varbind *varbind = &record->varbinds[i];
		struct ber_slice in = { varbind->whole + varbind->value_at,
			varbind->whole_size - varbind->value_at };
		struct ber_tlv value;
		if (!ber_take(&in, &value) || !trap_add(&trap, varbind_oid(varbind), value.tag, value.body))
			return -EMSGSIZE;
	}
	struct ber_slice message = trap_end(&trap, &device, PDU_TRAP2, FIRST_ID);
	if (message.size > sizeof(kind->octets))
		return -EMSGSIZE;
	memcpy(kind->octets, message.at, message.size);
	kind->size = message.size;
	kind->id_at =
	    (size_t)((uint8_t *)memmem(kind->octets, kind->size, id, sizeof(id)) - kind->octets) + 2;
	storm->kind_count++;
	return 0;
}

/* So many traps, each from the next address and of the next kind, their ids counted up. */
static void
send_batch(struct storm *storm, unsigned count)
{
	static uint8_t octets[BATCH][TRAP_ROOM];
	static struct iovec parts[BATCH];
	static struct mmsghdr out[BATCH];
	static struct control controls[BATCH];
	unsigned done = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t number = storm->sent + storm->failed + i;
		const struct kind *kind = &storm->kinds[number % storm->kind_count];
		memcpy(octets[i], kind->octets, kind->size);
		for (size_t b = 0; b < 4; b++)
			octets[i][kind->id_at + b] = (uint8_t)(((number + 1) & INT32_MAX) >> (8 * (3 - b)));
		parts[i] = (struct iovec){ octets[i], kind->size };
		out[i].msg_hdr = (struct msghdr){ .msg_name = &storm->to,
			.msg_namelen = sizeof(storm->to),
			.msg_iov = &parts[i],
			.msg_iovlen = 1 };
		control_put(&out[i].msg_hdr, &controls[i],
		    storm->first + (uint32_t)(number % (uint64_t)storm->sources), 0);
	}
	while (done < count) {
		int n = sendmmsg(storm->fd, out + done, count - done, 0);
		if (n <= 0) {
			storm->failed++;
			done++;
		} else {
			storm->sent += (uint64_t)n;
			done += (unsigned)n;
		}
	}
}

static void
run(struct storm *storm)
{
	int64_t start_us = now_us(), end_us = start_us + storm->seconds * 1000000, us;
	uint64_t all = (uint64_t)(storm->rate * storm->seconds);

	for (;;) {
		us = now_us();
		uint64_t due = us >= end_us ? all : (uint64_t)((us - start_us) * storm->rate / 1000000);
		uint64_t done = storm->sent + storm->failed;
		if (done == all)
			break;
		if (done == due)
			usleep(TURN_US);
		else
			send_batch(storm, due - done > BATCH ? BATCH : (unsigned)(due - done));
	}
	printf("sent=%lu failed=%lu seconds=%.2f traps_per_s=%.0f\n", storm->sent, storm->failed,
	    (double)(us - start_us) / 1e6, (double)storm->sent * 1e6 / (double)(us - start_us));
}

static int
usage(void)
{
	fputs("usage: sim-traps --to ADDRESS:PORT [--first 127.0.0.1] [--sources 1] [--rate 1000] [--seconds "
	      "1]\n"
	      "                 [--community public] [--record FILE.snmprec] [--varbinds 6] TRAP-OID…\n"
	      "v2c traps of these kinds in turn, from FIRST and the addresses after it in turn, with the\n"
	      "recording's first varbinds\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "first", required_argument, NULL, 'f' },
		{ "sources", required_argument, NULL, 'n' },
		{ "rate", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "community", required_argument, NULL, 'c' },
		{ "record", required_argument, NULL, 'p' },
		{ "varbinds", required_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	static struct storm storm = {
		.first = INADDR_LOOPBACK, .sources = 1, .rate = 1000, .seconds = 1, .varbinds = 6
	};
	const char *community = "public", *file = NULL;
	struct record *record = NULL;
	int option, rc = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool is_right = option == 't' ? words_endpoint(optarg, &storm.to)
		    : option == 'f'           ? words_ipv4(optarg, &storm.first) && storm.first >> 24 == 127
		    : option == 'n'           ? words_number(optarg, 1, 16000000, &storm.sources)
		    : option == 'r'           ? words_number(optarg, 1, 10000000, &storm.rate)
		    : option == 's'           ? words_number(optarg, 1, 3600, &storm.seconds)
		    : option == 'v'           ? words_number(optarg, 0, 100, &storm.varbinds)
					      : option == 'c' || option == 'p';
		if (!is_right)
			return usage();
		if (option == 'c')
			community = optarg;
		if (option == 'p')
			file = optarg;
	}
	if (optind == argc || argc - optind > KINDS_MAX || storm.to.sin_port == 0)
		return usage();
	if (file != NULL)
		rc = record_load("traps", file, &record);
	for (int i = optind; rc == 0 && i < argc; i++)
		rc = build_kind(&storm, argv[i], record, community);
	if (rc < 0) {
		fprintf(stderr, "sim-traps: %s\n", strerror(-rc));
		return 1;
	}
	storm.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (storm.fd < 0) {
		fprintf(stderr, "sim-traps: %s\n", strerror(errno));
		return 1;
	}
	run(&storm);
	close(storm.fd);
	record_free(record);
	return storm.sent == 0;
}
