/* SPDX-License-Identifier: ISC */
/*
 * Silence with an owner: what keeps an active alarm from being told because a person said so. Three kinds, asked in this order:
 *  - a shelf (RFC 8632, 3.7 and 4.1.1): criteria that must all hold, in force until its end; shelves are ordered, the first that matches holds
 *    the alarm. Its end is at most 30 days away, and can be renewed;
 *  - a maintenance window: the same, in force while its calendar says so (RFC 5545), by the clock of its time zone; its series ends within a year;
 *  - a row of alarm reporting control (RFC 3878): one resource and one probable cause (or all), while it is being repaired.
 * Each has an owner, a reason and an end: a silence without one cannot be made. What is silenced is still tracked. Types marked as safety
 * are never silenced by anything.
 *
 * All are rows of the store. Every change is one journal record with its actor, and is in force after its commit: shelf.add, shelf.renew, shelf.remove,
 * window.add, window.renew, window.remove, arc.start, arc.renew, arc.end; what ends by itself is removed by "agent". Loop thread only.
 */
#ifndef AGENT_ALARM_SILENCE_SILENCE_H
#define AGENT_ALARM_SILENCE_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/alarm/alarm_types.h"
#include "agent/model/model.h"

#define SILENCE_NAME_MAX  32                       /* octets, [A-Za-z0-9][A-Za-z0-9._-]{0,31}, as a site id */
#define SILENCE_TEXT_MAX  255                      /* of an owner or a reason */
#define SHELF_LENGTH_MAX  (30 * INT64_C(86400000)) /* ms, from now to its end */
#define WINDOW_LENGTH_MAX (366 * INT64_C(86400000)) /* ms, from now to the end of its series */
#define SILENCE_RULES_MAX 1000                      /* shelves and windows */
#define ARC_ROWS_MAX      10000

enum silence_kind { SILENCE_NONE, SILENCE_SHELF, SILENCE_WINDOW, SILENCE_ARC };
extern const char *const silence_kind_names[]; /* "none", "shelf", "window", "arc" */

/* Of which alarms: what is not NULL, or not 0, must be so. */
struct silence_criteria {
	const char *site;   /* an id, or a pattern with '*' and '?' */
	const char *area;   /* this one and all below it */
	const char *device; /* slot */
	const char
	    *type; /* "power/mains-failure", or "power/…" with a '*' in place of what is behind the '/' */
	const char *qualifier; /* "": those without one */
	int max_severity;      /* enum towerd_severity: this one and milder ones */
	uint32_t resource;     /* entity number: of one single alarm, with type and qualifier */
};

/* What is asked about: an alarm, as the list knows it. Borrowed for the call. */
struct silence_subject {
	const char *site, *area, *device; /* "": the agent's own; of the site itself */
	uint32_t resource;                /* entity number */
	const struct alarm_type *type;
	const char *qualifier;
	int severity;
};

struct silence_verdict {
	enum silence_kind kind;
	uint32_t holder;                   /* for silence_hold(); 0: none */
	const char *name, *owner, *reason; /* valid until the caller returns to the loop */
	int64_t until_ms; /* UTC: when it ends by itself, at the latest; of a window, this occurrence's end */
};

/* The alarms whose verdict may be another one now: of one resource, of one site, of an area and all below it, or all of them. */
struct silence_extent {
	uint32_t resource;       /* 0: not of one alone */
	const char *site, *area; /* NULL: not of one alone */
};

struct silences;

struct silence_settings {
	int64_t
	    arc_countdown_ms; /* arcCDTimeInterval: a resource is well this long before its row goes; 0: 10 min */
	int64_t arc_timed_ms; /* arcTITimeInterval; 0: 1 h */
	int64_t arc_bound_ms; /* of a row whose ticket is due at no time; 0: 8 h */
	/* Judge anew. Never from inside silence_find() or arc_alarm_changed(). */
	void (*changed)(void *arg, const struct silence_extent *extent);
	/* Whether an alarm of the resource and probable cause (0: any), safety types aside, is active. */
	bool (*has_alarm)(void *arg, uint32_t resource, unsigned probable_cause);
	void *arg;
};

struct silences *silences_new(struct loop *loop, struct store *store, struct scopes *scopes,
    struct model *model, const struct silence_settings *settings);
/* From the store, once, before the list judges; what ended meanwhile is removed. -EUCLEAN: a row that cannot be read; `error` names it. */
int silences_load(struct silences *silences, char *error, size_t size);
/* After the list was loaded: timers run, rows of alarm reporting control look at their resources. */
void silences_start(struct silences *silences);
/* Before store_close(): nothing changes any more. */
void silences_stop(struct silences *silences);
void silences_free(struct silences *silences); /* after store_close() */

/* Who silences it now: the first of shelves, windows and rows. `out` is always written; false: nobody, and kind is NONE. */
bool silence_find(
    const struct silences *silences, const struct silence_subject *subject, struct silence_verdict *out);
/* An active alarm is held by a holder from now on, or no longer; for the counts. A holder that is gone is fine. */
void silence_hold(struct silences *silences, uint32_t holder, bool is_held);

/* Shelves and windows. */
struct silence_request {
	enum silence_kind kind; /* SHELF or WINDOW */
	const char *name;
	struct silence_criteria criteria;
	bool is_everything; /* it is meant: there are no criteria */
	const char *owner, *reason;
	int64_t until_ms;   /* UTC */
	const char *before; /* SHELF: the one that it comes before; NULL: behind all */
	/* WINDOW: "2027-03-28T02:00" by the clock of `zone` ("Europe/Berlin"), for how long, and how it recurs ("FREQ=WEEKLY;BYDAY=SU", NULL: once) */
	const char *start, *zone, *rule;
	int64_t duration_ms;
};
/*
 * Each is journalled with `actor`; done(rc) comes after the commit, from the loop, and is not called when the function fails. -EINVAL: `error` has the
 * sentence; -EEXIST, -ENOENT (no such name), -EBUSY (another change of it is on its way), -ENOSPC (1,000 are kept), -ENOMEM, or the store's.
 * `error` has a sentence for each.
 */
int silence_add(struct silences *silences, const struct silence_request *request, const char *actor,
    char *error, size_t size, model_done_fn *done, void *arg);
int silence_renew(struct silences *silences, enum silence_kind kind, const char *name, int64_t until_ms,
    const char *actor, char *error, size_t size, model_done_fn *done, void *arg);
int silence_remove(struct silences *silences, enum silence_kind kind, const char *name, const char *actor,
    char *error, size_t size, model_done_fn *done, void *arg);
/* The shelf that holds one single alarm by its key; false: there is none. `name` holds SILENCE_NAME_MAX + 1 octets. */
bool silence_shelf_of(
    const struct silences *silences, uint32_t resource, const char *type, const char *qualifier, char *name);

/* Numbers of arcState (RFC 3878); ALM is the absence of a row. */
enum arc_state { ARC_ALM, ARC_NALM, ARC_NALM_QI, ARC_NALM_TI, ARC_NALM_QICD, ARC_STATES };
extern const char *const arc_state_names[]; /* by number; [0] is "alm" */

/* One of any kind, to be shown; valid until the caller returns to the loop. */
struct silence;
struct silence_info {
	enum silence_kind kind;
	const char *name, *owner, *reason;
	struct silence_criteria criteria;
	int64_t made_ms, until_ms; /* UTC */
	unsigned held;             /* active alarms that it holds now */
	uint64_t holds;            /* how often it has begun to hold one since the start */
	bool is_in_force;
	/* WINDOW */
	const char *start, *zone, *rule;
	int64_t duration_ms;
	int64_t next_ms; /* when it begins next, or ends when it is in force; UTC; 0: never again */
	/* ARC */
	unsigned probable_cause;
	enum arc_state state;
	uint32_t ticket;
	int64_t remaining_ms; /* of the count-down, or of NALM_TI; 0 otherwise (arcNalmTimeRemaining) */
};
void
silence_describe(const struct silences *silences, const struct silence *silence, struct silence_info *out);
/* SHELF: 1 is asked first. */
unsigned silence_position(const struct silences *silences, const struct silence *silence);
/* Shelves, windows: in the order of (length, octets) of their names, which is that of a table's keys; NULL: none. */
const struct silence *silence_seek(
    const struct silences *silences, enum silence_kind kind, const uint32_t *key, size_t len, bool inclusive);
const struct silence *
silence_get(const struct silences *silences, enum silence_kind kind, const char *name); /* NULL: none */
/* Rows, within a scope: the first behind (resource, cause), or at it (inclusive); NULL: none. */
const struct silence *arc_seek(const struct silences *silences, const struct scope *scope, uint32_t resource,
    unsigned probable_cause, bool inclusive);
/* Whether a reader may know of a shelf or window: all that it may silence lies in the reader's scope. */
bool
silence_is_visible(const struct silences *silences, const struct silence *silence, const struct scope *scope);

/* Alarm reporting control. */

struct arc_request {
	uint32_t resource;       /* entity number */
	unsigned probable_cause; /* 0: all of the resource's */
	enum arc_state state;    /* NALM, NALM_QI or NALM_TI */
	const char *owner, *reason;
	int64_t until_ms; /* UTC: ended then at the latest; 0: the bound of the settings, from now on */
	uint32_t ticket;  /* 0: none */
};
/* Starts a row, or renews one that is there: its state, end, owner and ticket become these. -EPROTO: that state does not follow the one it is in; -EINVAL:
 * no owner or reason, or its end has passed. */
int arc_start(struct silences *silences, const struct arc_request *request, const char *actor,
    model_done_fn *done, void *arg);
/* Gives the rows of a ticket another end; 0: the bound of the settings. How many, or a negative errno: then nothing has changed and done is not
 * called, and for 0 neither. */
int arc_renew_ticket(struct silences *silences, uint32_t ticket, int64_t until_ms, const char *actor,
    model_done_fn *done, void *arg);
/* Ends the rows of a ticket, at once, and durably as soon as the disk lets it. How many, or -ENOMEM. */
int arc_end_ticket(struct silences *silences, uint32_t ticket, const char *actor, const char *why);
/* The list says: an alarm was raised or cleared. */
void arc_alarm_changed(struct silences *silences, const struct silence_subject *subject, bool is_active);

int64_t arc_countdown_ms(const struct silences *silences);
int64_t arc_timed_ms(const struct silences *silences);

#endif
