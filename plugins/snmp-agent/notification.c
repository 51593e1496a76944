/* SPDX-License-Identifier: ISC */
/*
 * A journal record as a notification: alarmActiveState and alarmClearState (RFC 3877) with what our own MIB adds to each, and list-rebuilt
 * and list-may-be-wrong, which tell an NMS to read its list again.
 */
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "plugins/snmp-agent/snmp_agent.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

#define TEXT_MAX 255 /* octets */

struct name {
	oid ids[MAX_OID_LEN];
	size_t len;
};

/* Names are dotted texts, parsed as they are used: a notification is rare beside a poll. ".5.1" is below towerd's own root. */
static struct name
name_of(const char *dotted)
{
	struct name n = { .len = 0 };
	char absolute[256];

	if (dotted[0] == '.') {
		snprintf(absolute, sizeof(absolute), "%s%s", TOWERD_ROOT_OID, dotted);
		dotted = absolute;
	}
	for (const char *p = dotted; *p != '\0' && n.len < MAX_OID_LEN;) {
		char *end;
		n.ids[n.len++] = strtoul(p, &end, 10);
		p = *end == '.' ? end + 1 : end;
	}
	return n;
}

static void
name_append(struct name *n, const oid *ids, size_t len)
{
	for (size_t i = 0; i < len && n->len < MAX_OID_LEN; i++)
		n->ids[n->len++] = ids[i];
}

#define SYS_UPTIME    "1.3.6.1.2.1.1.3.0"
#define SNMP_TRAP_OID "1.3.6.1.6.3.1.1.4.1.0"
#define ALARM_ACTIVE  "1.3.6.1.2.1.118.0.2"
#define ALARM_CLEAR   "1.3.6.1.2.1.118.0.3"
#define MODEL_POINTER "1.3.6.1.2.1.118.1.2.2.1.13"
#define RESOURCE_ID   "1.3.6.1.2.1.118.1.2.2.1.10"
#define MODEL_FIRST \
	"1.3.6.1.2.1.118.1.1.2.1.3" /* alarmModelNotificationId, the model row's first accessible column */
#define ENT_PHYSICAL_DESCR "1.3.6.1.2.1.47.1.1.1.1.2"
/* TOWERD-ALARM-MIB */
#define LIST_UNRELIABLE ".3.0.1"
#define LIST_REBUILT    ".3.0.2"
/* TOWERD-AGENT-MIB, towerdNotification*: accessible-for-notify */
#define NOTIFICATION_SEQUENCE ".5.1.1.1.0"
#define NOTIFICATION_TIME     ".5.1.1.2.0"
#define NOTIFICATION_DURABLE  ".5.1.1.3.0"
#define NOTIFICATION_ALARM    ".5.1.1.4.0"
#define NOTIFICATION_SITE     ".5.1.1.5.0"
#define NOTIFICATION_TYPE     ".5.1.1.6.0"
#define NOTIFICATION_SEVERITY ".5.1.1.7.0"
#define NOTIFICATION_TEXT     ".5.1.1.8.0"
#define NOTIFICATION_AREA     ".5.1.1.9.0"

static bool
add(netsnmp_pdu *pdu, struct name name, struct towerd_value value)
{
	netsnmp_variable_list *vb = snmp_pdu_add_variable(pdu, name.ids, name.len, ASN_NULL, NULL, 0);
	return vb != NULL && varbind_set(vb, &value, 0);
}

static bool
add_oid(netsnmp_pdu *pdu, struct name name, struct name value)
{
	return snmp_pdu_add_variable(
		   pdu, name.ids, name.len, ASN_OBJECT_ID, value.ids, value.len * sizeof(oid)) != NULL;
}

/* At most what an SnmpAdminString holds (RFC 3411): so a notification always fits a datagram. Never half a character of UTF-8. */
static bool
add_text(netsnmp_pdu *pdu, const char *name, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX + 1);

	if (len > TEXT_MAX)
		for (len = TEXT_MAX; len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80;)
			len--;
	return add(pdu, name_of(name), towerd_bytes(TOWERD_TEXT, text, len));
}

/* Octets as sub-identifiers, with their length in front. */
static void
name_append_octets(struct name *n, const uint8_t *octets, size_t len)
{
	name_append(n, &(oid){ len }, 1);
	for (size_t i = 0; i < len; i++)
		name_append(n, &(oid){ octets[i] }, 1);
}

/* alarmListName, alarmActiveDateAndTime, alarmActiveIndex: the row in the receiver's own list. */
static struct name
active_instance(const char *column, const char *list, const struct towerd_alarm_record *alarm)
{
	struct name n = name_of(column);
	uint8_t date[11];

	towerd_time_to_date_and_time(alarm->active_ms, date);
	name_append_octets(&n, (const uint8_t *)list, strlen(list));
	name_append_octets(&n, date, sizeof(date));
	name_append(&n, &(oid){ alarm->active_index }, 1);
	return n;
}

/* sysUpTime.0, snmpTrapOID.0 and what every notification of ours carries: its journal number, time, and whether it is durable. */
static netsnmp_pdu *
begin(enum sink_type type, const char *notification, netsnmp_pdu **out)
{
	netsnmp_pdu *pdu = snmp_pdu_create(type == SINK_INFORM ? SNMP_MSG_INFORM : SNMP_MSG_TRAP2);

	*out = pdu;
	if (pdu == NULL)
		return NULL;
	u_long uptime = netsnmp_get_agent_uptime();
	struct name up = name_of(SYS_UPTIME);
	bool ok =
	    snmp_pdu_add_variable(pdu, up.ids, up.len, ASN_TIMETICKS, &uptime, sizeof(uptime)) != NULL &&
	    add_oid(pdu, name_of(SNMP_TRAP_OID), name_of(notification));
	if (!ok) {
		snmp_free_pdu(pdu);
		*out = NULL;
	}
	return *out;
}

static bool
add_common(netsnmp_pdu *pdu, const struct towerd_record *record, int64_t event_ms)
{
	struct towerd_value number = { .type = TOWERD_COUNTER64, .u = record->number };
	return add(pdu, name_of(NOTIFICATION_SEQUENCE), number) &&
	    add(pdu, name_of(NOTIFICATION_TIME), towerd_int(TOWERD_DATE, event_ms)) &&
	    add(pdu, name_of(NOTIFICATION_DURABLE), towerd_int(TOWERD_TRUTH, record->is_durable));
}

static netsnmp_pdu *
alarm_notification(const struct towerd_record *record, const char *list, enum sink_type type)
{
	const struct towerd_alarm_record *alarm = record->alarm;
	bool is_clear = alarm->severity == TOWERD_CLEARED;
	netsnmp_pdu *pdu;

	if (begin(type, is_clear ? ALARM_CLEAR : ALARM_ACTIVE, &pdu) == NULL)
		return NULL;
	/* The pointer is that of the active row: of a clear, the row that goes, in the state that it was in. */
	oid model[] = { 0, alarm->model, (oid)(is_clear ? alarm->previous : alarm->severity) };
	oid resource[] = { alarm->resource };
	struct name model_pointer = name_of(MODEL_FIRST), resource_id = name_of(ENT_PHYSICAL_DESCR);
	name_append(&model_pointer, model, 3);
	name_append(&resource_id, resource, 1);
	struct towerd_value number = { .type = TOWERD_COUNTER64, .u = alarm->alarm };

	bool ok = add_oid(pdu, active_instance(MODEL_POINTER, list, alarm), model_pointer) &&
	    add_oid(pdu, active_instance(RESOURCE_ID, list, alarm), resource_id) &&
	    add_common(pdu, record, alarm->event_ms) && add(pdu, name_of(NOTIFICATION_ALARM), number) &&
	    add_text(pdu, NOTIFICATION_SITE, alarm->site) && add_text(pdu, NOTIFICATION_TYPE, alarm->type) &&
	    add(pdu, name_of(NOTIFICATION_SEVERITY), towerd_int(TOWERD_INTEGER, alarm->severity)) &&
	    add_text(pdu, NOTIFICATION_TEXT, alarm->text) && add_text(pdu, NOTIFICATION_AREA, alarm->area);
	if (ok)
		return pdu;
	snmp_free_pdu(pdu);
	return NULL;
}

/* Its text is the reason, a member of the record's body. */
static netsnmp_pdu *
list_notification(const struct towerd_record *record, const char *notification, enum sink_type type)
{
	netsnmp_pdu *pdu;
	const char *reason = "";
	size_t len;

	if (begin(type, notification, &pdu) == NULL)
		return NULL;
	struct towerd_json *body = towerd_json_parse(record->body, strlen(record->body), NULL, 0);
	(void)towerd_json_text(towerd_json_get(body, "reason"), &reason, &len);
	bool ok = add_common(pdu, record, record->time_ms) && add_text(pdu, NOTIFICATION_TEXT, reason);
	towerd_json_free(body);
	if (ok)
		return pdu;
	snmp_free_pdu(pdu);
	return NULL;
}

netsnmp_pdu *
notification_build(const struct towerd_record *record, const char *list, enum sink_type type)
{
	if (record->alarm != NULL)
		return record->alarm->is_told ? alarm_notification(record, list, type) : NULL;
	if (strcmp(record->type, "list.rebuilt") == 0)
		return list_notification(record, LIST_REBUILT, type);
	if (strcmp(record->type, "list.unreliable") == 0)
		return list_notification(record, LIST_UNRELIABLE, type);
	return NULL;
}
