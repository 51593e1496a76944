/* SPDX-License-Identifier: ISC */
/* YAML trees: what is read, what is refused, and that each refusal names its place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fault_log.h"
#include "tests/support/cunit_main.h"
#include "towerd/yaml.h"

static struct fault_log faults;

static struct towerd_yaml *
parse(const char *text)
{
	fault_log_clear(&faults);
	return towerd_yaml_parse("t.yaml", text, strlen(text), &faults.sink);
}

static void
a_tree_knows_where_each_node_stands(void)
{
	struct towerd_yaml *doc = parse("agent:\n"
					"  name: \"north\"\n"
					"  empty:\n"
					"  é: 'x'\n"
					"  text: |\n"
					"    a\n"
					"    b\n"
					"  list: [a, \"b\", {c: d}]\n"
					"  seq:\n"
					"    - one\n"
					"    -\n"
					"    - null\n");
	CU_ASSERT_STRING_EQUAL(faults.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	const struct towerd_yaml_node *agent = towerd_yaml_get(towerd_yaml_root(doc), "agent");
	static const struct {
		const char *key, *text;
		unsigned line, column;
		bool is_plain;
	} cases[] = { { "name", "north", 2, 9, false }, { "empty", "", 3, 3, true },
		{ "é", "x", 4, 6, false }, { "text", "a\nb\n", 5, 3, false } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct towerd_yaml_node *node = towerd_yaml_get(agent, cases[i].key);
		CU_ASSERT_PTR_NOT_NULL_FATAL(node);
		CU_ASSERT_STRING_EQUAL(towerd_yaml_text(node), cases[i].text);
		CU_ASSERT_EQUAL(towerd_yaml_line(node), cases[i].line);
		CU_ASSERT_EQUAL(towerd_yaml_column(node), cases[i].column);
		CU_ASSERT_EQUAL(towerd_yaml_is_plain(node), cases[i].is_plain);
	}
	const struct towerd_yaml_node *list = towerd_yaml_get(agent, "list");
	CU_ASSERT_EQUAL(towerd_yaml_type(list), TOWERD_YAML_LIST);
	CU_ASSERT_EQUAL(towerd_yaml_count(list), 3);
	CU_ASSERT_EQUAL(towerd_yaml_column(list), 9);
	CU_ASSERT_EQUAL(towerd_yaml_column(towerd_yaml_item(list, 1)), 13);
	CU_ASSERT_EQUAL(towerd_yaml_type(towerd_yaml_item(list, 2)), TOWERD_YAML_MAP);
	CU_ASSERT_STRING_EQUAL(towerd_yaml_text(towerd_yaml_get(towerd_yaml_item(list, 2), "c")), "d");
	CU_ASSERT_PTR_NULL(towerd_yaml_item(list, 3));
	CU_ASSERT_PTR_NULL(towerd_yaml_text(list));

	const struct towerd_yaml_node *seq = towerd_yaml_get(agent, "seq");
	CU_ASSERT_EQUAL(towerd_yaml_line(seq), 10);
	CU_ASSERT_EQUAL(towerd_yaml_line(towerd_yaml_item(seq, 1)), 10);
	CU_ASSERT_EQUAL(towerd_yaml_line(towerd_yaml_item(seq, 2)), 12);
	CU_ASSERT_STRING_EQUAL(towerd_yaml_text(towerd_yaml_item(seq, 2)), "");
	CU_ASSERT_EQUAL(towerd_yaml_count(agent), 6);
	CU_ASSERT_STRING_EQUAL(towerd_yaml_text(towerd_yaml_key(agent, 2)), "é");
	CU_ASSERT_STRING_EQUAL(towerd_yaml_text(towerd_yaml_value(agent, 2)), "x");
	CU_ASSERT_PTR_NULL(towerd_yaml_key(agent, 6));
	CU_ASSERT_PTR_NULL(towerd_yaml_get(agent, "nothing"));
	CU_ASSERT_STRING_EQUAL(towerd_yaml_name(doc), "t.yaml");
	towerd_yaml_free(doc);
}

static void
an_empty_file_is_an_empty_map(void)
{
	static const char *const texts[] = { "", "\n", "# nothing yet\n", "---\n", "---\n...\n", "~\n",
		"null", "{}" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct towerd_yaml *doc = parse(texts[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
		CU_ASSERT_EQUAL(towerd_yaml_type(towerd_yaml_root(doc)), TOWERD_YAML_MAP);
		CU_ASSERT_EQUAL(towerd_yaml_count(towerd_yaml_root(doc)), 0);
		CU_ASSERT_PTR_NULL(towerd_yaml_get(towerd_yaml_root(doc), "a"));
		towerd_yaml_free(doc);
	}
}

static void
a_refusal_names_its_place_and_reason(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: key \"a\" is given twice, first in line 1\n" },
		{ "a: 1\na: 2\na: 3\n",
		    "t.yaml:2:1: key \"a\" is given twice, first in line 1\n"
		    "t.yaml:3:1: key \"a\" is given twice, first in line 1\n" },
		{ "x: {k: 1, \"k\": 2}\n", "t.yaml:1:11: key \"k\" is given twice, first in line 1\n" },
		{ "a: &x 1\n", "t.yaml:1:4: an anchor (&name) is not accepted: write each value out\n" },
		{ "a: *x\n", "t.yaml:1:4: an alias (*name) is not accepted: write the value out\n" },
		{ "a: &x [1]\n", "t.yaml:1:4: an anchor (&name) is not accepted: write each value out\n" },
		{ "a: &x {b: 1}\n", "t.yaml:1:4: an anchor (&name) is not accepted: write each value out\n" },
		{ "a: !!int 5\n", "t.yaml:1:4: a tag (!name) is not accepted: the option knows its type\n" },
		{ "a: !x [5]\n", "t.yaml:1:4: a tag (!name) is not accepted: the option knows its type\n" },
		{ "a: 1\n---\nb: 2\n",
		    "t.yaml:2:1: a second document is not accepted: one file holds one\n" },
		{ "a: 1\n...\nb: 2\n",
		    "t.yaml:3:1: a second document is not accepted: one file holds one\n" },
		{ "---\n---\n", "t.yaml:2:1: a second document is not accepted: one file holds one\n" },
		{ "? [a]\n: b\n", "t.yaml:1:3: a list or map as a key is not accepted\n" },
		{ "a: \"x\\0y\"\n", "t.yaml:1:4: a text with a NUL in it is not accepted\n" },
		{ "a: b\n c: d\n", "t.yaml:1:4: not YAML: invalid multiline plain key\n" },
		{ "a: [1, 2\nb: 3\n", "t.yaml:3:1: not YAML: flow sequence without a closing bracket\n" },
		{ "a: \"x\n", "t.yaml:1:5: not YAML: double-quoted scalar without closing quote\n" },
		{ "a: @x\n", "t.yaml:1:4: not YAML: plain scalar cannot start with '@'\n" },
		{ "a: \"\\q\"\n", "t.yaml:1:5: not YAML: invalid escape 'q' in double-quoted string\n" },
		{ "ok: 1\nb: x\xff\n", "t.yaml:2:5: octet 0xff is not UTF-8\n" },
		{ "é: \xed\xa0\x80\n", "t.yaml:1:4: octet 0xed is not UTF-8\n" },
		{ "a: 1\r\nb: \x1b[m\r\n", "t.yaml:2:4: control character 0x1b is not accepted in a file\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_PTR_NULL(parse(cases[i].text));
		CU_ASSERT_STRING_EQUAL(faults.text, cases[i].message);
		if (strcmp(faults.text, cases[i].message) != 0)
			printf("\nfound %swanted %s", faults.text, cases[i].message);
	}
}

static void
a_nul_in_the_file_is_refused(void)
{
	fault_log_clear(&faults);
	CU_ASSERT_PTR_NULL(towerd_yaml_parse("t.yaml", "a: b\n\0c: d", 10, &faults.sink));
	CU_ASSERT_STRING_EQUAL(faults.text, "t.yaml:2:1: control character 0x00 is not accepted in a file\n");
}

static void
nesting_is_bounded(void)
{
	char text[256];
	memset(text, '[', sizeof(text));
	fault_log_clear(&faults);
	CU_ASSERT_PTR_NULL(towerd_yaml_parse("t.yaml", text, sizeof(text), &faults.sink));
	CU_ASSERT_STRING_EQUAL(faults.text, "t.yaml:1:33: nested deeper than 32 levels\n");
}

static void
a_broken_file_stops_being_told_after_a_hundred_faults(void)
{
	char text[5000] = "";
	for (int i = 0; i < 500; i++)
		strcat(text, "same: 1\n");
	CU_ASSERT_PTR_NULL(parse(text));
	CU_ASSERT_EQUAL(faults.sink.count, 100);
}

static void
many_keys_are_all_found(void)
{
	enum { COUNT = 5000 };
	char *text = malloc(COUNT * 16), key[16];
	size_t len = 0;
	for (int i = 0; i < COUNT; i++)
		len += (size_t)sprintf(text + len, "k%d: %d\n", i * 7919 % COUNT, i);
	fault_log_clear(&faults);
	struct towerd_yaml *doc = towerd_yaml_parse("t.yaml", text, len, &faults.sink);
	free(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	for (int i = 0; i < COUNT; i++) {
		int64_t value = -1;
		sprintf(key, "k%d", i * 7919 % COUNT);
		CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(towerd_yaml_root(doc), key), &value), 0);
		CU_ASSERT_EQUAL(value, i);
	}
	towerd_yaml_free(doc);
}

static void
numbers_and_truth_are_plain_words(void)
{
	struct towerd_yaml *doc = parse(
	    "i: -42\nbig: 9223372036854775808\nq: \"5\"\nd: 47.05\nt: true\nf: FALSE\nno: no\nx: 5x\ne:\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	const struct towerd_yaml_node *root = towerd_yaml_root(doc);
	int64_t n = 7;
	bool b = false;
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "big"), &n), -ERANGE);
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "q"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "d"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "x"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "e"), &n), -EINVAL);
	CU_ASSERT_EQUAL(n, 7);
	CU_ASSERT_EQUAL(towerd_yaml_int(towerd_yaml_get(root, "i"), &n), 0);
	CU_ASSERT_EQUAL(n, -42);
	CU_ASSERT_EQUAL(towerd_yaml_decimal(towerd_yaml_get(root, "d"), 1, &n), 0);
	CU_ASSERT_EQUAL(n, 471);
	CU_ASSERT_EQUAL(towerd_yaml_decimal(towerd_yaml_get(root, "q"), 1, &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_yaml_bool(towerd_yaml_get(root, "t"), &b), 0);
	CU_ASSERT_TRUE(b);
	CU_ASSERT_EQUAL(towerd_yaml_bool(towerd_yaml_get(root, "f"), &b), 0);
	CU_ASSERT_FALSE(b);
	CU_ASSERT_EQUAL(towerd_yaml_bool(towerd_yaml_get(root, "no"), &b), -EINVAL);
	towerd_yaml_free(doc);
}

static void
a_fault_is_one_line_whatever_it_quotes(void)
{
	struct towerd_yaml *doc = parse("a: \"x\\ny\"\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	const struct towerd_yaml_node *node = towerd_yaml_get(towerd_yaml_root(doc), "a");
	towerd_yaml_fault(doc, node, &faults.sink, "found \"%s\"", towerd_yaml_text(node));
	towerd_yaml_fault(doc, NULL, &faults.sink, "too little");
	CU_ASSERT_STRING_EQUAL(faults.text, "t.yaml:1:4: found \"x\\x0ay\"\nt.yaml:1:1: too little\n");
	towerd_yaml_free(doc);
}

static void
a_file_is_read_or_the_reason_is_told(void)
{
	char path[] = "/tmp/towerd-yaml-XXXXXX";
	int fd = mkstemp(path);
	CU_ASSERT_EQUAL(write(fd, "a: 1\n", 5), 5);
	close(fd);
	fault_log_clear(&faults);
	struct towerd_yaml *doc = towerd_yaml_load(path, &faults.sink);
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	CU_ASSERT_STRING_EQUAL(towerd_yaml_name(doc), path);
	towerd_yaml_free(doc);

	CU_ASSERT_EQUAL(truncate(path, (64 << 20) + 1), 0);
	CU_ASSERT_PTR_NULL(towerd_yaml_load(path, &faults.sink));
	CU_ASSERT_PTR_NOT_NULL(strstr(faults.text, ":1:1: larger than 64 MiB\n"));
	unlink(path);
	fault_log_clear(&faults);
	CU_ASSERT_PTR_NULL(towerd_yaml_load("/nonexistent/t.yaml", &faults.sink));
	CU_ASSERT_PTR_NULL(towerd_yaml_load("/tmp", &faults.sink));
	CU_ASSERT_STRING_EQUAL(faults.text,
	    "/nonexistent/t.yaml:1:1: cannot be read: No such file or directory\n"
	    "/tmp:1:1: is not a file\n");
}

static const struct claim claims[] = {
	CLAIM(a_tree_knows_where_each_node_stands),
	CLAIM(an_empty_file_is_an_empty_map),
	CLAIM(a_refusal_names_its_place_and_reason),
	CLAIM(a_nul_in_the_file_is_refused),
	CLAIM(nesting_is_bounded),
	CLAIM(a_broken_file_stops_being_told_after_a_hundred_faults),
	CLAIM(many_keys_are_all_found),
	CLAIM(numbers_and_truth_are_plain_words),
	CLAIM(a_fault_is_one_line_whatever_it_quotes),
	CLAIM(a_file_is_read_or_the_reason_is_told),
};

CLAIMS_MAIN("yaml", claims)
