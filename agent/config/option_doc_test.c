/* SPDX-License-Identifier: ISC */
/* The reference page: a line per option, with all that the row says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/config.h"
#include "agent/config/option_doc.h"
#include "tests/support/cunit_main.h"

static char *
page_of(const struct towerd_option *rows, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	option_doc_print(out, rows, count);
	fclose(out);
	return text;
}

static void
each_row_is_a_line_with_what_it_accepts(void)
{
	static const char *const versions[] = { "1", "2c", NULL };
	static const struct towerd_option sink_rows[] = {
		{ "address", TOWERD_OPT_TEXT, 0, .required = true, .help = "where to" },
		{ "version", TOWERD_OPT_ENUM, 0, .def = "2c", .names = versions, .help = "v1 | v2c" },
	};
	static const struct towerd_option rows[] = {
		{ "interval", TOWERD_OPT_DURATION, 0, .def = "60s", .min = 1000, .max = 86400000,
		    .help = "how often" },
		{ "window", TOWERD_OPT_INT, 0, .def = "8", .min = 1, .max = -1, .help = "in flight" },
		{ "limit", TOWERD_OPT_SIZE, 0, .help = "largest answer" },
		{ "password", TOWERD_OPT_SECRET, 0, .help = "to log in with" },
		{ "sinks", TOWERD_OPT_TABLE, 0, .rows = sink_rows, .row_count = 2, .help = "who is told" },
		{ "users", TOWERD_OPT_MAP, 0, .rows = sink_rows, .row_count = 1, .help = "who asks" },
		{ "tls", TOWERD_OPT_GROUP, 0, .rows = sink_rows, .row_count = 1, .help = "encryption" },
		{ "extra", TOWERD_OPT_NODE, 0, .help = "as it comes" },
	};
	char *text = page_of(rows, sizeof(rows) / sizeof(rows[0]));
	CU_ASSERT_STRING_EQUAL(text,
	    "| option | accepted | default | what it is |\n"
	    "|---|---|---|---|\n"
	    "| `interval` | duration, 1s to 1d | `60s` | how often |\n"
	    "| `window` | whole number, 1 or more | `8` | in flight |\n"
	    "| `limit` | size | none | largest answer |\n"
	    "| `password` | secret, or `password-file` | none | to log in with |\n"
	    "| `sinks` | list of maps | none | who is told |\n"
	    "| `sinks[].address` | text | required | where to |\n"
	    "| `sinks[].version` | `1`, `2c` | `2c` | v1 \\| v2c |\n"
	    "| `users` | map of maps | none | who asks |\n"
	    "| `users.NAME.address` | text | required | where to |\n"
	    "| `tls` | map | none | encryption |\n"
	    "| `tls.address` | text | required | where to |\n"
	    "| `extra` | any | none | as it comes |\n");
	free(text);
}

/* Help is one sentence, no capital, no full stop. */
static void
check_help(const struct towerd_option *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *help = rows[i].help;
		CU_ASSERT_PTR_NOT_NULL_FATAL(help);
		CU_ASSERT_TRUE(help[0] >= 'a' && help[0] <= 'z');
		CU_ASSERT_NOT_EQUAL(help[strlen(help) - 1], '.');
		if (rows[i].rows != NULL)
			check_help(rows[i].rows, rows[i].row_count);
	}
}

static void
every_option_of_the_agent_is_explained(void)
{
	check_help(config_options, config_option_count);
	char *text = page_of(config_options, config_option_count);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "| `agent.repair.soak` | duration, 1s to 30d | `10m` | "));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "| `readers.NAME.location` | `never`, `secure`, `always` | `secure` | "));
	free(text);
}

static void
a_page_has_a_section_for_each_reader_of_options(void)
{
	static const struct towerd_option row = { "path", TOWERD_OPT_PATH, 0, .help = "what to read" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	option_doc_print_head(out);
	option_doc_print_section(out, "The agent", "Its own options", config_options, config_option_count);
	option_doc_print_section(out, "battery", "battery voltage of this host", &row, 1);
	option_doc_print_section(out, "idle", NULL, NULL, 0);
	fclose(out);
	CU_ASSERT_PTR_EQUAL(strstr(text, "# Options\n"), text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n## The agent\n\nIts own options.\n\n| option |"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "\n\n## battery\n\nbattery voltage of this host.\n\n"
	    "| option | accepted | default | what it is |\n"
	    "|---|---|---|---|\n"
	    "| `path` | path | none | what to read |\n"
	    "\n## idle\n\nIt has no options.\n"));
	free(text);
}

static const struct claim claims[] = {
	CLAIM(a_page_has_a_section_for_each_reader_of_options),
	CLAIM(each_row_is_a_line_with_what_it_accepts),
	CLAIM(every_option_of_the_agent_is_explained),
};

CLAIMS_MAIN("option_doc", claims)
