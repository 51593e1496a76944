/* SPDX-License-Identifier: ISC */
/* A device's SNMPv3 engine: its discovery, its time, and what it says of our messages (RFC 3414, 3 and 4). */
#include "plugins/snmp/usm/remote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/back.h"
#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/inside.h"

#define AGAINS_MAX 3 /* in one exchange: engine ID, time, and one to spare */
#define SILENT_MAX 2 /* exchanges without an answer */
#define MALFORMED  "an SNMPv3 answer was malformed: not taken"

struct remote {
	struct usm *usm;
	char *user, *context;
	enum usm_auth auth;
	enum usm_priv priv;
	struct usm_master *auth_master, *priv_master;
	struct usm_key auth_key, priv_key; /* at the engine */

	uint8_t engine_id[USM_ENGINE_MAX];
	uint8_t engine_id_len; /* 0: none so far */
	bool is_known;         /* the engine has reported itself, and nothing speaks against it */
	bool is_timed;         /* boots and time come from an authentic message, else they are a guess */
	bool has_answered;     /* since the engine was reported */
	bool is_restarted;     /* to be told with the next answer */
	uint8_t agains;
	uint8_t unanswered;   /* exchanges since the last answer */
	uint32_t boots, time; /* the highest that it said, and when it said so */
	int64_t time_at_ms;
	const char *fault;                        /* what this host's library lacks, "" */
	char told_engine[2 * USM_ENGINE_MAX + 1]; /* at the last answer */
};

/* ---- life */

/* A library that lacks a protocol is told by name: silence at the device would be looked for elsewhere. */
static const char *
find_fault(const struct access_settings *settings)
{
	static const char *const auths[USM_AUTH_COUNT] = {
		[USM_AUTH_MD5] =
		    "this host's OpenSSL has no MD5 (a FIPS provider has none): ask for auth SHA-256",
		[USM_AUTH_SHA1] = "this host's OpenSSL has no SHA-1",
		[USM_AUTH_SHA224] = "this host's Net-SNMP has no auth SHA-224",
		[USM_AUTH_SHA256] = "this host's Net-SNMP has no auth SHA-256",
		[USM_AUTH_SHA384] = "this host's Net-SNMP has no auth SHA-384",
		[USM_AUTH_SHA512] = "this host's Net-SNMP has no auth SHA-512",
	};
	static const char *const privs[USM_PRIV_COUNT] = {
		[USM_PRIV_DES] = "this host's Net-SNMP or OpenSSL has no DES: give the device priv AES-128",
		[USM_PRIV_AES128] = "this host's Net-SNMP has no priv AES-128",
		[USM_PRIV_AES192] = "this host's Net-SNMP has no priv AES-192",
		[USM_PRIV_AES256] = "this host's Net-SNMP has no priv AES-256",
		[USM_PRIV_AES192C] = "this host's Net-SNMP has no priv AES-192-C",
		[USM_PRIV_AES256C] = "this host's Net-SNMP has no priv AES-256-C",
	};

	if (!library_has_auth(settings->auth))
		return auths[settings->auth];
	return library_has_priv(settings->priv) ? "" : privs[settings->priv];
}

int
remote_new(struct usm *usm, const struct access_settings *settings, struct remote **out)
{
	struct remote *remote = calloc(1, sizeof(*remote));

	*out = NULL;
	if (remote == NULL)
		return -ENOMEM;
	remote->usm = usm;
	remote->auth = settings->auth;
	remote->priv = settings->priv;
	remote->user = strdup(settings->user);
	remote->context = strdup(settings->context);
	remote->fault = find_fault(settings);
	if (settings->auth != USM_AUTH_NONE)
		remote->auth_master = master_get(usm, settings->auth, settings->auth_key);
	if (settings->priv != USM_PRIV_NONE)
		remote->priv_master = master_get(usm, settings->auth, settings->priv_key);
	if (remote->user == NULL || remote->context == NULL ||
	    (settings->auth != USM_AUTH_NONE && remote->auth_master == NULL) ||
	    (settings->priv != USM_PRIV_NONE && remote->priv_master == NULL)) {
		remote_free(remote);
		return -ENOMEM;
	}
	*out = remote;
	return 0;
}

void
remote_free(struct remote *remote)
{
	if (remote == NULL)
		return;
	master_put(remote->usm, remote->auth_master);
	master_put(remote->usm, remote->priv_master);
	free(remote->user);
	free(remote->context);
	explicit_bzero(remote, sizeof(*remote));
	free(remote);
}

const char *
remote_fault(const struct remote *remote)
{
	return remote->fault;
}

const char *
remote_engine(const struct remote *remote)
{
	return remote->told_engine;
}

/* A wrong key for authentication is reported by the device; one for privacy makes noise of the request, which many drop without a word. */
const char *
remote_hint(const struct remote *remote)
{
	if (!remote->is_known || remote->has_answered)
		return "";
	return remote->priv != USM_PRIV_NONE
	    ? "it answers SNMPv3 engine discovery, and no request of the user: is `priv` or `priv-key` "
	      "another there?"
	    : "it answers SNMPv3 engine discovery, and no request of the user";
}

/* After silence the engine is asked for anew, which costs no cipher: the box may be another one, whose agent does not report that. */
void
remote_begin(struct remote *remote)
{
	remote->agains = 0;
	if (remote->unanswered < SILENT_MAX)
		remote->unanswered++;
	else
		remote->is_known = false;
}

/* ---- what is known of the engine */

static int64_t
time_now(const struct remote *remote, int64_t now_ms)
{
	return remote->time + (now_ms - remote->time_at_ms) / 1000;
}

static void
set_time(struct remote *remote, const struct envelope *envelope, int64_t now_ms)
{
	remote->boots = envelope->boots;
	remote->time = envelope->time;
	remote->time_at_ms = now_ms;
}

static struct usm_peer
as_peer(const struct remote *remote, int64_t now_ms)
{
	int64_t time = time_now(remote, now_ms);

	return (struct usm_peer){ .engine_id = remote->engine_id,
		.engine_id_len = remote->engine_id_len,
		.user = remote->user,
		.auth = remote->auth,
		.priv = remote->priv,
		.auth_key = &remote->auth_key,
		.priv_key = &remote->priv_key,
		.boots = remote->boots,
		.time = time < INT32_MAX ? (uint32_t)time : INT32_MAX };
}

static int
localise(struct remote *remote)
{
	int rc = 0;

	if (remote->auth_master != NULL)
		rc = master_localise(remote->auth_master, USM_PRIV_NONE, remote->engine_id,
		    remote->engine_id_len, &remote->auth_key);
	if (rc == 0 && remote->priv_master != NULL)
		rc = master_localise(remote->priv_master, remote->priv, remote->engine_id,
		    remote->engine_id_len, &remote->priv_key);
	return rc;
}

/* An engine that was reported. Of a new one the keys are made, and its time is a guess until it says so with a digest. */
static int
take_engine(struct remote *remote, const struct envelope *envelope, int64_t now_ms)
{
	bool is_new = !envelope_is_from(envelope, remote->engine_id, remote->engine_id_len);
	int rc = 0;

	if (is_new) {
		memcpy(remote->engine_id, envelope->engine_id, envelope->engine_id_len);
		remote->engine_id_len = (uint8_t)envelope->engine_id_len;
		remote->is_timed = false;
		rc = localise(remote);
	}
	if (rc < 0)
		remote->engine_id_len = 0;
	if (!remote->is_timed)
		set_time(remote, envelope, now_ms);
	remote->has_answered = false;
	remote->is_known = rc == 0;
	return rc;
}

/*
 * The time of an authentic message. It bears an id that nobody could foresee, so it is fresh, and an engine whose boots or time went back has
 * restarted without counting (RFC 3414, 3.2 7b would shut such a box out for ever; many do not keep their boots). False: its boots are at their end.
 */
static bool
take_time(struct remote *remote, const struct envelope *envelope, int64_t now_ms)
{
	if (envelope->boots >= USM_BOOTS_MAX)
		return false;
	bool is_another = envelope->boots != remote->boots || envelope->time + USM_TIME_WINDOW < remote->time;
	bool is_slow = envelope->time + USM_TIME_WINDOW < time_now(remote, now_ms);
	if (remote->is_timed && is_another)
		remote->is_restarted = true;
	if (!remote->is_timed || is_another || is_slow || envelope->time > remote->time)
		set_time(remote, envelope, now_ms);
	remote->is_timed = true;
	return true;
}

/* ---- sealing */

/* GET of nothing as nobody: an engine that gets it reports its ID (RFC 3414, 4). */
static void
put_probe(struct back *to, uint32_t id)
{
	const uint8_t *end = to->at;

	back_head(to, BER_SEQUENCE, to->at);
	back_number(to, 0);
	back_number(to, 0);
	back_number(to, id);
	back_head(to, 0xa0, end);
	back_octets(to, SNMP_OCTETS, "", 0);
	back_octets(to, SNMP_OCTETS, "", 0);
	back_head(to, BER_SEQUENCE, end);
}

/* The scoped PDU around the PDU of a request of v2c. False: it is none. */
static bool
put_scoped(struct back *to, const struct remote *remote, const uint8_t *request, size_t len)
{
	struct ber in = { request, request + len }, message, community;
	const uint8_t *end = to->at;
	int64_t version;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || !ber_take_number(&message, &version) ||
	    !ber_take_tag(&message, SNMP_OCTETS, &community))
		return false;
	back_raw(to, message.at, ber_left(&message));
	back_octets(to, SNMP_OCTETS, remote->context, strlen(remote->context));
	back_octets(to, SNMP_OCTETS, remote->engine_id, remote->engine_id_len);
	back_head(to, BER_SEQUENCE, end);
	return true;
}

static uint8_t
flags_of(const struct remote *remote)
{
	return (uint8_t)((remote->auth != USM_AUTH_NONE ? ENVELOPE_AUTH : 0) |
	    (remote->priv != USM_PRIV_NONE ? ENVELOPE_PRIV : 0));
}

int
remote_seal(
    struct remote *remote, const uint8_t *request, size_t len, uint32_t id, int64_t now_ms, uint8_t *out)
{
	static const struct usm_peer nobody = { .engine_id = (const uint8_t *)"", .user = "" };
	struct usm *usm = remote->usm;
	struct back to = { usm->plain, usm->plain + CODEC_REQUEST_MAX, usm->plain + CODEC_REQUEST_MAX,
		false };
	bool is_probe = !remote->is_known;
	const struct usm_peer peer = is_probe ? nobody : as_peer(remote, now_ms);
	uint8_t head[ENVELOPE_HEAD_MAX];
	const uint8_t *sealed;

	if (remote->fault[0] != '\0')
		return -ENOTSUP;
	if (is_probe)
		put_probe(&to, id);
	else if (!put_scoped(&to, remote, request, len))
		return -EINVAL;
	if (to.is_full)
		return -EMSGSIZE;
	size_t head_len =
	    envelope_head(id, (uint8_t)(ENVELOPE_REPORTABLE | (is_probe ? 0 : flags_of(remote))), head);
	int rc = library_seal(&peer, head, head_len, to.at, (size_t)(to.end - to.at), &sealed);
	if (rc > CODEC_REQUEST_MAX)
		return -EMSGSIZE;
	if (rc > 0)
		memcpy(out, sealed, (size_t)rc);
	return rc;
}

/* ---- opening */

static void
conclude(struct remote *remote, struct access_opened *out, enum access_verdict verdict, const char *reason)
{
	out->verdict = verdict;
	out->reason = reason;
	out->counter = "answers-not-authentic";
	if (verdict != ACCESS_AGAIN)
		return;
	if (++remote->agains <= AGAINS_MAX)
		return;
	remote->agains = 0;
	remote->is_known = false; /* from the start, next time */
	out->verdict = ACCESS_REFUSED;
}

/* What a report says, by the object that it bears: the last but one sub-identifier of usmStats (1.3.6.1.6.3.15.1.1) and its like. */
enum report {
	REPORT_LEVEL,
	REPORT_TIME,
	REPORT_USER,
	REPORT_ENGINE,
	REPORT_DIGEST,
	REPORT_DECRYPTION,
	REPORT_CONTEXT,
	REPORT_CONTEXT_DOWN,
	REPORT_MODEL,
	REPORT_OTHER
};

static const struct report_kind {
	uint32_t ids[11];
	size_t len;
	const char *sentence;
} report_kinds[] = {
	[REPORT_LEVEL] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0 }, 11,
	    "the device refuses the security level: its user is set up with another `auth` or `priv` "
	    "(usmStatsUnsupportedSecLevels)" },
	[REPORT_TIME] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0 }, 11,
	    "the device finds our messages outside its time window although its time was taken "
	    "(usmStatsNotInTimeWindows)" },
	[REPORT_USER] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0 }, 11,
	    "the device does not know the user (usmStatsUnknownUserNames)" },
	[REPORT_ENGINE] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0 }, 11,
	    "the device does not know its own engine ID (usmStatsUnknownEngineIDs)" },
	[REPORT_DIGEST] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0 }, 11,
	    "the device refuses the digest: `auth` or `auth-key` is another there (usmStatsWrongDigests)" },
	[REPORT_DECRYPTION] = { { 1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0 }, 11,
	    "the device cannot decipher: `priv` or `priv-key` is another there (usmStatsDecryptionErrors)" },
	[REPORT_CONTEXT] = { { 1, 3, 6, 1, 6, 3, 12, 1, 5, 0 }, 10,
	    "the device does not know the `context` (snmpUnknownContexts)" },
	[REPORT_CONTEXT_DOWN] = { { 1, 3, 6, 1, 6, 3, 12, 1, 4, 0 }, 10,
	    "the device's `context` is not available (snmpUnavailableContexts)" },
	[REPORT_MODEL] = { { 1, 3, 6, 1, 6, 3, 11, 2, 1, 1, 0 }, 11,
	    "the device does not speak the User-based Security Model (snmpUnknownSecurityModels)" },
	[REPORT_OTHER] = { { 0 }, 0, "the device refuses our SNMPv3 message by a report that nobody knows" },
};

static enum report
kind_of(const struct codec_answer *report)
{
	for (unsigned i = 0; i < REPORT_OTHER && report->count > 0; i++)
		if (oid_compare(report->objects[0].ids, report->objects[0].len, report_kinds[i].ids,
			report_kinds[i].len) == 0)
			return (enum report)i;
	return REPORT_OTHER;
}

/* An engine that reports itself under our id is taken as it says; a wrong one shows at once: the device reports again. */
static void
open_engine_report(
    struct remote *remote, const struct envelope *envelope, int64_t now_ms, struct access_opened *out)
{
	if (envelope->engine_id_len < USM_ENGINE_MIN) {
		conclude(remote, out, ACCESS_REFUSED, "the device's engine ID is shorter than 5 octets");
		return;
	}
	if (take_engine(remote, envelope, now_ms) < 0)
		conclude(remote, out, ACCESS_REFUSED, "this host's Net-SNMP makes no key of the pass phrase");
	else
		conclude(remote, out, ACCESS_AGAIN, report_kinds[REPORT_ENGINE].sentence);
}

static void
open_report(struct remote *remote, const struct envelope *envelope, const struct codec_answer *report,
    int64_t now_ms, struct access_opened *out)
{
	enum report kind = kind_of(report);

	if (kind == REPORT_ENGINE) {
		open_engine_report(remote, envelope, now_ms, out);
	} else if (kind == REPORT_TIME) {
		/* One with a digest has set the time. One without is better than a guess, and no more. */
		if ((envelope->flags & ENVELOPE_AUTH) == 0 && remote->is_timed) {
			conclude(remote, out, ACCESS_IGNORED, "a report about time had no digest: not taken");
			return;
		}
		if ((envelope->flags & ENVELOPE_AUTH) == 0)
			set_time(remote, envelope, now_ms);
		conclude(remote, out, ACCESS_AGAIN, report_kinds[kind].sentence);
	} else {
		conclude(remote, out, ACCESS_REFUSED, report_kinds[kind].sentence);
	}
}

static void
open_response(struct remote *remote, const struct codec_answer *answer, struct access_opened *out)
{
	char engine[sizeof(remote->told_engine)];

	engine_format(remote->engine_id, remote->engine_id_len, engine);
	out->is_new_engine = strcmp(engine, remote->told_engine) != 0;
	out->is_restarted = remote->is_restarted;
	out->answer = *answer;
	memcpy(remote->told_engine, engine, sizeof(engine));
	remote->is_restarted = false;
	remote->is_known = remote->has_answered = true;
	remote->agains = remote->unanswered = 0;
	conclude(remote, out, ACCESS_ANSWER, "");
}

/* With a digest: nobody but the engine and we can have made it. False: `out` has the conclusion. */
static bool
is_authentic(
    struct remote *remote, const struct envelope *envelope, int rc, int64_t now_ms, struct access_opened *out)
{
	if (rc == 0 && take_time(remote, envelope, now_ms))
		return true;
	if (rc == 0)
		conclude(remote, out, ACCESS_REFUSED,
		    "the device's engineBoots are at their end: it needs a new engine ID (RFC 3414, 2.2.2)");
	else if (rc == -EACCES)
		conclude(remote, out, ACCESS_IGNORED, "an SNMPv3 answer had a wrong digest: not taken");
	else if (rc == -EIO)
		conclude(remote, out, ACCESS_IGNORED, "an SNMPv3 answer did not decipher: not taken");
	else
		conclude(remote, out, ACCESS_IGNORED, MALFORMED);
	return false;
}

void
remote_open(struct remote *remote, const uint8_t *data, size_t len, int64_t now_ms, struct access_opened *out)
{
	const struct usm_peer peer = as_peer(remote, now_ms);
	struct envelope envelope;
	struct usm_opened opened;

	if (envelope_parse(data, len, &envelope) < 0) {
		conclude(remote, out, ACCESS_IGNORED, MALFORMED);
		return;
	}
	bool is_signed = (envelope.flags & ENVELOPE_AUTH) != 0,
	     is_ours = remote->engine_id_len > 0 &&
	    envelope_is_from(&envelope, remote->engine_id, remote->engine_id_len);
	if (is_signed &&
	    (!is_ours || remote->auth == USM_AUTH_NONE || strcmp(envelope.user, remote->user) != 0)) {
		conclude(remote, out, ACCESS_IGNORED,
		    "an SNMPv3 answer claimed another engine or user than the device's: not taken");
		return;
	}
	int rc = usm_open(remote->usm, &peer, &envelope, data, len, &opened);
	if (is_signed && !is_authentic(remote, &envelope, rc, now_ms, out))
		return;
	if (rc < 0)
		conclude(remote, out, ACCESS_IGNORED, MALFORMED);
	else if (opened.pdu.pdu == CODEC_REPORT)
		open_report(remote, &envelope, &opened.pdu, now_ms, out);
	else if (opened.pdu.pdu != CODEC_RESPONSE || opened.pdu.id != envelope.id)
		conclude(remote, out, ACCESS_IGNORED,
		    "an SNMPv3 message was no response to our request: not taken");
	else if (!is_ours || (envelope.flags & (ENVELOPE_AUTH | ENVELOPE_PRIV)) != flags_of(remote))
		conclude(remote, out, ACCESS_IGNORED,
		    "an SNMPv3 answer was of another engine, or less secure than our request: not taken");
	else
		open_response(remote, &opened.pdu, out);
}
