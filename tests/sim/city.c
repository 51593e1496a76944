/* SPDX-License-Identifier: ISC */
/* A city that lives. */
#include "tests/sim/city.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/child.h"
#include "tests/sim/clock.h"
#include "tests/sim/command.h"
#include "tests/sim/expand.h"

#define CONTROLS_MAX 8

struct control {
	struct city *city;
	int fd; /* -1: free */
	struct line_reader reader;
};

struct city {
	struct scenario *scenario;
	struct child fleet, tower;
	int signals, listener;
	const char *control_path;
	struct control controls[CONTROLS_MAX];
	size_t next_event;
	int64_t round_start_ms; /* of the present repetition */
	char answer[LINE_ROOM]; /* of the last command */
};

static int
send_command(void *context, enum simulator simulator, const char *command)
{
	struct city *city = context;
	return child_ask(simulator == SIM_FLEET ? &city->fleet : &city->tower, command, city->answer);
}

static int
send_setup(void *context, enum simulator simulator, const char *command)
{
	struct city *city = context;
	int rc = send_command(city, simulator, command);
	if (rc < 0)
		fprintf(stderr, "%s: %s: %s\n", city->scenario->file, command,
		    rc == -EPIPE ? "the simulator is gone" : city->answer);
	return rc;
}

static int
start_children(struct city *city, const struct city_options *options)
{
	const struct sockaddr_in *broker = &city->scenario->broker;
	char path[4096], listen[32], endpoint[64], host[INET_ADDRSTRLEN], scale[16], epoch[32], greeting[256];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(scale, sizeof(scale), "%u", options->clock_scale);
	snprintf(epoch, sizeof(epoch), "%lld", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	snprintf(listen, sizeof(listen), "%u", ntohs(city->scenario->fleet.sin_port));
	inet_ntop(AF_INET, &broker->sin_addr, host, sizeof(host));
	snprintf(endpoint, sizeof(endpoint), "%s:%u", host, ntohs(broker->sin_port));

	const char *fleet[] = { "sim-fleet", "--listen", listen, "--clock-scale", scale, "--clock-epoch",
		epoch, NULL };
	snprintf(path, sizeof(path), "%s/sim-fleet", options->program_dir);
	int rc = child_start(&city->fleet, "sim-fleet", path, fleet, greeting);
	if (rc < 0)
		return rc;
	unsigned port;
	if (sscanf(greeting, "listening %u", &port) == 1)
		city->scenario->fleet.sin_port = htons((uint16_t)port);
	const char *tower[] = { "sim-tower", "--broker", endpoint, "--prefix", city->scenario->prefix,
		"--clock-scale", scale, "--clock-epoch", epoch, NULL };
	snprintf(path, sizeof(path), "%s/sim-tower", options->program_dir);
	return child_start(&city->tower, "sim-tower", path, tower, greeting);
}

/* One event, by time or by hand; what went wrong is in fault[LINE_ROOM]. */
static int
run_event(struct city *city, const struct words *words, char *fault)
{
	char sentence[256];
	int rc = expand(city->scenario, words, send_command, city, sentence);
	if (rc < 0)
		snprintf(fault, LINE_ROOM, "%s",
		    sentence[0] != '\0' ? sentence
			: rc == -EPIPE  ? "a simulator is gone"
					: city->answer);
	return rc;
}

static int64_t
next_event_ms(const struct city *city)
{
	const struct scenario *scenario = city->scenario;
	if (city->next_event < scenario->event_count)
		return city->round_start_ms + scenario->events[city->next_event].at_ms;
	return scenario->repeat_ms > 0 && scenario->event_count > 0
	    ? city->round_start_ms + scenario->repeat_ms
	    : SIM_NEVER;
}

static int
run_due_events(struct city *city, int64_t now_ms)
{
	const struct scenario *scenario = city->scenario;
	char fault[LINE_ROOM], text[LINE_ROOM];

	if (city->next_event == scenario->event_count && next_event_ms(city) <= now_ms) {
		city->round_start_ms += scenario->repeat_ms;
		city->next_event = 0;
	}
	while (city->next_event < scenario->event_count && next_event_ms(city) <= now_ms) {
		const struct scenario_event *event = &scenario->events[city->next_event++];
		if (strcmp(event->words.at[0], "say") == 0)
			snprintf(
			    text, sizeof(text), "# %s", event->words.count > 1 ? event->words.at[1] : "");
		else
			words_join(&event->words, 0, text, sizeof(text));
		printf("%6.1fs %s\n", (double)event->at_ms / 1000, text);
		int rc = run_event(city, &event->words, fault);
		if (rc == -EPIPE)
			return rc;
		if (rc < 0)
			fprintf(stderr, "%s:%u: %s\n", scenario->file, event->line, fault);
	}
	fflush(stdout);
	return 0;
}

/* A line from the control socket: an event without its time, or `fleet COMMAND`, `tower COMMAND`. */
static void
run_control_line(void *context, char *line)
{
	struct control *control = context;
	struct city *city = control->city;
	char fault[LINE_ROOM] = "";
	struct words words;
	const char *wrong;
	int rc;

	city->answer[0] = '\0';
	if (strncmp(line, "fleet ", 6) == 0) {
		rc = child_ask(&city->fleet, line + 6, city->answer);
	} else if (strncmp(line, "tower ", 6) == 0) {
		rc = child_ask(&city->tower, line + 6, city->answer);
	} else if ((wrong = words_split(line, &words)) != NULL) {
		rc = -EINVAL;
		snprintf(fault, sizeof(fault), "%s", wrong);
	} else {
		rc = run_event(city, &words, fault);
	}
	const char *text = fault[0] != '\0' ? fault : city->answer;
	dprintf(control->fd, "%s%s%s\n", rc < 0 ? "error" : "ok", text[0] == '\0' ? "" : " ", text);
}

static void
accept_control(struct city *city)
{
	int fd = accept4(city->listener, NULL, NULL, SOCK_CLOEXEC);
	for (size_t i = 0; fd >= 0 && i < CONTROLS_MAX; i++)
		if (city->controls[i].fd < 0) {
			city->controls[i] = (struct control){ city, fd, { .fd = fd } };
			return;
		}
	if (fd >= 0)
		close(fd);
}

static int
open_control(struct city *city, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (path == NULL)
		return 0;
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	city->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (city->listener < 0 || bind(city->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(city->listener, 4) < 0)
		return -errno;
	city->control_path = path;
	return 0;
}

/* Until every tower that is not away is online, 5 s of real time at most: without a broker the fleet runs all the same. */
static int
wait_for_towers(struct city *city)
{
	unsigned long towers, online, away;

	for (int tries = 0; tries < 50; tries++) {
		if (child_ask(&city->tower, "count", city->answer) < 0)
			return -EPIPE;
		if (sscanf(city->answer, "towers=%lu online=%lu away=%lu", &towers, &online, &away) == 3 &&
		    online + away >= towers)
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	fprintf(
	    stderr, "sim-city: not every tower could connect to the broker: %s; going on\n", city->answer);
	return 0;
}

/* One turn of waiting and working. 1 to go on, 0 to end, or -errno. */
static int
turn(struct city *city)
{
	struct pollfd polls[4 + CONTROLS_MAX] = {
		{ .fd = city->signals, .events = POLLIN },
		{ .fd = city->listener, .events = POLLIN },
		/* Nobody answers unasked: readable means that the child is gone. */
		{ .fd = fileno(city->fleet.answers), .events = POLLIN },
		{ .fd = fileno(city->tower.answers), .events = POLLIN },
	};
	for (size_t i = 0; i < CONTROLS_MAX; i++)
		polls[4 + i] = (struct pollfd){ .fd = city->controls[i].fd, .events = POLLIN };
	if (poll(polls, 4 + CONTROLS_MAX, sim_clock_wait_ms(next_event_ms(city))) < 0)
		return errno == EINTR ? 1 : -errno;
	if (polls[0].revents != 0)
		return 0;
	if (polls[2].revents != 0 || polls[3].revents != 0)
		return -EPIPE;
	for (size_t i = 0; i < CONTROLS_MAX; i++) {
		struct control *control = &city->controls[i];
		if (polls[4 + i].revents == 0 ||
		    line_reader_run(&control->reader, run_control_line, control) == 0)
			continue;
		close(control->fd);
		control->fd = -1;
	}
	if (polls[1].revents != 0)
		accept_control(city);
	int rc = run_due_events(city, sim_clock_ms());
	return rc < 0 ? rc : 1;
}

static int
live(struct city *city, const struct city_options *options)
{
	int rc = open_control(city, options->control_path);
	if (rc < 0) {
		fprintf(stderr, "sim-city: %s: %s\n", options->control_path, strerror(-rc));
		return rc;
	}
	rc = start_children(city, options);
	if (rc < 0) {
		fprintf(stderr, "sim-city: cannot start its simulators from %s: %s\n", options->program_dir,
		    strerror(-rc));
		return rc;
	}
	if ((rc = expand_setup(city->scenario, send_setup, city)) < 0)
		return rc;
	/* The events of time 0 are the state in which the towers wake up. */
	sim_clock_start(options->clock_scale, 0);
	if ((rc = run_due_events(city, 0)) < 0 || (rc = expand_start(city->scenario, send_setup, city)) < 0 ||
	    (rc = wait_for_towers(city)) < 0)
		return rc;
	sim_clock_start(options->clock_scale, 0);
	printf("ready fleet=%u broker=%u sites=%zu\n", ntohs(city->scenario->fleet.sin_port),
	    ntohs(city->scenario->broker.sin_port), city->scenario->site_count);
	fflush(stdout);
	while ((rc = turn(city)) > 0)
		;
	if (rc == -EPIPE)
		fprintf(stderr, "sim-city: a simulator has ended by itself\n");
	return rc;
}

int
city_run(struct scenario *scenario, const struct city_options *options)
{
	struct city city = { .scenario = scenario, .listener = -1 };
	sigset_t signals;

	for (size_t i = 0; i < CONTROLS_MAX; i++)
		city.controls[i].fd = -1;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	city.signals = signalfd(-1, &signals, SFD_CLOEXEC);
	int rc = city.signals < 0 ? -errno : live(&city, options);

	child_stop(&city.tower);
	child_stop(&city.fleet);
	for (size_t i = 0; i < CONTROLS_MAX; i++)
		if (city.controls[i].fd >= 0)
			close(city.controls[i].fd);
	if (city.listener >= 0)
		close(city.listener);
	if (city.control_path != NULL)
		unlink(city.control_path);
	if (city.signals >= 0)
		close(city.signals);
	return rc;
}
