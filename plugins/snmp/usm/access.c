/* SPDX-License-Identifier: ISC */
/* How one device is asked: by community here, as a user in remote.c. */
#include "plugins/snmp/usm/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/remote.h"

/* What stands around a PDU in a v3 message and not in one of v2c, at most: engine ID twice, user, context, a digest of 48 octets, salt, heads. */
#define ENVELOPE_ROOM 288

struct access {
	enum codec_version version;
	char *community;
	struct remote *remote; /* v3 */
};

/* ---- settings in messages */

void
access_put(struct message_writer *w, const struct access_settings *settings)
{
	message_put_u32(w, (uint32_t)settings->version);
	message_put_u32(w, settings->is_version_free);
	message_put_text(w, settings->community);
	message_put_text(w, settings->user);
	message_put_text(w, settings->context);
	message_put_u32(w, (uint32_t)settings->auth);
	message_put_text(w, settings->auth_key);
	message_put_u32(w, (uint32_t)settings->priv);
	message_put_text(w, settings->priv_key);
}

bool
access_get(struct message_reader *r, struct access_settings *out)
{
	uint32_t version = message_u32(r);
	struct access_settings settings = { .is_version_free = message_u32(r) != 0,
		.community = message_text(r),
		.user = message_text(r),
		.context = message_text(r) };
	uint32_t auth = message_u32(r);
	settings.auth_key = message_text(r);
	uint32_t priv = message_u32(r);
	settings.priv_key = message_text(r);

	if (r->failed || version > ACCESS_V3 || auth >= USM_AUTH_COUNT || priv >= USM_PRIV_COUNT ||
	    (priv != USM_PRIV_NONE && auth == USM_AUTH_NONE) || strlen(settings.user) > USM_USER_MAX ||
	    strlen(settings.context) > USM_CONTEXT_MAX)
		return false;
	settings.version = (enum access_version)version;
	settings.auth = (enum usm_auth)auth;
	settings.priv = (enum usm_priv)priv;
	*out = settings;
	return true;
}

/* ---- life */

int
access_new(struct usm *usm, const struct access_settings *settings, struct access **out)
{
	struct access *access = calloc(1, sizeof(*access));

	*out = NULL;
	if (access == NULL)
		return -ENOMEM;
	access->version = settings->version == ACCESS_V1 ? CODEC_V1 : CODEC_V2C;
	access->community = strdup(settings->version == ACCESS_V3 ? "" : settings->community);
	int rc = access->community == NULL ? -ENOMEM : 0;
	if (rc == 0 && settings->version == ACCESS_V3)
		rc = remote_new(usm, settings, &access->remote);
	if (rc < 0) {
		access_free(access);
		return rc;
	}
	*out = access;
	return 0;
}

void
access_free(struct access *access)
{
	if (access == NULL)
		return;
	if (access->community != NULL)
		explicit_bzero(access->community, strlen(access->community));
	free(access->community);
	remote_free(access->remote);
	free(access);
}

/* ---- requests */

enum codec_version
access_version(const struct access *access)
{
	return access->version;
}

const char *
access_community(const struct access *access)
{
	return access->community;
}

size_t
access_room(const struct access *access)
{
	return access->remote != NULL ? CODEC_REQUEST_MAX - ENVELOPE_ROOM : CODEC_REQUEST_MAX;
}

void
access_set_version(struct access *access, enum codec_version version)
{
	if (access->remote == NULL)
		access->version = version;
}

void
access_begin(struct access *access)
{
	if (access->remote != NULL)
		remote_begin(access->remote);
}

int
access_seal(struct access *access, const uint8_t *request, size_t len, size_t id_at, uint32_t id,
    int64_t now_ms, uint8_t *out)
{
	uint8_t copy[CODEC_REQUEST_MAX], *message = access->remote != NULL ? copy : out;

	if (len > access_room(access))
		return -EMSGSIZE;
	memcpy(message, request, len);
	codec_set_id(message, id_at, id);
	return access->remote != NULL ? remote_seal(access->remote, message, len, id, now_ms, out) : (int)len;
}

const char *
access_fault(const struct access *access)
{
	return access->remote != NULL ? remote_fault(access->remote) : "";
}

/* ---- answers */

int
access_receive(struct codec *codec, const uint8_t *data, size_t len, struct access_message *out)
{
	struct envelope envelope;
	struct access_message message = { .data = data, .len = len };

	if (envelope_parse(data, len, &envelope) == 0) {
		message.is_v3 = true;
		message.id = envelope.id;
	} else {
		int rc = codec_parse(codec, data, len, &message.answer);
		if (rc < 0)
			return rc;
		message.id = message.answer.id;
	}
	*out = message;
	return 0;
}

void
access_open(
    struct access *access, const struct access_message *message, int64_t now_ms, struct access_opened *out)
{
	const struct codec_answer *answer = &message->answer;

	*out = (struct access_opened){ .verdict = ACCESS_IGNORED,
		.reason = "an answer was of another SNMP version: not taken",
		.counter = "answers-of-another-version" };
	if (message->is_v3 != (access->remote != NULL))
		return;
	if (message->is_v3) {
		remote_open(access->remote, message->data, message->len, now_ms, out);
		return;
	}
	if (answer->version != access->version)
		return;
	out->reason = "an answer bore another community: not taken";
	out->counter = "answers-with-another-community";
	if (answer->community_len == strlen(access->community) &&
	    memcmp(answer->community, access->community, answer->community_len) == 0)
		*out = (struct access_opened){ .verdict = ACCESS_ANSWER, .answer = *answer, .reason = "" };
}

const char *
access_engine(const struct access *access)
{
	return access->remote != NULL ? remote_engine(access->remote) : "";
}

const char *
access_hint(const struct access *access)
{
	return access->remote != NULL ? remote_hint(access->remote) : "";
}
