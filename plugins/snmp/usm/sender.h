/* SPDX-License-Identifier: ISC */
/* Who has sent us notifications: engines with one of our users each, their keys and the latest time that they said. The last used ones are kept. */
#ifndef PLUGINS_SNMP_SENDER_H
#define PLUGINS_SNMP_SENDER_H

#include "plugins/snmp/usm/library.h"

struct sender {
	struct sender *next;          /* with the same hash */
	struct sender *newer, *older; /* by use */
	const void *user;
	uint8_t engine_id[USM_ENGINE_MAX];
	uint8_t engine_id_len;
	struct usm_key auth_key, priv_key; /* at the engine */
	uint32_t boots, time;              /* the highest that it said, and when */
	int64_t time_at_ms;
};

struct senders;
/* `max`: how many are kept, from 1. NULL: no memory. */
struct senders *senders_new(size_t max);
void senders_free(struct senders *senders); /* wipes the keys */
void senders_clear(struct senders *senders);
/* NULL: not there. Else it is the last used one now. */
struct sender *
senders_find(struct senders *senders, const void *user, const uint8_t *engine_id, size_t engine_id_len);
/* Keeps a copy of one that is not there, in place of the longest unused one if there are too many. NULL: no memory. */
struct sender *senders_add(struct senders *senders, const struct sender *sender);

#endif
