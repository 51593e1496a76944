/* SPDX-License-Identifier: ISC */
/* The agent's own options as rows, and the few rules that a row cannot say. */
#include "agent/config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <towerd/plugin.h>

#include "agent/config/folder.h"

#define ROWS(array) .rows = (array), .row_count = sizeof(array) / sizeof((array)[0])

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* The file as a whole, while it is being read. */
struct file {
	struct config_agent agent;
	struct towerd_table readers;
	const struct towerd_yaml_node *plugins;
};

static const char *const level_names[] = {
	[TOWERD_LOG_ERROR] = "error",
	[TOWERD_LOG_WARNING] = "warning",
	[TOWERD_LOG_INFO] = "info",
	[TOWERD_LOG_DEBUG] = "debug",
	NULL,
};
static const char *const format_names[] = { [CONFIG_LOG_TEXT] = "text", [CONFIG_LOG_JSON] = "json", NULL };
static const char *const identity_names[] = { "accept", "hold", NULL };
static const char *const role_names[] = {
	[CONFIG_READ] = "read", [CONFIG_OPERATE] = "operate", [CONFIG_ADMIN] = "admin", NULL
};
static const char *const location_names[] = {
	[CONFIG_NEVER] = "never",
	[CONFIG_SECURE] = "secure",
	[CONFIG_ALWAYS] = "always",
	NULL,
};

static const struct towerd_option log_options[] = {
	{ "level", TOWERD_OPT_ENUM, offsetof(struct config_log, level), .def = "info", .names = level_names,
	    .help = "the least severe lines that are written" },
	{ "format", TOWERD_OPT_ENUM, offsetof(struct config_log, format), .def = "text",
	    .names = format_names, .help = "lines for people, or one JSON object each for a collector" },
};

static const struct towerd_option journal_options[] = {
	{ "keep", TOWERD_OPT_DURATION, offsetof(struct config_journal, keep_ms), .def = "400d",
	    .help = "records older than this are dropped; 0s keeps them for ever" },
	{ "max-size", TOWERD_OPT_SIZE, offsetof(struct config_journal, max_octets), .def = "20GiB",
	    .help = "the oldest records are dropped when the journal would outgrow this; 0B sets no bound" },
};

static const struct towerd_option readings_options[] = {
	{ "stale-factor", TOWERD_OPT_INT, offsetof(struct config_readings, stale_factor), .def = "3",
	    .min = 2, .max = 100,
	    .help = "a reading is stale after this many of its own intervals without a new one" },
	{ "stale-after", TOWERD_OPT_DURATION, offsetof(struct config_readings, stale_min_ms), .def = "180s",
	    .min = SECOND, .max = INT64_C(30) * DAY, .help = "but never before this" },
};

static const struct towerd_option alarm_options[] = {
	{ "hold", TOWERD_OPT_DURATION, offsetof(struct config_alarm, hold_ms), .def = "5s", .min = 1,
	    .max = DAY,
	    .help = "how long a threshold must stay crossed, or be back, before its alarm follows" },
	{ "unreachable-after", TOWERD_OPT_DURATION, offsetof(struct config_alarm, unreachable_ms),
	    .def = "30s", .min = SECOND, .max = DAY,
	    .help = "how long a device must be silent before it is alarmed as unreachable" },
	{ "clear-keep", TOWERD_OPT_INT, offsetof(struct config_alarm, clear_keep), .def = "1000", .min = 1,
	    .max = 100000, .help = "how many cleared alarms ALARM-MIB lists (alarmClearMaximum)" },
	{ "history-keep", TOWERD_OPT_INT, offsetof(struct config_alarm, ended_keep), .def = "10000", .min = 1,
	    .max = 1000000,
	    .help =
		"how many cleared alarms are kept with their history until they are purged, oldest first" },
	{ "correlate", TOWERD_OPT_BOOL, offsetof(struct config_alarm, correlate), .def = "true",
	    .help =
		"whether an alarm that is the consequence of another is kept back while that is told; false "
		"tells each by itself" },
	{ "cause-wait", TOWERD_OPT_DURATION, offsetof(struct config_alarm, cause_wait_ms), .def = "30s",
	    .min = SECOND, .max = HOUR,
	    .help =
		"how long an alarm may wait for the verdict on what could have caused it before it is told" },
	{ "recheck", TOWERD_OPT_DURATION, offsetof(struct config_alarm, recheck_ms), .def = "30s",
	    .min = SECOND, .max = HOUR,
	    .help =
		"how long the end of a cause waits for its consequences to end as well, before those that "
		"stay are told by themselves" },
	{ "outage-sites", TOWERD_OPT_INT, offsetof(struct config_alarm, outage_sites), .def = "3", .min = 2,
	    .max = 1000,
	    .help =
		"how many sites of a power feeder or an area must have lost their mains to be one outage" },
	{ "outage-share", TOWERD_OPT_INT, offsetof(struct config_alarm, outage_share), .def = "50", .min = 1,
	    .max = 100, .help = "and how many percent of the feeder's sites whose mains is known" },
	{ "area-share", TOWERD_OPT_INT, offsetof(struct config_alarm, area_share), .def = "80", .min = 1,
	    .max = 100, .help = "the same of an area, of which more than one feeder must be out" },
	{ "outage-reserve", TOWERD_OPT_DURATION, offsetof(struct config_alarm, outage_reserve_ms),
	    .def = "1h", .min = SECOND, .max = DAY,
	    .help = "an outage is major when its first site is expected to go dark within this time" },
	{ "confirm", TOWERD_OPT_DURATION, offsetof(struct config_alarm, confirm_ms), .def = "10s",
	    .min = SECOND, .max = HOUR,
	    .help = "how long the alarm of a notification waits for the reading that confirms it" },
	{ "arc-countdown", TOWERD_OPT_DURATION, offsetof(struct config_alarm, arc_countdown_ms), .def = "10m",
	    .min = SECOND, .max = DAY,
	    .help = "how long what is being repaired must be well before its alarms are reported again "
		    "(arcCDTimeInterval)" },
	{ "arc-timed", TOWERD_OPT_DURATION, offsetof(struct config_alarm, arc_timed_ms), .def = "1h",
	    .min = SECOND, .max = DAY,
	    .help = "how long alarms that are not reported for a time are not (arcTITimeInterval)" },
	{ "arc-bound", TOWERD_OPT_DURATION, offsetof(struct config_alarm, arc_bound_ms), .def = "8h",
	    .min = SECOND, .max = INT64_C(30) * DAY,
	    .help = "how long the alarms of a repair are not reported at most, when its ticket is due at no "
		    "time" },
	{ "chatter-raises", TOWERD_OPT_INT, offsetof(struct config_alarm, chatter_raises), .def = "3",
	    .min = 2, .max = 5,
	    .help =
		"an alarm that is raised this often within chatter-window chatters: it is held as raised" },
	{ "chatter-window", TOWERD_OPT_DURATION, offsetof(struct config_alarm, chatter_window_ms),
	    .def = "1m", .min = SECOND, .max = HOUR, .help = "within which raises are counted for that" },
	{ "steady", TOWERD_OPT_DURATION, offsetof(struct config_alarm, steady_ms), .def = "10m",
	    .min = SECOND, .max = DAY,
	    .help = "how long an alarm that chatters must be neither raised nor cleared before it is told as "
		    "it is" },
};

static const struct towerd_option repair_options[] = {
	{ "soak", TOWERD_OPT_DURATION, offsetof(struct config_repair, soak_ms), .def = "10m", .min = SECOND,
	    .max = INT64_C(30) * DAY,
	    .help = "how long a restored site must be reachable and without a major alarm before its ticket "
		    "closes" },
	{ "verify-limit", TOWERD_OPT_DURATION, offsetof(struct config_repair, verify_limit_ms), .def = "1h",
	    .min = SECOND, .max = INT64_C(30) * DAY,
	    .help = "a claim of repair that is not proven in this time goes back to the crew" },
};

static const struct towerd_option agent_options[] = {
	{ "name", TOWERD_OPT_TEXT, offsetof(struct config_agent, name), .def = "towerd",
	    .help = "what this agent is called, in the journal and as sysName" },
	{ "state-dir", TOWERD_OPT_PATH, offsetof(struct config_agent, state_dir), .def = "/var/lib/towerd",
	    .help = "folder of the journal and the state" },
	{ "control-socket", TOWERD_OPT_PATH, offsetof(struct config_agent, control_socket),
	    .def = "/run/towerd/control.sock", .help = "where towerctl finds the agent" },
	{ "control-group", TOWERD_OPT_TEXT, offsetof(struct config_agent, control_group), .def = "towerd",
	    .help = "the system group whose members may use the control socket; without such a group only "
		    "the agent's user and root" },
	{ "plugin-dir", TOWERD_OPT_PATH, offsetof(struct config_agent, plugin_dir),
	    .help = "folder of the plugins; without it the one that came with this agent" },
	{ "profile-dir", TOWERD_OPT_PATHS, offsetof(struct config_agent, profile_dirs),
	    .help =
		"folders of device profiles, a later one wins where two define the same profile; without it "
		"the one that came with this agent, and /etc/towerd/profiles" },
	{ "inventory", TOWERD_OPT_PATH, offsetof(struct config_agent, inventory),
	    .help = "file of sites and devices that is imported at each start and reload" },
	{ "identity", TOWERD_OPT_ENUM, offsetof(struct config_agent, identity), .def = "accept",
	    .names = identity_names,
	    .help = "what becomes of another box in a slot: accepted at once and alarmed until it was seen, "
		    "or held until "
		    "`towerctl device accept`; a device of the inventory may say otherwise" },
	{ "identity-keep", TOWERD_OPT_DURATION, offsetof(struct config_agent, identity_keep_ms), .def = "24h",
	    .min = SECOND, .max = INT64_C(366) * DAY,
	    .help =
		"how long the alarm of a box that was accepted at once stands when nobody acknowledges it" },
	{ "log", TOWERD_OPT_GROUP, offsetof(struct config_agent, log), ROWS(log_options),
	    .help = "the log, on standard error" },
	{ "journal", TOWERD_OPT_GROUP, offsetof(struct config_agent, journal), ROWS(journal_options),
	    .help = "how much of the past is kept" },
	{ "readings", TOWERD_OPT_GROUP, offsetof(struct config_agent, readings), ROWS(readings_options),
	    .help = "when a reading is too old to be believed" },
	{ "alarm", TOWERD_OPT_GROUP, offsetof(struct config_agent, alarm), ROWS(alarm_options),
	    .help = "when an alarm is raised" },
	{ "repair", TOWERD_OPT_GROUP, offsetof(struct config_agent, repair), ROWS(repair_options),
	    .help = "how a repair is verified" },
};

static const struct towerd_option reader_options[] = {
	{ "role", TOWERD_OPT_ENUM, offsetof(struct config_reader, role), .def = "read", .names = role_names,
	    .help = "what the reader may do: look, work on tickets and alarms, or all" },
	{ "areas", TOWERD_OPT_TEXTS, offsetof(struct config_reader, areas), .required = true,
	    .help = "areas whose sites exist for this reader, with all below them; \"*\" is everything" },
	{ "location", TOWERD_OPT_ENUM, offsetof(struct config_reader, location), .def = "secure",
	    .names = location_names,
	    .help = "who sees coordinates: secure means requests that were authenticated and encrypted" },
};

const struct towerd_option config_options[] = {
	{ "agent", TOWERD_OPT_GROUP, offsetof(struct file, agent), ROWS(agent_options),
	    .help = "the agent itself" },
	{ "readers", TOWERD_OPT_MAP, offsetof(struct file, readers), ROWS(reader_options),
	    .row_size = sizeof(struct config_reader), .help = "who may read what, on every face" },
	{ "plugins", TOWERD_OPT_NODE, offsetof(struct file, plugins),
	    .help = "a map of options for each plugin that is to run" },
};
const size_t config_option_count = sizeof(config_options) / sizeof(config_options[0]);

/* Octets of a name at the start of a text: [A-Za-z0-9][A-Za-z0-9._-]{0,31}. */
static size_t
name_length(const char *text)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strspn(text, others);
	return strspn(text, first) == 0 || len > 32 ? 0 : len;
}

bool
config_is_name(const char *text)
{
	size_t len = name_length(text);
	return len > 0 && text[len] == '\0';
}

/* Names joined by '/', at most 255 octets, or "*". */
static bool
is_area(const char *text)
{
	if (strcmp(text, "*") == 0)
		return true;
	for (const char *p = text; strlen(text) < 256; p++) {
		size_t len = name_length(p);
		p += len;
		if (len == 0 || (*p != '\0' && *p != '/'))
			return false;
		if (*p == '\0')
			return true;
	}
	return false;
}

static void
check_name(
    const struct towerd_yaml *doc, const struct towerd_yaml_node *node, struct towerd_fault_sink *faults)
{
	const char *text = node == NULL ? NULL : towerd_yaml_text(node);
	bool is_null = text != NULL && *text == '\0' && towerd_yaml_is_plain(node); /* told by its row */
	if (text != NULL && !is_null && !config_is_name(text))
		towerd_yaml_fault(doc, node, faults,
		    "\"%.64s\" is not a name; up to 32 letters, digits and . _ - are accepted, a letter or "
		    "digit first",
		    text);
}

static void
check_area(
    const struct towerd_yaml *doc, const struct towerd_yaml_node *node, struct towerd_fault_sink *faults)
{
	const char *text = towerd_yaml_text(node);
	if (text != NULL && !is_area(text))
		towerd_yaml_fault(doc, node, faults,
		    "\"%.64s\" is not an area; names joined by / are accepted, or \"*\"", text);
}

static void
check_readers(
    const struct towerd_yaml *doc, const struct towerd_yaml_node *readers, struct towerd_fault_sink *faults)
{
	for (size_t i = 0; readers != NULL && towerd_yaml_key(readers, i) != NULL; i++) {
		check_name(doc, towerd_yaml_key(readers, i), faults);
		const struct towerd_yaml_node *areas =
		    towerd_yaml_get(towerd_yaml_value(readers, i), "areas");
		if (areas != NULL && towerd_yaml_text(areas) != NULL)
			check_area(doc, areas, faults);
		for (size_t k = 0; areas != NULL && towerd_yaml_item(areas, k) != NULL; k++)
			check_area(doc, towerd_yaml_item(areas, k), faults);
	}
}

static void
check_agent(const struct towerd_yaml *doc, const struct towerd_yaml_node *agent,
    const struct config_agent *values, struct towerd_fault_sink *faults)
{
	const struct towerd_yaml_node *name = NULL, *socket = NULL;
	if (agent != NULL) {
		name = towerd_yaml_get(agent, "name");
		socket = towerd_yaml_get(agent, "control-socket");
	}
	check_name(doc, name, faults);
	size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	if (values->control_socket != NULL && strlen(values->control_socket) > most)
		towerd_yaml_fault(doc, socket, faults,
		    "\"control-socket\" is %zu octets long with its folder; a path of up to %zu is accepted",
		    strlen(values->control_socket), most);
}

/* The plugins in the order of the file. What stands under a name is checked by its plugin's rows; nothing is all defaults. */
static int
take_plugins(struct config *config, const struct towerd_yaml_node *plugins, struct towerd_fault_sink *faults)
{
	if (plugins == NULL)
		return 0;
	const char *text = towerd_yaml_text(plugins);
	bool is_empty = text != NULL && *text == '\0' && towerd_yaml_is_plain(plugins);
	if (towerd_yaml_type(plugins) != TOWERD_YAML_MAP && !is_empty)
		towerd_yaml_fault(config->yaml, plugins, faults,
		    "\"plugins\" is not a map; a map with a plugin's name for each key is accepted");
	if (towerd_yaml_key(plugins, 0) == NULL)
		return 0;
	struct config_plugin *own = calloc(towerd_yaml_count(plugins), sizeof(*own));
	if (own == NULL)
		return -ENOMEM;
	config->plugins = own;
	for (const struct towerd_yaml_node *key;
	     (key = towerd_yaml_key(plugins, config->plugin_count)) != NULL;) {
		check_name(config->yaml, key, faults);
		*own++ = (struct config_plugin){ towerd_yaml_text(key),
			towerd_yaml_value(plugins, config->plugin_count) };
		config->plugin_count++;
	}
	return 0;
}

/* What came with the agent, and above it what the operator added. */
static struct towerd_texts
own_profile_dirs(void)
{
	static const char *dirs[2];

	dirs[0] = folder_of_profiles();
	dirs[1] = "/etc/towerd/profiles";
	return (struct towerd_texts){ dirs, 2 };
}

/* Takes the document. */
static struct config *
config_from(struct towerd_yaml *doc, struct towerd_fault_sink *faults)
{
	if (doc == NULL)
		return NULL;
	struct config *config = calloc(1, sizeof(*config));
	if (config == NULL) {
		towerd_yaml_fault(doc, NULL, faults, "not enough memory to read it");
		towerd_yaml_free(doc);
		return NULL;
	}
	config->yaml = doc;
	const struct towerd_yaml_node *root = towerd_yaml_root(doc);
	struct file file = { .agent = {
				 .plugin_dir = folder_of_plugins(), .profile_dirs = own_profile_dirs() } };
	towerd_yaml_options(doc, root, config_options, config_option_count, &file, faults);
	check_agent(doc, towerd_yaml_get(root, "agent"), &file.agent, faults);
	check_readers(doc, towerd_yaml_get(root, "readers"), faults);
	config->agent = file.agent;
	config->readers = file.readers.items;
	config->reader_count = file.readers.count;
	if (take_plugins(config, file.plugins, faults) < 0) {
		towerd_yaml_fault(doc, NULL, faults, "not enough memory to read it");
		config_free(config);
		return NULL;
	}
	return config;
}

struct config *
config_load(const char *path, struct towerd_fault_sink *faults)
{
	return config_from(towerd_yaml_load(path, faults), faults);
}

struct config *
config_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	return config_from(towerd_yaml_parse(name, text, len, faults), faults);
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	free((void *)(uintptr_t)config->plugins);
	towerd_yaml_free(config->yaml);
	free(config);
}

const struct config_reader *
config_find_reader(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->reader_count; i++)
		if (strcmp(config->readers[i].name, name) == 0)
			return &config->readers[i];
	return NULL;
}
