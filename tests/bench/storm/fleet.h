/* SPDX-License-Identifier: ISC */
/*
 * A fleet for benches, with the agent's own modules on a real store: every hundredth site is a hub with the other 99 behind it, ten of
 * which have a second path over the next hub; forty sites share a power feeder; each site has a power plant, every second one a radio
 * as well, so that "the site is silent" is more than one device.
 */
#ifndef TESTS_BENCH_STORM_FLEET_H
#define TESTS_BENCH_STORM_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/alarm/alarm.h"

#define FLEET_HUB    100u /* sites of a hub, itself the first of them */
#define FLEET_SECOND 90u  /* from this one on they have a second path */
#define FLEET_FEEDER 40u  /* sites of a feeder */

enum fleet_device { FLEET_POWER, FLEET_RADIO, FLEET_DEVICES };
enum fleet_sensor { FLEET_MAINS, FLEET_CHARGING, FLEET_VOLTAGE, FLEET_SENSORS };

struct fleet_site {
	uint32_t number;
	uint32_t devices[FLEET_DEVICES]; /* 0: it has none */
	uint32_t sensors[FLEET_SENSORS]; /* of the power plant */
	bool is_silent[FLEET_DEVICES];
};

struct question { /* a device that somebody wants a verdict on */
	unsigned site;
	enum fleet_device device;
};

struct fleet {
	unsigned count;
	struct fleet_site *sites;
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	struct loop_owner owner;
	struct loop_timer *answerer;
	struct question *questions;
	size_t question_count, question_size;
};

/* Makes the database `path` with a fleet of `count` sites. All of these end the program when something fails: there is nothing to measure then. */
void fleet_make(const char *path, unsigned count);
void fleet_open(struct fleet *fleet, const char *path, const struct loop_settings *loop,
    const struct alarm_settings *alarms);
void fleet_close(struct fleet *fleet);

/* Every device is reachable, every battery is in float, mains is there. */
void fleet_is_well(struct fleet *fleet);
void fleet_presence(struct fleet *fleet, unsigned site, enum fleet_device device, bool is_reachable);
void fleet_mains(struct fleet *fleet, unsigned site, bool is_present);
void fleet_battery(struct fleet *fleet, unsigned site, bool is_discharging);
void fleet_fault(struct fleet *fleet, unsigned site, const char *type, bool is_raised);

unsigned fleet_hub_of(unsigned site); /* the site that is its hub; of a hub: itself */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
