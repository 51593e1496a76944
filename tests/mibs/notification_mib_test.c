/* SPDX-License-Identifier: ISC */
/* What leaves as a notification against the modules: it begins with the objects that the module names, and each of its objects exists. */
#include "plugins/snmp-agent/snmp_agent.h"

#include "tests/mibs/mib_reader.h"
#include "tests/support/cunit_main.h"

#define SKIP 77 /* ctest's SKIP_RETURN_CODE */

/* The nearest node at or above an instance. */
static SmiNode *
node_of(const oid *ids, size_t len)
{
	SmiSubid sub[MAX_OID_LEN];

	for (size_t i = 0; i < len; i++)
		sub[i] = (SmiSubid)ids[i];
	return smiGetNodeByOID((unsigned)len, sub);
}

static u_char
wire_type(SmiNode *node)
{
	switch (smiGetNodeType(node)->basetype) {
	case SMI_BASETYPE_INTEGER32:
	case SMI_BASETYPE_ENUM:
		return ASN_INTEGER;
	case SMI_BASETYPE_OCTETSTRING:
		return ASN_OCTET_STR;
	case SMI_BASETYPE_OBJECTIDENTIFIER:
		return ASN_OBJECT_ID;
	case SMI_BASETYPE_UNSIGNED64:
		return ASN_COUNTER64;
	default:
		return 0;
	}
}

/* Checks a notification and frees it. `has_more`: objects of ours may follow those of the module. */
static void
check(netsnmp_pdu *pdu, const char *name, bool has_more)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(pdu);
	const netsnmp_variable_list *vb = pdu->variables->next_variable;
	SmiNode *notification = node_of(vb->val.objid, vb->val_len / sizeof(oid));
	CU_ASSERT_STRING_EQUAL_FATAL(notification->name, name);
	CU_ASSERT_EQUAL(notification->nodekind, SMI_NODEKIND_NOTIFICATION);

	SmiElement *due = smiGetFirstElement(notification);
	unsigned extra = 0;
	for (vb = vb->next_variable; vb != NULL; vb = vb->next_variable) {
		SmiNode *node = node_of(vb->name, vb->name_length);
		if (due != NULL)
			CU_ASSERT_STRING_EQUAL(node->name, smiGetElementNode(due)->name);
		extra += due == NULL;
		due = due == NULL ? NULL : smiGetNextElement(due);
		CU_ASSERT(node->nodekind == SMI_NODEKIND_SCALAR || node->nodekind == SMI_NODEKIND_COLUMN);
		CU_ASSERT(node->access >= SMI_ACCESS_NOTIFY);
		CU_ASSERT_EQUAL(vb->type, wire_type(node));
		if (node->nodekind == SMI_NODEKIND_SCALAR) {
			CU_ASSERT_EQUAL(vb->name_length, node->oidlen + 1);
			CU_ASSERT_EQUAL(vb->name[node->oidlen], 0);
		}
	}
	CU_ASSERT_PTR_NULL(due);
	CU_ASSERT(has_more == (extra > 0));
	snmp_free_pdu(pdu);
}

static const struct towerd_alarm_record alarm_record = { .size = sizeof(alarm_record),
	.alarm = 7,
	.resource = 258,
	.model = 12,
	.severity = TOWERD_MAJOR,
	.previous = TOWERD_MINOR,
	.active_ms = 1763806000000,
	.event_ms = 1763806000000,
	.active_index = 3,
	.site = "LAB-1",
	.area = "lab",
	.device = "power",
	.type = "power/mains-failure",
	.text = "mains fails",
	.is_told = true };

static struct towerd_record
record_of(const char *type, const struct towerd_alarm_record *alarm)
{
	return (struct towerd_record){ .size = sizeof(struct towerd_record),
		.number = 41,
		.time_ms = 1763806000000,
		.is_durable = true,
		.type = type,
		.actor = "agent",
		.object = "alarms",
		.body = "{\"reason\":\"the disk is full\"}",
		.alarm = alarm };
}

static void
an_alarm_is_told_by_the_standards_notifications_and_objects_of_ours_after_theirs(void)
{
	struct towerd_alarm_record clear = alarm_record;
	struct towerd_record raised = record_of("alarm.raise", &alarm_record),
			     cleared = record_of("alarm.clear", &clear);

	clear.severity = TOWERD_CLEARED;
	clear.previous = TOWERD_MAJOR;
	check(notification_build(&raised, "nms", SINK_INFORM), "alarmActiveState", true);
	check(notification_build(&cleared, "nms", SINK_TRAP), "alarmClearState", true);
}

static void
a_list_to_be_read_again_is_told_by_exactly_the_objects_of_our_module(void)
{
	struct towerd_record doubt = record_of("list.unreliable", NULL),
			     anew = record_of("list.rebuilt", NULL);

	check(notification_build(&doubt, "nms", SINK_INFORM), "towerdListUnreliable", false);
	check(notification_build(&anew, "nms", SINK_INFORM), "towerdListRebuilt", false);
}

static void
the_text_of_a_doubt_is_its_reason(void)
{
	struct towerd_record doubt = record_of("list.unreliable", NULL);
	netsnmp_pdu *pdu = notification_build(&doubt, "nms", SINK_INFORM);

	CU_ASSERT_PTR_NOT_NULL_FATAL(pdu);
	const netsnmp_variable_list *last = pdu->variables;
	while (last->next_variable != NULL)
		last = last->next_variable;
	CU_ASSERT_EQUAL(last->val_len, strlen("the disk is full"));
	CU_ASSERT_NSTRING_EQUAL(last->val.string, "the disk is full", last->val_len);
	snmp_free_pdu(pdu);
}

static void
a_transition_that_is_not_told_and_what_is_no_alarm_become_nothing(void)
{
	struct towerd_alarm_record quiet = alarm_record;
	struct towerd_record raised = record_of("alarm.raise", &quiet),
			     ticket = record_of("ticket.open", NULL);

	quiet.is_told = false;
	CU_ASSERT_PTR_NULL(notification_build(&raised, "nms", SINK_INFORM));
	CU_ASSERT_PTR_NULL(notification_build(&ticket, "nms", SINK_INFORM));
}

int
main(void)
{
	static const struct claim claims[] = {
		CLAIM(an_alarm_is_told_by_the_standards_notifications_and_objects_of_ours_after_theirs),
		CLAIM(a_list_to_be_read_again_is_told_by_exactly_the_objects_of_our_module),
		CLAIM(the_text_of_a_doubt_is_its_reason),
		CLAIM(a_transition_that_is_not_told_and_what_is_no_alarm_become_nothing),
	};

	if (!mib_reader_start())
		return SKIP;
	if (!mib_load("TOWERD-ALARM-MIB") || !mib_load("ALARM-MIB"))
		return 1;
	int failed = claims_run("notifications and modules", claims, sizeof(claims) / sizeof(claims[0]));
	smiExit();
	return failed;
}
