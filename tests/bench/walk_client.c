/* SPDX-License-Identifier: ISC */
/*
 * Walks a subtree by GETBULK again and again, by several walkers at a time so that the agent always has work, and says how many varbinds
 * came. Its own BER, so that the agent and not the client is what is measured.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/sim/message.h"
#include "tests/sim/words.h"

#define WALKERS_MAX 64
#define DATAGRAM    65535
#define PATIENCE_MS 5000

struct walker {
	int fd;
	int32_t id;
	uint8_t name[BER_OID_MAX]; /* where it stands */
	size_t name_size;
};

struct walk {
	struct ber_slice root, community;
	int64_t repetitions, walkers, seconds;
	struct walker all[WALKERS_MAX];
	struct pollfd polled[WALKERS_MAX];
	uint64_t varbinds, walks, requests;
};

static double
seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
restart(const struct walk *walk, struct walker *walker)
{
	memcpy(walker->name, walk->root.at, walk->root.size);
	walker->name_size = walk->root.size;
}

static bool
ask(struct walk *walk, struct walker *walker)
{
	uint8_t room[MESSAGE_HEADROOM + BER_OID_MAX + 16], *at = room + MESSAGE_HEADROOM;
	size_t body = ber_head_size(walker->name_size) + walker->name_size + 2, size;
	uint8_t id[6] = { BER_INTEGER, 4 };

	walker->id = (walker->id + 1) & INT32_MAX;
	for (unsigned i = 0; i < 4; i++)
		id[2 + i] = (uint8_t)(walker->id >> (8 * (3 - i)));
	at = ber_put_head(at, BER_SEQUENCE, body);
	at = ber_put_head(at, BER_OID, walker->name_size);
	memcpy(at, walker->name, walker->name_size);
	at = ber_put_head(at + walker->name_size, BER_NULL, 0);
	const uint8_t *message =
	    message_wrap(SNMP_V2C, walk->community, PDU_GETBULK, (struct ber_slice){ id, sizeof(id) }, 0,
		walk->repetitions, room + MESSAGE_HEADROOM, (size_t)(at - room) - MESSAGE_HEADROOM, &size);
	walk->requests++;
	return send(walker->fd, message, size, 0) == (ssize_t)size;
}

/* Takes an answer's varbinds. False: it is broken, or an error. */
static bool
take(struct walk *walk, struct walker *walker, struct ber_slice in)
{
	struct ber_tlv message, part, pdu, varbinds, varbind, name, value;
	int64_t id, error;
	bool is_over = false;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || !ber_take(&message.body, &part) ||
	    !ber_take(&message.body, &part) || !ber_take_tag(&message.body, PDU_RESPONSE, &pdu) ||
	    !ber_take(&pdu.body, &part) || !ber_integer(part.body, &id) || id != walker->id ||
	    !ber_take(&pdu.body, &part) || !ber_integer(part.body, &error) || error != 0 ||
	    !ber_take(&pdu.body, &part) || !ber_take_tag(&pdu.body, BER_SEQUENCE, &varbinds))
		return false;
	while (!is_over && varbinds.body.size > 0) {
		if (!ber_take_tag(&varbinds.body, BER_SEQUENCE, &varbind) ||
		    !ber_take_tag(&varbind.body, BER_OID, &name) || !ber_take(&varbind.body, &value))
			return false;
		is_over = value.tag == BER_END_OF_MIB_VIEW || name.body.size < walk->root.size ||
		    memcmp(name.body.at, walk->root.at, walk->root.size) != 0;
		if (is_over || name.body.size > BER_OID_MAX)
			break;
		walk->varbinds++;
		memcpy(walker->name, name.body.at, name.body.size);
		walker->name_size = name.body.size;
	}
	if (is_over) {
		walk->walks++;
		restart(walk, walker);
	}
	return true;
}

static int
run(struct walk *walk)
{
	static uint8_t answer[DATAGRAM];
	double end = seconds_of(CLOCK_MONOTONIC) + (double)walk->seconds;

	for (int64_t i = 0; i < walk->walkers; i++)
		if (!ask(walk, &walk->all[i]))
			return -errno;
	while (walk->seconds == 0 ? walk->walks == 0 : seconds_of(CLOCK_MONOTONIC) < end) {
		if (poll(walk->polled, (nfds_t)walk->walkers, PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
		for (int64_t i = 0; i < walk->walkers; i++) {
			if (walk->polled[i].revents == 0)
				continue;
			ssize_t size = recv(walk->all[i].fd, answer, sizeof(answer), MSG_DONTWAIT);
			if (size < 0)
				return -errno;
			if (!take(walk, &walk->all[i], (struct ber_slice){ answer, (size_t)size }))
				return -EBADMSG;
			if (!ask(walk, &walk->all[i]))
				return -errno;
		}
	}
	return 0;
}

static int
usage(void)
{
	fputs(
	    "usage: walk_client --to ADDRESS:PORT --root OID [--repetitions 50] [--walkers 4] [--seconds 3] "
	    "[--community public]\n"
	    "--seconds 0: one walk\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "root", required_argument, NULL, 'o' },
		{ "repetitions", required_argument, NULL, 'r' },
		{ "walkers", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 's' },
		{ "community", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	static struct walk walk = { .repetitions = 50, .walkers = 4, .seconds = 3 };
	static uint8_t root[BER_OID_MAX];
	struct sockaddr_in to = { 0 };
	const char *community = "public";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool is_right = option == 't' ? words_endpoint(optarg, &to)
		    : option == 'r'           ? words_number(optarg, 1, 10000, &walk.repetitions)
		    : option == 'w'           ? words_number(optarg, 1, WALKERS_MAX, &walk.walkers)
		    : option == 's'           ? words_number(optarg, 0, 3600, &walk.seconds)
					      : option == 'o' || option == 'c';
		if (!is_right)
			return usage();
		if (option == 'o')
			walk.root = (struct ber_slice){ root, ber_oid_parse(optarg, strlen(optarg), root) };
		if (option == 'c')
			community = optarg;
	}
	if (optind != argc || to.sin_port == 0 || walk.root.size == 0)
		return usage();
	walk.community = (struct ber_slice){ (const uint8_t *)community, strlen(community) };
	for (int64_t i = 0; i < walk.walkers; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
			perror("walk_client: socket");
			return 1;
		}
		walk.all[i] = (struct walker){ .fd = fd, .id = 0x40000000 };
		walk.polled[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
		restart(&walk, &walk.all[i]);
	}
	double start = seconds_of(CLOCK_MONOTONIC);
	int rc = run(&walk);
	double seconds = seconds_of(CLOCK_MONOTONIC) - start;
	printf("varbinds=%lu requests=%lu walks=%lu seconds=%.3f cpu_s=%.3f\n", walk.varbinds, walk.requests,
	    walk.walks, seconds, seconds_of(CLOCK_PROCESS_CPUTIME_ID));
	if (rc < 0)
		fprintf(stderr, "walk_client: %s\n", strerror(-rc));
	return rc < 0;
}
