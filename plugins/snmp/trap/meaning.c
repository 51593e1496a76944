/* SPDX-License-Identifier: ISC */
/* What a notification means for a device. */
#include "plugins/snmp/trap/meaning.h"

#include <string.h>

static const uint32_t enterprises[] = { 1, 3, 6, 1, 4, 1 };

/* A word of a list: "eltek-enexus, if-mib". */
static bool
is_named(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(list, name); at != NULL; at = strstr(at + 1, name)) {
		bool begins = at == list || strchr(", +", at[-1]) != NULL;
		if (begins && (at[len] == '\0' || strchr(", +", at[len]) != NULL))
			return true;
	}
	return false;
}

static bool
apply(const struct profiles *profiles, const char *own, struct snmp_oid trap, struct object_set *varbinds,
    struct trap_result *result)
{
	const struct trap_rule *const *rules;
	size_t count = trap.len == 0 ? 0 : profiles_find_trap(profiles, trap, &rules);
	bool is_for_all = own[0] == '\0' ||
	    oid_has_prefix(trap.ids, trap.len, enterprises, sizeof(enterprises) / sizeof(enterprises[0]));

	for (unsigned pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			const struct trap_rule *rule = rules[i];
			const struct profile *profile = trap_rule_profile(rule);
			bool is_own = is_named(own, profile_name(profile));
			bool is_its_turn =
			    pass == 0 ? is_own : !is_own && (is_for_all || profile_is_module(profile));
			if (is_its_turn && trap_rule_apply(rule, varbinds, result))
				return true;
		}
	}
	return false;
}

bool
meaning_find(const struct profiles *profiles, const char *own, const struct notification *notification,
    struct object_set *scratch, struct trap_result *result)
{
	object_set_clear(scratch);
	for (size_t i = 0; i < notification->count; i++)
		(void)object_set_add(scratch, &notification->objects[i]);
	return apply(profiles, own, notification->trap, scratch, result) ||
	    apply(profiles, own, notification->without_zero, scratch, result);
}
