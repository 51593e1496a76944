/* SPDX-License-Identifier: ISC */
/*
 * The list of alarms: three things, never mixed. What is observed is the business of whoever raises and clears here; what is held true is an entry
 * of the list; what each audience was told of it is kept beside it.
 *
 * One entry for each key (resource, type, qualifier; RFC 8632, 3.4). Its first raise makes it, and it stays when it is cleared, until it is purged;
 * its number is its own for all that time. It has three lives (RFC 8632, 3.5): the resource's (raised, changed, cleared), the operator's (none,
 * acknowledged, closed), and being shelved. Each change is one journal record, written with the entry's row before anyone hears of it (STORE_KEEP:
 * when the disk fails they leave marked "not durable" and are journalled when it is back).
 *
 * Whether an active alarm may be told is its stand. An audience (one for each listener) holds exactly what it was told: whenever an alarm or its stand
 * changes, what each should hold is compared with what it was told, and one record names those that are told. What was told as raised is
 * always told as cleared, whatever silence. Within two seconds of a told transition of the same model and resource nothing is told
 * (RFC 3877, alarmActiveState); when they are over, what is.
 *
 * What each kind of alarm is cleared by:
 *  - of a sensor (qualifier "", or "low" and "high" where a kind has both rules for one type): by its readings; the first ones after a
 *    restart count as any other. A sensor that never reports again keeps its alarm, and its device becomes stale or unreachable.
 *  - comms/device-unreachable: by the first sign of life. comms/site-unreachable: when any device of the site answers.
 *  - comms/data-stale: when every sensor of the device that was stale has reported again, or the device became unreachable.
 *  - a device's own fault: by the device.
 *  - each: when its resource leaves the inventory.
 *
 * Records, all with one form of body (alarm_record_parse()): alarm.raise, alarm.change (severity: a new row in alarmActiveTable; text alone: not
 * told), alarm.clear, alarm.tell (what was kept back until now), alarm.operator (an operator's word, not told), alarm.chatter (not told).
 * After a worse severity, or a new raise, an acknowledgement no longer holds.
 */
#ifndef AGENT_ALARM_ALARM_H
#define AGENT_ALARM_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include <towerd/journal.h>

#include "agent/alarm/alarm_types.h"
#include "agent/model/model.h"

#define ALARM_QUALIFIER_MAX 63
#define ALARM_TEXT_MAX      255
#define ALARM_HISTORY_MAX   32 /* RFC 8632, max-alarm-status-changes */
#define AUDIENCES_MAX       128
#define AUDIENCE_NAME_MAX   32 /* octets: alarmListName (RFC 3877), nlmLogName */

/* Whether an active alarm may be told, and if not, why not; in the order in which they are asked. Safety types are always free. */
enum alarm_stand {
	STAND_FREE,
	STAND_SHELVED,     /* an operator's shelf holds it (RFC 8632, 3.7) */
	STAND_MAINTENANCE, /* its resource is in a maintenance window */
	STAND_CONTROLLED,  /* alarm reporting control: its repair is under way (RFC 3878) */
	STAND_CONSEQUENCE, /* of another alarm, which is told instead */
	STAND_WAITING,     /* its cause is not known yet; bounded */
	STAND_UNCONFIRMED, /* a notification said so, and the reading that was asked for has not; bounded */
	STAND_CHATTERING,  /* it comes and goes; told as it is when it has been steady */
	STANDS
};
extern const char *const alarm_stand_names[]; /* "free", "shelved", … */

/* RFC 8632, operator-state, numbers as there. */
enum operator_state {
	OPERATOR_NONE = 1,
	OPERATOR_ACK,
	OPERATOR_CLOSED,
	OPERATOR_SHELVED,
	OPERATOR_UNSHELVED
};
extern const char *const operator_state_names[]; /* by number; [0] is "" */

struct alarm {
	uint64_t
	    number; /* the entry's, as long as it is kept; its low 32 bits are towerdAlarmTable's index */
	uint32_t resource; /* entity number */
	uint32_t site,
	    device; /* entity numbers of the resource's site and device; 0: the agent's own; of the site itself */
	uint32_t model; /* alarmModelIndex */
	const struct alarm_type *type;
	const char *qualifier, *text;
	uint8_t severity;       /* enum towerd_severity; CLEARED: it is no more */
	uint8_t previous;       /* the severity before its newest transition */
	uint8_t stand;          /* enum alarm_stand; FREE of a cleared one */
	uint8_t operator_state; /* enum operator_state: NONE, ACK, CLOSED */
	bool is_durable;        /* its newest transition is in the journal */
	uint32_t
	    active_index; /* alarmActiveIndex: never reused, persisted; each raise and change of severity takes a new one */
	int64_t active_ms;              /* alarmActiveDateAndTime: when it entered this severity, UTC */
	int64_t created_ms;             /* first raise of all, at the agent; UTC */
	int64_t raised_ms, received_ms; /* newest raise: in the resource, at the agent; UTC */
	int64_t claimed_ms;      /* what the device said of that raise, believed or not; UTC; 0: nothing */
	int64_t changed_ms;      /* its newest transition, at the agent; UTC */
	int64_t changed_now_ms;  /* the same, monotonic; 0: before this start */
	uint64_t journal_number; /* of its newest record */
	uint32_t raises;         /* how often it was raised */
	uint64_t cause;          /* number of the alarm that it is a consequence of; 0: none known */
	uint32_t consequences;   /* active alarms below it, however deep */
	const char *operator_name, *operator_note; /* of operator_state; NULL: none */
	int64_t operator_ms;
};

/* What became of an alarm, newest first (RFC 8632, status-change). */
struct alarm_change {
	int64_t time_ms; /* in the resource, UTC */
	uint8_t severity;
	const char *text;
};

/* What an operator, or the server, did to it (RFC 8632, operator-state-change), newest first. */
struct alarm_operation {
	int64_t time_ms;
	uint8_t state; /* enum operator_state */
	const char *name, *text;
};

struct alarms;

struct alarm_settings {
	int64_t hold_ms;            /* default hold of a threshold rule; 0: 5 s */
	int64_t unreachable_ms;     /* a device must be unreachable this long; 0: 30 s */
	unsigned clear_keep;        /* alarmClearMaximum; 0: 1,000 */
	int64_t future_ms, past_ms; /* a device's time this far off is not believed; 0: 10 min, 1 day */
	unsigned ended_keep;        /* cleared alarms that are kept, oldest purged first; 0: 10,000 */
	int64_t cause_wait_ms;      /* how long an alarm may wait for its cause; 0: 30 s */
	int64_t recheck_ms;         /* how long the end of a cause may wait for its consequences; 0: 30 s */
	int64_t confirm_ms;         /* how long a notification's alarm may wait for the reading; 0: 10 s */
	int64_t arc_countdown_ms, arc_timed_ms, arc_bound_ms; /* silence/silence.h; 0: its defaults */
	unsigned outage_sites, outage_share,
	    area_share;            /* correlate/supply.h: min, share, area_share; 0: its defaults */
	int64_t outage_reserve_ms; /* an outage is major when a site will be dark within this; 0: 1 h */
	/* Raised this often within so long, an alarm chatters, until it was steady for so long; 0: 3, 1 min, 10 min. */
	unsigned chatter_raises;
	int64_t chatter_window_ms, steady_ms;
	bool no_correlation; /* each is told by itself: to see what correlation saves */
};

/* Which changes of severity an audience hears of: all of what it was told of, none, some (RFC 8632, notify-status-changes). */
enum audience_notify { NOTIFY_ALL, NOTIFY_RAISE_AND_CLEAR, NOTIFY_SEVERITY_LEVEL };

struct audience_filter {
	const struct scope *scope; /* whose alarms; NULL: all */
	enum audience_notify notify;
	int min_severity; /* nothing is told before it is reached; 0: all. SEVERITY_LEVEL: of changes those from or to it or above */
	unsigned budget; /* alarms in ten minutes; what is not critical waits when it is spent; 0: no bound */
};

struct alarm_listener {
	/*
	 * Each record, told to an audience or to none, after the commit (is_durable) or when the disk failed (not durable): one call per journal record of an alarm, in order of
	 * numbers. A record that was told as not durable is told once more, durable, when it was written.
	 */
	void (*told)(void *arg, const struct towerd_record *record);
	/* The list of active alarms may be wrong (reason), or was rebuilt (NULL); journalled as list.unreliable / list.rebuilt. */
	void (*list)(void *arg, const char *reason);
	/* The same as a record, alarm NULL; told as told() is: not durable, and once more when it is. */
	void (*list_record)(void *arg, const struct towerd_record *record);
	void *arg;
};

struct alarms *alarms_new(struct loop *loop, struct store *store, struct scopes *scopes, struct model *model,
    const struct alarm_settings *settings);
/* Models and active alarms from the store; then listens to the model. Journals list.rebuilt: a listener's list may be of before.
 * -EUCLEAN: a row that cannot be read; `error` names it. */
int alarms_load(struct alarms *alarms, char *error, size_t size);
/* Before store_close(): from now on nothing is raised, cleared or told; what is on its way is written. */
void alarms_stop(struct alarms *alarms);
void alarms_free(struct alarms *alarms); /* stops it first; after store_close(), before model_free() */
int alarms_listen(struct alarms *alarms, const struct alarm_listener *listener);
/* Who knows the number of a site's open ticket (0: none): records and views carry it. `site`: its entity number. */
void alarms_set_ticket(struct alarms *alarms, uint32_t (*open_at)(void *arg, uint32_t site), void *arg);
/* Shelves, maintenance windows, alarm reporting control (silence/silence.h). */
struct silences;
struct silences *alarms_silences(struct alarms *alarms);
int
alarms_add_views(struct alarms *alarms, struct views *views); /* ALARM-MIB, ITU-ALARM-MIB, towerdAlarmTable */
/* The store's health (store_settings.on_health) passes through here: marks, announces, and rebuilds the list when it is well again. */
void alarms_store_health(struct alarms *alarms, const char *trouble);

/*
 * Raises or changes (severity, text) by key; a repeat that changes nothing costs nothing. `severity` 0: the type's own. `event_ms`: when it
 * happened in the resource, UTC, 0: now; one that cannot be believed is kept, and the alarm takes the time of now.
 * 0, -EINVAL (type, a severity that the type does not use, a qualifier too long), -ENOENT (resource), -ENOMEM (alarmActiveOverflow counts
 * it), -ENOBUFS (the bounded queue of a failed disk is full: the alarm stands and is told as not durable, but this record is lost: counted,
 * the list is marked unreliable, and the row is written when the disk is back).
 */
int alarm_raise(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier,
    int severity, const char *text, int64_t event_ms);
/* Clears; 0 also when it was not raised. */
int alarm_clear(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier,
    const char *text, int64_t event_ms);

const struct alarm *
alarm_find(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier);
const struct alarm *alarm_at(const struct alarms *alarms, uint64_t number); /* cleared ones too */
size_t alarms_active_count(const struct alarms *alarms);

/* Why the list may be wrong now, 0 the first known source; false: there are no more. */
struct alarm_doubt {
	uint32_t number;             /* of its source, in this run */
	const char *source, *reason; /* "mqtt", "broker lost: …" */
	int64_t since_ms;            /* UTC */
	uint32_t devices;            /* whose alarms it concerns, of all areas; 0: not of devices */
};
bool alarms_doubt_at(const struct alarms *alarms, unsigned i, struct alarm_doubt *out);
/* The worst severity among active alarms of a site and all in it, 0: none; `but` (may be NULL) leaves out types it returns true for. */
int
alarms_worst(const struct alarms *alarms, const struct site *site, bool (*but)(const struct alarm *alarm));
/* Visits the active alarms of a site and all in it until `fn` returns non-zero; returns that. `fn` must not raise or clear. */
int alarms_each_at(const struct alarms *alarms, const struct site *site,
    int (*fn)(void *arg, const struct alarm *alarm), void *arg);

/*
 * Audiences. Opening one that was open before the stop goes on with what it was told; a new one is told all that stands and that it asks for,
 * a bounded piece at a time. Its number, or -EINVAL (name), -ENOSPC (128 are known), -ENOMEM. Closed ones are told nothing and forget nothing.
 */
int audience_open(struct alarms *alarms, const char *name, const struct audience_filter *filter);
void audience_close(struct alarms *alarms, int audience);
bool audience_is_open(const struct alarms *alarms, const char *name);
/* Its listener lost records for ever (the journal's retention passed it): it is told all that stands anew, by records behind the one returned. */
uint64_t audience_lost(struct alarms *alarms, int audience);
/* Records up to here were acknowledged by its listener: what waits because it is slow may go on. */
void audience_acknowledged(struct alarms *alarms, int audience, uint64_t number);
int audience_find(const struct alarms *alarms, const char *name); /* -ENOENT */
/* What it holds of an alarm: the severity that it was told, 0: nothing. */
int audience_holds(const struct alarms *alarms, int audience, const struct alarm *alarm);

/* The status changes of an alarm, 0 the newest; false: there are no more. */
bool alarm_history_at(const struct alarm *alarm, unsigned i, struct alarm_change *out);
bool alarm_operation_at(const struct alarm *alarm, unsigned i, struct alarm_operation *out);

/*
 * An operator's word (RFC 8632, set-operator-state): NONE, ACK or CLOSED, journalled; done(rc) after the commit. The resource's life goes on
 * beside it; an event (alarm_types.h) that is acknowledged or closed leaves the list. -ENOENT: no such alarm, -EINVAL: no actor, no such state;
 * then done is not called.
 */
int alarm_set_operator_state(struct alarms *alarms, uint64_t number, enum operator_state state,
    const char *actor, const char *text, model_done_fn *done, void *arg);

/* Which alarms to purge or compress; zero means any (RFC 8632, purge-alarms, compress-alarms). */
enum alarm_clearance { CLEARANCE_ANY, CLEARANCE_CLEARED, CLEARANCE_NOT_CLEARED };
struct alarm_filter {
	enum alarm_clearance clearance;
	int64_t older_than_ms;                        /* last change at least this long ago */
	int severity, severity_below, severity_above; /* the last severity that it had: this; less; more */
	enum operator_state operator_state;
	uint32_t resource;
	const char *type, *qualifier;
};
/* Takes them out of the list for good: how many, or -EAGAIN (the disk fails). One that is active is cleared first and told so. */
int alarms_purge(struct alarms *alarms, const struct alarm_filter *filter, const char *actor);
/* Leaves of each history its newest change: how many alarms were concerned, or -EAGAIN. */
int alarms_compress(struct alarms *alarms, const struct alarm_filter *filter, const char *actor);

/*
 * Fills a record from the journal's body, for a listener that catches up by cursor; strings of `out` point into `scratch`, freed by
 * towerd_json_free(). `audience` (a name, or NULL) is who asks: `is_told` says whether it was told, and the row is that of its list; for NULL,
 * whether anyone was, and the row of the list of all. -EBADMSG: not the body of an alarm's record.
 */
struct towerd_json;
int alarm_record_parse(const struct store_record *record, const char *audience,
    struct towerd_alarm_record *out, struct towerd_json **scratch);
/* Whether a record surely tells nobody, by a glance at its body: in a storm nearly all are like that, and a parse costs many times as much. */
bool alarm_record_is_untold(const struct store_record *record);

/* Figures of merit (merit/merit.h) as of now. */
struct merit;
struct merit *alarms_merit(struct alarms *alarms);
/* Visits those that have stood in their severity for more than 24 h, oldest first, until `fn` returns non-zero; returns that. */
int
alarms_each_stale(const struct alarms *alarms, int (*fn)(void *arg, const struct alarm *alarm), void *arg);

/*
 * Why is this so: one line per step from observation to announcement or suppression, for every audience; as long as the alarm is in the list.
 * What lies outside `scope` is not named. -ENOENT: no such alarm in the list.
 */
int alarm_explain(const struct alarms *alarms, uint64_t number, const struct scope *scope,
    void (*line)(void *arg, const char *text), void *arg);

struct alarm_stats {
	uint64_t raised, changed, cleared; /* transitions since the start */
	uint64_t throttled, told;          /* of these and of alarm.tell: not told, told */
	uint64_t unwritten;                /* records lost because the queue of a failed disk was full */
	uint64_t overflow;                 /* alarmActiveOverflow: alarms lost for want of memory */
	uint64_t disbelieved;              /* times of devices that were too far off */
	uint64_t refused;                  /* faults of devices that were refused */
	size_t watched;                    /* sensors that are waiting, stale or in alarm */
};
void alarms_stats(const struct alarms *alarms, struct alarm_stats *out);

#endif
