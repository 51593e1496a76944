/* SPDX-License-Identifier: ISC */
/* What the parts of the bench know of each other. */
#ifndef AGENT_REPAIR_FAKES_INSIDE_H
#define AGENT_REPAIR_FAKES_INSIDE_H

#include "agent/store/store.h"

struct store *fake_store_new(struct loop *loop);
void fake_store_free(struct store *store);

#endif
