/* SPDX-License-Identifier: ISC */
/* The facts that causes are found from, kept in step with the model and the list; and who is looked at again when they change. */
#include "agent/alarm/list/correlate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/correlate/graph.h"
#include "agent/alarm/correlate/supply.h"
#include "agent/alarm/list/inside.h"

#define TURN      64   /* places that are looked at again in one turn of the loop */
#define ASK_MS    5000 /* nobody is asked twice within this time */
#define ASKED_MAX 256  /* remembered; who is pushed out may be asked again */

static const char site_type[] = "comms/site-unreachable", mains_type[] = "power/mains-failure";

/* A site or a group that something bears on. */
struct again {
	struct link by_number;
	TAILQ_ENTRY(again) next;
	uint32_t number;
};

struct correlation {
	struct graph *graph; /* its times are UTC, as those of the model */
	struct supply *supply;
	struct table agains;
	TAILQ_HEAD(, again) queue;
	struct loop_timer *timer;
	struct {
		uint32_t site;
		int64_t until_ms;
	} asked[ASKED_MAX];
};

struct graph *
correlation_graph(const struct alarms *alarms)
{
	return alarms->correlation->graph;
}

struct supply *
correlation_supply(const struct alarms *alarms)
{
	return alarms->correlation->supply;
}

bool
correlation_infers(const struct alarms *alarms, uint32_t hub)
{
	return graph_inferred(alarms->correlation->graph, hub);
}

uint32_t
correlation_dependents(const struct alarms *alarms, uint32_t hub)
{
	return (uint32_t)graph_dependent_count(alarms->correlation->graph, hub);
}

/* Looking again. */

static struct again *
again_find(const struct correlation *c, uint32_t number)
{
	for (struct link *l = table_first(&c->agains, hash_number(number)); l != NULL; l = table_next(l))
		if (LINKED(l, struct again, by_number)->number == number)
			return LINKED(l, struct again, by_number);
	return NULL;
}

void
correlate_later(struct alarms *alarms, uint32_t number)
{
	struct correlation *c = alarms->correlation;
	struct again *again = again_find(c, number);

	if (again != NULL || alarms->settings.no_correlation)
		return;
	again = calloc(1, sizeof(*again));
	if (again == NULL || table_insert(&c->agains, hash_number(number), &again->by_number) < 0) {
		free(again);
		alarms->stats.overflow++;
		return;
	}
	again->number = number;
	TAILQ_INSERT_TAIL(&c->queue, again, next);
	if (!loop_timer_is_running(c->timer))
		loop_timer_start(c->timer, 0);
}

static int
later(void *arg, uint32_t site)
{
	correlate_later(arg, site);
	return 0;
}

/* Judging one may tell it, and never takes another out of its place. */
static void
place_look(struct alarms *alarms, uint32_t site)
{
	const struct place *place = place_of(alarms, site, false);
	struct entry *e, *next;

	for (e = place != NULL ? LIST_FIRST(&place->entries) : NULL; e != NULL; e = next) {
		next = LIST_NEXT(e, in_place);
		if (cause_is_ruled(e->alarm.type->name))
			entry_rejudge(alarms, e);
	}
}

static void
group_look(struct alarms *alarms, uint32_t number)
{
	struct entry *e = entry_find(alarms, number, alarm_type_find("power/feeder-outage"), "");

	if (e != NULL)
		entry_rejudge(alarms, e);
}

static void
look_again(void *arg)
{
	struct alarms *alarms = arg;
	struct correlation *c = alarms->correlation;
	struct again *again;

	for (unsigned i = 0; i < TURN && (again = TAILQ_FIRST(&c->queue)) != NULL && !alarms->is_stopped;
	     i++) {
		uint32_t number = again->number;
		const struct site *site = model_site_of(alarms->model, number);
		TAILQ_REMOVE(&c->queue, again, next);
		table_remove(&c->agains, &again->by_number);
		free(again);
		if (site != NULL) {
			alarms->on_hub(alarms, site);
			place_look(alarms, number);
		} else {
			alarms->on_group(alarms, number);
			group_look(alarms, number);
		}
	}
	if (!TAILQ_EMPTY(&c->queue) && !alarms->is_stopped)
		loop_timer_start(c->timer, 0);
}

/* The graph and the supply may not be changed from here: it is done in another turn. */

static void
on_inferred(void *arg, uint32_t hub, bool is_down)
{
	(void)is_down;
	correlate_later(arg, hub);
}

static void
on_supply(void *arg, uint32_t group, enum supply_change change)
{
	(void)change;
	correlate_later(arg, group);
}

int
correlation_new(struct alarms *alarms)
{
	struct supply_settings settings = { .min = alarms->settings.outage_sites,
		.share = alarms->settings.outage_share,
		.area_share = alarms->settings.area_share,
		.wait_ms = alarms->settings.cause_wait_ms };
	struct correlation *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	alarms->correlation = c;
	TAILQ_INIT(&c->queue);
	c->graph = graph_new(on_inferred, alarms);
	c->supply = supply_new(&settings, on_supply, alarms);
	c->timer = loop_timer_new(alarms->loop, &alarms->owner, look_again, alarms);
	return c->graph != NULL && c->supply != NULL && c->timer != NULL ? 0 : -ENOMEM;
}

void
correlation_free(struct alarms *alarms)
{
	struct correlation *c = alarms->correlation;
	struct link *l;

	if (c == NULL)
		return;
	while ((l = table_pop(&c->agains)) != NULL)
		free(LINKED(l, struct again, by_number));
	table_fini(&c->agains);
	graph_free(c->graph);
	supply_free(c->supply);
	loop_timer_free(c->timer);
	free(c);
}

/* What the model says. */

static bool
is_monitored(const struct site *site)
{
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed)
			return true;
	return false;
}

void
correlate_site(struct alarms *alarms, const struct site *site)
{
	struct correlation *c = alarms->correlation;
	const struct site_paths *paths = model_site_paths(site);
	const struct group *feeder = site->groups[GROUP_FEEDER - 1], *area = site->groups[GROUP_AREA - 1];
	struct graph_site s = {
		.number = site->entity.number, .id = site->id, .is_monitored = is_monitored(site)
	};

	if (site->is_removed || alarms->settings.no_correlation)
		return;
	const char **hubs = calloc(paths->hub_count + 1, sizeof(*hubs));
	struct graph_path *list = calloc(paths->path_count + 1, sizeof(*list));
	for (size_t i = 0; hubs != NULL && list != NULL && i < paths->hub_count; i++) {
		if (i == 0 || paths->hubs[i].path != paths->hubs[i - 1].path)
			list[s.path_count++].hubs = &hubs[i];
		hubs[i] = paths->hubs[i].id;
		list[s.path_count - 1].count++;
	}
	s.paths = list;
	/* Without memory it depends on nothing: told rather than hidden. */
	if (graph_set_site(c->graph, &s) < 0 || (hubs == NULL || list == NULL) ||
	    supply_set_site(c->supply, s.number, feeder != NULL ? feeder->entity.number : 0,
		area != NULL ? area->entity.number : 0) < 0)
		alarms->stats.overflow++;
	free(hubs);
	free(list);
	correlate_later(alarms, s.number);
}

void
correlate_site_removed(struct alarms *alarms, const struct site *site)
{
	struct correlation *c = alarms->correlation;

	graph_each_dependent(c->graph, site->entity.number, later, alarms);
	graph_remove_site(c->graph, site->entity.number);
	supply_remove_site(c->supply, site->entity.number);
}

void
correlate_silent(struct alarms *alarms, const struct site *site, int64_t since_ms)
{
	struct graph *graph = alarms->correlation->graph;
	uint32_t number = site->entity.number;
	struct graph_judgement j;

	if (graph_state(graph, number) != GRAPH_UP)
		return;
	graph_set_state(graph, number, GRAPH_SUSPECT, since_ms);
	/* Whoever may be the cause is asked now: when the hold is over, it is known. */
	graph_judge(graph, number, false, &j);
	for (size_t i = 0; i < j.wait_count; i++)
		correlation_ask(alarms, j.wait_for[i]);
}

void
correlate_answers(struct alarms *alarms, const struct site *site)
{
	struct graph *graph = alarms->correlation->graph;
	uint32_t number = site->entity.number;

	if (graph_state(graph, number) != GRAPH_SUSPECT)
		return;
	graph_set_state(graph, number, GRAPH_UP, site->last_seen_ms);
	graph_each_dependent(graph, number, later, alarms);
	correlate_later(alarms, number);
}

void
correlation_ask(struct alarms *alarms, uint32_t number)
{
	struct correlation *c = alarms->correlation;
	size_t place = hash_number(number) % ASKED_MAX;
	int64_t now = loop_now_ms(alarms->loop);
	const struct site *site = model_site_of(alarms->model, number);

	if (site == NULL || (c->asked[place].site == number && now < c->asked[place].until_ms))
		return;
	c->asked[place].site = number;
	c->asked[place].until_ms = now + ASK_MS;
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed)
			(void)model_ask(alarms->model, site->devices[i]->entity.number);
}

/* What the list says. */

static bool
place_has(struct alarms *alarms, uint32_t site, const char *type)
{
	const struct place *place = place_of(alarms, site, false);
	const struct entry *e;

	if (place != NULL)
		LIST_FOREACH(e, &place->entries, in_place)
	if (strcmp(e->alarm.type->name, type) == 0)
		return true;
	return false;
}

void
correlate_note(struct alarms *alarms, const struct entry *e)
{
	struct correlation *c = alarms->correlation;
	const struct alarm *a = &e->alarm;
	bool is_active = a->severity > TOWERD_CLEARED;

	if (alarms->settings.no_correlation || a->site == 0)
		return;
	if (strcmp(a->type->name, mains_type) == 0)
		supply_set_mains(c->supply, a->site,
		    place_has(alarms, a->site, mains_type) ? SUPPLY_MAINS_LOST : SUPPLY_MAINS_PRESENT,
		    loop_now_ms(alarms->loop));
	if (strcmp(a->type->name, site_type) != 0)
		return;
	const struct site *site = model_site_of(alarms->model, a->site);
	supply_set_dark(c->supply, a->site, is_active);
	/* Of a hub without devices nothing is noted: its alarm is what the graph inferred. */
	if (site != NULL && is_monitored(site))
		graph_set_state(c->graph, a->site, is_active ? GRAPH_DOWN : GRAPH_UP,
		    is_active ? a->raised_ms : site->last_seen_ms);
}

void
correlate_spread(struct alarms *alarms, const struct entry *e)
{
	struct correlation *c = alarms->correlation;
	const struct alarm *a = &e->alarm;

	if (alarms->settings.no_correlation)
		return;
	if (a->site == 0)
		supply_each_lost(c->supply, a->resource, later, alarms);
	else if (cause_bears_on_site(a->type->name))
		correlate_later(alarms, a->site);
	if (strcmp(a->type->name, site_type) == 0)
		graph_each_dependent(c->graph, a->site, later, alarms);
}

void
correlate_load(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	struct entry *e;

	for (struct site *site = model_next_site(alarms->model, 0); site != NULL;
	     site = model_next_site(alarms->model, site->entity.number))
		correlate_site(alarms, site);
	while ((e = order_seek(alarms->by_number, scopes_all(alarms->scopes), at, false, &at)) != NULL) {
		correlate_note(alarms, e);
		correlate_later(alarms, e->alarm.site != 0 ? e->alarm.site : e->alarm.resource);
	}
}

void
correlate_ask_effects(struct alarms *alarms, const struct entry *e)
{
	const struct entry *effect;

	LIST_FOREACH(effect, &e->effects, in_effects)
	if (effect->alarm.site != 0)
		correlation_ask(alarms, effect->alarm.site);
}

/* Its cause stands and does not explain it any more: another of its ways is back, and it gets the time to come back too. */
static void
recheck_start(struct alarms *alarms, struct entry *e)
{
	e->recheck_end_ms = loop_now_ms(alarms->loop) + alarms->settings.recheck_ms;
	e->is_wait_over = false;
	if (e->alarm.site != 0)
		correlation_ask(alarms, e->alarm.site);
}

enum cause_verdict
correlate(struct alarms *alarms, struct entry *e)
{
	struct entry *before = e->cause, *cause;
	bool is_wait;

	if (alarms->settings.no_correlation) {
		entry_set_cause(alarms, e, NULL);
		return CAUSE_NONE;
	}
	cause = cause_find(alarms, e, &is_wait);
	if (cause == NULL && before != NULL && before->is_ending)
		return CAUSE_FOUND;
	/* The new cause hangs below the entry by what was found earlier: facts have no circle, so that is out of date. */
	if (cause != NULL && entry_is_below(cause, e)) {
		entry_set_cause(alarms, cause, NULL);
		correlate_later(alarms, cause->alarm.site != 0 ? cause->alarm.site : cause->alarm.resource);
	}
	entry_set_cause(alarms, e, cause);
	if (before != NULL && before != cause)
		entry_effect_left(alarms, before);
	if (e->cause != NULL)
		return CAUSE_FOUND;
	if (before != NULL)
		recheck_start(alarms, e);
	is_wait |= loop_now_ms(alarms->loop) < e->recheck_end_ms;
	return is_wait && !entry_is_told(e) ? CAUSE_WAIT : CAUSE_NONE;
}
