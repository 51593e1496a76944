/* SPDX-License-Identifier: ISC */
/* A v2c trap of a simulated device (RFC 3416, 4.2.6). */
#ifndef TESTS_SIM_TRAP_H
#define TESTS_SIM_TRAP_H

#include "tests/sim/device.h"

struct trap {
	uint8_t octets[8192];
	uint8_t *end; /* of the varbinds so far */
};

/* Begins with sysUpTime.0 and snmpTrapOID.0. */
void trap_begin(struct trap *trap, const struct device *device, struct ber_slice trap_oid, int64_t now_ms);

/* False when there is no room for it. */
bool trap_add(struct trap *trap, struct ber_slice oid, uint8_t tag, struct ber_slice body);

/* The finished message. */
struct ber_slice trap_end(struct trap *trap, const struct device *device, uint32_t request_id);

#endif
