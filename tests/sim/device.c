/* SPDX-License-Identifier: ISC */
/* One simulated SNMP device. */
#include "tests/sim/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1.3.6.1.2.1.1.3.0, sysUpTime.0: counted, never played from the recording. */
static const uint8_t uptime_oid[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };

#define RAMP_MAX_MS 604800000 /* a week */

struct device *
device_new(uint32_t address, const struct record *record, int64_t now_ms)
{
	struct device *device = calloc(1, sizeof(*device));
	if (device == NULL)
		return NULL;
	device->address = address;
	device->number = address;
	device->record = record;
	device->limit = DEVICE_LIMIT_MAX;
	strcpy(device->community, "public");
	/* A day and some minutes, so that a restart is seen as sysUpTime going back and devices differ. */
	device->boot_ms = now_ms - 86400000 - (int64_t)(address % 1000) * 1000;
	return device;
}

void
device_free(struct device *device)
{
	if (device == NULL)
		return;
	for (uint32_t i = 0; i < device->own_count; i++)
		free(device->own[i].bytes);
	free(device->own);
	free(device->quirks);
	engine_free(device->engine);
	free(device);
}

/* The first own value at or after the OID. */
static uint32_t
own_seek(const struct device *device, struct ber_slice oid, bool *is_there)
{
	uint32_t low = 0, high = device->own_count;

	*is_there = false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = ber_oid_compare(varbind_oid(&device->own[middle].varbind), oid);
		if (order == 0) {
			*is_there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_uptime(const struct varbind *varbind)
{
	return varbind->oid_size == sizeof(uptime_oid) &&
	    memcmp(varbind->whole + varbind->oid_at, uptime_oid, sizeof(uptime_oid)) == 0;
}

bool
device_find(const struct device *device, struct ber_slice oid, struct device_hit *hit)
{
	uint32_t hash = oid_hash(oid);

	for (uint32_t i = 0; i < device->own_count; i++) {
		const struct own_value *own = &device->own[i];
		if (own->hash == hash && ber_oid_compare(varbind_oid(&own->varbind), oid) == 0) {
			*hit = (struct device_hit){
				.varbind = &own->varbind, .own = own, .position = RECORD_NONE
			};
			return own->kind != OWN_HIDDEN;
		}
	}
	uint32_t position = record_find(device->record, oid, hash);
	if (position == RECORD_NONE)
		return false;
	*hit = (struct device_hit){ .varbind = &device->record->varbinds[position], .position = position };
	return true;
}

bool
device_after(const struct device *device, struct ber_slice oid, uint32_t hint, struct device_hit *hit)
{
	uint32_t position = record_after(device->record, oid, hint);
	bool is_there;
	uint32_t own_at = own_seek(device, oid, &is_there);

	if (is_there)
		own_at++;
	for (;;) {
		const struct varbind *recorded =
		    position < device->record->count ? &device->record->varbinds[position] : NULL;
		const struct own_value *own = own_at < device->own_count ? &device->own[own_at] : NULL;
		if (recorded == NULL && own == NULL)
			return false;
		int order = recorded == NULL ? 1
		    : own == NULL            ? -1
				  : ber_oid_compare(varbind_oid(recorded), varbind_oid(&own->varbind));
		if (order < 0) {
			*hit = (struct device_hit){ .varbind = recorded, .position = position };
			return true;
		}
		*hit = (struct device_hit){ .varbind = &own->varbind, .own = own, .position = position };
		if (own->kind != OWN_HIDDEN)
			return true;
		own_at++;
		if (order == 0)
			position++;
	}
}

struct ber_slice
device_hit_oid(const struct device_hit *hit)
{
	return hit->name.size > 0 ? hit->name : varbind_oid(hit->varbind);
}

uint8_t
device_hit_tag(const struct device_hit *hit)
{
	return hit->own != NULL && hit->own->kind == OWN_RAMP ? hit->own->ramp_tag
							      : hit->varbind->whole[hit->varbind->value_at];
}

static int64_t
ramp_value(const struct own_value *own, int64_t now_ms)
{
	int64_t spent_ms = now_ms - own->ramp_start_ms;
	if (spent_ms >= own->ramp_over_ms)
		return own->ramp_to;
	/* At most 2^32 times RAMP_MAX_MS: within 63 bits. */
	return own->ramp_from + (own->ramp_to - own->ramp_from) * spent_ms / own->ramp_over_ms;
}

static size_t
put_number(struct ber_slice oid, uint8_t tag, int64_t value, uint8_t *out, size_t room)
{
	uint8_t body[9];
	struct varbind varbind;
	size_t size = ber_signed(body, value);

	if (varbind_room(oid.size, size) > room)
		return 0;
	varbind_encode(oid, tag, (struct ber_slice){ body, size }, out, &varbind);
	return varbind.whole_size;
}

/* What a varying number is now; splitmix64 over device, object and period. */
static size_t
put_varied(const struct device *device, const struct device_hit *hit, const struct variation *variation,
    int64_t now_ms, uint8_t *out, size_t room)
{
	const struct varbind *varbind = hit->varbind;
	struct ber_slice in = { varbind->whole + varbind->value_at, varbind->whole_size - varbind->value_at };
	struct ber_tlv value;
	int64_t number = 0;
	uint64_t z = ((uint64_t)device->address << 32 | hit->position) +
	    (uint64_t)(now_ms / variation->period_ms) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	if (ber_take(&in, &value))
		(void)ber_integer(value.body, &number);
	return put_number(device_hit_oid(hit), BER_INTEGER,
	    number + (int64_t)(z % ((uint64_t)variation->span + 1)), out, room);
}

static size_t
put_renamed(const struct varbind *varbind, struct ber_slice name, uint8_t *out, size_t room)
{
	struct ber_slice in = { varbind->whole + varbind->value_at, varbind->whole_size - varbind->value_at };
	struct ber_tlv value;
	struct varbind renamed;

	if (!ber_take(&in, &value) || varbind_room(name.size, value.body.size) > room)
		return 0;
	varbind_encode(name, value.tag, value.body, out, &renamed);
	return renamed.whole_size;
}

static void
put_box_number(const struct device *device, uint8_t *at)
{
	char digits[RECORD_NUMBER_SIZE + 1];

	snprintf(digits, sizeof(digits), "%08x", device->number);
	memcpy(at, digits, RECORD_NUMBER_SIZE);
}

static size_t
put_stored(const struct device *device, const struct device_hit *hit, uint8_t *out, size_t room)
{
	const struct varbind *varbind = hit->varbind;
	size_t size = varbind->whole_size;

	if (hit->name.size > 0)
		size = put_renamed(varbind, hit->name, out, room);
	else if (size > room)
		return 0;
	else
		memcpy(out, varbind->whole, size);
	if (varbind->number_from_end > 0 && size > 0)
		put_box_number(device, out + size - varbind->number_from_end);
	return size;
}

size_t
device_put(
    const struct device *device, const struct device_hit *hit, int64_t now_ms, uint8_t *out, size_t room)
{
	const struct varbind *varbind = hit->varbind;

	if (hit->own != NULL && hit->own->kind == OWN_RAMP)
		return put_number(
		    device_hit_oid(hit), hit->own->ramp_tag, ramp_value(hit->own, now_ms), out, room);
	if (hit->own == NULL && is_uptime(varbind)) {
		uint32_t ticks = (uint32_t)((now_ms - device->boot_ms) / 10);
		return put_number(device_hit_oid(hit), BER_TIMETICKS, ticks, out, room);
	}
	const struct variation *variations = device->record->variations;
	if (hit->own == NULL && variations != NULL && variations[hit->position].span > 0)
		return put_varied(device, hit, &variations[hit->position], now_ms, out, room);
	return put_stored(device, hit, out, room);
}

/* Puts an own value in its place; what stood there before is gone. */
static int
own_insert(
    struct device *device, struct ber_slice oid, struct own_value value, uint8_t tag, struct ber_slice body)
{
	bool is_there;
	uint32_t at = own_seek(device, oid, &is_there);

	if (!is_there && device->own_count == DEVICE_OWN_MAX)
		return -ENOSPC;
	value.bytes = malloc(varbind_room(oid.size, body.size));
	if (value.bytes == NULL)
		return -ENOMEM;
	varbind_encode(oid, tag, body, value.bytes, &value.varbind);
	value.hash = oid_hash(oid);
	if (is_there) {
		free(device->own[at].bytes);
	} else {
		struct own_value *grown = realloc(device->own, (device->own_count + 1) * sizeof(*grown));
		if (grown == NULL) {
			free(value.bytes);
			return -ENOMEM;
		}
		device->own = grown;
		memmove(&grown[at + 1], &grown[at], (device->own_count - at) * sizeof(*grown));
		device->own_count++;
	}
	device->own[at] = value;
	return 0;
}

int
device_set(struct device *device, struct ber_slice oid, uint8_t tag, struct ber_slice body)
{
	return own_insert(device, oid, (struct own_value){ .kind = OWN_FIXED }, tag, body);
}

int
device_hide(struct device *device, struct ber_slice oid)
{
	return own_insert(
	    device, oid, (struct own_value){ .kind = OWN_HIDDEN }, BER_NULL, (struct ber_slice){ 0 });
}

int
device_refuse(struct device *device, struct ber_slice oid, uint8_t status)
{
	return own_insert(device, oid, (struct own_value){ .kind = OWN_ERROR, .error = status }, BER_NULL,
	    (struct ber_slice){ 0 });
}

int
device_ramp(
    struct device *device, struct ber_slice oid, int64_t from, int64_t to, int64_t start_ms, int64_t over_ms)
{
	struct device_hit hit;
	if (!device_find(device, oid, &hit))
		return -ENOENT;
	uint8_t tag = device_hit_tag(&hit);
	bool is_unsigned = tag == BER_COUNTER32 || tag == BER_GAUGE32 || tag == BER_TIMETICKS;
	int64_t min = is_unsigned ? 0 : INT32_MIN, max = is_unsigned ? UINT32_MAX : INT32_MAX;
	if (!is_unsigned && tag != BER_INTEGER)
		return -EINVAL;
	if (from < min || from > max || to < min || to > max || over_ms <= 0 || over_ms > RAMP_MAX_MS)
		return -EINVAL;
	struct own_value ramp = { OWN_RAMP, .ramp_tag = tag, .ramp_from = from, .ramp_to = to,
		.ramp_start_ms = start_ms, .ramp_over_ms = over_ms };
	return own_insert(device, oid, ramp, BER_NULL, (struct ber_slice){ 0 });
}

int
device_unset(struct device *device, struct ber_slice oid)
{
	bool is_there;

	if (oid.size == 0) {
		for (uint32_t i = 0; i < device->own_count; i++)
			free(device->own[i].bytes);
		device->own_count = 0;
		return 0;
	}
	uint32_t at = own_seek(device, oid, &is_there);
	if (!is_there)
		return -ENOENT;
	free(device->own[at].bytes);
	device->own_count--;
	memmove(&device->own[at], &device->own[at + 1], (device->own_count - at) * sizeof(*device->own));
	return 0;
}

struct quirks *
device_quirks(struct device *device)
{
	if (device->quirks == NULL)
		device->quirks = calloc(1, sizeof(*device->quirks));
	return device->quirks;
}

void
device_asked(struct device *device, int64_t now_ms)
{
	struct spacing *spacing = &device->spacing;
	int64_t distance_ms = now_ms - spacing->asked_ms;

	if (spacing->asked_ms != 0) {
		spacing->distances++;
		spacing->together_ms += distance_ms;
		if (distance_ms > spacing->widest_ms)
			spacing->widest_ms = distance_ms;
	}
	spacing->asked_ms = now_ms;
}
