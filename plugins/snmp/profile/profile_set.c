/* SPDX-License-Identifier: ISC */
/* All profiles of a process, by name, with their includes resolved. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"

static const uint32_t sys_descr[] = { 1, 3, 6, 1, 2, 1, 1, 1 };
static const uint32_t sys_object_id[] = { 1, 3, 6, 1, 2, 1, 1, 2 };

struct profiles {
	profile_kind_fn *kind_find;
	void *arg;
	struct profile **items; /* by name */
	size_t count, capacity;
	struct snmp_oid *probes;
	size_t probe_count;
};

struct profiles *
profiles_new(profile_kind_fn *kind_find, void *arg)
{
	struct profiles *profiles = calloc(1, sizeof(*profiles));

	if (profiles != NULL) {
		profiles->kind_find = kind_find;
		profiles->arg = arg;
	}
	return profiles;
}

void
profiles_free(struct profiles *profiles)
{
	if (profiles == NULL)
		return;
	for (size_t i = 0; i < profiles->count; i++)
		profile_free(profiles->items[i]);
	free(profiles->items);
	free(profiles->probes);
	free(profiles);
}

/* Where `name` is or belongs. */
static size_t
position(const struct profiles *profiles, const char *name, bool *is_there)
{
	size_t i = 0;
	int c = 1;

	while (i < profiles->count && (c = strcmp(profiles->items[i]->name, name)) < 0)
		i++;
	*is_there = i < profiles->count && c == 0;
	return i;
}

static int
add(struct profiles *profiles, struct towerd_yaml *doc, struct towerd_fault_sink *faults)
{
	unsigned before = faults->count;
	bool is_there;

	if (doc == NULL)
		return -EINVAL;
	struct profile *profile = profile_parse(doc, profiles->kind_find, profiles->arg, faults);
	if (profile == NULL)
		return faults->count == before ? -ENOMEM : -EINVAL;
	size_t at = position(profiles, profile->name, &is_there);
	if (is_there) {
		profile_free(profiles->items[at]);
		profiles->items[at] = profile;
		return 0;
	}
	if (profiles->count == profiles->capacity) {
		size_t capacity = profiles->capacity == 0 ? 32 : profiles->capacity * 2;
		struct profile **items = realloc(profiles->items, capacity * sizeof(items[0]));
		if (items == NULL) {
			profile_free(profile);
			return -ENOMEM;
		}
		profiles->items = items;
		profiles->capacity = capacity;
	}
	memmove(&profiles->items[at + 1], &profiles->items[at],
	    (profiles->count - at) * sizeof(profiles->items[0]));
	profiles->items[at] = profile;
	profiles->count++;
	return 0;
}

int
profiles_load_file(struct profiles *profiles, const char *path, struct towerd_fault_sink *faults)
{
	return add(profiles, towerd_yaml_load(path, faults), faults);
}

int
profiles_load_text(struct profiles *profiles, const char *name, const char *text, size_t len,
    struct towerd_fault_sink *faults)
{
	return add(profiles, towerd_yaml_parse(name, text, len, faults), faults);
}

static int
is_profile_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".yaml") == 0;
}

int
profiles_load_dir(struct profiles *profiles, const char *path, struct towerd_fault_sink *faults)
{
	struct dirent **names;
	int count = scandir(path, &names, is_profile_file, alphasort);
	int rc = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char *file = NULL;
		if (rc == 0 && asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
			rc = -ENOMEM;
		else if (rc == 0 && profiles_load_file(profiles, file, faults) == -ENOMEM)
			rc = -ENOMEM;
		free(file);
		free(names[i]);
	}
	free(names);
	return rc < 0 ? rc : count;
}

static bool
link_includes(struct profiles *profiles, struct profile *profile, struct towerd_fault_sink *faults)
{
	bool is_whole = true;

	for (size_t i = 0; i < profile->include_count; i++) {
		struct profile_include *include = &profile->includes[i];
		include->profile = profiles_find(profiles, include->name);
		if (include->profile != NULL)
			continue;
		towerd_yaml_fault(
		    profile->doc, include->node, faults, "no profile \"%s\" to include", include->name);
		is_whole = false;
	}
	return is_whole;
}

/* Whether its includes lead back to `profile`, or deeper than anyone means. */
static bool
is_circular(const struct profile *profile, const struct profile *at, unsigned depth)
{
	for (size_t i = 0; i < at->include_count; i++) {
		const struct profile *next = at->includes[i].profile;
		if (next == profile || depth == PROFILE_INCLUDES || is_circular(profile, next, depth + 1))
			return true;
	}
	return false;
}

static void
drop(struct profiles *profiles, size_t i)
{
	profile_free(profiles->items[i]);
	profiles->count--;
	memmove(
	    &profiles->items[i], &profiles->items[i + 1], (profiles->count - i) * sizeof(profiles->items[0]));
}

/* sysDescr, sysObjectID, and what any `has:` asks for. */
static int
collect_probes(struct profiles *profiles)
{
	size_t count = 2;

	for (size_t i = 0; i < profiles->count; i++)
		for (size_t f = 0; f < profiles->items[i]->fit_count; f++)
			count += profiles->items[i]->fits[f].has_count;
	free(profiles->probes);
	profiles->probes = calloc(count, sizeof(profiles->probes[0]));
	if (profiles->probes == NULL)
		return -ENOMEM;
	profiles->probes[0] = (struct snmp_oid){ sys_descr, sizeof(sys_descr) / sizeof(sys_descr[0]) };
	profiles->probes[1] =
	    (struct snmp_oid){ sys_object_id, sizeof(sys_object_id) / sizeof(sys_object_id[0]) };
	profiles->probe_count = 2;
	for (size_t i = 0; i < profiles->count; i++)
		for (size_t f = 0; f < profiles->items[i]->fit_count; f++) {
			const struct profile_fit *fit = &profiles->items[i]->fits[f];
			for (size_t h = 0; h < fit->has_count; h++)
				profiles->probes[profiles->probe_count++] = fit->has[h];
		}
	return 0;
}

int
profiles_link(struct profiles *profiles, struct towerd_fault_sink *faults)
{
	unsigned before = faults->count;

	/* A profile that goes may have been included by one that was looked at before: again, until nothing goes. */
	for (size_t i = 0; i < profiles->count;) {
		if (link_includes(profiles, profiles->items[i], faults)) {
			i++;
			continue;
		}
		drop(profiles, i);
		i = 0;
	}
	for (size_t i = 0; i < profiles->count;) {
		struct profile *profile = profiles->items[i];
		if (!is_circular(profile, profile, 1)) {
			i++;
			continue;
		}
		towerd_yaml_fault(profile->doc, profile->includes[0].node, faults,
		    "the includes of \"%s\" lead back to it, or are more than %d deep", profile->name,
		    PROFILE_INCLUDES);
		profile->include_count = 0;
	}
	int rc = collect_probes(profiles);
	if (rc < 0)
		return rc;
	return faults->count == before ? 0 : -EINVAL;
}

size_t
profiles_count(const struct profiles *profiles)
{
	return profiles->count;
}

const struct profile *
profiles_at(const struct profiles *profiles, size_t i)
{
	return i < profiles->count ? profiles->items[i] : NULL;
}

const struct profile *
profiles_find(const struct profiles *profiles, const char *name)
{
	bool is_there;
	size_t at = position(profiles, name, &is_there);

	return is_there ? profiles->items[at] : NULL;
}

const char *
profile_name(const struct profile *profile)
{
	return profile->name;
}

const char *
profile_title(const struct profile *profile)
{
	return profile->title;
}

const char *
profile_file(const struct profile *profile)
{
	return profile->file;
}

bool
profile_is_module(const struct profile *profile)
{
	return profile->is_module;
}

size_t
profile_sensor_rules(const struct profile *profile)
{
	return profile->rule_count;
}

size_t
profiles_probe_count(const struct profiles *profiles)
{
	return profiles->probe_count;
}

struct snmp_oid
profiles_probe(const struct profiles *profiles, size_t i)
{
	return profiles->probes[i];
}
