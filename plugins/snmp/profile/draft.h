/* SPDX-License-Identifier: ISC */
/* A first profile for a device that nobody knows, from a recording: what a person must judge is marked with "# ?". */
#ifndef PLUGINS_SNMP_DRAFT_H
#define PLUGINS_SNMP_DRAFT_H

#include <stdio.h>

#include "plugins/snmp/profile/mib.h"
#include "plugins/snmp/profile/profile.h"

/* Writes the profile as YAML. `mib` may hold nothing. The name is made of `name`, or of the device's sysDescr when that is NULL. */
void draft_write(FILE *out, const struct profile_catalogue *catalogue, struct object_set *objects,
    const struct mib *mib, const char *name);

#endif
