/* SPDX-License-Identifier: ISC */
/* `report groups`: power feeders that the inventory does not know, proposed from the mains failures that the journal remembers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/alarm/alarm.h"
#include "agent/alarm/merit/together.h"
#include "agent/control/commands.h"
#include "agent/control/report.h"
#include "agent/store/store.h"

#define TYPE         "power/mains-failure"
#define BATCH        1000
#define STEP         200     /* sites put into groups in one turn of the loop */
#define RECORDS_MAX  2000000 /* of the journal, the newest */
#define DAYS_DEFAULT 90

struct proposing {
	const struct command_parts *parts;
	struct control_call *call;
	struct loop_timer *timer;
	struct together *together;
	struct towerd_json_writer json;
	unsigned days, proposals, left_out;
	int64_t since_ms;
	uint64_t read, records, failures;
	int rc;
	bool is_gone, is_reading;
};

static void
proposing_end(struct proposing *p, int rc)
{
	struct control_call *call = p->call;

	loop_timer_free(p->timer);
	together_free(p->together);
	towerd_json_fini(&p->json);
	free(p);
	control_on_gone(call, NULL, NULL);
	if (rc < 0)
		command_refuse(call, "the journal cannot be read: %s", strerror(-rc));
	else
		control_exit(call, 0);
}

static void
caller_left(void *arg)
{
	struct proposing *p = arg;

	p->is_gone = true;
	if (!p->is_reading)
		proposing_end(p, 0);
}

/* A site that the caller may see, whose mains failed; NULL: the record is about something else. */
static const struct site *
failed_site(const struct proposing *p, const struct store_record *record)
{
	struct towerd_alarm_record alarm;
	struct towerd_json *scratch;
	const struct site *site = NULL;

	if (strcmp(record->type, "alarm.raise") != 0 || strstr(record->body, "\"" TYPE "\"") == NULL ||
	    alarm_record_parse(record, NULL, &alarm, &scratch) < 0)
		return NULL;
	if (strcmp(alarm.type, TYPE) == 0)
		site = model_site(p->parts->model, alarm.site);
	towerd_json_free(scratch);
	return site != NULL && !site->is_removed && scope_has_entity(p->call->scope, site->entity.number)
	    ? site
	    : NULL;
}

static int
visit(void *arg, const struct store_record *record)
{
	struct proposing *p = arg;

	p->read = record->number;
	p->records++;
	if (p->is_gone)
		return 1;
	if (record->time_ms < p->since_ms)
		return 0;
	const struct site *site = failed_site(p, record);
	if (site == NULL)
		return 0;
	p->failures++;
	int rc = together_add(p->together, site->entity.number, record->time_ms);
	if (rc == -ENOSPC)
		p->left_out++;
	else if (rc < 0)
		p->rc = rc;
	return p->rc < 0;
}

/* The feeder that most of the group have; "": none has one. `same`: how many. */
static const char *
feeder_of(const struct model *model, const struct together_group *group, size_t *same)
{
	const char *best = "";

	*same = 0;
	for (size_t i = 0; i < group->count; i++) {
		const struct site *site = model_site_of(model, group->members[i].member);
		size_t count = 0;
		if (site == NULL || site->power_feeder[0] == '\0')
			continue;
		for (size_t k = 0; k < group->count; k++) {
			const struct site *other = model_site_of(model, group->members[k].member);
			count += other != NULL && strcmp(other->power_feeder, site->power_feeder) == 0;
		}
		if (count > *same) {
			*same = count;
			best = site->power_feeder;
		}
	}
	return best;
}

static void
print_member(
    struct proposing *p, const struct site *site, const struct together_member *m, const char *feeder)
{
	struct towerd_json_writer *w = &p->json;

	if (!p->call->want_json) {
		control_print(p->call, "  - id: %-24s power-feeder: %-16s # together %u of %u times%s%s\n",
		    site->id, feeder, m->shared, m->failures, site->power_feeder[0] != '\0' ? "; now " : "",
		    site->power_feeder);
		return;
	}
	towerd_json_open(w, NULL, '{');
	towerd_json_put_text(w, "site", site->id);
	towerd_json_put_text(w, "power-feeder", site->power_feeder);
	towerd_json_put_uint(w, "together", m->shared);
	towerd_json_put_uint(w, "failures", m->failures);
	towerd_json_close(w, '}');
}

static void
print_head(struct proposing *p, const struct together_group *group, const char *feeder, bool is_new)
{
	struct towerd_json_writer *w = &p->json;
	char time[TOWERD_TIME_TEXT];

	towerd_time_format(group->last_ms, time);
	if (!p->call->want_json) {
		control_print(p->call, "%s# %zu sites lost their mains together %u times, last at %s%s\n",
		    p->proposals > 0 ? "\n" : "", group->count, group->members[0].shared, time,
		    is_new ? ": none of them has a feeder; the name is yours to choose" : "");
		return;
	}
	towerd_json_open(w, NULL, '{');
	towerd_json_put_text(w, "power-feeder", feeder);
	towerd_json_put_bool(w, "is-known", !is_new);
	towerd_json_put_uint(w, "together", group->members[0].shared);
	towerd_json_put_text(w, "last", time);
	towerd_json_open(w, "sites", '[');
}

/* A proposal is what the inventory does not say already: all that fail together have one feeder, and it is the same. */
static int
print_group(void *arg, const struct together_group *group)
{
	struct proposing *p = arg;
	const struct model *model = p->parts->model;
	char name[64];
	size_t same;
	const char *feeder = feeder_of(model, group, &same);
	bool is_new = same == 0;

	if (same == group->count)
		return 0;
	const struct site *first = model_site_of(model, group->members[0].member);
	if (first == NULL)
		return 0;
	if (is_new) {
		snprintf(name, sizeof(name), "FDR-%s", first->id);
		feeder = name;
	}
	print_head(p, group, feeder, is_new);
	for (size_t i = 0; i < group->count; i++) {
		const struct site *site = model_site_of(model, group->members[i].member);
		if (site != NULL && (is_new || strcmp(site->power_feeder, feeder) != 0))
			print_member(p, site, &group->members[i], feeder);
	}
	if (p->call->want_json) {
		towerd_json_close(&p->json, ']');
		towerd_json_close(&p->json, '}');
	}
	p->proposals++;
	return 0;
}

static void
print_foot(struct proposing *p)
{
	if (p->proposals == 0)
		control_print(p->call,
		    "# nothing to propose: no sites without one feeder lost their mains together again and "
		    "again\n");
	control_print(p->call,
	    "%s# from %" PRIu64 " mains failures of the last %u days; together: within 2 minutes, at least 3 "
	    "times and 70 %% of the times\n",
	    p->proposals > 0 ? "\n" : "", p->failures, p->days);
	if (p->left_out > 0)
		control_print(
		    p->call, "# %u of them, of more sites than are compared, were left out\n", p->left_out);
}

static void
proposing_print(struct proposing *p)
{
	if (p->call->want_json)
		towerd_json_open(&p->json, NULL, '[');
	int rc = together_failed(p->together) ? -ENOMEM : together_each(p->together, print_group, p);
	if (rc == 0 && p->call->want_json) {
		towerd_json_close(&p->json, ']');
		control_print_json(p->call, &p->json);
	} else if (rc == 0) {
		print_foot(p);
	}
	proposing_end(p, rc);
}

static void proposing_go(void *arg);

static void
batch_done(void *arg, int rc)
{
	struct proposing *p = arg;

	p->is_reading = false;
	if (p->is_gone || rc < 0 || p->rc < 0)
		proposing_end(p, p->is_gone ? 0 : rc < 0 ? rc : p->rc);
	else
		loop_timer_start(p->timer, 0);
}

/* One batch of the journal, or when it is read, some of the sites: never long. */
static void
proposing_go(void *arg)
{
	struct proposing *p = arg;
	struct store *store = p->parts->store;

	if (p->read >= store_newest(store) || p->records >= RECORDS_MAX) {
		if (together_step(p->together, STEP))
			loop_timer_start(p->timer, 0);
		else
			proposing_print(p);
		return;
	}
	p->is_reading = true;
	int rc = store_read(store, p->read, BATCH, visit, batch_done, p);
	if (rc < 0) {
		p->is_reading = false;
		proposing_end(p, rc);
	}
}

void
report_groups(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	unsigned days = DAYS_DEFAULT;

	if (!report_days(call, &days)) {
		command_usage(call, "report groups [--days N]");
		return;
	}
	struct proposing *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		command_refuse(call, "out of memory");
		return;
	}
	uint64_t newest = store_newest(parts->store);
	*p = (struct proposing){ .parts = parts,
		.call = call,
		.days = days,
		.since_ms = loop_utc_ms(parts->loop) - (int64_t)days * 24 * 60 * 60 * 1000,
		.read = newest > RECORDS_MAX ? newest - RECORDS_MAX : 0 };
	p->together = together_new(&together_defaults);
	p->timer = loop_timer_new(parts->loop, NULL, proposing_go, p);
	if (p->together == NULL || p->timer == NULL) {
		proposing_end(p, -ENOMEM);
		return;
	}
	control_on_gone(call, caller_left, p);
	proposing_go(p);
}
