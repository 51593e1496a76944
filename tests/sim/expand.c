/* SPDX-License-Identifier: ISC */
/* What an event of a scenario comes to. */
#include "tests/sim/expand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define COMMAND_ROOM 4096

static const char *const fleet_verbs[] = { "set", "unset", "hide", "ramp", "dead", "alive", "reboot", "loss",
	"delay", "community", "version", "limit", "uptime", "no-bulk", "max-varbinds", "duplicate-oids",
	"unordered", "endless", "answer-from", "wrong-community", "duplicate-answers", "truncate",
	"serve-error", "user", "engine", "swap", "jump", "trap" };
static const char *const tower_verbs[] = { "set", "unset", "ramp", "silence", "speak", "drop", "leave",
	"return", "late-will", "deployment", "report", "raw", "gap", "skew", "position", "alarm" };

static bool
is_listed(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

static bool
is_fleet_verb(const char *word)
{
	return is_listed(fleet_verbs, sizeof(fleet_verbs) / sizeof(fleet_verbs[0]), word);
}

static bool
is_tower_verb(const char *word)
{
	return is_listed(tower_verbs, sizeof(tower_verbs) / sizeof(tower_verbs[0]), word);
}

struct expansion {
	const struct scenario *scenario;
	expand_fn fn;
	void *context;
	char *fault; /* [256] */
	int count;
};

/* VERB NAME [the trap sink] ARGS… with the arguments from words[from] on. */
static int
emit(struct expansion *expansion, enum simulator simulator, const char *verb, const char *name,
    const struct words *words, size_t from)
{
	char command[COMMAND_ROOM], host[INET_ADDRSTRLEN], sink[32] = "";

	if (simulator == SIM_FLEET && strcmp(verb, "trap") == 0) {
		const struct sockaddr_in *traps = &expansion->scenario->traps;
		if (!expansion->scenario->has_traps) {
			snprintf(expansion->fault, 256, "a trap needs a line `traps to ADDRESS:PORT`");
			return -EINVAL;
		}
		inet_ntop(AF_INET, &traps->sin_addr, host, sizeof(host));
		snprintf(sink, sizeof(sink), " %s:%u", host, ntohs(traps->sin_port));
	}
	int used =
	    snprintf(command, sizeof(command), "%s %s%s%s", verb, name, sink, from < words->count ? " " : "");
	if (used < 0 || (size_t)used >= sizeof(command) ||
	    !words_join(words, from, command + used, sizeof(command) - (size_t)used)) {
		snprintf(expansion->fault, 256, "%s: longer than %d octets", verb, COMMAND_ROOM);
		return -EINVAL;
	}
	expansion->count++;
	return expansion->fn(expansion->context, simulator, command);
}

/* One verb for what stands at a site: its devices of the slot (NULL: all), and its tower. */
static int
apply_verb(struct expansion *expansion, const struct scenario_site *site, const char *slot, const char *verb,
    const struct words *words, size_t from)
{
	int rc = 0;
	for (size_t i = 0; rc >= 0 && is_fleet_verb(verb) && i < site->device_count; i++)
		if (slot == NULL || strcmp(slot, site->devices[i].record) == 0)
			rc = emit(expansion, SIM_FLEET, verb, site->devices[i].address, words, from);
	if (rc >= 0 && site->is_portable && is_tower_verb(verb) &&
	    (slot == NULL || strcmp(slot, "tower") == 0))
		rc = emit(expansion, SIM_TOWER, verb, site->id, words, from);
	return rc;
}

static int
apply_action(
    struct expansion *expansion, const struct scenario_site *site, const struct scenario_action *action)
{
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < action->step_count; i++) {
		const struct words *words = &expansion->scenario->steps[action->first_step + i].words;
		rc = apply_verb(expansion, site, words->at[0], words->at[1], words, 2);
	}
	return rc;
}

/* What a target's words mean: `all`, `area A` (and all within), `feeder F`, or SITE[/SLOT]. */
struct target {
	const char *key; /* NULL: a site */
	const char *value;
	char site[64];
	const char *slot;
	size_t word_count;
};

static bool
read_target(const struct words *words, struct target *target)
{
	*target = (struct target){ 0 };
	if (words->count < 2)
		return false;
	const char *word = words->at[1];
	if (strcmp(word, "all") == 0) {
		*target = (struct target){ .key = word, .word_count = 1 };
		return true;
	}
	if (strcmp(word, "area") == 0 || strcmp(word, "feeder") == 0) {
		*target = (struct target){ .key = word, .value = words->at[2], .word_count = 2 };
		return words->count >= 3;
	}
	snprintf(target->site, sizeof(target->site), "%s", word);
	char *slash = strchr(target->site, '/');
	if (slash != NULL) {
		*slash = '\0';
		target->slot = word + (slash + 1 - target->site);
	}
	target->word_count = 1;
	return true;
}

static bool
is_aimed_at(const struct target *target, const struct scenario_site *site)
{
	if (target->key == NULL)
		return strcmp(target->site, site->id) == 0;
	if (strcmp(target->key, "all") == 0)
		return true;
	if (strcmp(target->key, "feeder") == 0)
		return site->feeder != NULL && strcmp(site->feeder, target->value) == 0;
	size_t size = strlen(target->value);
	return strncmp(site->area, target->value, size) == 0 &&
	    (site->area[size] == '\0' || site->area[size] == '/');
}

static const struct scenario_action *
find_action(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->action_count; i++)
		if (strcmp(scenario->actions[i].name, name) == 0)
			return &scenario->actions[i];
	return NULL;
}

static int
expand_target(struct expansion *expansion, const struct words *words)
{
	const struct scenario *scenario = expansion->scenario;
	const char *verb = words->at[0];
	const struct scenario_action *action = find_action(scenario, verb);
	struct target target;

	if (action == NULL && !is_fleet_verb(verb) && !is_tower_verb(verb)) {
		snprintf(expansion->fault, 256, "\"%s\" is neither an action of this file nor a verb", verb);
		return -EINVAL;
	}
	if (!read_target(words, &target)) {
		snprintf(expansion->fault, 256, "%s what? all, area A, feeder F, SITE or SITE/SLOT", verb);
		return -EINVAL;
	}
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < scenario->site_count; i++) {
		const struct scenario_site *site = &scenario->sites[i];
		if (!is_aimed_at(&target, site))
			continue;
		rc = action != NULL
		    ? apply_action(expansion, site, action)
		    : apply_verb(expansion, site, target.slot, verb, words, 1 + target.word_count);
	}
	if (rc >= 0 && expansion->count == 0) {
		snprintf(expansion->fault, 256, "%s %s%s%s: nothing there that it applies to", verb,
		    words->at[1], target.word_count > 1 ? " " : "",
		    target.word_count > 1 ? words->at[2] : "");
		rc = -EINVAL;
	}
	return rc;
}

int
expand(const struct scenario *scenario, const struct words *words, expand_fn fn, void *context, char *fault)
{
	struct expansion expansion = { scenario, fn, context, fault, 0 };
	int rc;

	fault[0] = '\0';
	if (words->count == 0)
		return 0;
	if (strcmp(words->at[0], "say") == 0)
		return 0;
	if (strcmp(words->at[0], "crew") == 0 && words->count == 3)
		rc = emit(&expansion, SIM_TOWER, "crew", words->at[1], words, 2);
	else
		rc = expand_target(&expansion, words);
	return rc < 0 ? rc : expansion.count;
}

static int
set_up_site(const struct scenario_site *site, expand_fn fn, void *context)
{
	char command[COMMAND_ROOM];
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < site->device_count; i++) {
		snprintf(command, sizeof(command), "device %s %s", site->devices[i].address,
		    site->devices[i].record);
		rc = fn(context, SIM_FLEET, command);
	}
	if (rc < 0 || !site->is_portable)
		return rc;
	size_t used = (size_t)snprintf(command, sizeof(command), "tower %s", site->id);
	for (size_t i = 0; i < site->option_count && used < sizeof(command); i++)
		used += (size_t)snprintf(command + used, sizeof(command) - used, " \"%s\"", site->options[i]);
	if (used < sizeof(command))
		snprintf(command + used, sizeof(command) - used, " start=away");
	rc = fn(context, SIM_TOWER, command);
	if (rc >= 0 && site->lat != NULL) {
		snprintf(command, sizeof(command), "position %s %s %s", site->id, site->lat, site->lon);
		rc = fn(context, SIM_TOWER, command);
	}
	return rc;
}

int
expand_setup(const struct scenario *scenario, expand_fn fn, void *context)
{
	const char *slash = strrchr(scenario->file, '/');
	char command[COMMAND_ROOM];
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < scenario->record_count; i++) {
		const struct scenario_record *record = &scenario->records[i];
		int folder_size =
		    record->path[0] == '/' || slash == NULL ? 0 : (int)(slash + 1 - scenario->file);
		snprintf(command, sizeof(command), "record %s \"%.*s%s\"", record->name, folder_size,
		    scenario->file, record->path);
		rc = fn(context, SIM_FLEET, command);
	}
	for (size_t i = 0; rc >= 0 && i < scenario->site_count; i++)
		rc = set_up_site(&scenario->sites[i], fn, context);
	return rc;
}

int
expand_start(const struct scenario *scenario, expand_fn fn, void *context)
{
	char command[COMMAND_ROOM];
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < scenario->site_count; i++) {
		const struct scenario_site *site = &scenario->sites[i];
		bool stays_away = is_listed(site->options, site->option_count, "start=away");
		if (!site->is_portable || stays_away)
			continue;
		snprintf(command, sizeof(command), "return %s", site->id);
		rc = fn(context, SIM_TOWER, command);
	}
	return rc;
}
