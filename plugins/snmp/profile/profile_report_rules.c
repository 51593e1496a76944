/* SPDX-License-Identifier: ISC */
/* What a profile makes of a recording beside its sensors: identity, alarms, lists, traps. */
#include <inttypes.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"
#include "plugins/snmp/profile/profile_report.h"

#define say(report, ...) towerd_print_error((report)->ctx, (report)->out, __VA_ARGS__)

static const char *const severity_names[] = { "", "cleared", "indeterminate", "warning", "minor", "major",
	"critical" };

static void
say_alarm(struct profile_report *report, const char *state, const struct profile_list_alarm *alarm)
{
	const char *severity = alarm->severity == 0 ? "" : severity_names[alarm->severity];

	say(report, "%s %s%s%s%s%s%s%s\n", state, alarm->type, alarm->qualifier[0] == '\0' ? "" : " ",
	    alarm->qualifier, severity[0] == '\0' ? "" : ", ", severity, alarm->text[0] == '\0' ? "" : ": ",
	    alarm->text);
}

static void
say_row(void *report, const struct profile_list_alarm *alarm)
{
	say_alarm(report, "listed", alarm);
}

/* Each alarm with its state, the rows of the lists, and how many there are. */
static void
say_alarms(struct profile_report *report, const struct profile_plan *plan)
{
	static const char *const states[] = { [PROFILE_ALARM_NOT_KNOWN] = "not known",
		[PROFILE_ALARM_CLEARED] = "cleared",
		[PROFILE_ALARM_RAISED] = "raised" };

	for (size_t i = 0; i < plan->object_count; i++) {
		const struct plan_object *object = &plan->objects[i];
		const struct snmp_object *found =
		    object_set_find(report->objects, object->oid.ids, object->oid.len);
		for (uint32_t a = object->alarm_first; a < object->alarm_first + object->alarm_count; a++) {
			const struct plan_alarm *alarm = &plan->alarms[a];
			struct profile_list_alarm said = {
				.type = alarm->type, .qualifier = alarm->qualifier, .text = alarm->text
			};
			enum profile_alarm_state state =
			    profile_alarm_state(alarm, &found->value, &said.severity);
			say_alarm(report, states[state], &said);
		}
	}
	for (size_t i = 0; i < plan->list_count; i++)
		profile_list_alarms(&plan->lists[i], report->objects, say_row, report);
	if (plan->alarm_count > 0 || plan->list_count > 0)
		say(report, "alarms: %zu from values, %zu list%s\n", plan->alarm_count, plan->list_count,
		    plan->list_count == 1 ? "" : "s");
}

static void
say_traps(struct profile_report *report, const struct profile_match *match)
{
	char oid[OID_TEXT];

	for (size_t i = 0; i < match->count; i++)
		for (size_t t = 0; t < match->profiles[i]->trap_count; t++) {
			const struct trap_rule *rule = &match->profiles[i]->traps[t];
			const bool is_chosen = rule->type.by.oid.len > 0;
			const char *type = is_chosen ? "what a varbind says" : rule->type.fixed.text;
			oid_format(rule->trap.ids, rule->trap.len, oid, sizeof(oid));
			if (type == NULL)
				say(report, "trap %s is a reason to poll\n", oid);
			else
				say(report, "trap %s %s %s\n", oid, rule->is_clear ? "clears" : "raises",
				    type);
		}
}

void
profile_report_rules(
    struct profile_report *report, const struct profile_match *match, const struct profile_plan *plan)
{
	for (size_t i = 0; i < plan->attribute_count; i++)
		say(report, "%s: %s\n", plan->attributes[i].name, plan->attributes[i].text);
	for (size_t i = 1; i < plan->group_count; i++)
		say(report, "some objects every %s\n", plan->groups[i].name);
	say_alarms(report, plan);
	say_traps(report, match);
}
