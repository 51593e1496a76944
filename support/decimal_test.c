/* SPDX-License-Identifier: ISC */
/* Decimals: exact, rounded half away from zero, and never beyond 64 bits. */
#include <errno.h>
#include <stdio.h>

#include "support/decimal.h"
#include "tests/support/cunit_main.h"

static void
a_decimal_becomes_an_integer_in_its_unit(void)
{
	static const struct {
		const char *text;
		unsigned decimals;
		int rc;
		int64_t value;
	} cases[] = {
		{ "47.05", 1, 0, 471 },
		{ "47.04", 1, 0, 470 },
		{ "-47.05", 1, 0, -471 },
		{ "-0.5", 0, 0, -1 },
		{ "0.49999999999999999999999", 0, 0, 0 },
		{ "1.005", 2, 0, 101 },
		{ "+7", 3, 0, 7000 },
		{ "1e3", 0, 0, 1000 },
		{ "1.5E+2", 0, 0, 150 },
		{ "125e-2", 1, 0, 13 },
		{ "4e-1", 0, 0, 0 },
		{ "5e-1", 0, 0, 1 },
		{ "9e-9", 0, 0, 0 },
		{ "0e999999999999999999999", 18, 0, 0 },
		{ "0.000000000000000000000000001e27", 0, 0, 1 },
		{ "000000000000000000000000000012", 0, 0, 12 },
		{ "9223372036854775807", 0, 0, INT64_MAX },
		{ "-9223372036854775808", 0, 0, INT64_MIN },
		{ "9223372036854775808", 0, -ERANGE, 0 },
		{ "9223372036854775807.5", 0, -ERANGE, 0 },
		{ "-9223372036854775808.5", 0, -ERANGE, 0 },
		{ "18446744073709551616", 0, -ERANGE, 0 },
		{ "99999999999999999999999999999999", 0, -ERANGE, 0 },
		{ "1e19", 0, -ERANGE, 0 },
		{ "1e999999999999999999999999", 0, -ERANGE, 0 },
		{ "1e-999999999999999999999999", 18, 0, 0 },
		{ "", 0, -EINVAL, 0 },
		{ "-", 0, -EINVAL, 0 },
		{ ".5", 0, -EINVAL, 0 },
		{ "5.", 0, -EINVAL, 0 },
		{ "5e", 0, -EINVAL, 0 },
		{ "5e+", 0, -EINVAL, 0 },
		{ " 5", 0, -EINVAL, 0 },
		{ "5 ", 0, -EINVAL, 0 },
		{ "0x5", 0, -EINVAL, 0 },
		{ "nan", 0, -EINVAL, 0 },
		{ "--5", 0, -EINVAL, 0 },
		{ "1,5", 0, -EINVAL, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 12345;
		int rc = decimal_parse(cases[i].text, cases[i].decimals, &value);
		CU_ASSERT_EQUAL(rc, cases[i].rc);
		CU_ASSERT_EQUAL(value, cases[i].rc == 0 ? cases[i].value : 12345);
		if (rc != cases[i].rc || (rc == 0 && value != cases[i].value))
			printf("\n%s: %d, %lld\n", cases[i].text, rc, (long long)value);
	}
}

static const struct claim claims[] = { CLAIM(a_decimal_becomes_an_integer_in_its_unit) };

CLAIMS_MAIN("decimal", claims)
