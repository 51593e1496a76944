/* SPDX-License-Identifier: ISC */
/* A profile, a line "---", and a recording: loaded, matched, planned and decoded, whatever they hold. */
#include <stdlib.h>
#include <string.h>

#include "agent/model/catalogue.h"
#include "plugins/snmp/profile/profile_parts.h"
#include "plugins/snmp/profile/profile_traps.h"
#include "plugins/snmp/profile/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks a buffer for a long quoted text that does not end. The sanitizer's library asks for this by name. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void
ignore_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg, (void)file, (void)line, (void)column, (void)message;
}

static const struct towerd_kind *
find_kind(void *arg, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)arg;
	return kind == NULL ? NULL : &kind->kind;
}

/* What decoding promises: a good value is a value of its kind. */
static void
decode_all(const struct profile_plan *plan, struct object_set *objects)
{
	for (size_t i = 0; i < plan->object_count; i++) {
		const struct plan_object *object = &plan->objects[i];
		const struct snmp_object *found = object_set_find(objects, object->oid.ids, object->oid.len);
		for (uint32_t s = object->first; s < object->first + object->count; s++) {
			const struct plan_sensor *sensor = &plan->sensors[s];
			int64_t value = 0;
			if (found == NULL || strlen(sensor->instance) > 63 || strlen(sensor->label) > 127)
				abort();
			if (profile_decode(&sensor->decode, &found->value, &value) == TOWERD_GOOD &&
			    (value < sensor->decode.kind->min || value > sensor->decode.kind->max))
				abort();
		}
	}
}

static int
count_root(void *arg, struct snmp_oid root, bool is_scalar)
{
	(void)root, (void)is_scalar;
	++*(size_t *)arg;
	return 0;
}

static void
check_alarm(void *arg, const struct profile_list_alarm *alarm)
{
	(void)arg;
	if (alarm->type == NULL || strlen(alarm->qualifier) > PLAN_INSTANCE_MAX ||
	    strlen(alarm->text) > PLAN_FAULT_TEXT_MAX || alarm->severity < 0 ||
	    alarm->severity > TOWERD_CRITICAL)
		abort();
}

/* Alarms, lists and traps, the recording's objects as varbinds: what they promise. */
static void
evaluate_all(const struct profile_plan *plan, const struct profile_match *match, struct object_set *objects)
{
	struct trap_result result;

	for (size_t i = 0; i < plan->object_count; i++) {
		const struct plan_object *object = &plan->objects[i];
		const struct snmp_object *found = object_set_find(objects, object->oid.ids, object->oid.len);
		for (uint32_t a = object->alarm_first; a < object->alarm_first + object->alarm_count; a++) {
			struct profile_list_alarm alarm = { plan->alarms[a].type, plan->alarms[a].qualifier,
				plan->alarms[a].text, 0 };
			(void)profile_alarm_state(&plan->alarms[a], &found->value, &alarm.severity);
			check_alarm(NULL, &alarm);
		}
	}
	for (size_t i = 0; i < plan->list_count; i++)
		profile_list_alarms(&plan->lists[i], objects, check_alarm, NULL);
	for (size_t i = 0; i < match->count; i++)
		for (size_t t = 0; t < match->profiles[i]->trap_count; t++) {
			const struct trap_rule *rule = &match->profiles[i]->traps[t];
			if (!trap_rule_apply(rule, objects, &result) || result.meaning == TRAP_HINT)
				continue;
			check_alarm(NULL,
			    &(struct profile_list_alarm){
				result.type, result.qualifier, result.text, result.severity });
			if (result.meaning == TRAP_RAISES && !result.ends_by_poll && result.expires_ms == 0)
				abort();
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n---\n";
	const uint8_t *middle = memmem(data, size, mark, sizeof(mark) - 1);
	size_t yaml_len = middle == NULL ? size : (size_t)(middle - data);
	size_t walk_at = middle == NULL ? size : yaml_len + sizeof(mark) - 1;
	const struct profile_catalogue catalogue = { .kind = find_kind };
	struct towerd_fault_sink faults = { .report = ignore_fault };
	struct profiles *profiles = profiles_new(&catalogue);
	struct object_set *objects = object_set_new();
	struct profile_plan *plan = NULL;
	struct profile_match match;
	size_t roots = 0;

	profiles_load_text(profiles, "fuzz", (const char *)data, yaml_len, &faults);
	profiles_link(profiles, &faults);
	recording_parse(objects, (const char *)data + walk_at, size - walk_at, NULL);
	profiles_match(profiles, objects, &match);
	if (match.count == 0 && profiles_count(profiles) > 0)
		profiles_match_named(profiles, profiles_at(profiles, 0), objects, &match);
	profile_match_walks(&match, count_root, &roots);
	if (profile_plan_new(&match, objects, NULL, NULL, &plan) == 0) {
		decode_all(plan, objects);
		evaluate_all(plan, &match, objects);
	}
	profile_plan_free(plan);
	object_set_free(objects);
	profiles_unref(profiles);
	return 0;
}
