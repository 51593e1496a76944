/* SPDX-License-Identifier: ISC */
/* A v2c trap of a simulated device. */
#include "tests/sim/trap.h"

#include <string.h>

#include "tests/sim/message.h"

static const uint8_t uptime_oid[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };         /* sysUpTime.0 */
static const uint8_t trap_oid_oid[] = { 0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0 }; /* snmpTrapOID.0 */

void
trap_begin(struct trap *trap, const struct device *device, struct ber_slice trap_oid, int64_t now_ms)
{
	uint8_t ticks[9];
	size_t size = ber_unsigned(ticks, (uint32_t)((now_ms - device->boot_ms) / 10));

	trap->end = trap->octets + MESSAGE_HEADROOM;
	trap_add(trap, (struct ber_slice){ uptime_oid, sizeof(uptime_oid) }, BER_TIMETICKS,
	    (struct ber_slice){ ticks, size });
	trap_add(trap, (struct ber_slice){ trap_oid_oid, sizeof(trap_oid_oid) }, BER_OID, trap_oid);
}

bool
trap_add(struct trap *trap, struct ber_slice oid, uint8_t tag, struct ber_slice body)
{
	struct varbind varbind;
	if (varbind_room(oid.size, body.size) > (size_t)(trap->octets + sizeof(trap->octets) - trap->end))
		return false;
	varbind_encode(oid, tag, body, trap->end, &varbind);
	trap->end += varbind.whole_size;
	return true;
}

struct ber_slice
trap_end(struct trap *trap, const struct device *device, uint32_t request_id)
{
	uint8_t *varbinds = trap->octets + MESSAGE_HEADROOM, id[6];
	size_t id_size = ber_signed(id + 2, request_id & INT32_MAX), size;

	ber_put_head(id, BER_INTEGER, id_size);
	struct ber_slice community = { (const uint8_t *)device->community, strlen(device->community) };
	uint8_t *start = message_wrap(SNMP_V2C, community, PDU_TRAP2, (struct ber_slice){ id, id_size + 2 },
	    0, 0, varbinds, (size_t)(trap->end - varbinds), &size);
	return (struct ber_slice){ start, size };
}
