/* SPDX-License-Identifier: ISC */
/* The agent's configuration: what a good file gives, and what is said of a broken one, with its place. */
#include <stdio.h>
#include <string.h>

#include "agent/config/config.h"
#include "support/fault_log.h"
#include "tests/support/cunit_main.h"

#include <towerd/plugin.h>

static struct fault_log faults;

static struct config *
parse(const char *text)
{
	fault_log_clear(&faults);
	return config_parse("/etc/towerd/towerd.yaml", text, strlen(text), &faults.sink);
}

static void
an_empty_file_gives_the_defaults(void)
{
	struct config *config = parse("");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(faults.text, "");
	const struct config_agent *agent = &config->agent;
	CU_ASSERT_STRING_EQUAL(agent->name, "towerd");
	CU_ASSERT_STRING_EQUAL(agent->state_dir, "/var/lib/towerd");
	CU_ASSERT_STRING_EQUAL(agent->control_socket, "/run/towerd/control.sock");
	CU_ASSERT_STRING_EQUAL(agent->control_group, "towerd");
	CU_ASSERT_EQUAL_FATAL(agent->profile_dirs.count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(agent->profile_dirs.items[0], "/profiles"));
	CU_ASSERT_STRING_EQUAL(agent->profile_dirs.items[1], "/etc/towerd/profiles");
	CU_ASSERT_PTR_NULL(agent->inventory);
	CU_ASSERT_EQUAL(agent->log.level, TOWERD_LOG_INFO);
	CU_ASSERT_EQUAL(agent->log.format, CONFIG_LOG_TEXT);
	CU_ASSERT_EQUAL(agent->journal.keep_ms, INT64_C(400) * 86400000);
	CU_ASSERT_EQUAL(agent->journal.max_octets, INT64_C(20) << 30);
	CU_ASSERT_EQUAL(agent->readings.stale_factor, 3);
	CU_ASSERT_EQUAL(agent->readings.stale_min_ms, 180000);
	CU_ASSERT_EQUAL(agent->alarm.hold_ms, 5000);
	CU_ASSERT_EQUAL(agent->alarm.unreachable_ms, 30000);
	CU_ASSERT_EQUAL(agent->alarm.clear_keep, 1000);
	CU_ASSERT_EQUAL(agent->repair.soak_ms, 600000);
	CU_ASSERT_EQUAL(agent->repair.verify_limit_ms, 3600000);
	CU_ASSERT_PTR_NOT_NULL(agent->plugin_dir);
	CU_ASSERT_EQUAL(config->reader_count, 0);
	CU_ASSERT_EQUAL(config->plugin_count, 0);
	config_free(config);
}

static void
a_full_file_is_read(void)
{
	struct config *config = parse("agent:\n"
				      "  name: north\n"
				      "  state-dir: state\n"
				      "  plugin-dir: /opt/plugins\n"
				      "  profile-dir: [profiles, /etc/towerd/profiles]\n"
				      "  inventory: sites.yaml\n"
				      "  log: { level: debug, format: json }\n"
				      "  journal: { keep: 30d, max-size: 1GiB }\n"
				      "  repair: { soak: 30s }\n"
				      "readers:\n"
				      "  noc-east: { role: operate, areas: [nineveh/east, anbar] }\n"
				      "  wallboard: { role: read, areas: [\"*\"], location: never }\n"
				      "  root: { role: admin, areas: \"*\", location: always }\n"
				      "plugins:\n"
				      "  snmp: { interval: 60s }\n"
				      "  mqtt:\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(faults.text, "");
	CU_ASSERT_STRING_EQUAL(config->agent.name, "north");
	CU_ASSERT_STRING_EQUAL(config->agent.state_dir, "/etc/towerd/state");
	CU_ASSERT_STRING_EQUAL(config->agent.plugin_dir, "/opt/plugins");
	CU_ASSERT_STRING_EQUAL(config->agent.profile_dirs.items[0], "/etc/towerd/profiles");
	CU_ASSERT_STRING_EQUAL(config->agent.inventory, "/etc/towerd/sites.yaml");
	CU_ASSERT_EQUAL(config->agent.log.level, TOWERD_LOG_DEBUG);
	CU_ASSERT_EQUAL(config->agent.log.format, CONFIG_LOG_JSON);
	CU_ASSERT_EQUAL(config->agent.journal.keep_ms, INT64_C(30) * 86400000);
	CU_ASSERT_EQUAL(config->agent.repair.soak_ms, 30000);
	CU_ASSERT_EQUAL(config->agent.repair.verify_limit_ms, 3600000);

	const struct config_reader *noc = config_find_reader(config, "noc-east");
	CU_ASSERT_PTR_NOT_NULL_FATAL(noc);
	CU_ASSERT_EQUAL(noc->role, CONFIG_OPERATE);
	CU_ASSERT_EQUAL(noc->location, CONFIG_SECURE);
	CU_ASSERT_EQUAL_FATAL(noc->areas.count, 2);
	CU_ASSERT_STRING_EQUAL(noc->areas.items[1], "anbar");
	CU_ASSERT_EQUAL(config_find_reader(config, "wallboard")->location, CONFIG_NEVER);
	CU_ASSERT_EQUAL(config_find_reader(config, "root")->location, CONFIG_ALWAYS);
	CU_ASSERT_STRING_EQUAL(config_find_reader(config, "root")->areas.items[0], "*");
	CU_ASSERT_PTR_NULL(config_find_reader(config, "nobody"));

	CU_ASSERT_EQUAL_FATAL(config->plugin_count, 2);
	CU_ASSERT_STRING_EQUAL(config->plugins[0].name, "snmp");
	CU_ASSERT_STRING_EQUAL(
	    towerd_yaml_text(towerd_yaml_get(config->plugins[0].options, "interval")), "60s");
	CU_ASSERT_STRING_EQUAL(config->plugins[1].name, "mqtt");
	CU_ASSERT_EQUAL(towerd_yaml_count(config->plugins[1].options), 0);
	config_free(config);
}

#define AT(place) "/etc/towerd/towerd.yaml:" place

static void
a_broken_file_is_told_with_place_and_remedy(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "agnt:\n  name: x\n", AT("1:1: unknown key \"agnt\"; did you mean \"agent\"?\n") },
		{ "sites: []\n", AT("1:1: unknown key \"sites\"; accepted are: agent, readers, plugins\n") },
		{ "agent: [x]\n", AT("1:8: \"agent\" is a list; a map is accepted\n") },
		{ "agent:\n  nmae: x\n", AT("2:3: unknown key \"nmae\"; did you mean \"name\"?\n") },
		{ "agent:\n  name: no spaces\n",
		    AT("2:9: \"no spaces\" is not a name; up to 32 letters, digits and . _ - are accepted, a "
		       "letter or digit first\n") },
		{ "agent:\n  name: -x\n",
		    AT("2:9: \"-x\" is not a name; up to 32 letters, digits and . _ - are accepted, a letter "
		       "or digit first\n") },
		{ "agent:\n  name:\n", AT("2:3: \"name\" has no value; a text is accepted\n") },
		{ "agent:\n  name: {a: b}\n", AT("2:9: \"name\" is a map; a text is accepted\n") },
		{ "agent:\n  state-dir: \"\"\n", AT("2:14: \"state-dir\" is empty; a path is accepted\n") },
		{ "agent:\n  log: { level: verbose }\n",
		    AT("2:17: \"level\" is \"verbose\"; accepted are: error, warning, info, debug\n") },
		{ "agent:\n  log: { level: info, colour: on }\n",
		    AT("2:23: unknown key \"colour\"; accepted are: level, format\n") },
		{ "agent:\n  journal:\n    keep: 400\n",
		    AT("3:11: \"keep\" is \"400\"; a duration such as 500ms, 30s, 5m, 2h or 400d is "
		       "accepted\n") },
		{ "agent:\n  journal:\n    max-size: 20GB\n",
		    AT("3:15: \"max-size\" is \"20GB\"; a size such as 512B, 64KiB, 20MiB or 20GiB is "
		       "accepted\n") },
		{ "agent:\n  readings: { stale-factor: 1 }\n",
		    AT("2:29: \"stale-factor\" is \"1\"; 2 to 100 is accepted\n") },
		{ "agent:\n  readings: { stale-factor: three }\n",
		    AT("2:29: \"stale-factor\" is \"three\"; a whole number is accepted\n") },
		{ "agent:\n  readings: { stale-factor: \"3\" }\n",
		    AT("2:29: \"stale-factor\" is \"3\" in quotes; a whole number is accepted\n") },
		{ "agent:\n  repair: { soak: 31d }\n",
		    AT("2:19: \"soak\" is \"31d\"; 1s to 30d is accepted\n") },
		{ "agent:\n  repair: { soak: 99999999999999999999d }\n",
		    AT("2:19: \"soak\" is \"99999999999999999999d\"; 1s to 30d is accepted\n") },
		{ "agent:\n  profile-dir: [a, [b]]\n",
		    AT("2:20: \"profile-dir\" has an item that is not a text; a path or a list of paths is "
		       "accepted\n") },
		{ "readers:\n  noc: { role: root, areas: [\"*\"] }\n",
		    AT("2:16: \"role\" is \"root\"; accepted are: read, operate, admin\n") },
		{ "readers:\n  noc: { role: read }\n",
		    AT("2:8: \"areas\" is missing: areas whose sites exist for this reader, with all below "
		       "them; \"*\" is "
		       "everything\n") },
		{ "readers:\n  noc:\n",
		    AT("2:3: \"areas\" is missing: areas whose sites exist for this reader, with all below "
		       "them; \"*\" is "
		       "everything\n") },
		{ "readers:\n  - noc\n", AT("2:3: \"readers\" is a list; a map of maps is accepted\n") },
		{ "readers:\n  noc: yes\n",
		    AT("2:8: \"readers\" has an item that is not a map; a map of maps is accepted\n") },
		{ "readers:\n  noc east: { areas: [\"*\"] }\n",
		    AT("2:3: \"noc east\" is not a name; up to 32 letters, digits and . _ - are accepted, a "
		       "letter or digit first\n") },
		{ "readers:\n  noc: { areas: [nineveh//east] }\n",
		    AT("2:18: \"nineveh//east\" is not an area; names joined by / are accepted, or "
		       "\"*\"\n") },
		{ "readers:\n  noc: { areas: /x }\n",
		    AT("2:17: \"/x\" is not an area; names joined by / are accepted, or \"*\"\n") },
		{ "plugins: [snmp]\n",
		    AT("1:10: \"plugins\" is not a map; a map with a plugin's name for each key is "
		       "accepted\n") },
		{ "plugins: snmp\n",
		    AT("1:10: \"plugins\" is not a map; a map with a plugin's name for each key is "
		       "accepted\n") },
		{ "plugins:\n  ../evil: {}\n",
		    AT("2:3: \"../evil\" is not a name; up to 32 letters, digits and . _ - are accepted, a "
		       "letter or digit first\n") },
		{ "- agent\n", AT("1:1: this is a list; a map of options is accepted\n") },
		{ "agent:\n  control-socket: "
		  "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "012345678901234567890123456789\n",
		    AT("2:19: \"control-socket\" is 112 octets long with its folder; a path of up to 107 is "
		       "accepted\n") },
		/* Every fault is told, not the first alone. */
		{ "agent:\n  nam: x\n  log: { level: x }\nreaders: 5\n",
		    AT("2:3: unknown key \"nam\"; did you mean \"name\"?\n") },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *config = parse(cases[i].text);
		bool is_last = i + 1 == sizeof(cases) / sizeof(cases[0]);
		bool is_right = is_last
		    ? strstr(faults.text, cases[i].message) != NULL && faults.sink.count == 3
		    : strcmp(faults.text, cases[i].message) == 0 && faults.sink.count == 1;
		CU_ASSERT_TRUE(is_right);
		if (!is_right)
			printf("\n%sfound  %swanted %s", cases[i].text, faults.text, cases[i].message);
		config_free(config);
	}
}

static void
a_file_that_is_no_yaml_gives_no_config(void)
{
	CU_ASSERT_PTR_NULL(parse("agent: [\n"));
	CU_ASSERT_STRING_EQUAL(faults.text, AT("2:1: not YAML: flow sequence without a closing bracket\n"));
	fault_log_clear(&faults);
	CU_ASSERT_PTR_NULL(config_load("/nonexistent.yaml", &faults.sink));
	CU_ASSERT_STRING_EQUAL(
	    faults.text, "/nonexistent.yaml:1:1: cannot be read: No such file or directory\n");
}

static void
names_are_up_to_32_octets_of_a_small_alphabet(void)
{
	static const char *const good[] = { "a", "7", "NIN-0042", "a.b_c-d",
		"01234567890123456789012345678901" };
	static const char *const bad[] = { "", "-a", ".a", "_a", "a b", "a/b", "a@b", "é",
		"012345678901234567890123456789012" };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CU_ASSERT_TRUE(config_is_name(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(config_is_name(bad[i]));
}

static const struct claim claims[] = {
	CLAIM(an_empty_file_gives_the_defaults),
	CLAIM(a_full_file_is_read),
	CLAIM(a_broken_file_is_told_with_place_and_remedy),
	CLAIM(a_file_that_is_no_yaml_gives_no_config),
	CLAIM(names_are_up_to_32_octets_of_a_small_alphabet),
};

CLAIMS_MAIN("config", claims)
