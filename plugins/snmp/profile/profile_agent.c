/* SPDX-License-Identifier: ISC */
/* Profiles from the agent's folders, their names checked against its catalogues. */
#include "plugins/snmp/profile/profile_agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct towerd_kind *
find_kind(void *ctx, const char *name)
{
	return towerd_kind_find(ctx, name);
}

static bool
has_alarm_type(void *ctx, const char *type)
{
	return towerd_fault_type_known(ctx, type);
}

struct profile_catalogue
profile_agent_catalogue(struct towerd_ctx *ctx)
{
	return (struct profile_catalogue){ .kind = find_kind, .has_alarm_type = has_alarm_type, .arg = ctx };
}

/*
 * The rest is still of use. The agent's own list names folders for everyone, so one that is not there is none.
 */
void
profile_agent_load_dir(
    struct profiles *profiles, const char *dir, bool must_be_there, struct towerd_fault_sink *faults)
{
	char message[256];
	int rc = profiles_load_dir(profiles, dir, faults);

	if (rc >= 0 || (rc == -ENOENT && !must_be_there))
		return;
	snprintf(message, sizeof(message), "cannot be read: %s", strerror(-rc));
	faults->report(faults->arg, dir, 0, 0, message);
	faults->count++;
}

struct profiles *
profiles_of_agent(struct towerd_ctx *ctx, struct towerd_fault_sink *faults)
{
	const struct profile_catalogue catalogue = profile_agent_catalogue(ctx);
	struct profiles *profiles = profiles_new(&catalogue);
	const char *setting = towerd_setting(ctx, "profile-dir");
	char *dirs = setting == NULL ? NULL : strdup(setting);
	char *rest = dirs;

	if (profiles == NULL || (setting != NULL && dirs == NULL)) {
		free(dirs);
		profiles_unref(profiles);
		return NULL;
	}
	for (const char *dir; (dir = strsep(&rest, ":")) != NULL;)
		if (dir[0] != '\0')
			profile_agent_load_dir(profiles, dir, false, faults);
	free(dirs);
	profiles_link(profiles, faults);
	return profiles;
}
