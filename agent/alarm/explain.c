/* SPDX-License-Identifier: ISC */
/* Why an alarm is as it is: the chain from observation to announcement, each link as the agent knows it. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"
#include "agent/model/identity.h"

struct teller {
	void (*line)(void *arg, const char *text);
	void *arg;
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

static void
explain_telling(const struct entry *e, const struct teller *t)
{
	const struct alarm *a = &e->alarm;

	if (a->told_severity == a->severity)
		say(t, "told: listeners were given %s", alarm_severity_names[a->severity]);
	else
		say(t,
		    "not told yet: within two seconds of another transition of the same model and resource; "
		    "told when that time is "
		    "over (listeners hold %s)",
		    alarm_severity_names[a->told_severity]);
}

int
alarm_explain(
    const struct alarms *alarms, uint64_t number, void (*line)(void *arg, const char *text), void *arg)
{
	const struct entry *e = order_get(alarms->by_number, alarm_number_key(number));
	struct teller t = { .line = line, .arg = arg };
	char when[TOWERD_TIME_TEXT];

	if (e == NULL || e->alarm.number != number)
		return -ENOENT;
	const struct alarm *a = &e->alarm;
	explain_observation(alarms, e, &t);
	explain_times(a, &t);
	say(&t, "changed: %s to %s at %s", alarm_severity_names[a->previous],
	    alarm_severity_names[a->severity], towerd_time_format(a->changed_ms, when));
	if (e->is_unwritten)
		say(&t,
		    "journal: its record was lost while the disk failed; it is written anew when the disk is "
		    "back");
	else
		say(&t, "journal: record %" PRIu64 ", %s", a->journal_number,
		    a->is_durable ? "durable" : "not durable yet");
	explain_telling(e, &t);
	if (a->acked_by != NULL)
		say(&t, "acknowledged: by %s at %s", a->acked_by, towerd_time_format(a->acked_ms, when));
	return 0;
}
