/* SPDX-License-Identifier: ISC */
/* The states of alarm models, as ALARM-MIB and ITU-ALARM-MIB list them. */
#ifndef AGENT_ALARM_LIST_ALARM_MODEL_H
#define AGENT_ALARM_LIST_ALARM_MODEL_H

#include "agent/alarm/alarm_types.h"

/* One state of a model: a row of alarmModelTable and one of ituAlarmTable. */
struct model_state {
	uint32_t number;   /* alarmModelIndex */
	uint8_t state;     /* alarmModelState */
	uint8_t perceived; /* ItuPerceivedSeverity */
	const struct alarm_type *type;
};

/* ItuPerceivedSeverity of an alarmModelState (RFC 3877, ituAlarmEntry). */
unsigned itu_severity(unsigned state);

#endif
