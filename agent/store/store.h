/* SPDX-License-Identifier: ISC */
/*
 * The journal and the state, durable before anyone hears of it: SQLite (WAL, synchronous=FULL), one writer thread, group commit.
 *
 * The loop thread builds transactions and submits them; the writer commits what has gathered as one group; the loop hears of it in
 * order. State is kept as rows (bucket, key) -> body, the journal as numbered records; both change in the same transaction.
 *
 * Two promises are possible (architecture, idea 3):
 *  - STORE_PROMISE: on failure nothing has changed and the caller is told; it must refuse. All transactions submitted after it,
 *    and before its failure was reported, fail as well (so a caller may stage on top of what is not durable yet).
 *  - STORE_KEEP: on failure the caller is told at once that it is *not durable* (rc < 0, `final` false), the transaction waits in a bounded
 *    queue in memory (oldest first, never dropped: at the bound store_submit() says -ENOBUFS and counts), and is told again when it was written.
 * A disk that does not answer for 5 s is a failure as well; only promises that are with the writer then wait for its answer.
 * What a KEEP writes must not depend on a PROMISE that is not durable yet: that one may fail alone.
 *
 * Numbers that were told are never given again, even when they were not durable at an unclean end: they are reserved ahead in the file
 * (docs/decisions/0002-journal-and-state.md).
 */
#ifndef AGENT_STORE_STORE_H
#define AGENT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/loop/loop.h"

struct store;
struct store_txn;

enum store_bucket { /* numbers are on disk: append only */
	STORE_META = 0,
	STORE_SITE = 1,
	STORE_DEVICE = 2,
	STORE_SENSOR = 3,
	STORE_BLOCK = 4, /* entity index blocks */
	STORE_ALARM = 5,
	STORE_ALARM_MODEL = 6,
	STORE_TICKET = 7,
	STORE_CREW = 8,
	STORE_UPDATE = 9, /* crew updates applied, by crew and id */
	STORE_CLEARANCE = 10,
	STORE_POSITION = 11,
	STORE_LEARNED = 12, /* what a plugin keeps about its devices */
	STORE_MERIT = 13,   /* figures of merit of the alarm system, a row a day */
	STORE_GROUP = 14,   /* feeders and areas as entities */
	STORE_SILENCE = 15, /* shelves, windows, rows of alarm reporting control */
	STORE_BUCKETS
};

/* One record of the journal. Strings are NUL-terminated; all borrowed for the time of the call. */
struct store_record {
	uint64_t number;    /* 1, 2, 3, … ; gaps are possible, repeats are not */
	int64_t time_ms;    /* UTC, when the agent recorded it */
	const char *type;   /* "alarm.raise", "ticket.update", "site.add", … */
	const char *actor;  /* "uid 1000", "crew crew-3", "agent", "nms noc" */
	const char *object; /* what it is about: "NIN-0042/power", "ticket 17" */
	const char *body;   /* JSON object */
};

struct store_settings {
	const char *path;   /* the database file; its folder must exist (0700) */
	int64_t keep_ms;    /* journal retention by age; 0: for ever */
	int64_t max_octets; /* journal retention by size of the file; 0: no bound */
	size_t queue_max; /* transactions that may wait, for their turn or while the disk fails; 0: 100,000 */
	bool unsafe_for_tests; /* synchronous=OFF: to show that the tests would notice; never in production */
	/* The store became unable to commit (`reason` says why) or able again (NULL). Loop thread. May be NULL. */
	void (*on_health)(void *arg, const char *reason);
	/* Records up to store_newest() became durable; after the callbacks of their transactions. May be NULL. */
	void (*on_commit)(void *arg);
	/* The journal's retention passed cursor `name`, which stood at `position`: its listener must rebuild its list. May be NULL. */
	void (*on_cursor_lost)(void *arg, const char *name, uint64_t position);
	void *arg;
};

/*
 * Opens or creates, migrates to the newest schema, checks integrity. Blocking; call before the loop runs.
 * On failure returns a negative errno and a sentence in `error`: -EUCLEAN: damaged (names what and what to do), -EPROTO: written by a newer
 * version, -EBUSY: another agent has it.
 */
int store_open(
    struct loop *loop, const struct store_settings *settings, struct store **out, char *error, size_t size);
/*
 * Commits what is queued (as far as the disk lets it), stops the writer, closes. Callbacks still come from inside: what could not be
 * written is told rc < 0 and `final`, also when it is a KEEP; reads and copies under way are told -ECANCELED. NULL is fine.
 */
void store_close(struct store *store);

/* UTC when the copy was made that this file was restored from, until that is dealt with (store_restored()); 0: it is no copy. */
int64_t store_restored_ms(const struct store *store);
/* Into the commit that sees to what was given out since the copy was made. */
void store_restored(struct store_txn *txn);

/* State at start: visits the rows of a bucket by key, as they are durable, until `fn` returns non-zero. Blocking. */
int store_each(struct store *store, enum store_bucket bucket,
    int (*fn)(void *arg, const char *key, const char *body, size_t len), void *arg);

/*
 * Transactions. Keys and bodies are copied. store_begin() never fails late: an allocation failure is reported by store_submit() (all
 * functions take a NULL transaction). One that has journal records must be submitted (or abandoned) in the same turn of the loop:
 * those with higher numbers wait for it, since numbers become durable in their order.
 */
enum store_policy { STORE_PROMISE, STORE_KEEP };
struct store_txn *store_begin(struct store *store);
uint64_t store_journal(
    struct store_txn *txn, const char *type, const char *actor, const char *object, const char *body_json);
void
store_put(struct store_txn *txn, enum store_bucket bucket, const char *key, const char *body, size_t len);
void store_delete(struct store_txn *txn, enum store_bucket bucket, const char *key);
void store_cursor_set(struct store_txn *txn, const char *name, uint64_t position);
void store_cursor_drop(struct store_txn *txn, const char *name);
/* rc 0: durable. rc < 0 and `final`: failed, nothing changed. rc < 0 and not `final` (KEEP): not durable yet, a later call with rc 0 follows. */
typedef void store_durable_fn(void *arg, int rc, bool final);
/*
 * Takes the transaction in every case. `fn` may be NULL; it is never called from inside store_submit(). Returns 0, or, when nothing will be
 * written and `fn` not be called, -ENOMEM, -EMSGSIZE (over 256 MiB), -ENOBUFS (the queue is full) or -ESHUTDOWN (closing).
 */
int store_submit(struct store_txn *txn, enum store_policy policy, store_durable_fn *fn, void *arg);
void store_abandon(struct store_txn *txn); /* also after store_close() */

/* NULL while the store can commit, else the reason, for a refusal that a person reads. */
const char *store_trouble(const struct store *store);

/*
 * The journal, read back: up to `max` durable records with number > `after`, oldest first, until `fn` returns non-zero; then done(arg, rc): 0,
 * what `fn` returned, or a negative errno. All on the loop thread, never from inside store_read(). The newest (at least 10,000) are
 * served from memory; older ones from the disk, at most 1,000 in one read: go on until store_newest(). Returns 0 or -ENOMEM.
 */
int store_read(struct store *store, uint64_t after, unsigned max,
    int (*fn)(void *arg, const struct store_record *record), void (*done)(void *arg, int rc), void *arg);
uint64_t store_newest(const struct store *store); /* newest durable number, 0: none */
uint64_t store_oldest(const struct store *store); /* oldest that retention has left */
int store_cursor_get(
    const struct store *store, const char *name, uint64_t *position); /* what is durable; -ENOENT */

struct store_stats {
	/* dropped: refused with -ENOBUFS */
	uint64_t commits, commit_failures, transactions, records, dropped;
	size_t waiting,
	    kept; /* submitted and not committed; of these, kept in memory because the disk fails */
	int64_t octets, longest_commit_ms;
};
void store_stats(const struct store *store, struct store_stats *out);

/* An online copy (SQLite's backup) on a worker thread; 0 or a negative errno in done(). The file is 0600, and complete or not there. */
int store_backup(struct store *store, const char *path, void (*done)(void *arg, int rc), void *arg);

#endif
