/* SPDX-License-Identifier: ISC */
/*
 * Device profiles: how to read a vendor's box, as data (docs/profiles.md). Three steps, each with its own cost:
 *
 *   load     once per process: YAML files -> struct profiles. Every name is resolved (kinds, maps, states), every fault reported with its place.
 *   plan     once per device and discovery: a matching profile and the objects of a walk -> struct profile_plan: the sensors that the device
 *            really has, each with its OID and a complete decode rule (kind, factor, map), labels and instances as text.
 *   decode   at every poll: one sensor of the plan and one value -> a reading. No allocation, no text building, no lookup of names.
 *
 * A live poller: (1) GETNEXT each of profiles_probe(), keep the answers in an object_set, profiles_match(); (2) walk (or GET) all of
 * profile_match_walks() into the same set, profile_plan_new(); tell the agent of plan->sensors; (3) every interval GET plan->objects and
 * profile_decode() each of an object's sensors; (4) after a reboot or a change of configuration, from (1) again.
 *
 * Not thread-safe while loading; afterwards `struct profiles` is read only. Plans point into the profiles they were made from.
 */
#ifndef PLUGINS_SNMP_PROFILE_H
#define PLUGINS_SNMP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/observe.h>
#include <towerd/yaml.h>

#include "plugins/snmp/codec/object.h"

struct profiles;
struct profile;

/* Finds a kind of the catalogue by name; what it returns must live as long as the profiles. */
typedef const struct towerd_kind *profile_kind_fn(void *arg, const char *name);

struct profiles *profiles_new(profile_kind_fn *kind_find, void *arg);
void profiles_free(struct profiles *profiles);
/* One file or text; reports every fault. A profile with a fault is left out. Returns 0, -EINVAL (faults were reported), -ENOMEM. */
int profiles_load_file(struct profiles *profiles, const char *path, struct towerd_fault_sink *faults);
int profiles_load_text(struct profiles *profiles, const char *name, const char *text, size_t len,
    struct towerd_fault_sink *faults);
/*
 * Every *.yaml of a folder, by name. A profile that has the name of one already loaded replaces it: a later folder corrects an earlier
 * one. Returns the number of files or the errors of opendir(3).
 */
int profiles_load_dir(struct profiles *profiles, const char *path, struct towerd_fault_sink *faults);
/* After the last load, before any use: resolves `include:`; a profile that includes what is not there is left out. 0 or -EINVAL (reported). */
int profiles_link(struct profiles *profiles, struct towerd_fault_sink *faults);

size_t profiles_count(const struct profiles *profiles);
const struct profile *profiles_at(const struct profiles *profiles, size_t i); /* by name */
const struct profile *profiles_find(const struct profiles *profiles, const char *name);
const char *profile_name(const struct profile *profile);
const char *profile_title(const struct profile *profile);
const char *profile_file(const struct profile *profile);
bool profile_is_module(const struct profile *profile);
size_t profile_sensor_rules(const struct profile *profile); /* without those of its includes */

/* What must be known of a device to match it: GETNEXT each and keep the answers that lie below it. */
size_t profiles_probe_count(const struct profiles *profiles);
struct snmp_oid profiles_probe(const struct profiles *profiles, size_t i);

/*
 * What applies to a device: the one vendor profile that fits best (the longest sysObjectID prefix, then the most conditions, then by
 * name) with its includes, then every standard module that fits, without those that one of them names in `without:`.
 */
#define PROFILE_MATCH_MAX 24
struct profile_match {
	const struct profile *profiles[PROFILE_MATCH_MAX]; /* in the order in which they are evaluated */
	size_t count;                                      /* 0: nothing fits */
};
void profiles_match(const struct profiles *profiles, struct object_set *objects, struct profile_match *match);
/* The same for a profile that the inventory names; a module that it names is used alone. */
void profiles_match_named(const struct profiles *profiles, const struct profile *profile,
    struct object_set *objects, struct profile_match *match);

/*
 * What the plan looks at, in order, none within another: columns and other subtrees to walk, and scalars to GET. Calls fn until it
 * returns non-zero and returns that; -ENOMEM.
 */
int profile_match_walks(
    const struct profile_match *match, int (*fn)(void *arg, struct snmp_oid root, bool is_scalar), void *arg);

/* How a value becomes a reading. Made by the plan; borrowed from plan and profiles. */
struct profile_map;
struct profile_rule;
struct profile_decode {
	const struct towerd_kind *kind;
	const struct profile_map *map; /* number or text -> state or truth; NULL: none */
	int64_t multiply, divide; /* NUMBER: raw number to the kind's unit and decimals; divide is positive */
	const struct profile_rule *rule; /* what is the same for all sensors of the rule */
};

struct plan_sensor {
	struct profile_decode decode;
	const char *instance, *label;  /* as struct towerd_sensor */
	const struct profile *profile; /* whose rule it is */
};

/* One OID to GET, and its sensors: several when the object is a bit field. */
struct plan_object {
	struct snmp_oid oid;
	uint32_t first, count; /* in sensors[] */
};

struct profile_plan {
	const struct plan_object *objects; /* in the order of their OIDs */
	size_t object_count;
	const struct plan_sensor *sensors; /* in the order of their objects */
	size_t sensor_count;
};

/*
 * Told of each object that a rule names and that is no sensor here, with the reason, a constant. Another rule may read
 * the same object. The OID is that of the walked object.
 */
typedef void
profile_left_fn(void *arg, const struct profile *profile, struct snmp_oid oid, const char *reason);

/* The agent keeps no more sensors of one device (towerd_sensor()); a plan ends there. */
#define PLAN_SENSORS_MAX 1024

/* Evaluates a match over what was walked. `left` may be NULL. Returns 0 or -ENOMEM. The plan does not refer to `objects`. */
int profile_plan_new(const struct profile_match *match, struct object_set *objects, profile_left_fn *left,
    void *arg, struct profile_plan **out);
void profile_plan_free(struct profile_plan *plan);

/*
 * Decodes one value: returns its quality, and for TOWERD_GOOD writes *value (the kind's unit and decimals; 0 or 1; the state's position).
 * NULL and the exceptions of v2c are TOWERD_UNKNOWN; what is no number, not in the map or out of the kind's range is TOWERD_FAULTY.
 */
enum towerd_quality
profile_decode(const struct profile_decode *decode, const struct snmp_value *raw, int64_t *value);

#endif
