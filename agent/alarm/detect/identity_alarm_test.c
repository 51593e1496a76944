/* SPDX-License-Identifier: ISC */
/* comms/identity-changed: one alarm for a swap, what ends it, both slots of one engine ID, and what a crash between ledger and list leaves. */
#include "agent/alarm/list/alarm_fixture.h"
#include "agent/model/identity.h"

#define HOLD_MS 10000

static const char type[] = "comms/identity-changed";

static void
tell(struct fixture *f, const char *site, const char *slot, const char *name, const char *value)
{
	CU_ASSERT_EQUAL(model_attribute(f->model, fixture_device(f, site, slot)->entity.number, name, value,
			    "plugin test"),
	    0);
}

static void
start(struct fixture *f)
{
	fixture_start(f);
	tell(f, "NIN-1", "power", "sys-object-id", "1.3.6.1.4.1.5");
	tell(f, "NIN-1", "power", "serial", "A1");
	tell(f, "NIN-1", "power", "engine-id", "80001f01");
}

static void
swap(struct fixture *f)
{
	tell(f, "NIN-1", "power", "engine-id", "80001f99");
	tell(f, "NIN-1", "power", "sys-object-id", "1.3.6.1.4.1.9");
	tell(f, "NIN-1", "power", "serial", "B7");
	fixture_step(f, HOLD_MS);
}

static const struct alarm *
standing(struct fixture *f, const char *site, const char *slot, const char *qualifier)
{
	return alarm_find(f->alarms, fixture_device(f, site, slot)->entity.number, type, qualifier);
}

static void
hold(struct fixture *f)
{
	fixture_import(f,
	    "sites:\n  - { id: NIN-1, name: Faziliya, kind: fixed, area: nineveh/east,\n"
	    "      devices: [ { id: power, driver: test, identity: hold }, { id: radio, driver: test } ] }\n",
	    false);
}

static void
a_swap_is_one_alarm_that_says_all_of_it(void)
{
	struct fixture f;

	start(&f);
	uint32_t sensor = fixture_sensor(&f, "NIN-1", "power", "battery.voltage", "");
	fixture_fault(&f, "power", "site/door-open", "", true, 0, NULL, 0);
	fixture_heard(&f);
	swap(&f);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "raise comms/identity-changed minor\n");
	const struct alarm *alarm = standing(&f, "NIN-1", "power", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_STRING_EQUAL(alarm->text,
	    "serial A1 -> B7, engine-id is another, sys-object-id 1.3.6.1.4.1.5 -> 1.3.6.1.4.1.9; "
	    "accepted by policy");
	/* The slot's own go on. */
	CU_ASSERT_EQUAL(fixture_sensor(&f, "NIN-1", "power", "battery.voltage", ""), sensor);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	fixture_stop(&f);
}

static void
an_acknowledgement_ends_what_policy_accepted(void)
{
	struct fixture f;

	start(&f);
	swap(&f);
	fixture_step(&f, 3000); /* the next is told at once again */
	fixture_heard(&f);
	f.is_done = false;
	CU_ASSERT_EQUAL(alarm_set_operator_state(f.alarms, standing(&f, "NIN-1", "power", "")->number,
			    OPERATOR_ACK, "uid 7", "planned", fixture_done, &f),
	    0);
	while (!f.is_done)
		loop_turn(f.loop, true);
	fixture_step(&f, 3000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "clear comms/identity-changed cleared\n");
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "power", ""));
	fixture_stop(&f);
}

static void
what_is_held_stands_until_it_is_accepted(void)
{
	struct fixture f;

	start(&f);
	hold(&f);
	swap(&f);
	const struct alarm *alarm = standing(&f, "NIN-1", "power", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_PTR_NOT_NULL(strstr(alarm->text, "held: `towerctl device accept`"));
	CU_ASSERT_EQUAL(alarm_set_operator_state(
			    f.alarms, alarm->number, OPERATOR_ACK, "uid 7", "seen", fixture_done, &f),
	    0);
	fixture_step(&f, 48 * 3600 * INT64_C(1000));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "NIN-1", "power", ""));
	CU_ASSERT_EQUAL(
	    identity_accept(f.model, fixture_device(&f, "NIN-1", "power"), "uid 7", fixture_done, &f), 0);
	fixture_step(&f, 0);
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "power", ""));
	fixture_stop(&f);
}

static void
the_old_box_clears_it(void)
{
	struct fixture f;

	start(&f);
	hold(&f);
	swap(&f);
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "NIN-1", "power", ""));
	tell(&f, "NIN-1", "power", "sys-object-id", "1.3.6.1.4.1.5");
	tell(&f, "NIN-1", "power", "serial", "A1");
	tell(&f, "NIN-1", "power", "engine-id", "80001f01");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "power", ""));
	fixture_stop(&f);
}

static void
devices_may_not_report_it_themselves(void)
{
	struct fixture f;

	start(&f);
	fixture_fault(&f, "power", type, "", true, 0, NULL, 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
one_engine_id_in_two_slots_is_one_alarm_that_names_both(void)
{
	struct fixture f;

	start(&f);
	fixture_heard(&f);
	tell(&f, "NIN-2", "power", "engine-id", "80001f01");
	fixture_step(&f, 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "raise comms/identity-changed minor\n");
	const struct alarm *alarm = standing(&f, "NIN-1", "power", "engine-id");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_STRING_EQUAL(alarm->text, "NIN-1/power and others have one engine-id");
	tell(&f, "NIN-2", "power", "engine-id", "80001f02");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "power", "engine-id"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "NIN-2", "power", ""));
	fixture_stop(&f);
}

static void
the_first_of_twins_hands_the_alarm_on(void)
{
	struct fixture f;

	start(&f);
	tell(&f, "NIN-2", "power", "engine-id", "80001f01");
	tell(&f, "NIN-1", "radio", "engine-id", "80001f01");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	tell(&f, "NIN-1", "power", "engine-id", "80001f03");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "power", "engine-id"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "NIN-1", "radio", "engine-id"));
	/* The slot that has it leaves the inventory. */
	fixture_import(&f,
	    "sites:\n  - { id: NIN-1, name: Faziliya, kind: fixed, area: nineveh/east,\n"
	    "      devices: [ { id: power, driver: test } ] }\n",
	    false);
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-2", "power", "engine-id"));
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1); /* power's own news */
	fixture_stop(&f);
}

static void
after_a_restart_the_list_is_as_the_ledger_says(void)
{
	struct fixture f;

	start(&f);
	swap(&f);
	tell(&f, "NIN-2", "power", "engine-id", "80001f99");
	fixture_step(&f, 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	uint64_t number = standing(&f, "NIN-1", "power", "")->number;
	/* As if a crash had kept the one side and lost the other. */
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, fixture_device(&f, "NIN-1", "radio")->entity.number, type, "",
			    0, "of a ledger that was never written", 0),
	    0);
	CU_ASSERT_EQUAL(alarm_clear(f.alarms, fixture_device(&f, "NIN-1", "power")->entity.number, type,
			    "engine-id", "its raise was never written", 0),
	    0);
	fixture_step(&f, 0);
	int64_t utc_ms = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc_ms);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	CU_ASSERT_EQUAL(standing(&f, "NIN-1", "power", "")->number, number);
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "NIN-1", "power", "engine-id"));
	CU_ASSERT_PTR_NULL(standing(&f, "NIN-1", "radio", ""));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_swap_is_one_alarm_that_says_all_of_it),
	CLAIM(an_acknowledgement_ends_what_policy_accepted),
	CLAIM(what_is_held_stands_until_it_is_accepted),
	CLAIM(the_old_box_clears_it),
	CLAIM(devices_may_not_report_it_themselves),
	CLAIM(one_engine_id_in_two_slots_is_one_alarm_that_names_both),
	CLAIM(the_first_of_twins_hands_the_alarm_on),
	CLAIM(after_a_restart_the_list_is_as_the_ledger_says),
};

CLAIMS_MAIN("identity alarm", claims)
