/* SPDX-License-Identifier: ISC */
/* What a notification means for a device: the profiles' rules for it, in the order in which they count. */
#ifndef PLUGINS_SNMP_MEANING_H
#define PLUGINS_SNMP_MEANING_H

#include "plugins/snmp/profile/profile_traps.h"
#include "plugins/snmp/trap/trap_message.h"

/*
 * `own`: the names of the device's profiles, "" when not known. Their rules come first, then those that hold for any device: of standard modules, and of
 * traps below an enterprise, whose number says whose they are. The first one whose conditions hold decides. `scratch` is cleared and filled.
 * False: no rule; `result` is then as it was.
 */
bool meaning_find(const struct profiles *profiles, const char *own, const struct notification *notification,
    struct object_set *scratch, struct trap_result *result);

#endif
