/* SPDX-License-Identifier: ISC */
/* An SNMPv3 engine. */
#include "tests/sim/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/record.h"

#define TIME_MAX 2147483647 /* both counters end there */

static void
forget_keys(struct engine *engine)
{
	for (size_t i = 0; i < engine->user_count; i++) {
		free(engine->users[i].keys);
		engine->users[i].keys = NULL;
	}
}

void
engine_rename(struct engine *engine, const uint8_t *id, size_t id_size)
{
	forget_keys(engine);
	memcpy(engine->id, id, id_size);
	engine->id_size = id_size;
}

struct engine *
engine_new(const uint8_t *id, size_t id_size, int64_t real_ms)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	if (engine == NULL)
		return NULL;
	engine_rename(engine, id, id_size);
	engine->boots = 1;
	engine->start_ms = real_ms;
	/* Differs between engines, so that no two begin with the same salt. */
	engine->salt = (uint64_t)oid_hash(engine_id(engine)) << 32;
	return engine;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	forget_keys(engine);
	free(engine);
}

void
engine_reboot(struct engine *engine, int64_t real_ms)
{
	if (engine->boots < TIME_MAX)
		engine->boots++;
	engine->start_ms = real_ms;
}

struct ber_slice
engine_id(const struct engine *engine)
{
	return (struct ber_slice){ engine->id, engine->id_size };
}

uint32_t
engine_time(const struct engine *engine, int64_t real_ms)
{
	int64_t seconds = (real_ms - engine->start_ms) / 1000;
	return seconds < 0 ? 0 : seconds > TIME_MAX ? TIME_MAX : (uint32_t)seconds;
}

struct engine_user *
engine_user(struct engine *engine, struct ber_slice name)
{
	for (size_t i = 0; i < engine->user_count; i++) {
		const char *known = engine->users[i].credential->name;
		if (strlen(known) == name.size && memcmp(known, name.at, name.size) == 0)
			return &engine->users[i];
	}
	return NULL;
}

int
engine_remove_user(struct engine *engine, const char *name)
{
	struct engine_user *user =
	    engine_user(engine, (struct ber_slice){ (const uint8_t *)name, strlen(name) });
	if (user == NULL)
		return -ENOENT;
	free(user->keys);
	*user = engine->users[--engine->user_count];
	return 0;
}

int
engine_add_user(struct engine *engine, const struct credential *credential)
{
	(void)engine_remove_user(engine, credential->name);
	if (engine->user_count == ENGINE_USERS)
		return -ENOSPC;
	engine->users[engine->user_count++] = (struct engine_user){ credential, NULL };
	return 0;
}

const struct user_keys *
engine_user_keys(struct engine *engine, struct engine_user *user)
{
	const struct credential *credential = user->credential;
	if (user->keys != NULL)
		return user->keys;
	user->keys = calloc(1, sizeof(*user->keys));
	if (user->keys == NULL || credential->auth == USM_NO_AUTH)
		return user->keys;
	usm_local_key(credential->auth, credential->auth_key, engine_id(engine), user->keys->auth);
	if (credential->priv != USM_NO_PRIV) {
		usm_local_key(credential->auth, credential->priv_key, engine_id(engine), user->keys->priv);
		usm_extend_key(credential->auth, credential->priv, engine_id(engine), user->keys->priv);
	}
	return user->keys;
}

const struct credential *
credential_get(struct credential **list, const char *name, enum usm_auth auth, const char *auth_password,
    enum usm_priv priv, const char *priv_password)
{
	struct credential *made = calloc(1, sizeof(*made));
	if (made == NULL)
		return NULL;
	strncpy(made->name, name, USER_NAME_MAX);
	made->auth = auth;
	made->priv = priv;
	if (auth != USM_NO_AUTH)
		usm_password_key(auth, auth_password, made->auth_key);
	if (priv != USM_NO_PRIV)
		usm_password_key(auth, priv_password, made->priv_key);
	for (const struct credential *known = *list; known != NULL; known = known->next)
		if (strcmp(known->name, made->name) == 0 && known->auth == auth && known->priv == priv &&
		    memcmp(known->auth_key, made->auth_key, sizeof(made->auth_key)) == 0 &&
		    memcmp(known->priv_key, made->priv_key, sizeof(made->priv_key)) == 0) {
			free(made);
			return known;
		}
	made->next = *list;
	*list = made;
	return made;
}

void
credentials_free(struct credential *list)
{
	while (list != NULL) {
		struct credential *next = list->next;
		free(list);
		list = next;
	}
}
