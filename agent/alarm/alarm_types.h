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

/* IANAItuEventType (RFC 3877, IANA-ITU-ALARM-TC-MIB). */
enum itu_event_type {
	ITU_OTHER = 1,
	ITU_COMMUNICATIONS = 2,
	ITU_QUALITY_OF_SERVICE = 3,
	ITU_PROCESSING_ERROR = 4,
	ITU_EQUIPMENT = 5,
	ITU_ENVIRONMENTAL = 6,
	ITU_INTEGRITY_VIOLATION = 7,
	ITU_OPERATIONAL_VIOLATION = 8,
	ITU_PHYSICAL_VIOLATION = 9,
	ITU_SECURITY_VIOLATION = 10,
	ITU_TIME_DOMAIN_VIOLATION = 11,
};

struct alarm_type {
	const char *name;    /* "power/mains-failure" */
	uint16_t event_type; /* enum itu_event_type */
	uint16_t
	    probable_cause;     /* IANAItuProbableCause: of this row; several rows of one name differ in it */
	const char *cause_name; /* of that number, spelt as in the registry: "rectifierLowFVoltage" */
	uint8_t severities;     /* bit (1 << severity) for each state that it uses, besides cleared */
	uint8_t severity;       /* when the reporter names none */
	bool is_safety;         /* fire, smoke, flood, intrusion, unsafe, tilt: never silenced by anything */
	bool is_reserve;        /* while it is active its site lives on its reserve */
	bool is_manual;         /* never clears by itself: a person must say so */
	bool is_computed;       /* the agent finds it out: a device that reports it is refused */
	bool is_event; /* a notification only: its end is never told; acknowledged, it leaves the list */
	const char *description;   /* for people, one sentence without a full stop */
	const char *repair_action; /* proposed repair action (X.733, 8.1.2.12) */
};

unsigned alarm_type_count(void);
const struct alarm_type *alarm_type_at(unsigned i);
/* Its number among the rows, the same for all rows of one name; of this build alone. -1 for NULL. */
int alarm_type_number(const struct alarm_type *type);
/* The first (default) row of a name, or NULL. */
const struct alarm_type *alarm_type_find(const char *name);

/* The type's own state for a severity that a device claims: the mildest one at least as severe, else its worst. 0: the type's default. */
int alarm_type_severity(const struct alarm_type *type, int claimed);

/* "cleared", "indeterminate", "warning", … by enum towerd_severity; [0] is "none". */
extern const char *const alarm_severity_names[];

#endif
