/* SPDX-License-Identifier: ISC */
/* Many deadlines and one timer: set, moved and cleared in O(log n); those that are due come a bounded number at a time. */
#ifndef AGENT_ALARM_LIST_DEADLINE_H
#define AGENT_ALARM_LIST_DEADLINE_H

#include <stdint.h>

#include "agent/loop/loop.h"

struct deadline {        /* lives inside its object; zeroed at first */
	int64_t at_ms;   /* monotonic; 0: not set */
	uint64_t serial; /* tells those of one moment apart, in the order in which they were set */
};

struct deadlines;
/* `due` finds its deadline cleared, and may set any. NULL: out of memory. */
struct deadlines *deadlines_new(struct loop *loop, struct loop_owner *owner,
    void (*due)(void *arg, struct deadline *deadline), void *arg);
void deadlines_free(struct deadlines *deadlines);
int deadline_set(struct deadlines *deadlines, struct deadline *deadline, int64_t at_ms); /* 0 or -ENOMEM */
void deadline_clear(struct deadlines *deadlines, struct deadline *deadline);

#endif
