/* SPDX-License-Identifier: ISC */
/*
 * Devices that should answer and do not. A device is silent for the hold time before it is an alarm. When all devices of a site are silent,
 * there is one alarm at the site and none at its devices: the site is the cause. Presence "unknown" (our own side is broken) changes
 * nothing: what was held true stays true until there is a sign of life.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/alarm/detect/detect.h"
#include "agent/alarm/list/text.h"

static const char device_type[] = "comms/device-unreachable", site_type[] = "comms/site-unreachable";

struct silent_device {
	LIST_ENTRY(silent_device) next;
	uint32_t device;
	int64_t due_ms; /* monotonic: silent for long enough from then on */
	struct moment since;
};

/* A site with silent devices, made with the first, gone with the last. */
struct silent_site {
	struct link by_number;
	struct alarms *alarms;
	uint32_t site;
	LIST_HEAD(, silent_device) devices;
	struct loop_timer *timer;
};

static struct silent_site *
silent_site_find(const struct alarms *alarms, uint32_t site)
{
	uint64_t hash = hash_number(site);
	for (struct link *l = table_first(&alarms->silent_sites, hash); l != NULL; l = table_next(l))
		if (LINKED(l, struct silent_site, by_number)->site == site)
			return LINKED(l, struct silent_site, by_number);
	return NULL;
}

static struct silent_device *
silent_device_find(const struct silent_site *s, uint32_t device)
{
	struct silent_device *d;

	if (s != NULL)
		for (d = LIST_FIRST(&s->devices); d != NULL; d = LIST_NEXT(d, next))
			if (d->device == device)
				return d;
	return NULL;
}

bool
reachability_is_silent(const struct alarms *alarms, const struct device *device)
{
	return device->presence == TOWERD_PRESENCE_UNREACHABLE ||
	    alarm_find(alarms, device->entity.number, device_type, "") != NULL ||
	    alarm_find(alarms, device->site->entity.number, site_type, "") != NULL;
}

static void
silent_site_free(struct silent_site *s)
{
	struct silent_device *d;

	while ((d = LIST_FIRST(&s->devices)) != NULL) {
		LIST_REMOVE(d, next);
		free(d);
	}
	loop_timer_free(s->timer);
	free(s);
}

static void
silent_site_drop(struct alarms *alarms, struct silent_site *s)
{
	table_remove(&alarms->silent_sites, &s->by_number);
	silent_site_free(s);
}

static void
clear_by_type(struct alarms *alarms, uint32_t resource, const char *type, const char *text)
{
	struct entry *e = entry_find(alarms, resource, alarm_type_find(type), "");
	if (e != NULL)
		(void)entry_clear_now(alarms, e, text);
}

static void
raise_device(struct alarms *alarms, const struct device *device, const struct silent_device *d)
{
	char text[ALARM_TEXT_MAX + 1], reason[128] = "";

	if (device->presence_reason != NULL && device->presence_reason[0] != '\0')
		text_of_device(reason, sizeof(reason), device->presence_reason);
	snprintf(text, sizeof(text), "%s does not answer%s%s", device->slot, reason[0] != '\0' ? ": " : "",
	    reason);
	(void)raise_at(alarms, device->entity.number, device_type, "", 0, text, &d->since);
}

/* The silence of a site begins with that of its last device. */
static const struct moment *
site_since(const struct silent_site *s)
{
	const struct silent_device *d, *last = LIST_FIRST(&s->devices);

	for (d = LIST_FIRST(&s->devices); d != NULL; d = LIST_NEXT(d, next))
		if (d->since.ours_ms > last->since.ours_ms)
			last = d;
	return &last->since;
}

/* The last device has been silent for long enough: one alarm at the site. Those of its devices that stand stay, as its consequences. */
static void
raise_site(struct alarms *alarms, const struct site *site, const struct silent_site *s)
{
	char text[ALARM_TEXT_MAX + 1];

	snprintf(text, sizeof(text), "none of its %zu device%s answers", site->device_count,
	    site->device_count == 1 ? "" : "s");
	(void)raise_at(alarms, site->entity.number, site_type, "", 0, text, site_since(s));
}

static bool
is_all_silent(const struct site *site)
{
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed &&
		    site->devices[i]->presence != TOWERD_PRESENCE_UNREACHABLE)
			return false;
	return site->device_count > 0;
}

static void silent_site_due(void *arg);

/* Raises what is due; waits for what is not. Costs O(the site's devices). */
static void
silent_site_settle(struct alarms *alarms, struct silent_site *s)
{
	struct site *site = model_site_of(alarms->model, s->site);
	int64_t now = loop_now_ms(alarms->loop), next = 0;
	const struct silent_device *d;

	if (site == NULL || LIST_EMPTY(&s->devices)) {
		silent_site_drop(alarms, s);
		return;
	}
	bool is_down = alarm_find(alarms, s->site, site_type, "") != NULL;
	bool all = !is_down && is_all_silent(site);
	if (all)
		correlate_silent(alarms, site, site_since(s)->ours_ms);
	else
		correlate_answers(alarms, site);
	for (d = LIST_FIRST(&s->devices); d != NULL; d = LIST_NEXT(d, next)) {
		if (d->due_ms > now)
			next = next == 0 || d->due_ms < next ? d->due_ms : next;
		else if (!is_down && !all) {
			struct device *device = model_device(alarms->model, d->device);
			/* It may have become unknown meanwhile, which is no proof of silence. */
			if (device != NULL && device->presence == TOWERD_PRESENCE_UNREACHABLE)
				raise_device(alarms, device, d);
		}
	}
	/* While all are silent, nobody speaks before the last one's hold is over: then it is the site. */
	if (all && next == 0)
		raise_site(alarms, site, s);
	if (next == 0)
		return;
	if (s->timer == NULL)
		s->timer = loop_timer_new(alarms->loop, &alarms->owner, silent_site_due, s);
	if (s->timer != NULL)
		loop_timer_start(s->timer, next - now);
}

static void
silent_site_due(void *arg)
{
	struct silent_site *s = arg;
	silent_site_settle(s->alarms, s);
}

static struct silent_site *
silent_site_make(struct alarms *alarms, uint32_t site)
{
	struct silent_site *s = silent_site_find(alarms, site);

	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL || table_insert(&alarms->silent_sites, hash_number(site), &s->by_number) < 0) {
		free(s);
		return NULL;
	}
	s->alarms = alarms;
	s->site = site;
	return s;
}

static void
site_ask(struct alarms *alarms, const struct site *site, enum towerd_presence presence)
{
	for (size_t i = 0; i < site->device_count; i++)
		if (!site->devices[i]->is_removed && site->devices[i]->presence == presence)
			(void)model_ask(alarms->model, site->devices[i]->entity.number);
}

static void
device_silent(struct alarms *alarms, struct device *device)
{
	struct silent_site *s = silent_site_make(alarms, device->site->entity.number);
	struct silent_device *d = silent_device_find(s, device->entity.number);

	if (s == NULL)
		goto lost;
	if (d == NULL) {
		d = calloc(1, sizeof(*d));
		if (d == NULL)
			goto lost;
		d->device = device->entity.number;
		d->due_ms = loop_now_ms(alarms->loop) + alarms->settings.unreachable_ms;
		d->since = moment_now(alarms, 0);
		LIST_INSERT_HEAD(&s->devices, d, next);
	}
	/* Is it the site? The others are asked now, and not when their turn comes. */
	site_ask(alarms, device->site, TOWERD_PRESENCE_REACHABLE);
	silent_site_settle(alarms, s);
	return;
lost:
	alarms->stats.overflow++;
}

static void
device_forget(struct alarms *alarms, struct silent_site *s, uint32_t device)
{
	struct silent_device *d = silent_device_find(s, device);

	if (d != NULL) {
		LIST_REMOVE(d, next);
		free(d);
	}
	if (s == NULL)
		return;
	const struct site *site = model_site_of(alarms->model, s->site);
	if (site != NULL)
		correlate_answers(alarms, site);
	if (LIST_EMPTY(&s->devices))
		silent_site_drop(alarms, s);
}

static void
device_answers(struct alarms *alarms, struct device *device)
{
	uint32_t site = device->site->entity.number;
	bool was_down = alarm_find(alarms, site, site_type, "") != NULL;
	char text[ALARM_TEXT_MAX + 1];
	struct silent_device *d;

	snprintf(text, sizeof(text), "%s answers again", device->slot);
	clear_by_type(alarms, device->entity.number, device_type, text);
	clear_by_type(alarms, site, site_type, text);
	device_forget(alarms, silent_site_find(alarms, site), device->entity.number);
	struct silent_site *s = silent_site_find(alarms, site);
	if (s == NULL)
		return;
	/* The site is back: its other devices get the time to come back too, before each is an alarm of its own. */
	if (was_down) {
		site_ask(alarms, device->site, TOWERD_PRESENCE_UNREACHABLE);
		for (d = LIST_FIRST(&s->devices); d != NULL; d = LIST_NEXT(d, next))
			d->due_ms = loop_now_ms(alarms->loop) + alarms->settings.unreachable_ms;
	}
	silent_site_settle(alarms, s);
}

void
reachability_presence(struct alarms *alarms, struct device *device)
{
	switch ((enum towerd_presence)device->presence) {
	case TOWERD_PRESENCE_REACHABLE:
		device_answers(alarms, device);
		break;
	case TOWERD_PRESENCE_UNREACHABLE:
		device_silent(alarms, device);
		break;
	case TOWERD_PRESENCE_UNKNOWN:
		device_forget(
		    alarms, silent_site_find(alarms, device->site->entity.number), device->entity.number);
		break;
	}
}

/* Its own alarms are cleared by whoever clears a resource's; here the site is judged anew without it. */
void
reachability_device_removed(struct alarms *alarms, struct device *device)
{
	struct site *site = device->site;
	size_t left = 0;

	device_forget(alarms, silent_site_find(alarms, site->entity.number), device->entity.number);
	for (size_t i = 0; i < site->device_count; i++)
		left += !site->devices[i]->is_removed && site->devices[i] != device;
	if (left == 0)
		clear_by_type(alarms, site->entity.number, site_type, "the site has no devices any more");
	struct silent_site *s = silent_site_find(alarms, site->entity.number);
	if (s != NULL)
		silent_site_settle(alarms, s);
}

void
reachability_hub(struct alarms *alarms, const struct site *hub)
{
	uint32_t number = hub->entity.number;
	char text[ALARM_TEXT_MAX + 1];

	if (!correlation_infers(alarms, number)) {
		for (size_t i = 0; i < hub->device_count; i++)
			if (!hub->devices[i]->is_removed)
				return; /* it speaks for itself */
		clear_by_type(alarms, number, site_type, "a site that depends on it alone answers");
		return;
	}
	if (alarm_find(alarms, number, site_type, "") != NULL)
		return;
	snprintf(text, sizeof(text), "none of the sites that depend on it alone answers");
	struct moment now = moment_now(alarms, 0);
	(void)raise_at(alarms, number, site_type, "", 0, text, &now);
}

void
reachability_site_removed(struct alarms *alarms, const struct site *site)
{
	struct silent_site *s = silent_site_find(alarms, site->entity.number);

	if (s != NULL)
		silent_site_drop(alarms, s);
}

void
reachability_free(struct alarms *alarms)
{
	struct link *l;

	while ((l = table_pop(&alarms->silent_sites)) != NULL)
		silent_site_free(LINKED(l, struct silent_site, by_number));
	table_fini(&alarms->silent_sites);
}
