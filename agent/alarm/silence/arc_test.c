/* SPDX-License-Identifier: ISC */
/* Alarm reporting control: every state with every event, and rows that go by themselves. */
#include <errno.h>

#include "agent/alarm/silence/arc_rules.h"
#include "agent/alarm/silence/silence_fixture.h"

static struct fixture f;

#define MAINS_CAUSE 106 /* commercialPowerFailure */

static void
every_state_has_an_answer_to_every_event(void)
{
	static const char *const wanted[ARC_STATES][ARC_EVENTS] = {
		/* set-nalm, set-qi, set-ti, end, problem, problem-free, time */
		{ "nalm", "nalmQI", "nalmTI", "alm", "alm", "alm", "alm" },
		{ "nalm", "nalmQI", "nalmTI", "alm", "nalm", "nalm", "nalm" },
		{ "nalm", "nalmQI", NULL, "alm", "nalmQI", "nalmQICD", "nalmQI" },
		{ "nalm", NULL, "nalmTI", "alm", "nalmTI", "nalmTI", "alm" },
		{ "nalm", "nalmQI", NULL, "alm", "nalmQI", "nalmQICD", "alm" },
	};

	for (unsigned s = 0; s < ARC_STATES; s++)
		for (unsigned e = 0; e < ARC_EVENTS; e++) {
			enum arc_state next = arc_next_state((enum arc_state)s, (enum arc_event)e);
			const char *want = wanted[s][e];
			bool is_right = want == NULL
			    ? next == ARC_REFUSED
			    : next < ARC_STATES && strcmp(arc_state_names[next], want) == 0;
			if (!is_right) {
				fprintf(stderr, "%s, %s\n", arc_state_names[s], arc_event_names[e]);
				CU_FAIL("another state");
			}
		}
}

static int
start(uint32_t resource, unsigned cause, enum arc_state state, int64_t in_ms, uint32_t ticket)
{
	struct arc_request request = { .resource = resource,
		.probable_cause = cause,
		.state = state,
		.owner = "crew-3",
		.reason = "ticket 17: rectifier",
		.until_ms = in_ms == 0 ? 0 : loop_utc_ms(f.loop) + in_ms,
		.ticket = ticket };
	int rc = arc_start(f.silences, &request, "crew crew-3", fixture_done, &f);
	loop_step(f.loop, 0);
	return rc;
}

/* A row; false: there is none. */
static bool
row_at(uint32_t resource, unsigned cause, struct silence_info *info)
{
	const struct silence *row = arc_seek(f.silences, scopes_all(f.scopes), resource, cause, true);

	if (row == NULL)
		return false;
	silence_describe(f.silences, row, info);
	return info->criteria.resource == resource && info->probable_cause == cause;
}

static const char *
state_of(uint32_t resource, unsigned cause)
{
	struct silence_info info;
	return row_at(resource, cause, &info) ? arc_state_names[info.state] : "";
}

static void
alarm_is(uint32_t resource, bool is_active)
{
	struct silence_subject subject = fixture_subject(&f, "NIN-1", "power/mains-failure", TOWERD_MINOR);

	f.active = is_active ? resource : 0;
	f.active_cause = MAINS_CAUSE;
	arc_alarm_changed(f.silences, &subject, is_active);
}

#define BY(type, who)          CU_ASSERT_STRING_EQUAL(fixture_by(&f, "NIN-1", type, TOWERD_MAJOR), who)
#define STATE(resource, state) CU_ASSERT_STRING_EQUAL(state_of(resource, MAINS_CAUSE), state)

static void
a_repair_that_holds_ends_the_row_and_one_that_breaks_speaks_up(void)
{
	char name[64];

	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	snprintf(name, sizeof(name), "arc %u.%u", power, MAINS_CAUSE);
	f.active = power;
	f.active_cause = MAINS_CAUSE;
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 8 * HOUR_MS, 17), 0);
	STATE(power, "nalmQI");
	BY("power/mains-failure", name);
	BY("power/fuse-open", ""); /* another cause */
	alarm_is(power, false);
	STATE(power, "nalmQICD");
	loop_step(f.loop, 5 * MINUTE_MS);
	alarm_is(power, true); /* not yet done */
	STATE(power, "nalmQI");
	loop_step(f.loop, HOUR_MS);
	BY("power/mains-failure", name);
	alarm_is(power, false);
	f.heard[0] = '\0';
	loop_step(f.loop, 10 * MINUTE_MS - 1);
	STATE(power, "nalmQICD");
	CU_ASSERT_STRING_EQUAL(f.heard, "");
	loop_step(f.loop, 1);
	STATE(power, "");
	CU_ASSERT_STRING_EQUAL(f.heard, "[resource]");
	alarm_is(power, true); /* broken again: it is told */
	BY("power/mains-failure", "");
	CU_ASSERT_STRING_EQUAL(
	    fixture_journal(&f), "arc.start crew crew-3 NIN-1/power\narc.end agent NIN-1/power\n");
	fixture_stop(&f);
}

static void
an_unfinished_repair_stays_quiet_until_it_is_due_and_no_longer(void)
{
	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	f.active = power;
	f.active_cause = MAINS_CAUSE;
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 2 * HOUR_MS, 17), 0);
	loop_step(f.loop, HOUR_MS);
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 2 * HOUR_MS, 17), 0); /* renewed */
	loop_step(f.loop, 2 * HOUR_MS - 1);
	STATE(power, "nalmQI");
	loop_step(f.loop, 1);
	STATE(power, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_journal(&f), "arc.renew crew crew-3 NIN-1/power\n"));
	/* Without a due time it is bounded. */
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 0, 17), 0);
	loop_step(f.loop, 8 * HOUR_MS - 1);
	STATE(power, "nalmQI");
	loop_step(f.loop, 1);
	STATE(power, "");
	fixture_stop(&f);
}

static void
a_row_for_all_causes_covers_each_but_safety(void)
{
	char name[64];

	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	snprintf(name, sizeof(name), "arc %u.0", power);
	f.active = power;
	CU_ASSERT_EQUAL(start(power, 0, ARC_NALM, 0, 0), 0);
	BY("power/mains-failure", name);
	BY("power/fuse-open", name);
	BY("env/fire", "");
	BY("site/unsafe", "");
	alarm_is(power, false); /* nalm does not end by that */
	loop_step(f.loop, HOUR_MS);
	BY("power/fuse-open", name);
	fixture_stop(&f);
}

static void
a_timed_row_ends_with_its_interval(void)
{
	struct silence_info info;

	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_TI, 0, 0), 0);
	loop_step(f.loop, 20 * MINUTE_MS);
	CU_ASSERT_TRUE(row_at(power, MAINS_CAUSE, &info));
	CU_ASSERT_EQUAL(info.remaining_ms, 40 * MINUTE_MS);
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 0, 0), -EPROTO);
	loop_step(f.loop, 40 * MINUTE_MS);
	STATE(power, "");
	fixture_stop(&f);
}

static void
rows_end_with_their_ticket_even_before_they_are_durable(void)
{
	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power"), radio = fixture_device(&f, "NIN-1", "radio");
	f.active = power;
	f.active_cause = MAINS_CAUSE;
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 0, 17), 0);
	CU_ASSERT_EQUAL(start(radio, 0, ARC_NALM, 0, 18), 0);
	CU_ASSERT_EQUAL(arc_end_ticket(f.silences, 17, "crew crew-3", "blocked"), 1);
	loop_step(f.loop, 0);
	STATE(power, "");
	CU_ASSERT_STRING_EQUAL(state_of(radio, 0), "nalm");
	CU_ASSERT_EQUAL(arc_end_ticket(f.silences, 17, "crew crew-3", "blocked"), 0);
	/* On site, away, and on site again within one commit. */
	struct arc_request request = { .resource = power,
		.probable_cause = MAINS_CAUSE,
		.state = ARC_NALM_QI,
		.owner = "crew-3",
		.reason = "r",
		.ticket = 17 };
	CU_ASSERT_EQUAL(arc_start(f.silences, &request, "a", NULL, NULL), 0);
	CU_ASSERT_EQUAL(arc_end_ticket(f.silences, 17, "a", "b"), 1);
	loop_step(f.loop, 0);
	STATE(power, "");
	CU_ASSERT_EQUAL(arc_start(f.silences, &request, "a", NULL, NULL), 0);
	CU_ASSERT_EQUAL(arc_end_ticket(f.silences, 17, "a", "b"), 1);
	CU_ASSERT_EQUAL(arc_start(f.silences, &request, "a", NULL, NULL), 0);
	loop_step(f.loop, 0);
	STATE(power, "nalmQI");
	fixture_restart(&f, 0);
	STATE(power, "nalmQI");
	CU_ASSERT_STRING_EQUAL(state_of(radio, 0), "nalm");
	fixture_stop(&f);
}

static void
after_a_restart_a_row_looks_anew(void)
{
	fixture_start(&f);
	uint32_t power = fixture_device(&f, "NIN-1", "power");
	f.active = power;
	f.active_cause = MAINS_CAUSE;
	CU_ASSERT_EQUAL(start(power, MAINS_CAUSE, ARC_NALM_QI, 0, 17), 0);
	alarm_is(power, false);
	STATE(power, "nalmQICD");
	loop_step(f.loop, 9 * MINUTE_MS);
	fixture_restart(&f, HOUR_MS); /* nobody looked: the count-down begins anew */
	STATE(power, "nalmQICD");
	loop_step(f.loop, 9 * MINUTE_MS);
	STATE(power, "nalmQICD");
	loop_step(f.loop, MINUTE_MS);
	STATE(power, "");
	fixture_restart(&f, 0);
	STATE(power, "");
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(every_state_has_an_answer_to_every_event),
	CLAIM(a_repair_that_holds_ends_the_row_and_one_that_breaks_speaks_up),
	CLAIM(an_unfinished_repair_stays_quiet_until_it_is_due_and_no_longer),
	CLAIM(a_row_for_all_causes_covers_each_but_safety),
	CLAIM(a_timed_row_ends_with_its_interval),
	CLAIM(rows_end_with_their_ticket_even_before_they_are_durable),
	CLAIM(after_a_restart_a_row_looks_anew),
};

CLAIMS_MAIN("arc", claims)
