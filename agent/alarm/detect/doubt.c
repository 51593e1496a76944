/* SPDX-License-Identifier: ISC */
/*
 * Doubts about what devices say: those of a driver whose own side is broken (its broker, its poll worker), and after a start all until they
 * were heard. A device is counted where it stands, so that one that comes or goes costs the same in any fleet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/detect/detect.h"

#define SETTLE_MS \
	10000 /* a broker that is back at once is no news; and what came back has its faults told by then */
#define START_MAX_MS \
	600000 /* who was not heard for so long is not waited for: each is marked where it stands */

static struct doubt *
counted_by(struct alarms *alarms, const struct device *device)
{
	return device->doubt == 0 ? NULL : &alarms->doubts[device->doubt - 1];
}

/* Where the device belongs now. */
static struct doubt *
wanted(struct alarms *alarms, const struct device *device)
{
	struct doubt *now = counted_by(alarms, device);

	if (device->is_removed || device->is_unwatched || device->presence != TOWERD_PRESENCE_UNKNOWN)
		return NULL;
	if (device->presence_reason != NULL) /* its driver says why it cannot tell */
		return doubt_of(alarms, device->driver);
	return now != NULL && now->is_bounded ? now : NULL;
}

static void
look_soon(struct alarms *alarms, struct doubt *doubt, int64_t ms)
{
	if (deadline_set(alarms->doubt_dues, &doubt->due, loop_now_ms(alarms->loop) + ms) < 0)
		alarms->stats.overflow++;
}

static void
note_reason(struct alarms *alarms, struct doubt *doubt, const struct device *device)
{
	if (doubt->devices > 0) {
		doubt->is_mixed |= strcmp(doubt->said, device->presence_reason) != 0;
		return;
	}
	const char *said = intern_take(alarms->texts, device->presence_reason);
	if (said == NULL)
		return;
	intern_drop(alarms->texts, doubt->said);
	doubt->said = said;
	doubt->is_mixed = false;
}

static void
look(struct alarms *alarms, struct device *device)
{
	struct doubt *from = counted_by(alarms, device), *to = wanted(alarms, device);

	if (from == to)
		return;
	device->doubt = to == NULL ? 0 : (uint8_t)(to - alarms->doubts + 1);
	if (from != NULL && --from->devices == 0)
		look_soon(alarms, from, SETTLE_MS);
	if (to == NULL)
		return;
	note_reason(alarms, to, device);
	if (to->devices++ == 0)
		look_soon(alarms, to, SETTLE_MS);
}

static void
doubt_due(void *arg, struct deadline *deadline)
{
	struct alarms *alarms = arg;
	struct doubt *doubt = LINKED(deadline, struct doubt, due);
	char text[ALARM_TEXT_MAX + 1];

	if (doubt->devices == 0 || (doubt->is_open && doubt->is_bounded)) {
		if (doubt_end(alarms, doubt) < 0)
			look_soon(alarms, doubt, SETTLE_MS);
		return;
	}
	snprintf(text, sizeof(text), "%s: %s%s", doubt->source, doubt->said,
	    doubt->is_mixed ? "; and other reasons" : "");
	doubt_open(alarms, doubt, text);
}

/* All that were loaded: what is held of them is of before the stop. */
static void
count_unheard(struct alarms *alarms, struct doubt *doubt)
{
	uint32_t after = 0;

	for (struct site *site; (site = model_next_site(alarms->model, after)) != NULL;
	     after = site->entity.number)
		for (size_t i = 0; i < site->device_count; i++)
			if (!site->devices[i]->is_removed) {
				site->devices[i]->doubt = (uint8_t)(doubt - alarms->doubts + 1);
				doubt->devices++;
			}
}

static void
on_verdict(void *arg, struct device *device)
{
	struct alarms *alarms = arg;

	if (!alarms->is_stopped)
		look(alarms, device);
}

static void
on_device(void *arg, struct device *device, bool is_new)
{
	(void)is_new;
	on_verdict(arg, device);
}

static int
start_doubt(struct alarms *alarms, struct doubt *doubt)
{
	int64_t copied_ms = store_restored_ms(alarms->store);
	char text[ALARM_TEXT_MAX + 1], when[TOWERD_TIME_TEXT];

	count_unheard(alarms, doubt);
	if (doubt->devices == 0 && copied_ms == 0)
		return doubts_none(alarms);
	if (copied_ms == 0)
		snprintf(text, sizeof(text),
		    "the agent has started: what it lists is of before its stop, until the devices were "
		    "heard");
	else
		snprintf(text, sizeof(text),
		    "restored from a backup of %s: what it lists is of then, until the devices were heard",
		    towerd_time_format(copied_ms, when));
	doubt->is_bounded = true;
	doubt_open(alarms, doubt, text);
	look_soon(alarms, doubt, doubt->devices == 0 ? SETTLE_MS : START_MAX_MS);
	return 0;
}

int
doubts_load(struct alarms *alarms)
{
	const struct model_listener listener = {
		.verdict = on_verdict, .device = on_device, .device_removed = on_verdict, .arg = alarms
	};
	struct doubt *doubt = doubt_of(alarms, store_restored_ms(alarms->store) == 0 ? "start" : "backup");

	alarms->doubt_dues = deadlines_new(alarms->loop, &alarms->owner, doubt_due, alarms);
	if (doubt == NULL || alarms->doubt_dues == NULL)
		return -ENOMEM;
	int rc = model_listen(alarms->model, &listener);
	return rc < 0 ? rc : start_doubt(alarms, doubt);
}

void
doubts_free(struct alarms *alarms)
{
	deadlines_free(alarms->doubt_dues);
}
