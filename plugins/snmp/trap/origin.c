/* SPDX-License-Identifier: ISC */
/* Addresses that something was refused of. */
#include "plugins/snmp/trap/origin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

const char *const origin_reasons[ORIGIN_REASONS] = {
	[ORIGIN_UNKNOWN] = "traps from an address that is no device's",
	[ORIGIN_OVER_RATE] = "more traps than `trap-rate` allows: they are counted, and the device is polled",
	[ORIGIN_COMMUNITY] = "traps with a community that is not the device's",
	[ORIGIN_MALFORMED] = "datagrams that are no traps",
	[ORIGIN_USER] = "SNMPv3 traps that are not authentic, or of an unknown user",
	[ORIGIN_STALE] =
	    "SNMPv3 traps of a time that is past: replayed, or engineBoots forgotten; it is polled",
	[ORIGIN_SHARED] = "traps from an address of several devices: all of them are polled",
};

struct row {
	struct origin origin;     /* first */
	TAILQ_ENTRY(row) in_list; /* the one heard last at the end */
	struct row *next;         /* in the hash */
	size_t slot;
};

struct origins {
	TAILQ_HEAD(, row) rows;
	struct row **slots;
	size_t slot_count, count, max, fresh;
};

struct origins *
origins_new(size_t max)
{
	struct origins *origins = calloc(1, sizeof(*origins));

	if (origins == NULL)
		return NULL;
	TAILQ_INIT(&origins->rows);
	origins->max = max;
	for (origins->slot_count = 1; origins->slot_count < max; origins->slot_count *= 2)
		;
	origins->slots = calloc(origins->slot_count, sizeof(*origins->slots));
	if (origins->slots != NULL)
		return origins;
	free(origins);
	return NULL;
}

void
origins_free(struct origins *origins)
{
	struct row *row;

	if (origins == NULL)
		return;
	while ((row = TAILQ_FIRST(&origins->rows)) != NULL) {
		TAILQ_REMOVE(&origins->rows, row, in_list);
		free(row);
	}
	free(origins->slots);
	free(origins);
}

static size_t
slot_of(const struct origins *origins, const struct in6_addr *host)
{
	uint32_t words[4];

	memcpy(words, host, sizeof(words));
	uint32_t hash = (words[0] ^ words[1] * 3 ^ words[2] * 5 ^ words[3]) * 2654435761u;
	return (hash ^ hash >> 16) & (origins->slot_count - 1);
}

/* A new row, or the oldest one taken out of its place. */
static struct row *
take_row(struct origins *origins)
{
	struct row *row = origins->count < origins->max ? calloc(1, sizeof(*row)) : NULL;

	if (row != NULL) {
		origins->count++;
		return row;
	}
	row = TAILQ_FIRST(&origins->rows);
	if (row == NULL)
		return NULL;
	struct row **at = &origins->slots[row->slot];
	while (*at != row)
		at = &(*at)->next;
	*at = row->next;
	TAILQ_REMOVE(&origins->rows, row, in_list);
	memset(row, 0, sizeof(*row));
	return row;
}

struct origin *
origins_of(struct origins *origins, const struct in6_addr *host)
{
	size_t slot = slot_of(origins, host);
	struct row *row = origins->slots[slot];

	while (row != NULL && memcmp(&row->origin.host, host, sizeof(*host)) != 0)
		row = row->next;
	if (row != NULL) {
		TAILQ_REMOVE(&origins->rows, row, in_list);
	} else {
		row = take_row(origins);
		if (row == NULL)
			return NULL;
		row->origin.host = *host;
		row->slot = slot;
		row->next = origins->slots[slot];
		origins->slots[slot] = row;
	}
	TAILQ_INSERT_TAIL(&origins->rows, row, in_list);
	return &row->origin;
}

void
origins_count(struct origins *origins, struct origin *origin, enum origin_reason reason)
{
	origin->fresh[reason]++;
	origins->fresh++;
}

static bool
is_fresh(const struct origin *origin)
{
	for (unsigned i = 0; i < ORIGIN_REASONS; i++)
		if (origin->fresh[i] > 0)
			return true;
	return false;
}

void
origins_tell(struct origins *origins, bool (*tell)(void *arg, const struct origin *origin), void *arg)
{
	struct row *row;

	if (origins->fresh == 0)
		return;
	TAILQ_FOREACH(row, &origins->rows, in_list)
	{
		if (!is_fresh(&row->origin))
			continue;
		if (!tell(arg, &row->origin))
			return;
		memset(row->origin.fresh, 0, sizeof(row->origin.fresh));
	}
	origins->fresh = 0;
}
