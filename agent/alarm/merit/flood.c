/* SPDX-License-Identifier: ISC */
/* Begin, end and contents of a flood of alarms. */
#include "agent/alarm/merit/flood.h"

const struct flood_settings flood_defaults = { .begin = 10, .end = 5, .window_ms = 10 * 60 * 1000 };

/* The alarm `n` back, 1: the newest. */
static const struct flood_alarm *
flood_back(const struct flood *f, unsigned n)
{
	return &f->last[(f->next + FLOOD_TIMES_MAX - n) % FLOOD_TIMES_MAX];
}

static void
flood_include(struct flood *f, const struct flood_settings *settings, const struct flood_alarm *alarm)
{
	f->count++;
	if (alarm->at_ms - f->upset_ms < settings->window_ms)
		f->first++;
	if (alarm->severity > f->worst)
		f->worst = alarm->severity;
	sketch_add(&f->types, alarm->type, 1, 0, alarm->site);
	sketch_add(&f->areas, alarm->area, 1, 0, alarm->site);
}

/* Those that made it one belong to it. */
static void
flood_begin(struct flood *f, const struct flood_settings *settings)
{
	f->is_flood = true;
	f->since_ms = flood_back(f, 1)->at_ms;
	f->upset_ms = flood_back(f, settings->begin)->at_ms;
	f->count = f->first = 0;
	f->worst = 0;
	sketch_reset(&f->types);
	sketch_reset(&f->areas);
	for (unsigned n = settings->begin; n > 0; n--)
		flood_include(f, settings, flood_back(f, n));
}

enum flood_news
flood_count(struct flood *f, const struct flood_settings *settings, const struct flood_alarm *alarm)
{
	f->last[f->next] = *alarm;
	f->next = (f->next + 1) % FLOOD_TIMES_MAX;
	if (f->used < FLOOD_TIMES_MAX)
		f->used++;
	if (f->is_flood) {
		flood_include(f, settings, alarm);
		return FLOOD_NONE;
	}
	if (f->used < settings->begin ||
	    alarm->at_ms - flood_back(f, settings->begin)->at_ms >= settings->window_ms)
		return FLOOD_NONE;
	flood_begin(f, settings);
	return FLOOD_BEGINS;
}

int64_t
flood_due_ms(const struct flood *f, const struct flood_settings *settings)
{
	return flood_back(f, settings->end)->at_ms + settings->window_ms;
}

enum flood_news
flood_pass(struct flood *f, const struct flood_settings *settings, int64_t now_ms)
{
	if (!f->is_flood || now_ms < flood_due_ms(f, settings))
		return FLOOD_NONE;
	f->is_flood = false;
	f->ended_ms = flood_due_ms(f, settings);
	return FLOOD_ENDS;
}
