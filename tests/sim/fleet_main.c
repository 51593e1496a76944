/* SPDX-License-Identifier: ISC */
/* sim-fleet: answers SNMP v1 and v2c for any number of devices at 127.x.y.z; commands on standard input, whose end ends it. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_command.h"

static void
run_line(void *context, char *line)
{
	command_run(fleet_commands, fleet_command_count, context, line);
}

static int
run(struct fleet_context *context)
{
	struct line_reader reader = { .fd = STDIN_FILENO };
	struct pollfd polls[] = {
		{ .fd = server_fd(context->server), .events = POLLIN },
		{ .fd = reader.fd, .events = POLLIN },
	};
	bool is_busy = false;

	for (;;) {
		int wait_ms = is_busy ? 0 : sim_clock_wait_ms(server_next_ms(context->server));
		if (poll(polls, 2, wait_ms) < 0 && errno != EINTR) {
			perror("sim-fleet: poll");
			return 1;
		}
		is_busy = server_run(context->server, sim_clock_ms());
		if (polls[1].revents == 0)
			continue;
		int rc = line_reader_run(&reader, run_line, context);
		if (rc == -EPIPE)
			return 0;
		if (rc < 0) {
			fprintf(stderr, "sim-fleet: standard input: %s\n", strerror(-rc));
			return 1;
		}
	}
}

static int
usage(void)
{
	fputs("usage: sim-fleet [--listen PORT] [--clock-scale N] [--clock-epoch UTC-MS]\n"
	      "commands on standard input, one answer line each; see tests/sim/README.md\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "clock-scale", required_argument, NULL, 's' },
		{ "clock-epoch", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	struct sockaddr_in listen = { .sin_family = AF_INET };
	int64_t scale = 1, epoch_ms = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool is_good = option == 'l' ? words_endpoint(optarg, &listen)
		    : option == 's'          ? words_number(optarg, 1, 100000, &scale)
		    : option == 'e'          ? words_number(optarg, 0, INT64_MAX, &epoch_ms)
					     : false;
		if (!is_good)
			return usage();
	}
	if (optind != argc)
		return usage();
	sim_clock_start((unsigned)scale, epoch_ms);

	struct fleet fleet = { .random = 1 };
	struct fleet_context context = { .fleet = &fleet };
	int rc = server_open(ntohs(listen.sin_port), &fleet, &context.server);
	if (rc < 0) {
		fprintf(stderr, "sim-fleet: cannot listen on UDP port %u: %s\n", ntohs(listen.sin_port),
		    strerror(-rc));
		return 1;
	}
	printf("listening %u\n", server_port(context.server));
	fflush(stdout);
	int status = run(&context);
	server_close(context.server);
	fleet_fini(&fleet);
	return status;
}
