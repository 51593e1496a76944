/* SPDX-License-Identifier: ISC */
/* The storm: so many of each cause for each 1,000 sites, each of them with what its members report, one by one in random order. */
#include "tests/bench/storm/scenario.h"

#include <stdlib.h>

#include "tests/bench/storm/fleet.h"

/* Of 1,000 sites. Feeders and hubs do not meet, so that each change has one cause; what is behind a lost hub could not tell of its mains. */
#define FEEDERS      2
#define HUBS         1
#define DIPS         50

#define DOOR_SITES   2500 /* one door that chatters in so many */
#define DOOR_CHANGES 200
#define FAULT_HUBS \
	10 /* one of so many lost hubs has a site that burns; another has one that fails though it has a second path */
#define PAIRS \
	10 /* one of so many lost hubs goes together with the next one, so that second paths are lost as well */

#define STORM_MS  10000
#define QUIET_MS  12000 /* between storm and healing: everything that waits has been told */
#define SPREAD_MS 1500  /* members report within */

const char *const cause_names[] = { "feeder", "hub", "site", "fault", "door", "dip", NULL };

struct maker {
	struct scenario *scenario;
	unsigned sites;
	uint64_t random;
	bool *is_taken; /* sites that belong to a cause */
	size_t root_size, change_size;
};

/* xorshift64: plain, and the same everywhere. */
static unsigned
below(struct maker *m, unsigned bound)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (unsigned)(m->random >> 11) % bound;
}

static void *
grown(void *array, size_t count, size_t *size, size_t each)
{
	if (count < *size)
		return array;
	*size = *size != 0 ? *size * 2 : 1024;
	array = reallocarray(array, *size, each);
	if (array == NULL)
		bench_die("out of memory");
	return array;
}

static unsigned
root_add(struct maker *m, struct root root)
{
	struct scenario *s = m->scenario;

	s->roots = grown(s->roots, s->root_count, &m->root_size, sizeof(*s->roots));
	s->roots[s->root_count] = root;
	return (unsigned)s->root_count++;
}

static void
change_add(struct maker *m, struct change change)
{
	struct scenario *s = m->scenario;

	s->changes = grown(s->changes, s->change_count, &m->change_size, sizeof(*s->changes));
	s->changes[s->change_count++] = change;
}

/* When the cause is over: within the storm, or after it. */
static int64_t
heals_ms(struct maker *m, const struct root *root, int64_t in_storm_ms)
{
	return root->heals_in_storm ? in_storm_ms : m->scenario->heal_ms + below(m, SPREAD_MS);
}

/* Mains goes or comes, and the battery says so a little later. */
static void
power_change(struct maker *m, unsigned root, unsigned site, int64_t at_ms, bool is_bad)
{
	struct change c = {
		.at_ms = at_ms, .site = site, .root = root, .what = CHANGE_MAINS, .is_bad = is_bad
	};

	change_add(m, c);
	c.what = CHANGE_BATTERY;
	c.at_ms += 50 + below(m, 250);
	change_add(m, c);
}

/* Down; the utility recloses once, without luck; and up again at last. */
static void
feeder_fail(struct maker *m, unsigned first)
{
	int64_t at = below(m, 2500), reclosed = at + 4000, up = at + 6500;
	unsigned root = root_add(
	    m, (struct root){ .cause = CAUSE_FEEDER, .site = first, .heals_in_storm = below(m, 2) == 0 });

	for (unsigned i = first; i < first + FLEET_FEEDER; i++) {
		power_change(m, root, i, at + below(m, SPREAD_MS), true);
		power_change(m, root, i, reclosed + below(m, 300), false);
		power_change(m, root, i, reclosed + 600 + below(m, 300), true);
		power_change(m, root, i, heals_ms(m, &m->scenario->roots[root], up + below(m, 700)), false);
		m->is_taken[i] = true;
	}
}

static void
site_presence(struct maker *m, unsigned root, unsigned site, int64_t at_ms, bool is_bad)
{
	for (unsigned d = 0; d < (site % 2 == 0 ? FLEET_DEVICES : 1u); d++)
		change_add(m,
		    (struct change){ .at_ms = at_ms + below(m, 200),
			.site = site,
			.root = root,
			.what = CHANGE_PRESENCE,
			.device = (uint8_t)d,
			.is_bad = is_bad });
}

static void
site_falls_silent(struct maker *m, unsigned root, unsigned site, int64_t at_ms)
{
	site_presence(m, root, site, at_ms + below(m, SPREAD_MS), true);
	site_presence(
	    m, root, site, heals_ms(m, &m->scenario->roots[root], at_ms + 5500 + below(m, SPREAD_MS)), false);
}

/* `count` sites of a hub fall silent, itself among them. */
static void
hub_fail(struct maker *m, unsigned hub, unsigned count, int64_t at, bool heals_in_storm)
{
	unsigned root =
	    root_add(m, (struct root){ .cause = CAUSE_HUB, .site = hub, .heals_in_storm = heals_in_storm });

	for (unsigned i = hub; i < hub + count; i++)
		site_falls_silent(m, root, i, at);
	for (unsigned i = hub; i < hub + FLEET_HUB; i++)
		m->is_taken[i] = true;
}

static void
fault(struct maker *m, unsigned site, const char *type, int64_t at_ms)
{
	unsigned root = root_add(m, (struct root){ .cause = CAUSE_FAULT, .site = site, .type = type });
	struct change c = {
		.at_ms = at_ms, .site = site, .root = root, .what = CHANGE_FAULT, .is_bad = true
	};

	change_add(m, c);
	c.at_ms = m->scenario->heal_ms + SPREAD_MS + below(m, SPREAD_MS);
	c.is_bad = false;
	change_add(m, c);
}

static bool
is_free(const struct maker *m, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		if (m->is_taken[i])
			return false;
	return true;
}

/* The first of `unit` sites in a row that belong to no cause yet. */
static unsigned
free_place(struct maker *m, unsigned unit)
{
	for (unsigned tries = 0; tries < 1000000; tries++) {
		unsigned first = below(m, m->sites / unit) * unit;
		if (is_free(m, first, unit))
			return first;
	}
	bench_die("the fleet has no room for another %u sites with a cause of their own", unit);
}

static void
hubs_fail(struct maker *m, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned hub = free_place(m, FLEET_HUB), next = hub + FLEET_HUB;
		int64_t at = below(m, 2500);
		bool heals = below(m, 2) == 0, has_next = next < m->sites && is_free(m, next, FLEET_HUB);
		if (has_next && i % PAIRS == 0 && i > 0) {
			hub_fail(m, hub, FLEET_HUB, at, heals);
			hub_fail(m, next, FLEET_SECOND, at, heals);
			i++;
		} else
			hub_fail(m, hub, FLEET_SECOND, at, heals);
		/* The next hub must stand for the second paths of this one. */
		if (has_next)
			for (unsigned k = next; k < next + FLEET_HUB; k++)
				m->is_taken[k] = true;
		if (i % FAULT_HUBS == 1)
			fault(m, hub + 1, "env/fire", at);
		if (i % FAULT_HUBS == 2) {
			unsigned site = hub + FLEET_SECOND;
			unsigned root = root_add(
			    m, (struct root){ .cause = CAUSE_SITE, .site = site, .heals_in_storm = heals });
			site_falls_silent(m, root, site, at + 500);
		}
	}
}

/* Every second feeder has a fault of another cause among its members. */
static void
feeders_fail(struct maker *m, unsigned count)
{
	static const char *const types[] = { "env/fire", "power/rectifier-failure" };

	for (unsigned i = 0; i < count; i++) {
		unsigned first = free_place(m, FLEET_FEEDER);
		feeder_fail(m, first);
		if (i % 2 == 0)
			fault(m, first + below(m, FLEET_FEEDER), types[i / 2 % 2], 1000 + below(m, 6000));
	}
}

static void
door_chatters(struct maker *m, unsigned changes)
{
	unsigned site = free_place(m, 1);
	unsigned root = root_add(m, (struct root){ .cause = CAUSE_DOOR, .site = site });

	m->is_taken[site] = true;
	for (unsigned i = 0; i < changes; i++)
		change_add(m,
		    (struct change){ .at_ms = (int64_t)STORM_MS * i / changes,
			.site = site,
			.root = root,
			.what = CHANGE_FAULT,
			.is_bad = i % 2 == 0 });
}

static void
mains_dips(struct maker *m, unsigned root)
{
	unsigned site = free_place(m, 1);
	int64_t at = below(m, STORM_MS - 1500);

	m->is_taken[site] = true;
	power_change(m, root, site, at, true);
	power_change(m, root, site, at + 500 + below(m, 500), false);
}

static int
by_time(const void *a, const void *b)
{
	const struct change *left = a, *right = b;
	return left->at_ms < right->at_ms ? -1 : left->at_ms > right->at_ms;
}

void
scenario_make(struct scenario *s, unsigned sites, uint64_t seed)
{
	struct maker m = { .scenario = s, .sites = sites, .random = seed * 2654435761u + 1 };
	unsigned doors = sites / DOOR_SITES;

	*s = (struct scenario){ .heal_ms = STORM_MS + QUIET_MS };
	m.is_taken = calloc(sites, sizeof(*m.is_taken));
	if (m.is_taken == NULL)
		bench_die("out of memory");
	hubs_fail(&m, sites * HUBS / 1000);
	feeders_fail(&m, sites * FEEDERS / 1000);
	for (unsigned i = 0; i < doors; i++)
		door_chatters(&m, DOOR_CHANGES);
	if (doors == 0) /* a small fleet has the same share of them */
		door_chatters(&m, DOOR_CHANGES * sites / DOOR_SITES / 2 * 2);
	unsigned dips = root_add(&m, (struct root){ .cause = CAUSE_NONE });
	for (unsigned i = 0; i < sites * DIPS / 1000; i++)
		mains_dips(&m, dips);
	free(m.is_taken);
	qsort(s->changes, s->change_count, sizeof(*s->changes), by_time);
	while (s->storm_count < s->change_count && s->changes[s->storm_count].at_ms < s->heal_ms)
		s->storm_count++;
}

void
scenario_free(struct scenario *s)
{
	free(s->roots);
	free(s->changes);
}
