/* SPDX-License-Identifier: ISC */
/* The order in which a device's objects are walked. */
#include "tests/sim/walk.h"

#include <string.h>

/* The OID without its last number: the column of a row. */
static struct ber_slice
column_of(struct ber_slice oid)
{
	size_t size = oid.size > 0 ? oid.size - 1 : 0;
	while (size > 0 && oid.at[size - 1] & 0x80)
		size--;
	return (struct ber_slice){ oid.at, size };
}

static bool
is_same(struct ber_slice a, struct ber_slice b)
{
	return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

/* The position that changes places with this one: its neighbour in the same column, or itself. */
static uint32_t
swapped(const struct record *record, uint32_t position)
{
	uint32_t other = position ^ 1;
	return other < record->count &&
		is_same(column_of(varbind_oid(&record->varbinds[position])),
		    column_of(varbind_oid(&record->varbinds[other])))
	    ? other
	    : position;
}

/* Only what the recording has is walked; a device's own values stand in for those of the recording. */
static bool
next_unordered(const struct device *device, struct ber_slice oid, struct device_hit *hit)
{
	const struct record *record = device->record;
	uint32_t position = record_find(record, oid, oid_hash(oid));
	uint32_t place =
	    position == RECORD_NONE ? record_after(record, oid, RECORD_NONE) : swapped(record, position) + 1;

	for (; place < record->count; place++)
		if (device_find(device, varbind_oid(&record->varbinds[swapped(record, place)]), hit))
			return true;
	return false;
}

static uint32_t
last_number(struct ber_slice oid)
{
	uint32_t number = 0;
	for (size_t i = column_of(oid).size; i < oid.size; i++)
		number = number << 7 | (oid.at[i] & 0x7f);
	return number;
}

/* The row after `oid`, in storage that serves round and round. */
static struct ber_slice
invent(struct ber_slice oid)
{
	static uint8_t names[WALK_INVENTED][BER_OID_MAX + 5];
	static unsigned next;
	uint8_t *name = names[next++ % WALK_INVENTED];
	struct ber_slice column = column_of(oid);

	memcpy(name, column.at, column.size);
	return (struct ber_slice){ name,
		column.size + ber_put_subid(name + column.size, (uint64_t)last_number(oid) + 1) };
}

/* True when the OID is a row that the walk is about to leave the column of; *hit is then the column's first row. */
static bool
is_at_end(const struct device *device, struct ber_slice oid, struct device_hit *hit)
{
	struct ber_slice column = column_of(oid);
	struct device_hit after;

	if (device_after(device, oid, RECORD_NONE, &after) &&
	    is_same(column_of(device_hit_oid(&after)), column))
		return false;
	return device_after(device, column, RECORD_NONE, hit) &&
	    is_same(column_of(device_hit_oid(hit)), column);
}

bool
walk_next(const struct device *device, struct ber_slice oid, uint32_t hint, struct device_hit *hit)
{
	switch (device->quirks == NULL ? WALK_SORTED : device->quirks->walk) {
	case WALK_UNORDERED:
		return next_unordered(device, oid, hit);
	case WALK_GROWS:
		if (!is_at_end(device, oid, hit))
			break;
		hit->name = invent(oid);
		return true;
	case WALK_LOOPS:
		if (!is_at_end(device, oid, hit))
			break;
		return true;
	case WALK_SORTED:
		break;
	}
	return device_after(device, oid, hint, hit);
}
