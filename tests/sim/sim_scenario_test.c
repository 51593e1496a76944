/* SPDX-License-Identifier: ISC */
/* Scenario files: what they come to, and what is said about their faults. */
#include "tests/sim/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/expand.h"
#include "tests/sim/inventory.h"
#include "tests/support/cunit_main.h"

static const char city[] = "fleet listen 127.0.0.1:16100  # a comment\n"
			   "broker 127.0.0.1:16101 prefix t\n"
			   "traps to 127.0.0.1:16102\n"
			   "record plant plant.snmprec\n"
			   "record radio /r/radio.snmprec\n"
			   "site A fixed area n/east feeder F1 plant 127.1.0.1 radio 127.1.0.2\n"
			   "site B fixed area n/eastern name \"B \\\"x\\\"\" at 36.1 -43.2 population 70 hub "
			   "A hub A+C plant 127.1.0.3\n"
			   "site C fixed area n feeder F1 plant 127.1.0.4\n"
			   "site T portable area n/east covers A covers B at 1 2 interval=5s\n"
			   "action mains-fail\n"
			   "\tplant set 1.3.6 2 0\n"
			   "\ttower set mains.present false\n"
			   "\tplant trap 1.3.7 1.3.8 4 \"a b\"\n"
			   "end\n"
			   "at 20s mains-fail area n/east\n"
			   "at 2m dead feeder F1\n"
			   "at 10s loss A/radio 30\n"
			   "at 10s say \"hello\"\n"
			   "at 30s drop T\n"
			   "at 40s silence all\n"
			   "at 50s crew C1 a.b.c\n"
			   "repeat after 3m\n";

/* Parses; what was said about faults is in said[1024]. */
static int
parse(const char *text, char *said, struct scenario **scenario)
{
	FILE *faults = fmemopen(said, 1024, "w");
	int rc = scenario_parse("city", strdup(text), faults, scenario);
	fclose(faults);
	return rc;
}

static int
collect(void *context, enum simulator simulator, const char *command)
{
	char *out = context;
	sprintf(out + strlen(out), "%s%s;", simulator == SIM_TOWER ? "T:" : "", command);
	return 0;
}

static const char *
commands_of(const struct scenario *scenario, size_t event)
{
	static char commands[4096];
	char fault[256];
	commands[0] = '\0';
	CU_ASSERT(expand(scenario, &scenario->events[event].words, collect, commands, fault) >= 0);
	return commands;
}

static void
events_come_to_commands_in_the_order_of_their_time(void)
{
	static const char *const expected[] = {
		"loss 127.1.0.2 30;",
		"",
		/* clang-format off */
		("set 127.1.0.1 1.3.6 2 0;trap 127.1.0.1 127.0.0.1:16102 1.3.7 1.3.8 4 \"a b\";"
		"T:set T mains.present false;"),
		/* clang-format on */
		"T:drop T;",
		"T:silence T;",
		"T:crew C1 a.b.c;",
		"dead 127.1.0.1;dead 127.1.0.2;dead 127.1.0.4;",
	};
	char said[1024] = "";
	struct scenario *scenario;

	CU_ASSERT_EQUAL_FATAL(parse(city, said, &scenario), 0);
	CU_ASSERT_EQUAL_FATAL(scenario->event_count, sizeof(expected) / sizeof(expected[0]));
	CU_ASSERT_EQUAL(scenario->repeat_ms, 180000);
	for (size_t i = 0; i < scenario->event_count; i++)
		CU_ASSERT_STRING_EQUAL(commands_of(scenario, i), expected[i]);
	scenario_free(scenario);
}

static void
the_setup_defines_everything_and_towers_connect_last(void)
{
	char said[1024] = "", commands[4096] = "";
	struct scenario *scenario;

	CU_ASSERT_EQUAL_FATAL(parse(city, said, &scenario), 0);
	scenario->file = "/some/where/city";
	CU_ASSERT_EQUAL(expand_setup(scenario, collect, commands), 0);
	CU_ASSERT_STRING_EQUAL(commands,
	    "record plant \"/some/where/plant.snmprec\";record radio \"/r/radio.snmprec\";device 127.1.0.1 "
	    "plant;"
	    "device 127.1.0.2 radio;device 127.1.0.3 plant;device 127.1.0.4 plant;T:tower T \"interval=5s\" "
	    "start=away;"
	    "T:position T 1 2;");
	commands[0] = '\0';
	CU_ASSERT_EQUAL(expand_start(scenario, collect, commands), 0);
	CU_ASSERT_STRING_EQUAL(commands, "T:return T;");
	scenario_free(scenario);
}

static void
the_inventory_has_every_site_with_what_is_known_of_it(void)
{
	char said[1024] = "", text[4096] = "";
	struct scenario *scenario;

	CU_ASSERT_EQUAL_FATAL(parse(city, said, &scenario), 0);
	FILE *out = fmemopen(text, sizeof(text), "w");
	CU_ASSERT_EQUAL(inventory_write(scenario, out), 0);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "  - id: \"B\"\n    name: \"B \\\"x\\\"\"\n    kind: fixed\n    area: \"n/eastern\"\n    "
	    "location: { lat: 36.1, lon: -43.2 }\n"
	    "    population: 70\n    depends-on:\n      - [\"A\"]\n      - [\"A\", \"C\"]\n    devices:\n"
	    "      - { id: \"plant\", driver: snmp, address: \"127.1.0.3:16100\", version: \"2c\", "
	    "community: \"public\", profile: auto }\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "    kind: portable\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    text, "    covers: [\"A\", \"B\"]\n    devices:\n      - { id: \"tower\", driver: mqtt }\n"));
	scenario_free(scenario);
}

static void
a_fault_is_told_with_its_line(void)
{
	static const struct {
		const char *text;
		const char *said;
	} cases[] = {
		{ "frobnicate\n", "city:1: \"frobnicate\": a line begins with" },
		{ "\n\nsite A fixed\n", "city:3: site A has no area" },
		{ "site A wheeled area n\n", "city:1: site A: \"wheeled\" is neither fixed nor portable" },
		{ "site A fixed area n\nsite A fixed area n\n", "city:2: site A exists already" },
		{ "site A fixed area n plant 127.0.0.1\n", "city:1: \"plant\": there are area name" },
		{ "record p f\nsite A fixed area n p 10.0.0.1\n",
		    "city:2: p 10.0.0.1: not an address in 127.0.0.0/8" },
		{ "record p f\nsite A fixed area n p 127.0.0.1 p 127.0.0.1\n",
		    "city:2: p 127.0.0.1: the address is taken" },
		{ "site A fixed area n hub B\n", "city:1: A hub B: there is no such site" },
		{ "site A portable area n covers B\n", "city:1: A covers B: there is no such site" },
		{ "record tower f\n", "city:1: record tower: the name is taken" },
		{ "site A fixed area n\nat soon dead A\n", "city:2: \"soon\" is no time" },
		{ "site A fixed area n\nat 1s explode A\n",
		    "city:2: \"explode\" is neither an action of this file nor a verb" },
		{ "site A fixed area n\nat 1s dead B\n", "city:2: dead B: nothing there that it applies to" },
		{ "site A portable area n\nat 1s dead area n\n",
		    "city:2: dead area n: nothing there that it applies to" },
		{ "action x\nplant set 1 2 3\nend\n", "city:2: \"plant\": a step is RECORD|tower VERB" },
		{ "action x\n", "city:1: action x has no end" },
		{ "record p f\nsite A fixed area n p 127.0.0.1\nat 1s trap A 1.3\n",
		    "city:3: a trap needs a line `traps to" },
		{ "site \"A\n", "city:1: a quote is not closed" },
		{ "fleet listen 127.0.0.1:99999\n", "city:1: fleet listen 127.0.0.1:PORT" },
		{ "at 1s\n", "city:1: at: the line is too short" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char said[1024] = "";
		struct scenario *scenario;
		CU_ASSERT_EQUAL(parse(cases[i].text, said, &scenario), -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(said, cases[i].said));
		if (strstr(said, cases[i].said) == NULL)
			printf("\nexpected %s\nsaid %s", cases[i].said, said);
	}
}

static void
every_fault_of_a_file_is_told_at_once(void)
{
	char said[1024] = "";
	struct scenario *scenario;

	CU_ASSERT_EQUAL(parse("bogus\nfleet listen\nsite A fixed\n", said, &scenario), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "city:1: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "city:2: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "city:3: "));
}

static const struct claim claims[] = {
	CLAIM(events_come_to_commands_in_the_order_of_their_time),
	CLAIM(the_setup_defines_everything_and_towers_connect_last),
	CLAIM(the_inventory_has_every_site_with_what_is_known_of_it),
	CLAIM(a_fault_is_told_with_its_line),
	CLAIM(every_fault_of_a_file_is_told_at_once),
};
CLAIMS_MAIN("scenario", claims)
