/* SPDX-License-Identifier: ISC */
/* What values and rows say about alarms: the part of alarms that runs at every poll. */
#include "plugins/snmp/profile/profile_text.h"

enum profile_alarm_state
profile_alarm_state(const struct plan_alarm *alarm, const struct snmp_value *raw, int *severity)
{
	const struct profile_alarm_rule *rule = alarm->rule;
	struct profile_field field;

	if (profile_extract(&rule->extract, raw, &field) != TOWERD_GOOD)
		return PROFILE_ALARM_NOT_KNOWN;
	if (rule->raised == NULL) {
		if (!field.has_number)
			return PROFILE_ALARM_NOT_KNOWN;
		if (field.number.digits != 0) {
			*severity = rule->severity;
			return PROFILE_ALARM_RAISED;
		}
	} else {
		const struct profile_map_entry *entry = profile_map_find(rule->raised, &field);
		if (entry != NULL) {
			*severity = (int)entry->value;
			return PROFILE_ALARM_RAISED;
		}
	}
	if (rule->cleared_count == 0 || profile_literals_have(rule->cleared, rule->cleared_count, &field))
		return PROFILE_ALARM_CLEARED;
	return PROFILE_ALARM_NOT_KNOWN;
}

static void
tell_row(const struct profile_list_rule *rule, struct object_set *objects, struct snmp_oid index,
    profile_list_fn *fn, void *arg)
{
	char qualifier[PLAN_INSTANCE_MAX + 1], text[PLAN_FAULT_TEXT_MAX + 1];

	if (!profile_conditions_hold(&rule->conditions, objects, index))
		return;
	const struct profile_map_entry *type = profile_pick(&rule->type, objects, index);
	if (type == NULL || type->text == NULL)
		return;
	const struct profile_map_entry *severity = profile_pick(&rule->severity, objects, index);
	(void)profile_template_write(&rule->qualifier, objects, index, qualifier, sizeof(qualifier));
	profile_texts_write(&rule->texts, objects, index, text, sizeof(text));
	fn(arg,
	    &(struct profile_list_alarm){ .type = type->text,
		.qualifier = qualifier,
		.text = text,
		.severity = severity == NULL ? 0 : (int)severity->value });
}

void
profile_list_alarms(const struct plan_list *list, struct object_set *objects, profile_list_fn *fn, void *arg)
{
	const struct snmp_oid *row = &list->rule->row.oid;

	for (size_t i = object_set_from(objects, row->ids, row->len);; i++) {
		const struct snmp_object *object = object_set_at(objects, i);
		if (object == NULL || !oid_has_prefix(object->ids, object->len, row->ids, row->len))
			return;
		const struct snmp_oid index = { object->ids + row->len, object->len - row->len };
		if (index.len > 0)
			tell_row(list->rule, objects, index, fn, arg);
	}
}
