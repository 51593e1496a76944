/* SPDX-License-Identifier: ISC */
/* The varbinds of each notification: names with their instances, order, values. */
#include <stdio.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"
#include "tests/support/cunit_main.h"

#define ROOT TOWERD_ROOT_OID
/* alarmListName "nms", 2026-11-22 18:45:53.1 +0:0, alarmActiveIndex 3 */
#define ROW    ".3.110.109.115.11.7.234.11.22.18.45.53.1.43.0.0.3"
#define ACTIVE "1.3.6.1.2.1.118.1.2.2.1"
#define MODEL  "1.3.6.1.2.1.118.1.1.2.1.3.0.12"

static const struct towerd_alarm_record raised = { .size = sizeof(raised),
	.event = TOWERD_ALARM_RAISED,
	.alarm = 7,
	.resource = 258,
	.model = 12,
	.severity = TOWERD_MAJOR,
	.previous = TOWERD_CLEARED,
	.event_ms = INT64_C(1795373153190),
	.active_ms = INT64_C(1795373153190),
	.active_index = 3,
	.site = "LAB-1",
	.area = "lab",
	.device = "power",
	.type = "power/mains-failure",
	.text = "mains failed",
	.is_told = true };

/* "name=value" as text: types by a letter in front, i u t (integer, counter64, text), o (OID), x (other). */
static void
line_of(const netsnmp_variable_list *vb, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < vb->name_length; i++)
		n += (size_t)snprintf(out + n, size - n, i == 0 ? "%lu" : ".%lu", vb->name[i]);
	switch (vb->type) {
	case ASN_INTEGER:
		snprintf(out + n, size - n, "=i%ld", *vb->val.integer);
		break;
	case ASN_COUNTER64:
		snprintf(out + n, size - n, "=u%lu", vb->val.counter64->high << 32 | vb->val.counter64->low);
		break;
	case ASN_OCTET_STR:
		if (vb->val_len == 11 && vb->val.string[8] == '+')
			snprintf(out + n, size - n, "=date");
		else
			snprintf(out + n, size - n, "=t%.*s", (int)vb->val_len, vb->val.string);
		break;
	case ASN_OBJECT_ID:
		n += (size_t)snprintf(out + n, size - n, "=o");
		for (size_t i = 0; i < vb->val_len / sizeof(oid); i++)
			n += (size_t)snprintf(out + n, size - n, i == 0 ? "%lu" : ".%lu", vb->val.objid[i]);
		break;
	default:
		snprintf(out + n, size - n, "=x");
	}
}

static void
expect(const struct towerd_record *record, enum sink_type type, const char *const *lines)
{
	netsnmp_pdu *pdu = notification_build(record, "nms", type);

	CU_ASSERT_PTR_NOT_NULL_FATAL(pdu);
	CU_ASSERT_EQUAL(pdu->command, type == SINK_INFORM ? SNMP_MSG_INFORM : SNMP_MSG_TRAP2);
	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable) {
		char line[1024];
		line_of(vb, line, sizeof(line));
		CU_ASSERT_PTR_NOT_NULL_FATAL(*lines);
		if (strcmp(line, *lines) != 0) {
			fprintf(stderr, "found    %s\nexpected %s\n", line, *lines);
			CU_FAIL("another varbind");
		}
		lines++;
	}
	CU_ASSERT_PTR_NULL(*lines);
	snmp_free_pdu(pdu);
}

static struct towerd_record
record_of(const struct towerd_alarm_record *alarm)
{
	return (struct towerd_record){ .size = sizeof(struct towerd_record),
		.number = UINT64_C(5000000001),
		.time_ms = INT64_C(1795373153190),
		.is_durable = true,
		.type = "alarm.raise",
		.actor = "agent",
		.object = "7",
		.body = "{}",
		.alarm = alarm };
}

static void
a_raise_points_to_the_rows_model_and_resource(void)
{
	static const char *const lines[] = {
		"1.3.6.1.2.1.1.3.0=x",
		"1.3.6.1.6.3.1.1.4.1.0=o1.3.6.1.2.1.118.0.2",
		ACTIVE ".13" ROW "=o" MODEL ".5",
		ACTIVE ".10" ROW "=o1.3.6.1.2.1.47.1.1.1.1.2.258",
		ROOT ".5.1.1.1.0=u5000000001",
		ROOT ".5.1.1.2.0=date",
		ROOT ".5.1.1.3.0=i1",
		ROOT ".5.1.1.4.0=u7",
		ROOT ".5.1.1.5.0=tLAB-1",
		ROOT ".5.1.1.6.0=tpower/mains-failure",
		ROOT ".5.1.1.7.0=i5",
		ROOT ".5.1.1.8.0=tmains failed",
		ROOT ".5.1.1.9.0=tlab",
		NULL,
	};
	struct towerd_record record = record_of(&raised);

	CU_ASSERT_EQUAL(TOWERD_MAJOR, 5);
	expect(&record, SINK_INFORM, lines);
	expect(&record, SINK_TRAP, lines);
}

static void
a_clear_points_to_the_state_that_the_row_was_in(void)
{
	static const char *const lines[] = {
		"1.3.6.1.2.1.1.3.0=x",
		"1.3.6.1.6.3.1.1.4.1.0=o1.3.6.1.2.1.118.0.3",
		ACTIVE ".13" ROW "=o" MODEL ".4",
		ACTIVE ".10" ROW "=o1.3.6.1.2.1.47.1.1.1.1.2.258",
		ROOT ".5.1.1.1.0=u5000000001",
		ROOT ".5.1.1.2.0=date",
		ROOT ".5.1.1.3.0=i2",
		ROOT ".5.1.1.4.0=u7",
		ROOT ".5.1.1.5.0=t",
		ROOT ".5.1.1.6.0=tpower/mains-failure",
		ROOT ".5.1.1.7.0=i1",
		ROOT ".5.1.1.8.0=tmains failed",
		ROOT ".5.1.1.9.0=t",
		NULL,
	};
	struct towerd_alarm_record cleared = raised;
	cleared.event = TOWERD_ALARM_CLEARED;
	cleared.severity = TOWERD_CLEARED;
	cleared.previous = TOWERD_MINOR;
	cleared.event_ms += 60000;
	cleared.site = cleared.area = "";
	struct towerd_record record = record_of(&cleared);
	record.is_durable = false;

	expect(&record, SINK_INFORM, lines);
}

static void
the_list_is_unreliable_or_rebuilt_with_its_reason(void)
{
	static const struct {
		const char *type, *body;
		const char *lines[7];
	} cases[] = {
		{ "list.unreliable", "{\"reason\":\"the disk is full\"}",
		    { "1.3.6.1.2.1.1.3.0=x", "1.3.6.1.6.3.1.1.4.1.0=o" ROOT ".3.0.1", ROOT ".5.1.1.1.0=u9",
			ROOT ".5.1.1.2.0=date", ROOT ".5.1.1.3.0=i1", ROOT ".5.1.1.8.0=tthe disk is full",
			NULL } },
		{ "list.rebuilt", "not JSON",
		    { "1.3.6.1.2.1.1.3.0=x", "1.3.6.1.6.3.1.1.4.1.0=o" ROOT ".3.0.2", ROOT ".5.1.1.1.0=u9",
			ROOT ".5.1.1.2.0=date", ROOT ".5.1.1.3.0=i1", ROOT ".5.1.1.8.0=t", NULL } },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		struct towerd_record record = record_of(NULL);
		record.number = 9;
		record.type = cases[i].type;
		record.body = cases[i].body;
		expect(&record, SINK_INFORM, cases[i].lines);
	}
}

static void
what_is_not_told_is_no_notification(void)
{
	struct towerd_alarm_record throttled = raised;
	throttled.is_told = false;
	struct towerd_record record = record_of(&throttled);
	CU_ASSERT_PTR_NULL(notification_build(&record, "nms", SINK_INFORM));

	static const char *const types[] = { "alarm.ack", "list.", "list.other", "ticket.update" };
	for (size_t i = 0; i < TOWERD_COUNT(types); i++) {
		record = record_of(NULL);
		record.type = types[i];
		CU_ASSERT_PTR_NULL(notification_build(&record, "nms", SINK_INFORM));
	}
}

static void
a_long_text_is_cut_between_characters(void)
{
	char text[2000];
	struct towerd_alarm_record alarm = raised;
	alarm.text = text;
	struct towerd_record record = record_of(&alarm);

	/* U+20AC, three octets: 255 are 85 whole ones; with one letter in front, 84 and the letter. */
	for (int letters = 0; letters < 3; letters++) {
		size_t len = (size_t)letters;
		memset(text, 'a', len);
		for (; len + 3 < sizeof(text); len += 3)
			memcpy(text + len, "\xe2\x82\xac", 3);
		text[len] = '\0';
		netsnmp_pdu *pdu = notification_build(&record, "nms", SINK_INFORM);
		CU_ASSERT_PTR_NOT_NULL_FATAL(pdu);
		const netsnmp_variable_list *vb = pdu->variables;
		while (vb->next_variable->next_variable != NULL)
			vb = vb->next_variable; /* the last but one: towerdNotificationText */
		CU_ASSERT_EQUAL(vb->val_len, letters == 0 ? 255 : (size_t)(252 + letters));
		snmp_free_pdu(pdu);
	}
}

static const struct claim claims[] = {
	CLAIM(a_raise_points_to_the_rows_model_and_resource),
	CLAIM(a_clear_points_to_the_state_that_the_row_was_in),
	CLAIM(the_list_is_unreliable_or_rebuilt_with_its_reason),
	CLAIM(what_is_not_told_is_no_notification),
	CLAIM(a_long_text_is_cut_between_characters),
};
CLAIMS_MAIN("notification", claims)
