/* SPDX-License-Identifier: ISC */
/*
 * The journal, as a northbound plugin hears it: records in the order of their numbers, from a durable cursor. At least once: after a
 * kill, what was not acknowledged comes again with the same numbers. Numbers have gaps (a listener sees only what it asked for).
 */
#ifndef TOWERD_JOURNAL_H
#define TOWERD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum towerd_alarm_event { TOWERD_ALARM_RAISED = 1, TOWERD_ALARM_CHANGED, TOWERD_ALARM_CLEARED };

/* A told transition of an alarm. The pointers of ALARM-MIB are given by their parts; strings borrowed for the call. */
struct towerd_alarm_record {
	uint32_t size;
	enum towerd_alarm_event event;
	uint64_t alarm;        /* the alarm's own number: the same from raise to clear, for ever */
	uint32_t resource;     /* entPhysicalIndex */
	uint32_t model;        /* alarmModelIndex */
	int severity;          /* of the state entered: alarmModelState, CLEARED for a clear */
	int previous;          /* severity before */
	int64_t event_ms;      /* when it happened, UTC */
	int64_t active_ms;     /* alarmActiveDateAndTime of the row: for a clear, of the row that goes */
	uint32_t active_index; /* alarmActiveIndex of that row */
	const char *site;      /* site id; "" for the agent itself */
	const char *area;
	const char *device; /* slot; "" for the site itself */
	const char *type;   /* "power/mains-failure" */
	const char *text;
	uint32_t probable_cause; /* IANAItuProbableCause */
	uint32_t event_type;     /* IANAItuEventType */
	uint32_t ticket;         /* open ticket of the site, 0: none */
	/* false: within the two-second throttle (RFC 3877, alarmActiveState) or otherwise kept from this listener */
	bool is_told;
	/* 1.2 */
	uint64_t cause; /* the number of the alarm that it is a consequence of; 0: none that is known */
	uint32_t consequences; /* how many active alarms it is the cause of */
	bool is_backed_up;     /* something stands in for the resource (X.733, backedUpStatus) */
	/* why it may be told or not: "free", "unconfirmed", "waiting", "consequence", "chattering", "shelved", "maintenance", "controlled" */
	const char *stand;
};

struct towerd_record {
	uint32_t size;
	uint64_t number;
	int64_t time_ms;  /* when the agent recorded it, UTC */
	bool is_durable;  /* false: the disk failed; it comes again by the cursor when it is back */
	const char *type; /* "alarm.raise", "ticket.update", "list.rebuilt", "list.unreliable", … */
	const char *actor;
	const char *object;
	const char *body;                        /* JSON object */
	const struct towerd_alarm_record *alarm; /* for "alarm.*", else NULL */
};

/* When an alarm list hears of a change of severity (RFC 8632, notify-status-changes); of a clear always. */
enum towerd_notify {
	TOWERD_NOTIFY_ALL,             /* of each */
	TOWERD_NOTIFY_RAISE_AND_CLEAR, /* of none */
	/* when the severity that it had, or the one that it has, is min_severity or above */
	TOWERD_NOTIFY_SEVERITY_LEVEL,
};

#define TOWERD_LIST_NAME_MAX 32 /* SnmpAdminString (SIZE (0..32)), alarmListName and nlmLogName */

/* What a listener wants to hear. */
struct towerd_journal_filter {
	uint32_t size;
	const char *const *types; /* prefixes: "alarm.", "list."; NULL at the end */
	int min_severity; /* alarms: neither entering nor leaving this severity or above is skipped, but never a clear; 0: all */
	unsigned scope; /* from towerd_scope_open(): only records about its sites */
	bool from_now;  /* a new cursor starts at the newest record instead of the oldest kept */
	/*
	 * 1.2. The listener keeps an alarm list of this name (at most TOWERD_LIST_NAME_MAX octets), and hears of alarms exactly what stands in it: filtered
	 * by cause, silence, severity and budget, for `min_severity` and the areas of `scope`. NULL: it has none, and hears every record.
	 */
	const char *list;
	enum towerd_notify notify;
	unsigned
	    budget; /* alarms in ten minutes, beyond which all but critical and safety ones wait their turn; 0: no bound */
};

#ifdef __cplusplus
}
#endif
#endif
