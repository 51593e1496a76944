/* SPDX-License-Identifier: ISC */
/* Crews' devices: enrolled, revoked, kept in the store with their keys. No record, log line or view ever holds a key. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/config/log.h"
#include "agent/repair/inside.h"

#define KID_LEN 16 /* 80 random bits */

struct crew_call {
	TAILQ_ENTRY(crew_call) next;
	struct repair *repair;
	crew_enrolled_fn *enrolled;
	model_done_fn *done;
	void *arg;
	struct crew_device *device; /* to be enrolled */
	int64_t revoked_ms;         /* the mark on those to be revoked */
	char what[96];              /* for the log */
	char object[CREW_NAME_MAX + 8];
	struct crew_device *revoked[]; /* NULL at the end */
};

static int
compare_kids(const void *a, const void *b)
{
	const struct crew_device *x = a, *y = b;
	return strcmp(x->kid, y->kid);
}

struct crew_device *
crew_device_find(const struct repair *repair, const char *kid)
{
	struct crew_device key = { .kid = kid };
	void *const *at = tfind(&key, &repair->devices_by_kid, compare_kids);
	return at != NULL ? *at : NULL;
}

const char *
crew_name_check(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	if (len == 0 || len > CREW_NAME_MAX || name[len] != '\0' || !isalnum((unsigned char)name[0]))
		return "a crew's name has 1 to 32 letters, digits, '.', '_' or '-' and begins with a letter "
		       "or digit";
	return NULL;
}

bool
crew_is_known(const struct repair *repair, const char *name)
{
	const struct crew_device *device;

	TAILQ_FOREACH(device, &repair->devices, next)
	if (strcmp(device->crew, name) == 0)
		return true;
	return false;
}

/* Takes the key in every case. */
static struct crew_device *
device_new(const char *kid, const char *crew, const char *by, struct jws_key *key)
{
	size_t kid_size = strlen(kid) + 1, crew_size = strlen(crew) + 1, by_size = strlen(by) + 1;
	struct crew_device *device = calloc(1, sizeof(*device) + kid_size + crew_size + by_size);

	if (device == NULL) {
		jws_key_free(key);
		return NULL;
	}
	char *to = (char *)(device + 1);
	device->kid = memcpy(to, kid, kid_size);
	device->crew = memcpy(to + kid_size, crew, crew_size);
	device->enrolled_by = memcpy(to + kid_size + crew_size, by, by_size);
	device->key = key;
	return device;
}

static void
device_free(struct crew_device *device)
{
	if (device == NULL)
		return;
	jws_key_free(device->key);
	free(device);
}

static int
device_install(struct repair *repair, struct crew_device *device)
{
	if (device->number >= repair->next_device)
		repair->next_device = device->number + 1;
	if (tsearch(device, &repair->devices_by_kid, compare_kids) == NULL)
		return -ENOMEM;
	int rc = order_insert(repair->devices_order, (struct order_key){ 0, device->number }, 0, device);
	if (rc < 0) {
		tdelete(device, &repair->devices_by_kid, compare_kids);
		return rc;
	}
	TAILQ_INSERT_TAIL(&repair->devices, device, next);
	return 0;
}

/* Rows. */

static int
device_put(struct store_txn *txn, const struct crew_device *device)
{
	struct towerd_json_writer w = { 0 };
	char key[JWS_KEY_TEXT];
	int rc = -ENOMEM;

	jws_key_text(device->key, key);
	towerd_json_open(&w, NULL, '{');
	towerd_json_put_uint(&w, "number", device->number);
	towerd_json_put_text(&w, "crew", device->crew);
	towerd_json_put_text(&w, "alg", jws_alg_names[jws_key_alg(device->key) - 1]);
	towerd_json_put_text(&w, "key", key);
	towerd_json_put_text(&w, "enrolled-by", device->enrolled_by);
	towerd_json_put_int(&w, "enrolled-ms", device->enrolled_ms);
	towerd_json_put_int(&w, "revoked-ms", device->revoked_ms);
	towerd_json_close(&w, '}');
	if (towerd_json_done(&w) != NULL) {
		store_put(txn, STORE_CREW, device->kid, w.data, w.len);
		rc = 0;
	}
	jws_wipe(key, sizeof(key));
	if (w.data != NULL)
		jws_wipe(w.data, w.len);
	towerd_json_fini(&w);
	return rc;
}

static const char *
member(const struct towerd_json *row, const char *name)
{
	const char *text;
	size_t len;
	return towerd_json_text(towerd_json_get(row, name), &text, &len) == 0 ? text : "";
}

static int
load_device(struct repair *repair, const char *kid, const struct towerd_json *row)
{
	int64_t number, enrolled_ms, revoked_ms;
	const char *alg = member(row, "alg");

	if (crew_name_check(member(row, "crew")) != NULL ||
	    towerd_json_int(towerd_json_get(row, "number"), &number) < 0 || number < 1 ||
	    number > UINT32_MAX || towerd_json_int(towerd_json_get(row, "enrolled-ms"), &enrolled_ms) < 0 ||
	    towerd_json_int(towerd_json_get(row, "revoked-ms"), &revoked_ms) < 0)
		return -EBADMSG;
	struct jws_key *key = NULL;
	for (int i = JWS_ES256; i <= JWS_HS256; i++)
		if (strcmp(alg, jws_alg_names[i - 1]) == 0)
			key = jws_key_load((enum jws_alg)i, member(row, "key"));
	if (key == NULL)
		return -EBADMSG;
	struct crew_device *device = device_new(kid, member(row, "crew"), member(row, "enrolled-by"), key);
	if (device == NULL)
		return -ENOMEM;
	device->number = (uint32_t)number;
	device->enrolled_ms = enrolled_ms;
	device->revoked_ms = revoked_ms;
	int rc = device_install(repair, device);
	if (rc < 0)
		device_free(device);
	return rc;
}

int
crew_load(void *arg, const char *key, const char *body, size_t len)
{
	char error[128];
	struct towerd_json *row = towerd_json_parse(body, len, error, sizeof(error));
	int rc = row != NULL ? load_device(arg, key, row) : -EBADMSG;

	towerd_json_free(row);
	return rc;
}

/* Calls. */

static struct crew_call *
call_new(struct repair *repair, size_t revoked, const char *crew, void *arg)
{
	struct crew_call *call = calloc(1, sizeof(*call) + (revoked + 1) * sizeof(struct crew_device *));

	if (call == NULL)
		return NULL;
	call->repair = repair;
	call->arg = arg;
	snprintf(call->object, sizeof(call->object), "crew %s", crew);
	TAILQ_INSERT_TAIL(&repair->crew_calls, call, next);
	return call;
}

static void
call_free(struct crew_call *call)
{
	TAILQ_REMOVE(&call->repair->crew_calls, call, next);
	device_free(call->device);
	free(call);
}

/* A key is never part of it. */
static void
journal_device(struct store_txn *txn, const struct crew_call *call, const char *type, const char *actor,
    const struct crew_device *device)
{
	char body[192];

	snprintf(body, sizeof(body), "{\"crew\":\"%s\",\"device\":\"%s\",\"alg\":\"%s\"}", device->crew,
	    device->kid, jws_alg_names[jws_key_alg(device->key) - 1]);
	store_journal(txn, type, actor, call->object, body);
}

static void
enroll_durable(void *arg, int rc, bool final)
{
	struct crew_call *call = arg;
	struct crew_device *device = call->device;
	char key[JWS_KEY_TEXT] = "";

	(void) final;
	if (rc == 0)
		rc = device_install(call->repair, device);
	if (rc == 0) {
		call->device = NULL;
		log_write(TOWERD_LOG_INFO, call->object, "%s", call->what);
		if (jws_key_alg(device->key) == JWS_HS256)
			jws_key_text(device->key, key);
	}
	if (call->enrolled != NULL)
		call->enrolled(call->arg, rc, device->kid, key);
	jws_wipe(key, sizeof(key));
	call_free(call);
}

/* Takes the key in every case. */
static int
enroll(struct repair *repair, const char *name, struct jws_key *key, const char *actor, crew_enrolled_fn *fn,
    void *arg)
{
	char kid[KID_LEN + 1];
	int rc = jws_random_name(kid, KID_LEN);
	struct crew_call *call = rc == 0 ? call_new(repair, 0, name, arg) : NULL;

	if (call == NULL) {
		jws_key_free(key);
		return rc < 0 ? rc : -ENOMEM;
	}
	struct crew_device *device = call->device = device_new(kid, name, actor, key);
	if (device == NULL) {
		call_free(call);
		return -ENOMEM;
	}
	call->enrolled = fn;
	device->number = repair->next_device > 0 ? repair->next_device : 1;
	repair->next_device = device->number + 1;
	device->enrolled_ms = loop_utc_ms(repair->loop);
	snprintf(call->what, sizeof(call->what), "device %s enrolled with %s (%.32s)", kid,
	    jws_alg_names[jws_key_alg(key) - 1], actor);
	struct store_txn *txn = store_begin(repair->store);
	rc = device_put(txn, device);
	if (rc < 0) {
		store_abandon(txn);
		call_free(call);
		return rc;
	}
	journal_device(txn, call, "crew.enroll", actor, device);
	rc = store_submit(txn, STORE_PROMISE, enroll_durable, call);
	if (rc < 0)
		call_free(call);
	return rc;
}

int
crew_enroll_hs256(struct repair *repair, const char *name, const char *actor, crew_enrolled_fn *fn, void *arg)
{
	if (crew_name_check(name) != NULL)
		return -EINVAL;
	struct jws_key *key = jws_key_new_hs256();
	return key != NULL ? enroll(repair, name, key, actor, fn, arg) : -EIO;
}

int
crew_enroll_es256(struct repair *repair, const char *name, const char *public_key, const char *actor,
    crew_enrolled_fn *fn, void *arg, char *error, size_t size)
{
	const char *fault = crew_name_check(name);
	struct jws_key *key;

	if (fault != NULL) {
		snprintf(error, size, "%s", fault);
		return -EINVAL;
	}
	int rc = jws_key_parse(public_key, &key, error, size);
	if (rc == 0) {
		rc = enroll(repair, name, key, actor, fn, arg);
		if (rc < 0)
			snprintf(error, size, "cannot enroll: %s", strerror(-rc));
	}
	return rc;
}

static void
revoke_durable(void *arg, int rc, bool final)
{
	struct crew_call *call = arg;

	(void) final;
	for (size_t i = 0; rc < 0 && call->revoked[i] != NULL; i++)
		call->revoked[i]->revoked_ms = 0;
	if (rc == 0)
		log_write(TOWERD_LOG_INFO, call->object, "%s", call->what);
	if (call->done != NULL)
		call->done(call->arg, rc);
	call_free(call);
}

/* Nothing is accepted from these devices from here on, also while the commit is under way. */
static int
revoke(struct repair *repair, struct crew_call *call, const char *name, const char *kid, const char *actor)
{
	struct crew_device *device;
	struct store_txn *txn = store_begin(repair->store);
	size_t count = 0;
	int rc = 0;

	TAILQ_FOREACH(device, &repair->devices, next)
	{
		if (device->revoked_ms != 0 || strcmp(device->crew, name) != 0 ||
		    (kid != NULL && strcmp(device->kid, kid) != 0))
			continue;
		call->revoked[count++] = device;
		device->revoked_ms = call->revoked_ms;
		if (device_put(txn, device) < 0)
			rc = -ENOMEM;
		journal_device(txn, call, "crew.revoke", actor, device);
	}
	snprintf(call->what, sizeof(call->what), "%zu of its devices revoked (%.32s)", count, actor);
	if (rc < 0)
		store_abandon(txn);
	else
		rc = store_submit(txn, STORE_PROMISE, revoke_durable, call);
	for (size_t i = 0; rc < 0 && i < count; i++)
		call->revoked[i]->revoked_ms = 0;
	return rc;
}

int
crew_revoke(struct repair *repair, const char *name, const char *kid, const char *actor, model_done_fn *done,
    void *arg)
{
	const struct crew_device *device;
	size_t known = 0, valid = 0;

	TAILQ_FOREACH(device, &repair->devices, next)
	{
		if (strcmp(device->crew, name) != 0 || (kid != NULL && strcmp(device->kid, kid) != 0))
			continue;
		known++;
		valid += device->revoked_ms == 0;
	}
	if (valid == 0)
		return known == 0 ? -ENOENT : -EALREADY;
	struct crew_call *call = call_new(repair, valid, name, arg);
	if (call == NULL)
		return -ENOMEM;
	call->done = done;
	call->revoked_ms = loop_utc_ms(repair->loop);
	int rc = revoke(repair, call, name, kid, actor);
	if (rc < 0)
		call_free(call);
	return rc;
}

static void
keep(void *device)
{
	(void)device; /* freed with the list */
}

void
crew_free_all(struct repair *repair)
{
	struct crew_call *call;
	struct crew_device *device;

	while ((call = TAILQ_FIRST(&repair->crew_calls)) != NULL) {
		TAILQ_REMOVE(&repair->crew_calls, call, next);
		device_free(call->device);
		free(call);
	}
	tdestroy(repair->devices_by_kid, keep);
	while ((device = TAILQ_FIRST(&repair->devices)) != NULL) {
		TAILQ_REMOVE(&repair->devices, device, next);
		device_free(device);
	}
}
