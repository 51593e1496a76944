/* SPDX-License-Identifier: ISC */
/* The simulators' clock. */
#include "tests/sim/clock.h"

#include <limits.h>
#include <time.h>

static int64_t scale = 1, start_ms, start_utc_ms;

static int64_t
read_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
sim_clock_start(unsigned times, int64_t epoch_utc_ms)
{
	int64_t utc_ms = read_ms(CLOCK_REALTIME);

	scale = times;
	start_ms = read_ms(CLOCK_MONOTONIC);
	if (epoch_utc_ms == 0)
		epoch_utc_ms = utc_ms;
	start_utc_ms = epoch_utc_ms + (utc_ms - epoch_utc_ms) * scale;
}

int64_t
sim_clock_ms(void)
{
	return (read_ms(CLOCK_MONOTONIC) - start_ms) * scale;
}

int64_t
sim_clock_real_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
sim_clock_utc_ms(void)
{
	return start_utc_ms + sim_clock_ms();
}

int
sim_clock_wait_ms(int64_t until_ms)
{
	if (until_ms == SIM_NEVER)
		return -1;
	int64_t left_ms = until_ms - sim_clock_ms();
	if (left_ms <= 0)
		return 0;
	left_ms = (left_ms + scale - 1) / scale;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
