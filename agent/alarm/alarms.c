/* SPDX-License-Identifier: ISC */
/* The alarms of the agent as a whole: made, loaded, attached to the model, freed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/detect/detect.h"

#define OR_DEFAULT(value, other) ((value) != 0 ? (value) : (other))

/* Taken out of the list while it was active: what raised it begins anew, and raises it again if it is still so. */
static void
purged(struct alarms *alarms, struct entry *e)
{
	struct entity *entity = model_entity(alarms->model, e->alarm.resource);

	if (entity == NULL || entity->kind_of != ENTITY_SENSOR)
		return;
	struct sensor *sensor = (struct sensor *)entity;
	bool is_stale = sensor->watch != 0 && watch_is_stale(alarms, sensor);
	if (is_stale) /* what is forgotten must not stay counted among its device's stale ones */
		staleness_fresh(alarms, sensor);
	threshold_forget(alarms, sensor);
	if (is_stale)
		staleness_stale(alarms, sensor);
}

struct alarms *
alarms_new(struct loop *loop, struct store *store, struct scopes *scopes, struct model *model,
    const struct alarm_settings *settings)
{
	static const struct alarm_settings none;
	struct alarms *alarms = calloc(1, sizeof(*alarms));

	if (alarms == NULL)
		return NULL;
	if (settings == NULL)
		settings = &none;
	alarms->loop = loop;
	alarms->store = store;
	alarms->scopes = scopes;
	alarms->model = model;
	alarms->owner.name = "alarm";
	alarms->settings = (struct alarm_settings){
		.hold_ms = OR_DEFAULT(settings->hold_ms, 5000),
		.unreachable_ms = OR_DEFAULT(settings->unreachable_ms, 30000),
		.clear_keep = OR_DEFAULT(settings->clear_keep, 1000),
		.future_ms = OR_DEFAULT(settings->future_ms, 10 * 60 * 1000),
		.past_ms = OR_DEFAULT(settings->past_ms, 24 * 60 * 60 * 1000),
		.ended_keep = OR_DEFAULT(settings->ended_keep, 10000),
		.cause_wait_ms = OR_DEFAULT(settings->cause_wait_ms, 30000),
		.recheck_ms = OR_DEFAULT(settings->recheck_ms, 30000),
		.confirm_ms = OR_DEFAULT(settings->confirm_ms, 10000),
		.outage_sites = settings->outage_sites,
		.outage_share = settings->outage_share,
		.area_share = settings->area_share,
		.outage_reserve_ms = OR_DEFAULT(settings->outage_reserve_ms, INT64_C(3600000)),
		.chatter_raises = settings->chatter_raises,
		.chatter_window_ms = settings->chatter_window_ms,
		.steady_ms = settings->steady_ms,
		.no_correlation = settings->no_correlation,
		.arc_countdown_ms = settings->arc_countdown_ms,
		.arc_timed_ms = settings->arc_timed_ms,
		.arc_bound_ms = settings->arc_bound_ms,
	};
	TAILQ_INIT(&alarms->cleared);
	TAILQ_INIT(&alarms->ended);
	alarms->on_operated = alarm_identity_operated;
	alarms->on_purged = purged;
	alarms->put_details = threshold_write;
	alarms->on_hub = reachability_hub;
	alarms->on_group = outage_look;
	alarms->texts = intern_new();
	alarms->all = order_new(scopes);
	alarms->by_number = order_new(scopes);
	alarms->by_index = order_new(scopes);
	alarms->active = order_new(scopes);
	alarms->cleared_order = order_new(scopes);
	alarms->ended_order = order_new(scopes);
	alarms->operated = order_new(scopes);
	if (alarms->texts == NULL || alarms->all == NULL || alarms->by_number == NULL ||
	    alarms->by_index == NULL || alarms->active == NULL || alarms->cleared_order == NULL ||
	    throttle_new(alarms) < 0 || thresholds_new(alarms) < 0 || list_new(alarms) < 0 ||
	    expiry_new(alarms) < 0 || silenced_new(alarms) < 0 || judge_new(alarms) < 0 ||
	    correlation_new(alarms) < 0 || outages_new(alarms) < 0 || chattering_new(alarms) < 0 ||
	    figures_new(alarms) < 0 || audiences_init(alarms) < 0) {
		alarms_free(alarms);
		return NULL;
	}
	return alarms;
}

static void
entries_free(struct alarms *alarms)
{
	struct link *l;

	while ((l = table_pop(&alarms->by_key)) != NULL)
		entry_free(alarms, LINKED(l, struct entry, by_key));
	while ((l = table_pop(&alarms->places)) != NULL)
		free(LINKED(l, struct place, by_number));
	table_fini(&alarms->places);
	table_fini(&alarms->by_key);
}

void
alarms_stop(struct alarms *alarms)
{
	if (alarms->is_stopped)
		return;
	alarms->is_stopped = true;
	silences_stop(alarms->silences);
	if (alarms->is_loaded) {
		figures_stop(alarms);
		alarm_numbers_close(alarms);
	}
	announcements_forget(alarms);
	operations_forget(alarms);
}

void
alarms_free(struct alarms *alarms)
{
	if (alarms == NULL)
		return;
	alarms_stop(alarms);
	thresholds_free(alarms);
	reachability_free(alarms);
	staleness_free(alarms);
	outages_free(alarms);
	if (alarms->texts != NULL)
		entries_free(alarms);
	if (alarms->window_timer != NULL)
		throttle_free(alarms);
	expiry_free(alarms);
	silenced_free(alarms);
	judge_free(alarms);
	doubts_free(alarms);
	correlation_free(alarms);
	chattering_free(alarms);
	figures_free(alarms);
	audiences_fini(alarms);
	if (alarms->cleared_order != NULL)
		cleared_free(alarms);
	order_free(alarms->all);
	order_free(alarms->by_number);
	order_free(alarms->by_index);
	order_free(alarms->active);
	order_free(alarms->cleared_order);
	order_free(alarms->ended_order);
	order_free(alarms->operated);
	intern_free(alarms->texts);
	for (size_t i = 0; i < alarms->view_count; i++)
		free(alarms->views[i]);
	alarm_models_fini(&alarms->models);
	towerd_json_fini(&alarms->writer);
	list_free(alarms);
	free(alarms);
}

/* What the model says. */

static void
on_reading(void *arg, struct sensor *sensor)
{
	struct alarms *alarms = arg;

	if (alarms->is_stopped)
		return;
	if (sensor->watch != 0 && watch_is_stale(alarms, sensor))
		staleness_fresh(alarms, sensor);
	threshold_reading(alarms, sensor);
	outage_reading(alarms, sensor);
}

static void
on_stale(void *arg, struct sensor *sensor)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		staleness_stale(alarms, sensor);
}

static void
on_presence(void *arg, struct device *device, enum towerd_presence before)
{
	struct alarms *alarms = arg;

	(void)before;
	if (alarms->is_stopped)
		return;
	reachability_presence(alarms, device);
	staleness_presence(alarms, device);
}

static void
on_fault(void *arg, struct device *device, const struct towerd_fault *fault)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		fault_report(alarms, device, fault);
}

static void
on_fault_sweep(void *arg, struct device *device, int64_t since_ms)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		fault_sweep(alarms, device, since_ms);
}

static void
on_identity(void *arg, struct device *device, const char *ended)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		alarm_identity_change(alarms, device, ended);
}

static void
on_twins(void *arg, const struct identity_twins *twins)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		alarm_identity_twin(alarms, twins);
}

/* Clears what is of the device or sensor `number` (a device's sensors too); of the whole site for 0. */
static void
place_clear(struct alarms *alarms, uint32_t site, uint32_t number, const char *text)
{
	struct place *place = place_of(alarms, site, false);
	struct entry *e, *next;

	if (place == NULL)
		return;
	for (e = LIST_FIRST(&place->entries); e != NULL; e = next) {
		next = LIST_NEXT(e, in_place);
		if (number == 0 || e->alarm.device == number || e->alarm.resource == number)
			(void)entry_clear_now(alarms, e, text);
	}
}

static void
on_retired(void *arg, struct sensor *sensor)
{
	struct alarms *alarms = arg;

	if (alarms->is_stopped)
		return;
	if (sensor->watch != 0 && watch_is_stale(alarms, sensor))
		staleness_fresh(alarms, sensor);
	threshold_forget(alarms, sensor);
	place_clear(alarms, sensor->device->site->entity.number, sensor->entity.number,
	    "the device has no such sensor any more");
}

static void
on_device_removed(void *arg, struct device *device)
{
	struct alarms *alarms = arg;

	if (alarms->is_stopped)
		return;
	for (size_t i = 0; i < device->sensor_count; i++)
		threshold_forget(alarms, device->sensors[i]);
	staleness_device_removed(alarms, device->entity.number);
	place_clear(alarms, device->site->entity.number, device->entity.number,
	    "the device is no longer in the inventory");
	reachability_device_removed(alarms, device);
	correlate_site(alarms, device->site);
}

static void
on_site_removed(void *arg, struct site *site)
{
	struct alarms *alarms = arg;

	if (alarms->is_stopped)
		return;
	for (size_t i = 0; i < site->device_count; i++)
		on_device_removed(alarms, site->devices[i]);
	reachability_site_removed(alarms, site);
	correlate_site_removed(alarms, site);
	place_clear(alarms, site->entity.number, 0, "the site is no longer in the inventory");
	struct place *place = place_of(alarms, site->entity.number, false);
	if (place != NULL && LIST_EMPTY(&place->entries)) {
		table_remove(&alarms->places, &place->by_number);
		free(place);
	}
}

static void
on_site(void *arg, struct site *site, bool is_new)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped && is_new)
		correlate_site(alarms, site);
}

static void
on_paths(void *arg, struct site *site)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		correlate_site(alarms, site);
}

static void
on_member(void *arg, struct group *group, struct site *site, bool is_member)
{
	(void)group;
	(void)is_member;
	on_paths(arg, site);
}

static void
on_device(void *arg, struct device *device, bool is_new)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped && is_new)
		correlate_site(alarms, device->site);
}

/* After a start: each alarm gets hold of what may clear it, or is cleared when nothing can any more. */
static void
adopt(struct alarms *alarms, struct entry *e)
{
	struct entity *entity = model_entity(alarms->model, e->alarm.resource);
	const char *gone = NULL;

	if (e->alarm.resource == ENTITY_AGENT_NUMBER)
		gone = e->alarm.type->is_computed ? "the agent has started anew" : NULL;
	else if (entity == NULL)
		gone = "its resource is no longer in the inventory";
	else if (entity->kind_of == ENTITY_SENSOR)
		gone = threshold_load(alarms, e) ? NULL : "no rule raises it any more";
	else if (strcmp(e->alarm.type->name, "comms/data-stale") == 0)
		gone = staleness_load(alarms, (struct device *)entity) ? NULL
								       : "the device has no sensors any more";
	else if (strcmp(e->alarm.type->name, "comms/identity-changed") == 0)
		gone = alarm_identity_holds(alarms, (struct device *)entity, e->alarm.qualifier)
		    ? NULL
		    : "the ledger of the slot knows nothing of it";
	if (gone != NULL)
		(void)entry_clear_now(alarms, e, gone);
	else
		expiry_start(alarms, e);
}

static void
adopt_all(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	struct entry *e;

	while ((e = order_seek(alarms->by_number, scopes_all(alarms->scopes), at, false, &at)) != NULL)
		adopt(alarms, e);
}

static int
load_error(int rc, char *error, size_t size)
{
	if (error[0] == '\0')
		snprintf(error, size, "cannot load the alarms: %s", strerror(-rc));
	return rc;
}

int
alarms_load(struct alarms *alarms, char *error, size_t size)
{
	struct model_listener listener = {
		.site = on_site,
		.site_removed = on_site_removed,
		.device = on_device,
		.paths = on_paths,
		.member = on_member,
		.retired = on_retired,
		.device_removed = on_device_removed,
		.presence = on_presence,
		.reading = on_reading,
		.stale = on_stale,
		.fault = on_fault,
		.fault_sweep = on_fault_sweep,
		.identity = on_identity,
		.twins = on_twins,
		.arg = alarms,
	};

	error[0] = '\0';
	int rc = alarm_numbers_load(alarms);
	if (rc == 0)
		rc = alarm_models_load(alarms);
	if (rc == 0)
		rc = silences_load(alarms->silences, error, size);
	if (rc == 0)
		rc = alarm_store_load(alarms, error, size);
	if (rc == 0)
		rc = model_listen(alarms->model, &listener);
	if (rc == 0)
		rc = figures_load(alarms);
	if (rc < 0)
		return load_error(rc, error, size);
	/* Only now is the store written to: before, it could only be read. */
	rc = alarm_models_write(alarms);
	if (rc < 0)
		return load_error(rc, error, size);
	alarms->is_loaded = true;
	correlate_load(alarms);
	adopt_all(alarms);
	alarm_identity_load(alarms);
	silenced_start(alarms);
	return doubts_load(alarms);
}

int
alarms_listen(struct alarms *alarms, const struct alarm_listener *listener)
{
	if (alarms->listener_count == LISTENERS_MAX)
		return -ENOSPC;
	alarms->listeners[alarms->listener_count++] = *listener;
	return 0;
}

void
alarms_set_ticket(struct alarms *alarms, uint32_t (*open_at)(void *arg, uint32_t site), void *arg)
{
	alarms->ticket_at = open_at;
	alarms->ticket_arg = arg;
}

int
alarms_add_views(struct alarms *alarms, struct views *views)
{
	static int (*const adders[])(struct alarms * alarms, struct views * views) = { alarm_mib_add,
		alarm_model_mib_add, alarm_variable_mib_add, alarm_clear_mib_add, itu_alarm_mib_add,
		doubt_mib_add, alarm_view_add, audience_view_add, history_view_add, alarm_step_mib_add,
		silence_view_add, arc_mib_add, merit_view_add, proposal_view_add };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(adders) / sizeof(adders[0]); i++)
		rc = adders[i](alarms, views);
	return rc;
}

void
alarms_stats(const struct alarms *alarms, struct alarm_stats *out)
{
	*out = alarms->stats;
}
