/* SPDX-License-Identifier: ISC */
/* sim-tower: any number of portable towers, each an MQTT client of its own; commands on standard input, whose end ends it. */
#include <errno.h>
#include <getopt.h>
#include <mosquitto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/tower_command.h"

#define CREW_RETRY_MS 2000

struct run {
	struct tower_context context;
	struct line_reader reader;
	int64_t next_crew_ms;
	struct pollfd *polls; /* standard input, the crews' link, then two for each tower */
	size_t poll_room;
};

static void
run_line(void *context, char *line)
{
	command_run(tower_commands, tower_command_count, context, line);
}

static void
keep_crew_link(struct run *run, int64_t now_ms)
{
	struct link **crew = &run->context.crew;
	char client_id[32];

	if (*crew != NULL && link_is_gone(*crew)) {
		link_cut(*crew);
		*crew = NULL;
	}
	if (*crew != NULL || now_ms < run->next_crew_ms)
		return;
	run->next_crew_ms = now_ms + CREW_RETRY_MS;
	snprintf(client_id, sizeof(client_id), "sim-crews-%d", (int)getpid());
	if (link_open(&run->context.broker, client_id, NULL, NULL, crew) < 0)
		*crew = NULL;
}

static struct pollfd
poll_link(const struct link *link)
{
	return link == NULL ? (struct pollfd){ .fd = -1 }
			    : (struct pollfd){ .fd = link_fd(link), .events = link_events(link) };
}

static void
run_link(struct link *link, short revents)
{
	if (link != NULL && !link_is_gone(link))
		link_run(link, revents);
}

/* One turn: waits, moves octets, runs a command line, lets every tower do what is due. 0 or -errno. */
static int
turn(struct run *run)
{
	struct tower_context *context = &run->context;
	size_t count = 2 + 2 * context->count;
	int64_t next_ms = context->crew == NULL ? run->next_crew_ms : SIM_NEVER;

	if (count > run->poll_room) {
		struct pollfd *grown = realloc(run->polls, count * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		run->polls = grown;
		run->poll_room = count;
	}
	run->polls[0] = (struct pollfd){ .fd = run->reader.fd, .events = POLLIN };
	run->polls[1] = poll_link(context->crew);
	for (size_t i = 0; i < context->count; i++) {
		const struct tower *tower = context->towers[i];
		run->polls[2 + 2 * i] = poll_link(tower->link);
		run->polls[3 + 2 * i] = poll_link(tower->leaving);
		if (tower_next_ms(tower) < next_ms)
			next_ms = tower_next_ms(tower);
	}
	/* At least once a second, for the keep-alive of the links. */
	int wait_ms = sim_clock_wait_ms(next_ms);
	if (poll(run->polls, count, wait_ms < 0 || wait_ms > 1000 ? 1000 : wait_ms) < 0 && errno != EINTR)
		return -errno;

	int64_t now_ms = sim_clock_ms();
	run_link(context->crew, run->polls[1].revents);
	keep_crew_link(run, now_ms);
	for (size_t i = 0; i < context->count; i++) {
		run_link(context->towers[i]->link, run->polls[2 + 2 * i].revents);
		run_link(context->towers[i]->leaving, run->polls[3 + 2 * i].revents);
		tower_run(context->towers[i], now_ms);
	}
	/* Last: a command may add towers or end links, and the descriptors above are of before. */
	return run->polls[0].revents == 0 ? 0 : line_reader_run(&run->reader, run_line, context);
}

static int
usage(void)
{
	fputs("usage: sim-tower [--broker ADDRESS:PORT] [--prefix TOPIC] [--clock-scale N] [--clock-epoch "
	      "UTC-MS]\n"
	      "commands on standard input, one answer line each; see tests/sim/README.md\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "broker", required_argument, NULL, 'b' },
		{ "prefix", required_argument, NULL, 'p' },
		{ "clock-scale", required_argument, NULL, 's' },
		{ "clock-epoch", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	struct run run = { .context = { .prefix = "towers" }, .reader = { .fd = STDIN_FILENO } };
	int64_t scale = 1, epoch_ms = 0;
	int option;

	(void)words_endpoint("127.0.0.1:1883", &run.context.broker);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool is_good = option == 'b' ? words_endpoint(optarg, &run.context.broker)
		    : option == 's'          ? words_number(optarg, 1, 100000, &scale)
		    : option == 'e'          ? words_number(optarg, 0, INT64_MAX, &epoch_ms)
					     : option == 'p';
		if (!is_good)
			return usage();
		if (option == 'p')
			run.context.prefix = optarg;
	}
	if (optind != argc)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	sim_clock_start((unsigned)scale, epoch_ms);
	mosquitto_lib_init();
	puts("ready");
	fflush(stdout);

	int rc;
	while ((rc = turn(&run)) == 0)
		;
	for (size_t i = 0; i < run.context.count; i++)
		tower_free(run.context.towers[i]);
	free(run.context.towers);
	link_cut(run.context.crew);
	free(run.polls);
	mosquitto_lib_cleanup();
	if (rc == -EPIPE)
		return 0;
	fprintf(stderr, "sim-tower: %s\n", strerror(-rc));
	return 1;
}
