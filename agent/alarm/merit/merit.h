/* SPDX-License-Identifier: ISC */
/*
 * Figures of merit of an alarm system (EEMUA 191, ISA-18.2 / IEC 62682): counted twice, over what is raised (source 0) and over what each audience
 * is told (its slot number + 1). The difference is what correlation and silence saved.
 *
 * Counters alone: who calls knows when something was raised, told or kept. Memory is bounded: MERIT_SOURCES sources made when they are first
 * named, MERIT_DAYS days of each. An event costs the same whatever was counted before. Integers: rates in thousandths of an alarm in
 * ten minutes, shares in permille, times in ms. `now_ms` is monotonic.
 */
#ifndef AGENT_ALARM_MERIT_MERIT_H
#define AGENT_ALARM_MERIT_MERIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/alarm/alarm_types.h"
#include "agent/alarm/merit/day.h"
#include "agent/alarm/merit/flood.h"

#define MERIT_AUDIENCES 128
#define MERIT_SOURCES   (MERIT_AUDIENCES + 1)
#define MERIT_RAISED    0 /* the source of what is raised */
#define MERIT_DAYS      400

struct merit;

struct merit_subject {
	const struct alarm_type *type;
	uint32_t site;    /* entity number: the site, or what is of no site itself */
	const char *area; /* where that is; borrowed for the call; NULL: nowhere */
	uint8_t severity; /* enum towerd_severity */
};

struct merit *merit_new(const struct flood_settings *flood, int64_t now_ms, int64_t utc_ms);
void merit_free(struct merit *merit);

/*
 * Names a source ("" is the first one's) and begins to count it. A name that was known before goes on with its days, also from another number.
 * 0, -EINVAL (number, or a name longer than 63 octets), -ENOMEM.
 */
int merit_source_open(struct merit *merit, unsigned source, const char *name, int64_t now_ms);
void merit_source_close(struct merit *merit, unsigned source); /* its days stay known */

/*
 * An alarm was raised (MERIT_RAISED), or an audience was told of one that it did not hold. FLOOD_BEGINS: with this one a flood begins. Call
 * merit_pass() for the source before, so that an older flood ends first.
 */
enum flood_news
merit_count(struct merit *merit, unsigned source, const struct merit_subject *subject, int64_t now_ms);
/* Time passed: FLOOD_ENDS when the source's flood is over by now. */
enum flood_news merit_pass(struct merit *merit, unsigned source, int64_t now_ms);
const struct flood *merit_flood(const struct merit *merit, unsigned source); /* NULL: no such source */
int64_t merit_flood_due_ms(const struct merit *merit, unsigned source);

void merit_cleared(struct merit *merit, int64_t lived_ms, bool is_fleeting);
void merit_chattered(struct merit *merit);
void merit_kept(struct merit *merit, enum merit_kept why);              /* once for a raise */
void merit_stale(struct merit *merit, unsigned source, uint32_t count); /* active for more than a day, now */

/*
 * The clock: call it before figures are read or written, and soon after midnight UTC: the day that ended is kept, a new one begins. True: a day
 * ended; write it (merit_row_write() for that day) and drop the row that is MERIT_DAYS older than the new one.
 */
bool merit_turn(struct merit *merit, int64_t now_ms, int64_t utc_ms);
uint32_t merit_today(const struct merit *merit); /* days since 1970-01-01 */

/* A day's row: {"sources":[{"name":…,…},…]}; false: nothing was counted on that day. */
struct towerd_json;
struct towerd_json_writer;
bool merit_row_write(struct merit *merit, uint32_t day, struct towerd_json_writer *out);
/* At the start, in the order of days; today's is gone on with. 0, -ERANGE (too old, or of tomorrow: drop the row), -EBADMSG, -ENOMEM. */
int merit_row_read(struct merit *merit, uint32_t day, const struct towerd_json *row);

/* What a report says of one source. */
struct merit_figures {
	const char *name;
	uint64_t total;                                    /* since the start */
	int64_t watched_ms;                                /* since the start */
	uint32_t ten;                                      /* in the last ten minutes */
	uint32_t per_ten_hour, per_ten_day, per_ten_start; /* averages, in thousandths */
	uint32_t flood_permille;                           /* of the time since the start */
	struct merit_day sum;                              /* over the days asked for, today among them */
	uint32_t per_ten, sum_flood_permille;
	uint32_t days; /* of these, with anything known */
	struct sketch types, sites;
};
/* Over the last `days` days (1: today). False: the source is not open. */
bool
merit_figures(struct merit *merit, unsigned source, unsigned days, int64_t now_ms, struct merit_figures *out);
/* The next open source, from `source` on; -1: none. */
int merit_source_next(const struct merit *merit, unsigned source);
const char *merit_source_name(const struct merit *merit, unsigned source);

uint32_t merit_permille(uint64_t part, uint64_t whole); /* rounded; 0 of nothing is 0 */

#endif
