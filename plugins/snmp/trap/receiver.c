/* SPDX-License-Identifier: ISC */
/* The receiver of traps and informs: from a datagram to what it comes to. */
#include "plugins/snmp/trap/receiver.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/codec/answer.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/trap/meaning.h"
#include "plugins/snmp/trap/receiver_parts.h"

/* ---- who it is, and whether it may */

/* Every octet counts: an inform that is sent again is the same message. */
static uint32_t
hash_octets(const uint8_t *data, size_t len)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 16777619u;
	return hash;
}

void
receiver_refuse(struct receiver *receiver, const struct in6_addr *host, const struct speaker *speaker,
    enum origin_reason reason)
{
	static const enum receiver_counter counters[ORIGIN_REASONS] = {
		[ORIGIN_UNKNOWN] = COUNT_UNKNOWN_SOURCE,
		[ORIGIN_OVER_RATE] = COUNT_OVER_RATE,
		[ORIGIN_COMMUNITY] = COUNT_WRONG_COMMUNITY,
		[ORIGIN_MALFORMED] = COUNT_MALFORMED,
		[ORIGIN_USER] = COUNT_WRONG_USER,
		[ORIGIN_STALE] = COUNT_STALE,
		[ORIGIN_SHARED] = COUNT_SHARED,
	};
	struct origin *origin = origins_of(receiver->origins, host);

	receiver->counts[counters[reason]]++;
	if (origin == NULL)
		return;
	origin->device = speaker == NULL ? 0 : speaker->device;
	origins_count(receiver->origins, origin, reason);
}

static bool
has_community(const struct codec_answer *message, const char *community)
{
	return community != NULL && strlen(community) == message->community_len &&
	    memcmp(community, message->community, message->community_len) == 0;
}

static bool
may_speak(const struct receiver *receiver, const struct speaker *speaker, const struct codec_answer *message)
{
	for (size_t i = 0; i < receiver->community_count; i++)
		if (has_community(message, receiver->communities[i]))
			return true;
	return has_community(message, speaker->community);
}

static bool
is_relay(const struct receiver *receiver, const struct in6_addr *host)
{
	for (size_t i = 0; i < receiver->relay_count; i++)
		if (memcmp(&receiver->relays[i], host, sizeof(*host)) == 0)
			return true;
	return false;
}

/* ---- what it comes to */

static void
raise_or_clear(struct receiver *receiver, const struct speaker *speaker, const struct trap_result *result)
{
	const struct towerd_fault fault = { .size = sizeof(fault),
		.device = speaker->device,
		.type = result->type,
		.qualifier = result->qualifier,
		.is_raised = result->meaning == TRAP_RAISES,
		.severity = result->severity,
		.text = result->text,
		.expires_ms = result->meaning == TRAP_RAISES ? result->expires_ms : 0,
		.is_hint = result->meaning == TRAP_RAISES && result->ends_by_poll };

	if (!outcomes_put(receiver->outcomes, &fault, receiver->now_ms))
		receiver->counts[COUNT_FAULTS_LOST]++;
}

void
receiver_take_notification(struct receiver *receiver, struct speaker *speaker,
    const struct codec_answer *message, const struct notification *notification)
{
	struct trap_result result;

	receiver_want_poll(receiver, speaker);
	if (meaning_find(receiver->profiles, speaker->profile == NULL ? "" : speaker->profile, notification,
		receiver->varbinds, &result)) {
		receiver->counts[COUNT_MAPPED]++;
		if (result.meaning != TRAP_HINT)
			raise_or_clear(receiver, speaker, &result);
		return;
	}
	const char *words[COMMUNITIES_MAX + 2];
	struct strange_secrets secrets = { words, 0 };
	char community[COMMUNITY_MAX + 1] = "";
	for (size_t i = 0; i < receiver->community_count; i++)
		words[secrets.count++] = receiver->communities[i];
	if (speaker->community != NULL)
		words[secrets.count++] = speaker->community;
	if (message->community_len > 0 && message->community_len < sizeof(community)) {
		memcpy(community, message->community, message->community_len);
		words[secrets.count++] = community;
	}
	receiver->counts[COUNT_UNKNOWN]++;
	(void)strangers_add(receiver->strangers, speaker->device, notification->trap, notification->objects,
	    notification->count, &secrets);
}

bool
receiver_is_repeat(struct receiver *receiver, struct speaker *speaker, uint32_t id, uint32_t hash)
{
	for (unsigned i = 0; i < SPEAKER_INFORMS; i++) {
		if (speaker->informs[i].id != id || speaker->informs[i].hash != hash)
			continue;
		receiver->counts[COUNT_REPEATED]++;
		return true;
	}
	speaker->informs[speaker->inform_next++ % SPEAKER_INFORMS] = (struct speaker_inform){ id, hash };
	return false;
}

/* ---- v1 and v2c */

/* Whose it is: the device of the address with this community, or of the address that a relay names. `count`: how many it may be. */
static struct speaker *
find_speaker(const struct receiver *receiver, const struct in6_addr *host, const struct codec_answer *message,
    unsigned *count)
{
	struct speaker *found = NULL;

	*count = 0;
	for (struct speaker *s = speakers_at(receiver->speakers, host, NULL); s != NULL;
	     s = speakers_at(receiver->speakers, host, s)) {
		if (!may_speak(receiver, s, message))
			continue;
		*count += 1;
		found = s;
	}
	return found;
}

/* Nobody can say which of them it is: no alarm is raised at the wrong one, but all are looked at. */
static void
take_shared(struct receiver *receiver, const struct in6_addr *host, const struct codec_answer *message)
{
	struct speaker *speaker = speakers_at(receiver->speakers, host, NULL);

	receiver_refuse(receiver, host, speaker, ORIGIN_SHARED);
	for (; speaker != NULL; speaker = speakers_at(receiver->speakers, host, speaker))
		if (may_speak(receiver, speaker, message))
			receiver_want_poll(receiver, speaker);
}

static void
take_community(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    uint8_t *data, size_t len)
{
	struct notification *notification = &receiver->notification;
	const struct in6_addr *host = &path->from.host;
	struct codec_answer message;
	unsigned count;

	if (answer_parse(&receiver->room, data, len, &message) < 0 || message.pdu == CODEC_RESPONSE ||
	    !notification_read(&message, notification)) {
		receiver_refuse(
		    receiver, host, speakers_at(receiver->speakers, host, NULL), ORIGIN_MALFORMED);
		return;
	}
	bool is_relayed = notification->has_agent && is_relay(receiver, host);
	if (is_relayed)
		host = &notification->agent;
	struct speaker *speaker = find_speaker(receiver, host, &message, &count);
	if (count != 1) {
		struct speaker *other = speakers_at(receiver->speakers, host, NULL);
		if (count > 1)
			take_shared(receiver, host, &message);
		else
			receiver_refuse(
			    receiver, host, other, other == NULL ? ORIGIN_UNKNOWN : ORIGIN_COMMUNITY);
		return;
	}
	if (is_relayed && !receiver_may_come(receiver, speaker)) { /* others were bounded by their address */
		receiver_refuse(receiver, host, speaker, ORIGIN_OVER_RATE);
		return;
	}
	bool is_inform = message.pdu == CODEC_INFORM;
	if (!is_inform || !receiver_is_repeat(receiver, speaker, message.id, hash_octets(data, len)))
		receiver_take_notification(receiver, speaker, &message, notification);
	if (is_inform && answer_acknowledge(data, len) == 0)
		receiver_answer(receiver, listener, path, data, len);
}

/* ---- a datagram */

/* Before anything is read: so a storm costs little. Of a known address its first device's rate counts. */
static bool
may_be_read(struct receiver *receiver, const struct in6_addr *host)
{
	struct speaker *speaker = speakers_at(receiver->speakers, host, NULL);

	if (is_relay(receiver, host))
		return true;
	if (speaker == NULL) {
		struct origin *origin = origins_of(receiver->origins, host);
		return origin != NULL && rate_take(&origin->rate, &receiver->limit, receiver->now_ms);
	}
	return receiver_may_come(receiver, speaker);
}

void
receiver_take(
    void *arg, struct listener *listener, const struct listener_path *path, uint8_t *data, size_t len)
{
	struct receiver *receiver = arg;
	const struct in6_addr *host = &path->from.host;

	if (receiver->now_ms == 0)
		receiver->now_ms = towerd_now_ms(receiver->ctx);
	receiver->counts[COUNT_RECEIVED]++;
	if (may_be_read(receiver, host)) {
		if (answer_version(data, len) == 3)
			receiver_take_v3(receiver, listener, path, data, len);
		else
			take_community(receiver, listener, path, data, len);
		return;
	}
	receiver_refuse(receiver, host, speakers_at(receiver->speakers, host, NULL), ORIGIN_OVER_RATE);
	for (struct speaker *s = speakers_at(receiver->speakers, host, NULL); s != NULL;
	     s = speakers_at(receiver->speakers, host, s))
		receiver_want_poll(receiver, s);
}
