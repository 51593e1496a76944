/* SPDX-License-Identifier: ISC */
/*
 * How many came lately: in the last ten minutes by buckets of ten seconds, in the last hour and day by buckets of ten minutes. A figure may leave out
 * up to one bucket of its oldest end, which is under 2 % of it: enough for a figure that people compare with "about one in ten minutes".
 * What must be exact, the begin and end of a flood, is not taken from here.
 */
#ifndef AGENT_ALARM_MERIT_RATE_H
#define AGENT_ALARM_MERIT_RATE_H

#include <stdint.h>

#define RATE_TEN_MS    (10 * 60 * 1000)
#define RATE_FINE      60
#define RATE_COARSE    144
#define RATE_HOUR_TENS 6

struct rate {
	int64_t fine_at, coarse_at; /* the number of the newest bucket */
	uint32_t fine[RATE_FINE], coarse[RATE_COARSE];
	uint32_t ten; /* sum of `fine` */
	uint32_t day; /* sum of `coarse` */
};

void rate_start(struct rate *rate, int64_t now_ms);
void rate_count(struct rate *rate, int64_t now_ms);   /* O(1) on the average */
uint32_t rate_ten(struct rate *rate, int64_t now_ms); /* in the last ten minutes */
/* Average per ten minutes over the last `tens` times ten minutes (1 to RATE_COARSE), or since `since_ms` if that is less; in thousandths. */
uint32_t rate_average(struct rate *rate, unsigned tens, int64_t since_ms, int64_t now_ms);
/* `count` in `ms`, per ten minutes, in thousandths; at least ten minutes are taken. */
uint32_t rate_per_ten(uint64_t count, int64_t ms);

#endif
