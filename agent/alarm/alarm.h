/* SPDX-License-Identifier: ISC */
/*
 * Alarms: raise and clear by key (resource, type, qualifier), each transition one journal record, written with the alarm's row before
 * anyone hears of it (STORE_KEEP: when the disk fails they leave marked "not durable" and are journalled when it is back).
 *
 * The path: a threshold crossed, a device silent, a device's own fault -> hold and hysteresis -> a transition here -> journal and row
 * -> after the commit: listeners. The views show the new state from the moment of the transition. What leads to what is kept so that it
 * can be explained.
 *
 * First storey: hysteresis and hold, ladder severities, unreachable devices, stale readings, the two-second throttle of RFC 3877
 * (alarmActiveState): within two seconds of a told transition of the same model and resource the next ones are journalled, not told; when
 * the window closes and what was told differs from what is, the current state is told as a new record ("alarm.tell").
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
 * told), alarm.clear, alarm.tell, alarm.acknowledge (not told). After a worse severity an acknowledgement no longer holds.
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

struct alarm {
	uint64_t
	    number; /* for ever, from raise to clear; kept in the store; its low 32 bits are towerdAlarmTable's index */
	uint32_t resource; /* entity number */
	uint32_t site,
	    device; /* entity numbers of the resource's site and device; 0: the agent's own; of the site itself */
	uint32_t model; /* alarmModelIndex */
	const struct alarm_type *type;
	const char *qualifier;
	uint8_t severity; /* enum towerd_severity; CLEARED only inside a transition */
	bool is_durable;  /* its newest transition is in the journal */
	uint32_t
	    active_index; /* alarmActiveIndex: never reused, persisted; a change of severity takes a new one */
	int64_t active_ms;              /* alarmActiveDateAndTime: when it entered this severity, UTC */
	int64_t raised_ms, received_ms; /* first raise: in the resource, at the agent; UTC */
	int64_t claimed_ms; /* what the device said of the first raise, believed or not; UTC; 0: nothing */
	int64_t changed_ms; /* its newest transition, at the agent; UTC */
	int64_t changed_now_ms;  /* the same, monotonic; 0: before this start */
	uint64_t journal_number; /* of its newest transition */
	const char *text;
	/* The two-second throttle: what was told last, and when (monotonic). */
	uint8_t told_severity; /* 0: nothing told yet */
	int64_t told_ms;
	const char *acked_by; /* operator state: NULL none */
	int64_t acked_ms;
	uint8_t previous; /* the severity before its newest transition */
};

struct alarms;

struct alarm_settings {
	int64_t hold_ms;            /* default hold of a threshold rule; 0: 5 s */
	int64_t unreachable_ms;     /* a device must be unreachable this long; 0: 30 s */
	unsigned clear_keep;        /* alarmClearMaximum; 0: 1,000 */
	int64_t future_ms, past_ms; /* a device's time this far off is not believed; 0: 10 min, 1 day */
};

struct alarm_listener {
	/*
	 * Told after the commit (is_durable) or when the disk failed (not durable): one call per journal record of an alarm, in order of
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
const struct alarm *alarm_at(const struct alarms *alarms, uint64_t number);
size_t alarms_active_count(const struct alarms *alarms);
/* The worst severity among active alarms of a site and all in it, 0: none; `but` (may be NULL) leaves out types it returns true for. */
int
alarms_worst(const struct alarms *alarms, const struct site *site, bool (*but)(const struct alarm *alarm));
/* Visits the active alarms of a site and all in it until `fn` returns non-zero; returns that. `fn` must not raise or clear. */
int alarms_each_at(const struct alarms *alarms, const struct site *site,
    int (*fn)(void *arg, const struct alarm *alarm), void *arg);

/* Operator's acknowledgement, journalled; done(rc) after the commit; an event (alarm_types.h) then leaves the list. -ENOENT, -EINVAL: no such alarm, no actor; then done is not called. */
int alarm_acknowledge(struct alarms *alarms, uint64_t number, const char *actor, const char *text,
    model_done_fn *done, void *arg);

/* Fills a record from the journal's body, for a listener that catches up by cursor; strings of `out` point into `scratch`, freed by
 * towerd_json_free(). -EBADMSG: not the body of an alarm's record. */
struct towerd_json;
int alarm_record_parse(
    const struct store_record *record, struct towerd_alarm_record *out, struct towerd_json **scratch);

/* Why is this so: one line per step from observation to announcement or suppression. -ENOENT: no such active alarm. */
int alarm_explain(
    const struct alarms *alarms, uint64_t number, void (*line)(void *arg, const char *text), void *arg);

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
