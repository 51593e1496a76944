/* SPDX-License-Identifier: ISC */
/* What the files of this folder know of each other. */
#ifndef AGENT_ALARM_LIST_INSIDE_H
#define AGENT_ALARM_LIST_INSIDE_H

#include <sys/queue.h>

#include <towerd/json.h>

#include "agent/alarm/alarm.h"
#include "agent/alarm/table.h"
#include "agent/view/order.h"

/* An active alarm, or one that is cleared and stays until the throttle has told it. */
struct entry {
	struct alarm alarm; /* the first member: what the rest of the agent sees */
	struct link by_key;
	LIST_ENTRY(entry) in_place;
	TAILQ_ENTRY(entry) in_window;
	struct window *window; /* where it waits to be told, or NULL */
	bool is_gone;
	bool is_unwritten; /* the store has not what it should have of it */
	int64_t event_ms;  /* when its newest transition happened, UTC */
	/* Of a device's own fault: when it was last told as raised, monotonic (INT64_MIN: not since the start); how long that holds, 0: until it is cleared. */
	int64_t heard_ms, expires_ms;
	int64_t due_ms; /* monotonic, its place in alarms->expiring; 0: none */
	/* Names of the resource, kept for the time when it is gone from the model. */
	char *site_id, *area, *slot;
};
LIST_HEAD(entries, entry);

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

/* A counter whose numbers are reserved in the store ahead of their use, so that none is given twice whatever the moment of a crash. */
struct numbers {
	uint64_t alarm, index;                   /* the next of each */
	uint64_t alarm_reserved, index_reserved; /* the store knows that all below may be in use */
};

struct model_row {
	uint32_t number; /* alarmModelIndex */
	const struct alarm_type *type;
};

struct models {
	struct model_row *rows; /* by number */
	size_t count;
	uint32_t *by_type; /* number, by the type's position in its table */
	struct model_state *states,
	    *itu_states; /* alarm_model.h; by (number, state), by (number, perceived severity) */
	size_t state_count;
	uint32_t first_new; /* numbers from here on are not in the store yet */
	int64_t changed_ms; /* monotonic; 0: not since the start */
};

struct cleared { /* a row of alarmClearTable */
	struct order_key key;
	uint32_t index, resource, site, model;
	uint8_t severity; /* that it had */
	int64_t cleared_ms;
	TAILQ_ENTRY(cleared) next;
};
TAILQ_HEAD(cleared_list, cleared);
TAILQ_HEAD(windows, window);

#define LISTENERS_MAX 8
#define VIEWS_MAX     16

struct alarms {
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct model *model;
	struct alarm_settings settings;
	struct loop_owner owner;
	struct alarm_stats stats;
	struct towerd_json_writer writer;
	uint32_t (*ticket_at)(void *arg, uint32_t site);
	void *ticket_arg;

	struct table by_key, places;
	struct order *by_number, *by_index,
	    *active;        /* keys: alarm_number_key(), alarm_index_key(), alarm_time_key() */
	struct place total; /* over all places */
	struct numbers numbers;
	struct models models;

	struct cleared_list cleared;
	struct order *cleared_order;
	size_t cleared_count;

	struct alarm_listener listeners[LISTENERS_MAX];
	size_t listener_count;
	LIST_HEAD(, telling) tellings;
	LIST_HEAD(, acknowledgement) acknowledgements;

	struct table windows;
	struct windows open_windows; /* in the order in which they close */
	struct loop_timer *window_timer;

	struct thresholds *thresholds;
	struct table silent_sites; /* reachability.c: sites with a silent device that is not yet an alarm */
	struct table stale_devices;
	struct order *expiring; /* expiry.c: alarms by (due_ms, number) */
	struct loop_timer *expiry_timer;

	struct view *views[VIEWS_MAX];
	size_t view_count;

	bool is_loaded, is_stopped;

	/* list.c */
	bool is_unreliable; /* told as list.unreliable, and not yet rebuilt */
	struct loop_timer *rebuild_timer;
	struct order_key unwritten_from; /* no alarm before it is_unwritten */
	uint64_t *forgotten;             /* cleared alarms whose rows the store still has */
	size_t forgotten_count;
};

/* alarm.c */
struct place *place_of(struct alarms *alarms, uint32_t site, bool make);
struct entry *entry_find(
    const struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier);
struct entry *
entry_new(struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier);
int entry_index(struct alarms *alarms, struct entry *entry); /* into every index; 0 or -ENOMEM */
void entry_free(struct entry *entry);
int entry_set_text(struct entry *entry, const char *text);
/* When something happened: the device's word (UTC, 0: none), and when we heard of it; how long it holds, 0: until it is cleared. */
struct moment {
	int64_t device_ms, ours_ms, expires_ms;
};
struct moment moment_now(const struct alarms *alarms, int64_t device_ms);
/* alarm_raise() with a moment that may lie before now. */
int raise_at(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier, int severity,
    const char *text, const struct moment *moment);
/* Clears one by itself; `entry` is gone afterwards. */
int entry_clear(struct alarms *alarms, struct entry *entry, const char *text, const struct moment *moment);
int entry_clear_now(struct alarms *alarms, struct entry *entry, const char *text);
void place_report(struct alarms *alarms, const struct place *place); /* tells the model its roll-up */

/* alarm_number.c */
int alarm_numbers_load(struct alarms *alarms);
uint64_t alarm_numbers_next_alarm(struct alarms *alarms);
uint32_t alarm_numbers_next_index(struct alarms *alarms);
void alarm_numbers_close(struct alarms *alarms); /* gives back what was reserved and not used */

/* alarm_model.c */
int alarm_models_load(struct alarms *alarms);
int alarm_models_write(struct alarms *alarms); /* the numbers that are new */
void alarm_models_fini(struct models *models);
uint32_t alarm_models_number(const struct models *models, const struct alarm_type *type);

/* alarm_store.c */
/* The alarm as JSON: its row and the body of its records are one form. NULL: out of memory. */
const char *alarm_write_json(struct alarms *alarms, const struct entry *entry, enum towerd_alarm_event event,
    bool is_told, const char *note); /* an operator's, or NULL */
int alarm_store_load(struct alarms *alarms, char *error, size_t size);
void alarm_row_key(uint64_t number, char out[24]);

/* announce.c: a record and its row go to the store; listeners hear of it after the commit. */
enum row_change { ROW_PUT, ROW_DELETE };
int announce(struct alarms *alarms, struct entry *entry, const char *type, enum towerd_alarm_event event,
    bool is_told, enum row_change row);
int announce_again(struct alarms *alarms,
    struct entry *entry); /* what the store would not take before; told when it takes it */
/* The record of an acknowledgement, as a promise: `fn` says whether it holds. */
int announce_acknowledgement(struct alarms *alarms, const struct entry *entry, const char *actor,
    const char *note, store_durable_fn *fn, void *arg);
void alarm_row_write(struct alarms *alarms, struct entry *entry); /* the row alone */
int announce_list(struct alarms *alarms, const char *reason); /* list.unreliable, or list.rebuilt for NULL */
void announcements_forget(struct alarms *alarms);             /* what the store still tells goes to nobody */

/* acknowledge.c */
void acknowledgements_forget(struct alarms *alarms);

/* throttle.c */
bool throttle_allows(struct alarms *alarms, const struct entry *entry); /* and opens a window */
void throttle_wait(
    struct alarms *alarms, struct entry *entry); /* was not told: looked at when the window closes */
void throttle_forget(struct entry *entry);
int throttle_new(struct alarms *alarms);
void throttle_free(struct alarms *alarms);

/* threshold.c */
int thresholds_new(struct alarms *alarms);
void thresholds_free(struct alarms *alarms);
void threshold_reading(struct alarms *alarms, struct sensor *sensor);
bool threshold_load(struct alarms *alarms, const struct entry *entry); /* false: no rule raises it any more */
void threshold_forget(struct alarms *alarms, struct sensor *sensor);
void threshold_explain(const struct alarms *alarms, const struct entry *entry,
    void (*line)(void *arg, const char *text), void *arg);
/* Staleness keeps its mark in the sensor's watch. */
bool watch_is_stale(const struct alarms *alarms, const struct sensor *sensor);
int watch_set_stale(struct alarms *alarms, struct sensor *sensor, bool is_stale);

/* reachability.c */
void reachability_presence(struct alarms *alarms, struct device *device);
void reachability_device_removed(struct alarms *alarms, struct device *device);
void reachability_site_removed(struct alarms *alarms, const struct site *site);
void reachability_free(struct alarms *alarms);
bool reachability_is_silent(const struct alarms *alarms, const struct device *device);

/* staleness.c */
void staleness_stale(struct alarms *alarms, struct sensor *sensor);
void staleness_fresh(struct alarms *alarms, struct sensor *sensor);
void staleness_presence(struct alarms *alarms, const struct device *device);
bool staleness_load(struct alarms *alarms, const struct device *device);
void staleness_device_removed(struct alarms *alarms, uint32_t device);
void staleness_free(struct alarms *alarms);

/* fault.c */
void fault_report(struct alarms *alarms, struct device *device, const struct towerd_fault *fault);
void fault_sweep(struct alarms *alarms, const struct device *device, int64_t since_ms);
bool fault_is(const struct alarm *alarm); /* a device reported it, or a profile derived it */

/* expiry.c: faults that end by themselves. */
int expiry_new(struct alarms *alarms);
void expiry_free(struct alarms *alarms);
void expiry_start(struct alarms *alarms, struct entry *entry); /* anew, by entry->expires_ms */
void expiry_forget(struct alarms *alarms, struct entry *entry);

/* identity.c */
void alarm_identity_change(struct alarms *alarms, struct device *device, const char *ended);
void alarm_identity_twin(struct alarms *alarms, const struct identity_twins *twins);
bool alarm_identity_holds(struct alarms *alarms, struct device *device, const char *qualifier);
void alarm_identity_load(struct alarms *alarms);
void alarm_identity_acknowledged(struct alarms *alarms, const struct entry *entry);

/* list.c */
int list_new(struct alarms *alarms);
void list_free(struct alarms *alarms);
/* The store would not take it. */
void list_lost(struct alarms *alarms, struct entry *entry, enum row_change row);

/* cleared.c */
int cleared_add(struct alarms *alarms, const struct entry *entry);
void cleared_free(struct alarms *alarms);

/* alarm_key.c: orders that are those of the SNMP indexes. */
struct order_key alarm_number_key(uint64_t number);
struct order_key alarm_index_key(uint32_t index);
struct order_key alarm_time_key(int64_t utc_ms, uint32_t index);
size_t alarm_time_index(int64_t utc_ms, uint32_t index,
    uint32_t *key); /* list name (empty), DateAndTime, index: 14 sub-identifiers */
/* The smallest key that an alarm behind (or at) any sequence of sub-identifiers can have; false: none follows. */
bool alarm_time_bound(const uint32_t *key, size_t len, bool inclusive, struct order_key *bound);

/* Each adds its views. */
int alarm_mib_add(struct alarms *alarms, struct views *views);
int alarm_model_mib_add(struct alarms *alarms, struct views *views);
int alarm_variable_mib_add(struct alarms *alarms, struct views *views);
int alarm_clear_mib_add(struct alarms *alarms, struct views *views);
int itu_alarm_mib_add(struct alarms *alarms, struct views *views);
int alarm_view_add(struct alarms *alarms, struct views *views);

#endif
