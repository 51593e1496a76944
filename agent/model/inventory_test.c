/* SPDX-License-Identifier: ISC */
/* What an import promises: all or nothing, every fault with its place, only differences change, export reads back to the same. */
#include <errno.h>

#include "agent/model/model_fixture.h"

static const char city[] = "sites:\n"
			   "  - id: HUB-1\n"
			   "    name: Hub\n"
			   "    area: nineveh\n"
			   "    devices: [{ id: radio, driver: snmp, address: '127.0.0.1:1161' }]\n"
			   "  - id: NIN-0042\n"
			   "    name: \"Faziliya \\\"East\\\"\"\n"
			   "    kind: fixed\n"
			   "    area: nineveh/east\n"
			   "    location: { lat: 36.3921, lon: 43.2873 }\n"
			   "    population: 12000\n"
			   "    power-feeder: FDR-12\n"
			   "    link-budget: 20MiB\n"
			   "    depends-on: [[HUB-1], [HUB-1, COW-7]]\n"
			   "    thresholds: { battery.voltage: { low: 47.0, critical-low: 44.5 } }\n"
			   "    devices:\n"
			   "      - { id: power, driver: snmp, address: 127.0.0.1:1161, link-budget: 512KiB, "
			   "identity: hold, credentials: plants, profile: auto }\n"
			   "  - id: COW-7\n"
			   "    kind: portable\n"
			   "    covers: [NIN-0042]\n"
			   "    devices: [{ id: tower, driver: mqtt }]\n";

static void
an_import_makes_sites_and_devices(void)
{
	struct fixture f;
	struct inventory_result result;
	fixture_start(&f, false);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", city, false, &result), 0);
	CU_ASSERT_STRING_EQUAL(f.faults, "");
	CU_ASSERT_EQUAL(result.added, 3);
	const struct site *site = model_site(f.model, "NIN-0042");
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	CU_ASSERT_EQUAL(site->entity.number & 0xff, 0);
	CU_ASSERT_STRING_EQUAL(site->name, "Faziliya \"East\"");
	CU_ASSERT_STRING_EQUAL(site->depends_on, "HUB-1 | HUB-1 & COW-7");
	CU_ASSERT_EQUAL(site->threshold_count, 2);
	CU_ASSERT_EQUAL(site->thresholds[0].limit, 47000);
	const struct device *device = model_device_at(site, "power");
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	CU_ASSERT_EQUAL(device->setting_count, 2);
	CU_ASSERT_STRING_EQUAL(device->keys[1], "profile");
	CU_ASSERT_EQUAL(model_site(f.model, "COW-7")->kind, SITE_PORTABLE);
	CU_ASSERT_PTR_EQUAL(model_site_of(f.model, device->entity.number), site);
	fixture_stop(&f);
}

static void
only_what_differs_changes(void)
{
	struct fixture f;
	struct inventory_result result;
	fixture_start(&f, false);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	uint32_t number = model_site(f.model, "NIN-0042")->entity.number;
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", city, false, &result), 0);
	CU_ASSERT_EQUAL(result.unchanged, 3);
	CU_ASSERT_EQUAL(result.added + result.changed + result.removed, 0);
	static const char moved[] =
	    "sites:\n  - { id: NIN-0042, area: basra, devices: [{ id: power, driver: snmp }] }\n";
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", moved, false, &result), 0);
	CU_ASSERT_EQUAL(result.changed, 1);
	CU_ASSERT_EQUAL(model_site(f.model, "NIN-0042")->entity.number, number);
	CU_ASSERT_STRING_EQUAL(model_site(f.model, "NIN-0042")->area, "basra");
	CU_ASSERT_EQUAL(model_site_count(f.model), 3);
	fixture_stop(&f);
}

static void
a_pruned_site_comes_back_with_its_numbers(void)
{
	struct fixture f;
	struct inventory_result result;
	fixture_start(&f, false);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	uint32_t site = model_site(f.model, "NIN-0042")->entity.number;
	uint32_t device = model_device_at(model_site(f.model, "NIN-0042"), "power")->entity.number;
	uint32_t sensor = fixture_sensor(&f, "NIN-0042", "power", "battery.voltage", "1");
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", "sites: [{ id: HUB-1 }]", true, &result), 0);
	CU_ASSERT_EQUAL(result.removed, 2);
	CU_ASSERT_PTR_NULL(model_site(f.model, "NIN-0042"));
	CU_ASSERT_PTR_NULL(model_device(f.model, device));
	CU_ASSERT_PTR_NULL(model_sensor(f.model, sensor));
	CU_ASSERT_PTR_NULL(strstr(fixture_json(&f, "entPhysicalTable", scopes_all(f.scopes)), "NIN-0042"));
	fixture_import(&f, "sites.yaml", city, false, NULL);
	CU_ASSERT_EQUAL(model_site(f.model, "NIN-0042")->entity.number, site);
	CU_ASSERT_EQUAL(model_device_at(model_site(f.model, "NIN-0042"), "power")->entity.number, device);
	CU_ASSERT_EQUAL(fixture_sensor(&f, "NIN-0042", "power", "battery.voltage", "1"), sensor);
	fixture_stop(&f);
}

static void
every_fault_is_named_with_its_place_and_nothing_changes(void)
{
	static const struct {
		const char *name, *text, *faults;
	} cases[] = {
		{ "a.yaml", "sites:\n  - { id: -x }\n  - { id: A, kind: mobile, area: Nineveh }\n",
		    "a.yaml:2:11: id \"-x\": a letter or digit, then letters, digits, '.', '_' or '-', at "
		    "most 32 in all\n"
		    "a.yaml:3:20: kind \"mobile\": fixed or portable is accepted\n"
		    "a.yaml:3:34: area \"Nineveh\": parts of a-z, 0-9, '.', '_' and '-' joined by '/', at "
		    "most 64 octets in all\n" },
		{ "a.yaml", "sites:\n  - { name: x }\n", "a.yaml:2:5: a site has no id\n" },
		{ "a.yaml", "sites:\n  - { id: A }\n  - { id: B }\n  - { id: A }\n",
		    "a.yaml:4:5: site A stands in line 2 already\n" },
		{ "a.yaml", "sites:\n  - { id: A, depends-on: [[B]], kind: portable, covers: [A, C] }\n",
		    "a.yaml:2:26: site A: depends-on names B, and there is no such site\n"
		    "a.yaml:2:57: site A: covers names the site itself\n"
		    "a.yaml:2:57: site A: covers names C, and there is no such site\n" },
		{ "a.yaml",
		    "sites:\n  - { id: A, devices: [{ id: x, driver: snmp }, { id: x, driver: mqtt }, { id: "
		    "y }] }\n",
		    "a.yaml:2:49: site A: device x stands in line 2 already\n"
		    "a.yaml:2:74: site A: device y has no driver\n" },
		{ "a.yaml",
		    "sites:\n  - id: A\n    thresholds: { battery.voltage: { lower: 47, low: 4700 }, none: { "
		    "low: 1 } }\n",
		    "a.yaml:3:38: thresholds: battery.voltage has no \"lower\"; accepted: low, very-low, "
		    "critical-low\n"
		    "a.yaml:3:49: thresholds: battery.voltage low: 4700 is outside 0 to 1500 V\n"
		    "a.yaml:3:70: thresholds: the catalogue has no kind \"none\"\n" },
		{ "a.yaml",
		    "sites:\n  - { id: A, nmae: x, location: { lat: 96.1234567, lon: 43.7654321 } }\n",
		    "a.yaml:2:14: unknown key \"nmae\": did you mean \"name\"?\n"
		    "a.yaml:2:33: location: degrees from -90 to 90 are accepted\n" },
		{ "a.csv", "id,depends-on\nA,B C\nB,\nC,\n",
		    "a.csv:2:3: depends-on: '|' or '&' is expected before \"C\"\n" },
		{ "a.yaml", "sites: 7\n", "a.yaml:1:8: sites: a list is accepted\n" },
		{ "a.yaml", "sites:\n  - { id: A, covers: [B] }\n  - { id: B, population: -3 }\n",
		    "a.yaml:3:26: population \"-3\": a whole number from 0 to 4294967295 is accepted\n"
		    "a.yaml:2:22: site A: covers is for portable sites\n" },
		{ "a.yaml",
		    "sites:\n  - { id: A, link-budget: 20, devices: [{ id: x, driver: d, link-budget: 0B }] "
		    "}\n",
		    "a.yaml:2:27: link-budget \"20\": a size for each day, such as 20MiB, is accepted\n"
		    "a.yaml:2:74: link-budget \"0B\": a size for each day, such as 20MiB, is accepted\n" },
		{ "a.csv", "id,device.id,device.driver,device.identity\nA,x,d,ask\n",
		    "a.csv:2:7: identity \"ask\": accept or hold is accepted\n" },
		{ "a.csv", "id,name,colour\nA,x,red\n", "a.csv:1:9: unknown column \"colour\"\n" },
		{ "a.csv", "id,name,population\nA,\"x, y\",many\nB,z,1,2\n",
		    "a.csv:2:10: population \"many\": a whole number from 0 to 4294967295 is accepted\n"
		    "a.csv:3:7: a line has 4 cells and there are 3 columns\n" },
		{ "a.csv", "id,name\nA,\"x\n", "a.csv:2:3: a quoted cell does not end\n" },
		{ "a.csv", "id,name\nA,\xff\n", "a.csv:0:0: is not UTF-8 text\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		fixture_start(&f, false);
		CU_ASSERT_EQUAL(fixture_import(&f, cases[i].name, cases[i].text, false, NULL), -EINVAL);
		CU_ASSERT_STRING_EQUAL(f.faults, cases[i].faults);
		if (strcmp(f.faults, cases[i].faults) != 0)
			fprintf(stderr, "case %zu said:\n%s", i, f.faults);
		CU_ASSERT_EQUAL(model_site_count(f.model), 0);
		fixture_stop(&f);
	}
}

static void
a_fault_never_tells_a_location(void)
{
	struct fixture f;
	fixture_start(&f, false);
	fixture_import(
	    &f, "a.yaml", "sites: [{ id: A, location: { lat: 36.3921, lon: 243.2873 } }]", false, NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.faults, "location"));
	CU_ASSERT_PTR_NULL(strstr(f.faults, "36.39"));
	CU_ASSERT_PTR_NULL(strstr(f.faults, "243.28"));
	fixture_stop(&f);
}

static void
csv_says_the_same_as_yaml(void)
{
	static const char csv[] =
	    "\xef\xbb\xbfid,name,kind,area,location.lat,location.lon,population,power-feeder,link-budget,"
	    "depends-on,"
	    "covers,"
	    "thresholds.battery.voltage.low,thresholds.battery.voltage.critical-low,"
	    "device.id,device.driver,device.address,device.link-budget,device.identity,device.credentials,"
	    "device.profile\r\n"
	    "HUB-1,Hub,,nineveh,,,,,,,,,,radio,snmp,127.0.0.1:1161,,,,\r\n"
	    "NIN-0042,\"Faziliya "
	    "\"\"East\"\"\",fixed,nineveh/east,36.3921,43.2873,12000,FDR-12,20MiB,HUB-1|HUB-1 "
	    "& COW-7,,47,44.5,"
	    "power,snmp,127.0.0.1:1161,512KiB,hold,plants,auto\r\n"
	    "\r\n"
	    "COW-7,,portable,,,,,,,,NIN-0042,,,tower,mqtt,,,,,\r\n";
	struct fixture f;
	struct inventory_result result;
	fixture_start(&f, false);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", city, false, NULL), 0);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.csv", csv, true, &result), 0);
	CU_ASSERT_STRING_EQUAL(f.faults, "");
	CU_ASSERT_EQUAL(result.unchanged, 3);
	CU_ASSERT_EQUAL(result.changed, 0);
	static const char more[] = "id,device.id,device.driver\nCOW-7,tower,mqtt\nCOW-7,spare,mqtt\n";
	CU_ASSERT_EQUAL(fixture_import(&f, "more.csv", more, false, &result), 0);
	CU_ASSERT_EQUAL(model_site(f.model, "COW-7")->device_count, 2);
	fixture_stop(&f);
}

static void
an_export_reads_back_to_the_same(void)
{
	struct fixture f;
	struct inventory_result result;
	fixture_start(&f, false);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	char *text = inventory_export(f.model, scopes_all(f.scopes));
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_EQUAL(fixture_import(&f, "export.yaml", text, true, &result), 0);
	CU_ASSERT_STRING_EQUAL(f.faults, "");
	CU_ASSERT_EQUAL(result.unchanged, 3);
	struct fixture g;
	fixture_start(&g, false);
	CU_ASSERT_EQUAL(fixture_import(&g, "export.yaml", text, false, &result), 0);
	char *again = inventory_export(g.model, scopes_all(g.scopes));
	CU_ASSERT_STRING_EQUAL(again, text);
	free(again);
	free(text);
	fixture_stop(&g);
	fixture_stop(&f);
}

static void
a_budget_of_a_site_is_shared_by_devices_that_have_none_of_their_own(void)
{
	static const char text[] =
	    "sites:\n  - { id: A, link-budget: 20MiB, devices: [{ id: x, driver: d },\n"
	    "      { id: y, driver: d }, { id: z, driver: d, link-budget: 1MiB }] }\n"
	    "  - { id: B, devices: [{ id: x, driver: d }] }\n";
	struct fixture f;
	fixture_start(&f, true);
	fixture_import(&f, "sites.yaml", text, false, NULL);
	for (int i = 0; i < 2; i++) {
		const struct site *site = model_site(f.model, "A");
		CU_ASSERT_EQUAL(model_pace(model_device_at(site, "x")).bytes_a_day, 10 << 20);
		CU_ASSERT_EQUAL(model_pace(model_device_at(site, "y")).bytes_a_day, 10 << 20);
		CU_ASSERT_EQUAL(model_pace(model_device_at(site, "z")).bytes_a_day, 1 << 20);
		CU_ASSERT_EQUAL(model_pace(model_device_at(model_site(f.model, "B"), "x")).bytes_a_day, 0);
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_stop(&f);
}

static void
an_export_keeps_what_the_reader_may_not_know(void)
{
	struct fixture f;
	fixture_start(&f, false);
	fixture_import(&f, "sites.yaml", city, false, NULL);
	char *text =
	    inventory_export(f.model, fixture_scope(&f, "nineveh/east", ROLE_READ, LOCATION_NEVER, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "NIN-0042"));
	CU_ASSERT_PTR_NULL(strstr(text, "36.39"));
	CU_ASSERT_PTR_NULL(strstr(text, "plants"));
	CU_ASSERT_PTR_NULL(strstr(text, "name: \"Hub\""));
	free(text);
	fixture_stop(&f);
}

static void
a_check_needs_no_model(void)
{
	struct fixture f = { .faults = "" };
	struct towerd_fault_sink faults = { fixture_report, &f, 0 };
	CU_ASSERT_EQUAL(inventory_check("sites.yaml", city, sizeof(city) - 1, &faults), 0);
	CU_ASSERT_EQUAL(
	    inventory_check("sites.yaml", "sites: [{ id: A, depends-on: [[B]] }]", 37, &faults), -EINVAL);
	CU_ASSERT_STRING_EQUAL(
	    f.faults, "sites.yaml:1:30: site A: depends-on names B, and there is no such site\n");
	CU_ASSERT_EQUAL(inventory_check("sites.yaml", "", 0, &faults), 0);
	CU_ASSERT_EQUAL(inventory_check("sites.csv", "", 0, &faults), -EINVAL);
}

static const struct claim claims[] = {
	CLAIM(an_import_makes_sites_and_devices),
	CLAIM(only_what_differs_changes),
	CLAIM(a_pruned_site_comes_back_with_its_numbers),
	CLAIM(every_fault_is_named_with_its_place_and_nothing_changes),
	CLAIM(a_fault_never_tells_a_location),
	CLAIM(csv_says_the_same_as_yaml),
	CLAIM(an_export_reads_back_to_the_same),
	CLAIM(a_budget_of_a_site_is_shared_by_devices_that_have_none_of_their_own),
	CLAIM(an_export_keeps_what_the_reader_may_not_know),
	CLAIM(a_check_needs_no_model),
};

CLAIMS_MAIN("inventory", claims)
