/* SPDX-License-Identifier: ISC */
/* The ledger of a slot: what is learned, what is news, who accepts it, what a restart knows of it, and who calls himself as another does. */
#include "agent/model/identity.h"

#include <errno.h>

#include "agent/model/model_fixture.h"

#define HOLD_MS 10000 /* what belongs together is told within */

static const char city[] =
    "sites:\n"
    "  - { id: A, area: x, devices: [{ id: power, driver: d, address: '10.0.0.1' },\n"
    "      { id: held, driver: d, address: '10.0.0.2', identity: hold }] }\n"
    "  - { id: B, area: y, devices: [{ id: power, driver: d, address: '10.0.1.1' }] }\n"
    "  - { id: C, devices: [{ id: power, driver: d, address: '10.0.2.1' }] }\n";

static char events[2048]; /* "power news", "power ended: why", "twins engine-id A/power B/power" */

static void
on_identity(void *arg, struct device *device, const char *ended)
{
	size_t len = strlen(events);
	(void)arg;
	snprintf(events + len, sizeof(events) - len, "%s %s%s\n", device->slot,
	    ended == NULL ? "news" : "ended: ", ended == NULL ? "" : ended);
}

static void
on_twins(void *arg, const struct identity_twins *twins)
{
	size_t len = strlen(events);
	(void)arg;
	if (twins->count < 2)
		return;
	len += (size_t)snprintf(
	    events + len, sizeof(events) - len, "twins %s", identity_field_names[twins->field]);
	for (size_t i = 0; i < twins->count; i++)
		len += (size_t)snprintf(events + len, sizeof(events) - len, " %s/%s",
		    twins->devices[i]->site->id, twins->devices[i]->slot);
	if (twins->left != NULL)
		len += (size_t)snprintf(
		    events + len, sizeof(events) - len, " without %s", twins->left->site->id);
	snprintf(events + len, sizeof(events) - len, "%s\n", twins->more ? " …" : "");
}

static const char *
heard(void)
{
	static char text[sizeof(events)];
	memcpy(text, events, sizeof(text));
	events[0] = '\0';
	return text;
}

static void
listen(struct fixture *f)
{
	const struct model_listener listener = { .identity = on_identity, .twins = on_twins };
	CU_ASSERT_EQUAL_FATAL(model_listen(f->model, &listener), 0);
	events[0] = '\0';
}

static struct device *
device_at(struct fixture *f, const char *site, const char *slot)
{
	struct device *device = model_device_at(model_site(f->model, site), slot);
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	return device;
}

static void
tell(struct fixture *f, const char *site, const char *slot, const char *object, const char *serial,
    const char *engine)
{
	const char *const texts[] = { object, serial, engine };
	for (int i = 0; i < IDENTITY_OWN; i++)
		if (texts[i] != NULL)
			CU_ASSERT_EQUAL(model_attribute(f->model, device_at(f, site, slot)->entity.number,
					    identity_field_names[i], texts[i], "plugin d"),
			    0);
}

static void
start(struct fixture *f, bool has_store)
{
	fixture_start(f, has_store);
	CU_ASSERT_EQUAL_FATAL(fixture_import(f, "sites.yaml", city, false, NULL), 0);
	listen(f);
	tell(f, "A", "power", "1.3.6.1.4.1.5", "A1", "80001f01");
	tell(f, "A", "held", "1.3.6.1.4.1.5", "A2", "80001f02");
	loop_step(f->loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "");
}

static void
restart(struct fixture *f)
{
	loop_step(f->loop, 0);
	fixture_close(f);
	fixture_open(f);
	listen(f);
}

static const struct identity_box *
last_of(struct fixture *f, const char *slot)
{
	size_t count;
	const struct identity_box *boxes = identity_boxes(device_at(f, "A", slot), &count);
	CU_ASSERT_FATAL(count > 0);
	return &boxes[count - 1];
}

static const char *
news_of(struct fixture *f, const char *slot)
{
	static char text[256];
	return identity_news_text(device_at(f, "A", slot), text, sizeof(text));
}

static void
accept_now(struct fixture *f, const char *slot)
{
	f->is_done = false;
	CU_ASSERT_EQUAL_FATAL(
	    identity_accept(f->model, device_at(f, "A", slot), "uid 7", fixture_done, f), 0);
	fixture_wait(f);
	CU_ASSERT_EQUAL(f->done_rc, 0);
}

static void
what_a_device_tells_first_is_learned_and_no_news(void)
{
	struct fixture f;
	size_t count;
	start(&f, false);
	CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->fields[IDENTITY_SERIAL], "A1");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->fields[IDENTITY_ADDRESS], "10.0.0.1");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->by, "first");
	identity_boxes(device_at(&f, "A", "power"), &count);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_PTR_NULL(identity_news(device_at(&f, "A", "power")));
	CU_ASSERT_PTR_NULL(identity_boxes(device_at(&f, "C", "power"), &count));
	fixture_stop(&f);
}

static void
each_change_is_news_of_what_it_was_and_is(void)
{
	static const struct {
		const char *object, *serial, *engine, *news;
	} cases[] = {
		{ NULL, "B7", NULL, "serial A1 -> B7" },
		{ NULL, NULL, "80001f99", "engine-id is another" },
		{ "1.3.6.1.4.1.9", "A1", "80001f01", "sys-object-id 1.3.6.1.4.1.5 -> 1.3.6.1.4.1.9" },
		{ "1.3.6.1.4.1.9", "B7", "80001f99",
		    "serial A1 -> B7, engine-id is another, sys-object-id 1.3.6.1.4.1.5 -> "
		    "1.3.6.1.4.1.9" },
		/* another make that tells no serial number has none, whatever stood there before */
		{ "1.3.6.1.4.1.9", NULL, NULL,
		    "serial A1 -> none, engine-id is gone, sys-object-id 1.3.6.1.4.1.5 -> "
		    "1.3.6.1.4.1.9" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		start(&f, false);
		loop_step(f.loop, 3600000);
		tell(&f, "A", "power", cases[i].object, cases[i].serial, cases[i].engine);
		loop_step(f.loop, HOLD_MS - 1);
		CU_ASSERT_STRING_EQUAL(heard(), "");
		loop_step(f.loop, 1);
		CU_ASSERT_STRING_EQUAL(heard(), "power news\n");
		CU_ASSERT_STRING_EQUAL(news_of(&f, "power"), cases[i].news);
		CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->by, "policy");
		CU_ASSERT_EQUAL(last_of(&f, "power")->number, 2);
		fixture_stop(&f);
	}
}

static void
a_swap_that_is_told_bit_by_bit_is_news_once(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "power", NULL, NULL, "80001f99");
	loop_step(f.loop, 6000);
	tell(&f, "A", "power", "1.3.6.1.4.1.9", NULL, NULL);
	loop_step(f.loop, 6000);
	tell(&f, "A", "power", NULL, "B7", NULL);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "power news\n");
	CU_ASSERT_EQUAL(last_of(&f, "power")->number, 2);
	fixture_stop(&f);
}

static void
a_device_that_never_rests_is_news_within_a_minute(void)
{
	struct fixture f;
	start(&f, false);
	for (int i = 0; i < 13; i++) {
		char serial[16];
		snprintf(serial, sizeof(serial), "R%d", i);
		tell(&f, "A", "power", NULL, serial, NULL);
		loop_step(f.loop, 5000);
	}
	CU_ASSERT_STRING_EQUAL(heard(), "power news\n");
	fixture_stop(&f);
}

static void
what_comes_back_while_it_is_gathered_is_no_news(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "power", NULL, "B7", NULL);
	loop_step(f.loop, 5000);
	tell(&f, "A", "power", NULL, "A1", NULL);
	loop_step(f.loop, HOLD_MS);
	tell(&f, "A", "power", NULL, "", NULL);
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	CU_ASSERT_EQUAL(last_of(&f, "power")->number, 1);
	fixture_stop(&f);
}

static void
the_attributes_of_another_make_do_not_stay(void)
{
	struct fixture f;
	start(&f, false);
	uint32_t number = device_at(&f, "A", "power")->entity.number;
	model_attribute(f.model, number, "model", "Old 48", "plugin d");
	model_attribute(f.model, number, "manufacturer", "Oldco", "plugin d");
	loop_step(f.loop, 3600000);
	tell(&f, "A", "power", "1.3.6.1.4.1.9", NULL, NULL);
	model_attribute(f.model, number, "manufacturer", "Newco", "plugin d");
	loop_step(f.loop, HOLD_MS);
	const char *json = fixture_json(&f, "entPhysicalTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NULL(strstr(json, "Old 48"));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "Newco"));
	CU_ASSERT_PTR_NULL(strstr(json, "\"A1\""));
	fixture_stop(&f);
}

static void
what_policy_accepted_is_news_for_a_day_or_until_it_was_seen(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "power", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	heard();
	loop_step(f.loop, 24 * 3600 * INT64_C(1000) - 1);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	loop_step(f.loop, 1);
	CU_ASSERT_STRING_EQUAL(heard(), "power ended: accepted, and seen for as long as it is news\n");
	tell(&f, "A", "power", NULL, "C3", NULL);
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(news_of(&f, "power"), "serial B7 -> C3");
	heard();
	identity_seen(f.model, device_at(&f, "A", "power"));
	CU_ASSERT_STRING_EQUAL(heard(), "power ended: accepted, and seen\n");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->by, "policy");
	fixture_stop(&f);
}

static void
what_is_held_waits_for_a_person(void)
{
	struct fixture f;
	start(&f, true);
	tell(&f, "A", "held", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "held news\n");
	CU_ASSERT(identity_is_held(device_at(&f, "A", "held")));
	identity_seen(f.model, device_at(&f, "A", "held"));
	loop_step(f.loop, 48 * 3600 * INT64_C(1000));
	CU_ASSERT_STRING_EQUAL(heard(), "");
	const char *json = fixture_json(&f, "towerdIdentityTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"proposed\""));
	accept_now(&f, "held");
	CU_ASSERT_STRING_EQUAL(heard(), "held ended: accepted by uid 7\n");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "held")->by, "uid 7");
	CU_ASSERT_EQUAL(
	    identity_accept(f.model, device_at(&f, "A", "held"), "uid 7", fixture_done, &f), -EALREADY);
	restart(&f);
	CU_ASSERT_STRING_EQUAL(last_of(&f, "held")->by, "uid 7");
	CU_ASSERT_PTR_NULL(identity_news(device_at(&f, "A", "held")));
	fixture_stop(&f);
}

static void
the_old_box_ends_the_news(void)
{
	static const char *const slots[] = { "power", "held" };
	for (int i = 0; i < 2; i++) {
		struct fixture f;
		char ended[128];
		start(&f, false);
		const char *old = i == 0 ? "A1" : "A2";
		tell(&f, "A", slots[i], NULL, "B7", NULL);
		loop_step(f.loop, HOLD_MS);
		heard();
		tell(&f, "A", slots[i], NULL, old, NULL);
		loop_step(f.loop, HOLD_MS);
		snprintf(ended, sizeof(ended), "%s ended: the box from before is back\n", slots[i]);
		CU_ASSERT_STRING_EQUAL(heard(), ended);
		CU_ASSERT_PTR_NULL(identity_news(device_at(&f, "A", slots[i])));
		CU_ASSERT_EQUAL(last_of(&f, slots[i])->number, 3);
		fixture_stop(&f);
	}
}

static void
a_third_box_is_news_against_the_first(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "held", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	tell(&f, "A", "held", NULL, "C3", NULL);
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(news_of(&f, "held"), "serial A2 -> C3");
	CU_ASSERT_STRING_EQUAL(heard(), "held news\nheld news\n");
	fixture_stop(&f);
}

static void
another_address_is_noted_and_no_news(void)
{
	static const char moved[] =
	    "sites:\n  - { id: A, area: x, devices: [{ id: power, driver: d, address: '10.9.9.9' },\n"
	    "      { id: held, driver: d, address: '10.0.0.2', identity: hold }] }\n";
	struct fixture f;
	start(&f, true);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", moved, false, NULL), 0);
	tell(&f, "A", "power", "1.3.6.1.4.1.5", "A1", "80001f01");
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(last_of(&f, "power")->number, 2);
		CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->fields[IDENTITY_ADDRESS], "10.9.9.9");
		CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->fields[IDENTITY_SERIAL], "A1");
		CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->by, "inventory");
		restart(&f);
	}
	fixture_stop(&f);
}

static void
news_of_a_slot_that_comes_back_is_news_again(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "held", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	heard();
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", "sites: [{ id: A }]", false, NULL), 0);
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", city, false, NULL), 0);
	CU_ASSERT_STRING_EQUAL(heard(), "held news\n");
	CU_ASSERT_STRING_EQUAL(news_of(&f, "held"), "serial A2 -> B7");
	fixture_stop(&f);
}

static void
a_restart_knows_the_ledger_and_hears_a_change_that_it_slept_through(void)
{
	struct fixture f;
	start(&f, true);
	tell(&f, "A", "power", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	tell(&f, "A", "held", NULL, "B8", NULL); /* told, and not gathered when the agent ends */
	restart(&f);
	CU_ASSERT_STRING_EQUAL(news_of(&f, "power"), "serial A1 -> B7");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "power")->by, "policy");
	CU_ASSERT_STRING_EQUAL(last_of(&f, "held")->fields[IDENTITY_SERIAL], "A2");
	tell(&f, "A", "power", "1.3.6.1.4.1.5", "B7", "80001f01");
	tell(&f, "A", "held", "1.3.6.1.4.1.5", "B8", "80001f02");
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "held news\n");
	loop_step(f.loop, 24 * 3600 * INT64_C(1000));
	CU_ASSERT_STRING_EQUAL(heard(), "power ended: accepted, and seen for as long as it is news\n");
	fixture_stop(&f);
}

static void
what_was_held_is_accepted_when_the_inventory_says_so(void)
{
	static const char open[] =
	    "sites:\n  - { id: A, area: x, devices: [{ id: power, driver: d, address: '10.0.0.1' },\n"
	    "      { id: held, driver: d, address: '10.0.0.2' }] }\n";
	struct fixture f;
	start(&f, false);
	tell(&f, "A", "held", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	heard();
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", open, false, NULL), 0);
	loop_step(f.loop, 1);
	CU_ASSERT_STRING_EQUAL(heard(), "held news\n");
	CU_ASSERT_FALSE(identity_is_held(device_at(&f, "A", "held")));
	loop_step(f.loop, 24 * 3600 * INT64_C(1000));
	CU_ASSERT_STRING_EQUAL(heard(), "held ended: accepted, and seen for as long as it is news\n");
	fixture_stop(&f);
}

static void
the_ledger_is_bounded_and_keeps_what_news_is_against(void)
{
	struct fixture f;
	size_t count;
	start(&f, true);
	for (int i = 0; i < 40; i++) {
		char serial[16];
		snprintf(serial, sizeof(serial), "R%d", i);
		tell(&f, "A", "held", NULL, serial, NULL);
		loop_step(f.loop, HOLD_MS);
	}
	for (int i = 0; i < 2; i++) {
		identity_boxes(device_at(&f, "A", "held"), &count);
		CU_ASSERT_EQUAL(count, IDENTITY_BOXES);
		CU_ASSERT_EQUAL(last_of(&f, "held")->number, 41);
		CU_ASSERT_STRING_EQUAL(news_of(&f, "held"), "serial A2 -> R39");
		restart(&f);
	}
	fixture_stop(&f);
}

static void
one_engine_id_in_two_slots_is_told_with_both(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "B", "power", "1.3.6.1.4.1.7", "A1", "80001f01");
	CU_ASSERT_STRING_EQUAL(heard(), "twins engine-id A/power B/power\n");
	tell(&f, "C", "power", "1.3.6.1.4.1.7", "X", "80001f01");
	CU_ASSERT_STRING_EQUAL(heard(), "twins engine-id A/power B/power C/power\n");
	tell(&f, "A", "power", NULL, NULL, "80001f55");
	loop_step(f.loop, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(heard(), "twins engine-id B/power C/power without A\npower news\n");
	CU_ASSERT_EQUAL(
	    fixture_import(&f, "sites.yaml", "sites: [{ id: A }, { id: B, devices: [] }]", false, NULL), 0);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	struct identity_twins twins;
	identity_twins(f.model, device_at(&f, "C", "power"), IDENTITY_ENGINE_ID, &twins);
	CU_ASSERT_EQUAL(twins.count, 1);
	fixture_stop(&f);
}

static void
one_serial_number_counts_within_one_make_alone(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "B", "power", "1.3.6.1.4.1.7", "A1", NULL);
	CU_ASSERT_STRING_EQUAL(heard(), "");
	tell(&f, "C", "power", "1.3.6.1.4.1.5", "A1", NULL);
	CU_ASSERT_STRING_EQUAL(heard(), "twins serial A/power C/power\n");
	/* A copy in all is told once. */
	tell(&f, "C", "power", NULL, NULL, "80001f01");
	CU_ASSERT_PTR_NOT_NULL(strstr(heard(), "twins engine-id A/power C/power\n"));
	struct identity_twins twins;
	identity_twins(f.model, device_at(&f, "A", "power"), IDENTITY_SERIAL, &twins);
	CU_ASSERT_EQUAL(twins.count, 1);
	fixture_stop(&f);
}

static void
slots_at_one_address_are_one_box(void)
{
	static const char shared[] =
	    "sites:\n  - { id: A, devices: [{ id: power, driver: d, address: '10.0.0.1' },\n"
	    "      { id: env, driver: d, address: '10.0.0.1' }] }\n";
	struct fixture f;
	start(&f, false);
	CU_ASSERT_EQUAL(fixture_import(&f, "sites.yaml", shared, false, NULL), 0);
	heard();
	tell(&f, "A", "env", "1.3.6.1.4.1.5", "A1", "80001f01");
	CU_ASSERT_STRING_EQUAL(heard(), "");
	fixture_stop(&f);
}

static void
many_with_one_engine_id_cost_no_more_each(void)
{
	static char text[65536];
	struct fixture f;
	size_t len = (size_t)snprintf(text, sizeof(text), "sites:\n");
	for (int i = 0; i < 500; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "  - { id: S%d, devices: [{ id: p, driver: d, address: '10.1.%d.%d' }] }\n", i, i / 250,
		    i % 250);
	fixture_start(&f, false);
	CU_ASSERT_EQUAL_FATAL(fixture_import(&f, "sites.yaml", text, false, NULL), 0);
	listen(&f);
	for (int i = 0; i < 500; i++) {
		char id[8];
		snprintf(id, sizeof(id), "S%d", i);
		events[0] = '\0';
		tell(&f, id, "p", NULL, NULL, "80001f01");
	}
	CU_ASSERT_STRING_EQUAL(heard(), "twins engine-id S0/p S1/p S2/p S3/p …\n");
	fixture_stop(&f);
}

static void
the_table_is_in_the_order_of_slots_within_a_scope(void)
{
	struct fixture f;
	start(&f, false);
	tell(&f, "B", "power", "1.3.6.1.4.1.7", "Z9", NULL);
	tell(&f, "A", "held", NULL, "B7", NULL);
	loop_step(f.loop, HOLD_MS);
	const char *json = fixture_json(&f, "towerdIdentityTable", scopes_all(f.scopes));
	const char *a1 = strstr(json, "\"A1\""), *a2 = strstr(json, "\"A2\""), *b7 = strstr(json, "\"B7\""),
		   *z9 = strstr(json, "\"Z9\"");
	CU_ASSERT_FATAL(a1 != NULL && a2 != NULL && b7 != NULL && z9 != NULL);
	CU_ASSERT(a1 < a2 && a2 < b7 && b7 < z9);
	json =
	    fixture_json(&f, "towerdIdentityTable", fixture_scope(&f, "y", ROLE_READ, LOCATION_NEVER, NULL));
	CU_ASSERT_PTR_NULL(strstr(json, "\"A1\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"Z9\""));
	CU_ASSERT_PTR_NULL(strstr(json, "10.0.1.1")); /* for those who operate */
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(what_a_device_tells_first_is_learned_and_no_news),
	CLAIM(each_change_is_news_of_what_it_was_and_is),
	CLAIM(a_swap_that_is_told_bit_by_bit_is_news_once),
	CLAIM(a_device_that_never_rests_is_news_within_a_minute),
	CLAIM(what_comes_back_while_it_is_gathered_is_no_news),
	CLAIM(the_attributes_of_another_make_do_not_stay),
	CLAIM(what_policy_accepted_is_news_for_a_day_or_until_it_was_seen),
	CLAIM(what_is_held_waits_for_a_person),
	CLAIM(the_old_box_ends_the_news),
	CLAIM(a_third_box_is_news_against_the_first),
	CLAIM(another_address_is_noted_and_no_news),
	CLAIM(news_of_a_slot_that_comes_back_is_news_again),
	CLAIM(a_restart_knows_the_ledger_and_hears_a_change_that_it_slept_through),
	CLAIM(what_was_held_is_accepted_when_the_inventory_says_so),
	CLAIM(the_ledger_is_bounded_and_keeps_what_news_is_against),
	CLAIM(one_engine_id_in_two_slots_is_told_with_both),
	CLAIM(one_serial_number_counts_within_one_make_alone),
	CLAIM(slots_at_one_address_are_one_box),
	CLAIM(many_with_one_engine_id_cost_no_more_each),
	CLAIM(the_table_is_in_the_order_of_slots_within_a_scope),
};

CLAIMS_MAIN("identity", claims)
