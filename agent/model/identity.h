/* SPDX-License-Identifier: ISC */
/*
 * Which box stands in a slot: a ledger for each device of what its boxes called themselves (sysObjectID, serial number, engine ID) and where
 * they were asked, oldest first; the last one is what stands there now. Sensors, alarms and the index are the slot's and go on whatever stands
 * here.
 *
 * A box that calls itself something else is *news*: it is compared with the box before it until somebody, or the policy's time, has taken
 * note. Under `accept` it is accepted at once and news for a day; under `hold` it is proposed until an operator accepts it. When
 * the old box is back there is no news. What belongs together is gathered for some seconds: a swap changes all three. A text that
 * a device did not tell before is learned, and one that it no longer tells is kept, unless the make has changed; neither is news.
 * Another address alone is noted and no news.
 */
#ifndef AGENT_MODEL_IDENTITY_H
#define AGENT_MODEL_IDENTITY_H

#include "agent/model/model.h"

#define IDENTITY_BOXES 16 /* that a ledger keeps */

enum identity_field {
	IDENTITY_SYS_OBJECT_ID,
	IDENTITY_SERIAL,
	IDENTITY_ENGINE_ID,
	IDENTITY_OWN, /* those before it are the box's own */
	IDENTITY_ADDRESS = IDENTITY_OWN,
	IDENTITY_FIELDS
};
extern const char *const identity_field_names[]; /* names of attributes; "address" */

struct identity_box {
	uint32_t number; /* 1, 2, 3 …: towerdIdentityBox */
	const char *fields[IDENTITY_FIELDS];
	int64_t since_ms; /* UTC */
	const char *
	    by; /* who accepted it: "first", "policy", "inventory", "returned", "uid 1000"; "" : it is proposed */
};

/* NULL: it never told what it is. Boxes lie behind each other, oldest first. */
const struct identity_box *identity_boxes(const struct device *device, size_t *count);
/* The box that the last one is news against, or NULL. */
const struct identity_box *identity_news(const struct device *device);
bool identity_is_held(const struct device *device); /* that news waits for identity_accept() */
/* "serial A1 -> B7, engine-id 8000… -> 8000…"; "" when there is no news. Returns `out`. */
const char *identity_news_text(const struct device *device, char *out, size_t size);

/* The operator's word for the box that stands there; journalled. 0: done(rc) follows. -EALREADY: it is no news. -ENOMEM, -EIO: nothing changed. */
int identity_accept(
    struct model *model, struct device *device, const char *actor, model_done_fn *done, void *arg);
/* Somebody has seen it: news that is accepted already is none any more; what is held stays. */
void identity_seen(struct model *model, struct device *device);

/* Slots whose boxes say that they are one and the same: with one engine ID, or one serial number of one sysObjectID. Slots at one address are one. */
#define IDENTITY_TWINS 4
struct identity_twins {
	enum identity_field field;
	const char *value;
	struct device *devices[IDENTITY_TWINS]; /* by number; the first ones */
	size_t count;                           /* below 2: there are no twins */
	bool more;
	struct device *next; /* the second by number, whether at an address of its own or not; NULL */
	struct device *left; /* who ceased to be one; NULL */
};
/* Those of a device; `count` 0: it has no such text. Costs O(log n). */
void identity_twins(
    const struct model *model, struct device *device, enum identity_field field, struct identity_twins *out);
/* Devices with a ledger, in the order of their numbers. */
struct device *identity_next(const struct model *model, const struct device *after);

#endif
