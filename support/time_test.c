/* SPDX-License-Identifier: ISC */
/* Times, durations and sizes as text and back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/cunit_main.h"
#include "towerd/time.h"

static void
a_point_in_time_is_read_in_any_offset(void)
{
	static const struct {
		const char *text;
		int rc;
		int64_t ms;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "2026-11-22T18:45:53.120Z", 0, INT64_C(1795373153120) },
		{ "2026-11-22t18:45:53.12z", 0, INT64_C(1795373153120) },
		{ "2026-11-22T21:45:53.120999999+03:00", 0, INT64_C(1795373153120) },
		{ "2026-11-22T13:15:53.120-05:30", 0, INT64_C(1795373153120) },
		{ "2024-02-29T00:00:00Z", 0, INT64_C(1709164800000) },
		{ "2000-02-29T23:59:59Z", 0, INT64_C(951868799000) },
		{ "2016-12-31T23:59:60Z", 0, INT64_C(1483228800000) },
		{ "9999-12-31T23:59:59.999Z", 0, INT64_C(253402300799999) },
		{ "1969-12-31T23:59:59Z", -ERANGE, 0 },
		{ "1970-01-01T00:00:00+00:01", -ERANGE, 0 },
		{ "9999-12-31T23:59:59-00:01", -ERANGE, 0 },
		{ "0000-01-01T00:00:00Z", -ERANGE, 0 },
		{ "2023-02-29T00:00:00Z", -EINVAL, 0 },
		{ "2100-02-29T00:00:00Z", -EINVAL, 0 },
		{ "2026-13-01T00:00:00Z", -EINVAL, 0 },
		{ "2026-00-01T00:00:00Z", -EINVAL, 0 },
		{ "2026-01-00T00:00:00Z", -EINVAL, 0 },
		{ "2026-04-31T00:00:00Z", -EINVAL, 0 },
		{ "2026-01-01T24:00:00Z", -EINVAL, 0 },
		{ "2026-01-01T00:60:00Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:61Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:00", -EINVAL, 0 },
		{ "2026-01-01T00:00:00.Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:00.0123456789Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:00+24:00", -EINVAL, 0 },
		{ "2026-01-01T00:00:00+0100", -EINVAL, 0 },
		{ "2026-01-01T00:00:00Z ", -EINVAL, 0 },
		{ "2026-01-01 00:00:00Z", -EINVAL, 0 },
		{ "26-01-01T00:00:00Z", -EINVAL, 0 },
		{ "+026-01-01T00:00:00Z", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = -7;
		int rc = towerd_time_parse(cases[i].text, &ms);
		CU_ASSERT_EQUAL(rc, cases[i].rc);
		CU_ASSERT_EQUAL(ms, cases[i].rc == 0 ? cases[i].ms : -7);
		if (rc != cases[i].rc || (rc == 0 && ms != cases[i].ms))
			printf("\n%s: %d, %lld\n", cases[i].text, rc, (long long)ms);
	}
}

static void
a_point_in_time_is_written_in_utc(void)
{
	char text[TOWERD_TIME_TEXT];
	CU_ASSERT_STRING_EQUAL(towerd_time_format(INT64_C(1795373153120), text), "2026-11-22T18:45:53.120Z");
	CU_ASSERT_STRING_EQUAL(towerd_time_format(0, text), "1970-01-01T00:00:00.000Z");
	CU_ASSERT_STRING_EQUAL(towerd_time_format(INT64_MIN, text), "1970-01-01T00:00:00.000Z");
	CU_ASSERT_STRING_EQUAL(towerd_time_format(INT64_MAX, text), "9999-12-31T23:59:59.999Z");
}

static void
every_day_of_four_centuries_reads_back(void)
{
	for (int64_t day = 0; day < 146097; day++) {
		char text[TOWERD_TIME_TEXT];
		int64_t ms = day * 86400000 + day % 86400000, back = -1;
		CU_ASSERT_EQUAL_FATAL(towerd_time_parse(towerd_time_format(ms, text), &back), 0);
		CU_ASSERT_EQUAL_FATAL(back, ms);
	}
}

static void
date_and_time_has_eleven_octets_in_utc(void)
{
	uint8_t octets[11];
	towerd_time_to_date_and_time(INT64_C(1795373153190), octets);
	CU_ASSERT_EQUAL(memcmp(octets, "\x07\xea\x0b\x16\x12\x2d\x35\x01+\0\0", 11), 0);
}

static void
durations_and_sizes_carry_their_unit(void)
{
	static const struct {
		int (*parse)(const char *text, int64_t *out);
		const char *text;
		int rc;
		int64_t value;
	} cases[] = {
		{ towerd_duration_parse, "500ms", 0, 500 },
		{ towerd_duration_parse, "30s", 0, 30000 },
		{ towerd_duration_parse, "5m", 0, 300000 },
		{ towerd_duration_parse, "2h", 0, 7200000 },
		{ towerd_duration_parse, "400d", 0, INT64_C(34560000000) },
		{ towerd_duration_parse, "0s", 0, 0 },
		{ towerd_duration_parse, "106751991167d", 0, INT64_C(9223372036828800000) },
		{ towerd_duration_parse, "106751991168d", -ERANGE, 0 },
		{ towerd_duration_parse, "99999999999999999999s", -ERANGE, 0 },
		{ towerd_duration_parse, "99999999999999999999x", -EINVAL, 0 },
		{ towerd_duration_parse, "30", -EINVAL, 0 },
		{ towerd_duration_parse, "s", -EINVAL, 0 },
		{ towerd_duration_parse, "-5s", -EINVAL, 0 },
		{ towerd_duration_parse, "1.5s", -EINVAL, 0 },
		{ towerd_duration_parse, "5 s", -EINVAL, 0 },
		{ towerd_duration_parse, "5S", -EINVAL, 0 },
		{ towerd_duration_parse, "1h30m", -EINVAL, 0 },
		{ towerd_duration_parse, "", -EINVAL, 0 },
		{ towerd_size_parse, "512B", 0, 512 },
		{ towerd_size_parse, "64KiB", 0, 65536 },
		{ towerd_size_parse, "20MiB", 0, 20971520 },
		{ towerd_size_parse, "20GiB", 0, INT64_C(21474836480) },
		{ towerd_size_parse, "2TiB", 0, INT64_C(2199023255552) },
		{ towerd_size_parse, "8388608TiB", -ERANGE, 0 },
		{ towerd_size_parse, "20GB", -EINVAL, 0 },
		{ towerd_size_parse, "20G", -EINVAL, 0 },
		{ towerd_size_parse, "20", -EINVAL, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = -7;
		CU_ASSERT_EQUAL(cases[i].parse(cases[i].text, &value), cases[i].rc);
		CU_ASSERT_EQUAL(value, cases[i].rc == 0 ? cases[i].value : -7);
	}
}

static void
the_largest_whole_unit_is_written(void)
{
	char text[TOWERD_TIME_TEXT];
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(90000, text), "90s");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(120000, text), "2m");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(86400000, text), "1d");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(1, text), "1ms");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(0, text), "0s");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(-90000, text), "-90s");
	CU_ASSERT_STRING_EQUAL(towerd_duration_format(INT64_MIN, text), "-9223372036854775808ms");
	CU_ASSERT_STRING_EQUAL(towerd_size_format(65536, text), "64KiB");
	CU_ASSERT_STRING_EQUAL(towerd_size_format(65537, text), "65537B");
	CU_ASSERT_STRING_EQUAL(towerd_size_format(0, text), "0B");
}

static const struct claim claims[] = {
	CLAIM(a_point_in_time_is_read_in_any_offset),
	CLAIM(a_point_in_time_is_written_in_utc),
	CLAIM(every_day_of_four_centuries_reads_back),
	CLAIM(date_and_time_has_eleven_octets_in_utc),
	CLAIM(durations_and_sizes_carry_their_unit),
	CLAIM(the_largest_whole_unit_is_written),
};

CLAIMS_MAIN("time", claims)
