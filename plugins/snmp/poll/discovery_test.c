/* SPDX-License-Identifier: ISC */
/* Finding out what a box is, whatever its manners. */
#include "plugins/snmp/poll/discovery.h"

#include "plugins/snmp/poll/box_testing.h"
#include "plugins/snmp/profile/profile_testing.h"

static const char profile[] =
    "profile: p\nmatch: { sysObjectID: 1.3.6.1.4.1.99999 }\nbase: 1.3.6.1.4.1.99999\n"
    "sensors:\n"
    "  - { oid: .1.1.0, kind: battery.voltage, divide: 100 }\n"
    "  - { oid: .1.2.0, kind: battery.charge }\n"
    "  - { oid: .1.3.0, kind: genset.fuel }\n"
    "tables: [ { entry: .2, sensors: [ { column: 2, kind: rectifier.current } ] } ]\n";
static const char device[] = "1.3.6.1.2.1.1.1.0|4|a\1box\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7\n"
			     "1.3.6.1.4.1.99999.1.1.0|2|5347\n1.3.6.1.4.1.99999.1.3.0|2|40\n"
			     "1.3.6.1.4.1.99999.2.2.1|2|3\n1.3.6.1.4.1.99999.2.2.2|2|4\n"
			     "1.3.6.1.4.1.99999.2.3.1|2|0\n";
#define ALL "battery.voltage: genset.fuel: rectifier.current:1 rectifier.current:2 "

struct run {
	struct testing t;
	struct box box;
	struct codec *codec;
	struct learned learned;
	unsigned requests, requests_max;
	char sensors[256], reason[256], trouble[256], used[64], descr[64], id[64];
	int rc;
};

static void
run_init(struct run *run)
{
	*run = (struct run){ .codec = codec_new(), .requests_max = 100 };
	testing_init(&run->t);
	box_init(&run->box, device);
	CU_ASSERT_EQUAL(testing_load(&run->t, profile), 0);
}

static void
run_fini(struct run *run)
{
	box_fini(&run->box);
	testing_fini(&run->t);
	codec_free(run->codec);
}

/* Discovers the box from its first request to its plan, whose sensors are then in run->sensors. */
static void
discover(struct run *run, const char *name, enum codec_version version)
{
	struct session_question question;
	struct codec_answer answer;
	struct profile_plan *plan = NULL;

	CU_ASSERT_EQUAL(profiles_link(run->t.profiles, &run->t.faults), 0);
	struct discovery *d = discovery_new(run->t.profiles, name, version, &run->learned);
	run->requests = 0;
	for (; run->requests < run->requests_max && discovery_next(d, &question); run->requests++) {
		if (box_ask(&run->box, run->codec, version, &question, &answer))
			discovery_answer(d, &answer);
		else
			discovery_choked(d);
	}
	CU_ASSERT_TRUE(run->requests < run->requests_max);
	run->sensors[0] = run->reason[0] = '\0';
	run->rc = discovery_plan(d, &plan, run->reason, sizeof(run->reason));
	size_t at = 0;
	for (size_t i = 0; run->rc == 0 && i < plan->sensor_count && at < sizeof(run->sensors); i++)
		at += (size_t)snprintf(run->sensors + at, sizeof(run->sensors) - at, "%s:%s ",
		    plan->sensors[i].decode.kind->name, plan->sensors[i].instance);
	snprintf(run->trouble, sizeof(run->trouble), "%s", discovery_trouble(d));
	snprintf(run->used, sizeof(run->used), "%s", discovery_profile(d));
	discovery_attribute(d, DISCOVERY_OBJECT_ID, run->id, sizeof(run->id));
	discovery_attribute(d, DISCOVERY_DESCR, run->descr, sizeof(run->descr));
	profile_plan_free(plan);
	discovery_free(d);
}

static void
what_a_box_has_is_found_and_what_it_lacks_is_left_out(void)
{
	struct run run;

	run_init(&run);
	discover(&run, "auto", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, ALL);
	CU_ASSERT_STRING_EQUAL(run.used, "p");
	CU_ASSERT_STRING_EQUAL(discovery_attribute_name(0), "sys-object-id");
	CU_ASSERT_STRING_EQUAL(run.id, "1.3.6.1.4.1.99999.7");
	CU_ASSERT_STRING_EQUAL(run.descr, "a box");
	run_fini(&run);
}

static void
snmpv1_refuses_a_request_for_one_object_and_all_others_are_found(void)
{
	struct run run;

	run_init(&run);
	run.box.only = CODEC_V1;
	discover(&run, "auto", CODEC_V1);
	CU_ASSERT_STRING_EQUAL(run.sensors, ALL);
	run_fini(&run);
}

static void
a_box_that_can_say_little_at_once_says_all(void)
{
	struct run run;

	run_init(&run);
	for (run.box.varbinds_max = 1; run.box.varbinds_max < 4; run.box.varbinds_max++) {
		discover(&run, "auto", CODEC_V2C);
		CU_ASSERT_STRING_EQUAL(run.sensors, ALL);
	}
	run_fini(&run);
}

static void
one_object_that_it_will_not_say_costs_no_other(void)
{
	struct run run;

	run_init(&run);
	run.box.refused = "1.3.6.1.4.1.99999.1.1.0";
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, "genset.fuel: rectifier.current:1 rectifier.current:2 ");
	run.box.names_none = true;
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, "genset.fuel: rectifier.current:1 rectifier.current:2 ");
	run_fini(&run);
}

/* What is learned of a box with these manners, after all that it has was found. */
static void
check_lesson(void (*set)(struct box *box), const char *lesson)
{
	char words[LEARNED_TEXT];
	struct run run;

	run_init(&run);
	set(&run.box);
	discover(&run, "auto", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, ALL);
	CU_ASSERT_STRING_EQUAL(run.trouble, "");
	CU_ASSERT_STRING_EQUAL(learned_say(&run.learned, words, sizeof(words)), lesson);
	unsigned learning = run.requests;
	discover(&run, "auto", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, ALL);
	CU_ASSERT_TRUE(run.requests <= learning);
	run_fini(&run);
}

static void
set_no_bulk(struct box *box)
{
	box->bulk = BOX_BULK_DROPS;
}

static void
set_bulk_error(struct box *box)
{
	box->bulk = BOX_BULK_FAILS;
}

static void
set_few(struct box *box)
{
	box->repetitions_max = 6;
}

static void
set_swapped(struct box *box)
{
	box->is_swapped = true;
}

static void
set_twice(struct box *box)
{
	box->is_twice = true;
}

static void
a_box_that_chokes_on_getbulk_is_walked_as_it_can_be(void)
{
	check_lesson(set_no_bulk, "no GETBULK");
	check_lesson(set_bulk_error, "no GETBULK");
	check_lesson(set_few, "5 repetitions of a GETBULK");
}

static void
objects_that_come_twice_or_in_no_order_are_found(void)
{
	check_lesson(set_swapped, "walks without order");
	check_lesson(set_twice, "");
}

static void
a_question_that_is_never_answered_costs_no_other(void)
{
	struct run run;

	run_init(&run);
	run.box.drops = "1.3.6.1.4.1.99999.1.1.0";
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, "genset.fuel: rectifier.current:1 rectifier.current:2 ");
	run.box.drops = "1.3.6.1.4.1.99999.2.2";
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, "battery.voltage: genset.fuel: ");
	CU_ASSERT_STRING_EQUAL(run.trouble, "the walk of 1.3.6.1.4.1.99999.2.2 has no answer");
	run_fini(&run);
}

static void
a_walk_that_comes_back_ends(void)
{
	struct run run;

	run_init(&run);
	run.box.is_unordered = true;
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_EQUAL(run.rc, 0);
	CU_ASSERT_STRING_EQUAL(run.sensors, "battery.voltage: genset.fuel: rectifier.current:1 ");
	CU_ASSERT_STRING_EQUAL(run.trouble, "the walk of 1.3.6.1.4.1.99999.2.2 comes back to where it was");
	run_fini(&run);
}

static void
a_walk_that_never_ends_is_ended_by_name(void)
{
	struct run run;

	run_init(&run);
	run.box.is_endless = true;
	run.requests_max = 3000;
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_EQUAL(run.rc, 0);
	CU_ASSERT_STRING_EQUAL(run.trouble, "the walk of 1.3.6.1.4.1.99999.2.2 does not end");
	run_fini(&run);
}

static void
the_end_of_the_view_ends_a_walk(void)
{
	struct run run;

	run_init(&run);
	object_set_clear(run.box.objects);
	box_set(&run.box, "1.3.6.1.4.1.99999.2.2.9|2|3\n"); /* the last object of all */
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.sensors, "rectifier.current:9 ");
	discover(&run, "p", CODEC_V1);
	CU_ASSERT_STRING_EQUAL(run.sensors, "rectifier.current:9 ");
	run_fini(&run);
}

static void
without_a_plan_the_reason_is_said(void)
{
	struct run run;

	run_init(&run);
	discover(&run, "q", CODEC_V2C);
	CU_ASSERT_EQUAL(run.rc, -ENOENT);
	CU_ASSERT_STRING_EQUAL(run.reason, "there is no profile \"q\"");
	object_set_clear(run.box.objects);
	box_set(&run.box, "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.5\n");
	discover(&run, "auto", CODEC_V2C);
	CU_ASSERT_EQUAL(run.rc, -ENOENT);
	CU_ASSERT_STRING_EQUAL(run.reason, "no profile fits this device");
	discover(&run, "p", CODEC_V2C);
	CU_ASSERT_EQUAL(run.rc, -ENOENT);
	CU_ASSERT_STRING_EQUAL(run.reason, "profile p finds no sensor in this device");
	run.box.is_closed = true;
	discover(&run, "auto", CODEC_V2C);
	CU_ASSERT_STRING_EQUAL(run.reason, "no profile fits this device");
	run_fini(&run);
}

static const struct claim claims[] = {
	CLAIM(what_a_box_has_is_found_and_what_it_lacks_is_left_out),
	CLAIM(snmpv1_refuses_a_request_for_one_object_and_all_others_are_found),
	CLAIM(a_box_that_can_say_little_at_once_says_all),
	CLAIM(one_object_that_it_will_not_say_costs_no_other),
	CLAIM(a_walk_that_comes_back_ends),
	CLAIM(a_walk_that_never_ends_is_ended_by_name),
	CLAIM(a_box_that_chokes_on_getbulk_is_walked_as_it_can_be),
	CLAIM(objects_that_come_twice_or_in_no_order_are_found),
	CLAIM(a_question_that_is_never_answered_costs_no_other),
	CLAIM(the_end_of_the_view_ends_a_walk),
	CLAIM(without_a_plan_the_reason_is_said),
};

CLAIMS_MAIN("discovery", claims)
