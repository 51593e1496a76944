/* SPDX-License-Identifier: ISC */
/* Profiles as the agent has them: its folders, its catalogues. */
#ifndef PLUGINS_SNMP_PROFILE_AGENT_H
#define PLUGINS_SNMP_PROFILE_AGENT_H

#include <towerd/plugin.h>

#include "plugins/snmp/profile/profile.h"

struct profile_catalogue profile_agent_catalogue(struct towerd_ctx *ctx);
/* Loads the folders of the setting "profile-dir" (joined by ':'); faults are reported, their profiles left out. NULL: out of memory. */
struct profiles *profiles_of_agent(struct towerd_ctx *ctx, struct towerd_fault_sink *faults);
/* One folder; one that cannot be read is a fault like any other. */
void profile_agent_load_dir(
    struct profiles *profiles, const char *dir, bool must_be_there, struct towerd_fault_sink *faults);

#endif
