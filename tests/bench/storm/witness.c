/* SPDX-License-Identifier: ISC */
/* What is told, held against what was planted: by the site and the type of each record. */
#include "tests/bench/storm/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The type that a cause is told as; of a fault: its own. */
static const char *const types[CAUSES] = {
	[CAUSE_FEEDER] = "power/feeder-outage",
	[CAUSE_HUB] = "comms/site-unreachable",
	[CAUSE_SITE] = "comms/site-unreachable",
	[CAUSE_DOOR] = "site/door-open",
};

void
witness_init(struct witness *w, const struct fleet *fleet, const struct scenario *scenario)
{
	*w = (struct witness){ .scenario = scenario };
	w->roots = calloc(scenario->root_count, sizeof(*w->roots));
	w->root_at = malloc(fleet->count * sizeof(*w->root_at));
	w->next_root = malloc(scenario->root_count * sizeof(*w->next_root));
	if (w->roots == NULL || w->root_at == NULL || w->next_root == NULL)
		bench_die("out of memory");
	memset(w->root_at, -1, fleet->count * sizeof(*w->root_at));
	for (size_t i = 0; i < scenario->root_count; i++) {
		const struct root *root = &scenario->roots[i];
		w->next_root[i] = w->root_at[root->site];
		if (root->cause != CAUSE_NONE)
			w->root_at[root->site] = (int)i;
	}
}

void
witness_begin(struct witness *w)
{
	memset(w->roots, 0, w->scenario->root_count * sizeof(*w->roots));
}

void
witness_fini(struct witness *w)
{
	free(w->roots);
	free(w->root_at);
	free(w->next_root);
}

void
witness_given(struct witness *w, const struct change *change)
{
	struct root_seen *seen = &w->roots[change->root];
	const struct root *root = &w->scenario->roots[change->root];

	/* Of a hub, or a site, what is seen there counts: what is seen behind it says nothing yet. */
	if (seen->first_us == 0 && (root->cause == CAUSE_FEEDER || change->site == root->site))
		seen->first_us = now_us();
}

/* The cause that a record tells of, NULL: none that was planted. */
static struct root_seen *
seen_of(const struct witness *w, const struct towerd_alarm_record *alarm, const char *body)
{
	const char *feeder = strstr(body, "F-");
	unsigned site;

	if (strcmp(alarm->type, types[CAUSE_FEEDER]) == 0)
		site = feeder != NULL ? (unsigned)strtoul(feeder + 2, NULL, 10) * FLEET_FEEDER : 0;
	else if (alarm->site[0] == 'S')
		site = (unsigned)strtoul(alarm->site + 2, NULL, 10);
	else
		return NULL;
	for (int at = w->root_at[site]; at >= 0; at = w->next_root[at]) {
		const struct root *root = &w->scenario->roots[at];
		const char *type = root->type != NULL ? root->type : types[root->cause];
		if (strcmp(alarm->type, type) == 0)
			return &w->roots[at];
	}
	return NULL;
}

static bool
is_consequence(const char *type)
{
	static const char *const of_causes[] = { "power/mains-failure", "battery/discharging",
		"comms/site-unreachable", "comms/device-unreachable" };

	for (size_t i = 0; i < sizeof(of_causes) / sizeof(of_causes[0]); i++)
		if (strcmp(type, of_causes[i]) == 0)
			return true;
	return false;
}

void
witness_told(void *arg, const struct towerd_record *record)
{
	struct witness *w = arg;
	const struct towerd_alarm_record *alarm = record->alarm;

	w->records += record->is_durable;
	if (!record->is_durable || alarm == NULL || !alarm->is_told)
		return;
	w->told++;
	w->repeated += record->number <= w->newest;
	w->newest = record->number;
	if (strcmp(alarm->type, "agent/alarm-flood") == 0) {
		w->floods++;
		return;
	}
	struct root_seen *seen = seen_of(w, alarm, record->body);
	if (seen == NULL) {
		bool follows = is_consequence(alarm->type);
		if (w->is_talking)
			fprintf(stderr, "%s %s: %s\n", record->type, record->object, record->body);
		w->consequences += follows;
		w->strangers += !follows;
		return;
	}
	w->door += strcmp(alarm->type, types[CAUSE_DOOR]) == 0;
	if (alarm->event == TOWERD_ALARM_RAISED) {
		if (seen->raises++ == 0)
			seen->told_us = now_us();
	} else if (alarm->event == TOWERD_ALARM_CLEARED)
		seen->clears++;
	else
		w->changes++;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;
	return *left < *right ? -1 : *left > *right;
}

struct verdict
witness_verdict(const struct witness *w, enum cause cause)
{
	struct verdict v = { 0 };
	int64_t *waits = calloc(w->scenario->root_count, sizeof(*waits));
	size_t count = 0;

	if (waits == NULL)
		bench_die("out of memory");
	for (size_t i = 0; i < w->scenario->root_count; i++) {
		const struct root_seen *seen = &w->roots[i];
		if (w->scenario->roots[i].cause != cause)
			continue;
		v.planted++;
		v.missed += seen->raises == 0;
		v.repeated += seen->raises > 1;
		v.stuck += seen->raises > seen->clears;
		if (seen->raises > 0)
			waits[count++] = seen->told_us - seen->first_us;
	}
	if (count > 0) {
		qsort(waits, count, sizeof(*waits), by_value);
		v.p50_ms = (double)waits[count / 2] / 1000;
		v.p99_ms = (double)waits[(count * 99 + 99) / 100 - 1] / 1000;
		v.max_ms = (double)waits[count - 1] / 1000;
	}
	free(waits);
	return v;
}
