/* SPDX-License-Identifier: ISC */
/* What the files of repair know of each other. */
#ifndef AGENT_REPAIR_INSIDE_H
#define AGENT_REPAIR_INSIDE_H

#include <sys/queue.h>

#include "agent/repair/crew.h"
#include "agent/repair/jws.h"
#include "agent/repair/ticket_rules.h"
#include "agent/view/order.h"

#define UPDATE_ID_MAX 36 /* a uuid */
#define REPAIR_VIEWS  3

struct pending;
struct verification;

/* A ticket's place. Versions of a ticket are never changed, but replaced: a step makes the next one. */
struct slot {
	uint32_t number;
	struct ticket *durable; /* what the world sees; NULL: its opening is not durable yet */
	const struct ticket
	    *staged;          /* what the next step is judged on: durable, or the newest on its way there */
	struct pending *last; /* the newest step on its way, NULL: none */
	struct verification *verification;
	bool is_open; /* linked below */
	LIST_ENTRY(slot) at_site;
};

/* The identity of a crew's update, kept so that a repeat is known (update.c). */
struct update {
	TAILQ_ENTRY(update) by_age;
	const char *crew, *id, *device, *reason;
	uint64_t counter;
	int64_t applied_ms; /* UTC */
	uint32_t ticket;
	enum ticket_result result; /* APPLIED, CONFLICT or REJECTED: the answer it got */
	char digest[JWS_DIGEST];   /* of its content */
	struct pending *pending;   /* it is on its way; NULL: durable */
};

/* Whose counters: a crew's device. */
struct update_source {
	const char *device;
	uint64_t counter;   /* the highest so far */
	uint64_t forgotten; /* the highest of an update whose identity is no longer kept */
};

struct updates {
	void *tree, *sources;        /* tsearch(3) */
	TAILQ_HEAD(, update) by_age; /* oldest first */
};

enum crew_reject { /* why a token was not taken */
	REJECT_FORM = 1,
	REJECT_ALGORITHM,
	REJECT_DEVICE,
	REJECT_SIGNATURE,
	REJECT_CREW,
	REJECT_REVOKED,
	REJECT_PAYLOAD,
	CREW_REJECTS
};
extern const char *const crew_reject_names[]; /* names[reject - 1] */

struct crew_device {
	TAILQ_ENTRY(crew_device) next;
	uint32_t number; /* towerdCrewIndex */
	const char *kid, *crew, *enrolled_by;
	struct jws_key *key;
	int64_t enrolled_ms, revoked_ms, last_update_ms; /* UTC; revoked 0: not */
	uint64_t updates, refused;
};

struct crew_call;    /* an enrolment or revocation on its way */
struct crew_receipt; /* an update that waits for its answer */

struct repair {
	struct loop *loop;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	struct repair_settings settings;
	struct loop_owner owner;
	const struct scope *everything;

	struct slot **slots; /* by number - 1 */
	size_t slot_count, slot_capacity;
	uint32_t
	    first_free; /* no number below it is given: they may have been, before a backup was put back */
	LIST_HEAD(slots_at_site, slot) open_at[1024]; /* open tickets, by site number */
	TAILQ_HEAD(, pending) waiting;                /* submitted, in order */
	TAILQ_HEAD(, pending) posted;                 /* decided without a commit, to be answered soon */
	struct updates updates;

	TAILQ_HEAD(crew_devices, crew_device) devices;
	void *devices_by_kid; /* tsearch(3) */
	uint32_t next_device;
	TAILQ_HEAD(, crew_call) crew_calls;
	TAILQ_HEAD(, crew_receipt) receipts;
	uint64_t rejects[CREW_REJECTS];
	int64_t reject_minute_ms; /* when the log began to count, monotonic */
	unsigned reject_lines;    /* since then */

	struct order *tickets_order, *devices_order; /* of struct slot, struct crew_device */
	struct view views[REPAIR_VIEWS];
};

/* slot.c */
uint32_t slot_next_number(const struct repair *repair); /* of the next ticket */
struct slot *slot_at(const struct repair *repair, uint32_t number);
struct slot *slot_load(
    struct repair *repair, uint32_t number); /* a place for a ticket of the store; NULL: out of memory */
struct slots_at_site *
slots_near(const struct repair *repair, uint32_t site);     /* open tickets of it and of few other sites */
void slots_count(struct repair *repair, struct site *site); /* tells the model how many are open there */
/* It became durable, by this actor (NULL: at the load); takes it. */
int slot_install(struct repair *repair, struct slot *slot, struct ticket *version, const char *actor);
void slots_drop_newest(struct repair *repair);
void
slots_drop_new(struct repair *repair); /* those whose opening failed; nothing may be on its way to them */
void slots_free(struct repair *repair);

/* ticket.c */
void ticket_free_all(struct repair *repair);

/* quiet.c: what is repaired is not reported meanwhile. */
/* A version became durable in place of another (NULL: it is new), by this actor. */
void quiet_follow(
    struct repair *repair, const struct ticket *before, const struct ticket *after, const char *actor);
void quiet_load(struct repair *repair); /* rows of tickets that nobody works on end */

/* ticket_row.c: a ticket as a block of memory, a row of the store, records of the journal. */
struct ticket *ticket_copy(const struct ticket *ticket); /* with its strings, one allocation */
void ticket_row_key(uint32_t number, char key[16]);
char *ticket_row_write(const struct ticket *ticket); /* NULL: out of memory */
int ticket_row_read(const char *key, const char *body, size_t len, struct ticket **ticket);
/* The record of a step: `before` and `after` are the same version when it was refused, then with result and reason. */
char *ticket_record_write(const struct ticket *before, const struct ticket *after,
    const struct ticket_step *step, const struct ticket_verdict *verdict, uint64_t counter_before);

/* update.c */
void updates_init(struct updates *updates);
void updates_fini(struct updates *updates);
struct update *updates_find(const struct updates *updates, const char *crew, const char *id);
/* Is it so old, by counter and by its own time, that it may be the repeat of one that is no longer known? */
bool updates_is_too_old(const struct updates *updates, const struct ticket_step *step, int64_t kept_since_ms);
void update_digest(const struct ticket_step *step, char digest[JWS_DIGEST]);
/* Adds an identity and its row; drops those older than `kept_since_ms`, a few at a time. NULL: out of memory. */
struct update *updates_add(struct updates *updates, struct store_txn *txn, const struct ticket_step *step,
    const struct ticket_verdict *verdict, int64_t now_ms, int64_t kept_since_ms);
void updates_remove(struct updates *updates, struct update *update); /* it did not become durable */
void updates_settle(struct updates *updates, struct update *update); /* it did */
uint64_t updates_counter(const struct updates *updates, const char *device);
int updates_load(void *updates, const char *key, const char *body, size_t len); /* for store_each() */
void updates_loaded(struct updates *updates);                                   /* sorts by age */

/* verification.c */
int verification_listen(struct repair *repair);
int verification_begin(struct repair *repair, struct slot *slot);
void verification_end(struct slot *slot);
void verification_check(struct slot *slot);

/* crew.c */
const char *crew_name_check(const char *name); /* NULL: it is one, else what is wrong */
int crew_load(void *repair, const char *key, const char *body, size_t len); /* for store_each() */
struct crew_device *crew_device_find(const struct repair *repair, const char *kid);
void crew_free_all(struct repair *repair);

/* crew_update.c */
void crew_receipts_free(struct repair *repair);

/* crew_payload.c: what is signed. `ticket_step` points into `payload`. */
struct crew_payload {
	struct towerd_json *root;
	struct ticket_step step;
	struct ticket_update update;
};
int crew_payload_read(
    const char *text, size_t len, struct crew_payload *payload, char *error, size_t size); /* -EBADMSG */
void crew_payload_free(struct crew_payload *payload);

#endif
