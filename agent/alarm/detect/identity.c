/* SPDX-License-Identifier: ISC */
/*
 * comms/identity-changed: another box in a slot, as long as it is news (agent/model/identity.h); and with qualifier "engine-id" or "serial" two slots
 * whose boxes say that they are one, at the first of them. The ledger is what is true: after a start the list is brought in line with it.
 */
#include <stdio.h>
#include <string.h>

#include "agent/alarm/detect/detect.h"
#include "agent/model/identity.h"

static const char type[] = "comms/identity-changed";

void
alarm_identity_change(struct alarms *alarms, struct device *device, const char *ended)
{
	char text[ALARM_TEXT_MAX + 1], changes[ALARM_TEXT_MAX - 40];
	uint32_t number = device->entity.number;

	if (ended != NULL) {
		(void)alarm_clear(alarms, number, type, "", ended, 0);
		return;
	}
	identity_news_text(device, changes, sizeof(changes));
	snprintf(text, sizeof(text), "%s; %s", changes,
	    identity_is_held(device) ? "held: `towerctl device accept`" : "accepted by policy");
	(void)alarm_raise(alarms, number, type, "", 0, text, 0);
}

static void
clear_twin(struct alarms *alarms, const struct device *device, const char *qualifier)
{
	if (device != NULL)
		(void)alarm_clear(
		    alarms, device->entity.number, type, qualifier, "no two slots have it any more", 0);
}

/* Those of whom every reader of the alarm may know: in the area of the slot that it is at, or below it. The rest are others. */
static void
twins_text(const struct identity_twins *twins, char *out, size_t size)
{
	const char *area = twins->devices[0]->site->area;
	const struct device *named[IDENTITY_TWINS];
	size_t count = 0, len = 0;

	for (size_t i = 0; i < twins->count; i++)
		if (area[0] == '\0' || scope_area_covers(area, twins->devices[i]->site->area))
			named[count++] = twins->devices[i];
	bool has_others = twins->more || count < twins->count;
	for (size_t i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s/%s",
		    i == 0                              ? ""
			: i + 1 == count && !has_others ? " and "
							: ", ",
		    named[i]->site->id, named[i]->slot);
	if (len < size)
		len += (size_t)snprintf(out + len, size - len, "%s have one %s",
		    has_others ? " and others" : "", identity_field_names[twins->field]);
	if (len < size && twins->field != IDENTITY_ENGINE_ID) /* nor may all know that */
		snprintf(out + len, size - len, ", %.40s", twins->value);
}

/* The alarm is at the first slot, whichever was there first: so it stays where it is when more come, and after a restart. */
void
alarm_identity_twin(struct alarms *alarms, const struct identity_twins *twins)
{
	const char *qualifier = identity_field_names[twins->field];
	char text[ALARM_TEXT_MAX + 1];

	clear_twin(alarms, twins->left, qualifier);
	clear_twin(alarms, twins->next, qualifier);
	if (twins->count < 2) {
		clear_twin(alarms, twins->devices[0], qualifier);
		return;
	}
	twins_text(twins, text, sizeof(text));
	(void)alarm_raise(alarms, twins->devices[0]->entity.number, type, qualifier, 0, text, 0);
}

/* What stands though the ledger knows nothing of it: the last commits before a crash may be of one side alone. */
bool
alarm_identity_holds(struct alarms *alarms, struct device *device, const char *qualifier)
{
	struct identity_twins twins;

	if (qualifier[0] == '\0')
		return identity_news(device) != NULL;
	for (int f = 0; f < IDENTITY_OWN; f++)
		if (strcmp(identity_field_names[f], qualifier) == 0) {
			identity_twins(alarms->model, device, (enum identity_field)f, &twins);
			return twins.count > 1 && twins.devices[0] == device;
		}
	return false;
}

void
alarm_identity_load(struct alarms *alarms)
{
	struct identity_twins twins;

	for (struct device *device = NULL; (device = identity_next(alarms->model, device)) != NULL;) {
		if (identity_news(device) != NULL)
			alarm_identity_change(alarms, device, NULL);
		for (int f = 0; f < IDENTITY_OWN; f++) {
			identity_twins(alarms->model, device, (enum identity_field)f, &twins);
			if (twins.count > 1 && twins.devices[0] == device)
				alarm_identity_twin(alarms, &twins);
		}
	}
}

void
alarm_identity_operated(struct alarms *alarms, struct entry *entry)
{
	struct device *device = model_device(alarms->model, entry->alarm.resource);

	if (entry->alarm.operator_state != OPERATOR_NONE && device != NULL &&
	    strcmp(entry->alarm.type->name, type) == 0 && entry->alarm.qualifier[0] == '\0')
		identity_seen(alarms->model, device);
}
