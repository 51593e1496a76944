/* SPDX-License-Identifier: ISC */
/* Areas as a tree of path parts, each with the roll-up of all sites in it and below it. */
#ifndef AGENT_MODEL_AREA_H
#define AGENT_MODEL_AREA_H

#include "agent/model/inside.h"
#include "agent/model/text_key.h" /* of model.area_index */

struct area {
	struct area *parent, *child, *sibling; /* children in no order */
	struct area_counts counts;             /* this area and all below */
	char path[];                           /* "nineveh/east"; "" is the root */
};

/* What the scope sees of the area; false: no site of it, so that the area does not exist for the scope. */
bool area_counts_in(
    const struct model *model, const struct area *area, const struct scope *scope, struct area_counts *out);

#endif
