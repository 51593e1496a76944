/* SPDX-License-Identifier: ISC */
/* The order in which a device's objects are walked: theirs, or what its quirk makes of it. */
#ifndef TESTS_SIM_WALK_H
#define TESTS_SIM_WALK_H

#include "tests/sim/device.h"

/*
 * What a GETNEXT of the OID finds; false at the end. `hint` as for record_after. A name that the walk invents (WALK_GROWS) stays good
 * for WALK_INVENTED further calls.
 */
bool walk_next(const struct device *device, struct ber_slice oid, uint32_t hint, struct device_hit *hit);

#define WALK_INVENTED 256

#endif
