/* SPDX-License-Identifier: ISC */
/* Polling by a plan: what is asked, what is read, what is learned of the box. */
#include "plugins/snmp/poll/poll.h"

#include "plugins/snmp/poll/box_testing.h"
#include "plugins/snmp/profile/profile_testing.h"

#define ROWS        40
#define INTERVAL_MS 10000
#define COLUMN      "1.3.6.1.4.1.99999.2.2."

struct fixture {
	struct testing t;
	struct box box;
	struct codec *codec;
	struct shared_plans plans;
	struct poll_box memory;
	struct poll *poll;
	enum codec_version version;
	unsigned requests; /* of the last round */
	unsigned good, unknown, unasked;
	int64_t last[ROWS + 1]; /* by sensor number; -1: unknown */
	bool has_restarted;
	int64_t now_ms;
};

static void
keep_reading(void *arg, const struct towerd_reading *reading)
{
	struct fixture *f = arg;

	CU_ASSERT_TRUE_FATAL(reading->sensor > 0 && reading->sensor <= ROWS);
	f->good += reading->quality == TOWERD_GOOD;
	f->unknown += reading->quality == TOWERD_UNKNOWN;
	f->last[reading->sensor] = reading->quality == TOWERD_GOOD ? reading->value : -1;
}

static void
keep_unasked(void *arg)
{
	struct fixture *f = arg;
	f->unasked++;
}

/* A box with ROWS rectifiers, row i at i amperes; their sensors are numbered from 1. */
static void
fixture_init(struct fixture *f, enum codec_version version)
{
	static const char profile[] =
	    "profile: p\nmodule: true\nbase: 1.3.6.1.4.1.99999\n"
	    "tables: [ { entry: .2, sensors: [ { column: 2, kind: rectifier.current } ] } ]\n";
	static const struct poll_sink sink = { keep_reading, keep_unasked };
	char device[ROWS * 64] = "1.3.6.1.2.1.1.3.0|67|1000\n";
	uint32_t numbers[ROWS];

	*f = (struct fixture){ .codec = codec_new(), .version = version, .now_ms = 1 };
	for (unsigned i = 0; i < ROWS; i++) {
		size_t len = strlen(device);
		snprintf(device + len, sizeof(device) - len, COLUMN "%u|2|%u\n", i + 1, i + 1);
		numbers[i] = i + 1;
	}
	testing_init(&f->t);
	box_init(&f->box, device);
	CU_ASSERT_EQUAL(testing_load(&f->t, profile), 0);
	(void)testing_plan(&f->t, "p", device);
	CU_ASSERT_EQUAL_FATAL(f->t.plan->sensor_count, ROWS);
	f->poll = poll_new(
	    &f->plans, shared_plan_take(&f->plans, f->t.plan, version, "public"), &f->memory, &sink, f);
	f->t.plan = NULL;
	CU_ASSERT_FALSE(poll_has_numbers(f->poll));
	poll_take_numbers(f->poll, numbers);
	CU_ASSERT_TRUE(poll_has_numbers(f->poll));
}

static void
fixture_fini(struct fixture *f)
{
	poll_free(f->poll);
	CU_ASSERT_EQUAL(f->plans.count, 0);
	box_fini(&f->box);
	testing_fini(&f->t);
	codec_free(f->codec);
}

static void
run_round(struct fixture *f)
{
	struct session_question question;
	struct codec_answer answer;

	f->requests = f->good = f->unknown = 0;
	f->has_restarted = false;
	poll_begin(f->poll, f->now_ms, INTERVAL_MS, INTERVAL_MS);
	while (poll_next(f->poll) && f->requests++ < 200) {
		poll_question(f->poll, &question);
		if (box_ask(&f->box, f->codec, f->version, &question, &answer))
			f->has_restarted |= poll_answer(f->poll, &answer, f->now_ms);
		else
			poll_choked(f->poll);
	}
	CU_ASSERT_FALSE(poll_next(f->poll));
	f->now_ms += INTERVAL_MS;
}

static void
each_round_reads_every_sensor(void)
{
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	for (int i = 0; i < 3; i++) {
		run_round(&f);
		CU_ASSERT_EQUAL(f.good, ROWS);
		CU_ASSERT_EQUAL(f.requests, 2);
		CU_ASSERT_EQUAL(f.last[ROWS], ROWS * 1000);
	}
	box_set(&f.box, COLUMN "3|2|77\n");
	run_round(&f);
	CU_ASSERT_EQUAL(f.last[3], 77000);
	CU_ASSERT_EQUAL(f.unasked, 0);
	fixture_fini(&f);
}

static void
a_box_that_says_too_big_is_asked_for_less_and_remembered(void)
{
	struct fixture f;

	for (size_t most = 2; most < 8; most++) {
		fixture_init(&f, CODEC_V2C);
		f.box.varbinds_max = most;
		run_round(&f);
		CU_ASSERT_EQUAL(f.good, ROWS);
		unsigned learning = f.requests;
		run_round(&f);
		CU_ASSERT_EQUAL(f.good, ROWS);
		CU_ASSERT_TRUE(f.requests < learning);
		fixture_fini(&f);
	}
}

static void
a_box_that_takes_one_object_at_a_time_is_polled_without_its_uptime(void)
{
	struct fixture f;

	fixture_init(&f, CODEC_V1);
	f.box.varbinds_max = 1;
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, ROWS);
	fixture_fini(&f);
}

static void
an_object_that_is_refused_is_unknown_and_all_others_are_read(void)
{
	struct fixture f;
	static const struct {
		const char *refused;
		unsigned lost;
		bool names_none;
	} cases[] = {
		{ COLUMN "1", 1, false },
		{ COLUMN "24", 24, false },
		{ COLUMN "25", 25, false },
		{ COLUMN "40", 40, false },
		{ COLUMN "7", 7, true },
		{ COLUMN "1", 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture_init(&f, CODEC_V2C);
		f.box.refused = cases[i].refused;
		f.box.names_none = cases[i].names_none;
		for (int round = 0; round < 3; round++) {
			run_round(&f);
			CU_ASSERT_EQUAL(f.good, ROWS - 1);
			CU_ASSERT_EQUAL(f.unknown, 1);
			CU_ASSERT_EQUAL(f.last[cases[i].lost], -1);
		}
		fixture_fini(&f);
	}
}

static void
an_object_that_was_lost_is_found_again(void)
{
	struct fixture f;

	fixture_init(&f, CODEC_V1);
	f.box.refused = COLUMN "9";
	run_round(&f);
	CU_ASSERT_EQUAL(f.last[9], -1);
	f.box.refused = NULL;
	for (int i = 0; i < 60; i++)
		run_round(&f);
	CU_ASSERT_EQUAL(f.last[9], 9000);
	CU_ASSERT_EQUAL(f.good, ROWS);
	fixture_fini(&f);
}

static void
a_box_that_refuses_everything_is_asked_at_every_round(void)
{
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	f.box.is_closed = true;
	for (int i = 0; i < 3; i++) {
		run_round(&f);
		CU_ASSERT_TRUE(f.requests > 0);
		CU_ASSERT_EQUAL(f.unknown, ROWS);
	}
	f.box.is_closed = false;
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, ROWS);
	fixture_fini(&f);
}

static void
an_uptime_that_goes_back_is_a_restart_unless_it_wraps(void)
{
	static const struct {
		const char *before, *after;
		bool is_restart;
	} cases[] = {
		{ "1.3.6.1.2.1.1.3.0|67|1000\n", "1.3.6.1.2.1.1.3.0|67|1000\n", false },
		{ "1.3.6.1.2.1.1.3.0|67|1000\n", "1.3.6.1.2.1.1.3.0|67|1001\n", false },
		{ "1.3.6.1.2.1.1.3.0|67|1000\n", "1.3.6.1.2.1.1.3.0|67|999\n", true },
		{ "1.3.6.1.2.1.1.3.0|67|4294967295\n", "1.3.6.1.2.1.1.3.0|67|5\n", false },
		{ "1.3.6.1.2.1.1.3.0|67|4200000000\n", "1.3.6.1.2.1.1.3.0|67|5\n", true },
		{ "1.3.6.1.2.1.1.3.0|67|1000\n", "1.3.6.1.2.1.1.3.0|2|5\n", false }, /* no TimeTicks */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		fixture_init(&f, CODEC_V2C);
		box_set(&f.box, cases[i].before);
		run_round(&f);
		CU_ASSERT_FALSE(f.has_restarted);
		box_set(&f.box, cases[i].after);
		run_round(&f);
		CU_ASSERT_EQUAL(f.has_restarted, cases[i].is_restart);
		CU_ASSERT_EQUAL(f.good, ROWS);
		fixture_fini(&f);
	}
}

static void
what_was_not_asked_for_is_counted_and_passed_over(void)
{
	static const uint32_t other[] = { 1, 3, 9 }, third[] = { 1, 3, 6, 1, 4, 1, 99999, 2, 2, 3 };
	const struct snmp_object objects[] = {
		{ other, 3, { .tag = SNMP_INTEGER, .integer = 1 } },
		{ third, 10, { .tag = SNMP_INTEGER, .integer = 33 } },
		{ third, 10, { .tag = SNMP_INTEGER, .integer = 34 } },
	};
	const struct codec_answer answer = { .objects = objects, .count = 3 };
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	poll_begin(f.poll, 1, INTERVAL_MS, INTERVAL_MS);
	CU_ASSERT_TRUE_FATAL(poll_next(f.poll));
	CU_ASSERT_FALSE(poll_answer(f.poll, &answer, 1));
	CU_ASSERT_EQUAL(f.unasked, 2);
	CU_ASSERT_EQUAL(f.good, 1);
	CU_ASSERT_EQUAL(f.last[3], 33000);
	fixture_fini(&f);
}

static const struct claim claims[] = {
	CLAIM(each_round_reads_every_sensor),
	CLAIM(a_box_that_says_too_big_is_asked_for_less_and_remembered),
	CLAIM(a_box_that_takes_one_object_at_a_time_is_polled_without_its_uptime),
	CLAIM(an_object_that_is_refused_is_unknown_and_all_others_are_read),
	CLAIM(an_object_that_was_lost_is_found_again),
	CLAIM(a_box_that_refuses_everything_is_asked_at_every_round),
	CLAIM(an_uptime_that_goes_back_is_a_restart_unless_it_wraps),
	CLAIM(what_was_not_asked_for_is_counted_and_passed_over),
};

CLAIMS_MAIN("poll", claims)
