/* SPDX-License-Identifier: ISC */
/* The source of all time: real, scaled, or stepped by a test. */
#include <time.h>

#include "agent/loop/inside.h"

#define STEP_UTC_START_MS 1767225600000 /* 2026-01-01T00:00:00Z */

static int64_t
clock_read_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
loop_clock_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

void
loop_clock_start(struct loop *loop)
{
	struct loop_settings *settings = &loop->settings;

	if (settings->scale == 0 || settings->clock == LOOP_CLOCK_STEP)
		settings->scale = 1;
	bool is_shared = settings->clock == LOOP_CLOCK_REAL && settings->epoch.start_us != 0;
	loop->start_us = is_shared ? settings->epoch.start_us : loop_clock_us();
	if (is_shared)
		loop->utc_start_ms = settings->epoch.utc_ms;
	else if (settings->clock == LOOP_CLOCK_REAL)
		loop->utc_start_ms = clock_read_us(CLOCK_REALTIME) / 1000;
	else
		loop->utc_start_ms = settings->utc_start_ms != 0 ? settings->utc_start_ms : STEP_UTC_START_MS;
}

int64_t
loop_now_us(const struct loop *loop)
{
	if (loop->settings.clock == LOOP_CLOCK_STEP)
		return atomic_load(&loop->step_us);
	return (loop_clock_us() - loop->start_us) * loop->settings.scale;
}

int64_t
loop_now_ms(const struct loop *loop)
{
	return loop_now_us(loop) / 1000;
}

int64_t
loop_utc_ms(const struct loop *loop)
{
	/* At the real pace UTC is the system's, which is steered and may be set while we run. */
	if (loop->settings.clock == LOOP_CLOCK_REAL && loop->settings.scale == 1)
		return clock_read_us(CLOCK_REALTIME) / 1000;
	return loop->utc_start_ms + loop_now_ms(loop);
}

unsigned
loop_scale(const struct loop *loop)
{
	return loop->settings.scale;
}

struct loop_epoch
loop_epoch(const struct loop *loop)
{
	return (struct loop_epoch){ loop->start_us, loop->utc_start_ms };
}
