/* SPDX-License-Identifier: ISC */
/* What the files of the store know of each other. SQLite's own header is included by database.c, schema.c and those that hold statements. */
#ifndef AGENT_STORE_INSIDE_H
#define AGENT_STORE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "agent/store/store.h"

#define STORE_RESERVE  262144 /* journal numbers reserved ahead; refilled when half of them are left */
#define STORE_REASON   320    /* octets of a sentence about trouble */
#define STORE_RING     16384  /* newest records that are kept in memory */
#define STORE_READ_MAX 1000   /* records of one read from the disk */

struct sqlite3;
struct sqlite3_stmt;

/* txn.c: a transaction is a run of operations in one buffer. */

enum store_op_kind {
	STORE_OP_RECORD,
	STORE_OP_PUT,
	STORE_OP_DELETE,
	STORE_OP_CURSOR_SET,
	STORE_OP_CURSOR_DROP,
	STORE_OPS
};

struct store_op {
	uint32_t kind;
	uint32_t bucket;
	uint64_t number; /* of the record, or the cursor's position */
	int64_t time_ms;
	uint32_t len
	    [4]; /* of the texts behind this struct, each followed by a NUL: type actor object body, key body, or name */
};

struct store_txn {
	TAILQ_ENTRY(store_txn) next;
	struct store *store;
	enum store_policy policy;
	store_durable_fn *fn;
	void *arg;
	char *data;
	size_t len, capacity;
	uint64_t first_number, last_number; /* of its records, 0: none */
	unsigned records;
	int error;    /* negative errno: it can no longer be submitted */
	bool is_open; /* in the store's list of those */
	bool told;    /* KEEP: that it is not durable yet */
};
TAILQ_HEAD(store_txns, store_txn);

/* Visits the operations: returns NULL after the last. `*at` starts at 0. */
const struct store_op *store_op_next(const struct store_txn *txn, size_t *at, const char *texts[4]);
void store_txn_close(struct store_txn *txn); /* it takes no more records */
void store_txn_free(struct store_txn *txn);

/* database.c: one connection, used by one thread at a time. Functions return 0 or a negative errno and leave the sentence in `reason`. */

enum store_statement { /* the first ones are those of the operations */
	STORE_SQL_RESERVE = STORE_OPS,
	STORE_SQL_TRIMMED,
	STORE_SQL_TRIM,
	STORE_SQL_OLDEST,
	STORE_STATEMENTS
};

struct store_db {
	struct sqlite3 *handle;
	struct sqlite3_stmt *statements[STORE_STATEMENTS];
	const char *path;
	int wal_pages; /* in the WAL since it was last begun anew */
	char reason[STORE_REASON];
};

int store_db_open(struct store_db *db, const char *path); /* for writing; changes nothing yet */
int store_db_configure(struct store_db *db, bool unsafe);
int store_db_open_reader(struct store_db *db, const char *path);
int store_db_prepare(struct store_db *db);
void store_db_close(struct store_db *db);
int store_db_run(struct store_db *db, const char *sql);
int store_db_number(struct store_db *db, const char *sql,
    int64_t *out); /* the first column of the first row; 0 rows or NULL: 0 */
int
store_db_fail(struct store_db *db, const char *what); /* what SQLite says now, as negative errno and reason */
int store_db_checkpoint(
    struct store_db *db, bool whole); /* whole: all of it, and the WAL is emptied, or it is an error */
int store_db_step(
    struct store_db *db, struct sqlite3_stmt *statement); /* runs and resets one that returns no rows */

/* schema.c */
int store_schema_check(struct store_db *db); /* what kind of file it is, its version, its integrity */
int store_schema_migrate(struct store_db *db);

/* ring.c: the newest durable records. */

struct store_ring {
	struct store_entry {
		struct store_record record;
		char *texts;
	} * entries;
	size_t first, count;
	uint64_t
	    before; /* number of the newest record that is not in the ring though it was durable: what a reader must be past */
};

int store_ring_open(struct store_ring *ring);
void store_ring_add(struct store_ring *ring, const struct store_record *record);
void store_ring_trim(struct store_ring *ring, uint64_t number); /* forgets all up to it */
const struct store_record *store_ring_after(const struct store_ring *ring, uint64_t number); /* NULL: none */
void store_ring_close(struct store_ring *ring);
int store_entry_fill(struct store_entry *entry, const struct store_record *record); /* copies; 0 or -ENOMEM */

/* writer.c: the thread. The loop hands it one batch at a time and owns everything else. */

struct store_batch {
	struct store_txns txns;
	uint64_t newest;       /* number among its records, 0: none */
	uint64_t assigned;     /* newest number given to anybody */
	uint64_t reserved;     /* in: reservation that the file has; out: that it has now */
	bool trims, trim_more; /* asks for a round of retention; out: there is more to trim */
	int64_t trim_before_ms, trim_octets;
	uint64_t trimmed; /* out: every number up to this one is gone, 0: as before */
	uint64_t oldest;  /* out, after a trim */
	int64_t octets, took_ms;
	int rc;
	char reason[STORE_REASON];
};

struct store_writer {
	struct store_db db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum { WRITER_IDLE, WRITER_BUSY, WRITER_DONE, WRITER_ENDING } state;
	uint64_t committed;    /* newest journal number that is surely in the file */
	bool broken, withdraw; /* a commit failed: recover first; its frames may still stand in the WAL */
};

int store_writer_start(struct store *store);
void store_writer_hand(struct store *store); /* store->batch; the loop is told by store_batch_done() */
void store_writer_wait(struct store *store); /* blocks until the batch is done */
void store_writer_end(struct store *store);  /* idle before; joins */
int store_retention_apply(
    struct store_db *db, struct store_batch *batch); /* retention.c; inside the writer's transaction */

/* queue.c: what waits, who is told what. */
void store_batch_done(struct store *store);
void store_queue_go(struct store *store); /* hands the writer what waits, if it is idle */
void store_queue_drain(struct store *store);
void store_queue_open(struct store *store);

/* cursor.c */
struct store_cursor {
	LIST_ENTRY(store_cursor) next;
	uint64_t position;
	bool lost;
	char name[];
};
void store_cursor_apply(struct store *store, const char *name, const uint64_t *position); /* NULL: drop */
int store_cursors_load(struct store *store);
void store_cursors_lose(struct store *store); /* reports those that retention has passed */
void store_cursors_free(struct store *store);

/* What a read on the pool shares with the store, which may be closed meanwhile. */
struct store_disk {
	pthread_rwlock_t
	    lock; /* held for reading while a reader is connected: the writer connects anew under the other one */
	atomic_int users;
	char path[];
};
void store_disk_release(struct store_disk *disk);

/* journal_read.c */
struct store_read_job;
TAILQ_HEAD(store_reads, store_read_job);
int store_reads_open(struct store *store); /* also fills the ring */
void store_reads_close(struct store *store);

/* backup.c */
struct store_backup_job;
LIST_HEAD(store_backups, store_backup_job);
void store_backups_close(struct store *store);

/* retention.c */
int store_retention_open(struct store *store);
void
store_retention_fill(struct store *store, struct store_batch *batch); /* asks for a round when one is due */
void store_retention_done(struct store *store, const struct store_batch *batch);

#define STORE_COPY_KEY "copy" /* in STORE_META, of a file that is a copy: when it was made, UTC in ms */

struct store {
	struct loop *loop;
	struct loop_owner owner;
	struct store_settings settings;
	struct store_disk *disk;
	int lock_fd;
	struct store_writer writer;
	struct store_batch batch;
	bool in_flight, closing; /* in flight: with the writer, or its outcome is being told */
	struct store_txns
	    open; /* those that have journal records and are not submitted, by their first number */
	struct store_txns queue; /* in the order of submission; what is in flight is not in it */
	struct store_txns done;  /* durable, and still to be told so */
	bool has_news;           /* records are among them */
	size_t waiting, kept;
	struct loop_timer *retry, *refuse, *stall, *trim, *serve, *tell;
	int64_t retry_ms;
	int trouble; /* negative errno */
	char reason[STORE_REASON];
	uint64_t next, reserved; /* numbers: to be given; reserved in the file */
	uint64_t newest, oldest, trimmed;
	int64_t copied_ms; /* UTC: the file is a copy of then; 0: it is none */
	bool trim_due;
	struct store_ring ring;
	LIST_HEAD(, store_cursor) cursors;
	struct store_reads reads, on_disk; /* to be served by the loop; on the pool */
	struct store_backups backups;
	struct store_stats stats;
};

#endif
