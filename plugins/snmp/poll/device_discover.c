/* SPDX-License-Identifier: ISC */
/* What a device consists of: found out, told to the agent, and polled from then on. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poll/device_inside.h"
#include "plugins/snmp/poll/device_tell.h"

#define MISSING_MS \
	360000 /* until a device that lacks sensors it had is looked at again (towerd_sensors_keep()) */
#define LOST_TIMES      10   /* intervals until a discovery that failed is tried again */
#define ASK_MS          500  /* the agent may be reserving numbers on the disk: it is asked again, … */
#define ASK_STEPS       7    /* … the pause doubling so often */
#define LOOKING_MAX     512  /* discoveries at a time, of some tens of kilobytes each; … */
#define LATER_MS        500  /* … the others come a little later */
#define GIVE_BACK_AFTER 1000 /* discoveries */

void
device_tell_plan(struct device *device)
{
	/* A budget's interval creeps: the plan is not told again for each step. */
	device->expected_ms =
	    device->paced_ms > device->interval_ms ? device->paced_ms * 5 / 4 : device->interval_ms;
	tell_plan(device->poller, device->number, device->generation, poll_plan(device->poll),
	    device->interval_ms, device->expected_ms);
}

void
device_ask_numbers(struct device *device)
{
	device_tell_plan(device);
	device_schedule(device, (int64_t)ASK_MS << device->ask_steps);
	if (device->ask_steps < ASK_STEPS)
		device->ask_steps++;
}

/* Half of the time is chance: devices that were found together are not looked at together for ever. */
static int64_t
next_discovery(const struct device *device)
{
	int64_t period_ms = device->poller->config->discovery_ms;
	return device_now_ms(device) + period_ms - arc4random_uniform((uint32_t)(period_ms / 2));
}

/* A plan that it has holds on: a box that was asked at a bad moment goes on being polled. */
static void
discovery_failed(struct device *device, const char *reason)
{
	int64_t again_ms = device->interval_ms * LOST_TIMES;

	device_reject(device, "profile", reason);
	if (device->poll != NULL && poll_has_numbers(device->poll)) {
		device->discover_ms = device_now_ms(device) + again_ms;
		device_proceed(device);
	} else {
		device_schedule(device, again_ms);
	}
}

static void
tell_identity(struct device *device, struct discovery *d, const struct profile_plan *plan)
{
	tell_attribute(device->poller, device->number, "profile", discovery_profile(d));
	for (size_t i = 0; i < DISCOVERY_ATTRIBUTES; i++) {
		char text[256];
		if (discovery_attribute(d, i, text, sizeof(text)) > 0)
			tell_attribute(device->poller, device->number, discovery_attribute_name(i), text);
	}
	for (size_t i = 0; i < plan->attribute_count; i++)
		tell_attribute(
		    device->poller, device->number, plan->attributes[i].name, plan->attributes[i].text);
}

static void
discovery_done(struct device *device, struct discovery *d)
{
	struct profile_plan *plan;
	struct poll *poll = NULL;
	char reason[256];

	(void)discovery_box(d);
	if (discovery_trouble(d)[0] != '\0')
		device_reject(device, "walk", discovery_trouble(d));
	if (discovery_plan(d, &plan, reason, sizeof(reason)) < 0) {
		discovery_failed(device, reason);
		return;
	}
	tell_identity(device, d, plan);
	struct shared_plan *shared = shared_plan_take(&device->poller->plans, plan,
	    access_version(device->session.access), access_community(device->session.access));
	if (shared != NULL)
		poll = poll_new(&device->poller->plans, shared, &device->box, &device_poll_sink, device);
	if (poll == NULL) {
		discovery_failed(device, strerror(ENOMEM));
		return;
	}
	poll_free(device->poll);
	device->poll = poll;
	device->phase = PHASE_ASK;
	device->generation++;
	device->ask_steps = 0;
	device->discover_ms = next_discovery(device);
	device_ask_numbers(device);
}

/* What many discoveries took is given back to the host when the last of them is done: a heap full of holes would keep it. */
static void
give_back(struct poller *poller)
{
	if (poller->looking > 0 || poller->looked < GIVE_BACK_AFTER)
		return;
	poller->looked = 0;
	malloc_trim(0);
}

static struct discovery *
take_discovery(struct device *device)
{
	struct discovery *d = device->discovery;

	device->discovery = NULL;
	device->poller->looking -= device->is_looking;
	device->poller->looked += device->is_looking;
	device->is_looking = false;
	return d;
}

void
device_drop_discovery(struct device *device)
{
	discovery_free(take_discovery(device));
	give_back(device->poller);
}

/* One that has no answer yet takes next to nothing, and does not count: the dead keep nobody waiting. */
void
device_discovery_answered(struct device *device, const struct codec_answer *answer)
{
	device->poller->looking += !device->is_looking;
	device->is_looking = true;
	discovery_answer(device->discovery, answer);
	device_discover_on(device);
}

void
device_discover_on(struct device *device)
{
	struct session_question question;

	if (discovery_next(device->discovery, &question)) {
		device_ask_round(device);
		return;
	}
	struct discovery *d = take_discovery(device);
	discovery_done(device, d);
	discovery_free(d);
	give_back(device->poller);
}

void
device_discover(struct device *device)
{
	device->phase = PHASE_DISCOVER;
	device_drop_discovery(device);
	if (device->poller->looking >= LOOKING_MAX) {
		device->discover_ms = 0; /* the plan that it has holds until then */
		device_schedule(device, LATER_MS + arc4random_uniform(LATER_MS));
		return;
	}
	learned_expire(&device->box.learned, towerd_utc_ms(device->poller->ctx));
	if (device->is_version_free && !device->box.learned.is_v1 &&
	    access_version(device->session.access) != device->version) {
		access_set_version(device->session.access, device->version);
		device->is_version_sure = false;
	}
	device->discovery = discovery_new(device->poller->profiles, device->profile,
	    access_version(device->session.access), &device->box.learned);
	if (device->discovery == NULL)
		discovery_failed(device, strerror(ENOMEM));
	else
		device_discover_on(device);
}

void
device_reload(struct device *device, bool is_all)
{
	if (device->discovery != NULL) /* by profiles that go now */
		device_discover(device);
	else if (device->poll == NULL && device->phase == PHASE_DISCOVER) /* none fitted */
		device_schedule(device, arc4random_uniform((uint32_t)device->interval_ms));
	else if (device->poll != NULL &&
	    (is_all || !profile_plan_is_current(poll_plan(device->poll), device->poller->profiles)))
		device->discover_ms = 0; /* after its next round */
}

void
device_sensors(struct device *device, uint32_t generation, bool is_missing, const void *numbers, size_t count)
{
	if (device->phase != PHASE_ASK || generation != device->generation ||
	    count != poll_plan(device->poll)->sensor_count)
		return;
	if (is_missing && device->discover_ms > device_now_ms(device) + MISSING_MS)
		device->discover_ms = device_now_ms(device) + MISSING_MS;
	if (poll_take_numbers(device->poll, numbers) == 0)
		device_proceed(device);
}
