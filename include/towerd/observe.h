/* SPDX-License-Identifier: ISC */
/*
 * Observations: what a southbound plugin tells the agent about devices. All are values: strings are copied before the call returns.
 * Times named device_ms are the device's own claim, UTC milliseconds, 0 when it gave none; the agent adds its receive time and
 * keeps both. A plugin never decides what is an alarm: it reports what was said.
 */
#ifndef TOWERD_OBSERVE_H
#define TOWERD_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A kind of the catalogue ("battery.voltage"): what a value means. Numbers are stable for the life of the process only. */
enum towerd_kind_class {
	TOWERD_KIND_NUMBER, /* an integer in units of 10^-decimals of `unit` */
	TOWERD_KIND_TRUTH,  /* 0 or 1 */
	TOWERD_KIND_STATE,  /* a position in `states` */
};

struct towerd_kind {
	uint32_t size;
	unsigned number;
	const char *name;
	enum towerd_kind_class value_class;
	const char *unit;          /* "V", "A", "%", … ; "" for truths and states */
	unsigned decimals;         /* NUMBER */
	const char *const *states; /* STATE: names, NULL at the end; borrowed for ever */
	int64_t min, max;          /* NUMBER: plausible range; outside it is a faulty reading */
};

enum towerd_quality {
	TOWERD_GOOD,    /* the device gave this value */
	TOWERD_UNKNOWN, /* the device says that it does not know ("not known" sentinel, NULL); the value is ignored, the last one is kept */
	TOWERD_FAULTY,  /* the device gave something that cannot be: out of range, not a number */
};

struct towerd_reading {
	uint32_t sensor;  /* from towerd_sensor() */
	uint32_t quality; /* enum towerd_quality */
	int64_t value;    /* in the kind's unit and decimals */
	int64_t device_ms;
};

/* One measuring point of a device; identified by (device, kind, instance). */
struct towerd_sensor {
	uint32_t size;
	unsigned kind;
	/* tells points of one kind apart: "1", "cabinet", "rectifier 3"; "" for the only one; at most 63 octets */
	const char *instance;
	const char *label; /* for people: "Rectifier 3 output"; may be ""; at most 127 octets */
	/* how often a reading is to be expected; 0: not known. Staleness is judged by it */
	int64_t interval_ms;
};

enum towerd_presence {
	TOWERD_PRESENCE_UNKNOWN, /* we cannot tell: our own side is broken (broker lost, worker dead) */
	TOWERD_PRESENCE_REACHABLE,
	TOWERD_PRESENCE_UNREACHABLE, /* it should answer and does not, or it said goodbye */
};

/* A device's own alarm, or one that a profile derives from a value. */
struct towerd_fault {
	uint32_t size;
	uint32_t device;
	const char *type;      /* of the alarm catalogue: "site/obstruction-light" */
	const char *qualifier; /* tells alarms of one type on one device apart; "" for the only one */
	bool is_raised;
	int severity;     /* enum towerd_severity, or 0: the type's own */
	const char *text; /* what the device said; may be NULL */
	int64_t device_ms;
	/*
	 * 1.1. For a raise that nothing may ever take back (a trap without a clearing one): it ends by itself after this long, in ms, unless it is
	 * told again, which starts the time anew, as a restart of the agent does. 0: it stands until it is cleared, or swept (towerd_fault_sweep()).
	 */
	int64_t expires_ms;
	/*
	 * 1.2. For a raise that came by a notification and that a reading will confirm or refute soon: it is held true at once, and told when
	 * it was raised again without this, or when no verdict came in time.
	 */
	bool is_hint;
};

/* 1.1. How urgent a device is and what its link may carry, for the driver to choose its intervals by. All false and 0: as configured. */
struct towerd_pace {
	uint32_t size;
	bool is_on_battery; /* its site lives on its reserve: each poll costs of it */
	bool is_verifying;  /* a repair of its site is being verified: fresh readings decide */
	int64_t
	    bytes_a_day; /* what may pass to and from it in a day, its share of the site's link; 0: no budget */
};

/* ITU-ALARM-MIB, alarmModelState numbering (RFC 3877): larger is more severe. */
enum towerd_severity {
	TOWERD_CLEARED = 1,
	TOWERD_INDETERMINATE = 2,
	TOWERD_WARNING = 3,
	TOWERD_MINOR = 4,
	TOWERD_MAJOR = 5,
	TOWERD_CRITICAL = 6,
};

/* A position is a secret: it has no text form anywhere but in the one view that may show it. Degrees in units of 10^-7 (WGS 84). */
struct towerd_position {
	uint32_t size;
	int32_t latitude_e7, longitude_e7;
	int32_t altitude_m; /* INT32_MIN: not known */
	int32_t accuracy_m; /* -1: not known */
	int64_t device_ms;
};

enum towerd_deployment {
	TOWERD_DEPLOYMENT_UNKNOWN,
	TOWERD_PARKED,
	TOWERD_EN_ROUTE,
	TOWERD_SET_UP,
	TOWERD_ON_AIR,
	TOWERD_DRAINING,
};

/* A device of the inventory, as its driver hears of it. Strings are borrowed for the time of the call. */
struct towerd_device {
	uint32_t size;
	uint32_t number;     /* stable for ever: the slot's entPhysicalIndex */
	const char *site;    /* site id */
	const char *slot;    /* the device's `id` */
	const char *address; /* as in the inventory; "" when it has none */
	bool is_portable;    /* its site is */
	/* Every other key of the device's entry ("version", "community", "credentials", "profile", …), for the driver to check. */
	const char *const *keys, *const *values;
	size_t setting_count;
};

/* One of these settings, or NULL. */
static inline const char *
towerd_device_setting(const struct towerd_device *device, const char *key)
{
	for (size_t i = 0; i < device->setting_count; i++)
		if (strcmp(device->keys[i], key) == 0)
			return device->values[i];
	return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
