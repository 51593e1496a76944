/* SPDX-License-Identifier: ISC */
/*
 * A storm over a fleet: causes that are planted, and every change that sites would report because of them, in the order of time. Which
 * is told of what cause is then known, and can be counted.
 */
#ifndef TESTS_BENCH_STORM_SCENARIO_H
#define TESTS_BENCH_STORM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cause {
	CAUSE_FEEDER, /* a feeder's outage with a reclosing that fails */
	CAUSE_HUB,    /* a hub is lost and all behind it */
	CAUSE_SITE, /* a site that still has a path is silent: a fault of its own, though one of its hubs is lost */
	CAUSE_FAULT, /* a device's own fault under another cause */
	CAUSE_DOOR,  /* a door contact that chatters */
	CAUSE_NONE,  /* a dip of mains that is over before its hold */
	CAUSES
};

extern const char *const cause_names[];

struct root {
	enum cause cause;
	unsigned site;       /* the hub, the site; a feeder's first site */
	const char *type;    /* of a fault */
	bool heals_in_storm; /* else after it */
};

enum change_what { CHANGE_MAINS, CHANGE_BATTERY, CHANGE_PRESENCE, CHANGE_FAULT };

struct change {
	int64_t at_ms; /* since the beginning of the storm */
	unsigned site, root;
	uint8_t what, device;
	bool is_bad;
};

struct scenario {
	struct root *roots;
	size_t root_count;
	struct change *changes; /* by time */
	size_t change_count;
	size_t
	    storm_count; /* those that belong to the storm; the rest heals what is left, from `heal_ms` on */
	int64_t heal_ms;
};

/* The same for the same number of sites and seed. */
void scenario_make(struct scenario *scenario, unsigned sites, uint64_t seed);
void scenario_free(struct scenario *scenario);

#endif
