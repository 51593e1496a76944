/* SPDX-License-Identifier: ISC */
/* Faults that devices report themselves: raised on the device as it says, as far as the type allows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/alarm/detect/detect.h"
#include "agent/alarm/list/text.h"

#define FAULTS_MAX     256 /* active alarms that one device may have reported */
#define EXPIRES_MAX_MS (366 * INT64_C(86400000))

static void
refuse(struct alarms *alarms, struct device *device, const char *what, const char *type)
{
	char reason[256], name[128];

	snprintf(reason, sizeof(reason), "alarm type \"%s\" %s", text_clean(name, sizeof(name), type), what);
	model_reject(alarms->model, device->entity.number, "alarm", reason);
	alarms->stats.refused++;
}

/* Whether the device has as many alarms of its own report as it may: one that invents qualifiers must not fill the list. */
static bool
is_full(struct alarms *alarms, const struct device *device)
{
	const struct place *place = place_of(alarms, device->site->entity.number, false);
	const struct entry *e;
	unsigned count = 0;

	if (place != NULL)
		for (e = LIST_FIRST(&place->entries); e != NULL; e = LIST_NEXT(e, in_place))
			count += e->alarm.resource == device->entity.number;
	return count >= FAULTS_MAX;
}

/* Told as raised, whether that was news or not. */
static void
fault_heard(struct alarms *alarms, struct entry *e)
{
	if (e == NULL)
		return;
	e->heard_ms = loop_now_ms(alarms->loop);
	expiry_start(alarms, e);
}

void
fault_report(struct alarms *alarms, struct device *device, const struct towerd_fault *fault)
{
	const struct alarm_type *type = fault->type != NULL ? alarm_type_find(fault->type) : NULL;
	char text[ALARM_TEXT_MAX + 1], qualifier[ALARM_QUALIFIER_MAX + 1];
	struct moment moment = moment_now(alarms, fault->device_ms);

	if (type == NULL) {
		refuse(alarms, device,
		    "is not known: types are those of the alarm catalogue, such as site/door-open",
		    fault->type != NULL ? fault->type : "");
		return;
	}
	if (type->is_computed) {
		refuse(alarms, device, "is not for devices to report: the agent finds it out", fault->type);
		return;
	}
	if (fault->severity < 0 || fault->severity > TOWERD_CRITICAL || fault->severity == TOWERD_CLEARED) {
		refuse(alarms, device, "came with a severity that there is not", fault->type);
		return;
	}
	text_of_device(qualifier, sizeof(qualifier), fault->qualifier != NULL ? fault->qualifier : "");
	text_of_device(text, sizeof(text), fault->text != NULL ? fault->text : "");
	struct entry *e = entry_find(alarms, device->entity.number, type, qualifier);
	if (fault->is_raised && e == NULL && is_full(alarms, device)) {
		refuse(
		    alarms, device, "is one too many: the device has 256 active alarms already", fault->type);
		return;
	}
	if (fault->is_raised) {
		moment.expires_ms = fault->expires_ms <= 0 ? 0
		    : fault->expires_ms < EXPIRES_MAX_MS   ? fault->expires_ms
							   : EXPIRES_MAX_MS;
		moment.is_hint = fault->is_hint;
		/* A severity that the type does not use becomes the next one that it does: a device need not know our ladders. */
		(void)raise_at(alarms, device->entity.number, type->name, qualifier,
		    alarm_type_severity(type, fault->severity), text[0] != '\0' ? text : type->description,
		    &moment);
		fault_heard(alarms, entry_find(alarms, device->entity.number, type, qualifier));
		return;
	}
	if (e != NULL)
		(void)entry_clear(
		    alarms, e, text[0] != '\0' ? text : "the device says that it is over", &moment);
}

void
fault_sweep(struct alarms *alarms, const struct device *device, int64_t since_ms)
{
	struct place *place = place_of(alarms, device->site->entity.number, false);
	struct entry *e, *next;

	for (e = place != NULL ? LIST_FIRST(&place->entries) : NULL; e != NULL; e = next) {
		next = LIST_NEXT(e, in_place);
		if (fault_is(&e->alarm) && e->alarm.device == device->entity.number && e->expires_ms == 0 &&
		    e->heard_ms < since_ms)
			(void)entry_clear_now(alarms, e, "nothing reports it any more");
	}
}
