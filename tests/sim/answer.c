/* SPDX-License-Identifier: ISC */
/* What a device answers to a request. */
#include "tests/sim/answer.h"

#include <string.h>

#include "tests/sim/walk.h"

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

/* 0, SNMP_TOO_BIG when the sheet is full, or the error that the device gives for this object. */
static int64_t
put_hit(struct sheet *sheet, const struct device *device, const struct device_hit *hit, int64_t now_ms)
{
	if (hit->own != NULL && hit->own->kind == OWN_ERROR)
		return hit->own->error;
	size_t size = device_put(device, hit, now_ms, sheet->at, room_left(sheet));
	sheet->at += size;
	return size > 0 ? 0 : SNMP_TOO_BIG;
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
	if (!walk_next(device, oid, hint, hit))
		return false;
	/* What it passes over is passed in order: a walk that never ends might hold nothing else. */
	while (!is_for(version, hit))
		if (!device_after(device, device_hit_oid(hit), hit->position, hit))
			return false;
	return true;
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
		int64_t error;
		if (is_found)
			error = put_hit(sheet, device, &hit, now_ms);
		else if (request->version == SNMP_V1)
			error = SNMP_NO_SUCH_NAME;
		else
			error = put_exception(sheet, oid,
				    request->pdu == PDU_GET ? BER_NO_SUCH_INSTANCE : BER_END_OF_MIB_VIEW)
			    ? 0
			    : SNMP_TOO_BIG;
		if (error != 0)
			return error;
	}
	*index = 0;
	return 0;
}

#define COLUMNS_MAX 128

/* What a GETBULK goes down: where each of its columns stands. */
struct bulk {
	struct sheet *sheet;
	const struct device *device;
	const struct request *request;
	int64_t now_ms;
	struct ber_slice columns[COLUMNS_MAX];
	uint32_t hints[COLUMNS_MAX];
};

/* The next of one column, which then stands there. 0, *is_end at its end, or as put_hit. */
static int64_t
put_next(struct bulk *bulk, size_t i, bool *is_end)
{
	struct device_hit hit;

	*is_end = !find_next(bulk->device, bulk->request->version, bulk->columns[i], bulk->hints[i], &hit);
	if (*is_end)
		return put_exception(bulk->sheet, bulk->columns[i], BER_END_OF_MIB_VIEW) ? 0 : SNMP_TOO_BIG;
	int64_t error = put_hit(bulk->sheet, bulk->device, &hit, bulk->now_ms);
	if (error == 0 && bulk->device->quirks != NULL && bulk->device->quirks->repeats_rows)
		error = put_hit(bulk->sheet, bulk->device, &hit, bulk->now_ms);
	bulk->columns[i] = device_hit_oid(&hit);
	bulk->hints[i] = hit.position;
	return error;
}

/* GETBULK fills what fits and says nothing about the rest. An SNMP error of an object, or 0; *index is the varbind it is about. */
static int64_t
answer_bulk(struct sheet *sheet, const struct device *device, const struct request *request, int64_t now_ms,
    int64_t *index)
{
	struct bulk bulk = { .sheet = sheet, .device = device, .request = request, .now_ms = now_ms };
	struct ber_slice varbinds = request->varbinds;
	size_t single = 0, count = 0;
	bool is_end;
	int64_t error = 0;

	while (count < COLUMNS_MAX && request_next(&varbinds, &bulk.columns[count], NULL))
		bulk.hints[count++] = RECORD_NONE;
	for (; error == 0 && single < count && (int64_t)single < request->field_1; single++) {
		*index = (int64_t)single + 1;
		error = put_next(&bulk, single, &is_end);
	}
	bool is_alive = single < count;
	for (int64_t round = 0; error == 0 && round < request->field_2 && is_alive; round++) {
		is_alive = false;
		for (size_t i = single; error == 0 && i < count; i++) {
			*index = (int64_t)i + 1;
			error = put_next(&bulk, i, &is_end);
			is_alive |= !is_end;
		}
	}
	if (error == 0 || error == SNMP_TOO_BIG) {
		*index = 0;
		return 0;
	}
	return error;
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

/* The community of the answer: the request's, unless the device gets it wrong. */
static struct ber_slice
answer_community(const struct device *device, const struct request *request)
{
	const struct quirks *quirks = device->quirks;
	if (quirks == NULL || quirks->answer_community[0] == '\0')
		return request->community;
	return (
	    struct ber_slice){ (const uint8_t *)quirks->answer_community, strlen(quirks->answer_community) };
}

uint8_t *
answer_build(
    struct device *device, const struct request *request, int64_t now_ms, uint8_t *room, size_t *size)
{
	uint8_t *start = room + MESSAGE_HEADROOM;
	struct ber_slice community = answer_community(device, request);
	/* The front: four heads, version, community, request id, error and index. */
	size_t front = 3 * 4 + 3 + ber_head_size(community.size) + community.size + request->id.size + 3 + 6;
	size_t most = device->limit > front ? device->limit - front : 0;
	struct sheet sheet = { start, start, start + most };
	int64_t error = 0, index = 0;

	if (request->pdu == PDU_GETBULK)
		error = device->quirks != NULL && device->quirks->bulk == BULK_REFUSED
		    ? SNMP_GEN_ERR
		    : answer_bulk(&sheet, device, request, now_ms, &index);
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
	return message_wrap(request->version, community, PDU_RESPONSE, request->id, error, index, start,
	    (size_t)(sheet.at - start), size);
}
