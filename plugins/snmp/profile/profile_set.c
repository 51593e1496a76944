/* SPDX-License-Identifier: ISC */
/* All profiles of a process, by name, with their includes resolved. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"
#include "plugins/snmp/profile/profile_traps.h"

static const uint32_t sys_descr[] = { 1, 3, 6, 1, 2, 1, 1, 1 };
static const uint32_t sys_object_id[] = { 1, 3, 6, 1, 2, 1, 1, 2 };

struct profiles {
	unsigned references;
	struct profile_catalogue catalogue;
	struct profile **items; /* by name */
	size_t count, capacity;
	struct snmp_oid *probes;
	size_t probe_count;
	const struct trap_rule **traps; /* by their OIDs */
	size_t trap_count;
};

struct profiles *
profiles_new(const struct profile_catalogue *catalogue)
{
	struct profiles *profiles = calloc(1, sizeof(*profiles));

	if (profiles != NULL) {
		profiles->references = 1;
		profiles->catalogue = *catalogue;
	}
	return profiles;
}

struct profiles *
profiles_ref(struct profiles *profiles)
{
	profiles->references++;
	return profiles;
}

void
profiles_unref(struct profiles *profiles)
{
	if (profiles == NULL || --profiles->references > 0)
		return;
	for (size_t i = 0; i < profiles->count; i++)
		profile_free(profiles->items[i]);
	free(profiles->items);
	free(profiles->probes);
	free(profiles->traps);
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
	struct profile *profile = profile_parse(doc, &profiles->catalogue, faults);
	if (profile == NULL)
		return faults->count == before ? -ENOMEM : -EINVAL;
	profile->owner = profiles;
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
		else if (rc == 0 && add(profiles, towerd_yaml_load(file, faults), faults) == -ENOMEM)
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

/* Whether a poll of what this profile and its includes read tells of alarms of this type. Includes are linked by now. */
static bool
polls_type(const struct profile *profile, const char *type, unsigned depth)
{
	for (size_t i = 0; i < profile->alarm_count; i++)
		if (strcmp(profile->alarms[i].type, type) == 0)
			return true;
	for (size_t i = 0; i < profile->list_count; i++) {
		const struct profile_pick *pick = &profile->lists[i].type;
		const size_t count = pick->by.oid.len == 0 ? 1 : pick->map->count;
		for (size_t k = 0; k < count; k++) {
			const char *one =
			    pick->by.oid.len == 0 ? pick->fixed.text : pick->map->entries[k].text;
			if (one != NULL && strcmp(one, type) == 0)
				return true;
		}
	}
	for (size_t i = 0; depth < PROFILE_INCLUDES && i < profile->include_count; i++)
		if (profile->includes[i].profile != NULL &&
		    polls_type(profile->includes[i].profile, type, depth + 1))
			return true;
	return false;
}

/* NULL: a poll ends all that the rule raises; else the first type that it does not. */
static const char *
endless_type(const struct trap_rule *rule)
{
	const struct profile_pick *pick = &rule->type;
	const size_t count = pick->by.oid.len == 0 ? 1 : pick->map->count;

	for (size_t i = 0; i < count && !rule->is_clear; i++) {
		const char *type = pick->by.oid.len == 0 ? pick->fixed.text : pick->map->entries[i].text;
		if (type != NULL && !polls_type(rule->profile, type, 0))
			return type;
	}
	return NULL;
}

/* Whatever a trap raises must have an end that does not depend on another trap. */
static bool
link_traps(struct profile *profile, struct towerd_fault_sink *faults)
{
	bool is_whole = true;

	for (size_t i = 0; i < profile->trap_count; i++) {
		struct trap_rule *rule = &profile->traps[i];
		const char *type = endless_type(rule);
		rule->ends_by_poll = type == NULL;
		if (type == NULL || rule->expires_ms > 0)
			continue;
		towerd_yaml_fault(profile->doc, rule->node, faults,
		    "nothing here ends %s when its clearing trap is lost: give an alarm or a list that has "
		    "the "
		    "type, or `expires:`",
		    type);
		is_whole = false;
	}
	return is_whole;
}

static int
compare_traps(const void *one, const void *other)
{
	const struct trap_rule *a = *(const struct trap_rule *const *)one;
	const struct trap_rule *b = *(const struct trap_rule *const *)other;
	int c = oid_compare(a->trap.ids, a->trap.len, b->trap.ids, b->trap.len);

	/* Rules of one profile stay in their order. */
	return c != 0                  ? c
	    : a->profile == b->profile ? (a > b) - (a < b)
				       : strcmp(a->profile->name, b->profile->name);
}

static int
collect_traps(struct profiles *profiles)
{
	size_t count = 0;

	for (size_t i = 0; i < profiles->count; i++)
		count += profiles->items[i]->trap_count;
	free(profiles->traps);
	profiles->traps = calloc(count + 1, sizeof(profiles->traps[0]));
	profiles->trap_count = 0;
	if (profiles->traps == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < profiles->count; i++)
		for (size_t t = 0; t < profiles->items[i]->trap_count; t++)
			profiles->traps[profiles->trap_count++] = &profiles->items[i]->traps[t];
	qsort(profiles->traps, count, sizeof(profiles->traps[0]), compare_traps);
	return 0;
}

size_t
profiles_find_trap(
    const struct profiles *profiles, struct snmp_oid trap, const struct trap_rule *const **rules)
{
	size_t low = 0, high = profiles->trap_count, count = 0;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct snmp_oid *oid = &profiles->traps[middle]->trap;
		if (oid_compare(oid->ids, oid->len, trap.ids, trap.len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low + count < profiles->trap_count; count++) {
		const struct snmp_oid *oid = &profiles->traps[low + count]->trap;
		if (oid_compare(oid->ids, oid->len, trap.ids, trap.len) != 0)
			break;
	}
	*rules = &profiles->traps[low];
	return count;
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
		if (link_includes(profiles, profiles->items[i], faults) &&
		    link_traps(profiles->items[i], faults)) {
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
	if (rc == 0)
		rc = collect_traps(profiles);
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

uint64_t
profiles_fits_hash(const struct profiles *profiles)
{
	uint64_t hash = profiles->count;

	for (size_t i = 0; i < profiles->count; i++) {
		for (const char *c = profiles->items[i]->name; *c != '\0'; c++)
			hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
		hash = hash * UINT64_C(0x100000001b3) ^ profiles->items[i]->fits_hash ^
		    profiles->items[i]->is_module;
	}
	return hash;
}
