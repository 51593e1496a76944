/* SPDX-License-Identifier: ISC */
/* Every view there is: those of the agent's layers, and those that the plugins of this build publish. */
#ifndef TESTS_MIBS_ALL_VIEWS_H
#define TESTS_MIBS_ALL_VIEWS_H

#include "agent/view/view.h"

struct all_views;

/* NULL after a sentence on standard error. */
struct all_views *all_views_new(void);
void all_views_free(struct all_views *all);
const struct views *all_views_registry(const struct all_views *all);

#endif
