/* SPDX-License-Identifier: ISC */
/* Senders in a hash, and in a list by use. */
#include "plugins/snmp/usm/sender.h"

#include <stdlib.h>
#include <string.h>

struct senders {
	struct sender **slots;
	size_t slot_count, count, max;
	struct sender *newest, *oldest;
	uint32_t seed; /* engine IDs are chosen by strangers: no one can choose who shares a slot */
};

struct senders *
senders_new(size_t max)
{
	struct senders *senders = calloc(1, sizeof(*senders));

	if (senders == NULL)
		return NULL;
	senders->max = max;
	senders->slot_count = max;
	senders->seed = arc4random();
	senders->slots = calloc(max, sizeof(*senders->slots));
	if (senders->slots == NULL) {
		free(senders);
		return NULL;
	}
	return senders;
}

static struct sender **
slot_of(struct senders *senders, const void *user, const uint8_t *engine_id, size_t len)
{
	uint64_t hash = senders->seed ^ (uintptr_t)user;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ engine_id[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return &senders->slots[hash % senders->slot_count];
}

static void
unlink_use(struct senders *senders, struct sender *sender)
{
	*(sender->newer != NULL ? &sender->newer->older : &senders->newest) = sender->older;
	*(sender->older != NULL ? &sender->older->newer : &senders->oldest) = sender->newer;
}

static void
link_newest(struct senders *senders, struct sender *sender)
{
	sender->newer = NULL;
	sender->older = senders->newest;
	*(senders->newest != NULL ? &senders->newest->newer : &senders->oldest) = sender;
	senders->newest = sender;
}

static void
drop(struct senders *senders, struct sender *sender)
{
	struct sender **at = slot_of(senders, sender->user, sender->engine_id, sender->engine_id_len);

	while (*at != sender)
		at = &(*at)->next;
	*at = sender->next;
	unlink_use(senders, sender);
	explicit_bzero(sender, sizeof(*sender));
	free(sender);
	senders->count--;
}

void
senders_clear(struct senders *senders)
{
	while (senders->oldest != NULL)
		drop(senders, senders->oldest);
}

void
senders_free(struct senders *senders)
{
	if (senders == NULL)
		return;
	senders_clear(senders);
	free(senders->slots);
	free(senders);
}

struct sender *
senders_find(struct senders *senders, const void *user, const uint8_t *engine_id, size_t engine_id_len)
{
	struct sender *sender = *slot_of(senders, user, engine_id, engine_id_len);

	while (sender != NULL &&
	    (sender->user != user || sender->engine_id_len != engine_id_len ||
		memcmp(sender->engine_id, engine_id, engine_id_len) != 0))
		sender = sender->next;
	if (sender != NULL && sender != senders->newest) {
		unlink_use(senders, sender);
		link_newest(senders, sender);
	}
	return sender;
}

struct sender *
senders_add(struct senders *senders, const struct sender *sender)
{
	struct sender *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	if (senders->count == senders->max)
		drop(senders, senders->oldest);
	*copy = *sender;
	struct sender **slot = slot_of(senders, copy->user, copy->engine_id, copy->engine_id_len);
	copy->next = *slot;
	*slot = copy;
	link_newest(senders, copy);
	senders->count++;
	return copy;
}
