/* SPDX-License-Identifier: ISC */
/* A scenario file: the sites of a city, what can happen to them, and when it does. The language is in README.md. */
#ifndef TESTS_SIM_SCENARIO_H
#define TESTS_SIM_SCENARIO_H

#include <stdio.h>

#include "tests/sim/words.h"

#define SITE_DEVICES_MAX 12
#define SITE_LINKS_MAX   8

struct scenario_record {
	const char *name;
	const char *path; /* as written: from the folder of the scenario when it does not begin with / */
	unsigned line;
};

struct scenario_device {
	const char *record; /* also the slot's id */
	const char *address;
};

struct scenario_site {
	const char *id, *area;
	bool is_portable;
	const char *name, *lat, *lon, *population, *feeder; /* NULL: not given */
	const char *hubs[SITE_LINKS_MAX];                   /* each a path: A, or A+B when it needs both */
	size_t hub_count;
	const char *covers[SITE_LINKS_MAX];
	size_t cover_count;
	const char *options[SITE_LINKS_MAX]; /* KEY=VALUE for the tower */
	size_t option_count;
	struct scenario_device devices[SITE_DEVICES_MAX];
	size_t device_count;
	unsigned line;
};

/* One line of an action: words are RECORD|tower VERB ARGS… */
struct scenario_step {
	struct words words;
	unsigned line;
};

struct scenario_action {
	const char *name;
	size_t first_step, step_count;
	unsigned line;
};

/* `at` TIME, then words: VERB|ACTION TARGET ARGS… */
struct scenario_event {
	int64_t at_ms;
	struct words words;
	unsigned line;
};

struct scenario {
	const char *file; /* for messages; borrowed */
	char *text;       /* every word points into it */
	struct sockaddr_in fleet, broker, traps;
	bool has_traps;
	const char *prefix;
	struct scenario_record *records;
	size_t record_count;
	struct scenario_site *sites;
	size_t site_count;
	struct scenario_step *steps;
	size_t step_count;
	struct scenario_action *actions;
	size_t action_count;
	struct scenario_event *events; /* by time */
	size_t event_count;
	int64_t repeat_ms; /* 0: the events happen once */
};

/* Reads the file; every fault goes to `faults` as FILE:LINE: message. 0, -EINVAL (faults), or -errno of the file. */
int scenario_load(const char *file, FILE *faults, struct scenario **out);

/* The same from text, which becomes the scenario's. */
int scenario_parse(const char *file, char *text, FILE *faults, struct scenario **out);

void scenario_free(struct scenario *scenario);

const struct scenario_site *scenario_site(const struct scenario *scenario, const char *id);

#endif
