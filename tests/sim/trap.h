/* SPDX-License-Identifier: ISC */
/* A trap or an inform of a simulated device, in each version (RFC 3416, 4.2.6; RFC 1157, 4.1.6). */
#ifndef TESTS_SIM_TRAP_H
#define TESTS_SIM_TRAP_H

#include "tests/sim/device.h"
#include "tests/sim/message.h"

struct trap {
	uint8_t octets[8192];
	uint8_t *end;   /* of the varbinds so far */
	uint8_t *given; /* those after sysUpTime.0 and snmpTrapOID.0 */
	struct ber_slice trap_oid;
	uint32_t ticks;
};

/* Begins with sysUpTime.0 and snmpTrapOID.0. trap_oid must stay until the trap is finished. */
void trap_begin(struct trap *trap, const struct device *device, struct ber_slice trap_oid, int64_t now_ms);

/* False when there is no room for it. */
bool trap_add(struct trap *trap, struct ber_slice oid, uint8_t tag, struct ber_slice body);

/* The finished message: PDU_TRAP2 or PDU_INFORM of version 2c. */
struct ber_slice trap_end(struct trap *trap, const struct device *device, uint8_t pdu, uint32_t request_id);

/* The same trap in version 1: enterprise and numbers as RFC 3584, 3.2 makes them from the trap's OID. */
struct ber_slice trap_end_v1(struct trap *trap, const struct device *device);

/* In version 3, at the level of the user's passwords, from the device's own engine. Empty without memory. */
struct ber_slice trap_end_v3(
    struct trap *trap, struct engine *engine, struct engine_user *user, uint32_t request_id, int64_t real_ms);

#endif
