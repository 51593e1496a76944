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

struct model;

struct inventory_result {
	unsigned added, changed, removed, unchanged; /* sites */
};

/* `name` is what messages call the text; CSV when it ends in ".csv". 0, or -EINVAL after at least one report (then nothing has changed). */
int inventory_import(struct model *model, const char *name, const char *text, size_t len, bool prune, const char *actor,
    struct towerd_fault_sink *faults, struct inventory_result *result);
/* The same check without a model: `towerd -t`. */
int inventory_check(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults);
/* The whole inventory as YAML, which inventory_import() reads back to the same. Positions only for scopes that may know. Malloc'ed, or NULL. */
struct scope;
char *inventory_export(const struct model *model, const struct scope *scope);

#endif
