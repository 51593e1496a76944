/* SPDX-License-Identifier: ISC */
/* A trap or inform of any version as one thing. */
#include "plugins/snmp/trap/trap_message.h"

#include <string.h>

#define ENTERPRISE_SPECIFIC 6 /* generic-trap, RFC 1157, 4.1.6 */

static const uint32_t trap_oid_ids[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
static const uint32_t trap_address_ids[] = { 1, 3, 6, 1, 6, 3, 18, 1, 3, 0 };
static const uint32_t standard_traps[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5 };

#define IS(object, name) \
	(oid_compare((object)->ids, (object)->len, name, sizeof(name) / sizeof((name)[0])) == 0)

static void
set_agent(struct notification *out, const uint8_t *octets)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nobody[4] = { 0 };

	if (memcmp(octets, nobody, sizeof(nobody)) == 0)
		return;
	memcpy(out->agent.s6_addr, mapped, sizeof(mapped));
	memcpy(out->agent.s6_addr + sizeof(mapped), octets, 4);
	out->has_agent = true;
}

static bool
read_v1(const struct codec_trap_v1 *trap, struct notification *out)
{
	const struct snmp_oid *from = &trap->enterprise;

	set_agent(out, trap->agent);
	if (trap->generic >= 0 && trap->generic < ENTERPRISE_SPECIFIC) {
		memcpy(out->ids[0], standard_traps, sizeof(standard_traps));
		out->trap =
		    (struct snmp_oid){ out->ids[0], sizeof(standard_traps) / sizeof(standard_traps[0]) + 1 };
		out->ids[0][out->trap.len - 1] = (uint32_t)trap->generic + 1;
		return true;
	}
	if (from->len + 2 > TOWERD_OID_MAX)
		return false;
	memcpy(out->ids[0], from->ids, from->len * sizeof(*from->ids));
	memcpy(out->ids[1], from->ids, from->len * sizeof(*from->ids));
	out->ids[0][from->len] = 0;
	out->ids[0][from->len + 1] = out->ids[1][from->len] = (uint32_t)trap->specific;
	out->trap = (struct snmp_oid){ out->ids[0], from->len + 2 };
	out->without_zero = (struct snmp_oid){ out->ids[1], from->len + 1 };
	return true;
}

/* sysUpTime.0 and snmpTrapOID.0 come first (RFC 3416, 4.2.6); some speakers put others before them. */
static bool
read_v2(const struct codec_answer *message, struct notification *out)
{
	size_t i = 0;

	while (i < message->count && !IS(&message->objects[i], trap_oid_ids))
		i++;
	if (i == message->count || message->objects[i].value.tag != SNMP_OID)
		return false;
	out->trap = (struct snmp_oid){ message->objects[i].value.oid.ids, message->objects[i].value.oid.len };
	out->objects = message->objects + i + 1;
	out->count = message->count - i - 1;
	return true;
}

bool
notification_read(const struct codec_answer *message, struct notification *out)
{
	out->trap = out->without_zero = (struct snmp_oid){ 0 };
	out->objects = message->objects;
	out->count = message->count;
	out->has_agent = false;
	for (size_t i = 0; i < message->count; i++) {
		const struct snmp_object *o = &message->objects[i];
		if (IS(o, trap_address_ids) && o->value.tag == SNMP_IPADDRESS && o->value.octets.len == 4)
			set_agent(out, o->value.octets.data);
	}
	return message->pdu == CODEC_TRAP_V1 ? read_v1(&message->trap, out) : read_v2(message, out);
}
