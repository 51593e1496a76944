/* SPDX-License-Identifier: ISC */
/*
 * The inventory file: sites and their devices, YAML or CSV with the same column names. An import is all or nothing, says every faulty
 * line, and changes only what differs; what an import no longer names is removed only when `prune` is set.
 */
#ifndef AGENT_MODEL_INVENTORY_H
#define AGENT_MODEL_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include <towerd/yaml.h>

#include "agent/model/model.h"

struct inventory_result {
	unsigned added, changed, removed, unchanged; /* sites */
};

struct inventory; /* a checked file */

/*
 * `name` is what messages call the text; CSV when it ends in ".csv". NULL after at least one report. Touches no model: any thread. A site named in
 * depends-on or covers must stand in the file, unless inventory_import() finds it in the model.
 */
struct inventory *
inventory_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults);
void inventory_free(struct inventory *inventory);

/*
 * Imports; keeps the inventory as long as it needs it, whenever the caller frees it. 0: done(arg, rc) follows, with the sites changed in the model and the journal durable when rc is 0, and nothing changed when
 * it is negative; `result` is filled at once. -EINVAL after at least one report, -EBUSY (another import is being written),
 * -EIO (the store cannot commit; store_trouble() says why), -ENOMEM: nothing has changed and done() is not called. `done` may be NULL.
 */
int inventory_apply(struct model *model, struct inventory *inventory, bool prune, const char *actor,
    struct towerd_fault_sink *faults, struct inventory_result *result, model_done_fn *done, void *arg);
/* Parses and applies: for texts that are small, and at start. */
int inventory_import(struct model *model, const char *name, const char *text, size_t len, bool prune,
    const char *actor, struct towerd_fault_sink *faults, struct inventory_result *result, model_done_fn *done,
    void *arg);
/* Each device of a driver as its plugin is told of it (its number is 0), and where it stands. Borrowed for the call. */
struct towerd_device;
typedef void inventory_device_fn(
    void *arg, const struct towerd_device *device, const char *file, unsigned line, unsigned column);
void inventory_each_device(
    const struct inventory *inventory, const char *driver, inventory_device_fn *fn, void *arg);
/* The same check as an import's, without a model: `towerd -t`. 0 or -EINVAL. */
int inventory_check(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults);
/*
 * The inventory as YAML, which inventory_import() reads back to the same. Positions and stand-in relations only for scopes that may
 * know, devices (addresses, credentials) not for role `read`. Malloc'ed, or NULL.
 */
struct scope;
char *inventory_export(const struct model *model, const struct scope *scope);

#endif
