/* SPDX-License-Identifier: ISC */
/* What the files of `report …` know of each other. */
#ifndef AGENT_CONTROL_REPORT_H
#define AGENT_CONTROL_REPORT_H

#include "agent/control/commands.h"

void report_alarms(void *arg, struct control_call *call);
void report_groups(void *arg, struct control_call *call);

/* The argument --days N (1 to 400), if it is there; false: something else is. */
bool report_days(const struct control_call *call, unsigned *days);

#endif
