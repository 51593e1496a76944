/* SPDX-License-Identifier: ISC */
/*
 * Random days of a small network: sites fall silent and answer, mains goes and comes, paths and feeders change. Whatever happens: each
 * consequence has an active cause and each chain ends, the counts are what a recount gives, nobody who hears of everything misses an outage that
 * stands, and when all is well nobody holds anything.
 */
#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/list/inside.h"

#define SITES 12

static struct fixture f;
static uint32_t mains[SITES + 1], charging[SITES + 1], seed;

static unsigned
die(unsigned sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % sides;
}

static const char *
name_of(unsigned site)
{
	static char name[8];

	snprintf(name, sizeof(name), "S%u", site);
	return name;
}

/* Random paths, rings among them; two feeders; the last site has no devices. */
static void
inventory(void)
{
	char text[4096] = "sites:\n";

	for (unsigned i = 1; i <= SITES; i++) {
		size_t used = strlen(text);
		char paths[64] = "";
		if (die(4) != 0)
			snprintf(paths, sizeof(paths),
			    die(3) == 0 ? "depends-on: [ [S%u], [S%u] ]," : "depends-on: [ [S%u, S%u] ],",
			    1 + (i + die(SITES - 1)) % SITES, 1 + (i + die(3)) % SITES);
		if (i % 3 == 0 && i < SITES)
			snprintf(paths, sizeof(paths), "depends-on: [ [S%d] ],", SITES);
		snprintf(text + used, sizeof(text) - used,
		    "  - { id: S%u, kind: fixed, area: n/%s, %s %s devices: [ %s ] }\n", i,
		    i <= 8 ? "a" : "b", paths,
		    i <= 4       ? "power-feeder: F1,"
			: i <= 9 ? "power-feeder: F2,"
				 : "",
		    i < SITES ? "{ id: dc, driver: test }" : "");
	}
	fixture_import(&f, text, false);
}

static void
all_is_well(void)
{
	for (unsigned i = 1; i < SITES; i++) {
		fixture_presence(&f, name_of(i), "dc", TOWERD_PRESENCE_REACHABLE);
		fixture_read(&f, mains[i], 1);
		fixture_read(&f, charging[i], 2 /* float */);
	}
}

/* Time passes, and whoever listens says that it has what it was sent. */
static void
pass(int64_t ms)
{
	fixture_step(&f, ms);
	audience_acknowledged(f.alarms, f.audience, f.last_number);
}

static void
something(void)
{
	unsigned i = 1 + die(SITES - 1), bias = die(3);

	switch (die(8)) {
	case 0:
	case 1:
	case 2:
		fixture_presence(&f, name_of(i), "dc",
		    bias != 0 ? TOWERD_PRESENCE_UNREACHABLE : TOWERD_PRESENCE_REACHABLE);
		break;
	case 3:
		for (i = 1; i < SITES; i++)
			if (die(2) != 0)
				fixture_presence(&f, name_of(i), "dc", TOWERD_PRESENCE_REACHABLE);
		break;
	case 4:
	case 5:
		fixture_read(&f, mains[i], bias == 0);
		break;
	case 6:
		for (i = 1; i <= 9; i++)
			fixture_read(&f, mains[i], bias == 0);
		break;
	case 7:
		fixture_read(&f, charging[i], bias == 0 ? 2 : 4);
		break;
	}
}

static bool
is_power_or_silence(const struct entry *e)
{
	const char *type = e->alarm.type->name;

	return strcmp(type, "comms/site-unreachable") == 0 || strncmp(type, "power/", 6) == 0 ||
	    strncmp(type, "battery/", 8) == 0;
}

static uint32_t
recount(const struct entry *e)
{
	const struct entry *effect;
	uint32_t count = 0;

	LIST_FOREACH(effect, &e->effects, in_effects)
	count += 1 + recount(effect);
	return count;
}

/* Each entry of the list by itself; the number of faults. */
static unsigned
faults(bool is_quiet)
{
	struct order_key at = { 0, 0 };
	const struct entry *e, *up;
	unsigned wrong = 0;

	while ((e = order_seek(f.alarms->by_number, scopes_all(f.scopes), at, false, &at)) != NULL) {
		unsigned depth = 0;
		for (up = e; up->cause != NULL && depth <= SITES * 4; up = up->cause)
			depth++;
		wrong += depth > SITES * 4; /* a circle */
		wrong += up->alarm.severity == TOWERD_CLEARED && !up->is_ending;
		wrong += e->alarm.consequences != recount(e);
		wrong += e->alarm.stand == STAND_CONSEQUENCE && e->cause == NULL;
		wrong += (e->cause != NULL ? e->cause->alarm.number : 0) != e->alarm.cause;
		if (!is_quiet || !is_power_or_silence(e))
			continue;
		/* Time has passed: nothing waits, and a root is held by whoever asked for all. */
		wrong += e->alarm.stand == STAND_WAITING;
		wrong += e->alarm.stand == STAND_FREE &&
		    audience_holds(f.alarms, f.audience, &e->alarm) != e->alarm.severity;
		wrong += e->alarm.stand == STAND_CONSEQUENCE &&
		    audience_holds(f.alarms, f.audience, &up->alarm) == 0;
	}
	return wrong;
}

static unsigned
held(void)
{
	struct order_key at = { 0, 0 };
	const struct entry *e;
	unsigned count = 0;

	while ((e = order_seek(f.alarms->all, scopes_all(f.scopes), at, false, &at)) != NULL)
		count += is_power_or_silence(e) &&
		    (e->alarm.severity != TOWERD_CLEARED ||
			audience_holds(f.alarms, f.audience, &e->alarm) != 0);
	return count;
}

static void
day(uint32_t number)
{
	unsigned wrong = 0;

	seed = number * 2654435761u + 1;
	inventory();
	all_is_well();
	pass(1000);
	for (int i = 0; i < 100; i++) {
		something();
		pass(die(4) == 0 ? 1000 * (int64_t)die(60) : 1000);
		wrong += faults(false);
		if (i % 25 == 24) {
			pass(4 * 60000);
			wrong += faults(true);
		}
		if (die(60) == 0)
			inventory();
	}
	CU_ASSERT_EQUAL(wrong, 0);
	all_is_well();
	pass(20 * 60000);
	all_is_well();
	pass(20 * 60000);
	CU_ASSERT_EQUAL(held(), 0);
	f.told[0] = '\0';
}

static void
days_of_all_kinds_leave_no_fault_behind(void)
{
	fixture_start(&f);
	fixture_close(&f);
	f.settings.chatter_window_ms = 1; /* what chatters is held back by design */
	fixture_open(&f, 0);
	seed = 1;
	inventory();
	for (unsigned i = 1; i < SITES; i++) {
		mains[i] = fixture_sensor(&f, name_of(i), "dc", "mains.present", "");
		charging[i] = fixture_sensor(&f, name_of(i), "dc", "battery.charging", "");
	}
	for (uint32_t i = 0; i < 4; i++)
		day(i);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(days_of_all_kinds_leave_no_fault_behind),
};

CLAIMS_MAIN("causes_property", claims)
