/* SPDX-License-Identifier: ISC */
/* Finds what came with this program, from where it runs. */
#include "agent/config/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One of `built` and `installed`, which are relative to the program's folder, or where it was to be installed when neither is there. */
static const char *
find(char *kept, const char *built, const char *installed, const char *fallback)
{
	const char *const places[] = { built, installed };
	char program[PATH_MAX], candidate[2 * PATH_MAX];

	if (kept[0] != '\0')
		return kept;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash = len > 0 ? memrchr(program, '/', (size_t)len) : NULL;
	if (slash == NULL)
		return fallback;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(candidate, sizeof(candidate), "%s/%s", program, places[i]);
		if (realpath(candidate, kept) != NULL)
			return kept;
	}
	kept[0] = '\0'; /* realpath() may have written how far it came */
	return fallback;
}

const char *
folder_of_plugins(void)
{
	static char kept[PATH_MAX];

	return find(kept, "../plugins-built", TOWERD_PLUGINS_BESIDE, TOWERD_PLUGINS);
}

const char *
folder_of_profiles(void)
{
	static char kept[PATH_MAX];

	return find(kept, "../profiles-built", TOWERD_PROFILES_BESIDE, TOWERD_PROFILES);
}
