/* SPDX-License-Identifier: ISC */
/*
 * What traps have come to, on its way to the agent: alarms raised and cleared. What says the same again within a second is not told again; what
 * changes to and fro before it could be told is told as it was and as it is. So a storm costs the agent no more than it has alarms.
 */
#ifndef PLUGINS_SNMP_OUTCOME_H
#define PLUGINS_SNMP_OUTCOME_H

#include <towerd/plugin.h>

struct outcomes;
/* `max`: how many are kept, those that wait to be told among them. NULL: no memory. */
struct outcomes *outcomes_new(size_t max);
void outcomes_free(struct outcomes *outcomes);

/* Copies the fault. False: all are waiting to be told, there is room for no other. */
bool outcomes_put(struct outcomes *outcomes, const struct towerd_fault *fault, int64_t now_ms);
size_t outcomes_waiting(const struct outcomes *outcomes);
/* Tells what waits, in the order in which it came; stops where `tell` says false: the rest waits on. */
void outcomes_tell(struct outcomes *outcomes, int64_t now_ms,
    bool (*tell)(void *arg, const struct towerd_fault *fault), void *arg);

#endif
