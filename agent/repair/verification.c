/* SPDX-License-Identifier: ISC */
/*
 * Is a claim of "restored" true? The site must be reachable, with no alarm at or above major, for the soak time. An alarm during the soak
 * refutes the claim at once; a device that is not heard for a moment only starts the soak anew. A claim not proven within
 * the limit is refused. Both clocks start anew with the agent, which saw nothing while it was down.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/repair/inside.h"

#define CHECK_AGAIN_MS 30000 /* when the disk refused the verdict */

struct verification {
	struct repair *repair;
	uint32_t ticket;
	struct loop_timer *timer;
	int64_t limit_ms;      /* monotonic */
	int64_t well_since_ms; /* monotonic; -1: the site is not well */
	bool
	    is_refuted; /* an alarm came during the soak: so it stays, while the disk cannot record it and the site is not well */
	bool is_decided;                 /* a verdict is on its way */
	char why[TICKET_REASON_MAX / 2]; /* the site is not well; "": it is */
};

struct gathering {
	char *text;
	size_t size, len;
	unsigned more;
};

/* Names are listed as far as there is room, the rest is counted. */
static void __attribute__((format(printf, 2, 3))) gather(struct gathering *g, const char *format, ...)
{
	const size_t reserve = 24; /* for "and 4294967295 more" */
	va_list ap;

	va_start(ap, format);
	char item[128];
	vsnprintf(item, sizeof(item), format, ap);
	va_end(ap);
	size_t need = strlen(item) + (g->len > 0 ? 2 : 0);
	if (g->more > 0 || g->len + need + reserve >= g->size) {
		g->more++;
		return;
	}
	g->len += (size_t)snprintf(g->text + g->len, g->size - g->len, "%s%s", g->len > 0 ? ", " : "", item);
}

/* Overdue tickets and their like are about the repair, not about the site. */
static bool
is_about_repair(const struct alarm *alarm)
{
	return strncmp(alarm->type->name, "repair/", 7) == 0;
}

static int
gather_alarm(void *arg, const struct alarm *alarm)
{
	if (alarm->severity >= TOWERD_MAJOR && !is_about_repair(alarm))
		gather(arg, "%s%s%s", alarm->type->name, alarm->qualifier[0] != '\0' ? ":" : "",
		    alarm->qualifier);
	return 0;
}

/*
 * What keeps the site from being well, "" when nothing does. A device counts when it ever answered: what is planned and
 * not yet installed does not keep a ticket open. True when an alarm is among the reasons.
 */
static bool
find_unwell(const struct repair *repair, const struct site *site, char *why, size_t size, bool *is_monitored)
{
	struct gathering g = { why, size, 0, 0 };
	size_t devices = 0, reachable = 0;

	why[0] = '\0';
	bool has_alarm = alarms_worst(repair->alarms, site, is_about_repair) >= TOWERD_MAJOR;
	if (has_alarm)
		alarms_each_at(repair->alarms, site, gather_alarm, &g);
	for (size_t i = 0; i < site->device_count; i++) {
		const struct device *device = site->devices[i];
		if (device->is_removed)
			continue;
		devices++;
		if (device->presence == TOWERD_PRESENCE_REACHABLE)
			reachable++;
		else if (device->last_seen_ms > 0)
			gather(&g, "%s does not answer", device->slot);
	}
	if (reachable == 0 && g.len == 0 && devices > 0)
		gather(&g, "no device has answered yet");
	if (g.more > 0)
		snprintf(why + g.len, size - g.len, " and %u more", g.more);
	*is_monitored = devices > 0;
	return has_alarm;
}

static void
verdict_answered(void *arg, const struct ticket_answer *answer)
{
	struct repair *repair = arg;
	struct slot *slot = slot_at(repair, answer->ticket);

	if (slot == NULL || slot->verification == NULL)
		return; /* decided: this way, or by a person in the meantime */
	slot->verification->is_decided = false;
	loop_timer_start(slot->verification->timer, CHECK_AGAIN_MS);
}

static void
decide(struct slot *slot, enum ticket_event event, const char *note)
{
	struct verification *v = slot->verification;
	struct ticket_step step = {
		.ticket = slot->number, .event = event, .by = BY_AGENT, .actor = "agent", .note = note
	};

	v->is_decided = true;
	if (ticket_step(v->repair, &step, verdict_answered, v->repair) < 0) {
		v->is_decided = false;
		loop_timer_start(v->timer, CHECK_AGAIN_MS);
	}
}

static void
refute(struct slot *slot, const char *when)
{
	char note[TICKET_REASON_MAX];

	snprintf(note, sizeof(note), "%s: %s", when, slot->verification->why);
	decide(slot, EV_STILL_DOWN, note);
}

static void
check_well(struct slot *slot, int64_t now_ms)
{
	struct verification *v = slot->verification;
	int64_t soak_ms = v->repair->settings.soak_ms;

	v->is_refuted = false;
	if (v->well_since_ms < 0) {
		v->well_since_ms = now_ms;
		slot->durable->verify_until_ms = loop_utc_ms(v->repair->loop) + soak_ms;
	}
	if (now_ms - v->well_since_ms >= soak_ms)
		decide(slot, EV_VERIFIED, NULL);
	else
		loop_timer_start(v->timer, v->well_since_ms + soak_ms - now_ms);
}

static void
check_unwell(struct slot *slot, int64_t now_ms, bool has_alarm)
{
	struct verification *v = slot->verification;
	bool was_well = v->well_since_ms >= 0;

	v->well_since_ms = -1;
	slot->durable->verify_until_ms = 0;
	v->is_refuted |= was_well && has_alarm;
	if (v->is_refuted)
		refute(slot, "it did not last");
	else if (now_ms >= v->limit_ms)
		refute(slot, "not well in time");
	else
		loop_timer_start(v->timer, v->limit_ms - now_ms);
}

void
verification_check(struct slot *slot)
{
	struct verification *v = slot->verification;
	bool is_monitored = false;

	if (v == NULL || v->is_decided)
		return;
	int64_t now_ms = loop_now_ms(v->repair->loop);
	const struct site *site = model_site_of(v->repair->model, slot->durable->site);
	bool has_alarm = site != NULL && find_unwell(v->repair, site, v->why, sizeof(v->why), &is_monitored);
	if (!is_monitored) {
		/* Silence proves nothing: a person must say so. */
		snprintf(v->why, sizeof(v->why), "nothing is monitored at %s: an operator must attest",
		    slot->durable->site_id);
		v->well_since_ms = -1;
		slot->durable->verify_until_ms = 0;
		loop_timer_stop(v->timer);
		return;
	}
	if (v->why[0] == '\0')
		check_well(slot, now_ms);
	else
		check_unwell(slot, now_ms, has_alarm);
}

static void
timer_rings(void *arg)
{
	struct verification *v = arg;
	verification_check(slot_at(v->repair, v->ticket));
}

int
verification_begin(struct repair *repair, struct slot *slot)
{
	if (slot->verification != NULL)
		return 0;
	struct verification *v = calloc(1, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	v->timer = loop_timer_new(repair->loop, &repair->owner, timer_rings, v);
	if (v->timer == NULL) {
		free(v);
		return -ENOMEM;
	}
	v->repair = repair;
	v->ticket = slot->number;
	v->limit_ms = loop_now_ms(repair->loop) + repair->settings.verify_limit_ms;
	v->well_since_ms = -1;
	slot->verification = v;
	slot->durable->waits_for = v->why;
	loop_timer_start(v->timer, 0); /* the first check: not from inside the commit */
	return 0;
}

void
verification_end(struct slot *slot)
{
	struct verification *v = slot->verification;

	if (v == NULL)
		return;
	slot->verification = NULL;
	slot->durable->waits_for = "";
	loop_timer_free(v->timer);
	free(v);
}

/* What wakes it. */

static void
site_changed(struct repair *repair, const struct site *site)
{
	struct slot *slot, *next;

	if (site == NULL || site->open_tickets == 0)
		return;
	struct slots_at_site *chain = slots_near(repair, site->entity.number);
	for (slot = LIST_FIRST(chain); slot != NULL; slot = next) {
		next = LIST_NEXT(slot, at_site);
		if (slot->durable->site == site->entity.number)
			verification_check(slot);
	}
}

static void
on_presence(void *arg, struct device *device, enum towerd_presence before)
{
	(void)before;
	site_changed(arg, device->site);
}

static void
on_device_removed(void *arg, struct device *device)
{
	site_changed(arg, device->site);
}

static void
on_device(void *arg, struct device *device, bool is_new)
{
	(void)is_new;
	site_changed(arg, device->site);
}

static void
on_site_removed(void *arg, struct site *site)
{
	site_changed(arg, site);
}

/* A site that came back finds its tickets again. */
static void
on_site(void *arg, struct site *site, bool is_new)
{
	struct repair *repair = arg;

	if (is_new)
		slots_count(repair, site);
	site_changed(repair, site);
}

static void
on_alarm(void *arg, const struct towerd_record *record)
{
	struct repair *repair = arg;

	if (record->alarm != NULL && record->alarm->site[0] != '\0')
		site_changed(repair, model_site(repair->model, record->alarm->site));
}

int
verification_listen(struct repair *repair)
{
	const struct model_listener model = { .site = on_site,
		.site_removed = on_site_removed,
		.device = on_device,
		.device_removed = on_device_removed,
		.presence = on_presence,
		.arg = repair };
	const struct alarm_listener alarms = { .told = on_alarm, .arg = repair };

	int rc = model_listen(repair->model, &model);
	return rc < 0 ? rc : alarms_listen(repair->alarms, &alarms);
}
