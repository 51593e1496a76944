/* SPDX-License-Identifier: ISC */
/* An import under way: what it does to each site, written as one commit, applied when that is durable. */
#ifndef AGENT_MODEL_INVENTORY_IMPORT_H
#define AGENT_MODEL_INVENTORY_IMPORT_H

#include "agent/model/inventory_doc.h"

enum import_what { IMPORT_ADD, IMPORT_CHANGE, IMPORT_REMOVE };

struct import_step {
	enum import_what what;
	const struct inventory_site *want; /* REMOVE: NULL */
	struct site *site;                 /* ADD: NULL unless it was removed before */
	uint32_t number;
	uint32_t *device_numbers; /* of want's devices */
	bool takes_numbers;       /* something in it is new */
	bool is_reserving;        /* its commit reserves numbers */
};

struct import {
	struct model *model;
	struct inventory *inventory;
	char *actor;
	struct store_txn *txn; /* NULL: no store */
	struct import_step *steps;
	size_t step_count;
	struct inventory_result result;
	model_done_fn *done;
	void *arg;
};

struct import *import_new(
    struct model *model, struct inventory *inventory, const char *actor, model_done_fn *done, void *arg);
struct import_step *import_add_step(
    struct import *import, enum import_what what, const struct inventory_site *want, struct site *site);
/* Whether the device stands as the file has it. */
bool import_is_same(const struct device *device, const struct inventory_device *want);
/* Gives numbers to what is new in the step. */
int import_number(struct import *import, struct import_step *step);
/* Its rows and its record; `body` NULL: -ENOMEM. */
int import_write(struct import *import, struct import_step *step, const char *body);
int
import_write_groups(struct import *import); /* when all sites are written, which so have the lower numbers */
/* Takes the import in every case. */
int import_submit(struct import *import);
void import_abandon(struct import *import);

#endif
