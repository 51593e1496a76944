/* SPDX-License-Identifier: ISC */
/* What the files of the ledger share with each other and, in its second half, with the rest of the model. */
#ifndef AGENT_MODEL_IDENTITY_INSIDE_H
#define AGENT_MODEL_IDENTITY_INSIDE_H

#include "agent/model/identity.h"
#include "agent/model/inside.h"
#include "agent/view/order.h"

struct identity {
	struct device *device;
	struct model *model;
	struct identity_box *boxes; /* texts are interned */
	uint8_t count;
	bool is_unwritten;     /* the store has not what it should have of it */
	uint32_t generation;   /* counts its changes */
	uint32_t reference;    /* number of the box that the last one is news against; 0: none */
	int64_t news_until_ms; /* UTC; of accepted news */
	int64_t news_due_ms;   /* the same, monotonic */

	/* Gathering: texts that were told and differ, interned; NULL: none. */
	const char *heard[IDENTITY_OWN];
	bool is_gathering;
	int64_t since_now_ms, since_utc_ms,
	    settle_ms; /* monotonic, UTC: of the first one; monotonic: when it is complete */
	struct loop_timer *timer;

	bool is_listed; /* in the orders below */
	uint64_t twin_keys[IDENTITY_OWN];
};

struct identities {
	struct order *ledgers; /* by (site, device) */
	struct order *twins;   /* by (hash of a text, device) */
};

static inline struct identity_box *
identity_last(struct identity *id)
{
	return &id->boxes[id->count - 1];
}

/* identity_twins.c */
void identity_list(struct identity *id);   /* in the orders; tells of twins */
void identity_unlist(struct identity *id); /* out of them */
void identity_relist(struct identity *id); /* after its texts changed */
struct order_key identity_key(const struct device *device);

/* identity_store.c; `by` not NULL: as it will be when that actor has accepted the last box. */
void identity_write(struct store_txn *txn, const struct identity *id, const char *by);

/* identity.c */
bool identity_is_same(const char *const *a, const char *const *b);            /* the box's own texts */
struct identity_box *identity_numbered(struct identity *id, uint32_t number); /* NULL: there is none */
/* A record and the ledger's row; `by` as for identity_write(). */
struct store_txn *identity_record(const struct identity *id, const char *type, const char *event,
    const struct identity_box *was, const char *actor, const char *by);
void identity_news_end(struct identity *id, const char *why);
struct identity *identity_of(struct model *model, struct device *device); /* makes it; NULL: out of memory */
struct identity_box *
identity_append(struct identity *id, const char *const *fields, int64_t since_ms, const char *by);
void identity_arm(struct identity *id);

#endif
