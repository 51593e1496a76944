/* SPDX-License-Identifier: ISC */
/* The plugin `snmp-agent`: an SNMP agent and notification originator over the views and the journal. */
#include <stdlib.h>

#include "plugins/snmp-agent/snmp_agent.h"

static const char *const version_names[] = { "2c", NULL };
static const char *const type_names[] = { "inform", "trap", NULL };
/* Positions are enum towerd_notify. */
static const char *const notify_names[] = { "all", "raise-and-clear", "severity-level", NULL };
/* Positions are enum towerd_severity; the first two say "all". */
static const char *const severity_names[] = { "all", "cleared", "indeterminate", "warning", "minor", "major",
	"critical", NULL };

static const struct towerd_option community_options[] = {
	{ "name", TOWERD_OPT_TEXT, offsetof(struct community_config, name), .required = true,
	    .help = "the community string; printable, without blanks, quotes or '@'" },
	{ "reader", TOWERD_OPT_TEXT, offsetof(struct community_config, reader), .required = true,
	    .help = "the reader (of `readers:`) that it stands for" },
	{ "source", TOWERD_OPT_TEXT, offsetof(struct community_config, source), .required = true,
	    .help = "the addresses it is accepted from, as ADDRESS or ADDRESS/BITS" },
	{ "exclude", TOWERD_OPT_TEXTS, offsetof(struct community_config, exclude),
	    .help = "numeric OIDs of subtrees or objects that it may not read" },
};

static const struct towerd_option sink_options[] = {
	{ "name", TOWERD_OPT_TEXT, offsetof(struct sink_config, name), .required = true,
	    .help = "names the sink, its alarm list (alarmListName) and its place in the journal; at most 32 "
		    "octets" },
	{ "address", TOWERD_OPT_TEXT, offsetof(struct sink_config, address), .required = true,
	    .help = "where to send: udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT, a literal address" },
	{ "version", TOWERD_OPT_ENUM, offsetof(struct sink_config, version), .def = "2c",
	    .names = version_names, .help = "SNMP version" },
	{ "community", TOWERD_OPT_TEXT, offsetof(struct sink_config, community), .def = "public",
	    .help = "community of the notifications" },
	{ "type", TOWERD_OPT_ENUM, offsetof(struct sink_config, type), .def = "inform", .names = type_names,
	    .help = "inform (acknowledged, nothing is lost) or trap" },
	{ "reader", TOWERD_OPT_TEXT, offsetof(struct sink_config, reader),
	    .help = "the reader whose areas it hears about; default: everything" },
	{ "notify", TOWERD_OPT_ENUM, offsetof(struct sink_config, notify), .def = "severity-level",
	    .names = notify_names,
	    .help = "which changes of severity it hears of (RFC 8632, notify-status-changes): all of an "
		    "alarm that it was told of; "
		    "raise-and-clear: none; severity-level: those from or to min-severity or above" },
	{ "min-severity", TOWERD_OPT_ENUM, offsetof(struct sink_config, min_severity), .def = "all",
	    .names = severity_names, .help = "alarms that stay below it are not told" },
	{ "budget", TOWERD_OPT_INT, offsetof(struct sink_config, budget), .def = "0", .min = 0, .max = 1000,
	    .help = "alarms in ten minutes, beyond which all but critical and safety ones wait for their "
		    "turn, the worst first; 0: "
		    "no bound" },
	{ "timeout", TOWERD_OPT_DURATION, offsetof(struct sink_config, timeout_ms), .def = "3s", .min = 100,
	    .max = 60000, .help = "how long to wait for the acknowledgement of an inform" },
	{ "window", TOWERD_OPT_INT, offsetof(struct sink_config, window), .def = "16", .min = 1, .max = 32,
	    .help = "informs in flight at a time" },
};

static const struct towerd_option options[] = {
	{ "listen", TOWERD_OPT_TEXTS, offsetof(struct agent_config, listen), .def = "udp:127.0.0.1:161",
	    .help =
		"addresses to answer at: udp:ADDRESS:PORT, udp6:[ADDRESS]:PORT, or a port alone: udp:161" },
	{ "communities", TOWERD_OPT_TABLE, offsetof(struct agent_config, communities),
	    .rows = community_options, .row_count = TOWERD_COUNT(community_options),
	    .row_size = sizeof(struct community_config), .help = "SNMPv1 and v2c readers; none by default" },
	{ "sinks", TOWERD_OPT_TABLE, offsetof(struct agent_config, sinks), .rows = sink_options,
	    .row_count = TOWERD_COUNT(sink_options), .row_size = sizeof(struct sink_config),
	    .help = "receivers of notifications" },
	{ "contact", TOWERD_OPT_TEXT, offsetof(struct agent_config, contact), .def = "",
	    .help = "sysContact" },
	{ "name", TOWERD_OPT_TEXT, offsetof(struct agent_config, name),
	    .help = "sysName; default: the agent's name" },
	{ "receive-buffer", TOWERD_OPT_SIZE, offsetof(struct agent_config, receive_buffer), .def = "4MiB",
	    .min = 65536, .max = 268435456, .help = "socket buffer for requests" },
};

/* TOWERD-AGENT-MIB, towerdSinkTable. */
static const char *const sink_states[] = { "idle", "sending", "down", NULL };
static const struct towerd_column_info sink_columns[] = {
	{ 1, "towerdSinkName", TOWERD_TEXT, TOWERD_COLUMN_INDEX, "", NULL, 0 },
	{ 2, "towerdSinkAddress", TOWERD_TEXT, 0, "", NULL, 0 },
	{ 3, "towerdSinkState", TOWERD_ENUM, 0, "", sink_states, 1 },
	{ 4, "towerdSinkAcknowledged", TOWERD_COUNTER64, 0, "", NULL, 0 },
	{ 5, "towerdSinkSent", TOWERD_COUNTER, 0, "", NULL, 0 },
	{ 6, "towerdSinkRepeated", TOWERD_COUNTER, 0, "", NULL, 0 },
	{ 7, "towerdSinkTimeouts", TOWERD_COUNTER, 0, "", NULL, 0 },
	{ 8, "towerdSinkInFlight", TOWERD_UNSIGNED, 0, "", NULL, 0 },
};

static const struct towerd_published_view views[] = {
	[SINK_VIEW] = { "towerdSinkTable",
	    "."
	    "5.1.3.1",
	    sink_columns, TOWERD_COUNT(sink_columns), 1 },
};

static void
agent_stop(struct towerd_ctx *ctx)
{
	struct agent_state *agent = towerd_state(ctx);

	for (size_t i = 0; i < agent->sink_count; i++)
		sink_stop(agent->sinks[i]);
	free(agent->sinks);
	engine_stop(agent->engine);
	access_stop(agent->access);
	*agent = (struct agent_state){ .ctx = ctx };
}

static int
start_sinks(struct agent_state *agent)
{
	const struct agent_config *config = towerd_config(agent->ctx);
	const struct sink_config *rows = config->sinks.items;

	agent->sinks = calloc(config->sinks.count + 1, sizeof(struct sink *));
	if (agent->sinks == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->sinks.count; i++) {
		int rc = sink_start(agent, &rows[i], &agent->sinks[i]);
		if (rc < 0)
			return rc;
		agent->sink_count++;
	}
	return 0;
}

static int
agent_start(struct towerd_ctx *ctx)
{
	struct agent_state *agent = towerd_state(ctx);
	const struct agent_config *config = towerd_config(ctx);

	agent->ctx = ctx;
	int rc = sinks_check(ctx, config->sinks.items, config->sinks.count);
	if (rc == 0)
		rc = access_start(agent, &agent->access);
	if (rc == 0)
		rc = engine_start(agent, &agent->engine);
	if (rc == 0)
		rc = start_sinks(agent);
	return rc;
}

static int
agent_check(struct towerd_ctx *ctx, const struct towerd_device *device, struct towerd_fault_sink *faults)
{
	const struct agent_config *config = towerd_config(ctx);

	(void)device;
	(void)faults;
	return sinks_check(ctx, config->sinks.items, config->sinks.count);
}

static void
agent_journal(struct towerd_ctx *ctx, unsigned cursor, const struct towerd_record *record)
{
	struct agent_state *agent = towerd_state(ctx);

	for (size_t i = 0; i < agent->sink_count; i++)
		if (sink_cursor(agent->sinks[i]) == cursor)
			sink_offer(agent->sinks[i], record);
}

static void
agent_journal_lost(struct towerd_ctx *ctx, unsigned cursor)
{
	struct agent_state *agent = towerd_state(ctx);

	for (size_t i = 0; i < agent->sink_count; i++)
		if (sink_cursor(agent->sinks[i]) == cursor)
			sink_lost(agent->sinks[i]);
}

TOWERD_PLUGIN(.name = "snmp-agent", .summary = "SNMP agent and notifications over all views",
    .config_size = sizeof(struct agent_config), .state_size = sizeof(struct agent_state),
    TOWERD_LIST(options), TOWERD_LIST(views), .start = agent_start, .stop = agent_stop, .check = agent_check,
    .journal = agent_journal, .journal_lost = agent_journal_lost, );
