/* SPDX-License-Identifier: ISC */
/* The life of a plugin: start, poll with back-off, stop; its manners and its counters. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <towerd/time.h>

#include "agent/host/inside.h"

#define BACKOFF_STEPS    6 /* an interval is at most doubled this often */
#define BACKOFF_MAX_MS   (600 * INT64_C(1000))
#define FIRST_POLL_MS    1000
#define OVERSTAY_MS      250
#define OVERSTAY_TOLD_MS (60 * INT64_C(1000)) /* one line a minute is enough */

const char *const plugin_run_names[] = { "refused", "loaded", "running", "failed", "stopped", NULL };

/* Manners. */

static int64_t
clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct plugin_lap
plugin_enter(struct plugin *plugin)
{
	plugin->error[0] = '\0';
	return (struct plugin_lap){ clock_ns(CLOCK_THREAD_CPUTIME_ID), clock_ns(CLOCK_MONOTONIC) };
}

void
plugin_leave(struct plugin *plugin, struct plugin_lap lap)
{
	struct loop_owner *owner = &plugin->owner;
	int64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - lap.cpu_ns,
		wall_ns = clock_ns(CLOCK_MONOTONIC) - lap.wall_ns;

	owner->calls++;
	owner->cpu_ns += cpu_ns;
	if (cpu_ns > owner->longest_ns)
		owner->longest_ns = cpu_ns;
	if (wall_ns > owner->longest_wall_ns)
		owner->longest_wall_ns = wall_ns;
	if (wall_ns <= OVERSTAY_MS * INT64_C(1000000))
		return;
	owner->overstays++;
	plugin_overstayed(plugin, cpu_ns, wall_ns);
}

void
plugin_overstayed(struct plugin *plugin, int64_t cpu_ns, int64_t wall_ns)
{
	int64_t now_ms = loop_now_ms(plugin->host->parts.loop);

	plugin_count(plugin, "overstays", 1);
	if (plugin->told_overstay_ms != 0 && now_ms - plugin->told_overstay_ms < OVERSTAY_TOLD_MS)
		return;
	plugin->told_overstay_ms = now_ms == 0 ? 1 : now_ms;
	log_write(TOWERD_LOG_WARNING, plugin->object,
	    "a callback held the loop for %" PRId64 " ms (%" PRId64
	    " ms of it computing); everything else waited; %" PRIu64 " so far",
	    wall_ns / 1000000, cpu_ns / 1000000, plugin->owner.overstays);
}

void
host_overstay(struct host *host, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns)
{
	for (size_t i = 0; host != NULL && i < host->count; i++)
		if (&host->plugins[i]->owner == owner) {
			plugin_overstayed(host->plugins[i], cpu_ns, wall_ns);
			return;
		}
	log_write(TOWERD_LOG_WARNING, owner->name,
	    "a callback held the loop for %" PRId64 " ms (%" PRId64 " ms of it computing)", wall_ns / 1000000,
	    cpu_ns / 1000000);
}

/* Poll. */

static int64_t
poll_interval_ms(const struct plugin *plugin)
{
	return *(const int64_t *)((const char *)plugin->config + plugin->interval_offset);
}

static void
poll_now(void *arg)
{
	struct plugin *plugin = arg;
	int64_t delay_ms = poll_interval_ms(plugin);
	char delay[TOWERD_TIME_TEXT];

	plugin->error[0] = '\0';
	plugin->polls++;
	int rc = plugin->has.poll(&plugin->ctx);
	if (rc >= 0) {
		plugin->poll_failures = 0;
		plugin->reason[0] = '\0';
		log_episode_end(&plugin->polling, plugin->object, "polls again");
	} else {
		unsigned steps =
		    plugin->poll_failures < BACKOFF_STEPS ? plugin->poll_failures : BACKOFF_STEPS;
		int64_t backed_off_ms = delay_ms << (steps + 1);
		if (delay_ms < BACKOFF_MAX_MS)
			delay_ms = backed_off_ms < BACKOFF_MAX_MS ? backed_off_ms : BACKOFF_MAX_MS;
		plugin->poll_failures++;
		plugin_count(plugin, "poll-failures", 1);
		snprintf(plugin->reason, sizeof(plugin->reason), "%s", plugin_sentence(plugin, rc));
		log_episode_fail(&plugin->polling, TOWERD_LOG_WARNING, plugin->object,
		    "%s; polls again in %s, less often while it fails", plugin->reason,
		    towerd_duration_format(delay_ms, delay));
	}
	loop_timer_start(plugin->poll_timer, delay_ms);
}

static int
poll_begin(struct plugin *plugin)
{
	if (plugin->has.poll == NULL)
		return 0;
	plugin->poll_timer = loop_timer_new(plugin->host->parts.loop, &plugin->owner, poll_now, plugin);
	if (plugin->poll_timer == NULL)
		return -ENOMEM;
	int64_t interval_ms = poll_interval_ms(plugin);
	/* By then the inventory is in. */
	loop_timer_start(plugin->poll_timer, interval_ms < FIRST_POLL_MS ? interval_ms : FIRST_POLL_MS);
	return 0;
}

/* Start and stop. */

struct ctx_loop *
ctx_loop_of(struct towerd_ctx *ctx)
{
	return &plugin_of(ctx)->held;
}

static void
plugin_release(struct plugin *plugin)
{
	loop_timer_free(plugin->poll_timer);
	plugin->poll_timer = NULL;
	ctx_loop_release(&plugin->held);
	plugin_workers_end(plugin);
	plugin_cursors_close(plugin);
}

static void
plugin_end(struct plugin *plugin)
{
	if (plugin->has.stop != NULL) {
		struct plugin_lap lap = plugin_enter(plugin);
		plugin->has.stop(&plugin->ctx);
		plugin_leave(plugin, lap);
	}
	plugin_release(plugin);
}

void
plugin_start(struct plugin *plugin)
{
	int rc = 0;

	if (plugin->run != PLUGIN_LOADED)
		return;
	plugin->run = PLUGIN_RUNNING; /* its services may be used from inside start() */
	struct plugin_lap lap = plugin_enter(plugin);
	if (plugin->has.start != NULL)
		rc = plugin->has.start(&plugin->ctx);
	plugin_leave(plugin, lap);
	if (rc >= 0)
		rc = poll_begin(plugin);
	if (rc >= 0) {
		log_write(TOWERD_LOG_INFO, plugin->object, "started");
		return;
	}
	snprintf(plugin->reason, sizeof(plugin->reason), "%s", plugin_sentence(plugin, rc));
	log_write(TOWERD_LOG_ERROR, plugin->object, "did not start: %s; the agent runs on without it",
	    plugin->reason);
	plugin_end(plugin);
	plugin->run = PLUGIN_FAILED;
}

void
plugin_stop(struct plugin *plugin)
{
	if (plugin->run != PLUGIN_RUNNING)
		return;
	plugin_end(plugin);
	plugin->run = PLUGIN_STOPPED;
	log_write(TOWERD_LOG_DEBUG, plugin->object, "stopped");
}
