/* SPDX-License-Identifier: ISC */
/* A device's SNMPv3 engine, for tests: it answers as RFC 3414 wants it, or as the test wants it. */
#ifndef PLUGINS_SNMP_FAR_TESTING_H
#define PLUGINS_SNMP_FAR_TESTING_H

#include "plugins/snmp/usm/access.h"
#include "plugins/snmp/usm/inside.h"

struct far {
	uint8_t engine_id[USM_ENGINE_MAX];
	size_t engine_id_len;
	uint32_t boots, time;
	struct access_settings user;
	struct usm_key auth_key, priv_key;
	unsigned stat;      /* of usmStats, reported whatever comes; 0: none */
	bool is_unsigned;   /* answers come without authentication */
	bool is_foreign_id; /* answers bear another request id */
	uint8_t octets[USM_DATAGRAM];
	size_t len; /* of the last message that it made */
};

/* `last`: of its engine ID. The pass phrases are localised. */
void far_init(struct far *far, uint8_t last, const struct access_settings *user);
/* It gets another engine ID. */
void far_set_engine(struct far *far, const uint8_t *id, size_t len);
/* Its answer to a message, in far->octets. False: it has none (it is not its user's, or noise). */
bool far_answer(struct far *far, const uint8_t *data, size_t len);
/* A notification of its user: its own engine is the authoritative one with a trap, `to` (its ID, boots, time) with an inform. */
void far_notify(struct far *far, uint8_t pdu, uint32_t id, const struct usm_peer *to);

/* A usm of the test's own, with an engine ID that ends with `last`; NULL: the library does not start. For usm_free(). */
struct usm *usm_testing(uint8_t last);

#endif
