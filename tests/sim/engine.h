/* SPDX-License-Identifier: ISC */
/* An SNMPv3 engine (a device's own, or the peer of an inform): its identity, its clock, and the users at it with their keys. */
#ifndef TESTS_SIM_ENGINE_H
#define TESTS_SIM_ENGINE_H

#include "tests/sim/usm_crypto.h"

#define ENGINE_ID_MIN 5 /* RFC 3411, SnmpEngineID */
#define ENGINE_ID_MAX 32
#define USER_NAME_MAX 32
#define ENGINE_USERS  8

/* A name and passwords, shared by every engine that knows them. */
struct credential {
	char name[USER_NAME_MAX + 1];
	enum usm_auth auth;
	enum usm_priv priv;
	uint8_t auth_key[USM_KEY_MAX], priv_key[USM_KEY_MAX]; /* of the passwords: made once */
	struct credential *next;
};

/* Keys are made when the user is first heard of: ten thousand devices cost nothing until they are asked. */
struct user_keys {
	uint8_t auth[USM_KEY_MAX], priv[USM_KEY_MAX];
};

struct engine_user {
	const struct credential *credential;
	struct user_keys *keys; /* NULL: not yet made */
};

/* What usmStats counts, by the number of its object (RFC 3414, 5). */
enum usm_stat {
	USM_FINE,
	USM_UNSUPPORTED_LEVEL,
	USM_NOT_IN_TIME,
	USM_UNKNOWN_USER,
	USM_UNKNOWN_ENGINE,
	USM_WRONG_DIGEST,
	USM_DECRYPTION_ERROR,
	USM_STATS,
};

struct engine {
	uint8_t id[ENGINE_ID_MAX];
	size_t id_size;
	uint32_t boots;
	int64_t start_ms; /* real time at which snmpEngineTime was 0 */
	uint64_t salt;
	uint32_t stats[USM_STATS];
	struct engine_user users[ENGINE_USERS];
	size_t user_count;
};

/* boots 1, time 0. NULL without memory. */
struct engine *engine_new(const uint8_t *id, size_t id_size, int64_t real_ms);
void engine_free(struct engine *engine);

/* Another identity: keys are made anew. */
void engine_rename(struct engine *engine, const uint8_t *id, size_t id_size);
void engine_reboot(struct engine *engine, int64_t real_ms);

struct ber_slice engine_id(const struct engine *engine);
uint32_t engine_time(const struct engine *engine, int64_t real_ms); /* seconds */

/* A user of that name is replaced. 0 or -ENOSPC. */
int engine_add_user(struct engine *engine, const struct credential *credential);
int engine_remove_user(struct engine *engine, const char *name); /* 0 or -ENOENT */
struct engine_user *engine_user(struct engine *engine, struct ber_slice name);

/* The user's keys here; NULL without memory. */
const struct user_keys *engine_user_keys(struct engine *engine, struct engine_user *user);

/* Finds or adds a credential in the list; passwords NULL with no protocol. NULL without memory. */
const struct credential *credential_get(struct credential **list, const char *name, enum usm_auth auth,
    const char *auth_password, enum usm_priv priv, const char *priv_password);
void credentials_free(struct credential *list);

#endif
