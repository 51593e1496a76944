/* SPDX-License-Identifier: ISC */
/*
 * A flood (EEMUA 191, ISA-18.2): it begins with the alarm that makes `begin` of them within `window_ms`, and ends at the moment when fewer
 * than `end` lie within it. What is needed to say both exactly is when the last few came, so these times are kept and no buckets: the begin
 * looks `begin` alarms back, the end is `window_ms` after the alarm that is `end` alarms back.
 *
 * Of a flood it is kept what a summary of it says: how many, how bad, who contributes, what was shown in the first ten minutes of the upset.
 */
#ifndef AGENT_ALARM_MERIT_FLOOD_H
#define AGENT_ALARM_MERIT_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/alarm/merit/sketch.h"

#define FLOOD_TIMES_MAX 32

struct flood_settings {
	unsigned begin, end; /* begin: up to FLOOD_TIMES_MAX; end: 1 to begin */
	int64_t window_ms;
};
/* 10 or more in 10 minutes; below 5 in 10 minutes. */
extern const struct flood_settings flood_defaults;

/* One alarm, as it counts: type and area are keys for the contributors, `site` an example of the area. */
struct flood_alarm {
	uint64_t type, area;
	uint32_t site;
	uint8_t severity;
	int64_t at_ms;
};

struct flood {
	struct flood_alarm last[FLOOD_TIMES_MAX]; /* a ring */
	uint32_t next, used;
	bool is_flood;
	/* Of the flood that is, or was last: */
	int64_t upset_ms; /* its first alarm: where the upset began */
	int64_t since_ms; /* the alarm that made it a flood */
	int64_t ended_ms;
	uint32_t count, first; /* alarms since upset_ms; of these within the first window */
	uint8_t worst;
	struct sketch types, areas;
};

enum flood_news { FLOOD_NONE, FLOOD_BEGINS, FLOOD_ENDS };

/* An alarm came. Ask flood_pass() first, so that a flood which ended meanwhile ends when it did. */
enum flood_news
flood_count(struct flood *flood, const struct flood_settings *settings, const struct flood_alarm *alarm);
/* Time passed: ends the flood when it is over by now; ended_ms says since when. */
enum flood_news flood_pass(struct flood *flood, const struct flood_settings *settings, int64_t now_ms);
/* While it is a flood: when it will be over if nothing comes. */
int64_t flood_due_ms(const struct flood *flood, const struct flood_settings *settings);

#endif
