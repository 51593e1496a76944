/* SPDX-License-Identifier: ISC */
/* The receiver of SNMPv3: whose notification it is follows from its engine ID, else from its address; its user must be the device's. */
#include <string.h>

#include "plugins/snmp/trap/receiver_parts.h"

#define KEPT_SENDERS 16384 /* pairs of engine and user whose keys are at hand */

int
receiver_add_user(struct receiver *receiver, const struct access_settings *settings)
{
	int rc = 0;

	if (settings->version != ACCESS_V3)
		return 0;
	if (receiver->usm == NULL)
		rc = usm_new(receiver->ctx, &receiver->usm);
	if (rc == 0 && receiver->inbound == NULL)
		rc = inbound_new(receiver->usm, KEPT_SENDERS, &receiver->inbound);
	return rc < 0 ? rc : inbound_add_user(receiver->inbound, settings);
}

static bool
may_speak(const struct receiver *receiver, const struct speaker *speaker, const char *user)
{
	for (size_t i = 0; i < receiver->user_count; i++)
		if (strcmp(receiver->users[i], user) == 0)
			return true;
	return speaker->user != NULL && strcmp(speaker->user, user) == 0;
}

/* An inform bears our engine ID: its sender is known by its address alone. */
static struct speaker *
find_speaker(const struct receiver *receiver, const struct in6_addr *host,
    const struct inbound_opened *opened, unsigned *count)
{
	struct speaker *found =
	    speakers_of_engine(receiver->speakers, opened->engine_id, opened->engine_id_len);

	*count = 1;
	if (found != NULL && may_speak(receiver, found, opened->user))
		return found;
	*count = 0;
	for (struct speaker *s = speakers_at(receiver->speakers, host, NULL); s != NULL;
	     s = speakers_at(receiver->speakers, host, s)) {
		if (!may_speak(receiver, s, opened->user))
			continue;
		*count += 1;
		found = s;
	}
	return found;
}

static void
take_opened(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    const struct inbound_opened *opened)
{
	const struct in6_addr *host = &path->from.host;
	bool is_inform = opened->verdict == INBOUND_INFORM;
	unsigned count;
	struct speaker *speaker = find_speaker(receiver, host, opened, &count);

	if (count == 0) {
		speaker = speakers_at(receiver->speakers, host, NULL);
		receiver_refuse(receiver, host, speaker, speaker == NULL ? ORIGIN_UNKNOWN : ORIGIN_USER);
		return;
	}
	if (count > 1 || opened->verdict == INBOUND_STALE) {
		receiver_refuse(receiver, host, speaker, count > 1 ? ORIGIN_SHARED : ORIGIN_STALE);
		receiver_want_poll(receiver, speaker);
		return;
	}
	if (!notification_read(&opened->notification, &receiver->notification)) {
		receiver_refuse(receiver, host, speaker, ORIGIN_MALFORMED);
		return;
	}
	/* A repeat is a message of its own in SNMPv3, but the same request. */
	if (!is_inform || !receiver_is_repeat(receiver, speaker, opened->notification.id, 0))
		receiver_take_notification(receiver, speaker, &opened->notification, &receiver->notification);
	if (is_inform)
		receiver_answer(receiver, listener, path, opened->reply, opened->reply_len);
}

void
receiver_take_v3(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    const uint8_t *data, size_t len)
{
	const struct in6_addr *host = &path->from.host;
	struct speaker *speaker = speakers_at(receiver->speakers, host, NULL);
	struct inbound_opened opened;

	if (receiver->inbound == NULL) {
		receiver_refuse(receiver, host, speaker, speaker == NULL ? ORIGIN_UNKNOWN : ORIGIN_USER);
		return;
	}
	if (inbound_open(receiver->inbound, data, len, receiver->now_ms, &opened) < 0) {
		receiver_refuse(receiver, host, speaker, ORIGIN_MALFORMED);
		return;
	}
	switch (opened.verdict) {
	case INBOUND_TRAP:
	case INBOUND_INFORM:
	case INBOUND_STALE:
		take_opened(receiver, listener, path, &opened);
		break;
	case INBOUND_REPORT:
		listener_reply(listener, path, opened.reply, opened.reply_len);
		break;
	case INBOUND_REFUSED:
		receiver_refuse(receiver, host, speaker, speaker == NULL ? ORIGIN_UNKNOWN : ORIGIN_USER);
		break;
	}
}
