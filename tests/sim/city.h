/* SPDX-License-Identifier: ISC */
/* A city that lives: both simulators as children, and the scenario's events at their times. */
#ifndef TESTS_SIM_CITY_H
#define TESTS_SIM_CITY_H

#include "tests/sim/scenario.h"

struct city_options {
	unsigned clock_scale;
	const char *control_path; /* a unix socket for events by hand; NULL: none */
	const char *program_dir;  /* where sim-fleet and sim-tower lie */
};

/* Runs until SIGINT or SIGTERM (then 0) or until a simulator fails (then -errno, told on standard error). */
int city_run(struct scenario *scenario, const struct city_options *options);

#endif
