/* SPDX-License-Identifier: ISC */
/*
 * The alarm catalogue: every alarm type that towerd can raise, as one table: X.733 event type, probable causes, the severities it uses.
 * One model (RFC 3877, alarmModelTable) per type and probable cause, complete before the first alarm.
 */
#ifndef AGENT_ALARM_ALARM_TYPES_H
#define AGENT_ALARM_ALARM_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <towerd/observe.h>

struct alarm_type {
	const char *name;              /* "power/mains-failure" */
	uint16_t event_type;           /* IANAItuEventType */
	uint16_t probable_cause;       /* IANAItuProbableCause: of this row; several rows of one name differ in it */
	uint8_t severities;            /* bit (1 << severity) for each state that it uses, besides cleared */
	uint8_t severity;              /* when the reporter names none */
	bool is_safety;                /* fire, smoke, flood, intrusion, unsafe, tilt: never silenced by anything */
	bool will_clear;               /* false: a person must clear it */
	const char *description;       /* for people, one sentence without a full stop */
	const char *repair_action;     /* proposed repair action (X.733, 8.1.2.12) */
};

unsigned alarm_type_count(void);
const struct alarm_type *alarm_type_at(unsigned i);
/* The first (default) row of a name, or NULL. */
const struct alarm_type *alarm_type_find(const char *name);

#endif
