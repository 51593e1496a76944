/* SPDX-License-Identifier: ISC */
/* Why an alarm is as it is: the chain from observation to announcement, each link as the agent knows it. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/detect/detect.h"
#include "agent/model/identity.h"

#define SITES_NAMED 6 /* of those that an alarm's consequences are at */

struct teller {
	void (*line)(void *arg, const char *text);
	void *arg;
	const struct scope *scope; /* of the reader */
};

static void __attribute__((format(printf, 2, 3))) say(const struct teller *t, const char *format, ...)
{
	char text[768];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	t->line(t->arg, text);
}

static void
explain_silence(const struct alarms *alarms, const struct alarm *a, const struct teller *t)
{
	struct device *device = model_device(alarms->model, a->resource);
	char since[TOWERD_TIME_TEXT], hold[TOWERD_TIME_TEXT];

	if (device != NULL)
		say(t, "observed: presence of %s is %s since %s", device->slot,
		    presence_names[device->presence], towerd_time_format(device->presence_since_ms, since));
	say(t, "rule: a device must be unreachable for %s; when all of a site are, the alarm is at the site",
	    towerd_duration_format(alarms->settings.unreachable_ms, hold));
}

static void
explain_identity(const struct alarms *alarms, const struct alarm *a, const struct teller *t)
{
	const struct device *device = model_device(alarms->model, a->resource);

	say(t, "observed: the slot's ledger, `towerctl device show %s/%s`",
	    device != NULL ? device->site->id : "", device != NULL ? device->slot : "");
	if (a->qualifier[0] != '\0')
		say(t, "rule: cleared when no two slots have it any more");
	else if (device != NULL && identity_is_held(device))
		say(t, "rule: held until `towerctl device accept`, or until the box from before is back");
	else
		say(t,
		    "rule: accepted by policy; cleared by an acknowledgement, by time, or when the box from "
		    "before is "
		    "back");
}

static void
explain_fault(const struct alarms *alarms, const struct entry *e, const struct teller *t)
{
	const struct device *device = model_device(alarms->model, e->alarm.device);
	char since[TOWERD_TIME_TEXT], hold[TOWERD_TIME_TEXT];

	say(t, "observed: %s/%s reported it itself", e->site_id, e->slot);
	if (device != NULL && device->presence != TOWERD_PRESENCE_REACHABLE)
		say(t, "not confirmed: presence of %s is %s since %s; held true until it says otherwise",
		    e->slot, presence_names[device->presence],
		    towerd_time_format(device->presence_since_ms, since));
	if (e->expires_ms > 0)
		say(t, "rule: nothing takes it back; it ends %s after it was told last",
		    towerd_duration_format(e->expires_ms, hold));
}

static void
explain_observation(const struct alarms *alarms, const struct entry *e, const struct teller *t)
{
	const struct alarm *a = &e->alarm;
	const struct entity *entity = model_entity(alarms->model, a->resource);

	if (entity != NULL && entity->kind_of == ENTITY_SENSOR)
		threshold_explain(alarms, e, t->line, t->arg);
	else if (strcmp(a->type->name, "comms/device-unreachable") == 0 ||
	    strcmp(a->type->name, "comms/site-unreachable") == 0)
		explain_silence(alarms, a, t);
	else if (strcmp(a->type->name, "comms/identity-changed") == 0)
		explain_identity(alarms, a, t);
	else if (a->device != 0 && !a->type->is_computed)
		explain_fault(alarms, e, t);
}

static void
explain_times(const struct alarm *a, const struct teller *t)
{
	char raised[TOWERD_TIME_TEXT], received[TOWERD_TIME_TEXT], claimed[TOWERD_TIME_TEXT];

	say(t, "raised: alarm %" PRIu64 ", %s; it began at %s, the agent heard of it at %s", a->number,
	    a->text, towerd_time_format(a->raised_ms, raised), towerd_time_format(a->received_ms, received));
	if (a->claimed_ms > 0 && a->claimed_ms < INT64_C(253402300800000) && a->claimed_ms != a->raised_ms)
		say(t, "time: the device says %s, which is too far from the agent's clock to be believed",
		    towerd_time_format(a->claimed_ms, claimed));
}

/* Each step as it was taken, the oldest first. */
static void
explain_steps(const struct alarms *alarms, const struct entry *e, const struct teller *t)
{
	char when[TOWERD_TIME_TEXT], words[STEP_TEXT_MAX + 1];

	for (unsigned i = e->steps.count; i > 0; i--) {
		const struct step *s = step_at(e, i - 1);
		say(t, "%s %s", towerd_time_format(s->time_ms, when),
		    step_format(alarms, s, t->scope, words, sizeof(words)));
	}
}

/* The sites that an alarm's consequences are at: how many, and the first of them by name. */
struct impact {
	const struct entry *effects[EFFECTS_MAX];
	size_t count;
};

static void
impact_add(void *arg, const struct entry *effect)
{
	struct impact *impact = arg;

	impact->effects[impact->count++] = effect;
}

static int
by_site(const void *a, const void *b)
{
	return strcmp((*(const struct entry *const *)a)->site_id, (*(const struct entry *const *)b)->site_id);
}

static void
explain_effects(const struct entry *e, const struct teller *t)
{
	struct impact *impact = calloc(1, sizeof(*impact));
	char names[256] = "";
	size_t sites = 0;

	if (impact == NULL)
		return;
	effects_each(e, t->scope, impact_add, impact);
	qsort(impact->effects, impact->count, sizeof(impact->effects[0]), by_site);
	for (size_t i = 0; i < impact->count; i++) {
		const char *id = impact->effects[i]->site_id;
		if (id[0] == '\0' || (i > 0 && strcmp(id, impact->effects[i - 1]->site_id) == 0))
			continue;
		size_t used = strlen(names);
		if (++sites <= SITES_NAMED)
			snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "", id);
	}
	if (impact->count > 0)
		say(t,
		    "consequences: %zu active alarms at %zu sites are kept back while this one is told: %s%s",
		    impact->count, sites, names, sites > SITES_NAMED ? ", …" : "");
	free(impact);
}

/* From an alarm to its root, and how much hangs below. */
static void
explain_causes(const struct entry *e, const struct teller *t)
{
	unsigned depth = 0;

	for (const struct entry *c = e->cause; c != NULL && depth < CAUSES_DEEP; c = c->cause, depth++)
		if (scope_has_entity(t->scope, c->alarm.resource))
			say(t, "%s: alarm %" PRIu64 ", %s at %s%s%s: %s",
			    c->cause == NULL ? "root cause" : "caused by", c->alarm.number,
			    c->alarm.type->name, c->site_id,
			    c->site_id[0] != '\0' && c->slot[0] != '\0' ? "/" : "", c->slot, c->alarm.text);
		else
			say(t, "%s: an alarm outside your areas",
			    c->cause == NULL ? "root cause" : "caused by");
	if (e->alarm.consequences > 0)
		explain_effects(e, t);
}

/* What each audience holds, and if it is not what is, why. */
static void
explain_telling(const struct alarms *alarms, const struct entry *e, const struct teller *t)
{
	const struct alarm *a = &e->alarm;

	for (unsigned i = 0; i < alarms->audience_count; i++) {
		const struct told *told = told_at(e, i);
		const char *name = alarms->audiences[i].name;
		if (told->severity == a->severity)
			say(t, "told: %s holds %s since record %" PRIu64, name,
			    alarm_severity_names[a->severity], told->journal);
		else if (a->severity == TOWERD_CLEARED && told->severity == 0)
			continue;
		else
			say(t, "not told: %s holds %s: %s", name,
			    told->severity != 0 ? alarm_severity_names[told->severity] : "nothing",
			    settle_reason(alarms, e, i));
	}
}

int
alarm_explain(const struct alarms *alarms, uint64_t number, const struct scope *scope,
    void (*line)(void *arg, const char *text), void *arg)
{
	const struct entry *e = entry_at(alarms, number);
	struct teller t = { .line = line, .arg = arg, .scope = scope };
	char when[TOWERD_TIME_TEXT];

	if (e == NULL || !scope_has_entity(scope, e->alarm.resource))
		return -ENOENT;
	const struct alarm *a = &e->alarm;
	if (a->severity > TOWERD_CLEARED)
		explain_observation(alarms, e, &t);
	explain_times(a, &t);
	say(&t, "changed: %s to %s at %s", alarm_severity_names[a->previous],
	    alarm_severity_names[a->severity], towerd_time_format(a->changed_ms, when));
	explain_causes(e, &t);
	explain_steps(alarms, e, &t);
	if (e->is_unwritten)
		say(&t,
		    "journal: its record was lost while the disk failed; it is written anew when the disk is "
		    "back");
	else
		say(&t, "journal: record %" PRIu64 ", %s", a->journal_number,
		    a->is_durable ? "durable" : "not durable yet");
	explain_telling(alarms, e, &t);
	if (a->operator_name != NULL)
		say(&t, "operator: %s by %s at %s", operator_state_names[a->operator_state], a->operator_name,
		    towerd_time_format(a->operator_ms, when));
	return 0;
}
