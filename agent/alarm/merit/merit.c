/* SPDX-License-Identifier: ISC */
/* The sources of alarms: what is counted of each, today and on the days before. */
#include "agent/alarm/merit/merit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/alarm/merit/rate.h"

#define NAME_MAX_LEN 63

struct source {
	char name[NAME_MAX_LEN + 1];
	bool is_open; /* else it is of an earlier start, and has days alone */
	uint64_t total;
	int64_t since_ms;   /* counted from; monotonic */
	int64_t watched_ms; /* until when today's time is counted */
	int64_t flooded_ms; /* the same of the flood */
	int64_t flood_ms;   /* in flood since the start */
	struct rate rate;
	struct flood flood;
	struct merit_day today;
	struct sketch types, sites; /* today's */
	struct merit_day **days;    /* oldest first, without today */
	size_t day_count;
};

struct merit {
	struct flood_settings flood;
	uint32_t today;
	struct source *sources[MERIT_SOURCES];
};

struct merit *
merit_new(const struct flood_settings *flood, int64_t now_ms, int64_t utc_ms)
{
	struct merit *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->flood = *flood;
	m->today = (uint32_t)(utc_ms / MERIT_DAY_MS);
	if (merit_source_open(m, MERIT_RAISED, "", now_ms) == 0)
		return m;
	merit_free(m);
	return NULL;
}

static void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->day_count; i++)
		free(s->days[i]);
	free(s->days);
	free(s);
}

void
merit_free(struct merit *m)
{
	if (m == NULL)
		return;
	for (unsigned i = 0; i < MERIT_SOURCES; i++)
		source_free(m->sources[i]);
	free(m);
}

static struct source *
source_new(const struct merit *m, const char *name)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	memcpy(s->name, name, strlen(name) + 1);
	s->today.day = m->today;
	return s;
}

static int
source_find(const struct merit *m, const char *name)
{
	for (unsigned i = 0; i < MERIT_SOURCES; i++)
		if (m->sources[i] != NULL && strcmp(m->sources[i]->name, name) == 0)
			return (int)i;
	return -1;
}

/* Two audiences change places: one that is only known of old gives way. */
static void
source_swap(struct merit *m, unsigned a, unsigned b)
{
	struct source *s = m->sources[a];

	m->sources[a] = m->sources[b];
	m->sources[b] = s;
}

static int
source_free_number(const struct merit *m)
{
	for (unsigned i = MERIT_SOURCES - 1; i > MERIT_RAISED; i--)
		if (m->sources[i] == NULL)
			return (int)i;
	return -1;
}

/* What stands at the number moves away; when there is no room for one that is known of old alone, it is forgotten. */
static void
source_move(struct merit *m, unsigned number)
{
	int other = source_free_number(m);

	if (m->sources[number] == NULL)
		return;
	m->sources[number]->is_open = false;
	if (other >= 0) {
		source_swap(m, number, (unsigned)other);
		return;
	}
	source_free(m->sources[number]);
	m->sources[number] = NULL;
}

int
merit_source_open(struct merit *m, unsigned number, const char *name, int64_t now_ms)
{
	if (number >= MERIT_SOURCES || strlen(name) > NAME_MAX_LEN ||
	    (number == MERIT_RAISED) != (*name == '\0'))
		return -EINVAL;
	int known = source_find(m, name);
	if (known >= 0)
		source_swap(m, number, (unsigned)known);
	else {
		source_move(m, number);
		m->sources[number] = source_new(m, name);
	}
	struct source *s = m->sources[number];
	if (s == NULL)
		return -ENOMEM;
	if (s->is_open)
		return 0;
	s->is_open = true;
	s->since_ms = s->watched_ms = s->flooded_ms = now_ms;
	rate_start(&s->rate, now_ms);
	return 0;
}

void
merit_source_close(struct merit *m, unsigned number)
{
	if (number > MERIT_RAISED && number < MERIT_SOURCES && m->sources[number] != NULL)
		m->sources[number]->is_open = false;
}

static struct source *
source_of(const struct merit *m, unsigned number)
{
	return number < MERIT_SOURCES && m->sources[number] != NULL && m->sources[number]->is_open
	    ? m->sources[number]
	    : NULL;
}

static enum merit_priority
priority_of(uint8_t severity)
{
	return severity >= TOWERD_CRITICAL ? MERIT_HIGH : severity == TOWERD_MAJOR ? MERIT_MEDIUM : MERIT_LOW;
}

static uint64_t
area_key(const char *area)
{
	uint64_t hash = 14695981039346656037ull; /* FNV-1a */

	for (const char *p = area != NULL ? area : ""; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211ull;
	return hash;
}

static void
worst_first(struct source *s)
{
	if (s->flood.is_flood && s->flood.first > s->today.first)
		s->today.first = s->flood.first;
}

enum flood_news
merit_count(struct merit *m, unsigned number, const struct merit_subject *subject, int64_t now_ms)
{
	struct source *s = source_of(m, number);
	int type = alarm_type_number(subject->type);

	if (s == NULL || type < 0)
		return FLOOD_NONE;
	s->total++;
	s->today.alarms++;
	s->today.priorities[priority_of(subject->severity)]++;
	rate_count(&s->rate, now_ms);
	uint32_t ten = rate_ten(&s->rate, now_ms);
	if (ten > s->today.peak)
		s->today.peak = ten;
	sketch_add(&s->types, (uint64_t)type, 1, 0, (uint32_t)type);
	sketch_add(&s->sites, subject->site, 1, 0, subject->site);
	const struct flood_alarm alarm = { .type = (uint64_t)type,
		.area = area_key(subject->area),
		.site = subject->site,
		.severity = subject->severity,
		.at_ms = now_ms };
	enum flood_news news = flood_count(&s->flood, &m->flood, &alarm);
	if (news == FLOOD_BEGINS) {
		s->today.floods++;
		s->flooded_ms = now_ms;
	}
	worst_first(s);
	return news;
}

/* Counts the time of flood, and of all, up to `to_ms`. */
static void
source_flooded(struct source *s, int64_t to_ms)
{
	int64_t passed = to_ms - s->flooded_ms;

	if (passed <= 0)
		return;
	s->flood_ms += passed;
	s->today.flood_ms += passed;
	s->flooded_ms = to_ms;
}

static void
source_watched(struct source *s, int64_t now_ms)
{
	s->today.watched_ms += now_ms - s->watched_ms;
	s->watched_ms = now_ms;
	if (s->flood.is_flood)
		source_flooded(s, now_ms);
}

enum flood_news
merit_pass(struct merit *m, unsigned number, int64_t now_ms)
{
	struct source *s = source_of(m, number);

	if (s == NULL || flood_pass(&s->flood, &m->flood, now_ms) == FLOOD_NONE)
		return FLOOD_NONE;
	source_flooded(s, s->flood.ended_ms);
	return FLOOD_ENDS;
}

const struct flood *
merit_flood(const struct merit *m, unsigned number)
{
	const struct source *s = source_of(m, number);

	return s != NULL ? &s->flood : NULL;
}

int64_t
merit_flood_due_ms(const struct merit *m, unsigned number)
{
	const struct source *s = source_of(m, number);

	return s != NULL && s->flood.is_flood ? flood_due_ms(&s->flood, &m->flood) : INT64_MAX;
}

/* What is counted of what is raised alone. */

void
merit_cleared(struct merit *m, int64_t lived_ms, bool is_fleeting)
{
	struct merit_day *day = &m->sources[MERIT_RAISED]->today;

	day->cleared++;
	day->lived_ms += lived_ms > 0 ? lived_ms : 0;
	day->fleeting += is_fleeting;
}

void
merit_chattered(struct merit *m)
{
	m->sources[MERIT_RAISED]->today.chattering++;
}

void
merit_kept(struct merit *m, enum merit_kept why)
{
	m->sources[MERIT_RAISED]->today.kept[why]++;
}

void
merit_stale(struct merit *m, unsigned number, uint32_t count)
{
	struct source *s = source_of(m, number);

	if (s != NULL && count > s->today.stale)
		s->today.stale = count;
}

/* Days. */

static void
top_of_today(struct source *s)
{
	merit_top_take(&s->today.types, &s->types);
	merit_top_take(&s->today.sites, &s->sites);
}

static bool
day_is_empty(const struct merit_day *day)
{
	return day->watched_ms == 0 && day->alarms == 0;
}

/* At the end of the source's days. */
static int
source_keep(struct source *s, const struct merit_day *day)
{
	struct merit_day **grown = reallocarray(s->days, s->day_count + 1, sizeof(struct merit_day *));

	if (grown == NULL)
		return -ENOMEM;
	s->days = grown;
	s->days[s->day_count] = malloc(sizeof(*day));
	if (s->days[s->day_count] == NULL)
		return -ENOMEM;
	*s->days[s->day_count++] = *day;
	return 0;
}

static void
source_drop(struct source *s, uint32_t before)
{
	size_t gone = 0;

	while (gone < s->day_count && s->days[gone]->day < before)
		free(s->days[gone++]);
	memmove(s->days, s->days + gone, (s->day_count - gone) * sizeof(struct merit_day *));
	s->day_count -= gone;
}

static void
source_turn(struct source *s, uint32_t day)
{
	top_of_today(s);
	if (!day_is_empty(&s->today))
		(void)source_keep(
		    s, &s->today); /* without memory a day is missing in reports, and in the store */
	s->today = (struct merit_day){ .day = day };
	sketch_reset(&s->types);
	sketch_reset(&s->sites);
}

/* A clock that was set back goes on with the day that it had. */
bool
merit_turn(struct merit *m, int64_t now_ms, int64_t utc_ms)
{
	uint32_t day = (uint32_t)(utc_ms / MERIT_DAY_MS),
		 least = day >= MERIT_DAYS ? day - MERIT_DAYS + 1 : 0;

	for (unsigned i = 0; i < MERIT_SOURCES; i++) {
		struct source *s = m->sources[i];
		if (s == NULL)
			continue;
		if (s->is_open)
			source_watched(s, now_ms);
		if (day > m->today) {
			source_turn(s, day);
			source_drop(s, least);
		}
	}
	bool has_ended = day > m->today;
	if (has_ended)
		m->today = day;
	return has_ended;
}

uint32_t
merit_today(const struct merit *m)
{
	return m->today;
}

static const struct merit_day *
source_day(struct source *s, uint32_t day)
{
	if (day == s->today.day) {
		top_of_today(s);
		return &s->today;
	}
	for (size_t i = s->day_count; i > 0 && s->days[i - 1]->day >= day; i--)
		if (s->days[i - 1]->day == day)
			return s->days[i - 1];
	return NULL;
}

bool
merit_row_write(struct merit *m, uint32_t day, struct towerd_json_writer *out)
{
	bool is_any = false;

	towerd_json_open(out, NULL, '{');
	towerd_json_open(out, "sources", '[');
	for (unsigned i = 0; i < MERIT_SOURCES; i++) {
		const struct merit_day *d = m->sources[i] != NULL ? source_day(m->sources[i], day) : NULL;
		if (d == NULL || day_is_empty(d))
			continue;
		is_any = true;
		towerd_json_open(out, NULL, '{');
		towerd_json_put_text(out, "name", m->sources[i]->name);
		merit_day_write(d, out);
		towerd_json_close(out, '}');
	}
	towerd_json_close(out, ']');
	towerd_json_close(out, '}');
	return is_any;
}

/* Counted before a restart: its contributors go on from the ten that are known. */
static void
today_resume(struct source *s, const struct merit_day *day)
{
	s->today = *day;
	for (uint32_t i = 0; i < day->types.used; i++)
		sketch_add(&s->types, day->types.items[i].key, day->types.items[i].count,
		    day->types.items[i].error, (uint32_t)day->types.items[i].key);
	for (uint32_t i = 0; i < day->sites.used; i++)
		sketch_add(&s->sites, day->sites.items[i].key, day->sites.items[i].count,
		    day->sites.items[i].error, (uint32_t)day->sites.items[i].key);
}

static int
source_read(struct merit *m, uint32_t day, const struct towerd_json *from)
{
	struct merit_day read;
	const char *name;
	size_t len;

	if (towerd_json_text(towerd_json_get(from, "name"), &name, &len) < 0 || len > NAME_MAX_LEN ||
	    merit_day_parse(from, &read) < 0)
		return -EBADMSG;
	read.day = day;
	int at = source_find(m, name);
	if (at < 0 && (at = source_free_number(m)) < 0)
		return 0; /* more audiences have been than can be */
	if (m->sources[at] == NULL && (m->sources[at] = source_new(m, name)) == NULL)
		return -ENOMEM;
	if (day < m->today)
		return source_keep(m->sources[at], &read);
	today_resume(m->sources[at], &read);
	return 0;
}

int
merit_row_read(struct merit *m, uint32_t day, const struct towerd_json *row)
{
	const struct towerd_json *sources = towerd_json_get(row, "sources");
	int rc = 0;

	if (day > m->today || day + MERIT_DAYS <= m->today)
		return -ERANGE;
	if (!towerd_json_is_array(sources))
		return -EBADMSG;
	for (size_t i = 0; rc == 0 && i < towerd_json_count(sources); i++)
		rc = source_read(m, day, towerd_json_item(sources, i));
	return rc;
}

/* Reports. */

uint32_t
merit_permille(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (uint32_t)((part * 1000 + whole / 2) / whole);
}

bool
merit_figures(struct merit *m, unsigned number, unsigned days, int64_t now_ms, struct merit_figures *out)
{
	const struct merit_day *asked[MERIT_DAYS];
	struct source *s = source_of(m, number);
	size_t count = 0;

	if (s == NULL)
		return false;
	source_watched(s, now_ms);
	top_of_today(s);
	uint32_t first = m->today - (days < MERIT_DAYS ? days : MERIT_DAYS) + 1;
	for (size_t i = 0; i < s->day_count && count < MERIT_DAYS - 1; i++)
		if (s->days[i]->day >= first)
			asked[count++] = s->days[i];
	asked[count++] = &s->today;
	int64_t watched_ms = now_ms - s->since_ms;
	*out = (struct merit_figures){ .name = s->name,
		.total = s->total,
		.watched_ms = watched_ms,
		.ten = rate_ten(&s->rate, now_ms),
		.per_ten_hour = rate_average(&s->rate, RATE_HOUR_TENS, s->since_ms, now_ms),
		.per_ten_day = rate_average(&s->rate, RATE_COARSE, s->since_ms, now_ms),
		.per_ten_start = rate_per_ten(s->total, watched_ms),
		.flood_permille = merit_permille((uint64_t)s->flood_ms, (uint64_t)watched_ms),
		.days = (uint32_t)count };
	merit_days_sum(asked, count, &out->sum, &out->types, &out->sites);
	out->per_ten = rate_per_ten(out->sum.alarms, out->sum.watched_ms);
	out->sum_flood_permille = merit_permille((uint64_t)out->sum.flood_ms, (uint64_t)out->sum.watched_ms);
	return true;
}

int
merit_source_next(const struct merit *m, unsigned number)
{
	for (; number < MERIT_SOURCES; number++)
		if (source_of(m, number) != NULL)
			return (int)number;
	return -1;
}

const char *
merit_source_name(const struct merit *m, unsigned number)
{
	const struct source *s = source_of(m, number);

	return s != NULL ? s->name : NULL;
}
