/* SPDX-License-Identifier: ISC */
/*
 * Who waits for which answer: a hash from request ids to sessions. Ids are unpredictable, so that an answer cannot be forged by who does
 * not see the request; they need no mixing therefore.
 */
#ifndef PLUGINS_SNMP_WAITING_H
#define PLUGINS_SNMP_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

struct waiting_slot {
	uint32_t id; /* 0: free */
	struct session *session;
};

#define WAITING_RANDOM 128

/* Start with `= { 0 }`. */
struct waiting {
	struct waiting_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t count;
	uint32_t random[WAITING_RANDOM]; /* for the next ids */
	unsigned random_left;
};

/* A fresh id in *id, under which the session is found from now on. -ENOMEM. */
int waiting_add(struct waiting *waiting, struct session *session, uint32_t *id);
/* An id that is not there, 0 among them, changes nothing. */
void waiting_remove(struct waiting *waiting, uint32_t id);
struct session *waiting_find(const struct waiting *waiting, uint32_t id); /* NULL: nobody waits for it */
void waiting_fini(struct waiting *waiting);

#endif
