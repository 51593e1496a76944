/* SPDX-License-Identifier: ISC */
/*
 * What a stranger may send to a worker that speaks SNMPv3, and what a device may whose keys are right. The first octet says how the rest is given: as it
 * is, as an answer or a notification; or sealed by the device's engine, as its scoped PDU.
 */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/far_testing.h"
#include "plugins/snmp/usm/inbound.h"

static const struct access_settings settings = { .version = ACCESS_V3,
	.community = "",
	.user = "poller",
	.context = "",
	.auth = USM_AUTH_SHA1,
	.priv = USM_PRIV_AES128,
	.auth_key = "a key to sign with",
	.priv_key = "a key to hide with" };

static struct usm *usm;
static struct inbound *inbound;
static struct codec *codec;
static struct far far;

static void
give(struct access *access, const uint8_t *data, size_t len)
{
	struct access_message message;
	struct access_opened opened;
	struct inbound_opened notified;

	if (access_receive(codec, data, len, &message) == 0)
		access_open(access, &message, 1000, &opened);
	(void)inbound_open(inbound, data, len, 1000, &notified);
}

/* An access that knows the engine. */
static struct access *
make_access(void)
{
	static const uint8_t nothing[] = { 0x30, 0x13, 2, 1, 1, 4, 0, 0xa0, 0x0c, 2, 4, 0x40, 0, 0, 0, 2, 1,
		0, 2, 1, 0 };
	uint8_t out[CODEC_REQUEST_MAX];
	struct access *access;

	if (access_new(usm, &settings, &access) < 0)
		abort();
	for (uint32_t id = CODEC_ID_MIN; id < CODEC_ID_MIN + 2; id++) {
		int len = access_seal(access, nothing, sizeof(nothing), 11, id, 1000, out);
		if (len > 0 && far_answer(&far, out, (size_t)len))
			give(access, far.octets, far.len);
	}
	return access;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (usm == NULL) {
		usm = usm_testing(1);
		codec = codec_new();
		if (usm == NULL || codec == NULL || inbound_new(usm, 16, &inbound) < 0 ||
		    inbound_add_user(inbound, &settings) < 0)
			abort();
		far_init(&far, 1, &settings);
	}
	if (size == 0 || size > 4096)
		return 0;
	struct access *access = make_access();
	if ((data[0] & 1) == 0) {
		give(access, data + 1, size - 1);
	} else {
		const struct usm_peer peer = { .engine_id = far.engine_id,
			.engine_id_len = far.engine_id_len,
			.user = settings.user,
			.auth = settings.auth,
			.priv = (data[0] & 2) != 0 ? settings.priv : USM_PRIV_NONE,
			.auth_key = &far.auth_key,
			.priv_key = &far.priv_key,
			.boots = far.boots,
			.time = far.time };
		uint8_t head[ENVELOPE_HEAD_MAX];
		const uint8_t *sealed;
		size_t head_len = envelope_head(
		    CODEC_ID_MIN, (uint8_t)(ENVELOPE_AUTH | ((data[0] & 2) != 0 ? ENVELOPE_PRIV : 0)), head);
		int len = library_seal(&peer, head, head_len, data + 1, size - 1, &sealed);
		uint8_t *copy = len > 0 ? malloc((size_t)len) : NULL;
		if (copy != NULL) {
			memcpy(copy, sealed, (size_t)len);
			give(access, copy, (size_t)len);
			free(copy);
		}
	}
	access_free(access);
	return 0;
}
