/* SPDX-License-Identifier: ISC */
/*
 * Orders that are those of the SNMP indexes. A row of alarmActiveTable is at the list's name (empty, so one 0), the 11 octets of a
 * DateAndTime with their length in front, and an index; within the agent at (tenths of a second, index), which is the same order.
 */
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"

enum {
	LIST_LEN,
	DATE_LEN,
	YEAR_HIGH,
	YEAR_LOW,
	MONTH,
	DAY,
	HOUR,
	MINUTE,
	SECOND,
	DECISECOND,
	SIGN,
	OFFSET_HOUR,
	OFFSET_MINUTE,
	INDEX,
	PARTS
};
_Static_assert(PARTS == ALARM_TIME_PARTS, "parts of the index");

#define DAY_MS      INT64_C(86400000)
#define DATE_OCTETS 11

struct order_key
alarm_number_key(uint64_t number)
{
	return (struct order_key){ .hi = (uint32_t)number };
}

struct order_key
alarm_index_key(uint32_t index)
{
	return (struct order_key){ .hi = index };
}

struct order_key
alarm_time_key(int64_t utc_ms, uint32_t index)
{
	return (struct order_key){ .hi = utc_ms > 0 ? (uint64_t)utc_ms / 100 : 0, .lo = index };
}

size_t
alarm_time_index(int64_t utc_ms, uint32_t index, uint32_t *key)
{
	uint8_t date[DATE_OCTETS];

	towerd_time_to_date_and_time(utc_ms, date);
	key[LIST_LEN] = 0;
	key[DATE_LEN] = DATE_OCTETS;
	for (size_t i = 0; i < DATE_OCTETS; i++)
		key[YEAR_HIGH + i] = date[i];
	key[INDEX] = index;
	return PARTS;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; month 1 to 12. */
static int64_t
days_of(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2; /* years begin with March, so that the leap day is the last */
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	unsigned of_era = (unsigned)(year - era * 400);
	unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static unsigned
month_days(int64_t year, unsigned month)
{
	return (unsigned)(days_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
	    days_of(year, month, 1));
}

struct field {
	uint32_t min, max;
	int64_t unit_ms;
};

/* The fields from the hour on. A leap second (60) is never written: it reads as the next minute. */
static const struct field fields[] = {
	[HOUR] = { 0, 23, 3600000 },
	[MINUTE] = { 0, 59, 60000 },
	[SECOND] = { 0, 59, 1000 },
	[DECISECOND] = { 0, 9, 100 },
	[SIGN] = { '+', '+', 0 },
	[OFFSET_HOUR] = { 0, 0, 0 },
	[OFFSET_MINUTE] = { 0, 0, 0 },
};

/* The least instant whose fields are not before `key`; *exact says that it has these very fields. */
static int64_t
date_bound(const uint32_t *key, bool *exact)
{
	*exact = false;
	int64_t year = key[YEAR_HIGH] > 255 ? 65536
	    : key[YEAR_LOW] > 255           ? ((int64_t)key[YEAR_HIGH] + 1) * 256
					    : (int64_t)key[YEAR_HIGH] * 256 + key[YEAR_LOW];
	if (key[YEAR_HIGH] > 255 || key[YEAR_LOW] > 255)
		return days_of(year, 1, 1) * DAY_MS;
	if (key[MONTH] < 1)
		return days_of(year, 1, 1) * DAY_MS;
	if (key[MONTH] > 12)
		return days_of(year + 1, 1, 1) * DAY_MS;
	int64_t at = days_of(year, key[MONTH], 1) * DAY_MS;
	unsigned days = month_days(year, key[MONTH]);
	if (key[DAY] < 1)
		return at;
	if (key[DAY] > days)
		return at + days * DAY_MS;
	at += (key[DAY] - 1) * DAY_MS;

	int64_t unit_ms = DAY_MS; /* one more of the field before */
	for (unsigned i = HOUR; i <= OFFSET_MINUTE; i++) {
		const struct field *f = &fields[i];
		if (key[i] < f->min)
			return at;
		if (key[i] > f->max)
			return at + unit_ms;
		at += key[i] * f->unit_ms;
		unit_ms = f->unit_ms != 0 ? f->unit_ms : unit_ms;
	}
	*exact = true;
	return at;
}

bool
alarm_time_bound(const uint32_t *key, size_t len, bool inclusive, struct order_key *bound)
{
	uint32_t least[PARTS];
	bool exact;

	if (!view_key_bound(key, len, inclusive, least, PARTS) || least[LIST_LEN] > 0 ||
	    least[DATE_LEN] > DATE_OCTETS)
		return false;
	*bound = (struct order_key){ 0 };
	if (least[DATE_LEN] < DATE_OCTETS)
		return true;
	int64_t at = date_bound(least, &exact);
	if (at < 0)
		return true; /* before 1970: before everything */
	bound->hi = (uint64_t)at / 100;
	bound->lo = exact ? least[INDEX] : 0;
	return true;
}
