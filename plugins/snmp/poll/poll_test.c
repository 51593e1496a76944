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
	char faults[256];
	unsigned sweeps;
	int64_t swept_ms;
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

static void
keep_fault(void *arg, const struct towerd_fault *fault)
{
	struct fixture *f = arg;
	size_t len = strlen(f->faults);

	snprintf(f->faults + len, sizeof(f->faults) - len, "%c%s:%s ", fault->is_raised ? '+' : '-',
	    fault->type, fault->qualifier);
}

static void
keep_sweep(void *arg, int64_t since_ms)
{
	struct fixture *f = arg;
	f->sweeps++;
	f->swept_ms = since_ms;
}

/* A box that plays a recording and is read by a profile; its sensors are numbered from 1. */
static void
fixture_with(struct fixture *f, enum codec_version version, const char *profile, const char *device)
{
	static const struct poll_sink sink = { keep_reading, keep_unasked, keep_fault, keep_sweep };
	uint32_t numbers[ROWS];

	*f = (struct fixture){ .codec = codec_new(), .version = version, .now_ms = 1 };
	for (uint32_t i = 0; i < ROWS; i++)
		numbers[i] = i + 1;
	testing_init(&f->t);
	box_init(&f->box, device);
	CU_ASSERT_EQUAL_FATAL(testing_load(&f->t, profile), 0);
	(void)testing_plan(&f->t, "p", device);
	CU_ASSERT_TRUE_FATAL(f->t.plan->sensor_count <= ROWS);
	f->poll = poll_new(
	    &f->plans, shared_plan_take(&f->plans, f->t.plan, version, "public"), &f->memory, &sink, f);
	f->t.plan = NULL;
	CU_ASSERT_FALSE(poll_has_numbers(f->poll));
	CU_ASSERT_EQUAL(poll_take_numbers(f->poll, numbers), 0);
	CU_ASSERT_TRUE(poll_has_numbers(f->poll));
}

/* A box with ROWS rectifiers, row i at i amperes. */
static void
fixture_init(struct fixture *f, enum codec_version version)
{
	static const char profile[] =
	    "profile: p\nmodule: true\nbase: 1.3.6.1.4.1.99999\n"
	    "tables: [ { entry: .2, sensors: [ { column: 2, kind: rectifier.current } ] } ]\n";
	char device[ROWS * 64] = "1.3.6.1.2.1.1.3.0|67|1000\n";

	for (unsigned i = 0; i < ROWS; i++) {
		size_t len = strlen(device);
		snprintf(device + len, sizeof(device) - len, COLUMN "%u|2|%u\n", i + 1, i + 1);
	}
	fixture_with(f, version, profile, device);
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

static const char with_alarms[] =
    "profile: p\nmodule: true\nbase: 1.3.6.1.4.1.99999\n"
    "alarms: [ { oid: .4.0, type: battery/failed, raised: { 3: minor, 4..9: major }, not-known: 255 } ]\n"
    "lists: [ { entry: .5, type: { column: 2, map: { 1: power/mains-failure, else: device/alarm } } } ]\n";
static const char without_alarm[] = "1.3.6.1.2.1.1.3.0|67|1000\n1.3.6.1.4.1.99999.4.0|2|0\n";

/* A round, and what it told: "+" raised, "-" cleared. */
static void
check_round(struct fixture *f, const char *told, unsigned sweeps)
{
	f->faults[0] = '\0';
	f->sweeps = 0;
	run_round(f);
	CU_ASSERT_STRING_EQUAL(f->faults, told);
	CU_ASSERT_EQUAL(f->sweeps, sweeps);
}

static void
alarms_are_told_when_they_change_and_all_of_them_when_asked_for(void)
{
	struct fixture f;

	fixture_with(&f, CODEC_V2C, with_alarms, without_alarm);
	check_round(&f, "-battery/failed: ", 1);
	CU_ASSERT_EQUAL(f.swept_ms, 1);
	box_set(&f.box, "1.3.6.1.4.1.99999.4.0|2|3\n");
	check_round(&f, "+battery/failed: ", 0);
	check_round(&f, "", 0);
	box_set(&f.box, "1.3.6.1.4.1.99999.4.0|2|4\n"); /* more severe */
	check_round(&f, "+battery/failed: ", 0);
	box_set(&f.box, "1.3.6.1.4.1.99999.4.0|2|255\n"); /* not known: it stands */
	check_round(&f, "", 0);
	box_set(&f.box, "1.3.6.1.4.1.99999.4.0|2|4\n");
	poll_tell_all(f.poll);
	check_round(&f, "+battery/failed: ", 1);
	CU_ASSERT_EQUAL(f.swept_ms, 1 + 5 * INTERVAL_MS);
	check_round(&f, "", 0);
	fixture_fini(&f);
}

static void
what_is_not_known_for_rounds_is_not_waited_for(void)
{
	struct fixture f;

	fixture_with(&f, CODEC_V2C, with_alarms, "1.3.6.1.2.1.1.3.0|67|1000\n1.3.6.1.4.1.99999.4.0|2|255\n");
	for (int i = 0; i < 4; i++)
		check_round(&f, "", 0);
	check_round(&f, "", 1);
	fixture_fini(&f);
}

static void
the_rows_of_a_list_are_the_alarms_that_stand(void)
{
	static const enum codec_version versions[] = { CODEC_V1, CODEC_V2C };

	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		fixture_with(&f, versions[i], with_alarms, without_alarm);
		check_round(&f, "-battery/failed: ", 1);
		box_set(&f.box, "1.3.6.1.4.1.99999.5.2.7|2|1\n1.3.6.1.4.1.99999.5.2.9|2|2\n");
		check_round(&f, "+power/mains-failure:7 +device/alarm:9 ", 0);
		check_round(&f, "", 0);
		object_set_clear(f.box.objects);
		box_set(&f.box, without_alarm);
		box_set(&f.box, "1.3.6.1.4.1.99999.5.2.9|2|2\n");
		check_round(&f, "-power/mains-failure:7 ", 0);
		poll_tell_all(f.poll);
		check_round(&f, "-battery/failed: +device/alarm:9 ", 1);
		f.box.drops = "1.3.6.1.4.1.99999.5.2"; /* the walk has no answer: nothing is known */
		check_round(&f, "", 0);
		f.box.drops = NULL;
		object_set_clear(f.box.objects);
		box_set(&f.box, without_alarm);
		check_round(&f, "-device/alarm:9 ", 0);
		fixture_fini(&f);
	}
}

static void
a_group_is_asked_for_when_it_is_its_turn(void)
{
	static const char profile[] = "profile: p\nmodule: true\nbase: 1.3.6.1.4.1.99999\n"
				      "sensors: [ { oid: .1.0, kind: battery.voltage },"
				      " { oid: .2.0, kind: battery.charge, every: 30s } ]\n";
	static const unsigned good[] = { 2, 1, 1, 2, 1, 1, 2 };
	struct fixture f;

	fixture_with(&f, CODEC_V2C, profile,
	    "1.3.6.1.2.1.1.3.0|67|1000\n1.3.6.1.4.1.99999.1.0|2|53\n1.3.6.1.4.1.99999.2.0|2|97\n");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		run_round(&f);
		CU_ASSERT_EQUAL(f.good, good[i]);
		CU_ASSERT_EQUAL(poll_due(f.poll, 0, INTERVAL_MS, INTERVAL_MS), f.now_ms);
	}
	poll_tell_all(f.poll);
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, 2);
	/* Where the site's pace is three times as slow, this group's is too. */
	CU_ASSERT_EQUAL(poll_due(f.poll, 0, INTERVAL_MS, 3 * INTERVAL_MS), f.now_ms + 2 * INTERVAL_MS);
	fixture_fini(&f);
}

static void
a_rate_is_what_a_counter_grows_by_in_a_second(void)
{
	static const char profile[] = "profile: p\nmodule: true\nbase: 1.3.6.1.4.1.99999\n"
				      "sensors: [ { oid: .1.0, kind: backhaul.rx-rate, rate: true } ]\n";
	struct fixture f;

	fixture_with(
	    &f, CODEC_V2C, profile, "1.3.6.1.2.1.1.3.0|67|10000\n1.3.6.1.4.1.99999.1.0|65|4294967200\n");
	run_round(&f);
	CU_ASSERT_EQUAL(f.unknown, 1);
	box_set(&f.box, "1.3.6.1.2.1.1.3.0|67|11000\n1.3.6.1.4.1.99999.1.0|65|4\n"); /* it wrapped */
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, 1);
	int64_t ten = f.last[1];
	CU_ASSERT_TRUE(ten > 0);
	box_set(&f.box, "1.3.6.1.2.1.1.3.0|67|12000\n1.3.6.1.4.1.99999.1.0|65|204\n");
	run_round(&f);
	CU_ASSERT_EQUAL(f.last[1], 2 * ten);
	box_set(&f.box, "1.3.6.1.2.1.1.3.0|67|1\n1.3.6.1.4.1.99999.1.0|65|404\n"); /* it restarted */
	run_round(&f);
	CU_ASSERT_TRUE(f.has_restarted);
	CU_ASSERT_EQUAL(f.unknown, 1);
	fixture_fini(&f);
}

static void
a_round_that_is_ended_goes_on_where_it_was(void)
{
	struct session_question question;
	struct codec_answer answer;
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	for (int i = 0; i < 4; i++) { /* of two requests one a round */
		poll_begin(f.poll, f.now_ms += INTERVAL_MS, INTERVAL_MS, INTERVAL_MS);
		CU_ASSERT_TRUE(poll_next(f.poll));
		poll_question(f.poll, &question);
		CU_ASSERT_EQUAL(question.count, i % 2 == 0 ? 25 : 16);
		CU_ASSERT_TRUE_FATAL(box_ask(&f.box, f.codec, CODEC_V2C, &question, &answer));
		(void)poll_answer(f.poll, &answer, f.now_ms);
	}
	CU_ASSERT_EQUAL(f.good, 2 * ROWS);
	fixture_fini(&f);
}

static void
a_box_that_chokes_on_one_object_loses_that_alone(void)
{
	char words[LEARNED_TEXT];
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	f.box.drops = COLUMN "9";
	for (int i = 0; i < 3; i++) {
		run_round(&f);
		CU_ASSERT_EQUAL(f.good, ROWS - 1);
		CU_ASSERT_EQUAL(f.last[9], -1);
	}
	CU_ASSERT_EQUAL(f.requests, 2); /* it was not the size */
	CU_ASSERT_STRING_EQUAL(learned_say(&f.memory.learned, words, sizeof(words)), "");
	fixture_fini(&f);
}

static void
a_box_that_chokes_on_many_objects_is_asked_for_fewer(void)
{
	char words[LEARNED_TEXT];
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	f.box.takes_max = 10;
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, ROWS);
	CU_ASSERT_STRING_EQUAL(learned_say(&f.memory.learned, words, sizeof(words)), "6 objects a request");
	run_round(&f);
	CU_ASSERT_EQUAL(f.good, ROWS);
	CU_ASSERT_EQUAL(f.requests, 7);
	fixture_fini(&f);
}

static void
devices_that_are_read_alike_share_plan_and_requests(void)
{
	static const struct poll_sink sink = { keep_reading, keep_unasked, keep_fault, keep_sweep };
	static const char *const communities[] = { "public", "public", "other" };
	struct session_question question[3];
	struct poll *polls[3];
	struct poll_box box = { 0 };
	struct fixture f;

	fixture_init(&f, CODEC_V2C);
	for (int i = 0; i < 3; i++) {
		char device[ROWS * 64] = "";
		for (unsigned k = 1; k <= ROWS; k++)
			snprintf(
			    device + strlen(device), sizeof(device) - strlen(device), COLUMN "%u|2|7\n", k);
		(void)testing_plan(&f.t, "p", device);
		polls[i] = poll_new(&f.plans, shared_plan_take(&f.plans, f.t.plan, CODEC_V2C, communities[i]),
		    &box, &sink, &f);
		f.t.plan = NULL;
		poll_begin(polls[i], 1, INTERVAL_MS, INTERVAL_MS);
		CU_ASSERT_TRUE(poll_next(polls[i]));
		poll_question(polls[i], &question[i]);
	}
	CU_ASSERT_EQUAL(f.plans.count, 2);
	CU_ASSERT_PTR_EQUAL(poll_plan(polls[0]), poll_plan(f.poll));
	CU_ASSERT_PTR_NOT_NULL(question[0].kept);
	CU_ASSERT_PTR_EQUAL(question[0].kept, question[1].kept);
	CU_ASSERT_PTR_NOT_EQUAL(question[0].kept, question[2].kept);
	for (int i = 0; i < 3; i++)
		poll_free(polls[i]);
	fixture_fini(&f);
}

static const struct claim claims[] = {
	CLAIM(alarms_are_told_when_they_change_and_all_of_them_when_asked_for),
	CLAIM(what_is_not_known_for_rounds_is_not_waited_for),
	CLAIM(the_rows_of_a_list_are_the_alarms_that_stand),
	CLAIM(a_group_is_asked_for_when_it_is_its_turn),
	CLAIM(a_rate_is_what_a_counter_grows_by_in_a_second),
	CLAIM(a_round_that_is_ended_goes_on_where_it_was),
	CLAIM(a_box_that_chokes_on_one_object_loses_that_alone),
	CLAIM(a_box_that_chokes_on_many_objects_is_asked_for_fewer),
	CLAIM(devices_that_are_read_alike_share_plan_and_requests),
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
