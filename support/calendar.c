/* SPDX-License-Identifier: ISC */
/*
 * The one owner of libical: it reads rules and knows zones. Which instant a local time is we find out ourselves: in the hours around a change it errs.
 * Days are tried one by one, so the cost is that of the stretch, whatever the rule.
 */
#include "support/calendar.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libical/ical.h>

#define DAY_S           86400
#define LIST_MAX        31  /* values of one BY… list */
#define BACK_MAX_DAYS   732 /* the start may lie this far before the stretch */
#define DURATION_MAX_MS (31 * INT64_C(86400000))

struct calendar {
	struct calendar_span *spans; /* in order, apart */
	size_t count, capacity;
};

struct fault {
	char *text;
	size_t size;
};

static int __attribute__((format(printf, 2, 3))) refuse(const struct fault *fault, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(fault->text, fault->size, format, ap);
	va_end(ap);
	return -EINVAL;
}

/* The parts of a rule that are taken, with the most values of each. */
static const struct {
	const char *name;
	unsigned values;
} parts[] = {
	{ "FREQ", 1 },
	{ "INTERVAL", 1 },
	{ "COUNT", 1 },
	{ "UNTIL", 1 },
	{ "WKST", 1 },
	{ "BYMONTH", 12 },
	{ "BYMONTHDAY", LIST_MAX },
	{ "BYDAY", LIST_MAX },
	{ "BYHOUR", 24 },
	{ "BYMINUTE", 4 },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static int
part_check(const char *part, size_t len, unsigned *seen, const struct fault *fault)
{
	size_t name = strcspn(part, "="), i = 0;
	unsigned values = 1;

	while (i < PARTS && (strlen(parts[i].name) != name || strncmp(parts[i].name, part, name) != 0))
		i++;
	if (i == PARTS || name + 1 >= len)
		return refuse(fault,
		    "\"%.*s\" is no part of a rule that is taken: FREQ, INTERVAL, COUNT, UNTIL, WKST, "
		    "BYMONTH, "
		    "BYMONTHDAY, BYDAY, BYHOUR and BYMINUTE are",
		    (int)len, part);
	if ((*seen & 1u << i) != 0)
		return refuse(fault, "%s stands twice in the rule", parts[i].name);
	*seen |= 1u << i;
	for (size_t k = name + 1; k < len; k++) {
		values += part[k] == ',';
		if (strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ,+-", part[k]) == NULL)
			return refuse(fault, "the value of %s has a '%c' in it", parts[i].name, part[k]);
	}
	if (values > parts[i].values)
		return refuse(
		    fault, "%s has %u values: at most %u are taken", parts[i].name, values, parts[i].values);
	return 0;
}

static bool
has_ordinal(const struct icalrecurrencetype *rule)
{
	for (size_t i = 0; rule->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		if (icalrecurrencetype_day_position(rule->by_day[i]) != 0)
			return true;
	return false;
}

/* What the library gets to read is of the grammar. */
static int
rule_read(const char *text, struct icalrecurrencetype *rule, const struct fault *fault)
{
	unsigned seen = 0;
	int rc = 0;

	if (strlen(text) > CALENDAR_RULE_MAX)
		return refuse(
		    fault, "the rule has %zu octets, at most %d are taken", strlen(text), CALENDAR_RULE_MAX);
	for (const char *c = text; rc == 0; c++) {
		size_t len = strcspn(c, ";");
		if (len >= 64 && memchr(c, '=', len) == NULL)
			return refuse(fault, "the rule is no list of NAME=VALUE with ';' between them");
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)c[i] < 0x20 || (unsigned char)c[i] > 0x7e)
				return refuse(fault, "the rule has octets that are no ASCII");
		rc = part_check(c, len, &seen, fault);
		c += len;
		if (*c == '\0')
			break;
	}
	if (rc < 0)
		return rc;
	*rule = icalrecurrencetype_from_string(text);
	if (rule->freq == ICAL_NO_RECURRENCE)
		return refuse(fault, "\"%s\" is no rule of RFC 5545: FREQ=WEEKLY;BYDAY=SU is one", text);
	if (rule->freq < ICAL_DAILY_RECURRENCE)
		return refuse(fault,
		    "FREQ=%s is too often: DAILY, WEEKLY, MONTHLY and YEARLY are taken, with BYHOUR for more "
		    "than one a day",
		    icalrecur_freq_to_string(rule->freq));
	if (rule->interval < 1 || rule->count < 0)
		return refuse(fault, "INTERVAL and COUNT are at least 1");
	if (rule->freq < ICAL_MONTHLY_RECURRENCE && has_ordinal(rule))
		return refuse(fault, "a numbered day (BYDAY=1SU) goes with FREQ=MONTHLY or FREQ=YEARLY");
	return 0;
}

static int
zone_find(const char *name, icaltimezone **zone, const struct fault *fault)
{
	size_t len = strlen(name);

	icalerror_set_errors_are_fatal(0);
	/* The library makes a path of it. */
	bool is_name = len > 0 && len <= CALENDAR_ZONE_MAX && name[0] != '/' && strstr(name, "..") == NULL &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == len;
	*zone = !is_name               ? NULL
	    : strcmp(name, "UTC") == 0 ? icaltimezone_get_utc_timezone()
				       : icaltimezone_get_builtin_timezone(name);
	if (*zone == NULL)
		return refuse(fault,
		    "there is no time zone \"%.*s\": names are those of the zone database, such as "
		    "Europe/Berlin",
		    CALENDAR_ZONE_MAX, name);
	return 0;
}

/* A local time is kept as the seconds that it would be in UTC. */
static int
start_read(const char *text, int64_t *local_s, const struct fault *fault)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);
		if (end == NULL || *end != '\0' || tm.tm_year < 70 || tm.tm_sec > 59)
			continue;
		struct tm proper = tm; /* there is no 30th of February */
		*local_s = timegm(&proper);
		if (proper.tm_mday == tm.tm_mday)
			return 0;
	}
	return refuse(fault, "\"%.32s\" is no local time: 2027-03-28T02:00 is one", text);
}

static int64_t
offset_at(icaltimezone *zone, int64_t utc_s)
{
	struct icaltimetype utc =
	    icaltime_from_timet_with_zone((time_t)utc_s, 0, icaltimezone_get_utc_timezone());
	int is_summer;

	return icaltimezone_get_utc_offset_of_utc_time(zone, &utc, &is_summer);
}

/* The instant of a local time: the first of two. False: the clock leaves it out; then it is read with the offset before the change. */
static bool
instant_of(icaltimezone *zone, int64_t local_s, int64_t *utc_s)
{
	int64_t before = offset_at(zone, local_s - DAY_S), after = offset_at(zone, local_s + DAY_S);

	*utc_s = local_s - before;
	if (offset_at(zone, *utc_s) == before)
		return true;
	if (offset_at(zone, local_s - after) != after)
		return false;
	*utc_s = local_s - after;
	return true;
}

/* The last instant of UNTIL: it is in UTC, or local, or a day that counts until its end. */
static int64_t
rule_until(const struct icalrecurrencetype *rule, icaltimezone *zone)
{
	int64_t utc_s = INT64_MAX;

	if (icaltime_is_null_time(rule->until))
		return INT64_MAX;
	int64_t at_s = icaltime_as_timet(rule->until);
	if (icaltime_is_utc(rule->until))
		return at_s;
	(void)instant_of(zone, rule->until.is_date ? at_s + DAY_S - 1 : at_s, &utc_s);
	return utc_s;
}

/* Begins come in order, but around a change of the clock. */
static int
span_add(struct calendar *calendar, int64_t begin_ms, int64_t end_ms)
{
	struct calendar_span *last = calendar->count > 0 ? &calendar->spans[calendar->count - 1] : NULL;

	if (last != NULL && begin_ms <= last->end_ms) {
		last->begin_ms = begin_ms < last->begin_ms ? begin_ms : last->begin_ms;
		last->end_ms = end_ms > last->end_ms ? end_ms : last->end_ms;
		return 0;
	}
	if (calendar->count == calendar->capacity) {
		size_t capacity = calendar->capacity == 0 ? 16 : 2 * calendar->capacity;
		struct calendar_span *spans = realloc(calendar->spans, capacity * sizeof(*spans));
		if (spans == NULL)
			return -ENOMEM;
		calendar->spans = spans;
		calendar->capacity = capacity;
	}
	calendar->spans[calendar->count++] = (struct calendar_span){ begin_ms, end_ms };
	return 0;
}

struct stretch {
	icaltimezone *zone;
	int64_t start_s; /* local */
	int64_t duration_ms, from_ms, until_ms;
};

/* One occurrence, as far as it lies in the stretch. */
static int
occurrence_add(struct calendar *calendar, const struct stretch *stretch, int64_t utc_s)
{
	int64_t begin_ms = utc_s * 1000, end_ms = begin_ms + stretch->duration_ms;

	if (end_ms <= stretch->from_ms)
		return 0;
	return span_add(calendar, begin_ms > stretch->from_ms ? begin_ms : stretch->from_ms,
	    end_ms < stretch->until_ms ? end_ms : stretch->until_ms);
}

/* Which days a rule has. The library's iterator is not used: a rule that never matches keeps it searching for centuries. */

struct day {
	int64_t number;                  /* since 1970 */
	int year, month, mday, weekday;  /* 1 to 12; 1 to 31; 1 Sunday to 7 */
	int month_days, yday, year_days; /* yday: 1 to 366 */
};

static struct day
day_of(int64_t number)
{
	time_t at = (time_t)(number * DAY_S);
	struct tm tm;

	gmtime_r(&at, &tm);
	int year = tm.tm_year + 1900;
	return (struct day){ .number = number,
		.year = year,
		.month = tm.tm_mon + 1,
		.mday = tm.tm_mday,
		.weekday = tm.tm_wday + 1,
		.month_days = icaltime_days_in_month(tm.tm_mon + 1, year),
		.yday = tm.tm_yday + 1,
		.year_days = icaltime_days_in_year(year) };
}

/* An empty list is no condition. A negative value counts from the end of `total`. */
static bool
list_has(const short *list, int value, int total)
{
	for (size_t i = 0; list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		if (list[i] == value || (list[i] < 0 && list[i] + total + 1 == value))
			return true;
	return list[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

static bool
is_given(const short *list)
{
	return list[0] != ICAL_RECURRENCE_ARRAY_MAX;
}

/* "SU", or "1SU" and "-1SU" of the month, or of the year when no month is named. */
static bool
weekday_matches(const struct icalrecurrencetype *rule, const struct day *day)
{
	bool in_year = rule->freq == ICAL_YEARLY_RECURRENCE && !is_given(rule->by_month);
	int at = in_year ? day->yday : day->mday, total = in_year ? day->year_days : day->month_days;

	for (size_t i = 0; rule->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
		int nth = icalrecurrencetype_day_position(rule->by_day[i]);
		if ((int)icalrecurrencetype_day_day_of_week(rule->by_day[i]) != day->weekday)
			continue;
		if (nth == 0 || nth == (at - 1) / 7 + 1 || nth == -((total - at) / 7 + 1))
			return true;
	}
	return false;
}

/* What the rule does not say is as at the start (RFC 5545, 3.3.10). */
static bool
day_matches(const struct icalrecurrencetype *rule, const struct day *start, const struct day *day)
{
	bool is_yearly = rule->freq == ICAL_YEARLY_RECURRENCE,
	     has_days = is_given(rule->by_day) || is_given(rule->by_month_day);

	if (!list_has(rule->by_month, day->month, 0) ||
	    !list_has(rule->by_month_day, day->mday, day->month_days))
		return false;
	if (is_given(rule->by_day))
		return weekday_matches(rule, day);
	if (has_days || rule->freq == ICAL_DAILY_RECURRENCE)
		return true;
	if (rule->freq == ICAL_WEEKLY_RECURRENCE)
		return day->weekday == start->weekday;
	return day->mday == start->mday &&
	    (!is_yearly || is_given(rule->by_month) || day->month == start->month);
}

/* Whether the day's period (day, week, month, year) is one of each `interval`. */
static bool
period_matches(const struct icalrecurrencetype *rule, const struct day *start, const struct day *day)
{
	int64_t periods = day->year - start->year; /* since the start's */

	if (rule->freq == ICAL_MONTHLY_RECURRENCE)
		periods = periods * 12 + day->month - start->month;
	else if (rule->freq == ICAL_DAILY_RECURRENCE)
		periods = day->number - start->number;
	else if (rule->freq == ICAL_WEEKLY_RECURRENCE) {
		int first = rule->week_start == ICAL_NO_WEEKDAY ? ICAL_MONDAY_WEEKDAY : (int)rule->week_start;
		int64_t since = (start->weekday - first + 7) % 7; /* its week's first day */
		periods = (day->number - start->number + since) / 7;
	}
	return periods % rule->interval == 0;
}

struct series {
	struct calendar *calendar;
	const struct stretch *stretch;
	int64_t last_s; /* UNTIL, UTC */
	unsigned left;  /* of COUNT */
	bool is_over;
};

static int
series_take(struct series *series, int64_t local_s, const struct fault *fault)
{
	const struct stretch *stretch = series->stretch;
	int64_t utc_s;

	if (local_s < stretch->start_s)
		return 0;
	if (!instant_of(stretch->zone, local_s, &utc_s) && local_s != stretch->start_s)
		return 0;
	if (series->left == 0 || utc_s > series->last_s || utc_s * 1000 >= stretch->until_ms) {
		series->is_over = true;
		return 0;
	}
	series->left--;
	if (series->calendar->count >= CALENDAR_OCCURRENCES_MAX)
		return refuse(fault,
		    "it would recur more than %d times: let it recur less often, or end sooner",
		    CALENDAR_OCCURRENCES_MAX);
	return occurrence_add(series->calendar, stretch, utc_s);
}

/* The times of one day, in their order. */
static int
day_take(struct series *series, const struct icalrecurrencetype *rule, const struct day *day,
    const struct fault *fault)
{
	int64_t start_s = series->stretch->start_s % DAY_S;
	int rc = 0;

	for (int minute = 0; rc == 0 && minute < 24 * 60; minute++) {
		bool is_hour = is_given(rule->by_hour) ? list_has(rule->by_hour, minute / 60, 0)
						       : minute / 60 == start_s / 3600;
		bool is_minute = is_given(rule->by_minute) ? list_has(rule->by_minute, minute % 60, 0)
							   : minute % 60 == start_s / 60 % 60;
		if (is_hour && is_minute)
			rc = series_take(series, day->number * DAY_S + minute * 60 + start_s % 60, fault);
	}
	return rc;
}

static int
expand(struct calendar *calendar, const struct stretch *stretch, const struct icalrecurrencetype *rule,
    const struct fault *fault)
{
	const struct day start = day_of(stretch->start_s / DAY_S);
	struct series series = { .calendar = calendar,
		.stretch = stretch,
		.last_s = rule_until(rule, stretch->zone),
		.left = rule->count > 0 ? (unsigned)rule->count : UINT_MAX };
	int64_t last = stretch->until_ms / 1000 / DAY_S + 1;
	int rc = 0;

	if (stretch->start_s / DAY_S < stretch->from_ms / 1000 / DAY_S - BACK_MAX_DAYS)
		return refuse(fault, "it starts more than two years ago: let it start later");
	/* Only who counts must look at what is over. */
	int64_t first = (stretch->from_ms - stretch->duration_ms) / 1000 / DAY_S - 1;
	if (first < start.number || rule->count > 0)
		first = start.number;
	for (int64_t number = first; rc == 0 && number <= last && !series.is_over; number++) {
		const struct day day = day_of(number);
		if (period_matches(rule, &start, &day) && day_matches(rule, &start, &day))
			rc = day_take(&series, rule, &day, fault);
	}
	return rc;
}

static int
terms_read(const struct calendar_terms *terms, struct stretch *stretch, const struct fault *fault)
{
	int rc = zone_find(terms->zone, &stretch->zone, fault);

	if (rc == 0)
		rc = start_read(terms->start, &stretch->start_s, fault);
	if (rc == 0 && (terms->duration_ms < 60000 || terms->duration_ms > DURATION_MAX_MS))
		rc = refuse(fault, "an occurrence lasts between a minute and 31 days");
	stretch->duration_ms = terms->duration_ms;
	return rc;
}

int
calendar_new(const struct calendar_terms *terms, int64_t from_ms, int64_t until_ms, struct calendar **out,
    char *error, size_t size)
{
	const struct fault fault = { error, size };
	struct stretch stretch = { .from_ms = from_ms, .until_ms = until_ms };
	struct icalrecurrencetype rule;
	bool recurs = terms->rule != NULL && terms->rule[0] != '\0';
	int64_t utc_s;

	int rc = terms_read(terms, &stretch, &fault);
	if (rc == 0 && recurs)
		rc = rule_read(terms->rule, &rule, &fault);
	if (rc < 0)
		return rc;
	struct calendar *calendar = calloc(1, sizeof(*calendar));
	if (calendar == NULL)
		return -ENOMEM;
	if (recurs) {
		rc = expand(calendar, &stretch, &rule, &fault);
	} else {
		(void)instant_of(stretch.zone, stretch.start_s, &utc_s);
		rc = utc_s * 1000 < until_ms ? occurrence_add(calendar, &stretch, utc_s) : 0;
	}
	if (rc == 0 && calendar->count == 0)
		rc = refuse(&fault, "it has no occurrence between now and its end");
	if (rc < 0)
		calendar_free(calendar);
	else
		*out = calendar;
	return rc;
}

void
calendar_free(struct calendar *calendar)
{
	if (calendar == NULL)
		return;
	free(calendar->spans);
	free(calendar);
}

size_t
calendar_count(const struct calendar *calendar)
{
	return calendar->count;
}

bool
calendar_at(const struct calendar *calendar, int64_t utc_ms, struct calendar_span *span)
{
	size_t from = 0, to = calendar->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (calendar->spans[middle].end_ms <= utc_ms)
			from = middle + 1;
		else
			to = middle;
	}
	*span = from < calendar->count ? calendar->spans[from] : (struct calendar_span){ 0, 0 };
	return from < calendar->count && span->begin_ms <= utc_ms;
}
