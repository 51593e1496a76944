/* SPDX-License-Identifier: ISC */
/* One polled device: its rounds, and its life. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poll/device_inside.h"
#include "plugins/snmp/poll/device_tell.h"

#define REST_MIN_MS    100  /* between rounds, also when a round takes longer than the interval */
#define CONFIRM_MIN_MS 2000 /* from the beginning of a round to that of one that is asked for */
#define GRID_MS        50 /* rounds begin at multiples of this: those of one moment share wakeups and system calls */
#define SPREAD_MIN_MS \
	5000 /* devices that are added together are not asked together: a thousand a second at most */

void
device_reject(struct device *device, const char *source, const char *reason)
{
	tell_reject(device->poller, device->number, source, reason);
}

int64_t
device_now_ms(const struct device *device)
{
	return towerd_now_ms(device->poller->ctx);
}

void
device_schedule(struct device *device, int64_t delay_ms)
{
	session_drop(&device->session);
	towerd_timer_start(device->poller->ctx, device->timer, delay_ms);
}

/* ---- questions */

/* A round ends before the next one is due: a device that is slow, or large, goes on where it was. */
static int64_t
deadline_of(const struct device *device)
{
	int64_t most_ms = device->poller->config->deadline_ms, interval_ms = device->interval_ms * 3 / 4;

	return device->round_ms + (interval_ms < most_ms ? interval_ms : most_ms);
}

void
device_ask_round(struct device *device)
{
	session_ask(&device->session, ABOUT_ROUND, (unsigned)device->poller->config->retries + 1,
	    device->phase == PHASE_POLL ? deadline_of(device) : INT64_MAX);
}

/* ---- polls */

static void
choose_pace(struct device *device, int64_t now_ms)
{
	struct pace *pace = device->pace;

	if (pace == NULL)
		return;
	bool was_short = pace->is_short;
	device->paced_ms =
	    pace_interval(pace, device->poller->config, device->interval_ms, now_ms, device->session.octets);
	if (pace->is_short && !was_short) {
		towerd_count(device->poller->ctx, "budgets-short", 1);
		device_reject(device, "budget",
		    "its link's bytes a day do not last for its interval: it is polled less often");
	}
}

/* Readings that are asked for less often are not late: the agent must know. */
static bool
is_expected_otherwise(const struct device *device)
{
	return device->paced_ms > device->expected_ms ||
	    (device->paced_ms <= device->interval_ms && device->expected_ms > device->interval_ms);
}

static void
round_done(struct device *device)
{
	int64_t now_ms = device_now_ms(device);

	if (now_ms >= device->discover_ms) {
		device_discover(device);
		return;
	}
	choose_pace(device, now_ms);
	if (is_expected_otherwise(device))
		device_tell_plan(device);
	int64_t due_ms = poll_due(device->poll, device->round_ms, device->interval_ms, device->paced_ms);
	if (device->is_confirm_wanted && due_ms > device->round_ms + CONFIRM_MIN_MS)
		due_ms = device->round_ms + CONFIRM_MIN_MS;
	if (due_ms < now_ms + REST_MIN_MS)
		due_ms = now_ms + REST_MIN_MS;
	device_schedule(device, due_ms - due_ms % GRID_MS - now_ms);
}

void
device_poll_on(struct device *device)
{
	if (!poll_next(device->poll)) {
		round_done(device);
	} else if (device_now_ms(device) >= deadline_of(device)) {
		towerd_count(device->poller->ctx, "rounds-cut", 1);
		round_done(device);
	} else {
		device_ask_round(device);
	}
}

/* The next thing to do with a device that answers. */
void
device_proceed(struct device *device)
{
	int64_t now_ms = device_now_ms(device);

	if (device->poll == NULL || !poll_has_numbers(device->poll)) {
		device_discover(device);
		return;
	}
	device->phase = PHASE_POLL;
	device->round_ms = now_ms;
	device->is_confirm_wanted = false;
	poll_begin(device->poll, now_ms, device->interval_ms, device->paced_ms);
	device_poll_on(device);
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

static void
take_fault(void *arg, const struct towerd_fault *fault)
{
	const struct device *device = arg;
	tell_fault(device->poller, device->number, fault);
}

static void
take_sweep(void *arg, int64_t since_ms)
{
	const struct device *device = arg;
	tell_sweep(device->poller, device->number, since_ms);
}

const struct poll_sink device_poll_sink = { take_reading, count_unasked, take_fault, take_sweep };

void
device_poll_now(struct device *device)
{
	int64_t earliest_ms = device->round_ms + CONFIRM_MIN_MS, now_ms = device_now_ms(device);

	device->told = TOWERD_PRESENCE_UNKNOWN; /* so that it is told again, the same or not */
	if (device->poll != NULL)
		poll_tell_all(device->poll);
	if ((device->phase == PHASE_POLL || device->phase == PHASE_DOWN) &&
	    !session_is_waiting(&device->session))
		device_schedule(device, earliest_ms > now_ms ? earliest_ms - now_ms : 0);
	else if (device->phase == PHASE_POLL || device->phase == PHASE_CHECK)
		device->is_confirm_wanted = true;
	/* Else the first round is to come. */
}

void
device_set_pace(struct device *device, bool is_on_battery, bool is_verifying, int64_t bytes_a_day)
{
	if (device->pace == NULL)
		device->pace = calloc(1, sizeof(*device->pace));
	if (device->pace == NULL)
		return;
	bool is_new = is_verifying && !device->pace->is_verifying;
	pace_set(device->pace, is_on_battery, is_verifying, bytes_a_day, device_now_ms(device),
	    device->session.octets);
	if (is_new)
		device_poll_now(device);
}

static void
session_asks(void *arg, struct session_question *question)
{
	struct device *device = arg;

	if (device->phase == PHASE_DISCOVER)
		(void)discovery_next(device->discovery, question);
	else if (device->phase == PHASE_POLL)
		poll_question(device->poll, question);
	else
		*question =
		    (struct session_question){ .command = CODEC_GET, .count = 1, .oids = { poll_uptime } };
}

static void
session_failed(void *arg, int rc)
{
	struct device *device = arg;

	device_reject(device, "request", strerror(-rc));
	if (device->phase == PHASE_POLL && rc == -EMSGSIZE)
		poll_too_long(device->poll);
	device_schedule(device, device->interval_ms);
}

static void
session_refused(void *arg, const char *reason)
{
	device_reject(arg, "answer", reason);
}

static const struct session_calls session_calls = {
	session_asks,
	device_answered,
	device_given_up,
	session_failed,
	session_refused,
	device_denied,
	device_changed,
};

static void
timer_due(struct towerd_ctx *ctx, void *arg)
{
	struct device *device = arg;

	(void)ctx;
	if (session_is_waiting(&device->session))
		session_due(&device->session);
	else if (device->phase == PHASE_DOWN)
		device_probe(device, (unsigned)device->poller->config->retries + 1);
	else if (device->phase == PHASE_ASK)
		device_ask_numbers(device);
	else
		device_proceed(device);
}

/* ---- life */

struct device *
device_new(struct poller *poller, const struct device_settings *settings)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device == NULL)
		return NULL;
	device->poller = poller;
	device->number = settings->number;
	device->interval_ms = device->paced_ms = settings->interval_ms;
	device->version = settings->access.version == ACCESS_V1 ? CODEC_V1 : CODEC_V2C;
	device->is_version_free = settings->access.is_version_free;
	device->told = TOWERD_PRESENCE_UNKNOWN;
	learned_read(&device->box.learned, settings->learned);
	device->profile = strdup(settings->profile);
	device->timer = towerd_timer_new(poller->ctx, timer_due, device);
	int rc = session_init(&device->session, poller, &session_calls, device, device->timer);
	if (rc == 0)
		rc = session_set_access(
		    &device->session, &settings->address, &settings->answers_from, &settings->access);
	if (rc == 0 && device->is_version_free && device->box.learned.is_v1)
		access_set_version(device->session.access, CODEC_V1);
	if (rc < 0 || device->profile == NULL) {
		device_free(device);
		return NULL;
	}
	int64_t spread_ms = SPREAD_MIN_MS + (int64_t)poller->seat_count;
	if (spread_ms > settings->interval_ms)
		spread_ms = settings->interval_ms;
	device_schedule(device, arc4random_uniform((uint32_t)spread_ms));
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
	device_drop_discovery(device);
	poll_free(device->poll);
	free(device->pace);
	free(device->profile);
	free(device);
}
