/* SPDX-License-Identifier: ISC */
/* Faults that devices report: what repeats and clears of nothing cost, what ends those that nobody takes back. */
#include "agent/alarm/list/alarm_fixture.h"

static const struct alarm *
standing(struct fixture *f, const char *type, const char *qualifier)
{
	return alarm_find(f->alarms, fixture_device(f, "NIN-1", "power")->entity.number, type, qualifier);
}

static void
raise_for(struct fixture *f, const char *type, const char *qualifier, int64_t expires_ms)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = fixture_device(f, "NIN-1", "power")->entity.number,
		.type = type,
		.qualifier = qualifier,
		.is_raised = true,
		.expires_ms = expires_ms };
	CU_ASSERT_EQUAL(model_fault(f->model, &fault), 0);
}

static void
sweep(struct fixture *f, int64_t since_ms)
{
	CU_ASSERT_EQUAL(
	    model_fault_sweep(f->model, fixture_device(f, "NIN-1", "power")->entity.number, since_ms), 0);
}

static void
restart(struct fixture *f)
{
	int64_t utc_ms = loop_utc_ms(f->loop);

	fixture_close(f);
	fixture_open(f, utc_ms);
}

static void
repeats_and_clears_of_nothing_leave_no_record(void)
{
	struct fixture f;

	fixture_start(&f);
	fixture_fault(&f, "power", "site/door-open", "", true, 0, "door 1", 0);
	fixture_heard(&f);
	uint64_t newest = store_newest(f.store);
	for (int i = 0; i < 5000; i++) {
		fixture_fault(&f, "power", "site/door-open", "", true, 0, "door 1", 0);
		fixture_fault(&f, "power", "env/smoke", "", false, 0, NULL, 0);
	}
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	CU_ASSERT_EQUAL(store_newest(f.store), newest);
	fixture_stop(&f);
}

static void
a_sweep_ends_what_was_not_told_since(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "old", 0);
	raise_for(&f, "site/door-open", "again", 0);
	raise_for(&f, "site/door-open", "trap", 3600000);
	fixture_fault(&f, "radio", "site/door-open", "", true, 0, NULL, 0);
	fixture_step(&f, 10000);
	int64_t since_ms = loop_now_ms(f.loop);
	raise_for(&f, "site/door-open", "again", 0);
	raise_for(&f, "site/door-open", "new", 0);
	sweep(&f, since_ms);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", "old"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "again"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "new"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "trap"));
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 4); /* the radio's too */
	CU_ASSERT_EQUAL(model_fault_sweep(f.model, 1, 0), -ENOENT);
	fixture_stop(&f);
}

static void
a_sweep_leaves_what_the_agent_itself_found_and_what_people_said(void)
{
	struct fixture f;
	uint32_t number;

	fixture_start(&f);
	number = fixture_device(&f, "NIN-1", "power")->entity.number;
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, number, "comms/data-stale", "", 0, NULL, 0), 0);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, number, "site/damaged", "", 0, NULL, 0), 0);
	sweep(&f, INT64_MAX);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	fixture_stop(&f);
}

static void
what_stood_before_a_restart_is_swept_unless_told_again(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "gone", 0);
	raise_for(&f, "site/door-open", "stays", 0);
	fixture_step(&f, 10000);
	restart(&f);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
	raise_for(&f, "site/door-open", "stays", 0);
	sweep(&f, 0);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", "gone"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "stays"));
	fixture_stop(&f);
}

static void
a_fault_with_an_expiry_ends_by_itself_unless_told_again(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "once", 60000);
	raise_for(&f, "site/door-open", "twice", 60000);
	raise_for(&f, "env/smoke", "", 0);
	fixture_step(&f, 40000);
	raise_for(&f, "site/door-open", "twice", 60000);
	fixture_step(&f, 20000);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", "once"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "twice"));
	fixture_step(&f, 39999);
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", "twice"));
	fixture_step(&f, 1);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", "twice"));
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "env/smoke", ""));
	fixture_stop(&f);
}

static void
an_expiry_starts_anew_with_the_agent(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "", 60000);
	fixture_step(&f, 50000);
	restart(&f);
	fixture_step(&f, 59000);
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", ""));
	fixture_step(&f, 1000);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", ""));
	fixture_stop(&f);
}

static void
a_fault_that_is_told_without_an_expiry_stands(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "", 60000); /* a trap */
	raise_for(&f, "site/door-open", "", 0);     /* the poll sees it too, and will see its end */
	fixture_step(&f, 100000);
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", ""));
	fixture_stop(&f);
}

static void
hint(struct fixture *f, const char *type)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = fixture_device(f, "NIN-1", "power")->entity.number,
		.type = type,
		.qualifier = "",
		.is_raised = true,
		.is_hint = true };
	(void)model_fault(f->model, &fault);
}

static void
what_a_notification_says_is_held_true_and_told_when_a_reading_confirms_it(void)
{
	struct fixture f;

	fixture_start(&f);
	hint(&f, "site/door-open");
	CU_ASSERT_PTR_NOT_NULL(standing(&f, "site/door-open", ""));
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!raise site/door-open warning\n");
	raise_for(&f, "site/door-open", "", 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell site/door-open warning\n");
	fixture_step(&f, 60000);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "");
	fixture_stop(&f);
}

static void
what_the_reading_refutes_is_never_told(void)
{
	struct fixture f;

	fixture_start(&f);
	hint(&f, "site/door-open");
	fixture_step(&f, 100);
	fixture_fault(&f, "power", "site/door-open", "", false, 0, NULL, 0);
	fixture_step(&f, 60000);
	CU_ASSERT_STRING_EQUAL(
	    fixture_heard(&f), "!raise site/door-open warning\n!clear site/door-open cleared\n");
	fixture_stop(&f);
}

static void
what_no_reading_confirms_is_told_when_the_wait_is_over_and_what_is_about_safety_at_once(void)
{
	struct fixture f;

	fixture_start(&f);
	hint(&f, "env/smoke");
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "raise env/smoke major\n");
	hint(&f, "site/door-open");
	fixture_step(&f, 9999);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!raise site/door-open warning\n");
	fixture_step(&f, 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "tell site/door-open warning\n");
	fixture_stop(&f);
}

static void
another_driver_ends_what_the_one_before_it_heard(void)
{
	struct fixture f;

	fixture_start(&f);
	raise_for(&f, "site/door-open", "", 0);
	fixture_import(&f,
	    "sites:\n  - { id: NIN-1, name: Faziliya, kind: fixed, area: nineveh/east,\n"
	    "      devices: [ { id: power, driver: other }, { id: radio, driver: test } ] }\n",
	    false);
	CU_ASSERT_PTR_NULL(standing(&f, "site/door-open", ""));
	fixture_stop(&f);
}

static void
a_site_on_its_reserve_says_so_to_who_paces_its_devices(void)
{
	struct fixture f;

	fixture_start(&f);
	const struct device *radio = fixture_device(&f, "NIN-1", "radio");
	CU_ASSERT_FALSE(model_pace(radio).is_on_battery);
	raise_for(&f, "power/mains-failure", "", 0);
	raise_for(&f, "battery/discharging", "", 0);
	CU_ASSERT(model_pace(radio).is_on_battery);
	restart(&f);
	radio = fixture_device(&f, "NIN-1", "radio");
	CU_ASSERT(model_pace(radio).is_on_battery);
	fixture_fault(&f, "power", "power/mains-failure", "", false, 0, NULL, 0);
	CU_ASSERT(model_pace(radio).is_on_battery);
	fixture_fault(&f, "power", "battery/discharging", "", false, 0, NULL, 0);
	CU_ASSERT_FALSE(model_pace(radio).is_on_battery);
	CU_ASSERT_FALSE(model_pace(fixture_device(&f, "NIN-2", "power")).is_on_battery);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(repeats_and_clears_of_nothing_leave_no_record),
	CLAIM(a_sweep_ends_what_was_not_told_since),
	CLAIM(a_sweep_leaves_what_the_agent_itself_found_and_what_people_said),
	CLAIM(what_stood_before_a_restart_is_swept_unless_told_again),
	CLAIM(a_fault_with_an_expiry_ends_by_itself_unless_told_again),
	CLAIM(an_expiry_starts_anew_with_the_agent),
	CLAIM(a_fault_that_is_told_without_an_expiry_stands),
	CLAIM(what_a_notification_says_is_held_true_and_told_when_a_reading_confirms_it),
	CLAIM(what_the_reading_refutes_is_never_told),
	CLAIM(what_no_reading_confirms_is_told_when_the_wait_is_over_and_what_is_about_safety_at_once),
	CLAIM(another_driver_ends_what_the_one_before_it_heard),
	CLAIM(a_site_on_its_reserve_says_so_to_who_paces_its_devices),
};

CLAIMS_MAIN("fault", claims)
