/* SPDX-License-Identifier: ISC */
/* The totals of one day (UTC) of one source of alarms: what is raised, or what one audience is told; as a member of the day's row in the store. */
#ifndef AGENT_ALARM_MERIT_DAY_H
#define AGENT_ALARM_MERIT_DAY_H

#include <stddef.h>
#include <stdint.h>

#include "agent/alarm/merit/sketch.h"

#define MERIT_DAY_MS (24 * 60 * 60 * 1000LL)
#define MERIT_TOP    10

/* Why an active alarm was not told. Names are in the rows and in reports: merit_kept_names. */
enum merit_kept {
	MERIT_KEPT_CONSEQUENCE,
	MERIT_KEPT_SHELVED,
	MERIT_KEPT_MAINTENANCE,
	MERIT_KEPT_CONTROLLED, /* ARC */
	MERIT_KEPT_CHATTERING,
	MERIT_KEPT_WAITING,     /* cleared while its cause was still looked for */
	MERIT_KEPT_UNCONFIRMED, /* cleared before a poll confirmed it */
	MERIT_KEPT_BUDGET,      /* cleared while it waited in the queue */
	MERIT_KEPT_COUNT
};
extern const char *const merit_kept_names[];

enum merit_priority { MERIT_LOW, MERIT_MEDIUM, MERIT_HIGH, MERIT_PRIORITIES };

/* The ten largest of a sketch, and how many a key that is not among them can have had. */
struct merit_top {
	uint32_t used, rest;
	struct sketch_item items[MERIT_TOP];
};

struct merit_day {
	uint32_t day; /* since 1970-01-01 */
	int64_t watched_ms, flood_ms;
	uint32_t alarms, priorities[MERIT_PRIORITIES];
	uint32_t peak;   /* most in ten minutes */
	uint32_t floods; /* begun */
	uint32_t first;  /* most in the first ten minutes of an upset; 0: there was none */
	/* Of what is raised alone: */
	uint32_t cleared, chattering, fleeting, stale;
	int64_t lived_ms; /* sum over what was cleared */
	uint32_t kept[MERIT_KEPT_COUNT];
	struct merit_top types, sites;
};

struct towerd_json;
struct towerd_json_writer;
/* Numbers of types are of this build, their names for ever: what the catalogue has no more is left out. */
void merit_day_write(const struct merit_day *day, struct towerd_json_writer *out);
int merit_day_parse(const struct towerd_json *from, struct merit_day *out); /* 0 or -EBADMSG */

/*
 * The sum of days. What a contributor may have had on a day that does not name it is part of its count and of its error, so that a count is never
 * too low here either.
 */
void merit_days_sum(const struct merit_day *const *days, size_t count, struct merit_day *sum,
    struct sketch *types, struct sketch *sites);

void merit_top_take(struct merit_top *top, const struct sketch *from);

#endif
