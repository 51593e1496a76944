/* SPDX-License-Identifier: ISC */
/* Rules made ready and what sensors wait for or have raised: for those who judge readings, and those who explain it. */
#ifndef AGENT_ALARM_DETECT_THRESHOLD_INSIDE_H
#define AGENT_ALARM_DETECT_THRESHOLD_INSIDE_H

#include "agent/alarm/detect/detect.h"

struct rule { /* a catalogue_rule made ready */
	const struct catalogue_rule *row;
	const struct alarm_type *type;
	const char *qualifier;
	int64_t hold_ms;
	uint64_t states; /* WHEN_STATE: a bit for each state's number */
	unsigned number, steps;
};

struct kind_rules {
	unsigned count;
	struct rule rules[CATALOGUE_RULES];
};

struct rule_watch {
	uint8_t on, waiting;                   /* bits by step: it is on; it is to change at due_ms */
	int64_t due_ms[CATALOGUE_STEPS];       /* monotonic */
	struct moment moment[CATALOGUE_STEPS]; /* when it began */
	int64_t value[CATALOGUE_STEPS];        /* the reading that began it */
};

struct watch {
	struct alarms *alarms;
	uint32_t sensor, slot;
	bool is_stale;            /* staleness.c */
	struct loop_timer *timer; /* NULL: never waited */
	struct rule_watch rules[CATALOGUE_RULES];
};

struct thresholds {
	struct kind_rules *kinds;
	struct watch **watches; /* [0] is not used: sensor->watch 0 is none */
	uint32_t size, used;
	uint32_t *free_slots;
	uint32_t free_count;
};

struct watch *
threshold_watch(const struct alarms *alarms, const struct sensor *sensor); /* NULL: it is normal */
/* BELOW, ABOVE: the catalogue's limits, or the site's own. INT64_MIN: none. */
void threshold_limits(const struct rule *rule, const struct sensor *sensor, int64_t limits[CATALOGUE_STEPS]);
/* The rule that raised an alarm; NULL: none (any more). */
const struct rule *
threshold_rule(const struct alarms *alarms, const struct entry *entry, const struct sensor *sensor);
int threshold_worst(unsigned on); /* of the steps that are on; -1: none is */

#endif
