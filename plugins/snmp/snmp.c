/* SPDX-License-Identifier: ISC */
/* The descriptor of the southbound SNMP plugin. */
#include <towerd/plugin.h>

#include "plugins/snmp/profile_commands.h"

static const struct towerd_command commands[] = {
	{ "profile list", PROFILE_LIST_USAGE, "the device profiles, and the faults in their files",
	    .is_offline = true, .run = profile_list_command },
	{ "profile test", PROFILE_TEST_USAGE, "what the profiles make of a recorded walk", .is_offline = true,
	    .run = profile_test_command },
};

TOWERD_PLUGIN(.name = "snmp", .summary = "polls devices by SNMP", TOWERD_LIST(commands));
