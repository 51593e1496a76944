/* SPDX-License-Identifier: ISC */
/* A trap or an inform of a simulated device. */
#include "tests/sim/trap.h"

#include <string.h>

#include "tests/sim/usm.h"

static const uint8_t uptime_oid[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };         /* sysUpTime.0 */
static const uint8_t trap_oid_oid[] = { 0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0 }; /* snmpTrapOID.0 */

void
trap_begin(struct trap *trap, const struct device *device, struct ber_slice trap_oid, int64_t now_ms)
{
	uint8_t ticks[9];

	trap->ticks = (uint32_t)((now_ms - device->boot_ms) / 10);
	trap->trap_oid = trap_oid;
	size_t size = ber_unsigned(ticks, trap->ticks);
	trap->end = trap->octets + MESSAGE_HEADROOM;
	trap_add(trap, (struct ber_slice){ uptime_oid, sizeof(uptime_oid) }, BER_TIMETICKS,
	    (struct ber_slice){ ticks, size });
	trap_add(trap, (struct ber_slice){ trap_oid_oid, sizeof(trap_oid_oid) }, BER_OID, trap_oid);
	trap->given = trap->end;
}

bool
trap_add(struct trap *trap, struct ber_slice oid, uint8_t tag, struct ber_slice body)
{
	struct varbind varbind;
	if (varbind_room(oid.size, body.size) >
	    (size_t)(trap->octets + sizeof(trap->octets) - USM_TAILROOM - trap->end))
		return false;
	varbind_encode(oid, tag, body, trap->end, &varbind);
	trap->end += varbind.whole_size;
	return true;
}

static uint8_t *
make_pdu(struct trap *trap, uint8_t pdu, uint32_t request_id, size_t *size)
{
	uint8_t *varbinds = trap->octets + MESSAGE_HEADROOM, id[6];
	size_t id_size = ber_signed(id + 2, request_id & INT32_MAX);

	ber_put_head(id, BER_INTEGER, id_size);
	return pdu_wrap(
	    pdu, (struct ber_slice){ id, id_size + 2 }, 0, 0, varbinds, (size_t)(trap->end - varbinds), size);
}

static struct ber_slice
community_of(const struct device *device)
{
	return (struct ber_slice){ (const uint8_t *)device->community, strlen(device->community) };
}

struct ber_slice
trap_end(struct trap *trap, const struct device *device, uint8_t pdu, uint32_t request_id)
{
	size_t size;
	uint8_t *start = make_pdu(trap, pdu, request_id, &size);

	start = community_wrap(SNMP_V2C, community_of(device), start, size, &size);
	return (struct ber_slice){ start, size };
}

struct ber_slice
trap_end_v3(
    struct trap *trap, struct engine *engine, struct engine_user *user, uint32_t request_id, int64_t real_ms)
{
	const struct credential *credential = user->credential;
	struct usm_request request = { .engine = engine, .user = user, .message_id = request_id & INT32_MAX };
	size_t size;
	uint8_t *start = make_pdu(trap, PDU_TRAP2, request_id, &size);

	request.flags = (uint8_t)((credential->auth != USM_NO_AUTH ? USM_AUTH : 0) |
	    (credential->priv != USM_NO_PRIV ? USM_PRIV : 0));
	start = usm_wrap(&request, 0, real_ms, start, size, &size);
	return start == NULL ? (struct ber_slice){ 0 } : (struct ber_slice){ start, size };
}

/* The OID without its last number, which comes back. */
static struct ber_slice
cut_last(struct ber_slice oid, uint32_t *last)
{
	size_t size = oid.size - 1;

	while (size > 0 && oid.at[size - 1] & 0x80)
		size--;
	*last = 0;
	for (size_t i = size; i < oid.size; i++)
		*last = *last << 7 | (oid.at[i] & 0x7f);
	return (struct ber_slice){ oid.at, size };
}

struct ber_slice
trap_end_v1(struct trap *trap, const struct device *device)
{
	static const uint8_t standard[] = { 0x2b, 6, 1, 6, 3, 1, 1, 5 }; /* snmpTraps */
	static const int64_t of_enterprise = 6;
	uint8_t address[4], ticks[9], *at = trap->given, *end = trap->end;
	uint32_t specific, zero;
	int64_t generic = of_enterprise;
	struct ber_slice enterprise = cut_last(trap->trap_oid, &specific);

	if (enterprise.size == sizeof(standard) && memcmp(enterprise.at, standard, sizeof(standard)) == 0) {
		generic = specific - 1;
		specific = 0;
	} else if (enterprise.size > 1 && enterprise.at[enterprise.size - 1] == 0) {
		enterprise = cut_last(enterprise, &zero);
	}
	for (size_t i = 0; i < sizeof(address); i++)
		address[i] = (uint8_t)(device->address >> (8 * (3 - i)));
	size_t size = ber_unsigned(ticks, trap->ticks);
	at = ber_prepend_head(at, BER_SEQUENCE, (size_t)(end - at));
	at = ber_prepend_head(ber_prepend(at, ticks, size), BER_TIMETICKS, size);
	at = ber_prepend_integer(at, specific);
	at = ber_prepend_integer(at, generic);
	at = ber_prepend_head(ber_prepend(at, address, sizeof(address)), BER_IPADDRESS, sizeof(address));
	at = ber_prepend_head(ber_prepend(at, enterprise.at, enterprise.size), BER_OID, enterprise.size);
	at = ber_prepend_head(at, PDU_TRAP1, (size_t)(end - at));
	at = community_wrap(SNMP_V1, community_of(device), at, (size_t)(end - at), &size);
	return (struct ber_slice){ at, size };
}
