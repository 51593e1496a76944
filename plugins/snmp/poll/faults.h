/* SPDX-License-Identifier: ISC */
/*
 * A device's own alarms as its worker holds them: those of objects' values and those of its lists of active alarms. Told when they change; all of
 * them anew when asked for, after which what nobody told is over (MESSAGE_SWEEP).
 */
#ifndef PLUGINS_SNMP_FAULTS_H
#define PLUGINS_SNMP_FAULTS_H

#include <towerd/observe.h>

#include "plugins/snmp/profile/profile.h"

struct faults;

typedef void fault_fn(void *arg, const struct towerd_fault *fault);

/* The plan is borrowed. */
struct faults *faults_new(const struct profile_plan *plan, fault_fn *tell, void *arg);
void faults_free(struct faults *faults);
/* Nothing was told yet: the next values tell all. */
void faults_forget(struct faults *faults);
/* An object's value: its alarms, if it has any. */
void faults_read(struct faults *faults, const struct plan_object *object, const struct snmp_value *value);
/* What a walk of a list found; it ended well. */
void faults_read_list(struct faults *faults, uint32_t list, struct object_set *objects);
/* Every alarm and list has been read since faults_forget(). */
bool faults_are_known(const struct faults *faults);

#endif
