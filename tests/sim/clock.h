/* SPDX-License-Identifier: ISC */
/* The simulators' clock: real time, `scale` times as fast, as towerd's --clock-scale. */
#ifndef TESTS_SIM_CLOCK_H
#define TESTS_SIM_CLOCK_H

#include <stdint.h>

/*
 * scale          1 or more
 * epoch_utc_ms   the real UTC at which the scaled UTC equals it, so that several processes agree; 0: now
 */
void sim_clock_start(unsigned scale, int64_t epoch_utc_ms);

/* Scaled milliseconds since the start, and scaled UTC. */
int64_t sim_clock_ms(void);
int64_t sim_clock_utc_ms(void);

/* Unscaled milliseconds: what snmpEngineTime counts on, because libraries know no other clock. */
int64_t sim_clock_real_ms(void);

/* Real milliseconds, rounded up, until the scaled time, for poll(); -1 for SIM_NEVER. */
int sim_clock_wait_ms(int64_t until_ms);

#define SIM_NEVER INT64_MAX

#endif
