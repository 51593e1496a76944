/* SPDX-License-Identifier: ISC */
/* UTF-8: every code reads back, nothing else is one, and a cleaned text stays one line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/utf8.h"
#include "tests/support/cunit_main.h"

/* The encoder of RFC 3629, section 3. */
static size_t
encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(leads[len] | code);
	return len;
}

static void
every_character_reads_back_and_no_surrogate(void)
{
	for (uint32_t code = 0; code < 0x120000; code++) {
		char octets[4];
		uint32_t back = 0;
		size_t len = encode(code, octets), found = utf8_decode(octets, len, &back);
		bool is_character = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		CU_ASSERT_EQUAL_FATAL(found, is_character ? len : 0);
		if (is_character)
			CU_ASSERT_EQUAL_FATAL(back, code);
		if (len > 1)
			CU_ASSERT_EQUAL_FATAL(utf8_decode(octets, len - 1, &back), 0); /* cut short */
	}
}

static void
what_is_not_a_character_is_refused(void)
{
	static const char *const wrong[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3(", "\xe2\x82(",
		"\xf0\x9f\x98(" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint32_t code;
		CU_ASSERT_EQUAL(utf8_decode(wrong[i], strlen(wrong[i]), &code), 0);
	}
}

static void
a_cleaned_text_is_one_line_that_fits(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *clean;
	} cases[] = {
		{ "plain", 64, "plain" },
		{ "grün €", 64, "grün €" },
		{ "a\nb\x7f\x1b", 64, "a\\x0ab\\x7f\\x1b" },
		{ "\xff\xc3", 64, "\\xff\\xc3" },
		{ "\xe2\x80\xae", 64, "\\xe2\\x80\\xae" },
		{ "say \"x\"", 64, "say \\x22x\\x22" },
		{ "0123456", 8, "0123456" },
		{ "01234567", 8, "0123..." },
		{ "0123\xff", 8, "0123..." },
		{ "012üüü", 8, "012..." },
		{ "", 8, "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];
		size_t len = utf8_clean(out, cases[i].size, cases[i].text, strlen(cases[i].text), '"');
		CU_ASSERT_STRING_EQUAL(out, cases[i].clean);
		CU_ASSERT_EQUAL(len, strlen(out));
		if (strcmp(out, cases[i].clean) != 0)
			printf("\nfound %s, wanted %s\n", out, cases[i].clean);
	}
}

static const struct claim claims[] = {
	CLAIM(every_character_reads_back_and_no_surrogate),
	CLAIM(what_is_not_a_character_is_refused),
	CLAIM(a_cleaned_text_is_one_line_that_fits),
};

CLAIMS_MAIN("utf8", claims)
