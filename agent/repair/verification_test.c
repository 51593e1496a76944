/* SPDX-License-Identifier: ISC */
/* A claim of "restored" is proven by the site's own telemetry, or refused with the reason. The default soak is 10 minutes, the limit an hour. */
#include "agent/repair/fakes.h"

#include "tests/support/cunit_main.h"

#include <errno.h>
#include <string.h>

static const struct ticket *
claimed(struct bench *bench)
{
	return ticket_find(bench->repair, ticket_in(bench, SITE_A, TICKET_VERIFYING));
}

static const struct ticket *
now_is(struct bench *bench, uint32_t number)
{
	return ticket_find(bench->repair, number);
}

static void
both_answer(struct bench *bench)
{
	bench_presence(bench, "power", TOWERD_PRESENCE_REACHABLE);
	bench_presence(bench, "radio", TOWERD_PRESENCE_REACHABLE);
}

static void
a_site_that_stays_well_for_the_soak_time_closes_its_ticket(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 0);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->verify_until_ms, loop_utc_ms(bench.loop) + 10 * MINUTE);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->waits_for, "");
	bench_wait(&bench, 10 * MINUTE - 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	CU_ASSERT_FALSE(now_is(&bench, ticket)->is_attested);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_A)->open_tickets, 0);
	CU_ASSERT_STRING_EQUAL(store_last(bench.store)->actor, "agent");
	CU_ASSERT_PTR_NOT_NULL(strstr(store_last(bench.store)->body, "\"event\":\"verified\""));
	bench_close(&bench);
}

static void
the_soak_begins_when_the_last_alarm_clears_and_the_last_device_answers(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	bench_presence(&bench, "radio", TOWERD_PRESENCE_UNREACHABLE);
	bench_alarm(&bench, SITE_A, "power/mains-failure", TOWERD_MAJOR);
	bench_alarm(&bench, SITE_A, "power/battery-low", TOWERD_MINOR);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 5 * MINUTE);
	CU_ASSERT_STRING_EQUAL(
	    now_is(&bench, ticket)->waits_for, "power/mains-failure, radio does not answer");
	bench_alarm(&bench, SITE_A, "power/mains-failure", TOWERD_CLEARED);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->waits_for, "radio does not answer");
	bench_wait(&bench, 5 * MINUTE);
	bench_presence(&bench, "radio", TOWERD_PRESENCE_REACHABLE);
	bench_wait(&bench, 10 * MINUTE - 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
an_alarm_during_the_soak_refutes_the_claim_at_once(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 5 * MINUTE);
	bench_alarm(&bench, SITE_A, "power/mains-failure", TOWERD_CRITICAL);
	bench_wait(&bench, 0);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->reason, "it did not last: power/mains-failure");
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->crew, "crew-3");
	bench_close(&bench);
}

static void
a_device_that_falls_silent_for_a_moment_starts_the_soak_anew(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 9 * MINUTE);
	bench_presence(&bench, "radio", TOWERD_PRESENCE_UNREACHABLE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->verify_until_ms, 0);
	bench_presence(&bench, "radio", TOWERD_PRESENCE_REACHABLE);
	bench_wait(&bench, 9 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
a_claim_that_is_not_proven_in_time_goes_back_to_the_crew(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	bench_presence(&bench, "power", TOWERD_PRESENCE_UNREACHABLE);
	bench_alarm(&bench, SITE_A, "comms/device-unreachable", TOWERD_MAJOR);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 60 * MINUTE - 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, 1);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->reason,
	    "not well in time: comms/device-unreachable, power does not answer");
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->waits_for, "");
	bench_close(&bench);
}

static void
a_soak_that_runs_when_the_limit_comes_may_end(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_presence(&bench, "power", TOWERD_PRESENCE_UNREACHABLE);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 55 * MINUTE);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->waits_for, "no device has answered yet");
	both_answer(&bench);
	bench_wait(&bench, 10 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
what_is_planned_or_gone_does_not_keep_a_ticket_open(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_presence(&bench, "power", TOWERD_PRESENCE_REACHABLE);
	bench_presence(&bench, "radio", TOWERD_PRESENCE_UNREACHABLE); /* it never answered */
	bench_alarm(
	    &bench, SITE_A, "repair/overdue", TOWERD_CRITICAL); /* nor is a late repair a fault of the site */
	bench_alarm(&bench, SITE_B, "power/mains-failure", TOWERD_CRITICAL);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 10 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
a_site_with_nothing_monitored_waits_for_an_operators_word(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_B, TICKET_VERIFYING);
	bench_wait(&bench, 24 * 60 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	CU_ASSERT_STRING_EQUAL(
	    now_is(&bench, ticket)->waits_for, "nothing is monitored at NIN-0043: an operator must attest");
	CU_ASSERT_EQUAL(ask_operator(&bench, ticket, EV_ATTEST, "seen by the warden").result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	CU_ASSERT_TRUE(now_is(&bench, ticket)->is_attested);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->reason, "seen by the warden");
	bench_close(&bench);
}

static void
a_verdict_that_the_disk_refuses_is_given_again(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	store_fail(bench.store, -ENOSPC);
	bench_wait(&bench, 11 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	store_fail(bench.store, 0);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
a_refutation_that_the_disk_refuses_stays_one(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, MINUTE);
	store_fail(bench.store, -ENOSPC);
	bench_alarm(&bench, SITE_A, "power/mains-failure", TOWERD_CRITICAL);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	store_fail(bench.store, 0);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->reason, "it did not last: power/mains-failure");
	bench_close(&bench);
}

static void
a_site_that_leaves_the_inventory_waits_for_an_operators_word(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, MINUTE);
	bench_remove(&bench, SITE_A);
	CU_ASSERT_STRING_EQUAL(
	    now_is(&bench, ticket)->waits_for, "nothing is monitored at NIN-0042: an operator must attest");
	bench_wait(&bench, 60 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	CU_ASSERT_EQUAL(ask_operator(&bench, ticket, EV_ATTEST, "the site is gone").state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
a_restart_soaks_and_waits_anew(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 9 * MINUTE);
	bench_restart(&bench);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, 9 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_VERIFYING);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
a_note_does_not_disturb_the_soak(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 9 * MINUTE);
	int64_t until_ms = now_is(&bench, ticket)->verify_until_ms;
	ask_operator(&bench, ticket, EV_NOTE, "crew is waiting at the gate");
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->verify_until_ms, until_ms);
	bench_wait(&bench, MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_CLOSED);
	bench_close(&bench);
}

static void
an_operator_may_refuse_a_claim(void)
{
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	uint32_t ticket = claimed(&bench)->number;
	CU_ASSERT_EQUAL(
	    ask_operator(&bench, ticket, EV_REOPEN, "no service at the market").state, TICKET_ASSIGNED);
	bench_wait(&bench, 60 * MINUTE);
	CU_ASSERT_EQUAL(now_is(&bench, ticket)->state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(now_is(&bench, ticket)->reason, "no service at the market");
	bench_close(&bench);
}

static void
a_long_list_of_reasons_is_cut_and_counted(void)
{
	static const char *const types[] = { "power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa5",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa6",
		"power/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa7" };
	struct bench bench;

	bench_open(&bench);
	both_answer(&bench);
	for (size_t i = 0; i < 7; i++)
		bench_alarm(&bench, SITE_A, types[i], TOWERD_CRITICAL);
	uint32_t ticket = claimed(&bench)->number;
	bench_wait(&bench, 0);
	const char *why = now_is(&bench, ticket)->waits_for;
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "a4 and 3 more"));
	bench_close(&bench);
}

static const struct claim claims[] = {
	CLAIM(a_site_that_stays_well_for_the_soak_time_closes_its_ticket),
	CLAIM(the_soak_begins_when_the_last_alarm_clears_and_the_last_device_answers),
	CLAIM(an_alarm_during_the_soak_refutes_the_claim_at_once),
	CLAIM(a_device_that_falls_silent_for_a_moment_starts_the_soak_anew),
	CLAIM(a_claim_that_is_not_proven_in_time_goes_back_to_the_crew),
	CLAIM(a_soak_that_runs_when_the_limit_comes_may_end),
	CLAIM(what_is_planned_or_gone_does_not_keep_a_ticket_open),
	CLAIM(a_site_with_nothing_monitored_waits_for_an_operators_word),
	CLAIM(a_verdict_that_the_disk_refuses_is_given_again),
	CLAIM(a_refutation_that_the_disk_refuses_stays_one),
	CLAIM(a_site_that_leaves_the_inventory_waits_for_an_operators_word),
	CLAIM(a_restart_soaks_and_waits_anew),
	CLAIM(a_note_does_not_disturb_the_soak),
	CLAIM(an_operator_may_refuse_a_claim),
	CLAIM(a_long_list_of_reasons_is_cut_and_counted),
};
CLAIMS_MAIN("verification", claims)
