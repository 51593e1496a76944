/* SPDX-License-Identifier: ISC */
/*
 * Floods: while more is told to an audience than people can read (merit/flood.h), one alarm sums it up, agent/alarm-flood with the audience's name
 * as qualifier. It is told to that audience alone; its text is renewed and not told again; it is cleared when the flood is over. Only a reader
 * who sees the whole fleet finds it in the tables: it speaks of sites.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/queue.h"

#define TYPE       "agent/alarm-flood"
#define REFRESH_MS 60000
#define NAMED      3   /* contributors in the text, of each kind */
#define GREAT      100 /* alarms: a flood that nobody reads through */

bool
flooding_is(const struct entry *e)
{
	return strcmp(e->alarm.type->name, TYPE) == 0;
}

struct words {
	char text[ALARM_TEXT_MAX + 1];
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) say(struct words *w, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int len = vsnprintf(w->text + w->len, sizeof(w->text) - w->len, format, ap);
	va_end(ap);
	w->len =
	    len < 0 || w->len + (size_t)len >= sizeof(w->text) ? sizeof(w->text) - 1 : w->len + (size_t)len;
}

static const char *
area_of(const struct alarms *alarms, uint32_t place)
{
	const struct site *site = model_site_of(alarms->model, place);
	const struct group *group = model_group_of(alarms->model, place);
	const char *area = site != NULL ? site->area : group != NULL ? group->area : NULL;

	return area != NULL && area[0] != '\0' ? area : "no area";
}

static void
say_contributors(struct words *w, const struct alarms *alarms, const struct flood *f)
{
	for (uint32_t i = 0; i < NAMED && i < f->types.used; i++)
		say(w, "%s %s %" PRIu32, i == 0 ? ";" : ",",
		    alarm_type_at((unsigned)f->types.items[i].key)->name, f->types.items[i].count);
	for (uint32_t i = 0; i < NAMED && i < f->areas.used; i++)
		say(w, "%s %s %" PRIu32, i == 0 ? "; in" : ",", area_of(alarms, f->areas.items[i].example),
		    f->areas.items[i].count);
}

static void
flood_raise(struct alarms *alarms, const struct audience *audience, const struct flood *f)
{
	int64_t since_ms = loop_utc_ms(alarms->loop) - (loop_now_ms(alarms->loop) - f->upset_ms);
	size_t waiting = queue_length(audience->queue);
	char since[TOWERD_TIME_TEXT];
	struct words w = { .len = 0 };

	say(&w, "%" PRIu32 " alarms told since %s, the worst %s", f->count,
	    towerd_time_format(since_ms, since), alarm_severity_names[f->worst]);
	if (waiting > 0)
		say(&w, "; %zu wait in the queue", waiting);
	say_contributors(&w, alarms, f);
	(void)alarm_raise(alarms, ENTITY_AGENT_NUMBER, TYPE, audience->name,
	    f->count >= GREAT ? TOWERD_MINOR : TOWERD_WARNING, w.text, 0);
}

/* `f` NULL: nobody listens any more. */
static void
flood_clear(struct alarms *alarms, const struct audience *audience, const struct flood *f)
{
	char lasted[TOWERD_TIME_TEXT], text[ALARM_TEXT_MAX + 1];

	if (alarm_find(alarms, ENTITY_AGENT_NUMBER, TYPE, audience->name) == NULL)
		return;
	if (f != NULL)
		snprintf(text, sizeof(text),
		    "%" PRIu32 " alarms told in %s; fewer than %u in ten minutes now", f->count,
		    towerd_duration_format(f->ended_ms - f->upset_ms, lasted), flood_defaults.end);
	else
		snprintf(text, sizeof(text), "nobody listens in this name any more");
	(void)alarm_clear(alarms, ENTITY_AGENT_NUMBER, TYPE, audience->name, text, 0);
}

/* A timer's callback: never in the middle of a transition. */
void
flooding_look(void *arg)
{
	struct alarms *alarms = arg;
	int64_t now_ms = loop_now_ms(alarms->loop), next_ms = INT64_MAX;

	if (alarms->is_stopped)
		return;
	for (unsigned a = 0; a < alarms->audience_count; a++) {
		const struct audience *audience = &alarms->audiences[a];
		(void)merit_pass(alarms->merit, a + 1, now_ms);
		const struct flood *f = merit_flood(alarms->merit, a + 1);
		if (f == NULL || !f->is_flood) {
			flood_clear(alarms, audience, f);
			continue;
		}
		flood_raise(alarms, audience, f);
		int64_t due_ms = merit_flood_due_ms(alarms->merit, a + 1);
		if (due_ms > now_ms + REFRESH_MS)
			due_ms = now_ms + REFRESH_MS;
		next_ms = due_ms < next_ms ? due_ms : next_ms;
	}
	if (next_ms != INT64_MAX)
		loop_timer_start(alarms->flood_timer, next_ms > now_ms ? next_ms - now_ms : 0);
}

void
flooding_look_soon(struct alarms *alarms)
{
	loop_timer_start(alarms->flood_timer, 0);
}
