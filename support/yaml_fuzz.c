/* SPDX-License-Identifier: ISC */
/* Any octets as a YAML file: read, walked, and taken as options of every type. */
#include <stdlib.h>
#include <string.h>

#include "towerd/option.h"
#include "towerd/yaml.h"

struct element {
	const char *name, *secret;
	int64_t number;
};

struct settings {
	const char *text, *path;
	bool truth;
	int64_t number, duration, size;
	int word;
	struct towerd_texts texts, paths;
	struct towerd_table table, map;
	struct element group;
	const struct towerd_yaml_node *node;
};

static const char *const words[] = { "one", "two", NULL };

static const struct towerd_option element_rows[] = {
	{ "secret", TOWERD_OPT_SECRET, offsetof(struct element, secret), .help = "x" },
	{ "number", TOWERD_OPT_INT, offsetof(struct element, number), .required = true, .min = -5, .max = 5,
	    .help = "x" },
};

#define ELEMENT .rows = element_rows, .row_count = 2, .row_size = sizeof(struct element)

static const struct towerd_option rows[] = {
	{ "text", TOWERD_OPT_TEXT, offsetof(struct settings, text), .def = "x", .help = "x" },
	{ "path", TOWERD_OPT_PATH, offsetof(struct settings, path), .help = "x" },
	{ "truth", TOWERD_OPT_BOOL, offsetof(struct settings, truth), .help = "x" },
	{ "number", TOWERD_OPT_INT, offsetof(struct settings, number), .def = "1", .help = "x" },
	{ "duration", TOWERD_OPT_DURATION, offsetof(struct settings, duration), .min = 1, .max = 86400000,
	    .help = "x" },
	{ "size", TOWERD_OPT_SIZE, offsetof(struct settings, size), .help = "x" },
	{ "word", TOWERD_OPT_ENUM, offsetof(struct settings, word), .names = words, .help = "x" },
	{ "texts", TOWERD_OPT_TEXTS, offsetof(struct settings, texts), .def = "[a, b]", .help = "x" },
	{ "paths", TOWERD_OPT_PATHS, offsetof(struct settings, paths), .help = "x" },
	{ "table", TOWERD_OPT_TABLE, offsetof(struct settings, table), ELEMENT, .help = "x" },
	{ "map", TOWERD_OPT_MAP, offsetof(struct settings, map), ELEMENT, .help = "x" },
	{ "group", TOWERD_OPT_GROUP, offsetof(struct settings, group), ELEMENT, .help = "x" },
	{ "node", TOWERD_OPT_NODE, offsetof(struct settings, node), .help = "x" },
};

/* Every fault is one short line without control characters. */
static void
check_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg;
	(void)file;
	if ((line == 0) != (column == 0) || message[0] == '\0' || strlen(message) >= 1024)
		abort();
	for (; *message != '\0'; message++)
		if ((unsigned char)*message < 0x20 || *message == 0x7f)
			abort();
}

static void
walk(const struct towerd_yaml_node *node)
{
	if (towerd_yaml_line(node) == 0 || towerd_yaml_column(node) == 0)
		abort();
	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR) {
		int64_t n;
		bool b;
		if (towerd_yaml_text(node) == NULL)
			abort();
		towerd_yaml_int(node, &n);
		towerd_yaml_decimal(node, 3, &n);
		towerd_yaml_bool(node, &b);
		return;
	}
	for (size_t i = 0; i < towerd_yaml_count(node); i++) {
		if (towerd_yaml_type(node) == TOWERD_YAML_LIST) {
			walk(towerd_yaml_item(node, i));
			continue;
		}
		walk(towerd_yaml_key(node, i));
		walk(towerd_yaml_value(node, i));
		if (towerd_yaml_get(node, towerd_yaml_text(towerd_yaml_key(node, i))) !=
		    towerd_yaml_value(node, i))
			abort();
	}
}

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libfyaml 0.7.12 leaks a buffer for a long quoted text that does not end. The sanitizer's library asks for this by name. */
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct towerd_fault_sink faults = { .report = check_fault };
	struct towerd_yaml *doc = towerd_yaml_parse("/nonexistent/t.yaml", (const char *)data, size, &faults);
	if ((doc == NULL) != (faults.count > 0))
		abort();
	if (doc == NULL)
		return 0;
	walk(towerd_yaml_root(doc));
	struct settings settings = { 0 };
	int rc = towerd_yaml_options(
	    doc, towerd_yaml_root(doc), rows, sizeof(rows) / sizeof(rows[0]), &settings, &faults);
	if ((rc < 0) != (faults.count > 0))
		abort();
	towerd_yaml_free(doc);
	return 0;
}
