/* SPDX-License-Identifier: ISC */
/*
 * The plugin `snmp`: all southbound SNMP. It runs in worker processes, which poll (poller.h), hear traps (receiver.h) and look for devices
 * (explorer.h); what happens in the agent is handing over (fleet.h).
 */
#include "plugins/snmp/snmp.h"

#include <string.h>

#include "plugins/snmp/explore/explorer.h"
#include "plugins/snmp/fleet/check.h"
#include "plugins/snmp/fleet/explore.h"
#include "plugins/snmp/fleet/fleet.h"
#include "plugins/snmp/fleet/traps.h"
#include "plugins/snmp/poll/poller.h"
#include "plugins/snmp/profile/profile_commands.h"
#include "plugins/snmp/trap/receiver.h"

/* In the agent `fleet` and `explore` are used, in a worker what its role needs. */
struct snmp_state {
	struct fleet *fleet;
	struct check *check;
	struct explore *explore;
	struct poller poller;
	struct explorer explorer;
	struct receiver *receiver;
	bool is_explorer;
};

static const struct towerd_option options[] = {
	{ "interval", TOWERD_OPT_DURATION, offsetof(struct snmp_config, interval_ms), .def = "60s",
	    .min = 1000, .max = 86400000,
	    .help = "how often a device is polled; a device's own `interval` comes first" },
	{ "timeout", TOWERD_OPT_DURATION, offsetof(struct snmp_config, timeout_ms), .def = "2s", .min = 100,
	    .max = 60000, .help = "how long to wait for an answer before the request is repeated" },
	{ "retries", TOWERD_OPT_INT, offsetof(struct snmp_config, retries), .def = "2", .min = 0, .max = 10,
	    .help = "repeats before a device counts as unreachable" },
	{ "deadline", TOWERD_OPT_DURATION, offsetof(struct snmp_config, deadline_ms), .def = "30s",
	    .min = 1000, .max = 3600000,
	    .help =
		"after so long a round of polls of one device ends, or after three quarters of its interval; "
		"what is left comes with the next one" },
	{ "battery-factor", TOWERD_OPT_INT, offsetof(struct snmp_config, battery_factor), .def = "3",
	    .min = 1, .max = 100,
	    .help = "so many times as long is the interval while a site lives on its reserve" },
	{ "verify-interval", TOWERD_OPT_DURATION, offsetof(struct snmp_config, verify_ms), .def = "10s",
	    .min = 1000, .max = 86400000, .help = "the interval while a repair of the site is verified" },
	{ "workers", TOWERD_OPT_INT, offsetof(struct snmp_config, workers), .def = "1", .min = 1, .max = 8,
	    .help = "processes that poll" },
	{ "discovery", TOWERD_OPT_DURATION, offsetof(struct snmp_config, discovery_ms), .def = "12h",
	    .min = 60000, .max = INT64_C(30) * 86400000,
	    .help = "how often a device is looked at anew, for modules that were plugged in" },
	{ "source", TOWERD_OPT_TEXT, offsetof(struct snmp_config, source),
	    .help = "address of this host to poll from; without it the host chooses" },
	{ "credentials", TOWERD_OPT_PATH, offsetof(struct snmp_config, credentials),
	    .help = "file of named communities and users, which the world may not read" },
	{ "traps", TOWERD_OPT_TEXTS, offsetof(struct snmp_config, traps),
	    .help = "where traps and informs are received, each as udp:PORT, udp:ADDRESS:PORT or "
		    "udp6:[ADDRESS]:PORT; without it nowhere" },
	{ "trap-credentials", TOWERD_OPT_TEXTS, offsetof(struct snmp_config, trap_credentials),
	    .help =
		"names of the credentials' file that traps of any device may bear, beside the device's own" },
	{ "trap-relays", TOWERD_OPT_TEXTS, offsetof(struct snmp_config, trap_relays),
	    .help = "addresses of hosts that pass traps on: they are believed whose trap it is" },
	{ "trap-rate", TOWERD_OPT_INT, offsetof(struct snmp_config, trap_rate), .def = "100", .min = 1,
	    .max = 1000000, .help = "traps a second that are taken of one source on the average" },
	{ "trap-burst", TOWERD_OPT_INT, offsetof(struct snmp_config, trap_burst), .def = "1000", .min = 1,
	    .max = 1000000, .help = "traps that are taken of one source at once" },
};

static int
trap_unknown_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct snmp_state *snmp = towerd_state(ctx);

	(void)argc;
	(void)argv;
	return traps_print_unknown(fleet_traps(snmp->fleet), ctx, out);
}

static int
trap_refused_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct snmp_state *snmp = towerd_state(ctx);

	(void)argc;
	(void)argv;
	return traps_print_refused(fleet_traps(snmp->fleet), ctx, out);
}

static int
discover_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct snmp_state *snmp = towerd_state(ctx);
	return explore_discover(snmp->explore, argc, argv, out);
}

static int
profile_record_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct snmp_state *snmp = towerd_state(ctx);
	return explore_record(snmp->explore, argc, argv, out);
}

static const struct towerd_command commands[] = {
	{ "discover", DISCOVER_USAGE,
	    "looks for SNMP agents at a bounded rate and proposes lines for an inventory",
	    .needs_operate = true, .run = discover_command },
	{ "profile record", PROFILE_RECORD_USAGE, "makes a recording of a device, secrets masked",
	    .needs_operate = true, .run = profile_record_command },
	{ "profile draft", PROFILE_DRAFT_USAGE,
	    "drafts a profile from a recorded walk; what a person must judge is marked with # ?",
	    .is_offline = true, .run = profile_draft_command },
	{ "trap unknown", TRAP_UNKNOWN_USAGE,
	    "traps that no profile knows: of whom, how often, and what one of them said",
	    .run = trap_unknown_command },
	{ "trap refused", TRAP_REFUSED_USAGE, "senders of traps that were not taken, and why",
	    .run = trap_refused_command },
	{ "profile list", PROFILE_LIST_USAGE, "the device profiles, and the faults in their files",
	    .is_offline = true, .run = profile_list_command },
	{ "profile test", PROFILE_TEST_USAGE, "what the profiles make of a recorded walk", .is_offline = true,
	    .run = profile_test_command },
};

static int
snmp_start(struct towerd_ctx *ctx)
{
	struct snmp_state *snmp = towerd_state(ctx);
	int rc = fleet_start(ctx, &snmp->fleet);

	if (rc < 0)
		return rc;
	snmp->explore = explore_new(ctx, snmp->fleet);
	return snmp->explore == NULL ? -ENOMEM : 0;
}

static void
snmp_stop(struct towerd_ctx *ctx)
{
	struct snmp_state *snmp = towerd_state(ctx);

	explore_free(snmp->explore);
	snmp->explore = NULL;
	check_free(snmp->check);
	snmp->check = NULL;
	fleet_stop(snmp->fleet);
	snmp->fleet = NULL;
	receiver_stop(snmp->receiver);
	snmp->receiver = NULL;
	if (snmp->explorer.poller.ctx != NULL)
		explorer_stop(&snmp->explorer);
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

static int
snmp_reload(struct towerd_ctx *ctx)
{
	struct snmp_state *snmp = towerd_state(ctx);
	return fleet_reload(snmp->fleet);
}

static void
snmp_device_pace(struct towerd_ctx *ctx, uint32_t device, const struct towerd_pace *pace)
{
	struct snmp_state *snmp = towerd_state(ctx);
	fleet_pace(snmp->fleet, device, pace);
}

static void
snmp_device_ask(struct towerd_ctx *ctx, uint32_t device)
{
	struct snmp_state *snmp = towerd_state(ctx);
	fleet_ask(snmp->fleet, device);
}

static void
snmp_worker_message(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	struct snmp_state *snmp = towerd_state(ctx);

	if (!explore_message(snmp->explore, worker, data, len))
		fleet_message(snmp->fleet, worker, data, len);
}

static void
snmp_worker_exit(struct towerd_ctx *ctx, unsigned worker, int status)
{
	struct snmp_state *snmp = towerd_state(ctx);

	(void)status; /* the host has logged it */
	if (!explore_worker_exit(snmp->explore, worker))
		fleet_worker_exit(snmp->fleet, worker);
}

static int
snmp_worker_start(struct towerd_ctx *ctx, const char *role)
{
	struct snmp_state *snmp = towerd_state(ctx);

	if (strcmp(role, "trap") == 0)
		return receiver_start(ctx, &snmp->receiver);
	snmp->is_explorer = strcmp(role, "explore") == 0;
	return snmp->is_explorer ? explorer_start(ctx, &snmp->explorer) : poller_start(ctx, &snmp->poller);
}

static void
snmp_worker_receive(struct towerd_ctx *ctx, const void *data, size_t len)
{
	struct snmp_state *snmp = towerd_state(ctx);

	if (snmp->receiver != NULL)
		receiver_message(snmp->receiver, data, len);
	else if (snmp->is_explorer)
		explorer_message(&snmp->explorer, data, len);
	else
		poller_message(&snmp->poller, data, len);
}

static int
snmp_check(struct towerd_ctx *ctx, const struct towerd_device *device, struct towerd_fault_sink *faults)
{
	struct snmp_state *snmp = towerd_state(ctx);

	if (device == NULL)
		return check_new(ctx, faults, &snmp->check);
	return check_device(ctx, snmp->check, device);
}

TOWERD_PLUGIN(.name = "snmp", .summary = "polls devices by SNMP and takes their traps",
    .config_size = sizeof(struct snmp_config), .state_size = sizeof(struct snmp_state), TOWERD_LIST(options),
    TOWERD_LIST(commands), .start = snmp_start, .stop = snmp_stop, .reload = snmp_reload, .check = snmp_check,
    .device_added = snmp_device_added, .device_removed = snmp_device_removed, .device_pace = snmp_device_pace,
    .device_ask = snmp_device_ask, .worker_message = snmp_worker_message, .worker_exit = snmp_worker_exit,
    .worker_start = snmp_worker_start, .worker_receive = snmp_worker_receive);
