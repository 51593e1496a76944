/* SPDX-License-Identifier: ISC */
/* What a trap means by a profile's rule. */
#include "plugins/snmp/profile/profile_traps.h"

#include "plugins/snmp/profile/profile_text.h"

const struct profile *
trap_rule_profile(const struct trap_rule *rule)
{
	return rule->profile;
}

/* What stands behind the column in the name of the first varbind of the table; nothing when there is none. */
static struct snmp_oid
index_of(const struct trap_rule *rule, struct object_set *varbinds)
{
	const size_t column_len = rule->entry.len + 1;
	const struct snmp_object *object;

	if (rule->entry.len == 0)
		return (struct snmp_oid){ 0 };
	object = object_set_at(varbinds, object_set_from(varbinds, rule->entry.ids, rule->entry.len));
	if (object == NULL || object->len <= column_len ||
	    !oid_has_prefix(object->ids, object->len, rule->entry.ids, rule->entry.len))
		return (struct snmp_oid){ 0 };
	return (struct snmp_oid){ object->ids + column_len, object->len - column_len };
}

bool
trap_rule_apply(const struct trap_rule *rule, struct object_set *varbinds, struct trap_result *result)
{
	const struct snmp_oid index = index_of(rule, varbinds);

	if (!profile_conditions_hold(&rule->conditions, varbinds, index))
		return false;
	*result = (struct trap_result){ .meaning = TRAP_HINT, .takes_readings = rule->takes_readings };
	const struct profile_map_entry *type = profile_pick(&rule->type, varbinds, index);
	const struct profile_map_entry *severity = profile_pick(&rule->severity, varbinds, index);
	if (type == NULL || type->text == NULL)
		return true;
	const int level = severity == NULL ? 0 : (int)severity->value;
	result->type = type->text;
	result->meaning = rule->is_clear || level == TOWERD_CLEARED ? TRAP_CLEARS : TRAP_RAISES;
	(void)profile_template_write(
	    &rule->qualifier, varbinds, index, result->qualifier, sizeof(result->qualifier));
	profile_texts_write(&rule->texts, varbinds, index, result->text, sizeof(result->text));
	if (result->meaning == TRAP_CLEARS)
		return true;
	result->severity = level;
	result->ends_by_poll = rule->ends_by_poll;
	result->expires_ms = rule->expires_ms;
	return true;
}
