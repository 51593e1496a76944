/* SPDX-License-Identifier: ISC */
/* SNMPv3 notifications: whose they are, whether they are authentic, and what their senders are answered. */
#include "plugins/snmp/usm/inbound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/back.h"
#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/inside.h"
#include "plugins/snmp/usm/sender.h"

#define LEVEL_FLAGS (ENVELOPE_AUTH | ENVELOPE_PRIV)
#define REPORT_ROOM 128 /* octets of a report's scoped PDU, our engine ID included */

/* The last but one sub-identifier of what a report bears (RFC 3414, usmStats). */
enum stat { STAT_LEVEL = 1, STAT_TIME, STAT_USER, STAT_ENGINE, STAT_DIGEST, STAT_DECRYPTION, STAT_COUNT };

struct user {
	struct user *next;
	char *name;
	enum usm_auth auth;
	enum usm_priv priv;
	struct usm_master *auth_master, *priv_master;
	bool has_own_keys;
	struct usm_key auth_key, priv_key; /* at our own engine */
};

struct inbound {
	struct usm *usm;
	struct user *users;
	struct senders *senders;
	uint32_t stats[STAT_COUNT];
};

/* ---- users */

int
inbound_new(struct usm *usm, size_t senders, struct inbound **out)
{
	struct inbound *inbound = calloc(1, sizeof(*inbound));

	*out = NULL;
	if (inbound == NULL)
		return -ENOMEM;
	inbound->usm = usm;
	inbound->senders = senders_new(senders);
	if (inbound->senders == NULL) {
		free(inbound);
		return -ENOMEM;
	}
	*out = inbound;
	return 0;
}

static void
user_free(struct inbound *inbound, struct user *user)
{
	master_put(inbound->usm, user->auth_master);
	master_put(inbound->usm, user->priv_master);
	free(user->name);
	explicit_bzero(user, sizeof(*user));
	free(user);
}

void
inbound_clear_users(struct inbound *inbound)
{
	senders_clear(inbound->senders);
	while (inbound->users != NULL) {
		struct user *user = inbound->users;
		inbound->users = user->next;
		user_free(inbound, user);
	}
}

void
inbound_free(struct inbound *inbound)
{
	if (inbound == NULL)
		return;
	inbound_clear_users(inbound);
	senders_free(inbound->senders);
	free(inbound);
}

/* Masters are shared: the same phrase is the same pointer. */
static bool
is_same(const struct user *a, const struct user *b)
{
	return a->auth == b->auth && a->priv == b->priv && a->auth_master == b->auth_master &&
	    a->priv_master == b->priv_master && strcmp(a->name, b->name) == 0;
}

int
inbound_add_user(struct inbound *inbound, const struct access_settings *settings)
{
	if (settings->version != ACCESS_V3)
		return 0;
	struct user *user = calloc(1, sizeof(*user));
	if (user == NULL)
		return -ENOMEM;
	user->auth = settings->auth;
	user->priv = settings->priv;
	user->name = strdup(settings->user);
	if (user->auth != USM_AUTH_NONE)
		user->auth_master = master_get(inbound->usm, user->auth, settings->auth_key);
	if (user->priv != USM_PRIV_NONE)
		user->priv_master = master_get(inbound->usm, user->auth, settings->priv_key);
	if (user->name == NULL || (user->auth != USM_AUTH_NONE && user->auth_master == NULL) ||
	    (user->priv != USM_PRIV_NONE && user->priv_master == NULL)) {
		user_free(inbound, user);
		return -ENOMEM;
	}
	for (const struct user *known = inbound->users; known != NULL; known = known->next) {
		if (is_same(known, user)) {
			user_free(inbound, user);
			return 0;
		}
	}
	user->next = inbound->users;
	inbound->users = user;
	return 0;
}

static uint8_t
flags_of(const struct user *user)
{
	return (uint8_t)((user->auth != USM_AUTH_NONE ? ENVELOPE_AUTH : 0) |
	    (user->priv != USM_PRIV_NONE ? ENVELOPE_PRIV : 0));
}

static int
localise(const struct user *user, const uint8_t *engine_id, size_t len, struct usm_key *auth_key,
    struct usm_key *priv_key)
{
	int rc = 0;

	if (user->auth_master != NULL)
		rc = master_localise(user->auth_master, USM_PRIV_NONE, engine_id, len, auth_key);
	if (rc == 0 && user->priv_master != NULL)
		rc = master_localise(user->priv_master, user->priv, engine_id, len, priv_key);
	return rc;
}

/* ---- what is sent back */

static struct usm_peer
ourselves(const struct inbound *inbound, const struct user *user)
{
	const struct engine *engine = &inbound->usm->engine;

	return (struct usm_peer){ .engine_id = engine->id,
		.engine_id_len = engine->id_len,
		.user = user->name,
		.auth = user->auth,
		.priv = user->priv,
		.auth_key = &user->auth_key,
		.priv_key = &user->priv_key,
		.boots = engine->boots,
		.time = library_time() };
}

static void
seal_reply(const struct usm_peer *peer, uint32_t id, uint8_t flags, const uint8_t *scoped, size_t scoped_len,
    struct inbound_opened *out)
{
	uint8_t head[ENVELOPE_HEAD_MAX];
	size_t head_len = envelope_head(id, flags, head);
	int rc = library_seal(peer, head, head_len, scoped, scoped_len, &out->reply);

	out->reply_len = rc < 0 ? 0 : (size_t)rc;
	if (rc < 0) {
		out->verdict = INBOUND_REFUSED;
		out->reason = "its answer cannot be made";
	}
}

static void
refuse(struct inbound_opened *out, const char *reason)
{
	out->verdict = INBOUND_REFUSED;
	out->reason = reason;
}

/* The Counter32 of the reason, in a report of our engine (RFC 3414, 3.2); signed if `user` is given. Nothing that wants no answer gets one. */
static void
report(struct inbound *inbound, const struct envelope *envelope, enum stat stat, const struct user *user,
    const char *reason, struct inbound_opened *out)
{
	const uint8_t name[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1, (uint8_t)stat, 0 };
	struct usm_peer peer = { .engine_id = inbound->usm->engine.id,
		.engine_id_len = inbound->usm->engine.id_len,
		.user = envelope->user,
		.boots = inbound->usm->engine.boots,
		.time = library_time() };
	uint8_t scoped[REPORT_ROOM], *end = scoped + sizeof(scoped);
	struct back to = { scoped, end, end, false };

	refuse(out, reason);
	if ((envelope->flags & ENVELOPE_REPORTABLE) == 0)
		return;
	if (user != NULL) {
		peer = ourselves(inbound, user);
		peer.priv = USM_PRIV_NONE;
	}
	inbound->stats[stat] = (inbound->stats[stat] + 1) & INT32_MAX;
	back_number(&to, inbound->stats[stat]);
	*to.at = SNMP_COUNTER32; /* in place of INTEGER */
	back_octets(&to, SNMP_OID, name, sizeof(name));
	back_head(&to, BER_SEQUENCE, end);
	back_head(&to, BER_SEQUENCE, end);
	back_number(&to, 0);
	back_number(&to, 0);
	back_number(&to, 0); /* the request's id may be enciphered: RFC 3412, 7.1 3c) */
	back_head(&to, CODEC_REPORT, end);
	back_octets(&to, SNMP_OCTETS, "", 0);
	back_octets(&to, SNMP_OCTETS, inbound->usm->engine.id, inbound->usm->engine.id_len);
	back_head(&to, BER_SEQUENCE, end);
	out->verdict = INBOUND_REPORT;
	seal_reply(&peer, envelope->id, user != NULL ? ENVELOPE_AUTH : 0, to.at, (size_t)(end - to.at), out);
}

/* ---- traps */

/* False: it was before what this sender has said already. */
static bool
take_time(struct sender *sender, const struct envelope *envelope, int64_t now_ms)
{
	int64_t time_now = sender->time + (now_ms - sender->time_at_ms) / 1000;

	if (envelope->boots < sender->boots ||
	    (envelope->boots == sender->boots && envelope->time + USM_TIME_WINDOW < time_now))
		return false;
	if (envelope->boots > sender->boots || envelope->time > sender->time) {
		sender->boots = envelope->boots;
		sender->time = envelope->time;
		sender->time_at_ms = now_ms;
	}
	return true;
}

/* Opens a trap with one user's keys. 0: they fit, and `out` has the conclusion. */
static int
open_trap_as(struct inbound *inbound, const struct user *user, const struct envelope *envelope,
    const uint8_t *data, size_t len, int64_t now_ms, struct inbound_opened *out)
{
	struct sender fresh = { .user = user,
		.engine_id_len = (uint8_t)envelope->engine_id_len,
		.boots = envelope->boots,
		.time = envelope->time,
		.time_at_ms = now_ms };
	struct sender *sender =
	    senders_find(inbound->senders, user, envelope->engine_id, envelope->engine_id_len);
	const struct sender *keys = sender != NULL ? sender : &fresh;
	struct usm_opened opened = { 0 };
	int rc = 0;

	memcpy(fresh.engine_id, envelope->engine_id, envelope->engine_id_len);
	if (sender == NULL)
		rc = localise(user, fresh.engine_id, fresh.engine_id_len, &fresh.auth_key, &fresh.priv_key);
	const struct usm_peer peer = { .engine_id = envelope->engine_id,
		.engine_id_len = envelope->engine_id_len,
		.user = user->name,
		.auth = user->auth,
		.priv = user->priv,
		.auth_key = &keys->auth_key,
		.priv_key = &keys->priv_key };
	if (rc == 0)
		rc = usm_open(inbound->usm, &peer, envelope, data, len, &opened);
	/* A sender is kept once its digest was right: strangers cost no place. */
	if (rc == 0 && user->auth != USM_AUTH_NONE && sender == NULL)
		rc = senders_add(inbound->senders, &fresh) == NULL ? -ENOMEM : 0;
	explicit_bzero(&fresh, sizeof(fresh));
	if (rc < 0)
		return rc;
	out->notification = opened.pdu;
	if (opened.pdu.pdu != CODEC_TRAP) {
		refuse(out, "an SNMPv3 message is neither trap nor inform");
	} else if (user->auth != USM_AUTH_NONE && envelope->boots >= USM_BOOTS_MAX) {
		refuse(out, "the sender's engineBoots are at their end: it needs a new engine ID");
	} else if (sender != NULL && !take_time(sender, envelope, now_ms)) {
		out->verdict = INBOUND_STALE;
		out->reason =
		    "a trap is older than what its sender has said already: replayed, or of a box that "
		    "does not keep its engineBoots";
	} else {
		out->verdict = INBOUND_TRAP;
		out->reason = "";
	}
	return 0;
}

static void
open_trap(struct inbound *inbound, const struct envelope *envelope, const uint8_t *data, size_t len,
    int64_t now_ms, struct inbound_opened *out)
{
	refuse(out, "an SNMPv3 trap is of a user that is in no credentials");
	for (const struct user *user = inbound->users; user != NULL; user = user->next) {
		if (strcmp(user->name, envelope->user) != 0)
			continue;
		if ((envelope->flags & LEVEL_FLAGS) != flags_of(user)) {
			refuse(out, "an SNMPv3 trap has another security level than its user");
			continue;
		}
		if (open_trap_as(inbound, user, envelope, data, len, now_ms, out) == 0)
			return;
		refuse(out, "an SNMPv3 trap has a wrong digest, or does not decipher");
	}
}

/* ---- informs */

/* Opens an inform with one user's keys. -EACCES: they do not fit; else `out` has the conclusion. */
static int
open_inform_as(struct inbound *inbound, struct user *user, const struct envelope *envelope,
    const uint8_t *data, size_t len, struct inbound_opened *out)
{
	struct usm *usm = inbound->usm;
	struct usm_opened opened = { 0 };

	if (!user->has_own_keys &&
	    localise(user, usm->engine.id, usm->engine.id_len, &user->auth_key, &user->priv_key) < 0)
		return -EACCES;
	user->has_own_keys = true;
	const struct usm_peer peer = ourselves(inbound, user);
	int rc = usm_open(usm, &peer, envelope, data, len, &opened);
	if (rc == -EACCES)
		return rc;
	if (rc == -ETIME) {
		report(
		    inbound, envelope, STAT_TIME, user, "an inform is outside our engine's time window", out);
	} else if (rc < 0) {
		report(inbound, envelope, STAT_DECRYPTION, NULL, "an inform does not decipher", out);
	} else if (opened.pdu.pdu != CODEC_INFORM) {
		refuse(out, "an SNMPv3 message to our engine is no inform");
	} else {
		out->notification = opened.pdu;
		out->verdict = INBOUND_INFORM;
		out->reason = "";
		(void)answer_acknowledge(opened.scoped, opened.scoped_len);
		seal_reply(&peer, envelope->id, envelope->flags & LEVEL_FLAGS, opened.scoped,
		    opened.scoped_len, out);
	}
	return 0;
}

static void
open_inform(struct inbound *inbound, const struct envelope *envelope, const uint8_t *data, size_t len,
    struct inbound_opened *out)
{
	enum stat stat = STAT_USER;
	const char *reason = "an inform is of a user that is in no credentials";

	for (struct user *user = inbound->users; user != NULL; user = user->next) {
		if (strcmp(user->name, envelope->user) != 0)
			continue;
		if ((envelope->flags & LEVEL_FLAGS) != flags_of(user)) {
			stat = STAT_LEVEL;
			reason = "an inform has another security level than its user";
			continue;
		}
		if (open_inform_as(inbound, user, envelope, data, len, out) == 0)
			return;
		stat = STAT_DIGEST;
		reason = "an inform has a wrong digest";
	}
	report(inbound, envelope, stat, NULL, reason, out);
}

/* ---- both */

int
inbound_open(
    struct inbound *inbound, const uint8_t *data, size_t len, int64_t now_ms, struct inbound_opened *out)
{
	const struct engine *engine = &inbound->usm->engine;
	struct envelope envelope;

	if (len > USM_DATAGRAM || envelope_parse(data, len, &envelope) < 0)
		return -EBADMSG;
	*out = (struct inbound_opened){ .engine_id = envelope.engine_id,
		.engine_id_len = envelope.engine_id_len };
	memcpy(out->user, envelope.user, sizeof(out->user));
	bool is_ours = envelope_is_from(&envelope, engine->id, engine->id_len),
	     wants_answer = (envelope.flags & ENVELOPE_REPORTABLE) != 0;
	if (is_ours && wants_answer)
		open_inform(inbound, &envelope, data, len, out);
	else if (is_ours)
		refuse(out, "an SNMPv3 trap claims to come from our own engine");
	else if (wants_answer)
		report(inbound, &envelope, STAT_ENGINE, NULL, "a sender asks for our engine ID", out);
	else if (envelope.engine_id_len < USM_ENGINE_MIN)
		refuse(out, "an SNMPv3 trap has an engine ID of less than 5 octets");
	else
		open_trap(inbound, &envelope, data, len, now_ms, out);
	return 0;
}
