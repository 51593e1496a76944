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
struct profile_match;

/* What the names in profiles are checked against: the agent's catalogues. */
struct profile_catalogue {
	/* a kind by its name; what it returns must live as long as the profiles */
	const struct towerd_kind *(*kind)(void *arg, const char *name);
	/* whether devices may report alarms of this type */
	bool (*has_alarm_type)(void *arg, const char *type);
	void *arg;
};

/* Counted: the caller has one reference, and each plan one. The last one that goes frees. */
struct profiles *profiles_new(const struct profile_catalogue *catalogue);
struct profiles *profiles_ref(struct profiles *profiles);
void profiles_unref(struct profiles *profiles);
/* One profile, called `name` in reports; reports every fault. One with a fault is left out. 0, -EINVAL (faults were reported), -ENOMEM. */
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

/*
 * For a reload. As long as this stays, every device has the profiles that it had; then profile_plan_is_current() says whether they
 * say what they said. Comments and layout do not count.
 */
uint64_t profiles_fits_hash(const struct profiles *profiles);

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
typedef int profile_walk_fn(void *arg, struct snmp_oid root, bool is_scalar);
int profile_match_walks(const struct profile_match *match, profile_walk_fn *fn, void *arg);

/* How a value becomes a reading. Made by the plan; borrowed from plan and profiles. */
struct profile_map;
struct profile_rule;
struct profile_decode {
	const struct towerd_kind *kind;
	const struct profile_map *map; /* number or text -> state or truth; NULL: none */
	int64_t multiply, divide; /* NUMBER: raw number to the kind's unit and decimals; divide is positive */
	const struct profile_rule *rule; /* what is the same for all sensors of the rule */
};

/*
 * A counter as it was read last: the state of a sensor that is a rate. Kept by the poller, zeroed at the start and when
 * the device has restarted.
 */
struct profile_counter {
	uint64_t count;
	int64_t at_ms;
	bool is_known;
};

struct plan_sensor {
	struct profile_decode decode;
	bool is_rate;                  /* profile_decode_rate() is for it */
	const char *instance, *label;  /* as struct towerd_sensor */
	const struct profile *profile; /* whose rule it is */
};

/* An alarm that an object's value raises and clears. No two of a plan have the same type and qualifier. */
struct profile_alarm_rule;
struct plan_alarm {
	const struct profile_alarm_rule *rule;
	const char *type, *qualifier, *text; /* as struct towerd_fault; text may be "" */
};

/* One OID to GET, with its sensors and its alarms: several when the object is a bit field. */
struct plan_object {
	struct snmp_oid oid;
	uint32_t first, count;             /* in sensors[] */
	uint32_t alarm_first, alarm_count; /* in alarms[] */
	uint32_t group;                    /* in groups[] */
};

/* A cadence: its objects and lists are asked for so often. */
struct plan_group {
	const char *name;    /* "5m", as written; "" for the device's own */
	int64_t interval_ms; /* 0: the device's interval. groups[0] is that one, and always there */
};

/*
 * A table whose rows are the active alarms. Each round its columns are walked; a row is a raised alarm, and one that is not there any
 * more is a cleared one. When a walk did not end well, nothing is known: the alarms stay as they are. columns[0] has an object in every row:
 * when it has none, the other columns need not be walked.
 */
struct profile_list_rule;
struct plan_list {
	const struct profile_list_rule *rule;
	const struct snmp_oid *columns; /* subtrees, none within another */
	size_t column_count;
	uint32_t group; /* in groups[] */
};

/* What the device says of itself, read when the plan was made: "model", "software", "serial", "manufacturer", "hardware". */
struct plan_attribute {
	const char *name, *text;
};

struct profile_plan {
	const struct plan_object *objects; /* in the order of their OIDs */
	size_t object_count;
	const struct plan_sensor *sensors; /* in the order of their objects */
	size_t sensor_count;
	const struct plan_alarm *alarms; /* in the order of their objects */
	size_t alarm_count;
	const struct plan_list *lists;
	size_t list_count;
	const struct plan_group *groups;
	size_t group_count; /* at least 1 */
	const struct plan_attribute *attributes;
	size_t attribute_count;
};

/*
 * Told of each object that a rule names and that is no sensor here, with the reason, a constant. Another rule may read
 * the same object. The OID is that of the walked object.
 */
typedef void
profile_left_fn(void *arg, const struct profile *profile, struct snmp_oid oid, const char *reason);

#define PLAN_INSTANCE_MAX   63  /* of an instance and a qualifier; octets */
#define PLAN_LABEL_MAX      127 /* of a label and an attribute */
#define PLAN_FAULT_TEXT_MAX 255

/* The agent keeps no more sensors of one device (towerd_sensor()); a plan ends there. */
#define PLAN_SENSORS_MAX 1024

/* Evaluates a match over what was walked. `left` may be NULL. Returns 0 or -ENOMEM. The plan does not refer to `objects`. */
int profile_plan_new(const struct profile_match *match, struct object_set *objects, profile_left_fn *left,
    void *arg, struct profile_plan **out);
void profile_plan_free(struct profile_plan *plan);
/* Whether the profiles that the plan was made from stand in this set as they were. */
bool profile_plan_is_current(const struct profile_plan *plan, const struct profiles *profiles);

/*
 * Decodes one value: returns its quality, and for TOWERD_GOOD writes *value (the kind's unit and decimals; 0 or 1; the state's position).
 * NULL and the exceptions of v2c are TOWERD_UNKNOWN; what is no number, not in the map or out of the kind's range is TOWERD_FAULTY.
 */
enum towerd_quality
profile_decode(const struct profile_decode *decode, const struct snmp_value *raw, int64_t *value);
/*
 * The same for a sensor with is_rate: what the counter grew by in a second, since it was read last. TOWERD_UNKNOWN the first time, after a
 * gap in which it may have wrapped more than once, and where it went back in a way that no wrap explains.
 */
enum towerd_quality profile_decode_rate(const struct profile_decode *decode, const struct snmp_value *raw,
    int64_t now_ms, struct profile_counter *counter, int64_t *value);

enum profile_alarm_state {
	PROFILE_ALARM_NOT_KNOWN, /* the value does not tell: the alarm stays as it is */
	PROFILE_ALARM_CLEARED,
	PROFILE_ALARM_RAISED,
};
/* `severity`: written when raised; enum towerd_severity, or 0: the type's own. */
enum profile_alarm_state
profile_alarm_state(const struct plan_alarm *alarm, const struct snmp_value *raw, int *severity);

/* A row of a list; the texts live until the callback returns. Two rows may give the same type and qualifier: they are one alarm. */
struct profile_list_alarm {
	const char *type, *qualifier, *text;
	int severity; /* enum towerd_severity, or 0: the type's own */
};
typedef void profile_list_fn(void *arg, const struct profile_list_alarm *alarm);
/* Calls fn for each raised alarm among the objects that a walk of the list's columns found. */
void
profile_list_alarms(const struct plan_list *list, struct object_set *objects, profile_list_fn *fn, void *arg);

#endif
