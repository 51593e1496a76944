/* SPDX-License-Identifier: ISC */
/* `report …`: what the agent makes of what it remembers. */
#include <string.h>

#include "agent/alarm/merit/day.h"
#include "agent/alarm/merit/merit.h"
#include "agent/control/report.h"

bool
report_days(const struct control_call *call, unsigned *days)
{
	uint64_t number = *days;

	if (call->argc == 0)
		return true;
	if (call->argc != 2 || strcmp(call->argv[0], "--days") != 0 ||
	    !command_number(call->argv[1], MERIT_DAYS, &number) || number == 0)
		return false;
	*days = (unsigned)number;
	return true;
}

static const struct control_command rows[] = {
	{ .words = "report alarms",
	    .usage = "[--days N]",
	    .help = "how good the alarm system is: figures of EEMUA 191 and ISA-18.2 beside their targets",
	    .run = report_alarms },
	{ .words = "report groups",
	    .usage = "[--days N]",
	    .help = "power feeders that the inventory does not know, from mains failures that began together",
	    .run = report_groups },
};

int
report_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
