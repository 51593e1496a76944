/* SPDX-License-Identifier: ISC */
/* The states of alarm reporting control as one table (RFC 3878, arcState; ITU-T M.3100 Amd. 3, figure 3). */
#ifndef AGENT_ALARM_SILENCE_ARC_RULES_H
#define AGENT_ALARM_SILENCE_ARC_RULES_H

#include "agent/alarm/silence/silence.h"

enum arc_event {
	ARC_SET_NALM, /* by management */
	ARC_SET_QI,
	ARC_SET_TI,
	ARC_END, /* by management, or its end has come */
	ARC_PROBLEM,
	ARC_PROBLEM_FREE,
	ARC_TIME, /* the count-down, or the timed interval, is over */
	ARC_EVENTS
};
extern const char *const arc_event_names[];

#define ARC_REFUSED ARC_STATES /* not by this event */

/* The state that follows; ARC_REFUSED: there is no such way. */
enum arc_state arc_next_state(enum arc_state state, enum arc_event event);
enum arc_event
arc_set_event(enum arc_state state); /* that asks for NALM, NALM_QI or NALM_TI; ARC_END for others */

#endif
