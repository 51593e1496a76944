/* SPDX-License-Identifier: ISC */
/* One announcement for one cause, in whatever order it and its consequences are seen. */
#include "agent/alarm/list/alarm_fixture.h"

#define HOLD_MS 30000

static struct fixture f;

static const char sites[] =
    "sites:\n"
    "  - { id: HUB, kind: fixed, area: n/e, devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: HUB-2, kind: fixed, area: n/e, devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: MID, kind: fixed, area: n/e, depends-on: [ [HUB] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: A, kind: fixed, area: n/e, depends-on: [ [MID] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: B, kind: fixed, area: n/e, depends-on: [ [HUB] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: E, kind: fixed, area: n/e, depends-on: [ [HUB] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: C, kind: fixed, area: n/e, depends-on: [ [HUB], [HUB-2] ], devices: [ { id: tx, driver: test "
    "} ] }\n"
    "  - { id: R1, kind: fixed, area: n/e, depends-on: [ [R2] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: R2, kind: fixed, area: n/e, depends-on: [ [R3] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: R3, kind: fixed, area: n/e, depends-on: [ [R1] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: MUTE, kind: fixed, area: n/e }\n"
    "  - { id: M1, kind: fixed, area: n/e, depends-on: [ [MUTE] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: M2, kind: fixed, area: n/e, depends-on: [ [MUTE] ], devices: [ { id: tx, driver: test } ] }\n"
    "  - { id: M3, kind: fixed, area: n/e, depends-on: [ [MUTE] ], devices: [ { id: tx, driver: test } ] }\n";
static const char *const names[] = { "HUB", "HUB-2", "MID", "A", "B", "C", "E", "R1", "R2", "R3", "M1", "M2",
	"M3" };

static void
silent(const char *site)
{
	fixture_presence(&f, site, "tx", TOWERD_PRESENCE_UNREACHABLE);
}

static void
answers(const char *site)
{
	fixture_presence(&f, site, "tx", TOWERD_PRESENCE_REACHABLE);
}

static void
begin(void)
{
	fixture_start(&f);
	fixture_import(&f, sites, false);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		answers(names[i]);
	fixture_step(&f, 10);
	f.told[0] = '\0';
}

static const struct alarm *
down(const char *site)
{
	return alarm_find(f.alarms, model_site(f.model, site)->entity.number, "comms/site-unreachable", "");
}

/* Announcements since the last call, counted: "raise 1 clear 2". What was told later counts as what it told. */
static const char *
told(void)
{
	static char text[64];
	unsigned raises = 0, clears = 0;

	for (const char *line = fixture_heard(&f), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (line[0] == '!')
			continue;
		bool is_clear = memcmp(end - strlen("cleared"), "cleared", strlen("cleared")) == 0;
		raises += !is_clear;
		clears += is_clear;
	}
	snprintf(text, sizeof(text), "raise %u clear %u", raises, clears);
	return text;
}

static void
each_order(const char *const *which, unsigned count, void (*fn)(const char *const *order))
{
	const char *order[8];
	unsigned permutations = 1;

	for (unsigned i = 2; i <= count; i++)
		permutations *= i;
	for (unsigned p = 0; p < permutations; p++) {
		unsigned rest = p;
		memcpy(order, which, count * sizeof(*which));
		for (unsigned i = count; i > 1; i--) {
			unsigned j = rest % i;
			const char *swap = order[i - 1];
			order[i - 1] = order[j];
			order[j] = swap;
			rest /= i;
		}
		fn(order);
	}
}

/* Five fall silent, a few seconds apart; then they come back in the same order. */
static void
five_fall_and_rise(const char *const *order)
{
	for (int i = 0; i < 5; i++) {
		silent(order[i]);
		fixture_step(&f, 3000);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	CU_ASSERT_EQUAL(down("HUB")->stand, STAND_FREE);
	CU_ASSERT_EQUAL(down("HUB")->consequences, 4);
	CU_ASSERT_EQUAL(down("A")->cause, down("MID")->number);
	CU_ASSERT_EQUAL(down("MID")->cause, down("HUB")->number);
	CU_ASSERT_EQUAL(down("MID")->consequences, 1);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 5);
	for (int i = 0; i < 5; i++) {
		answers(order[i]);
		fixture_step(&f, 2000);
	}
	fixture_step(&f, 3 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
}

static void
a_hub_and_all_below_it_are_one_announcement_in_each_of_120_orders(void)
{
	static const char *const five[] = { "HUB", "MID", "A", "B", "E" };

	begin();
	each_order(five, 5, five_fall_and_rise);
	fixture_stop(&f);
}

static void
a_ring_is_one_announcement_in_each_order(const char *const *order)
{
	for (int i = 0; i < 3; i++) {
		silent(order[i]);
		fixture_step(&f, 3000);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	CU_ASSERT_EQUAL(down(order[0])->stand, STAND_FREE); /* the first */
	CU_ASSERT_EQUAL(down(order[0])->consequences, 2);
	for (int i = 0; i < 3; i++) {
		answers(order[i]);
		fixture_step(&f, 2000);
	}
	fixture_step(&f, 3 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
}

static void
a_ring_that_fails_is_one_announcement_in_each_order(void)
{
	static const char *const ring[] = { "R1", "R2", "R3" };

	begin();
	each_order(ring, 3, a_ring_is_one_announcement_in_each_order);
	fixture_stop(&f);
}

static void
two_hubs(const char *const *order)
{
	for (int i = 0; i < 3; i++) {
		silent(order[i]);
		fixture_step(&f, 3000);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0"); /* two causes */
	CU_ASSERT_EQUAL(down("C")->stand, STAND_CONSEQUENCE);
	for (int i = 0; i < 3; i++) {
		answers(order[i]);
		fixture_step(&f, 2000);
	}
	fixture_step(&f, 3 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 2");
}

static void
a_site_with_two_ways_is_a_consequence_when_both_are_gone_and_not_when_one_is(void)
{
	static const char *const three[] = { "HUB", "HUB-2", "C" };

	begin();
	each_order(three, 3, two_hubs);
	/* One way comes back: the site gets the time to come back as well. */
	silent("HUB");
	silent("HUB-2");
	silent("C");
	fixture_step(&f, HOLD_MS + 2000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0");
	answers("HUB-2");
	fixture_step(&f, HOLD_MS - 2000);
	CU_ASSERT_EQUAL(down("C")->stand, STAND_WAITING);
	answers("C");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
	answers("HUB");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
	silent("HUB");
	silent("C");
	fixture_step(&f, HOLD_MS + 2000);
	answers("HUB-2"); /* it was asked meanwhile, or polled */
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0");
	CU_ASSERT_EQUAL(down("C")->stand, STAND_FREE);
	fixture_stop(&f);
}

static void
a_hub_nobody_hears(const char *const *order)
{
	for (int i = 0; i < 3; i++) {
		silent(order[i]);
		fixture_step(&f, 5000);
	}
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	CU_ASSERT_PTR_NOT_NULL_FATAL(down("MUTE"));
	CU_ASSERT_EQUAL(down("MUTE")->consequences, 3);
	for (int i = 0; i < 3; i++) {
		answers(order[i]);
		fixture_step(&f, 5000);
	}
	fixture_step(&f, 3 * HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
	CU_ASSERT_PTR_NULL(down("MUTE"));
}

static void
a_hub_that_nobody_hears_is_announced_for_all_below_it_in_each_order(void)
{
	static const char *const three[] = { "M1", "M2", "M3" };

	begin();
	each_order(three, 3, a_hub_nobody_hears);
	silent("M1"); /* alone it is its own trouble, told when the wait is over */
	fixture_step(&f, HOLD_MS + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	CU_ASSERT_EQUAL(down("M1")->stand, STAND_FREE);
	fixture_stop(&f);
}

static void
a_child_that_stays_down_when_its_root_is_back_is_told_then(void)
{
	begin();
	silent("HUB");
	silent("B");
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	answers("HUB");
	fixture_step(&f, HOLD_MS - 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 0"); /* the child has time to come back */
	CU_ASSERT_EQUAL(down("B")->stand, STAND_CONSEQUENCE);
	fixture_step(&f, 2000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 1");
	CU_ASSERT_EQUAL(down("B")->stand, STAND_FREE);
	CU_ASSERT_EQUAL(down("B")->cause, 0);
	fixture_stop(&f);
}

static void
a_child_whose_hub_is_known_to_be_up_does_not_wait(void)
{
	begin();
	silent("B");
	fixture_step(&f, 1000);
	answers("HUB");
	fixture_step(&f, HOLD_MS - 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	fixture_stop(&f);
}

static void
a_hub_that_nobody_can_ask_is_waited_for_and_no_longer_than_that(void)
{
	begin();
	fixture_step(&f, 1000); /* it was heard before the child fell silent */
	silent("B");
	fixture_step(&f, HOLD_MS + HOLD_MS - 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 0");
	CU_ASSERT_EQUAL(down("B")->stand, STAND_WAITING);
	fixture_step(&f, 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	fixture_stop(&f);
}

static void
a_hub_that_falls_silent_again_at_once_takes_its_children_with_it(void)
{
	begin();
	silent("HUB");
	silent("B");
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	answers("HUB");
	fixture_step(&f, 100);
	silent("HUB");
	fixture_step(&f, HOLD_MS + 5000);
	CU_ASSERT_EQUAL(down("B")->stand, STAND_CONSEQUENCE);
	CU_ASSERT_STRING_EQUAL(
	    told(), "raise 1 clear 1"); /* of the hub, which was back; not a word of the child */
	answers("HUB");
	answers("B");
	fixture_step(&f, HOLD_MS + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 1");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
what_is_wrong_besides_is_told_under_a_root_too(void)
{
	begin();
	uint32_t fire = fixture_sensor(&f, "B", "tx", "env.fire", "");
	uint32_t rectifier = fixture_sensor(&f, "B", "tx", "rectifier.state", "");
	silent("HUB");
	silent("B");
	fixture_step(&f, HOLD_MS + 1000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 0");
	fixture_read(&f, fire, 1);
	fixture_read(&f, rectifier, 6 /* failed */);
	fixture_step(&f, 10000);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0");
	fixture_stop(&f);
}

static void
collect(void *arg, const char *line)
{
	char *text = arg;
	snprintf(text + strlen(text), 4096 - strlen(text), "%s\n", line);
}

static void
why_names_the_chain_up_and_the_sites_below(void)
{
	char text[4096] = "", wanted[128];

	begin();
	silent("HUB");
	silent("MID");
	silent("A");
	fixture_step(&f, 2 * HOLD_MS);
	CU_ASSERT_EQUAL(alarm_explain(f.alarms, down("A")->number, scopes_all(f.scopes), collect, text), 0);
	snprintf(wanted, sizeof(wanted), "root cause: alarm %" PRIu64 ", comms/site-unreachable at HUB",
	    down("HUB")->number);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "caused by: alarm"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted));
	text[0] = '\0';
	CU_ASSERT_EQUAL(alarm_explain(f.alarms, down("HUB")->number, scopes_all(f.scopes), collect, text), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    text, "consequences: 2 active alarms at 2 sites are kept back while this one is told: A, MID\n"));
	fixture_stop(&f);
}

static void
without_correlation_each_is_told_by_itself(void)
{
	fixture_start(&f);
	fixture_close(&f);
	f.settings.no_correlation = true;
	fixture_open(&f, 0);
	fixture_import(&f, sites, false);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		answers(names[i]);
	f.told[0] = '\0';
	silent("HUB");
	silent("B");
	fixture_step(&f, HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0");
	fixture_stop(&f);
}

static void
after_a_restart_a_consequence_is_one_still(void)
{
	begin();
	silent("HUB");
	silent("B");
	silent("R1");
	fixture_step(&f, HOLD_MS + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 2 clear 0");
	int64_t utc = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc + 1000);
	fixture_step(&f, HOLD_MS + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 0 clear 0");
	CU_ASSERT_EQUAL(down("B")->cause, down("HUB")->number);
	CU_ASSERT_EQUAL(down("B")->stand, STAND_CONSEQUENCE);
	answers("HUB");
	fixture_step(&f, HOLD_MS + HOLD_MS);
	CU_ASSERT_STRING_EQUAL(told(), "raise 1 clear 1");
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_hub_and_all_below_it_are_one_announcement_in_each_of_120_orders),
	CLAIM(a_ring_that_fails_is_one_announcement_in_each_order),
	CLAIM(a_site_with_two_ways_is_a_consequence_when_both_are_gone_and_not_when_one_is),
	CLAIM(a_hub_that_nobody_hears_is_announced_for_all_below_it_in_each_order),
	CLAIM(a_child_that_stays_down_when_its_root_is_back_is_told_then),
	CLAIM(a_child_whose_hub_is_known_to_be_up_does_not_wait),
	CLAIM(a_hub_that_nobody_can_ask_is_waited_for_and_no_longer_than_that),
	CLAIM(a_hub_that_falls_silent_again_at_once_takes_its_children_with_it),
	CLAIM(what_is_wrong_besides_is_told_under_a_root_too),
	CLAIM(why_names_the_chain_up_and_the_sites_below),
	CLAIM(without_correlation_each_is_told_by_itself),
	CLAIM(after_a_restart_a_consequence_is_one_still),
};

CLAIMS_MAIN("correlate", claims)
