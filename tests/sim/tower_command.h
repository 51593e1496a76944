/* SPDX-License-Identifier: ISC */
/* The commands of sim-tower. */
#ifndef TESTS_SIM_TOWER_COMMAND_H
#define TESTS_SIM_TOWER_COMMAND_H

#include "tests/sim/command.h"
#include "tests/sim/tower.h"

/* What the commands work on. */
struct tower_context {
	struct sockaddr_in broker;
	const char *prefix;
	struct tower **towers;
	size_t count;
	struct link *crew; /* the connection that crews' updates leave by */
	uint64_t crew_published;
};

extern const struct command tower_commands[];
extern const size_t tower_command_count;

#endif
