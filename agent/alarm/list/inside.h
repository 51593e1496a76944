/* SPDX-License-Identifier: ISC */
/* What the files of this folder know of each other. */
#ifndef AGENT_ALARM_LIST_INSIDE_H
#define AGENT_ALARM_LIST_INSIDE_H

#include <sys/queue.h>

#include <towerd/json.h>

#include "agent/alarm/list/doubt.h"
#include "agent/alarm/list/entry.h"
#include "agent/alarm/merit/merit.h"
#include "agent/alarm/silence/silence.h"
#include "agent/model/intern.h"
#include "agent/view/order.h"

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

/* A listener's list: what it asked for, and what it was told. */
struct audience {
	const char *name; /* interned; NULL: the slot is free */
	bool is_open;
	struct audience_filter filter;
	struct order *rows, *by_index;         /* what it holds, as alarms->active and by_index do */
	uint32_t counts[TOWERD_CRITICAL + 1];  /* of that, by severity */
	uint64_t entered[TOWERD_CRITICAL + 1]; /* told steps into each severity since the start */
	uint64_t raised;                       /* of these, of alarms that it did not hold */
	int64_t last_raise_ms, last_clear_ms;  /* monotonic; 0: never */
	uint64_t told;                         /* records that named it */
	uint64_t newest;                       /* the number of the newest of them */
	uint64_t void_to;    /* what it was told by records up to here, its listener never heard */
	struct queue *queue; /* queue.c: what waits for its turn */
	/* Told all that stands, a piece at a time: the next number; is_filling while that goes on. */
	struct order_key fill_from;
	bool is_filling;
	int64_t asked_ms; /* when that began, monotonic */
};

#define LISTENERS_MAX 8
#define VIEWS_MAX     48

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
	/* keys: alarm_number_key() (all entries; the active ones), alarm_index_key(), alarm_time_key() */
	struct order *all, *by_number, *by_index, *active;
	struct entry_list ended; /* cleared entries, the one cleared first in front */
	size_t ended_count;
	struct order *ended_order, *operated; /* by number: cleared ones; those with operations */
	struct intern *texts;
	struct place total; /* over all places */
	struct numbers numbers;
	struct models models;

	struct cleared_list cleared;
	struct order *cleared_order;
	size_t cleared_count;

	struct alarm_listener listeners[LISTENERS_MAX];
	size_t listener_count;
	LIST_HEAD(, telling) tellings;
	LIST_HEAD(, operation) operations;
	struct audience audiences[AUDIENCES_MAX];
	size_t audience_count;
	uint8_t by_name[AUDIENCES_MAX]; /* their numbers in the order of alarmListName: shorter names first */
	uint64_t entered[TOWERD_CRITICAL + 1]; /* transitions into each severity since the start */
	/* For those above: an operator's word holds; an active alarm was taken out of the list, whoever raised it must look again. */
	void (*on_operated)(struct alarms *alarms, struct entry *entry);
	void (*on_purged)(struct alarms *alarms, struct entry *entry);
	/* Members of a record that only who raised the alarm knows; may be NULL. */
	void (*put_details)(struct alarms *alarms, const struct entry *entry, struct towerd_json_writer *w);
	/* Something that the graph says of a site, or the supply of a group, may be different: whoever raises an alarm by it looks. */
	void (*on_hub)(struct alarms *alarms, const struct site *site);
	void (*on_group)(struct alarms *alarms, uint32_t group);
	struct correlation *correlation; /* correlate.c */
	struct loop_timer *fill_timer;

	struct table windows;
	struct windows open_windows; /* in the order in which they close */
	struct loop_timer *window_timer;

	struct silences *silences;
	struct sweep { /* silenced.c */
		bool is_on;
		const char *area; /* interned; NULL: everything */
		struct order_key at;
		struct loop_timer *timer;
	} sweep;
	struct thresholds *thresholds;
	struct table silent_sites; /* reachability.c: sites with a silent device that is not yet an alarm */
	struct table stale_devices;
	struct table outages; /* outage.c */
	bool *tells_mains;    /* by kind of sensor: its reading says whether mains is there */
	unsigned runtime_kind;
	struct deadlines *expiries, *waits; /* expiry.c, judge.c */
	struct chatter_settings chatter;
	struct deadlines *steadies; /* chattering.c */
	struct order *proposals;    /* struct proposal, by the alarm's number */
	struct merit *merit;        /* figures.c */
	int64_t stale_due_ms;
	struct loop_timer *merit_timer, *flood_timer;

	struct view *views[VIEWS_MAX];
	size_t view_count;

	bool is_loaded, is_stopped;

	struct doubt doubts[DOUBTS_MAX];
	unsigned doubt_count;
	struct deadlines *doubt_dues; /* detect/doubt.c */

	/* list.c */
	struct loop_timer *rebuild_timer;
	struct order_key unwritten_from; /* no alarm before it is_unwritten */
	uint64_t *forgotten;             /* cleared alarms whose rows the store still has */
	size_t forgotten_count;
};

/* entry.c: made, indexed, named, freed. */
struct entry *
entry_new(struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier);
void entry_free(struct alarms *alarms, struct entry *entry);
/* An active one; NULL: there is none. */
struct entry *entry_find(
    const struct alarms *alarms, uint32_t resource, const struct alarm_type *type, const char *qualifier);
struct entry *
entry_find_any(const struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier);
struct entry *entry_at(const struct alarms *alarms, uint64_t number); /* cleared ones too */
int entry_index(struct alarms *alarms, struct entry *entry);    /* as it is, into every index; 0 or -ENOMEM */
int entry_activate(struct alarms *alarms, struct entry *entry); /* cleared -> its severity; 0 or -ENOMEM */
void entry_deactivate(struct alarms *alarms, struct entry *entry);
/* Another row of the same: 0, or -ENOMEM and the old one stands. */
int entry_move(struct alarms *alarms, struct entry *entry, int severity, int64_t active_ms);
void entry_remove(struct alarms *alarms, struct entry *entry); /* a cleared one, out of every index; freed */
int entry_set_text(struct alarms *alarms, struct entry *entry, const char *text);
void entry_set_operator(struct alarms *alarms, struct entry *entry, enum operator_state state,
    const char *name, const char *note, int64_t at_ms);
struct place *place_of(struct alarms *alarms, uint32_t site, bool make);
void place_report(struct alarms *alarms, const struct place *place); /* tells the model its roll-up */

bool fault_is(const struct alarm *alarm); /* a device reported it, or a profile derived it */

/* alarm.c: transitions. */
/* When something happened: the device's word (UTC, 0: none), and when we heard of it; how long it holds, 0: until it is cleared. */
struct moment {
	int64_t device_ms, ours_ms, expires_ms;
	bool is_hint; /* a notification says so */
};
struct moment moment_now(const struct alarms *alarms, int64_t device_ms);
/* alarm_raise() with a moment that may lie before now. */
int raise_at(struct alarms *alarms, uint32_t resource, const char *type, const char *qualifier, int severity,
    const char *text, const struct moment *moment);
int entry_clear(struct alarms *alarms, struct entry *entry, const char *text, const struct moment *moment);
int entry_clear_now(struct alarms *alarms, struct entry *entry, const char *text);

/* judge.c: whether an alarm may be told. */
int judge_new(struct alarms *alarms);
void judge_free(struct alarms *alarms);
/* The stand of an entry anew; true: it is another one. Tells nobody. */
bool entry_judge(struct alarms *alarms, struct entry *entry);
/* The same, tells whoever is to be told, and writes the row when the stand changed. */
void entry_rejudge(struct alarms *alarms, struct entry *entry);
/* effects.c: a cause was found, changed, or is none any more (NULL). Keeps the counts of what hangs below. */
void entry_set_cause(struct alarms *alarms, struct entry *entry, struct entry *cause);
/* What a reader may know of it: consequences within the scope, the cause if it is. NULL: all. */
uint32_t effects_in(const struct entry *entry, const struct scope *scope);
#define EFFECTS_MAX 10000 /* that are looked at for one reader */
/* Each alarm below it that the reader may see, of the first so many. */
void effects_each(const struct entry *entry, const struct scope *scope,
    void (*fn)(void *arg, const struct entry *effect), void *arg);
bool entry_is_below(const struct entry *entry, const struct entry *above); /* or too deep to say */
uint64_t cause_in(const struct entry *entry, const struct scope *scope);
/* An effect of it has another cause now: if it is over and was waiting for that one alone, its end is told. */
void entry_effect_left(struct alarms *alarms, struct entry *cause);

/* silenced.c: what a person's word keeps from being told. */
int silenced_new(struct alarms *alarms);
void silenced_free(struct alarms *alarms);
void silenced_start(struct alarms *alarms); /* after the list was loaded */
enum alarm_stand
silenced_stand(struct alarms *alarms, struct entry *entry); /* of an active one; FREE: nobody does */
bool is_silenced(const struct entry *entry);
void silenced_release(struct alarms *alarms, struct entry *entry);     /* it is cleared */
void silenced_heard(struct alarms *alarms, const struct entry *entry); /* it was raised, or cleared */

/* settle.c: compares what each audience should hold with what it was told. */
struct telling_plan {
	uint8_t audiences[AUDIENCES_MAX];
	unsigned count;
	uint8_t previous; /* the severity that they held, when that is not the one before; 0 */
};
/* Who is to be told of the entry as it is, now; those for whom it is to wait are noted where they wait. */
void settle_plan(struct alarms *alarms, struct entry *entry, struct telling_plan *plan);
/* They were told, by this record. */
void settle_done(
    struct alarms *alarms, struct entry *entry, const struct telling_plan *plan, uint64_t journal_number);
void
settle(struct alarms *alarms, struct entry *entry); /* by a record of its own, when anyone is to be told */
/* Those that hang below it: who hears of their cause may be somebody else now. */
void settle_below(struct alarms *alarms, struct entry *entry);
/* Silenced causes of it may reach further than their silence now: then they are told. */
void settle_above(struct alarms *alarms, const struct entry *entry);
/* Why an audience holds something else than what is; a sentence without a full stop. */
const char *settle_reason(const struct alarms *alarms, const struct entry *entry, unsigned audience);
bool entry_is_told(const struct entry *entry);                /* somebody holds it */
struct told *told_of(struct entry *entry, unsigned audience); /* room for it; NULL: out of memory */
const struct told *told_at(const struct entry *entry, unsigned audience);

/* audience.c */
int audiences_init(struct alarms *alarms);
int audience_named(struct alarms *alarms, const char *name); /* found, or made closed; -ENOSPC, -ENOMEM */
int audience_hold(
    struct alarms *alarms, struct entry *entry, unsigned audience, const struct told *told); /* at the load */
/* It is told of a step, from what it holds (0: nothing). */
void audience_count(
    struct alarms *alarms, struct audience *audience, int held, int severity, uint64_t journal_number);
void audience_drop(struct alarms *alarms, struct entry *entry, unsigned audience);
void audiences_fini(struct alarms *alarms);

enum step_kind {
	STEP_NONE,
	STEP_RAISED,
	STEP_CHANGED,
	STEP_CLEARED,
	STEP_STAND,
	STEP_TOLD,
	STEP_QUEUED,
	STEP_OPERATOR
};

/* step.c: its words, as far as a reader may see; returns `out`. */
#define STEP_TEXT_MAX 511
extern const char *const step_names[]; /* from STEP_RAISED on */
char *step_format(
    const struct alarms *alarms, const struct step *step, const struct scope *scope, char *out, size_t size);

/* history.c */
void history_add(struct alarms *alarms, struct entry *entry);
void history_compress(struct alarms *alarms, struct entry *entry);
void operation_add(struct alarms *alarms, struct entry *entry, int64_t time_ms, enum operator_state state,
    const char *name, const char *text);
void
operated_index(struct alarms *alarms, struct entry *entry); /* who has operations is found by its number */
void step_add(struct alarms *alarms, struct entry *entry, const struct step *step);
const struct step *step_at(const struct entry *entry, unsigned i); /* 0 the newest */
void histories_free(struct alarms *alarms, struct entry *entry);
void history_write(struct towerd_json_writer *w, const struct entry *entry); /* members of its row */
void history_read(struct alarms *alarms, struct entry *entry, const struct towerd_json *row);

/* ended.c: cleared entries, bounded. */
void ended_add(struct alarms *alarms, struct entry *entry);
void ended_remove(struct alarms *alarms, struct entry *entry);
void ended_bound(struct alarms *alarms); /* forgets what is too much */

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
/* The alarm as JSON: the body of its records, and the beginning of its row. NULL: out of memory. */
const char *
alarm_write_json(struct alarms *alarms, const struct entry *entry, const struct towerd_alarm_record *record,
    const struct telling_plan *plan, const char *note); /* an operator's, or NULL */
/* What a listener hears of the entry as it is, strings borrowed from it: alarm_record_parse() of that body says the same. */
struct towerd_alarm_record alarm_record_of(struct alarms *alarms, const struct entry *entry,
    enum towerd_alarm_event event, const struct telling_plan *plan);
/* The row: the body, and what only the agent needs of it. */
const char *alarm_write_row(struct alarms *alarms, const struct entry *entry);
int alarm_store_load(struct alarms *alarms, char *error, size_t size);
void alarm_row_key(uint64_t number, char out[24]);

/* announce.c: a record and its row go to the store; listeners hear of it after the commit. */
/* Plans who is told, and journals it. 0; -ENOMEM, -ENOBUFS: told, not journalled (list.c sees to it). */
int announce(struct alarms *alarms, struct entry *entry, const char *type, enum towerd_alarm_event event);
/* alarm.tell to those of the plan. */
int announce_to(struct alarms *alarms, struct entry *entry, struct telling_plan *plan);
int announce_again(struct alarms *alarms,
    struct entry
	*entry); /* what the store would not take before, to all who hold it; told when it takes it */
/* The record of an operator's word, as a promise: `fn` says whether it holds. */
int announce_operation(struct alarms *alarms, const struct entry *entry, enum operator_state state,
    const char *actor, const char *note, store_durable_fn *fn, void *arg);
void alarm_row_write(struct alarms *alarms, struct entry *entry); /* the row alone */
void alarm_row_delete(struct alarms *alarms, uint64_t number);
/* list.unreliable, or list.rebuilt; `doubts`: how many are open then. */
int announce_list(
    struct alarms *alarms, bool is_rebuilt, const char *source, const char *reason, unsigned doubts);
void announcements_forget(struct alarms *alarms); /* what the store still tells goes to nobody */

/* A record of what the agent does with it, told to nobody. */
int announce_note(struct alarms *alarms, struct entry *entry, const char *type);

/* chattering.c */
int chattering_new(struct alarms *alarms);
void chattering_free(struct alarms *alarms);
/* Before a step is judged. True: a clear, and what ended was fleeting. */
bool chattering_step(struct alarms *alarms, struct entry *entry, enum towerd_alarm_event event);
void chattering_note(struct alarms *alarms, struct entry *entry); /* after the step was journalled */
void chattering_forget(struct alarms *alarms, struct entry *entry);

/* figures.c: what happens, for the figures of merit. */
int figures_new(struct alarms *alarms);
int figures_load(struct alarms *alarms);
void figures_stop(struct alarms *alarms);
void figures_free(struct alarms *alarms);
void figures_step(
    struct alarms *alarms, struct entry *entry, enum towerd_alarm_event event); /* before it is judged */
void figures_stand(struct alarms *alarms, struct entry *entry); /* it stands otherwise than before */
void
figures_told(struct alarms *alarms, const struct entry *entry, unsigned audience); /* before it is held */
void figures_audience(struct alarms *alarms, unsigned audience, bool is_open);

/* flooding.c */
bool flooding_is(const struct entry *entry); /* a flood's summary, of the audience that is its qualifier */
void flooding_look(void *arg);
void flooding_look_soon(struct alarms *alarms);

/* operator.c */
void operations_forget(struct alarms *alarms);

/* throttle.c */
bool throttle_allows(struct alarms *alarms, const struct entry *entry); /* and opens a window */
void throttle_wait(
    struct alarms *alarms, struct entry *entry); /* was not told: looked at when the window closes */
void throttle_forget(struct entry *entry);
int throttle_new(struct alarms *alarms);
void throttle_free(struct alarms *alarms);

/* expiry.c: faults that end by themselves. */
int expiry_new(struct alarms *alarms);
void expiry_free(struct alarms *alarms);
void expiry_start(struct alarms *alarms, struct entry *entry); /* anew, by entry->expires_ms */
void expiry_forget(struct alarms *alarms, struct entry *entry);

/* list.c */
int list_new(struct alarms *alarms);
void list_free(struct alarms *alarms);
/* The store would not take it. */
void list_lost(struct alarms *alarms, struct entry *entry);
void list_lost_row(struct alarms *alarms, uint64_t number);

/* cleared.c */
int cleared_add(struct alarms *alarms, const struct entry *entry);
void cleared_free(struct alarms *alarms);

/* alarm_key.c: orders that are those of the SNMP indexes. */
#define ALARM_TIME_PARTS 14
struct order_key alarm_number_key(uint64_t number);
struct order_key alarm_index_key(uint32_t index);
struct order_key alarm_time_key(int64_t utc_ms, uint32_t index);
size_t alarm_time_index(int64_t utc_ms, uint32_t index,
    uint32_t *key); /* list name (empty), DateAndTime, index: ALARM_TIME_PARTS sub-identifiers */
/* The smallest key that an alarm behind (or at) any sequence of sub-identifiers can have; false: none follows. */
bool alarm_time_bound(const uint32_t *key, size_t len, bool inclusive, struct order_key *bound);

/* Each adds its views. */
int alarm_mib_add(struct alarms *alarms, struct views *views);
int alarm_model_mib_add(struct alarms *alarms, struct views *views);
int alarm_variable_mib_add(struct alarms *alarms, struct views *views);
int alarm_clear_mib_add(struct alarms *alarms, struct views *views);
int itu_alarm_mib_add(struct alarms *alarms, struct views *views);
int merit_view_add(struct alarms *alarms, struct views *views);
int proposal_view_add(struct alarms *alarms, struct views *views);
int alarm_view_add(struct alarms *alarms, struct views *views);
int doubt_mib_add(struct alarms *alarms, struct views *views);
int audience_view_add(struct alarms *alarms, struct views *views);
int history_view_add(struct alarms *alarms, struct views *views);
int alarm_step_mib_add(struct alarms *alarms, struct views *views);
int silence_view_add(struct alarms *alarms, struct views *views);
int arc_mib_add(struct alarms *alarms, struct views *views);

#endif
