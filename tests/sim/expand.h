/* SPDX-License-Identifier: ISC */
/* What an event of a scenario comes to: commands for sim-fleet and sim-tower. */
#ifndef TESTS_SIM_EXPAND_H
#define TESTS_SIM_EXPAND_H

#include "tests/sim/scenario.h"

enum simulator { SIM_FLEET, SIM_TOWER };

/* Called for each command; a negative result ends the expansion and is returned. */
typedef int (*expand_fn)(void *context, enum simulator simulator, const char *command);

/*
 * words: VERB|ACTION TARGET ARGS…, `crew CREW TOKEN`, or `say TEXT` (which comes to nothing). The count of commands; or -EINVAL with a
 * sentence in fault[256], or what fn returned.
 */
int
expand(const struct scenario *scenario, const struct words *words, expand_fn fn, void *context, char *fault);

/* The commands that set the city up: recordings, devices, towers with their positions, not yet connected. */
int expand_setup(const struct scenario *scenario, expand_fn fn, void *context);

/* The commands that connect the towers, all but those with the option start=away: after the events of time 0. */
int expand_start(const struct scenario *scenario, expand_fn fn, void *context);

#endif
