/* SPDX-License-Identifier: ISC */
/* For the tests of the profile module: profiles and devices written in place. */
#ifndef PLUGINS_SNMP_PROFILE_TESTING_H
#define PLUGINS_SNMP_PROFILE_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/alarm_types.h"
#include "agent/model/catalogue.h"
#include "plugins/snmp/profile/profile.h"
#include "plugins/snmp/profile/recording.h"
#include "tests/support/cunit_main.h"

struct testing {
	struct profiles *profiles;
	struct object_set *objects;
	struct profile_plan *plan;
	struct towerd_fault_sink faults;
	char text[4096]; /* the faults, or what was left, a line each */
};

static inline void
testing_keep(struct testing *t, const char *line)
{
	size_t len = strlen(t->text);

	snprintf(t->text + len, sizeof(t->text) - len, "%s\n", line);
}

static inline void
testing_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s:%u:%u: %s", file, line, column, message);
	testing_keep(arg, text);
}

static inline void
testing_left(void *arg, const struct profile *profile, struct snmp_oid oid, const char *reason)
{
	char id[OID_TEXT], text[OID_TEXT + 256];

	snprintf(text, sizeof(text), "%s %s: %s", profile_name(profile),
	    oid_format(oid.ids, oid.len, id, sizeof(id)), reason);
	testing_keep(arg, text);
}

static inline const struct towerd_kind *
testing_kind(void *arg, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)arg;
	return kind == NULL ? NULL : &kind->kind;
}

static inline bool
testing_alarm(void *arg, const char *type)
{
	const struct alarm_type *found = alarm_type_find(type);

	(void)arg;
	return found != NULL && !found->is_computed;
}

static inline void
testing_init(struct testing *t)
{
	static const struct profile_catalogue catalogue = { .kind = testing_kind,
		.has_alarm_type = testing_alarm };

	*t = (struct testing){ .profiles = profiles_new(&catalogue), .objects = object_set_new() };
	t->faults = (struct towerd_fault_sink){ .report = testing_fault, .arg = t };
}

static inline void
testing_fini(struct testing *t)
{
	profile_plan_free(t->plan);
	object_set_free(t->objects);
	profiles_unref(t->profiles);
}

/* Adds a profile; what loading it returned. */
static inline int
testing_load(struct testing *t, const char *yaml)
{
	return profiles_load_text(t->profiles, "p.yaml", yaml, strlen(yaml), &t->faults);
}

/* The plan of a profile for a device; its sensors are also in t->plan. */
static inline const struct profile_plan *
testing_plan(struct testing *t, const char *profile, const char *device)
{
	struct profile_match match;

	object_set_clear(t->objects);
	CU_ASSERT_EQUAL(recording_parse(t->objects, device, strlen(device), NULL), 0);
	CU_ASSERT_EQUAL(profiles_link(t->profiles, &t->faults), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(profiles_find(t->profiles, profile));
	profiles_match_named(t->profiles, profiles_find(t->profiles, profile), t->objects, &match);
	profile_plan_free(t->plan);
	CU_ASSERT_EQUAL_FATAL(profile_plan_new(&match, t->objects, testing_left, t, &t->plan), 0);
	return t->plan;
}

/* "battery.voltage:1=53200 Battery 1", sensors separated by "; "; U and F for unknown and faulty values. */
static inline const char *
testing_sensors(struct testing *t)
{
	static char text[4096];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < t->plan->object_count; i++) {
		const struct plan_object *object = &t->plan->objects[i];
		const struct snmp_object *found =
		    object_set_find(t->objects, object->oid.ids, object->oid.len);
		for (uint32_t s = object->first; s < object->first + object->count && len < sizeof(text);
		     s++) {
			const struct plan_sensor *sensor = &t->plan->sensors[s];
			int64_t value = 0;
			enum towerd_quality quality = profile_decode(&sensor->decode, &found->value, &value);
			char number[32];
			snprintf(number, sizeof(number), "%lld", (long long)value);
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s:%s=%s %s",
			    len == 0 ? "" : "; ", sensor->decode.kind->name, sensor->instance,
			    quality == TOWERD_GOOD          ? number
				: quality == TOWERD_UNKNOWN ? "U"
							    : "F",
			    sensor->label);
		}
	}
	return text;
}

#endif
