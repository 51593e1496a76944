/* SPDX-License-Identifier: ISC */
/*
 * The list of alarms as its promises say it, for tests: arrays, linear search, a clock that is a number. Slow, and so small that it can be
 * read as the specification. alarm.h says what the words mean.
 */
#ifndef AGENT_ALARM_LIST_REFERENCE_H
#define AGENT_ALARM_LIST_REFERENCE_H

#include "agent/alarm/alarm.h"

#define REFERENCE_KEYS      24 /* two neighbours, 2n and 2n + 1, are of one model and resource */
#define REFERENCE_AUDIENCES 3
#define REFERENCE_NOTES     512
#define REFERENCE_WAIT      16 /* of a budget: more than any that is asked for */

/* One announcement: a record, and who was told by it. */
struct reference_note {
	const char *record; /* "raise", "change", "clear", "tell", "operator" */
	int key, severity;
	unsigned told; /* a bit for each audience */
};

/* Something falls due: those of one moment in the order in which they were set. */
struct reference_due {
	int64_t ms; /* 0: never */
	unsigned serial;
};

struct reference_type {
	bool is_safety, is_event;
};

struct reference_change {
	int severity, text;
};

struct reference_alarm {
	const struct reference_type *type;
	unsigned number; /* in the order of their making; 0: there is none */
	/* the resource's life; CLEARED when it is no more */
	int severity, last, text;
	unsigned raises;
	int64_t raised_ms, changed_ms;
	struct reference_change changes[ALARM_HISTORY_MAX]; /* newest first */
	int change_count;
	/* the operator's */
	int operator_state;
	/* whether it may be told */
	bool is_hint;                  /* a notification alone said so */
	bool is_patience_out;          /* it has waited for the reading long enough */
	struct reference_due patience; /* when it is looked at again while it waits */
	int64_t patience_ms;           /* and until when it waits; 0: it does not */
	bool is_waiting_for_cause;
	uint8_t stand;               /* as it was last judged */
	int cause;                   /* a key; -1: none */
	unsigned attached;           /* the order in which consequences came */
	struct reference_due ending; /* cleared, and its consequences are looked at until then */
	struct reference_due expiry; /* of an event */
	/* what each audience was told, 0: nothing; and what it waits for in its queue, 0: nothing */
	int told[REFERENCE_AUDIENCES], queued[REFERENCE_AUDIENCES];
	unsigned told_serial[REFERENCE_AUDIENCES]; /* when */
	unsigned waiting; /* for its window to close, in this order; 0: it does not */
};

struct reference_audience {
	bool is_open;
	enum audience_notify notify;
	int min_severity;
	unsigned scope; /* a bit for each key */
	unsigned budget;
	int64_t spent_ms[REFERENCE_WAIT]; /* when the newest few were told, newest first; INT64_MIN: never */
	struct reference_due pump;        /* when the next one in its queue has its turn */
	bool is_turn;                     /* it is the turn of one that waited */
};

struct reference {
	int64_t now_ms, confirm_ms, cause_wait_ms, recheck_ms;
	/* What is so, whether it is an alarm or not: what would be the cause (-1: nothing), whether one may still come. */
	int facts[REFERENCE_KEYS];
	bool may_come[REFERENCE_KEYS], is_silenced[REFERENCE_KEYS];
	struct reference_alarm alarms[REFERENCE_KEYS];
	struct reference_audience audiences[REFERENCE_AUDIENCES];
	struct reference_due closes[REFERENCE_KEYS / 2]; /* the open window of a model and resource */
	unsigned serial;
	struct reference_note notes[REFERENCE_NOTES]; /* since they were last taken */
	int note_count;
	/* Things that do not wait in one line fell due in the same millisecond: which is first is not promised. */
	bool is_tie;
	int last_timer;
	int64_t last_ms;
};

void reference_init(struct reference *r, int64_t confirm_ms, int64_t cause_wait_ms, int64_t recheck_ms);
void reference_pass(struct reference *r, int64_t ms); /* time, with all that falls due */

void reference_raise(
    struct reference *r, const struct reference_type *type, int key, int severity, int text, bool is_hint);
void reference_clear(struct reference *r, int key, int text);
void reference_operate(struct reference *r, int key, enum operator_state state);
void reference_judge(struct reference *r, int key); /* its facts are looked at again */
void reference_open(struct reference *r, int audience, enum audience_notify notify, int min_severity,
    unsigned scope, unsigned budget);
void reference_close(struct reference *r, int audience);
void reference_lost(struct reference *r, int audience);
void reference_restart(struct reference *r); /* and every audience is closed */
/* Of those with this clearance and last severity (0: any). */
int reference_purge(struct reference *r, int clearance, int severity);
int reference_compress(struct reference *r, int clearance, int severity);

bool reference_is_active(const struct reference *r, int key);
enum alarm_stand reference_stand(const struct reference *r, int key);
unsigned reference_consequences(const struct reference *r, int key); /* below it, however deep */

#endif
