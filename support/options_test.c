/* SPDX-License-Identifier: ISC */
/* Options by rows: what lands in the struct, and the sentence and place of every fault. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/closest.h"
#include "support/fault_log.h"
#include "tests/support/cunit_main.h"
#include "towerd/option.h"

#define ROWS(array) .rows = (array), .row_count = sizeof(array) / sizeof((array)[0])

struct sink {
	const char *name, *community;
	int64_t window;
};

struct user {
	const char *name, *password;
	int role;
};

struct limits {
	int64_t octets;
	const char *reason;
};

struct settings {
	const char *host, *note, *cert, *secret;
	bool is_on;
	int64_t count, interval_ms, octets, offset;
	int level;
	struct towerd_texts listen, folders;
	struct towerd_table sinks, users;
	struct limits limits;
	const struct towerd_yaml_node *raw;
};

static const char *const levels[] = { "low", "medium", "high", NULL };

static const struct towerd_option sink_rows[] = {
	{ "name", TOWERD_OPT_TEXT, offsetof(struct sink, name), .required = true,
	    .help = "what it is called" },
	{ "community", TOWERD_OPT_SECRET, offsetof(struct sink, community), .help = "what it is told with" },
	{ "window", TOWERD_OPT_INT, offsetof(struct sink, window), .def = "8", .min = 1, .max = 100,
	    .help = "in flight" },
};

static const struct towerd_option user_rows[] = {
	{ "password", TOWERD_OPT_SECRET, offsetof(struct user, password), .required = true,
	    .help = "to log in with" },
	{ "role", TOWERD_OPT_ENUM, offsetof(struct user, role), .def = "medium", .names = levels,
	    .help = "how far" },
};

static const struct towerd_option limit_rows[] = {
	{ "octets", TOWERD_OPT_SIZE, offsetof(struct limits, octets), .def = "1MiB", .help = "a day" },
	{ "reason", TOWERD_OPT_TEXT, offsetof(struct limits, reason), .required = true, .help = "why" },
};

static const struct towerd_option rows[] = {
	{ "host", TOWERD_OPT_TEXT, offsetof(struct settings, host), .def = "localhost",
	    .help = "where it is" },
	{ "note", TOWERD_OPT_TEXT, offsetof(struct settings, note), .help = "for people" },
	{ "cert", TOWERD_OPT_PATH, offsetof(struct settings, cert), .def = "tls/cert.pem",
	    .help = "who we are" },
	{ "secret", TOWERD_OPT_SECRET, offsetof(struct settings, secret), .help = "nobody's business" },
	{ "on", TOWERD_OPT_BOOL, offsetof(struct settings, is_on), .def = "true", .help = "whether it runs" },
	{ "count", TOWERD_OPT_INT, offsetof(struct settings, count), .def = "5", .min = 1, .max = 10,
	    .help = "how many" },
	{ "interval", TOWERD_OPT_DURATION, offsetof(struct settings, interval_ms), .def = "60s", .min = 1000,
	    .max = 86400000, .help = "how often" },
	{ "octets", TOWERD_OPT_SIZE, offsetof(struct settings, octets), .def = "64KiB", .help = "how much" },
	{ "offset", TOWERD_OPT_INT, offsetof(struct settings, offset), .def = "-3", .min = -10, .max = 10,
	    .help = "by how much" },
	{ "level", TOWERD_OPT_ENUM, offsetof(struct settings, level), .def = "high", .names = levels,
	    .help = "how high" },
	{ "listen", TOWERD_OPT_TEXTS, offsetof(struct settings, listen), .def = "[udp:161, udp6:161]",
	    .help = "where from" },
	{ "folders", TOWERD_OPT_PATHS, offsetof(struct settings, folders), .def = "here",
	    .help = "where to look" },
	{ "sinks", TOWERD_OPT_TABLE, offsetof(struct settings, sinks), ROWS(sink_rows),
	    .row_size = sizeof(struct sink), .help = "who is told" },
	{ "users", TOWERD_OPT_MAP, offsetof(struct settings, users), ROWS(user_rows),
	    .row_size = sizeof(struct user), .help = "who asks" },
	{ "limits", TOWERD_OPT_GROUP, offsetof(struct settings, limits), ROWS(limit_rows),
	    .help = "how far it goes" },
	{ "raw", TOWERD_OPT_NODE, offsetof(struct settings, raw), .help = "as it comes" },
};

static struct fault_log faults;
static struct settings settings;

/* The document must outlive the settings. */
static struct towerd_yaml *
fill(const char *text, int *rc)
{
	fault_log_clear(&faults);
	memset(&settings, 0, sizeof(settings));
	struct towerd_yaml *doc = towerd_yaml_parse("/etc/x/t.yaml", text, strlen(text), &faults.sink);
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	*rc = towerd_yaml_options(
	    doc, towerd_yaml_root(doc), rows, sizeof(rows) / sizeof(rows[0]), &settings, &faults.sink);
	return doc;
}

static void
what_is_absent_gets_its_default(void)
{
	int rc;
	struct towerd_yaml *doc = fill("", &rc);
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_STRING_EQUAL(settings.host, "localhost");
	CU_ASSERT_PTR_NULL(settings.note);
	CU_ASSERT_STRING_EQUAL(settings.cert, "/etc/x/tls/cert.pem");
	CU_ASSERT_PTR_NULL(settings.secret);
	CU_ASSERT_TRUE(settings.is_on);
	CU_ASSERT_EQUAL(settings.count, 5);
	CU_ASSERT_EQUAL(settings.interval_ms, 60000);
	CU_ASSERT_EQUAL(settings.octets, 65536);
	CU_ASSERT_EQUAL(settings.offset, -3);
	CU_ASSERT_EQUAL(settings.level, 2);
	CU_ASSERT_EQUAL_FATAL(settings.listen.count, 2);
	CU_ASSERT_STRING_EQUAL(settings.listen.items[0], "udp:161");
	CU_ASSERT_STRING_EQUAL(settings.listen.items[1], "udp6:161");
	CU_ASSERT_EQUAL_FATAL(settings.folders.count, 1);
	CU_ASSERT_STRING_EQUAL(settings.folders.items[0], "/etc/x/here");
	CU_ASSERT_EQUAL(settings.sinks.count, 0);
	CU_ASSERT_EQUAL(settings.users.count, 0);
	CU_ASSERT_EQUAL(settings.limits.octets, 1 << 20);
	CU_ASSERT_PTR_NULL(settings.limits.reason); /* required, but only in a group that is there */
	CU_ASSERT_PTR_NULL(settings.raw);
	towerd_yaml_free(doc);
}

static void
what_is_given_lands_in_the_struct(void)
{
	int rc;
	struct towerd_yaml *doc = fill("host: 10.0.0.1\n"
				       "note: \"\"\n"
				       "cert: /abs/cert.pem\n"
				       "secret: s3cret\n"
				       "on: false\n"
				       "count: 10\n"
				       "interval: \"2m\"\n"
				       "octets: 0B\n"
				       "offset: -10\n"
				       "level: low\n"
				       "listen: udp:1161\n"
				       "folders: [a, /b]\n"
				       "sinks:\n"
				       "  - { name: nms, community: public }\n"
				       "  - { name: spare, window: 1 }\n"
				       "users:\n"
				       "  noc: { password: a, role: high }\n"
				       "  crew: { password: b }\n"
				       "limits: { octets: 1KiB, reason: satellite }\n"
				       "raw: [1, 2, 3]\n",
	    &rc);
	CU_ASSERT_STRING_EQUAL(faults.text, "");
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_STRING_EQUAL(settings.host, "10.0.0.1");
	CU_ASSERT_STRING_EQUAL(settings.note, "");
	CU_ASSERT_STRING_EQUAL(settings.cert, "/abs/cert.pem");
	CU_ASSERT_STRING_EQUAL(settings.secret, "s3cret");
	CU_ASSERT_FALSE(settings.is_on);
	CU_ASSERT_EQUAL(settings.count, 10);
	CU_ASSERT_EQUAL(settings.interval_ms, 120000);
	CU_ASSERT_EQUAL(settings.octets, 0);
	CU_ASSERT_EQUAL(settings.offset, -10);
	CU_ASSERT_EQUAL(settings.level, 0);
	CU_ASSERT_EQUAL_FATAL(settings.listen.count, 1);
	CU_ASSERT_STRING_EQUAL(settings.listen.items[0], "udp:1161");
	CU_ASSERT_EQUAL_FATAL(settings.folders.count, 2);
	CU_ASSERT_STRING_EQUAL(settings.folders.items[0], "/etc/x/a");
	CU_ASSERT_STRING_EQUAL(settings.folders.items[1], "/b");
	CU_ASSERT_EQUAL_FATAL(settings.sinks.count, 2);
	const struct sink *sinks = settings.sinks.items;
	CU_ASSERT_STRING_EQUAL(sinks[0].name, "nms");
	CU_ASSERT_STRING_EQUAL(sinks[0].community, "public");
	CU_ASSERT_EQUAL(sinks[0].window, 8);
	CU_ASSERT_EQUAL(sinks[1].window, 1);
	CU_ASSERT_EQUAL_FATAL(settings.users.count, 2);
	const struct user *users = settings.users.items;
	CU_ASSERT_STRING_EQUAL(users[0].name, "noc");
	CU_ASSERT_EQUAL(users[0].role, 2);
	CU_ASSERT_STRING_EQUAL(users[1].name, "crew");
	CU_ASSERT_EQUAL(users[1].role, 1);
	CU_ASSERT_EQUAL(settings.limits.octets, 1024);
	CU_ASSERT_STRING_EQUAL(settings.limits.reason, "satellite");
	CU_ASSERT_EQUAL(towerd_yaml_count(settings.raw), 3);
	towerd_yaml_free(doc);
}

#define AT(place) "/etc/x/t.yaml:" place

static void
each_fault_has_its_place_and_what_would_be_accepted(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "hots: x\n", AT("1:1: unknown key \"hots\"; did you mean \"host\"?\n") },
		{ "secret_file: x\n",
		    AT("1:1: unknown key \"secret_file\"; did you mean \"secret-file\"?\n") },
		{ "cert-file: x\n",
		    AT("1:1: unknown key \"cert-file\"; accepted are: host, note, cert, secret, secret-file, "
		       "on, count, interval, "
		       "octets, offset, level, listen, folders, sinks, users, limits, raw\n") },
		{ "host: [a]\n", AT("1:7: \"host\" is a list; a text is accepted\n") },
		{ "host: {a: b}\n", AT("1:7: \"host\" is a map; a text is accepted\n") },
		{ "host: ~\n", AT("1:7: \"host\" has no value; a text is accepted\n") },
		{ "on: yes\n", AT("1:5: \"on\" is \"yes\"; true or false is accepted\n") },
		{ "on: \"true\"\n", AT("1:5: \"on\" is \"true\" in quotes; true or false is accepted\n") },
		{ "on:\n", AT("1:1: \"on\" has no value; true or false is accepted\n") },
		{ "count: 0\n", AT("1:8: \"count\" is \"0\"; 1 to 10 is accepted\n") },
		{ "count: 11\n", AT("1:8: \"count\" is \"11\"; 1 to 10 is accepted\n") },
		{ "count: 1.5\n", AT("1:8: \"count\" is \"1.5\"; a whole number is accepted\n") },
		{ "count: \"5\"\n", AT("1:8: \"count\" is \"5\" in quotes; a whole number is accepted\n") },
		{ "count: 99999999999999999999\n",
		    AT("1:8: \"count\" is \"99999999999999999999\"; 1 to 10 is accepted\n") },
		{ "interval: 30\n",
		    AT("1:11: \"interval\" is \"30\"; a duration such as 500ms, 30s, 5m, 2h or 400d is "
		       "accepted\n") },
		{ "interval: 2d\n", AT("1:11: \"interval\" is \"2d\"; 1s to 1d is accepted\n") },
		{ "interval: [30s]\n",
		    AT("1:11: \"interval\" is a list; a duration such as 500ms, 30s, 5m, 2h or 400d is "
		       "accepted\n") },
		{ "octets: 5\n",
		    AT("1:9: \"octets\" is \"5\"; a size such as 512B, 64KiB, 20MiB or 20GiB is "
		       "accepted\n") },
		{ "octets: 9999999999999TiB\n",
		    AT("1:9: \"octets\" is \"9999999999999TiB\"; 0B or more is accepted\n") },
		{ "level: hihg\n", AT("1:8: \"level\" is \"hihg\"; accepted are: low, medium, high\n") },
		{ "level: \"a\\nb\"\n",
		    AT("1:8: \"level\" is \"a\\x0ab\" in quotes; accepted are: low, medium, high\n") },
		{ "cert: \"\"\n", AT("1:7: \"cert\" is empty; a path is accepted\n") },
		{ "listen: {a: b}\n",
		    AT("1:9: \"listen\" is a map; a text or a list of texts is accepted\n") },
		{ "listen:\n  - a\n  - [b]\n",
		    AT("3:5: \"listen\" has an item that is not a text; a text or a list of texts is "
		       "accepted\n") },
		{ "listen: [a, ~]\n",
		    AT("1:13: \"listen\" has an item without a value; a text or a list of texts is "
		       "accepted\n") },
		{ "sinks: {a: b}\n", AT("1:8: \"sinks\" is a map; a list of maps is accepted\n") },
		{ "sinks: x\n", AT("1:8: \"sinks\" is a text; a list of maps is accepted\n") },
		{ "sinks: [x]\n",
		    AT("1:9: \"sinks\" has an item that is not a map; a list of maps is accepted\n") },
		{ "sinks:\n  - window: 5\n", AT("2:5: \"name\" is missing: what it is called\n") },
		{ "sinks:\n  - name: a\n    windw: 5\n",
		    AT("3:5: unknown key \"windw\"; did you mean \"window\"?\n") },
		{ "sinks:\n  - name: a\n    window: 500\n",
		    AT("3:13: \"window\" is \"500\"; 1 to 100 is accepted\n") },
		{ "users: [a]\n", AT("1:8: \"users\" is a list; a map of maps is accepted\n") },
		{ "users:\n  noc: x\n",
		    AT("2:8: \"users\" has an item that is not a map; a map of maps is accepted\n") },
		{ "users:\n  noc:\n", AT("2:3: \"password\" is missing: to log in with\n") },
		{ "users:\n  noc: {password: \"\"}\n",
		    AT("2:19: \"password\" is empty; a secret is accepted, or leave it out\n") },
		{ "limits: 5\n", AT("1:9: \"limits\" is a text; a map is accepted\n") },
		{ "limits:\n", AT("1:1: \"reason\" is missing: why\n") },
		{ "limits:\n  reason: x\n  octet: 5\n",
		    AT("3:3: unknown key \"octet\"; did you mean \"octets\"?\n") },
		{ "secret: a\nsecret-file: b\n",
		    AT("2:14: both \"secret\" and \"secret-file\" are given; one is accepted\n") },
		{ "secret: [hush]\n", AT("1:9: \"secret\" is a list; a text is accepted\n") },
		{ "secret-file:\n", AT("1:1: \"secret-file\" has no value; a path is accepted\n") },
		{ "secret-file: [x]\n", AT("1:14: \"secret-file\" is a list; a path is accepted\n") },
		{ "secret-file: /nonexistent/key\n",
		    AT("1:14: \"secret-file\": /nonexistent/key cannot be read: No such file or "
		       "directory\n") },
		{ "secret-file: /\n", AT("1:14: \"secret-file\": / is not a file\n") },
		{ "- a\n", AT("1:1: this is a list; a map of options is accepted\n") },
		{ "just text\n", AT("1:1: this is a text; a map of options is accepted\n") },
		{ "count: 0\nlevel: x\nfoo: 1\n",
		    AT("1:8: \"count\" is \"0\"; 1 to 10 is accepted\n")
			AT("2:8: \"level\" is \"x\"; accepted are: low, medium, high\n")
			    AT("3:1: unknown key \"foo\"; accepted are: host, note, cert, secret, "
			       "secret-file, on, count, interval, "
			       "octets, offset, level, listen, folders, sinks, users, limits, raw\n") },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc;
		struct towerd_yaml *doc = fill(cases[i].text, &rc);
		CU_ASSERT_EQUAL(rc, -EINVAL);
		CU_ASSERT_STRING_EQUAL(faults.text, cases[i].message);
		if (strcmp(faults.text, cases[i].message) != 0)
			printf("\nfound  %swanted %s", faults.text, cases[i].message);
		towerd_yaml_free(doc);
	}
}

static void
what_was_good_beside_a_fault_is_kept(void)
{
	int rc;
	struct towerd_yaml *doc =
	    fill("host: a\ncount: 99\nsinks: [{name: x}, y, {name: z, window: 0}]\n", &rc);
	CU_ASSERT_EQUAL(rc, -EINVAL);
	CU_ASSERT_EQUAL(faults.sink.count, 3);
	CU_ASSERT_STRING_EQUAL(settings.host, "a");
	CU_ASSERT_EQUAL(settings.count, 5); /* its default */
	CU_ASSERT_EQUAL_FATAL(settings.sinks.count, 2);
	CU_ASSERT_STRING_EQUAL(((const struct sink *)settings.sinks.items)[1].name, "z");
	towerd_yaml_free(doc);
}

static void
no_map_at_all_gives_defaults_and_misses_what_is_required(void)
{
	int rc;
	struct sink sink = { 0 };
	struct towerd_yaml *doc = fill("", &rc);
	CU_ASSERT_EQUAL(towerd_yaml_options(doc, NULL, sink_rows, 3, &sink, &faults.sink), -EINVAL);
	CU_ASSERT_STRING_EQUAL(faults.text, AT("1:1: \"name\" is missing: what it is called\n"));
	CU_ASSERT_EQUAL(sink.window, 8);
	towerd_yaml_free(doc);
}

static void
rows_that_make_no_sense_are_faults(void)
{
	static const struct towerd_option wrong[] = {
		{ "type", (enum towerd_option_type)99, 0, .help = "x" },
		{ "none", (enum towerd_option_type)0, 0, .help = "x" },
		{ "names", TOWERD_OPT_ENUM, 0, .help = "x" },
		{ "size", TOWERD_OPT_TABLE, 0, .help = "x" },
		{ "default", TOWERD_OPT_INT, 0, .def = "many", .help = "x" },
	};
	int rc;
	int64_t target[4] = { 0 };
	struct towerd_yaml *doc = fill("", &rc);
	CU_ASSERT_EQUAL(towerd_yaml_options(doc, NULL, wrong, 5, target, &faults.sink), -EINVAL);
	CU_ASSERT_STRING_EQUAL(faults.text,
	    AT("1:1: option \"type\" is declared wrongly by its reader\n")
		AT("1:1: option \"none\" is declared wrongly by its reader\n")
		    AT("1:1: option \"names\" is declared wrongly by its reader\n")
			AT("1:1: option \"size\" is declared wrongly by its reader\n")
			    AT("1:1: the default of \"default\" is \"many\"; a whole number is accepted\n"));
	towerd_yaml_free(doc);
}

/* Options of a file beside a secret's file with this content and mode. */
static int
fill_with_secret(const char *content, size_t len, mode_t mode, char *key)
{
	char dir[] = "/tmp/towerd-secret-XXXXXX", path[64], name[64];
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	snprintf(name, sizeof(name), "%s/t.yaml", dir);
	FILE *f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fwrite(content, 1, len, f);
	fclose(f);
	chmod(path, mode);

	fault_log_clear(&faults);
	memset(&settings, 0, sizeof(settings));
	struct towerd_yaml *doc = towerd_yaml_parse(name, "secret-file: key\n", 17, &faults.sink);
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	int rc = towerd_yaml_options(
	    doc, towerd_yaml_root(doc), rows, sizeof(rows) / sizeof(rows[0]), &settings, &faults.sink);
	snprintf(key, 64, "%s", settings.secret != NULL ? settings.secret : "(none)");
	/* The folder is another one each time. */
	memmove(faults.text, faults.text + strlen(dir) * (faults.sink.count > 0),
	    sizeof(faults.text) - strlen(dir));
	towerd_yaml_free(doc);
	unlink(path);
	rmdir(dir);
	return rc;
}

static void
a_secrets_file_is_read_only_when_others_cannot(void)
{
	char key[64];
	CU_ASSERT_EQUAL(fill_with_secret("hush\n", 5, 0600, key), 0);
	CU_ASSERT_STRING_EQUAL(key, "hush");
	CU_ASSERT_EQUAL(fill_with_secret("hush\r\n", 6, 0640, key), 0);
	CU_ASSERT_STRING_EQUAL(key, "hush");
	CU_ASSERT_EQUAL(fill_with_secret(" a b\n\n", 6, 0400, key), 0);
	CU_ASSERT_STRING_EQUAL(key, " a b\n");
	CU_ASSERT_EQUAL(fill_with_secret("hush", 4, 0644, key), -EINVAL);
	CU_ASSERT_STRING_EQUAL(key, "(none)");
	CU_ASSERT_STRING_EQUAL(faults.text,
	    "/t.yaml:1:14: \"secret-file\": key may be read or written by everyone (mode 0644); chmod o= is "
	    "needed\n");
	CU_ASSERT_EQUAL(fill_with_secret("hush", 4, 0602, key), -EINVAL);
	CU_ASSERT_EQUAL(fill_with_secret("\n", 1, 0600, key), -EINVAL);
	CU_ASSERT_STRING_EQUAL(faults.text, "/t.yaml:1:14: \"secret-file\": key is empty\n");
	CU_ASSERT_EQUAL(fill_with_secret("a\0b", 3, 0600, key), -EINVAL);
	CU_ASSERT_STRING_EQUAL(
	    faults.text, "/t.yaml:1:14: \"secret-file\": key holds a NUL, which no secret may\n");
	char *large = calloc(1, 70000);
	memset(large, 'x', 70000);
	CU_ASSERT_EQUAL(fill_with_secret(large, 70000, 0600, key), -EINVAL);
	CU_ASSERT_STRING_EQUAL(faults.text, "/t.yaml:1:14: \"secret-file\": key is larger than 64 KiB\n");
	free(large);
}

static void
a_slip_is_one_letter_more_less_other_or_two_swapped(void)
{
	CU_ASSERT_EQUAL(closest_distance("interval", "interval"), 0);
	CU_ASSERT_EQUAL(closest_distance("intervl", "interval"), 1);
	CU_ASSERT_EQUAL(closest_distance("intervall", "interval"), 1);
	CU_ASSERT_EQUAL(closest_distance("inteval", "interval"), 1);
	CU_ASSERT_EQUAL(closest_distance("intevral", "interval"), 1);
	CU_ASSERT_EQUAL(closest_distance("", "abc"), 3);
	CU_ASSERT_EQUAL(closest_distance("kitten", "sitting"), 3);
	CU_ASSERT_EQUAL(closest_limit("on"), 0);
	CU_ASSERT_EQUAL(closest_limit("host"), 1);
	CU_ASSERT_EQUAL(closest_limit("interval"), 2);
}

static const struct claim claims[] = {
	CLAIM(what_is_absent_gets_its_default),
	CLAIM(what_is_given_lands_in_the_struct),
	CLAIM(each_fault_has_its_place_and_what_would_be_accepted),
	CLAIM(what_was_good_beside_a_fault_is_kept),
	CLAIM(no_map_at_all_gives_defaults_and_misses_what_is_required),
	CLAIM(rows_that_make_no_sense_are_faults),
	CLAIM(a_secrets_file_is_read_only_when_others_cannot),
	CLAIM(a_slip_is_one_letter_more_less_other_or_two_swapped),
};

CLAIMS_MAIN("options", claims)
