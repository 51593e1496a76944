/* SPDX-License-Identifier: ISC */
/* What the files of the model share. Nothing outside this folder includes it. */
#ifndef AGENT_MODEL_INSIDE_H
#define AGENT_MODEL_INSIDE_H

#include "agent/model/intern.h"
#include "agent/model/model.h"
#include "agent/model/position.h"
#include "agent/view/names.h"
#include "agent/view/skip.h"

#define BLOCK_SLOTS      256u
#define MODEL_LISTENERS  16
#define MODEL_REASON_MAX 200 /* octets of a reason that is kept; the rest is cut */

struct block {
	struct entity **entities; /* ascending by number; a number that was given and lost has none */
	uint32_t site;  /* its owner's number (a site's or a group's); 0: free, or the agent's own */
	uint32_t after; /* the owner's next block, ascending; 0: the last */
	uint16_t count, capacity;
	uint16_t next;     /* slot of the next number to give */
	uint16_t reserved; /* slots below it are durably this block's to give */
	uint16_t asked;    /* what `reserved` becomes when all commits under way are durable */
	uint16_t flights;  /* in a site's first block: such commits */
};

struct slab {
	struct slab *before;
	size_t used;
	struct sensor sensors[256];
};

struct sweep { /* stale.c */
	struct loop_timer *timer;
	uint32_t block; /* the next to look at */
};

struct model {
	struct loop *loop;
	struct store *store;
	struct scopes *scopes;
	struct model_settings settings;
	struct loop_owner owner;
	struct intern *intern;
	struct entity agent; /* entity 1: towerd itself */

	struct block *blocks;
	uint32_t block_count, block_capacity; /* blocks ever made; [0] is the agent's own */

	struct site **sites; /* by hash of the id, removed ones too; a power of two */
	uint32_t site_slots, sites_known, site_count;
	struct slab *slabs;
	size_t sensor_count;
	unsigned cell_kind; /* number of the kind "radio.state" */

	struct model_listener listeners[MODEL_LISTENERS];
	size_t listener_count;

	struct store_txn *pending; /* what this turn of the loop writes */
	bool is_flush_posted, is_importing;
	struct sweep sweep;
	struct positions *positions;
	struct area *areas;      /* the nameless root */
	struct skip *area_index; /* all areas in the order of their table */
	struct unclaimed *unclaimed;
	struct identities *identities;
	struct groups *groups;
	struct hubs *hubs;
	uint32_t imports; /* how many were begun */
	struct model_stats stats;
	struct view views[9]; /* each with the model as its `arg` */
};

/* Tells every listener that asked for it. */
#define MODEL_TELL(model, event, ...)                                                                        \
	do {                                                                                                 \
		for (size_t tell_ = 0; tell_ < (model)->listener_count; tell_++)                             \
			if ((model)->listeners[tell_].event != NULL)                                         \
				(model)->listeners[tell_].event((model)->listeners[tell_].arg, __VA_ARGS__); \
	} while (0)

/* numbers.c: blocks and what stands in them. */
int numbers_init(struct model *model);
void numbers_fini(struct model *model);
int numbers_load(struct model *model, uint32_t block, uint32_t site, uint32_t reserved);
int numbers_new_site(struct model *model, uint32_t *number); /* a block of its own; not durable yet */
int numbers_stage(
    struct model *model, uint32_t site, uint32_t *number); /* for what appears when its commit is durable */
int numbers_take(struct model *model, uint32_t site, uint32_t *number); /* durable already; -EAGAIN */
void numbers_write(struct model *model, uint32_t site,
    struct store_txn *txn); /* reserves ahead in a commit of the caller's… */
int numbers_written(struct model *model, uint32_t site,
    const char *area); /* …which is durable: its blocks are in the scopes now */
int
numbers_new_group(struct model *model, uint32_t *number); /* a block of its own, with no other number in it */
void numbers_refused(struct model *model, uint32_t site); /* …which failed */
int numbers_place(struct model *model, struct entity *entity);
/* After a start from a copy: no number is given that may have been given since it was made. */
int numbers_restore(struct model *model, struct store_txn *txn);
struct entity *numbers_find(const struct model *model, uint32_t number);
/* The entity's position among its block's; the first at or after `number`. */
uint32_t numbers_at(const struct block *block, uint32_t number);

/* site.c */
int site_add(struct model *model, uint32_t number, const char *id, struct site **out);
struct site *site_find(const struct model *model, const char *id, bool removed_too);
int
site_place(struct model *model, struct site *site); /* in the scopes and in its area, after either changed */
void site_unplace(struct model *model, struct site *site);

/* device.c */
int
device_add(struct model *model, struct site *site, uint32_t number, const char *slot, struct device **out);
struct device *device_find(const struct site *site, const char *slot, bool removed_too);
void device_fini(struct device *device);
int device_setting_add(struct model *model, struct device *device, const char *key, const char *value);
void device_settings_clear(struct model *model, struct device *device);
int attribute_put(struct device *device, const char *name, const char *value, int64_t since_ms);
const char *attribute_get(const struct device *device, const char *name); /* "" : none */
int64_t attribute_told_ms(const struct device *device, const char *name);

/* sensor.c */
/* Whether it counts as one of its device's. */
void sensor_set_retired(struct model *model, struct sensor *sensor, bool is_retired);
struct sensor *sensor_add(struct model *model, struct device *device, uint32_t number, unsigned kind,
    const char *instance, const char *label, uint32_t interval_s);
void sensors_free(struct model *model);

/* stale.c */
int stale_start(struct model *model);
void stale_stop(struct model *model);

/* service.c */
void service_derive(struct model *model, struct site *site);
void service_uncover(
    struct model *model, struct site *portable); /* it ceases to stand in for others, until derived again */

/* threshold.c: the catalogue's rule and step that an inventory's word stands for; `limit` is left alone. */
bool threshold_find(const struct catalogue_kind *kind, const char *word, struct model_threshold *out);

/* area.c: roll-ups of each area and of all below it. */
struct area_counts {
	uint32_t sites, on_air, degraded, covered, off_air, unknown;
	uint64_t population, unserved; /* people of sites that are off air or unknown, and not covered */
};
int area_move(struct model *model, struct site *site, const char *area); /* NULL: out of all areas */
void area_count(struct area *area, const struct site *site,
    int by); /* the site's service or population: before -1, after +1 */
int areas_init(struct model *model);
void areas_free(struct model *model);

/* group.c */
int groups_init(struct model *model);
void groups_free(struct model *model);
/* Writes what a site with this feeder and area needs of groups that are not durable yet, into the commit that brings the site. */
int groups_write(struct model *model, const char *feeder, const char *area, struct store_txn *txn);
int groups_place(
    struct model *model, struct site *site); /* a member where its feeder and area say, and nowhere else */
void groups_unplace(struct model *model, struct site *site);
void groups_settle(struct model *model); /* after one or many of these */
int groups_load(struct model *model, uint32_t number, const char *kind, const char *name);

/* path.c */
int hubs_init(struct model *model);
void hubs_free(struct model *model);
int paths_place(struct model *model, struct site *site); /* as its depends_on says; and as a hub of others */
void paths_unplace(struct model *model, struct site *site);

/* position.c */
int positions_init(struct model *model);
void positions_free(struct model *model);
int position_load(struct model *model, const char *key, const char *body, size_t len);
int position_place(struct model *model, uint32_t site, bool is_given, const struct towerd_position *position);
bool position_given(const struct model *model, uint32_t site, struct towerd_position *out);
/* One place for what a commit of the inventory writes; position NULL: it has none any more. */
void
position_write(struct store_txn *txn, uint32_t site, bool is_given, const struct towerd_position *position);

/* identity.c: what the rest of the model says to the ledgers; identity.h is for those above. */
int identities_init(struct model *model);
void identities_free(struct model *model);
void identity_hear(struct model *model, struct device *device, const char *name, const char *value);
void identity_placed(struct device *device);  /* it is in the inventory; with an address and a policy */
void identity_removed(struct device *device); /* not any more */
void identity_write_now(struct device *device);
void identity_free(struct device *device);
struct towerd_json;
int identity_load(struct model *model, struct device *device, const struct towerd_json *row);

/* unclaimed.c */
void unclaimed_forget(struct model *model, const char *site);
void unclaimed_free(struct model *model);

/* persist.c: rows of the store. */
int persist_load(struct model *model, char *error, size_t size);
struct store_txn *persist_later(struct model *
	model); /* the turn's transaction, for rows without a record; kept when the disk fails; NULL: no store */
#define PERSIST_KEY 24
void persist_key(char key[PERSIST_KEY], uint32_t number,
    const char *word); /* "0000a300", "0000a300.admin"; word NULL: none */
void persist_site(struct store_txn *txn, const struct site *site);
void persist_device(struct store_txn *txn, const struct device *device);
void persist_sensor(struct store_txn *txn, const struct sensor *sensor);
void persist_attribute(struct store_txn *txn, const struct device *device);
void persist_group(struct store_txn *txn, const struct group *group);
void persist_block(struct store_txn *txn, uint32_t block, uint32_t site, uint32_t reserved);

/* Puts interned text in place of what stood there. -ENOMEM: nothing has changed. */
int model_text(struct model *model, const char **at, const char *text);
size_t model_cut(const char *text, size_t max); /* its length, cut to whole UTF-8 characters */

/* rows.c: entities in the order of a table, within a scope. */
enum rows_by { ROWS_BY_NUMBER, ROWS_BY_SITE }; /* key { number } or { site, number } */
bool rows_seek(const struct model *model, enum rows_by by, unsigned classes, struct view_row *row,
    const uint32_t *key, size_t key_len, bool inclusive);
bool rows_next(const struct model *model, enum rows_by by, unsigned classes, struct view_row *row);
#define ROWS_OF(class_) (1u << (class_))

/* device_view.c: columns that are attributes, for every view whose rows are entities. */
struct towerd_value attribute_maker(const struct view_row *row);
struct towerd_value attribute_model(const struct view_row *row);
struct towerd_value attribute_hardware(const struct view_row *row);
struct towerd_value attribute_firmware(const struct view_row *row);
struct towerd_value attribute_software(const struct view_row *row);
struct towerd_value attribute_serial(const struct view_row *row);
struct towerd_value attribute_profile(const struct view_row *row);

/* One each for the files of views. */
extern const struct view site_view, device_view, identity_view, sensor_view, area_view, unclaimed_view,
    location_view, entity_view, entity_sensor_view;

#endif
