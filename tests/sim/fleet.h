/* SPDX-License-Identifier: ISC */
/* Every recording and every device of one simulator, and the devices by address. */
#ifndef TESTS_SIM_FLEET_H
#define TESTS_SIM_FLEET_H

#include "tests/sim/device.h"

struct fleet {
	struct record **records;
	size_t record_count;
	struct device **devices; /* in the order of their definition */
	size_t device_count;
	struct device **slots; /* open hash by address */
	size_t slot_count;
	uint64_t malformed;       /* datagrams that were no request */
	uint64_t unknown_address; /* requests for an address without a device */
	struct credential *credentials;
	uint64_t random; /* state of the generator for losses */
};

void fleet_fini(struct fleet *fleet);

/* 0, -EEXIST (name taken), or as record_load. On success *out is the fleet's. */
int fleet_add_record(struct fleet *fleet, const char *name, const char *path, struct record **out);
struct record *fleet_record(const struct fleet *fleet, const char *name);

/* 0, -EEXIST (address taken), -EINVAL (not in 127.0.0.0/8), -ENOMEM. */
int fleet_add_device(struct fleet *fleet, uint32_t address, const struct record *record, int64_t now_ms);
/* Gives the device another address. 0, -EEXIST or -EINVAL as above. */
int fleet_move_device(struct fleet *fleet, struct device *device, uint32_t address);

struct device *fleet_device(const struct fleet *fleet, uint32_t address);

/* True with the chance of `percent`: the same row of answers in every run. */
bool fleet_chance(struct fleet *fleet, unsigned percent);

#endif
