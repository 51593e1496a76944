/* SPDX-License-Identifier: ISC */
/* Steps of tickets: committed before they are answered, taken back whole when the disk fails, known when they come again. */
#include "agent/repair/fakes.h"

#include "tests/support/cunit_main.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ID(n) "6f1e0a52-0000-4000-8000-0000000000" #n

static enum ticket_state
state_of(struct bench *bench, uint32_t ticket)
{
	const struct ticket *found = ticket_find(bench->repair, ticket);
	return found != NULL ? found->state : TICKET_NONE;
}

static void
a_step_is_seen_and_answered_after_its_commit_only(void)
{
	struct bench bench;
	struct asked asked = { 0 };

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	const struct ticket_step step = {
		.ticket = ticket, .event = EV_CONFIRM, .by = BY_OPERATOR, .actor = "uid 1000"
	};
	store_hold(bench.store, true);
	CU_ASSERT_EQUAL(ticket_step(bench.repair, &step, keep_answer, &asked), 0);
	bench_wait(&bench, 1000);
	CU_ASSERT_EQUAL(asked.answers, 0);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_REPORTED);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(asked.answers, 1);
	CU_ASSERT_EQUAL(asked.result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(asked.state, TICKET_CONFIRMED);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_CONFIRMED);
	bench_close(&bench);
}

static void
each_accepted_step_is_one_record_with_its_row(void)
{
	struct bench bench;
	char line[512];

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_CONFIRMED);
	size_t before = store_record_count(bench.store);
	CU_ASSERT_EQUAL(ask_operator(&bench, ticket, EV_BLOCK, "minefield \"south\"").result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(store_record_count(bench.store), before + 1);
	const struct store_record *record = store_last(bench.store);
	CU_ASSERT_STRING_EQUAL(record->type, "ticket.update");
	CU_ASSERT_STRING_EQUAL(record->actor, "uid 1000");
	CU_ASSERT_STRING_EQUAL(record->object, "ticket 1");
	CU_ASSERT_TRUE(ticket_record_is_of(record, ticket));
	CU_ASSERT_FALSE(ticket_record_is_of(record, ticket + 10));
	CU_ASSERT_EQUAL(ticket_record_format(record, line, sizeof(line)), 0);
	CU_ASSERT_STRING_EQUAL(
	    line, "2026-01-01T00:00:00.000Z  confirmed -> blocked (block, uid 1000): minefield \"south\"");
	CU_ASSERT_EQUAL(store_row_count(bench.store, STORE_TICKET), 1);
	CU_ASSERT_STRING_EQUAL(ticket_find(bench.repair, ticket)->reason, "minefield \"south\"");
	bench_close(&bench);
}

static void
a_note_cannot_forge_a_line_of_the_history(void)
{
	struct bench bench;
	char line[512];

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	ask_operator(&bench, ticket, EV_NOTE,
	    "a\n2026-01-01T00:00:00.000Z  verifying -> closed\x1b[31m\xc2\x9b\xd8\xa7");
	CU_ASSERT_EQUAL(ticket_record_format(store_last(bench.store), line, sizeof(line)), 0);
	CU_ASSERT_STRING_EQUAL(line,
	    "2026-01-01T00:00:00.000Z  reported (note, uid 1000): a 2026-01-01T00:00:00.000Z  verifying -> "
	    "closed [31m  \xd8\xa7");
	bench_close(&bench);
}

static void
a_refusal_changes_nothing_and_writes_nothing(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	size_t before = store_record_count(bench.store);
	struct asked asked = ask_operator(&bench, ticket, EV_ARRIVE, NULL);
	CU_ASSERT_EQUAL(asked.result, TICKET_CONFLICT);
	CU_ASSERT_EQUAL(asked.rc, -EPROTO);
	CU_ASSERT_EQUAL(asked.state, TICKET_REPORTED);
	CU_ASSERT_STRING_EQUAL(
	    asked.reason, "ticket 1 is reported: arrive is accepted in assigned, en-route");
	CU_ASSERT_STRING_EQUAL(ask_operator(&bench, 99, EV_CONFIRM, NULL).reason, "there is no ticket 99");
	const struct ticket_step nowhere = {
		.event = EV_OPEN, .by = BY_OPERATOR, .actor = "uid 1", .site = "NIN-9999"
	};
	CU_ASSERT_STRING_EQUAL(ask(&bench, &nowhere).reason, "no site \"NIN-9999\" in the inventory");
	CU_ASSERT_EQUAL(store_record_count(bench.store), before);
	bench_close(&bench);
}

static void
steps_may_stand_on_steps_that_are_still_on_their_way(void)
{
	struct bench bench;
	struct asked confirmed = { 0 }, cancelled = { 0 }, refused = { 0 };

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	struct ticket_step step = {
		.ticket = ticket, .event = EV_CONFIRM, .by = BY_OPERATOR, .actor = "uid 1000"
	};
	store_hold(bench.store, true);
	ticket_step(bench.repair, &step, keep_answer, &confirmed);
	step.event = EV_CANCEL;
	ticket_step(bench.repair, &step, keep_answer, &cancelled);
	step.event = EV_DEPART; /* refused because of what nobody may know yet */
	ticket_step(bench.repair, &step, keep_answer, &refused);
	bench_wait(&bench, 0);
	CU_ASSERT_EQUAL(refused.answers, 0);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(confirmed.state, TICKET_CONFIRMED);
	CU_ASSERT_EQUAL(cancelled.state, TICKET_CANCELLED);
	CU_ASSERT_EQUAL(refused.answers, 1);
	CU_ASSERT_EQUAL(refused.result, TICKET_CONFLICT);
	bench_close(&bench);
}

static void
a_failed_commit_takes_back_all_that_stood_on_it(void)
{
	struct bench bench;
	struct asked opened = { 0 }, confirmed = { 0 }, followed = { 0 };

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	char *before = store_snapshot(bench.store);
	const struct ticket_step confirm = {
		.ticket = ticket, .event = EV_CONFIRM, .by = BY_OPERATOR, .actor = "uid 1"
	};
	const struct ticket_step depart = {
		.ticket = ticket, .event = EV_DEPART, .by = BY_OPERATOR, .actor = "uid 1"
	};
	const struct ticket_step open = {
		.event = EV_OPEN, .by = BY_OPERATOR, .actor = "uid 1", .site = "NIN-0043"
	};
	store_hold(bench.store, true);
	store_fail(bench.store, -ENOSPC);
	ticket_step(bench.repair, &confirm, keep_answer, &confirmed);
	ticket_step(bench.repair, &depart, keep_answer, &followed);
	ticket_step(bench.repair, &open, keep_answer, &opened);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(confirmed.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(confirmed.rc, -ENOSPC);
	CU_ASSERT_STRING_EQUAL(confirmed.reason,
	    "nothing was changed, for it cannot be recorded (No space left on device): try again");
	CU_ASSERT_EQUAL(followed.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(opened.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_REPORTED);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_B)->open_tickets, 0);
	char *after = store_snapshot(bench.store);
	CU_ASSERT_STRING_EQUAL(before, after);
	store_fail(bench.store, 0);
	store_hold(bench.store, false);
	CU_ASSERT_EQUAL(ask(&bench, &open).ticket, ticket + 1); /* the number was nobody's */
	CU_ASSERT_EQUAL(ask_operator(&bench, ticket, EV_CONFIRM, NULL).state, TICKET_CONFIRMED);
	free(before);
	free(after);
	bench_close(&bench);
}

struct impatient {
	struct bench *bench;
	struct asked first, again;
	struct ticket_step step;
};

static void
ask_again_at_once(void *arg, const struct ticket_answer *answer)
{
	struct impatient *impatient = arg;

	keep_answer(&impatient->first, answer);
	store_fail(impatient->bench->store, 0);
	ticket_step(impatient->bench->repair, &impatient->step, keep_answer, &impatient->again);
}

static void
what_is_asked_between_two_reports_of_one_failure_stands(void)
{
	struct bench bench;
	struct asked note_asked = { 0 };

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_REPORTED);
	struct impatient impatient = { .bench = &bench,
		.step = { .ticket = ticket, .event = EV_CONFIRM, .by = BY_OPERATOR, .actor = "uid 1" } };
	const struct ticket_step note = {
		.ticket = ticket, .event = EV_NOTE, .by = BY_OPERATOR, .actor = "uid 1", .note = "x"
	};
	store_hold(bench.store, true);
	store_fail(bench.store, -EIO);
	ticket_step(bench.repair, &impatient.step, ask_again_at_once, &impatient);
	ticket_step(bench.repair, &note, keep_answer, &note_asked);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(impatient.first.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(note_asked.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(impatient.again.answers, 0);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(impatient.again.result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_CONFIRMED);
	CU_ASSERT_STRING_EQUAL(ticket_find(bench.repair, ticket)->last_note, "");
	bench_close(&bench);
}

static void
a_repeat_of_a_crews_update_is_acknowledged_and_changes_nothing(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_DEPART, ID(01), 1).result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_ARRIVE, ID(02), 2).state, TICKET_ON_SITE);
	size_t before = store_record_count(bench.store);
	struct asked again = ask_crew(&bench, ticket, EV_DEPART, ID(01), 1);
	CU_ASSERT_EQUAL(again.result, TICKET_DUPLICATE);
	CU_ASSERT_EQUAL(again.state, TICKET_ON_SITE);
	CU_ASSERT_STRING_EQUAL(again.reason, "");
	CU_ASSERT_EQUAL(store_record_count(bench.store), before);
	bench_restart(&bench);
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_DEPART, ID(01), 1).result, TICKET_DUPLICATE);
	CU_ASSERT_EQUAL(store_record_count(bench.store), before);
	bench_close(&bench);
}

static void
a_repeat_is_not_acknowledged_before_the_first_is_durable(void)
{
	struct bench bench;
	struct asked first = { 0 }, second = { 0 };

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	const struct ticket_update update = { .id = ID(01), .device = "phone", .counter = 1 };
	const struct ticket_step step = { .ticket = ticket,
		.event = EV_DEPART,
		.by = BY_CREW,
		.actor = "crew crew-3",
		.crew = "crew-3",
		.update = &update };
	store_hold(bench.store, true);
	ticket_step(bench.repair, &step, keep_answer, &first);
	ticket_step(bench.repair, &step, keep_answer, &second);
	bench_wait(&bench, 0);
	CU_ASSERT_EQUAL(second.answers, 0);
	store_fail(bench.store, -EIO);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(first.result, TICKET_RETRY);
	CU_ASSERT_EQUAL(second.result, TICKET_RETRY);
	store_fail(bench.store, 0);
	ticket_step(bench.repair, &step, keep_answer, &first);
	ticket_step(bench.repair, &step, keep_answer, &second);
	store_flush(bench.store);
	CU_ASSERT_EQUAL(first.result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(second.result, TICKET_DUPLICATE);
	CU_ASSERT_EQUAL(second.state, TICKET_EN_ROUTE);
	bench_close(&bench);
}

static void
the_same_id_with_another_content_is_rejected(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	ask_crew(&bench, ticket, EV_DEPART, ID(01), 1);
	struct asked other = ask_crew(&bench, ticket, EV_ARRIVE, ID(01), 1);
	CU_ASSERT_EQUAL(other.result, TICKET_REJECTED);
	CU_ASSERT_STRING_EQUAL(other.reason, "an update of this id came before with another content");
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_DEPART, ID(01), 2).result, TICKET_REJECTED);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_EN_ROUTE);
	bench_close(&bench);
}

static void
a_counter_that_goes_back_is_accepted_and_flagged(void)
{
	struct bench bench;
	char line[512];

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	ask_crew(&bench, ticket, EV_DEPART, ID(01), 52);
	CU_ASSERT_PTR_NULL(strstr(store_last(bench.store)->body, "counter-before"));
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_ARRIVE, ID(02), 41).result, TICKET_APPLIED);
	CU_ASSERT_PTR_NOT_NULL(strstr(store_last(bench.store)->body, "\"counter-before\":52"));
	ticket_record_format(store_last(bench.store), line, sizeof(line));
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "[counter went back from 52]"));
	bench_close(&bench);
}

static void
a_step_that_came_too_late_is_a_conflict_for_good_and_in_the_history(void)
{
	struct bench bench;
	char line[512];

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	struct asked late = ask_crew(&bench, ticket, EV_RESTORED, ID(01), 1);
	CU_ASSERT_EQUAL(late.result, TICKET_CONFLICT);
	CU_ASSERT_EQUAL(late.state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(late.reason, "ticket 1 is assigned: restored is accepted in on-site");
	CU_ASSERT_STRING_EQUAL(store_last(bench.store)->type, "ticket.refused");
	ticket_record_format(store_last(bench.store), line, sizeof(line));
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    line, "assigned (restored, crew crew-3, at 2026-01-01T00:00:00.000Z) refused: ticket 1 is"));
	/* What was answered once is the answer for ever: also when it would be possible by now. */
	ask_crew(&bench, ticket, EV_ARRIVE, ID(02), 2);
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_RESTORED, ID(01), 1).result, TICKET_CONFLICT);
	CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_ON_SITE);
	bench_restart(&bench);
	late = ask_crew(&bench, ticket, EV_RESTORED, ID(01), 1);
	CU_ASSERT_EQUAL(late.result, TICKET_CONFLICT);
	CU_ASSERT_STRING_EQUAL(late.reason, "ticket 1 is assigned: restored is accepted in on-site");
	bench_close(&bench);
}

static void
an_old_update_is_forgotten_but_does_not_come_back_as_a_new_one(void)
{
	struct bench bench;
	const int64_t day = INT64_C(86400000);

	bench_open(&bench);
	uint32_t ticket = ticket_in(&bench, SITE_A, TICKET_ASSIGNED);
	CU_ASSERT_EQUAL(ask_crew(&bench, ticket, EV_DEPART, ID(01), 5).result, TICKET_APPLIED);
	bench_wait(&bench, 61 * day);
	ask_operator(&bench, ticket, EV_ASSIGN, NULL);
	CU_ASSERT_EQUAL(
	    ask_crew(&bench, ticket, EV_NOTE, ID(02), 6).result, TICKET_REJECTED); /* an empty note */
	const struct ticket_update fresh = { .id = ID(03), .device = "phone", .counter = 6 };
	struct ticket_step step = { .ticket = ticket,
		.event = EV_BLOCK,
		.by = BY_CREW,
		.actor = "crew crew-3",
		.crew = "crew-3",
		.note = "no fuel",
		.at_ms = loop_utc_ms(bench.loop),
		.update = &fresh };
	CU_ASSERT_EQUAL(ask(&bench, &step).result, TICKET_APPLIED);     /* which forgets the first */
	CU_ASSERT_EQUAL(store_row_count(bench.store, STORE_UPDATE), 2); /* this one, and the device's mark */
	step.event = EV_UNBLOCK;
	step.update = &(struct ticket_update){ .id = ID(04), .device = "phone", .counter = 7 };
	ask(&bench, &step);
	for (int restarted = 0; restarted < 2; restarted++) {
		struct asked again = ask_crew(&bench, ticket, EV_DEPART, ID(01), 5);
		CU_ASSERT_EQUAL(again.result, TICKET_REJECTED);
		CU_ASSERT_STRING_EQUAL(
		    again.reason, "the update is older than what is kept to know a repeat");
		CU_ASSERT_EQUAL(state_of(&bench, ticket), TICKET_ASSIGNED);
		bench_restart(&bench);
	}
	bench_close(&bench);
}

static void
a_restart_finds_the_same_tickets(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t first = ticket_in(&bench, SITE_A, TICKET_EN_ROUTE),
		 second = ticket_in(&bench, SITE_A, TICKET_CONFIRMED);
	uint32_t third = ticket_in(&bench, SITE_B, TICKET_ON_SITE);
	ask_operator(&bench, third, EV_BLOCK, "no key");
	ask_operator(&bench, first, EV_CANCEL, "twice reported");
	bench_restart(&bench);
	CU_ASSERT_EQUAL(state_of(&bench, first), TICKET_CANCELLED);
	CU_ASSERT_EQUAL(state_of(&bench, second), TICKET_CONFIRMED);
	const struct ticket *blocked = ticket_find(bench.repair, third);
	CU_ASSERT_EQUAL(blocked->state, TICKET_BLOCKED);
	CU_ASSERT_EQUAL(blocked->blocked_by, BY_OPERATOR);
	CU_ASSERT_STRING_EQUAL(blocked->reason, "no key");
	CU_ASSERT_STRING_EQUAL(blocked->crew, "crew-3");
	CU_ASSERT_STRING_EQUAL(blocked->title, "mains failed");
	CU_ASSERT_STRING_EQUAL(blocked->site_id, "NIN-0043");
	CU_ASSERT_EQUAL(ask_operator(&bench, third, EV_UNBLOCK, NULL).state, TICKET_ON_SITE);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_A)->open_tickets, 1);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_B)->open_tickets, 1);
	CU_ASSERT_EQUAL(ticket_open_at(bench.repair, SITE_A)->number, second);
	CU_ASSERT_EQUAL(ticket_in(&bench, SITE_A, TICKET_REPORTED), third + 1);
	CU_ASSERT_EQUAL(ticket_open_at(bench.repair, SITE_A)->number, third + 1);
	bench_close(&bench);
}

static void
a_damaged_row_is_named(void)
{
	static const char *const bodies[] = { "{", "{}", "{\"site\":256}", "[]" };
	char error[256];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct bench bench;
		bench_open(&bench);
		struct store_txn *txn = store_begin(bench.store);
		store_put(txn, STORE_TICKET, "0000000007", bodies[i], strlen(bodies[i]));
		store_submit(txn, STORE_PROMISE, NULL, NULL);
		store_flush(bench.store);
		repair_free(bench.repair);
		bench.repair =
		    repair_new(bench.loop, bench.store, bench.scopes, bench.model, bench.alarms, NULL);
		CU_ASSERT_EQUAL(repair_load(bench.repair, error, sizeof(error)), -EUCLEAN);
		CU_ASSERT_PTR_NOT_NULL(strstr(error, "row of ticket \"0000000007\""));
		bench_close(&bench);
	}
}

static void
open_tickets_of_a_site_are_counted(void)
{
	struct bench bench;

	bench_open(&bench);
	uint32_t first = ticket_in(&bench, SITE_A, TICKET_CONFIRMED);
	ticket_in(&bench, SITE_A, TICKET_REPORTED);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_A)->open_tickets, 2);
	ask_operator(&bench, first, EV_CANCEL, "wrong site");
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_A)->open_tickets, 1);
	ask_operator(&bench, first, EV_REOPEN, "right after all");
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_A)->open_tickets, 2);
	CU_ASSERT_EQUAL(bench_site(&bench, SITE_B)->open_tickets, 0);
	CU_ASSERT_PTR_NULL(ticket_open_at(bench.repair, SITE_B));
	bench_close(&bench);
}

/*
 * Random steps, several on their way at once, random failures of the disk and random restarts, against the smallest thing that can be right:
 * the state as the last acknowledged step left it.
 */
enum { TICKETS = 4, BATCH = 4, ROUNDS = 2000 };

struct reference {
	enum ticket_state state, before_block;
};

/* What a step by an operator does; false: it is refused. */
static bool
reference_step(struct reference *r, enum ticket_event event)
{
	const struct ticket was = { .before_block = (uint8_t)r->before_block };
	const struct ticket_rule *rule = ticket_rule_find(r->state, event);

	if (rule == NULL || (ticket_rule_actors(rule) & BY_OPERATOR) == 0)
		return false;
	if (event == EV_BLOCK)
		r->before_block = r->state;
	r->state = ticket_rule_to(rule, &was);
	return true;
}

/* A batch that commits, or fails, as one. Returns how many answers were not what they had to be. */
static unsigned
play_batch(struct bench *bench, struct reference durable[TICKETS], unsigned *seed, bool fails)
{
	static const enum ticket_event events[] = { EV_CONFIRM, EV_ASSIGN, EV_DEPART, EV_ARRIVE, EV_RESTORED,
		EV_BLOCK, EV_UNBLOCK, EV_CANCEL, EV_REOPEN, EV_ATTEST, EV_NOTE };
	struct reference staged[TICKETS];
	struct asked asked[BATCH] = { 0 };
	enum ticket_result expected[BATCH];
	bool is_moving[TICKETS] = { false };
	unsigned wrong = 0;

	memcpy(staged, durable, sizeof(staged));
	for (size_t k = 0; k < BATCH; k++) {
		unsigned dice = (unsigned)rand_r(seed);
		uint32_t i = dice % TICKETS;
		const struct ticket_step step = { .ticket = i + 1,
			.event = events[dice / 16 % (sizeof(events) / sizeof(events[0]))],
			.by = BY_OPERATOR,
			.actor = "uid 1000",
			.crew = "crew-3",
			.note = "because" };
		bool is_applied = reference_step(&staged[i], step.event);
		is_moving[i] |= is_applied;
		expected[k] = fails && is_moving[i] ? TICKET_RETRY
		    : is_applied                    ? TICKET_APPLIED
						    : TICKET_CONFLICT;
		wrong += ticket_step(bench->repair, &step, keep_answer, &asked[k]) != 0;
	}
	store_fail(bench->store, fails ? -EIO : 0);
	bench_wait(bench, 0);
	store_fail(bench->store, 0);
	for (size_t k = 0; k < BATCH; k++)
		wrong += asked[k].answers != 1 || asked[k].result != expected[k];
	if (!fails)
		memcpy(durable, staged, sizeof(staged));
	return wrong;
}

static void
whatever_happens_the_state_is_what_was_last_acknowledged(void)
{
	struct bench bench;
	struct reference durable[TICKETS];
	unsigned seed = 20260101, wrong = 0, closed = 0;

	bench_open(&bench);
	for (uint32_t i = 0; i < TICKETS; i++) {
		CU_ASSERT_EQUAL(ticket_in(&bench, i % 2 == 0 ? SITE_A : SITE_B, TICKET_REPORTED), i + 1);
		durable[i] = (struct reference){ TICKET_REPORTED, TICKET_REPORTED };
	}
	for (int round = 0; round < ROUNDS; round++) {
		wrong += play_batch(&bench, durable, &seed, rand_r(&seed) % 8 == 0);
		if (rand_r(&seed) % 64 == 0)
			bench_restart(&bench);
		for (uint32_t i = 0; i < TICKETS; i++) {
			wrong += state_of(&bench, i + 1) != durable[i].state;
			closed += durable[i].state == TICKET_CLOSED;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(closed > 0);
	bench_close(&bench);
}

static const struct claim claims[] = {
	CLAIM(a_step_is_seen_and_answered_after_its_commit_only),
	CLAIM(each_accepted_step_is_one_record_with_its_row),
	CLAIM(a_note_cannot_forge_a_line_of_the_history),
	CLAIM(a_refusal_changes_nothing_and_writes_nothing),
	CLAIM(steps_may_stand_on_steps_that_are_still_on_their_way),
	CLAIM(a_failed_commit_takes_back_all_that_stood_on_it),
	CLAIM(what_is_asked_between_two_reports_of_one_failure_stands),
	CLAIM(a_repeat_of_a_crews_update_is_acknowledged_and_changes_nothing),
	CLAIM(a_repeat_is_not_acknowledged_before_the_first_is_durable),
	CLAIM(the_same_id_with_another_content_is_rejected),
	CLAIM(a_counter_that_goes_back_is_accepted_and_flagged),
	CLAIM(a_step_that_came_too_late_is_a_conflict_for_good_and_in_the_history),
	CLAIM(an_old_update_is_forgotten_but_does_not_come_back_as_a_new_one),
	CLAIM(a_restart_finds_the_same_tickets),
	CLAIM(a_damaged_row_is_named),
	CLAIM(open_tickets_of_a_site_are_counted),
	CLAIM(whatever_happens_the_state_is_what_was_last_acknowledged),
};
CLAIMS_MAIN("ticket", claims)
