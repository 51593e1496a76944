/* SPDX-License-Identifier: ISC */
/*
 * The plugin `snmp`: all southbound SNMP. Its engine runs in worker processes (poller.h); what happens in the agent is handing over
 * (fleet.h).
 */
#include "plugins/snmp/snmp.h"

#include "plugins/snmp/fleet/fleet.h"
#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/profile/profile_commands.h"

/* In the agent `fleet` is used, in a worker `poller`. */
struct snmp_state {
	struct fleet *fleet;
	struct poller poller;
};

static const struct towerd_option options[] = {
	{ "interval", TOWERD_OPT_DURATION, offsetof(struct snmp_config, interval_ms), .def = "60s",
	    .min = 1000, .max = 86400000,
	    .help = "how often a device is polled; a device's own `interval` comes first" },
	{ "timeout", TOWERD_OPT_DURATION, offsetof(struct snmp_config, timeout_ms), .def = "2s", .min = 100,
	    .max = 60000, .help = "how long to wait for an answer before the request is repeated" },
	{ "retries", TOWERD_OPT_INT, offsetof(struct snmp_config, retries), .def = "2", .min = 0, .max = 10,
	    .help = "repeats before a device counts as unreachable" },
	{ "workers", TOWERD_OPT_INT, offsetof(struct snmp_config, workers), .def = "1", .min = 1, .max = 8,
	    .help = "processes that poll" },
	{ "discovery", TOWERD_OPT_DURATION, offsetof(struct snmp_config, discovery_ms), .def = "12h",
	    .min = 60000, .max = INT64_C(30) * 86400000,
	    .help = "how often a device is looked at anew, for modules that were plugged in" },
	{ "source", TOWERD_OPT_TEXT, offsetof(struct snmp_config, source),
	    .help = "address of this host to poll from; without it the host chooses" },
	{ "credentials", TOWERD_OPT_PATH, offsetof(struct snmp_config, credentials),
	    .help = "file of named communities, which the world may not read" },
};

static const struct towerd_command commands[] = {
	{ "profile list", PROFILE_LIST_USAGE, "the device profiles, and the faults in their files",
	    .is_offline = true, .run = profile_list_command },
	{ "profile test", PROFILE_TEST_USAGE, "what the profiles make of a recorded walk", .is_offline = true,
	    .run = profile_test_command },
};

static int
snmp_start(struct towerd_ctx *ctx)
{
	struct snmp_state *snmp = towerd_state(ctx);
	return fleet_start(ctx, &snmp->fleet);
}

static void
snmp_stop(struct towerd_ctx *ctx)
{
	struct snmp_state *snmp = towerd_state(ctx);

	fleet_stop(snmp->fleet);
	snmp->fleet = NULL;
	if (snmp->poller.ctx != NULL)
		poller_stop(&snmp->poller);
}

static int
snmp_device_added(struct towerd_ctx *ctx, const struct towerd_device *device)
{
	struct snmp_state *snmp = towerd_state(ctx);
	return fleet_add(snmp->fleet, device);
}

static void
snmp_device_removed(struct towerd_ctx *ctx, uint32_t device)
{
	struct snmp_state *snmp = towerd_state(ctx);
	fleet_remove(snmp->fleet, device);
}

static void
snmp_worker_message(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	struct snmp_state *snmp = towerd_state(ctx);
	fleet_message(snmp->fleet, worker, data, len);
}

static void
snmp_worker_exit(struct towerd_ctx *ctx, unsigned worker, int status)
{
	struct snmp_state *snmp = towerd_state(ctx);

	(void)status; /* the host has logged it */
	fleet_worker_exit(snmp->fleet, worker);
}

static int
snmp_worker_start(struct towerd_ctx *ctx, const char *role)
{
	struct snmp_state *snmp = towerd_state(ctx);

	(void)role; /* there is one: "poll" */
	return poller_start(ctx, &snmp->poller);
}

static void
snmp_worker_receive(struct towerd_ctx *ctx, const void *data, size_t len)
{
	struct snmp_state *snmp = towerd_state(ctx);
	poller_message(&snmp->poller, data, len);
}

TOWERD_PLUGIN(.name = "snmp", .summary = "polls devices by SNMP", .config_size = sizeof(struct snmp_config),
    .state_size = sizeof(struct snmp_state), TOWERD_LIST(options), TOWERD_LIST(commands), .start = snmp_start,
    .stop = snmp_stop, .device_added = snmp_device_added, .device_removed = snmp_device_removed,
    .worker_message = snmp_worker_message, .worker_exit = snmp_worker_exit, .worker_start = snmp_worker_start,
    .worker_receive = snmp_worker_receive);
