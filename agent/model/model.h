/* SPDX-License-Identifier: ISC */
/*
 * What we believe of the fleet: sites, the slots in them with the devices that stand there, and their sensors, each with its own
 * orthogonal states. Owned by the loop thread. Built for 100,000 sites and 1,000,000 sensors at no more than 250 octets a sensor all in.
 *
 * Numbers: every entity (site, device, sensor, group) has one number, its entPhysicalIndex, for ever: kept in the store, never reused. Numbers come
 * in blocks of 256; a block belongs to one site; the site itself is the first of its first block (its number is the site number on
 * every face). A group has a block of its own, since a block is what a scope lets through or not. Block 0 is the agent's own: entity 1 is towerd itself.
 *
 * Persistence: what must survive (identity, numbers, operator states, attributes) is written to the store as it changes; readings are not. A number
 * is never given twice, whatever the moment of a crash: a site or device appears here when its commit is durable, and a sensor's number
 * is taken from a reserve of its block that was made durable ahead; after a start numbers begin beyond the reserve. (A sensor that was declared
 * within the last commit before a crash gets another number when it is declared again; its first one stays unused.)
 */
#ifndef AGENT_MODEL_MODEL_H
#define AGENT_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <towerd/observe.h>

#include "agent/loop/loop.h"
#include "agent/model/catalogue.h"
#include "agent/store/store.h"
#include "agent/view/view.h"

enum entity_class { ENTITY_NONE, ENTITY_AGENT, ENTITY_SITE, ENTITY_DEVICE, ENTITY_SENSOR, ENTITY_GROUP };

#define ENTITY_AGENT_NUMBER  1u
#define ENTITY_BLOCK(number) ((number) >> 8)

/* ENTITY-STATE-TC-MIB (RFC 4268) numbering. */
enum admin_state { ADMIN_UNKNOWN = 1, ADMIN_LOCKED, ADMIN_SHUTTING_DOWN, ADMIN_UNLOCKED };
enum oper_state { OPER_UNKNOWN = 1, OPER_DISABLED, OPER_ENABLED, OPER_TESTING };
enum standby_state { STANDBY_UNKNOWN = 1, STANDBY_HOT, STANDBY_COLD, STANDBY_PROVIDING_SERVICE };
enum structural { STRUCTURAL_UNKNOWN = 1, STRUCTURAL_INTACT, STRUCTURAL_DAMAGED, STRUCTURAL_DESTROYED };
enum clearance { CLEARANCE_NONE = 1, CLEARANCE_REQUESTED, CLEARANCE_GRANTED, CLEARANCE_WITHDRAWN };
enum service { SERVICE_UNKNOWN = 1, SERVICE_ON_AIR, SERVICE_DEGRADED, SERVICE_COVERED, SERVICE_OFF_AIR };
enum site_kind { SITE_FIXED = 1, SITE_PORTABLE };
enum group_kind { GROUP_FEEDER = 1, GROUP_AREA };
#define GROUP_KINDS 2

extern const char *const admin_state_names[],
    *const oper_state_names[], *const standby_state_names[], *const structural_names[],
								 *const clearance_names[],
								     *const service_names[],
									 *const site_kind_names[],
									     *const group_kind_names[],
										 *const presence_names[],
										     *const quality_names[];

struct entity { /* the first member of each of them */
	uint32_t number;
	uint8_t kind_of; /* enum entity_class */
};

struct model_threshold { /* an inventory `thresholds:` entry, resolved to a kind's rule and step */
	uint16_t kind;
	uint8_t rule, step;
	int64_t limit;
};

/* What becomes of another box in a slot (identity.h). */
enum identity_policy { IDENTITY_DEFAULT, IDENTITY_ACCEPT, IDENTITY_HOLD };
extern const char *const identity_policy_names[]; /* from IDENTITY_ACCEPT on */

struct site {
	struct entity entity;
	uint8_t kind, admin, oper, standby, structural, clearance, service; /* the enums above */
	uint8_t worst_severity; /* roll-up of its own and its devices' alarms; 0: none. Kept by alarm */
	uint32_t alarm_count;   /* kept by alarm */
	uint32_t open_tickets;  /* kept by repair */
	bool is_removed;        /* gone from the inventory: number and history stay, no view shows it */
	bool stands_in;         /* portable: it serves, and the sites that it covers know */
	bool is_on_battery;     /* kept by alarm: mains or charge is missing */
	uint32_t verifying;     /* kept by repair: tickets whose claim is being verified */
	int64_t link_budget; /* octets a day, for those of its devices that have none of their own; 0: none */
	const char *id, *name, *area, *power_feeder;
	uint32_t population;
	int64_t clearance_until_ms; /* UTC; 0: open-ended */
	int64_t last_seen_ms;       /* UTC of the last sign of life from any of its devices; 0: never */
	struct device **devices;    /* by number, removed ones too */
	size_t device_count;
	struct model_threshold *thresholds;
	size_t threshold_count;
	const char *depends_on; /* the inventory's paths: "NIN-HUB-1 | NIN-HUB-2 & MSL-HUB-9"; "": none */
	/* Portable: the ids of the sites it stands in for, space-separated; for those who may know locations alone. */
	const char *covers;
	uint32_t covered_by;       /* how many portable towers on air stand in for it */
	struct area *area_node;    /* the model's own */
	struct path_set *path_set; /* the model's own; NULL: it depends on nothing */
	LIST_ENTRY(site) same_paths;
	struct group *groups[GROUP_KINDS]; /* by kind - 1; NULL: in none of that kind */
	uint32_t group_at[GROUP_KINDS];    /* its place among their members */
};

/*
 * Sites that lose their power together: those on one feeder, and those of one area (the area itself, not what lies below it). A group stays for ever,
 * for the history that stands on its number; without members no view and no look-up shows it.
 */
struct group {
	struct entity entity;
	uint8_t kind;     /* enum group_kind */
	const char *name; /* "FDR-12", "nineveh/east" */
	const char *
	    area; /* the longest that covers all members: who may see it may see the group; "": who sees everything */
	struct site **sites; /* the members, in no order */
	uint32_t site_count, site_capacity;
	bool is_durable; /* its row is */
	bool
	    may_be_narrow; /* a member left: its area may be too short until the end of this import, never too long */
	uint32_t import; /* the model's own: the last one that wrote its row */
	struct group *next_narrow;
};

/* A site's ways to the core: one path is enough, and a path needs all of its hubs. */
struct site_hub {
	const char *id;
	struct site *site; /* NULL: not in the inventory */
	uint32_t path;     /* 0, 1, …; the hubs of a path stand together */
};
struct site_paths {
	uint32_t path_count, hub_count; /* 0: it depends on no other site */
	struct site_hub hubs[];
};

struct device {
	struct entity entity;
	uint8_t presence;   /* enum towerd_presence */
	uint8_t deployment; /* enum towerd_deployment, of a portable tower's own device */
	uint8_t doubt;      /* the alarm module's own: 0, or where it is counted */
	bool is_unwatched;  /* model_watch() */
	bool is_removed;
	struct site *site;
	const char *slot, *driver, *address;
	int64_t link_budget;         /* octets a day; 0: its share of the site's */
	const char **keys, **values; /* other settings of the inventory */
	size_t setting_count;
	int64_t presence_since_ms; /* UTC */
	int64_t last_seen_ms;      /* UTC of the last reading or answer */
	uint64_t rejected;         /* inputs refused */
	const char *presence_reason, *last_reject;
	/* model, software, serial, … with their history in the journal */
	struct device_attribute *attributes;
	size_t attribute_count;
	struct identity *identity; /* identity.h; NULL: it never told what it is */
	uint8_t identity_policy;   /* enum identity_policy */
	struct sensor **sensors;   /* by number, retired ones too */
	size_t sensor_count;
	uint32_t retired_count;
	int64_t kept_ms;    /* UTC, of the last model_sensors_keep(); at first, of its making */
	int64_t missing_ms; /* monotonic, since when, if some of its sensors are missing */
};

struct device_attribute {
	const char *name, *value;
	int64_t since_ms; /* UTC: when it became this */
	int64_t
	    told_ms; /* monotonic: when it was last told, the same or not; INT64_MIN: not since the start */
};

struct sensor {
	struct entity entity;
	uint8_t quality; /* enum towerd_quality */
	bool has_value;  /* false until the first good reading of this run */
	bool is_stale;
	/* not named by the last model_sensors_keep(); gone for good: number and history stay, no view shows it */
	bool is_missing : 1, is_retired : 1;
	uint16_t kind;
	uint32_t watch; /* the alarm module's own: 0, or where it keeps what this sensor is waiting for */
	/* monotonic, of the last reading of any quality, or of its declaration: staleness is judged by it */
	uint32_t heard_s;
	struct device *device;
	const char *instance, *label; /* interned */
	int64_t value;
	int64_t received_ms; /* monotonic, of the last good reading */
	int64_t device_ms;   /* UTC, the device's own time; 0: none given */
	uint32_t interval_s; /* how often it is expected; 0: not known */
};

struct model;
struct identity_twins;

/* Changes, for the layers above (alarm, repair, host): called on the loop thread, after the change, while the model is consistent. */
struct model_listener {
	void (*site)(void *arg, struct site *site, bool is_new);
	void (*site_removed)(void *arg, struct site *site);
	void (*device)(void *arg, struct device *device, bool is_new); /* made, or its settings changed */
	void (*device_removed)(void *arg, struct device *device);
	void (*presence)(void *arg, struct device *device, enum towerd_presence before);
	void (*verdict)(void *arg,
	    struct device
		*device); /* its driver told its presence: after presence(), and when it is as before */
	/* each reading, whatever its quality; is_stale already cleared */
	void (*reading)(void *arg, struct sensor *sensor);
	void (*stale)(void *arg, struct sensor *sensor); /* it became stale */
	void (*retired)(void *arg, struct sensor *sensor);
	void (*fault)(void *arg, struct device *device, const struct towerd_fault *fault);
	void (*fault_sweep)(void *arg, struct device *device, int64_t since_ms);
	/* Its ledger: `ended` NULL: another box stands there, which is news; else why that is none any more. */
	void (*identity)(void *arg, struct device *device, const char *ended);
	void (*twins)(void *arg, const struct identity_twins *twins);
	void (*pace)(void *arg, struct site *site); /* that of its devices may have changed */
	/* the derived service changed; service.c has the rule */
	void (*service)(void *arg, struct site *site, enum service before);
	/* `site` became a member of the group, or is none any more */
	void (*member)(void *arg, struct group *group, struct site *site, bool is_member);
	/* model_site_paths() says something else: its own inventory changed, or a hub came or went */
	void (*paths)(void *arg, struct site *site);
	void (*ask)(void *arg, struct device *device); /* model_ask() */
	void *arg;
};

struct model_settings {
	unsigned stale_factor;                /* a reading is stale after this many of its intervals; 0: 3 */
	int64_t stale_min_ms;                 /* and never before this; 0: 180 s */
	enum identity_policy identity_policy; /* of devices that have none of their own; DEFAULT: accept */
	int64_t identity_keep_ms; /* how long a box that was accepted by policy is news; 0: 24 h */
};

/*
 * `store` NULL: nothing is kept and every change is durable at once, its done() called before the function returns (tests, offline tools).
 * `settings` NULL: defaults. At the end: model_flush(), store_close(), model_free(), in this order: what the store still reports comes back here.
 */
struct model *model_new(
    struct loop *loop, struct store *store, struct scopes *scopes, const struct model_settings *settings);
/* From the store, once, before the loop runs. Listeners hear nothing of it: they walk the sites afterwards. -EUCLEAN: a row that cannot be read. */
int model_load(struct model *model, char *error, size_t size);
/* The store's file is a copy that was put back (store_restored_ms()): what was numbered since is not known. Once, after model_load(), into the commit that says so. */
int model_restore(struct model *model, struct store_txn *txn);
void model_flush(
    struct model *model); /* submits what this turn of the loop wrote; the next turn does it by itself */
void model_free(struct model *model);
int model_listen(
    struct model *model, const struct model_listener *listener); /* copied; -ENOSPC: 16 listen already */
int model_add_views(struct model *model,
    struct views *views); /* site, device, sensor, area, location, ENTITY-MIB, ENTITY-SENSOR-MIB tables */

/* Look-ups; NULL when not there (or removed). */
struct entity *model_entity(const struct model *model, uint32_t number);
struct site *model_site(const struct model *model, const char *id);
struct site *
model_site_of(const struct model *model, uint32_t number); /* of any entity; NULL for the agent's own */
struct device *model_device(const struct model *model, uint32_t number);
struct device *model_device_at(const struct site *site, const char *slot);
struct sensor *model_sensor(const struct model *model, uint32_t number);
struct group *model_feeder(const struct model *model, const char *name);
struct group *model_area_group(const struct model *model, const char *area);
struct group *model_group_of(const struct model *model, uint32_t number); /* of the group's own number */
/* In the order of numbers; start with 0. */
struct group *model_next_group(const struct model *model, uint32_t after);
const struct site_paths *model_site_paths(const struct site *site); /* never NULL */
size_t model_site_count(const struct model *model);
size_t model_sensor_count(const struct model *model);
/* The roll-up that alarm keeps: the worst severity of the site's active alarms and of all in it (0: none), and how many there are. */
void model_set_severity(struct model *model, struct site *site, int worst, uint32_t count);
/* Kept by repair: open tickets, and those of them whose claim is being verified. */
void model_set_tickets(struct model *model, struct site *site, uint32_t open, uint32_t verifying);
void model_set_on_battery(struct model *model, struct site *site, bool is_on_battery); /* kept by alarm */
/* How urgent a device is now. Costs O(the site's devices). */
struct towerd_pace model_pace(const struct device *device);
/* In the order of numbers; start with 0. */
struct site *model_next_site(const struct model *model, uint32_t after);

/* Observations (include/towerd/observe.h says what they mean and when they fail). */
int model_sensor_declare(
    struct model *model, uint32_t device, const struct towerd_sensor *sensor, uint32_t *number);
/* model_sensor_declare() also says -EAGAIN: the reserve of numbers is being written; declare it again with its next reading. */
int model_observe(struct model *model, const struct towerd_reading *readings, size_t count);
/* towerd_sensors_keep() says what it does. */
int model_sensors_keep(struct model *model, uint32_t device, const uint32_t *numbers, size_t count);
int model_presence(struct model *model, uint32_t device, enum towerd_presence presence, const char *reason);
/* Whether anybody watches it: `refusal` NULL: its driver does; else why nobody will before its entry is corrected. */
int model_watch(struct model *model, uint32_t device, const char *refusal);
int model_fault(struct model *model, const struct towerd_fault *fault);
int model_fault_sweep(struct model *model, uint32_t device, int64_t since_ms);
/* Somebody needs a fresh verdict on the device: its driver is asked for one, soon. -ENOENT. */
int model_ask(struct model *model, uint32_t device);
int
model_deployment(struct model *model, uint32_t device, enum towerd_deployment deployment, int64_t device_ms);
int
model_attribute(struct model *model, uint32_t device, const char *name, const char *value, const char *actor);
void model_reject(struct model *model, uint32_t device, const char *source, const char *reason);
int model_unclaimed(struct model *model, const char *site, const char *source);

struct model_stats {
	/* taken; of no known sensor; outside the kind's range or marked so */
	uint64_t readings, readings_unknown, readings_faulty;
	/* refused inputs of no known device; unclaimed sites beyond the bound */
	uint64_t rejects, unclaimed_dropped;
};
void model_stats(const struct model *model, struct model_stats *out);

/* Operator's and people's states; journalled with `actor`; done(rc) after the commit (rc < 0: refused, nothing changed). */
typedef void model_done_fn(void *arg, int rc);
int model_set_admin(struct model *model, struct site *site, enum admin_state state, const char *actor,
    model_done_fn *done, void *arg);
int model_set_structural(struct model *model, struct site *site, enum structural state, const char *actor,
    model_done_fn *done, void *arg);
int model_set_clearance(struct model *model, struct site *site, enum clearance state, int64_t until_ms,
    const char *actor, const char *reason, model_done_fn *done, void *arg);

#endif
