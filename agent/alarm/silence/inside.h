/* SPDX-License-Identifier: ISC */
/* What the files of silence know of each other. */
#ifndef AGENT_ALARM_SILENCE_INSIDE_H
#define AGENT_ALARM_SILENCE_INSIDE_H

#include <sys/queue.h>

#include "agent/alarm/silence/arc_rules.h"
#include "agent/alarm/silence/silence.h"
#include "agent/alarm/table.h"
#include "agent/view/order.h"
#include "support/calendar.h"

#define SILENCE_KINDS (SILENCE_ARC + 1)

struct towerd_json;
struct towerd_json_writer;

/* What a person asked for, as it is kept: one block of memory with its texts. Never changed, but replaced. */
struct terms {
	struct silence_request
	    request;   /* of ARC: the name is "RESOURCE.CAUSE", and the only criterion the resource */
	int64_t place; /* SHELF: those of lower places are asked first */
	int64_t made_ms,
	    from_ms; /* UTC: when it was added; when its end was set, from which its calendar counts */
	unsigned probable_cause; /* ARC */
	enum arc_state state;    /* ARC: as it was asked for */
	uint32_t ticket;         /* ARC */
};

/*
 * A shelf, a window or a row. It is staged at once, so that the next change of it stands on this one, and is in force when it is durable. It
 * goes when it is neither staged nor durable and nothing is on its way.
 */
struct silence {
	TAILQ_ENTRY(silence) next; /* in lists[kind]: shelves in their order */
	TAILQ_ENTRY(silence) wide; /* in wide[kind], or: */
	struct link narrow;        /* match.c: by its resource, or its site */
	bool is_narrow;
	uint32_t holder;
	struct terms *terms;
	bool is_staged;   /* it exists when all that is on its way is durable */
	bool is_durable;  /* it exists */
	bool is_in_force; /* and silences */
	unsigned changes; /* on their way */
	unsigned held;
	uint64_t holds;
	struct calendar *calendar; /* WINDOW */
	struct calendar_span span; /* WINDOW: this occurrence, or the next */
	enum arc_state state;      /* ARC: now */
	int64_t countdown_ms;      /* ARC, NALM_QICD: its end, monotonic */
};
TAILQ_HEAD(silence_list, silence);

struct change;

struct silences {
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct model *model;
	struct silence_settings settings;
	struct loop_owner owner;
	struct silence_list lists[SILENCE_KINDS], wide[SILENCE_KINDS];
	struct table narrow;
	size_t counts[SILENCE_KINDS];
	/* All, also those that are only staged: shelves and windows by (length, octets) of their names. */
	struct silence *by_name[SILENCE_KINDS][SILENCE_RULES_MAX];
	struct order *rows;    /* ARC, by (resource, cause) */
	struct order *holders; /* by number */
	uint32_t last_holder;
	struct loop_timer *timer;
	int64_t due_ms; /* when it rings, monotonic */
	LIST_HEAD(, change) changes;
	bool is_started, is_stopped;
};

/* silence.c */
struct silence *
silence_new(struct silences *silences, struct terms *terms); /* takes the terms; NULL: out of memory */
void silence_free(struct silences *silences, struct silence *silence);
struct silence *
silence_at(const struct silences *silences, enum silence_kind kind, const char *name); /* staged or durable */
int silence_name_compare(const char *a, const char *b);
struct order_key arc_key(uint32_t resource, unsigned probable_cause);
/* Is it in force now? Tells the list when that has changed. */
void silence_settle(struct silences *silences, struct silence *silence);
void silence_tell(
    struct silences *silences, const struct silence *silence); /* the list, to judge what it concerns */
void silence_wake(struct silences *silences, int64_t in_ms);   /* something is due then */
void silence_tick(struct silences *silences); /* what is due; then the timer runs to what is due next */

/* terms.c */
struct terms *terms_copy(const struct terms *terms);
void terms_write(const struct terms *terms, struct towerd_json_writer *w); /* as members */
/* From a row of the store; the texts point into `row`. -EBADMSG. */
int terms_read(const struct towerd_json *row, struct terms *terms);
#define SILENCE_KEY (SILENCE_NAME_MAX + 16)
void terms_key(const struct terms *terms, char key[SILENCE_KEY]); /* of the row */
/* The calendar of a window, from from_ms to its end; NULL for others. -EINVAL with a sentence, -ENOMEM. */
int terms_calendar(const struct terms *terms, struct calendar **calendar, char *error, size_t size);

/* change.c: what a person does is a promise, what ends by itself is kept. */
/*
 * `next`: the terms from then on, taken also on failure; NULL: it is removed. `why`: of a removal; may be NULL. Several changes may share a transaction:
 * change_begin(), change_stage() for each, change_commit().
 */
struct change *change_begin(struct silences *silences, model_done_fn *done, void *arg);
int change_stage(
    struct change *change, struct silence *silence, struct terms *next, const char *actor, const char *why);
int change_commit(struct change *change); /* on failure nothing has changed and done is not called */
void change_abandon(struct change *change);
/* Without a promise: it is over at once, and freed. Nothing of it may be on its way. */
void silence_end(struct silences *silences, struct silence *silence, const char *actor, const char *why);
void
silence_release(struct silences *silences, struct silence *silence); /* frees what neither is nor will be */
void changes_forget(struct silences *silences);

/* criteria.c */
bool criteria_match(const struct silence_criteria *criteria, const struct silence_subject *subject);
bool criteria_are_none(const struct silence_criteria *criteria);
/* 0, or -EINVAL and a sentence. */
int
criteria_check(const struct silence_criteria *criteria, const struct model *model, char *error, size_t size);
void criteria_extent(const struct silence_criteria *criteria, struct silence_extent *extent);

/* match.c */
int match_insert(struct silences *silences, struct silence *silence); /* 0 or -ENOMEM */
void match_remove(struct silences *silences, struct silence *silence);
const struct silence *
match_first(const struct silences *silences, enum silence_kind kind, const struct silence_subject *subject);

/* arc.c */
void
arc_look(struct silences *silences, struct silence *row, bool has_alarm); /* its alarm is active, or is not */
void arc_begin(struct silences *silences, struct silence *row);           /* its terms became durable */

#endif
