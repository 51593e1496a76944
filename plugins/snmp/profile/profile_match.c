/* SPDX-License-Identifier: ISC */
/* Which profile fits a device. */
#include <string.h>
#include <strings.h>

#include "plugins/snmp/profile/profile_parts.h"

enum { SYS_DESCR = 1, SYS_OBJECT_ID = 2 };

/* A scalar of the system group (RFC 3418), of this type; NULL: there is none. */
static const struct snmp_object *
system_object(struct object_set *objects, uint32_t number, enum snmp_tag tag)
{
	const uint32_t ids[] = { 1, 3, 6, 1, 2, 1, 1, number, 0 };
	const struct snmp_object *object = object_set_find(objects, ids, sizeof(ids) / sizeof(ids[0]));

	return object != NULL && object->value.tag == tag ? object : NULL;
}

static bool
has_below(struct object_set *objects, struct snmp_oid root)
{
	const struct snmp_object *object =
	    object_set_at(objects, object_set_from(objects, root.ids, root.len));

	return object != NULL && oid_has_prefix(object->ids, object->len, root.ids, root.len);
}

static bool
contains(const struct snmp_value *value, const char *text)
{
	const char *data = (const char *)value->octets.data;
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= value->octets.len; i++)
		if (strncasecmp(data + i, text, len) == 0)
			return true;
	return false;
}

static bool
descr_fits(const struct profile_fit *fit, struct object_set *objects)
{
	const struct snmp_object *object = system_object(objects, SYS_DESCR, SNMP_OCTETS);

	if (object == NULL)
		return false;
	for (size_t i = 0; i < fit->sys_descr_count; i++)
		if (!contains(&object->value, fit->sys_descr[i]))
			return false;
	return true;
}

static bool
object_id_fits(const struct profile_fit *fit, struct object_set *objects)
{
	const struct snmp_object *object = system_object(objects, SYS_OBJECT_ID, SNMP_OID);

	return object != NULL &&
	    oid_has_prefix(
		object->value.oid.ids, object->value.oid.len, fit->sys_object_id.ids, fit->sys_object_id.len);
}

/* How well it fits: 0 not at all; a longer sysObjectID beats any number of other conditions. */
static size_t
fit_score(const struct profile_fit *fit, struct object_set *objects)
{
	if (fit->sys_object_id.len > 0 && !object_id_fits(fit, objects))
		return 0;
	if (fit->sys_descr_count > 0 && !descr_fits(fit, objects))
		return 0;
	for (size_t i = 0; i < fit->has_count; i++)
		if (!has_below(objects, fit->has[i]))
			return 0;
	return fit->sys_object_id.len * 1000 + fit->sys_descr_count + fit->has_count;
}

static size_t
profile_score(const struct profile *profile, struct object_set *objects)
{
	size_t best = 0;

	for (size_t i = 0; i < profile->fit_count; i++) {
		size_t score = fit_score(&profile->fits[i], objects);
		if (score > best)
			best = score;
	}
	return best;
}

static void
add_match(struct profile_match *match, const struct profile *profile)
{
	for (size_t i = 0; i < match->count; i++)
		if (match->profiles[i] == profile)
			return;
	if (match->count == PROFILE_MATCH_MAX)
		return;
	match->profiles[match->count++] = profile;
	for (size_t i = 0; i < profile->include_count; i++)
		add_match(match, profile->includes[i].profile);
}

static bool
leaves_out(const struct profile *profile, const char *module)
{
	for (size_t i = 0; i < profile->without_count; i++)
		if (strcmp(profile->without[i], module) == 0 || strcmp(profile->without[i], "all") == 0)
			return true;
	return false;
}

/* Every standard module that fits, unless one that is used says not to. */
static void
add_modules(const struct profiles *profiles, struct object_set *objects, struct profile_match *match)
{
	for (size_t i = 0; i < profiles_count(profiles); i++) {
		const struct profile *module = profiles_at(profiles, i);
		bool is_wanted = module->is_module && profile_score(module, objects) > 0;
		for (size_t m = 0; is_wanted && m < match->count; m++)
			is_wanted = !leaves_out(match->profiles[m], module->name);
		if (is_wanted)
			add_match(match, module);
	}
}

void
profiles_match_named(const struct profiles *profiles, const struct profile *profile,
    struct object_set *objects, struct profile_match *match)
{
	*match = (struct profile_match){ 0 };
	add_match(match, profile);
	if (!profile->is_module)
		add_modules(profiles, objects, match);
}

void
profiles_match(const struct profiles *profiles, struct object_set *objects, struct profile_match *match)
{
	const struct profile *best = NULL;
	size_t best_score = 0;

	*match = (struct profile_match){ 0 };
	for (size_t i = 0; i < profiles_count(profiles); i++) {
		const struct profile *profile = profiles_at(profiles, i);
		size_t score = profile->is_module ? 0 : profile_score(profile, objects);
		if (score > best_score) {
			best = profile;
			best_score = score;
		}
	}
	if (best != NULL)
		add_match(match, best);
	add_modules(profiles, objects, match);
}
