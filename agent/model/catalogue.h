/* SPDX-License-Identifier: ISC */
/*
 * The catalogue: one row per kind of reading, saying all that the agent knows of it: unit and scale, how ENTITY-SENSOR-MIB,
 * UPS-MIB and BATTERY-MIB show it, and the alarms that its values raise. A plugin that reports a kind gets every export and every
 * alarm rule for free; a new kind is one new row.
 */
#ifndef AGENT_MODEL_CATALOGUE_H
#define AGENT_MODEL_CATALOGUE_H

#include <towerd/observe.h>

/* EntitySensorDataType (RFC 3433). */
enum entity_sensor_type {
	ENTITY_SENSOR_OTHER = 1,
	ENTITY_SENSOR_UNKNOWN = 2,
	ENTITY_SENSOR_VOLTS_AC = 3,
	ENTITY_SENSOR_VOLTS_DC = 4,
	ENTITY_SENSOR_AMPERES = 5,
	ENTITY_SENSOR_WATTS = 6,
	ENTITY_SENSOR_HERTZ = 7,
	ENTITY_SENSOR_CELSIUS = 8,
	ENTITY_SENSOR_PERCENT_RH = 9,
	ENTITY_SENSOR_RPM = 10,
	ENTITY_SENSOR_CMM = 11,
	ENTITY_SENSOR_TRUTHVALUE = 12,
};

/* When a value raises an alarm. A rule's thresholds are the defaults; the inventory's `thresholds:` replace them per site. */
enum catalogue_when {
	WHEN_BELOW =
	    1, /* limits[] fall: below limits[i] is severity severities[i]; in the kind's unit and decimals */
	WHEN_ABOVE,
	WHEN_TRUE,
	WHEN_FALSE,
	WHEN_STATE, /* the state's name is in `states`, a space-separated list; limits not used */
};

#define CATALOGUE_STEPS 3

struct catalogue_rule {
	enum catalogue_when when;
	const char *alarm_type; /* of the alarm catalogue, "power/dc-undervoltage" */
	const char *states;     /* WHEN_STATE */
	/* The ladder, mildest first. A step with severity 0 ends it. `names` are the inventory's threshold words, mildest first. */
	int severities[CATALOGUE_STEPS]; /* enum towerd_severity */
	/* BELOW, ABOVE: defaults; INT64_MIN: no default, only when the inventory gives one */
	int64_t limits[CATALOGUE_STEPS];
	const char *words[CATALOGUE_STEPS]; /* "low", "critical-low" / "high", "critical-high" */
	/* BELOW, ABOVE: how far back inside before it clears; in the kind's unit and decimals */
	int64_t hysteresis;
	/* must hold this long before it is raised, and before it is cleared; 0: the agent's default; -1: none */
	int64_t hold_ms;
};

#define CATALOGUE_RULES 2

struct catalogue_kind {
	struct towerd_kind kind; /* what plugins see; its `number` is the row's position */
	const char *title;       /* for people: "battery voltage" */
	enum entity_sensor_type sensor_type;
	unsigned precision; /* decimals that ENTITY-SENSOR-MIB shows; at most kind.decimals */
	int scale;          /* EntitySensorDataScale: 9 units, 8 milli, 10 kilo, 11 mega */
	const char *ups_object, *battery_object; /* "upsBatteryVoltage", "batteryActualVoltage"; NULL: none */
	struct catalogue_rule rules[CATALOGUE_RULES]; /* a rule with when 0 ends the list */
};

unsigned catalogue_count(void);
/* NULL: no such kind. Valid for ever. */
const struct catalogue_kind *catalogue_at(unsigned number);
const struct catalogue_kind *catalogue_find(const char *name);

#endif
