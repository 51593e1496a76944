/* SPDX-License-Identifier: ISC */
/* The devices that traps may come from: one hash of all that they are found by. */
#include "plugins/snmp/trap/speaker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

enum key_kind { KEY_DEVICE, KEY_HOST, KEY_ENGINE };

struct link {
	struct link *next;
	struct speaker *speaker;
	uint32_t hash;
	uint8_t kind, len;
	uint8_t key[SPEAKER_ENGINE_MAX];
};

struct speakers {
	struct link **slots;
	size_t slot_count, link_count, count;
};

static uint32_t
hash_of(enum key_kind kind, const void *key, size_t len)
{
	const uint8_t *octets = key;
	uint32_t hash = 2166136261u + (uint32_t)kind; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 16777619u;
	return hash ^ hash >> 15;
}

struct speakers *
speakers_new(void)
{
	struct speakers *speakers = calloc(1, sizeof(*speakers));

	if (speakers == NULL)
		return NULL;
	speakers->slots = calloc(SLOTS_MIN, sizeof(*speakers->slots));
	speakers->slot_count = SLOTS_MIN;
	if (speakers->slots == NULL) {
		free(speakers);
		return NULL;
	}
	return speakers;
}

/* A failure leaves longer chains, and nothing else. */
static void
grow(struct speakers *speakers)
{
	size_t slot_count = speakers->slot_count * 2;
	struct link **slots =
	    speakers->link_count < speakers->slot_count ? NULL : calloc(slot_count, sizeof(*slots));

	if (slots == NULL)
		return;
	for (size_t i = 0; i < speakers->slot_count; i++) {
		struct link *next;
		for (struct link *l = speakers->slots[i]; l != NULL; l = next) {
			next = l->next;
			l->next = slots[l->hash & (slot_count - 1)];
			slots[l->hash & (slot_count - 1)] = l;
		}
	}
	free(speakers->slots);
	speakers->slots = slots;
	speakers->slot_count = slot_count;
}

static int
link_add(struct speakers *speakers, struct speaker *speaker, enum key_kind kind, const void *key, size_t len)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return -ENOMEM;
	grow(speakers);
	*l = (struct link){ .speaker = speaker,
		.hash = hash_of(kind, key, len),
		.kind = (uint8_t)kind,
		.len = (uint8_t)len };
	memcpy(l->key, key, len);
	struct link **slot = &speakers->slots[l->hash & (speakers->slot_count - 1)];
	l->next = *slot;
	*slot = l;
	speakers->link_count++;
	return 0;
}

static bool
link_is(const struct link *l, enum key_kind kind, const void *key, size_t len)
{
	return l->kind == kind && l->len == len && memcmp(l->key, key, len) == 0;
}

static struct link *
link_find(const struct speakers *speakers, enum key_kind kind, const void *key, size_t len)
{
	struct link *l = speakers->slots[hash_of(kind, key, len) & (speakers->slot_count - 1)];

	while (l != NULL && !link_is(l, kind, key, len))
		l = l->next;
	return l;
}

static void
link_drop(
    struct speakers *speakers, const struct speaker *speaker, enum key_kind kind, const void *key, size_t len)
{
	struct link **at = &speakers->slots[hash_of(kind, key, len) & (speakers->slot_count - 1)];

	while (*at != NULL && !((*at)->speaker == speaker && link_is(*at, kind, key, len)))
		at = &(*at)->next;
	if (*at == NULL)
		return;
	struct link *gone = *at;
	*at = gone->next;
	free(gone);
	speakers->link_count--;
}

static void
drop_links(struct speakers *speakers, const struct speaker *speaker)
{
	link_drop(speakers, speaker, KEY_DEVICE, &speaker->device, sizeof(speaker->device));
	for (size_t i = 0; i < speaker->host_count; i++)
		link_drop(speakers, speaker, KEY_HOST, &speaker->hosts[i], sizeof(speaker->hosts[i]));
	if (speaker->engine_len > 0)
		link_drop(speakers, speaker, KEY_ENGINE, speaker->engine, speaker->engine_len);
}

static int
add_links(struct speakers *speakers, struct speaker *speaker)
{
	int rc = link_add(speakers, speaker, KEY_DEVICE, &speaker->device, sizeof(speaker->device));

	for (size_t i = 0; i < speaker->host_count && rc == 0; i++)
		rc = link_add(speakers, speaker, KEY_HOST, &speaker->hosts[i], sizeof(speaker->hosts[i]));
	if (rc == 0 && speaker->engine_len > 0)
		rc = link_add(speakers, speaker, KEY_ENGINE, speaker->engine, speaker->engine_len);
	return rc;
}

static void
speaker_free(struct speaker *speaker)
{
	if (speaker == NULL)
		return;
	if (speaker->community != NULL)
		explicit_bzero(speaker->community, strlen(speaker->community));
	free(speaker->community);
	free(speaker->user);
	free(speaker->profile);
	free(speaker->name);
	free(speaker);
}

void
speakers_free(struct speakers *speakers)
{
	if (speakers == NULL)
		return;
	for (size_t i = 0; i < speakers->slot_count; i++) {
		struct link *next;
		for (struct link *l = speakers->slots[i]; l != NULL; l = next) {
			next = l->next;
			if (l->kind == KEY_DEVICE)
				speaker_free(l->speaker);
			free(l);
		}
	}
	free(speakers->slots);
	free(speakers);
}

size_t
speakers_count(const struct speakers *speakers)
{
	return speakers->count;
}

/* What was known of the device, and is not said anew. */
static void
keep_known(struct speaker *speaker, struct speaker *old)
{
	speaker->profile = old->profile;
	old->profile = NULL;
	memcpy(speaker->engine, old->engine, sizeof(speaker->engine));
	speaker->engine_len = old->engine_len;
	speaker->rate = old->rate;
	memcpy(speaker->informs, old->informs, sizeof(speaker->informs));
	speaker->inform_next = old->inform_next;
	speaker->wants_poll = old->wants_poll;
	speaker->poll_ms = old->poll_ms;
	speaker->poll_gap_ms = old->poll_gap_ms;
}

static char *
copy_text(const char *text, bool *is_copied)
{
	char *copy = text == NULL ? NULL : strdup(text);

	*is_copied &= copy != NULL || text == NULL;
	return copy;
}

int
speakers_put(struct speakers *speakers, const struct speaker *from)
{
	struct speaker *old = speakers_find(speakers, from->device), *speaker = calloc(1, sizeof(*speaker));
	bool is_copied = true;

	if (speaker == NULL)
		return -ENOMEM;
	speaker->device = from->device;
	speaker->name = copy_text(from->name, &is_copied);
	speaker->community = copy_text(from->community, &is_copied);
	speaker->user = copy_text(from->user, &is_copied);
	memcpy(speaker->hosts, from->hosts, sizeof(speaker->hosts));
	speaker->host_count = from->host_count;
	if (old != NULL && is_copied) {
		keep_known(speaker, old);
		speakers_remove(speakers, from->device);
	}
	if (!is_copied || add_links(speakers, speaker) < 0) {
		drop_links(speakers, speaker);
		speaker_free(speaker);
		return -ENOMEM;
	}
	speakers->count++;
	return 0;
}

void
speakers_remove(struct speakers *speakers, uint32_t device)
{
	struct speaker *speaker = speakers_find(speakers, device);

	if (speaker == NULL)
		return;
	drop_links(speakers, speaker);
	speakers->count--;
	speaker_free(speaker);
}

int
speakers_set_profile(struct speaker *speaker, const char *profile)
{
	char *copy = strdup(profile);

	if (copy == NULL)
		return -ENOMEM;
	free(speaker->profile);
	speaker->profile = copy;
	return 0;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

int
speakers_set_engine(struct speakers *speakers, struct speaker *speaker, const char *hex)
{
	uint8_t engine[SPEAKER_ENGINE_MAX];
	size_t len = strlen(hex) / 2;

	if (len * 2 != strlen(hex) || len > sizeof(engine))
		len = 0;
	for (size_t i = 0; i < len; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			len = 0;
		else
			engine[i] = (uint8_t)(high << 4 | low);
	}
	if (speaker->engine_len > 0)
		link_drop(speakers, speaker, KEY_ENGINE, speaker->engine, speaker->engine_len);
	speaker->engine_len = 0;
	if (len == 0)
		return 0;
	int rc = link_add(speakers, speaker, KEY_ENGINE, engine, len);
	if (rc < 0)
		return rc;
	memcpy(speaker->engine, engine, len);
	speaker->engine_len = len;
	return 0;
}

struct speaker *
speakers_find(const struct speakers *speakers, uint32_t device)
{
	struct link *l = link_find(speakers, KEY_DEVICE, &device, sizeof(device));
	return l == NULL ? NULL : l->speaker;
}

struct speaker *
speakers_at(const struct speakers *speakers, const struct in6_addr *host, const struct speaker *after)
{
	struct link *l = link_find(speakers, KEY_HOST, host, sizeof(*host));
	bool is_past = after == NULL;

	for (; l != NULL; l = l->next) {
		if (!link_is(l, KEY_HOST, host, sizeof(*host)))
			continue;
		if (is_past)
			return l->speaker;
		is_past = l->speaker == after;
	}
	return NULL;
}

struct speaker *
speakers_of_engine(const struct speakers *speakers, const uint8_t *engine, size_t len)
{
	struct link *found =
	    len == 0 || len > SPEAKER_ENGINE_MAX ? NULL : link_find(speakers, KEY_ENGINE, engine, len);

	if (found == NULL)
		return NULL;
	for (struct link *l = found->next; l != NULL; l = l->next)
		if (link_is(l, KEY_ENGINE, engine, len))
			return NULL;
	return found->speaker;
}
