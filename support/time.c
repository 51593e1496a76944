/* SPDX-License-Identifier: ISC */
/* Times as text and back: RFC 3339 points in UTC, durations and sizes with their units. */
#include "towerd/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MS_PER_DAY = 86400000 };

static const int64_t LAST_MS =
    253402300799999; /* 9999-12-31T23:59:59.999Z: RFC 3339 has four digits for the year */

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
	/* Years begin in March here, so that the day that comes and goes is the last of its year. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = (month + 9) % 12;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
	return month == 12 ? 31 : days_from_date(year, month + 1, 1) - days_from_date(year, month, 1);
}

/* Reads exactly `width` digits and moves on. */
static bool
take_number(const char **p, unsigned width, int64_t *out)
{
	int64_t n = 0;
	for (unsigned i = 0; i < width; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		n = n * 10 + (**p - '0');
	}
	*out = n;
	return true;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
take_fraction(const char **p, int64_t *ms)
{
	*ms = 0;
	if (!take_char(p, '.'))
		return true;
	unsigned digits = 0;
	for (int64_t scale = 100; **p >= '0' && **p <= '9'; (*p)++, scale /= 10, digits++)
		*ms += (**p - '0') * scale;
	return digits >= 1 && digits <= 9;
}

static bool
take_offset(const char **p, int64_t *minutes)
{
	*minutes = 0;
	if (take_char(p, 'Z') || take_char(p, 'z'))
		return true;
	bool is_west = **p == '-';
	int64_t h, m;
	if (!take_char(p, is_west ? '-' : '+') || !take_number(p, 2, &h) || !take_char(p, ':') ||
	    !take_number(p, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = (is_west ? -1 : 1) * (h * 60 + m);
	return true;
}

int
towerd_time_parse(const char *text, int64_t *utc_ms)
{
	const char *p = text;
	int64_t year, month, day, hour, minute, second, ms, offset;

	if (!take_number(&p, 4, &year) || !take_char(&p, '-') || !take_number(&p, 2, &month) ||
	    !take_char(&p, '-') || !take_number(&p, 2, &day) || !(take_char(&p, 'T') || take_char(&p, 't')) ||
	    !take_number(&p, 2, &hour) || !take_char(&p, ':') || !take_number(&p, 2, &minute) ||
	    !take_char(&p, ':') || !take_number(&p, 2, &second) || !take_fraction(&p, &ms) ||
	    !take_offset(&p, &offset) || *p != '\0')
		return -EINVAL;
	/* A leap second (RFC 3339, 5.6) counts as the second that follows it. */
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
	    minute > 59 || second > 60)
		return -EINVAL;

	int64_t utc = days_from_date(year, month, day) * MS_PER_DAY +
	    ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
	if (utc < 0 || utc > LAST_MS)
		return -ERANGE;
	*utc_ms = utc;
	return 0;
}

/* A point of UTC in calendar parts; a point that four digits cannot name is shown as the nearest that they can. */
static int64_t
split_time(int64_t utc_ms, struct tm *tm)
{
	int64_t ms = utc_ms < 0 ? 0 : utc_ms > LAST_MS ? LAST_MS : utc_ms;
	time_t seconds = (time_t)(ms / 1000);
	gmtime_r(&seconds, tm);
	return ms % 1000;
}

/* `width` digits and what follows them: a record of an alarm has six times in it, and printf takes many times as long. */
static char *
put_number(char *out, int width, int number, char next)
{
	for (int i = width; i-- > 0; number /= 10)
		out[i] = (char)('0' + number % 10);
	out[width] = next;
	return out + width + 1;
}

const char *
towerd_time_format(int64_t utc_ms, char *out)
{
	struct tm tm;
	int ms = (int)split_time(utc_ms, &tm);
	char *at = out;

	at = put_number(at, 4, tm.tm_year + 1900, '-');
	at = put_number(at, 2, tm.tm_mon + 1, '-');
	at = put_number(at, 2, tm.tm_mday, 'T');
	at = put_number(at, 2, tm.tm_hour, ':');
	at = put_number(at, 2, tm.tm_min, ':');
	at = put_number(at, 2, tm.tm_sec, '.');
	at = put_number(at, 3, ms, 'Z');
	*at = '\0';
	return out;
}

void
towerd_time_to_date_and_time(int64_t utc_ms, uint8_t out[11])
{
	struct tm tm;
	int64_t ms = split_time(utc_ms, &tm);
	int year = tm.tm_year + 1900;
	const int parts[11] = { year >> 8, year & 0xff, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, (int)(ms / 100), '+', 0, 0 };
	for (unsigned i = 0; i < 11; i++)
		out[i] = (uint8_t)parts[i];
}

/* Units, the smallest first. */
struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
	{ "d", MS_PER_DAY } };
static const struct unit sizes[] = { { "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 },
	{ "TiB", INT64_C(1) << 40 } };

#define UNIT_COUNT 5

static int
parse_with_unit(const char *text, const struct unit *units, int64_t *out)
{
	int64_t n = 0;
	int rc = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			rc = -ERANGE;
	if (p == text)
		return -EINVAL;
	for (unsigned i = 0; i < UNIT_COUNT; i++) {
		if (strcmp(p, units[i].name) != 0)
			continue;
		if (rc < 0 || __builtin_mul_overflow(n, units[i].factor, &n))
			return -ERANGE;
		*out = n;
		return 0;
	}
	return -EINVAL;
}

static const char *
format_with_unit(int64_t value, const struct unit *units, unsigned zero_unit, char *out)
{
	unsigned i = UNIT_COUNT - 1;
	if (value == 0)
		i = zero_unit;
	while (value % units[i].factor != 0)
		i--;
	snprintf(out, TOWERD_TIME_TEXT, "%" PRId64 "%s", value / units[i].factor, units[i].name);
	return out;
}

int
towerd_duration_parse(const char *text, int64_t *ms)
{
	return parse_with_unit(text, durations, ms);
}

const char *
towerd_duration_format(int64_t ms, char *out)
{
	return format_with_unit(ms, durations, 1, out);
}

int
towerd_size_parse(const char *text, int64_t *octets)
{
	return parse_with_unit(text, sizes, octets);
}

const char *
towerd_size_format(int64_t octets, char *out)
{
	return format_with_unit(octets, sizes, 0, out);
}
