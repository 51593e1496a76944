/* SPDX-License-Identifier: ISC */
/* Where tickets are: by number, and the open ones by site. A version that became durable is installed here, and the site told. */
#include <errno.h>
#include <stdlib.h>

#include "agent/repair/inside.h"

static int
slots_reserve(struct repair *repair, size_t count)
{
	size_t capacity = repair->slot_capacity > 0 ? repair->slot_capacity : 64;

	while (capacity < count)
		capacity *= 2;
	if (capacity == repair->slot_capacity)
		return 0;
	struct slot **grown = realloc(repair->slots, capacity * sizeof(struct slot *));
	if (grown == NULL)
		return -ENOMEM;
	repair->slots = grown;
	repair->slot_capacity = capacity;
	return 0;
}

/* Rows come in the order of their numbers; one that is missing leaves a gap. */
struct slot *
slot_load(struct repair *repair, uint32_t number)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL || slots_reserve(repair, number) < 0) {
		free(slot);
		return NULL;
	}
	while (repair->slot_count < number)
		repair->slots[repair->slot_count++] = NULL;
	repair->slots[number - 1] = slot;
	slot->number = number;
	return slot;
}

uint32_t
slot_next_number(const struct repair *repair)
{
	uint32_t next = (uint32_t)repair->slot_count + 1;
	return next < repair->first_free ? repair->first_free : next;
}

struct slot *
slot_at(const struct repair *repair, uint32_t number)
{
	return number > 0 && number <= repair->slot_count ? repair->slots[number - 1] : NULL;
}

const struct ticket *
ticket_find(const struct repair *repair, uint32_t number)
{
	const struct slot *slot = slot_at(repair, number);
	return slot != NULL ? slot->durable : NULL;
}

struct slots_at_site *
slots_near(const struct repair *repair, uint32_t site)
{
	/* A site's number is the first of a block of 256. */
	size_t i = ENTITY_BLOCK(site) % (sizeof(repair->open_at) / sizeof(repair->open_at[0]));
	return (struct slots_at_site *)&repair->open_at[i];
}

const struct ticket *
ticket_open_at(const struct repair *repair, uint32_t site)
{
	const struct ticket *newest = NULL;
	struct slot *slot;

	LIST_FOREACH(slot, slots_near(repair, site), at_site)
	if (slot->durable->site == site && (newest == NULL || slot->number > newest->number))
		newest = slot->durable;
	return newest;
}

void
slots_count(struct repair *repair, struct site *site)
{
	uint32_t open = 0, verifying = 0;
	struct slot *slot;

	LIST_FOREACH(slot, slots_near(repair, site->entity.number), at_site)
	if (slot->durable->site == site->entity.number) {
		open++;
		verifying += slot->durable->state == TICKET_VERIFYING;
	}
	model_set_tickets(repair->model, site, open, verifying);
}

/* A version became durable: the world is brought in line with it. */
int
slot_install(struct repair *repair, struct slot *slot, struct ticket *version, const char *actor)
{
	struct ticket *before = slot->durable;
	bool is_open = ticket_is_open(version->state), is_checked = version->state == TICKET_VERIFYING;
	bool was_checked = before != NULL && before->state == TICKET_VERIFYING;
	struct site *site = model_site_of(repair->model, version->site);
	int rc = 0;

	if (slot->staged == NULL || slot->staged == before)
		slot->staged = version;
	slot->durable = version;
	if (before == NULL)
		rc = order_insert(
		    repair->tickets_order, (struct order_key){ 0, slot->number }, version->site, slot);
	if (is_open != slot->is_open) {
		if (is_open)
			LIST_INSERT_HEAD(slots_near(repair, version->site), slot, at_site);
		else
			LIST_REMOVE(slot, at_site);
		slot->is_open = is_open;
	}
	if (site != NULL)
		slots_count(repair, site);
	if (!is_checked || (before != NULL && !was_checked))
		verification_end(slot);
	if (before != NULL && version->state == before->state)
		version->verify_until_ms = before->verify_until_ms;
	version->waits_for = before != NULL && is_checked ? before->waits_for : "";
	if (is_checked && rc == 0)
		rc = verification_begin(repair, slot);
	if (actor != NULL)
		quiet_follow(repair, before, version, actor);
	free(before);
	return rc;
}

void
slots_drop_newest(struct repair *repair)
{
	free(repair->slots[--repair->slot_count]);
}

void
slots_drop_new(struct repair *repair)
{
	while (repair->slot_count > 0) {
		const struct slot *newest = repair->slots[repair->slot_count - 1];
		if (newest != NULL && newest->durable != NULL)
			return;
		slots_drop_newest(repair);
	}
}

void
slots_free(struct repair *repair)
{
	for (size_t i = 0; i < repair->slot_count; i++) {
		struct slot *slot = repair->slots[i];
		if (slot == NULL)
			continue;
		verification_end(slot);
		free(slot->durable);
		free(slot);
	}
	free(repair->slots);
}
