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

/* An error carries the request's own varbinds; tooBig of v2c carries none. Returns their end. */
static uint8_t *
put_asked(uint8_t *start, const struct request *request, int64_t error)
{
	if (error == SNMP_TOO_BIG && request->version != SNMP_V1)
		return start;
	memcpy(start, request->varbinds.at, request->varbinds.size);
	return start + request->varbinds.size;
}

/* The PDU that answers, in room[ANSWER_ROOM] behind MESSAGE_HEADROOM; `front` octets of the message will stand before its varbinds. */
static uint8_t *
answer_pdu(struct device *device, const struct request *request, size_t front, int64_t now_ms, uint8_t *room,
    size_t *size)
{
	uint8_t *start = room + MESSAGE_HEADROOM;
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
	if (error == SNMP_TOO_BIG) {
		device->counts.too_big++;
		index = 0;
	}
	if (error != 0)
		sheet.at = put_asked(start, request, error);
	return pdu_wrap(PDU_RESPONSE, request->id, error, index, start, (size_t)(sheet.at - start), size);
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

/* Heads of PDU and varbinds, error and index, and the request's id. */
static size_t
pdu_front(const struct request *request)
{
	return 2 * 4 + 6 + request->id.size;
}

uint8_t *
answer_build(
    struct device *device, const struct request *request, int64_t now_ms, uint8_t *room, size_t *size)
{
	struct ber_slice community = answer_community(device, request);
	size_t front = pdu_front(request) + 4 + 3 + ber_head_size(community.size) + community.size;
	uint8_t *pdu = answer_pdu(device, request, front, now_ms, room, size);

	return community_wrap(request->version, community, pdu, *size, size);
}

/* Reports carry one counter, 1.3.6.1.6.3.15.1.1.N.0. */
static uint8_t *
report_pdu(const struct usm_request *usm, const struct request *request, uint8_t *room, size_t *size)
{
	static const uint8_t no_id[] = { BER_INTEGER, 1, 0 };
	uint8_t name[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1, (uint8_t)usm->report, 0 }, count[9];
	uint8_t *start = room + MESSAGE_HEADROOM;
	struct varbind varbind;

	size_t count_size = ber_unsigned(count, usm->engine->stats[usm->report]);
	varbind_encode((struct ber_slice){ name, sizeof(name) }, BER_COUNTER32,
	    (struct ber_slice){ count, count_size }, start, &varbind);
	return pdu_wrap(PDU_REPORT,
	    request->id.size > 0 ? request->id : (struct ber_slice){ no_id, sizeof(no_id) }, 0, 0, start,
	    varbind.whole_size, size);
}

/* A user with passwords must use them: what comes at a lower level is not for everyone to see. */
static bool
is_authorized(const struct usm_request *usm)
{
	const struct credential *credential = usm->user->credential;
	return (credential->auth == USM_NO_AUTH || usm->flags & USM_AUTH) &&
	    (credential->priv == USM_NO_PRIV || usm->flags & USM_PRIV);
}

uint8_t *
answer_build_secured(struct device *device, const struct usm_request *usm, const struct request *request,
    int64_t now_ms, int64_t real_ms, uint8_t *room, size_t *size)
{
	uint8_t *pdu;

	if (usm->report != USM_FINE) {
		pdu = report_pdu(usm, request, room, size);
	} else if (!is_authorized(usm)) {
		uint8_t *start = room + MESSAGE_HEADROOM;
		uint8_t *end = put_asked(start, request, SNMP_AUTHORIZATION_ERROR);
		pdu = pdu_wrap(PDU_RESPONSE, request->id, SNMP_AUTHORIZATION_ERROR, 0, start,
		    (size_t)(end - start), size);
	} else {
		pdu = answer_pdu(device, request, pdu_front(request) + USM_HEADROOM, now_ms, room, size);
	}
	return usm_wrap(usm, 0, real_ms, pdu, *size, size);
}
