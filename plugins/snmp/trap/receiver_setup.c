/* SPDX-License-Identifier: ISC */
/* The receiver's beginning and end, and what the agent tells it: who may send, and as whom. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/profile_agent.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/trap/receiver.h"
#include "plugins/snmp/trap/receiver_parts.h"
#include "plugins/snmp/usm/access.h"

#define ORIGINS_MAX  4096
#define OUTCOMES_MAX 65536

/* ---- what the agent says */

static void
add_user(struct receiver *receiver, const struct access_settings *access)
{
	int rc = receiver_add_user(receiver, access);

	if (rc < 0)
		towerd_log(receiver->ctx, TOWERD_LOG_ERROR, "traps of an SNMPv3 user cannot be taken: %s",
		    strerror(-rc));
}

static void
take_speaker(struct receiver *receiver, struct message_reader *r)
{
	struct speaker speaker = { .device = message_u32(r) };
	struct access_settings access;

	if (!access_get(r, &access))
		return;
	speaker.host_count = message_u32(r);
	const void *hosts = message_items(r, (uint32_t)speaker.host_count, sizeof(speaker.hosts[0]));
	const char *name = message_text(r);
	if (!message_is_whole(r) || speaker.host_count > SPEAKER_ADDRESSES)
		return;
	memcpy(speaker.hosts, hosts, speaker.host_count * sizeof(speaker.hosts[0]));
	/* All are copied. */
	speaker.name = (char *)(uintptr_t)name;
	speaker.community = access.version == ACCESS_V3 ? NULL : (char *)(uintptr_t)access.community;
	speaker.user = access.version == ACCESS_V3 ? (char *)(uintptr_t)access.user : NULL;
	add_user(receiver, &access);
	if (speakers_put(receiver->speakers, &speaker) < 0)
		towerd_log(receiver->ctx, TOWERD_LOG_ERROR, "no memory: traps of a device are not taken");
}

static void
take_remove(struct receiver *receiver, struct message_reader *r)
{
	uint32_t device = message_u32(r);

	if (message_is_whole(r))
		speakers_remove(receiver->speakers, device);
}

static void
take_attribute(struct receiver *receiver, struct message_reader *r)
{
	struct speaker *speaker = speakers_find(receiver->speakers, message_u32(r));
	const char *name = message_text(r), *value = message_text(r);

	if (speaker == NULL || !message_is_whole(r))
		return;
	if (strcmp(name, "profile") == 0)
		(void)speakers_set_profile(speaker, value);
	else if (strcmp(name, "engine-id") == 0)
		(void)speakers_set_engine(receiver->speakers, speaker, value);
}

/* One of `trap-credentials`. */
static void
take_access(struct receiver *receiver, struct message_reader *r)
{
	struct access_settings access;

	if (!access_get(r, &access) || !message_is_whole(r))
		return;
	bool is_v3 = access.version == ACCESS_V3;
	size_t *count = is_v3 ? &receiver->user_count : &receiver->community_count;
	char *word = *count == COMMUNITIES_MAX ? NULL : strdup(is_v3 ? access.user : access.community);
	if (word == NULL)
		return;
	(is_v3 ? receiver->users : receiver->communities)[(*count)++] = word;
	add_user(receiver, &access);
}

/* All who may send are known now: what the kernel has kept meanwhile is read. */
static void
take_listen(struct receiver *receiver, struct message_reader *r)
{
	if (!message_is_whole(r))
		return;
	for (size_t i = 0; i < receiver->listener_count; i++)
		if (listener_listen(receiver->listeners[i]) < 0)
			towerd_log(receiver->ctx, TOWERD_LOG_ERROR, "no memory: traps are not read");
}

static void
profile_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg; /* the poll workers read the same files, and say so */
	(void)file;
	(void)line;
	(void)column;
	(void)message;
}

static struct profiles *
load_profiles(struct receiver *receiver)
{
	struct towerd_fault_sink faults = { .report = profile_fault };

	return profiles_of_agent(receiver->ctx, &faults);
}

static void
forget_words(char **words, size_t *count)
{
	while (*count > 0) {
		char *word = words[--*count];
		explicit_bzero(word, strlen(word));
		free(word);
	}
}

/* Who may send is told anew after it. */
static void
forget_accesses(struct receiver *receiver)
{
	forget_words(receiver->communities, &receiver->community_count);
	forget_words(receiver->users, &receiver->user_count);
	if (receiver->inbound != NULL)
		inbound_clear_users(receiver->inbound);
}

static void
take_reload(struct receiver *receiver, struct message_reader *r)
{
	struct profiles *profiles = message_is_whole(r) ? load_profiles(receiver) : NULL;

	forget_accesses(receiver);
	if (profiles == NULL)
		return;
	profiles_unref(receiver->profiles);
	receiver->profiles = profiles;
}

void
receiver_message(struct receiver *receiver, const void *data, size_t len)
{
	static void (*const takers[])(struct receiver * receiver, struct message_reader * r) = {
		[MESSAGE_SENDER] = take_speaker,
		[MESSAGE_REMOVE] = take_remove,
		[MESSAGE_ATTRIBUTE] = take_attribute,
		[MESSAGE_TRAP_ACCESS] = take_access,
		[MESSAGE_LISTEN] = take_listen,
		[MESSAGE_RELOAD] = take_reload,
	};
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (type < TOWERD_COUNT(takers) && takers[type] != NULL)
		takers[type](receiver, &r);
}

/* ---- beginning and end */

static int
read_relays(struct receiver *receiver, const struct towerd_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->items[i];
		if (receiver->relay_count == RELAYS_MAX)
			return towerd_fail(
			    receiver->ctx, -E2BIG, "there are more than %d trap-relays", RELAYS_MAX);
		if (wire_host_parse(text, strlen(text), &receiver->relays[receiver->relay_count]) < 0)
			return towerd_fail(
			    receiver->ctx, -EINVAL, "trap-relays \"%s\" is not a literal address", text);
		receiver->relay_count++;
	}
	return 0;
}

static int
open_listeners(struct receiver *receiver, const struct towerd_texts *texts)
{
	const struct listener_calls calls = {
		.received = receiver_take, .drained = receiver_drained, .arg = receiver
	};
	int rc = 0;

	for (size_t i = 0; i < texts->count && i < LISTENERS_MAX && rc == 0; i++, receiver->listener_count++)
		rc = listener_open(
		    receiver->ctx, texts->items[i], &calls, &receiver->listeners[receiver->listener_count]);
	return rc;
}

int
receiver_start(struct towerd_ctx *ctx, struct receiver **out)
{
	const struct snmp_config *config = towerd_config(ctx);
	struct receiver *receiver = calloc(1, sizeof(*receiver));

	if (receiver == NULL)
		return -ENOMEM;
	*out = receiver;
	receiver->ctx = ctx;
	receiver->limit = (struct rate_limit){ config->trap_rate, config->trap_burst };
	receiver->speakers = speakers_new();
	receiver->origins = origins_new(ORIGINS_MAX);
	receiver->outcomes = outcomes_new(OUTCOMES_MAX);
	receiver->strangers = calloc(1, sizeof(*receiver->strangers));
	receiver->varbinds = object_set_new();
	receiver->due = towerd_timer_new(ctx, receiver_tell_due, receiver);
	if (receiver->speakers == NULL || receiver->origins == NULL || receiver->outcomes == NULL ||
	    receiver->strangers == NULL || receiver->varbinds == NULL || receiver->due == NULL)
		return -ENOMEM;
	int rc = read_relays(receiver, &config->trap_relays);
	if (rc == 0)
		rc = open_listeners(receiver, &config->traps);
	if (rc < 0)
		return rc;
	receiver->profiles = load_profiles(receiver);
	return receiver->profiles == NULL ? -ENOMEM : 0;
}

void
receiver_stop(struct receiver *receiver)
{
	if (receiver == NULL)
		return;
	for (size_t i = 0; i < receiver->listener_count; i++)
		listener_close(receiver->listeners[i]);
	for (size_t i = 0; i < receiver->answer_count; i++)
		free(receiver->answers[i].data);
	forget_accesses(receiver);
	inbound_free(receiver->inbound);
	usm_free(receiver->usm);
	if (receiver->due != NULL)
		towerd_timer_free(receiver->ctx, receiver->due);
	if (receiver->strangers != NULL)
		strangers_clear(receiver->strangers);
	free(receiver->strangers);
	speakers_free(receiver->speakers);
	origins_free(receiver->origins);
	outcomes_free(receiver->outcomes);
	object_set_free(receiver->varbinds);
	answer_room_fini(&receiver->room);
	message_fini(&receiver->scratch);
	profiles_unref(receiver->profiles);
	free(receiver->wanting);
	free(receiver);
}
