/* SPDX-License-Identifier: ISC */
/* `report alarms`: how good the alarm system is, by the figures of EEMUA 191 and ISA-18.2, each beside its target. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/alarm/alarm.h"
#include "agent/alarm/merit/merit.h"
#include "agent/control/commands.h"
#include "agent/control/report.h"

#define DAYS_DEFAULT 7
#define STALE_MAX    50 /* listed */
#define ACROSS       4  /* sources beside each other */
#define ENOUGH       20 /* alarms of which a share says something */

enum unit { UNIT_COUNT, UNIT_THOUSANDTHS, UNIT_PERMILLE };

static int64_t
of_alarms(const struct merit_figures *f)
{
	return f->sum.alarms;
}

static int64_t
of_average(const struct merit_figures *f)
{
	return f->per_ten;
}

static int64_t
of_hour(const struct merit_figures *f)
{
	return f->per_ten_hour;
}

static int64_t
of_ten(const struct merit_figures *f)
{
	return f->ten;
}

static int64_t
of_peak(const struct merit_figures *f)
{
	return f->sum.peak;
}

static int64_t
of_floods(const struct merit_figures *f)
{
	return f->sum.floods;
}

static int64_t
of_flood_time(const struct merit_figures *f)
{
	return f->sum_flood_permille;
}

static int64_t
of_first(const struct merit_figures *f)
{
	return f->sum.first;
}

static int64_t
share(const struct merit_figures *f, uint64_t part)
{
	return f->sum.alarms >= ENOUGH ? (int64_t)merit_permille(part, f->sum.alarms) : -1;
}

static int64_t
of_low(const struct merit_figures *f)
{
	return share(f, f->sum.priorities[MERIT_LOW]);
}

static int64_t
of_medium(const struct merit_figures *f)
{
	return share(f, f->sum.priorities[MERIT_MEDIUM]);
}

static int64_t
of_high(const struct merit_figures *f)
{
	return share(f, f->sum.priorities[MERIT_HIGH]);
}

static int64_t
of_top(const struct merit_figures *f)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < MERIT_TOP && i < f->sites.used; i++)
		sum += f->sites.items[i].count - f->sites.items[i].error;
	return share(f, sum);
}

static int64_t
of_chattering(const struct merit_figures *f)
{
	return f->sum.chattering;
}

static int64_t
of_fleeting(const struct merit_figures *f)
{
	return f->sum.fleeting;
}

static int64_t
of_stale(const struct merit_figures *f)
{
	return f->sum.stale;
}

/* Every figure, its target as people read it, and the values that meet it. A value below 0: there is too little to say. */
static const struct line {
	const char *name, *words, *target;
	enum unit unit;
	int64_t (*of)(const struct merit_figures *figures);
	int64_t least, most;
	bool is_of_raised; /* counted over what is raised alone */
} lines[] = {
	{ "alarms", "alarms", "", UNIT_COUNT, of_alarms, 0, INT64_MAX, false },
	{ "average-per-10-min", "in 10 minutes, on average", "at most 2", UNIT_THOUSANDTHS, of_average, 0,
	    2000, false },
	{ "hour-per-10-min", "  in the last hour", "at most 2", UNIT_THOUSANDTHS, of_hour, 0, 2000, false },
	{ "last-10-min", "  now", "under 10", UNIT_COUNT, of_ten, 0, 9, false },
	{ "peak-10-min", "  at most", "under 10", UNIT_COUNT, of_peak, 0, 9, false },
	{ "floods", "floods", "0", UNIT_COUNT, of_floods, 0, 0, false },
	{ "flood-share", "time in flood", "under 1 %", UNIT_PERMILLE, of_flood_time, 0, 9, false },
	{ "first-10-min", "first 10 minutes of the worst upset", "at most 10", UNIT_COUNT, of_first, 0, 10,
	    false },
	{ "low-share", "low priority (warning, minor)", "about 80 %", UNIT_PERMILLE, of_low, 700, 900,
	    false },
	{ "medium-share", "medium (major)", "about 15 %", UNIT_PERMILLE, of_medium, 50, 250, false },
	{ "high-share", "high (critical)", "about 5 %", UNIT_PERMILLE, of_high, 0, 100, false },
	{ "top-10-share", "share of the ten noisiest sites", "at most 5 %", UNIT_PERMILLE, of_top, 0, 50,
	    false },
	{ "chattering", "began to chatter", "0", UNIT_COUNT, of_chattering, 0, 0, true },
	{ "fleeting", "fleeting (under 10 s)", "0", UNIT_COUNT, of_fleeting, 0, 0, true },
	{ "stale", "stale (over 24 h), at once", "under 5", UNIT_COUNT, of_stale, 0, 4, false },
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

struct report {
	const struct command_parts *parts;
	struct control_call *call;
	struct merit *merit;
	unsigned days;
	int64_t now_ms;
	struct towerd_json_writer json;
	struct loop_timer *timer;
	struct merit_figures *figures; /* of every source, raised first */
	size_t count;
	int source;      /* the next one to be counted */
	unsigned listed; /* of stale alarms */
};

static const char *
source_words(const struct merit_figures *f)
{
	return f->name[0] == '\0' ? "raised" : f->name;
}

static bool
is_missed(const struct line *line, int64_t value)
{
	return value >= 0 && (value < line->least || value > line->most);
}

static const char *
value_text(const struct line *line, int64_t value, char *out, size_t size)
{
	if (value < 0)
		snprintf(out, size, "-");
	else if (line->unit == UNIT_THOUSANDTHS)
		snprintf(out, size, "%" PRId64 ".%02" PRId64, value / 1000, value % 1000 / 10);
	else if (line->unit == UNIT_PERMILLE)
		snprintf(out, size, "%" PRId64 ".%" PRId64 " %%", value / 10, value % 10);
	else
		snprintf(out, size, "%" PRId64, value);
	return out;
}

/* For people. */

static void
print_figures(struct report *r, const struct merit_figures *figures, size_t across)
{
	struct control_call *call = r->call;
	char text[32];

	control_print(call, "%-36s  %-11s", "", "target");
	for (size_t i = 0; i < across; i++)
		control_print(call, "  %-14.14s", source_words(&figures[i]));
	control_print(call, "\n");
	for (size_t l = 0; l < LINES; l++) {
		control_print(call, "%-36s  %-11s", lines[l].words, lines[l].target);
		for (size_t i = 0; i < across; i++) {
			bool is_asked = !lines[l].is_of_raised || figures[i].name[0] == '\0';
			int64_t value = is_asked ? lines[l].of(&figures[i]) : -1;
			control_print(call, "  %11s %-2s", value_text(&lines[l], value, text, sizeof(text)),
			    is_missed(&lines[l], value) ? "!" : "");
		}
		control_print(call, "\n");
	}
	control_print(call, "\n");
}

static void
print_item(struct report *r, const struct sketch_item *item, const char *name, uint64_t all)
{
	char error[32] = "";
	uint32_t share_permille = merit_permille(item->count, all);

	if (item->error > 0)
		snprintf(error, sizeof(error), "  (up to %" PRIu32 " too many)", item->error);
	control_print(r->call, "  %8" PRIu32 "  %3u.%u %%  %s%s\n", item->count, share_permille / 10,
	    share_permille % 10, name, error);
}

static const char *
place_words(const struct report *r, uint64_t number, char *out, size_t size)
{
	const struct site *site = model_site_of(r->parts->model, (uint32_t)number);
	const struct group *group = model_group_of(r->parts->model, (uint32_t)number);

	if (number == ENTITY_AGENT_NUMBER)
		snprintf(out, size, "the agent itself");
	else if (site != NULL)
		snprintf(out, size, "%s%s", site->id, site->is_removed ? ", gone" : "");
	else if (group != NULL)
		snprintf(out, size, "%s", group->name);
	else
		snprintf(out, size, "number %" PRIu64 ", gone", number);
	return out;
}

static void
print_contributors(struct report *r, const struct merit_figures *f)
{
	char name[80];

	if (f->sum.alarms == 0)
		return;
	control_print(r->call, "Top contributors, %s: types\n", source_words(f));
	for (uint32_t i = 0; i < MERIT_TOP && i < f->types.used; i++)
		print_item(r, &f->types.items[i], alarm_type_at((unsigned)f->types.items[i].key)->name,
		    f->sum.alarms);
	control_print(r->call, "Top contributors, %s: sites\n", source_words(f));
	for (uint32_t i = 0; i < MERIT_TOP && i < f->sites.used; i++)
		print_item(r, &f->sites.items[i], place_words(r, f->sites.items[i].key, name, sizeof(name)),
		    f->sum.alarms);
	control_print(r->call, "\n");
}

static void
print_kept(struct report *r, const struct merit_figures *raised)
{
	control_print(r->call, "Kept from being told\n");
	for (int i = 0; i < MERIT_KEPT_COUNT; i++)
		if (raised->sum.kept[i] > 0)
			control_print(
			    r->call, "  %8" PRIu32 "  %s\n", raised->sum.kept[i], merit_kept_names[i]);
}

static void
print_saved(struct report *r, const struct merit_figures *f, uint64_t raised)
{
	uint64_t saved = raised > f->sum.alarms ? raised - f->sum.alarms : 0;
	uint32_t permille = merit_permille(saved, raised);

	control_print(r->call, "  %8" PRIu64 "  %3u.%u %%  of what was raised was not told to %s\n", saved,
	    permille / 10, permille % 10, f->name);
}

static int
print_stale(void *arg, const struct alarm *alarm)
{
	struct report *r = arg;
	const struct site *site = model_site_of(r->parts->model, alarm->site);
	char time[TOWERD_TIME_TEXT];

	if (r->listed++ >= STALE_MAX)
		return 1;
	towerd_time_format(alarm->active_ms, time);
	if (!r->call->want_json) {
		control_print(r->call, "  %8" PRIu64 "  %s  %-8s  %s  %s\n", alarm->number, time,
		    alarm_severity_names[alarm->severity], site != NULL ? site->id : "agent",
		    alarm->type->name);
		return 0;
	}
	towerd_json_open(&r->json, NULL, '{');
	towerd_json_put_uint(&r->json, "number", alarm->number);
	towerd_json_put_text(&r->json, "since", time);
	towerd_json_put_text(&r->json, "severity", alarm_severity_names[alarm->severity]);
	towerd_json_put_text(&r->json, "site", site != NULL ? site->id : "");
	towerd_json_put_text(&r->json, "type", alarm->type->name);
	towerd_json_close(&r->json, '}');
	return 0;
}

static void
print_lists(struct report *r)
{
	const struct view *proposals = views_find(r->parts->views, "towerdShelfProposalTable");
	struct view_row row;

	control_print(
	    r->call, "\nChattering now, proposed for `towerctl alarm shelve NUMBER for=24h REASON`\n");
	if (proposals != NULL && view_seek(proposals, r->call->scope, NULL, 0, true, &row))
		control_print_view(r->call, proposals, NULL, 0);
	else
		control_print(r->call, "  none\n");
	control_print(r->call, "\nStale: in its severity for more than 24 h, oldest first\n");
	if (alarms_each_stale(r->parts->alarms, print_stale, r) != 0)
		control_print(r->call, "  and more: `towerctl alarm list` shows all that is active\n");
	if (r->listed == 0)
		control_print(r->call, "  none\n");
}

static void
print_text(struct report *r)
{
	control_print(r->call,
	    "The last %u day%s (UTC, today among them): raised is what was, the others what was told. ! "
	    "misses the target\n\n",
	    r->days, r->days == 1 ? "" : "s");
	for (size_t i = 0; i < r->count; i += ACROSS)
		print_figures(r, &r->figures[i], r->count - i < ACROSS ? r->count - i : ACROSS);
	for (size_t i = 0; i < r->count; i++)
		print_contributors(r, &r->figures[i]);
	print_kept(r, &r->figures[0]);
	for (size_t i = 1; i < r->count; i++)
		print_saved(r, &r->figures[i], r->figures[0].sum.alarms);
	print_lists(r);
}

/* For scripts. */

static void
put_figure(struct report *r, const struct line *line, const struct merit_figures *f)
{
	struct towerd_json_writer *w = &r->json;
	int64_t value = line->of(f);

	if (line->is_of_raised && f->name[0] != '\0')
		return;
	towerd_json_open(w, line->name, '{');
	if (value < 0)
		towerd_json_put_null(w, "value");
	else
		towerd_json_put_decimal(w, "value", value,
		    line->unit == UNIT_THOUSANDTHS    ? 3
			: line->unit == UNIT_PERMILLE ? 1
						      : 0);
	towerd_json_put_text(w, "target", line->target);
	towerd_json_put_bool(w, "missed", is_missed(line, value));
	towerd_json_close(w, '}');
}

static void
put_contributors(struct report *r, const char *key, const struct sketch *sketch, bool is_types)
{
	struct towerd_json_writer *w = &r->json;
	char name[80];

	towerd_json_open(w, key, '[');
	for (uint32_t i = 0; i < MERIT_TOP && i < sketch->used; i++) {
		const struct sketch_item *item = &sketch->items[i];
		towerd_json_open(w, NULL, '{');
		towerd_json_put_text(w, "name",
		    is_types ? alarm_type_at((unsigned)item->key)->name
			     : place_words(r, item->key, name, sizeof(name)));
		towerd_json_put_uint(w, "count", item->count);
		towerd_json_put_uint(w, "error", item->error);
		towerd_json_close(w, '}');
	}
	towerd_json_close(w, ']');
}

static void
put_sources(struct report *r)
{
	struct towerd_json_writer *w = &r->json;

	for (size_t i = 0; i < r->count; i++) {
		const struct merit_figures *f = &r->figures[i];
		towerd_json_open(w, NULL, '{');
		towerd_json_put_text(w, "name", f->name);
		towerd_json_open(w, "figures", '{');
		for (size_t l = 0; l < LINES; l++)
			put_figure(r, &lines[l], f);
		towerd_json_close(w, '}');
		put_contributors(r, "types", &f->types, true);
		put_contributors(r, "sites", &f->sites, false);
		if (f->name[0] == '\0') {
			towerd_json_open(w, "kept", '{');
			for (int k = 0; k < MERIT_KEPT_COUNT; k++)
				towerd_json_put_uint(w, merit_kept_names[k], f->sum.kept[k]);
			towerd_json_close(w, '}');
		}
		towerd_json_close(w, '}');
	}
}

static void
print_json(struct report *r)
{
	struct towerd_json_writer *w = &r->json;
	const struct view *proposals = views_find(r->parts->views, "towerdShelfProposalTable");

	towerd_json_open(w, NULL, '{');
	towerd_json_put_uint(w, "days", r->days);
	towerd_json_open(w, "sources", '[');
	put_sources(r);
	towerd_json_close(w, ']');
	if (proposals != NULL)
		view_put_json(proposals, r->call->scope, NULL, 0, "chattering", w);
	towerd_json_open(w, "stale", '[');
	(void)alarms_each_stale(r->parts->alarms, print_stale, r);
	towerd_json_close(w, ']');
	towerd_json_close(w, '}');
	control_print_json(r->call, w);
}

static void
report_free(struct report *r)
{
	loop_timer_free(r->timer);
	towerd_json_fini(&r->json);
	free(r->figures);
	free(r);
}

static void
report_end(struct report *r)
{
	struct control_call *call = r->call;

	control_on_gone(call, NULL, NULL);
	if (call->want_json)
		print_json(r);
	else
		print_text(r);
	report_free(r);
	control_exit(call, 0);
}

/* One source in a turn of the loop: with 400 days of 128 audiences there is much to sum up. */
static void
report_go(void *arg)
{
	struct report *r = arg;

	if (r->source < 0) {
		report_end(r);
		return;
	}
	r->count += merit_figures(r->merit, (unsigned)r->source, r->days, r->now_ms, &r->figures[r->count]);
	r->source = merit_source_next(r->merit, (unsigned)r->source + 1);
	loop_timer_start(r->timer, 0);
}

static void
caller_left(void *arg)
{
	struct report *r = arg;
	struct control_call *call = r->call;

	report_free(r);
	control_exit(call, 1);
}

/* Counts over the fleet are for those who see all of it. */
void
report_alarms(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	unsigned days = DAYS_DEFAULT;

	if (!report_days(call, &days)) {
		command_usage(call, "report alarms [--days N]");
		return;
	}
	if (!scope_is_all(call->scope)) {
		command_refuse(call, "report alarms: %s does not see the whole fleet", call->actor);
		return;
	}
	struct report *r = calloc(1, sizeof(*r));
	if (r != NULL) {
		r->figures = calloc(MERIT_SOURCES, sizeof(*r->figures));
		r->timer = loop_timer_new(parts->loop, NULL, report_go, r);
	}
	if (r == NULL || r->figures == NULL || r->timer == NULL) {
		if (r != NULL)
			report_free(r);
		command_refuse(call, "out of memory");
		return;
	}
	r->parts = parts;
	r->call = call;
	r->days = days;
	r->now_ms = loop_now_ms(parts->loop);
	r->merit = alarms_merit(parts->alarms);
	control_on_gone(call, caller_left, r);
	report_go(r);
}
