/* SPDX-License-Identifier: ISC */
/* What one listener holds, as a view of its own: for people, who name the list. */
#ifndef AGENT_ALARM_MIB_HELD_VIEW_H
#define AGENT_ALARM_MIB_HELD_VIEW_H

#include "agent/alarm/alarm.h"
#include "agent/view/view.h"

struct held_view {
	struct view view; /* the first member: its seek() finds the rest */
	const char *list; /* borrowed */
};

/* 0; -ENOENT: nobody has this name. `views`: where the alarms' views are. */
int
held_view_of(const struct alarms *alarms, const struct views *views, const char *list, struct held_view *out);

#endif
