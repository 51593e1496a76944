/* SPDX-License-Identifier: ISC */
/* The offline commands, as towerctl runs them. */
#include <stdlib.h>
#include <unistd.h>

#include "plugins/snmp/profile/profile_testing.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

static char folder[] = "/tmp/towerd-profiles-XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	if (f == NULL)
		abort();
	fputs(text, f);
	fclose(f);
}

static void
remove_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static int
run(struct fake_host *host, const char *command)
{
	char line[512];

	fake_set(host, "profile-dir", folder);
	snprintf(line, sizeof(line), "%s --walk %s/walk.snmprec --json", command, folder);
	return fake_run(host, line);
}

static void
a_walk_becomes_a_json_array(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	write_file("walk.snmprec",
	    "1.3.6.1.2.1.1.1.0|4|Testing 1\n1.3.6.1.4.1.9999.1.0|4|532\n1.3.6.1.4.1.9999.2.0|2|3\n"
	    "1.3.6.1.4.1.9999.3.0|5|\nrubbish\n1.3.6.1.4.1.9999.9.1.0|2|7\n");
	CU_ASSERT_EQUAL(run(host, "profile test"), 0);
	CU_ASSERT_STRING_EQUAL(fake_out(host),
	    "[{\"oid\":\"1.3.6.1.4.1.9999.1.0\",\"kind\":\"battery.voltage\",\"instance\":\"\",\"label\":"
	    "\"Battery\",\"raw\":\"532\","
	    "\"value\":53.2,\"unit\":\"V\",\"state\":null,\"quality\":\"good\"},"
	    "{\"oid\":\"1.3.6.1.4.1.9999.2.0\",\"kind\":\"battery.state\",\"instance\":\"\",\"label\":\"\","
	    "\"raw\":3,"
	    "\"value\":null,\"unit\":\"\",\"state\":\"low\",\"quality\":\"good\"},"
	    "{\"oid\":\"1.3.6.1.4.1.9999.3.0\",\"kind\":\"humidity\",\"instance\":\"\",\"label\":\"\","
	    "\"raw\":null,"
	    "\"value\":null,\"unit\":\"%\",\"state\":null,\"quality\":\"unknown\"}]\n");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fake_err(host), "/walk.snmprec:5:1: not OID|TAG|VALUE; 1 such line skipped\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host), "recognised testing: A test ("));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fake_err(host), "left 1.3.6.1.4.1.9999.9.1: 1 object that no rule reads\n"));
	fake_host_free(host);
}

static void
a_walk_that_nothing_fits_is_an_empty_array(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	write_file("walk.snmprec", "1.3.6.1.2.1.1.1.0|4|Unheard of\n");
	CU_ASSERT_EQUAL(run(host, "profile test"), 0);
	CU_ASSERT_STRING_EQUAL(fake_out(host), "[]\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host), "recognised nothing"));
	CU_ASSERT_EQUAL(run(host, "profile test --profile testing"), 0);
	CU_ASSERT_EQUAL(run(host, "profile test --profile tasting"), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host), "no profile \"tasting\""));
	fake_host_free(host);
}

static void
a_walk_that_is_not_there_is_named(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	remove_file("walk.snmprec");
	CU_ASSERT_EQUAL(run(host, "profile test"), 1);
	CU_ASSERT_STRING_EQUAL(fake_out(host), "");
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host), "/walk.snmprec: No such file or directory\n"));
	fake_host_free(host);
}

static void
a_wrong_call_shows_the_usage(void)
{
	static const char *const lines[] = { "profile test", "profile test --walk", "profile test --wolk x",
		"profile list --walk x" };
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		CU_ASSERT_EQUAL(fake_run(host, lines[i]), 2);
		CU_ASSERT_EQUAL(strncmp(fake_err(host), "usage: profile ", 15), 0);
	}
	fake_host_free(host);
}

static void
a_faulty_profile_is_named_and_the_others_are_used(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);
	char line[512];

	write_file("broken.yaml", "profile: broken\nmodule: 7\n");
	snprintf(line, sizeof(line), "profile list --json --profile-dir %s", folder);
	CU_ASSERT_EQUAL(fake_run(host, line), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host), "/broken.yaml:2:9: `module:` is true or false\n"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fake_out(host), "\"name\":\"testing\",\"title\":\"A test\",\"module\":false,\"rules\":3"));
	remove_file("broken.yaml");
	CU_ASSERT_EQUAL(fake_run(host, line), 0);
	CU_ASSERT_EQUAL(fake_run(host, "profile list --profile-dir /nowhere"), 1);
	CU_ASSERT_STRING_EQUAL(fake_err(host), "/nowhere: cannot be read: No such file or directory\n");
	fake_set(host, "profile-dir", "/nowhere");
	CU_ASSERT_EQUAL(fake_run(host, "profile list"), 0);
	CU_ASSERT_STRING_EQUAL(fake_err(host), "");
	fake_host_free(host);
}

static void
a_test_tells_alarms_identity_and_traps_too(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	write_file("ruled.yaml",
	    "profile: ruled\nmatch: { sysDescr: Ruled }\nbase: 1.3.6.1.4.1.9998\n"
	    "identity: { manufacturer: Rules, model: .1.0 }\n"
	    "sensors: [ { oid: .2.0, kind: humidity, every: 5m } ]\n"
	    "alarms:\n  - { oid: .3.0, type: power/fuse-open, text: Fuse 3 }\n"
	    "  - { oid: .3.0, type: battery/failed, raised: 7, cleared: 8, text: Battery }\n"
	    "  - { oid: .3.0, type: battery/aged, raised: 7 }\n"
	    "lists: [ { entry: .9.1, type: { column: 2, map: { 4: env/smoke } }, severity: critical } ]\n"
	    "traps: [ { trap: .0.1, raises: power/fuse-open }, { trap: .0.2 },\n"
	    "  { trap: .0.3, clears: { oid: .5, map: { 1: env/smoke } } } ]\n");
	write_file("walk.snmprec",
	    "1.3.6.1.2.1.1.1.0|4|Ruled\n1.3.6.1.4.1.9998.1.0|4|R 1\n1.3.6.1.4.1.9998.2.0|2|40\n"
	    "1.3.6.1.4.1.9998.3.0|2|1\n1.3.6.1.4.1.9998.9.1.2.6|2|4\n");
	CU_ASSERT_EQUAL(run(host, "profile test"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_err(host),
	    "model: R 1\nmanufacturer: Rules\nsome objects every 5m\nraised power/fuse-open: Fuse 3\n"
	    "not known battery/failed: Battery\ncleared battery/aged\nlisted env/smoke 6, critical\n"
	    "alarms: 3 from values, 1 list\n"
	    "trap 1.3.6.1.4.1.9998.0.1 raises power/fuse-open\n"
	    "trap 1.3.6.1.4.1.9998.0.2 is a reason to poll\n"
	    "trap 1.3.6.1.4.1.9998.0.3 clears what a varbind says\n"));
	remove_file("ruled.yaml");
	fake_host_free(host);
}

static const struct claim claims[] = {
	CLAIM(a_test_tells_alarms_identity_and_traps_too),
	CLAIM(a_walk_becomes_a_json_array),
	CLAIM(a_walk_that_nothing_fits_is_an_empty_array),
	CLAIM(a_walk_that_is_not_there_is_named),
	CLAIM(a_wrong_call_shows_the_usage),
	CLAIM(a_faulty_profile_is_named_and_the_others_are_used),
};

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	write_file("testing.yaml",
	    "profile: testing\ntitle: A test\nmatch: { sysDescr: Testing }\nbase: "
	    "1.3.6.1.4.1.9999\nsensors:\n"
	    "  - { oid: .1.0, kind: battery.voltage, label: Battery, divide: 10 }\n"
	    "  - { oid: .2.0, kind: battery.state, map: { 3: low } }\n"
	    "  - { oid: .3.0, kind: humidity }\n");
	int failed = claims_run("profile_commands", claims, sizeof(claims) / sizeof(claims[0]));
	remove_file("testing.yaml");
	remove_file("walk.snmprec");
	rmdir(folder);
	return failed;
}
