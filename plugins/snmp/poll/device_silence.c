/* SPDX-License-Identifier: ISC */
/*
 * A device that does not answer: it is dead, or a question was too much for it, or it speaks the other version. And what an answer means after
 * silence.
 */
#include <stdio.h>
#include <stdlib.h>

#include "plugins/snmp/poll/device_inside.h"
#include "plugins/snmp/poll/device_tell.h"

#define DOWN_STEPS  3 /* the pause between probes of a dead device doubles so often */
#define DOWN_MAX_MS 300000

/* The same one is not told again, unless its reason is another. */
static void
say_presence(struct device *device, enum towerd_presence presence, const char *reason)
{
	uint32_t hash = 2166136261u;

	for (const char *c = reason; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	if (device->told == presence && device->told_reason == hash)
		return;
	if (tell_presence(device->poller, device->number, presence, reason)) {
		device->told = (uint8_t)presence;
		device->told_reason = hash;
	}
}

/* One cheap object. A device that has never answered is asked in the other version, too, if nobody insists on one. */
void
device_probe(struct device *device, unsigned tries)
{
	device->round_ms = device->phase == PHASE_DOWN ? device_now_ms(device) : device->round_ms;
	if (device->is_version_free && !device->is_version_sure)
		access_set_version(device->session.access,
		    access_version(device->session.access) == CODEC_V1 ? CODEC_V2C : CODEC_V1);
	session_ask(&device->session, ABOUT_PROBE, tries, INT64_MAX);
}

/* Up to a quarter of a pause is chance: sites that come back together are not asked together. */
static int64_t
down_pause(struct device *device)
{
	int64_t pause_ms = device->interval_ms << device->down_steps;

	if (device->down_steps < DOWN_STEPS)
		device->down_steps++;
	if (pause_ms > DOWN_MAX_MS)
		pause_ms = DOWN_MAX_MS;
	return pause_ms - arc4random_uniform((uint32_t)(pause_ms / 4));
}

static void
go_down(struct device *device, const char *reason)
{
	device->phase = PHASE_DOWN;
	device_drop_discovery(device);
	say_presence(device, TOWERD_PRESENCE_UNREACHABLE, reason);
	device_schedule(device, down_pause(device));
}

void
device_given_up(void *arg, unsigned attempts)
{
	struct device *device = arg;
	const char *hint = access_hint(device->session.access);
	char reason[256];

	if (device->phase == PHASE_DISCOVER || device->phase == PHASE_POLL) {
		device->checked = device->phase;
		device->attempts = (uint8_t)attempts;
		device->phase = PHASE_CHECK;
		device_probe(device, 1);
		return;
	}
	if (device->phase == PHASE_CHECK)
		device->attempts = (uint8_t)(device->attempts + attempts);
	snprintf(reason, sizeof(reason), "no reply to %u requests of %lld ms each%s%s", device->attempts,
	    (long long)device->poller->config->timeout_ms, hint[0] == '\0' ? "" : "; ", hint);
	go_down(device, reason);
}

/* It is alive, but what it is asked for cannot be had until a person has changed something: that is told, and asked for as seldom as of a dead one. */
void
device_denied(void *arg, const char *reason)
{
	struct device *device = arg;
	uint32_t before = device->told_reason;

	go_down(device, reason);
	if (device->told_reason != before)
		device_reject(device, "answer", reason);
}

void
device_changed(void *arg, bool is_restarted, const char *engine_id)
{
	struct device *device = arg;

	tell_attribute(device->poller, device->number, "engine-id", engine_id);
	if (is_restarted)
		device->discover_ms = device_now_ms(device);
}

/* ---- answers */

static void
round_answered(struct device *device, const struct codec_answer *answer)
{
	if (device->phase == PHASE_DISCOVER) {
		device_discovery_answered(device, answer);
	} else if (poll_answer(device->poll, answer, device_now_ms(device))) {
		towerd_count(device->poller->ctx, "restarts-seen", 1);
		device_discover(device);
	} else {
		device_poll_on(device);
	}
}

/* It lives, and did not answer a question: that was too much for it, or of the wrong sort. */
static void
choked(struct device *device)
{
	if (device->phase == PHASE_DISCOVER) {
		discovery_choked(device->discovery);
		device_discover_on(device);
	} else {
		poll_choked(device->poll);
		device_poll_on(device);
	}
}

/* What the probe found of the version that the device speaks; true: all is to be asked anew in that one. */
static bool
learn_version(struct device *device, enum codec_version version)
{
	bool is_v1 = version == CODEC_V1;

	if (!device->is_version_free || device->is_version_sure)
		return false;
	device->is_version_sure = true;
	if (is_v1 == device->box.learned.is_v1)
		return false;
	learned_v1(&device->box.learned, is_v1);
	poll_free(device->poll); /* its requests are of the other version */
	device->poll = NULL;
	return true;
}

void
device_answered(void *arg, const struct codec_answer *answer, unsigned about, bool is_late)
{
	struct device *device = arg;

	device->down_steps = 0;
	say_presence(device, TOWERD_PRESENCE_REACHABLE, "");
	if (learn_version(device, answer->version)) {
		device_discover(device);
	} else if (device->phase == PHASE_DOWN) {
		if (about == ABOUT_ROUND && device->poll != NULL)
			poll_late(device->poll, answer);
		device_proceed(device);
	} else if (device->phase == PHASE_CHECK) {
		device->phase = device->checked;
		session_drop(&device->session);
		if (about == ABOUT_ROUND)
			round_answered(device, answer); /* it was only slow */
		else
			choked(device);
	} else if (!is_late) {
		round_answered(device, answer);
	} else if (about == ABOUT_ROUND && device->phase == PHASE_POLL) {
		poll_late(device->poll, answer);
	}
	if (device->box.learned.is_news)
		tell_learned(device->poller, device->number, &device->box.learned);
}
