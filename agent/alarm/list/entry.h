/* SPDX-License-Identifier: ISC */
/* An entry of the list: the alarm as the rest of the agent sees it, and what the list itself keeps of it. */
#ifndef AGENT_ALARM_LIST_ENTRY_H
#define AGENT_ALARM_LIST_ENTRY_H

#include <sys/queue.h>

#include "agent/alarm/alarm.h"
#include "agent/alarm/list/deadline.h"
#include "agent/alarm/merit/chatter.h"
#include "agent/alarm/table.h"

#define CAUSES_DEEP 32 /* links from a consequence to its root: more would be a circle */

/* What an audience holds of an alarm: the row of its list. Severity 0: nothing. */
struct told {
	uint8_t severity;
	uint8_t
	    queued_severity; /* it is to be told more, and waits in the audience's queue; 0: it does not */
	uint32_t index;      /* alarmActiveIndex and its date, of the state that was told */
	int64_t active_ms;
	uint64_t journal;
	int64_t queued_ms; /* the raise that it was queued by: its place in the queue */
};

/* One step of the way from observation to announcement, for `why`. */
struct step {
	int64_t time_ms;  /* UTC */
	uint8_t kind;     /* enum step_kind */
	uint8_t detail;   /* a severity, a stand */
	uint64_t number;  /* an alarm's, a record's */
	int64_t until_ms; /* UTC; 0: none */
	const char *name; /* interned: an audience's, a shelf's; NULL: none */
};

/* A ring of the newest few, grown as it fills. */
struct ring {
	void *items;
	uint16_t count, size, next;
};

/* While an alarm chatters: until when it is held, and what a shelf for it would be proposed with. */
struct proposal {
	struct entry *entry;
	struct deadline steady;
	struct chatter_hour hour;
	int64_t since_ms; /* UTC */
	bool is_noted;    /* in the journal */
};

struct entry {
	struct alarm alarm; /* the first member: what the rest of the agent sees */
	struct link by_key;
	LIST_ENTRY(entry) in_place;   /* while it is active */
	TAILQ_ENTRY(entry) in_ended;  /* while it is cleared */
	TAILQ_ENTRY(entry) in_window; /* while `window` */
	struct window *window;        /* where it waits to be told, or NULL */
	struct told *told;            /* by audience; NULL: nobody was told anything */
	uint8_t told_size;
	bool is_unwritten; /* the store has not what it should have of it */
	bool is_indexed;
	/* Its newest state was told by a notification alone (towerd_fault.is_hint). */
	bool is_hint;
	bool is_wait_over; /* it has waited for its cause, or its confirmation, long enough */
	bool is_ending;    /* cleared, and its consequences are looked at before that is told */
	int64_t event_ms;  /* when its newest transition happened, UTC */
	/* Of a device's own fault: when it was last told as raised, monotonic (INT64_MIN: not since the start); how long that holds, 0: until it is cleared. */
	int64_t heard_ms, expires_ms;
	struct deadline expiry, wait; /* deadline.h */
	int64_t wait_end_ms;          /* monotonic: when it has waited long enough; 0: it does not wait */
	int64_t recheck_end_ms;       /* monotonic: it was a consequence, and has until then to end as well */
	struct entry *cause;          /* of alarm.cause */
	LIST_HEAD(, entry) effects;   /* those whose cause it is */
	LIST_ENTRY(entry) in_effects; /* while `cause` */
	struct ring history, operations, steps;
	/* Names of the resource, kept for the time when it is gone from the model. Interned in alarms->texts. */
	const char *site_id, *area, *slot;
	const char *silence;       /* by whose word it is silent, and why; interned; NULL: nobody's */
	uint32_t holder;           /* of silence.h; 0: none */
	int64_t silenced_until_ms; /* UTC */
	struct chatter chatter;
	struct proposal *proposal; /* chattering.c; NULL: it does not chatter */
	uint8_t kept;              /* figures.c: bits of enum merit_kept, since its raise */
};
LIST_HEAD(entries, entry);
TAILQ_HEAD(entry_list, entry);

/* What is known of a site's alarms, made with its first one. Number 0: the agent's own. */
struct place {
	struct link by_number;
	uint32_t site;
	struct entries entries;
	uint32_t counts[TOWERD_CRITICAL + 1]; /* by severity */
	uint32_t reserves;                    /* of types that are is_reserve */
	uint64_t raised;
	int64_t last_raise_ms, last_clear_ms, last_change_ms; /* monotonic; 0: never */
};

#endif
