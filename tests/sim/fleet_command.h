/* SPDX-License-Identifier: ISC */
/* The commands of sim-fleet. */
#ifndef TESTS_SIM_FLEET_COMMAND_H
#define TESTS_SIM_FLEET_COMMAND_H

#include "tests/sim/command.h"
#include "tests/sim/fleet.h"
#include "tests/sim/server.h"

/* What the commands work on. */
struct fleet_context {
	struct fleet *fleet;
	struct server *server;
	uint32_t trap_id, swap_count;
	const struct credential *credential; /* of the user command that runs */
};

extern const struct command fleet_commands[];
extern const size_t fleet_command_count;

#endif
