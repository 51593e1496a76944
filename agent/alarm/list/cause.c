/* SPDX-License-Identifier: ISC */
/*
 * Which alarm can be the cause of which: a table. What is not in it is news of its own, whatever else is wrong at the place: a fire, an intruder,
 * a rectifier that fails while the mains is gone.
 */
#include <string.h>

#include "agent/alarm/correlate/graph.h"
#include "agent/alarm/correlate/supply.h"
#include "agent/alarm/list/correlate.h"
#include "agent/alarm/list/inside.h"

enum relation {
	SAME_DEVICE,
	SAME_SITE,
	BACKHAUL,    /* the hub's, by the graph */
	POWER_GROUP, /* the outage of the site's feeder or area; of a feeder: of its area */
};

struct cause_rule {
	const char *effect;
	enum relation relation;
	const char *cause;   /* POWER_GROUP: by the kind of group */
	uint8_t effect_most; /* worse than this the effect is news by itself; 0: never */
	uint8_t cause_least; /* a milder cause does not explain it; 0: any */
	bool is_awaited;     /* it may be seen later than its effect: worth a wait */
	bool is_untold;      /* only of what nobody was told: that it is still so cannot be known now */
};

/* In the order in which they are asked: the nearest cause first. Rules of one effect stand together. */
static const struct cause_rule rules[] = {
	{ "comms/data-stale", SAME_DEVICE, .cause = "comms/device-unreachable" },
	{ "comms/data-stale", SAME_SITE, .cause = "comms/site-unreachable" },
	{ "comms/device-unreachable", SAME_SITE, .cause = "comms/site-unreachable", .is_awaited = true },
	{ "comms/device-unreachable", SAME_SITE, .cause = "power/load-disconnected" },
	{ "comms/site-unreachable", BACKHAUL, .cause = "comms/site-unreachable" },
	{ "comms/site-unreachable", SAME_SITE, .cause = "power/load-disconnected" },
	{ "comms/site-unreachable", POWER_GROUP, .cause = NULL },
	{ "power/mains-failure", POWER_GROUP, .cause = NULL },
	{ "power/mains-failure", SAME_SITE, .cause = "comms/site-unreachable", .is_untold = true },
	/* A battery that is carrying the load is what mains-failure says; one that is about to be empty is more. */
	{ "battery/discharging", SAME_SITE, .cause = "power/mains-failure", .effect_most = TOWERD_WARNING,
	    .is_awaited = true },
	{ "battery/discharging", POWER_GROUP, .cause = NULL },
	{ "battery/discharging", SAME_SITE, .cause = "comms/site-unreachable", .is_untold = true },
	{ "power/dc-undervoltage", SAME_SITE, .cause = "power/mains-failure", .effect_most = TOWERD_MINOR },
	{ "power/dc-undervoltage", POWER_GROUP, .cause = NULL },
	{ "power/dc-undervoltage", SAME_SITE, .cause = "comms/site-unreachable", .is_untold = true },
	{ "power/load-disconnected", POWER_GROUP, .cause = NULL },
	{ "radio/cell-out-of-service", SAME_SITE, .cause = "power/load-disconnected" },
	{ "radio/cell-out-of-service", SAME_SITE, .cause = "comms/site-unreachable", .is_awaited = true },
	/* One link of several is no reason why a cell serves nobody. */
	{ "radio/cell-out-of-service", SAME_SITE, .cause = "transport/link-down",
	    .cause_least = TOWERD_CRITICAL },
	{ "transport/link-down", SAME_SITE, .cause = "power/load-disconnected" },
	{ "power/feeder-outage", POWER_GROUP, .cause = NULL },
};

#define MEMBERS_ASKED 64 /* of one feeder */

#define RULES         (sizeof(rules) / sizeof(rules[0]))

static const char site_type[] = "comms/site-unreachable";

bool
cause_is_ruled(const char *type)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].effect, type) == 0)
			return true;
	return false;
}

bool
cause_bears_on_site(const char *type)
{
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].relation <= SAME_SITE && strcmp(rules[i].cause, type) == 0)
			return true;
	return false;
}

/* The one that stands longest, of those at the place. */
static struct entry *
find_at_place(struct alarms *alarms, const struct cause_rule *rule, const struct entry *effect)
{
	const struct place *place = place_of(alarms, effect->alarm.site, false);
	struct entry *e, *found = NULL;

	if (place == NULL || effect->alarm.site == 0)
		return NULL;
	LIST_FOREACH(e, &place->entries, in_place)
	if (e != effect && e->alarm.severity >= rule->cause_least &&
	    strcmp(e->alarm.type->name, rule->cause) == 0 &&
	    (rule->relation == SAME_SITE || e->alarm.device == effect->alarm.device) &&
	    (found == NULL || e->alarm.number < found->alarm.number))
		found = e;
	return found;
}

/* Something that waits may know more by now: the model has heard from it. */
static bool
hear(struct alarms *alarms, const struct graph_judgement *j, int64_t since_ms)
{
	struct graph *graph = correlation_graph(alarms);
	bool is_news = false;

	for (size_t i = 0; i < j->wait_count; i++) {
		const struct site *site = model_site_of(alarms->model, j->wait_for[i]);
		if (site == NULL || site->last_seen_ms <= since_ms ||
		    graph_state(graph, j->wait_for[i]) != GRAPH_UP)
			continue;
		graph_heard(graph, j->wait_for[i], site->last_seen_ms);
		is_news = true;
	}
	return is_news;
}

static struct entry *
find_by_backhaul(struct alarms *alarms, const struct entry *effect, bool *is_wait)
{
	const struct alarm *a = &effect->alarm;
	struct graph_judgement j;

	if (a->resource != a->site)
		return NULL;
	graph_judge(correlation_graph(alarms), a->site, false, &j);
	if (j.verdict == GRAPH_WAIT && hear(alarms, &j, a->raised_ms))
		graph_judge(correlation_graph(alarms), a->site, false, &j);
	for (size_t i = 0; i < j.wait_count && !effect->is_wait_over && !entry_is_told(effect); i++)
		correlation_ask(alarms, j.wait_for[i]);
	*is_wait |= j.verdict == GRAPH_WAIT;
	if (j.verdict != GRAPH_CONSEQUENCE)
		return NULL;
	struct entry *cause = entry_find(alarms, j.cause, alarm_type_find(site_type), "");
	*is_wait |= cause == NULL; /* it is being raised */
	return cause;
}

static struct entry *
find_outage(const struct alarms *alarms, uint32_t number, bool *is_wait)
{
	const struct group *group = model_group_of(alarms->model, number);
	struct entry *cause = NULL;

	if (group == NULL)
		return NULL;
	cause = entry_find(alarms, number,
	    alarm_type_find(group->kind == GROUP_AREA ? "power/area-outage" : "power/feeder-outage"), "");
	*is_wait |= cause == NULL;
	return cause;
}

struct asking {
	struct alarms *alarms;
	unsigned left;
};

static int
ask_member(void *arg, uint32_t site)
{
	struct asking *asking = arg;

	correlation_ask(asking->alarms, site);
	return --asking->left == 0;
}

/* The others on its feeder are asked how they are, once: they may be polled less often than one waits. */
static void
ask_feeder(struct alarms *alarms, const struct entry *effect)
{
	const struct site *site = model_site_of(alarms->model, effect->alarm.site);
	struct asking asking = { alarms, MEMBERS_ASKED };

	if (site != NULL && site->groups[GROUP_FEEDER - 1] != NULL && effect->wait_end_ms == 0 &&
	    !effect->is_wait_over && !entry_is_told(effect))
		supply_each_member(correlation_supply(alarms), site->groups[GROUP_FEEDER - 1]->entity.number,
		    ask_member, &asking);
}

static struct entry *
find_by_power(struct alarms *alarms, const struct entry *effect, bool *is_wait)
{
	struct supply *supply = correlation_supply(alarms);
	uint32_t group = 0;

	if (effect->alarm.site == 0) {
		group = supply_area_of(supply, effect->alarm.resource);
		return group != 0 ? find_outage(alarms, group, is_wait) : NULL;
	}
	if (supply_judge(supply, effect->alarm.site, loop_now_ms(alarms->loop), &group) == SUPPLY_WAIT) {
		ask_feeder(alarms, effect);
		*is_wait = true;
	}
	return group != 0 ? find_outage(alarms, group, is_wait) : NULL;
}

/* Another device of the site was heard since this one fell silent: then it is not the site. */
static bool
is_site_heard(struct alarms *alarms, const struct entry *effect)
{
	const struct site *site = model_site_of(alarms->model, effect->alarm.site);
	bool is_alone = true;

	for (size_t i = 0; site != NULL && i < site->device_count; i++) {
		const struct device *d = site->devices[i];
		if (d->is_removed || d->entity.number == effect->alarm.device)
			continue;
		is_alone = false;
		if (d->last_seen_ms > effect->alarm.raised_ms)
			return true;
	}
	return is_alone;
}

/* Whether the cause of a rule may come soon. Of a silent site that can be known: by its hold, or by those of its devices that were asked. */
static bool
may_come(struct alarms *alarms, const struct cause_rule *rule, const struct entry *effect)
{
	if (loop_utc_ms(alarms->loop) - effect->alarm.changed_ms >= alarms->settings.cause_wait_ms)
		return false;
	if (strcmp(rule->cause, site_type) != 0)
		return true;
	return graph_state(correlation_graph(alarms), effect->alarm.site) == GRAPH_SUSPECT ||
	    (effect->alarm.resource == effect->alarm.device && effect->alarm.type->is_computed &&
		!is_site_heard(alarms, effect));
}

static struct entry *
rule_find(struct alarms *alarms, const struct cause_rule *rule, const struct entry *effect, bool *is_wait)
{
	struct entry *cause;

	switch (rule->relation) {
	case BACKHAUL:
		return find_by_backhaul(alarms, effect, is_wait);
	case POWER_GROUP:
		return find_by_power(alarms, effect, is_wait);
	case SAME_DEVICE:
	case SAME_SITE:
		break;
	}
	cause = find_at_place(alarms, rule, effect);
	*is_wait |= cause == NULL && rule->is_awaited && may_come(alarms, rule, effect);
	return cause;
}

struct entry *
cause_find(struct alarms *alarms, struct entry *effect, bool *is_wait)
{
	struct entry *cause = NULL;

	*is_wait = false;
	for (size_t i = 0; i < RULES && cause == NULL; i++) {
		const struct cause_rule *rule = &rules[i];
		if (strcmp(rule->effect, effect->alarm.type->name) == 0 &&
		    (rule->effect_most == 0 || effect->alarm.severity <= rule->effect_most) &&
		    !(rule->is_untold && entry_is_told(effect)))
			cause = rule_find(alarms, rule, effect, is_wait);
	}
	return cause;
}
