/* SPDX-License-Identifier: ISC */
/* JSON: strict when reading, always valid when writing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"
#include "towerd/json.h"

static char error[200];

static struct towerd_json *
parse(const char *text)
{
	error[0] = '\0';
	return towerd_json_parse(text, strlen(text), error, sizeof(error));
}

static int
append_key(void *arg, const char *key, const struct towerd_json *value)
{
	(void)value;
	strcat(arg, key);
	return strcmp(key, "stop") == 0 ? 42 : 0;
}

static void
values_are_read_by_type(void)
{
	struct towerd_json *root =
	    parse("{\"s\":\"gr\\u00fcn\",\"i\":-42,\"r\":53.05,\"whole\":3.0,\"t\":true,\"n\":null,"
		  "\"a\":[1,2],\"o\":{},\"nul\":\"a\\u0000b\",\"huge\":1e300}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	const char *text = "kept";
	size_t len = 9;
	int64_t n = 7;
	bool b = false;
	CU_ASSERT_TRUE(towerd_json_is_object(root));
	CU_ASSERT_EQUAL(towerd_json_count(root), 10);
	CU_ASSERT_EQUAL(towerd_json_text(towerd_json_get(root, "i"), &text, &len), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_text(towerd_json_get(root, "nul"), &text, &len), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_text(towerd_json_get(root, "absent"), &text, &len), -EINVAL);
	CU_ASSERT_STRING_EQUAL(text, "kept");
	CU_ASSERT_EQUAL(towerd_json_text(towerd_json_get(root, "s"), &text, &len), 0);
	CU_ASSERT_STRING_EQUAL(text, "grün");
	CU_ASSERT_EQUAL(len, 5);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "r"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "s"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "t"), &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "huge"), &n), -ERANGE);
	CU_ASSERT_EQUAL(towerd_json_decimal(towerd_json_get(root, "huge"), 1, &n), -ERANGE);
	CU_ASSERT_EQUAL(towerd_json_decimal(towerd_json_get(root, "n"), 1, &n), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_int(NULL, &n), -EINVAL);
	CU_ASSERT_EQUAL(n, 7);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "i"), &n), 0);
	CU_ASSERT_EQUAL(n, -42);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_get(root, "whole"), &n), 0);
	CU_ASSERT_EQUAL(n, 3);
	CU_ASSERT_EQUAL(towerd_json_decimal(towerd_json_get(root, "r"), 1, &n), 0);
	CU_ASSERT_EQUAL(n, 531);
	CU_ASSERT_EQUAL(towerd_json_decimal(towerd_json_get(root, "i"), 2, &n), 0);
	CU_ASSERT_EQUAL(n, -4200);
	CU_ASSERT_EQUAL(towerd_json_bool(towerd_json_get(root, "n"), &b), -EINVAL);
	CU_ASSERT_EQUAL(towerd_json_bool(towerd_json_get(root, "t"), &b), 0);
	CU_ASSERT_TRUE(b);
	const struct towerd_json *array = towerd_json_get(root, "a");
	CU_ASSERT_TRUE(towerd_json_is_array(array));
	CU_ASSERT_EQUAL(towerd_json_count(array), 2);
	CU_ASSERT_EQUAL(towerd_json_int(towerd_json_item(array, 1), &n), 0);
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_PTR_NULL(towerd_json_item(array, 2));
	CU_ASSERT_PTR_NULL(towerd_json_get(array, "a"));
	CU_ASSERT_EQUAL(towerd_json_count(towerd_json_get(root, "s")), 0);
	CU_ASSERT_EQUAL(towerd_json_count(NULL), 0);
	towerd_json_free(root);
	towerd_json_free(NULL);
}

static void
pairs_come_in_the_order_of_the_text(void)
{
	char keys[64] = "";
	struct towerd_json *root = parse("{\"z\":1,\"a\":2,\"m\":3,\"stop\":4,\"b\":5}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	CU_ASSERT_EQUAL(towerd_json_each(root, append_key, keys), 42);
	CU_ASSERT_STRING_EQUAL(keys, "zamstop");
	CU_ASSERT_EQUAL(towerd_json_each(towerd_json_get(root, "z"), append_key, keys), 0);
	towerd_json_free(root);
}

static void
what_is_not_json_is_refused_with_its_place(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "line 1, column 1: '[' or '{' expected near end of file" },
		{ "5", "line 1, column 1: '[' or '{' expected near '5'" },
		{ "{\"a\":1}x", "line 1, column 8: end of file expected near 'x'" },
		{ "{\"a\":1,\n \"a\":2}", "line 2, column 4: duplicate object key near '\"a\"'" },
		{ "{a:1}", "line 1, column 2: string or '}' expected near 'a'" },
		{ "[1,]", "line 1, column 4: unexpected token near ']'" },
		{ "[01]", "line 1, column 2: invalid token near '0'" },
		{ "[NaN]", "line 1, column 4: invalid token near 'NaN'" },
		{ "[1e999]", "line 1, column 6: real number overflow near '1e999'" },
		{ "[99999999999999999999]",
		    "line 1, column 21: too big integer near '99999999999999999999'" },
		{ "[\"\xff\"]", "line 1, column 2: unable to decode byte 0xff near '\"'" },
		{ "[\"a\nb\"]", "line 1, column 3: unexpected newline near '\"a'" },
		{ "[\"\\ud800\"]", "line 1, column 9: invalid Unicode '\\uD800' near '\"\\ud800\"'" },
		{ "{\"\\u0000\":1}",
		    "line 1, column 9: NUL byte in object key not supported near '\"\\u0000\"'" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_PTR_NULL(parse(cases[i].text));
		CU_ASSERT_STRING_EQUAL(error, cases[i].message);
		if (strcmp(error, cases[i].message) != 0)
			printf("\nfound  %s\nwanted %s\n", error, cases[i].message);
	}
}

static void
nesting_is_bounded(void)
{
	char text[1000] = "[\n\"[[[\\\"[\",";
	size_t len = strlen(text);
	memset(text + len, '[', 500);
	CU_ASSERT_PTR_NULL(towerd_json_parse(text, len + 500, error, sizeof(error)));
	CU_ASSERT_STRING_EQUAL(error, "line 2, column 73: nested deeper than 64 levels");
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	struct towerd_json *root = towerd_json_parse(text, 128, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL(root);
	towerd_json_free(root);
}

static void
the_writer_keeps_commas_and_nesting(void)
{
	struct towerd_json_writer w = { 0 };
	for (int round = 0; round < 2; round++) {
		towerd_json_open(&w, NULL, '{');
		towerd_json_put_int(&w, "i", INT64_MIN);
		towerd_json_put_uint(&w, "u", UINT64_MAX);
		towerd_json_put_decimal(&w, "d", 532, 1);
		towerd_json_open(&w, "a", '[');
		towerd_json_put_decimal(&w, NULL, -5, 1);
		towerd_json_put_decimal(&w, NULL, 7, 3);
		towerd_json_put_decimal(&w, NULL, INT64_MIN, 18);
		towerd_json_open(&w, NULL, '[');
		towerd_json_close(&w, ']');
		towerd_json_open(&w, NULL, '{');
		towerd_json_close(&w, '}');
		towerd_json_close(&w, ']');
		towerd_json_put_bool(&w, "b", true);
		towerd_json_put_null(&w, "n");
		towerd_json_put_text(&w, "none", NULL);
		towerd_json_put_text(&w, "t", "x");
		towerd_json_close(&w, '}');
		CU_ASSERT_STRING_EQUAL(towerd_json_done(&w),
		    "{\"i\":-9223372036854775808,\"u\":18446744073709551615,\"d\":53.2,"
		    "\"a\":[-0.5,0.007,-9.223372036854775808,[],{}],\"b\":true,\"n\":null,\"none\":null,"
		    "\"t\":\"x\"}");
		towerd_json_reset(&w);
	}
	towerd_json_fini(&w);
}

static void
the_writer_never_fails_because_of_a_devices_octets(void)
{
	struct towerd_json_writer w = { 0 };
	towerd_json_open(&w, NULL, '[');
	towerd_json_put_bytes(&w, NULL, "a\"\\/\b\f\n\r\t\0\x1f\x7f", 12);
	towerd_json_put_text(&w, NULL, "\xff\xc3\xed\xa0\x80\xc0\x80 ü€😀");
	towerd_json_close(&w, ']');
	const char *text = towerd_json_done(&w);
	CU_ASSERT_STRING_EQUAL(text,
	    "[\"a\\\"\\\\/"
	    "\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\",\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd ü€😀\"]");
	struct towerd_json *root = parse(text);
	CU_ASSERT_PTR_NOT_NULL(root);
	towerd_json_free(root);
	towerd_json_fini(&w);
}

static void
a_long_answer_grows_its_buffer(void)
{
	struct towerd_json_writer w = { 0 };
	towerd_json_open(&w, NULL, '[');
	for (int i = 0; i < 100000; i++)
		towerd_json_put_int(&w, NULL, i);
	towerd_json_close(&w, ']');
	const char *text = towerd_json_done(&w);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	struct towerd_json *root = parse(text);
	CU_ASSERT_EQUAL(towerd_json_count(root), 100000);
	towerd_json_free(root);
	towerd_json_fini(&w);
}

static const struct claim claims[] = {
	CLAIM(values_are_read_by_type),
	CLAIM(pairs_come_in_the_order_of_the_text),
	CLAIM(what_is_not_json_is_refused_with_its_place),
	CLAIM(nesting_is_bounded),
	CLAIM(the_writer_keeps_commas_and_nesting),
	CLAIM(the_writer_never_fails_because_of_a_devices_octets),
	CLAIM(a_long_answer_grows_its_buffer),
};

CLAIMS_MAIN("json", claims)
