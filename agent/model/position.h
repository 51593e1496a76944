/* SPDX-License-Identifier: ISC */
/*
 * Where things are. Positions live here and nowhere else: a type of their own with one getter, which asks for the scope. No log line,
 * no journal record's body, no other view holds one (the store keeps them in a bucket of their own).
 */
#ifndef AGENT_MODEL_POSITION_H
#define AGENT_MODEL_POSITION_H

#include <stdbool.h>

#include <towerd/observe.h>

#include "agent/view/scope.h"

struct model;

/* Sets where `entity` (a site, or a portable tower's device: then its site) is. -ENOENT, -EINVAL (not on earth). */
int position_set(struct model *model, uint32_t entity, const struct towerd_position *position);
/* The one way to read a position. False: there is none, or the scope may not know. */
bool position_get(
    const struct model *model, uint32_t site, const struct scope *scope, struct towerd_position *out);

#endif
