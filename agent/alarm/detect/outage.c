/* SPDX-License-Identifier: ISC */
/*
 * Power outages of feeders and areas: one alarm for all their sites. Raised as soon as the supply says so; told anew only when it gets worse: minor at
 * first, major when the first site is expected to go dark soon, or nobody can say and it lasts, critical when a site is dark.
 * What was worse stays so until it ends: sites that come back one by one make no noise. The text follows the counts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/correlate/supply.h"
#include "agent/alarm/detect/detect.h"

#define REFRESH_MS 60000 /* text and severity are looked at this often */
#define LASTING_MS \
	(15 * INT64_C(60000)) /* an outage that lasts, and nobody can say for how long it may, is major */

static const char feeder_type[] = "power/feeder-outage", area_type[] = "power/area-outage";

struct outage {
	struct link by_number;
	struct alarms *alarms;
	uint32_t group;
	struct loop_timer *timer;
};

static struct outage *
outage_find(const struct alarms *alarms, uint32_t group)
{
	for (struct link *l = table_first(&alarms->outages, hash_number(group)); l != NULL; l = table_next(l))
		if (LINKED(l, struct outage, by_number)->group == group)
			return LINKED(l, struct outage, by_number);
	return NULL;
}

static int
severity_of(const struct alarms *alarms, const struct supply_counts *counts)
{
	int64_t now = loop_now_ms(alarms->loop);

	if (counts->dark > 0)
		return TOWERD_CRITICAL;
	if (counts->next_dark_ms != 0)
		return counts->next_dark_ms < now + alarms->settings.outage_reserve_ms ? TOWERD_MAJOR
										       : TOWERD_MINOR;
	return counts->since_ms + LASTING_MS <= now ? TOWERD_MAJOR : TOWERD_MINOR;
}

static void
outage_raise(struct alarms *alarms, const struct group *group, int least)
{
	char text[ALARM_TEXT_MAX + 1];
	struct supply_counts counts;
	int64_t now = loop_now_ms(alarms->loop);
	bool is_area = group->kind == GROUP_AREA;

	if (supply_count(correlation_supply(alarms), group->entity.number, &counts) < 0)
		return;
	int severity = severity_of(alarms, &counts);
	struct moment moment = moment_now(alarms, 0);
	supply_text(is_area ? SUPPLY_AREA : SUPPLY_FEEDER, group->name, &counts, now, text, sizeof(text));
	(void)raise_at(alarms, group->entity.number, is_area ? area_type : feeder_type, "",
	    severity > least ? severity : least, text, &moment);
}

static struct entry *
outage_entry(struct alarms *alarms, uint32_t group)
{
	struct entry *e = entry_find(alarms, group, alarm_type_find(feeder_type), "");

	return e != NULL ? e : entry_find(alarms, group, alarm_type_find(area_type), "");
}

static void
outage_refresh(void *arg)
{
	struct outage *o = arg;
	const struct group *group = model_group_of(o->alarms->model, o->group);
	const struct entry *e = outage_entry(o->alarms, o->group);

	if (group == NULL || e == NULL)
		return;
	outage_raise(o->alarms, group, e->alarm.severity);
	loop_timer_start(o->timer, REFRESH_MS);
}

static void
outage_begin(struct alarms *alarms, uint32_t group)
{
	struct outage *o = calloc(1, sizeof(*o));

	if (o != NULL)
		o->timer = loop_timer_new(alarms->loop, &alarms->owner, outage_refresh, o);
	if (o == NULL || o->timer == NULL ||
	    table_insert(&alarms->outages, hash_number(group), &o->by_number) < 0) {
		alarms->stats.overflow++;
		if (o != NULL)
			loop_timer_free(o->timer);
		free(o);
		return;
	}
	o->alarms = alarms;
	o->group = group;
	loop_timer_start(o->timer, REFRESH_MS);
}

static void
outage_end(struct alarms *alarms, uint32_t group, struct entry *e)
{
	struct outage *o = outage_find(alarms, group);
	struct supply_counts counts = { 0 };
	char text[ALARM_TEXT_MAX + 1];

	(void)supply_count(correlation_supply(alarms), group, &counts);
	if (counts.lost > 0)
		snprintf(text, sizeof(text), "mains is back; %u of %u sites are still without", counts.lost,
		    counts.members);
	else
		snprintf(text, sizeof(text), "mains is back");
	(void)entry_clear_now(alarms, e, text);
	if (o == NULL)
		return;
	table_remove(&alarms->outages, &o->by_number);
	loop_timer_free(o->timer);
	free(o);
}

void
outage_look(struct alarms *alarms, uint32_t number)
{
	const struct group *group = model_group_of(alarms->model, number);
	struct entry *e = outage_entry(alarms, number);
	struct supply_counts counts;

	if (group == NULL || !supply_is_outage(correlation_supply(alarms), number)) {
		if (e != NULL)
			outage_end(alarms, number, e);
		return;
	}
	if (outage_find(alarms, number) == NULL)
		outage_begin(alarms, number);
	if (supply_count(correlation_supply(alarms), number, &counts) < 0)
		return;
	if (e == NULL || severity_of(alarms, &counts) > e->alarm.severity)
		outage_raise(alarms, group, 0);
}

/* The time that the site with this sensor has left: the least that any of its batteries says. */
static int64_t
runtime_least(const struct sensor *sensor)
{
	const struct site *site = sensor->device->site;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < site->device_count; i++)
		for (size_t j = 0; j < site->devices[i]->sensor_count; j++) {
			const struct sensor *s = site->devices[i]->sensors[j];
			if (s->kind == sensor->kind && s->has_value && !s->is_stale && !s->is_retired &&
			    s->value < least)
				least = s->value;
		}
	return least;
}

void
outage_reading(struct alarms *alarms, const struct sensor *sensor)
{
	const struct site *site = sensor->device->site;
	struct supply *supply = correlation_supply(alarms);

	if (!sensor->has_value || sensor->quality != TOWERD_GOOD || alarms->settings.no_correlation)
		return;
	/* Mains is known where it is measured; that it is lost is for its alarm to say. */
	if (alarms->tells_mains[sensor->kind] && supply_wait_end(supply, site->entity.number) == 0)
		supply_set_mains(supply, site->entity.number, SUPPLY_MAINS_PRESENT, 0);
	if (sensor->kind == alarms->runtime_kind && site->is_on_battery)
		supply_set_expected(
		    supply, site->entity.number, loop_now_ms(alarms->loop) + runtime_least(sensor) * 1000);
}

int
outages_new(struct alarms *alarms)
{
	alarms->runtime_kind = catalogue_find("battery.runtime")->kind.number;
	alarms->tells_mains = calloc(catalogue_count(), sizeof(*alarms->tells_mains));
	if (alarms->tells_mains == NULL)
		return -ENOMEM;
	for (unsigned kind = 0; kind < catalogue_count(); kind++)
		for (const struct catalogue_rule *rule = catalogue_at(kind)->rules;
		     rule < catalogue_at(kind)->rules + CATALOGUE_RULES && rule->when != 0; rule++)
			alarms->tells_mains[kind] |= strcmp(rule->alarm_type, "power/mains-failure") == 0;
	return 0;
}

void
outages_free(struct alarms *alarms)
{
	struct link *l;

	free(alarms->tells_mains);
	while ((l = table_pop(&alarms->outages)) != NULL) {
		struct outage *o = LINKED(l, struct outage, by_number);
		loop_timer_free(o->timer);
		free(o);
	}
	table_fini(&alarms->outages);
}
