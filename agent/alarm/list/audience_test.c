/* SPDX-License-Identifier: ISC */
/* Audiences: what a new one, a known one, a slow one and a restricted one are told, and what each holds afterwards. */
#include <errno.h>

#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/queue.h"

#define SITES   300
#define BACKLOG 256
#define FUSE    "power/fuse-open"
#define TEN_MIN (10 * 60000 + 1000)

static struct fixture f;

static void
start_with_sites(void)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fixture_start(&f);
	fprintf(out, "sites:\n");
	for (int i = 0; i < SITES; i++)
		fprintf(out, "  - { id: S-%d, kind: fixed, area: n/e }\n", i);
	fclose(out);
	fixture_import(&f, text, false);
	free(text);
	fixture_step(&f, 10);
	f.told[0] = '\0';
}

static uint32_t
site(int i)
{
	char id[16];
	snprintf(id, sizeof(id), "S-%d", i);
	return model_site(f.model, id)->entity.number;
}

static void
raise(int i, const char *type, int severity)
{
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, site(i), type, "", severity, NULL, 0), 0);
}

/* The severity that an audience holds of an alarm; 0: nothing. */
static int
holds(int audience, int i, const char *type)
{
	const struct entry *e = entry_find_any(f.alarms, site(i), type, "");
	return e == NULL ? 0 : audience_holds(f.alarms, audience, &e->alarm);
}

static int
held(int audience, int count)
{
	int sum = 0;
	for (int i = 0; i < count; i++)
		sum += holds(audience, i, FUSE) != 0;
	return sum;
}

static int
open_all(const char *name, unsigned budget)
{
	int audience = audience_open(
	    f.alarms, name, &(struct audience_filter){ .notify = NOTIFY_ALL, .budget = budget });
	CU_ASSERT_FATAL(audience >= 0);
	return audience;
}

static void
a_new_one_is_told_all_that_stands_as_fast_as_it_hears(void)
{
	start_with_sites();
	audience_close(f.alarms, f.audience);
	for (int i = 0; i < SITES; i++)
		raise(i, FUSE, TOWERD_MINOR);
	fixture_step(&f, 3000);
	int late = open_all("late", 0);
	CU_ASSERT_EQUAL(held(late, SITES), 0); /* not from inside the call */
	fixture_step(&f, 1000);
	int first = held(late, SITES);
	CU_ASSERT(first > BACKLOG / 2 && first <= BACKLOG);
	for (int i = 0; i < 5; i++) {
		audience_acknowledged(f.alarms, late, UINT64_MAX);
		fixture_step(&f, 1000);
	}
	CU_ASSERT_EQUAL(held(late, SITES), SITES);
	fixture_stop(&f);
}

static void
one_that_is_down_is_not_flooded_but_hears_of_what_is_critical(void)
{
	start_with_sites();
	for (int i = 0; i < SITES; i++)
		raise(i, FUSE, TOWERD_MINOR);
	fixture_step(&f, 100);
	CU_ASSERT(held(f.audience, SITES) <= BACKLOG);
	CU_ASSERT_EQUAL(holds(f.audience, SITES - 1, FUSE), 0);
	raise(SITES - 1, "site/damaged", TOWERD_CRITICAL);
	CU_ASSERT_EQUAL(holds(f.audience, SITES - 1, "site/damaged"), TOWERD_CRITICAL);
	/* Its place in the queue is nobody's: what is over before it hears of it was never told. */
	uint64_t told = f.alarms->audiences[f.audience].told;
	alarm_clear(f.alarms, site(SITES - 1), FUSE, "", NULL, 0);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(f.alarms->audiences[f.audience].told, told);
	fixture_stop(&f);
}

static void
a_known_one_is_told_differences_alone(void)
{
	start_with_sites();
	raise(0, FUSE, TOWERD_MINOR);
	raise(1, FUSE, TOWERD_MINOR);
	fixture_step(&f, 3000);
	audience_close(f.alarms, f.audience);
	alarm_clear(f.alarms, site(0), FUSE, "", NULL, 0);
	raise(2, FUSE, TOWERD_MAJOR);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(holds(f.audience, 0, FUSE), TOWERD_MINOR); /* closed ones forget nothing */
	uint64_t told = f.alarms->audiences[f.audience].told;
	fixture_heard(&f);
	CU_ASSERT_EQUAL(open_all("nms", 0), f.audience);
	fixture_step(&f, 3000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell " FUSE " cleared\ntell " FUSE " major\n");
	CU_ASSERT_EQUAL(f.alarms->audiences[f.audience].told, told + 2);
	CU_ASSERT_EQUAL(holds(f.audience, 0, FUSE), 0);
	CU_ASSERT_EQUAL(holds(f.audience, 1, FUSE), TOWERD_MINOR);
	CU_ASSERT_EQUAL(holds(f.audience, 2, FUSE), TOWERD_MAJOR);
	fixture_stop(&f);
}

static void
a_restart_keeps_what_each_holds(void)
{
	start_with_sites();
	raise(0, FUSE, TOWERD_MINOR);
	raise(1, FUSE, TOWERD_MINOR);
	fixture_step(&f, 3000);
	int other = open_all("other", 0);
	fixture_step(&f, 1000);
	CU_ASSERT_EQUAL(holds(other, 1, FUSE), TOWERD_MINOR);
	uint64_t journal = told_at(entry_find_any(f.alarms, site(1), FUSE, ""), (unsigned)other)->journal;
	fixture_close(&f);
	fixture_open(&f, 10000000);
	other = audience_find(f.alarms, "other");
	CU_ASSERT_FATAL(other >= 0);
	CU_ASSERT_FALSE(audience_is_open(f.alarms, "other"));
	CU_ASSERT_EQUAL(holds(other, 1, FUSE), TOWERD_MINOR);
	alarm_clear(f.alarms, site(0), FUSE, "", NULL, 0);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(holds(f.audience, 0, FUSE), 0);
	CU_ASSERT_EQUAL(holds(other, 0, FUSE), TOWERD_MINOR);
	CU_ASSERT_EQUAL(open_all("other", 0), other);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(holds(other, 0, FUSE), 0);
	CU_ASSERT_EQUAL(
	    told_at(entry_find_any(f.alarms, site(1), FUSE, ""), (unsigned)other)->journal, journal);
	fixture_stop(&f);
}

static void
a_budget_lets_the_worst_go_first_and_holds_no_critical_back(void)
{
	start_with_sites();
	audience_close(f.alarms, f.audience);
	int nms = open_all("budget", 2);
	raise(0, FUSE, TOWERD_MINOR);
	raise(1, FUSE, TOWERD_MINOR);
	fixture_step(&f, 1000);
	for (int i = 2; i < 5; i++) { /* its budget is spent: these wait */
		raise(i, FUSE, TOWERD_MINOR);
		fixture_step(&f, 1000);
	}
	raise(5, FUSE, TOWERD_MAJOR);
	raise(6, "site/damaged", TOWERD_CRITICAL);
	CU_ASSERT_EQUAL(held(nms, 10), 2);
	CU_ASSERT_EQUAL(queue_length(f.alarms->audiences[nms].queue), 4);
	CU_ASSERT_EQUAL(holds(nms, 6, "site/damaged"), TOWERD_CRITICAL);
	alarm_clear(f.alarms, site(2), FUSE, "", NULL, 0); /* never told */
	fixture_heard(&f);
	fixture_step(&f, TEN_MIN);
	/* Two more: the worst, then the oldest. */
	CU_ASSERT_EQUAL(held(nms, 10), 4);
	CU_ASSERT_EQUAL(holds(nms, 5, FUSE), TOWERD_MAJOR);
	CU_ASSERT_EQUAL(holds(nms, 3, FUSE), TOWERD_MINOR);
	CU_ASSERT_EQUAL(holds(nms, 4, FUSE), 0);
	CU_ASSERT_EQUAL(holds(nms, 2, FUSE), 0);
	CU_ASSERT_PTR_NULL(strstr(fixture_heard(&f), "cleared"));
	fixture_step(&f, TEN_MIN);
	CU_ASSERT_EQUAL(holds(nms, 4, FUSE), TOWERD_MINOR);
	fixture_stop(&f);
}

static void
one_that_lost_its_records_is_told_all_anew(void)
{
	start_with_sites();
	for (int i = 0; i < SITES; i++)
		raise(i, FUSE, TOWERD_MINOR);
	for (int i = 0; i < 5; i++) {
		audience_acknowledged(f.alarms, f.audience, UINT64_MAX);
		fixture_step(&f, 1000);
	}
	alarm_clear(f.alarms, site(0), FUSE, "", NULL, 0);
	fixture_step(&f, 3000);
	uint64_t before = audience_lost(f.alarms, f.audience);
	for (int i = 0; i < 5; i++) {
		fixture_step(&f, 3000);
		audience_acknowledged(f.alarms, f.audience, UINT64_MAX);
	}
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(holds(f.audience, 0, FUSE), 0);
	for (int i = 1; i < SITES; i++) {
		const struct entry *e = entry_find_any(f.alarms, site(i), FUSE, "");
		CU_ASSERT_EQUAL(told_at(e, (unsigned)f.audience)->severity, TOWERD_MINOR);
		CU_ASSERT(told_at(e, (unsigned)f.audience)->journal > before);
	}
	fixture_stop(&f);
}

static const char hub_and_leaf[] =
    "sites:\n"
    "  - { id: HUB, kind: fixed, area: n/west, devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: LEAF, kind: fixed, area: n/east, depends-on: [ [HUB] ], devices: [ { id: tx, driver: test } ] "
    "}\n";

static void
who_may_not_see_the_cause_is_told_of_the_consequence(void)
{
	fixture_start(&f);
	fixture_import(&f, hub_and_leaf, false);
	int east = audience_open(f.alarms, "east",
	    &(struct audience_filter){ .scope = fixture_scope(&f, "n/east", NULL), .notify = NOTIFY_ALL });
	fixture_presence(&f, "HUB", "tx", TOWERD_PRESENCE_REACHABLE);
	fixture_presence(&f, "LEAF", "tx", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 10);
	fixture_presence(&f, "HUB", "tx", TOWERD_PRESENCE_UNREACHABLE);
	fixture_presence(&f, "LEAF", "tx", TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 120000);
	const struct alarm *hub =
	    alarm_find(f.alarms, model_site(f.model, "HUB")->entity.number, "comms/site-unreachable", "");
	const struct alarm *leaf =
	    alarm_find(f.alarms, model_site(f.model, "LEAF")->entity.number, "comms/site-unreachable", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(hub);
	CU_ASSERT_PTR_NOT_NULL_FATAL(leaf);
	CU_ASSERT_EQUAL(leaf->cause, hub->number);
	CU_ASSERT_NOT_EQUAL(audience_holds(f.alarms, f.audience, hub), 0);
	CU_ASSERT_EQUAL(audience_holds(f.alarms, f.audience, leaf), 0);
	CU_ASSERT_EQUAL(audience_holds(f.alarms, east, hub), 0);
	CU_ASSERT_NOT_EQUAL(audience_holds(f.alarms, east, leaf), 0);
	fixture_stop(&f);
}

static void
there_are_at_most_128_and_their_names_are_bounded(void)
{
	const struct audience_filter all = { .notify = NOTIFY_ALL };
	char name[48];

	fixture_start(&f);
	for (int i = 1; i < AUDIENCES_MAX; i++) {
		snprintf(name, sizeof(name), "listener-%d", i);
		CU_ASSERT_EQUAL(audience_open(f.alarms, name, &all), i);
	}
	CU_ASSERT_EQUAL(audience_open(f.alarms, "one too many", &all), -ENOSPC);
	CU_ASSERT_EQUAL(audience_open(f.alarms, "listener-7", &all), 7);
	CU_ASSERT_EQUAL(audience_open(f.alarms, "", &all), -EINVAL);
	CU_ASSERT_EQUAL(audience_open(f.alarms, "a name that has more than 32 octet", &all), -EINVAL);
	alarm_raise(f.alarms, model_site(f.model, "NIN-1")->entity.number, "site/damaged", "", 0, NULL, 0);
	fixture_step(&f, 100);
	const struct alarm *alarm =
	    alarm_find(f.alarms, model_site(f.model, "NIN-1")->entity.number, "site/damaged", "");
	for (int i = 0; i < AUDIENCES_MAX; i++)
		CU_ASSERT_EQUAL(audience_holds(f.alarms, i, alarm), alarm->severity);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_new_one_is_told_all_that_stands_as_fast_as_it_hears),
	CLAIM(one_that_is_down_is_not_flooded_but_hears_of_what_is_critical),
	CLAIM(a_known_one_is_told_differences_alone),
	CLAIM(a_restart_keeps_what_each_holds),
	CLAIM(a_budget_lets_the_worst_go_first_and_holds_no_critical_back),
	CLAIM(one_that_lost_its_records_is_told_all_anew),
	CLAIM(who_may_not_see_the_cause_is_told_of_the_consequence),
	CLAIM(there_are_at_most_128_and_their_names_are_bounded),
};

CLAIMS_MAIN("audiences", claims)
