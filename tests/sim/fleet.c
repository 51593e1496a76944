/* SPDX-License-Identifier: ISC */
/* Every recording and every device of one simulator. */
#include "tests/sim/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
fleet_fini(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->device_count; i++)
		device_free(fleet->devices[i]);
	for (size_t i = 0; i < fleet->record_count; i++)
		record_free(fleet->records[i]);
	free(fleet->devices);
	free(fleet->records);
	free(fleet->slots);
	credentials_free(fleet->credentials);
	*fleet = (struct fleet){ 0 };
}

struct record *
fleet_record(const struct fleet *fleet, const char *name)
{
	for (size_t i = 0; i < fleet->record_count; i++)
		if (strcmp(fleet->records[i]->name, name) == 0)
			return fleet->records[i];
	return NULL;
}

int
fleet_add_record(struct fleet *fleet, const char *name, const char *path, struct record **out)
{
	if (fleet_record(fleet, name) != NULL)
		return -EEXIST;
	struct record **grown = realloc(fleet->records, (fleet->record_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	fleet->records = grown;
	int rc = record_load(name, path, out);
	if (rc == 0)
		grown[fleet->record_count++] = *out;
	return rc;
}

static size_t
slot_of(const struct fleet *fleet, uint32_t address)
{
	size_t at = address * 0x9e3779b1u % fleet->slot_count;
	while (fleet->slots[at] != NULL && fleet->slots[at]->address != address)
		at = (at + 1) % fleet->slot_count;
	return at;
}

struct device *
fleet_device(const struct fleet *fleet, uint32_t address)
{
	return fleet->slot_count == 0 ? NULL : fleet->slots[slot_of(fleet, address)];
}

static void
fill_slots(struct fleet *fleet)
{
	memset(fleet->slots, 0, fleet->slot_count * sizeof(*fleet->slots));
	for (size_t i = 0; i < fleet->device_count; i++)
		fleet->slots[slot_of(fleet, fleet->devices[i]->address)] = fleet->devices[i];
}

/* Room for one more: the hash stays half empty. */
static int
grow(struct fleet *fleet)
{
	struct device **devices = realloc(fleet->devices, (fleet->device_count + 1) * sizeof(*devices));
	if (devices == NULL)
		return -ENOMEM;
	fleet->devices = devices;
	if (fleet->slot_count > 2 * fleet->device_count)
		return 0;
	size_t count = fleet->slot_count == 0 ? 64 : fleet->slot_count * 2;
	struct device **slots = calloc(count, sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	free(fleet->slots);
	fleet->slots = slots;
	fleet->slot_count = count;
	fill_slots(fleet);
	return 0;
}

int
fleet_add_device(struct fleet *fleet, uint32_t address, const struct record *record, int64_t now_ms)
{
	if (address >> 24 != 127)
		return -EINVAL;
	if (fleet_device(fleet, address) != NULL)
		return -EEXIST;
	int rc = grow(fleet);
	if (rc < 0)
		return rc;
	struct device *device = device_new(address, record, now_ms);
	if (device == NULL)
		return -ENOMEM;
	fleet->devices[fleet->device_count++] = device;
	fleet->slots[slot_of(fleet, address)] = device;
	return 0;
}

int
fleet_move_device(struct fleet *fleet, struct device *device, uint32_t address)
{
	if (address >> 24 != 127)
		return -EINVAL;
	if (fleet_device(fleet, address) != NULL)
		return -EEXIST;
	device->address = address;
	fill_slots(fleet);
	return 0;
}

bool
fleet_chance(struct fleet *fleet, unsigned percent)
{
	if (percent == 0)
		return false;
	/* splitmix64 */
	uint64_t z = fleet->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % 100 < percent;
}
