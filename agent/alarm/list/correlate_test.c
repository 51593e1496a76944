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

static const struct claim claims[] = {
	CLAIM(a_hub_and_all_below_it_are_one_announcement_in_each_of_120_orders),
};

CLAIMS_MAIN("correlate", claims)
