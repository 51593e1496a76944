/* SPDX-License-Identifier: ISC */
/* An alarm that chatters is held as raised, with a record and a proposal, and told as it is when it is steady. */
#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/merit/merit.h"

static const char type[] = "power/fuse-open";

static struct fixture f;
static uint32_t power;

#define MIN 60000

static void
start(void)
{
	fixture_start(&f);
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
}

static void
set(const char *what, int severity)
{
	CU_ASSERT_EQUAL(severity == 0 ? alarm_clear(f.alarms, power, what, "", NULL, 0)
				      : alarm_raise(f.alarms, power, what, "", severity, NULL, 0),
	    0);
	fixture_step(&f, 3000); /* beyond the throttle */
}

static void
flap(const char *what, int times)
{
	for (int i = 0; i < times; i++) {
		set(what, TOWERD_MINOR);
		set(what, 0);
	}
}

static void
from_the_third_raise_in_a_minute_it_is_held_as_raised_with_a_record(void)
{
	start();
	flap(type, 5);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/fuse-open minor\nclear power/fuse-open cleared\n"
	    "raise power/fuse-open minor\nclear power/fuse-open cleared\n"
	    "raise power/fuse-open minor\n!chatter power/fuse-open minor\n!clear power/fuse-open cleared\n"
	    "!raise power/fuse-open minor\n!clear power/fuse-open cleared\n"
	    "!raise power/fuse-open minor\n!clear power/fuse-open cleared\n");
	fixture_stop(&f);
}

static void
when_it_has_been_steady_it_is_told_as_it_is(void)
{
	for (int is_raised = 0; is_raised <= 1; is_raised++) {
		start();
		flap(type, 4);
		if (is_raised)
			set(type, TOWERD_MINOR);
		fixture_heard(&f);
		fixture_step(&f, 10 * MIN - 3000 - 1);
		CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
		fixture_step(&f, 1);
		CU_ASSERT_STRING_EQUAL(fixture_heard(&f), is_raised ? "" : "tell power/fuse-open cleared\n");
		CU_ASSERT_EQUAL(audience_holds(f.alarms, f.audience, alarm_at(f.alarms, 1)) != 0, is_raised);
		fixture_step(&f, 3000);
		/* And from then on as any other. */
		set(type, is_raised ? 0 : TOWERD_MINOR);
		CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
		    is_raised ? "clear power/fuse-open cleared\n" : "raise power/fuse-open minor\n");
		fixture_stop(&f);
	}
}

static void
a_worse_severity_is_told_all_the_same(void)
{
	start();
	flap(type, 3);
	fixture_heard(&f);
	set(type, TOWERD_MAJOR);
	set(type, 0);
	set(type, TOWERD_MAJOR);
	set(type, TOWERD_MINOR);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f),
	    "raise power/fuse-open major\n!clear power/fuse-open cleared\n"
	    "!raise power/fuse-open major\n!change power/fuse-open minor\n");
	fixture_stop(&f);
}

static void
safety_is_never_held(void)
{
	start();
	for (int i = 0; i < 5; i++) {
		set("env/fire", TOWERD_CRITICAL);
		set("env/fire", 0);
	}
	const char *heard = fixture_heard(&f);
	CU_ASSERT_PTR_NULL(strchr(heard, '!'));
	CU_ASSERT_PTR_NULL(strstr(heard, "chatter"));
	struct merit_figures figures;
	merit_figures(alarms_merit(f.alarms), MERIT_RAISED, 1, loop_now_ms(f.loop), &figures);
	CU_ASSERT_EQUAL(figures.sum.chattering, 1); /* but it is counted */
	fixture_stop(&f);
}

static void
each_that_chatters_is_proposed_for_a_shelf(void)
{
	start();
	CU_ASSERT_STRING_EQUAL(fixture_json(&f, "towerdShelfProposalTable", scopes_all(f.scopes)), "[]");
	flap(type, 5);
	const char *json = fixture_json(&f, "towerdShelfProposalTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "ProposalRaises\":5"));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "site=NIN-1 device=power type=power/fuse-open"));
	CU_ASSERT_STRING_EQUAL(
	    fixture_json(&f, "towerdShelfProposalTable", fixture_scope(&f, "nineveh/west", NULL)), "[]");
	fixture_step(&f, 10 * MIN);
	CU_ASSERT_STRING_EQUAL(fixture_json(&f, "towerdShelfProposalTable", scopes_all(f.scopes)), "[]");
	fixture_stop(&f);
}

static void
an_end_that_was_held_over_a_restart_is_told_after_it(void)
{
	start();
	flap(type, 3);
	int64_t utc = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc);
	fixture_step(&f, 1000);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_heard(&f), "tell power/fuse-open cleared\n"));
	fixture_stop(&f);
}

static void
one_that_is_purged_while_it_is_held_leaves_nothing_behind(void)
{
	start();
	flap(type, 3);
	set(type, TOWERD_MINOR);
	CU_ASSERT_EQUAL(alarms_purge(f.alarms, &(struct alarm_filter){ .type = type }, "uid 0"), 1);
	fixture_step(&f, 11 * MIN);
	CU_ASSERT_EQUAL(audience_holds(f.alarms, f.audience, alarm_at(f.alarms, 1)), 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
its_raises_are_counted_as_kept_and_short_ones_as_fleeting(void)
{
	struct merit_figures figures;

	start();
	flap(type, 5);
	CU_ASSERT_TRUE(merit_figures(alarms_merit(f.alarms), MERIT_RAISED, 1, loop_now_ms(f.loop), &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 5);
	CU_ASSERT_EQUAL(figures.sum.chattering, 1);
	CU_ASSERT_EQUAL(figures.sum.fleeting, 5);
	CU_ASSERT_EQUAL(figures.sum.kept[MERIT_KEPT_CHATTERING], 2);
	CU_ASSERT_TRUE(merit_figures(
	    f.alarms != NULL ? alarms_merit(f.alarms) : NULL, 1, 1, loop_now_ms(f.loop), &figures));
	CU_ASSERT_EQUAL(figures.sum.alarms, 3);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(from_the_third_raise_in_a_minute_it_is_held_as_raised_with_a_record),
	CLAIM(when_it_has_been_steady_it_is_told_as_it_is),
	CLAIM(a_worse_severity_is_told_all_the_same),
	CLAIM(safety_is_never_held),
	CLAIM(each_that_chatters_is_proposed_for_a_shelf),
	CLAIM(an_end_that_was_held_over_a_restart_is_told_after_it),
	CLAIM(one_that_is_purged_while_it_is_held_leaves_nothing_behind),
	CLAIM(its_raises_are_counted_as_kept_and_short_ones_as_fleeting),
};

CLAIMS_MAIN("chattering", claims)
