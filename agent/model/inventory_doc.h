/* SPDX-License-Identifier: ISC */
/* A checked inventory, before it meets a model: plain data, the same from YAML and CSV. */
#ifndef AGENT_MODEL_INVENTORY_DOC_H
#define AGENT_MODEL_INVENTORY_DOC_H

#include "agent/model/inventory.h"

#define INVENTORY_ID_MAX       32  /* a site's id is its SNMP contextName (VACM) */
#define INVENTORY_TEXT_MAX     255 /* SnmpAdminString (RFC 3411) */
#define INVENTORY_AREA_MAX     64
#define INVENTORY_DEVICES_MAX  64 /* at one site */
#define INVENTORY_SETTINGS_MAX 32

struct inventory_place {
	unsigned line, column;
};

struct inventory_device {
	struct inventory_place place;
	const char *slot, *driver, *address;
	int64_t link_budget;
	uint8_t identity_policy;
	const char **keys, **values;
	size_t setting_count;
};

struct inventory_site {
	struct inventory_place place, depends_place, covers_place;
	const char *id, *name, *area, *power_feeder, *depends_on, *covers;
	enum site_kind kind;
	uint32_t population;
	int64_t link_budget;
	bool has_location;
	struct towerd_position location;
	struct model_threshold *thresholds; /* by kind, rule and step */
	size_t threshold_count;
	struct inventory_device *devices;
	size_t device_count;
};

struct inventory {
	unsigned users; /* whoever parsed it, and an import until it is durable */
	char *name;     /* of the text, for messages */
	struct inventory_site *sites;
	size_t site_count;
	struct inventory_chunk *chunks; /* owns all strings */
	const struct inventory_site **by_id;
};

/* Building. The setters report what is wrong at `place` and return -EINVAL, or -ENOMEM. */
struct inventory_reader {
	struct inventory *inventory;
	struct towerd_fault_sink *faults;
};

struct inventory *inventory_new(const char *name);
/* NULL: out of memory. Either pointer is valid until the next one is made. */
struct inventory_site *inventory_add_site(struct inventory *inventory, struct inventory_place place);
struct inventory_device *
inventory_add_device(struct inventory *inventory, struct inventory_site *site, struct inventory_place place);
const char *inventory_copy(struct inventory *inventory, const char *text, size_t len);
void inventory_fault(struct inventory_reader *reader, struct inventory_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A site's key and a scalar: id name kind area population power-feeder link-budget. -ENOENT: no such key. */
int inventory_set(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *key, const char *text);
int inventory_set_location(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *latitude, const char *longitude);
int inventory_set_threshold(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *kind, const char *word, const char *limit);
/* "A | B & C" and "A B", put in their one form. */
int inventory_set_depends(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *text);
int inventory_set_covers(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *text);
/* A device's key: id driver address link-budget identity, or a setting for its driver. */
int inventory_set_device(struct inventory_reader *reader, struct inventory_device *device,
    struct inventory_place place, const char *key, const char *text);

/* What a whole file must keep: ids and slots unique, a driver at each device, covers at portable sites alone. */
void inventory_check_whole(struct inventory_reader *reader);
/* References to sites that neither stand in the file nor (model not NULL) in the model. */
void inventory_check_references(
    const struct inventory *inventory, const struct model *model, struct towerd_fault_sink *faults);
const struct inventory_site *inventory_find(const struct inventory *inventory, const char *id);

void inventory_read_yaml(struct inventory_reader *reader, const char *text, size_t len);
void inventory_read_csv(struct inventory_reader *reader, const char *text, size_t len);

/* Visits the site ids of a depends-on or covers text. */
bool inventory_next_id(const char **at, char id[INVENTORY_ID_MAX + 1]);

#endif
