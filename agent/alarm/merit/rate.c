/* SPDX-License-Identifier: ISC */
/* Counts of the last ten minutes, hour and day, in rings of buckets. */
#include "agent/alarm/merit/rate.h"

#define FINE_MS (RATE_TEN_MS / RATE_FINE)

/* Empties the buckets that have left the ring of `size` until bucket number `to`. */
static void
ring_turn(uint32_t *ring, int64_t size, uint32_t *sum, int64_t *at, int64_t to)
{
	int64_t from = to - *at > size ? to - size : *at;

	while (from < to) {
		uint32_t *bucket = &ring[++from % size];
		*sum -= *bucket;
		*bucket = 0;
	}
	*at = to > *at ? to : *at;
}

static void
rate_turn(struct rate *r, int64_t now_ms)
{
	ring_turn(r->fine, RATE_FINE, &r->ten, &r->fine_at, now_ms / FINE_MS);
	ring_turn(r->coarse, RATE_COARSE, &r->day, &r->coarse_at, now_ms / RATE_TEN_MS);
}

void
rate_start(struct rate *r, int64_t now_ms)
{
	*r = (struct rate){ .fine_at = now_ms / FINE_MS, .coarse_at = now_ms / RATE_TEN_MS };
}

void
rate_count(struct rate *r, int64_t now_ms)
{
	rate_turn(r, now_ms);
	r->fine[r->fine_at % RATE_FINE]++;
	r->coarse[r->coarse_at % RATE_COARSE]++;
	r->ten++;
	r->day++;
}

uint32_t
rate_ten(struct rate *r, int64_t now_ms)
{
	rate_turn(r, now_ms);
	return r->ten;
}

uint32_t
rate_per_ten(uint64_t count, int64_t ms)
{
	uint64_t taken = ms > RATE_TEN_MS ? (uint64_t)ms : RATE_TEN_MS;
	/* Days of counting at full speed fit: 2^64 / (1,000 * 600,000) is 3 * 10^10 alarms. */
	uint64_t thousandths = count * 1000 * RATE_TEN_MS / taken;

	return thousandths > UINT32_MAX ? UINT32_MAX : (uint32_t)thousandths;
}

uint32_t
rate_average(struct rate *r, unsigned tens, int64_t since_ms, int64_t now_ms)
{
	/* The newest bucket is not full yet: the time is counted from the begin of the oldest one. */
	int64_t begin_ms = (now_ms / RATE_TEN_MS - (int64_t)tens + 1) * RATE_TEN_MS;
	uint64_t count = 0;

	rate_turn(r, now_ms);
	for (unsigned i = 0; i < tens; i++)
		count += r->coarse[(r->coarse_at + RATE_COARSE - (int64_t)i) % RATE_COARSE];
	return rate_per_ten(count, now_ms - (since_ms > begin_ms ? since_ms : begin_ms));
}
