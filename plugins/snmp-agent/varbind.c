/* SPDX-License-Identifier: ISC */
/* A view's value as a varbind: one row per type of towerd/value.h says how it looks on the wire (RFC 2578, 7.1). */
#include <string.h>

#include <towerd/time.h>

#include "plugins/snmp-agent/snmp_agent.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

typedef bool
encode_fn(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms);

static bool
set(netsnmp_variable_list *vb, u_char type, const void *data, size_t len)
{
	return snmp_set_var_typed_value(vb, type, data, len) == 0;
}

static bool
encode_signed(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	if (value->i < INT32_MIN || value->i > INT32_MAX)
		return false;
	long l = (long)value->i;
	return set(vb, type, &l, sizeof(l));
}

static bool
encode_unsigned(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	/* Gauge32 latches at its maximum (RFC 2578, 7.1.7). */
	unsigned long l = value->u > UINT32_MAX ? UINT32_MAX : value->u;
	return set(vb, type, &l, sizeof(l));
}

static bool
encode_counter(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	unsigned long l = value->u & UINT32_MAX;
	return set(vb, type, &l, sizeof(l));
}

static bool
encode_counter64(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	struct counter64 c = { .high = (u_long)(value->u >> 32), .low = (u_long)(value->u & UINT32_MAX) };
	return set(vb, type, &c, sizeof(c));
}

static bool
encode_truth(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	long l = value->i != 0 ? 1 : 2;
	return set(vb, type, &l, sizeof(l));
}

static bool
encode_octets(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	return set(vb, type, value->text.len == 0 ? "" : value->text.data, value->text.len);
}

static bool
encode_oid(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	oid ids[TOWERD_OID_MAX] = { 0 };
	if (value->oid.len > TOWERD_OID_MAX)
		return false;
	for (size_t i = 0; i < value->oid.len; i++)
		ids[i] = value->oid.ids[i];
	/* zeroDotZero (RFC 2578) for "nothing": an OID has at least two sub-identifiers. */
	size_t len = value->oid.len < 2 ? 2 : value->oid.len;
	return set(vb, type, ids, len * sizeof(oid));
}

/* Eight zero octets say "never", as in DISMAN-SCHEDULE-MIB (RFC 3231, schedLastFailed): 1970 would be a date. */
static bool
encode_date(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	uint8_t date[11] = { 0 };
	if (value->i == 0)
		return set(vb, type, date, 8);
	towerd_time_to_date_and_time(value->i, date);
	return set(vb, type, date, sizeof(date));
}

/* TimeStamp (RFC 2579): sysUpTime at that moment; 0 when it was before the agent started. */
static bool
encode_instant(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	int64_t ticks = (int64_t)netsnmp_get_agent_uptime() - (now_ms - value->i) / 10;
	unsigned long l = ticks < 0 || value->i <= 0 ? 0 : (unsigned long)ticks & UINT32_MAX;
	return set(vb, type, &l, sizeof(l));
}

static bool
encode_duration(netsnmp_variable_list *vb, const struct towerd_value *value, u_char type, int64_t now_ms)
{
	(void)now_ms;
	unsigned long l = value->i < 0 ? 0 : (unsigned long)(value->i / 10) & UINT32_MAX;
	return set(vb, type, &l, sizeof(l));
}

static const struct {
	encode_fn *encode;
	u_char type;
} encodings[TOWERD_TYPE_COUNT] = {
	[TOWERD_INTEGER] = { encode_signed, ASN_INTEGER },
	[TOWERD_UNSIGNED] = { encode_unsigned, ASN_GAUGE },
	[TOWERD_COUNTER] = { encode_counter, ASN_COUNTER },
	[TOWERD_COUNTER64] = { encode_counter64, ASN_COUNTER64 },
	[TOWERD_ENUM] = { encode_signed, ASN_INTEGER },
	[TOWERD_TRUTH] = { encode_truth, ASN_INTEGER },
	[TOWERD_TEXT] = { encode_octets, ASN_OCTET_STR },
	[TOWERD_OCTETS] = { encode_octets, ASN_OCTET_STR },
	[TOWERD_BITS] = { encode_octets, ASN_OCTET_STR },
	[TOWERD_OID] = { encode_oid, ASN_OBJECT_ID },
	[TOWERD_DATE] = { encode_date, ASN_OCTET_STR },
	[TOWERD_INSTANT] = { encode_instant, ASN_TIMETICKS },
	[TOWERD_DURATION] = { encode_duration, ASN_TIMETICKS },
};

bool
varbind_set(netsnmp_variable_list *vb, const struct towerd_value *value, int64_t now_ms)
{
	if (value->type <= TOWERD_NONE || value->type >= TOWERD_TYPE_COUNT)
		return false;
	return encodings[value->type].encode(vb, value, encodings[value->type].type, now_ms);
}
