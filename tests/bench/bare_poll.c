/* SPDX-License-Identifier: ISC */
/*
 * The peer of towerd's polling: what a poller costs that does nothing but poll. A Net-SNMP session for each device, opened once and kept, one
 * asynchronous GET of the given objects to each at every interval, and the values thrown away. Written as well as the library allows: epoll,
 * and one descriptor set for all reads (building one for each read would be a third of its time).
 */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/library/large_fd_set.h>
#include <net-snmp/net-snmp-includes.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#define WINDOW     256 /* in flight at a time when there is no interval: more makes the library slower */
#define TIMEOUT_US 1000000

struct name {
	oid ids[MAX_OID_LEN];
	size_t len;
};

struct target {
	struct bare *bare;
	struct session_list *handle;
	bool is_waiting;
};

struct bare {
	const char *address; /* of the first device */
	unsigned port, interval_ms, seconds;
	size_t count, next, name_count;
	struct name *names;
	struct target *targets;
	netsnmp_large_fd_set readable;
	int epoll;
	unsigned in_flight;
	uint64_t answered, failed;
};

static int64_t
time_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int
heard(int op, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *arg)
{
	struct target *target = arg;

	(void)session;
	(void)request;
	if (op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu->errstat == SNMP_ERR_NOERROR)
		target->bare->answered++;
	else
		target->bare->failed++;
	target->is_waiting = false;
	target->bare->in_flight--;
	return 1;
}

static void
ask(struct bare *bare, struct target *target)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	for (size_t i = 0; i < bare->name_count; i++)
		snmp_add_null_var(pdu, bare->names[i].ids, bare->names[i].len);
	target->is_waiting = true;
	bare->in_flight++;
	if (snmp_sess_async_send(target->handle, pdu, heard, target) != 0)
		return;
	snmp_free_pdu(pdu);
	target->is_waiting = false;
	bare->in_flight--;
	bare->failed++;
}

static int
open_target(struct bare *bare, size_t i)
{
	struct target *target = &bare->targets[i];
	unsigned a, b, c, d;
	char peer[64], community[] = "public";
	netsnmp_session session;

	if (sscanf(bare->address, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
		return -1;
	uint32_t address = (a << 24 | b << 16 | c << 8 | d) + (uint32_t)i;
	snprintf(peer, sizeof(peer), "udp:%u.%u.%u.%u:%u", address >> 24, address >> 16 & 255,
	    address >> 8 & 255, address & 255, bare->port);
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = peer;
	session.community = (u_char *)community;
	session.community_len = sizeof(community) - 1;
	session.timeout = TIMEOUT_US;
	session.retries = 0;
	target->bare = bare;
	target->handle = snmp_sess_open(&session);
	if (target->handle == NULL)
		return -1;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };
	return epoll_ctl(bare->epoll, EPOLL_CTL_ADD, snmp_sess_transport(target->handle)->sock, &event);
}

static void
read_ready(struct bare *bare, int wait_ms)
{
	struct epoll_event events[WINDOW];
	int count = epoll_wait(bare->epoll, events, WINDOW, wait_ms);

	for (int i = 0; i < count; i++) {
		struct target *target = &bare->targets[events[i].data.u64];
		int fd = snmp_sess_transport(target->handle)->sock;
		netsnmp_large_fd_setfd(fd, &bare->readable);
		snmp_sess_read2(target->handle, &bare->readable);
		netsnmp_large_fd_clr(fd, &bare->readable);
	}
}

/* What was lost on the way: an answer that does not come keeps a device out of the window. */
static void
expire(struct bare *bare)
{
	for (size_t i = 0; i < bare->count; i++)
		if (bare->targets[i].is_waiting)
			snmp_sess_timeout(bare->targets[i].handle);
}

static void
run(struct bare *bare)
{
	int64_t start_cpu_us = time_us(CLOCK_PROCESS_CPUTIME_ID);
	int64_t start_us = time_us(CLOCK_MONOTONIC), told_us = start_us, us = start_us;
	int64_t pace_us = (int64_t)bare->interval_ms * 1000;
	uint64_t asked = 0;

	for (; bare->seconds == 0 || us - start_us < bare->seconds * 1000000ll;
	     us = time_us(CLOCK_MONOTONIC)) {
		uint64_t due = pace_us == 0
		    ? asked + WINDOW - (bare->in_flight < WINDOW ? bare->in_flight : WINDOW)
		    : (uint64_t)(us - start_us) * bare->count / (uint64_t)pace_us;
		for (; asked < due; asked++) {
			struct target *target = &bare->targets[asked % bare->count];
			if (!target->is_waiting)
				ask(bare, target);
		}
		read_ready(bare, 1);
		if (us - told_us >= TIMEOUT_US) {
			told_us = us;
			expire(bare);
		}
	}
	printf("answered=%lu failed=%lu cpu_us=%ld\n", bare->answered, bare->failed,
	    time_us(CLOCK_PROCESS_CPUTIME_ID) - start_cpu_us);
}

static int
usage(void)
{
	fputs("usage: bare_poll --first ADDRESS --port PORT --devices N [--interval MS] [--seconds S] OID…\n"
	      "polls N devices at ADDRESS and after it, each once in MS (0, the default: as fast as they "
	      "answer)\n",
	    stderr);
	return 2;
}

static int
start(struct bare *bare, char **oids, size_t count)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	setenv("MIBS", "", 1);
	setenv("MIBDIRS", "/nonexistent", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_snmp("bare_poll");
	bare->names = calloc(count, sizeof(*bare->names));
	bare->targets = calloc(bare->count, sizeof(*bare->targets));
	bare->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (bare->names == NULL || bare->targets == NULL || bare->epoll < 0)
		return -1;
	for (; bare->name_count < count; bare->name_count++) {
		struct name *name = &bare->names[bare->name_count];
		name->len = MAX_OID_LEN;
		if (read_objid(oids[bare->name_count], name->ids, &name->len) == 0)
			return -1;
	}
	netsnmp_large_fd_set_init(&bare->readable, (int)files.rlim_cur);
	for (size_t i = 0; i < bare->count; i++)
		if (open_target(bare, i) < 0)
			return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "first", required_argument, NULL, 'f' },
		{ "port", required_argument, NULL, 'p' },
		{ "devices", required_argument, NULL, 'd' },
		{ "interval", required_argument, NULL, 'i' },
		{ "seconds", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static struct bare bare = { .seconds = 5 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		unsigned number =
		    option == 'f' ? 0 : (unsigned)strtoul(optarg == NULL ? "" : optarg, NULL, 10);
		switch (option) {
		case 'f':
			bare.address = optarg;
			break;
		case 'p':
			bare.port = number;
			break;
		case 'd':
			bare.count = number;
			break;
		case 'i':
			bare.interval_ms = number;
			break;
		case 's':
			bare.seconds = number;
			break;
		default:
			return usage();
		}
	}
	if (bare.address == NULL || bare.port == 0 || bare.count == 0 || optind == argc)
		return usage();
	if (start(&bare, argv + optind, (size_t)(argc - optind)) < 0) {
		fputs("bare_poll: cannot open its sessions: address, OIDs, or the limit of open files\n",
		    stderr);
		return 1;
	}
	run(&bare);
	return bare.answered == 0;
}
