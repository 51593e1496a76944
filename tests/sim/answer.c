/* SPDX-License-Identifier: ISC */
/* What a device answers to a request. */
#include "tests/sim/answer.h"

#include <string.h>

/* Where the varbinds of an answer are written. */
struct sheet {
	uint8_t *start, *at, *end;
};

static size_t
room_left(const struct sheet *sheet)
{
	return (size_t)(sheet->end - sheet->at);
}

/* noSuchObject, noSuchInstance or endOfMibView for the name asked. False when the sheet is full. */
static bool
put_exception(struct sheet *sheet, struct ber_slice oid, uint8_t exception)
{
	struct varbind varbind;
	if (varbind_room(oid.size, 0) > room_left(sheet))
		return false;
	varbind_encode(oid, exception, (struct ber_slice){ 0 }, sheet->at, &varbind);
	sheet->at += varbind.whole_size;
	return true;
}

static bool
put_hit(struct sheet *sheet, const struct device *device, const struct device_hit *hit, int64_t now_ms)
{
	size_t size = device_put(device, hit, now_ms, sheet->at, room_left(sheet));
	sheet->at += size;
	return size > 0;
}

/* Counter64 does not exist for a v1 manager (RFC 3584, 4.2.2.1). */
static bool
is_for(enum snmp_version version, const struct device_hit *hit)
{
	return version != SNMP_V1 || device_hit_tag(hit) != BER_COUNTER64;
}

static bool
find_next(const struct device *device, enum snmp_version version, struct ber_slice oid, uint32_t hint,
    struct device_hit *hit)
{
	while (device_after(device, oid, hint, hit)) {
		if (is_for(version, hit))
			return true;
		oid = varbind_oid(hit->varbind);
		hint = hit->position;
	}
	return false;
}

/* GET and GETNEXT: an SNMP error, 0 when all went well; *index is the varbind it is about. */
static int64_t
answer_each(struct sheet *sheet, const struct device *device, const struct request *request, int64_t now_ms,
    int64_t *index)
{
	struct ber_slice varbinds = request->varbinds, oid;
	struct device_hit hit;

	for (*index = 1; request_next(&varbinds, &oid, NULL); ++*index) {
		bool is_found = request->pdu == PDU_GET
		    ? device_find(device, oid, &hit) && is_for(request->version, &hit)
		    : find_next(device, request->version, oid, RECORD_NONE, &hit);
		bool fits;
		if (is_found)
			fits = put_hit(sheet, device, &hit, now_ms);
		else if (request->version == SNMP_V1)
			return SNMP_NO_SUCH_NAME;
		else
			fits = put_exception(
			    sheet, oid, request->pdu == PDU_GET ? BER_NO_SUCH_INSTANCE : BER_END_OF_MIB_VIEW);
		if (!fits)
			return SNMP_TOO_BIG;
	}
	*index = 0;
	return 0;
}

#define COLUMNS_MAX 128

/* GETBULK fills what fits and says nothing about the rest. */
static void
answer_bulk(struct sheet *sheet, const struct device *device, const struct request *request, int64_t now_ms)
{
	struct ber_slice varbinds = request->varbinds, columns[COLUMNS_MAX];
	uint32_t hints[COLUMNS_MAX];
	struct device_hit hit;
	size_t count = 0;

	for (int64_t i = 0; request_next(&varbinds, &columns[count], NULL); i++) {
		if (i >= request->field_1) {
			hints[count] = RECORD_NONE;
			if (++count == COLUMNS_MAX)
				break;
		} else if (!(find_next(device, request->version, columns[count], RECORD_NONE, &hit)
				   ? put_hit(sheet, device, &hit, now_ms)
				   : put_exception(sheet, columns[count], BER_END_OF_MIB_VIEW))) {
			return;
		}
	}
	bool is_alive = count > 0;
	for (int64_t round = 0; round < request->field_2 && is_alive; round++) {
		is_alive = false;
		for (size_t i = 0; i < count; i++) {
			if (!find_next(device, request->version, columns[i], hints[i], &hit)) {
				if (!put_exception(sheet, columns[i], BER_END_OF_MIB_VIEW))
					return;
				continue;
			}
			if (!put_hit(sheet, device, &hit, now_ms))
				return;
			columns[i] = varbind_oid(hit.varbind);
			hints[i] = hit.position;
			is_alive = true;
		}
	}
}

static int64_t
refuse_set(const struct device *device, const struct request *request, int64_t *index)
{
	struct ber_slice varbinds = request->varbinds, oid;
	struct device_hit hit;

	*index = 0;
	if (!request_next(&varbinds, &oid, NULL))
		return 0;
	*index = 1;
	if (request->version == SNMP_V1)
		return SNMP_NO_SUCH_NAME;
	return device_find(device, oid, &hit) ? SNMP_NOT_WRITABLE : SNMP_NO_ACCESS;
}

uint8_t *
answer_build(
    struct device *device, const struct request *request, int64_t now_ms, uint8_t *room, size_t *size)
{
	uint8_t *start = room + MESSAGE_HEADROOM;
	/* The front: four heads, version, community, request id, error and index. */
	size_t front = 3 * 4 + 3 + ber_head_size(request->community.size) + request->community.size +
	    request->id.size + 3 + 6;
	size_t most = device->limit > front ? device->limit - front : 0;
	struct sheet sheet = { start, start, start + most };
	int64_t error = 0, index = 0;

	if (request->pdu == PDU_GETBULK)
		answer_bulk(&sheet, device, request, now_ms);
	else if (request->pdu == PDU_SET)
		error = refuse_set(device, request, &index);
	else
		error = answer_each(&sheet, device, request, now_ms, &index);
	if (error != 0) {
		/* An error carries the request's own varbinds; tooBig of v2c carries none. */
		sheet.at = start;
		if (error == SNMP_TOO_BIG) {
			device->counts.too_big++;
			index = 0;
		}
		if (error != SNMP_TOO_BIG || request->version == SNMP_V1) {
			memcpy(sheet.at, request->varbinds.at, request->varbinds.size);
			sheet.at += request->varbinds.size;
		}
	}
	return message_wrap(request->version, request->community, PDU_RESPONSE, request->id, error, index,
	    start, (size_t)(sheet.at - start), size);
}
