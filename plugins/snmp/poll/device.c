/* SPDX-License-Identifier: ISC */
/* One polled device: what it is asked next, and what becomes of its silence. */
#include "plugins/snmp/poll/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poll/discovery.h"
#include "plugins/snmp/poll/poll.h"
#include "plugins/snmp/poll/session.h"

#define REST_MIN_MS 100 /* between rounds, also when a round takes longer than the interval */
#define DOWN_STEPS  3   /* the pause between probes of a dead device doubles so often */
#define DOWN_MAX_MS 300000
#define LOST_TIMES  10  /* intervals until a discovery that failed is tried again */
#define ASK_MS      500 /* the agent may be reserving numbers on the disk: it is asked again, … */
#define ASK_STEPS   7   /* … the pause doubling so often */
#define SPREAD_MIN_MS \
	5000 /* devices that are added together are not asked together: a thousand a second at most */

#define GRID_MS \
	100 /* rounds begin at multiples of this: those of one moment share wakeups and system calls */

enum phase { PHASE_DISCOVER, PHASE_ASK, PHASE_POLL, PHASE_DOWN };

struct device {
	struct poller *poller;
	struct device_settings settings;
	struct towerd_timer *timer; /* the session's while it waits, else of the next step */
	struct session session;
	enum phase phase;
	enum towerd_presence told;
	const char *told_reason; /* compared by address: a report's is one of few */
	unsigned down_steps, ask_steps;
	int64_t round_ms;    /* when this round of polls began */
	int64_t discover_ms; /* when it is looked at anew */

	struct discovery *discovery;
	struct poll *poll;   /* NULL: there is no plan */
	uint32_t generation; /* of the plan: numbers for an older one are not used */
	char silence[224];   /* the last reason for being unreachable, if it is silence */
};

static void discover(struct device *device);

/* ---- what the agent is told */

static void
tell_presence(struct device *device, enum towerd_presence presence, const char *reason)
{
	struct message_writer *w = &device->poller->scratch;

	if (device->told == presence && device->told_reason == reason)
		return;
	message_begin(w, MESSAGE_PRESENCE);
	message_put_u32(w, device->settings.number);
	message_put_u32(w, (uint32_t)presence);
	message_put_text(w, reason);
	if (poller_tell(device->poller, w)) {
		device->told = presence;
		device->told_reason = reason;
	}
}

static void
tell_text(struct device *device, enum message_type type, const char *first, const char *second)
{
	struct message_writer *w = &device->poller->scratch;

	message_begin(w, type);
	message_put_u32(w, device->settings.number);
	message_put_text(w, first);
	message_put_text(w, second);
	(void)poller_tell(device->poller, w);
}

static void
schedule(struct device *device, int64_t delay_ms)
{
	session_drop(&device->session);
	towerd_timer_start(device->poller->ctx, device->timer, delay_ms);
}

static void
ask(struct device *device)
{
	session_ask(&device->session, 0, (unsigned)device->poller->config->retries + 1, INT64_MAX);
}

/* ---- polls */

static void
poll_on(struct device *device)
{
	int rc = poll_next(device->poll);

	if (rc < 0)
		tell_text(device, MESSAGE_REJECT, "poll", strerror(-rc));
	if (rc > 0) {
		ask(device);
		return;
	}
	int64_t now_ms = towerd_now_ms(device->poller->ctx);
	int64_t due_ms = device->round_ms + device->settings.interval_ms;
	if (due_ms < now_ms + REST_MIN_MS)
		due_ms = now_ms + REST_MIN_MS;
	schedule(device, due_ms - due_ms % GRID_MS - now_ms);
}

/* The next thing to do with a device that answers. */
static void
proceed(struct device *device)
{
	int64_t now_ms = towerd_now_ms(device->poller->ctx);

	if (device->poll == NULL || !poll_has_numbers(device->poll) || now_ms >= device->discover_ms) {
		discover(device);
		return;
	}
	device->phase = PHASE_POLL;
	device->round_ms = now_ms;
	poll_begin(device->poll);
	poll_on(device);
}

static void
take_reading(void *arg, const struct towerd_reading *reading)
{
	struct device *device = arg;
	poller_reading(device->poller, reading);
}

static void
count_unasked(void *arg)
{
	struct device *device = arg;
	towerd_count(device->poller->ctx, "unasked-objects", 1);
}

/* ---- discovery */

static void
tell_plan(struct device *device)
{
	struct message_writer *w = &device->poller->scratch;
	const struct profile_plan *plan = poll_plan(device->poll);

	message_begin(w, MESSAGE_PLAN);
	message_put_u32(w, device->settings.number);
	message_put_u32(w, device->generation);
	message_put_u32(w, (uint32_t)plan->sensor_count);
	for (size_t i = 0; i < plan->sensor_count; i++) {
		const struct plan_sensor *sensor = &plan->sensors[i];
		message_put_u32(w, sensor->decode.kind->number);
		message_put_text(w, sensor->instance);
		message_put_text(w, sensor->label);
	}
	(void)poller_tell(device->poller, w);
	schedule(device, (int64_t)ASK_MS << device->ask_steps);
	if (device->ask_steps < ASK_STEPS)
		device->ask_steps++;
}

/* Half of the time is chance: devices that were found together are not looked at together for ever. */
static int64_t
next_discovery(const struct device *device)
{
	int64_t period_ms = device->poller->config->discovery_ms;
	return towerd_now_ms(device->poller->ctx) + period_ms - arc4random_uniform((uint32_t)(period_ms / 2));
}

/* A plan that it has holds on: a box that was asked at a bad moment goes on being polled. */
static void
discovery_failed(struct device *device, const char *reason)
{
	int64_t again_ms = device->settings.interval_ms * LOST_TIMES;

	tell_text(device, MESSAGE_REJECT, "profile", reason);
	if (device->poll != NULL && poll_has_numbers(device->poll)) {
		device->discover_ms = towerd_now_ms(device->poller->ctx) + again_ms;
		proceed(device);
	} else {
		schedule(device, again_ms);
	}
}

static void
discovery_done(struct device *device, struct discovery *d)
{
	const struct poll_sink sink = { take_reading, count_unasked, device };
	struct profile_plan *plan;
	char reason[256];

	if (discovery_plan(d, &plan, reason, sizeof(reason)) < 0) {
		discovery_failed(device, reason);
		return;
	}
	struct poll *poll = poll_new(device->poller->codec, access_version(device->session.access),
	    access_community(device->session.access), plan, &sink);
	if (poll == NULL) {
		discovery_failed(device, strerror(ENOMEM));
		return;
	}
	poll_free(device->poll);
	device->poll = poll;
	tell_text(device, MESSAGE_ATTRIBUTE, "profile", discovery_profile(d));
	for (size_t i = 0; i < DISCOVERY_ATTRIBUTES; i++) {
		char text[256];
		if (discovery_attribute(d, i, text, sizeof(text)) > 0)
			tell_text(device, MESSAGE_ATTRIBUTE, discovery_attribute_name(i), text);
	}
	device->phase = PHASE_ASK;
	device->generation++;
	device->ask_steps = 0;
	device->discover_ms = next_discovery(device);
	tell_plan(device);
}

static void
discover_on(struct device *device)
{
	struct session_question question;

	if (discovery_next(device->discovery, &question)) {
		ask(device);
		return;
	}
	struct discovery *d = device->discovery;
	device->discovery = NULL;
	discovery_done(device, d);
	discovery_free(d);
}

static void
discover(struct device *device)
{
	device->phase = PHASE_DISCOVER;
	discovery_free(device->discovery);
	device->discovery = discovery_new(
	    device->poller->profiles, device->settings.profile, access_version(device->session.access));
	if (device->discovery == NULL)
		discovery_failed(device, strerror(ENOMEM));
	else
		discover_on(device);
}

void
device_reload(struct device *device, bool is_all)
{
	if (device->discovery != NULL) /* by profiles that go now */
		discover(device);
	else if (device->poll == NULL && device->phase == PHASE_DISCOVER) /* none fitted */
		schedule(device, arc4random_uniform((uint32_t)device->settings.interval_ms));
	else if (device->poll != NULL &&
	    (is_all || !profile_plan_is_current(poll_plan(device->poll), device->poller->profiles)))
		device->discover_ms = 0; /* at its next round */
}

void
device_sensors(struct device *device, uint32_t generation, const void *numbers, size_t count)
{
	if (device->phase != PHASE_ASK || generation != device->generation ||
	    count != poll_plan(device->poll)->sensor_count)
		return;
	poll_take_numbers(device->poll, numbers);
	proceed(device);
}

/* ---- silence and answers */

static void
go_down(struct device *device, const char *reason)
{
	int64_t pause_ms = device->settings.interval_ms << device->down_steps;

	device->phase = PHASE_DOWN;
	if (device->down_steps < DOWN_STEPS)
		device->down_steps++;
	discovery_free(device->discovery);
	device->discovery = NULL;
	tell_presence(device, TOWERD_PRESENCE_UNREACHABLE, reason);
	schedule(device, pause_ms < DOWN_MAX_MS ? pause_ms : DOWN_MAX_MS);
}

static void
timer_due(struct towerd_ctx *ctx, void *arg)
{
	struct device *device = arg;

	(void)ctx;
	if (session_is_waiting(&device->session))
		session_due(&device->session);
	else if (device->phase == PHASE_DOWN)
		ask(device);
	else if (device->phase == PHASE_ASK)
		tell_plan(device);
	else
		proceed(device);
}

static void
session_asks(void *arg, struct session_question *question)
{
	struct device *device = arg;

	switch (device->phase) {
	case PHASE_DISCOVER:
		(void)discovery_next(device->discovery, question);
		break;
	case PHASE_POLL:
		poll_question(device->poll, question);
		break;
	case PHASE_DOWN:
	case PHASE_ASK: /* nothing is asked then */
		*question =
		    (struct session_question){ .command = CODEC_GET, .count = 1, .oids = { poll_uptime } };
		break;
	}
}

static void
session_failed(void *arg, int rc)
{
	struct device *device = arg;

	tell_text(device, MESSAGE_REJECT, "request", strerror(-rc));
	schedule(device, device->settings.interval_ms);
}

static void
session_refused(void *arg, const char *reason)
{
	tell_text(arg, MESSAGE_REJECT, "answer", reason);
}

static void
session_given_up(void *arg, unsigned attempts)
{
	struct device *device = arg;
	const char *hint = access_hint(device->session.access);

	snprintf(device->silence, sizeof(device->silence), "no reply to %u requests of %lld ms each%s%s",
	    attempts, (long long)device->poller->config->timeout_ms, hint[0] == '\0' ? "" : "; ", hint);
	go_down(device, device->silence);
}

/* It is alive, but what it is asked for cannot be had until a person has changed something: that is told, and asked for as seldom as of a dead one. */
static void
session_denied(void *arg, const char *reason)
{
	struct device *device = arg;

	if (device->told != TOWERD_PRESENCE_UNREACHABLE || device->told_reason != reason)
		tell_text(device, MESSAGE_REJECT, "answer", reason);
	go_down(device, reason);
}

static void
session_changed(void *arg, bool is_restarted, const char *engine_id)
{
	struct device *device = arg;

	tell_text(device, MESSAGE_ATTRIBUTE, "engine-id", engine_id);
	if (is_restarted)
		device->discover_ms = towerd_now_ms(device->poller->ctx);
}

static void
session_answered(void *arg, const struct codec_answer *answer, unsigned about, bool is_late)

{
	struct device *device = arg;

	(void)about;
	device->down_steps = 0;
	tell_presence(device, TOWERD_PRESENCE_REACHABLE, "");
	if (device->phase == PHASE_DOWN) {
		proceed(device);
	} else if (is_late) {
		return;
	} else if (device->phase == PHASE_DISCOVER) {
		discovery_answer(device->discovery, answer);
		discover_on(device);
	} else if (poll_answer(device->poll, answer)) {
		device->discover_ms = towerd_now_ms(device->poller->ctx);
		discover(device);
	} else {
		poll_on(device);
	}
}

static const struct session_calls session_calls = {
	session_asks,
	session_answered,
	session_given_up,
	session_failed,
	session_refused,
	session_denied,
	session_changed,
};

/* ---- life */

struct device *
device_new(struct poller *poller, const struct device_settings *settings)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device == NULL)
		return NULL;
	device->poller = poller;
	device->settings = *settings;
	device->settings.profile = strdup(settings->profile);
	device->told = TOWERD_PRESENCE_UNKNOWN;
	device->timer = towerd_timer_new(poller->ctx, timer_due, device);
	int rc = session_init(&device->session, poller, &session_calls, device, device->timer);
	if (rc == 0)
		rc = session_set_access(
		    &device->session, &settings->address, &settings->address, &settings->access);
	device->settings.access = (struct access_settings){ 0 };
	if (rc < 0 || device->settings.profile == NULL) {
		device_free(device);
		return NULL;
	}
	int64_t spread_ms = SPREAD_MIN_MS + (int64_t)poller->device_count;
	if (spread_ms > settings->interval_ms)
		spread_ms = settings->interval_ms;
	schedule(device, arc4random_uniform((uint32_t)spread_ms));
	return device;
}

void
device_free(struct device *device)
{
	if (device == NULL)
		return;
	session_fini(&device->session);
	if (device->timer != NULL)
		towerd_timer_free(device->poller->ctx, device->timer);
	discovery_free(device->discovery);
	poll_free(device->poll);
	free((char *)(uintptr_t)device->settings.profile);
	free(device);
}

uint32_t
device_number(const struct device *device)
{
	return device->settings.number;
}
